#include "engine/format.h"

#include "base/number.h"
#include <string.h>

/* Markdown: text is data, so every sign that means something where it stands is escaped; a cell is one line. */

static void put_piece(struct buffer *out, const char *text, size_t length)
{
	for (const char *end = text + length; text < end; text++) {
		if (strchr("\\`*_[]<>|~", *text) != NULL)
			buffer_append_byte(out, '\\');
		if (*text == '\n')
			buffer_append_text(out, "<br>");
		else if ((unsigned char)*text >= 0x20)
			buffer_append_byte(out, *text);
	}
}

static void put_escaped(struct buffer *out, const char *text)
{
	put_piece(out, text, strlen(text));
}

/* Behind a heading's signs: a last "##" would be taken for their end. */
static void put_heading(struct buffer *out, const char *text)
{
	size_t end = strlen(text);

	while (end > 0 && text[end - 1] == '#')
		end--;
	put_piece(out, text, end);
	if (text[end] != '\0' && (end == 0 || text[end - 1] == ' '))
		buffer_append_byte(out, '\\');
	put_escaped(out, text + end);
}

/* A line of its own: what would begin a heading, a list or a rule does not. strchr finds the end of text too. */
static void put_line(struct buffer *out, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	bool numbered =
	    digits > 0 && (text[digits] == '.' || text[digits] == ')') && strchr(" ", text[digits + 1]) != NULL;

	if (numbered)
		put_piece(out, text, digits);
	if (numbered || *text == '#' || *text == '=' ||
	    ((*text == '-' || *text == '+') && strchr(" -+", text[1]) != NULL))
		buffer_append_byte(out, '\\');
	put_escaped(out, numbered ? text + digits : text);
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
	if (block == HOST_BLOCK_TITLE || block == HOST_BLOCK_HEADING)
		put_heading(state->out, text);
	else
		put_line(state->out, text);
	buffer_append_byte(state->out, '\n');
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
		    format_is_number(state->columns[i].type) ? (i == 0 ? "| ---:" : " | ---:")
							     : (i == 0 ? "| ---" : " | ---"));
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
	buffer_append_text(state->out, "\n---\n\n");
	put_line(state->out, buffer_text(&footer));
	buffer_append_byte(state->out, '\n');
	buffer_clear(&footer);
}

const struct format format_markdown = {.name = "md",
    .begin = begin,
    .text = put_text,
    .table = begin_table,
    .row = put_row,
    .table_end = end_table,
    .end = end};
