/* field: a field's values as people type and read them (kind.h). */
#include "base/number.h"
#include "base/utf8.h"
#include "model/kind.h"
#include "model/listing.h"
#include "model/nearest.h"
#include <inttypes.h>
#include <string.h>
#include <strings.h>

static size_t blank_at(const char *text) /* bytes of the blank that text begins with; 0: none */
{
	if (text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n')
		return 1;
	if (strncmp(text, "\xe3\x80\x80", 3) == 0) /* the full-width space */
		return 3;
	return strncmp(text, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static bool ends_with(const char *text, size_t length, const char *ending)
{
	size_t ending_length = strlen(ending);

	return ending_length > 0 && length >= ending_length &&
	    memcmp(text + length - ending_length, ending, ending_length) == 0;
}

static size_t length_without_blanks(const char *text, size_t length)
{
	for (;;) {
		if (length > 0 && blank_at(text + length - 1) == 1)
			length -= 1;
		else if (ends_with(text, length, "\xe3\x80\x80"))
			length -= 3;
		else if (ends_with(text, length, "\xc2\xa0"))
			length -= 2;
		else
			return length;
	}
}

static char *trim(const char *text, size_t length, struct pool *pool)
{
	size_t blank;

	length = length_without_blanks(text, length);
	while (length > 0 && (blank = blank_at(text)) > 0) {
		text += blank;
		length -= blank;
	}
	return pool_copy_bytes(pool, text, length);
}

static void hint_values(const struct field *field, struct error *error)
{
	struct listing values = {0};

	for (size_t i = 0; i < field->value_count; i++)
		listing_add(&values, "%s（%s）", field->values[i].title, field->values[i].name);
	error_hint(error, "可以是：%s", values.text);
}

static bool refuse_value(const struct field *field, const char *text, struct pool *pool, struct error *error)
{
	const char **names = pool_alloc_array(pool, field->value_count * 2 + 1, sizeof *names);
	const char *nearest;

	for (size_t i = 0; i < field->value_count; i++) {
		names[i * 2] = field->values[i].name;
		names[i * 2 + 1] = field->values[i].title;
	}
	nearest = name_nearest(text, names, field->value_count * 2);
	if (nearest != NULL)
		error_set(error, ERROR_INVALID, field->name, "“%s”没有“%s”这一项，最接近的是“%s”", field->title, text,
		    nearest);
	else
		error_set(error, ERROR_INVALID, field->name, "“%s”没有“%s”这一项", field->title, text);
	hint_values(field, error);
	return false;
}

static bool parse_enum(
    const struct field *field, const char *text, struct pool *pool, struct value *ret_value, struct error *error)
{
	const struct named *named = field_find_value(field, text);

	if (named == NULL)
		return refuse_value(field, text, pool, error);
	*ret_value = (struct value){.type = VALUE_ENUM, .text = pool_copy_text(pool, named->name)};
	return true;
}

static size_t separator_at(const char *text)
{
	if (text[0] == ',')
		return 1;
	return strncmp(text, "，", 3) == 0 || strncmp(text, "、", 3) == 0 ? 3 : 0;
}

static bool parse_set(
    const struct field *field, const char *text, struct pool *pool, struct value *ret_value, struct error *error)
{
	struct value set = value_empty();

	while (*text != '\0') {
		size_t length = 0;
		const char *item;

		while (text[length] != '\0' && separator_at(text + length) == 0)
			length++;
		item = trim(text, length, pool);
		if (item[0] != '\0' && field->value_count > 0) {
			const struct named *named = field_find_value(field, item);

			if (named == NULL)
				return refuse_value(field, item, pool, error);
			item = named->name;
		}
		if (item[0] != '\0')
			set = set_with(pool, set, item);
		text += length;
		text += separator_at(text);
	}
	*ret_value = set;
	return true;
}

static bool parse_bool(const struct field *field, const char *text, struct value *ret_value, struct error *error)
{
	static const char *const words[2][12] = {
	    {"否", "无", "不", "没有", "false", "no", "n", "0", "×", "f", "✗", NULL},
	    {"是", "有", "对", "已", "true", "yes", "y", "1", "√", "t", "✓", NULL},
	};

	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; words[truth][i] != NULL; i++)
			if (strcasecmp(words[truth][i], text) == 0) {
				*ret_value = value_of_number(VALUE_BOOL, truth);
				return true;
			}
	error_set(error, ERROR_INVALID, field->name, "“%s”要写是或否，写的是“%s”", field->title, text);
	return error_hint(error, "写 是 或 否");
}

/* "20工作日" where the field counts in 工作日: the unit may be written. */
static const char *without_unit(const struct field *field, const char *text, struct pool *pool)
{
	size_t length = strlen(text);

	if (!ends_with(text, length, field->unit))
		return text;
	return trim(text, length - strlen(field->unit), pool);
}

static bool parse_number(const struct field *field, const char *text, const struct value_context *context,
    struct pool *pool, struct value *ret_value, struct error *error)
{
	int64_t number = 0;
	struct date date = DATE_NONE;
	bool parsed = false;

	switch (field->type) {
	case VALUE_INT:
		parsed = integer_parse(without_unit(field, text, pool), field->name, &number, error);
		break;
	case VALUE_DECIMAL:
		parsed = decimal_parse(without_unit(field, text, pool), field->name, &number, error);
		break;
	case VALUE_PERCENT:
		parsed = percent_parse(text, field->name, &number, error);
		break;
	case VALUE_MONEY:
		parsed = money_parse(text, field->unit_fen, field->name, &number, error);
		break;
	case VALUE_DATE:
		parsed = date_parse_relative(text, field->name, context->today, context->calendar, &date, error);
		number = date.day;
		break;
	default:
		error_set(error, ERROR_INTERNAL, field->name, "“%s”的类型不能从文字读出", field->title);
	}
	if (parsed)
		*ret_value = value_of_number(field->type, number);
	return parsed;
}

static bool check_bytes(const struct field *field, const char *text, size_t length, struct error *error)
{
	if (length > VALUE_TEXT_LARGEST) {
		error_set(error, ERROR_TOO_LARGE, field->name, "“%s”太长：%zu 字节，至多 %d 字节", field->title, length,
		    VALUE_TEXT_LARGEST);
		return error_hint(error, "写短一些，全文可以作为附件");
	}
	if (!utf8_is_valid(text, length, NULL)) {
		error_set(error, ERROR_INVALID, field->name, "“%s”的文字不是 UTF-8", field->title);
		return error_hint(error, "把文字或文件转成 UTF-8 再试");
	}
	return true;
}

bool field_parse(const struct field *field, const char *text, const struct value_context *context, struct pool *pool,
    struct value *ret_value, struct error *error)
{
	size_t length = strlen(text);
	char *trimmed;

	if (!check_bytes(field, text, length, error))
		return false;
	trimmed = trim(text, length, pool);
	if (trimmed[0] == '\0') {
		*ret_value = value_empty();
		return true;
	}
	switch (field->type) {
	case VALUE_TEXT:
		*ret_value = value_of_text(trimmed);
		return true;
	case VALUE_ENUM:
		return parse_enum(field, trimmed, pool, ret_value, error);
	case VALUE_SET:
		return parse_set(field, trimmed, pool, ret_value, error);
	case VALUE_BOOL:
		return parse_bool(field, trimmed, ret_value, error);
	default:
		return parse_number(field, trimmed, context, pool, ret_value, error);
	}
}

static char *format_set(const struct field *field, const char *set, struct pool *pool)
{
	const char *text = "";

	while (*set != '\0') {
		size_t length = strcspn(set, ",");
		const char *name = pool_copy_bytes(pool, set, length);

		text = pool_format(pool, "%s%s%s", text, text[0] != '\0' ? "、" : "", field_value_title(field, name));
		set += length + (set[length] == ',' ? 1 : 0);
	}
	return pool_copy_text(pool, text);
}

char *field_format(const struct field *field, struct value value, struct pool *pool)
{
	char number[NUMBER_TEXT_SIZE], date[DATE_TEXT_SIZE];

	switch (value.type) {
	case VALUE_TEXT:
		return pool_copy_text(pool, value.text);
	case VALUE_ENUM:
		return pool_copy_text(pool, field_value_title(field, value.text));
	case VALUE_SET:
		return format_set(field, value.text, pool);
	case VALUE_INT:
		return pool_format(pool, "%" PRId64, value.number);
	case VALUE_DECIMAL:
		return pool_copy_text(pool, decimal_format(value.number, number));
	case VALUE_PERCENT:
		return pool_copy_text(pool, percent_format(value.number, number));
	case VALUE_MONEY:
		return pool_copy_text(pool, money_format(value.number, number));
	case VALUE_DATE:
		return pool_copy_text(pool, date_format((struct date){(int32_t)value.number}, date));
	case VALUE_BOOL:
		return pool_copy_text(pool, value.number != 0 ? "是" : "否");
	default:
		return pool_copy_text(pool, "");
	}
}

bool field_is_shown(const struct field *field)
{
	return !field->hidden && !field->builtin;
}
