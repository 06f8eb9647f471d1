#include "engine/recompute.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/compute.h"
#include "engine/plan.h"
#include "engine/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	TURN_RECORDS = 100,  /* of one turn of the writer's */
	TURN_US = 1000000,   /* a snapshot lives for seconds only */
	BATCH_EVENTS = 2000, /* SEMANTICS 10 */
	MARK_EVERY = 5000,   /* records, where nothing is to be written */
	TRIES_LARGEST = 20,  /* on a record that others keep changing */
	FAULTS_LARGEST = 20
};

struct item {			 /* a record whose values are other ones now */
	int64_t record, version; /* that was asked about */
	struct date on;
	const struct computed *computed;
	size_t count; /* 0: its values are the same, only the outlook is another */
	const char *outlook;
	struct date due;
	bool written;
	struct error refused;
};

struct turn {
	struct recompute *recompute;
	struct pool *pool;
	int64_t records[TURN_RECORDS]; /* still to be looked at */
	size_t record_count;
	struct item items[TURN_RECORDS];
	size_t item_count;
	int64_t batch, batch_events; /* 0: none is open */
	int64_t opened;		     /* in this turn; 0: none */
	int64_t since_mark;
	bool close;
};

char *recompute_mark_text(const char *form, int64_t after, char text[RECOMPUTE_MARK_SIZE])
{
	snprintf(text, RECOMPUTE_MARK_SIZE, "%s:%" PRId64, form, after);
	return text;
}

/* ---- what is to be asked ---- */

/* The record's days from "from" on, as they are; a recompute event is to stand on the first. None: it is not there then. */
static bool find_days(struct turn *turn, struct store_connection *connection, int64_t record, int64_t version,
    struct date from, struct state ***ret_states, size_t *ret_count, const struct state **ret_before,
    struct error *error)
{
	const struct event *const *stored;
	const struct event **events;
	struct event *stand_in = pool_alloc(turn->pool, sizeof(*stand_in));
	struct timeline timeline;
	struct date began = DATE_NONE;
	struct state **states;
	size_t count;

	if (!store_load_events(
		connection, turn->recompute->kind, record, SEQ_FOR_EVER, turn->pool, &stored, &count, error))
		return false;
	events = pool_alloc_array(turn->pool, count + 1, sizeof(*events));
	for (size_t i = 0; i < count; i++) {
		events[i] = stored[i];
		if (stored[i]->live && stored[i]->action == EVENT_CREATE && date_is_none(began))
			began = stored[i]->effective_on;
	}
	*ret_count = 0;
	if (date_is_none(began))
		return true;
	*stand_in = (struct event){.record = record,
	    .action = EVENT_RECOMPUTE,
	    .effective_on = from.day > began.day ? from : began,
	    .live = true};
	events[count++] = stand_in;
	fold_timeline(turn->recompute->kind, record, events, count, version, turn->pool, &timeline);
	states = pool_alloc_array(turn->pool, timeline.day_count, sizeof(*states));
	for (size_t i = 0; i < timeline.day_count; i++)
		if (timeline.days[i].on.day >= stand_in->effective_on.day)
			states[(*ret_count)++] = &timeline.days[i];
		else
			*ret_before = &timeline.days[i];
	*ret_states = states;
	return true;
}

static bool find_states(struct turn *turn, struct store_connection *connection, const struct state *current,
    struct date from, struct state ***ret_states, size_t *ret_count, const struct state **ret_before,
    struct error *error)
{
	struct state **states;

	*ret_before = NULL;
	if (from.day < current->on.day)
		return find_days(turn, connection, current->record, current->version, from, ret_states, ret_count,
		    ret_before, error);
	*ret_before = current;
	states = pool_alloc(turn->pool, sizeof(struct state *));
	states[0] = state_copy(turn->pool, current);
	states[0]->on = from;
	*ret_states = states;
	*ret_count = 1;
	return true;
}

/* The function fails on this record: it keeps its values, unless it is one too many. */
static bool pass_over(struct recompute *recompute, int64_t record, const struct error *fault, struct error *error)
{
	char id[RECORD_ID_SIZE];

	log_warning(
	    "重算：%s 算不出来，原来的值不动：%s", kind_format_id(recompute->kind, record, id), fault->sentence);
	if (++recompute->report.faults <= FAULTS_LARGEST)
		return true;
	error_set(error, ERROR_PLUGIN_FAULT, fault->field, "%s重算到 %s 停下了，出错的记录太多：%s",
	    recompute->kind->title, id, fault->sentence);
	return error_hint(error, "改好插件，再 luodi reload");
}

static struct date find_from(struct turn *turn, struct store_connection *connection, const struct head *head,
    int64_t record, struct error *error)
{
	struct recompute *recompute = turn->recompute;
	struct date today = engine_today(head), due;
	const char *outlook;

	if (!recompute->due)
		return date_is_none(recompute->from) ? today : recompute->from;
	if (!store_read_outlook(connection, record, turn->pool, &due, &outlook, error))
		return DATE_NONE;
	return outlook == NULL || due.day > today.day ? today : due;
}

/* Rules look at the present, and at days up to it. */
static struct view *open_view(struct recompute *recompute, struct store_connection *connection, const struct head *head)
{
	struct moment moment = {.present = true, .as_of = engine_today(head), .known_seq = SEQ_FOR_EVER};

	return view_borrow(recompute->engine, recompute->set, connection, head, &moment,
	    &(struct caller){.name = recompute->actor, .role = ROLE_ADMIN});
}

static void keep_item(struct turn *turn, const struct state *current, const struct computing_result *result)
{
	struct item item = {
	    .record = current->record, .version = current->version, .outlook = result->outlook, .due = result->due};

	if (!result->differs && result->outlook == NULL)
		return;
	if (result->differs) {
		item.on = plan_first_computed(result->computed, result->count);
		item.computed = result->computed;
		item.count = result->count;
	}
	turn->items[turn->item_count++] = item;
}

static bool ask_record(struct turn *turn, struct store_connection *connection, const struct head *head, int64_t record,
    struct error *error)
{
	struct recompute *recompute = turn->recompute;
	struct date from = find_from(turn, connection, head, record, error);
	struct state *current = store_load_current(connection, recompute->kind, record, turn->pool, error);
	struct computing_days days = {0};
	struct computing_result result;
	struct error fault = {0};
	struct state **states = NULL;
	struct view *view;
	size_t count;
	bool ok;

	if (date_is_none(from) || current == NULL ||
	    !find_states(turn, connection, current, from, &states, &count, &days.before, error))
		return false;
	days.altered = days.all = states;
	days.altered_count = days.all_count = count;
	view = open_view(recompute, connection, head);
	ok = compute_states(
	    view, HOST_BACKGROUND, recompute->kind, engine_today(head), &days, turn->pool, &result, &fault);
	view_close(view);
	if (ok) {
		keep_item(turn, current, &result);
		return true;
	}
	if (fault.code == ERROR_PLUGIN_FAULT || fault.code == ERROR_BUDGET)
		return pass_over(recompute, record, &fault, error);
	*error = fault;
	return false;
}

/* Those of turn->records for which there is time; the others are left for the next turn. */
static bool ask_records(struct turn *turn, size_t *ret_asked, struct error *error)
{
	struct engine *engine = turn->recompute->engine;
	struct store_connection *connection = engine_take_reader(engine, error);
	int64_t until = clock_monotonic_us() + TURN_US;
	struct head head;
	bool ok = connection != NULL && store_snapshot_begin(connection, error);

	if (!ok) {
		if (connection != NULL)
			engine_return_reader(engine, connection);
		return false;
	}
	turn->item_count = 0;
	ok = store_read_head(connection, &head, error);
	for (*ret_asked = 0; ok && *ret_asked < turn->record_count; (*ret_asked)++) {
		if (*ret_asked > 0 && clock_monotonic_us() > until)
			break;
		if (atomic_load(turn->recompute->stopped))
			ok = error_set(error, ERROR_BUSY, "", "重算停下了，还没有做完");
		else
			ok = ask_record(turn, connection, &head, turn->records[*ret_asked], error);
	}
	store_snapshot_end(connection);
	engine_return_reader(engine, connection);
	return ok;
}

/* ---- what is written ---- */

static bool refuse_replaced(struct engine *engine, const struct plugin_set *set, struct error *error)
{
	struct plugin_set *now = engine_hold_set(engine);
	bool same = now == set;

	plugin_set_release(now);
	return same || error_set(error, ERROR_CONFLICT, "", "插件换过了，重算停下了");
}

static bool open_batch(struct turn *turn, struct error *error)
{
	struct recompute *recompute = turn->recompute;
	char what[TITLE_LARGEST * 2];

	if (turn->batch != 0)
		return true;
	snprintf(what, sizeof(what), "重算 %s", recompute->kind->title);
	turn->batch_events = 0;
	if (!store_batch_open(recompute->engine->store, recompute->actor, what, &turn->batch, error))
		return false;
	turn->opened = turn->batch;
	return true;
}

/* What comes has changed, nothing that is. */
static bool write_outlook(struct turn *turn, struct item *item, struct error *error)
{
	struct store *store = turn->recompute->engine->store;
	struct state *current =
	    store_load_current(store_writer(store), turn->recompute->kind, item->record, turn->pool, error);

	if (current == NULL)
		return false;
	item->written = current->version == item->version;
	return !item->written || store_put_outlook(store, item->record, item->due, item->outlook, error);
}

static bool write_item(struct turn *turn, struct item *item, struct error *error)
{
	struct recompute *recompute = turn->recompute;
	struct store *store = recompute->engine->store;
	struct head head = store_head(store);
	struct event event = {.action = EVENT_RECOMPUTE,
	    .outlook = item->outlook,
	    .due = item->due,
	    .effective_on = item->on,
	    .actor = recompute->actor,
	    .note = recompute->note,
	    .computed = item->computed,
	    .computed_count = item->count};
	struct step step = {.event = &event, .seq = head.seq + 1};
	struct plan plan;

	if (!plan_make(store_writer(store), recompute->kind, item->record, item->on, SEQ_FOR_EVER, &step, 1, turn->pool,
		&plan, error))
		return false;
	if (plan.old_version != item->version)
		return true; /* it is asked again */
	if (!open_batch(turn, error))
		return false;
	event.batch = turn->batch;
	if (!plan_apply(store, &plan, error))
		return false;
	writer_note_kind(recompute->engine->writer, recompute->kind->number, event.seq);
	turn->batch_events++;
	item->written = true;
	return true;
}

static bool put_mark(struct recompute *recompute, struct error *error)
{
	char text[RECOMPUTE_MARK_SIZE];

	return recompute->mark == NULL ||
	    store_put_mark(recompute->engine->store, recompute->mark,
		recompute_mark_text(recompute->form, recompute->after, text), error);
}

/* Writer thread, in a savepoint. One that fails fails the turn, which is tried again without it. */
static bool write_turn(struct engine *engine, void *argument, struct error *error)
{
	struct turn *turn = argument;

	if (!refuse_replaced(engine, turn->recompute->set, error))
		return false;
	for (size_t i = 0; i < turn->item_count; i++) {
		struct item *item = &turn->items[i];

		item->written = false;
		if (item->refused.code != ERROR_NONE)
			continue;
		if (item->count > 0 ? write_item(turn, item, error) : write_outlook(turn, item, error))
			continue;
		if (error->code == ERROR_REFUSED)
			item->refused = *error;
		return false;
	}
	if (turn->batch != 0 && (turn->close || turn->batch_events + TURN_RECORDS > BATCH_EVENTS)) {
		if (!store_batch_close(engine->store, turn->batch, error))
			return false;
		turn->batch = 0;
	}
	return put_mark(turn->recompute, error);
}

/* A refused record does not keep the others from being written. */
static bool try_to_write(struct turn *turn, struct error *error)
{
	struct recompute *recompute = turn->recompute;
	int64_t batch = turn->batch, events = turn->batch_events;

	for (;;) {
		struct error own = {0};
		bool refused = false;

		turn->opened = 0;
		if (writer_run(recompute->engine->writer, WRITER_IN_GROUP, write_turn, turn, &own))
			break;
		turn->batch = batch;
		turn->batch_events = events;
		for (size_t i = 0; i < turn->item_count && own.code == ERROR_REFUSED && !refused; i++)
			refused = strcmp(turn->items[i].refused.sentence, own.sentence) == 0;
		if (!refused) {
			*error = own;
			return false;
		}
	}
	turn->since_mark = 0;
	if (recompute->report.batch == 0)
		recompute->report.batch = turn->opened;
	for (size_t i = 0; i < turn->item_count; i++) {
		recompute->report.changed += turn->items[i].written && turn->items[i].count > 0;
		if (turn->items[i].refused.code != ERROR_NONE &&
		    !pass_over(recompute, turn->items[i].record, &turn->items[i].refused, error))
			return false;
	}
	return true;
}

/* What somebody changed between the asking and the writing comes again, before what was not asked yet. */
static void keep_stale(struct turn *turn, size_t asked)
{
	size_t kept = 0;

	for (size_t i = 0; i < turn->item_count; i++)
		if (!turn->items[i].written && turn->items[i].refused.code == ERROR_NONE)
			turn->records[kept++] = turn->items[i].record;
	memmove(turn->records + kept, turn->records + asked, (turn->record_count - asked) * sizeof(turn->records[0]));
	turn->record_count += kept - asked;
}

static bool run_turn(struct turn *turn, struct error *error)
{
	struct recompute *recompute = turn->recompute;
	int64_t last = turn->records[turn->record_count - 1];

	for (int tries = 0; turn->record_count > 0; tries++) {
		size_t asked;

		if (tries > TRIES_LARGEST + TURN_RECORDS)
			return error_set(error, ERROR_BUSY, "", "别人正在不停地改同一批记录，重算停下了");
		pool_reset(turn->pool);
		if (!ask_records(turn, &asked, error))
			return false;
		if (recompute->dry_run) {
			for (size_t i = 0; i < turn->item_count; i++)
				recompute->report.changed += turn->items[i].count > 0;
			turn->item_count = 0;
		}
		if (turn->item_count > 0 && !try_to_write(turn, error))
			return false;
		keep_stale(turn, asked);
	}
	recompute->after = last;
	return true;
}

/* One kind's next ones: all, those that are due, or those that were given. */
static bool read_records(struct turn *turn, struct error *error)
{
	struct recompute *recompute = turn->recompute;
	struct engine *engine = recompute->engine;
	struct store_connection *connection;
	struct head head;
	bool ok;

	if (recompute->records != NULL) {
		turn->record_count = 0;
		while (turn->record_count < TURN_RECORDS && recompute->record_count > 0) {
			turn->records[turn->record_count++] = *recompute->records++;
			recompute->record_count--;
		}
		return true;
	}
	connection = engine_take_reader(engine, error);
	if (connection == NULL)
		return false;
	ok = recompute->due ? store_read_head(connection, &head, error) &&
		store_due_records(connection, recompute->kind, engine_today(&head), recompute->after, TURN_RECORDS,
		    turn->records, &turn->record_count, error)
			    : store_records(connection, recompute->kind, recompute->after, TURN_RECORDS, turn->records,
				  &turn->record_count, error);
	engine_return_reader(engine, connection);
	return ok;
}

static bool run_turns(struct turn *turn, struct error *error)
{
	struct recompute *recompute = turn->recompute;

	for (;;) {
		if (!read_records(turn, error))
			return false;
		if (turn->record_count == 0)
			break;
		turn->since_mark += (int64_t)turn->record_count;
		recompute->report.records += (int64_t)turn->record_count;
		if (!run_turn(turn, error))
			return false;
		turn->item_count = 0;
		if (!recompute->dry_run && turn->since_mark >= MARK_EVERY && !try_to_write(turn, error))
			return false;
		if (recompute->progress != NULL)
			recompute->progress(recompute->argument, recompute->report.records, -1);
	}
	return true;
}

/* Nothing is written any more but that it is over, well or not. */
static bool end_turns(struct turn *turn, bool ok, struct error *error)
{
	struct recompute *recompute = turn->recompute;

	turn->item_count = 0;
	turn->close = true;
	if (ok)
		recompute->after = RECOMPUTE_DONE;
	return recompute->dry_run || try_to_write(turn, error);
}

bool recompute_run(struct recompute *recompute, struct error *error)
{
	struct pool *pool = pool_new();
	struct turn *turn = pool_alloc(pool, sizeof(*turn));
	struct error own = {0};
	bool ok;

	*turn = (struct turn){.recompute = recompute, .pool = pool_new()};
	/* the first turn writes nothing: groups that the writer began under the former plugins are over then */
	ok = (recompute->dry_run || try_to_write(turn, error)) && run_turns(turn, error);
	if (!end_turns(turn, ok, &own) && ok) {
		*error = own;
		ok = false;
	}
	pool_free(turn->pool);
	pool_free(pool);
	return ok;
}
