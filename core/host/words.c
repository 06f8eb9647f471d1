#include "host/words.h"

#include "base/number.h"
#include "host/host.h"
#include "host/record.h"
#include "host/typed.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PLACES_LARGEST = 6, WIDTH_LARGEST = 99, SENTENCE_LARGEST = 60000 };

struct directive { /* %-05.2f */
	char conversion;
	bool left, zeros;
	int width, places; /* places -1: not given */
};

static void push_number(lua_State *lua, int index)
{
	int whole;
	lua_Integer integer = lua_tointegerx(lua, index, &whole);

	if (whole)
		lua_pushfstring(lua, "%I", (LUAI_UACINT)integer);
	else
		lua_pushfstring(lua, "%f", (LUAI_UACNUMBER)lua_tonumber(lua, index));
}

/* Names of a set, joined as people do. */
static void push_set(lua_State *lua, const char *names)
{
	luaL_gsub(lua, names, ",", "、");
}

static bool push_typed(lua_State *lua, int index)
{
	char text[NUMBER_TEXT_SIZE], day[DATE_TEXT_SIZE];
	struct date date;
	int64_t number;
	const char *names;

	if (typed_to_date(lua, index, &date))
		lua_pushstring(lua, date_format(date, day));
	else if (typed_to_money(lua, index, &number))
		lua_pushstring(lua, money_format(number, text));
	else if (typed_to_decimal(lua, index, &number))
		lua_pushstring(lua, decimal_format(number, text));
	else if ((names = typed_to_set(lua, index)) != NULL)
		push_set(lua, names);
	else if (luaL_testudata(lua, index, RECORD_CLASS) != NULL)
		record_push_title(lua, index);
	else
		return false;
	return true;
}

void words_push(lua_State *lua, int index, const char *what)
{
	index = lua_absindex(lua, index);
	switch (lua_type(lua, index)) {
	case LUA_TNONE:
	case LUA_TNIL:
		lua_pushliteral(lua, "");
		return;
	case LUA_TBOOLEAN:
		lua_pushstring(lua, lua_toboolean(lua, index) ? "是" : "否");
		return;
	case LUA_TNUMBER:
		push_number(lua, index);
		return;
	case LUA_TSTRING:
		lua_pushvalue(lua, index);
		return;
	default:
		if (!push_typed(lua, index))
			luaL_error(lua, "%s是%s，写不成文字", what, typed_word(lua, index));
	}
}

int words_tostring(lua_State *lua)
{
	words_push(lua, 1, "这个值");
	return 1;
}

int words_concat(lua_State *lua)
{
	words_push(lua, 1, "连接的左边");
	words_push(lua, 2, "连接的右边");
	lua_concat(lua, 2);
	return 1;
}

static const char *read_number(const char *p, int *number)
{
	for (*number = 0; *p >= '0' && *p <= '9' && *number <= WIDTH_LARGEST; p++)
		*number = *number * 10 + (*p - '0');
	return p;
}

static const char *read_directive(lua_State *lua, const char *p, struct directive *directive)
{
	*directive = (struct directive){.places = -1};
	for (; *p == '-' || *p == '0'; p++)
		*(*p == '-' ? &directive->left : &directive->zeros) = true;
	p = read_number(p, &directive->width);
	if (*p == '.')
		p = read_number(p + 1, &directive->places);
	if (strchr("dfs", *p) == NULL || *p == '\0' || directive->width > WIDTH_LARGEST ||
	    directive->places > PLACES_LARGEST)
		luaL_error(lua, "格式里只能用 %%s、%%d、%%.1f（最多 6 位小数）和 %%%%");
	directive->conversion = *p;
	return p + 1;
}

/* Exactly from millionths: value is rounded half up to so many places. */
static void push_fixed(lua_State *lua, int64_t millionths, int places)
{
	uint64_t size = millionths < 0 ? -(uint64_t)millionths : (uint64_t)millionths, step = 1, scale = 1;
	char text[NUMBER_TEXT_SIZE];
	size_t used;

	for (int i = places; i < PLACES_LARGEST; i++)
		step *= 10;
	for (int i = 0; i < places; i++)
		scale *= 10;
	size = size / step + (size % step * 2 >= step && step > 1 ? 1 : 0);
	used = (size_t)snprintf(text, sizeof text, "%s%" PRIu64, millionths < 0 && size > 0 ? "-" : "", size / scale);
	size %= scale;
	if (places > 0)
		text[used++] = '.';
	for (int i = 0; i < places; i++, size %= scale) {
		scale /= 10;
		text[used++] = (char)('0' + size / scale);
	}
	text[used] = '\0';
	lua_pushstring(lua, text);
}

static void push_argument(lua_State *lua, int index, int position, const struct directive *directive)
{
	int64_t number;
	int whole;

	if (directive->conversion == 's') {
		words_push(lua, index, "格式的参数");
		return;
	}
	if (lua_isnone(lua, index) || lua_isnil(lua, index))
		luaL_error(lua, "格式的第 %d 个参数是空的，%%%c 要一个数", position, directive->conversion);
	if (directive->conversion == 'd') {
		lua_Integer integer = lua_tointegerx(lua, index, &whole);

		if (typed_to_decimal(lua, index, &number) && number % 1000000 == 0) {
			integer = number / 1000000;
			whole = 1;
		}
		if (!whole || lua_type(lua, index) == LUA_TSTRING)
			luaL_error(lua, "格式的第 %d 个参数是%s，%%d 要一个整数", position, typed_word(lua, index));
		lua_pushfstring(lua, "%I", (LUAI_UACINT)integer);
		return;
	}
	if (!typed_to_millionths(lua, index, &number))
		luaL_error(lua, "格式的第 %d 个参数是%s，%%f 要一个数", position, typed_word(lua, index));
	push_fixed(lua, number, directive->places < 0 ? PLACES_LARGEST : directive->places);
}

/* text, which is on the top of the stack, to width. Zeros go behind a sign. */
static void add_padded(lua_State *lua, struct buffer *out, const struct directive *directive)
{
	size_t length;
	const char *text = lua_tolstring(lua, -1, &length);
	size_t padding = (size_t)directive->width > length ? (size_t)directive->width - length : 0;
	bool zeros = directive->zeros && !directive->left && directive->conversion != 's';

	if (zeros && padding > 0 && *text == '-') {
		buffer_append_byte(out, '-');
		text++;
		length--;
	}
	for (size_t i = 0; i < padding && !directive->left; i++)
		buffer_append_byte(out, zeros ? '0' : ' ');
	buffer_append(out, text, length);
	for (size_t i = 0; i < padding && directive->left; i++)
		buffer_append_byte(out, ' ');
	lua_pop(lua, 1);
}

/* Two steps, since a record's title may have to be asked for while the sentence is not yet begun: first each argument
 * as text, on the stack, then all of it. */
void words_push_format(lua_State *lua, int index)
{
	struct buffer *out = &host_of(lua)->text;
	const char *format = typed_check_text(lua, index, "格式"), *p = format;
	int given = lua_gettop(lua) - index, used = 0, base = lua_gettop(lua);
	struct directive directive;

	while ((p = strchr(p, '%')) != NULL) {
		if (*++p == '%') {
			p++;
			continue;
		}
		p = read_directive(lua, p, &directive);
		if (++used > given && directive.conversion != 's')
			luaL_error(lua, "格式要 %d 个以上的参数，只给了 %d 个", used, given);
		luaL_checkstack(lua, 4, "格式的参数太多");
		if (used > given)
			lua_pushliteral(lua, ""); /* a nil at the end of a call */
		else
			push_argument(lua, index + used, used, &directive);
	}
	buffer_reset(out);
	used = 0;
	for (p = format; *p != '\0';) {
		size_t plain = strcspn(p, "%");

		buffer_append(out, p, plain);
		p += plain;
		if (*p == '%' && p[1] == '%') {
			buffer_append_byte(out, '%');
			p += 2;
		} else if (*p == '%') {
			p = read_directive(lua, p + 1, &directive);
			lua_pushvalue(lua, base + ++used);
			add_padded(lua, out, &directive);
		}
	}
	if (out->full || out->length > SENTENCE_LARGEST)
		luaL_error(lua, "句子太长，超过 60 KB");
	lua_settop(lua, base);
	lua_pushlstring(lua, buffer_text(out), out->length);
}

int words_format(lua_State *lua)
{
	words_push_format(lua, 1);
	return 1;
}
