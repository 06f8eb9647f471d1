/* store: who may open a folder, and what it refuses. */
#include "store_example.h"
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>

static int set_up_folder(void **state)
{
	struct example *example = calloc(1, sizeof(*example));

	example_make_folder(example);
	*state = example;
	return 0;
}

static void reopen(struct example *example)
{
	store_close(example->store);
	example->store = NULL;
	example_open(example);
}

static void refuses(struct example *example, enum error_code code)
{
	must_fail((example->store = store_open(example->folder, false, &error)) != NULL, code);
}

static void a_folder_is_made_for_its_owner_alone(void **state)
{
	struct example *example = *state;
	struct stat facts;

	rmdir(example->folder);
	example_open(example);
	assert_int_equal(stat(example->folder, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0700);
	assert_int_equal(stat(example->path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_int_equal(facts.st_nlink, 1);
}

static void a_folder_is_opened_once(void **state)
{
	struct example *example = *state;

	example_open(example);
	must_fail(store_open(example->folder, false, &error) != NULL, ERROR_IN_USE);
	reopen(example);
}

static void files_of_others_or_with_two_names_are_refused(void **state)
{
	struct example *example = *state;
	char other[400];

	snprintf(other, sizeof(other), "%s/other", example->folder);
	example_open(example);
	store_close(example->store);
	assert_int_equal(chmod(example->path, 0644), 0);
	refuses(example, ERROR_INVALID);
	assert_int_equal(chmod(example->path, 0600), 0);
	assert_int_equal(link(example->path, other), 0);
	refuses(example, ERROR_INVALID);
	assert_int_equal(unlink(example->path), 0);
	assert_int_equal(symlink(other, example->path), 0);
	refuses(example, ERROR_INVALID);
	assert_int_equal(rename(other, example->path), 0);
	assert_int_equal(chmod(example->folder, 0750), 0);
	refuses(example, ERROR_INVALID);
	assert_int_equal(chmod(example->folder, 0700), 0);
	example_open(example);
}

static void other_files_are_refused_untouched(void **state)
{
	struct example *example = *state;
	sqlite3 *db;
	FILE *file;

	umask(077);
	assert_int_equal(sqlite3_open(example->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE x (y)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refuses(example, ERROR_INVALID);
	file = fopen(example->path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("not a database\n", file);
	fclose(file);
	refuses(example, ERROR_DAMAGED);
	unlink(example->path);
	example_open(example);
	store_close(example->store);
	assert_int_equal(sqlite3_open(example->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refuses(example, ERROR_INVALID);
}

static void a_half_made_file_is_made_whole(void **state)
{
	struct example *example = *state;

	assert_int_equal(mknod(example->path, S_IFREG | 0600, 0), 0); /* as when the power went between the two steps */
	example_open(example);
	assert_int_equal(store_head(example->store).seq, 0);
}

static void invented_days_and_real_ones_stay_apart(void **state)
{
	struct example *example = *state;

	example_open(example);
	store_close(example->store);
	must_fail((example->store = store_open(example->folder, true, &error)) != NULL, ERROR_INVALID);
	unlink(example->path);
	must((example->store = store_open(example->folder, true, &error)) != NULL);
	store_close(example->store);
	refuses(example, ERROR_INVALID);
}

/* Ends without closing, as kill -9 does: the log stays behind. */
static void die_after_a_commit(struct example *example)
{
	pid_t child = fork();

	if (child == 0) {
		struct error error;
		struct event event = example_event(0, "提交了");

		event.action = EVENT_RECORD;
		example->store = store_open(example->folder, false, &error);
		if (example->store == NULL || !store_begin(example->store, &error) ||
		    !store_append_event(example->store, NULL, &event, &error) || !store_commit(example->store, &error))
			_exit(1);
		event.note = "没有提交";
		if (!store_begin(example->store, &error) || !store_append_event(example->store, NULL, &event, &error))
			_exit(1);
		_exit(0);
	} else {
		int status;

		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

static void what_was_committed_survives_a_crash(void **state)
{
	struct example *example = *state;
	int64_t events;

	die_after_a_commit(example);
	die_after_a_commit(example);
	example_open(example);
	assert_int_equal(store_head(example->store).seq, 2);
	must(store_verify_chain(store_writer(example->store), &events, NULL, NULL, &error));
	assert_int_equal(events, 2);
	must(store_verify_integrity(store_writer(example->store), &error));
}

static void readers_neither_write_nor_look_elsewhere(void **state)
{
	struct example *example = *state;
	struct store_connection *reader;
	static const char *const refused[] = {"DELETE FROM journal", "SELECT * FROM sqlite_schema",
	    "PRAGMA query_only = 0", "CREATE TABLE x (y)", "ATTACH 'x' AS y", "SELECT load_extension('x')",
	    "SELECT \"no such column\" FROM journal"};

	example_open(example);
	must((reader = store_reader_open(example->store, &error)) != NULL);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct compiled_query query = {.sql = refused[i]};
		struct error error;
		struct rows *rows = store_select(reader, &query, &error);

		if (rows != NULL && rows_next(rows, &error) != ROWS_ERROR)
			fail_msg("a reader may: %s", refused[i]);
		rows_free(rows);
	}
	store_reader_close(reader);
}

static void limits_hold(void **state)
{
	struct example *example = *state;
	struct compiled_query query = {0};
	struct error error;
	char deep[2000] = "SELECT ", long_pattern[1300] = "SELECT 'x' LIKE '";
	char *much = calloc(1, (1 << 20) + 200);
	const char *const too_much[] = {deep, long_pattern, much};

	example_open(example);
	for (int i = 0; i < 120; i++)
		strcat(deep, "(1+");
	strcat(deep, "1");
	for (int i = 0; i < 120; i++)
		strcat(deep, ")");
	memset(long_pattern + strlen(long_pattern), 'y', 1200);
	strcat(long_pattern, "'");
	memset(much, ' ', (1 << 20) + 100);
	memcpy(much, "SELECT 1", 8);
	for (size_t i = 0; i < COUNT_OF(too_much); i++) {
		struct rows *rows;

		query.sql = too_much[i];
		rows = store_select(store_writer(example->store), &query, &error);
		assert_true(rows == NULL || rows_next(rows, &error) == ROWS_ERROR);
		rows_free(rows);
	}
	free(much);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_folder_is_made_for_its_owner_alone, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(a_folder_is_opened_once, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(
		files_of_others_or_with_two_names_are_refused, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(other_files_are_refused_untouched, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(a_half_made_file_is_made_whole, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(invented_days_and_real_ones_stay_apart, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(what_was_committed_survives_a_crash, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(readers_neither_write_nor_look_elsewhere, set_up_folder, example_tear_down),
	    cmocka_unit_test_setup_teardown(limits_hold, set_up_folder, example_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
