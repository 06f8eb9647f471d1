#include "host/module.h"

#include "host/typed.h"
#include "model/nearest.h"
#include <string.h>

enum { MODULE_NAMES_LARGEST = 64 };

static const char loaded_key; /* its address is the key in the registry */

void module_push_loaded(lua_State *lua)
{
	if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &loaded_key) == LUA_TTABLE)
		return;
	lua_pop(lua, 1);
	lua_newtable(lua);
	lua_pushvalue(lua, -1);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &loaded_key);
}

/* Upvalue: the module's name. */
static int refuse_missing(lua_State *lua)
{
	const char *names[MODULE_NAMES_LARGEST], *module = lua_tostring(lua, lua_upvalueindex(1));
	const char *key = typed_check_text(lua, 2, "模块里的名字"), *nearest;
	size_t count = 0;

	lua_pushnil(lua);
	while (lua_next(lua, 1)) {
		lua_pop(lua, 1);
		if (lua_type(lua, -1) == LUA_TSTRING && count < MODULE_NAMES_LARGEST)
			names[count++] = lua_tostring(lua, -1);
	}
	nearest = name_nearest(key, names, count);
	if (nearest == NULL)
		return luaL_error(lua, "没有 %s.%s", module, key);
	return luaL_error(lua, "没有 %s.%s，最接近的是 %s.%s", module, key, module, nearest);
}

void module_guard_names(lua_State *lua, const char *module)
{
	lua_createtable(lua, 0, 2);
	lua_pushstring(lua, module);
	lua_pushcclosure(lua, refuse_missing, 1);
	lua_setfield(lua, -2, "__index");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_setmetatable(lua, -2);
}

bool module_name_is_valid(const char *name)
{
	bool part = false; /* at least one letter since the last dot */

	if (strlen(name) > 64)
		return false;
	for (; *name != '\0'; name++) {
		bool letter = (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '_';

		if (!letter && (*name != '.' || !part))
			return false;
		part = letter;
	}
	return part;
}

const char *module_chunk_name(struct pool *pool, const char *plugin, const char *module)
{
	char *chunk = pool_format(pool, "=%s/%s.lua", plugin, module);
	size_t end = strlen(chunk) - strlen(".lua");

	for (size_t i = 0; i < end; i++)
		if (chunk[i] == '.')
			chunk[i] = '/';
	return chunk;
}

void module_load_source(lua_State *lua, const char *source, size_t length, const char *chunk)
{
	if (length > MODULE_LARGEST)
		luaL_error(lua, "%s 超过 1 MiB", chunk + 1);
	if (length > 0 && source[0] == LUA_SIGNATURE[0])
		luaL_error(lua, "%s 是编译过的字节码；插件只能是 Lua 源文件", chunk + 1);
	if (luaL_loadbufferx(lua, source, length, chunk, "t") != LUA_OK)
		lua_error(lua);
}

static const struct module *find_module(const struct plugin *plugin, const char *name)
{
	for (size_t i = 0; i < plugin->module_count; i++)
		if (strcmp(plugin->modules[i].name, name) == 0)
			return &plugin->modules[i];
	return NULL;
}

/* A module that is being run is marked, so that a circle is told rather than followed. */
static int run_module(lua_State *lua, const struct module *module)
{
	lua_pushboolean(lua, false);
	lua_setfield(lua, 2, module->name);
	module_load_source(lua, module->source, module->length, module->chunk);
	lua_call(lua, 0, 1);
	if (lua_isnil(lua, -1)) {
		lua_pop(lua, 1);
		lua_pushboolean(lua, true);
	}
	lua_pushvalue(lua, -1);
	lua_setfield(lua, 2, module->name);
	return 1;
}

int module_require(lua_State *lua)
{
	const char *name = luaL_checkstring(lua, 1);
	struct plugin *plugin = plugin_of(lua);
	const struct module *module;
	int type;

	lua_settop(lua, 1);
	module_push_loaded(lua);
	type = lua_getfield(lua, 2, name);
	if (type == LUA_TBOOLEAN && !lua_toboolean(lua, -1))
		return luaL_error(lua, "模块 %s 绕了一圈又 require 到自己", name);
	if (type != LUA_TNIL)
		return 1;
	lua_pop(lua, 1);
	if (strcmp(name, "luodi.test") == 0)
		return luaL_error(lua, "luodi.test 只能在 test.lua 里用");
	if (!module_name_is_valid(name))
		return luaL_error(lua, "require 的模块名只能用小写字母、数字、_ 和 .，写的是 %s", name);
	module = find_module(plugin, name);
	if (module == NULL)
		return luaL_error(lua, "插件 %s 的文件夹里没有模块 %s", plugin->name, name);
	return run_module(lua, module);
}
