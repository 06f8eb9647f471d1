/* What query makes, run on a random population: every form of filter now and in the past, against the states themselves. */
#include "query_example.h"

#include "store/store.h"
#include <dirent.h>
#include <unistd.h>

#define must(call)                                                                                                     \
	do {                                                                                                           \
		struct error error = {0};                                                                              \
		if (!(call))                                                                                           \
			fail_msg("%s: %s", #call, error.sentence);                                                     \
	} while (0)

enum { FIRMS = 12, PROJECTS = 120, CHANGES = 4 };
enum {
	INVESTOR,
	PARENT,
	PLANNED,
	FUNDS,
	SECTOR,
	TAGS,
	PEOPLE,
	PROGRESS,
	AREA,
	WORKERS,
	DUE_ON,
	ACCEPTED_ON,
	URGENT,
	PERMIT,
	REMARK
};
enum { CLUE, SIGNED, LANDED, CONSTRUCTION, OPERATING, SUSPENDED, ABANDONED };

struct town {
	struct example example;
	char folder[256];
	struct store *store;
	struct store_connection *reader;
	int64_t middle_seq, last_seq;
	uint32_t random;
};

static uint32_t draw(struct town *town, uint32_t below)
{
	town->random = town->random * 1664525u + 1013904223u;
	return (town->random >> 8) % below;
}

static int64_t put(struct town *town, const struct state *state)
{
	struct event event = {
	    .effective_on = state->on, .record = state->record, .action = EVENT_NOTE, .actor = "李明"};

	must(store_append_event(town->store, state->kind, &event, &error));
	must(store_append_state(town->store, state, event.seq, &error));
	must(store_put_current(town->store, state, &error));
	return event.seq;
}

static void put_firm(struct town *town, int32_t number)
{
	static const char *const names[] = {"沈阳澜川供应链", "易发式电气", "前行五八", "鸿宇晶体"};
	const struct kind *kind = town->example.enterprise;
	struct state *state = state_new(town->example.pool, kind, record_key(kind->number, number));

	state->exists = true;
	state->title = names[draw(town, 4)];
	state->on = example_day(2022, 1 + (int)draw(town, 7), 1);
	state->version = 1;
	if (draw(town, 4) > 0)
		state->values[0] = (struct value){.type = VALUE_ENUM, .text = example_regions[draw(town, 3)].name};
	if (draw(town, 4) > 0)
		state->values[2] = value_of_number(VALUE_MONEY, (int64_t)draw(town, 5) * 5000000000);
	put(town, state);
}

static void fill(struct town *town, struct state *state)
{
	static const char *const titles[] = {"冷链物流分拨中心", "易发式变压器", "易发式试验站", "社区智慧停车"};
	struct value *values = state->values;
	const int32_t today = example_day(2022, 7, 18).day;

	state->title = titles[draw(town, 4)];
	for (int i = 0; i <= REMARK; i++)
		values[i] = value_empty();
	if (draw(town, 5) > 0)
		values[INVESTOR] = value_of_number(VALUE_REF, record_key(2, 1 + (int32_t)draw(town, FIRMS)));
	if (draw(town, 3) > 0)
		values[PARENT] = value_of_number(VALUE_REF, record_key(1, 1 + (int32_t)draw(town, PROJECTS)));
	if (draw(town, 5) > 0)
		values[PLANNED] = value_of_number(VALUE_MONEY, (int64_t)draw(town, 5) * 5000000000);
	if (draw(town, 3) > 0)
		values[FUNDS] = value_of_number(VALUE_MONEY, (int64_t)draw(town, 5) * 5000000000);
	if (draw(town, 3) > 0)
		values[SECTOR] = (struct value){.type = VALUE_ENUM, .text = example_sectors[draw(town, 3)].name};
	if (draw(town, 3) > 0)
		values[TAGS] = (struct value){.type = VALUE_SET, .text = draw(town, 2) > 0 ? "energy,grain" : "grain"};
	if (draw(town, 3) > 0)
		values[WORKERS] = value_of_number(VALUE_INT, (int64_t)draw(town, 40));
	if (draw(town, 3) > 0)
		values[DUE_ON] = value_of_number(VALUE_DATE, today - 200 + (int64_t)draw(town, 300));
	if (draw(town, 3) > 0)
		values[ACCEPTED_ON] = value_of_number(VALUE_DATE, today - 200 + (int64_t)draw(town, 300));
	if (draw(town, 3) > 0)
		values[URGENT] = value_of_number(VALUE_BOOL, draw(town, 2));
	if (draw(town, 3) > 0)
		values[REMARK] = value_of_text(draw(town, 2) > 0 ? "变压器 要紧" : "没有事");
}

/* A project goes through a few stages on rising days; now and then it is dropped at last. */
static void put_project(struct town *town, int32_t number)
{
	const struct kind *kind = town->example.project;
	struct state *state = state_new(town->example.pool, kind, record_key(kind->number, number));
	struct entry entries[CHANGES + 1];
	int32_t day = example_day(2022, 1, 3).day + (int32_t)draw(town, 60);
	size_t changes = 1 + draw(town, CHANGES);
	int before = -1;

	state->exists = true;
	for (size_t i = 0; i < changes; i++, day += 1 + (int32_t)draw(town, 35)) {
		int stage = (int)draw(town, ABANDONED + 1);

		fill(town, state);
		state->on.day = day;
		state->version = (int64_t)i + 1;
		state->return_stage = stage == SUSPENDED ? before : -1;
		before = stage;
		state->stage = stage;
		state->stage_since = state->on;
		if (date_is_none(state->reached[stage]))
			state->reached[stage] = state->on;
		state->exists = i < 3 || draw(town, 2) > 0;
		entries[i] = (struct entry){.stage = stage, .on = state->on};
		entries[i].seq = put(town, state);
		must(store_put_entries(town->store, kind, state->record, entries, i + 1, entries[i].seq, &error));
	}
}

static int set_up(void **state)
{
	const char *parent = getenv("TMPDIR");
	struct town *town = calloc(1, sizeof *town);
	struct head head;

	assert_non_null(town);
	example_start(&town->example, true);
	town->random = 20220718;
	snprintf(town->folder, sizeof town->folder, "%s/luodi-query-XXXXXX", parent != NULL ? parent : P_tmpdir);
	assert_non_null(mkdtemp(town->folder));
	must((town->store = store_open(town->folder, false, &error)) != NULL);
	must(store_apply_schema(town->store, town->example.schema, &error));
	assert_int_equal(town->example.project->number, 1);
	must(store_begin(town->store, &error));
	for (int32_t i = 1; i <= FIRMS; i++)
		put_firm(town, i);
	for (int32_t i = 1; i <= PROJECTS; i++) {
		put_project(town, i);
		if (i == PROJECTS * 3 / 4)
			town->middle_seq = store_head(town->store).seq;
	}
	must(store_commit(town->store, &error));
	must((town->reader = store_reader_open(town->store, &error)) != NULL);
	store_set_calendar(town->reader, town->example.schema->calendar);
	must(store_read_head(town->reader, &head, &error));
	town->last_seq = head.seq;
	*state = town;
	return 0;
}

static int tear_down(void **state)
{
	struct town *town = *state;
	DIR *list;
	char path[600];

	store_reader_close(town->reader);
	store_close(town->store);
	schema_release(town->example.schema);
	pool_free(town->example.pool);
	list = opendir(town->folder);
	for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
		snprintf(path, sizeof path, "%s/%s", town->folder, entry->d_name);
		unlink(path);
	}
	if (list != NULL)
		closedir(list);
	rmdir(town->folder);
	free(town);
	return 0;
}

/* "1 4 17": the records that a query gives, in its order. */
static const char *records(struct town *town, const struct query *query)
{
	struct pool *pool = town->example.pool;
	struct compiled_query compiled;
	const char *list = "";
	struct rows *rows;
	enum rows_step step;
	struct error error;

	if (!query_compile_list(query, town->example.schema, pool, &compiled, &error))
		fail_msg("%s", error.sentence);
	rows = store_select(town->reader, &compiled, &error);
	if (rows == NULL)
		fail_msg("%s\n%s", error.sentence, compiled.sql);
	while ((step = rows_next(rows, &error)) == ROWS_ROW)
		list = pool_format(pool, "%s %d", list, record_number(rows_value(rows, 0).number));
	if (step == ROWS_ERROR)
		fail_msg("%s\n%s", error.sentence, compiled.sql);
	rows_free(rows);
	return list;
}

static const char *found(struct town *town, const struct filter *filter, const struct moment *moment)
{
	return records(
	    town, &(struct query){.kind = town->example.project, .filter = filter, .moment = *moment, .limit = -1});
}

static struct moment past(struct date as_of, int64_t known_seq)
{
	return (struct moment){.as_of = as_of, .known_seq = known_seq};
}

static struct moment now(const struct town *town)
{
	return (struct moment){.present = true, .as_of = town->example.context.as_of, .known_seq = SEQ_FOR_EVER};
}

/* ---- against the states ---- */

struct seen { /* one record at one moment */
	struct town *town;
	const struct state *state;
	const struct moment *moment;
};

static struct value value_of(const struct seen *seen, int field)
{
	return seen->state->values[field];
}

static bool has(const struct seen *seen, int field)
{
	return value_of(seen, field).type != VALUE_EMPTY;
}

static const struct state *referred(const struct seen *seen, int field)
{
	struct error error;

	if (!has(seen, field))
		return NULL;
	return store_load_referred(seen->town->reader,
	    field == PARENT ? seen->town->example.project : seen->town->example.enterprise,
	    value_of(seen, field).number, seen->moment, seen->town->example.pool, &error);
}

static bool planned_1(const struct seen *seen)
{
	return has(seen, PLANNED) && value_of(seen, PLANNED).number >= 10000000000;
}

static bool planned_not_1(const struct seen *seen)
{
	return has(seen, PLANNED) && value_of(seen, PLANNED).number != 10000000000;
}

static bool funds_within(const struct seen *seen)
{
	return has(seen, FUNDS) && has(seen, PLANNED) && value_of(seen, FUNDS).number <= value_of(seen, PLANNED).number;
}

static bool stage_in_order(const struct seen *seen)
{
	int stage = seen->state->return_stage >= 0 ? seen->state->return_stage : seen->state->stage;

	return stage >= LANDED;
}

static bool stage_is_signed(const struct seen *seen)
{
	return seen->state->stage == SIGNED || seen->state->stage == SUSPENDED;
}

static bool is_open(const struct seen *seen)
{
	return seen->state->stage != OPERATING && seen->state->stage != ABANDONED;
}

static bool long_in_stage(const struct seen *seen)
{
	return seen->moment->as_of.day - seen->state->stage_since.day > 60;
}

static bool workdays_in_stage(const struct seen *seen)
{
	struct error error;
	int32_t days;

	assert_true(calendar_workdays(
	    seen->town->example.schema->calendar, seen->state->stage_since, seen->moment->as_of, &days, &error));
	return days > 40;
}

static bool due_in_spring(const struct seen *seen)
{
	return has(seen, DUE_ON) && value_of(seen, DUE_ON).number >= example_day(2022, 4, 1).day &&
	    value_of(seen, DUE_ON).number <= example_day(2022, 6, 30).day;
}

static bool signed_in_spring(const struct seen *seen)
{
	int32_t day = seen->state->reached[SIGNED].day;

	return day >= example_day(2022, 4, 1).day && day <= example_day(2022, 6, 30).day;
}

static bool entered_in_spring(const struct seen *seen) /* any entry of those before the moment */
{
	struct error error;

	for (int32_t day = example_day(2022, 4, 1).day; day <= example_day(2022, 6, 30).day; day++) {
		const struct state *state;

		if (day > seen->moment->as_of.day)
			break;
		state = store_load_state(seen->town->reader, seen->town->example.project, seen->state->record,
		    (struct date){day}, seen->moment->known_seq, seen->town->example.pool, &error);
		if (state != NULL && state->on.day == day && state->stage == SIGNED)
			return true;
	}
	return false;
}

static bool from_near(const struct seen *seen)
{
	const struct state *firm = referred(seen, INVESTOR);

	return firm != NULL && firm->values[0].type != VALUE_EMPTY && strcmp(firm->values[0].text, "csj") != 0;
}

static bool parent_from_capital(const struct seen *seen)
{
	const struct state *parent = referred(seen, PARENT);
	const struct seen other = {seen->town, parent, seen->moment};
	const struct state *firm = parent != NULL ? referred(&other, INVESTOR) : NULL;

	return firm != NULL && firm->values[0].type != VALUE_EMPTY && strcmp(firm->values[0].text, "jjj") == 0;
}

static bool has_energy(const struct seen *seen)
{
	return has(seen, TAGS) && set_contains(value_of(seen, TAGS).text, "energy");
}

static bool by_initials(const struct seen *seen)
{
	return strstr(seen->state->title, "易发式") != NULL;
}

static bool mentions(const struct seen *seen)
{
	return strstr(seen->state->title, "变压器") != NULL ||
	    (has(seen, REMARK) && strstr(value_of(seen, REMARK).text, "变压器") != NULL);
}

static bool remark_is(const struct seen *seen)
{
	return has(seen, REMARK) && strcmp(value_of(seen, REMARK).text, "变压器 要紧") == 0;
}

static bool no_remark(const struct seen *seen)
{
	return !has(seen, REMARK);
}

static bool firm_named(const struct seen *seen)
{
	const struct state *firm = referred(seen, INVESTOR);

	return firm != NULL && strstr(firm->title, "澜川") != NULL;
}

static bool urgent_or_industry(const struct seen *seen)
{
	return (has(seen, URGENT) && value_of(seen, URGENT).number == 1) ||
	    (has(seen, SECTOR) && strcmp(value_of(seen, SECTOR).text, "industry") == 0);
}

static const struct {
	const char *text;
	bool (*holds)(const struct seen *seen);
} forms[] = {
    {"planned>=1亿", planned_1},
    {"planned!=1亿", planned_not_1},
    {"funds<=planned", funds_within},
    {"stage>=landed", stage_in_order},
    {"stage in (签约,停工)", stage_is_signed},
    {"open", is_open},
    {"days_in_stage>60", long_in_stage},
    {"workdays_in_stage>40", workdays_in_stage},
    {"due_on in 2022-04..2022-06", due_in_spring},
    {"signed_on=2022Q2", signed_in_spring},
    {"reached(签约) in 2022Q2", entered_in_spring},
    {"投资方.来源地 in (京津冀,本地)", from_near},
    {"parent.investor.region=京津冀", parent_from_capital},
    {"标签=能源", has_energy},
    {"yfs", by_initials},
    {"变压器", mentions},
    {"备注=变压器要紧", remark_is},
    {"remark!", no_remark},
    {"投资方~澜川", firm_named},
    {"加急=是 或 行业=工业", urgent_or_industry},
};

/* The records for which holds is wanted, by loading each. */
static const char *expected(
    struct town *town, bool (*holds)(const struct seen *seen), bool wanted, const struct moment *moment)
{
	const struct kind *kind = town->example.project;
	const char *list = "";

	for (int32_t i = 1; i <= PROJECTS; i++) {
		struct error error = {0};
		const struct state *state = store_load_state(town->reader, kind, record_key(kind->number, i),
		    moment->as_of, moment->known_seq, town->example.pool, &error);
		const struct seen seen = {town, state, moment};

		assert_int_equal(error.code, ERROR_NONE);
		if (state != NULL && holds(&seen) == wanted)
			list = pool_format(town->example.pool, "%s %d", list, i);
	}
	return list;
}

static void check_at(struct town *town, size_t form, struct moment moment)
{
	struct pool *pool = town->example.pool;
	const struct filter *filter = example_filter(&town->example, forms[form].text);
	const char *yes = expected(town, forms[form].holds, true, &moment);
	const char *no = expected(town, forms[form].holds, false, &moment);

	if (moment.present) /* states are asked the other way, so the two must agree */
		assert_int_equal(moment.known_seq, SEQ_FOR_EVER);
	if (strcmp(found(town, filter, &moment), yes) != 0)
		fail_msg("%s: gives%s, not%s", forms[form].text, found(town, filter, &moment), yes);
	if (strcmp(found(town, filter_not(pool, filter), &moment), no) != 0)
		fail_msg(
		    "not %s: gives%s, not%s", forms[form].text, found(town, filter_not(pool, filter), &moment), no);
}

static void each_form_finds_what_the_states_say_now_and_then(void **state)
{
	struct town *town = *state;

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		check_at(town, i, now(town));
		check_at(town, i, past(town->example.context.as_of, SEQ_FOR_EVER));
		check_at(town, i, past(example_day(2022, 4, 20), SEQ_FOR_EVER));
		check_at(town, i, past(example_day(2022, 5, 10), town->middle_seq));
		check_at(town, i, past(example_day(2022, 2, 1), town->last_seq));
	}
}

static void a_term_its_opposite_and_the_empty_ones_make_all(void **state)
{
	static const char *const terms[] = {"planned>=1亿", "due_on<=@end", "行业=工业", "investor.region=京津冀",
	    "标签 in (能源,粮食)", "备注~要紧", "signed_on in 2022H1", "工作日数>40", "stage>=落地", "加急=否"};
	struct town *town = *state;
	struct pool *pool = town->example.pool;
	struct moment moment = past(example_day(2022, 5, 20), SEQ_FOR_EVER);

	for (size_t i = 0; i < COUNT_OF(terms); i++) {
		const struct filter *term = example_filter(&town->example, terms[i]);
		const struct filter *opposite = example_filter(&town->example, filter_opposite_text(term, pool));
		const struct filter *empty = filter_is_empty(pool, term), *left = filter_not(pool, term);
		const char *rest = found(town, left, &moment);

		assert_string_equal(found(town, filter_and(pool, term, opposite), &moment), "");
		left = filter_and(pool, left, filter_not(pool, opposite));
		assert_string_equal(found(town, left, &moment), empty != NULL ? found(town, empty, &moment) : "");
		assert_string_not_equal(rest, "");
	}
}

static void what_is_shown_sorts_with_the_empty_last(void **state)
{
	static const char *const sorts[] = {"planned", "-planned", "阶段,-应开工", "行业", "investor",
	    "investor.region", "-title", "days_in_stage", "标签", "-id", "加急,备注"};
	struct town *town = *state;
	struct moment moments[] = {now(town), past(example_day(2022, 5, 10), town->middle_seq)};

	for (size_t i = 0; i < COUNT_OF(sorts) * COUNT_OF(moments); i++) {
		struct query query = {
		    .kind = town->example.project, .moment = moments[i % COUNT_OF(moments)], .limit = 7, .offset = 2};
		struct query all;

		must(query_parse_sort(query.kind, sorts[i / COUNT_OF(moments)], town->example.schema,
		    town->example.pool, &query.sort, &query.sort_count, &error));
		must(query_parse_paths(query.kind,
		    "id,title,stage,investor,planned,investor.region,signed_on,days_in_stage", "columns",
		    town->example.schema, town->example.pool, &query.columns, &query.column_count, &error));
		all = query;
		all.limit = -1;
		all.offset = 0;
		assert_non_null(records(town, &query));
		assert_true(strlen(records(town, &all)) > strlen(records(town, &query)));
		assert_non_null(strstr(records(town, &all), records(town, &query)));
	}
}

/* Pages by key make the whole. */
static void pages_go_on_where_the_last_ended(void **state)
{
	struct town *town = *state;
	struct moment moments[] = {now(town), past(example_day(2022, 5, 10), SEQ_FOR_EVER)};

	for (size_t i = 0; i < COUNT_OF(moments); i++) {
		struct query query = {.kind = town->example.project, .moment = moments[i], .limit = 5};
		const char *whole = "", *page;

		while ((page = records(town, &query))[0] != '\0') {
			whole = pool_format(town->example.pool, "%s%s", whole, page);
			query.after_record = record_key(1, (int32_t)strtol(strrchr(page, ' '), NULL, 10));
		}
		assert_string_equal(whole, found(town, NULL, &moments[i]));
	}
}

struct sums {
	int64_t count, planned, flagged, groups;
};

static struct sums add_up(struct town *town, const char *by, struct moment moment)
{
	struct query query = {
	    .kind = town->example.project, .moment = moment, .flag = example_filter(&town->example, "planned>=1亿")};
	struct compiled_query compiled;
	struct sums sums = {0};
	struct rows *rows;
	struct error at_end;
	size_t groups;

	must(query_parse_paths(
	    query.kind, by, "by", town->example.schema, town->example.pool, &query.by, &query.by_count, &error));
	must(query_parse_paths(query.kind, "planned", "sum", town->example.schema, town->example.pool, &query.sum,
	    &query.sum_count, &error));
	must(query_compile_count(&query, town->example.schema, town->example.pool, &compiled, &error));
	must((rows = store_select(town->reader, &compiled, &error)) != NULL);
	groups = compiled.column_count - 3; /* between the flag and the count */
	while (rows_next(rows, &at_end) == ROWS_ROW) {
		sums.flagged += rows_value(rows, 0).number;
		sums.count += rows_value(rows, groups + 1).number;
		sums.planned += rows_value(rows, groups + 2).number;
		sums.groups++;
	}
	rows_free(rows);
	return sums;
}

static void groups_add_up_to_the_whole(void **state)
{
	static const char *const by[] = {
	    "stage", "行业", "investor", "investor.region", "stage,sector", "due_on", "标签", "urgent"};
	struct town *town = *state;
	struct moment moments[] = {
	    now(town), past(town->example.context.as_of, SEQ_FOR_EVER), past(example_day(2022, 5, 10), 200)};
	struct sums whole[COUNT_OF(moments)];

	for (size_t m = 0; m < COUNT_OF(moments); m++) {
		whole[m] = add_up(town, "", moments[m]);
		assert_int_equal(whole[m].groups, 1);
		for (size_t i = 0; i < COUNT_OF(by); i++) {
			struct sums sums = add_up(town, by[i], moments[m]);

			assert_int_equal(sums.count, whole[m].count);
			assert_int_equal(sums.planned, whole[m].planned);
			assert_int_equal(sums.flagged, whole[m].flagged);
			assert_true(sums.groups > 1);
		}
	}
	assert_int_equal(whole[0].count, whole[1].count);
	assert_int_equal(whole[0].planned, whole[1].planned);
	assert_true(whole[2].count < whole[0].count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_form_finds_what_the_states_say_now_and_then),
	    cmocka_unit_test(a_term_its_opposite_and_the_empty_ones_make_all),
	    cmocka_unit_test(what_is_shown_sorts_with_the_empty_last),
	    cmocka_unit_test(pages_go_on_where_the_last_ended),
	    cmocka_unit_test(groups_add_up_to_the_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
