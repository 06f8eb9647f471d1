#include "host/query.h"

#include "base/number.h"
#include "host/host.h"
#include "host/record.h"
#include "host/typed.h"
#include <string.h>

enum { NAMES_LARGEST = 1024, COLUMNS_LARGEST = 16, STATED_LARGEST = 1000 };

void query_push_period(lua_State *lua, struct period period, const char *text)
{
	char made[PERIOD_TEXT_SIZE];

	lua_createtable(lua, 0, 4);
	typed_push_date(lua, period.start);
	lua_setfield(lua, -2, "start");
	typed_push_date(lua, period.end);
	lua_pushvalue(lua, -1);
	lua_setfield(lua, -3, "end_"); /* "end" is a word of Lua: q.period["end"] is the same */
	lua_setfield(lua, -2, "end");
	lua_pushstring(lua, text != NULL ? text : period_format(period, made));
	lua_setfield(lua, -2, "text");
}

static const char *check_filter(lua_State *lua, int index)
{
	return lua_isnoneornil(lua, index) ? "" : typed_check_text(lua, index, "筛选条件");
}

/* Field key of the options at index; pushes it. */
static int get_option(lua_State *lua, int index, const char *key)
{
	if (!lua_istable(lua, index)) {
		lua_pushnil(lua);
		return LUA_TNIL;
	}
	lua_pushstring(lua, key);
	return lua_rawget(lua, index);
}

static void check_options(lua_State *lua, int index, const char *first, const char *second)
{
	if (lua_isnoneornil(lua, index))
		return;
	if (!lua_istable(lua, index))
		luaL_error(lua, "第三个参数要是一个表，如 {%s=…, %s=…}", first, second);
	lua_pushnil(lua);
	while (lua_next(lua, index)) {
		lua_pop(lua, 1);
		if (lua_type(lua, -1) != LUA_TSTRING ||
		    (strcmp(lua_tostring(lua, -1), first) != 0 && strcmp(lua_tostring(lua, -1), second) != 0))
			luaL_error(lua, "第三个参数只有 %s 和 %s", first, second);
	}
}

/* Pushes a page of records; returns how many match in all. */
static int64_t ask_page(
    lua_State *lua, const char *kind, const char *filter, const char *sort, lua_Integer limit, lua_Integer offset)
{
	struct host *host = host_of(lua);
	struct buffer *out = host_ask_begin(host, HOST_ASK_LIST);
	struct wire answer;

	wire_put_text(out, kind);
	wire_put_text(out, filter);
	wire_put_text(out, sort);
	wire_put_integer(out, limit);
	wire_put_integer(out, offset);
	host_ask_end(lua, host, &answer);
	return record_take_list(lua, host, &answer);
}

/* Upvalues of the walk over a list. */
enum {
	WALK_KIND = 1,
	WALK_FILTER,
	WALK_SORT,
	WALK_LEFT,
	WALK_OFFSET,
	WALK_PAGE,
	WALK_POSITION,
	WALK_COUNT = WALK_POSITION
};

static lua_Integer walk_get(lua_State *lua, int which)
{
	return lua_tointeger(lua, lua_upvalueindex(which));
}

static void walk_set(lua_State *lua, int which, lua_Integer value)
{
	lua_pushinteger(lua, value);
	lua_replace(lua, lua_upvalueindex(which));
}

static bool next_page(lua_State *lua)
{
	lua_Integer left = walk_get(lua, WALK_LEFT), offset = walk_get(lua, WALK_OFFSET);
	lua_Integer wanted = left < QUERY_PAGE ? left : QUERY_PAGE, got;

	if (left <= 0)
		return false;
	ask_page(lua, lua_tostring(lua, lua_upvalueindex(WALK_KIND)), lua_tostring(lua, lua_upvalueindex(WALK_FILTER)),
	    lua_tostring(lua, lua_upvalueindex(WALK_SORT)), wanted, offset);
	got = (lua_Integer)lua_rawlen(lua, -1);
	lua_replace(lua, lua_upvalueindex(WALK_PAGE));
	walk_set(lua, WALK_LEFT, got < wanted ? 0 : left - got);
	walk_set(lua, WALK_OFFSET, offset + got);
	walk_set(lua, WALK_POSITION, 0);
	return got > 0;
}

static int walk_next(lua_State *lua)
{
	lua_Integer position = walk_get(lua, WALK_POSITION);

	if (position >= (lua_Integer)lua_rawlen(lua, lua_upvalueindex(WALK_PAGE))) {
		if (!next_page(lua))
			return 0;
		position = 0;
	}
	walk_set(lua, WALK_POSITION, position + 1);
	lua_rawgeti(lua, lua_upvalueindex(WALK_PAGE), position + 1);
	return 1;
}

/* q:list(kind, filter, {sort=, limit=}): for record in q:list(…) do */
static int query_list(lua_State *lua)
{
	const char *kind = typed_check_text(lua, 2, "q:list 的种类"), *filter = check_filter(lua, 3);
	lua_Integer limit = LUA_MAXINTEGER;

	check_options(lua, 4, "sort", "limit");
	lua_pushstring(lua, kind);
	lua_pushstring(lua, filter);
	if (get_option(lua, 4, "sort") != LUA_TNIL)
		typed_check_text(lua, -1, "sort ");
	if (get_option(lua, 4, "limit") != LUA_TNIL) {
		if (!lua_isinteger(lua, -1) || lua_tointeger(lua, -1) < 1)
			return luaL_error(lua, "limit 要是大于 0 的整数");
		limit = lua_tointeger(lua, -1);
	}
	lua_pop(lua, 1);
	lua_pushinteger(lua, limit);
	lua_pushinteger(lua, 0);
	lua_newtable(lua);
	lua_pushinteger(lua, 0);
	lua_pushcclosure(lua, walk_next, WALK_COUNT);
	return 1;
}

/* q:records(…): the same as a table. */
static int query_records(lua_State *lua)
{
	lua_Integer count = 0;

	query_list(lua);
	lua_newtable(lua);
	for (;;) {
		lua_pushvalue(lua, -2);
		lua_call(lua, 0, 1);
		if (lua_isnil(lua, -1))
			break;
		lua_rawseti(lua, -2, ++count);
	}
	lua_pop(lua, 1);
	return 1;
}

/* A text, or a list of texts, under key of the options: pushes them joined by ",", or nil; puts each name at names. */
static size_t push_names(lua_State *lua, int index, const char *key, const char *names[COLUMNS_LARGEST])
{
	struct host *host = host_of(lua);
	size_t count;

	switch (get_option(lua, index, key)) {
	case LUA_TNIL:
		return 0;
	case LUA_TSTRING:
		names[0] = typed_check_text(lua, -1, key);
		return 1;
	case LUA_TTABLE:
		break;
	default:
		luaL_error(lua, "%s 要是一个字段名，或几个字段名的表", key);
	}
	count = (size_t)lua_rawlen(lua, -1);
	if (count < 1 || count > COLUMNS_LARGEST)
		luaL_error(lua, "%s 要有 1 到 %d 个字段名", key, COLUMNS_LARGEST);
	buffer_reset(&host->text);
	for (size_t i = 0; i < count; i++) {
		lua_rawgeti(lua, -1, (lua_Integer)i + 1);
		names[i] = typed_check_text(lua, -1, key); /* the options table keeps it alive */
		if (i > 0)
			buffer_append_byte(&host->text, ',');
		buffer_append_text(&host->text, names[i]);
		lua_pop(lua, 1);
	}
	lua_pop(lua, 1);
	lua_pushlstring(lua, buffer_text(&host->text), host->text.length);
	return count;
}

/* Takes count values: pushes a table of them under names. */
static void take_values(lua_State *lua, struct host *host, struct wire *answer, const char *const *names, size_t count)
{
	lua_createtable(lua, 0, (int)count);
	for (size_t i = 0; i < count; i++) {
		record_push_value(lua, value_get(answer, host->answer), RECORD_ASKING);
		lua_setfield(lua, -2, names[i]);
	}
}

static void take_groups(lua_State *lua, struct host *host, struct wire *answer, const char *const *by, size_t by_count,
    const char *const *sums, size_t sum_count)
{
	size_t groups = wire_get_count(answer, PLAIN_LARGEST * 10);

	lua_newtable(lua);
	for (size_t i = 0; i < groups && wire_ok(answer); i++) {
		lua_createtable(lua, 0, 3);
		take_values(lua, host, answer, by, by_count);
		lua_setfield(lua, -2, "by");
		lua_pushinteger(lua, wire_get_integer(answer, 0, INT64_MAX));
		lua_setfield(lua, -2, "count");
		take_values(lua, host, answer, sums, sum_count);
		lua_setfield(lua, -2, "sum");
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
}

/* q:count(kind, filter, {by=, sum=}); without options a plain number. */
static int query_count(lua_State *lua)
{
	const char *kind = typed_check_text(lua, 2, "q:count 的种类"), *filter = check_filter(lua, 3);
	const char *by[COLUMNS_LARGEST], *sums[COLUMNS_LARGEST];
	struct host *host = host_of(lua);
	size_t by_count, sum_count;
	bool plain = lua_isnoneornil(lua, 4);
	struct buffer *out;
	struct wire answer;
	lua_Integer count;

	lua_settop(lua, 4);
	check_options(lua, 4, "by", "sum");
	by_count = push_names(lua, 4, "by", by);
	sum_count = push_names(lua, 4, "sum", sums);
	out = host_ask_begin(host, HOST_ASK_COUNT);
	wire_put_text(out, kind);
	wire_put_text(out, filter);
	wire_put_text(out, lua_tostring(lua, 5));
	wire_put_text(out, lua_tostring(lua, 6));
	host_ask_end(lua, host, &answer);
	count = wire_get_integer(&answer, 0, INT64_MAX);
	lua_createtable(lua, 0, 3);
	lua_pushinteger(lua, count);
	lua_setfield(lua, -2, "count");
	take_values(lua, host, &answer, sums, sum_count);
	lua_setfield(lua, -2, "sum");
	take_groups(lua, host, &answer, by, by_count, sums, sum_count);
	lua_setfield(lua, -2, "groups");
	host_answer_end(lua, host, &answer);
	if (plain)
		lua_pushinteger(lua, count);
	return 1;
}

static void set_text(lua_State *lua, const char *key, const char *text)
{
	lua_pushstring(lua, text);
	lua_setfield(lua, -2, key);
}

static void set_integer(lua_State *lua, const char *key, int64_t value)
{
	lua_pushinteger(lua, value);
	lua_setfield(lua, -2, key);
}

/* What the figure comes to, as one value; nothing where nothing was counted below the line. */
static void set_value(lua_State *lua, const char *unit, int64_t numerator, int64_t denominator, bool has_denominator)
{
	int64_t ratio;

	if (!has_denominator && unit != NULL && strcmp(unit, "money") == 0)
		typed_push_money(lua, numerator);
	else if (!has_denominator)
		lua_pushinteger(lua, numerator);
	else if (fraction_to_millionths(numerator, denominator, &ratio))
		typed_push_decimal(lua, ratio);
	else
		lua_pushnil(lua);
	lua_setfield(lua, -2, "value");
}

static struct date take_day(struct wire *answer)
{
	return (struct date){(int32_t)wire_get_integer(answer, INT32_MIN, DATE_LAST.day)};
}

static void take_stated(lua_State *lua, struct host *host, struct wire *answer)
{
	size_t count = wire_get_count(answer, STATED_LARGEST);

	lua_newtable(lua);
	for (size_t i = 0; i < count && wire_ok(answer); i++) {
		lua_createtable(lua, 0, 2);
		set_text(lua, "text", wire_get_text(answer, host->answer, VALUE_TEXT_LARGEST));
		set_text(lua, "source", wire_get_text(answer, host->answer, VALUE_TEXT_LARGEST));
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
	}
	lua_setfield(lua, -2, "stated");
}

static void take_figure(lua_State *lua, struct host *host, struct wire *answer)
{
	int64_t numerator, denominator;
	bool has_denominator;
	struct period period;
	const char *unit;

	lua_createtable(lua, 0, 12);
	set_text(lua, "name", wire_get_text(answer, host->answer, NAMES_LARGEST));
	set_text(lua, "title", wire_get_text(answer, host->answer, NAMES_LARGEST));
	unit = wire_get_text(answer, host->answer, NAMES_LARGEST);
	set_text(lua, "unit", unit);
	numerator = wire_get_integer(answer, INT64_MIN, INT64_MAX);
	denominator = wire_get_integer(answer, INT64_MIN, INT64_MAX);
	has_denominator = wire_get_boolean(answer);
	set_integer(lua, "numerator", numerator);
	if (has_denominator)
		set_integer(lua, "denominator", denominator);
	set_value(lua, unit, numerator, denominator, has_denominator);
	set_text(lua, "text", wire_get_text(answer, host->answer, VALUE_TEXT_LARGEST));
	set_text(lua, "basis", wire_get_text(answer, host->answer, VALUE_TEXT_LARGEST));
	set_integer(lua, "version", wire_get_integer(answer, 0, INT32_MAX));
	period.start = take_day(answer);
	period.end = take_day(answer);
	if (!date_is_none(period.start) && !date_is_none(period.end)) {
		query_push_period(lua, period, NULL);
		lua_setfield(lua, -2, "period");
	}
	take_stated(lua, host, answer);
}

/* q:figure(name, period): period a text, or an argument of type period, or nothing. */
static int query_figure(lua_State *lua)
{
	const char *name = typed_check_text(lua, 2, "q:figure 的名字"), *period = NULL;
	struct host *host = host_of(lua);
	struct buffer *out;
	struct wire answer;

	lua_settop(lua, 3);
	if (get_option(lua, 3, "text") == LUA_TSTRING)
		period = typed_check_text(lua, -1, "统计期");
	else if (!lua_isnil(lua, 3))
		period = typed_check_text(lua, 3, "q:figure 的统计期");
	out = host_ask_begin(host, HOST_ASK_FIGURE);
	wire_put_text(out, name);
	wire_put_text(out, period);
	host_ask_end(lua, host, &answer);
	take_figure(lua, host, &answer);
	host_answer_end(lua, host, &answer);
	return 1;
}

/* Reached only for what is not there: known and period may be empty, anything else is a slip of the pen. */
static int query_index(lua_State *lua)
{
	const char *name = luaL_checkstring(lua, 2);

	if (strcmp(name, "known") == 0 || strcmp(name, "period") == 0)
		return 0;
	return luaL_error(lua, "q 没有 %s；有 list records count figure as_of known today period seq plugins", name);
}

static void set_day(lua_State *lua, const char *key, struct date day)
{
	typed_push_date(lua, day);
	lua_setfield(lua, -2, key);
}

void query_push(lua_State *lua)
{
	static const luaL_Reg methods[] = {
	    {"list", query_list}, {"records", query_records}, {"count", query_count}, {"figure", query_figure}, {0}};
	struct host *host = host_of(lua);
	struct period period;
	struct wire answer;

	host_ask_begin(host, HOST_ASK_FACTS);
	host_ask_end(lua, host, &answer);
	lua_newtable(lua);
	luaL_setfuncs(lua, methods, 0);
	set_day(lua, "as_of", take_day(&answer));
	set_day(lua, "known", take_day(&answer));
	set_integer(lua, "seq", wire_get_integer(&answer, 0, INT64_MAX));
	set_text(lua, "plugins", wire_get_text(&answer, host->answer, NAMES_LARGEST));
	set_day(lua, "today", take_day(&answer));
	period.start = take_day(&answer);
	period.end = take_day(&answer);
	host_answer_end(lua, host, &answer);
	if (!date_is_none(period.start) && !date_is_none(period.end)) {
		query_push_period(lua, period, NULL);
		lua_setfield(lua, -2, "period");
	}
	lua_newtable(lua);
	lua_pushcfunction(lua, query_index);
	lua_setfield(lua, -2, "__index");
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
	lua_setmetatable(lua, -2);
}
