#include "engine/format.h"

#include "base/number.h"
#include "engine/book.h"
#include "text/width.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* XLSX as an office prints it: a sheet for each table. Above the head stand the title, the headings of its section, its caption and the unit;
 * below the rows what the section says (on what basis it counts), what comes behind the table, and what every export says of itself. Text
 * without a table gets a sheet of its own. */

enum {
	SHEET_ROWS = 1000000, /* of data; leaves room for what stands below */
	PENDING_LARGEST = 4 << 20,
	PIECE = 1 << 16,
	COLUMN_WIDEST = 60,
	COLUMN_NARROWEST = 6,
	HEAD_WIDEST = 20,
	TEXT_WIDTH = 110, /* of a sheet without a table */
	TITLE_WIDEST = 120,
	LINE_HEIGHT = 15,
	LINES_MOST = 27, /* 409 points */
	TITLE_HEIGHT = 28
};

enum position { NOWHERE, IN_TABLE, BELOW_TABLE };

struct pending { /* text that waits for what comes: a table takes the headings before it */
	enum host_block block;
	const char *text;
};

struct laid {
	struct book *book;
	enum position place;
	struct pool *pool; /* of the pending texts */
	struct pending *pending;
	size_t count, room, below; /* below: from there on they stand below the open table */
	struct buffer name;	   /* of the next sheet, as it was told last */
	struct book_table table;
	const char *shared; /* the unit above the table */
	int widths[BOOK_COLUMNS], title_width;
	int lines;	     /* of the row that is being written */
	int64_t rows, exact; /* of the open sheet: rows of data, numbers written as text */
};

static struct laid *laid_of(struct format_state *state)
{
	return state->own;
}

static void check(struct format_state *state)
{
	struct error error;

	if (!book_check(laid_of(state)->book, &error))
		format_fail(state, &error);
}

static bool is_heading(enum host_block block)
{
	return block == HOST_BLOCK_TITLE || block == HOST_BLOCK_HEADING;
}

static void begin(struct format_state *state)
{
	struct laid *laid = calloc(1, sizeof(*laid));
	struct error error;

	if (laid == NULL) {
		error_set(&error, ERROR_INTERNAL, "", "没有内存");
		format_fail(state, &error);
		return;
	}
	state->own = laid;
	laid->pool = pool_new();
	buffer_init(&laid->name, 4096);
	buffer_append_text(&laid->name, state->title);
	laid->book = book_new(state->folder, state->title, state->recorded_us / 1000000, &error);
	if (laid->book == NULL)
		format_fail(state, &error);
}

/* ---- lines over all columns ---- */

static int total_width(const struct laid *laid)
{
	int width = 0;

	for (size_t i = 0; i < laid->table.columns; i++)
		width += laid->widths[i];
	return laid->table.columns > 0 ? width : TEXT_WIDTH;
}

/* The width of the line that *text begins with; *text then stands behind it, or at the end. */
static int next_line(const char **text)
{
	size_t length = strcspn(*text, "\n");
	char line[4096];
	size_t kept = length < sizeof(line) ? length : sizeof(line) - 1; /* more is wider than anything that is asked */

	memcpy(line, *text, kept);
	line[kept] = '\0';
	*text += length + ((*text)[length] == '\n');
	return text_width(line);
}

static int widest_line(const char *text)
{
	int widest = 0;

	while (*text != '\0') {
		int width = next_line(&text);

		if (width > widest)
			widest = width;
	}
	return widest;
}

/* At least 1, at most what a row may be high. */
static int lines_of(const char *text, int width)
{
	int lines = 0;

	while (*text != '\0' && lines < LINES_MOST) {
		int line = next_line(&text);

		lines += line > 0 ? (line - 1) / width + 1 : 1;
	}
	return lines == 0 ? 1 : lines < LINES_MOST ? lines : LINES_MOST;
}

static void put_note(struct laid *laid, enum host_block block, const char *text)
{
	struct buffer item;
	enum book_style style = is_heading(block) ? BOOK_HEADING : BOOK_NOTE;

	buffer_init(&item, (size_t)1 << 21);
	if (block == HOST_BLOCK_ITEM)
		buffer_append_text(&item, "· ");
	buffer_append_text(&item, text);
	if (laid->table.columns == 0 && block == HOST_BLOCK_TITLE)
		style = BOOK_TITLE;
	book_put_line(laid->book, laid->table.columns, style, buffer_text(&item));
	book_end_row(laid->book,
	    style == BOOK_TITLE ? TITLE_HEIGHT : lines_of(buffer_text(&item), total_width(laid)) * LINE_HEIGHT);
	buffer_clear(&item);
}

/* What could not be told as it is, and what every export says of itself. */
static void put_foot(struct format_state *state)
{
	struct laid *laid = laid_of(state);
	struct buffer foot;

	buffer_init(&foot, 4096);
	book_end_row(laid->book, 0);
	if (laid->exact > 0) {
		buffer_format(&foot, "有 %" PRId64 " 个数超过 15 位，表格软件存不准，写成了文字", laid->exact);
		put_note(laid, HOST_BLOCK_PARAGRAPH, buffer_text(&foot));
	}
	if (book_texts_cut(laid->book) > 0) {
		buffer_reset(&foot);
		buffer_format(&foot, "有 %" PRId64 " 格文字太长，只写了前 %d 字；全文在 csv 里",
		    book_texts_cut(laid->book), BOOK_TEXT_LARGEST);
		put_note(laid, HOST_BLOCK_PARAGRAPH, buffer_text(&foot));
	}
	buffer_reset(&foot);
	format_footer(state, &foot);
	book_put_text(laid->book, 0, BOOK_FOOT, buffer_text(&foot));
	book_end_row(laid->book, 0);
	buffer_clear(&foot);
}

static void end_sheet(struct format_state *state)
{
	struct laid *laid = laid_of(state);
	static const int text_width_of[] = {TEXT_WIDTH};
	int missing = laid->title_width - total_width(laid);

	put_foot(state);
	if (laid->table.columns > 0 && missing > 0)
		laid->widths[laid->table.columns - 1] += missing; /* or the title would be cut */
	laid->table.widths = laid->table.columns > 0 ? laid->widths : text_width_of;
	book_end_sheet(laid->book, &laid->table);
	laid->table = (struct book_table){0};
	laid->place = NOWHERE;
	check(state);
}

static void add_sheet(struct laid *laid)
{
	laid->table = (struct book_table){0};
	laid->title_width = 0;
	laid->rows = laid->exact = 0;
	book_add_sheet(laid->book, buffer_text(&laid->name));
}

/* ---- text ---- */

static void name_after(struct laid *laid, const char *text)
{
	buffer_reset(&laid->name);
	buffer_append(&laid->name, text, strnlen(text, 1024));
}

static void forget_pending(struct laid *laid)
{
	pool_reset(laid->pool);
	laid->pending = NULL;
	laid->count = laid->room = laid->below = 0;
}

static void append_pending(struct laid *laid, struct pending pending)
{
	if (laid->count == laid->room) {
		size_t room = laid->room > 0 ? laid->room * 2 : 64;
		struct pending *more = pool_alloc_array(laid->pool, room, sizeof(*more));

		for (size_t i = 0; i < laid->count; i++)
			more[i] = laid->pending[i];
		laid->pending = more;
		laid->room = room;
	}
	laid->pending[laid->count++] = pending;
}

/* The first "count" of the pending texts as a sheet of their own, named after the first heading among them. */
static void put_text_sheet(struct format_state *state, size_t count)
{
	struct laid *laid = laid_of(state);

	for (size_t i = 0; i < count; i++)
		if (is_heading(laid->pending[i].block)) {
			name_after(laid, laid->pending[i].text);
			break;
		}
	add_sheet(laid);
	for (size_t i = 0; i < count; i++)
		put_note(laid, laid->pending[i].block, laid->pending[i].text);
	end_sheet(state);
}

static void put_text(struct format_state *state, enum host_block block, int level, const char *text)
{
	struct laid *laid = laid_of(state);

	(void)level;
	if (laid->place == BELOW_TABLE && !is_heading(block)) {
		put_note(laid, block, text);
		check(state);
		return;
	}
	if (laid->place == BELOW_TABLE)
		end_sheet(state);
	append_pending(laid, (struct pending){.block = block, .text = pool_copy_text(laid->pool, text)});
	if (pool_used(laid->pool) > PENDING_LARGEST) {
		put_text_sheet(state, laid->count);
		forget_pending(laid);
	}
}

/* ---- tables ---- */

static void widen(struct laid *laid, size_t column, int width, int widest)
{
	if (width > widest)
		width = widest;
	if (width + 2 > laid->widths[column])
		laid->widths[column] = width + 2;
}

static void put_above(struct laid *laid, bool title, const char *text)
{
	int width = text_width(text) * (title ? 3 : 2) / 2 + 2;

	if (width > laid->title_width)
		laid->title_width = width < TITLE_WIDEST ? width : TITLE_WIDEST;
	book_put_line(laid->book, laid->table.columns, title ? BOOK_TITLE : BOOK_HEADING, text);
	book_end_row(laid->book, title ? TITLE_HEIGHT : 0);
}

static void put_head(struct format_state *state)
{
	struct laid *laid = laid_of(state);
	struct buffer text;

	buffer_init(&text, 4096);
	if (laid->shared != NULL) {
		buffer_format(&text, "单位：%s", laid->shared);
		book_put_line(laid->book, state->column_count, BOOK_UNIT, buffer_text(&text));
		book_end_row(laid->book, 0);
	}
	laid->table.head_row = book_row(laid->book);
	for (size_t i = 0; i < state->column_count; i++) {
		buffer_reset(&text);
		format_column_title(&text, &state->columns[i], laid->shared);
		book_put_text(laid->book, i, BOOK_HEAD, buffer_text(&text));
		widen(laid, i, text_width(buffer_text(&text)) + 2, HEAD_WIDEST); /* with room for the filter's button */
	}
	book_end_row(laid->book, 0);
	buffer_clear(&text);
}

/* Where the headings begin that stand right before the table, or before what is told of it: all before them is another matter. */
static size_t section_start(const struct laid *laid, size_t *ret_behind)
{
	size_t behind = laid->count, start;

	while (behind > 0 && !is_heading(laid->pending[behind - 1].block))
		behind--;
	start = behind;
	while (start > 0 && is_heading(laid->pending[start - 1].block))
		start--;
	*ret_behind = behind;
	return start;
}

static void open_sheet(struct format_state *state)
{
	struct laid *laid = laid_of(state);

	add_sheet(laid);
	laid->table.columns = state->column_count;
	for (size_t i = 0; i < state->column_count; i++)
		laid->widths[i] = COLUMN_NARROWEST;
}

static void begin_table(struct format_state *state, const char *caption)
{
	struct laid *laid = laid_of(state);
	size_t behind, start;

	if (laid->place == BELOW_TABLE)
		end_sheet(state);
	start = section_start(laid, &behind);
	if (start > 0)
		put_text_sheet(state, start);
	if (behind > start)
		name_after(laid, laid->pending[behind - 1].text);
	if (caption != NULL)
		name_after(laid, caption);
	open_sheet(state);
	for (size_t i = start; i < behind; i++)
		put_above(laid, i == start, laid->pending[i].text);
	if (caption != NULL && (behind == start || strcmp(caption, laid->pending[behind - 1].text) != 0))
		put_above(laid, behind == start, caption);
	laid->below = behind;
	laid->shared = format_shared_unit(state);
	put_head(state);
	laid->place = IN_TABLE;
	check(state);
}

/* The sheet is full: the table goes on in another one with the same head. */
static void go_on(struct format_state *state)
{
	struct laid *laid = laid_of(state);

	book_put_filter(laid->book, laid->table.head_row, state->column_count);
	put_note(laid, HOST_BLOCK_PARAGRAPH, "未完，接下一张表");
	end_sheet(state);
	open_sheet(state);
	put_head(state);
	laid->place = IN_TABLE;
}

static void widen_for_number(struct laid *laid, size_t column, int64_t value, int64_t scale, bool grouped)
{
	char digits[NUMBER_TEXT_SIZE];
	int width = snprintf(digits, sizeof(digits), "%" PRId64, value / scale);

	widen(laid, column, width + (grouped ? width / 3 + 3 : scale > 1 ? 7 : 0), COLUMN_WIDEST);
}

static void put_exact(struct format_state *state, size_t column, struct value value, bool total)
{
	struct laid *laid = laid_of(state);
	struct buffer text;

	buffer_init(&text, 256);
	if (value.type == VALUE_MONEY)
		format_money(&text, &state->columns[column], value.number, false);
	else
		format_plain(&text, value);
	book_put_text(laid->book, column, total ? BOOK_TOTAL_EXACT : BOOK_EXACT, buffer_text(&text));
	widen(laid, column, (int)text.length, COLUMN_WIDEST);
	laid->exact++;
	buffer_clear(&text);
}

static void put_number(struct format_state *state, size_t column, struct value value, bool total)
{
	struct laid *laid = laid_of(state);
	bool money = value.type == VALUE_MONEY;
	int64_t scale = money ? format_money_unit(&state->columns[column]) : value.type == VALUE_INT ? 1 : 1000000;
	enum book_style style = value.type == VALUE_INT ? BOOK_INTEGER
	    : value.type == VALUE_DECIMAL		? BOOK_DECIMAL
	    : money					? BOOK_MONEY
							: BOOK_PERCENT;

	if (total)
		style = style - BOOK_TEXT + BOOK_TOTAL_TEXT;
	if (book_put_number(laid->book, column, style, value.number, scale))
		widen_for_number(laid, column, value.number, scale, money);
	else
		put_exact(state, column, value, total);
}

/* Before March 1900 the days of a spreadsheet are not those of the calendar. */
static void put_date(struct format_state *state, size_t column, struct value value)
{
	enum { MARCH_1900 = -25508 };
	struct laid *laid = laid_of(state);

	widen(laid, column, 10, COLUMN_WIDEST);
	if (value.number >= MARCH_1900) {
		book_put_date(laid->book, column, (struct date){(int32_t)value.number});
	} else {
		char day[DATE_TEXT_SIZE];

		book_put_text(laid->book, column, BOOK_TEXT, date_format((struct date){(int32_t)value.number}, day));
	}
}

/* No character is wider than its bytes are many: most texts need no closer look. What is wider than a column may be is broken. */
static void make_room(struct laid *laid, size_t column, const char *text)
{
	size_t length = strlen(text);
	int lines = 1;

	if (length + 2 > (size_t)laid->widths[column] && laid->widths[column] < COLUMN_WIDEST + 2)
		widen(laid, column, widest_line(text), COLUMN_WIDEST);
	if (length > COLUMN_WIDEST || strchr(text, '\n') != NULL)
		lines = lines_of(text, COLUMN_WIDEST);
	if (lines > laid->lines)
		laid->lines = lines;
}

static void put_value(struct format_state *state, size_t column, struct value value, bool total)
{
	struct laid *laid = laid_of(state);
	enum book_style text = total ? BOOK_TOTAL_TEXT : BOOK_TEXT;

	if (value.type == VALUE_EMPTY) {
		book_put_blank(laid->book, column, text);
	} else if (value_is_text(value.type)) {
		book_put_text(laid->book, column, text, value.text);
		make_room(laid, column, value.text);
	} else if (value.type == VALUE_DATE) {
		put_date(state, column, value);
	} else if (value.type == VALUE_BOOL) {
		book_put_boolean(laid->book, column, value.number != 0);
	} else {
		put_number(state, column, value, total);
	}
}

static void put_row(struct format_state *state, const struct value *values)
{
	struct laid *laid = laid_of(state);

	if (laid->rows == (state->sheet_rows > 0 ? state->sheet_rows : SHEET_ROWS))
		go_on(state);
	laid->rows++;
	laid->lines = 1;
	for (size_t i = 0; i < state->column_count; i++)
		put_value(state, i, values[i], false);
	book_end_row(laid->book, laid->lines > 1 ? laid->lines * LINE_HEIGHT : 0);
	check(state);
}

static void end_table(struct format_state *state, const struct value *totals)
{
	struct laid *laid = laid_of(state);

	book_put_filter(laid->book, laid->table.head_row, state->column_count);
	for (size_t i = 0; totals != NULL && i < state->column_count; i++)
		put_value(state, i, totals[i], true);
	if (totals != NULL)
		book_end_row(laid->book, 0);
	if (laid->below < laid->count)
		book_end_row(laid->book, 0);
	for (size_t i = laid->below; i < laid->count; i++)
		put_note(laid, laid->pending[i].block, laid->pending[i].text);
	forget_pending(laid);
	laid->place = BELOW_TABLE;
	check(state);
}

/* ---- the end ---- */

static void end(struct format_state *state)
{
	struct laid *laid = laid_of(state);
	struct error error;

	if (laid->place == BELOW_TABLE)
		end_sheet(state);
	if (laid->count > 0 || book_is_empty(laid->book))
		put_text_sheet(state, laid->count);
	if (!book_finish(laid->book, &error))
		format_fail(state, &error);
}

static bool drain(struct format_state *state)
{
	char bytes[PIECE];
	long n = book_read(laid_of(state)->book, bytes, sizeof(bytes));
	struct error error;

	if (n > 0)
		return buffer_append(state->out, bytes, (size_t)n);
	if (n < 0) {
		error_set(&error, ERROR_READ_ONLY, "", "写好的 xlsx 读不回来：%s", strerror(errno));
		format_fail(state, &error);
	}
	return false;
}

static void drop(struct format_state *state)
{
	struct laid *laid = laid_of(state);

	if (laid == NULL)
		return;
	book_free(laid->book);
	pool_free(laid->pool);
	buffer_clear(&laid->name);
	free(laid);
	state->own = NULL;
}

const struct format format_xlsx = {.name = "xlsx",
    .begin = begin,
    .text = put_text,
    .table = begin_table,
    .row = put_row,
    .table_end = end_table,
    .end = end,
    .drain = drain,
    .drop = drop};
