#include "engine/format.h"

#include "base/number.h"
#include <string.h>

/* Markdown: text is data, so every sign that means something there is escaped; a cell is one line. */

static void put_escaped(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\`*_[]<>|#~", *text) != NULL)
			buffer_append_byte(out, '\\');
		if (*text == '\n')
			buffer_append_text(out, "<br>");
		else if ((unsigned char)*text >= 0x20)
			buffer_append_byte(out, *text);
	}
}

/* In the column's unit as a bare number, or as people write it. */
static void put_money(struct buffer *out, const struct table_column *column, int64_t fen)
{
	char number[NUMBER_TEXT_SIZE];
	int64_t unit = column->unit != NULL ? money_unit(column->unit) : 0;

	if (unit >= 100 && fen % (unit / 100) == 0)
		buffer_append_text(out, decimal_format(fen / (unit / 100) * 10000, number));
	else
		buffer_append_text(out, money_format(fen, number));
}

static void begin(struct format_state *state)
{
	(void)state;
}

static void gap(struct format_state *state)
{
	if (state->blocks)
		buffer_append_byte(state->out, '\n');
	state->blocks = true;
}

static void put_text(struct format_state *state, enum host_block block, int level, const char *text)
{
	if (block != HOST_BLOCK_ITEM || !state->item_before)
		gap(state);
	state->item_before = block == HOST_BLOCK_ITEM;
	if (block == HOST_BLOCK_TITLE)
		buffer_append_text(state->out, "# ");
	for (int i = 0; block == HOST_BLOCK_HEADING && i <= level; i++)
		buffer_append_text(state->out, i < level ? "#" : "# ");
	if (block == HOST_BLOCK_ITEM)
		buffer_append_text(state->out, "- ");
	put_escaped(state->out, text);
	buffer_append_byte(state->out, '\n');
}

static bool is_right(enum value_type type)
{
	return type == VALUE_INT || type == VALUE_DECIMAL || type == VALUE_MONEY || type == VALUE_PERCENT;
}

static void begin_table(struct format_state *state, const char *caption)
{
	gap(state);
	state->item_before = false;
	if (caption != NULL) {
		buffer_append_text(state->out, "**");
		put_escaped(state->out, caption);
		buffer_append_text(state->out, "**\n\n");
	}
	for (size_t i = 0; i < state->column_count; i++) {
		buffer_append_text(state->out, i == 0 ? "| " : " | ");
		put_escaped(state->out, state->columns[i].title);
		if (state->columns[i].unit != NULL)
			buffer_format(state->out, "（%s）", state->columns[i].unit);
	}
	buffer_append_text(state->out, " |\n");
	for (size_t i = 0; i < state->column_count; i++)
		buffer_append_text(state->out,
		    is_right(state->columns[i].type) ? (i == 0 ? "| ---:" : " | ---:") : (i == 0 ? "| ---" : " | ---"));
	buffer_append_text(state->out, " |\n");
}

static void put_row(struct format_state *state, const struct value *values)
{
	for (size_t i = 0; i < state->column_count; i++) {
		buffer_append_text(state->out, i == 0 ? "| " : " | ");
		if (values[i].type == VALUE_EMPTY)
			continue;
		if (value_is_text(values[i].type))
			put_escaped(state->out, values[i].text);
		else if (!format_plain(state->out, values[i]))
			put_money(state->out, &state->columns[i], values[i].number);
	}
	buffer_append_text(state->out, " |\n");
}

static void end_table(struct format_state *state)
{
	(void)state;
}

static void end(struct format_state *state)
{
	struct buffer footer;

	buffer_init(&footer, 1024);
	format_footer(state, &footer);
	buffer_append_text(state->out, "\n---\n\n");
	put_escaped(state->out, buffer_text(&footer));
	buffer_append_byte(state->out, '\n');
	buffer_clear(&footer);
}

const struct format format_markdown = {"md", begin, put_text, begin_table, put_row, end_table, end};
