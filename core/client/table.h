/* table: rows of cells, laid out for people, as CSV, or plain.
 *
 * Columns are measured as displayed (text_width), two spaces stand between them, numbers are right-aligned under
 * right-aligned headings. Cells may hold any text: what could move a terminal is shown as \x1b and the like.
 *
 *   struct table *table = table_new(pool);
 *   table_add_column(table, "编号", ALIGN_LEFT); table_add_column(table, "天数", ALIGN_RIGHT);
 *   table_add_row(table); table_put(table, "P-0014", NULL, TONE_NONE); table_put(table, "97", NULL, TONE_NONE);
 *   table_print(table, &layout, out);
 */
#ifndef LUODI_CLIENT_TABLE_H
#define LUODI_CLIENT_TABLE_H

#include "base/buffer.h"
#include "base/pool.h"

enum alignment { ALIGN_LEFT, ALIGN_RIGHT };
enum tone { TONE_NONE, TONE_RED, TONE_YELLOW, TONE_GREEN, TONE_BOLD, TONE_FAINT };
enum { TABLE_MAX_COLUMNS = 512 };

struct table;

struct table_layout {
	int width; /* of the terminal: the widest texts are cut with … to fit. 0: nothing is cut */
	int indent;
	bool color;
	bool plain; /* a tab between columns, no padding */
	bool no_header;
};

struct table *table_new(struct pool *pool); /* lives in the pool, as do the copies of its texts */
/* At most TABLE_MAX_COLUMNS; further ones are left out. */
void table_add_column(struct table *table, const char *title, enum alignment alignment);
void table_add_row(struct table *table);
/* The next cell of the last row. "" and NULL show as "-" in no case: say what you want to see. raw: what a CSV holds
 * instead (a number to be read by programs); NULL: the text, guarded against being taken for a formula. */
void table_put(struct table *table, const char *text, const char *raw, enum tone tone);
size_t table_rows(const struct table *table);

/* The first column is not cut when the table is too wide: it holds something to copy. */
void table_keep_first(struct table *table);

void table_print(const struct table *table, const struct table_layout *layout, struct buffer *out);
/* RFC 4180 with CRLF; bom: the mark that Excel wants to take it for UTF-8. */
void table_write_csv(const struct table *table, bool bom, struct buffer *out);

/* One cell of a CSV, quoted where it must be. guard: a text that a spreadsheet would take for a formula gets a ' before it. */
void csv_append_cell(struct buffer *out, const char *text, bool guard);

/* Would a spreadsheet take it for a formula? Spaces before the sign do not help. */
bool csv_looks_like_formula(const char *text);

/* text, made safe, in color if that is wanted. */
void tone_append(struct buffer *out, const char *text, enum tone tone, bool color);

/* text padded with spaces to columns; what is wider is not cut. */
void append_padded(struct buffer *out, const char *text, int columns, enum alignment alignment);

#endif
