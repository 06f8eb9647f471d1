#include "engine/image.h"

#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

static const int64_t seq_mask = SEQ_FOR_EVER; /* a rank is a day and a seq */

static void image_clear(struct image *image)
{
	for (size_t i = 0; i < image->field_count; i++)
		free(image->cells[i]);
	free(image->ranks);
	free(image->stages);
	free(image->slices);
	if (image->schema != NULL)
		schema_release(image->schema);
	*image = (struct image){0};
}

void images_init(struct images *images)
{
	pthread_mutex_init(&images->lock, NULL);
	images->bytes_largest = IMAGE_BYTES_LARGEST;
}

void images_clear(struct images *images)
{
	for (size_t i = 0; i < IMAGE_KINDS; i++)
		image_clear(&images->images[i]);
	pthread_mutex_destroy(&images->lock);
}

/* ---- room ---- */

static size_t bytes_of(const struct image *image, size_t row_room, size_t slice_room)
{
	return row_room * (sizeof(*image->ranks) + sizeof(*image->stages) + image->field_count * sizeof(int64_t)) +
	    slice_room * sizeof(*image->slices);
}

/* False: no memory, or more than all images may have. */
static bool grow_array(void *array, size_t room, size_t size)
{
	void **place = array, *more = realloc(*place, room * size);

	if (more != NULL)
		*place = more;
	return more != NULL;
}

static bool grow_rows(struct image *image, size_t bytes_largest)
{
	size_t room = image->row_room == 0 ? 1024 : image->row_room + image->row_room / 2;

	image->is_full = bytes_of(image, room, image->slice_room) > bytes_largest;
	if (image->is_full || !grow_array(&image->ranks, room, sizeof(*image->ranks)) ||
	    !grow_array(&image->stages, room, sizeof(*image->stages)))
		return false;
	for (size_t i = 0; i < image->field_count; i++)
		if (!grow_array(&image->cells[i], room, sizeof(int64_t)))
			return false;
	image->row_room = room;
	return true;
}

static bool grow_slices(struct image *image, size_t bytes_largest)
{
	size_t room = image->slice_room == 0 ? 256 : image->slice_room * 2;

	image->is_full = bytes_of(image, image->row_room, room) > bytes_largest;
	if (image->is_full || !grow_array(&image->slices, room, sizeof(*image->slices)))
		return false;
	image->slice_room = room;
	return true;
}

/* The place of record among the slices: it, or the first behind it. */
static size_t find_slice(const struct image *image, int64_t record)
{
	size_t low = 0, high = image->slice_count;

	if (high > 0 && image->slices[high - 1].record < record) /* read in order, each is the last */
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->slices[middle].record < record)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct slice *begin_slice(struct image *image, int64_t record, size_t bytes_largest)
{
	size_t at = find_slice(image, record);

	if (at < image->slice_count && image->slices[at].record == record) {
		image->dead += image->slices[at].count;
	} else {
		if (image->slice_count == image->slice_room && !grow_slices(image, bytes_largest))
			return NULL;
		memmove(&image->slices[at + 1], &image->slices[at], (image->slice_count - at) * sizeof(*image->slices));
		image->slice_count++;
	}
	image->slices[at] = (struct slice){.record = record, .first = (uint32_t)image->row_count};
	return &image->slices[at];
}

/* ---- rows ---- */

static int16_t read_stage(const struct kind *kind, struct value stage)
{
	if (stage.type == VALUE_EMPTY)
		return IMAGE_NO_STAGE;
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++)
		if (strcmp(kind->flow->stages[i].name, stage.text) == 0)
			return (int16_t)i;
	return IMAGE_UNDECLARED_STAGE;
}

static int64_t read_cell(const struct field *field, struct value value)
{
	if (value.type == VALUE_EMPTY)
		return IMAGE_EMPTY;
	if (field->type != VALUE_ENUM)
		return value.number;
	for (size_t i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i].name, value.text) == 0)
			return (int64_t)i;
	return IMAGE_UNDECLARED;
}

/* False: no room, or a number that stands for "empty" here. */
static bool add_row(struct image *image, struct rows *rows, size_t bytes_largest)
{
	size_t row = image->row_count;

	if (row == UINT32_MAX || (row == image->row_room && !grow_rows(image, bytes_largest)))
		return false;
	image->ranks[row] = rows_value(rows, 1).number;
	image->stages[row] =
	    rows_value(rows, 2).number == 0 ? IMAGE_NOT_PRESENT : read_stage(image->kind, rows_value(rows, 3));
	for (size_t i = 0; i < image->field_count; i++) {
		struct value value = rows_value(rows, 4 + i);

		image->cells[i][row] = read_cell(image->fields[i], value);
		if (value.type != VALUE_EMPTY && image->cells[i][row] == IMAGE_EMPTY)
			return false;
	}
	image->row_count++;
	return true;
}

/* All records, or one. False: this kind can't be had in memory, or the store did not answer. */
static bool read_rows(struct image *image, struct store_connection *connection, int64_t record, size_t bytes_largest)
{
	struct pool *pool = pool_new();
	struct error error = {0};
	struct rows *rows =
	    store_select_states(connection, image->kind, record, image->fields, image->field_count, pool, &error);
	struct slice *slice = NULL;
	enum rows_step step = ROWS_ERROR;
	bool good = rows != NULL;

	while (good && (step = rows_next(rows, &error)) == ROWS_ROW) {
		int64_t of = rows_value(rows, 0).number;

		if (slice == NULL || slice->record != of)
			slice = begin_slice(image, of, bytes_largest);
		good = slice != NULL && add_row(image, rows, bytes_largest);
		if (good)
			slice->count++;
	}
	if (rows != NULL)
		rows_free(rows);
	pool_free(pool);
	return good && step == ROWS_END;
}

/* ---- made, and kept up ---- */

static bool has_field(const struct image *image, const struct field *field)
{
	for (size_t i = 0; i < image->field_count; i++)
		if (image->fields[i] == field)
			return true;
	return false;
}

/* Anew, with the columns that it had and those that are wanted now. */
static bool make(struct image *image, struct view *view, const struct kind *kind, const struct field *const *fields,
    size_t count, int64_t head, size_t bytes_largest)
{
	struct image made = {
	    .kind = kind, .seq = head, .refused = image->refused, .schema = schema_hold(view->set->schema)};
	size_t most = image->refused > 0 ? image->refused - 2 : IMAGE_COLUMNS;
	bool same_schema = image->schema == made.schema;

	for (size_t i = 0; same_schema && i < image->field_count; i++)
		made.fields[made.field_count++] = image->fields[i];
	for (size_t i = 0; i < count; i++)
		if (!has_field(&made, fields[i])) {
			if (made.field_count == most) /* room for what is wanted now, not for all that ever was */
				made.field_count = 0;
			made.fields[made.field_count++] = fields[i];
		}
	for (size_t i = 0; i < count; i++)
		if (!has_field(&made, fields[i]))
			made.fields[made.field_count++] = fields[i];
	image_clear(image);
	*image = made;
	image->made = read_rows(image, view->connection, 0, bytes_largest);
	return image->made;
}

/* Where one could not be made there is nothing, or that it was too large. */
static void note_failure(struct image *image)
{
	struct image left = {.kind = image->kind, .refused = image->refused, .used_us = clock_monotonic_us()};

	if (image->is_full)
		left.refused = image->field_count + 1;
	if (left.refused > 0)
		left.schema = schema_hold(image->schema);
	image_clear(image);
	if (left.refused > 0)
		*image = left;
}

static int compare_records(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* Which records of the kind events up to head were about. False: too many events, or one that may be about any. */
static bool read_touched(const struct image *image, struct view *view, int64_t head, struct pool *pool,
    int64_t **ret_records, size_t *ret_count)
{
	const struct event *const *events;
	struct error error = {0};
	size_t event_count, count = 0;
	int64_t *records;

	if (head - image->seq > IMAGE_READ_LARGEST ||
	    !store_load_journal(
		view->connection, image->seq + 1, head, IMAGE_READ_LARGEST, pool, &events, &event_count, &error))
		return false;
	records = pool_alloc_array(pool, event_count + 1, sizeof(*records));
	for (size_t i = 0; i < event_count; i++) {
		if (events[i]->record == 0)
			return false;
		if (record_kind_number(events[i]->record) == image->kind->number)
			records[count++] = events[i]->record;
	}
	qsort(records, count, sizeof(*records), compare_records);
	*ret_records = records;
	*ret_count = count;
	return true;
}

static bool catch_up(struct image *image, struct view *view, int64_t head, size_t bytes_largest)
{
	struct pool *pool = pool_new();
	int64_t *records = NULL;
	size_t count = 0;
	bool good = read_touched(image, view, head, pool, &records, &count);

	for (size_t i = 0; good && i < count; i++)
		if (i == 0 || records[i] != records[i - 1])
			good = read_rows(image, view->connection, records[i], bytes_largest);
	pool_free(pool);
	if (good)
		image->seq = head;
	return good && image->dead <= image->row_count / 2; /* else it is time to make it anew */
}

/* The kind's own, a free one, or that which was used longest ago. */
static struct image *choose(struct images *images, const struct schema *schema, const struct kind *kind)
{
	struct image *chosen = &images->images[0];

	for (size_t i = 0; i < IMAGE_KINDS; i++) {
		struct image *image = &images->images[i];

		if (image->schema != NULL && image->schema != schema)
			image_clear(image);
		if (image->schema != NULL && image->kind == kind)
			return image;
		if (image->used_us < chosen->used_us)
			chosen = image;
	}
	image_clear(chosen);
	return chosen;
}

static void keep_small(struct images *images, const struct image *kept)
{
	size_t bytes = 0;

	for (size_t i = 0; i < IMAGE_KINDS; i++)
		bytes += bytes_of(&images->images[i], images->images[i].row_room, images->images[i].slice_room);
	for (size_t i = 0; bytes > images->bytes_largest && i < IMAGE_KINDS; i++)
		if (&images->images[i] != kept && images->images[i].made)
			image_clear(&images->images[i]);
}

const struct image *image_take(
    struct images *images, struct view *view, const struct kind *kind, const struct field *const *fields, size_t count)
{
	struct image *image = choose(images, view->set->schema, kind);
	struct error error = {0};
	struct head head;
	bool good = image->made;

	for (size_t i = 0; i < count; i++)
		good = good && has_field(image, fields[i]);
	if (!good && image->refused > 0 && count + 1 >= image->refused)
		return NULL;
	if (!store_read_head(view->connection, &head, &error))
		return NULL;
	if (good && image->seq < view->facts.seq)
		good = catch_up(image, view, head.seq, images->bytes_largest);
	if (!good && !make(image, view, kind, fields, count, head.seq, images->bytes_largest)) {
		note_failure(image);
		return NULL;
	}
	image->used_us = clock_monotonic_us();
	keep_small(images, image);
	return image;
}

size_t image_row_at(const struct image *image, const struct slice *slice, struct date as_of, int64_t seq)
{
	int64_t after = state_rank((struct date){as_of.day + 1}, 0);
	size_t row = slice->first + slice->count;

	while (row-- > slice->first)
		if (image->ranks[row] < after && (image->ranks[row] & seq_mask) <= seq)
			return row;
	return image->row_count;
}

const int64_t *image_cells(const struct image *image, const struct field *field)
{
	size_t at = 0;

	while (image->fields[at] != field)
		at++;
	return image->cells[at];
}
