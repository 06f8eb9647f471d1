/* timeline: the fold over all events of one record (fold.h).
 *
 * Two sorted lists are walked together, day by day: the live events in (effective_on, place, seq) order, and the
 * computed values that any event carries in (day, seq) order. A day's computed values go on after its events, since
 * they were computed from its end; they hold until a later day brings others. */
#include "model/step.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAULTS_LARGEST = 16 };

struct dated { /* computed values, and which event wrote them */
	int64_t seq;
	const struct computed *computed;
};

struct fold {
	const struct kind *kind;
	struct pool *pool;
	const struct event **events; /* live, in fold order */
	size_t event_count;
	struct dated *computed; /* in (day, seq) order */
	size_t computed_count;
	const struct event *creation; /* the first of them that is one, or NULL */
	struct state *state;
	struct timeline *timeline;
};

/* An event that is not yet appended is the last of its day, unless it was given a place. */
static int64_t seq_of(const struct event *event)
{
	return event->seq > 0 ? event->seq : INT64_MAX;
}

static int64_t place_of(const struct event *event)
{
	return event->place > 0 ? event->place : seq_of(event);
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_events(const void *a, const void *b)
{
	const struct event *first = *(const struct event *const *)a, *second = *(const struct event *const *)b;
	int order = compare_numbers(first->effective_on.day, second->effective_on.day);

	if (order == 0)
		order = compare_numbers(place_of(first), place_of(second));
	return order != 0 ? order : compare_numbers(seq_of(first), seq_of(second));
}

static int compare_dated(const void *a, const void *b)
{
	const struct dated *first = a, *second = b;
	int order = compare_numbers(first->computed->on.day, second->computed->on.day);

	return order != 0 ? order : compare_numbers(first->seq, second->seq);
}

static bool is_step(const struct event *event)
{
	return event->live &&
	    (event->action <= EVENT_DROP || event->action == EVENT_RECOMPUTE || event->action == EVENT_OVERRIDE);
}

static void collect_events(struct fold *fold, const struct event *const *events, size_t count)
{
	bool sorted = true;

	fold->events = pool_alloc_array(fold->pool, count + 1, sizeof(const struct event *));
	for (size_t i = 0; i < count; i++) {
		const struct event **last = fold->events + fold->event_count;

		if (!is_step(events[i]))
			continue;
		*last = events[i];
		sorted = sorted && (fold->event_count == 0 || compare_events(last - 1, last) <= 0);
		fold->event_count++;
	}
	if (!sorted)
		qsort(fold->events, fold->event_count, sizeof(const struct event *), compare_events);
	for (size_t i = 0; i < fold->event_count && fold->creation == NULL; i++)
		if (fold->events[i]->action == EVENT_CREATE)
			fold->creation = fold->events[i];
}

static void collect_computed(struct fold *fold, const struct event *const *events, size_t count)
{
	size_t total = 0;
	bool sorted = true;

	for (size_t i = 0; i < count; i++)
		total += events[i]->computed_count;
	fold->computed = pool_alloc_array(fold->pool, total + 1, sizeof *fold->computed);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < events[i]->computed_count; j++) {
			struct dated *last = fold->computed + fold->computed_count;

			*last = (struct dated){seq_of(events[i]), &events[i]->computed[j]};
			sorted = sorted && (fold->computed_count == 0 || compare_dated(last - 1, last) <= 0);
			fold->computed_count++;
		}
	if (!sorted)
		qsort(fold->computed, fold->computed_count, sizeof *fold->computed, compare_dated);
}

static void hint_creation(const struct fold *fold, const struct event *event, struct error *error)
{
	char day[DATE_TEXT_SIZE];

	date_format(event->effective_on, day);
	if (fold->creation == NULL)
		error_hint(error, "它的登记已作废：连它的事件一起作废用 luodi correct 序号 --void --all");
	else if (fold->creation->seq > 0)
		error_hint(error, "先把登记的日子改早：luodi correct %" PRId64 " --on %s", fold->creation->seq, day);
	else
		error_hint(error, "登记的日子不能晚于 %s", day);
}

static void list_fault(struct fold *fold, const struct event *event, const struct error *error)
{
	struct timeline *timeline = fold->timeline;
	struct fold_fault *fault;
	char day[DATE_TEXT_SIZE], number[32] = "这一步";

	if (timeline->fault_count == FAULTS_LARGEST)
		return;
	if (timeline->faults == NULL)
		timeline->faults = pool_alloc_array(fold->pool, FAULTS_LARGEST, sizeof *timeline->faults);
	fault = &timeline->faults[timeline->fault_count++];
	fault->seq = event->seq;
	if (event->seq > 0)
		snprintf(number, sizeof number, "#%" PRId64, event->seq);
	error_set(&fault->error, ERROR_REFUSED, error->field, "%s %s %s：%s", number,
	    date_format(event->effective_on, day), step_title(fold->kind, event), error->sentence);
	if (date_is_none(fold->state->on))
		hint_creation(fold, event, &fault->error);
	else
		error_hint(&fault->error, "%s", error->hint);
}

static void take_step(struct fold *fold, const struct event *event)
{
	struct timeline *timeline = fold->timeline;
	struct error error;
	size_t count;

	if (!step_make(fold->state, event, true, fold->pool, timeline->entries + timeline->entry_count, &count, &error))
		list_fault(fold, event, &error);
	timeline->entry_count += count;
}

/* The next day on which something is: of the events left, or of the computed values left. */
static struct date next_day(const struct fold *fold, size_t event, size_t computed)
{
	struct date day = DATE_LAST;

	if (event < fold->event_count)
		day = fold->events[event]->effective_on;
	if (computed < fold->computed_count && fold->computed[computed].computed->on.day < day.day)
		day = fold->computed[computed].computed->on;
	return day;
}

static void keep_day(struct fold *fold, struct date day)
{
	struct timeline *timeline = fold->timeline;

	fold->state->on = day;
	timeline->days[timeline->day_count++] = *state_copy(fold->pool, fold->state);
}

static void walk_days(struct fold *fold)
{
	size_t i = 0, j = 0;

	while (i < fold->event_count || j < fold->computed_count) {
		struct date day = next_day(fold, i, j);
		bool stepped = i < fold->event_count && fold->events[i]->effective_on.day == day.day;

		for (; i < fold->event_count && fold->events[i]->effective_on.day == day.day; i++)
			take_step(fold, fold->events[i]);
		for (; j < fold->computed_count && fold->computed[j].computed->on.day == day.day; j++)
			state_put_values(fold->state, fold->computed[j].computed);
		if (!date_is_none(fold->state->on) && (stepped || fold->state->exists))
			keep_day(fold, day);
	}
}

void fold_timeline(const struct kind *kind, int64_t record, const struct event *const *events, size_t count,
    int64_t version, struct pool *pool, struct timeline *ret_timeline)
{
	struct fold fold = {.kind = kind, .pool = pool, .timeline = ret_timeline};

	*ret_timeline = (struct timeline){.version = version};
	collect_events(&fold, events, count);
	collect_computed(&fold, events, count);
	fold.state = state_new(pool, kind, record);
	fold.state->version = version;
	ret_timeline->days =
	    pool_alloc_array(pool, fold.event_count + fold.computed_count + 1, sizeof *ret_timeline->days);
	ret_timeline->entries = pool_alloc_array(pool, 2 * fold.event_count + 2, sizeof *ret_timeline->entries);
	walk_days(&fold);
}

const struct state *timeline_at(const struct timeline *timeline, struct date day)
{
	size_t low = 0, high = timeline->day_count; /* the first low days are not after day */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (timeline->days[middle].on.day <= day.day)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &timeline->days[low - 1] : NULL;
}
