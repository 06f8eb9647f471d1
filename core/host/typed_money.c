#include "base/number.h"
#include "host/typed.h"
#include "host/words.h"

#include <string.h>

__extension__ typedef __int128 wide; /* products of two int64 before they are divided again */

void typed_push_money(lua_State *lua, int64_t fen)
{
	if (fen > MONEY_LARGEST || fen < -MONEY_LARGEST)
		luaL_error(lua, "金额太大，超出能准确记录的范围");
	memcpy(lua_newuserdatauv(lua, sizeof fen, 0), &fen, sizeof fen);
	luaL_setmetatable(lua, TYPED_MONEY);
}

bool typed_to_money(lua_State *lua, int index, int64_t *ret_fen)
{
	const void *fen = luaL_testudata(lua, index, TYPED_MONEY);

	if (fen != NULL)
		memcpy(ret_fen, fen, sizeof *ret_fen);
	return fen != NULL;
}

static int64_t check_money(lua_State *lua, int index)
{
	int64_t fen = 0;

	if (!typed_to_money(lua, index, &fen))
		luaL_error(
		    lua, "金额只能和金额相比或加减，给的是%s；金额写成 luodi.money\"1亿\"", typed_word(lua, index));
	return fen;
}

/* value / divisor to the nearest whole, halves away from zero; divisor is not 0. */
static bool divide_wide(wide value, int64_t divisor, int64_t *ret_result)
{
	bool negative = (value < 0) != (divisor < 0);
	wide size = value < 0 ? -value : value, by = divisor < 0 ? -(wide)divisor : (wide)divisor;
	wide result = (size * 2 + by) / (by * 2);

	if (result > INT64_MAX)
		return false;
	*ret_result = negative ? -(int64_t)result : (int64_t)result;
	return true;
}

static int push_divided(lua_State *lua, wide value, int64_t divisor)
{
	int64_t fen;

	if (divisor == 0)
		return luaL_error(lua, "金额不能除以 0");
	if (!divide_wide(value, divisor, &fen))
		return luaL_error(lua, "金额太大，超出能准确记录的范围");
	typed_push_money(lua, fen);
	return 1;
}

static int money_add(lua_State *lua)
{
	typed_push_money(lua, check_money(lua, 1) + check_money(lua, 2)); /* both within 2^53 */
	return 1;
}

static int money_subtract(lua_State *lua)
{
	typed_push_money(lua, check_money(lua, 1) - check_money(lua, 2));
	return 1;
}

static int money_negate(lua_State *lua)
{
	typed_push_money(lua, -check_money(lua, 1));
	return 1;
}

/* With a whole number or a decimal, on either side. */
static int money_multiply(lua_State *lua)
{
	int money = luaL_testudata(lua, 1, TYPED_MONEY) != NULL ? 1 : 2, other = 3 - money, whole;
	int64_t fen = check_money(lua, money), millionths;
	lua_Integer times = lua_tointegerx(lua, other, &whole);

	if (typed_to_decimal(lua, other, &millionths))
		return push_divided(lua, (wide)fen * millionths, 1000000);
	if (lua_type(lua, other) != LUA_TNUMBER || !whole)
		return luaL_error(lua, "金额只能乘整数或 luodi.decimal，给的是%s", typed_word(lua, other));
	return push_divided(lua, (wide)fen * times, 1);
}

static int money_divide(lua_State *lua)
{
	int64_t fen = check_money(lua, 1), other, ratio;
	int whole;
	lua_Integer parts = lua_tointegerx(lua, 2, &whole);

	if (typed_to_money(lua, 2, &other)) {
		if (other == 0)
			return luaL_error(lua, "金额不能除以 0");
		if (!fraction_to_millionths(fen, other, &ratio))
			return luaL_error(lua, "两个金额的比太大");
		typed_push_decimal(lua, ratio);
		return 1;
	}
	if (typed_to_decimal(lua, 2, &other))
		return push_divided(lua, (wide)fen * 1000000, other);
	if (lua_type(lua, 2) != LUA_TNUMBER || !whole)
		return luaL_error(lua, "金额只能除以金额、整数或 luodi.decimal，给的是%s", typed_word(lua, 2));
	return push_divided(lua, fen, parts);
}

static int money_equal(lua_State *lua)
{
	int64_t a, b;

	lua_pushboolean(lua, typed_to_money(lua, 1, &a) && typed_to_money(lua, 2, &b) && a == b);
	return 1;
}

static int money_less(lua_State *lua)
{
	lua_pushboolean(lua, check_money(lua, 1) < check_money(lua, 2));
	return 1;
}

static int money_less_or_equal(lua_State *lua)
{
	lua_pushboolean(lua, check_money(lua, 1) <= check_money(lua, 2));
	return 1;
}

static int money_fen(lua_State *lua)
{
	lua_pushinteger(lua, check_money(lua, 1));
	return 1;
}

static int money_as(lua_State *lua)
{
	int64_t fen = check_money(lua, 1), unit, amount;
	const char *name = luaL_checkstring(lua, 2);

	unit = money_unit(name);
	if (unit == 0)
		return luaL_error(lua, "没有 %s 这个金额单位；可用 元、万元、亿元", name);
	if (!fraction_to_millionths(fen, unit, &amount))
		return luaL_error(lua, "金额太大，换算不了");
	typed_push_decimal(lua, amount);
	return 1;
}

static int money_new(lua_State *lua)
{
	struct error error;
	int64_t fen;

	if (lua_type(lua, 1) != LUA_TSTRING)
		return luaL_error(lua, "金额要写成文字并带单位：luodi.money\"1亿\"");
	if (!money_parse(typed_check_text(lua, 1, "luodi.money 的参数"), 100, "", &fen, &error))
		return typed_raise(lua, &error);
	typed_push_money(lua, fen);
	return 1;
}

void typed_open_money(lua_State *lua)
{
	static const luaL_Reg metamethods[] = {{"__add", money_add}, {"__sub", money_subtract}, {"__unm", money_negate},
	    {"__mul", money_multiply}, {"__div", money_divide}, {"__eq", money_equal}, {"__lt", money_less},
	    {"__le", money_less_or_equal}, {"__tostring", words_tostring}, {"__concat", words_concat}, {0}};
	static const luaL_Reg methods[] = {{"fen", money_fen}, {"as", money_as}, {0}};

	typed_new_class(lua, TYPED_MONEY, metamethods, methods);
	lua_pop(lua, 1);
	lua_pushcfunction(lua, money_new);
	lua_setfield(lua, -2, "money");
}
