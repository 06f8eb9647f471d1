#include "engine/format.h"

#include "base/number.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct format *const formats[] = {&format_markdown, &format_csv, &format_json, &format_xlsx, &format_html};
static const char *const names[] = {"md", "csv", "json", "xlsx", "html"};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const char *format_names(void)
{
	return "md csv json xlsx html";
}

const char *const *format_all(size_t *ret_count)
{
	*ret_count = sizeof(names) / sizeof(names[0]);
	return names;
}

void format_fail(struct format_state *state, const struct error *error)
{
	if (!state->failed)
		state->error = *error;
	state->failed = true;
}

bool format_is_number(enum value_type type)
{
	return type == VALUE_INT || type == VALUE_DECIMAL || type == VALUE_MONEY || type == VALUE_PERCENT;
}

int64_t format_money_unit(const struct table_column *column)
{
	int64_t unit = column->unit != NULL ? money_unit(column->unit) : 100;

	return unit > 0 ? unit : 100;
}

void format_money(struct buffer *out, const struct table_column *column, int64_t fen, bool grouped)
{
	uint64_t unit = (uint64_t)format_money_unit(column), amount = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
	char digits[NUMBER_TEXT_SIZE];
	size_t length;

	snprintf(digits, sizeof(digits), "%" PRIu64, amount / unit);
	length = strlen(digits);
	if (fen < 0)
		buffer_append_byte(out, '-');
	for (size_t i = 0; i < length; i++) {
		if (grouped && i > 0 && (length - i) % 3 == 0)
			buffer_append_byte(out, ',');
		buffer_append_byte(out, digits[i]);
	}
	if (amount % unit == 0)
		return;
	snprintf(digits, sizeof(digits), "%" PRIu64, unit + amount % unit); /* a 1 in front keeps the zeros */
	for (length = strlen(digits); digits[length - 1] == '0'; length--)
		;
	digits[length] = '\0';
	buffer_format(out, ".%s", digits + 1);
}

/* What the column of money says of its unit; not what cannot be a unit of money. */
static const char *unit_title(const struct table_column *column)
{
	return column->unit != NULL && money_unit(column->unit) > 0 ? column->unit : "元";
}

const char *format_shared_unit(const struct format_state *state)
{
	const char *shared = NULL;

	for (size_t i = 0; i < state->column_count; i++) {
		const char *unit = unit_title(&state->columns[i]);

		if (state->columns[i].type != VALUE_MONEY)
			continue;
		if (shared != NULL && strcmp(shared, unit) != 0)
			return NULL;
		shared = unit;
	}
	return shared;
}

void format_column_title(struct buffer *out, const struct table_column *column, const char *shared)
{
	bool money = column->type == VALUE_MONEY;
	const char *unit = money ? unit_title(column) : column->unit;

	buffer_append_text(out, column->title);
	if (unit != NULL && !(money && shared != NULL))
		buffer_format(out, "（%s）", unit);
}

bool format_plain(struct buffer *out, struct value value)
{
	char number[NUMBER_TEXT_SIZE], day[DATE_TEXT_SIZE];

	switch (value.type) {
	case VALUE_DATE:
		return buffer_append_text(out, date_format((struct date){(int32_t)value.number}, day)), true;
	case VALUE_DECIMAL:
		return buffer_append_text(out, decimal_format(value.number, number)), true;
	case VALUE_PERCENT:
		return buffer_append_text(out, percent_format(value.number, number)), true;
	case VALUE_BOOL:
		return buffer_append_text(out, value.number != 0 ? "是" : "否"), true;
	case VALUE_INT:
		return buffer_format(out, "%" PRId64, value.number), true;
	default:
		return false;
	}
}

void format_footer(const struct format_state *state, struct buffer *out)
{
	char day[DATE_TEXT_SIZE];

	buffer_format(out, "截至 %s", date_format(state->facts.as_of, day));
	if (!date_is_none(state->facts.known))
		buffer_format(out, "  当时所知 %s", date_format(state->facts.known, day));
	if (state->facts.forecast)
		buffer_append_text(out, "  预测");
	buffer_format(out, "  #%" PRId64 "  账头 %.12s  插件集 %s", state->facts.seq, state->facts.head_hash,
	    state->facts.plugins);
}
