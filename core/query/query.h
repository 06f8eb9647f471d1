/* query: what is asked of one kind's records, compiled to SQL with bound parameters. Pure: nothing is run here.
 *
 * The same question with and without as_of gives the same records; only the tables it reads differ (tables.h). A reference is
 * followed to the version valid on as_of, else the first version known (SEMANTICS 17).
 */
#ifndef LUODI_QUERY_QUERY_H
#define LUODI_QUERY_QUERY_H

#include "model/fold.h"
#include "query/filter.h"

struct moment {		   /* which past is asked about */
	bool present;	   /* the current rows: no as_of, no known */
	struct date as_of; /* always set: today where present */
	int64_t known_seq; /* SEQ_FOR_EVER: all that is known */
};

struct sort_key {
	struct path path;
	bool descending; /* empty sorts last either way; the id is always the last key */
};

struct query {
	const struct kind *kind;
	const struct filter *filter; /* NULL: all */
	const struct filter
	    *flag; /* unless NULL: a first result column says 1 or 0 whether this holds; nothing is left out by it */
	struct moment moment;
	const struct state *row; /* unless NULL: asked of this one state instead of what is stored (a guard's "when") */
	const struct path *columns; /* of a list; empty: only the record key */
	size_t column_count;
	const struct sort_key *sort;
	size_t sort_count;
	int64_t limit, offset; /* limit -1: all */
	int64_t after_record;  /* with sort_count 0: only keys above it, rising: paging by key */
	const struct path *by; /* of a count: groups */
	size_t by_count;
	const struct path *sum; /* int, decimal, money and percent */
	size_t sum_count;
};

struct result_column {
	enum value_type type;
	const struct path *path; /* NULL: built by us (record key, count, flag, title of a reference) */
};

struct compiled_query {
	const char *sql;
	const struct value *parameters; /* ?1, ?2, …: numbers and texts */
	size_t parameter_count;
	const struct result_column *columns; /* what each row holds, in order */
	size_t column_count;
	bool needs_calendar;
};

/* Rows: [flag], record key, then for each column its value, followed, for a reference, by its title (text). */
must_check bool query_compile_list(const struct query *query, const struct schema *schema, struct pool *pool,
    struct compiled_query *ret, struct error *error);

/* Rows: a value per by (a reference is followed by its title), count, then a sum per sum (NULL: all empty). Without by one row. Groups come
 * in the order of their values (declared order for stages and enums, empty last). */
must_check bool query_compile_count(const struct query *query, const struct schema *schema, struct pool *pool,
    struct compiled_query *ret, struct error *error);

/* "a,b" or "-planned,title" as columns or sort keys. */
must_check bool query_parse_paths(const struct kind *kind, const char *text, const char *parameter,
    const struct schema *schema, struct pool *pool, const struct path **ret_paths, size_t *ret_count,
    struct error *error);
must_check bool query_parse_sort(const struct kind *kind, const char *text, const struct schema *schema,
    struct pool *pool, const struct sort_key **ret_keys, size_t *ret_count, struct error *error);

#endif
