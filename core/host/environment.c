#include "host/environment.h"

#include "host/module.h"
#include "host/plugin.h"
#include <lualib.h>

static const char *const base_names[] = {"assert", "error", "getmetatable", "ipairs", "next", "pairs", "rawequal",
    "rawget", "rawlen", "rawset", "select", "tonumber", "type", "_VERSION", NULL};
static const char *const string_names[] = {"byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match",
    "rep", "reverse", "sub", "upper", NULL};
static const char *const table_names[] = {"concat", "insert", "move", "pack", "remove", "sort", "unpack", NULL};
static const char *const math_names[] = {"abs", "ceil", "floor", "fmod", "max", "maxinteger", "min", "mininteger",
    "modf", "sqrt", "tointeger", "type", "ult", NULL};
static const char *const utf8_names[] = {"char", "charpattern", "codepoint", "codes", "len", "offset", NULL};
static const char *const coroutine_names[] = {
    "create", "isyieldable", "resume", "running", "status", "wrap", "yield", NULL};

/* From the table below the top into the table on the top. */
static void copy_names(lua_State *lua, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		lua_getfield(lua, -2, names[i]);
		lua_setfield(lua, -2, names[i]);
	}
}

static int checked_tostring(lua_State *lua)
{
	luaL_checkany(lua, 1);
	environment_push_text(lua, 1);
	return 1;
}

static int checked_setmetatable(lua_State *lua)
{
	int type = lua_type(lua, 2);

	luaL_checktype(lua, 1, LUA_TTABLE);
	luaL_argexpected(lua, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
	if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL)
		return luaL_error(lua, "这个表的元表受保护，不能换");
	for (int i = 0; type == LUA_TTABLE && i < 2; i++) {
		const char *refused = i == 0 ? "__gc" : "__mode";

		lua_pushstring(lua, refused);
		if (lua_rawget(lua, 2) != LUA_TNIL)
			return luaL_error(lua, "插件里不能用 %s", refused);
		lua_pop(lua, 1);
	}
	lua_settop(lua, 2);
	lua_setmetatable(lua, 1);
	return 1;
}

void environment_push_text(lua_State *lua, int index)
{
	int type = lua_type(lua, index);

	if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TTHREAD || type == LUA_TUSERDATA ||
	    type == LUA_TLIGHTUSERDATA) {
		if (luaL_getmetafield(lua, index, "__tostring") == LUA_TNIL) {
			lua_pushstring(lua, lua_typename(lua, type));
			return;
		}
		lua_pop(lua, 1);
	}
	luaL_tolstring(lua, index, NULL);
}

/* A library of Lua's, cut down to its names; guard puts in the checked versions. Leaves nothing on the stack. */
static void add_library(
    lua_State *lua, const char *name, lua_CFunction open, const char *const *names, void (*guard)(lua_State *))
{
	lua_pushcfunction(lua, open);
	lua_call(lua, 0, 1);
	lua_newtable(lua);
	copy_names(lua, names);
	if (guard != NULL)
		guard(lua);
	lua_setfield(lua, -3, name); /* the new globals are below the library */
	lua_pop(lua, 1);
}

/* luaopen_base fills the globals, so these are swapped for ours afterwards; the old table is garbage then. */
static void add_base(lua_State *lua)
{
	static const luaL_Reg ours[] = {{"pcall", environment_pcall}, {"xpcall", environment_xpcall},
	    {"setmetatable", checked_setmetatable}, {"tostring", checked_tostring}, {"require", module_require}, {0}};

	lua_pushcfunction(lua, luaopen_base);
	lua_call(lua, 0, 1);
	lua_newtable(lua);
	copy_names(lua, base_names);
	luaL_setfuncs(lua, ours, 0);
	lua_remove(lua, -2);
}

/* One string metatable for all strings of this state: it points to the plugin's own string table and can't be had. */
static void protect_strings(lua_State *lua)
{
	lua_pushliteral(lua, "");
	lua_newtable(lua);
	lua_getfield(lua, -3, "string");
	lua_setfield(lua, -2, "__index");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_setmetatable(lua, -2);
	lua_pop(lua, 1);
}

void environment_open(lua_State *lua)
{
	add_base(lua);
	add_library(lua, "string", luaopen_string, string_names, environment_guard_text);
	add_library(lua, "table", luaopen_table, table_names, environment_guard_table);
	add_library(lua, "math", luaopen_math, math_names, NULL);
	add_library(lua, "utf8", luaopen_utf8, utf8_names, NULL);
	add_library(lua, "coroutine", luaopen_coroutine, coroutine_names, environment_guard_flow);
	protect_strings(lua);
	lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}
