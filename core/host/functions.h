/* functions: a plugin's declared functions by number, from 1: luodid calls them by it. */
#ifndef LUODI_HOST_FUNCTIONS_H
#define LUODI_HOST_FUNCTIONS_H

#include "host/plugin.h"

int64_t functions_add(lua_State *lua);		     /* takes the function from the top of the stack */
void functions_push(lua_State *lua, int64_t number); /* raises if there is none */
struct place functions_place(const struct plugin *plugin, int64_t number); /* file NULL: not known */

#endif
