#include "engine/parts.h"

#include "base/clock.h"
#include "engine/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The journal folded again, record by record and as known after each of its events, held against the states and the current row. */

enum { RECORDS_A_SNAPSHOT = 200, BACKUP_PAGES = 256 };

struct verifying {
	struct engine *engine;
	struct plugin_set *set;
	struct store_connection *connection;
	struct pool *pool;
	struct verify_report report;
	void (*progress)(void *argument, int64_t done, int64_t total);
	void *argument;
	int64_t done, total;
	int64_t last, found; /* of a kind: its events up to last that its records lead to */
};

static bool differs(struct verifying *verifying, const struct kind *kind, int64_t record, struct date day, int64_t seq,
    const char *what, struct error *error)
{
	char id[RECORD_ID_SIZE], on[DATE_TEXT_SIZE];

	(void)verifying;
	error_set(error, ERROR_DAMAGED, "", "重算与现存不一致：%s 在 %s，记到 #%" PRId64 " 时，%s",
	    kind_format_id(kind, record, id), date_format(day, on), seq, what);
	return error_hint(error, "请停用这份数据，用最近一份备份恢复，再把备份之后的事补记；原样留着这份给开发者");
}

/* Of the stored rows, the one that holds for a day as known at seq. */
static const struct state *stored_at(
    const struct state *rows, const int64_t *seqs, size_t count, struct date day, int64_t seq)
{
	const struct state *best = NULL;
	int64_t best_seq = 0;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].on.day > day.day || seqs[i] > seq)
			continue;
		if (best == NULL || rows[i].on.day > best->on.day ||
		    (rows[i].on.day == best->on.day && seqs[i] > best_seq)) {
			best = &rows[i];
			best_seq = seqs[i];
		}
	}
	return best;
}

static bool same(const struct state *folded, const struct state *stored)
{
	bool there = folded != NULL && folded->exists, kept = stored != NULL && stored->exists;

	return there == kept && (!there || state_equal(folded, stored));
}

struct
    folding { /* one record, all that is stored of it; what was known at a sequence reads the same in every later snapshot */
	const struct kind *kind;
	int64_t record;
	const struct event *const *events;
	size_t event_count;
	bool was_voided; /* one of its events: then it matters when */
	struct state *rows;
	int64_t *seqs;
	size_t row_count;
	struct pool *each; /* of one fold */
};

static bool renew(struct verifying *verifying, struct error *error)
{
	if (!store_snapshot_is_half_over(verifying->connection))
		return true;
	store_snapshot_end(verifying->connection);
	return store_snapshot_begin(verifying->connection, error);
}

static bool known_events(struct verifying *verifying, const struct folding *folding, int64_t seq,
    const struct event *const **ret_events, size_t *ret_count, struct error *error)
{
	const struct event **events;

	if (folding->was_voided)
		return renew(verifying, error) &&
		    store_load_events(verifying->connection, folding->kind, folding->record, seq, folding->each,
			ret_events, ret_count, error);
	events = pool_alloc_array(folding->each, folding->event_count, sizeof(*events));
	*ret_count = 0;
	for (size_t i = 0; i < folding->event_count; i++)
		if (folding->events[i]->seq <= seq)
			events[(*ret_count)++] = folding->events[i];
	*ret_events = events;
	return true;
}

static bool verify_at(struct verifying *verifying, const struct folding *folding, int64_t seq, struct error *error)
{
	const struct state *rows = folding->rows;
	const int64_t *seqs = folding->seqs;
	size_t row_count = folding->row_count, count;
	const struct event *const *events;
	struct timeline timeline;

	pool_reset(folding->each);
	if (!known_events(verifying, folding, seq, &events, &count, error))
		return false;
	fold_timeline(folding->kind, folding->record, events, count, 0, folding->each, &timeline);
	for (size_t i = 0; i < timeline.day_count; i++)
		if (!same(&timeline.days[i], stored_at(rows, seqs, row_count, timeline.days[i].on, seq)))
			return differs(verifying, folding->kind, folding->record, timeline.days[i].on, seq,
			    "状态不是从账里叠出来的", error);
	for (size_t i = 0; i < row_count; i++)
		if (seqs[i] <= seq &&
		    !same(timeline_at(&timeline, rows[i].on), stored_at(rows, seqs, row_count, rows[i].on, seq)))
			return differs(
			    verifying, folding->kind, folding->record, rows[i].on, seq, "多出一个状态", error);
	return true;
}

static bool verify_current(struct verifying *verifying, const struct folding *folding, struct error *error)
{
	struct state *current =
	    store_load_current(verifying->connection, folding->kind, folding->record, verifying->pool, error);
	struct timeline timeline;
	const struct state *last;

	if (current == NULL)
		return false;
	fold_timeline(
	    folding->kind, folding->record, folding->events, folding->event_count, 0, verifying->pool, &timeline);
	last = timeline.day_count > 0 ? &timeline.days[timeline.day_count - 1] : NULL;
	if (!same(last, current))
		return differs(verifying, folding->kind, folding->record, current->on, verifying->report.events,
		    "现在的样子不是从账里叠出来的", error);
	return true;
}

/* All of it from one snapshot. */
static bool load_record(struct verifying *verifying, struct folding *folding, struct error *error)
{
	if (!renew(verifying, error) ||
	    !store_load_all_states(verifying->connection, folding->kind, folding->record, verifying->pool,
		&folding->rows, &folding->seqs, &folding->row_count, error) ||
	    !store_load_events(verifying->connection, folding->kind, folding->record, SEQ_FOR_EVER, verifying->pool,
		&folding->events, &folding->event_count, error))
		return false;
	for (size_t i = 0; i < folding->event_count && !folding->was_voided; i++)
		if (!store_was_voided(verifying->connection, folding->events[i]->seq, &folding->was_voided, error))
			return false;
	return verify_current(verifying, folding, error);
}

static bool verify_moments(struct verifying *verifying, const struct folding *folding, struct error *error)
{
	int64_t last = 0;

	for (size_t i = 0; i < folding->event_count; i++)
		verifying->found += folding->events[i]->seq <= verifying->last;
	for (size_t i = 0; i < folding->event_count; i++)
		if (!verify_at(verifying, folding, folding->events[i]->seq, error))
			return false;
	for (size_t i = 0; i < folding->row_count; i++) { /* what voids and their ends restated */
		if (folding->seqs[i] == last)
			continue;
		last = folding->seqs[i];
		if (!verify_at(verifying, folding, last, error))
			return false;
	}
	return true;
}

static bool verify_record(struct verifying *verifying, const struct kind *kind, int64_t record, struct error *error)
{
	struct folding folding = {.kind = kind, .record = record, .each = pool_new()};
	bool ok = load_record(verifying, &folding, error);

	verifying->report.states += (int64_t)folding.row_count;
	verifying->report.records++;
	ok = ok && verify_moments(verifying, &folding, error);
	pool_free(folding.each);
	return ok;
}

static bool verify_some(
    struct verifying *verifying, const struct kind *kind, int64_t *after, bool *ret_more, struct error *error)
{
	int64_t records[RECORDS_A_SNAPSHOT];
	size_t count = 0;
	bool ok = store_snapshot_begin(verifying->connection, error);

	if (!ok)
		return false;
	ok = store_records(verifying->connection, kind, *after, RECORDS_A_SNAPSHOT, records, &count, error);
	for (size_t i = 0; ok && i < count; i++) {
		ok = verify_record(verifying, kind, records[i], error);
		pool_reset(verifying->pool);
	}
	store_snapshot_end(verifying->connection);
	*ret_more = count == RECORDS_A_SNAPSHOT;
	if (count > 0)
		*after = records[count - 1];
	verifying->done += (int64_t)count;
	if (ok && verifying->progress != NULL)
		verifying->progress(verifying->argument, verifying->done, -1);
	return ok;
}

/* An event that no record leads to would be missing in every fold. */
static bool verify_links(struct verifying *verifying, const struct kind *kind, struct error *error)
{
	int64_t count;

	if (!store_count_events(verifying->connection, kind, verifying->last, &count, error))
		return false;
	if (count == verifying->found)
		return true;
	error_set(error, ERROR_DAMAGED, "", "%s的账里有 %" PRId64 " 条事件，从各条记录只找得到 %" PRId64 " 条",
	    kind->title, count, verifying->found);
	return error_hint(error, "请停用这份数据，用最近一份备份恢复，再把备份之后的事补记；原样留着这份给开发者");
}

static bool verify_kinds(struct verifying *verifying, struct error *error)
{
	const struct schema *schema = verifying->set->schema;

	for (size_t i = 0; i < schema->kind_count; i++) {
		int64_t after = 0;
		bool more = true;

		verifying->found = 0;
		while (more)
			if (!verify_some(verifying, &schema->kinds[i], &after, &more, error))
				return false;
		if (!verify_links(verifying, &schema->kinds[i], error))
			return false;
	}
	return true;
}

static bool read_ends(struct verifying *verifying, struct error *error)
{
	struct head head;

	if (!store_read_head(verifying->connection, &head, error))
		return false;
	for (size_t i = 0; i < sizeof(head.hash); i++)
		snprintf(verifying->report.head_hash + 2 * i, 3, "%02x", head.hash[i]);
	verifying->report.last_recorded_us = head.recorded_at_us;
	verifying->last = head.seq;
	return head.seq == 0 ||
	    store_recorded_at(verifying->connection, 1, &verifying->report.first_recorded_us, error);
}

bool engine_verify(struct engine *engine, void (*progress)(void *argument, int64_t done, int64_t total), void *argument,
    struct verify_report *ret_report, struct error *error)
{
	struct verifying verifying = {.engine = engine, .progress = progress, .argument = argument};
	bool ok;

	verifying.connection = engine_take_reader(engine, error);
	if (verifying.connection == NULL)
		return false;
	verifying.set = engine_hold_set(engine);
	verifying.pool = pool_new();
	ok = store_verify_integrity(verifying.connection, error) &&
	    store_verify_chain(verifying.connection, &verifying.report.events, NULL, NULL, error) &&
	    read_ends(&verifying, error) && verify_kinds(&verifying, error);
	pool_free(verifying.pool);
	plugin_set_release(verifying.set);
	engine_return_reader(engine, verifying.connection);
	*ret_report = verifying.report;
	return ok;
}

/* ---- backup ---- */

struct backing_up {
	const char *path;
	struct store_backup *backup;
	bool done;
};

static bool begin_backup(struct engine *engine, void *argument, struct error *error)
{
	struct backing_up *backing_up = argument;

	backing_up->backup = store_backup_begin(engine->store, backing_up->path, error);
	return backing_up->backup != NULL;
}

static bool step_backup(struct engine *engine, void *argument, struct error *error)
{
	struct backing_up *backing_up = argument;

	(void)engine;
	return store_backup_step(backing_up->backup, BACKUP_PAGES, &backing_up->done, error);
}

static bool end_backup(struct engine *engine, void *argument, struct error *error)
{
	struct backing_up *backing_up = argument;

	(void)engine;
	(void)error;
	store_backup_end(backing_up->backup);
	backing_up->backup = NULL;
	return true;
}

bool engine_backup(struct engine *engine, const char *path, int64_t *ret_bytes, struct error *error)
{
	struct backing_up backing_up = {.path = path};
	struct error ignored = {0};
	struct stat status;
	bool ok;

	if (path == NULL || path[0] != '/')
		return error_set(error, ERROR_INVALID, "path", "备份的路径要从 / 写起");
	ok = writer_run(engine->writer, WRITER_ALONE, begin_backup, &backing_up, error);
	while (ok && !backing_up.done)
		ok = writer_run(engine->writer, WRITER_ALONE, step_backup, &backing_up, error);
	if (backing_up.backup != NULL && !writer_run(engine->writer, WRITER_ALONE, end_backup, &backing_up, &ignored))
		store_backup_end(backing_up.backup); /* the writer has ended: nobody else uses its connection */
	if (!ok)
		return false;
	*ret_bytes = stat(path, &status) == 0 ? status.st_size : 0;
	return true;
}
