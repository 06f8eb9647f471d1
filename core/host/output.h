/* output: "out" of an export: blocks of a report, in order, sent as they are made. What they look like is luodid's. */
#ifndef LUODI_HOST_OUTPUT_H
#define LUODI_HOST_OUTPUT_H

#include <lua.h>

enum { OUTPUT_LARGEST = 64 << 20, OUTPUT_COLUMNS_LARGEST = 64 };

void output_push(lua_State *lua);

#endif
