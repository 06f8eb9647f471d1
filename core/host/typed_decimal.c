#include "base/number.h"
#include "host/typed.h"
#include "host/words.h"

#include <string.h>

__extension__ typedef __int128 wide;

enum { ONE = 1000000 };

void typed_push_decimal(lua_State *lua, int64_t millionths)
{
	memcpy(lua_newuserdatauv(lua, sizeof millionths, 0), &millionths, sizeof millionths);
	luaL_setmetatable(lua, TYPED_DECIMAL);
}

bool typed_to_decimal(lua_State *lua, int index, int64_t *ret_millionths)
{
	const void *millionths = luaL_testudata(lua, index, TYPED_DECIMAL);

	if (millionths != NULL)
		memcpy(ret_millionths, millionths, sizeof *ret_millionths);
	return millionths != NULL;
}

bool typed_to_millionths(lua_State *lua, int index, int64_t *ret_millionths)
{
	double number;

	if (typed_to_decimal(lua, index, ret_millionths))
		return true;
	if (lua_type(lua, index) != LUA_TNUMBER)
		return false;
	if (lua_isinteger(lua, index))
		return number_multiply(lua_tointeger(lua, index), ONE, ret_millionths);
	number = lua_tonumber(lua, index) * ONE;
	if (!(number > -9e18 && number < 9e18)) /* not a number, too */
		return false;
	*ret_millionths = (int64_t)(number < 0 ? number - 0.5 : number + 0.5);
	return true;
}

static int64_t check_number(lua_State *lua, int index)
{
	int64_t millionths;

	if (!typed_to_millionths(lua, index, &millionths))
		luaL_error(lua, "小数只能和数相比或加减乘除，给的是%s", typed_word(lua, index));
	return millionths;
}

static int push_checked(lua_State *lua, bool fits, int64_t millionths)
{
	if (!fits)
		return luaL_error(lua, "小数太大，超出能准确记录的范围");
	typed_push_decimal(lua, millionths);
	return 1;
}

/* To the nearest millionth, halves away from zero. */
static int push_quotient(lua_State *lua, wide value, wide divisor)
{
	bool negative = (value < 0) != (divisor < 0);
	wide size = value < 0 ? -value : value, by = divisor < 0 ? -divisor : divisor;
	wide result = (size * 2 + by) / (by * 2);

	return push_checked(lua, result <= INT64_MAX, negative ? (int64_t)-result : (int64_t)result);
}

static int decimal_add(lua_State *lua)
{
	int64_t sum = 0;
	bool fits = number_add(check_number(lua, 1), check_number(lua, 2), &sum);

	return push_checked(lua, fits, sum);
}

static int decimal_subtract(lua_State *lua)
{
	int64_t difference = 0;
	bool fits = number_subtract(check_number(lua, 1), check_number(lua, 2), &difference);

	return push_checked(lua, fits, difference);
}

static int decimal_negate(lua_State *lua)
{
	int64_t result = 0;
	bool fits = number_subtract(0, check_number(lua, 1), &result);

	return push_checked(lua, fits, result);
}

/* Times money is money: then Lua asks the metatable of the first operand, which may be ours. */
static int decimal_multiply(lua_State *lua)
{
	if (luaL_getmetafield(lua, 2, "__mul") != LUA_TNIL && luaL_testudata(lua, 2, TYPED_MONEY) != NULL) {
		lua_insert(lua, 1);
		lua_call(lua, 2, 1);
		return 1;
	}
	return push_quotient(lua, (wide)check_number(lua, 1) * check_number(lua, 2), ONE);
}

static int decimal_divide(lua_State *lua)
{
	int64_t divisor = check_number(lua, 2);

	if (divisor == 0)
		return luaL_error(lua, "不能除以 0");
	return push_quotient(lua, (wide)check_number(lua, 1) * ONE, divisor);
}

static int decimal_equal(lua_State *lua)
{
	int64_t a, b;

	lua_pushboolean(lua, typed_to_decimal(lua, 1, &a) && typed_to_decimal(lua, 2, &b) && a == b);
	return 1;
}

static int decimal_less(lua_State *lua)
{
	lua_pushboolean(lua, check_number(lua, 1) < check_number(lua, 2));
	return 1;
}

static int decimal_less_or_equal(lua_State *lua)
{
	lua_pushboolean(lua, check_number(lua, 1) <= check_number(lua, 2));
	return 1;
}

static int decimal_percent(lua_State *lua)
{
	int64_t millionths = check_number(lua, 1);
	lua_Integer places = luaL_optinteger(lua, 2, 1);
	char text[NUMBER_TEXT_SIZE];

	if (places < 0 || places > 4)
		return luaL_error(lua, "百分数的小数位要在 0 到 4 之间");
	lua_pushstring(lua, fraction_format_percent(millionths, ONE, (int)places, text));
	return 1;
}

static int decimal_new(lua_State *lua)
{
	struct error error;
	int64_t millionths;

	if (lua_isinteger(lua, 1)) {
		bool fits = number_multiply(lua_tointeger(lua, 1), ONE, &millionths);

		return push_checked(lua, fits, fits ? millionths : 0);
	}
	if (lua_type(lua, 1) != LUA_TSTRING)
		return luaL_error(lua, "小数要写成文字，才不失精度：luodi.decimal\"0.75\"");
	if (!decimal_parse(typed_check_text(lua, 1, "luodi.decimal 的参数"), "", &millionths, &error))
		return typed_raise(lua, &error);
	typed_push_decimal(lua, millionths);
	return 1;
}

void typed_open_decimal(lua_State *lua)
{
	static const luaL_Reg metamethods[] = {{"__add", decimal_add}, {"__sub", decimal_subtract},
	    {"__unm", decimal_negate}, {"__mul", decimal_multiply}, {"__div", decimal_divide}, {"__eq", decimal_equal},
	    {"__lt", decimal_less}, {"__le", decimal_less_or_equal}, {"__tostring", words_tostring},
	    {"__concat", words_concat}, {0}};
	static const luaL_Reg methods[] = {{"percent", decimal_percent}, {0}};

	typed_new_class(lua, TYPED_DECIMAL, metamethods, methods);
	lua_pop(lua, 1);
	lua_pushcfunction(lua, decimal_new);
	lua_setfield(lua, -2, "decimal");
}
