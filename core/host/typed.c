#include "host/typed.h"

#include "base/utf8.h"
#include "host/plugin.h"
#include "host/record.h"
#include "host/words.h"
#include <string.h>

void typed_new_class(lua_State *lua, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods)
{
	luaL_newmetatable(lua, name);
	luaL_setfuncs(lua, metamethods, 0);
	if (methods != NULL) {
		lua_newtable(lua);
		luaL_setfuncs(lua, methods, 0);
		lua_setfield(lua, -2, "__index");
	}
	lua_pushboolean(lua, false);
	lua_setfield(lua, -2, "__metatable");
}

int typed_raise(lua_State *lua, const struct error *error)
{
	if (error->hint[0] != '\0')
		return luaL_error(lua, "%s（%s）", error->sentence, error->hint);
	return luaL_error(lua, "%s", error->sentence);
}

const char *typed_word(lua_State *lua, int index)
{
	static const struct {
		const char *class, *word;
	} words[] = {{TYPED_DATE, "日期"}, {TYPED_MONEY, "金额"}, {TYPED_DECIMAL, "小数"}, {TYPED_SET, "集合"},
	    {RECORD_CLASS, "记录"}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (luaL_testudata(lua, index, words[i].class) != NULL)
			return words[i].word;
	switch (lua_type(lua, index)) {
	case LUA_TNIL:
	case LUA_TNONE:
		return "空值";
	case LUA_TBOOLEAN:
		return "是否";
	case LUA_TNUMBER:
		return lua_isinteger(lua, index) ? "整数" : "浮点数";
	case LUA_TSTRING:
		return "文字";
	case LUA_TTABLE:
		return "表";
	case LUA_TFUNCTION:
		return "函数";
	default:
		return "别的值";
	}
}

const char *typed_check_text(lua_State *lua, int index, const char *what)
{
	size_t length;
	const char *text;

	if (lua_type(lua, index) != LUA_TSTRING)
		luaL_error(lua, "%s要是文字，给的是%s", what, typed_word(lua, index));
	text = lua_tolstring(lua, index, &length);
	if (length > VALUE_TEXT_LARGEST)
		luaL_error(lua, "%s超过 64 KiB", what);
	if (memchr(text, '\0', length) != NULL || !utf8_is_valid(text, length, NULL))
		luaL_error(lua, "%s不是有效的 UTF-8 文字", what);
	return text;
}

static _Noreturn void refuse(lua_State *lua, const char *what, const char *why)
{
	luaL_where(lua, 1);
	lua_pushfstring(lua, "%s%s", what, why);
	lua_concat(lua, 2);
	plugin_refuse_answer(lua);
}

static struct value value_of_lua_number(lua_State *lua, int index, const char *what)
{
	int whole;
	lua_Integer integer = lua_tointegerx(lua, index, &whole);

	if (!whole)
		refuse(lua, what, "是带小数的浮点数，要用 luodi.decimal\"0.75\" 这样的写法");
	return value_of_number(VALUE_INT, integer);
}

struct value typed_value(lua_State *lua, int index, const char *what)
{
	struct date date;
	int64_t number;
	const char *names;

	switch (lua_type(lua, index)) {
	case LUA_TNONE:
	case LUA_TNIL:
		return value_empty();
	case LUA_TBOOLEAN:
		return value_of_number(VALUE_BOOL, lua_toboolean(lua, index));
	case LUA_TNUMBER:
		return value_of_lua_number(lua, index, what);
	case LUA_TSTRING:
		return *lua_tostring(lua, index) == '\0' && lua_rawlen(lua, index) == 0
		    ? value_empty()
		    : value_of_text(typed_check_text(lua, index, what));
	default:
		break;
	}
	if (typed_to_date(lua, index, &date))
		return value_of_number(VALUE_DATE, date.day);
	if (typed_to_money(lua, index, &number))
		return value_of_number(VALUE_MONEY, number);
	if (typed_to_decimal(lua, index, &number))
		return value_of_number(VALUE_DECIMAL, number);
	if ((names = typed_to_set(lua, index)) != NULL)
		return *names == '\0' ? value_empty() : (struct value){.type = VALUE_SET, .text = names};
	if (record_to_key(lua, index, &number))
		return value_of_number(VALUE_REF, number);
	refuse(lua, what, "不是一个字段可以有的值（文字、整数、是否、日期、金额、小数、集合或记录）");
}

void typed_push_value(lua_State *lua, struct value value)
{
	switch (value.type) {
	case VALUE_TEXT:
	case VALUE_ENUM:
		lua_pushstring(lua, value.text);
		break;
	case VALUE_INT:
		lua_pushinteger(lua, value.number);
		break;
	case VALUE_BOOL:
		lua_pushboolean(lua, value.number != 0);
		break;
	case VALUE_DATE:
		typed_push_date(lua, (struct date){(int32_t)value.number});
		break;
	case VALUE_MONEY:
		typed_push_money(lua, value.number);
		break;
	case VALUE_DECIMAL:
	case VALUE_PERCENT:
		typed_push_decimal(lua, value.number);
		break;
	case VALUE_SET:
		typed_push_set(lua, value.text);
		break;
	default:
		lua_pushnil(lua);
		break;
	}
}

/* A set is its names joined by ",", as in struct value. */
void typed_push_set(lua_State *lua, const char *names)
{
	size_t size = strlen(names) + 1;

	memcpy(lua_newuserdatauv(lua, size, 0), names, size);
	luaL_setmetatable(lua, TYPED_SET);
}

const char *typed_to_set(lua_State *lua, int index)
{
	return luaL_testudata(lua, index, TYPED_SET);
}

static int set_has(lua_State *lua)
{
	lua_pushboolean(lua, set_contains(luaL_checkudata(lua, 1, TYPED_SET), luaL_checkstring(lua, 2)));
	return 1;
}

/* Upvalues: the set, and how far the walk has come. */
static int set_next(lua_State *lua)
{
	const char *names = lua_touserdata(lua, lua_upvalueindex(1));
	size_t at = (size_t)lua_tointeger(lua, lua_upvalueindex(2)), length;

	if (names[at] == '\0')
		return 0;
	length = strcspn(names + at, ",");
	lua_pushlstring(lua, names + at, length);
	at += length + (names[at + length] == ',' ? 1 : 0);
	lua_pushinteger(lua, (lua_Integer)at);
	lua_replace(lua, lua_upvalueindex(2));
	return 1;
}

static int set_names(lua_State *lua)
{
	luaL_checkudata(lua, 1, TYPED_SET);
	lua_settop(lua, 1);
	lua_pushinteger(lua, 0);
	lua_pushcclosure(lua, set_next, 2);
	return 1;
}

static int set_length(lua_State *lua)
{
	const char *names = luaL_checkudata(lua, 1, TYPED_SET);
	lua_Integer count = *names != '\0';

	for (; *names != '\0'; names++)
		count += *names == ',';
	lua_pushinteger(lua, count);
	return 1;
}

static int set_equal(lua_State *lua)
{
	const char *a = typed_to_set(lua, 1), *b = typed_to_set(lua, 2);

	lua_pushboolean(lua, a != NULL && b != NULL && strcmp(a, b) == 0);
	return 1;
}

void typed_open_set(lua_State *lua)
{
	static const luaL_Reg metamethods[] = {{"__len", set_length}, {"__eq", set_equal},
	    {"__tostring", words_tostring}, {"__concat", words_concat}, {0}};
	static const luaL_Reg methods[] = {{"has", set_has}, {"names", set_names}, {0}};

	typed_new_class(lua, TYPED_SET, metamethods, methods);
	lua_pop(lua, 1);
}

void typed_open(lua_State *lua)
{
	typed_open_date(lua);
	typed_open_money(lua);
	typed_open_decimal(lua);
	typed_open_set(lua);
}
