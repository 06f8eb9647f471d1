/* environment: what a plugin's code finds in its globals: an empty table filled from a list of names. What is not on the
 * list does not exist: no load, no files, no clock, no randomness, no addresses, no way to the registry.
 *
 * Functions that could make something huge, or run on for long, at once are checked versions of Lua's:
 *   string.rep format gsub, table.concat   a result is at most ENVIRONMENT_RESULT_LARGEST bytes
 *   table.move                             at most ENVIRONMENT_ITEMS_LARGEST items
 *   string.format, tostring                show no addresses; %p is refused
 *   pcall, xpcall, coroutine.*             can't hide a spent budget
 *   setmetatable                           refuses __gc (no count hook runs inside) and __mode (what is left would hang
 *                                          on the garbage collector). __close is allowed: it runs within the budget.
 *                                          __metatable protects as in Lua. getmetatable("") gives false.
 */
#ifndef LUODI_HOST_ENVIRONMENT_H
#define LUODI_HOST_ENVIRONMENT_H

#include <lua.h>

enum { ENVIRONMENT_RESULT_LARGEST = 1 << 20, ENVIRONMENT_ITEMS_LARGEST = 1000000 };

/* Makes the globals of a fresh state. Within a protected call. */
void environment_open(lua_State *lua);

/* Puts the checked versions in place of Lua's in the library table on the top of the stack. */
void environment_guard_text(lua_State *lua);  /* string */
void environment_guard_table(lua_State *lua); /* table */
void environment_guard_flow(lua_State *lua);  /* coroutine */
int environment_pcall(lua_State *lua);
int environment_xpcall(lua_State *lua);

/* As tostring() there: pushes what value at index is called, without addresses. */
void environment_push_text(lua_State *lua, int index);

#endif
