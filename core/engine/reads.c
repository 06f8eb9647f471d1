#include "engine/reads.h"

#include <string.h>

struct read {
	const struct kind *kind;
	int64_t record;		 /* 0: the kind was listed or counted */
	const struct date *days; /* rising; NULL until they are asked for */
	size_t day_count;
};

struct reads {
	struct view *view;
	struct date last;
	struct pool *pool;
	struct read *reads;
	size_t count, room;
	void (*on_read)(void *argument, const struct kind *kind, int64_t record, int64_t version);
	void *argument;
};

static bool is_covered(const struct reads *reads, const struct kind *kind, int64_t record)
{
	for (size_t i = 0; i < reads->count; i++)
		if (reads->reads[i].kind == kind && (reads->reads[i].record == record || reads->reads[i].record == 0))
			return true;
	return false;
}

static void note_read(void *argument, const struct kind *kind, int64_t record, int64_t version)
{
	struct reads *reads = argument;

	if (reads->on_read != NULL)
		reads->on_read(reads->argument, kind, record, version);
	if (is_covered(reads, kind, record))
		return;
	if (reads->count == reads->room) {
		size_t room = reads->room == 0 ? 16 : reads->room * 2;
		struct read *more = pool_alloc_array(reads->pool, room, sizeof(*more));

		if (reads->count > 0)
			memcpy(more, reads->reads, reads->count * sizeof(*more));
		reads->reads = more;
		reads->room = room;
	}
	reads->reads[reads->count++] = (struct read){.kind = kind, .record = record};
}

struct reads *reads_begin(struct view *view, struct date last, struct pool *pool)
{
	struct reads *reads = pool_alloc(pool, sizeof(*reads));

	*reads = (struct reads){
	    .view = view, .last = last, .pool = pool, .on_read = view->on_read, .argument = view->on_read_argument};
	view->on_read = note_read;
	view->on_read_argument = reads;
	return reads;
}

void reads_end(struct reads *reads)
{
	reads->view->on_read = reads->on_read;
	reads->view->on_read_argument = reads->argument;
}

bool reads_next_day(struct reads *reads, struct date after, struct date *ret_day, struct error *error)
{
	struct date next = DATE_NONE;

	for (size_t i = 0; i < reads->count && after.day < reads->last.day; i++) {
		struct read *read = &reads->reads[i];

		if (read->days == NULL &&
		    !store_state_days(reads->view->connection, read->kind, read->record, after, reads->last,
			reads->pool, &read->days, &read->day_count, error))
			return false;
		for (size_t j = 0; j < read->day_count; j++)
			if (read->days[j].day > after.day && (date_is_none(next) || read->days[j].day < next.day))
				next = read->days[j];
	}
	*ret_day = next;
	return true;
}
