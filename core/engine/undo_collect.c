#include "engine/undo_collect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool undo_renew(const struct undoing *undoing, struct error *error)
{
	if (!store_snapshot_is_half_over(undoing->connection))
		return true;
	store_snapshot_end(undoing->connection);
	return store_snapshot_begin(undoing->connection, error);
}

static void add_touch(struct undoing *undoing, const struct event *event, int64_t restored_by_void)
{
	if (undoing->touch_count == undoing->touch_room) {
		size_t room = undoing->touch_room > 0 ? undoing->touch_room * 2 : 64;
		struct touch *more = pool_alloc_array(undoing->pool, room, sizeof(*more));

		if (undoing->touch_count > 0)
			memcpy(more, undoing->touches, undoing->touch_count * sizeof(*more));
		undoing->touches = more;
		undoing->touch_room = room;
	}
	undoing->touches[undoing->touch_count++] = (struct touch){.record = event->record,
	    .seq = event->seq,
	    .restored_by_void = restored_by_void,
	    .on = event->effective_on};
	if (undoing->touch_count == 1 || event->effective_on.day < undoing->earliest.day)
		undoing->earliest = event->effective_on;
}

static bool is_live(struct undoing *undoing, int64_t seq, bool *ret_live, struct error *error)
{
	int64_t by = 0;

	if (!store_voided_by(undoing->connection, seq, SEQ_FOR_EVER, &by, error))
		return false;
	*ret_live = by == 0;
	return true;
}

static bool touch_live(struct undoing *undoing, const struct event *event, struct error *error)
{
	bool live;

	if (event->record == 0 || event->action >= EVENT_RECOMPUTE)
		return true;
	if (!is_live(undoing, event->seq, &live, error))
		return false;
	if (live)
		add_touch(undoing, event, 0);
	return true;
}

const char *undo_title(struct pool *pool, int64_t batch)
{
	return pool_format(pool, "反悔 批次 %" PRId64, batch);
}

/* Was void_event the undo of the whole batch? */
static bool note_undone(
    struct undoing *undoing, int64_t batch, const struct event *void_event, bool goes, struct error *error)
{
	const struct batch *undo;

	if (batch == undoing->looked_at)
		return true;
	undoing->looked_at = batch;
	undo = store_find_batch(undoing->connection, void_event->batch, undoing->pool, error);
	if (undo == NULL)
		return false;
	if (strcmp(undo->what, undo_title(undoing->pool, batch)) == 0) {
		undoing->undone_of = batch;
		undoing->undone_goes = goes;
	}
	return true;
}

/* Ends a void: what it took out comes back. */
static bool touch_restored_one(
    struct undoing *undoing, const struct event *void_event, int64_t seq, struct pool *each, struct error *error)
{
	const struct event *target = store_load_event(undoing->connection, seq, each, error);
	int64_t by = 0;

	if (target == NULL || !store_voided_by(undoing->connection, seq, SEQ_FOR_EVER, &by, error))
		return false;
	if (by != void_event->seq) /* it has come back already */
		return true;
	if (!note_undone(undoing, target->batch, void_event, false, error))
		return false;
	add_touch(undoing, target, void_event->seq);
	return true;
}

static bool touch_restored(struct undoing *undoing, const struct event *void_event, struct error *error)
{
	size_t before = undoing->touch_count;
	struct pool *each = pool_new();
	bool ok = true;

	for (size_t i = 0; ok && i < void_event->target_count; i++) {
		pool_reset(each);
		ok = undo_renew(undoing, error) &&
		    touch_restored_one(undoing, void_event, void_event->targets[i], each, error);
	}
	pool_free(each);
	if (!ok || undoing->touch_count == before)
		return ok;
	if (undoing->void_count == undoing->void_room) {
		size_t room = undoing->void_room > 0 ? undoing->void_room * 2 : 8;
		int64_t *more = pool_alloc_array(undoing->pool, room, sizeof(*more));

		if (undoing->void_count > 0)
			memcpy(more, undoing->voids, undoing->void_count * sizeof(*more));
		undoing->voids = more;
		undoing->void_room = room;
	}
	undoing->voids[undoing->void_count++] = void_event->seq;
	return true;
}

/* What a restore brought back goes again. */
static bool touch_again(struct undoing *undoing, const struct event *restore, struct error *error)
{
	const struct event *void_event = restore->target_count == 1
	    ? store_load_event(undoing->connection, restore->targets[0], undoing->pool, error)
	    : NULL;
	struct pool *each;
	bool ok = true;

	if (void_event == NULL)
		return error->code != ERROR_NONE
		    ? false
		    : error_set(error, ERROR_DAMAGED, "", "#%" PRId64 " 不成样子", restore->seq);
	each = pool_new();
	for (size_t i = 0; ok && i < void_event->target_count; i++) {
		const struct event *target;

		pool_reset(each);
		ok = undo_renew(undoing, error);
		target = ok ? store_load_event(undoing->connection, void_event->targets[i], each, error) : NULL;
		ok = target != NULL && touch_live(undoing, target, error) &&
		    note_undone(undoing, target->batch, void_event, true, error);
	}
	pool_free(each);
	return ok;
}

static bool collect_event(struct undoing *undoing, const struct event *event, struct error *error)
{
	switch (event->action) {
	case EVENT_VOID:
		return touch_restored(undoing, event, error);
	case EVENT_RESTORE:
		return touch_again(undoing, event, error);
	default:
		return touch_live(undoing, event, error);
	}
}

/* One at a time: a batch may hold more than memory should. */
static bool collect_events(struct undoing *undoing, const int64_t *seqs, size_t count, struct error *error)
{
	struct pool *each = pool_new();
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		const struct event *event;

		pool_reset(each);
		ok = undo_renew(undoing, error);
		event = ok ? store_load_event(undoing->connection, seqs[i], each, error) : NULL;
		ok = event != NULL && collect_event(undoing, event, error);
	}
	pool_free(each);
	return ok;
}

static int by_record_and_seq(const void *a, const void *b)
{
	const struct touch *left = a, *right = b;

	if (left->record != right->record)
		return left->record < right->record ? -1 : 1;
	return left->seq < right->seq ? -1 : left->seq > right->seq;
}

bool undo_collect(struct undoing *undoing, struct error *error)
{
	const struct batch *batch = store_find_batch(undoing->connection, undoing->wish->batch, undoing->pool, error);
	int64_t *seqs;
	size_t count;

	if (batch == NULL)
		return false;
	if (batch->undone_by != 0) {
		error_set(error, ERROR_REFUSED, "batch", "批次 %" PRId64 " 已经由批次 %" PRId64 " 作废", batch->number,
		    batch->undone_by);
		return error_hint(error, "要它回来：luodi undo %" PRId64, batch->undone_by);
	}
	if (batch->closed_at_us == 0 && !undoing->wish->never_ended)
		return error_set(error, ERROR_REFUSED, "batch", "批次 %" PRId64 " 还没有写完", batch->number);
	if (undoing->wish->caller.role < ROLE_LEADER && strcmp(batch->actor, undoing->wish->caller.name) != 0) {
		error_set(error, ERROR_FORBIDDEN, "batch", "批次 %" PRId64 " 是%s写的，您只能反悔自己的", batch->number,
		    batch->actor);
		return error_hint(error, "请他本人或管理员来");
	}
	if (!store_batch_events(undoing->connection, batch->number, undoing->pool, &seqs, &count, error))
		return false;
	if (!collect_events(undoing, seqs, count, error))
		return false;
	if (undoing->touch_count == 0) {
		error_set(error, ERROR_REFUSED, "batch", "批次 %" PRId64 " 里没有还作数的事", batch->number);
		return error_hint(error, "看看有哪些批次：luodi batches");
	}
	qsort(undoing->touches, undoing->touch_count, sizeof(*undoing->touches), by_record_and_seq);
	return true;
}
