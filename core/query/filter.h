/* filter: the filter language (INTERFACE §3), parsed and checked against a schema.
 *
 * A filter lives in the pool it was parsed into and is never changed. Errors point at the display column in the text,
 * say what was expected and name the nearest name.
 */
#ifndef LUODI_QUERY_FILTER_H
#define LUODI_QUERY_FILTER_H

#include "model/schema.h"

struct filter; /* a condition on one kind's records */

/* What filter texts are read against. */
struct filter_context {
	const struct schema *schema;
	struct date as_of; /* relative words count from it; built-ins such as days_in_stage too */
	bool has_period;
	struct period period; /* @start and @end; refused where has_period is false */
	int64_t me;	      /* record key of @me; 0: unset */
	/* Records of ref_kind that text names, by id, title or an unambiguous part of a title, as people type references. ret_records
	 * gets up to limit keys; several only where several have exactly that title. ERROR_NOT_FOUND, ERROR_AMBIGUOUS. NULL: then only
	 * ids are understood (checks without a store). */
	bool (*resolve)(void *argument, const struct kind *ref_kind, const char *text, int64_t *ret_records,
	    size_t limit, size_t *ret_count, struct error *error);
	void *argument;
};

/* NULL or "" or blanks: a filter that holds for all. ERROR_INVALID otherwise; at most 90 terms, 16 deep, 8 KiB. */
must_check const struct filter *filter_parse(const struct kind *kind, const char *text,
    const struct filter_context *context, struct pool *pool, struct error *error);

const struct filter *filter_and(
    struct pool *pool, const struct filter *a, const struct filter *b); /* of the same kind; NULL is "all" */
const struct filter *filter_not(struct pool *pool, const struct filter *filter);
/* The one field (or built-in) that filter compares has no value. NULL: it compares none, or several. */
const struct filter *filter_is_empty(struct pool *pool, const struct filter *filter);

/* The terms that stand side by side at the top, each with its own piece of the text. */
size_t filter_terms(const struct filter *filter, struct pool *pool, const struct filter *const **ret_terms);
const char *filter_text(const struct filter *filter); /* as typed */
/* The opposite of a term as people would type it: "planned>=1亿" gives "planned<1亿"; "not (…)" else. */
const char *filter_opposite_text(const struct filter *filter, struct pool *pool);
const char *filter_opposite_title(
    const struct filter *filter, struct pool *pool); /* in words: "不足 1亿", "不是 签约", … with the field's title */

/* The bare words in it, for "by initials: 易发式". */
size_t filter_words(const struct filter *filter, struct pool *pool, const char *const **ret_words);

bool filter_uses_me(const struct filter *filter); /* @me stands in it: where me is unset, say that it matched nothing */

/* A path through fields, "planned", "investor.region", "计划总投资", or a built-in: id title stage stage_since days_in_stage
 * workdays_in_stage version S_on. */
enum path_builtin {
	PATH_FIELD,
	PATH_ID,
	PATH_TITLE,
	PATH_STAGE,
	PATH_STAGE_SINCE,
	PATH_DAYS_IN_STAGE,
	PATH_WORKDAYS_IN_STAGE,
	PATH_REACHED_ON,
	PATH_VERSION
};
struct path {
	const struct kind *kind;	 /* where it begins */
	const struct field *const *refs; /* followed first */
	size_t ref_count;
	const struct kind *last_kind; /* that the last step is of */
	enum path_builtin builtin;
	const struct field *field; /* PATH_FIELD */
	int stage;		   /* PATH_REACHED_ON; STAGE_RESUME: resumptions */
	enum value_type type;	   /* of its values; PATH_STAGE is VALUE_ENUM, PATH_ID is VALUE_REF (the key) */
	const char *name;	   /* canonical: "investor.region" */
	const char *title;	   /* "投资方.来源地" → the last step's title: "来源地" */
};
must_check bool path_parse(const struct kind *kind, const char *text, const struct schema *schema, struct pool *pool,
    struct path *ret_path, struct error *error);

#endif
