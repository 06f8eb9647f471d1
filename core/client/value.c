#include "client/value.h"

#include "base/number.h"
#include <inttypes.h>
#include <string.h>

static bool is_type(const json_t *column, const char *type)
{
	return strcmp(answer_text(column, "type"), type) == 0;
}

enum alignment value_alignment(const json_t *column)
{
	static const char *const NUMBERS[] = {"money", "int", "decimal", "percent"};

	for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
		if (is_type(column, NUMBERS[i]))
			return ALIGN_RIGHT;
	return ALIGN_LEFT;
}

/* The title that goes with a name: a value of an enum, a stage, a record that is referred to. */
static const char *title_of(const json_t *column, const json_t *titles, const char *name)
{
	const char *title = answer_text(answer_member(column, "values"), name);

	if (*title == '\0')
		title = answer_text(titles, name);
	return *title != '\0' ? title : name;
}

static const char *show_set(struct pool *pool, const json_t *column, const json_t *value, const json_t *titles)
{
	const char *text = "";

	for (size_t i = 0; i < json_array_size(value); i++)
		text = pool_format(
		    pool, "%s%s%s", text, i > 0 ? "、" : "", title_of(column, titles, answer_text_at(value, i)));
	return *text != '\0' ? text : "-";
}

static const char *show_integer(struct pool *pool, const json_t *column, int64_t integer)
{
	if (is_type(column, "money"))
		return money_format_column(integer, pool_alloc(pool, NUMBER_TEXT_SIZE));
	return pool_format(pool, "%" PRId64, integer);
}

static const char *show_text(struct pool *pool, const json_t *column, const char *text, const json_t *titles)
{
	struct error error;
	int64_t millionths;

	if (*text == '\0')
		return "-";
	if (is_type(column, "percent") && decimal_parse(text, "", &millionths, &error))
		return percent_format(millionths, pool_alloc(pool, NUMBER_TEXT_SIZE));
	return title_of(column, titles, text);
}

const char *value_show(struct pool *pool, const json_t *column, const json_t *value, const json_t *titles)
{
	if (json_is_array(value))
		return show_set(pool, column, value, titles);
	if (json_is_integer(value))
		return show_integer(pool, column, (int64_t)json_integer_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "是" : "否";
	if (json_is_string(value))
		return show_text(pool, column, json_string_value(value), titles);
	if (json_is_real(value))
		return pool_format(pool, "%g", json_real_value(value));
	return "-";
}

const char *value_retell(struct pool *pool, const char *type, const char *text)
{
	char *shown = pool_alloc(pool, NUMBER_TEXT_SIZE);
	struct error error;
	int64_t fen, again;

	if (*text == '\0')
		return "-";
	if (strcmp(type, "money") != 0 || !money_parse(text, 100, "", &fen, &error) ||
	    !money_parse(money_format_column(fen, shown), 100, "", &again, &error) || again != fen)
		return text;
	return shown;
}

const char *value_period(struct pool *pool, const char *period)
{
	size_t year = strspn(period, "0123456789");

	if (year == 4 && period[4] == 'H' && (period[5] == '1' || period[5] == '2') && period[6] == '\0')
		return pool_format(pool, "%.4s%s", period, period[5] == '1' ? "上半年" : "下半年");
	return period;
}

const char *value_decimal(struct pool *pool, int64_t fen, int64_t unit_fen)
{
	uint64_t amount = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen, unit = (uint64_t)unit_fen;
	char *text = pool_format(pool, "%s%" PRIu64 ".", fen < 0 ? "-" : "", amount / unit);
	size_t length;

	for (uint64_t rest = amount % unit; unit > 1; rest %= unit) {
		unit /= 10;
		text = pool_format(pool, "%s%" PRIu64, text, rest / unit);
	}
	length = strlen(text);
	while (text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[--length] = '\0';
	return text;
}

const char *value_raw(struct pool *pool, const json_t *column, const json_t *value)
{
	int64_t unit;

	if (value == NULL || json_is_null(value))
		return "";
	if (value_alignment(column) == ALIGN_LEFT)
		return NULL;
	if (json_is_string(value))
		return is_type(column, "percent") || is_type(column, "decimal") ? json_string_value(value) : NULL;
	if (!json_is_integer(value))
		return NULL;
	unit = money_unit(answer_text(column, "unit"));
	if (is_type(column, "money"))
		return value_decimal(pool, (int64_t)json_integer_value(value), unit > 0 ? unit : 100);
	return pool_format(pool, "%" PRId64, (int64_t)json_integer_value(value));
}

const json_t *value_of_record(const json_t *record, const char *name)
{
	const json_t *value = answer_member(answer_member(record, "fields"), name);

	return value != NULL ? value : answer_member(record, name);
}

void value_put(struct table *table, struct pool *pool, const json_t *column, const json_t *value, const json_t *titles)
{
	table_put(table, value_show(pool, column, value, titles), value_raw(pool, column, value), TONE_NONE);
}

const char *value_moment(struct pool *pool, const char *moment, bool only_time)
{
	if (strlen(moment) < 19)
		return *moment != '\0' ? moment : "-";
	if (only_time)
		return pool_format(pool, "%.8s", moment + 11);
	return pool_format(pool, "%.10s %.5s", moment, moment + 11);
}

const char *value_grouped(struct pool *pool, int64_t number)
{
	const char *digits = pool_format(pool, "%" PRId64, number);
	size_t length = strlen(digits), sign = *digits == '-' ? 1 : 0;
	const char *text =
	    pool_format(pool, "%.*s", (int)(sign + (length - sign + 2) % 3 + (length > sign ? 1 : 0)), digits);

	for (size_t at = strlen(text); at < length; at += 3)
		text = pool_format(pool, "%s,%.3s", text, digits + at);
	return text;
}
