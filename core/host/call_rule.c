/* HOST_CALL_RULE: check(record, today) for each day of each span.
 *
 * A rule is asked for very many days (a hundred thousand records, ninety days each), nearly all of which it answers as it did
 * the day before. So a record is made once a span, a sentence only where the level changes, and a day costs nothing but
 * the plugin's own function and the date that it is given.
 *
 * The records that a function reaches through references are asked for once in a call, as ever, so all spans of one
 * call see the same ones. */
#include "host/call.h"

#include "host/declare.h"
#include "host/escape.h"
#include "host/functions.h"
#include "host/record.h"
#include "host/typed.h"
#include "host/words.h"
#include <string.h>

enum { SPANS_LARGEST = 100000, SPAN_DAYS_LARGEST = 1000, SENTENCE_LARGEST = 500, ANSWER_BYTES = 16 };

struct answer {
	struct date day;
	int level;
	const char *sentence; /* NULL: green */
};

struct asking {
	struct call *call;
	size_t bytes; /* of the answers so far */
};

struct span {
	const struct state *state;
	struct date first, last;
	struct answer *answers; /* grows in the call's pool */
	size_t answer_count, answer_room;
};

static struct span get_span(struct call *call)
{
	struct span span = {.state = state_get(call->in, call->host->schema, call->pool)};

	span.first.day = (int32_t)wire_get_integer(call->in, DATE_FIRST.day, DATE_LAST.day);
	span.last.day = (int32_t)wire_get_integer(call->in, DATE_FIRST.day, DATE_LAST.day);
	if (wire_ok(call->in) &&
	    (span.last.day < span.first.day || span.last.day - span.first.day >= SPAN_DAYS_LARGEST))
		wire_fail(call->in, "a span of no days, or of too many");
	return span;
}

static struct span *get_spans(struct call *call, size_t count)
{
	struct span *spans = pool_alloc_array(call->pool, count, sizeof *spans);

	for (size_t i = 0; i < count && wire_ok(call->in); i++)
		spans[i] = get_span(call);
	return spans;
}

/* Raises the sentence on the top of the stack: an answer that is not allowed. */
_Noreturn static void refuse_answer(lua_State *lua)
{
	luaL_where(lua, 0);
	lua_insert(lua, -2);
	lua_concat(lua, 2);
	plugin_refuse_answer(lua);
}

/* What the function returned begins at first. */
static int read_level(lua_State *lua, int first)
{
	const char *level = lua_type(lua, first) == LUA_TSTRING ? lua_tostring(lua, first) : "";

	if (lua_isnoneornil(lua, first))
		return LEVEL_GREEN;
	if (strcmp(level, "yellow") == 0)
		return LEVEL_YELLOW;
	if (strcmp(level, "red") == 0)
		return LEVEL_RED;
	if (lua_type(lua, first) == LUA_TSTRING)
		lua_pushfstring(lua, "规则返回了“%s”；要么什么都不返回，要么返回 \"yellow\" 或 \"red\"，再加一句话",
		    typed_check_text(lua, first, "规则的灯色"));
	else
		lua_pushfstring(lua, "规则要么什么都不返回，要么返回 \"yellow\" 或 \"red\"，再加一句话；给的是%s",
		    typed_word(lua, first));
	refuse_answer(lua);
}

static void check_sentence(lua_State *lua, int index)
{
	if (lua_type(lua, index) == LUA_TSTRING && lua_rawlen(lua, index) > 0)
		return;
	lua_pushfstring(lua, "规则返回了“%s”，没有说原因；后面加一句话，写给看的人，如 \"签约 %%d 天\", days",
	    lua_tostring(lua, index - 1));
	refuse_answer(lua);
}

/* Whole characters, on one line: a sentence of more would break the lines that findings are kept in. */
static const char *take_sentence(lua_State *lua, struct call *call, int index)
{
	char text[SENTENCE_LARGEST + 1];

	words_push_format(lua, index);
	typed_check_text(lua, -1, "规则的句子");
	escape_text(lua_tostring(lua, -1), SIZE_MAX, text, sizeof text, false);
	if (text[0] == '\0') {
		lua_pushliteral(lua, "规则的句子是空的；写明原因，写给看的人");
		refuse_answer(lua);
	}
	return pool_copy_text(call->pool, text);
}

/* A level that changes each day would fill the memory long before the result is found to be too large. */
static void add_answer(lua_State *lua, struct asking *asking, struct span *span, struct answer answer)
{
	asking->bytes += ANSWER_BYTES + (answer.sentence != NULL ? strlen(answer.sentence) : 0);
	if (asking->bytes > HOST_FRAME_LARGEST) {
		lua_pushliteral(lua, "结果太大，超过 4 MiB：灯色一天一变，看看规则是不是写反了");
		refuse_answer(lua);
	}
	span->answers = declare_grow(
	    asking->call->pool, span->answers, span->answer_count, &span->answer_room, sizeof *span->answers);
	span->answers[span->answer_count++] = answer;
}

/* What the function returned begins at first. */
static void take_answer(lua_State *lua, struct asking *asking, struct span *span, struct date day, int first)
{
	struct answer answer = {.day = day, .level = read_level(lua, first)};

	if (answer.level != LEVEL_GREEN)
		check_sentence(lua, first + 1);
	if (span->answer_count > 0 && span->answers[span->answer_count - 1].level == answer.level)
		return;
	if (answer.level != LEVEL_GREEN)
		answer.sentence = take_sentence(lua, asking->call, first + 1);
	add_answer(lua, asking, span, answer);
}

/* The function is below the record, which is on the top of the stack. */
static void ask_day(lua_State *lua, struct asking *asking, struct span *span, struct date day)
{
	int record = lua_gettop(lua);

	plugin_renew_budget(asking->call->plugin);
	asking->call->host->today = day;
	lua_pushvalue(lua, record - 1);
	lua_pushvalue(lua, record);
	typed_push_date(lua, day);
	lua_call(lua, 2, LUA_MULTRET);
	luaL_checkstack(lua, LUA_MINSTACK, "返回的值太多");
	take_answer(lua, asking, span, day, record + 1);
	lua_settop(lua, record);
}

static void ask_span(lua_State *lua, struct asking *asking, struct span *span)
{
	record_push(lua, span->state, NULL, RECORD_ASKING);
	for (struct date day = span->first; day.day <= span->last.day; day.day++)
		ask_day(lua, asking, span, day);
	lua_pop(lua, 1);
}

static void put_span(struct buffer *out, const struct span *span)
{
	wire_put_count(out, span->answer_count);
	for (size_t i = 0; i < span->answer_count; i++) {
		wire_put_integer(out, span->answers[i].day.day);
		wire_put_integer(out, span->answers[i].level);
		wire_put_text(out, span->answers[i].sentence);
	}
}

int call_rule(lua_State *lua)
{
	struct call *call = call_of(lua);
	size_t count = wire_get_count(call->in, SPANS_LARGEST);
	struct span *spans = get_spans(call, count);
	struct asking asking = {.call = call};
	struct buffer *out;

	call_end_input(lua, call);
	functions_push(lua, call->function);
	for (size_t i = 0; i < count; i++)
		ask_span(lua, &asking, &spans[i]);
	out = call_begin_result(call);
	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++)
		put_span(out, &spans[i]);
	call_end_result(lua, call);
	return 0;
}
