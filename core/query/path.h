/* path: names resolved against a kind, and what is wrong with those that can't be. Within this layer. */
#ifndef LUODI_QUERY_PATH_H
#define LUODI_QUERY_PATH_H

#include "query/filter.h"

struct path_fault {	       /* in the pool; the caller says where the text stands */
	size_t offset, length; /* bytes of text at fault */
	const char *sentence, *hint;
};

enum { PATH_MAX_REFS = 16 };

/* As path_parse, telling the fault in parts. fault may be NULL: only whether it is a path matters. */
must_check bool path_find(const struct kind *kind, const char *text, const struct schema *schema, struct pool *pool,
    struct path *ret_path, struct path_fault *fault);

/* A stage of kind by name or title, as people type it. */
must_check bool path_find_stage(
    const struct kind *kind, const char *text, struct pool *pool, int *ret_stage, struct path_fault *fault);

/* The days on which stage (or STAGE_RESUME) was first reached, as path names it; prefix has a kind and refs only. */
void path_set_reached(struct path *path, int stage, struct pool *pool);

/* Splits "investor.reached": refs is "investor" (or ""), last is "reached". */
void path_split(const char *text, struct pool *pool, const char **ret_refs, const char **ret_last);

/* The references alone, "investor" or "": fills kind, refs and last_kind. */
must_check bool path_find_refs(const struct kind *kind, const char *text, const struct schema *schema,
    struct pool *pool, struct path *ret_path, struct path_fault *fault);

bool path_equal(const struct path *a, const struct path *b);
bool path_is_number(const struct path *path);		       /* int, decimal, money, percent */
const char *path_shorten(struct pool *pool, const char *text); /* for a sentence: at most 40 characters */

#endif
