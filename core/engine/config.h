/* config: a configuration file, evaluated as data in a sandboxed host that is thrown away afterwards. */
#ifndef LUODI_ENGINE_CONFIG_H
#define LUODI_ENGINE_CONFIG_H

#include "model/host_protocol.h"

/* The table that the chunk at path returns; in the pool. ERROR_INVALID names the line. */
must_check bool engine_read_config(
    const char *host_program, const char *path, struct pool *pool, struct plain *ret_plain, struct error *error);

#endif
