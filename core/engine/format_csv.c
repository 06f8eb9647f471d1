#include "engine/format.h"

#include <string.h>

/* CSV for Excel: UTF-8 with BOM, CRLF, and no cell of text that a spreadsheet would take for a formula. */

/* One sign at the front is enough to make Excel compute: = + - @, their full-width forms, and what hides them. */
static bool looks_like_formula(const char *text)
{
	static const char *const signs[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};

	text += strspn(text, " ");
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strncmp(text, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

static void put_cell(struct buffer *out, const char *text)
{
	bool guarded = looks_like_formula(text);

	if (!guarded && strpbrk(text, ",\"\r\n") == NULL) {
		buffer_append_text(out, text);
		return;
	}
	buffer_append_byte(out, '"');
	if (guarded)
		buffer_append_byte(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buffer_append_byte(out, '"');
		buffer_append_byte(out, *text);
	}
	buffer_append_byte(out, '"');
}

static void put_value(struct buffer *out, const struct table_column *column, struct value value)
{
	if (value.type == VALUE_MONEY)
		format_money(out, column, value.number, false);
	else if (value_is_text(value.type))
		put_cell(out, value.text);
	else if (value.type != VALUE_EMPTY)
		format_plain(out, value);
}

static void begin(struct format_state *state)
{
	buffer_append_text(state->out, "\xEF\xBB\xBF");
}

static void put_text(struct format_state *state, enum host_block block, int level, const char *text)
{
	(void)level;
	if (state->blocks && (block == HOST_BLOCK_TITLE || block == HOST_BLOCK_HEADING))
		buffer_append_text(state->out, "\r\n");
	state->blocks = true;
	put_cell(state->out, text);
	buffer_append_text(state->out, "\r\n");
}

static void begin_table(struct format_state *state, const char *caption)
{
	if (caption != NULL)
		put_text(state, HOST_BLOCK_PARAGRAPH, 0, caption);
	state->blocks = true;
	for (size_t i = 0; i < state->column_count; i++) {
		struct buffer heading;

		if (i > 0)
			buffer_append_byte(state->out, ',');
		buffer_init(&heading, 1024);
		format_column_title(&heading, &state->columns[i], NULL);
		put_cell(state->out, buffer_text(&heading));
		buffer_clear(&heading);
	}
	buffer_append_text(state->out, "\r\n");
}

static void put_row(struct format_state *state, const struct value *values)
{
	for (size_t i = 0; i < state->column_count; i++) {
		if (i > 0)
			buffer_append_byte(state->out, ',');
		put_value(state->out, &state->columns[i], values[i]);
	}
	buffer_append_text(state->out, "\r\n");
}

static void end_table(struct format_state *state, const struct value *totals)
{
	if (totals != NULL)
		put_row(state, totals);
}

static void end(struct format_state *state)
{
	struct buffer footer;

	buffer_init(&footer, 1024);
	format_footer(state, &footer);
	buffer_append_text(state->out, "\r\n");
	put_cell(state->out, buffer_text(&footer));
	buffer_append_text(state->out, "\r\n");
	buffer_clear(&footer);
}

const struct format format_csv = {.name = "csv",
    .begin = begin,
    .text = put_text,
    .table = begin_table,
    .row = put_row,
    .table_end = end_table,
    .end = end};
