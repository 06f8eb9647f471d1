/* store: the journal, its transactions, voids, batches and answered requests. */
#include "base/clock.h"
#include "store_example.h"
#include <sqlite3.h>

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

static void recorded_at_rises_even_when_the_clock_does_not(void **state)
{
	struct example *example = *state;
	int64_t before = 0, at, seq;

	begin(example);
	for (int i = 0; i < 500; i++)
		append(example, example_event(1, NULL)); /* many in one microsecond */
	commit(example);
	for (int64_t i = 1; i <= 500; i++) {
		must(store_recorded_at(writer_of(example), i, &at, &error));
		assert_true(at > before);
		before = at;
		must(store_seq_before(writer_of(example), at, &seq, &error));
		assert_int_equal(seq, i - 1);
	}
	must(store_seq_before(writer_of(example), INT64_MAX, &seq, &error));
	assert_int_equal(seq, 500);
	must(store_seq_before(writer_of(example), 0, &seq, &error));
	assert_int_equal(seq, 0);
	must_fail(store_recorded_at(writer_of(example), 501, &at, &error), ERROR_NOT_FOUND);
}

static void a_mark_is_kept_and_goes_back_with_its_savepoint(void **state)
{
	struct example *example = *state;
	const char *text = "";

	must(store_read_mark(writer_of(example), "work", example->pool, &text, &error));
	assert_null(text);
	begin(example);
	must(store_savepoint(example->store, &error));
	must(store_put_mark(example->store, "work", "1", &error));
	must(store_put_mark(example->store, "work", "二", &error));
	must(store_release(example->store, &error));
	must(store_savepoint(example->store, &error));
	must(store_put_mark(example->store, "work", "3", &error));
	store_rollback_savepoint(example->store);
	commit(example);
	must(store_read_mark(writer_of(example), "work", example->pool, &text, &error));
	assert_string_equal(text, "二");
	must(store_read_mark(
	    writer_of(example), "clock", example->pool, &text, &error)); /* the store's own notes are not ours */
	assert_null(text);
}

static void events_come_back_as_they_went(void **state)
{
	struct example *example = *state;
	const int64_t targets[] = {3, 9};
	const struct change changes[] = {{.field = "planned", .value = {.type = VALUE_MONEY, .number = -5}},
	    {.field = "remark", .value = {.type = VALUE_TEXT, .text = "“引号”"}},
	    {.field = "title", .value = {.type = VALUE_EMPTY}}};
	const struct computed computed = {.on = day(4), .values = changes, .count = 2};
	struct event event = {.effective_on = day(3),
	    .place = 77,
	    .batch = 5,
	    .record = 42,
	    .action = EVENT_MOVE,
	    .actor = "李明",
	    .stage = "signed",
	    .changes = changes,
	    .change_count = 3,
	    .computed = &computed,
	    .computed_count = 1,
	    .targets = targets,
	    .target_count = 2,
	    .note = "备注"};
	const struct event *back;

	begin(example);
	append(example, event);
	must((back = store_load_event(writer_of(example), 1, example->pool, &error)) != NULL);
	assert_int_equal(back->place, 77);
	assert_int_equal(back->effective_on.day, day(3).day);
	assert_int_equal(back->batch, 5);
	assert_int_equal(back->record, 42);
	assert_int_equal(back->action, EVENT_MOVE);
	assert_string_equal(back->actor, "李明");
	assert_string_equal(back->stage, "signed");
	assert_string_equal(back->note, "备注");
	assert_int_equal(back->change_count, 3);
	assert_string_equal(back->changes[1].value.text, "“引号”");
	assert_int_equal(back->computed[0].on.day, day(4).day);
	assert_int_equal(back->targets[1], 9);
	assert_true(back->live);
	must_fail(store_load_event(writer_of(example), 2, example->pool, &error) != NULL, ERROR_NOT_FOUND);
	commit(example);
}

static void the_fold_reads_by_day_then_place(void **state)
{
	struct example *example = *state;
	static const struct {
		int32_t on;
		int64_t place;
	} events[] = {{5, 0}, {3, 0}, {5, 1}, {3, 9}, {1, 0}};
	static const int64_t order[] = {5, 2, 4, 1, 3};
	const struct event *const *loaded;
	size_t count;

	begin(example);
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		struct event event = example_event(7, NULL);

		event.effective_on = day(events[i].on);
		event.place = events[i].place;
		append(example, event);
		append(example, example_event(8, NULL)); /* of another record, between */
	}
	commit(example);
	must(store_load_events(
	    writer_of(example), example->project, 7, SEQ_FOR_EVER, example->pool, &loaded, &count, &error));
	assert_int_equal(count, COUNT_OF(order));
	for (size_t i = 0; i < count; i++)
		assert_int_equal(loaded[i]->seq, order[i] * 2 - 1);
	must(store_load_events(writer_of(example), example->project, 7, 3, example->pool, &loaded, &count, &error));
	assert_int_equal(count, 2);
	must(store_load_journal(writer_of(example), 2, 9, 4, example->pool, &loaded, &count, &error));
	assert_int_equal(count, 4);
	assert_int_equal(loaded[3]->seq, 5);
}

static void voids_hold_from_their_own_seq_until_taken_back(void **state)
{
	struct example *example = *state;
	int64_t by;

	begin(example);
	for (int i = 0; i < 6; i++)
		append(example, example_event(7, NULL));
	must(store_void(example->store, 2, 3, &error));
	must_fail(store_void(example->store, 2, 4, &error), ERROR_CONFLICT);
	must(store_restore(example->store, 3, 5, &error));
	must_fail(store_restore(example->store, 3, 6, &error), ERROR_CONFLICT);
	must(store_void(example->store, 2, 6, &error)); /* again: another span */
	commit(example);
	for (int64_t known = 1; known <= 7; known++) {
		must(store_voided_by(writer_of(example), 2, known == 7 ? SEQ_FOR_EVER : known, &by, &error));
		assert_int_equal(by, known == 3 || known == 4 ? 3 : known >= 6 ? 6 : 0);
	}
	for (int64_t known = 2; known <= 6; known++) {
		const struct event *const *events;
		size_t count;

		must(store_load_events(
		    writer_of(example), example->project, 7, known, example->pool, &events, &count, &error));
		assert_int_equal(count, known);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(events[i]->live, events[i]->seq != 2 || known == 2 || known == 5);
	}
}

/* One bad request among good ones, at every place. */
static void a_request_taken_back_harms_no_neighbour(void **state)
{
	struct example *example = *state;

	for (int bad = 0; bad < 5; bad++) {
		struct head before = store_head(example->store), after;
		int32_t number, first_number = 0;
		int64_t events, batch;

		begin(example);
		for (int i = 0; i < 5; i++) {
			struct event event = example_event(1, i == bad ? "坏" : "好");

			must(store_savepoint(example->store, &error));
			must(store_batch_open(example->store, "李明", "试", &batch, &error));
			must(store_next_number(example->store, example->project, &number, &error));
			if (i == 0)
				first_number = number;
			assert_int_equal(number, first_number + i - (i > bad));
			event.batch = batch;
			append(example, event);
			if (i == bad)
				store_rollback_savepoint(example->store);
			else {
				must(store_batch_close(example->store, batch, &error));
				must(store_release(example->store, &error));
			}
		}
		commit(example);
		after = store_head(example->store);
		assert_int_equal(after.seq, before.seq + 4);
		assert_int_equal(after.batch, before.batch + 4);
		must(store_verify_chain(writer_of(example), &events, NULL, NULL, &error));
		assert_int_equal(events, after.seq);
	}
}

static void a_rollback_leaves_nothing(void **state)
{
	struct example *example = *state;
	struct head before, after;
	int64_t batch;

	begin(example);
	append(example, example_event(1, NULL));
	commit(example);
	before = store_head(example->store);
	begin(example);
	must(store_batch_open(example->store, "李明", "试", &batch, &error));
	append(example, example_event(1, NULL));
	store_rollback(example->store);
	after = store_head(example->store);
	assert_memory_equal(&before, &after, sizeof(after));
	must(store_read_head(writer_of(example), &after, &error));
	assert_memory_equal(&before, &after, sizeof(after));
}

static void readers_see_commits_and_snapshots_stand_still(void **state)
{
	struct example *example = *state;
	struct store_connection *reader;
	struct head head;

	must((reader = store_reader_open(example->store, &error)) != NULL);
	begin(example);
	append(example, example_event(1, NULL));
	must(store_read_head(reader, &head, &error));
	assert_int_equal(head.seq, 0);
	commit(example);
	must(store_read_head(reader, &head, &error));
	assert_int_equal(head.seq, 1);
	must(store_snapshot_begin(reader, &error));
	begin(example);
	append(example, example_event(1, NULL));
	commit(example);
	must(store_read_head(reader, &head, &error));
	assert_int_equal(head.seq, 1);
	store_snapshot_end(reader);
	must(store_read_head(reader, &head, &error));
	assert_int_equal(head.seq, 2);
	store_reader_close(reader);
}

static void batches_tell_what_is_in_them(void **state)
{
	struct example *example = *state;
	struct batch *batches;
	const struct batch *batch;
	int64_t first, second, *seqs, *open;
	size_t count;
	struct event event = example_event(1, NULL);

	begin(example);
	must(store_batch_open(example->store, "李明", "导入 六月台账.csv", &first, &error));
	must(store_batch_open(example->store, "王芳", "改", &second, &error));
	for (int i = 0; i < 7; i++) {
		event.batch = i % 3 == 1 ? second : first;
		append(example, event);
	}
	must(store_batch_close(example->store, second, &error));
	commit(example);
	begin(example);
	event.batch = first;
	append(example, event);
	commit(example);
	must(store_batches(writer_of(example), 0, 10, example->pool, &batches, &count, &error));
	assert_int_equal(count, 2);
	assert_int_equal(batches[0].number, second);
	assert_int_equal(batches[0].events, 2);
	assert_true(batches[0].closed_at_us > 0);
	assert_int_equal(batches[1].events, 6);
	assert_int_equal(batches[1].first_seq, 1);
	assert_int_equal(batches[1].last_seq, 8);
	assert_string_equal(batches[1].what, "导入 六月台账.csv");
	must(store_batch_events(writer_of(example), first, example->pool, &seqs, &count, &error));
	assert_int_equal(count, 6);
	assert_int_equal(seqs[1], 3);
	assert_int_equal(seqs[5], 8);
	must(store_open_batches(writer_of(example), example->pool, &open, &count, &error));
	assert_int_equal(count, 1);
	assert_int_equal(open[0], first);
	begin(example);
	must(store_batch_set_undone(example->store, second, 9, &error));
	must_fail(store_batch_close(example->store, 99, &error), ERROR_NOT_FOUND);
	commit(example);
	must((batch = store_find_batch(writer_of(example), second, example->pool, &error)) != NULL);
	assert_int_equal(batch->undone_by, 9);
	must_fail(store_find_batch(writer_of(example), 99, example->pool, &error) != NULL, ERROR_NOT_FOUND);
}

static void answered_requests_are_known_by_actor_and_key(void **state)
{
	struct example *example = *state;
	unsigned char hash[32];
	const unsigned char *found;
	const char *reply;
	size_t length;

	store_hash("参数", 6, hash);
	begin(example);
	must(store_put_request(example->store, "李明", "k1", hash, "{}\0x", 4, &error));
	commit(example);
	must(store_find_request(writer_of(example), "李明", "k1", example->pool, &found, &reply, &length, &error));
	assert_memory_equal(found, hash, 32);
	assert_int_equal(length, 4);
	assert_memory_equal(reply, "{}\0x", 4);
	must(store_find_request(writer_of(example), "王芳", "k1", example->pool, &found, &reply, &length, &error));
	assert_null(reply);
}

/* Through a connection of the test's own: what someone with the file could do. */
static void change_file(struct example *example, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	store_close(example->store);
	example->store = NULL;
	assert_int_equal(sqlite3_open(example->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
	example_open(example);
}

static void the_journal_can_not_be_changed_by_a_slip(void **state)
{
	struct example *example = *state;
	sqlite3 *db;

	begin(example);
	append(example, example_event(1, NULL));
	commit(example);
	assert_int_equal(sqlite3_open(example->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE journal SET note = 'x'", NULL, NULL, NULL), SQLITE_CONSTRAINT);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM journal", NULL, NULL, NULL), SQLITE_CONSTRAINT);
	sqlite3_close(db);
}

static void the_chain_finds_each_changed_column(void **state)
{
	struct example *example = *state;
	static const struct {
		const char *change, *back;
	} cases[] = {
	    {"recorded_at = recorded_at + 1", "recorded_at = recorded_at - 1"},
	    {"effective_on = effective_on + 1", "effective_on = effective_on - 1"},
	    {"place = place + 1", "place = place - 1"},
	    {"batch = batch + 1", "batch = batch - 1"},
	    {"record = record + 1", "record = record - 1"},
	    {"action = 2", "action = 4"},
	    {"actor = '王芳'", "actor = '李明'"},
	    {"note = NULL", "note = 'n'"},
	    {"note = 'N'", "note = 'n'"},
	    {"body = CAST(body || x'00' AS BLOB)", "body = CAST(substr(body, 1, length(body) - 1) AS BLOB)"},
	    {"hash = zeroblob(32)", NULL},
	};
	int64_t events;

	begin(example);
	for (int i = 0; i < 20; i++)
		append(example, example_event(1, "n"));
	commit(example);
	change_file(example, "DROP TRIGGER journal_is_never_changed; DROP TRIGGER journal_is_never_deleted");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error fault;
		char sql[200];

		snprintf(sql, sizeof(sql), "UPDATE journal SET %s WHERE seq = 11", cases[i].change);
		change_file(example, sql);
		if (store_verify_chain(writer_of(example), &events, NULL, NULL, &fault))
			fail_msg("not found: %s", sql);
		assert_int_equal(fault.code, ERROR_DAMAGED);
		assert_non_null(strstr(fault.sentence, "第 11 条"));
		if (cases[i].back == NULL)
			break;
		snprintf(sql, sizeof(sql), "UPDATE journal SET %s WHERE seq = 11", cases[i].back);
		change_file(example, sql);
		must(store_verify_chain(writer_of(example), &events, NULL, NULL, &error));
	}
	change_file(example, "DELETE FROM journal WHERE seq = 7");
	must_fail(store_verify_chain(writer_of(example), &events, NULL, NULL, &error), ERROR_DAMAGED);
}

static void a_deadline_stops_a_query(void **state)
{
	struct example *example = *state;
	struct compiled_query query = {
	    .sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"};
	struct store_connection *reader;
	struct rows *rows;
	struct error fault;

	must((reader = store_reader_open(example->store, &error)) != NULL);
	store_set_deadline(reader, clock_monotonic_us() + 20000);
	must((rows = store_select(reader, &query, &error)) != NULL);
	assert_int_equal(rows_next(rows, &fault), ROWS_ERROR);
	assert_int_equal(fault.code, ERROR_BUDGET);
	rows_free(rows);
	store_set_deadline(reader, 0);
	store_reader_close(reader);
}

static void sums_that_do_not_fit_are_an_error(void **state)
{
	struct example *example = *state;
	struct compiled_query query = {
	    .sql = "SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)"};
	struct rows *rows;
	struct error fault;

	must((rows = store_select(writer_of(example), &query, &error)) != NULL);
	assert_int_equal(rows_next(rows, &fault), ROWS_ERROR);
	assert_int_equal(fault.code, ERROR_TOO_LARGE);
	rows_free(rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(recorded_at_rises_even_when_the_clock_does_not),
	    TEST(a_mark_is_kept_and_goes_back_with_its_savepoint),
	    TEST(events_come_back_as_they_went),
	    TEST(the_fold_reads_by_day_then_place),
	    TEST(voids_hold_from_their_own_seq_until_taken_back),
	    TEST(a_request_taken_back_harms_no_neighbour),
	    TEST(a_rollback_leaves_nothing),
	    TEST(readers_see_commits_and_snapshots_stand_still),
	    TEST(batches_tell_what_is_in_them),
	    TEST(answered_requests_are_known_by_actor_and_key),
	    TEST(the_journal_can_not_be_changed_by_a_slip),
	    TEST(the_chain_finds_each_changed_column),
	    TEST(a_deadline_stops_a_query),
	    TEST(sums_that_do_not_fit_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
