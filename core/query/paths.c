/* paths: columns and sort keys, as people list them. */
#include "query/path.h"
#include "query/query.h"
#include "text/width.h"
#include <string.h>

enum { MOST_PATHS = 200 };

struct item { /* of a list parted by commas */
	size_t offset, length;
};

static size_t blank_length(const char *text)
{
	if (text[0] == ' ' || text[0] == '\t')
		return 1;
	return strncmp(text, "　", strlen("　")) == 0 ? strlen("　") : 0;
}

static size_t comma_length(const char *text)
{
	if (text[0] == ',')
		return 1;
	return strncmp(text, "，", strlen("，")) == 0 || strncmp(text, "、", strlen("、")) == 0 ? strlen("，") : 0;
}

/* The next item of text from *at; moves *at behind its comma. False: none is left. Empty ones are passed over. */
static bool next_item(const char *text, size_t *at, struct item *ret_item)
{
	struct item item;
	size_t length;

	do {
		while ((length = blank_length(text + *at)) > 0)
			*at += length;
		item = (struct item){.offset = *at};
		while (text[*at] != '\0' && comma_length(text + *at) == 0)
			(*at)++;
		item.length = *at - item.offset;
		while (item.length > 0 && text[item.offset + item.length - 1] == ' ')
			item.length--;
		*at += comma_length(text + *at);
		if (item.length > 0) {
			*ret_item = item;
			return true;
		}
	} while (text[*at] != '\0');
	return false;
}

static bool fail_path(struct pool *pool, const char *text, size_t offset, const char *parameter,
    const struct path_fault *fault, struct error *error)
{
	size_t at = offset + fault->offset;

	error_set(error, ERROR_INVALID, parameter, "%s", fault->sentence);
	error_at(error, text_width(pool_copy_bytes(pool, text, at)),
	    text_width(pool_copy_bytes(pool, text + at, fault->length)));
	return fault->hint != NULL ? error_hint(error, "%s", fault->hint) : false;
}

static bool fail_count(const char *parameter, struct error *error)
{
	error_set(error, ERROR_TOO_LARGE, parameter, "写得太多，最多 %d 个", MOST_PATHS);
	return error_hint(error, "少写几个，或分几次查");
}

bool path_parse(const struct kind *kind, const char *text, const struct schema *schema, struct pool *pool,
    struct path *ret_path, struct error *error)
{
	struct path_fault fault = {0};

	return path_find(kind, text, schema, pool, ret_path, &fault) || fail_path(pool, text, 0, text, &fault, error);
}

bool query_parse_paths(const struct kind *kind, const char *text, const char *parameter, const struct schema *schema,
    struct pool *pool, const struct path **ret_paths, size_t *ret_count, struct error *error)
{
	struct path *paths = pool_alloc_array(pool, MOST_PATHS, sizeof *paths);
	size_t count = 0, at = 0;
	struct item item;

	while (text != NULL && next_item(text, &at, &item)) {
		const char *name = pool_copy_bytes(pool, text + item.offset, item.length);
		struct path_fault fault = {0};

		if (count == MOST_PATHS)
			return fail_count(parameter, error);
		if (!path_find(kind, name, schema, pool, &paths[count++], &fault))
			return fail_path(pool, text, item.offset, parameter, &fault, error);
	}
	*ret_paths = paths;
	*ret_count = count;
	return true;
}

static size_t minus_length(const char *text)
{
	if (text[0] == '-' || text[0] == '+')
		return 1;
	return strncmp(text, "－", strlen("－")) == 0 ? strlen("－") : 0;
}

bool query_parse_sort(const struct kind *kind, const char *text, const struct schema *schema, struct pool *pool,
    const struct sort_key **ret_keys, size_t *ret_count, struct error *error)
{
	struct sort_key *keys = pool_alloc_array(pool, MOST_PATHS, sizeof *keys);
	size_t count = 0, at = 0;
	struct item item;

	while (text != NULL && next_item(text, &at, &item)) {
		size_t minus = minus_length(text + item.offset);
		const char *name = pool_copy_bytes(pool, text + item.offset + minus, item.length - minus);
		struct path_fault fault = {0};

		if (count == MOST_PATHS)
			return fail_count("sort", error);
		keys[count].descending = minus > 0 && text[item.offset] != '+';
		if (!path_find(kind, name, schema, pool, &keys[count++].path, &fault))
			return fail_path(pool, text, item.offset + minus, "sort", &fault, error);
	}
	*ret_keys = keys;
	*ret_count = count;
	return true;
}
