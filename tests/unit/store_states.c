/* store: current rows, states in time, entries; and finding records. */
#include "store_example.h"
#include "text/normal.h"

static struct store_connection *writer_of(struct example *example)
{
	return store_writer(example->store);
}

static void begin(struct example *example)
{
	must(store_begin(example->store, &error));
}

static void commit(struct example *example)
{
	must(store_commit(example->store, &error));
}

static int64_t key_of(struct example *example, int32_t number)
{
	return record_key(example->project->number, number);
}

static void a_state_comes_back_whole(void **state)
{
	struct example *example = *state;
	struct state *put_state = example_state(example, 1, "易发式 智能 工厂"), *back;
	int64_t seq;

	put_state->values[INVESTOR] = value_of_number(VALUE_REF, record_key(example->enterprise->number, 3));
	put_state->values[PLANNED] = value_of_number(VALUE_MONEY, INT64_MAX);
	put_state->values[PERMIT] = value_of_text("地字第2号");
	put_state->values[LOT] = value_of_number(VALUE_INT, INT64_MIN);
	put_state->stage = SIGNED;
	put_state->return_stage = CLUE;
	put_state->reached[SIGNED] = day(-30000);
	begin(example);
	seq = put(example, put_state);
	commit(example);
	must((back = store_load_current(
		  writer_of(example), example->project, put_state->record, example->pool, &error)) != NULL);
	assert_true(state_equal(back, put_state));
	assert_int_equal(back->on.day, put_state->on.day);
	assert_int_equal(back->version, 1);
	must((back = store_load_state(writer_of(example), example->project, put_state->record, day(0), seq,
		  example->pool, &error)) != NULL);
	assert_true(state_equal(back, put_state));
	/* only what no index stands on, then what one does */
	put_state->values[REMARK] = value_of_text("备注");
	begin(example);
	put(example, put_state);
	must((back = store_load_current(
		  writer_of(example), example->project, put_state->record, example->pool, &error)) != NULL);
	assert_true(state_equal(back, put_state));
	put_state->values[PERMIT] = value_empty();
	put_state->values[PLANNED] = value_of_number(VALUE_MONEY, 0);
	put_state->title = "另一个名字";
	put(example, put_state);
	must((back = store_load_current(
		  writer_of(example), example->project, put_state->record, example->pool, &error)) != NULL);
	assert_true(state_equal(back, put_state));
	put_state->exists = false;
	put(example, put_state);
	commit(example);
	must((back = store_load_current(
		  writer_of(example), example->project, put_state->record, example->pool, &error)) != NULL);
	assert_false(back->exists);
	must_fail(store_load_current(writer_of(example), example->project, 99, example->pool, &error) != NULL,
	    ERROR_NOT_FOUND);
}

/* ---- as of a day, as known at a sequence, against a plain search ---- */

enum { RECORDS = 6, ROWS = 900, DAYS = 40 };

struct row {
	int64_t record, seq;
	struct date on;
	bool exists;
};

static const struct row *search(const struct row *rows, int64_t record, struct date as_of, int64_t known)
{
	const struct row *best = NULL;

	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		if (row->record == record && row->on.day <= as_of.day && row->seq <= known &&
		    (best == NULL || row->on.day > best->on.day ||
			(row->on.day == best->on.day && row->seq > best->seq)))
			best = row;
	}
	return best;
}

static void fill(struct example *example, struct row *rows)
{
	begin(example);
	for (size_t i = 0; i < ROWS; i++) {
		struct state *row = example_state(example, (int32_t)(rand() % RECORDS) + 1, "题目");

		row->on = day(rand() % DAYS - DAYS / 2 - 18000); /* before 1970 too */
		row->exists = rand() % 5 != 0;
		row->version = (int64_t)i;
		rows[i] = (struct row){.record = row->record, .on = row->on, .exists = row->exists};
		rows[i].seq = put(example, row);
	}
	commit(example);
}

static void the_past_is_what_a_plain_search_finds(void **state)
{
	struct example *example = *state;
	static struct row rows[ROWS];

	srand(20220412);
	fill(example, rows);
	for (int question = 0; question < 20000; question++) {
		int64_t record = key_of(example, rand() % RECORDS + 1),
			known = rand() % 8 == 0 ? SEQ_FOR_EVER : rand() % (ROWS + 2);
		struct date as_of = day(rand() % (DAYS + 4) - DAYS / 2 - 2 - 18000);
		const struct row *expected = search(rows, record, as_of, known);
		struct error fault;
		struct state *found =
		    store_load_state(writer_of(example), example->project, record, as_of, known, example->pool, &fault);

		assert_int_equal(fault.code, ERROR_NONE);
		assert_int_equal(found != NULL, expected != NULL && expected->exists);
		if (found != NULL)
			assert_true(found->on.day == expected->on.day && found->version == expected - rows);
		if (question % 1000 == 0)
			pool_reset(example->pool);
	}
}

static void each_day_shows_what_is_known_now(void **state)
{
	struct example *example = *state;
	static struct row rows[ROWS];
	struct state *days, *all;
	int64_t *seqs;
	size_t count, all_count;

	srand(7);
	fill(example, rows);
	must(store_load_days(
	    writer_of(example), example->project, key_of(example, 1), example->pool, &days, &count, &error));
	assert_true(count > 1 && count <= DAYS);
	for (size_t i = 0; i < count; i++) {
		const struct row *expected = search(rows, key_of(example, 1), days[i].on, SEQ_FOR_EVER);

		assert_true(i == 0 || days[i - 1].on.day < days[i].on.day);
		assert_int_equal(days[i].on.day, expected->on.day);
		assert_int_equal(days[i].version, expected - rows);
	}
	must(store_load_all_states(
	    writer_of(example), example->project, key_of(example, 1), example->pool, &all, &seqs, &all_count, &error));
	for (size_t i = 0; i < all_count; i++)
		assert_int_equal(rows[all[i].version].seq, seqs[i]);
	assert_true(all_count > count);
}

static void a_reference_falls_back_to_the_first_version_known(void **state)
{
	struct example *example = *state;
	struct state *first = example_state(example, 1, "头一个"), *second = example_state(example, 1, "第二个"),
		     *found;
	struct moment moment = {.as_of = day(-5), .known_seq = SEQ_FOR_EVER};
	const char *title;
	struct error fault;

	second->on = day(10);
	begin(example);
	put(example, first);
	put(example, second);
	commit(example);
	must((found = store_load_referred(
		  writer_of(example), example->project, first->record, &moment, example->pool, &error)) != NULL);
	assert_string_equal(found->title, "头一个");
	moment.as_of = day(10);
	must(store_title(writer_of(example), example->project, first->record, &moment, example->pool, &title, &error));
	assert_string_equal(title, "第二个");
	moment.known_seq = 0;
	assert_null(
	    store_load_referred(writer_of(example), example->project, first->record, &moment, example->pool, &fault));
	assert_int_equal(fault.code, ERROR_NONE);
	moment.present = true;
	must(store_title(writer_of(example), example->project, first->record, &moment, example->pool, &title, &error));
	assert_string_equal(title, "第二个");
	must(store_title(writer_of(example), example->project, 12345, &moment, example->pool, &title, &error));
	assert_null(title);
}

/* ---- unique ---- */

static void a_unique_value_names_who_has_it(void **state)
{
	struct example *example = *state;
	struct state *a = example_state(example, 1, "甲"), *b = example_state(example, 2, "乙");
	struct error fault;

	a->values[PERMIT] = value_of_text("地字 第２号");
	a->values[LOT] = value_of_number(VALUE_INT, 7);
	begin(example);
	put(example, a);
	b->values[PERMIT] = value_of_text("地字第2号"); /* the same but for blanks and width */
	assert_false(store_put_current(example->store, b, &fault));
	assert_int_equal(fault.code, ERROR_REFUSED);
	assert_string_equal(fault.field, "permit");
	assert_non_null(strstr(fault.hint, "P-0001"));
	b->values[PERMIT] = value_empty();
	b->values[LOT] = value_of_number(VALUE_INT, 7);
	assert_false(store_put_current(example->store, b, &fault));
	assert_string_equal(fault.field, "lot");
	b->values[LOT] = value_empty(); /* empty is never equal */
	put(example, b);
	a->values[LOT] = value_empty();
	put(example, a);
	a->exists = false; /* what is gone takes no value */
	put(example, a);
	b->values[PERMIT] = value_of_text("地字第2号");
	put(example, b);
	a->exists = true;
	assert_false(store_put_current(example->store, a, &fault));
	assert_non_null(strstr(fault.hint, "P-0002"));
	commit(example);
}

/* ---- finding ---- */

static void records_are_found_by_key_and_by_part(void **state)
{
	struct example *example = *state;
	static const char *const titles[] = {"易发式智能工厂", "易发式 物流园", "玄龙半导体", "玄龙 半导体"};
	static const struct {
		const char *text;
		size_t count;
		int32_t first;
	} parts[] = {{"物流", 1, 2}, {"易发式", 2, 1}, {"易发式　物流", 1, 2}, {"半导体 玄龙", 2, 3}, {"yifashi", 2, 1},
	    {"没有", 0, 0}, {" ", 0, 0}};
	int64_t records[8];
	size_t count;

	begin(example);
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		struct state *titled = example_state(example, (int32_t)i + 1, titles[i]);

		titled->values[PERMIT] = value_of_text(titles[i]);
		titled->values[REMARK] = value_of_text("备 注");
		titled->values[LOT] = value_of_number(VALUE_INT, (int64_t)i);
		if (i == 3)
			titled->values[PERMIT] = value_empty();
		put(example, titled);
	}
	commit(example);
	must(store_find_key(writer_of(example), example->project, NULL, text_key(example->pool, "玄龙 半导体"), records,
	    8, &count, &error));
	assert_int_equal(count, 2);
	must(store_find_key(writer_of(example), example->project, NULL, "玄龙半导体", records, 1, &count, &error));
	assert_int_equal(count, 1);
	must(store_find_key(writer_of(example), example->project, &example->project->fields[PERMIT], "易发式物流园",
	    records, 8, &count, &error));
	assert_int_equal(count, 1);
	must(store_find_key(writer_of(example), example->project, &example->project->fields[REMARK], "备注", records, 8,
	    &count, &error));
	assert_int_equal(count, 4);
	must(store_find_key(
	    writer_of(example), example->project, &example->project->fields[LOT], "2", records, 8, &count, &error));
	assert_int_equal(count, 1);
	assert_int_equal(records[0], key_of(example, 3));
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		must(store_find_title_part(
		    writer_of(example), example->project, parts[i].text, records, 8, &count, &error));
		if (count != parts[i].count || (count > 0 && records[0] != key_of(example, parts[i].first)))
			fail_msg("%s gives %zu", parts[i].text, count);
	}
}

static void who_refers_is_found_and_counted(void **state)
{
	struct example *example = *state;
	int64_t enterprise = record_key(example->enterprise->number, 1);
	struct referrer referrers[2];
	size_t total;

	begin(example);
	for (int32_t i = 1; i <= 5; i++) {
		struct state *referring = example_state(example, i, "引");

		referring->values[INVESTOR] = value_of_number(VALUE_REF, enterprise);
		referring->exists = i != 2;
		put(example, referring);
	}
	commit(example);
	must(store_find_referrers(writer_of(example), example->schema, enterprise, referrers, 2, &total, &error));
	assert_int_equal(total, 4);
	assert_int_equal(referrers[1].record, key_of(example, 3));
	assert_string_equal(referrers[1].field->name, "investor");
}

static void all_records_ever_are_listed_by_key(void **state)
{
	struct example *example = *state;
	int64_t records[3];
	size_t count;

	begin(example);
	for (int32_t i = 1; i <= 5; i++) {
		struct state *one = example_state(example, i, "题");

		one->exists = i != 4;
		put(example, one);
	}
	commit(example);
	must(store_records(writer_of(example), example->project, key_of(example, 2), 3, records, &count, &error));
	assert_int_equal(count, 3);
	assert_int_equal(records[1], key_of(example, 4));
	must(store_records(writer_of(example), example->project, key_of(example, 5), 3, records, &count, &error));
	assert_int_equal(count, 0);
}

/* ---- entries ---- */

static void expect_entries(struct example *example, const struct entry *expected, size_t count)
{
	struct entry *entries;
	size_t found;

	must(store_load_entries(writer_of(example), example->project, 7, example->pool, &entries, &found, &error));
	assert_int_equal(found, count);
	for (size_t i = 0; i < count; i++)
		assert_true(entries[i].stage == expected[i].stage && entries[i].on.day == expected[i].on.day &&
		    entries[i].seq == expected[i].seq);
}

static int64_t entries_known_at(struct example *example, int64_t known)
{
	const struct value parameters[] = {value_of_number(VALUE_INT, known)};
	const struct result_column columns[] = {{.type = VALUE_INT}};
	struct compiled_query query = {.sql = "SELECT count(*) FROM entry WHERE from_seq <= ?1 AND ?1 < to_seq",
	    .parameters = parameters,
	    .parameter_count = 1,
	    .columns = columns,
	    .column_count = 1};
	struct rows *rows;
	int64_t count;
	struct error fault;

	must((rows = store_select(writer_of(example), &query, &error)) != NULL);
	assert_int_equal(rows_next(rows, &fault), ROWS_ROW);
	count = rows_value(rows, 0).number;
	rows_free(rows);
	return count;
}

static void entries_hold_from_one_seq_to_another(void **state)
{
	struct example *example = *state;
	const struct entry first[] = {{CLUE, {18000}, 1}, {SIGNED, {18003}, 2}};
	const struct entry second[] = {
	    {CLUE, {18000}, 1}, {SIGNED, {18002}, 3}, {STAGE_RESUME, {18005}, 4}, {SIGNED, {18005}, 4}};

	begin(example);
	for (int i = 0; i < 8; i++)
		append(example, example_event(7, NULL));
	must(store_add_entry(example->store, example->project, 7, &first[0], 1, &error));
	must(store_add_entry(example->store, example->project, 7, &first[1], 2, &error));
	expect_entries(example, first, 2);
	must(store_put_entries(example->store, example->project, 7, second, 4, 4, &error));
	expect_entries(example, second, 4);
	must(store_put_entries(example->store, example->project, 7, first, 2, 6, &error)); /* the old ones come back */
	expect_entries(example, first, 2);
	must(store_put_entries(example->store, example->project, 7, second, 4, 6, &error)); /* and go within one seq */
	must(store_put_entries(example->store, example->project, 7, first, 2, 6, &error));
	expect_entries(example, first, 2);
	commit(example);
	assert_int_equal(entries_known_at(example, 0), 0);
	assert_int_equal(entries_known_at(example, 1), 1);
	assert_int_equal(entries_known_at(example, 3), 2);
	assert_int_equal(entries_known_at(example, 5), 4);
	assert_int_equal(entries_known_at(example, 6), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_state_comes_back_whole),
	    TEST(the_past_is_what_a_plain_search_finds),
	    TEST(each_day_shows_what_is_known_now),
	    TEST(a_reference_falls_back_to_the_first_version_known),
	    TEST(a_unique_value_names_who_has_it),
	    TEST(records_are_found_by_key_and_by_part),
	    TEST(who_refers_is_found_and_counted),
	    TEST(all_records_ever_are_listed_by_key),
	    TEST(entries_hold_from_one_seq_to_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
