#include "base/number.h"

#include "base/halfwidth.h"
#include <stdio.h>
#include <string.h>

enum { LONGEST_NUMBER = 96 };

#define MILLION INT64_C(1000000)
#define YUAN_FEN INT64_C(100)
#define WAN_FEN INT64_C(1000000)
#define YI_FEN INT64_C(10000000000)

__extension__ typedef unsigned __int128 uint128; /* the one typedef: ISO C has no name for it */

bool number_add(int64_t a, int64_t b, int64_t *ret)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*ret = sum;
	return true;
}

bool number_subtract(int64_t a, int64_t b, int64_t *ret)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return false;
	*ret = difference;
	return true;
}

bool number_multiply(int64_t a, int64_t b, int64_t *ret)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*ret = product;
	return true;
}

static uint64_t magnitude(int64_t number)
{
	return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

/* A number as it is written: digits / 10^places, with a sign. */
struct written {
	uint64_t digits;
	int places;
	bool negative;
};

enum reading { READ_WELL, READ_NOTHING, READ_TOO_LARGE };

static enum reading add_digit(struct written *written, char digit)
{
	if (__builtin_mul_overflow(written->digits, 10u, &written->digits) ||
	    __builtin_add_overflow(written->digits, (uint64_t)(digit - '0'), &written->digits))
		return READ_TOO_LARGE;
	return READ_WELL;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Digits with or without commas between thousands. A comma that does not part thousands is no number. */
static enum reading read_whole(const char **text, struct written *written)
{
	enum reading reading = READ_WELL;
	int in_group = 0;
	bool grouped = false;

	if (!is_digit(**text))
		return READ_NOTHING;
	for (;; (*text)++) {
		if (is_digit(**text)) {
			in_group++;
			if (add_digit(written, **text) != READ_WELL)
				reading = READ_TOO_LARGE;
		} else if (**text == ',') {
			if (in_group == 0 || in_group > 3 || (grouped && in_group != 3))
				return READ_NOTHING;
			grouped = true;
			in_group = 0;
		} else {
			break;
		}
	}
	return grouped && in_group != 3 ? READ_NOTHING : reading;
}

/* The decimals; zeros at their end say nothing, and must not make a number too exact or too large. */
static enum reading read_decimals(const char **text, struct written *written)
{
	size_t length = 0, kept;

	if (**text != '.')
		return READ_WELL;
	(*text)++;
	while (is_digit((*text)[length]))
		length++;
	if (length == 0)
		return READ_NOTHING;
	for (kept = length; kept > 0 && (*text)[kept - 1] == '0'; kept--)
		;
	for (size_t i = 0; i < kept; i++) {
		if (add_digit(written, (*text)[i]) != READ_WELL)
			return READ_TOO_LARGE;
		written->places++;
	}
	*text += length;
	return READ_WELL;
}

static void skip_spaces(const char **text)
{
	while (**text == ' ')
		(*text)++;
}

static bool read_sign(const char **text)
{
	if (**text == '-') {
		(*text)++;
		return true;
	}
	if (**text == '+')
		(*text)++;
	return false;
}

/* Sign, currency where one may stand (before or behind the sign), digits. */
static enum reading read_number(const char **text, bool currency, struct written *ret_written)
{
	struct written written = {0};
	enum reading reading;
	bool has_currency = currency && halfwidth_skip(text, "¥");

	written.negative = read_sign(text);
	if (currency && !has_currency)
		halfwidth_skip(text, "¥");
	skip_spaces(text);
	reading = read_whole(text, &written);
	if (reading == READ_WELL)
		reading = read_decimals(text, &written);
	*ret_written = written;
	return reading;
}

enum scaling { SCALED, SCALED_TOO_FINE, SCALED_TOO_LARGE };

/* digits * scale / 10^places, exactly or not at all. */
static enum scaling scale_written(const struct written *written, int64_t scale, int64_t *ret_number)
{
	uint128 product = (uint128)written->digits * (uint64_t)scale; /* 64 bits times 63: always fits */

	for (int i = 0; i < written->places; i++) {
		if (product % 10 != 0)
			return SCALED_TOO_FINE;
		product /= 10;
	}
	if (product > INT64_MAX)
		return SCALED_TOO_LARGE;
	*ret_number = written->negative ? -(int64_t)product : (int64_t)product;
	return SCALED;
}

/* A word that makes a number vague belongs into a note: nothing is rounded or guessed here. */
static const char *find_vague_word(const char *text)
{
	static const char *const words[] = {"约", "近", "超", "余", "多", "左右", "上下", "以上", "不足"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(text, words[i]) != NULL)
			return words[i];
	return NULL;
}

static bool fail_reading(struct error *error, const char *field, const char *expected, const char *text)
{
	const char *vague = find_vague_word(text);

	if (vague != NULL)
		error_set(error, ERROR_INVALID, field, "要一个数；“%s”写到备注里", vague);
	else
		error_set(error, ERROR_INVALID, field, "%s", expected);
	return error_hint(error, "写的是“%.60s”", text);
}

static bool fail_size(struct error *error, const char *field, const char *text)
{
	error_set(error, ERROR_INVALID, field, "这个数太大，记不下");
	return error_hint(error, "写的是“%.60s”；看看单位有没有写错", text);
}

/* What stands behind the digits of an amount: 千 百 十, then 万 亿, then 元. A number that names a scale is in yuan;
 * 0: it names none, or the text is no unit. */
static int64_t read_scale(const char **text, bool *ret_named)
{
	static const struct {
		const char *name;
		int64_t factor;
	} small[] = {{"千", 1000}, {"百", 100}, {"十", 10}},
	  large[] = {{"万亿", 1000000000000}, {"亿", 100000000}, {"万", 10000}};
	int64_t scale = YUAN_FEN;

	*ret_named = false;
	for (size_t i = 0; i < 3 && !*ret_named; i++)
		if (halfwidth_skip(text, small[i].name)) {
			scale *= small[i].factor;
			*ret_named = true;
		}
	for (size_t i = 0; i < 3; i++)
		if (halfwidth_skip(text, large[i].name)) {
			scale *= large[i].factor;
			*ret_named = true;
			break;
		}
	if (halfwidth_skip(text, "元") || halfwidth_skip(text, "圆"))
		*ret_named = true;
	return scale;
}

bool money_parse(const char *text, int64_t unit_fen, const char *field, int64_t *ret_fen, struct error *error)
{
	static const char expected[] = "要一个金额，如 13.8亿、1400万元、3,000.50";
	char plain[LONGEST_NUMBER];
	const char *at = plain;
	struct written written;
	enum reading reading;
	enum scaling scaling;
	int64_t scale, fen;
	bool named;

	if (!halfwidth_copy(text, plain, sizeof plain))
		return fail_reading(error, field, expected, text);
	reading = read_number(&at, true, &written);
	if (reading == READ_NOTHING)
		return fail_reading(error, field, expected, text);
	if (reading == READ_TOO_LARGE)
		return fail_size(error, field, text);
	skip_spaces(&at);
	scale = read_scale(&at, &named);
	if (*at != '\0')
		return fail_reading(error, field, expected, text);
	/* ¥300 is yuan, whatever the column is in. */
	if (!named && strstr(plain, "¥") == NULL)
		scale = unit_fen;
	scaling = scale_written(&written, scale, &fen);
	if (scaling == SCALED_TOO_FINE) {
		error_set(error, ERROR_INVALID, field, "金额只记到分，这个数比分还细");
		return error_hint(error, "写的是“%.60s”；请改成整分的数", text);
	}
	if (scaling == SCALED_TOO_LARGE || fen > MONEY_LARGEST || fen < -MONEY_LARGEST)
		return fail_size(error, field, text);
	*ret_fen = fen;
	return true;
}

int64_t money_unit(const char *name)
{
	static const struct {
		const char *name;
		int64_t fen;
	} units[] = {
	    {"", YUAN_FEN}, {"元", YUAN_FEN}, {"万元", WAN_FEN}, {"万", WAN_FEN}, {"亿元", YI_FEN}, {"亿", YI_FEN}};

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].fen;
	return 0;
}

/* number with commas between thousands; returns the end. */
static char *put_grouped(char *place, uint64_t number)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count-- > 0) {
		*place++ = digits[count];
		if (count > 0 && count % 3 == 0)
			*place++ = ',';
	}
	return place;
}

/* number with the last places digits as decimals, and without zeros at their end where trim is set. */
static char *put_decimals(char *place, uint64_t rest, int places, bool trim)
{
	char digits[20];
	int shown = 0;

	for (int i = places; i-- > 0; rest /= 10) {
		digits[i] = (char)('0' + rest % 10);
		if (shown == 0 && (!trim || digits[i] != '0'))
			shown = i + 1;
	}
	if (shown == 0)
		return place;
	*place++ = '.';
	memcpy(place, digits, (size_t)shown);
	return place + shown;
}

static char *finish(char *text, char *end, const char *unit)
{
	memcpy(end, unit, strlen(unit) + 1);
	return text;
}

char *money_format(int64_t fen, char text[NUMBER_TEXT_SIZE])
{
	uint64_t amount = magnitude(fen);
	char *end = text;

	if (fen < 0)
		*end++ = '-';
	/* In 亿 or 万 where four decimals say it exactly. */
	if (amount >= (uint64_t)YI_FEN && amount % (uint64_t)WAN_FEN == 0) {
		end += snprintf(end, NUMBER_TEXT_SIZE - 1, "%llu", (unsigned long long)(amount / (uint64_t)YI_FEN));
		return finish(text, put_decimals(end, amount % (uint64_t)YI_FEN / (uint64_t)WAN_FEN, 4, true), "亿");
	}
	if (amount >= (uint64_t)WAN_FEN && amount % (uint64_t)YUAN_FEN == 0) {
		end += snprintf(end, NUMBER_TEXT_SIZE - 1, "%llu", (unsigned long long)(amount / (uint64_t)WAN_FEN));
		return finish(text, put_decimals(end, amount % (uint64_t)WAN_FEN / (uint64_t)YUAN_FEN, 4, true), "万");
	}
	end = put_grouped(end, amount / (uint64_t)YUAN_FEN);
	if (amount % (uint64_t)YUAN_FEN != 0)
		end = put_decimals(end, amount % (uint64_t)YUAN_FEN, 2, false);
	return finish(text, end, "元");
}

static uint64_t round_half_up(uint64_t number, uint64_t divisor)
{
	return number / divisor + (number % divisor >= divisor - number % divisor);
}

/* An amount that rounds up to the next unit is shown in it: 99,999,999元 is 1.00亿, not 10,000万. */
char *money_format_column(int64_t fen, char text[NUMBER_TEXT_SIZE])
{
	uint64_t amount = magnitude(fen);
	uint64_t yuan = round_half_up(amount, (uint64_t)YUAN_FEN), wan = round_half_up(amount, (uint64_t)WAN_FEN);
	uint64_t hundredths = round_half_up(amount, (uint64_t)YI_FEN / 100);
	char *end = text;

	if (fen < 0 && yuan > 0)
		*end++ = '-';
	if (wan >= 10000)
		return finish(text, put_decimals(put_grouped(end, hundredths / 100), hundredths % 100, 2, false), "亿");
	if (yuan >= 10000)
		return finish(text, put_grouped(end, wan), "万");
	return finish(text, put_grouped(end, yuan), "元");
}

/* Millionths of what is written, which is in units of scale millionths. */
static bool parse_millionths(const char *plain, const char *text, int64_t scale, const char *expected,
    const char *field, int64_t *ret_millionths, struct error *error)
{
	const char *at = plain;
	struct written written;
	enum reading reading = read_number(&at, false, &written);
	enum scaling scaling;

	if (reading == READ_TOO_LARGE)
		return fail_size(error, field, text);
	if (reading == READ_NOTHING || *at != '\0')
		return fail_reading(error, field, expected, text);
	scaling = scale_written(&written, scale, ret_millionths);
	if (scaling == SCALED_TOO_LARGE)
		return fail_size(error, field, text);
	if (scaling == SCALED)
		return true;
	error_set(error, ERROR_INVALID, field, "小数位太多，最多 %d 位", scale == MILLION ? 6 : 4);
	return error_hint(error, "写的是“%.60s”；请改短一些", text);
}

bool decimal_parse(const char *text, const char *field, int64_t *ret_millionths, struct error *error)
{
	static const char expected[] = "要一个数，如 0.75";
	char plain[LONGEST_NUMBER];

	if (!halfwidth_copy(text, plain, sizeof plain))
		return fail_reading(error, field, expected, text);
	return parse_millionths(plain, text, MILLION, expected, field, ret_millionths, error);
}

bool percent_parse(const char *text, const char *field, int64_t *ret_millionths, struct error *error)
{
	static const char expected[] = "要一个百分比，如 75% 或 0.75";
	char plain[LONGEST_NUMBER];
	size_t length;

	if (!halfwidth_copy(text, plain, sizeof plain))
		return fail_reading(error, field, expected, text);
	length = strlen(plain);
	if (length == 0 || plain[length - 1] != '%')
		return parse_millionths(plain, text, MILLION, expected, field, ret_millionths, error);
	do
		plain[--length] = '\0';
	while (length > 0 && plain[length - 1] == ' ');
	return parse_millionths(plain, text, MILLION / 100, expected, field, ret_millionths, error);
}

bool integer_parse(const char *text, const char *field, int64_t *ret_integer, struct error *error)
{
	static const char expected[] = "要一个整数，如 20";
	char plain[LONGEST_NUMBER];
	const char *at = plain;
	struct written written;
	enum reading reading;

	if (!halfwidth_copy(text, plain, sizeof plain))
		return fail_reading(error, field, expected, text);
	reading = read_number(&at, false, &written);
	if (reading == READ_TOO_LARGE)
		return fail_size(error, field, text);
	if (reading == READ_NOTHING || *at != '\0' || written.places > 0)
		return fail_reading(error, field, expected, text);
	if (scale_written(&written, 1, ret_integer) != SCALED)
		return fail_size(error, field, text);
	return true;
}

static char *format_scaled(int64_t number, uint64_t scale, int places, const char *unit, char *text)
{
	uint64_t amount = magnitude(number);
	char *end = text;

	end += snprintf(end, NUMBER_TEXT_SIZE, "%s%llu", number < 0 ? "-" : "", (unsigned long long)(amount / scale));
	return finish(text, put_decimals(end, amount % scale, places, true), unit);
}

char *decimal_format(int64_t millionths, char text[NUMBER_TEXT_SIZE])
{
	return format_scaled(millionths, 1000000, 6, "", text);
}

char *percent_format(int64_t millionths, char text[NUMBER_TEXT_SIZE])
{
	return format_scaled(millionths, 10000, 4, "%", text);
}

static uint128 divide_half_up(uint128 numerator, uint64_t denominator)
{
	return numerator / denominator + (numerator % denominator * 2 >= denominator);
}

/* places: 0 to 6. */
char *fraction_format_percent(int64_t numerator, int64_t denominator, int places, char text[NUMBER_TEXT_SIZE])
{
	uint64_t scale = 1;
	uint128 quotient, whole;
	char digits[40], *end = text;
	int count = 0;

	places = places < 0 ? 0 : places > 6 ? 6 : places;
	for (int i = 0; i < places; i++)
		scale *= 10;
	if (denominator == 0) /* the caller's bug, but no trap for it */
		return finish(text, text, "-");
	quotient = divide_half_up((uint128)magnitude(numerator) * 100 * scale, magnitude(denominator));
	if ((numerator < 0) != (denominator < 0) && quotient > 0)
		*end++ = '-';
	whole = quotient / scale;
	do
		digits[count++] = (char)('0' + (int)(whole % 10));
	while ((whole /= 10) > 0);
	while (count > 0)
		*end++ = digits[--count];
	return finish(text, put_decimals(end, (uint64_t)(quotient % scale), places, false), "%");
}

bool fraction_to_millionths(int64_t numerator, int64_t denominator, int64_t *ret_millionths)
{
	uint128 quotient;

	if (denominator == 0)
		return false;
	quotient = divide_half_up((uint128)magnitude(numerator) * 1000000, magnitude(denominator));
	if (quotient > INT64_MAX)
		return false;
	*ret_millionths = (numerator < 0) != (denominator < 0) ? -(int64_t)quotient : (int64_t)quotient;
	return true;
}
