/* plain_lua: Lua tables of texts, whole numbers, yes/no, lists and tables, to struct plain and back.
 *
 * A table whose keys are exactly 1..n, n > 0, is a list; the empty table is a table without names. Dates, money and
 * decimals become texts as people write them, records and handles of tests their id. What has no form raises.
 */
#ifndef LUODI_HOST_PLAIN_LUA_H
#define LUODI_HOST_PLAIN_LUA_H

#include "model/host_protocol.h"
#include <lua.h>

struct plain plain_of_lua(lua_State *lua, int index, struct pool *pool, const char *what);
void plain_push(lua_State *lua, const struct plain *plain);

#endif
