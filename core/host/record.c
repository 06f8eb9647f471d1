#include "host/record.h"

#include "host/host.h"
#include "host/record_pack.h"
#include "host/typed.h"
#include "host/words.h"
#include "model/nearest.h"
#include <string.h>

enum { REFERENCES_KEPT = 4096 };

static const char references_key; /* in the registry: the table of references of this call, by key */

struct record {
	unsigned serial;
	enum record_scope scope;
	int64_t key;
	const struct state *state; /* in the first user value; NULL: not asked for yet */
	const char *id;		   /* there too */
};

void record_begin_call(lua_State *lua)
{
	lua_newtable(lua);
	lua_rawsetp(lua, LUA_REGISTRYINDEX, &references_key);
}

static struct record *new_record(lua_State *lua, int64_t key, enum record_scope scope)
{
	struct record *record = lua_newuserdatauv(lua, sizeof *record, 1);

	*record = (struct record){.serial = host_of(lua)->serial, .scope = scope, .key = key};
	luaL_setmetatable(lua, RECORD_CLASS);
	return record;
}

void record_push(lua_State *lua, const struct state *state, const char *id, enum record_scope scope)
{
	struct record *record = new_record(lua, state->record, scope);

	record->state = record_pack(lua, state, id, &record->id);
	lua_setiuservalue(lua, -2, 1);
}

/* The same reference is the same userdata within a call, so that it is asked for once; when there are very many, they
 * are forgotten and asked for anew. */
void record_push_reference(lua_State *lua, int64_t key, enum record_scope scope)
{
	luaL_checkstack(lua, 6, NULL);
	lua_rawgetp(lua, LUA_REGISTRYINDEX, &references_key);
	if (lua_rawgeti(lua, -1, key) != LUA_TNIL) {
		lua_remove(lua, -2);
		return;
	}
	lua_pop(lua, 1);
	lua_rawgeti(lua, -1, 0); /* how many there are; keys of records are above 0 */
	if (lua_tointeger(lua, -1) >= REFERENCES_KEPT) {
		lua_pop(lua, 2);
		record_begin_call(lua);
		lua_rawgetp(lua, LUA_REGISTRYINDEX, &references_key);
		lua_pushinteger(lua, 0);
	}
	lua_pushinteger(lua, lua_tointeger(lua, -1) + 1);
	lua_rawseti(lua, -3, 0);
	lua_pop(lua, 1);
	new_record(lua, key, scope);
	lua_pushvalue(lua, -1);
	lua_rawseti(lua, -3, key);
	lua_remove(lua, -2);
}

void record_push_value(lua_State *lua, struct value value, enum record_scope scope)
{
	if (value.type == VALUE_REF)
		record_push_reference(lua, value.number, scope);
	else
		typed_push_value(lua, value);
}

static struct record *check_record(lua_State *lua, int index)
{
	struct record *record = luaL_testudata(lua, index, RECORD_CLASS);

	if (record == NULL)
		luaL_error(lua, "这里要一条记录，给的是%s；方法用冒号调用，如 record:reached\"signed\"",
		    typed_word(lua, index));
	if (record->serial != host_of(lua)->serial)
		luaL_error(lua, "这条记录是上一次调用留下的；插件不能在两次调用之间保存记录");
	return record;
}

/* index is absolute. */
static const struct state *load_state(lua_State *lua, int index, struct record *record)
{
	struct host *host = host_of(lua);
	struct wire answer;
	const struct state *state;
	const char *id;

	if (record->state != NULL)
		return record->state;
	if (record->scope == RECORD_PURE)
		luaL_error(lua, "计算字段只能看本记录，不能经过引用读别的记录");
	wire_put_integer(host_ask_begin(host, HOST_ASK_RECORD), record->key);
	host_ask_end(lua, host, &answer);
	if (!wire_get_boolean(&answer)) {
		host_answer_end(lua, host, &answer);
		luaL_error(lua, "引用的记录在这一天不存在");
	}
	state = state_get(&answer, host->schema, host->answer);
	id = wire_get_name(&answer, host->answer, RECORD_ID_SIZE);
	host_answer_end(lua, host, &answer);
	record->state = record_pack(lua, state, id, &record->id);
	lua_setiuservalue(lua, index, 1);
	return record->state;
}

void record_take(lua_State *lua, struct host *host, struct wire *answer)
{
	const struct state *state = host->schema != NULL ? state_get(answer, host->schema, host->answer) : NULL;
	const char *id = wire_get_name(answer, host->answer, RECORD_ID_SIZE);

	if (state == NULL || !wire_ok(answer)) {
		wire_fail(answer, "a state that can't be read");
		host_answer_end(lua, host, answer);
		return;
	}
	record_push(lua, state, id, RECORD_ASKING);
}

int64_t record_take_list(lua_State *lua, struct host *host, struct wire *answer)
{
	int64_t total = wire_get_integer(answer, 0, INT64_MAX);
	size_t count = wire_get_count(answer, PLAIN_LARGEST);

	luaL_checkstack(lua, 10, NULL);
	lua_createtable(lua, (int)count, 0);
	for (size_t i = 0; i < count && wire_ok(answer); i++) {
		record_take(lua, host, answer);
		lua_rawseti(lua, -2, (lua_Integer)i + 1);
		pool_reset(host->answer);
	}
	host_answer_end(lua, host, answer);
	return total;
}

bool record_to_key(lua_State *lua, int index, int64_t *ret_key)
{
	if (luaL_testudata(lua, index, RECORD_CLASS) == NULL)
		return false;
	*ret_key = check_record(lua, index)->key;
	return true;
}

void record_push_title(lua_State *lua, int index)
{
	const struct state *state;

	index = lua_absindex(lua, index);
	state = load_state(lua, index, check_record(lua, index));
	lua_pushstring(lua, state->title != NULL ? state->title : "");
}

static void push_id(lua_State *lua, const struct record *record, const struct state *state)
{
	char text[RECORD_ID_SIZE];

	lua_pushstring(lua, record->id != NULL ? record->id : kind_format_id(state->kind, state->record, text));
}

/* What every record has. False: name is none of these. */
static bool push_own(lua_State *lua, const struct record *record, const struct state *state, const char *name)
{
	const struct flow *flow = state->kind->flow;
	bool staged = flow != NULL && state->stage >= 0;

	if (strcmp(name, "id") == 0)
		push_id(lua, record, state);
	else if (strcmp(name, "title") == 0)
		lua_pushstring(lua, state->title);
	else if (strcmp(name, "kind") == 0)
		lua_pushstring(lua, state->kind->name);
	else if (strcmp(name, "stage") == 0)
		lua_pushstring(lua, staged ? flow->stages[state->stage].name : NULL);
	else if (strcmp(name, "stage_title") == 0)
		lua_pushstring(lua, staged ? flow->stages[state->stage].title : NULL);
	else if (strcmp(name, "stage_since") == 0)
		typed_push_date(lua, state->stage_since);
	else
		return false;
	return true;
}

/* construction_on: the day it first was in that stage. */
static bool push_stage_day(lua_State *lua, const struct state *state, const char *name)
{
	size_t length = strlen(name);
	char stage[NAME_LARGEST + 1];
	int found;

	if (state->kind->flow == NULL || length < 4 || length - 3 > NAME_LARGEST ||
	    strcmp(name + length - 3, "_on") != 0)
		return false;
	memcpy(stage, name, length - 3);
	stage[length - 3] = '\0';
	found = flow_find(state->kind->flow, stage);
	if (found < 0)
		return false;
	typed_push_date(lua, state->reached[found]);
	return true;
}

static int refuse_name(lua_State *lua, const struct kind *kind, const char *name)
{
	const char *names[KIND_MAX_FIELDS + 8];
	size_t count = 0;
	const char *nearest;

	for (size_t i = 0; i < kind->field_count && i < KIND_MAX_FIELDS; i++)
		if (!kind->fields[i].hidden && !kind->fields[i].builtin)
			names[count++] = kind->fields[i].name;
	names[count++] = "title";
	names[count++] = "stage";
	names[count++] = "stage_since";
	names[count++] = "stage_title";
	names[count++] = "reached";
	names[count++] = "referring";
	nearest = name_nearest(name, names, count);
	if (nearest != NULL)
		return luaL_error(lua, "“%s”没有字段 %s，最接近的是 %s", kind->title, name, nearest);
	return luaL_error(lua, "“%s”没有字段 %s", kind->title, name);
}

/* A field by its name, or -1. Of the core's own fields only light is there, and not for computes and rules: the light of a
 * day follows from what rules answer, and a computed value never depends on the day. */
static int find_field(lua_State *lua, const struct kind *kind, const char *name)
{
	int field = kind_find_field(kind, name);

	if (field < 0 || !kind->fields[field].builtin)
		return field;
	if (field != kind->light)
		return -1;
	if (host_of(lua)->without_lights)
		luaL_error(lua, "规则和计算字段里看不到灯：灯是由规则得出来的，请看记录本身的字段");
	return field;
}

/* Upvalue: the methods. */
static int record_index(lua_State *lua)
{
	struct record *record = check_record(lua, 1);
	const char *name = luaL_checkstring(lua, 2);
	const struct state *state;
	int field;

	if (lua_getfield(lua, lua_upvalueindex(1), name) != LUA_TNIL)
		return 1;
	lua_pop(lua, 1);
	state = load_state(lua, 1, record);
	field = find_field(lua, state->kind, name);
	if (field >= 0)
		record_push_value(lua, state->values[field], record->scope);
	else if (!push_own(lua, record, state, name) && !push_stage_day(lua, state, name))
		return refuse_name(lua, state->kind, name);
	return 1;
}

static int record_title_of(lua_State *lua)
{
	const struct state *state = load_state(lua, 1, check_record(lua, 1));
	const char *name = luaL_checkstring(lua, 2);
	int found = find_field(lua, state->kind, name);
	const struct field *field;

	if (found < 0)
		return refuse_name(lua, state->kind, name);
	field = &state->kind->fields[found];
	if (state->values[found].type == VALUE_EMPTY)
		lua_pushnil(lua);
	else if (field->type == VALUE_ENUM)
		lua_pushstring(lua, field_value_title(field, state->values[found].text));
	else if (field->type == VALUE_REF) {
		record_push_reference(lua, state->values[found].number, check_record(lua, 1)->scope);
		record_push_title(lua, -1);
	} else {
		struct host *host = host_of(lua);

		pool_reset(host->scratch);
		lua_pushstring(lua, field_format(field, state->values[found], host->scratch));
	}
	return 1;
}

static int record_reached(lua_State *lua)
{
	const struct state *state = load_state(lua, 1, check_record(lua, 1));
	const char *name = luaL_checkstring(lua, 2);
	int stage = state->kind->flow != NULL ? flow_find(state->kind->flow, name) : -1;

	if (stage < 0)
		return luaL_error(lua, "“%s”没有阶段 %s", state->kind->title, name);
	typed_push_date(lua, state->reached[stage]);
	return 1;
}

static int record_referring(lua_State *lua)
{
	struct record *record = check_record(lua, 1);
	const char *kind = typed_check_text(lua, 2, "referring 的种类");
	const char *filter = lua_isnoneornil(lua, 3) ? "" : typed_check_text(lua, 3, "referring 的条件");
	struct host *host = host_of(lua);
	struct buffer *out;
	struct wire answer;

	if (record->scope == RECORD_PURE)
		return luaL_error(lua, "计算字段只能看本记录，不能问谁引用了它");
	out = host_ask_begin(host, HOST_ASK_REFERRING);
	wire_put_integer(out, record->key);
	wire_put_text(out, kind);
	wire_put_text(out, filter);
	host_ask_end(lua, host, &answer);
	record_take_list(lua, host, &answer);
	return 1;
}

static int record_equal(lua_State *lua)
{
	const struct record *a = luaL_testudata(lua, 1, RECORD_CLASS), *b = luaL_testudata(lua, 2, RECORD_CLASS);

	lua_pushboolean(lua, a != NULL && b != NULL && a->key == b->key);
	return 1;
}

static int record_set(lua_State *lua)
{
	return luaL_error(lua, "记录只能读，不能在插件里改");
}

void record_open(lua_State *lua)
{
	static const luaL_Reg metamethods[] = {{"__eq", record_equal}, {"__newindex", record_set},
	    {"__tostring", words_tostring}, {"__concat", words_concat}, {0}};
	static const luaL_Reg methods[] = {
	    {"title_of", record_title_of}, {"reached", record_reached}, {"referring", record_referring}, {0}};

	typed_new_class(lua, RECORD_CLASS, metamethods, NULL);
	lua_newtable(lua);
	luaL_setfuncs(lua, methods, 0);
	lua_pushcclosure(lua, record_index, 1);
	lua_setfield(lua, -2, "__index");
	lua_pop(lua, 1);
}
