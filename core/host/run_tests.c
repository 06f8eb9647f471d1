/* HOST_CALL_TEST: loads test.lua into the plugin's state, then runs what t.test collected, each from an empty store. */
#include "host/call.h"
#include "host/escape.h"
#include "host/module.h"
#include "host/plain_lua.h"
#include "host/test_api.h"
#include "host/typed.h"

#include <string.h>

enum { TESTS_LARGEST = 1000 };

struct outcome {
	const char *name, *message; /* message NULL: passed */
	int line;
};

static void begin_test(lua_State *lua, struct call *call, const char *name)
{
	const struct plain title = {.type = PLAIN_TEXT, .text = name};
	const char *const names[] = {"name"};
	const struct plain arguments = {.type = PLAIN_TABLE, .items = &title, .names = names, .count = 1};
	struct buffer *out = host_ask_begin(call->host, HOST_ASK_TEST);
	struct wire answer;

	wire_put_text(out, "begin");
	plain_put(out, &arguments);
	host_ask_end(lua, call->host, &answer);
	(void)plain_get(&answer, call->host->answer);
	host_answer_end(lua, call->host, &answer);
}

/* The error, with the innermost line of the test file itself in front. */
static int add_line(lua_State *lua)
{
	lua_Debug activation;

	if (lua_istable(lua, 1)) { /* a refusal: see test_api.c */
		lua_pushliteral(lua, "sentence");
		lua_rawget(lua, 1);
		if (lua_type(lua, -1) != LUA_TSTRING) {
			lua_pop(lua, 1);
			lua_pushliteral(lua, "抛出的错误是一个表");
		}
		for (int level = 0; lua_getstack(lua, level, &activation); level++)
			if (lua_getinfo(lua, "Sl", &activation) && activation.currentline > 0) {
				lua_pushfstring(lua, "%s:%d: ", activation.short_src, activation.currentline);
				lua_insert(lua, -2);
				lua_concat(lua, 2);
				break;
			}
		return 1;
	}
	if (lua_type(lua, 1) != LUA_TSTRING)
		lua_pushfstring(lua, "抛出的错误是 %s，不是文字", luaL_typename(lua, 1));
	return 1;
}

/* "demo/test.lua:12: …" gives 12, where the text begins with the name of the chunk. */
static int line_of(const char *message, const char *chunk, int otherwise)
{
	size_t length = strlen(chunk + 1);
	int line = 0;

	if (strncmp(message, chunk + 1, length) != 0 || message[length] != ':')
		return otherwise;
	for (const char *p = message + length + 1; *p >= '0' && *p <= '9' && line < 10000000; p++)
		line = line * 10 + (*p - '0');
	return line > 0 ? line : otherwise;
}

/* {name, function, line} is at the top. */
static struct outcome run_one(lua_State *lua, struct call *call, const char *chunk)
{
	char message[FAULT_MESSAGE_LARGEST + 1];
	struct outcome outcome = {0};
	int test = lua_gettop(lua);

	lua_rawgeti(lua, test, 1);
	outcome.name = pool_copy_text(call->pool, lua_tostring(lua, -1));
	lua_rawgeti(lua, test, 3);
	outcome.line = (int)lua_tointeger(lua, -1);
	begin_test(lua, call, outcome.name);
	lua_pushcfunction(lua, add_line);
	lua_rawgeti(lua, test, 2);
	if (lua_pcall(lua, 0, 0, lua_gettop(lua) - 1) != LUA_OK) {
		size_t length;
		const char *text;

		plugin_check_budget(lua);
		text = lua_tolstring(lua, -1, &length);
		if (text == NULL)
			text = "出错了，而且错误处理也出错了";
		outcome.line = line_of(text, chunk, outcome.line);
		escape_text(text, strlen(text), message, sizeof message, false);
		outcome.message = pool_copy_text(call->pool, message);
	}
	plugin_check_budget(lua);
	lua_settop(lua, test - 1);
	return outcome;
}

static void send_outcomes(lua_State *lua, struct call *call, const struct outcome *outcomes, size_t count)
{
	struct buffer *out = call_begin_result(call);

	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++) {
		wire_put_text(out, outcomes[i].name);
		wire_put_boolean(out, outcomes[i].message == NULL);
		wire_put_text(out, outcomes[i].message);
		wire_put_integer(out, outcomes[i].line);
	}
	call_end_result(lua, call);
}

int call_tests(lua_State *lua)
{
	struct call *call = call_of(lua);
	size_t length, count;
	const char *source = wire_get_bytes(call->in, HOST_FRAME_TO_HOST_LARGEST, &length), *chunk;
	struct outcome *outcomes;
	int tests;

	chunk = wire_get_name(call->in, call->pool, 256);
	call_end_input(lua, call);
	chunk = pool_format(call->pool, "=%s", chunk);
	test_open(lua);
	tests = lua_gettop(lua);
	module_load_source(lua, pool_copy_bytes(call->pool, source, length), length, chunk);
	lua_call(lua, 0, 0);
	count = (size_t)lua_rawlen(lua, tests);
	if (count > TESTS_LARGEST)
		return luaL_error(lua, "测试太多，一个文件最多 %d 个", TESTS_LARGEST);
	outcomes = pool_alloc_array(call->pool, count, sizeof *outcomes);
	for (size_t i = 0; i < count; i++) {
		lua_rawgeti(lua, tests, (lua_Integer)i + 1);
		outcomes[i] = run_one(lua, call, chunk);
	}
	send_outcomes(lua, call, outcomes, count);
	return 0;
}
