#include "host/call.h"

#include "host/environment.h"
#include "host/escape.h"
#include "host/functions.h"
#include "host/record.h"
#include "host/refusal.h"
#include "host/typed.h"
#include <string.h>

enum { STATES_LARGEST = 100000 };

void call_send_fault(struct host *host, int64_t call, const struct fault *fault)
{
	struct buffer *out = link_begin(&host->link, HOST_FAULT);

	wire_put_integer(out, call);
	wire_put_integer(out, fault->type);
	wire_put_text(out, fault->file[0] != '\0' ? fault->file : NULL);
	wire_put_integer(out, fault->line);
	wire_put_text(out, fault->message);
	wire_put_text(out, fault->trace);
	if (!link_end(&host->link)) /* can't be: a fault is bounded, and the buffer holds two of the largest */
		host->link.bad = true;
}

struct call *call_of(lua_State *lua)
{
	return lua_touserdata(lua, 1);
}

void call_end_input(lua_State *lua, struct call *call)
{
	host_answer_end(lua, call->host, call->in);
}

struct buffer *call_begin_result(struct call *call)
{
	struct buffer *out = link_begin(&call->host->link, HOST_RESULT);

	wire_put_integer(out, call->host->call);
	return out;
}

void call_end_result(lua_State *lua, struct call *call)
{
	if (link_end(&call->host->link))
		return;
	luaL_where(lua, 0);
	lua_pushliteral(lua, "结果太大，超过 4 MiB");
	plugin_refuse_answer(lua);
}

/* Each record has the whole budget: a thousand are not slower than one. */
static struct value compute_one(lua_State *lua, struct call *call, const struct state *state)
{
	struct value value;

	plugin_renew_budget(call->plugin);
	functions_push(lua, call->function);
	record_push(lua, state, NULL, RECORD_PURE);
	lua_call(lua, 1, 1);
	value = typed_value(lua, -1, "计算字段的结果");
	if (value_is_text(value.type))
		value.text = pool_copy_text(call->pool, value.text);
	lua_pop(lua, 1);
	return value;
}

int call_compute(lua_State *lua)
{
	struct call *call = call_of(lua);
	size_t count = wire_get_count(call->in, STATES_LARGEST);
	const struct state **states = pool_alloc_array(call->pool, count, sizeof(struct state *));
	struct buffer *out;
	struct value *values;

	for (size_t i = 0; i < count && wire_ok(call->in); i++)
		states[i] = state_get(call->in, call->host->schema, call->pool);
	call_end_input(lua, call);
	values = pool_alloc_array(call->pool, count, sizeof *values);
	for (size_t i = 0; i < count; i++)
		values[i] = compute_one(lua, call, states[i]);
	out = call_begin_result(call);
	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++)
		value_put(out, values[i]);
	call_end_result(lua, call);
	return 0;
}

static void send_verdict(lua_State *lua, struct call *call, bool refused, const char *field, const char *sentence)
{
	struct buffer *out = call_begin_result(call);

	wire_put_boolean(out, refused);
	if (refused) {
		wire_put_text(out, field);
		wire_put_text(out, sentence);
	}
	call_end_result(lua, call);
}

int call_guard(lua_State *lua)
{
	struct call *call = call_of(lua);
	const struct state *now = state_get(call->in, call->host->schema, call->pool), *old = NULL;
	const char *field, *sentence;

	if (wire_get_boolean(call->in))
		old = state_get(call->in, call->host->schema, call->pool);
	call_end_input(lua, call);
	functions_push(lua, call->function);
	record_push(lua, now, NULL, RECORD_ASKING);
	if (old != NULL)
		record_push(lua, old, NULL, RECORD_ASKING);
	else
		lua_pushnil(lua);
	lua_call(lua, 2, 1);
	if (lua_isnil(lua, -1)) {
		send_verdict(lua, call, false, NULL, NULL);
	} else if (refusal_read(lua, -1, &field, &sentence)) {
		send_verdict(lua, call, true, field, sentence);
	} else {
		luaL_where(lua, 0);
		lua_pushfstring(lua, "守卫要么什么都不返回，要么返回 luodi.refuse(…)，给的是%s", typed_word(lua, -2));
		plugin_refuse_answer(lua);
	}
	return 0;
}

/* Without a schema there are no states, and without a loaded plugin no functions. */
static const char *why_not(const struct host *host, const struct plugin *plugin, enum host_call type)
{
	if (plugin == NULL || !plugin->loaded)
		return "插件没有载入，先看载入时的错误";
	if (host->schema == NULL && type != HOST_CALL_TEST)
		return "还没有收到字段和阶段的说明";
	return NULL;
}

static int enter(lua_State *lua)
{
	struct call *call = call_of(lua);

	record_begin_call(lua);
	return call->body(lua);
}

/* Every call begins with a fresh serial, so records of the one before are refused. */
static bool run_body(struct call *call, lua_CFunction body, int64_t budget_ms)
{
	struct plugin *plugin = call->plugin;
	bool ran;

	call->host->serial++;
	call->pool = pool_new();
	call->body = body;
	plugin->running = call->function;
	ran = plugin_call(plugin, enter, call, budget_ms);
	pool_free(call->pool);
	/* What came was not what was agreed on: the end, in host_serve. */
	if (call->host->link.bad || call->host->link.closed)
		return !call->host->link.bad;
	if (!ran)
		call_send_fault(call->host, call->host->call, &plugin->fault);
	return true;
}

static bool run_plugin(struct host *host, enum host_call type, int64_t index, struct call *call)
{
	static const struct {
		lua_CFunction body;
		int64_t budget_ms;
	} bodies[] = {[HOST_CALL_COMPUTE] = {call_compute, BUDGET_SHORT_MS},
	    [HOST_CALL_GUARD] = {call_guard, BUDGET_SHORT_MS},
	    [HOST_CALL_EXPORT] = {call_export, BUDGET_LONG_MS},
	    [HOST_CALL_TEST] = {call_tests, BUDGET_LONG_MS},
	    [HOST_CALL_RULE] = {call_rule, BUDGET_SHORT_MS}};
	struct fault fault = {.type = HOST_FAULT_ERROR};
	const char *why;

	call->plugin = host->plugins[index];
	why = why_not(host, call->plugin, type);
	if (why != NULL) {
		escape_text(why, SIZE_MAX, fault.message, sizeof fault.message, false);
		call_send_fault(host, host->call, &fault);
		return true;
	}
	if (call->plugin->lua == NULL) { /* thrown away earlier, for the same reason */
		call_send_fault(host, host->call, &call->plugin->fault);
		return true;
	}
	return run_body(call, bodies[type].body, bodies[type].budget_ms);
}

/* A configuration is read in a state of its own with nothing in it: no function at all. */
static bool run_config(struct host *host, struct call *call)
{
	struct fault fault = {.type = HOST_FAULT_MEMORY, .message = "内存不够，读不了配置"};
	bool well = true;

	call->plugin = plugin_new(host, 0, "config");
	if (call->plugin != NULL && plugin_open(call->plugin))
		well = run_body(call, call_config, BUDGET_LOAD_MS);
	else
		call_send_fault(host, host->call, &fault);
	plugin_free(call->plugin);
	return well;
}

bool call_run(struct host *host, struct wire *in)
{
	struct call call = {.host = host, .in = in};
	enum host_call type;
	int64_t index;

	host->call = wire_get_integer(in, 0, INT64_MAX);
	type = (enum host_call)wire_get_integer(in, HOST_CALL_COMPUTE, HOST_CALL_RULE);
	index = wire_get_integer(in, 0, HOST_PLUGINS_LARGEST - 1);
	call.function = wire_get_integer(in, 0, INT32_MAX);
	host->today.day = (int32_t)wire_get_integer(in, DATE_FIRST.day, DATE_LAST.day);
	host->without_lights = type == HOST_CALL_COMPUTE || type == HOST_CALL_RULE;
	if (!wire_ok(in))
		return false;
	if (type == HOST_CALL_CONFIG)
		return run_config(host, &call);
	return run_plugin(host, type, index, &call);
}
