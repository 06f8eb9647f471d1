#include "model/value.h"

#include "base/number.h"
#include "base/utf8.h"
#include <stdlib.h>
#include <string.h>

static const char *const type_names[VALUE_TYPES] = {
    [VALUE_EMPTY] = "",
    [VALUE_TEXT] = "text",
    [VALUE_INT] = "int",
    [VALUE_DECIMAL] = "decimal",
    [VALUE_MONEY] = "money",
    [VALUE_DATE] = "date",
    [VALUE_BOOL] = "bool",
    [VALUE_ENUM] = "enum",
    [VALUE_SET] = "set",
    [VALUE_REF] = "ref",
    [VALUE_PERCENT] = "percent",
};

int64_t record_key(int32_t kind_number, int32_t number)
{
	return (int64_t)(((uint64_t)(uint32_t)kind_number << 32) | (uint32_t)number);
}

int32_t record_kind_number(int64_t key)
{
	return (int32_t)((uint64_t)key >> 32);
}

int32_t record_number(int64_t key)
{
	return (int32_t)((uint64_t)key & UINT32_MAX);
}

bool value_is_text(enum value_type type)
{
	return type == VALUE_TEXT || type == VALUE_ENUM || type == VALUE_SET;
}

const char *value_type_name(enum value_type type)
{
	return (unsigned)type < VALUE_TYPES ? type_names[type] : "";
}

bool value_equal(struct value a, struct value b)
{
	if (a.type != b.type)
		return false;
	if (a.type == VALUE_EMPTY)
		return true;
	if (value_is_text(a.type))
		return a.text == b.text || strcmp(a.text, b.text) == 0;
	return a.number == b.number;
}

struct value value_copy(struct pool *pool, struct value value)
{
	if (value_is_text(value.type))
		value.text = pool_copy_text(pool, value.text);
	return value;
}

struct value value_empty(void)
{
	return (struct value){.type = VALUE_EMPTY};
}

struct value value_of_text(const char *text)
{
	if (text == NULL || text[0] == '\0')
		return value_empty();
	return (struct value){.type = VALUE_TEXT, .text = text};
}

struct value value_of_number(enum value_type type, int64_t number)
{
	return (struct value){.type = type, .number = number};
}

/* sets */

/* Where name stands in set, or where it would: *ret_at is an offset into set at the start of a name, or its end. */
static bool set_find(const char *set, const char *name, size_t *ret_at)
{
	size_t name_length = strlen(name), at = 0;

	while (set[at] != '\0') {
		size_t length = strcspn(set + at, ",");
		int order = memcmp(set + at, name, length < name_length ? length : name_length);

		if (order == 0 && length == name_length) {
			*ret_at = at;
			return true;
		}
		if (order > 0 || (order == 0 && length > name_length))
			break;
		at += length + (set[at + length] == ',' ? 1 : 0);
	}
	*ret_at = at;
	return false;
}

bool set_contains(const char *set, const char *name)
{
	size_t at;

	return set_find(set, name, &at);
}

struct value set_with(struct pool *pool, struct value set, const char *name)
{
	size_t at, length;
	char *text;

	if (set.type == VALUE_EMPTY)
		return (struct value){.type = VALUE_SET, .text = pool_copy_text(pool, name)};
	if (set_find(set.text, name, &at))
		return set;
	length = strlen(set.text);
	if (at == length)
		text = pool_format(pool, "%s,%s", set.text, name);
	else
		text = pool_format(pool, "%.*s%s,%s", (int)at, set.text, name, set.text + at);
	return (struct value){.type = VALUE_SET, .text = text};
}

struct value set_without(struct pool *pool, struct value set, const char *name)
{
	size_t at, length;
	char *text;

	if (set.type == VALUE_EMPTY || !set_find(set.text, name, &at))
		return set;
	length = strlen(name);
	if (set.text[at + length] == ',')
		text = pool_format(pool, "%.*s%s", (int)at, set.text, set.text + at + length + 1);
	else
		text = pool_format(pool, "%.*s", (int)(at == 0 ? 0 : at - 1), set.text);
	if (text[0] == '\0')
		return value_empty();
	return (struct value){.type = VALUE_SET, .text = text};
}

/* Names rise strictly, and none is empty. */
static bool set_is_well_formed(const char *set)
{
	const char *before = NULL;
	size_t before_length = 0;

	for (;;) {
		size_t length = strcspn(set, ",");

		if (length == 0)
			return false;
		if (before != NULL) {
			int order = memcmp(before, set, before_length < length ? before_length : length);

			if (order > 0 || (order == 0 && before_length >= length))
				return false;
		}
		if (set[length] == '\0')
			return true;
		before = set;
		before_length = length;
		set += length + 1;
	}
}

/* wire */

void value_put(struct buffer *out, struct value value)
{
	if (value_is_text(value.type) && (value.text == NULL || value.text[0] == '\0'))
		value.type = VALUE_EMPTY; /* an empty text has one form */
	wire_put_integer(out, value.type);
	if (value_is_text(value.type))
		wire_put_text(out, value.text);
	else if (value.type != VALUE_EMPTY)
		wire_put_integer(out, value.number);
}

static int64_t get_number(struct wire *in, enum value_type type)
{
	switch (type) {
	case VALUE_MONEY:
		return wire_get_integer(in, -MONEY_LARGEST, MONEY_LARGEST);
	case VALUE_DATE:
		return wire_get_integer(in, DATE_FIRST.day, DATE_LAST.day);
	case VALUE_BOOL:
		return wire_get_integer(in, 0, 1);
	case VALUE_REF:
		return wire_get_integer(in, 1, INT64_MAX);
	default:
		return wire_get_integer(in, INT64_MIN, INT64_MAX);
	}
}

struct value value_get(struct wire *in, struct pool *pool)
{
	struct value value = {.type = (enum value_type)wire_get_integer(in, 0, VALUE_TYPES - 1)};

	if (value_is_text(value.type)) {
		value.text = wire_get_name(in, pool, VALUE_TEXT_LARGEST);
		if (wire_ok(in) && value.text[0] == '\0')
			wire_fail(in, "an empty text");
		if (wire_ok(in) && value.type == VALUE_SET && !set_is_well_formed(value.text))
			wire_fail(in, "a set that is not in order");
	} else if (value.type != VALUE_EMPTY) {
		value.number = get_number(in, value.type);
	}
	return wire_ok(in) ? value : value_empty();
}

/* relative dates */

static const struct {
	const char *word;
	int days;
} day_words[] = {{"today", 0}, {"今天", 0}, {"今日", 0}, {"yesterday", -1}, {"昨天", -1}, {"昨日", -1}, {"前天", -2},
    {"tomorrow", 1}, {"明天", 1}, {"明日", 1}, {"后天", 2}};

static bool date_plus(
    struct date from, int64_t days, const char *text, const char *field, struct date *ret_date, struct error *error)
{
	int64_t day = from.day + days;

	if (day < DATE_FIRST.day || day > DATE_LAST.day) {
		error_set(error, ERROR_INVALID, field, "“%s”超出了能用的日期（1900 年到 9999 年）", text);
		return error_hint(error, "写一个日期，如 2022-04-12");
	}
	ret_date->day = (int32_t)day;
	return true;
}

/* "-30d": the sign, at most six digits, and what follows. */
static bool read_offset(const char *text, int32_t *ret_count, const char **ret_unit)
{
	const char *digits = text + 1;
	size_t count;

	if (text[0] != '+' && text[0] != '-')
		return false;
	count = strspn(digits, "0123456789");
	if (count == 0 || count > 6)
		return false;
	*ret_count = (int32_t)strtol(digits, NULL, 10);
	if (text[0] == '-')
		*ret_count = -*ret_count;
	*ret_unit = digits + count;
	return true;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

bool date_parse_relative(const char *text, const char *field, struct date today, const struct calendar *calendar,
    struct date *ret_date, struct error *error)
{
	static const char *const days[] = {"d", "天", "日", NULL};
	static const char *const workdays[] = {"wd", "个工作日", "工作日", NULL};
	const char *unit;
	int32_t count;

	for (size_t i = 0; i < sizeof day_words / sizeof day_words[0]; i++)
		if (strcmp(text, day_words[i].word) == 0)
			return date_plus(today, day_words[i].days, text, field, ret_date, error);
	if (!read_offset(text, &count, &unit))
		return date_parse(text, field, ret_date, error);
	if (is_one_of(unit, days))
		return date_plus(today, count, text, field, ret_date, error);
	if (!is_one_of(unit, workdays))
		return date_parse(text, field, ret_date, error);
	if (calendar == NULL) {
		error_set(error, ERROR_INVALID, field, "“%s”要数工作日，但没有装工作日历", text);
		return error_hint(error, "请管理员声明当年的工作日历，或改用自然日，如 -30d");
	}
	if (!calendar_plus_workdays(calendar, today, count, ret_date, error)) {
		if (error->field[0] == '\0')
			strncpy(error->field, field, sizeof error->field - 1);
		return false;
	}
	return true;
}
