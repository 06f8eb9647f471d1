/* store: what becomes of tables when declarations change. */
#include "store_example.h"
#include <sqlite3.h>

static struct store_connection *writer_of(struct example *example)
{
	return store_writer(example->store);
}

static const struct catalog *catalog_of(struct example *example)
{
	const struct catalog *catalog;

	must((catalog = store_catalog(example->store, example->pool, &error)) != NULL);
	return catalog;
}

static void declare(struct example *example, const struct field_declaration *fields, size_t field_count,
    const struct stage_declaration *stages, size_t stage_count)
{
	example_apply(example, example_schema(fields, field_count, stages, stage_count, catalog_of(example)));
}

static void write_state(struct example *example, const struct state *state)
{
	must(store_begin(example->store, &error));
	put(example, state);
	must(store_commit(example->store, &error));
}

static struct state *read_state(struct example *example, int32_t number)
{
	struct state *state;

	must((state = store_load_current(writer_of(example), example->project,
		  record_key(example->project->number, number), example->pool, &error)) != NULL);
	return state;
}

static struct state *filled_state(struct example *example, int32_t number)
{
	struct state *state = example_state(example, number, "题目");

	state->values[PLANNED] = value_of_number(VALUE_MONEY, 500);
	state->values[PERMIT] = value_of_text("地字第2号");
	state->stage = SIGNED;
	state->reached[SIGNED] = day(3);
	return state;
}

static int field_of(struct example *example, const char *name)
{
	int position = kind_find_stored_field(example->project, name);

	assert_true(position >= 0);
	return position;
}

static void kinds_keep_their_numbers(void **state)
{
	struct example *example = *state;
	int32_t project = example->project->number, enterprise = example->enterprise->number, number;

	assert_int_equal(project, 1);
	assert_int_equal(enterprise, 2);
	must(store_begin(example->store, &error));
	must(store_next_number(example->store, example->project, &number, &error));
	assert_int_equal(number, 1);
	must(store_commit(example->store, &error));
	store_close(example->store);
	example_open(example);
	declare(example, example_fields, COUNT_OF(example_fields), example_stages, COUNT_OF(example_stages));
	assert_int_equal(example->project->number, project);
	assert_int_equal(example->enterprise->number, enterprise);
	must(store_begin(example->store, &error));
	must(store_next_number(example->store, example->project, &number, &error));
	assert_int_equal(number, 2);
	must(store_commit(example->store, &error));
}

static void new_fields_and_stages_begin_empty(void **state)
{
	struct example *example = *state;
	struct field_declaration fields[7];
	struct stage_declaration stages[4];
	struct state *read;

	write_state(example, filled_state(example, 1));
	memcpy(fields + 1, example_fields, sizeof(example_fields));
	fields[0] = (struct field_declaration){
	    .name = "area", .title = "面积", .type = "decimal", .index = true}; /* first, not last */
	fields[6] = (struct field_declaration){.name = "note_text", .title = "说明", .type = "text", .unique = true};
	memcpy(stages, example_stages, sizeof(example_stages));
	stages[3] = (struct stage_declaration){.name = "dead_end", .title = "终止", .dead = true};
	declare(example, fields, 7, stages, 4);
	read = read_state(example, 1);
	assert_int_equal(read->values[field_of(example, "area")].type, VALUE_EMPTY);
	assert_int_equal(read->values[field_of(example, "planned")].number, 500);
	assert_true(date_is_none(read->reached[3]));
	assert_int_equal(read->stage, SIGNED);
	read->values[field_of(example, "area")] = value_of_number(VALUE_DECIMAL, 9);
	write_state(example, read);
	assert_true(state_equal(read, read_state(example, 1)));
}

static void former_names_carry_their_values(void **state)
{
	struct example *example = *state;
	struct field_declaration fields[COUNT_OF(example_fields)];
	struct stage_declaration stages[COUNT_OF(example_stages)];
	static const char *const to[] = {"agreed"};
	const struct catalog *catalog;
	struct state *read, *other;
	struct entry *entries;
	size_t count;
	struct error fault;

	write_state(example, filled_state(example, 1));
	must(store_begin(example->store, &error));
	must(store_add_entry(
	    example->store, example->project, record_key(1, 1), &(struct entry){SIGNED, {18003}, 1}, 1, &error));
	must(store_commit(example->store, &error));
	memcpy(fields, example_fields, sizeof(fields));
	fields[PERMIT].name = "licence";
	fields[PERMIT].was = "permit";
	memcpy(stages, example_stages, sizeof(stages));
	stages[CLUE].to = to;
	stages[SIGNED].name = "agreed";
	stages[SIGNED].was = "signed";
	for (int round = 0; round < 2; round++) { /* the second time there is nothing left to rename */
		declare(example, fields, COUNT_OF(fields), stages, COUNT_OF(stages));
		read = read_state(example, 1);
		assert_string_equal(read->values[PERMIT].text, "地字第2号");
		assert_int_equal(read->stage, SIGNED);
		assert_int_equal(read->reached[SIGNED].day, day(3).day);
		must((read = store_load_state(writer_of(example), example->project, record_key(1, 1), day(9),
			  SEQ_FOR_EVER, example->pool, &error)) != NULL);
		assert_int_equal(read->stage, SIGNED);
		must(store_load_entries(
		    writer_of(example), example->project, record_key(1, 1), example->pool, &entries, &count, &error));
		assert_int_equal(count, 1);
		assert_int_equal(entries[0].stage, SIGNED);
	}
	catalog = catalog_of(example);
	for (size_t i = 0; i < catalog->field_count; i++)
		assert_string_not_equal(catalog->fields[i].name, "permit");
	for (size_t i = 0; i < catalog->stage_count; i++)
		assert_string_not_equal(catalog->stages[i].name, "signed");
	/* unique as before */
	other = filled_state(example, 2);
	must(store_begin(example->store, &error));
	assert_false(store_put_current(example->store, other, &fault));
	assert_string_equal(fault.field, "licence");
	store_rollback(example->store);
}

static void what_is_no_longer_declared_is_kept(void **state)
{
	struct example *example = *state;
	struct state *read;
	const struct stage_declaration one_stage = {.name = "clue", .title = "线索"};
	int permit;

	write_state(example, filled_state(example, 1));
	declare(example, example_fields, 2, &one_stage, 1);
	permit = field_of(example, "permit");
	assert_true(example->project->fields[permit].hidden);
	read = read_state(example, 1);
	assert_string_equal(read->values[permit].text, "地字第2号");
	assert_int_equal(flow_find(example->project->flow, "signed"), read->stage);
	read->values[permit] = value_of_text("地字第3号"); /* what old events may still bring */
	write_state(example, read);
	/* declared again: unique again, by values of the time between too */
	declare(example, example_fields, COUNT_OF(example_fields), example_stages, COUNT_OF(example_stages));
	read = read_state(example, 1);
	assert_string_equal(read->values[PERMIT].text, "地字第3号");
	read = filled_state(example, 2);
	read->values[PERMIT] = value_of_text("地字第3号");
	must(store_begin(example->store, &error));
	must_fail(store_put_current(example->store, read, &error), ERROR_REFUSED);
	store_rollback(example->store);
}

static void unique_is_refused_where_there_are_duplicates(void **state)
{
	struct example *example = *state;
	struct field_declaration fields[COUNT_OF(example_fields)];
	struct schema *schema;
	struct error fault;
	struct state *other;

	memcpy(fields, example_fields, sizeof(fields));
	for (int32_t i = 1; i <= 3; i++) {
		struct state *one = example_state(example, i, "题");

		one->values[REMARK] = value_of_text(i == 2 ? "不同" : i == 1 ? "相 同" : "相同");
		write_state(example, one);
	}
	fields[REMARK].unique = true;
	schema =
	    example_schema(fields, COUNT_OF(fields), example_stages, COUNT_OF(example_stages), catalog_of(example));
	assert_false(store_apply_schema(example->store, schema, &fault));
	assert_int_equal(fault.code, ERROR_REFUSED);
	assert_string_equal(fault.field, "remark");
	assert_non_null(strstr(fault.sentence, "P-0001"));
	assert_non_null(strstr(fault.sentence, "P-0003"));
	schema_release(schema);
	/* all or nothing: the old schema goes on */
	other = read_state(example, 3);
	other->values[REMARK] = value_of_text("改了");
	write_state(example, other);
	declare(example, fields, COUNT_OF(fields), example_stages, COUNT_OF(example_stages));
	other = read_state(example, 3);
	other->values[REMARK] = value_of_text("不 同");
	must(store_begin(example->store, &error));
	must_fail(store_put_current(example->store, other, &error), ERROR_REFUSED);
	store_rollback(example->store);
	/* and when it is no longer unique, it may repeat */
	fields[REMARK].unique = false;
	declare(example, fields, COUNT_OF(fields), example_stages, COUNT_OF(example_stages));
	other = read_state(example, 3);
	other->values[REMARK] = value_of_text("不 同");
	write_state(example, other);
}

static int64_t index_count(struct example *example, const char *pattern)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int64_t count;

	assert_int_equal(sqlite3_open_v2(example->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(
		db, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name GLOB ?1", -1, &statement, NULL),
	    SQLITE_OK);
	sqlite3_bind_text(statement, 1, pattern, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}

static void indexes_follow_the_declaration(void **state)
{
	struct example *example = *state;
	struct field_declaration fields[COUNT_OF(example_fields)];

	memcpy(fields, example_fields, sizeof(fields));
	assert_int_equal(index_count(example, "i_1_*"), 2); /* investor, planned */
	assert_int_equal(index_count(example, "u_1_*"), 2); /* permit, lot */
	fields[PLANNED].index = false;
	fields[REMARK].index = true;
	fields[LOT].unique = false;
	declare(example, fields, COUNT_OF(fields), example_stages, COUNT_OF(example_stages));
	assert_int_equal(index_count(example, "i_1_planned"), 0);
	assert_int_equal(index_count(example, "i_1_remark"), 1);
	assert_int_equal(index_count(example, "u_1_*"), 1);
}

static void readers_follow_a_new_schema(void **state)
{
	struct example *example = *state;
	struct field_declaration fields[6];
	struct store_connection *reader;
	struct state *read;

	write_state(example, filled_state(example, 1));
	must((reader = store_reader_open(example->store, &error)) != NULL);
	must((read = store_load_current(reader, example->project, record_key(1, 1), example->pool, &error)) != NULL);
	memcpy(fields + 1, example_fields, sizeof(example_fields));
	fields[0] = (struct field_declaration){.name = "area", .title = "面积", .type = "decimal"};
	declare(example, fields, 6, example_stages, COUNT_OF(example_stages));
	must((read = store_load_current(reader, example->project, record_key(1, 1), example->pool, &error)) != NULL);
	assert_int_equal(read->values[1 + PLANNED].number, 500);
	assert_true(state_equal(read, read_state(example, 1)));
	store_reader_close(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)

/* ---- keys and order, when a library changes ---- */

static void alter(struct example *example, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(example->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Closes the store, alters its file, opens it again; what that says is in said. */
static void open_altered(struct example *example, const char *sql, char *said, size_t size)
{
	FILE *log = tmpfile();
	int standard_error = dup(STDERR_FILENO);

	store_close(example->store);
	alter(example, sql);
	assert_non_null(log);
	dup2(fileno(log), STDERR_FILENO);
	example_open(example);
	declare(example, example_fields, COUNT_OF(example_fields), example_stages, COUNT_OF(example_stages));
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	rewind(log);
	said[fread(said, 1, size - 1, log)] = '\0';
	fclose(log);
}

static void expect_found(struct example *example, const struct field *field, const char *key, int32_t number)
{
	int64_t records[2];
	size_t count;

	must(store_find_key(writer_of(example), example->project, field, key, records, 2, &count, &error));
	assert_int_equal(count, 1);
	assert_int_equal(records[0], record_key(example->project->number, number));
}

static const char *const former_keys =
    "UPDATE meta SET value = '0, of old' WHERE key LIKE 'keys.%';"
    "UPDATE c_project SET k_title = 'of old' || record, k_permit = 'of old' || record";

static void keys_are_made_again_when_their_rules_have_changed(void **state)
{
	struct example *example = *state;
	struct state *other;
	char said[4000];

	write_state(example, filled_state(example, 1));
	open_altered(example, former_keys, said, sizeof(said));
	assert_non_null(strstr(said, "0, of old"));
	assert_non_null(strstr(said, "项目"));
	expect_found(example, NULL, "题目", 1);
	expect_found(example, &example->project->fields[PERMIT], "地字第2号", 1);
	other = filled_state(example, 2);
	must(store_begin(example->store, &error));
	put(example, example_state(example, 3, "另一个"));
	must_fail(store_put_current(example->store, other, &error), ERROR_REFUSED); /* unique as before */
	store_rollback(example->store);
	open_altered(example, "SELECT 1", said, sizeof(said)); /* once */
	assert_null(strstr(said, "规则"));
}

/* By the new rules two may be the same: the start names them, and nothing has changed. */
static void keys_that_have_become_the_same_are_named(void **state)
{
	struct example *example = *state;
	struct state *second = filled_state(example, 2);
	struct error error = {0};
	struct schema *schema;

	second->values[PERMIT] = value_of_text("地字第3号");
	write_state(example, filled_state(example, 1));
	write_state(example, second);
	store_close(example->store);
	alter(example, former_keys);
	alter(example, "UPDATE c_project SET f_permit = '地 字第2号' WHERE f_permit = '地字第3号'");
	example_open(example);
	schema = example_schema(
	    example_fields, COUNT_OF(example_fields), example_stages, COUNT_OF(example_stages), catalog_of(example));
	assert_false(store_apply_schema(example->store, schema, &error));
	schema_release(schema);
	assert_int_equal(error.code, ERROR_REFUSED);
	assert_non_null(strstr(error.sentence, "P-0001 与 P-0002"));
	expect_found(example, NULL, "of old4294967298", 2);
}

static void another_order_is_told_and_nothing_else(void **state)
{
	struct example *example = *state;
	char said[4000];

	write_state(example, filled_state(example, 1));
	open_altered(example, "UPDATE meta SET value = 'ICU 1.0' WHERE key = 'order'", said, sizeof(said));
	assert_non_null(strstr(said, "ICU 1.0"));
	assert_non_null(strstr(said, "排序规则变了"));
	assert_null(strstr(said, "比较规则"));
	open_altered(example, "SELECT 1", said, sizeof(said));
	assert_null(strstr(said, "规则"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(kinds_keep_their_numbers),
	    TEST(new_fields_and_stages_begin_empty),
	    TEST(former_names_carry_their_values),
	    TEST(what_is_no_longer_declared_is_kept),
	    TEST(unique_is_refused_where_there_are_duplicates),
	    TEST(indexes_follow_the_declaration),
	    TEST(readers_follow_a_new_schema),
	    TEST(keys_are_made_again_when_their_rules_have_changed),
	    TEST(keys_that_have_become_the_same_are_named),
	    TEST(another_order_is_told_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
