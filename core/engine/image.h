/* image: the states of a kind in memory, of the columns that counts and sums have asked for, so that a figure about the past
 * is a walk over numbers and not over a million rows.
 *
 * An image is what the table of states says, as known at the sequence that it was read at; rows are never changed, so it
 * answers for every day and every sequence up to there. Asked as of a later one it first reads again the records that
 * events have been about since. It is made by the first question that it can answer, grows by the columns of later ones,
 * and goes when the plugins change. What it can't answer (filters, references, texts) SQL answers, the same as ever. So does it
 * where the image would be too large: that is remembered, and not tried again with as many columns.
 *
 * Readers' threads. One at a time has the images; whoever comes meanwhile asks SQL rather than wait.
 */
#ifndef LUODI_ENGINE_IMAGE_H
#define LUODI_ENGINE_IMAGE_H

#include "engine/viewing.h"

enum {
	IMAGE_KINDS = 16,
	IMAGE_COLUMNS = 16,
	IMAGE_BYTES_LARGEST = 256 << 20, /* of all images together */
	IMAGE_READ_LARGEST = 5000	 /* events to catch up with; behind by more it is made anew */
};

struct slice { /* of one record: its rows, by rising rank */
	int64_t record;
	uint32_t first, count;
};

/* What a row says of its stage; undeclared: one that the plugins have taken away, which SQL knows by its name. */
enum { IMAGE_NO_STAGE = -1, IMAGE_NOT_PRESENT = -2, IMAGE_UNDECLARED_STAGE = -3 };
#define IMAGE_EMPTY INT64_MIN	     /* no value */
#define IMAGE_UNDECLARED INT64_C(-1) /* of an enum: a value that is not declared any more */

struct image {
	struct schema *schema;	 /* held; NULL: none here */
	const struct kind *kind; /* of the schema */
	bool made;		 /* else there are no rows: it was too large */
	bool is_full;		 /* the last row had no room */
	size_t refused;		 /* one more than the columns with which it was too large; 0: it never was */
	int64_t seq;
	const struct field *fields[IMAGE_COLUMNS];
	int64_t *cells[IMAGE_COLUMNS]; /* per column and row; enums by position */
	size_t field_count;
	int64_t *ranks;			  /* per row */
	int16_t *stages;		  /* per row: its position in the flow */
	size_t row_count, row_room, dead; /* dead: rows of slices that were read again */
	struct slice *slices;		  /* by rising record */
	size_t slice_count, slice_room;
	int64_t used_us;
};

struct images {
	pthread_mutex_t lock;
	size_t bytes_largest; /* IMAGE_BYTES_LARGEST, but for tests */
	struct image images[IMAGE_KINDS];
};

void images_init(struct images *images);
void images_clear(struct images *images);

/* The image of a kind with at least these columns, as of view's moment or later; under the lock. NULL: there can't be one
 * (too large, the store does not answer): ask SQL. */
const struct image *image_take(
    struct images *images, struct view *view, const struct kind *kind, const struct field *const *fields, size_t count);
/* The row that says what the record of slice was at the end of as_of, as known at seq; row_count of the image: none. */
size_t image_row_at(const struct image *image, const struct slice *slice, struct date as_of, int64_t seq);
/* Where the column of field is; it must be there. */
const int64_t *image_cells(const struct image *image, const struct field *field);

/* image_count.c: count's totals and groups, as view_count gives them. False: ask SQL. */
bool images_count(
    struct images *images, struct view *view, const struct query *query, struct pool *pool, struct count *count);

#endif
