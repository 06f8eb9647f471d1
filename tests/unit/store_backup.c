/* store: copies made while writing goes on; and a disk that is full. */
#include "store_example.h"
#include <errno.h>
#include <sqlite3.h>
#include <sys/mount.h>

static void write_some(struct example *example, int32_t first, int32_t count)
{
	must(store_begin(example->store, &error));
	for (int32_t i = first; i < first + count; i++) {
		struct state *state = example_state(example, i, "一个不算短的题目，好让页多起来");

		state->values[REMARK] =
		    value_of_text("备注备注备注备注备注备注备注备注备注备注备注备注备注备注备注备注备注备注");
		put(example, state);
	}
	must(store_commit(example->store, &error));
	pool_reset(example->pool);
}

static int64_t number_in(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int64_t number;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static void a_copy_is_whole_though_writing_goes_on(void **state)
{
	struct example *example = *state;
	struct store_backup *backup;
	char path[400];
	struct stat facts;
	bool done = false;
	int steps = 0;

	snprintf(path, sizeof(path), "%s/copy.db", example->folder);
	write_some(example, 1, 500);
	must((backup = store_backup_begin(example->store, path, &error)) != NULL);
	for (; !done; steps++) {
		must(store_backup_step(backup, 20, &done, &error));
		if (steps < 20) /* changes to pages copied already, and new ones */
			write_some(example, 1000 + steps * 5, 5);
	}
	store_backup_end(backup);
	assert_true(steps > 5);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	assert_true(number_in(path, "SELECT count(*) FROM journal") >= 500);
	assert_int_equal(number_in(path, "SELECT max(seq) - count(*) FROM journal"), 0);
	assert_int_equal(
	    number_in(path, "SELECT count(*) FROM c_project"), number_in(path, "SELECT count(*) FROM journal"));
	must_fail(store_backup_begin(example->store, path, &error) != NULL, ERROR_CONFLICT); /* never overwrites */
	/* and it opens as a folder's file */
	store_close(example->store);
	assert_int_equal(rename(path, example->path), 0);
	example_open(example);
	assert_true(store_head(example->store).seq >= 500);
}

static void a_copy_given_up_leaves_nothing(void **state)
{
	struct example *example = *state;
	struct store_backup *backup;
	char path[400], unfinished[420];
	bool done;

	snprintf(path, sizeof(path), "%s/copy.db", example->folder);
	snprintf(unfinished, sizeof(unfinished), "%s.unfinished", path);
	write_some(example, 1, 500);
	must((backup = store_backup_begin(example->store, path, &error)) != NULL);
	must(store_backup_step(backup, 5, &done, &error));
	assert_false(done);
	assert_int_equal(access(unfinished, F_OK), 0);
	store_backup_end(backup);
	assert_int_equal(access(unfinished, F_OK), -1);
	assert_int_equal(access(path, F_OK), -1);
	must_fail(store_backup_begin(example->store, "/no/such/folder/copy.db", &error) != NULL, ERROR_READ_ONLY);
}

static void a_damaged_file_makes_no_backup(void **state)
{
	struct example *example = *state;
	struct store_backup *backup;
	struct error fault;
	sqlite3 *db;
	char path[400];
	bool done = false;

	snprintf(path, sizeof(path), "%s/copy.db", example->folder);
	write_some(example, 1, 10);
	store_close(example->store);
	assert_int_equal(sqlite3_open(example->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "DROP TRIGGER journal_is_never_changed; UPDATE journal SET actor = 'x' WHERE seq = 5",
		NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	example_open(example);
	must((backup = store_backup_begin(example->store, path, &error)) != NULL);
	while (!done && store_backup_step(backup, 1000, &done, &fault))
		;
	assert_false(done);
	assert_int_equal(fault.code, ERROR_DAMAGED);
	store_backup_end(backup);
	assert_int_equal(access(path, F_OK), -1);
}

/* ---- a full disk ---- */

static bool write_until_full(struct example *example, struct error *fault)
{
	for (int32_t i = 1; i < 100000; i++) {
		struct state *state = example_state(example, i, "题目");
		struct event event =
		    example_event(state->record, "备注备注备注备注备注备注备注备注备注备注备注备注备注备注备注备注");
		bool good = store_begin(example->store, fault);

		pool_reset(example->pool);
		state = example_state(example, i, "题目");
		good = good && store_append_event(example->store, state->kind, &event, fault) &&
		    store_append_state(example->store, state, event.seq, fault) &&
		    store_put_current(example->store, state, fault);
		if (!good) {
			store_rollback(example->store);
			return true;
		}
		if (!store_commit(example->store, fault))
			return true;
	}
	return false;
}

static void fill_disk(const char *folder, char path[400])
{
	static char block[64 << 10];
	FILE *file;

	snprintf(path, 400, "%s/filler", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 30; i++) /* leaves some, so that the store itself meets the end */
		fwrite(block, 1, sizeof(block), file);
	fclose(file);
}

static void a_full_disk_takes_nothing_back_and_passes(void **state)
{
	struct example *example = calloc(1, sizeof(*example));
	struct error fault = {0};
	char filler[400];
	int64_t events;
	struct head head;

	(void)state;
	example_make_folder(example);
	if (mount("tmpfs", example->folder, "tmpfs", 0, "size=8m,mode=0700") != 0) {
		print_message("skipped: a small file system can not be mounted here (%s)\n", strerror(errno));
		remove_folder(example->folder);
		pool_free(example->pool);
		free(example);
		skip();
	}
	setenv("LUODI_RESERVE", "1048576", 1);
	example_open(example);
	example_apply(example,
	    example_schema(example_fields, COUNT_OF(example_fields), example_stages, COUNT_OF(example_stages), NULL));
	assert_true(store_has_room(example->store));
	fill_disk(example->folder, filler);
	assert_true(write_until_full(example, &fault));
	assert_int_equal(fault.code, ERROR_READ_ONLY);
	assert_false(store_is_broken(example->store));
	assert_false(store_has_room(example->store));
	head = store_head(example->store);
	must(store_verify_chain(store_writer(example->store), &events, NULL, NULL, &error)); /* reading goes on */
	assert_int_equal(events, head.seq);
	assert_int_equal(unlink(filler), 0);
	store_checkpoint_if_due(example->store);
	assert_true(store_has_room(example->store));
	write_some(example, 200000, 5);
	assert_int_equal(store_head(example->store).seq, head.seq + 5);
	store_close(example->store);
	example_open(example);
	must(store_verify_chain(store_writer(example->store), &events, NULL, NULL, &error));
	assert_int_equal(events, head.seq + 5);
	store_close(example->store);
	unsetenv("LUODI_RESERVE");
	umount(example->folder);
	schema_release(example->schema);
	pool_free(example->pool);
	remove_folder(example->folder);
	free(example);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_copy_is_whole_though_writing_goes_on),
	    TEST(a_copy_given_up_leaves_nothing),
	    TEST(a_damaged_file_makes_no_backup),
	    cmocka_unit_test(a_full_disk_takes_nothing_back_and_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
