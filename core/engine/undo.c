#include "engine/undo.h"

#include "engine/asks.h"
#include "engine/compute.h"
#include "engine/references.h"
#include "engine/refigure.h"
#include "engine/undo_collect.h"
#include "engine/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_LARGEST = 20, VOID_TARGETS_LARGEST = 500000 /* of one event: its body holds twice as many */ };

/* ---- one record ---- */

struct record_part { /* its touches */
	const struct touch *touches;
	size_t count;
};

/* The steps of one record: first what goes, then, void by void, what comes back. There is room for one more. */
static size_t make_steps(const struct undoing *undoing, const struct record_part *part, int64_t void_seq,
    int64_t first_restore_seq, struct step **ret_steps)
{
	struct step *steps = pool_alloc_array(undoing->pool, undoing->void_count + 2, sizeof(*steps));
	int64_t *seqs = pool_alloc_array(undoing->pool, part->count, sizeof(*seqs));
	size_t count = 0, used = 0;

	for (size_t v = 0; v <= undoing->void_count; v++) {
		int64_t by = v == 0 ? 0 : undoing->voids[v - 1];
		size_t begin = used;

		for (size_t i = 0; i < part->count; i++)
			if (part->touches[i].restored_by_void == by)
				seqs[used++] = part->touches[i].seq;
		if (used == begin)
			continue;
		steps[count].seq = v == 0 ? void_seq : first_restore_seq + (int64_t)v - 1;
		if (v == 0) {
			steps[count].voided = seqs + begin;
			steps[count++].voided_count = used - begin;
		} else {
			steps[count].restored = seqs + begin;
			steps[count++].restored_count = used - begin;
		}
	}
	*ret_steps = steps;
	return count;
}

/* What is computed anew, after those steps. */
static void add_recompute(const struct undoing *undoing, const struct undo_opinion *opinion, int64_t batch, int64_t seq,
    struct step *steps, size_t *count)
{
	struct event *event = pool_alloc(undoing->pool, sizeof(*event));

	event->action = EVENT_RECOMPUTE;
	event->effective_on = plan_first_computed(opinion->computed, opinion->computed_count);
	event->actor = undoing->wish->caller.name;
	event->batch = batch;
	event->computed = opinion->computed;
	event->computed_count = opinion->computed_count;
	event->outlook = opinion->outlook;
	event->due = opinion->due;
	steps[*count].event = event;
	steps[(*count)++].seq = seq;
}

static const struct touch *find_touch(const struct record_part *part, int64_t seq)
{
	for (size_t i = 0; i < part->count; i++)
		if (part->touches[i].seq == seq)
			return &part->touches[i];
	return NULL;
}

static bool same_field(const struct event *a, const struct event *b)
{
	if (a->stage != NULL && b->stage != NULL)
		return true;
	for (size_t i = 0; i < a->change_count; i++)
		for (size_t j = 0; j < b->change_count; j++)
			if (strcmp(a->changes[i].field, b->changes[j].field) == 0)
				return true;
	return false;
}

/* SEMANTICS 9: later events on the same fields are worth a look before they stand on nothing. */
static const struct event *find_later(const struct plan *plan, const struct record_part *part)
{
	for (size_t i = 0; i < plan->loaded_count; i++) {
		const struct event *later = plan->loaded[i];

		if (find_touch(part, later->seq) != NULL || !later->live || later->action >= EVENT_RECOMPUTE ||
		    later->seq == 0)
			continue;
		for (size_t j = 0; j < plan->loaded_count; j++) {
			const struct touch *touch = find_touch(part, plan->loaded[j]->seq);
			/* what comes back was taken away by a void: later is what came after that */
			int64_t since = touch == NULL	   ? 0
			    : touch->restored_by_void != 0 ? touch->restored_by_void
							   : touch->seq;

			if (touch != NULL && later->seq > since && same_field(later, plan->loaded[j]))
				return later;
		}
	}
	return NULL;
}

static int by_record(const void *a, const void *b)
{
	const struct undo_opinion *left = a, *right = b;

	return left->record < right->record ? -1 : left->record > right->record;
}

static const struct undo_opinion *find_opinion(const struct undo_opinions *opinions, int64_t record)
{
	struct undo_opinion wanted = {.record = record};

	return opinions->count > 0
	    ? bsearch(&wanted, opinions->items, opinions->count, sizeof(*opinions->items), by_record)
	    : NULL;
}

static struct record_part next_part(const struct undoing *undoing, size_t at)
{
	struct record_part part = {.touches = &undoing->touches[at]};

	while (at + part.count < undoing->touch_count &&
	    undoing->touches[at + part.count].record == part.touches[0].record)
		part.count++;
	return part;
}

static const struct kind *kind_of_part(
    const struct undoing *undoing, const struct record_part *part, struct error *error)
{
	const struct kind *kind = schema_kind_of(undoing->schema, part->touches[0].record);

	if (kind == NULL)
		error_set(error, ERROR_REFUSED, "batch", "这一批里有一种记录现在没有插件声明");
	return kind;
}

/* The record is named: a batch may hold many. */
static bool name_record(const struct undoing *undoing, int64_t record, struct error *error)
{
	char id[RECORD_ID_SIZE], sentence[sizeof(error->sentence)];

	memcpy(sentence, error->sentence, sizeof(sentence));
	schema_format_id(undoing->schema, record, id);
	snprintf(error->sentence, sizeof(error->sentence), "%s %.*s", id, (int)(sizeof(sentence) - sizeof(id) - 2),
	    sentence);
	return false;
}

/* What is computed lives in pool, the plan in each. */
static bool ask_record(struct engine *engine, struct plugin_set *set, const struct undoing *undoing,
    const struct kind *kind, const struct record_part *part, struct pool *pool, struct undo_opinion *ret_opinion,
    struct error *error)
{
	struct moment moment = {.present = true, .known_seq = SEQ_FOR_EVER};
	struct computing_result computing;
	struct head head;
	struct step *steps;
	struct view *view;
	struct plan plan;
	size_t count;
	bool ok;

	if (!store_read_head(undoing->connection, &head, error))
		return false;
	count = make_steps(undoing, part, head.seq + 1, head.seq + 2, &steps);
	if (!plan_make(undoing->connection, kind, part->touches[0].record, undoing->earliest, head.seq, steps, count,
		undoing->pool, &plan, error))
		return name_record(undoing, part->touches[0].record, error);
	moment.as_of = engine_today(&head);
	view = view_borrow(engine, set, undoing->connection, &head, &moment, &undoing->wish->caller);
	ok = compute_plan(view, &plan, &head, pool, &computing, error);
	view_close(view);
	if (!ok)
		return false;
	*ret_opinion = (struct undo_opinion){.record = plan.record,
	    .version = plan.old_version,
	    .computed = computing.computed,
	    .computed_count = computing.differs ? computing.count : 0,
	    .outlook = computing.outlook,
	    .due = computing.due};
	return true;
}

bool undo_ask(struct engine *engine, struct plugin_set *set, struct store_connection *connection,
    const struct wish *wish, struct pool *pool, struct undo_opinions *ret_opinions, struct error *error)
{
	struct undoing undoing = {.connection = connection, .schema = set->schema, .wish = wish, .pool = pool};
	struct undo_opinion *items;
	size_t count = 0;
	bool ok = true;

	*ret_opinions = (struct undo_opinions){.set = set};
	if (!undo_collect(&undoing, error)) {
		*error = (struct error){0}; /* the writer answers with what it sees */
		return true;
	}
	items = pool_alloc_array(pool, undoing.touch_count, sizeof(*items));
	undoing.pool = pool_new(); /* a large batch does not need all its plans at once */
	for (size_t at = 0; ok && at < undoing.touch_count;) {
		struct record_part part = next_part(&undoing, at);
		const struct kind *kind = kind_of_part(&undoing, &part, error);

		at += part.count;
		ok = kind != NULL && undo_renew(&undoing, error) &&
		    (!kind->computes || ask_record(engine, set, &undoing, kind, &part, pool, &items[count++], error));
		pool_reset(undoing.pool);
	}
	pool_free(undoing.pool);
	ret_opinions->items = items; /* by record, as the touches are */
	ret_opinions->count = ok ? count : 0;
	return ok;
}

/* ---- in the writer ---- */

struct own_void { /* an event of the undo that voids touches, up to end */
	size_t end;
	int64_t seq;
};

struct undo_writing {
	struct engine *engine;
	const struct plugin_set *set;
	struct undoing undoing;
	struct outcome *outcome;
	const struct undo_opinions *opinions;
	struct candidate *later;
	struct own_void *voids;
	size_t void_count, void_at;
	int64_t seq_before, first_restore_seq;
	struct date today;
	bool ask_again;
};

static bool append(struct undo_writing *writing, struct event *event, struct error *error)
{
	event->effective_on =
	    engine_today(&(struct head){.recorded_at_us = store_head(writing->engine->store).recorded_at_us});
	event->actor = writing->undoing.wish->caller.name;
	event->note = writing->undoing.wish->note;
	event->batch = writing->outcome->batch;
	return store_append_event(writing->engine->store, NULL, event, error);
}

static int by_seq(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

/* One void event for all that goes of the records from touch "at" on, as many as it holds; *ret_end: the touch behind them. */
static bool append_void(struct undo_writing *writing, size_t at, size_t *ret_end, struct error *error)
{
	struct undoing *undoing = &writing->undoing;
	struct pool *each = pool_new();
	int64_t *targets = pool_alloc_array(each, undoing->touch_count - at, sizeof(*targets));
	struct event event = {.action = EVENT_VOID, .targets = targets};
	size_t end = at;
	bool ok = true;

	while (end < undoing->touch_count) {
		struct record_part part = next_part(undoing, end);

		if (event.target_count > 0 && event.target_count + part.count > VOID_TARGETS_LARGEST)
			break;
		for (size_t i = 0; i < part.count; i++)
			if (part.touches[i].restored_by_void == 0)
				targets[event.target_count++] = part.touches[i].seq;
		end += part.count;
	}
	qsort(targets, event.target_count, sizeof(*targets), by_seq);
	ok = event.target_count == 0 || append(writing, &event, error);
	for (size_t i = 0; ok && i < event.target_count; i++)
		ok = store_void(writing->engine->store, targets[i], event.seq, error);
	writing->voids[writing->void_count++] = (struct own_void){.end = end, .seq = event.seq};
	writing->outcome->voided += (int64_t)event.target_count;
	pool_free(each);
	*ret_end = end;
	return ok;
}

/* Void events for all that goes, one restore event for each void that ends. */
static bool append_events(struct undo_writing *writing, struct error *error)
{
	struct undoing *undoing = &writing->undoing;

	writing->voids = pool_alloc_array(
	    undoing->pool, 2 * (undoing->touch_count / VOID_TARGETS_LARGEST) + 2, sizeof(*writing->voids));
	for (size_t at = 0; at < undoing->touch_count;)
		if (!append_void(writing, at, &at, error))
			return false;
	for (size_t i = 0; i < undoing->void_count; i++) {
		struct event restore = {.action = EVENT_RESTORE, .targets = &undoing->voids[i], .target_count = 1};

		if (!append(writing, &restore, error) ||
		    !store_restore(writing->engine->store, undoing->voids[i], restore.seq, error))
			return false;
		if (i == 0)
			writing->first_restore_seq = restore.seq;
	}
	return true;
}

/* By which event the touch goes: touches are looked at in order. */
static int64_t own_void_of(struct undo_writing *writing, const struct touch *touch)
{
	size_t at = (size_t)(touch - writing->undoing.touches);

	while (at >= writing->voids[writing->void_at].end)
		writing->void_at++;
	return writing->voids[writing->void_at].seq;
}

static void note_later(struct undo_writing *writing, const struct plan *plan, const struct event *later)
{
	struct outcome *outcome = writing->outcome;
	struct resolver resolver = {.schema = writing->undoing.schema, .pool = outcome->pool};

	if (outcome->candidate_count < CANDIDATES_LARGEST)
		writing->later[outcome->candidate_count++] =
		    (struct candidate){.id = resolve_id(&resolver, plan->record),
			.title = pool_copy_text(
			    outcome->pool, plan->before_now->title != NULL ? plan->before_now->title : ""),
			.stage_title = pool_format(outcome->pool, "#%" PRId64 " %s", later->seq, later->actor)};
}

/* Planned on events as they were known before the undo's own void and restore rows. */
static bool write_record(struct undo_writing *writing, const struct record_part *part, struct error *error)
{
	struct undoing *undoing = &writing->undoing;
	const struct kind *kind = kind_of_part(undoing, part, error);
	const struct undo_opinion *opinion;
	const struct event *later;
	struct step *steps;
	struct plan plan;
	size_t step_count;

	if (kind == NULL)
		return false;
	step_count = make_steps(undoing, part, own_void_of(writing, part->touches), writing->first_restore_seq, &steps);
	opinion = find_opinion(writing->opinions, part->touches[0].record);
	if (opinion != NULL && opinion->computed_count > 0)
		add_recompute(undoing, opinion, writing->outcome->batch, store_head(writing->engine->store).seq + 1,
		    steps, &step_count);
	if (!plan_make(undoing->connection, kind, part->touches[0].record, undoing->earliest, writing->seq_before,
		steps, step_count, undoing->pool, &plan, error))
		return name_record(undoing, part->touches[0].record, error);
	if (kind->computes &&
	    (opinion == NULL || opinion->version != plan.old_version || writing->opinions->set != writing->set)) {
		writing->ask_again = true;
		return true;
	}
	later = find_later(&plan, part);
	if (later != NULL)
		note_later(writing, &plan, later);
	writing->outcome->affected++;
	if (!plan_apply(writing->engine->store, &plan, error))
		return name_record(undoing, part->touches[0].record, error);
	writer_note_kind(writing->engine->writer, kind->number, store_head(writing->engine->store).seq);
	return true;
}

static bool write_records(struct undo_writing *writing, struct error *error)
{
	struct undoing *undoing = &writing->undoing;
	struct pool *kept = undoing->pool, *each = pool_new();
	bool ok = true;

	undoing->pool = each; /* a large batch does not need all its plans at once */
	for (size_t at = 0; ok && at < undoing->touch_count && !writing->ask_again;) {
		struct record_part part = next_part(undoing, at);

		ok = write_record(writing, &part, error);
		at += part.count;
		pool_reset(each);
	}
	undoing->pool = kept;
	pool_free(each);
	return ok;
}

/* Judged when the whole batch is gone: what pointed at it from inside went with it. */
static bool check_references(struct undo_writing *writing, struct error *error)
{
	struct undoing *undoing = &writing->undoing;
	struct pool *each = pool_new();
	bool ok = true;

	for (size_t at = 0; ok && at < undoing->touch_count;) {
		struct record_part part = next_part(undoing, at);
		struct resolver resolver = {.connection = undoing->connection,
		    .schema = undoing->schema,
		    .today = writing->today,
		    .pool = each};

		ok = references_check(
		    &resolver, schema_kind_of(undoing->schema, part.touches[0].record), part.touches[0].record, error);
		at += part.count;
		pool_reset(each);
	}
	pool_free(each);
	return ok;
}

static bool write_all(struct undo_writing *writing, struct error *error)
{
	struct store *store = writing->engine->store;
	struct undoing *undoing = &writing->undoing;
	struct outcome *outcome = writing->outcome;

	if (!store_batch_open(store, undoing->wish->caller.name, undo_title(outcome->pool, undoing->wish->batch),
		&outcome->batch, error) ||
	    !append_events(writing, error) || !write_records(writing, error))
		return false;
	if (writing->ask_again)
		return true;
	if (!check_references(writing, error))
		return false;
	if (outcome->candidate_count > 0 && !undoing->wish->confirm) {
		error_set(error, ERROR_REFUSED, "batch", "后来有人在同样的地方又改过：%s %s 等 %zu 条",
		    writing->later[0].id, writing->later[0].stage_title, outcome->candidate_count);
		return error_hint(error, "看过仍要反悔：加 --yes");
	}
	if (undoing->wish->never_ended && !store_batch_close(store, undoing->wish->batch, error))
		return false;
	if (undoing->undone_of != 0 &&
	    !store_batch_set_undone(store, undoing->undone_of, undoing->undone_goes ? outcome->batch : 0, error))
		return false;
	return store_batch_set_undone(store, undoing->wish->batch, outcome->batch, error) &&
	    store_batch_close(store, outcome->batch, error);
}

bool undo_write(struct engine *engine, struct plugin_set *set, const struct wish *wish,
    const struct undo_opinions *opinions, struct pool *pool, struct outcome *outcome, bool *ret_ask_again,
    struct error *error)
{
	struct undo_writing writing = {.engine = engine,
	    .set = set,
	    .undoing = {.connection = store_writer(engine->store), .schema = set->schema, .wish = wish, .pool = pool},
	    .outcome = outcome,
	    .opinions = opinions};
	struct head before = store_head(engine->store);
	struct refigure *refigure;
	bool ok;

	outcome->candidate_count = 0;
	outcome->affected = outcome->voided = 0;
	writing.later = pool_alloc_array(pool, CANDIDATES_LARGEST, sizeof(*writing.later));
	outcome->candidates = writing.later;
	writing.seq_before = before.seq;
	writing.today = engine_today(&before);
	if (!undo_collect(&writing.undoing, error))
		return false;
	refigure = refigure_begin(engine, set, &before, NULL, writing.undoing.earliest, &wish->caller);
	ok = write_all(&writing, error);
	if (!ok || writing.ask_again) {
		refigure_free(refigure);
		*ret_ask_again = ok;
		return ok;
	}
	outcome->effective_on = writing.undoing.earliest;
	outcome->first_seq = before.seq + 1;
	outcome->seq = store_head(engine->store).seq;
	refigure_end(refigure, outcome);
	return true;
}
