/* format: the blocks of an export as the bytes of one format.
 *
 * A format writes to a buffer that the caller empties after every block, so that a report may be longer than memory. One that knows the
 * bytes only at the end (xlsx) keeps them in an unnamed file of state->folder, and hands them out by drain. What a format can't do it
 * notes with format_fail; the caller looks after every block.
 */
#ifndef LUODI_ENGINE_FORMAT_H
#define LUODI_ENGINE_FORMAT_H

#include "engine/view.h"
#include "model/host_protocol.h"

struct table_column {
	const char *title, *unit; /* unit NULL: none */
	enum value_type type;
	bool total; /* its sum stands in the last row */
};

struct format_state {
	struct buffer *out;
	const char *name, *title; /* of the export */
	const char *folder;	  /* for temporary files */
	struct view_facts facts;
	int64_t recorded_us;		    /* when event facts.seq was recorded; 0: there is none */
	const struct table_column *columns; /* of the open table; NULL: none is open */
	size_t column_count;
	int64_t rows;	    /* of all tables */
	int64_t sheet_rows; /* rows of data in one sheet (xlsx); 0: as many as it takes */
	bool blocks;	    /* something came already */
	bool rows_in_table, item_before;
	void *own; /* what the format keeps */
	bool failed;
	struct error error; /* the first that was noted */
};

struct format {
	const char *name;
	void (*begin)(struct format_state *state);
	void (*text)(struct format_state *state, enum host_block block, int level,
	    const char *text);						/* title, heading, paragraph, item */
	void (*table)(struct format_state *state, const char *caption); /* state->columns are set */
	void (*row)(struct format_state *state, const struct value *values);
	void (*table_end)(struct format_state *state, const struct value *totals); /* totals NULL: it has none */
	void (*end)(struct format_state *state);
	bool (*drain)(
	    struct format_state *state); /* behind end: some more bytes; false: those were all. NULL: no more come */
	void (*drop)(
	    struct format_state *state); /* always the last call; frees what begin took. NULL: nothing to free */
};

const struct format *format_find(const char *name);			 /* NULL: no such format */
const char *const *format_all(size_t *ret_count);			 /* their names */
const char *format_names(void);						 /* "md csv json xlsx html" */
void format_fail(struct format_state *state, const struct error *error); /* keeps the first */

/* "截至 2022-06-30  #4735  …": what every export says of itself. */
void format_footer(const struct format_state *state, struct buffer *out);

/* A date, number or boolean as people write it. False: money, text or empty, which each format shows in its own way. */
bool format_plain(struct buffer *out, struct value value);

bool format_is_number(enum value_type type); /* stands at the right of its column */

/* Fen that one unit of a column of money has; yuan where it names none. */
int64_t format_money_unit(const struct table_column *column);
/* Exactly, in the column's unit: 1234.5; grouped: 1,234.5 */
void format_money(struct buffer *out, const struct table_column *column, int64_t fen, bool grouped);

/* The unit that all columns of money of the open table share ("万元"), which then stands once above the table. NULL: none, or several. */
const char *format_shared_unit(const struct format_state *state);
/* A column's title, with its unit where that does not stand above the table: shared is format_shared_unit's, or NULL. */
void format_column_title(struct buffer *out, const struct table_column *column, const char *shared);

extern const struct format format_markdown, format_csv, format_json, format_xlsx, format_html;

#endif
