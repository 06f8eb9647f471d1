/* refusal: what luodi.refuse(field, sentence, …) gives, for a guard to return. */
#ifndef LUODI_HOST_REFUSAL_H
#define LUODI_HOST_REFUSAL_H

#include <lua.h>
#include <stdbool.h>

void refusal_open(lua_State *lua);
int refusal_new(lua_State *lua); /* luodi.refuse */
/* False: is none. Both texts are borrowed from the value; field may be NULL. */
bool refusal_read(lua_State *lua, int index, const char **ret_field, const char **ret_sentence);

#endif
