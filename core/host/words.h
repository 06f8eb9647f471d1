/* words: typed values as people write them, and sentences made of them. No code of the plugin is run meanwhile. */
#ifndef LUODI_HOST_WORDS_H
#define LUODI_HOST_WORDS_H

#include <lua.h>

/* Pushes the value at index as people write it: 13.8亿, 2022-04-12, 0.75, 是; a record is its title, nil is "".
 * Tables and functions are refused; what says whose value it is. */
void words_push(lua_State *lua, int index, const char *what);

/* Pushes the sentence that the format at index makes of the arguments after it: %s any value, %d a whole number, %.1f a
 * number or decimal (rounded half up, up to 6 places), %%. Widths (%5d, %02d) count as in C. */
void words_push_format(lua_State *lua, int index);

int words_format(lua_State *lua);   /* luodi.format(format, …) */
int words_tostring(lua_State *lua); /* metamethods of typed values */
int words_concat(lua_State *lua);

#endif
