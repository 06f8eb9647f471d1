/* temporary: a file without a name, gone with its descriptor. */
#ifndef LUODI_ENGINE_TEMPORARY_H
#define LUODI_ENGINE_TEMPORARY_H

#include "base/error.h"

/* For reading and writing, in folder; the caller closes it. -1: ERROR_READ_ONLY. */
must_check int temporary_open(const char *folder, struct error *error);

#endif
