/* The fold against a slow one, over many random journals. The slow fold asks each question by itself: it sorts by
 * picking the least, and finds each answer by looking through all events up to that day. */
#include "model_example.h"

enum { JOURNALS = 3000, EVENTS_LARGEST = 40, DAYS = 12, FIRST_DAY = 19000 };

struct journal {
	struct event events[EVENTS_LARGEST];
	const struct event *order[EVENTS_LARGEST]; /* as handed to the fold: any */
	size_t count;
	struct pool *pool;
	const struct kind *kind;
	uint64_t random;
	int stage, return_stage, day; /* where the moves made so far lead, when nothing comes between */
};

static unsigned roll(struct journal *journal, unsigned sides)
{
	journal->random = journal->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(journal->random >> 33) % sides;
}

/* making journals */

static const char *roll_text(struct journal *journal)
{
	return pool_format(journal->pool, "文%u", roll(journal, 1000));
}

static void roll_changes(struct journal *journal, struct event *event)
{
	static const char *const tags[] = {"energy", "grain", "defence", "energy,grain"};
	struct change *changes = pool_alloc_array(journal->pool, 4, sizeof *changes);
	size_t count = 0;

	if (roll(journal, 2) == 0)
		changes[count++] = (struct change){"region", CHANGE_SET, value_of_text(roll_text(journal))};
	if (roll(journal, 2) == 0)
		changes[count++] = (struct change){"floors", CHANGE_SET,
		    roll(journal, 4) == 0 ? value_empty() : value_of_number(VALUE_INT, roll(journal, 90))};
	if (roll(journal, 2) == 0)
		changes[count++] = (struct change){
		    "tags", roll(journal, 2) == 0 ? CHANGE_ADD : CHANGE_REMOVE, {VALUE_SET, 0, tags[roll(journal, 4)]}};
	event->changes = changes;
	event->change_count = count;
}

static void roll_computed(struct journal *journal, struct event *event)
{
	struct computed *computed = pool_alloc_array(journal->pool, 2, sizeof *computed);

	for (size_t i = 0; i < 2; i++) {
		struct change *value = pool_alloc(journal->pool, sizeof *value);

		*value = (struct change){"rate", CHANGE_SET, value_of_number(VALUE_PERCENT, roll(journal, 1000000))};
		computed[i] = (struct computed){{FIRST_DAY + (int32_t)roll(journal, DAYS)}, value, 1};
	}
	event->computed = computed;
	event->computed_count = roll(journal, 3);
}

static void roll_creation(struct journal *journal, struct event *event)
{
	struct change *changes = pool_alloc_array(journal->pool, 4, sizeof *changes);

	changes[0] = (struct change){"title", CHANGE_SET, value_of_text("一")};
	changes[1] = (struct change){"region", CHANGE_SET, value_of_text("京")};
	changes[2] = (struct change){"planned", CHANGE_SET, value_of_number(VALUE_MONEY, 500)};
	changes[3] = (struct change){"permit", CHANGE_SET, value_of_text("1号")};
	event->action = EVENT_CREATE;
	event->stage = "clue";
	event->effective_on.day = FIRST_DAY;
	event->changes = changes;
	event->change_count = 4;
}

/* Mostly a move that is allowed after those before it, on their day or later; else any, anywhere. */
static void roll_move(struct journal *journal, struct event *event)
{
	const struct flow *flow = journal->kind->flow;
	const char *to = roll(journal, 3) == 0 ? FLOW_RESUME : flow->stages[roll(journal, 8)].name;
	struct error error;
	int stage;

	event->action = EVENT_MOVE;
	event->note = "因";
	event->stage = to;
	if (roll(journal, 20) == 0)
		return;
	while (!flow_check_move(flow, journal->stage, journal->return_stage, to, &stage, &error)) {
		if (journal->stage == COMPLETED || journal->stage == ABANDONED) {
			event->action = EVENT_NOTE;
			return;
		}
		to = roll(journal, 3) == 0 ? FLOW_RESUME : flow->stages[roll(journal, 7)].name;
	}
	if (!flow->stages[stage].suspends)
		journal->return_stage = -1;
	else if (journal->return_stage < 0)
		journal->return_stage = journal->stage;
	journal->stage = stage;
	journal->day += (int)roll(journal, 3);
	event->effective_on.day = FIRST_DAY + journal->day;
	event->live = true;
	event->stage = to;
}

static void roll_event(struct journal *journal, struct event *event)
{
	unsigned kind = roll(journal, 20);

	event->effective_on.day = FIRST_DAY + (int32_t)roll(journal, DAYS);
	event->live = roll(journal, 6) != 0;
	if (kind == 0 && roll(journal, 3) == 0) {
		event->action = EVENT_DROP;
	} else if (kind < 8) {
		roll_move(journal, event);
		roll_changes(journal, event);
	} else if (kind < 10) {
		event->action = EVENT_NOTE;
	} else if (kind == 10) {
		event->action = EVENT_RECOMPUTE;
	} else {
		event->action = EVENT_UPDATE;
		roll_changes(journal, event);
	}
	roll_computed(journal, event);
}

static void roll_journal(struct journal *journal)
{
	journal->count = 2 + roll(journal, 20);
	journal->stage = CLUE;
	journal->return_stage = -1;
	journal->day = 0;
	for (size_t i = 0; i < journal->count; i++) {
		struct event *event = &journal->events[i];

		*event = (struct event){.seq = (int64_t)i + 1, .place = (int64_t)i + 1, .live = true};
		if (i == 0)
			roll_creation(journal, event);
		else
			roll_event(journal, event);
		if (i > 1 && roll(journal, 8) == 0)
			event->place = 2 + roll(journal, (unsigned)i - 1); /* a correction of an earlier one */
		journal->order[i] = event;
	}
	for (size_t i = journal->count; i-- > 1;) {
		size_t other = roll(journal, (unsigned)i + 1);
		const struct event *event = journal->order[i];

		journal->order[i] = journal->order[other];
		journal->order[other] = event;
	}
}

/* the slow fold */

static bool comes_before(const struct event *a, const struct event *b)
{
	if (a->effective_on.day != b->effective_on.day)
		return a->effective_on.day < b->effective_on.day;
	if (a->place != b->place)
		return a->place < b->place;
	return a->seq < b->seq;
}

/* The live events up to the end of day, in order. */
static size_t slow_order(const struct journal *journal, struct date day, const struct event *sorted[EVENTS_LARGEST])
{
	bool taken[EVENTS_LARGEST] = {false};
	size_t count = 0;

	for (;;) {
		size_t least = journal->count;

		for (size_t i = 0; i < journal->count; i++) {
			const struct event *event = &journal->events[i];

			if (!taken[i] && event->live && event->effective_on.day <= day.day &&
			    (least == journal->count || comes_before(event, &journal->events[least])))
				least = i;
		}
		if (least == journal->count)
			return count;
		taken[least] = true;
		sorted[count++] = &journal->events[least];
	}
}

static bool enters(const struct event *event)
{
	return event->action == EVENT_CREATE || event->action == EVENT_MOVE;
}

/* The stage that the last of the first count events leads to. */
static int slow_stage(const struct journal *journal, const struct event *const *sorted, size_t count)
{
	const struct flow *flow = journal->kind->flow;

	while (count-- > 0) {
		if (!enters(sorted[count]))
			continue;
		if (strcmp(sorted[count]->stage, FLOW_RESUME) != 0)
			return flow_find(flow, sorted[count]->stage);
		while (flow->stages[slow_stage(journal, sorted, count)].suspends) /* back to before the suspension */
			count--;
		return slow_stage(journal, sorted, count);
	}
	return -1;
}

static int slow_return_stage(const struct journal *journal, const struct event *const *sorted, size_t count)
{
	const struct flow *flow = journal->kind->flow;

	if (!flow->stages[slow_stage(journal, sorted, count)].suspends)
		return -1;
	while (flow->stages[slow_stage(journal, sorted, count)].suspends)
		count--;
	return slow_stage(journal, sorted, count);
}

static bool slow_exists(const struct event *const *sorted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sorted[i]->action == EVENT_DROP)
			return false;
	return count > 0;
}

static struct value slow_value(const struct event *const *sorted, size_t count, const char *field)
{
	struct value value = value_empty();

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < sorted[i]->change_count; j++)
			if (strcmp(sorted[i]->changes[j].field, field) == 0)
				value = sorted[i]->changes[j].value;
	return value;
}

static bool slow_has_tag(const struct event *const *sorted, size_t count, const char *tag)
{
	bool has = false;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < sorted[i]->change_count; j++) {
			const struct change *change = &sorted[i]->changes[j];

			if (strcmp(change->field, "tags") == 0 && set_contains(change->value.text, tag))
				has = change->mode == CHANGE_ADD;
		}
	return has;
}

static struct value slow_rate(const struct journal *journal, struct date day)
{
	struct value value = value_empty();
	int64_t best_day = INT64_MIN, best_seq = 0;

	for (size_t i = 0; i < journal->count; i++)
		for (size_t j = 0; j < journal->events[i].computed_count; j++) {
			const struct computed *computed = &journal->events[i].computed[j];

			if (computed->on.day > day.day || computed->on.day < best_day ||
			    (computed->on.day == best_day && journal->events[i].seq < best_seq))
				continue;
			best_day = computed->on.day;
			best_seq = journal->events[i].seq;
			value = computed->values[0].value;
		}
	return value;
}

static struct date slow_reached(
    const struct journal *journal, const struct event *const *sorted, size_t count, int stage)
{
	for (size_t i = 0; i < count; i++)
		if (enters(sorted[i]) && slow_stage(journal, sorted, i + 1) == stage)
			return sorted[i]->effective_on;
	return DATE_NONE;
}

static struct date slow_since(const struct event *const *sorted, size_t count)
{
	while (count-- > 0)
		if (enters(sorted[count]))
			return sorted[count]->effective_on;
	return DATE_NONE;
}

static struct value value_of(const struct state *state, const char *field)
{
	return state->values[kind_find_field(state->kind, field)];
}

static void expect_state(const struct journal *journal, const struct state *state)
{
	static const char *const tags[] = {"energy", "grain", "defence"};
	const struct event *sorted[EVENTS_LARGEST];
	size_t count = slow_order(journal, state->on, sorted);
	struct value set = value_of(state, "tags");

	assert_int_equal(state->exists, slow_exists(sorted, count));
	assert_int_equal(state->stage, slow_stage(journal, sorted, count));
	assert_int_equal(state->return_stage, slow_return_stage(journal, sorted, count));
	assert_int_equal(state->stage_since.day, slow_since(sorted, count).day);
	for (int stage = 0; stage < (int)journal->kind->flow->count; stage++)
		assert_int_equal(state->reached[stage].day, slow_reached(journal, sorted, count, stage).day);
	assert_true(value_equal(value_of(state, "region"), slow_value(sorted, count, "region")));
	assert_true(value_equal(value_of(state, "floors"), slow_value(sorted, count, "floors")));
	assert_true(value_equal(value_of(state, "rate"), slow_rate(journal, state->on)));
	for (size_t i = 0; i < COUNT_OF(tags); i++)
		assert_int_equal(
		    set.type == VALUE_SET && set_contains(set.text, tags[i]), slow_has_tag(sorted, count, tags[i]));
}

static void expect_same(const struct timeline *a, const struct timeline *b)
{
	assert_int_equal(a->day_count, b->day_count);
	assert_int_equal(a->entry_count, b->entry_count);
	assert_int_equal(a->fault_count, b->fault_count);
	for (size_t i = 0; i < a->day_count; i++) {
		assert_int_equal(a->days[i].on.day, b->days[i].on.day);
		assert_true(state_equal(&a->days[i], &b->days[i]));
	}
	for (size_t i = 0; i < a->fault_count; i++)
		assert_string_equal(a->faults[i].error.sentence, b->faults[i].error.sentence);
}

static void the_fold_agrees_with_the_slow_fold_for_any_journal(void **state)
{
	struct schema *schema = example_schema();
	struct journal journal = {.pool = pool_new(), .kind = &schema->kinds[0], .random = 20220718};
	size_t faultless = 0, suspended = 0;

	(void)state;
	for (int i = 0; i < JOURNALS; i++) {
		struct timeline timeline, other;

		roll_journal(&journal);
		fold_timeline(journal.kind, 1, journal.order, journal.count, 1, journal.pool, &timeline);
		for (size_t j = 0; j < journal.count; j++) /* and from the order of arrival */
			journal.order[j] = &journal.events[j];
		fold_timeline(journal.kind, 1, journal.order, journal.count, 1, journal.pool, &other);
		expect_same(&timeline, &other);
		for (size_t j = 0; timeline.fault_count == 0 && j < timeline.day_count; j++) {
			expect_state(&journal, &timeline.days[j]);
			suspended += timeline.days[j].return_stage >= 0;
		}
		faultless += timeline.fault_count == 0;
		pool_reset(journal.pool);
	}
	assert_true(faultless > JOURNALS / 10); /* else this test tests little */
	assert_true(suspended > JOURNALS / 10);
	schema_release(schema);
	pool_free(journal.pool);
}

/* Appending at the end by steps, the fast path, gives what folding the whole journal gives. */
static void steps_one_by_one_agree_with_the_fold(void **state)
{
	struct schema *schema = example_schema();
	struct journal journal = {.pool = pool_new(), .kind = &schema->kinds[0], .random = 7};

	(void)state;
	for (int i = 0; i < JOURNALS; i++) {
		struct state *record = state_new(journal.pool, journal.kind, 1);
		const struct event *taken[EVENTS_LARGEST];
		struct timeline timeline;
		size_t count = 0;

		roll_journal(&journal);
		for (size_t j = 0; j < journal.count; j++) {
			struct event *event = &journal.events[j];
			struct entry entries[2];
			struct error error;
			size_t entry_count;

			event->live = true;
			event->place = event->seq;
			event->effective_on.day = FIRST_DAY + (int32_t)j / 2;
			event->computed_count = event->computed_count > 0;
			for (size_t k = 0; k < event->computed_count; k++)
				((struct computed *)(uintptr_t)event->computed)[k].on = event->effective_on;
			if (!fold_step(record, event, journal.pool, entries, &entry_count, &error))
				continue;
			if (!record->exists)
				event->computed_count = 0;
			fold_apply_computed(record, event, journal.pool);
			taken[count++] = event;
		}
		fold_timeline(journal.kind, 1, taken, count, 1, journal.pool, &timeline);
		assert_int_equal(timeline.fault_count, 0);
		assert_true(state_equal(record, &timeline.days[timeline.day_count - 1]));
		pool_reset(journal.pool);
	}
	schema_release(schema);
	pool_free(journal.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_fold_agrees_with_the_slow_fold_for_any_journal),
	    cmocka_unit_test(steps_one_by_one_agree_with_the_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
