/* Counts and sums over an image: the same numbers, in the same order, as the SQL that query compiles. */
#include "engine/image.h"

#include <stdlib.h>
#include <string.h>

enum { BY_LARGEST = 3, GROUPS_LARGEST = 1 << 16, SUMS_LARGEST = IMAGE_COLUMNS - BY_LARGEST, BUCKETS = 1 << 12 };

struct tally { /* one group */
	int64_t codes[BY_LARGEST];
	int64_t count;
	int64_t sums[SUMS_LARGEST];
	bool summed[SUMS_LARGEST]; /* a value was there */
	int32_t next;		   /* in its bucket; -1: the last */
};

struct counting {
	const struct image *image;
	const struct query *query;
	const int64_t *by[BY_LARGEST]; /* NULL: the stage */
	const int64_t *sum[SUMS_LARGEST];
	struct tally *tallies, all;
	size_t tally_count, tally_room;
	int32_t buckets[BUCKETS];
};

static bool is_own_field(const struct path *path)
{
	return path->ref_count == 0 && path->builtin == PATH_FIELD;
}

static bool may_group(const struct path *path)
{
	if (path->ref_count == 0 && path->builtin == PATH_STAGE)
		return true;
	return is_own_field(path) && path->type != VALUE_REF &&
	    (path->type == VALUE_ENUM ? path->field->value_count > 0 : !value_is_text(path->type));
}

static bool may_count(const struct view *view, const struct query *query)
{
	if (view->borrowed || query->moment.present || query->filter != NULL || query->by_count > BY_LARGEST ||
	    query->sum_count > SUMS_LARGEST)
		return false;
	for (size_t i = 0; i < query->by_count; i++)
		if (!may_group(&query->by[i]))
			return false;
	for (size_t i = 0; i < query->sum_count; i++)
		if (!is_own_field(&query->sum[i]) || value_is_text(query->sum[i].type) ||
		    query->sum[i].type == VALUE_BOOL || query->sum[i].type == VALUE_DATE ||
		    query->sum[i].type == VALUE_REF) /* refused by query, with a sentence */
			return false;
	return true;
}

static size_t wanted_fields(const struct query *query, const struct field *fields[IMAGE_COLUMNS])
{
	size_t count = 0;

	for (size_t i = 0; i < query->by_count; i++)
		if (query->by[i].builtin == PATH_FIELD)
			fields[count++] = query->by[i].field;
	for (size_t i = 0; i < query->sum_count; i++)
		fields[count++] = query->sum[i].field;
	return count;
}

/* ---- one row ---- */

static bool add_to(struct tally *tally, const struct counting *counting, size_t row)
{
	tally->count++;
	for (size_t i = 0; i < counting->query->sum_count; i++) {
		int64_t cell = counting->sum[i][row];

		if (cell == IMAGE_EMPTY)
			continue;
		tally->summed[i] = true;
		if (__builtin_add_overflow(tally->sums[i], cell, &tally->sums[i]))
			return false; /* SQL says so in words */
	}
	return true;
}

static struct tally *find_tally(struct counting *counting, const int64_t codes[BY_LARGEST])
{
	size_t by_count = counting->query->by_count;
	uint64_t hash = 0;
	int32_t *bucket, at;

	for (size_t i = 0; i < by_count; i++)
		hash = (hash ^ (uint64_t)codes[i]) * UINT64_C(0x9E3779B97F4A7C15);
	bucket = &counting->buckets[(hash >> 40) % BUCKETS];
	for (at = *bucket; at >= 0; at = counting->tallies[at].next)
		if (memcmp(counting->tallies[at].codes, codes, by_count * sizeof(*codes)) == 0)
			return &counting->tallies[at];
	if (counting->tally_count == GROUPS_LARGEST)
		return NULL;
	if (counting->tally_count == counting->tally_room) {
		size_t room = counting->tally_room == 0 ? 64 : counting->tally_room * 2;
		struct tally *more = realloc(counting->tallies, room * sizeof(*more));

		if (more == NULL)
			return NULL;
		counting->tallies = more;
		counting->tally_room = room;
	}
	at = (int32_t)counting->tally_count++;
	counting->tallies[at] = (struct tally){.next = *bucket};
	memcpy(counting->tallies[at].codes, codes, by_count * sizeof(*codes));
	*bucket = at;
	return &counting->tallies[at];
}

static bool is_undeclared(const struct path *path, int64_t code)
{
	if (path->builtin == PATH_STAGE)
		return code == IMAGE_UNDECLARED_STAGE;
	return path->type == VALUE_ENUM && code == IMAGE_UNDECLARED;
}

static bool count_row(struct counting *counting, size_t row)
{
	int64_t codes[BY_LARGEST];
	int16_t stage = counting->image->stages[row];
	struct tally *tally;

	for (size_t i = 0; i < counting->query->by_count; i++) {
		if (counting->by[i] == NULL)
			codes[i] = stage == IMAGE_NO_STAGE ? IMAGE_EMPTY : stage;
		else
			codes[i] = counting->by[i][row];
		if (is_undeclared(&counting->query->by[i], codes[i]))
			return false; /* SQL knows it by its name */
	}
	tally = counting->query->by_count > 0 ? find_tally(counting, codes) : NULL;
	if (counting->query->by_count > 0 && (tally == NULL || !add_to(tally, counting, row)))
		return false;
	return add_to(&counting->all, counting, row);
}

static bool count_rows(struct counting *counting, const struct view *view)
{
	const struct image *image = counting->image;

	memset(counting->buckets, -1, sizeof(counting->buckets));
	for (size_t i = 0; i < counting->query->by_count; i++)
		counting->by[i] = counting->query->by[i].builtin == PATH_STAGE
		    ? NULL
		    : image_cells(image, counting->query->by[i].field);
	for (size_t i = 0; i < counting->query->sum_count; i++)
		counting->sum[i] = image_cells(image, counting->query->sum[i].field);
	for (size_t i = 0; i < image->slice_count; i++) {
		size_t row = image_row_at(image, &image->slices[i], view->moment.as_of, view->facts.seq);

		if (row < image->row_count && image->stages[row] != IMAGE_NOT_PRESENT && !count_row(counting, row))
			return false;
	}
	return true;
}

/* ---- told ---- */

/* By value, empty last. */
static int compare_tallies(const void *left, const void *right)
{
	const struct tally *a = left, *b = right;

	for (size_t i = 0; i < BY_LARGEST; i++) {
		if (a->codes[i] == b->codes[i])
			continue;
		if (a->codes[i] == IMAGE_EMPTY || b->codes[i] == IMAGE_EMPTY)
			return a->codes[i] == IMAGE_EMPTY ? 1 : -1;
		return a->codes[i] > b->codes[i] ? 1 : -1;
	}
	return 0;
}

static struct value value_of_code(const struct path *path, int64_t code)
{
	if (code == IMAGE_EMPTY)
		return value_empty();
	if (path->builtin == PATH_STAGE)
		return (struct value){.type = VALUE_ENUM, .text = path->last_kind->flow->stages[code].name};
	if (path->type == VALUE_ENUM)
		return (struct value){.type = VALUE_ENUM, .text = path->field->values[code].name};
	return value_of_number(path->type, code);
}

static struct group tell(struct view *view, const struct query *query, const struct tally *tally, struct pool *pool)
{
	struct value *by = pool_alloc_array(pool, query->by_count, sizeof(*by)),
		     *sums = pool_alloc_array(pool, query->sum_count, sizeof(*sums));
	const char **titles = pool_alloc_array(pool, query->by_count, sizeof(*titles));

	for (size_t i = 0; i < query->by_count; i++) {
		by[i] = value_of_code(&query->by[i], tally->codes[i]);
		titles[i] = view_show(view, &query->by[i], by[i], NULL, pool);
	}
	for (size_t i = 0; i < query->sum_count; i++)
		sums[i] = tally->summed[i] ? value_of_number(query->sum[i].type, tally->sums[i]) : value_empty();
	return (struct group){.by = by, .by_titles = titles, .count = tally->count, .sums = sums};
}

static void tell_all(struct view *view, const struct counting *counting, struct pool *pool, struct count *count)
{
	struct group *groups = pool_alloc_array(pool, counting->tally_count, sizeof(*groups));

	if (counting->tally_count > 0)
		qsort(counting->tallies, counting->tally_count, sizeof(*counting->tallies), compare_tallies);
	for (size_t i = 0; i < counting->tally_count; i++)
		groups[i] = tell(view, counting->query, &counting->tallies[i], pool);
	count->groups = groups;
	count->group_count = counting->tally_count;
	count->all = (struct group){.count = counting->all.count,
	    .sums = tell(view, &(struct query){.sum = counting->query->sum, .sum_count = counting->query->sum_count},
		&counting->all, pool)
			.sums};
}

bool images_count(
    struct images *images, struct view *view, const struct query *query, struct pool *pool, struct count *count)
{
	struct counting *counting;
	const struct field *fields[IMAGE_COLUMNS];
	bool counted = false;

	if (!may_count(view, query) || pthread_mutex_trylock(&images->lock) != 0)
		return false;
	counting = calloc(1, sizeof(*counting));
	if (counting != NULL) {
		counting->query = query;
		counting->image = image_take(images, view, query->kind, fields, wanted_fields(query, fields));
		counted = counting->image != NULL && count_rows(counting, view);
	}
	pthread_mutex_unlock(&images->lock);
	if (counted)
		tell_all(view, counting, pool, count);
	if (counting != NULL)
		free(counting->tallies);
	free(counting);
	return counted;
}
