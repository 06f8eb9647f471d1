/* A small schema that the tests of model share: projects with a flow, enterprises, one plugin extending another. */
#ifndef LUODI_TESTS_MODEL_EXAMPLE_H
#define LUODI_TESTS_MODEL_EXAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* needs those above */
#include <cmocka.h>

#include "model/fold.h"
#include "model/schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define NAMES(...)                                                                                                     \
	(const char *const[])                                                                                          \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#define NAMES_COUNT(...) (sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
#define TO(...) .to = NAMES(__VA_ARGS__), .to_count = NAMES_COUNT(__VA_ARGS__)
#define NEEDS(...) .needs = NAMES(__VA_ARGS__), .need_count = NAMES_COUNT(__VA_ARGS__)

static const struct named example_sectors[] = {{"industry", "工业"}, {"service", "服务业"}};
static const struct named example_tags[] = {{"energy", "能源"}, {"grain", "粮食"}, {"defence", "国防"}};

static const struct field_declaration example_fields[] = {
    {.name = "region", .title = "地区", .type = "text", .required = true},
    {.name = "investor", .title = "投资方", .type = "ref:enterprise"},
    {.name = "planned", .title = "计划总投资", .type = "money", .unit = "万元", .index = true},
    {.name = "invested", .title = "累计完成投资", .type = "money"},
    {.name = "sector", .title = "行业", .type = "enum", .values = example_sectors, .value_count = 2},
    {.name = "tags", .title = "标签", .type = "set", .values = example_tags, .value_count = 3},
    {.name = "people", .title = "联系人", .type = "set"},
    {.name = "share", .title = "占比", .type = "percent"},
    {.name = "area", .title = "面积", .type = "decimal", .unit = "亩"},
    {.name = "floors", .title = "层数", .type = "int", .unit = "层"},
    {.name = "filed_on", .title = "备案日期", .type = "date"},
    {.name = "urgent", .title = "加急", .type = "bool"},
    {.name = "permit", .title = "施工许可证", .type = "text", .was = "licence"},
    {.name = "rate", .title = "完成率", .type = "percent", .compute = 1},
};

enum { CLUE, SIGNED, LANDED, CONSTRUCTION, COMPLETED, SUSPENDED, HALTED, ABANDONED };

static const struct stage_declaration example_stages[] = {
    {.name = "clue", .title = "线索", TO("signed", "landed", "construction", "abandoned")},
    {.name = "signed", .title = "签约", TO("landed", "construction", "suspended", "abandoned"), NEEDS("planned")},
    {.name = "landed", .title = "落地", TO("construction", "suspended", "abandoned", "signed")},
    {.name = "construction", .title = "开工在建", TO("completed", "suspended"), NEEDS("permit")},
    {.name = "completed", .title = "竣工", .done = true},
    {.name = "suspended", .title = "停工", TO("halted", "abandoned"), .suspends = true, .reason = true},
    {.name = "halted", .title = "缓建", TO("suspended", "abandoned"), .suspends = true},
    {.name = "abandoned", .title = "终止", .dead = true, .reason = true},
};

static const struct field_declaration example_enterprise_fields[] = {
    {.name = "code", .title = "信用代码", .type = "text", .unique = true},
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
	.field_count = 1},
};

static const struct declarations example_alpha = {.plugin = "alpha", .kinds = example_kinds, .kind_count = 2};

/* The example, with its kinds numbered 1 and 2. The caller releases it. */
static inline struct schema *example_schema(void)
{
	const struct plugin_info plugin = {.name = "alpha"};
	const struct declarations *sets[] = {&example_alpha};
	struct error error;
	struct schema *schema = schema_new(&plugin, sets, 1, NULL, NULL, &error);

	if (schema == NULL)
		fail_msg("the example is refused: %s", error.sentence);
	schema_set_kind_number(schema, 0, 1);
	schema_set_kind_number(schema, 1, 2);
	return schema;
}

static inline struct date example_day(const char *text)
{
	struct date date = DATE_NONE;
	struct error error;

	if (!date_parse(text, "", &date, &error))
		fail_msg("not a date: %s", text);
	return date;
}

static inline const char *example_day_text(struct date date)
{
	static char text[DATE_TEXT_SIZE];

	return date_format(date, text);
}

#endif
