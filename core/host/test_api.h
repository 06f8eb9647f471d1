/* test_api: luodi.test, for the test.lua of a plugin. */
#ifndef LUODI_HOST_TEST_API_H
#define LUODI_HOST_TEST_API_H

#include <lua.h>
#include <stdbool.h>

/* Makes luodi.test known to require; functions registered by t.test are collected in a table that this pushes:
 * { {name, function, line}, … } */
void test_open(lua_State *lua);
bool test_push_handle_id(lua_State *lua, int index); /* of a record made in a test; false: is none, nothing pushed */

#endif
