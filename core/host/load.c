/* Loading: a plugin's sources arrive whole, init.lua is run, and what it declared is sent back. */
#include "base/wire.h"
#include "host/call.h"
#include "host/declare.h"
#include "host/environment.h"
#include "host/escape.h"
#include "host/module.h"
#include "host/record.h"
#include "host/refusal.h"
#include "host/typed.h"
#include "host/words.h"

#include <string.h>

/* [a-z][a-z0-9_-]{0,31}: the name of a folder */
static bool plugin_name_is_valid(const char *name)
{
	if (*name < 'a' || *name > 'z' || strlen(name) > PLUGIN_NAME_LARGEST)
		return false;
	for (; *name != '\0'; name++)
		if (!(*name >= 'a' && *name <= 'z') && !(*name >= '0' && *name <= '9') && *name != '-' && *name != '_')
			return false;
	return true;
}

/* Sizes and names of modules are a plugin's fault; anything else in the message is luodid's. */
static bool read_modules(struct plugin *plugin, struct wire *in, const char **ret_fault)
{
	size_t count = wire_get_count(in, MODULE_COUNT_LARGEST), total = 0;
	struct module *modules = pool_alloc_array(plugin->pool, count, sizeof *modules);

	for (size_t i = 0; i < count && wire_ok(in); i++) {
		struct module *module = &modules[i];
		const char *source;

		module->name = wire_get_name(in, plugin->pool, 256);
		source = wire_get_bytes(in, HOST_FRAME_TO_HOST_LARGEST, &module->length);
		total += module->length;
		if (!wire_ok(in))
			break;
		if (!module_name_is_valid(module->name))
			*ret_fault =
			    pool_format(plugin->pool, "模块名“%s”不合规；只用小写字母、数字和下划线", module->name);
		if (module->length > MODULE_LARGEST)
			*ret_fault = pool_format(plugin->pool, "%s.lua 超过 1 MiB", module->name);
		if (total > MODULES_LARGEST)
			*ret_fault = "插件的源文件合起来超过 4 MiB";
		if (*ret_fault != NULL)
			module->length = 0;
		module->source = pool_copy_bytes(plugin->pool, source, module->length);
		module->chunk = module_chunk_name(plugin->pool, plugin->name, module->name);
	}
	plugin->modules = modules;
	plugin->module_count = count;
	return wire_end(in);
}

/* What require "luodi" gives. */
static void open_luodi(lua_State *lua)
{
	static const luaL_Reg functions[] = {{"format", words_format}, {"refuse", refusal_new}, {0}};

	module_push_loaded(lua);
	lua_newtable(lua);
	luaL_setfuncs(lua, functions, 0);
	declare_open(lua);
	typed_open(lua);
	module_guard_names(lua, "luodi");
	lua_setfield(lua, -2, "luodi");
	lua_pop(lua, 1);
	record_open(lua);
	refusal_open(lua);
}

static int load_body(lua_State *lua)
{
	environment_open(lua);
	open_luodi(lua);
	record_begin_call(lua);
	lua_pushcfunction(lua, module_require);
	lua_pushliteral(lua, "init");
	lua_call(lua, 1, 0);
	return 0;
}

static void send_loaded(struct host *host, struct plugin *plugin)
{
	struct fault fault = {.type = HOST_FAULT_ANSWER, .message = "声明太大，超过 4 MiB"};
	struct buffer *out = link_begin(&host->link, HOST_LOADED);

	plugin->declared->all.plugin = plugin->name;
	wire_put_integer(out, plugin->index);
	declarations_put(out, &plugin->declared->all);
	plugin->loaded = link_end(&host->link);
	if (!plugin->loaded)
		call_send_fault(host, -1 - (int64_t)plugin->index, &fault);
}

static void load(struct host *host, struct plugin *plugin, const char *sources_fault)
{
	struct fault fault = {.type = HOST_FAULT_ERROR};

	if (sources_fault != NULL || !plugin_open(plugin)) {
		escape_text(sources_fault != NULL ? sources_fault : "内存不够，载入不了插件", SIZE_MAX, fault.message,
		    sizeof fault.message, false);
		call_send_fault(host, -1 - (int64_t)plugin->index, &fault);
		return;
	}
	plugin->declared = pool_alloc(plugin->pool, sizeof *plugin->declared);
	plugin->loading = true;
	if (plugin_call(plugin, load_body, NULL, BUDGET_LOAD_MS))
		send_loaded(host, plugin);
	else
		call_send_fault(host, -1 - (int64_t)plugin->index, &plugin->fault);
	plugin->loading = false;
	if (!plugin->loaded)
		plugin_close(plugin);
}

bool call_load(struct host *host, struct wire *in)
{
	int64_t index = wire_get_integer(in, 0, HOST_PLUGINS_LARGEST - 1);
	const char *name, *fault = NULL;
	struct plugin *plugin;

	pool_reset(host->scratch);
	name = wire_get_name(in, host->scratch, PLUGIN_NAME_LARGEST);
	(void)wire_get_integer(
	    in, INT64_MIN, INT64_MAX); /* the hash seed: Lua 5.4 takes none, it makes its own each time */
	if (!wire_ok(in) || !plugin_name_is_valid(name))
		return false;
	plugin = plugin_new(host, (int)index, name);
	if (plugin == NULL || !read_modules(plugin, in, &fault)) {
		plugin_free(plugin);
		return false;
	}
	plugin_free(host->plugins[index]);
	host->plugins[index] = plugin;
	load(host, plugin, fault);
	return true;
}
