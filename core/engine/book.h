/* book: an .xlsx file in the making, sheet by sheet and row by row, in little memory however long it gets.
 *
 *   book = book_new(folder, "半年回顾", recorded_at, &error);
 *   book_add_sheet(book, "集中签约");
 *   book_put_text(book, 0, BOOK_HEAD, "项目名称"); … book_end_row(book, 0);
 *   book_end_sheet(book, &table);
 *   if (book_finish(book, &error)) while ((n = book_read(book, bytes, sizeof(bytes))) > 0) …
 *
 * What can't be written is remembered, and told by book_finish, or before by book_check: rows need no test each. Text is only ever text:
 * no cell computes, none is a link. Nothing in the file depends on the clock, so the same calls give the same bytes. All files are
 * without a name in the folder, or lose it at once: nothing stays, however the process ends. One thread at a time.
 */
#ifndef LUODI_ENGINE_BOOK_H
#define LUODI_ENGINE_BOOK_H

#include "base/date.h"
#include "base/error.h"

enum {
	BOOK_ROWS = 1048576,	   /* of a sheet */
	BOOK_TEXT_LARGEST = 32767, /* UTF-16 units of a cell; what is longer is cut, and counted */
	BOOK_NAME_LARGEST = 31,	   /* UTF-16 units of a sheet's name */
	BOOK_SHEETS = 200,	   /* each has a file open until the end */
	BOOK_COLUMNS = 256
};

enum book_style {
	BOOK_TITLE, /* over the table */
	BOOK_HEADING,
	BOOK_UNIT,
	BOOK_HEAD,  /* of a column */
	BOOK_TEXT,  /* cells of a table, with lines around them */
	BOOK_EXACT, /* digits that are kept as text */
	BOOK_INTEGER,
	BOOK_DECIMAL,
	BOOK_MONEY,
	BOOK_PERCENT,
	BOOK_DATE,
	BOOK_BOOLEAN,
	BOOK_TOTAL_TEXT, /* the last row; in the order of the cells above */
	BOOK_TOTAL_EXACT,
	BOOK_TOTAL_INTEGER,
	BOOK_TOTAL_DECIMAL,
	BOOK_TOTAL_MONEY,
	BOOK_NOTE, /* below the table */
	BOOK_FOOT,
	BOOK_STYLES
};

struct book_table { /* rows from 0; what a sheet without a table leaves out is 0 */
	uint32_t head_row;
	size_t columns;	   /* 0: there is no table */
	const int *widths; /* of columns, in narrow characters; of one column without a table */
};

struct book;

/* folder: for temporary files. made_s: seconds since 1970, said to be when it was made. NULL: error. */
must_check struct book *book_new(const char *folder, const char *title, int64_t made_s, struct error *error);
void book_free(struct book *book); /* NULL is allowed */

/* The name is made legal and unlike those before it. false: as book_check. */
bool book_add_sheet(struct book *book, const char *name);
bool book_is_empty(const struct book *book); /* it has no sheet yet: a spreadsheet does not open such a file */
uint32_t book_row(const struct book *book);  /* of the open sheet, that is being written */

/* Cells of the row that is being written, from left to right. */
void book_put_text(struct book *book, size_t column, enum book_style style, const char *text);
void book_put_blank(struct book *book, size_t column, enum book_style style);
void book_put_boolean(struct book *book, size_t column, bool yes);
void book_put_date(struct book *book, size_t column, struct date date);
/* value / scale as a number, exact to the last digit; scale is a power of ten. false: it has more than the 15 digits that such a cell
 * holds, and nothing was put. */
must_check bool book_put_number(struct book *book, size_t column, enum book_style style, int64_t value, int64_t scale);
/* One text over all columns from the first one on. */
void book_put_line(struct book *book, size_t columns, enum book_style style, const char *text);
void book_end_row(struct book *book, double height); /* height in points, 0: as what is in it wants */

/* Right behind the last row of data: the filter, from the head down to it. */
void book_put_filter(struct book *book, uint32_t head_row, size_t columns);
/* Freezes and repeats the head, sets the widths and the page. */
void book_end_sheet(struct book *book, const struct book_table *table);

int64_t book_texts_cut(const struct book *book); /* since the sheet began */

must_check bool book_check(const struct book *book, struct error *error); /* false: something could not be written */
/* Makes the file, and reads it back: what the disk did not take is found out here, not by who opens it. */
must_check bool book_finish(struct book *book, struct error *error);
/* Behind book_finish: the next bytes; 0: those were all; -1: errno. */
long book_read(struct book *book, char *bytes, size_t size);

#endif
