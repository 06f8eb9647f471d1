/* A small schema that the tests of query share: projects with a flow, and what they refer to. Today is 2022-07-18. */
#ifndef LUODI_TESTS_QUERY_EXAMPLE_H
#define LUODI_TESTS_QUERY_EXAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* needs those above */
#include <cmocka.h>

#include "query/query.h"
#include "query/tables.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define TO(...)                                                                                                        \
	.to = (const char *const[]){__VA_ARGS__},                                                                      \
	.to_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static const struct named example_sectors[] = {{"industry", "工业"}, {"service", "服务业"}, {"farming", "农业"}};
static const struct named example_regions[] = {{"jjj", "京津冀"}, {"csj", "长三角"}, {"local", "本地"}};
static const struct named example_tags[] = {{"energy", "能源"}, {"grain", "粮食"}, {"defence", "国防"}};

static const struct field_declaration example_fields[] = {
    {.name = "investor", .title = "投资方", .type = "ref:enterprise"},
    {.name = "parent", .title = "上级项目", .type = "ref:project"},
    {.name = "planned", .title = "计划总投资", .type = "money", .index = true},
    {.name = "funds", .title = "到位资金", .type = "money", .unit = "万元"},
    {.name = "sector", .title = "行业", .type = "enum", .values = example_sectors, .value_count = 3},
    {.name = "tags", .title = "标签", .type = "set", .values = example_tags, .value_count = 3},
    {.name = "people", .title = "联系人", .type = "set"},
    {.name = "progress", .title = "形象进度", .type = "percent"},
    {.name = "area", .title = "面积", .type = "decimal", .unit = "亩"},
    {.name = "workers", .title = "用工", .type = "int", .unit = "人"},
    {.name = "due_on", .title = "应开工", .type = "date"},
    {.name = "accepted_on", .title = "受理日期", .type = "date"},
    {.name = "urgent", .title = "加急", .type = "bool"},
    {.name = "permit", .title = "施工许可证", .type = "text", .unique = true},
    {.name = "remark", .title = "备注", .type = "text"},
};

static const struct stage_declaration example_stages[] = {
    {.name = "clue", .title = "线索", TO("signed", "abandoned")},
    {.name = "signed", .title = "签约", TO("landed", "suspended", "abandoned")},
    {.name = "landed", .title = "落地", TO("construction", "signed", "suspended", "abandoned")},
    {.name = "construction", .title = "开工在建", TO("operating", "suspended")},
    {.name = "operating", .title = "运营", .done = true},
    {.name = "suspended", .title = "停工", TO("abandoned"), .suspends = true},
    {.name = "abandoned", .title = "终止", .dead = true},
};

static const struct field_declaration example_enterprise_fields[] = {
    {.name = "region", .title = "来源地", .type = "enum", .values = example_regions, .value_count = 3},
    {.name = "founded_on", .title = "成立日期", .type = "date"},
    {.name = "scale", .title = "注册资本", .type = "money"},
};

static const struct kind_declaration example_kinds[] = {
    {.place = {"alpha/init.lua", 10},
	.name = "project",
	.title = "项目",
	.prefix = "P",
	.fields = example_fields,
	.field_count = COUNT_OF(example_fields),
	.stages = example_stages,
	.stage_count = COUNT_OF(example_stages)},
    {.place = {"alpha/init.lua", 60},
	.name = "enterprise",
	.title = "企业",
	.prefix = "E",
	.fields = example_enterprise_fields,
	.field_count = COUNT_OF(example_enterprise_fields)},
};

static const int example_years[] = {2022};
static const struct calendar_day example_days[] = {{{19142}, false}}; /* 2022-05-30, a Monday */
static const struct calendar_declaration example_calendar = {.place = {"alpha/init.lua", 90},
    .name = "cn",
    .title = "工作日",
    .source = "test",
    .years = example_years,
    .year_count = 1,
    .days = example_days,
    .day_count = 1};

/* with_calendar: 2022 has one. The caller releases it. */
static inline struct schema *example_schema(bool with_calendar)
{
	const struct declarations declarations = {.plugin = "alpha",
	    .kinds = example_kinds,
	    .kind_count = 2,
	    .calendars = &example_calendar,
	    .calendar_count = with_calendar ? 1 : 0};
	const struct plugin_info plugin = {.name = "alpha"};
	const struct declarations *sets[] = {&declarations};
	struct error error;
	struct schema *schema = schema_new(&plugin, sets, 1, NULL, NULL, &error);

	if (schema == NULL)
		fail_msg("the example is refused: %s", error.sentence);
	return schema;
}

static inline struct date example_day(int year, int month, int day)
{
	struct date date = DATE_NONE;

	assert_true(date_from_civil(year, month, day, &date));
	return date;
}

/* Firms by name: 澜川 is E-0019, 同名 are E-0001 and E-0002, 易发式 could be several. */
static inline bool example_resolve(void *argument, const struct kind *ref_kind, const char *text, int64_t *ret_records,
    size_t limit, size_t *ret_count, struct error *error)
{
	const struct schema *schema = argument;

	*ret_count = 1;
	if (schema_parse_id(schema, text, ret_records))
		return true;
	if (strstr(text, "澜川") != NULL) {
		ret_records[0] = record_key(ref_kind->number, 19);
		return true;
	}
	if (strcmp(text, "同名") == 0 && limit >= 2) {
		*ret_count = 2;
		ret_records[0] = record_key(ref_kind->number, 1);
		ret_records[1] = record_key(ref_kind->number, 2);
		return true;
	}
	if (strcmp(text, "易发式") == 0)
		return error_set(error, ERROR_AMBIGUOUS, "", "“%s”可以是 2 个%s", text, ref_kind->title);
	return error_set(error, ERROR_NOT_FOUND, "", "没有叫“%s”的%s", text, ref_kind->title);
}

struct example {
	struct schema *schema;
	const struct kind *project, *enterprise;
	struct pool *pool;
	struct filter_context context;
};

static inline void example_start(struct example *example, bool with_calendar)
{
	*example = (struct example){.schema = example_schema(with_calendar), .pool = pool_new()};
	schema_set_kind_number(example->schema, 0, 1);
	schema_set_kind_number(example->schema, 1, 2);
	example->project = schema_find_kind(example->schema, "project");
	example->enterprise = schema_find_kind(example->schema, "enterprise");
	example->context = (struct filter_context){.schema = example->schema,
	    .as_of = example_day(2022, 7, 18),
	    .has_period = true,
	    .period = {example_day(2022, 1, 1), example_day(2022, 6, 30)},
	    .me = record_key(2, 7),
	    .resolve = example_resolve,
	    .argument = example->schema};
}

static inline int example_set_up(void **state)
{
	struct example *example = calloc(1, sizeof *example);

	assert_non_null(example);
	example_start(example, true);
	*state = example;
	return 0;
}

static inline int example_tear_down(void **state)
{
	struct example *example = *state;

	schema_release(example->schema);
	pool_free(example->pool);
	free(example);
	return 0;
}

static inline const struct filter *example_filter(struct example *example, const char *text)
{
	struct error error;
	const struct filter *filter = filter_parse(example->project, text, &example->context, example->pool, &error);

	if (filter == NULL)
		fail_msg("%s: %s", text, error.sentence);
	return filter;
}

/* The SQL with its parameters written in, dates as dates, records as K:N, to be read and compared. */
static inline const char *example_written(struct pool *pool, const struct compiled_query *query)
{
	const char *sql = query->sql, *written = "";
	char date[DATE_TEXT_SIZE];

	for (size_t length; (length = strcspn(sql, "?")) < strlen(sql);) {
		char *end;
		size_t number = strtoul(sql + length + 1, &end, 10);
		struct value value = query->parameters[number - 1];

		assert_in_range(number, 1, query->parameter_count);
		written = pool_format(pool, "%s%.*s", written, (int)length, sql);
		if (value_is_text(value.type))
			written = pool_format(pool, "%s'%s'", written, value.text);
		else if (value.type == VALUE_DATE)
			written =
			    pool_format(pool, "%s%s", written, date_format((struct date){(int32_t)value.number}, date));
		else if (value.type == VALUE_REF)
			written = pool_format(
			    pool, "%s%d:%d", written, record_kind_number(value.number), record_number(value.number));
		else
			written = pool_format(pool, "%s%" PRId64, written, value.number);
		sql = end;
	}
	return pool_format(pool, "%s%s", written, sql);
}

#endif
