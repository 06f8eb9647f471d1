/* plugin_test: what luodi.test asks for, done on a real engine with an empty scratch store. */
#ifndef LUODI_ENGINE_PLUGIN_TEST_H
#define LUODI_ENGINE_PLUGIN_TEST_H

#include "engine/engine.h"

/* engine_open, with one more plugin folder that wins over one of the same name. */
must_check struct engine *engine_open_with(
    const struct engine_options *options, const char *extra, struct buffer *ret_faults, struct error *error);

#endif
