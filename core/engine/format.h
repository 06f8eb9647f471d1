/* format: the blocks of an export as the bytes of one format. A format writes to a buffer that the caller empties after every block. */
#ifndef LUODI_ENGINE_FORMAT_H
#define LUODI_ENGINE_FORMAT_H

#include "engine/view.h"
#include "model/host_protocol.h"

struct table_column {
	const char *title, *unit; /* unit NULL: none */
	enum value_type type;
};

struct format_state {
	struct buffer *out;
	const char *name, *title; /* of the export */
	struct view_facts facts;
	const struct table_column *columns; /* of the open table; NULL: none is open */
	size_t column_count;
	int64_t rows; /* of all tables */
	bool blocks;  /* something came already */
	bool rows_in_table, item_before;
};

struct format {
	const char *name;
	void (*begin)(struct format_state *state);
	void (*text)(struct format_state *state, enum host_block block, int level,
	    const char *text);						/* title, heading, paragraph, item */
	void (*table)(struct format_state *state, const char *caption); /* state->columns are set */
	void (*row)(struct format_state *state, const struct value *values);
	void (*table_end)(struct format_state *state);
	void (*end)(struct format_state *state);
};

const struct format *format_find(const char *name); /* NULL: no such format */
const char *format_names(void);			    /* "md csv json" */

/* "截至 2022-06-30  #4735  …": what every export says of itself. */
void format_footer(const struct format_state *state, struct buffer *out);

/* A date, number or boolean as people write it. False: money, text or empty, which each format shows in its own way. */
bool format_plain(struct buffer *out, struct value value);

extern const struct format format_markdown, format_csv, format_json;

#endif
