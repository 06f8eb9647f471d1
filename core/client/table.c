#include "client/table.h"

#include "text/width.h"
#include <string.h>

enum { NARROWEST = 10 /* a cut column keeps this much: a date is never cut */ };

struct cell {
	const char *text; /* safe to show */
	const char *typed, *raw;
	enum tone tone;
};

struct column {
	const char *title;
	enum alignment alignment;
};

struct table {
	struct pool *pool;
	struct column columns[TABLE_MAX_COLUMNS];
	size_t column_count;
	struct cell *cells; /* row_count * column_count */
	size_t row_count, row_capacity;
	size_t next; /* column of the last row that is put next */
	bool keep_first;
};

static const char *const TONE_START[] = {
    [TONE_NONE] = "",
    [TONE_RED] = "\033[31m",
    [TONE_YELLOW] = "\033[33m",
    [TONE_GREEN] = "\033[32m",
    [TONE_BOLD] = "\033[1m",
    [TONE_FAINT] = "\033[2m",
};

struct table *table_new(struct pool *pool)
{
	struct table *table = pool_alloc(pool, sizeof *table);

	table->pool = pool;
	return table;
}

static const char *make_safe(struct pool *pool, const char *text)
{
	struct buffer safe;
	const char *result;

	buffer_init(&safe, 16 * strlen(text) + 16);
	text_append_safe(&safe, text, true);
	result = pool_copy_text(pool, buffer_text(&safe));
	buffer_clear(&safe);
	return result;
}

void table_add_column(struct table *table, const char *title, enum alignment alignment)
{
	if (table->column_count == TABLE_MAX_COLUMNS || table->row_count > 0)
		return;
	table->columns[table->column_count++] = (struct column){make_safe(table->pool, title), alignment};
}

void table_add_row(struct table *table)
{
	if (table->row_count == table->row_capacity) {
		size_t capacity = table->row_capacity == 0 ? 32 : 2 * table->row_capacity;
		struct cell *cells = pool_alloc_array(table->pool, capacity * (table->column_count + 1), sizeof *cells);

		if (table->row_count > 0)
			memcpy(cells, table->cells, table->row_count * table->column_count * sizeof *cells);
		table->cells = cells;
		table->row_capacity = capacity;
	}
	for (size_t i = 0; i < table->column_count; i++)
		table->cells[table->row_count * table->column_count + i] = (struct cell){.text = "", .typed = ""};
	table->row_count++;
	table->next = 0;
}

void table_put(struct table *table, const char *text, const char *raw, enum tone tone)
{
	struct cell *cell;

	if (table->row_count == 0 || table->next >= table->column_count)
		return;
	cell = &table->cells[(table->row_count - 1) * table->column_count + table->next++];
	cell->typed = pool_copy_text(table->pool, text != NULL ? text : "");
	cell->text = make_safe(table->pool, cell->typed);
	cell->raw = pool_copy_text(table->pool, raw);
	cell->tone = tone;
}

size_t table_rows(const struct table *table)
{
	return table->row_count;
}

void table_keep_first(struct table *table)
{
	table->keep_first = true;
}

static const struct cell *cell_at(const struct table *table, size_t row, size_t column)
{
	return &table->cells[row * table->column_count + column];
}

void append_padded(struct buffer *out, const char *text, int columns, enum alignment alignment)
{
	int missing = columns - text_width(text);

	if (alignment == ALIGN_LEFT)
		buffer_append_text(out, text);
	for (; missing > 0; missing--)
		buffer_append_byte(out, ' ');
	if (alignment == ALIGN_RIGHT)
		buffer_append_text(out, text);
}

void tone_append(struct buffer *out, const char *text, enum tone tone, bool color)
{
	if (color && tone != TONE_NONE)
		buffer_append_text(out, TONE_START[tone]);
	text_append_safe(out, text, true);
	if (color && tone != TONE_NONE)
		buffer_append_text(out, "\033[0m");
}

/* Text of at most columns; what is cut ends in …. Lives in the pool where it had to be cut. */
static const char *fit(struct pool *pool, const char *text, int columns)
{
	int width;
	size_t length;

	if (text_width(text) <= columns)
		return text;
	length = text_fit(text, columns - 1, &width);
	return pool_format(pool, "%.*s…", (int)length, text);
}

static void measure(const struct table *table, bool header, int widths[])
{
	for (size_t column = 0; column < table->column_count; column++) {
		widths[column] = header ? text_width(table->columns[column].title) : 0;
		for (size_t row = 0; row < table->row_count; row++) {
			int width = text_width(cell_at(table, row, column)->text);

			if (width > widths[column])
				widths[column] = width;
		}
	}
}

/* Takes from the widest column of text, a column of the screen at a time, until the row fits. */
static void shrink(const struct table *table, int widths[], int room)
{
	int total = 0;

	for (size_t i = 0; i < table->column_count; i++)
		total += widths[i] + (i > 0 ? 2 : 0);
	for (; total > room; total--) {
		size_t widest = table->column_count;

		for (size_t i = table->keep_first ? 1 : 0; i < table->column_count; i++)
			if (table->columns[i].alignment == ALIGN_LEFT && widths[i] > NARROWEST &&
			    (widest == table->column_count || widths[i] > widths[widest]))
				widest = i;
		if (widest == table->column_count)
			return;
		widths[widest]--;
	}
}

/* From text to out, aligned; the last column of a row gets no spaces behind it. */
static void print_cell(const struct table *table, size_t column, const struct cell *cell, const int widths[],
    bool color, struct buffer *out)
{
	const char *text = fit(table->pool, cell->text, widths[column]);
	int missing = widths[column] - text_width(text);
	bool right = table->columns[column].alignment == ALIGN_RIGHT;

	if (column > 0)
		buffer_append_text(out, "  ");
	for (int i = 0; right && i < missing; i++)
		buffer_append_byte(out, ' ');
	if (color && cell->tone != TONE_NONE)
		buffer_append_text(out, TONE_START[cell->tone]);
	buffer_append_text(out, text);
	if (color && cell->tone != TONE_NONE)
		buffer_append_text(out, "\033[0m");
	for (int i = 0; !right && i < missing; i++)
		buffer_append_byte(out, ' ');
}

static void print_row(const struct table *table, const struct cell *cells, const int widths[],
    const struct table_layout *layout, struct buffer *out)
{
	for (int i = 0; i < layout->indent && !layout->plain; i++)
		buffer_append_byte(out, ' ');
	for (size_t column = 0; column < table->column_count; column++) {
		if (layout->plain) {
			if (column > 0)
				buffer_append_byte(out, '\t');
			buffer_append_text(out, cells[column].text);
		} else {
			print_cell(table, column, &cells[column], widths, layout->color, out);
		}
	}
	while (!layout->plain && out->length > 0 && out->bytes[out->length - 1] == ' ')
		out->bytes[--out->length] = '\0';
	buffer_append_byte(out, '\n');
}

void table_print(const struct table *table, const struct table_layout *layout, struct buffer *out)
{
	int widths[TABLE_MAX_COLUMNS] = {0};

	measure(table, !layout->no_header, widths);
	if (layout->width > 0 && !layout->plain)
		shrink(table, widths, layout->width - layout->indent);
	if (!layout->no_header) {
		struct cell titles[TABLE_MAX_COLUMNS] = {0};

		for (size_t i = 0; i < table->column_count; i++)
			titles[i].text = table->columns[i].title;
		print_row(table, titles, widths, layout, out);
	}
	for (size_t row = 0; row < table->row_count; row++)
		print_row(table, cell_at(table, row, 0), widths, layout, out);
}

bool csv_looks_like_formula(const char *text)
{
	static const char *const SIGNS[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};

	while (*text == ' ' || strncmp(text, "\u3000", 3) == 0 || strncmp(text, "\u00a0", 2) == 0)
		text += *text == ' ' ? 1 : *text == '\xc2' ? 2 : 3;
	for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
		if (strncmp(text, SIGNS[i], strlen(SIGNS[i])) == 0)
			return true;
	return false;
}

void csv_append_cell(struct buffer *out, const char *text, bool guard)
{
	bool guarded = guard && csv_looks_like_formula(text);
	bool quoted = strpbrk(text, ",\"\r\n") != NULL || *text == ' ';

	if (quoted)
		buffer_append_byte(out, '"');
	if (guarded)
		buffer_append_byte(out, '\'');
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '"')
			buffer_append_byte(out, '"');
		buffer_append_byte(out, *c);
	}
	if (quoted)
		buffer_append_byte(out, '"');
}

void table_write_csv(const struct table *table, bool bom, struct buffer *out)
{
	if (bom)
		buffer_append_text(out, "\xef\xbb\xbf");
	for (size_t column = 0; column < table->column_count; column++) {
		if (column > 0)
			buffer_append_byte(out, ',');
		csv_append_cell(out, table->columns[column].title, true);
	}
	buffer_append_text(out, "\r\n");
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t column = 0; column < table->column_count; column++) {
			const struct cell *cell = cell_at(table, row, column);

			if (column > 0)
				buffer_append_byte(out, ',');
			csv_append_cell(out, cell->raw != NULL ? cell->raw : cell->typed, cell->raw == NULL);
		}
		buffer_append_text(out, "\r\n");
	}
}
