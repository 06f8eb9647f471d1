#include "host/functions.h"

#include "host/declare.h"

static const char functions_key;

static void push_table(lua_State *lua)
{
	luaL_checkstack(lua, 6, NULL);
	if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &functions_key) == LUA_TTABLE)
		return;
	lua_pop(lua, 1);
	lua_newtable(lua);
	lua_pushvalue(lua, -1);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &functions_key);
}

static struct place place_of_function(lua_State *lua, struct pool *pool)
{
	lua_Debug function;
	struct place place = {.file = NULL};

	lua_pushvalue(lua, -1);
	if (lua_getinfo(lua, ">S", &function) && function.source[0] == '=' && function.linedefined > 0) {
		place.file = pool_copy_text(pool, function.source + 1);
		place.line = function.linedefined;
	}
	return place;
}

int64_t functions_add(lua_State *lua)
{
	struct plugin *plugin = plugin_of(lua);
	size_t count = plugin->function_count;

	plugin->functions =
	    declare_grow(plugin->pool, plugin->functions, count, &plugin->function_room, sizeof *plugin->functions);
	plugin->functions[count] = place_of_function(lua, plugin->pool);
	plugin->function_count = count + 1;
	push_table(lua);
	lua_insert(lua, -2);
	lua_rawseti(lua, -2, (lua_Integer)count + 1);
	lua_pop(lua, 1);
	return (int64_t)count + 1;
}

struct place functions_place(const struct plugin *plugin, int64_t number)
{
	if (number < 1 || (uint64_t)number > plugin->function_count)
		return (struct place){.file = NULL};
	return plugin->functions[number - 1];
}

void functions_push(lua_State *lua, int64_t number)
{
	push_table(lua);
	if (lua_rawgeti(lua, -1, number) != LUA_TFUNCTION)
		luaL_error(lua, "没有编号为 %d 的函数", (int)number);
	lua_remove(lua, -2);
}
