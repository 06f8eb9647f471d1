/* declaration: what plugins declare, as plain data: made in a plugin host, sent over its socket, decoded and bounded
 * again here, and turned into a schema (schema.h).
 *
 * Everything lives in a pool. Functions stay in the host; here they are numbers, unique within their plugin, from 1.
 * file and line say where each was declared, for errors.
 */
#ifndef LUODI_MODEL_DECLARATION_H
#define LUODI_MODEL_DECLARATION_H

#include "model/kind.h"

struct place {
	const char *file; /* "approval/init.lua" */
	int line;
};

struct stage_declaration {
	const char *name, *title, *was;
	const char *const *to;
	size_t to_count;
	const char *const *needs;
	size_t need_count;
	bool done, dead, suspends, reason;
};

struct field_declaration {
	const char *name, *title, *was, *unit;
	const char *type; /* "money", "ref:enterprise" */
	const struct named *values;
	size_t value_count;
	bool required, unique, index;
	int64_t compute; /* 0: none */
};

struct kind_declaration { /* also luodi.extend: then prefix is NULL, and title may be */
	struct place place;
	const char *name, *title, *prefix;
	bool extend;
	const struct field_declaration *fields;
	size_t field_count;
	const struct stage_declaration *stages; /* an extending flow's stages are added, or their "to" lists widened */
	size_t stage_count;
};

struct guard_declaration {
	struct place place;
	const char *name, *title;
	const char *on;	    /* a kind */
	const char *before; /* a stage, an action (create update move drop), or NULL: any change */
	const char *when;   /* a filter, or NULL */
	bool warn;	    /* may be passed with a note */
	int64_t check;
};

struct rule_declaration {
	struct place place;
	const char *name, *title;
	const char *on;	  /* a kind */
	const char *when; /* a filter, or NULL */
	int64_t check;
};

struct figure_side {
	const char *where; /* a filter, or NULL: all */
	const char *sum;   /* a field, or NULL: counts records */
	const char *minus; /* a field taken away from sum, or NULL */
};

struct figure_declaration {
	struct place place;
	const char *name, *title, *of,
	    *unit; /* unit: "percent" (default with a denominator), "count", "money", "个", … */
	const char *
	    period; /* a date field or S_on; then only records with it inside the period count; NULL: as the filters say */
	struct figure_side numerator, denominator;
	bool has_denominator;
	const char *against; /* "year": growth on the same period; or NULL */
	const char *basis;
	int64_t version;
};

struct mapping_column {
	const char *header; /* the column's heading in the file */
	const char *target; /* a field, "title", "stage", "reached(S)", "id"; NULL: known and left out */
	const char *unit;   /* of this column, or NULL */
	const struct named
	    *values; /* text in the file (name) to value (title), where they differ; other texts parse as usual */
	size_t value_count;
};

struct mapping_declaration {
	struct place place;
	const char *name, *title, *kind;
	const char *encoding; /* or NULL: told from the file */
	const char *dates;    /* "day_first", or NULL: as people write them */
	const char *unit;     /* of bare amounts, or NULL */
	const char *key;      /* the natural key: a field, "id", "title", or NULL */
	const char *on;	      /* a date, or a field whose day each row is effective on; or NULL */
	int64_t header;	      /* 1-based row of the headings; 0: found by matching */
	const struct mapping_column *columns;
	size_t column_count;
};

struct argument_declaration {
	const char *name, *title;
	const char *type;     /* "text" "int" "date" "period" "money" "bool" */
	const char *fallback; /* or NULL */
	bool required;
};

struct export_declaration {
	struct place place;
	const char *name, *title;
	const char *const *formats; /* none declared: all that the core makes */
	size_t format_count;
	const struct argument_declaration *args;
	size_t arg_count;
	int64_t run;
};

struct calendar_declaration {
	struct place place;
	const char *name, *title, *source;
	const int *years;
	size_t year_count;
	const struct calendar_day *days;
	size_t day_count;
};

/* All that one plugin declares. */
struct declarations {
	const char *plugin; /* its name */
	const struct kind_declaration *kinds;
	size_t kind_count;
	const struct guard_declaration *guards;
	size_t guard_count;
	const struct rule_declaration *rules;
	size_t rule_count;
	const struct figure_declaration *figures;
	size_t figure_count;
	const struct mapping_declaration *mappings;
	size_t mapping_count;
	const struct export_declaration *exports;
	size_t export_count;
	const struct calendar_declaration *calendars;
	size_t calendar_count;
};

/* The wire form. Decoding bounds every length, type and count; NULL: in->fault says what was wrong. */
void declarations_put(struct buffer *out, const struct declarations *declarations);
must_check struct declarations *declarations_get(struct wire *in, struct pool *pool);

#endif
