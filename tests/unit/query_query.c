#include "query_example.h"

static const struct compiled_query *list(
    struct example *example, struct query query, const char *columns, const char *sort)
{
	struct compiled_query *compiled = pool_alloc(example->pool, sizeof *compiled);
	struct error error = {.sentence = ""};

	query.kind = example->project;
	if (!query_parse_paths(query.kind, columns, "columns", example->schema, example->pool, &query.columns,
		&query.column_count, &error) ||
	    !query_parse_sort(
		query.kind, sort, example->schema, example->pool, &query.sort, &query.sort_count, &error) ||
	    !query_compile_list(&query, example->schema, example->pool, compiled, &error))
		fail_msg("%s / %s: %s", columns, sort, error.sentence);
	return compiled;
}

static struct moment present(const struct example *example)
{
	return (struct moment){.present = true, .as_of = example->context.as_of, .known_seq = SEQ_FOR_EVER};
}

static void columns_come_in_order_and_references_with_titles(void **state)
{
	static const enum value_type types[] = {
	    VALUE_BOOL, VALUE_REF, VALUE_REF, VALUE_TEXT, VALUE_MONEY, VALUE_REF, VALUE_TEXT, VALUE_ENUM, VALUE_INT};
	struct example *example = *state;
	struct query query = {
	    .moment = present(example), .limit = 20, .offset = 40, .flag = example_filter(example, "open or done")};
	const struct compiled_query *compiled =
	    list(example, query, "编号，计划总投资, 投资方 ,investor.region,天数", "");

	assert_string_equal(example_written(example->pool, compiled),
	    "SELECT ((t.\"stage\" IN ('clue', 'signed', 'landed', 'construction', 'suspended') OR t.\"stage\" IN "
	    "('operating')))"
	    " IS TRUE, t.record, t.record, t.\"title\", t.\"f_planned\", t.\"f_investor\", r1.\"title\", "
	    "r1.\"f_region\","
	    " (19191 - t.\"stage_since\") FROM \"c_project\" AS t LEFT JOIN \"c_enterprise\" AS r1 ON r1.record = "
	    "t.\"f_investor\""
	    " WHERE t.present = 1 ORDER BY t.record LIMIT 20 OFFSET 40");
	assert_int_equal(compiled->column_count, COUNT_OF(types));
	for (size_t i = 0; i < COUNT_OF(types); i++)
		assert_int_equal(compiled->columns[i].type, types[i]);
	assert_string_equal(compiled->columns[4].path->name, "planned");
	assert_null(compiled->columns[6].path);
	assert_string_equal(compiled->columns[7].path->name, "investor.region");
	assert_string_equal(compiled->columns[7].path->title, "来源地");
	assert_false(compiled->needs_calendar);
	query.flag = NULL;
	assert_true(list(example, query, "workdays_in_stage", "")->needs_calendar);
}

/* One pass over the states, reading only what is asked for; the sequence only where one is given. */
static void the_past_reads_states_and_only_the_columns_needed(void **state)
{
	struct example *example = *state;
	struct query query = {.moment = {.as_of = {19191}, .known_seq = SEQ_FOR_EVER},
	    .limit = -1,
	    .after_record = 9,
	    .filter = example_filter(example, "planned>=1")};

	assert_string_equal(example_written(example->pool, list(example, query, "", "")),
	    "SELECT t.record FROM (SELECT record, present, \"f_planned\", max(rank) AS rank FROM \"s_project\" AS s"
	    " WHERE rank < 21101827160276992 AND record > 9 GROUP BY record) AS t WHERE t.present = 1"
	    " AND (t.\"f_planned\" >= 100) ORDER BY t.record");
	query.moment.known_seq = 77;
	query.after_record = 0;
	assert_string_equal(example_written(example->pool, list(example, query, "", "")),
	    "SELECT t.record FROM (SELECT record, present, \"f_planned\", max(rank) AS rank FROM \"s_project\" AS s"
	    " WHERE rank < 21101827160276992 AND s.seq <= 77 GROUP BY record) AS t WHERE t.present = 1"
	    " AND (t.\"f_planned\" >= 100) ORDER BY t.record");
}

static void sorting_follows_declared_order_and_pinyin(void **state)
{
	struct example *example = *state;
	const struct query query = {.moment = present(example), .limit = -1};
	const char *sql = example_written(example->pool, list(example, query, "", "-计划总投资，行业,title"));

	assert_non_null(strstr(sql,
	    " ORDER BY t.\"f_planned\" DESC NULLS LAST, CASE t.\"f_sector\" WHEN 'industry' THEN 0"
	    " WHEN 'service' THEN 1 WHEN 'farming' THEN 2 END NULLS LAST,"
	    " t.\"title\" COLLATE luodi_pinyin NULLS LAST, t.record"));
}

static void counts_group_and_add(void **state)
{
	struct example *example = *state;
	struct query query = {.kind = example->project, .moment = present(example)};
	struct compiled_query compiled;
	struct error error;

	assert_true(query_parse_paths(
	    query.kind, "行业", "by", example->schema, example->pool, &query.by, &query.by_count, &error));
	assert_true(query_parse_paths(
	    query.kind, "planned", "sum", example->schema, example->pool, &query.sum, &query.sum_count, &error));
	assert_true(query_compile_count(&query, example->schema, example->pool, &compiled, &error));
	assert_string_equal(example_written(example->pool, &compiled),
	    "SELECT t.\"f_sector\", count(*), sum(t.\"f_planned\") FROM \"c_project\" AS t WHERE t.present = 1"
	    " GROUP BY t.\"f_sector\" ORDER BY CASE t.\"f_sector\" WHEN 'industry' THEN 0 WHEN 'service' THEN 1"
	    " WHEN 'farming' THEN 2 END NULLS LAST, t.\"f_sector\" NULLS LAST");
	assert_true(query_parse_paths(
	    query.kind, "title", "sum", example->schema, example->pool, &query.sum, &query.sum_count, &error));
	assert_false(query_compile_count(&query, example->schema, example->pool, &compiled, &error));
	assert_string_equal(error.sentence, "“项目名称”（title）不是数，加不起来");
	assert_string_equal(error.field, "sum");
}

static void unknown_columns_are_pointed_at(void **state)
{
	struct example *example = *state;
	const struct path *paths;
	const struct sort_key *keys;
	struct error error;
	size_t count;

	assert_false(query_parse_paths(
	    example->project, "编号,计划总投自", "columns", example->schema, example->pool, &paths, &count, &error));
	assert_string_equal(error.sentence, "项目没有字段“计划总投自”；最接近的是 计划总投资（planned）");
	assert_string_equal(error.hint, "全部字段：luodi fields project");
	assert_string_equal(error.field, "columns");
	assert_int_equal(error.position, 5);
	assert_int_equal(error.position_length, 10);
	assert_false(
	    query_parse_sort(example->project, "-plannd", example->schema, example->pool, &keys, &count, &error));
	assert_int_equal(error.position, 1);
	assert_true(query_parse_sort(example->project, "", example->schema, example->pool, &keys, &count, &error));
	assert_int_equal(count, 0);
}

static void paths_have_one_name_whatever_was_typed(void **state)
{
	static const struct {
		const char *typed, *name, *title;
		enum value_type type;
	} cases[] = {
	    {"计划总投资", "planned", "计划总投资", VALUE_MONEY},
	    {"投资方.来源地", "investor.region", "来源地", VALUE_ENUM},
	    {"上级项目.投资方.名称", "parent.investor.title", "企业名称", VALUE_TEXT},
	    {"due-on", "due_on", "应开工", VALUE_DATE},
	    {"签约日期", "signed_on", "签约日期", VALUE_DATE},
	    {"parent.开工在建_on", "parent.construction_on", "开工在建日期", VALUE_DATE},
	    {"days-in-stage", "days_in_stage", "天数", VALUE_INT},
	    {"阶段", "stage", "阶段", VALUE_ENUM},
	    {"编号", "id", "编号", VALUE_REF},
	};
	struct example *example = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct path path;
		struct error error;

		if (!path_parse(example->project, cases[i].typed, example->schema, example->pool, &path, &error))
			fail_msg("%s: %s", cases[i].typed, error.sentence);
		assert_string_equal(path.name, cases[i].name);
		assert_string_equal(path.title, cases[i].title);
		assert_int_equal(path.type, cases[i].type);
	}
}

static void too_many_references_are_refused(void **state)
{
	struct example *example = *state;
	struct query query = {.kind = example->project, .moment = present(example), .limit = -1};
	struct compiled_query compiled;
	const char *columns = "", *path = "parent";
	struct error error;

	for (int i = 0; i < 14; i++, path = pool_format(example->pool, "%s.parent", path))
		columns = pool_format(example->pool, "%s,%s.title,%s.investor.title,%s.investor.region,%s.investor",
		    columns, path, path, path, path);
	assert_true(query_parse_paths(query.kind, columns, "columns", example->schema, example->pool, &query.columns,
	    &query.column_count, &error));
	assert_true(query_compile_list(&query, example->schema, example->pool, &compiled, &error)); /* 28 tables */
	columns = pool_format(example->pool, "%s.title", path);
	assert_true(query_parse_paths(query.kind, columns, "columns", example->schema, example->pool, &query.columns,
	    &query.column_count, &error));
	columns = pool_format(example->pool, "%s.parent.parent.title", path);
	assert_false(query_parse_paths(query.kind, columns, "columns", example->schema, example->pool, &query.columns,
	    &query.column_count, &error));
	assert_non_null(strstr(error.sentence, "16 层"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(columns_come_in_order_and_references_with_titles),
	    TEST(the_past_reads_states_and_only_the_columns_needed),
	    TEST(sorting_follows_declared_order_and_pinyin),
	    TEST(counts_group_and_add),
	    TEST(unknown_columns_are_pointed_at),
	    TEST(paths_have_one_name_whatever_was_typed),
	    TEST(too_many_references_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
