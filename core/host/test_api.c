/* luodi.test: t.record, t.move, t.expect_figure … Each is one HOST_ASK_TEST: a word and a plain table there, a plain
 * table back. Dates, money and decimals are texts in these tables, records are ids.
 *
 *   what      arguments                                                   answer
 *   begin     {name=TEXT}                                                 {}; from here on an empty store, plugins loaded,
 *                                                                         today is the call's own
 *   record    {kind=, title=, fields={NAME=plain}, stage=?, on=?}         {id=TEXT} or a refusal
 *   set       {id=, fields={}, on=?, note=?}                              {} or a refusal
 *   move      {id=, to=STAGE, fields={}, on=?, note=?}                    {} or a refusal
 *   drop      {id=, on=?, note=?}                                         {} or a refusal
 *   at        {date=TEXT}                                                 {}; that day is today now
 *   get       {id=, as_of=?}                                              {id=, title=, stage=?, stage_title=?, stage_since=?,
 *                                                                         NAME=TEXT as shown, …}: empty fields are left out
 *   refused   {does="record"|"set"|"move"|"drop", …as there}              {refused=BOOLEAN, field=?, sentence=?}; nothing of the
 *                                                                         attempt is kept
 *   figure    {name=, period=?, as_of=?}                                  {numerator=INT, denominator=INT?, text=TEXT}
 *   export    {name=, args={NAME=TEXT}, format=?}                         {text=TEXT}: the report as Markdown, or in format
 *   light     {id=, on=?, of=?}                                           {level=TEXT, told=TEXT}: of the record, or what the rule of that
 *                                                                         name, or that sentence, has; told: all findings, for people
 *
 * A refusal is {refused=true, field=TEXT?, sentence=TEXT}: a guard or a core rule says no. What is asked wrongly (no such
 * kind, no such field) is an ANSWER that is not ok, and fails the test with its sentence.
 */
#include "host/test_api.h"

#include "host/host.h"
#include "host/module.h"
#include "host/plain_lua.h"
#include "host/typed.h"
#include "host/words.h"
#include <string.h>

#define HANDLE_CLASS "luodi.handle"

static const char tests_key;

bool test_push_handle_id(lua_State *lua, int index)
{
	const char *id = luaL_testudata(lua, index, HANDLE_CLASS);

	if (id != NULL)
		lua_pushstring(lua, id);
	return id != NULL;
}

/* The table of arguments is at the top, and replaced by the answer's. */
static void ask(lua_State *lua, const char *what)
{
	struct host *host = host_of(lua);
	struct plain arguments, answered;
	struct buffer *out;
	struct wire answer;

	pool_reset(host->scratch);
	arguments = plain_of_lua(lua, -1, host->scratch, "测试里给的值");
	out = host_ask_begin(host, HOST_ASK_TEST);
	wire_put_text(out, what);
	plain_put(out, &arguments);
	host_ask_end(lua, host, &answer);
	answered = plain_get(&answer, host->answer);
	host_answer_end(lua, host, &answer);
	lua_pop(lua, 1);
	if (answered.type == PLAIN_LIST && answered.count == 0)
		answered.type = PLAIN_TABLE;
	if (answered.type != PLAIN_TABLE)
		luaL_error(lua, "luodid 对 %s 的回答不是一个表", what);
	plain_push(lua, &answered);
}

/* As ask, for what may be refused: raises the refusal, which is a table with a sentence: expect_refused catches it. */
static void ask_change(lua_State *lua, const char *what)
{
	ask(lua, what);
	lua_getfield(lua, -1, "refused");
	if (lua_toboolean(lua, -1)) {
		lua_pop(lua, 1);
		lua_error(lua);
	}
	lua_pop(lua, 1);
}

static void copy_argument(lua_State *lua, int from, const char *key)
{
	lua_pushvalue(lua, from);
	lua_setfield(lua, -2, key);
}

static void check_handle(lua_State *lua, int index, const char *function)
{
	if (luaL_testudata(lua, index, HANDLE_CLASS) == NULL)
		luaL_error(lua, "t.%s 的第 %d 个参数要是 t.record 给出的记录，给的是%s", function, index,
		    typed_word(lua, index));
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* The table at index: what options names goes to the arguments at the top as it is, the rest is a field each. */
static void spread(lua_State *lua, int index, const char *const *options)
{
	int arguments = lua_gettop(lua);

	lua_newtable(lua);
	if (lua_istable(lua, index)) {
		lua_pushnil(lua);
		while (lua_next(lua, index)) {
			if (lua_type(lua, -2) != LUA_TSTRING)
				luaL_error(lua, "要写成 {字段=值, …}");
			lua_pushvalue(lua, -2);
			lua_insert(lua, -2);
			lua_rawset(lua, is_one_of(lua_tostring(lua, -2), options) ? arguments : arguments + 1);
		}
	} else if (!lua_isnoneornil(lua, index)) {
		luaL_error(lua, "要一个表 {字段=值, …}，给的是%s", typed_word(lua, index));
	}
	lua_setfield(lua, arguments, "fields");
}

static const char *const record_options[] = {"title", "stage", "on", NULL};
static const char *const change_options[] = {"on", "note", NULL};

/* {kind, …} at the top, from the kind at index and the values at index + 1. */
static void push_record_arguments(lua_State *lua, int index)
{
	typed_check_text(lua, index, "t.record 的种类");
	lua_newtable(lua);
	copy_argument(lua, index, "kind");
	spread(lua, index + 1, record_options);
	if (lua_getfield(lua, -1, "title") == LUA_TNIL) {
		lua_pushliteral(lua, "样本");
		lua_setfield(lua, -3, "title");
	}
	lua_pop(lua, 1);
}

static int test_record(lua_State *lua)
{
	const char *id;
	size_t length;

	lua_settop(lua, 2);
	push_record_arguments(lua, 1);
	ask_change(lua, "record");
	lua_getfield(lua, -1, "id");
	id = lua_tolstring(lua, -1, &length);
	if (id == NULL)
		return luaL_error(lua, "luodid 没有给出新记录的编号");
	memcpy(lua_newuserdatauv(lua, length + 1, 0), id, length + 1);
	luaL_setmetatable(lua, HANDLE_CLASS);
	return 1;
}

static int test_set(lua_State *lua)
{
	lua_settop(lua, 2);
	check_handle(lua, 1, "set");
	lua_newtable(lua);
	copy_argument(lua, 1, "id");
	spread(lua, 2, change_options);
	ask_change(lua, "set");
	return 0;
}

static int test_move(lua_State *lua)
{
	lua_settop(lua, 3);
	check_handle(lua, 1, "move");
	typed_check_text(lua, 2, "t.move 的阶段");
	lua_newtable(lua);
	copy_argument(lua, 1, "id");
	copy_argument(lua, 2, "to");
	spread(lua, 3, change_options);
	ask_change(lua, "move");
	return 0;
}

static int test_drop(lua_State *lua)
{
	lua_settop(lua, 2);
	check_handle(lua, 1, "drop");
	lua_newtable(lua);
	spread(lua, 2, change_options);
	copy_argument(lua, 1, "id");
	lua_pushnil(lua);
	lua_setfield(lua, -2, "fields");
	ask_change(lua, "drop");
	return 0;
}

static int test_at(lua_State *lua)
{
	words_push(lua, 1, "t.at 的日期");
	lua_newtable(lua);
	copy_argument(lua, -2, "date");
	ask(lua, "at");
	return 0;
}

static int test_get(lua_State *lua)
{
	lua_settop(lua, 2);
	check_handle(lua, 1, "get");
	lua_newtable(lua);
	copy_argument(lua, 1, "id");
	copy_argument(lua, 2, "as_of");
	ask(lua, "get");
	return 1;
}

static int test_expect(lua_State *lua)
{
	if (lua_toboolean(lua, 1))
		return 0;
	if (lua_isnoneornil(lua, 2))
		return luaL_error(lua, "期望成立的没有成立");
	words_push(lua, 2, "t.expect 的说明");
	return luaL_error(lua, "%s", lua_tostring(lua, -1));
}

/* As in a message: texts in quotes, so that a blank shows. */
static void push_shown(lua_State *lua, int index)
{
	if (lua_type(lua, index) == LUA_TSTRING) {
		lua_pushfstring(lua, "“%s”", lua_tostring(lua, index));
	} else if (lua_isnoneornil(lua, index) || lua_istable(lua, index) || lua_isfunction(lua, index)) {
		lua_pushstring(lua, typed_word(lua, index));
	} else {
		words_push(lua, index, "这个值");
	}
}

static int test_expect_equal(lua_State *lua)
{
	lua_settop(lua, 2);
	if (lua_compare(lua, 1, 2, LUA_OPEQ))
		return 0;
	push_shown(lua, 2);
	push_shown(lua, 1);
	return luaL_error(lua, "期望 %s，实际是 %s", lua_tostring(lua, -2), lua_tostring(lua, -1));
}

/* The table at the top says {refused=, field=, sentence=}; expected: field at 3, sentence at 4, each may be nil. */
static int compare_refusal(lua_State *lua)
{
	static const char *const keys[] = {"field", "sentence"};
	static const char *const words[] = {"字段", "理由"};

	lua_getfield(lua, -1, "refused");
	if (!lua_toboolean(lua, -1))
		return luaL_error(lua, "期望被拒绝，却通过了");
	lua_pop(lua, 1);
	for (int i = 0; i < 2; i++) {
		lua_getfield(lua, -1, keys[i]);
		if (!lua_isnil(lua, 3 + i) && !lua_rawequal(lua, 3 + i, -1)) {
			push_shown(lua, 3 + i);
			push_shown(lua, -2);
			return luaL_error(lua, "拒绝的%s：期望 %s，实际是 %s", words[i], lua_tostring(lua, -2),
			    lua_tostring(lua, -1));
		}
		lua_pop(lua, 1);
	}
	return 0;
}

/* expect_refused(function() … end, nil, field, sentence): some step inside must be refused. Any other error stays one. */
static int expect_refused_inside(lua_State *lua)
{
	lua_pushvalue(lua, lua_isfunction(lua, 1) ? 1 : 2);
	if (lua_pcall(lua, 0, 0, 0) == LUA_OK)
		return luaL_error(lua, "期望被拒绝，却通过了");
	plugin_check_budget(lua);
	if (!lua_istable(lua, -1))
		return lua_error(lua);
	return compare_refusal(lua);
}

/* The arguments of "refused" for the record at 1 and the change at 2: {move="landed", …}, {drop=true} or {field=…}. */
static void push_attempt(lua_State *lua)
{
	static const char *const move_options[] = {"on", "note", "move", NULL};
	bool drops, moves;

	lua_newtable(lua);
	copy_argument(lua, 1, "id");
	spread(lua, 2, move_options);
	lua_getfield(lua, 2, "drop");
	drops = lua_isboolean(lua, -1);
	lua_pop(lua, 1);
	if (drops) {
		lua_pushnil(lua);
		lua_setfield(lua, -2, "fields");
	}
	moves = lua_getfield(lua, -1, "move") != LUA_TNIL;
	lua_setfield(lua, -2, "to"); /* nil: there is none */
	lua_pushnil(lua);
	lua_setfield(lua, -2, "move");
	lua_pushstring(lua, drops ? "drop" : moves ? "move" : "set");
	lua_setfield(lua, -2, "does");
}

/* expect_refused(record, {field=…} or {move="landed", …} or function, field, sentence), or with a kind's name in the
 * place of a record: making such a one is refused. */
static int test_expect_refused(lua_State *lua)
{
	lua_settop(lua, 4);
	if (lua_isfunction(lua, 1) || lua_isfunction(lua, 2))
		return expect_refused_inside(lua);
	if (lua_type(lua, 1) == LUA_TSTRING) {
		push_record_arguments(lua, 1);
		lua_pushliteral(lua, "record");
		lua_setfield(lua, -2, "does");
	} else {
		check_handle(lua, 1, "expect_refused");
		if (!lua_istable(lua, 2))
			return luaL_error(lua, "t.expect_refused 的第二个参数要是 {字段=值} 或 {move=\"阶段\"}");
		push_attempt(lua);
	}
	ask(lua, "refused");
	return compare_refusal(lua);
}

/* expect_figure(name, period, {numerator=, denominator=, text=, as_of=}) */
static int test_expect_figure(lua_State *lua)
{
	static const char *const keys[] = {"numerator", "denominator", "text"};

	lua_settop(lua, 3);
	typed_check_text(lua, 1, "t.expect_figure 的名字");
	luaL_checktype(lua, 3, LUA_TTABLE);
	lua_newtable(lua);
	copy_argument(lua, 1, "name");
	copy_argument(lua, 2, "period");
	lua_getfield(lua, 3, "as_of");
	lua_setfield(lua, -2, "as_of");
	ask(lua, "figure");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		lua_getfield(lua, 3, keys[i]);
		lua_getfield(lua, 4, keys[i]);
		if (!lua_isnil(lua, -2) && !lua_compare(lua, -2, -1, LUA_OPEQ)) {
			push_shown(lua, -2);
			push_shown(lua, -2);
			return luaL_error(lua, "指标 %s 的 %s：期望 %s，实际是 %s", lua_tostring(lua, 1), keys[i],
			    lua_tostring(lua, -2), lua_tostring(lua, -1));
		}
		lua_pop(lua, 2);
	}
	return 0;
}

/* Where wanted is found in text from position "from" on; raises where it is not. */
static const char *expect_piece(lua_State *lua, const char *from, int index)
{
	const char *wanted = typed_check_text(lua, index, "期望的文字"), *found = strstr(from, wanted);

	if (found == NULL)
		luaL_error(lua, "导出里没有“%s”", wanted);
	return found + strlen(wanted);
}

/* expect_export(name, args, text or {text, …}): these are in the report, in that order. */
static int test_expect_export(lua_State *lua)
{
	const char *text;

	lua_settop(lua, 3);
	typed_check_text(lua, 1, "t.expect_export 的名字");
	lua_newtable(lua);
	copy_argument(lua, 1, "name");
	copy_argument(lua, 2, "args");
	ask(lua, "export");
	if (lua_getfield(lua, 4, "text") != LUA_TSTRING)
		return luaL_error(lua, "luodid 没有给出导出的内容");
	text = lua_tostring(lua, 5);
	if (!lua_istable(lua, 3)) {
		expect_piece(lua, text, 3);
		return 0;
	}
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(lua, 3); i++) {
		lua_rawgeti(lua, 3, i);
		text = expect_piece(lua, text, lua_gettop(lua));
		lua_pop(lua, 1);
	}
	return 0;
}

static const char *const levels[] = {"green", "yellow", "red", "unknown", NULL};

static bool is_level(lua_State *lua, int index)
{
	return lua_type(lua, index) == LUA_TSTRING && is_one_of(lua_tostring(lua, index), levels);
}

static const char *word_of_level(const char *level)
{
	static const char *const words[] = {"绿", "黄", "红", "没有答上来"};

	for (size_t i = 0; levels[i] != NULL; i++)
		if (strcmp(level, levels[i]) == 0)
			return words[i];
	return level;
}

/* expect_light(record, [day,] level, [rule or sentence]): the record's light, today or on that day; with a rule's name or a sentence, what
 * that rule says, whatever the others say. */
static int test_expect_light(lua_State *lua)
{
	const char *level, *told;

	check_handle(lua, 1, "expect_light");
	if (is_level(lua, 2)) {
		lua_pushnil(lua);
		lua_insert(lua, 2);
	}
	lua_settop(lua, 4);
	if (!is_level(lua, 3))
		return luaL_error(lua, "t.expect_light 要一个灯色：green、yellow、red 或 unknown");
	lua_newtable(lua);
	copy_argument(lua, 1, "id");
	copy_argument(lua, 2, "on");
	copy_argument(lua, 4, "of");
	ask(lua, "light");
	lua_getfield(lua, 5, "level");
	lua_getfield(lua, 5, "told");
	level = typed_check_text(lua, 6, "luodid 回答的灯色");
	told = typed_check_text(lua, 7, "luodid 回答的原因");
	if (lua_rawequal(lua, 3, 6))
		return 0;
	return luaL_error(
	    lua, "灯：期望 %s，实际是 %s（%s）", word_of_level(lua_tostring(lua, 3)), word_of_level(level), told);
}

/* t.test(name, function): run later, each from an empty store. */
static int test_test(lua_State *lua)
{
	lua_Debug activation;

	typed_check_text(lua, 1, "t.test 的名字");
	if (!lua_isfunction(lua, 2))
		return luaL_error(lua, "t.test 的第二个参数要是函数");
	lua_settop(lua, 2);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &tests_key);
	lua_createtable(lua, 3, 0);
	lua_pushvalue(lua, 1);
	lua_rawseti(lua, -2, 1);
	lua_pushvalue(lua, 2);
	lua_rawseti(lua, -2, 2);
	if (lua_getstack(lua, 1, &activation) && lua_getinfo(lua, "l", &activation)) {
		lua_pushinteger(lua, activation.currentline > 0 ? activation.currentline : 0);
		lua_rawseti(lua, -2, 3);
	}
	lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
	return 0;
}

static int handle_tostring(lua_State *lua)
{
	if (!test_push_handle_id(lua, 1))
		return luaL_error(lua, "不是 t.record 给出的记录");
	return 1;
}

static int handle_index(lua_State *lua)
{
	const char *name = luaL_checkstring(lua, 2);

	if (strcmp(name, "id") != 0)
		return luaL_error(lua, "这是测试里的记录，只有 id；看字段用 t.get(记录).%s", name);
	return handle_tostring(lua);
}

void test_open(lua_State *lua)
{
	static const luaL_Reg metamethods[] = {{"__index", handle_index}, {"__tostring", handle_tostring}, {0}};
	static const luaL_Reg functions[] = {{"test", test_test}, {"record", test_record}, {"move", test_move},
	    {"set", test_set}, {"drop", test_drop}, {"at", test_at}, {"get", test_get}, {"expect", test_expect},
	    {"expect_equal", test_expect_equal}, {"expect_refused", test_expect_refused},
	    {"expect_figure", test_expect_figure}, {"expect_export", test_expect_export},
	    {"expect_light", test_expect_light}, {0}};

	typed_new_class(lua, HANDLE_CLASS, metamethods, NULL);
	lua_pop(lua, 1);
	module_push_loaded(lua);
	luaL_newlib(lua, functions);
	module_guard_names(lua, "luodi.test");
	lua_setfield(lua, -2, "luodi.test");
	lua_pop(lua, 1);
	lua_newtable(lua);
	lua_pushvalue(lua, -1);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &tests_key);
}
