/* record_pack: a state and all that it points to as one block of Lua's memory. */
#ifndef LUODI_HOST_RECORD_PACK_H
#define LUODI_HOST_RECORD_PACK_H

#include "model/fold.h"
#include <lua.h>

/* Pushes a userdata that holds a copy of state and of id (may be NULL); both results point into it. Only the kind is
 * still the schema's. */
const struct state *record_pack(lua_State *lua, const struct state *state, const char *id, const char **ret_id);

#endif
