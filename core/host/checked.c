/* The checked versions of functions of Lua's own library: see environment.h. */
#include "host/environment.h"
#include "host/plugin.h"

#include <string.h>

enum { NUMBER_LARGEST = 512 /* bytes that one number, or one padded text, can become */ };

static int refuse_size(lua_State *lua, const char *name)
{
	return luaL_error(lua, "%s 的结果超过 1 MiB", name);
}

static int checked_rep(lua_State *lua)
{
	size_t length, separator;
	const char *text = luaL_checklstring(lua, 1, &length);
	lua_Integer count = luaL_checkinteger(lua, 2);
	luaL_Buffer result;

	luaL_optlstring(lua, 3, "", &separator);
	if (count <= 0 || length + separator == 0) {
		lua_pushliteral(lua, "");
		return 1;
	}
	if (length > ENVIRONMENT_RESULT_LARGEST || separator > ENVIRONMENT_RESULT_LARGEST ||
	    count > (lua_Integer)(ENVIRONMENT_RESULT_LARGEST / (length + separator)))
		return refuse_size(lua, "string.rep");
	luaL_buffinit(lua, &result);
	for (lua_Integer i = 0; i < count; i++) {
		luaL_addlstring(&result, text, length);
		if (separator > 0 && i + 1 < count)
			luaL_addlstring(&result, lua_tostring(lua, 3), separator);
	}
	luaL_pushresult(&result);
	return 1;
}

/* %q writes up to four bytes for one; everything else is bounded by its own argument. */
static int checked_format(lua_State *lua)
{
	size_t total;
	const char *format = luaL_checklstring(lua, 1, &total);
	size_t growth = strstr(format, "q") != NULL ? 4 : 1;

	for (const char *p = strchr(format, '%'); p != NULL; p = strchr(p + 1, '%')) {
		p += 1 + strspn(p + 1, "-+ #0123456789.");
		if (*p == 'p')
			return luaL_error(lua, "string.format 不支持 %%p");
	}
	for (int i = 2; i <= lua_gettop(lua); i++) {
		int type = lua_type(lua, i);

		if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN && type != LUA_TNIL) {
			environment_push_text(lua, i);
			lua_replace(lua, i);
		}
		total += NUMBER_LARGEST + (lua_type(lua, i) == LUA_TSTRING ? lua_rawlen(lua, i) * growth : 0);
		if (total > ENVIRONMENT_RESULT_LARGEST)
			return refuse_size(lua, "string.format");
	}
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, 1);
	return 1;
}

/* A bound that is known before: every place of the text may be replaced, each by the whole replacement, in which each
 * %1 may be the whole text. Where that is too much, the memory limit of the state stops the work on the way; what
 * comes out is checked in any case. */
static int checked_gsub(lua_State *lua)
{
	size_t text, replacement = 0;

	luaL_checklstring(lua, 1, &text);
	if (lua_type(lua, 3) == LUA_TSTRING)
		replacement = lua_rawlen(lua, 3);
	if (text > ENVIRONMENT_RESULT_LARGEST || replacement > ENVIRONMENT_RESULT_LARGEST)
		return refuse_size(lua, "string.gsub");
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, 2);
	if (lua_rawlen(lua, -2) > ENVIRONMENT_RESULT_LARGEST)
		return refuse_size(lua, "string.gsub");
	return 2;
}

static void add_item(lua_State *lua, luaL_Buffer *result, size_t *total, lua_Integer position)
{
	size_t length;

	lua_geti(lua, 1, position);
	if (!lua_isstring(lua, -1))
		luaL_error(lua, "table.concat：第 %d 项是 %s，不是文字", (int)position, luaL_typename(lua, -1));
	lua_tolstring(lua, -1, &length);
	if (length > ENVIRONMENT_RESULT_LARGEST - *total)
		refuse_size(lua, "table.concat");
	*total += length;
	luaL_addvalue(result);
}

static int checked_concat(lua_State *lua)
{
	size_t total = 0, separator;
	const char *between = luaL_optlstring(lua, 2, "", &separator);
	lua_Integer from = luaL_optinteger(lua, 3, 1), to;
	luaL_Buffer result;

	luaL_checktype(lua, 1, LUA_TTABLE);
	to = lua_isnoneornil(lua, 4) ? luaL_len(lua, 1) : luaL_checkinteger(lua, 4);
	if (from < -ENVIRONMENT_ITEMS_LARGEST || to > ENVIRONMENT_ITEMS_LARGEST)
		return luaL_error(lua, "table.concat 一次最多连接 %d 项", ENVIRONMENT_ITEMS_LARGEST);
	luaL_buffinit(lua, &result);
	for (lua_Integer i = from; i <= to; i++) {
		add_item(lua, &result, &total, i);
		if (i == to)
			break;
		if (separator > ENVIRONMENT_RESULT_LARGEST - total)
			return refuse_size(lua, "table.concat");
		total += separator;
		luaL_addlstring(&result, between, separator);
	}
	luaL_pushresult(&result);
	return 1;
}

static int checked_move(lua_State *lua)
{
	lua_Integer from = luaL_checkinteger(lua, 2), to = luaL_checkinteger(lua, 3);

	if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= ENVIRONMENT_ITEMS_LARGEST)
		return luaL_error(lua, "table.move 一次最多移动 %d 项", ENVIRONMENT_ITEMS_LARGEST);
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, 1);
	return 1;
}

/* These walk as far as # says without ever coming back to the hook, so that must be a real length. */
static int checked_length(lua_State *lua)
{
	luaL_checktype(lua, 1, LUA_TTABLE);
	if (luaL_getmetafield(lua, 1, "__len") != LUA_TNIL)
		return luaL_error(lua, "table 的函数不接受带 __len 的表");
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
	return lua_gettop(lua);
}

/* Puts checked around the function called name of the library on the top. */
static void wrap(lua_State *lua, const char *name, lua_CFunction checked)
{
	lua_getfield(lua, -1, name);
	lua_pushcclosure(lua, checked, 1);
	lua_setfield(lua, -2, name);
}

void environment_guard_text(lua_State *lua)
{
	wrap(lua, "rep", checked_rep);
	wrap(lua, "format", checked_format);
	wrap(lua, "gsub", checked_gsub);
}

void environment_guard_table(lua_State *lua)
{
	wrap(lua, "concat", checked_concat);
	wrap(lua, "move", checked_move);
	wrap(lua, "insert", checked_length);
	wrap(lua, "remove", checked_length);
	wrap(lua, "sort", checked_length);
}

/* What catches errors looks at the budget before it hands one on, and whenever another coroutine takes over: each new
 * one counts its instructions from zero. */
static int finish_pcall(lua_State *lua, int status, lua_KContext skipped)
{
	if (status != LUA_OK && status != LUA_YIELD) {
		plugin_check_budget(lua);
		lua_pushboolean(lua, false);
		lua_pushvalue(lua, -2);
		return 2;
	}
	return lua_gettop(lua) - (int)skipped;
}

int environment_pcall(lua_State *lua)
{
	int status;

	luaL_checkany(lua, 1);
	plugin_check_budget(lua);
	lua_pushboolean(lua, true);
	lua_insert(lua, 1);
	status = lua_pcallk(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0, 0, finish_pcall);
	return finish_pcall(lua, status, 0);
}

/* What the hook raises is handled inside the hook, where no other hook runs: a handler of the plugin could loop there
 * for ever. So a spent budget passes it by. Upvalue: the plugin's handler. */
static int handle_error(lua_State *lua)
{
	if (plugin_of(lua)->doom != 0)
		return 1;
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, lua_gettop(lua) - 1, 1);
	return 1;
}

int environment_xpcall(lua_State *lua)
{
	int arguments = lua_gettop(lua), status;

	luaL_checktype(lua, 2, LUA_TFUNCTION);
	plugin_check_budget(lua);
	lua_pushvalue(lua, 2);
	lua_pushcclosure(lua, handle_error, 1);
	lua_replace(lua, 2);
	lua_pushboolean(lua, true);
	lua_pushvalue(lua, 1);
	lua_rotate(lua, 3, 2);
	status = lua_pcallk(lua, arguments - 2, LUA_MULTRET, 2, 2, finish_pcall);
	return finish_pcall(lua, status, 2);
}

static int finish_switch(lua_State *lua, int status, lua_KContext context)
{
	(void)status;
	(void)context;
	plugin_check_budget(lua);
	return lua_gettop(lua);
}

/* The function that was wrapped, with the same arguments and results. */
static int checked_switch(lua_State *lua)
{
	plugin_check_budget(lua);
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_callk(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0, finish_switch);
	return finish_switch(lua, LUA_OK, 0);
}

static int checked_wrap(lua_State *lua)
{
	plugin_check_budget(lua);
	luaL_checktype(lua, 1, LUA_TFUNCTION);
	lua_settop(lua, 1);
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_insert(lua, 1);
	lua_call(lua, 1, 1);
	lua_pushcclosure(lua, checked_switch, 1);
	return 1;
}

void environment_guard_flow(lua_State *lua)
{
	wrap(lua, "create", checked_switch);
	wrap(lua, "resume", checked_switch);
	wrap(lua, "wrap", checked_wrap);
}
