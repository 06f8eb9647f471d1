#include "host/host.h"

#include "host/call.h"
#include "host/serve.h"
#include "host/typed.h"
#include <stdlib.h>

enum { YEARS_LARGEST = 1000, DAYS_LARGEST = 400000, CODE_LARGEST = 64, SENTENCE_LARGEST = 2048 };

struct buffer *host_ask_begin(struct host *host, enum host_ask ask)
{
	struct buffer *out = link_begin(&host->link, HOST_ASK);

	wire_put_integer(out, host->call);
	wire_put_integer(out, ask);
	return out;
}

static void lose_link(lua_State *lua, struct host *host)
{
	plugin_of(lua)->doom = HOST_FAULT_ERROR; /* no code of the plugin may go on */
	if (!host->link.closed)
		host->link.bad = true;
	luaL_error(lua, "和 luodid 的连接断了");
}

static void raise_refusal(lua_State *lua, struct host *host, struct wire *answer)
{
	const char *code = wire_get_name(answer, host->answer, CODE_LARGEST);
	const char *sentence = wire_get_name(answer, host->answer, SENTENCE_LARGEST);
	const char *hint = wire_get_text(answer, host->answer, SENTENCE_LARGEST);

	(void)code; /* a sentence is all that a plugin can use */
	host_answer_end(lua, host, answer);
	if (hint != NULL && *hint != '\0')
		luaL_error(lua, "%s（%s）", sentence, hint);
	luaL_error(lua, "%s", sentence);
}

void host_ask_end(lua_State *lua, struct host *host, struct wire *ret_answer)
{
	int type;

	if (!link_end(&host->link))
		luaL_error(lua, "问 luodid 的话太长");
	pool_reset(host->answer);
	if (!link_read(&host->link, &type, ret_answer))
		lose_link(lua, host);
	if (type != HOST_ANSWER || wire_get_integer(ret_answer, 0, INT64_MAX) != host->call || !wire_ok(ret_answer))
		lose_link(lua, host);
	if (!wire_get_boolean(ret_answer))
		raise_refusal(lua, host, ret_answer);
}

void host_answer_end(lua_State *lua, struct host *host, const struct wire *answer)
{
	if (!wire_end(answer))
		lose_link(lua, host);
}

static bool take_calendar(struct host *host, struct wire *in)
{
	size_t year_count = wire_get_count(in, YEARS_LARGEST), day_count;
	int *years = pool_alloc_array(host->answer, year_count, sizeof *years);
	struct calendar_day *days;

	for (size_t i = 0; i < year_count; i++)
		years[i] = (int)wire_get_integer(in, 1900, 9999);
	day_count = wire_get_count(in, DAYS_LARGEST);
	days = pool_alloc_array(host->answer, day_count, sizeof *days);
	for (size_t i = 0; i < day_count; i++) {
		days[i].date.day = (int32_t)wire_get_integer(in, DATE_FIRST.day, DATE_LAST.day);
		days[i].working = wire_get_boolean(in);
	}
	if (!wire_end(in))
		return false;
	calendar_free(host->calendar);
	host->calendar = year_count > 0 ? calendar_new(years, year_count, days, day_count) : NULL;
	return year_count == 0 || host->calendar != NULL;
}

static bool take_schema(struct host *host, struct wire *in)
{
	struct schema *schema = schema_get(in);

	pool_reset(host->answer);
	host->serial++; /* records of before point to kinds of before */
	if (schema == NULL || !take_calendar(host, in)) {
		schema_release(schema);
		return false;
	}
	schema_release(host->schema);
	host->schema = schema;
	return true;
}

static bool take_message(struct host *host, int type, struct wire *in)
{
	switch (type) {
	case HOST_LOAD:
		return call_load(host, in);
	case HOST_SCHEMA:
		return take_schema(host, in);
	case HOST_CALL:
		return call_run(host, in);
	default:
		return false; /* an ANSWER that nobody asked for, too */
	}
}

enum host_end host_serve(int socket)
{
	struct host host = {.answer = pool_new(), .scratch = pool_new()};
	struct wire in;
	int type;

	link_init(&host.link, socket);
	buffer_init(&host.text, VALUE_TEXT_LARGEST);
	while (link_read(&host.link, &type, &in))
		if (!take_message(&host, type, &in))
			host.link.bad = true;
	for (size_t i = 0; i < HOST_PLUGINS_LARGEST; i++)
		plugin_free(host.plugins[i]);
	schema_release(host.schema);
	calendar_free(host.calendar);
	pool_free(host.answer);
	pool_free(host.scratch);
	buffer_clear(&host.text);
	link_clear(&host.link);
	return host.link.bad ? HOST_END_BAD_FRAME : HOST_END_CLOSED;
}
