#include "host/plugin.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "host/escape.h"
#include "host/functions.h"
#include "host/host.h"
#include <stdlib.h>
#include <string.h>

enum { US_PER_MS = 1000 };

/* A growth that was refused and is not asked for again was refused for good: Lua raised "not enough memory", whether or
 * not the plugin caught it. Between the two requests Lua only frees and shrinks. */
static void *refuse_growth(struct plugin *plugin, const void *block, size_t size)
{
	if (plugin->refused.size != 0 && plugin->doom == 0)
		plugin->doom = HOST_FAULT_MEMORY;
	plugin->refused.block = block;
	plugin->refused.size = size;
	return NULL;
}

static void note_growth(struct plugin *plugin, const void *block, size_t size)
{
	if (plugin->refused.size == 0)
		return;
	if ((plugin->refused.block != block || plugin->refused.size != size) && plugin->doom == 0)
		plugin->doom = HOST_FAULT_MEMORY;
	plugin->refused.size = 0;
}

static void *allocate(void *argument, void *block, size_t old_size, size_t new_size)
{
	struct plugin *plugin = argument;
	size_t old = block == NULL ? 0 : old_size; /* for new blocks Lua tells a type there */
	const void *wanted = block;		   /* compared only */
	void *result;

	if (new_size == 0) {
		free(block);
		plugin->memory -= old;
		return NULL;
	}
	if (new_size > old &&
	    (new_size > PLUGIN_MEMORY_LARGEST || plugin->memory - old > PLUGIN_MEMORY_LARGEST - new_size))
		return refuse_growth(plugin, block, new_size);
	result = realloc(block, new_size);
	if (result == NULL && new_size > old)
		return refuse_growth(plugin, block, new_size);
	if (result == NULL)
		result = block; /* Lua relies on shrinking */
	if (new_size > old)
		note_growth(plugin, wanted, new_size);
	plugin->memory += new_size - old;
	return result;
}

struct plugin *plugin_of(lua_State *lua)
{
	struct plugin *plugin;

	memcpy(&plugin, lua_getextraspace(lua), sizeof plugin);
	return plugin;
}

struct host *host_of(lua_State *lua)
{
	return plugin_of(lua)->host;
}

static void doom_if_out_of_memory(struct plugin *plugin)
{
	if (plugin->refused.size != 0 && plugin->doom == 0)
		plugin->doom = HOST_FAULT_MEMORY;
	plugin->refused.size = 0;
}

static void start_budget(struct plugin *plugin)
{
	plugin->deadline_us = clock_thread_us() + plugin->budget_ms * US_PER_MS;
}

void plugin_check_budget(lua_State *lua)
{
	struct plugin *plugin = plugin_of(lua);

	doom_if_out_of_memory(plugin);
	if (plugin->deadline_us == 0)
		start_budget(plugin);
	else if (plugin->doom == 0 && clock_thread_us() > plugin->deadline_us)
		plugin->doom = HOST_FAULT_BUDGET;
	if (plugin->doom == HOST_FAULT_BUDGET)
		luaL_error(lua, "运行超过了 %d 毫秒，看看有没有停不下来的循环", (int)plugin->budget_ms);
	if (plugin->doom == HOST_FAULT_MEMORY)
		luaL_error(lua, "内存超过了 %d MiB，看看有没有越积越多的表或文字", PLUGIN_MEMORY_LARGEST >> 20);
	if (plugin->doom != 0)
		luaL_error(lua, "和 luodid 的连接断了");
}

/* A look at the clock takes several times as long as most rules do for a day. */
void plugin_renew_budget(struct plugin *plugin)
{
	plugin->deadline_us = 0;
}

void plugin_refuse_answer(lua_State *lua)
{
	plugin_of(lua)->answered_wrongly = true;
	lua_error(lua);
	abort(); /* not reached */
}

static void on_count(lua_State *lua, lua_Debug *activation)
{
	(void)activation;
	plugin_check_budget(lua);
}

struct plugin *plugin_new(struct host *host, int index, const char *name)
{
	struct plugin *plugin = calloc(1, sizeof *plugin);

	if (plugin == NULL)
		return NULL;
	plugin->host = host;
	plugin->index = index;
	plugin->pool = pool_new();
	memcpy(plugin->name, name, strnlen(name, PLUGIN_NAME_LARGEST));
	return plugin;
}

bool plugin_open(struct plugin *plugin)
{
	plugin->lua = lua_newstate(allocate, plugin);
	if (plugin->lua == NULL)
		return false;
	memcpy(lua_getextraspace(plugin->lua), &plugin, sizeof plugin);
	/* Set before any coroutine exists, so that each one inherits it. */
	lua_sethook(plugin->lua, on_count, LUA_MASKCOUNT, PLUGIN_COUNT_HOOK);
	return true;
}

void plugin_close(struct plugin *plugin)
{
	if (plugin->lua != NULL)
		lua_close(plugin->lua);
	plugin->lua = NULL;
}

void plugin_free(struct plugin *plugin)
{
	if (plugin == NULL)
		return;
	plugin_close(plugin);
	pool_free(plugin->pool);
	free(plugin);
}

/* Lua puts "file:line: " before most messages; that is the place, told apart from the sentence. */
static const char *take_place(struct fault *fault, const char *message)
{
	const char *colon = strstr(message, ".lua:");
	char *end;
	long line;
	size_t length;

	if (colon == NULL)
		return message;
	colon += strlen(".lua");
	length = (size_t)(colon - message);
	line = strtol(colon + 1, &end, 10);
	if (length >= sizeof fault->file || memchr(message, '\n', length) != NULL || line < 1 || line > 10000000 ||
	    strncmp(end, ": ", 2) != 0)
		return message;
	memcpy(fault->file, message, length);
	fault->file[length] = '\0';
	fault->line = (int)line;
	return end + 2;
}

static void take_place_of_stack(lua_State *lua, struct fault *fault)
{
	lua_Debug activation;

	for (int level = 0; lua_getstack(lua, level, &activation); level++)
		if (lua_getinfo(lua, "Sl", &activation) && activation.currentline > 0) {
			escape_text(
			    activation.short_src, strlen(activation.short_src), fault->file, sizeof fault->file, false);
			fault->line = activation.currentline;
			return;
		}
}

/* An error may be any value. No code of the plugin is run to read it. */
static void take_message(lua_State *lua, int index, struct fault *fault)
{
	size_t length;
	const char *message;

	if (lua_type(lua, index) == LUA_TTABLE) {
		lua_pushliteral(lua, "sentence");
		lua_rawget(lua, index);
		lua_replace(lua, index);
		if (lua_type(lua, index) != LUA_TSTRING) {
			lua_pushliteral(lua, "抛出的错误是一个表，不是文字；请用 error(\"说明\")");
			lua_replace(lua, index);
		}
	}
	if (lua_type(lua, index) != LUA_TSTRING) {
		lua_pushfstring(lua, "抛出的错误是 %s，不是文字；请用 error(\"说明\")", luaL_typename(lua, index));
		lua_replace(lua, index);
	}
	message = lua_tolstring(lua, index, &length);
	if (memchr(message, '\0', length) == NULL) {
		const char *rest = take_place(fault, message);

		length -= (size_t)(rest - message);
		message = rest;
	}
	escape_text(message, length, fault->message, sizeof fault->message, false);
}

static int on_error(lua_State *lua)
{
	struct plugin *plugin = plugin_of(lua);
	struct fault *fault = &plugin->fault;
	const char *trace;
	size_t length;

	lua_settop(lua, 1);
	take_message(lua, 1, fault);
	if (fault->line == 0)
		take_place_of_stack(lua, fault);
	luaL_traceback(lua, lua, NULL, 1);
	trace = lua_tolstring(lua, -1, &length);
	escape_text(trace, length, fault->trace, sizeof fault->trace, true);
	lua_settop(lua, 1); /* the message itself: a parser's comes by here twice */
	return 1;
}

/* Where no line is known (no memory to look, or a wrong answer), the function that was called is named. */
static void take_place_of_function(struct plugin *plugin)
{
	struct place place = functions_place(plugin, plugin->running);
	struct fault *fault = &plugin->fault;

	if (fault->line != 0 || place.file == NULL)
		return;
	escape_text(place.file, SIZE_MAX, fault->file, sizeof fault->file, false);
	fault->line = place.line;
}

static void finish_fault(struct plugin *plugin, int status)
{
	struct fault *fault = &plugin->fault;

	if (status == LUA_ERRMEM && plugin->doom == 0)
		plugin->doom = HOST_FAULT_MEMORY;
	fault->type = HOST_FAULT_ERROR;
	if (plugin->doom != 0)
		fault->type = plugin->doom;
	else if (plugin->answered_wrongly)
		fault->type = HOST_FAULT_ANSWER;
	if (plugin->doom == HOST_FAULT_MEMORY)
		escape_text("内存超过了 64 MiB，看看有没有越积越多的表或文字", SIZE_MAX, fault->message,
		    sizeof fault->message, false);
	if (fault->message[0] == '\0')
		escape_text("出错了，而且错误处理也出错了", SIZE_MAX, fault->message, sizeof fault->message, false);
}

bool plugin_call(struct plugin *plugin, lua_CFunction body, void *argument, int64_t budget_ms)
{
	int status;

	plugin->fault = (struct fault){0};
	plugin->answered_wrongly = false;
	plugin->emitted = 0;
	plugin->budget_ms = budget_ms;
	start_budget(plugin);
	lua_settop(plugin->lua, 0);
	lua_pushcfunction(plugin->lua, on_error);
	lua_pushcfunction(plugin->lua, body);
	lua_pushlightuserdata(plugin->lua, argument);
	status = lua_pcall(plugin->lua, 1, 0, 1);
	doom_if_out_of_memory(plugin);
	/* A budget that was overrun and then hidden by an end without error is overrun all the same. */
	if (status == LUA_OK && plugin->doom == 0) {
		lua_settop(plugin->lua, 0);
		return true;
	}
	if (status == LUA_OK && plugin->fault.message[0] == '\0')
		escape_text("运行超过了时限，错误被插件截住了", SIZE_MAX, plugin->fault.message,
		    sizeof plugin->fault.message, false);
	finish_fault(plugin, status);
	take_place_of_function(plugin);
	link_abandon(&plugin->host->link);
	lua_settop(plugin->lua, 0);
	if (plugin->doom != 0)
		plugin_close(plugin);
	return false;
}
