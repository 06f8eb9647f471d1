#include "engine/plan.h"

#include <inttypes.h>
#include <string.h>

struct making {
	struct store_connection *connection;
	struct pool *pool;
	struct plan *plan;
	struct date day;
	int64_t known_seq;
	/* the slow path: */
	struct event **events; /* copies of the stored ones, then the steps' */
	size_t event_count;
	struct state *rows; /* the last state of each day that has a row, as the steps go on */
	size_t row_count;
	const struct timeline *before; /* may be NULL: not folded yet */
};

static struct state *absent_state(
    struct pool *pool, const struct kind *kind, int64_t record, struct date on, int64_t version)
{
	struct state *state = state_new(pool, kind, record);

	state->on = on;
	state->version = version;
	return state;
}

/* ---- the fast path: at the end of what is known ---- */

static bool fits_at_end(const struct making *making, const struct state *current)
{
	struct date last = current != NULL ? current->on : DATE_FIRST;

	for (size_t i = 0; i < making->plan->step_count; i++) {
		const struct step *step = &making->plan->steps[i];

		if (step->event == NULL || step->voided_count > 0 || step->restored_count > 0 ||
		    step->event->place != 0)
			return false;
		if (step->event->effective_on.day < last.day)
			return false;
		for (size_t j = 0; j < step->event->computed_count; j++) /* a light that changed since, by time alone */
			if (step->event->computed[j].on.day != step->event->effective_on.day)
				return false;
		/* the last step carries what is computed for all days: the fold alone puts it on the days of those before */
		if (i > 0 && making->plan->kind->computes && step->event->effective_on.day != last.day)
			return false;
		last = step->event->effective_on;
	}
	return true;
}

static bool append_steps(struct making *making, const struct state *current, struct error *error)
{
	struct plan *plan = making->plan;
	struct state *state;

	state = current != NULL ? state_copy(making->pool, current) : state_new(making->pool, plan->kind, plan->record);
	plan->before_now = plan->before_day = current != NULL
	    ? current
	    : absent_state(making->pool, plan->kind, plan->record, plan->steps[0].event->effective_on, 0);
	for (size_t i = 0; i < plan->step_count; i++) {
		struct step *step = &plan->steps[i];
		struct entry *entries = pool_alloc_array(making->pool, 2, sizeof(*entries));

		if (!fold_step(state, step->event, making->pool, entries, &step->entry_count, error))
			return false;
		state->on = step->event->effective_on;
		state->version++;
		fold_apply_computed(state, step->event, making->pool);
		step->entries = entries;
		step->rows = state_copy(making->pool, state);
		step->row_count = 1;
	}
	plan->after_now = plan->after_day = state;
	return true;
}

/* ---- the slow path: the fold ---- */

static void load_copies(struct making *making, const struct event *const *stored, size_t count)
{
	making->events = pool_alloc_array(making->pool, count + making->plan->step_count, sizeof(*making->events));
	for (size_t i = 0; i < count; i++) {
		making->events[i] = pool_alloc(making->pool, sizeof(struct event));
		*making->events[i] = *stored[i];
	}
	making->event_count = count;
	making->plan->loaded = making->events;
	making->plan->loaded_count = count;
}

static void set_live(struct making *making, const int64_t *seqs, size_t count, bool live)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < making->event_count; j++)
			if (making->events[j]->seq == seqs[i])
				making->events[j]->live = live;
}

static const struct state *row_of_day(const struct making *making, struct date day)
{
	for (size_t i = 0; i < making->row_count; i++)
		if (making->rows[i].on.day == day.day)
			return &making->rows[i];
	return NULL;
}

static void put_row(struct making *making, const struct state *state)
{
	for (size_t i = 0; i < making->row_count; i++)
		if (making->rows[i].on.day == state->on.day) {
			making->rows[i] = *state;
			return;
		}
	making->rows[making->row_count++] = *state;
}

/* Every day that has a row, or has one now, gets the state it has now, where that differs. */
static void restate(struct making *making, struct step *step, const struct timeline *timeline, int64_t version)
{
	struct plan *plan = making->plan;
	size_t most = making->row_count + timeline->day_count;
	struct state *rows = pool_alloc_array(making->pool, most, sizeof(*rows));
	struct state *grown = pool_alloc_array(making->pool, most, sizeof(*grown));
	size_t count = 0;

	memcpy(grown, making->rows, making->row_count * sizeof(*grown));
	making->rows = grown;
	for (size_t i = 0; i < making->row_count; i++) {
		struct date day = making->rows[i].on;
		const struct state *now = timeline_at(timeline, day);
		struct state *state = now != NULL ? state_copy(making->pool, now)
						  : absent_state(making->pool, plan->kind, plan->record, day, version);

		state->on = day;
		state->version = version;
		if (!state_equal(state, &making->rows[i]))
			rows[count++] = *state;
	}
	for (size_t i = 0; i < timeline->day_count; i++)
		if (row_of_day(making, timeline->days[i].on) == NULL) {
			rows[count] = timeline->days[i];
			rows[count++].version = version;
		}
	for (size_t i = 0; i < count; i++)
		put_row(making, &rows[i]);
	step->rows = rows;
	step->row_count = count;
	step->entries = timeline->entries;
	step->entry_count = timeline->entry_count;
}

static bool is_own(const struct plan *plan, int64_t seq)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (plan->steps[i].event != NULL && plan->steps[i].seq == seq)
			return true;
	return false;
}

static bool was_faulty(const struct timeline *before, const struct fold_fault *fault)
{
	for (size_t i = 0; i < before->fault_count; i++)
		if (before->faults[i].seq == fault->seq &&
		    strcmp(before->faults[i].error.field, fault->error.field) == 0)
			return true;
	return false;
}

/* A step that was already impossible under today's declarations is not this change's doing. */
static bool check_faults(
    struct making *making, const struct timeline *before, const struct timeline *after, struct error *error)
{
	for (size_t i = 0; i < after->fault_count; i++) {
		const struct fold_fault *fault = &after->faults[i];

		if (was_faulty(before, fault))
			continue;
		*error = fault->error;
		if (!is_own(making->plan, fault->seq)) {
			if (error->hint[0] == '\0')
				error_hint(error, "后面有一步会变得不可能；先用 luodi correct %" PRId64 " 改那一步",
				    fault->seq);
		} else {
			/* our own step has no number yet: only what is wrong with it */
			const char *behind = strstr(error->sentence, "：");

			if (error->sentence[0] == '#' && behind != NULL)
				memmove(error->sentence, behind + strlen("："), strlen(behind + strlen("：")) + 1);
		}
		return false;
	}
	return true;
}

/* SEMANTICS 4, with the line to type. */
static bool check_beginning(struct making *making, struct error *error)
{
	const struct event *creation = NULL;
	char day[DATE_TEXT_SIZE], began[DATE_TEXT_SIZE], id[RECORD_ID_SIZE];

	for (size_t i = 0; i < making->plan->loaded_count; i++)
		if (making->events[i]->live && making->events[i]->action == EVENT_CREATE)
			creation = making->events[i];
	for (size_t i = 0; creation != NULL && i < making->plan->step_count; i++) {
		const struct event *event = making->plan->steps[i].event;

		if (event == NULL || event->action == EVENT_CREATE ||
		    event->effective_on.day >= creation->effective_on.day)
			continue;
		if (making->plan->steps[0].voided_count >
		    0) /* a correction: the fold names what is before the creation */
			continue;
		error_set(error, ERROR_REFUSED, "on", "%s 从 %s 才有，不能改它在 %s 的样子",
		    kind_format_id(making->plan->kind, making->plan->record, id),
		    date_format(creation->effective_on, began), date_format(event->effective_on, day));
		return error_hint(error, "它若更早就有：luodi correct %" PRId64 " --on %s", creation->seq, day);
	}
	return true;
}

static void read_ends(
    struct making *making, const struct timeline *before, const struct timeline *after, int64_t version)
{
	struct plan *plan = making->plan;
	const struct state *state = timeline_at(before, making->day);
	struct date last = making->day;
	struct state *now;

	plan->before_day = state != NULL
	    ? state
	    : absent_state(making->pool, plan->kind, plan->record, making->day, plan->old_version);
	state = timeline_at(after, making->day);
	plan->after_day =
	    state != NULL ? state : absent_state(making->pool, plan->kind, plan->record, making->day, version);
	plan->before_now = before->day_count > 0
	    ? &before->days[before->day_count - 1]
	    : absent_state(making->pool, plan->kind, plan->record, making->day, plan->old_version);
	for (size_t i = 0; i < making->row_count; i++)
		if (making->rows[i].on.day > last.day)
			last = making->rows[i].on;
	now = after->day_count > 0 ? state_copy(making->pool, &after->days[after->day_count - 1])
				   : absent_state(making->pool, plan->kind, plan->record, last, version);
	now->on = last; /* the day of the last row, which a later change must not come before unnoticed */
	now->version = version;
	plan->after_now = now;
}

static bool fold_steps(struct making *making, struct error *error)
{
	struct plan *plan = making->plan;
	const struct event *const *stored;
	struct timeline before, after = {0};
	size_t stored_count;

	if (!store_load_events(making->connection, plan->kind, plan->record, making->known_seq, making->pool, &stored,
		&stored_count, error) ||
	    !store_load_days(
		making->connection, plan->kind, plan->record, making->pool, &making->rows, &making->row_count, error))
		return false;
	load_copies(making, stored, stored_count);
	if (!check_beginning(making, error))
		return false;
	fold_timeline(plan->kind, plan->record, (const struct event *const *)making->events, making->event_count,
	    plan->old_version, making->pool, &before);
	for (size_t i = 0; i < plan->step_count; i++) {
		struct step *step = &plan->steps[i];

		set_live(making, step->voided, step->voided_count, false);
		set_live(making, step->restored, step->restored_count, true);
		if (step->event != NULL) {
			step->event->live = true;
			making->events[making->event_count++] = step->event;
		}
		fold_timeline(plan->kind, plan->record, (const struct event *const *)making->events,
		    making->event_count, plan->old_version + (int64_t)i + 1, making->pool, &after);
		restate(making, step, &after, plan->old_version + (int64_t)i + 1);
	}
	if (!check_faults(making, &before, &after, error))
		return false;
	plan->restated = true;
	plan->days = after.days;
	plan->day_count = after.day_count;
	read_ends(making, &before, &after, plan->old_version + (int64_t)plan->step_count);
	return true;
}

bool plan_make(struct store_connection *connection, const struct kind *kind, int64_t record, struct date day,
    int64_t known_seq, struct step *steps, size_t step_count, struct pool *pool, struct plan *ret_plan,
    struct error *error)
{
	struct plan plan = {.kind = kind,
	    .record = record != 0 ? record : record_key(kind->number, 0),
	    .steps = steps,
	    .step_count = step_count,
	    .day = day};
	struct making making = {
	    .connection = connection, .pool = pool, .plan = &plan, .day = day, .known_seq = known_seq};
	struct state *current = NULL;

	for (size_t i = 0; i < step_count; i++)
		if (steps[i].event != NULL) {
			steps[i].event->seq = steps[i].seq;
			steps[i].event->record = plan.record;
			steps[i].event->live = true;
			if (steps[i].event->effective_on.day < plan.day.day)
				plan.day = steps[i].event->effective_on;
		}
	if (record != 0) {
		current = store_load_current(connection, kind, record, pool, error);
		if (current == NULL)
			return false;
		plan.old_version = current->version;
	}
	if (fits_at_end(&making, current) ? !append_steps(&making, current, error) : !fold_steps(&making, error))
		return false;
	*ret_plan = plan;
	return true;
}

void plan_number(struct plan *plan, int64_t record)
{
	plan->record = record;
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].event != NULL)
			plan->steps[i].event->record = record;
		for (size_t j = 0; j < plan->steps[i].row_count; j++)
			plan->steps[i].rows[j].record = record;
	}
	((struct state *)plan->after_now)->record = record;
	((struct state *)plan->after_day)->record = record;
}

static bool append_event(
    struct store *store, const struct kind *kind, struct step *step, struct event *event, struct error *error)
{
	event->seq = 0;
	if (!store_append_event(store, kind, event, error))
		return false;
	if (event->seq != step->seq)
		return error_set(
		    error, ERROR_INTERNAL, "", "序号 #%" PRId64 " 与预计的 #%" PRId64 " 不符", event->seq, step->seq);
	return true;
}

static bool append_aside(struct store *store, struct step *step, struct error *error)
{
	if (!append_event(store, NULL, step, step->aside, error))
		return false;
	for (size_t i = 0; i < step->voided_count; i++)
		if (!store_void(store, step->voided[i], step->seq, error))
			return false;
	return true;
}

/* What rules said last holds, as what they computed does. */
static bool put_outlook(struct store *store, const struct plan *plan, struct error *error)
{
	for (size_t i = plan->step_count; i-- > 0;) {
		const struct event *event = plan->steps[i].event;

		if (event != NULL && event->outlook != NULL)
			return store_put_outlook(store, plan->record, event->due, event->outlook, error);
	}
	return true;
}

bool plan_apply(struct store *store, struct plan *plan, struct error *error)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		struct step *step = &plan->steps[i];

		if (step->aside != NULL && !append_aside(store, step, error))
			return false;
		if (step->event != NULL && !append_event(store, plan->kind, step, step->event, error))
			return false;
		for (size_t j = 0; j < step->row_count; j++)
			if (!store_append_state(store, &step->rows[j], step->seq, error))
				return false;
		if (plan->restated) {
			if (!store_put_entries(
				store, plan->kind, plan->record, step->entries, step->entry_count, step->seq, error))
				return false;
			continue;
		}
		for (size_t j = 0; j < step->entry_count; j++)
			if (!store_add_entry(store, plan->kind, plan->record, &step->entries[j], step->seq, error))
				return false;
	}
	return store_put_current(store, plan->after_now, error) && put_outlook(store, plan, error);
}

size_t plan_altered(const struct plan *plan, struct pool *pool, struct state ***ret_states)
{
	size_t most = 0, count = 0;
	struct state **states;

	for (size_t i = 0; i < plan->step_count; i++)
		most += plan->steps[i].row_count;
	states = pool_alloc_array(pool, most, sizeof(struct state *));
	for (size_t i = 0; i < plan->step_count; i++)
		for (size_t j = 0; j < plan->steps[i].row_count; j++) {
			struct state *row = &plan->steps[i].rows[j];
			size_t at = 0;

			while (at < count && states[at]->on.day != row->on.day)
				at++;
			states[at] = row;
			if (at == count)
				count++;
		}
	*ret_states = states;
	return count;
}

struct date plan_first_computed(const struct computed *computed, size_t count)
{
	struct date first = computed[0].on;

	for (size_t i = 1; i < count; i++)
		if (computed[i].on.day < first.day)
			first = computed[i].on;
	return first;
}
