/* The fold, rule by rule of the semantics. A journal is a table of rows; tests say what the timeline must be. */
#include "model_example.h"

struct row {
	int64_t seq, place; /* place 0: its own seq */
	const char *on;
	enum event_action action;
	const char *stage;  /* or NULL */
	const char *fields; /* "permit=1 planned=2", a bare "title" is set to T; "permit=" clears; "tags+=grain" */
	const char *note;
	bool dead;			/* void: not live */
	const char *computed_on, *rate; /* a computed value, in millionths */
};

struct fixture {
	struct schema *schema;
	const struct kind *kind;
	struct pool *pool;
	struct timeline timeline;
};

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fixture->schema = example_schema();
	fixture->kind = &fixture->schema->kinds[0];
	fixture->pool = pool_new();
	*state = fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	schema_release(fixture->schema);
	pool_free(fixture->pool);
	free(fixture);
	return 0;
}

static struct change read_change(struct fixture *fixture, const char *word)
{
	const char *sign = strchr(word, '=');
	struct change change = {.mode = CHANGE_SET};
	size_t length = (size_t)(sign - word);
	int field;

	assert_non_null(sign);
	if (word[length - 1] == '+' || word[length - 1] == '-')
		change.mode = word[--length] == '+' ? CHANGE_ADD : CHANGE_REMOVE;
	change.field = pool_copy_bytes(fixture->pool, word, length);
	field = kind_find_stored_field(fixture->kind, change.field);
	if (sign[1] == '\0')
		return change;
	if (field < 0)
		change.value = value_of_text(sign + 1);
	else if (value_is_text(fixture->kind->fields[field].type))
		change.value = (struct value){fixture->kind->fields[field].type, 0, sign + 1};
	else
		change.value = value_of_number(fixture->kind->fields[field].type, atoll(sign + 1));
	return change;
}

static void read_changes(struct fixture *fixture, const char *fields, struct event *event)
{
	struct change *changes = pool_alloc_array(fixture->pool, 64, sizeof *changes);
	char *rest = pool_copy_text(fixture->pool, fields != NULL ? fields : ""), *word;

	while ((word = strsep(&rest, " ")) != NULL)
		if (word[0] != '\0')
			changes[event->change_count++] = read_change(fixture, word);
	event->changes = changes;
}

static struct event *read_row(struct fixture *fixture, const struct row *row)
{
	struct event *event = pool_alloc(fixture->pool, sizeof *event);

	*event = (struct event){.seq = row->seq,
	    .effective_on = example_day(row->on),
	    .place = row->place != 0 ? row->place : row->seq,
	    .record = record_key(1, 1),
	    .action = row->action,
	    .actor = "admin",
	    .stage = row->stage,
	    .note = row->note,
	    .live = !row->dead};
	read_changes(fixture, row->fields, event);
	if (row->computed_on != NULL) {
		struct computed *computed = pool_alloc(fixture->pool, sizeof *computed);
		struct change *value = pool_alloc(fixture->pool, sizeof *value);

		*value = (struct change){"rate", CHANGE_SET, value_of_number(VALUE_PERCENT, atoll(row->rate))};
		*computed = (struct computed){example_day(row->computed_on), value, 1};
		event->computed = computed;
		event->computed_count = 1;
	}
	return event;
}

/* Folds the rows, given in reverse: the order of arrival must not matter. */
static const struct timeline *fold_rows(struct fixture *fixture, const struct row *rows, size_t count)
{
	const struct event **events = pool_alloc_array(fixture->pool, count, sizeof(const struct event *));

	for (size_t i = 0; i < count; i++)
		events[count - 1 - i] = read_row(fixture, &rows[i]);
	fold_timeline(
	    fixture->kind, record_key(1, 1), events, count, (int64_t)count, fixture->pool, &fixture->timeline);
	return &fixture->timeline;
}

#define FOLD(fixture, ...)                                                                                             \
	fold_rows(fixture, (const struct row[]){__VA_ARGS__},                                                          \
	    sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

#define CREATE(number, day)                                                                                               \
	{                                                                                                                 \
		.seq = number, .on = day, .action = EVENT_CREATE, .stage = "clue", .fields = "title=一 region=京津冀" \
	}
#define MOVE(number, day, to, set)                                                                                     \
	{                                                                                                              \
		.seq = number, .on = day, .action = EVENT_MOVE, .stage = to, .fields = set, .note = "因"              \
	}
#define UPDATE(number, day, set)                                                                                       \
	{                                                                                                              \
		.seq = number, .on = day, .action = EVENT_UPDATE, .fields = set                                        \
	}

static const char *stage_at(const struct fixture *fixture, const char *day)
{
	const struct state *state = timeline_at(&fixture->timeline, example_day(day));

	return state == NULL ? "-" : !state->exists ? "gone" : fixture->kind->flow->stages[state->stage].name;
}

static const char *text_at(const struct fixture *fixture, const char *day, const char *field)
{
	const struct state *state = timeline_at(&fixture->timeline, example_day(day));
	int at = kind_find_field(fixture->kind, field);

	return field_format(&fixture->kind->fields[at], state->values[at], fixture->pool);
}

static const char *reached_at(const struct fixture *fixture, const char *day, int stage)
{
	return example_day_text(timeline_at(&fixture->timeline, example_day(day))->reached[stage]);
}

static void expect_fault(
    const struct timeline *timeline, size_t at, int64_t seq, const char *sentence, const char *hint)
{
	assert_true(at < timeline->fault_count);
	assert_int_equal(timeline->faults[at].seq, seq);
	assert_int_equal(timeline->faults[at].error.code, ERROR_REFUSED);
	assert_string_equal(timeline->faults[at].error.sentence, sentence);
	assert_string_equal(timeline->faults[at].error.hint, hint);
}

static void semantics_1_events_go_by_day_then_place_then_seq(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"), UPDATE(2, "2022-03-01", "region=三月"),
	    UPDATE(3, "2022-02-01", "region=二月"), UPDATE(4, "2022-03-01", "region=后知"));

	assert_int_equal(timeline->fault_count, 0);
	assert_int_equal(timeline->day_count, 3);
	assert_string_equal(text_at(fixture, "2022-01-31", "region"), "京津冀");
	assert_string_equal(text_at(fixture, "2022-02-28", "region"), "二月");
	assert_string_equal(text_at(fixture, "2022-12-31", "region"), "后知");
}

static void semantics_1_a_correction_inherits_its_place(void **state)
{
	struct fixture *fixture = *state;

	FOLD(fixture, CREATE(1, "2022-01-01"),
	    {.seq = 2, .on = "2022-03-01", .action = EVENT_UPDATE, .fields = "region=错", .dead = true},
	    UPDATE(3, "2022-03-01", "region=后来"),
	    {.seq = 5, .place = 2, .on = "2022-03-01", .action = EVENT_UPDATE, .fields = "region=对"});
	assert_string_equal(text_at(fixture, "2022-03-01", "region"), "后来");
}

static void semantics_1_an_event_not_yet_appended_is_last_of_its_day(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"), UPDATE(0, "2022-03-01", "region=新"),
	    UPDATE(900, "2022-03-01", "region=旧"), UPDATE(901, "2022-04-01", "region=更晚"));

	assert_string_equal(text_at(fixture, "2022-03-01", "region"), "新");
	assert_string_equal(text_at(fixture, "2022-04-01", "region"), "更晚");
	assert_int_equal(timeline->version, 4);
}

static void semantics_2_void_events_do_not_count(void **state)
{
	struct fixture *fixture = *state;
	struct row rows[] = {CREATE(1, "2022-01-01"), UPDATE(2, "2022-02-01", "region=二月")};

	fold_rows(fixture, rows, 2);
	assert_string_equal(text_at(fixture, "2022-03-01", "region"), "二月");
	rows[1].dead = true;
	assert_int_equal(fold_rows(fixture, rows, 2)->day_count, 1);
	assert_string_equal(text_at(fixture, "2022-03-01", "region"), "京津冀");
	rows[0].dead = true;
	assert_int_equal(fold_rows(fixture, rows, 2)->day_count, 0);
}

static void semantics_3_a_day_is_its_end_but_each_entry_counts(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    MOVE(2, "2022-02-01", "signed", "planned=5"), MOVE(3, "2022-02-01", "landed", NULL));

	assert_int_equal(timeline->day_count, 2);
	assert_string_equal(stage_at(fixture, "2022-02-01"), "landed");
	assert_string_equal(reached_at(fixture, "2022-02-01", SIGNED), "2022-02-01");
	assert_int_equal(timeline->entry_count, 3);
	assert_int_equal(timeline->entries[1].stage, SIGNED);
	assert_int_equal(timeline->entries[1].seq, 2);
}

static void semantics_4_a_record_begins_with_its_creation(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(7, "2022-02-01"), UPDATE(8, "2022-01-15", "region=早"));

	assert_int_equal(timeline->day_count, 1);
	assert_null(timeline_at(timeline, example_day("2022-01-31")));
	assert_int_equal(timeline->fault_count, 1);
	expect_fault(timeline, 0, 8, "#8 2022-01-15 修改：那一天它还没有登记",
	    "先把登记的日子改早：luodi correct 7 --on 2022-01-15");
}

static void semantics_4_a_creation_moved_earlier_reaches_back(void **state)
{
	struct fixture *fixture = *state;
	struct row rows[] = {CREATE(1, "2022-02-01"), UPDATE(2, "2022-03-01", "region=三月"), CREATE(3, "2022-01-01")};

	rows[0].dead = true;
	rows[2].place = 1;
	assert_int_equal(fold_rows(fixture, rows, 3)->fault_count, 0);
	assert_string_equal(text_at(fixture, "2022-01-01", "region"), "京津冀");
	rows[2].on = "2022-03-02"; /* later: the update would precede it, and is named */
	expect_fault(fold_rows(fixture, rows, 3), 0, 2, "#2 2022-03-01 修改：那一天它还没有登记",
	    "先把登记的日子改早：luodi correct 3 --on 2022-03-01");
}

static void semantics_5_a_backdated_change_that_breaks_a_later_step_is_told_by_that_step(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    MOVE(2, "2022-07-05", "construction", "permit=1号"), MOVE(0, "2022-06-01", "abandoned", NULL));

	assert_int_equal(timeline->fault_count, 1);
	expect_fault(
	    timeline, 0, 2, "#2 2022-07-05 开工在建：“项目”不能从“终止”转为“开工在建”", "可转为：无，已是终点");
	assert_string_equal(stage_at(fixture, "2022-07-05"), "construction"); /* applied as far as it can be */
}

static void semantics_5_clearing_what_a_later_stage_needs_is_told_by_that_stage(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"), UPDATE(2, "2022-02-01", "permit=1号"),
	    MOVE(4, "2022-03-01", "construction", NULL), UPDATE(0, "2022-02-15", "permit="));

	expect_fault(
	    timeline, 0, 4, "#4 2022-03-01 开工在建：进入“开工在建”要先填：施工许可证", "补上：permit 施工许可证");
	assert_string_equal(timeline->faults[0].error.field, "permit");
}

static void semantics_7_a_dropped_record_is_gone_from_its_day_on(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    {.seq = 2, .on = "2022-05-01", .action = EVENT_DROP}, UPDATE(3, "2022-06-01", "region=晚"));

	assert_string_equal(stage_at(fixture, "2022-04-30"), "clue");
	assert_string_equal(stage_at(fixture, "2022-05-01"), "gone");
	assert_string_equal(stage_at(fixture, "2022-12-31"), "gone");
	expect_fault(
	    timeline, 0, 3, "#3 2022-06-01 修改：已经删除，不能再改", "要恢复它，撤销删除它的那一批：luodi undo");
}

static void semantics_8_without_a_live_creation_there_is_no_day_and_each_event_is_listed(void **state)
{
	struct fixture *fixture = *state;
	struct row rows[] = {
	    CREATE(1, "2022-01-01"), UPDATE(2, "2022-02-01", "region=二"), UPDATE(3, "2022-03-01", "region=三")};
	const struct timeline *timeline;

	rows[0].dead = true;
	timeline = fold_rows(fixture, rows, 3);
	assert_int_equal(timeline->day_count, 0);
	assert_int_equal(timeline->entry_count, 0);
	assert_int_equal(timeline->fault_count, 2);
	assert_int_equal(timeline->faults[0].seq, 2);
	assert_int_equal(timeline->faults[1].seq, 3);
}

static void semantics_11_suspension_returns_to_the_stage_before(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    MOVE(2, "2022-02-01", "signed", "planned=5"), MOVE(3, "2022-03-01", "suspended", NULL),
	    MOVE(4, "2022-04-01", "halted", NULL), MOVE(5, "2022-05-01", "resume", NULL));
	const struct state *halted = timeline_at(timeline, example_day("2022-04-01"));

	assert_int_equal(timeline->fault_count, 0);
	assert_int_equal(halted->return_stage, SIGNED); /* kept from one suspending stage to the next */
	assert_string_equal(stage_at(fixture, "2022-05-01"), "signed");
	assert_int_equal(timeline_at(timeline, example_day("2022-05-01"))->return_stage, -1);
	assert_int_equal(timeline->entries[4].stage, STAGE_RESUME);
	assert_int_equal(timeline->entries[5].stage, SIGNED);
	assert_int_equal(timeline->entry_count, 6);
}

static void semantics_11_stage_since_restarts(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    MOVE(2, "2022-02-01", "signed", "planned=5"), MOVE(3, "2022-03-01", "suspended", NULL),
	    MOVE(4, "2022-05-01", "resume", NULL), UPDATE(5, "2022-06-01", "region=六月"));

	assert_string_equal(
	    example_day_text(timeline_at(timeline, example_day("2022-04-01"))->stage_since), "2022-03-01");
	assert_string_equal(
	    example_day_text(timeline_at(timeline, example_day("2022-06-30"))->stage_since), "2022-05-01");
	assert_string_equal(reached_at(fixture, "2022-06-30", SIGNED), "2022-02-01");
}

static void semantics_11_the_stage_before_is_found_in_fold_order(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    MOVE(2, "2022-02-01", "signed", "planned=5"), MOVE(3, "2022-04-01", "suspended", NULL),
	    MOVE(4, "2022-05-01", "resume", NULL), MOVE(5, "2022-03-01", "landed", NULL)); /* learnt later */

	assert_int_equal(timeline->fault_count, 0);
	assert_string_equal(stage_at(fixture, "2022-05-01"), "landed");
}

static void semantics_11_resuming_what_is_not_suspended_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"), MOVE(2, "2022-02-01", "resume", NULL));

	assert_int_equal(timeline->fault_count, 1);
	assert_string_equal(timeline->faults[0].error.sentence, "#2 2022-02-01 复工：现在是“线索”，没有停着，不能复工");
	assert_string_equal(stage_at(fixture, "2022-02-01"), "clue");
}

static void semantics_12_first_reached_is_the_least_day_and_skipped_is_not_reached(void **state)
{
	struct fixture *fixture = *state;

	FOLD(fixture, CREATE(1, "2022-01-01"), MOVE(2, "2022-02-01", "landed", NULL),
	    MOVE(3, "2022-03-01", "signed", "planned=5"), MOVE(4, "2022-04-01", "landed", NULL));
	assert_string_equal(reached_at(fixture, "2022-02-15", SIGNED), "");
	assert_string_equal(reached_at(fixture, "2022-12-31", SIGNED), "2022-03-01");
	assert_string_equal(reached_at(fixture, "2022-12-31", LANDED), "2022-02-01");
	assert_string_equal(reached_at(fixture, "2022-12-31", CONSTRUCTION), "");
	assert_int_equal(fixture->timeline.entry_count, 4); /* each entry counts for reached(S) in P */
}

static void semantics_13_computed_values_hold_from_their_day_on(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture,
	    {.seq = 1,
		.on = "2022-01-01",
		.action = EVENT_CREATE,
		.fields = "title=一 region=京",
		.computed_on = "2022-01-01",
		.rate = "100000"},
	    {.seq = 2,
		.on = "2022-03-01",
		.action = EVENT_UPDATE,
		.fields = "planned=5",
		.computed_on = "2022-03-01",
		.rate = "300000"},
	    {.seq = 3,
		.on = "2022-02-01",
		.action = EVENT_UPDATE,
		.fields = "planned=4",
		.computed_on = "2022-02-01",
		.rate = "200000"},
	    {.seq = 4, .on = "2022-05-01", .action = EVENT_RECOMPUTE, .computed_on = "2022-05-01", .rate = "500000"});

	assert_int_equal(timeline->fault_count, 0);
	assert_int_equal(timeline->day_count, 4);
	assert_string_equal(text_at(fixture, "2022-01-31", "rate"), "10%");
	assert_string_equal(text_at(fixture, "2022-02-28", "rate"), "20%");
	assert_string_equal(text_at(fixture, "2022-04-30", "rate"), "30%");
	assert_string_equal(text_at(fixture, "2022-05-01", "rate"), "50%");
}

static void semantics_13_of_computed_values_of_one_day_the_last_learnt_holds_even_of_void_events(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(fixture, CREATE(1, "2022-01-01"),
	    {.seq = 2, .on = "2022-03-01", .action = EVENT_UPDATE, .computed_on = "2022-03-01", .rate = "100000"},
	    {.seq = 3,
		.on = "2022-02-01",
		.action = EVENT_UPDATE,
		.computed_on = "2022-03-01",
		.rate = "200000",
		.dead = true});

	assert_int_equal(timeline->fault_count, 0);
	assert_string_equal(text_at(fixture, "2022-03-01", "rate"), "20%");
	assert_string_equal(text_at(fixture, "2022-02-01", "rate"), "");
}

static void a_step_is_refused_with_the_field_at_fault_and_changes_nothing(void **state)
{
	static const struct {
		const struct row row;
		enum error_code code;
		const char *field, *sentence, *hint;
	} cases[] = {
	    {{.action = EVENT_CREATE}, ERROR_REFUSED, "", "已经登记过了，不能再登记一次", "要改它，用 set 或 move"},
	    {UPDATE(0, "2022-02-01", "planned=9 region="), ERROR_REFUSED, "region", "“项目”的“地区”必须填，不能清空",
		"补上：region 地区"},
	    {UPDATE(0, "2022-02-01", "title="), ERROR_REFUSED, "title", "“项目”要有标题", "补上：title 标题"},
	    {MOVE(0, "2022-02-01", "signed", "floors=3"), ERROR_REFUSED, "planned", "进入“签约”要先填：计划总投资",
		"补上：planned 计划总投资"},
	    {MOVE(0, "2022-02-01", "completed", NULL), ERROR_REFUSED, "stage", "“项目”不能从“线索”转为“竣工”",
		"可转为：签约（signed）、落地（landed）、开工在建（construction）、终止（abandoned）"},
	    {MOVE(0, "2022-02-01", "clue", NULL), ERROR_REFUSED, "stage", "已经是“线索”了",
		"可转为：签约（signed）、落地（landed）、开工在建（construction）、终止（abandoned）"},
	    {MOVE(0, "2022-02-01", "away", NULL), ERROR_INVALID, "stage", "“项目”没有名为“away”的阶段",
		"可转为：签约（signed）、落地（landed）、开工在建（construction）、终止（abandoned）"},
	    {{.action = EVENT_MOVE, .stage = "abandoned"}, ERROR_REFUSED, "note", "转为“终止”要说明原因",
		"用 --note 写明原因"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct state *record = state_new(fixture->pool, fixture->kind, record_key(1, 1)), *before;
		struct row row = cases[i].row, creation = CREATE(1, "2022-01-01");
		struct entry entries[2];
		struct error error;
		size_t count;

		row.on = "2022-02-01";
		assert_true(fold_step(record, read_row(fixture, &creation), fixture->pool, entries, &count, &error));
		assert_int_equal(count, 1);
		before = state_copy(fixture->pool, record);
		assert_false(fold_step(record, read_row(fixture, &row), fixture->pool, entries, &count, &error));
		assert_true(state_equal(record, before));
		assert_int_equal(record->on.day, before->on.day);
		assert_int_equal(count, 0);
		assert_int_equal(error.code, cases[i].code);
		assert_string_equal(error.field, cases[i].field);
		assert_string_equal(error.sentence, cases[i].sentence);
		assert_string_equal(error.hint, cases[i].hint);
	}
}

static void a_creation_is_refused_without_title_required_fields_and_needs(void **state)
{
	static const struct {
		const struct row row;
		const char *field, *sentence;
	} cases[] = {
	    {{.action = EVENT_CREATE, .fields = "region=京"}, "title", "“项目”要有标题"},
	    {{.action = EVENT_CREATE, .fields = "title=一"}, "region", "“项目”必须填：地区"},
	    {{.action = EVENT_CREATE, .fields = "title=一 region=京", .stage = "signed"}, "planned",
		"进入“签约”要先填：计划总投资"},
	    {{.action = EVENT_CREATE, .fields = "title=一 region=京", .stage = "away"}, "stage",
		"“项目”没有名为“away”的阶段"},
	    {{.action = EVENT_CREATE, .fields = "title=一 region=京", .stage = "resume"}, "stage",
		"登记时不能就是复工，要写一个阶段"},
	    {{.action = EVENT_UPDATE, .fields = "region=京"}, "on", "那一天它还没有登记"},
	    {{.action = EVENT_NOTE}, "on", "那一天它还没有登记"},
	    {{.action = EVENT_DROP}, "on", "那一天它还没有登记"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct state *record = state_new(fixture->pool, fixture->kind, record_key(1, 1));
		struct row row = cases[i].row;
		struct entry entries[2];
		struct error error;
		size_t count;

		row.on = "2022-01-01";
		assert_false(fold_step(record, read_row(fixture, &row), fixture->pool, entries, &count, &error));
		assert_true(state_equal(record, state_new(fixture->pool, fixture->kind, record_key(1, 1))));
		assert_string_equal(error.field, cases[i].field);
		assert_string_equal(error.sentence, cases[i].sentence);
	}
}

static void a_move_may_bring_what_its_stage_needs(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
	    FOLD(fixture, CREATE(1, "2022-01-01"), MOVE(2, "2022-02-01", "construction", "permit=1号"))->fault_count,
	    0);
	assert_string_equal(text_at(fixture, "2022-02-01", "permit"), "1号");
	assert_int_equal(FOLD(fixture, CREATE(1, "2022-01-01"), UPDATE(2, "2022-01-02", "permit=1号"),
			     MOVE(3, "2022-02-01", "construction", "permit="))
			     ->fault_count,
	    1);
}

static void a_creation_may_begin_at_any_stage(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(FOLD(fixture,
			     {.seq = 1,
				 .on = "2022-01-01",
				 .action = EVENT_CREATE,
				 .stage = "construction",
				 .fields = "title=一 region=京 permit=1"})
			     ->fault_count,
	    0);
	assert_string_equal(stage_at(fixture, "2022-01-01"), "construction");
	assert_string_equal(reached_at(fixture, "2022-01-01", CLUE), "");
}

static void sets_take_and_give_names(void **state)
{
	struct fixture *fixture = *state;

	FOLD(fixture, CREATE(1, "2022-01-01"), UPDATE(2, "2022-02-01", "tags+=grain,energy"),
	    UPDATE(3, "2022-03-01", "tags+=defence tags-=grain"), UPDATE(4, "2022-04-01", "tags-=defence,energy"),
	    UPDATE(5, "2022-05-01", "region+=x")); /* not a set: left out */
	assert_string_equal(text_at(fixture, "2022-02-01", "tags"), "能源、粮食");
	assert_string_equal(text_at(fixture, "2022-03-01", "tags"), "国防、能源");
	assert_string_equal(text_at(fixture, "2022-04-01", "tags"), "");
	assert_string_equal(text_at(fixture, "2022-05-01", "region"), "京津冀");
}

static void changes_of_unknown_fields_and_other_types_are_left_out(void **state)
{
	const struct change changes[] = {
	    {"removed", CHANGE_SET, {VALUE_TEXT, 0, "x"}}, {"planned", CHANGE_SET, {VALUE_TEXT, 0, "x"}},
	    {"licence", CHANGE_SET, {VALUE_TEXT, 0, "旧名"}}, /* permit's former name */
	};
	struct fixture *fixture = *state;
	struct row creation = CREATE(1, "2022-01-01"), update = UPDATE(2, "2022-02-01", NULL);
	struct event *events[] = {read_row(fixture, &creation), read_row(fixture, &update)};

	events[1]->changes = changes;
	events[1]->change_count = COUNT_OF(changes);
	fold_timeline(fixture->kind, 1, (const struct event *const *)events, 2, 2, fixture->pool, &fixture->timeline);
	assert_int_equal(fixture->timeline.fault_count, 0);
	assert_string_equal(text_at(fixture, "2022-02-01", "planned"), "");
	assert_string_equal(text_at(fixture, "2022-02-01", "permit"), "旧名");
}

static void notes_change_nothing_but_are_a_day(void **state)
{
	struct fixture *fixture = *state;
	const struct timeline *timeline = FOLD(
	    fixture, CREATE(1, "2022-01-01"), {.seq = 2, .on = "2022-02-01", .action = EVENT_NOTE, .note = "走访"});

	assert_int_equal(timeline->day_count, 2);
	assert_int_equal(timeline->entry_count, 1);
	assert_true(state_equal(&timeline->days[0], &timeline->days[1]));
}

static void faults_are_listed_up_to_sixteen(void **state)
{
	struct fixture *fixture = *state;
	struct row rows[40] = {CREATE(1, "2022-01-01")};

	for (int i = 1; i < 40; i++)
		rows[i] = (struct row){.seq = i + 1, .on = "2022-02-01", .action = EVENT_MOVE, .stage = "resume"};
	assert_int_equal(fold_rows(fixture, rows, 40)->fault_count, 16);
	assert_int_equal(fixture->timeline.faults[0].seq, 2);
}

static void one_record_in_a_kind_without_flow_only_has_fields(void **state)
{
	struct fixture *fixture = *state;
	const struct kind *project = fixture->kind;
	struct state *record = state_new(fixture->pool, &fixture->schema->kinds[1], record_key(2, 1));
	struct row creation = {.seq = 0, .on = "2022-01-01", .action = EVENT_CREATE, .fields = "title=一 code=91"};
	struct row move = {.seq = 0, .on = "2022-02-01", .action = EVENT_MOVE, .stage = "signed"};
	struct entry entries[2];
	struct error error;
	size_t count;

	fixture->kind = &fixture->schema->kinds[1];
	assert_true(fold_step(record, read_row(fixture, &creation), fixture->pool, entries, &count, &error));
	assert_int_equal(count, 0);
	assert_int_equal(record->stage, -1);
	assert_true(date_is_none(record->stage_since));
	assert_false(fold_step(record, read_row(fixture, &move), fixture->pool, entries, &count, &error));
	assert_string_equal(error.sentence, "“企业”没有阶段可转");
	fixture->kind = project;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(semantics_1_events_go_by_day_then_place_then_seq),
	    cmocka_unit_test(semantics_1_a_correction_inherits_its_place),
	    cmocka_unit_test(semantics_1_an_event_not_yet_appended_is_last_of_its_day),
	    cmocka_unit_test(semantics_2_void_events_do_not_count),
	    cmocka_unit_test(semantics_3_a_day_is_its_end_but_each_entry_counts),
	    cmocka_unit_test(semantics_4_a_record_begins_with_its_creation),
	    cmocka_unit_test(semantics_4_a_creation_moved_earlier_reaches_back),
	    cmocka_unit_test(semantics_5_a_backdated_change_that_breaks_a_later_step_is_told_by_that_step),
	    cmocka_unit_test(semantics_5_clearing_what_a_later_stage_needs_is_told_by_that_stage),
	    cmocka_unit_test(semantics_7_a_dropped_record_is_gone_from_its_day_on),
	    cmocka_unit_test(semantics_8_without_a_live_creation_there_is_no_day_and_each_event_is_listed),
	    cmocka_unit_test(semantics_11_suspension_returns_to_the_stage_before),
	    cmocka_unit_test(semantics_11_stage_since_restarts),
	    cmocka_unit_test(semantics_11_the_stage_before_is_found_in_fold_order),
	    cmocka_unit_test(semantics_11_resuming_what_is_not_suspended_is_refused),
	    cmocka_unit_test(semantics_12_first_reached_is_the_least_day_and_skipped_is_not_reached),
	    cmocka_unit_test(semantics_13_computed_values_hold_from_their_day_on),
	    cmocka_unit_test(semantics_13_of_computed_values_of_one_day_the_last_learnt_holds_even_of_void_events),
	    cmocka_unit_test(a_step_is_refused_with_the_field_at_fault_and_changes_nothing),
	    cmocka_unit_test(a_creation_is_refused_without_title_required_fields_and_needs),
	    cmocka_unit_test(a_move_may_bring_what_its_stage_needs),
	    cmocka_unit_test(a_creation_may_begin_at_any_stage),
	    cmocka_unit_test(sets_take_and_give_names),
	    cmocka_unit_test(changes_of_unknown_fields_and_other_types_are_left_out),
	    cmocka_unit_test(notes_change_nothing_but_are_a_day),
	    cmocka_unit_test(faults_are_listed_up_to_sixteen),
	    cmocka_unit_test(one_record_in_a_kind_without_flow_only_has_fields),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
