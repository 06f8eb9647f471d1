#include "base/calendar.h"
#include "host/host.h"
#include "host/typed.h"
#include "host/words.h"

#include <string.h>

void typed_push_date(lua_State *lua, struct date date)
{
	if (date_is_none(date)) {
		lua_pushnil(lua);
		return;
	}
	memcpy(lua_newuserdatauv(lua, sizeof date, 0), &date, sizeof date);
	luaL_setmetatable(lua, TYPED_DATE);
}

bool typed_to_date(lua_State *lua, int index, struct date *ret_date)
{
	const void *date = luaL_testudata(lua, index, TYPED_DATE);

	if (date != NULL)
		memcpy(ret_date, date, sizeof *ret_date);
	return date != NULL;
}

static struct date check_date(lua_State *lua, int index)
{
	struct date date = DATE_NONE;

	if (!typed_to_date(lua, index, &date))
		luaL_error(lua, "这里要一个日期，给的是%s；日期写成 luodi.date\"2022-04-12\"", typed_word(lua, index));
	return date;
}

static int push_moved(lua_State *lua, struct date date, lua_Integer days)
{
	const lua_Integer most = 4000000; /* more than from the first date to the last */
	struct date moved;

	if (days < -most || days > most)
		return luaL_error(lua, "日期超出 1900 年到 9999 年");
	moved.day = (int32_t)(date.day + days);
	if (!date_is_valid(moved))
		return luaL_error(lua, "日期超出 1900 年到 9999 年");
	typed_push_date(lua, moved);
	return 1;
}

static lua_Integer check_days(lua_State *lua, int index)
{
	int whole;
	lua_Integer days = lua_tointegerx(lua, index, &whole);

	if (lua_type(lua, index) != LUA_TNUMBER || !whole)
		luaL_error(lua, "日期只能加减整数天，给的是%s", typed_word(lua, index));
	return days;
}

static int date_add(lua_State *lua)
{
	struct date date;

	if (typed_to_date(lua, 1, &date))
		return push_moved(lua, date, check_days(lua, 2));
	return push_moved(lua, check_date(lua, 2), check_days(lua, 1));
}

static int date_subtract(lua_State *lua)
{
	struct date date = check_date(lua, 1), other;
	lua_Integer days;

	if (typed_to_date(lua, 2, &other)) {
		lua_pushinteger(lua, (lua_Integer)date.day - other.day);
		return 1;
	}
	days = check_days(lua, 2);
	return push_moved(lua, date, days == LUA_MININTEGER ? LUA_MAXINTEGER : -days);
}

static int date_equal(lua_State *lua)
{
	struct date a, b;

	lua_pushboolean(lua, typed_to_date(lua, 1, &a) && typed_to_date(lua, 2, &b) && a.day == b.day);
	return 1;
}

static int date_less(lua_State *lua)
{
	lua_pushboolean(lua, check_date(lua, 1).day < check_date(lua, 2).day);
	return 1;
}

static int date_less_or_equal(lua_State *lua)
{
	lua_pushboolean(lua, check_date(lua, 1).day <= check_date(lua, 2).day);
	return 1;
}

static int date_workdays_to(lua_State *lua)
{
	struct date from = check_date(lua, 1), to = check_date(lua, 2);
	struct error error;
	int32_t days;

	if (!calendar_workdays(host_of(lua)->calendar, from, to, &days, &error))
		return typed_raise(lua, &error);
	lua_pushinteger(lua, days);
	return 1;
}

static int date_plus_workdays(lua_State *lua)
{
	struct date from = check_date(lua, 1), to;
	lua_Integer days = check_days(lua, 2);
	struct error error;

	if (days < -100000 || days > 100000)
		return luaL_error(lua, "工作日的数目太大");
	if (!calendar_plus_workdays(host_of(lua)->calendar, from, (int32_t)days, &to, &error))
		return typed_raise(lua, &error);
	typed_push_date(lua, to);
	return 1;
}

static int date_month_start(lua_State *lua)
{
	struct date date = check_date(lua, 1);
	int year, month, day;

	date_to_civil(date, &year, &month, &day);
	date.day -= day - 1;
	typed_push_date(lua, date);
	return 1;
}

static int date_month_end(lua_State *lua)
{
	struct date date = check_date(lua, 1), end;
	int year, month, day;

	date_to_civil(date, &year, &month, &day);
	for (day = 31; !date_from_civil(year, month, day, &end); day--)
		;
	typed_push_date(lua, end);
	return 1;
}

/* Upvalue: the methods. */
static int date_index(lua_State *lua)
{
	struct date date = check_date(lua, 1);
	const char *name = luaL_checkstring(lua, 2);
	int year, month, day;

	date_to_civil(date, &year, &month, &day);
	if (strcmp(name, "year") == 0)
		lua_pushinteger(lua, year);
	else if (strcmp(name, "month") == 0)
		lua_pushinteger(lua, month);
	else if (strcmp(name, "day") == 0)
		lua_pushinteger(lua, day);
	else if (strcmp(name, "weekday") == 0)
		lua_pushinteger(lua, date_weekday(date));
	else if (lua_getfield(lua, lua_upvalueindex(1), name) == LUA_TNIL)
		return luaL_error(lua,
		    "日期没有 %s；有 year month day weekday workdays_to plus_workdays month_start month_end", name);
	return 1;
}

static int date_new(lua_State *lua)
{
	const char *text = typed_check_text(lua, 1, "luodi.date 的参数");
	struct error error;
	struct date date;

	if (!date_parse(text, "", &date, &error))
		return typed_raise(lua, &error);
	typed_push_date(lua, date);
	return 1;
}

void typed_open_date(lua_State *lua)
{
	static const luaL_Reg metamethods[] = {{"__add", date_add}, {"__sub", date_subtract}, {"__eq", date_equal},
	    {"__lt", date_less}, {"__le", date_less_or_equal}, {"__tostring", words_tostring},
	    {"__concat", words_concat}, {0}};
	static const luaL_Reg methods[] = {{"workdays_to", date_workdays_to}, {"plus_workdays", date_plus_workdays},
	    {"month_start", date_month_start}, {"month_end", date_month_end}, {0}};

	typed_new_class(lua, TYPED_DATE, metamethods, NULL);
	lua_newtable(lua);
	luaL_setfuncs(lua, methods, 0);
	lua_pushcclosure(lua, date_index, 1);
	lua_setfield(lua, -2, "__index");
	lua_pop(lua, 1);
	lua_pushcfunction(lua, date_new);
	lua_setfield(lua, -2, "date");
}
