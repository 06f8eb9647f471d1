/* typed: the values of fields as Lua sees them. Text, whole numbers and yes/no are Lua's own; dates, money, decimals and
 * sets are userdata with just the operations that make sense: 今天 minus a date is days, money compares with money only.
 */
#ifndef LUODI_HOST_TYPED_H
#define LUODI_HOST_TYPED_H

#include "model/value.h"
#include <lauxlib.h>
#include <lua.h>

#define TYPED_DATE "luodi.date"
#define TYPED_MONEY "luodi.money"
#define TYPED_DECIMAL "luodi.decimal"
#define TYPED_SET "luodi.set"

/* Adds date, money and decimal to the luodi table on the top of the stack. */
void typed_open(lua_State *lua);
void typed_open_date(lua_State *lua);
void typed_open_money(lua_State *lua);
void typed_open_decimal(lua_State *lua);
void typed_open_set(lua_State *lua);

void typed_push_date(lua_State *lua, struct date date); /* DATE_NONE: nil */
void typed_push_money(lua_State *lua, int64_t fen);
void typed_push_decimal(lua_State *lua, int64_t millionths);
void typed_push_set(lua_State *lua, const char *names);

bool typed_to_date(lua_State *lua, int index, struct date *ret_date); /* false: is none */
bool typed_to_money(lua_State *lua, int index, int64_t *ret_fen);
bool typed_to_decimal(lua_State *lua, int index, int64_t *ret_millionths); /* decimals only */
bool typed_to_millionths(
    lua_State *lua, int index, int64_t *ret_millionths); /* decimals and numbers; false too where it does not fit */
const char *typed_to_set(lua_State *lua, int index);	 /* NULL: is none */

/* Text, date, money … at index as a value for luodid; its text is borrowed from the Lua value. A float that is whole is
 * an int. Raises (HOST_FAULT_ANSWER) for what has no such form; what says whose value it is. */
struct value typed_value(lua_State *lua, int index, const char *what);

/* A text that may leave the host: valid UTF-8, no NUL, bounded. Raises otherwise. Borrowed from the Lua value. */
const char *typed_check_text(lua_State *lua, int index, const char *what);

/* A value of a field to Lua; references are the record layer's. */
void typed_push_value(lua_State *lua, struct value value);

/* The metatable called name, on the top of the stack, filled from methods ("__…" too); methods answer to __index. */
void typed_new_class(lua_State *lua, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods);
/* What value at index is, in words for a message: 日期, 金额, 文字 … */
const char *typed_word(lua_State *lua, int index);

/* Raises error's sentence and hint. */
int typed_raise(lua_State *lua, const struct error *error);

#endif
