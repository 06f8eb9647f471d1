/* compiler: SQL in the making. Within this layer.
 *
 * Expressions are made first, since they say which columns, references and parameters are needed; the tables to read come
 * last. Every value is a parameter; names are checked declarations, quoted.
 */
#ifndef LUODI_QUERY_COMPILER_H
#define LUODI_QUERY_COMPILER_H

#include "query/condition.h"
#include "query/query.h"

enum { COMPILER_MAX_TABLES = 48, COMPILER_LARGEST = 900 * 1024 }; /* SQLite joins at most 64, and reads 1 MB of SQL */

struct table { /* 0 is the kind asked about, the others are references followed */
	size_t parent;
	const struct field *field; /* of the parent */
	const struct kind *kind;
};

struct compiler {
	const struct kind *kind;
	const struct moment *moment;
	const struct state *row; /* asked about instead of what is stored; or NULL */
	const struct schema *schema;
	struct pool *pool;
	struct table tables[COMPILER_MAX_TABLES];
	size_t table_count;
	bool too_many_tables;
	const char **columns; /* of table 0, that its rows must give */
	size_t column_count, column_capacity;
	struct value *parameters;
	size_t parameter_count, parameter_capacity;
	const char *as_of, *rank, *seq; /* parameters, once they are used */
	bool needs_calendar;
};

void compiler_init(struct compiler *compiler, const struct kind *kind, const struct moment *moment,
    const struct schema *schema, struct pool *pool);
const char *compiler_bind(struct compiler *compiler, struct value value); /* "?3" */
const char *compiler_bind_number(struct compiler *compiler, int64_t number);
const char *compiler_bind_text(struct compiler *compiler, const char *text);
const char *compiler_as_of(struct compiler *compiler); /* the day asked about */

/* The value at path; NULL where it is empty. title: of a reference, the title of what it refers to. */
const char *compiler_value(struct compiler *compiler, const struct path *path);
const char *compiler_title(struct compiler *compiler, const struct path *path);
/* The key form of a text: a column where there is one. */
const char *compiler_key(struct compiler *compiler, const struct path *path);
/* The stage, or where a suspended record returns to. */
const char *compiler_stage_in_order(struct compiler *compiler, const struct path *path);
const char *compiler_record(
    struct compiler *compiler, const struct path *path); /* key of the last record on the path */
/* "entry AS e WHERE …": every entry into the stage of path (PATH_REACHED_ON) up to the day, as known. */
const char *compiler_entries(struct compiler *compiler, const struct path *path);
const char *compiler_column(struct compiler *compiler, size_t table, const char *name);
const char *compiler_as_known(struct compiler *compiler, const char *from, const char *to); /* "… AND …", of entries */

/* Rises as the values of path are to be sorted: declared order of enums and stages, pinyin for texts. */
const char *compiler_order(struct compiler *compiler, const struct path *path);

/* The condition; NULL means false. "1" for what always holds. */
const char *compiler_condition(struct compiler *compiler, const struct filter *filter);
/* Expressions joined by " AND " or " OR ", as a tree as flat as can be: SQLite bounds the depth. */
const char *compiler_join(struct pool *pool, const char *const *expressions, size_t count, const char *word);

/* "FROM … WHERE t.present = 1": the records there at the moment, and what they refer to. after: only keys above it; 0: all. */
const char *compiler_from(struct compiler *compiler, int64_t after);
must_check bool compiler_finish(
    struct compiler *compiler, const char *sql, struct compiled_query *ret, struct error *error);

#endif
