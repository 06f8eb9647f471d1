#include "model_example.h"

/* One plugin, "alpha", with one kind or whatever a case declares; each refusal is one line of the faults. */

static struct schema *try_sets(const struct declarations *const *sets, size_t count, const struct catalog *catalog,
    struct buffer *faults, struct error *error)
{
	const struct plugin_info plugins[] = {{.name = "alpha", .hash = {1}}, {.name = "beta", .hash = {2}}};

	return schema_new(plugins, sets, count, catalog, faults, error);
}

/* told: a piece of some fault line; NULL: nothing is refused. */
static void expect(const struct declarations *set, const struct catalog *catalog, const char *told)
{
	struct buffer faults;
	struct error error = {.sentence = ""};
	struct schema *schema;

	buffer_init(&faults, 1 << 16);
	schema = try_sets(&set, 1, catalog, &faults, &error);
	if ((schema == NULL) != (told != NULL) || (told != NULL && strstr(buffer_text(&faults), told) == NULL))
		fail_msg("wanted: %s\ntold: %s", told != NULL ? told : "nothing", buffer_text(&faults));
	if (told != NULL) {
		assert_int_equal(error.code, ERROR_INVALID);
		assert_int_equal(
		    strncmp(buffer_text(&faults), error.sentence, strlen(error.sentence)), 0); /* the first */
		assert_string_not_equal(error.hint, "");
	}
	schema_release(schema);
	buffer_clear(&faults);
}

static void expect_fields(const struct field_declaration *fields, size_t count, const char *told)
{
	const struct kind_declaration kind = {.place = {"alpha/init.lua", 7},
	    .name = "thing",
	    .title = "东西",
	    .prefix = "T",
	    .fields = fields,
	    .field_count = count};
	const struct declarations set = {.plugin = "alpha", .kinds = &kind, .kind_count = 1};

	expect(&set, NULL, told);
}

#define FIELD_TEST(told, ...)                                                                                          \
	expect_fields((const struct field_declaration[]){__VA_ARGS__},                                                 \
	    sizeof((const struct field_declaration[]){__VA_ARGS__}) / sizeof(struct field_declaration), told)

static const struct named one_value[] = {{"a", "甲"}};
static const struct named bad_value[] = {{"A", "甲"}};
static const struct named same_values[] = {{"a", "甲"}, {"a", "乙"}};
static const struct named same_titles[] = {{"a", "甲"}, {"b", "甲"}};
static const struct named digit_values[] = {{"58", "五八"}, {"330kv", "330千伏"}};

static void fields_are_checked_one_by_one(void **state)
{
	(void)state;
	FIELD_TEST(NULL, {.name = "size", .title = "大小", .type = "int"}, {.name = "big-size", .type = "decimal"});
	FIELD_TEST("alpha/init.lua:7: 字段的名字“Size”不行", {.name = "Size", .type = "int"});
	FIELD_TEST("字段的名字“1a”不行", {.name = "1a", .type = "int"});
	FIELD_TEST("字段的名字“”不行", {.name = "", .type = "int"});
	FIELD_TEST("字段的名字“大小”不行", {.name = "大小", .type = "int"});
	FIELD_TEST(NULL, {.name = "a23456789012345678901234567890123456789_1", .type = "int"});
	FIELD_TEST("至多 41 个", {.name = "a23456789012345678901234567890123456789_12", .type = "int"});
	FIELD_TEST(
	    "已有字段“size”（alpha/init.lua:7）", {.name = "size", .type = "int"}, {.name = "size", .type = "int"});
	FIELD_TEST("没有 integr 这种类型", {.name = "size", .type = "integr"});
	FIELD_TEST("最接近的是“money”", {.name = "size", .type = "mony"});
	FIELD_TEST("还不支持 file", {.name = "size", .type = "file"});
	FIELD_TEST("指向的类别 thin 没有声明，最接近的是“thing”", {.name = "of", .type = "ref:thin"});
	FIELD_TEST(NULL, {.name = "of", .type = "ref:thing"});
	FIELD_TEST("要用 values 列出", {.name = "size", .type = "enum"});
	FIELD_TEST("不能有 values", {.name = "size", .type = "int", .values = one_value, .value_count = 1});
	FIELD_TEST("值“A”不行", {.name = "size", .type = "enum", .values = bad_value, .value_count = 1});
	FIELD_TEST("值 a 写了两次", {.name = "size", .type = "enum", .values = same_values, .value_count = 2});
	FIELD_TEST("分不清", {.name = "size", .type = "enum", .values = same_titles, .value_count = 2});
	FIELD_TEST(NULL, {.name = "size", .type = "enum", .values = digit_values, .value_count = 2});
	FIELD_TEST("“斤”不是金额单位", {.name = "size", .type = "money", .unit = "斤"});
	FIELD_TEST("标题都是“大小”", {.name = "a", .title = "大小", .type = "int"},
	    {.name = "b", .title = "大小", .type = "int"});
	FIELD_TEST("一个的标题是另一个的名字", {.name = "a", .title = "b", .type = "int"},
	    {.name = "b", .title = "乙", .type = "int"});
	FIELD_TEST("was 写的旧名字还在用", {.name = "a", .type = "int", .was = "b"}, {.name = "b", .type = "int"});
	FIELD_TEST(
	    "旧值只能归一个", {.name = "a", .type = "int", .was = "c"}, {.name = "b", .type = "int", .was = "c"});
	FIELD_TEST("标题太长",
	    {.name = "a",
		.title = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一",
		.type = "int"});
}

static void words_of_the_core_are_no_fields(void **state)
{
	static const char *const words[] = {"id", "kind", "title", "stage", "stage_since", "days_in_stage",
	    "workdays_in_stage", "version", "light", "findings", "waivers", "exists", "record", "on", "open", "done",
	    "dead", "and", "or", "not", "in", "reached", "contains", "today", "me"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const struct field_declaration field = {.name = words[i], .title = "别的", .type = "int"};

		expect_fields(&field, 1, "这个名字另有所用");
	}
}

static void a_kind_has_a_largest_number_of_fields(void **state)
{
	struct field_declaration fields[KIND_MAX_FIELDS + 1];
	char names[KIND_MAX_FIELDS + 1][16];

	(void)state;
	for (int i = 0; i <= KIND_MAX_FIELDS; i++) {
		snprintf(names[i], sizeof names[i], "f%d", i);
		fields[i] = (struct field_declaration){.name = names[i], .type = "int"};
	}
	expect_fields(fields, KIND_MAX_FIELDS, NULL);
	expect_fields(fields, KIND_MAX_FIELDS + 1, "字段太多：至多 200 个");
}

static void expect_stages(const struct stage_declaration *stages, size_t count, const char *told)
{
	static const struct field_declaration fields[] = {{.name = "permit", .title = "许可", .type = "text"},
	    {.name = "rate", .title = "比率", .type = "int", .compute = 1},
	    {.name = "built_on", .title = "建成日", .type = "date"}};
	const struct kind_declaration kind = {.place = {"alpha/init.lua", 7},
	    .name = "thing",
	    .title = "东西",
	    .prefix = "T",
	    .fields = fields,
	    .field_count = 3,
	    .stages = stages,
	    .stage_count = count};
	const struct declarations set = {.plugin = "alpha", .kinds = &kind, .kind_count = 1};

	expect(&set, NULL, told);
}

#define STAGE_TEST(told, ...)                                                                                          \
	expect_stages((const struct stage_declaration[]){__VA_ARGS__},                                                 \
	    sizeof((const struct stage_declaration[]){__VA_ARGS__}) / sizeof(struct stage_declaration), told)

static void stages_are_checked_one_by_one(void **state)
{
	(void)state;
	STAGE_TEST(NULL, {.name = "a", .title = "甲", TO("b"), NEEDS("permit", "title")}, {.name = "b", .title = "乙"});
	STAGE_TEST("阶段的名字“A”不行", {.name = "A"});
	STAGE_TEST("要转到的 bb 没有声明", {.name = "a", TO("bb")}, {.name = "b"});
	STAGE_TEST("最接近的是“built”", {.name = "a", TO("build")}, {.name = "filed", TO("build")}, {.name = "built"});
	STAGE_TEST("不能转到它自己", {.name = "a", TO("a")});
	STAGE_TEST("没有这个字段，最接近的是“permit”", {.name = "a", NEEDS("permits")});
	STAGE_TEST("不能用计算字段 rate", {.name = "a", NEEDS("rate")});
	STAGE_TEST("写了两次", {.name = "a"}, {.name = "a"});
	STAGE_TEST("分不清", {.name = "a", .title = "甲"}, {.name = "b", .title = "甲"});
	STAGE_TEST("回到原阶段的说法", {.name = "resume", .title = "恢复"});
	STAGE_TEST("回到原阶段的说法", {.name = "a", .title = "复工"});
	STAGE_TEST("不能既是停工", {.name = "a", .suspends = true, .dead = true});
	STAGE_TEST("字段不能叫“built_on”：阶段“建成”的日子已叫这个名字", {.name = "built", .title = "建成"});
}

static void a_flow_has_a_largest_number_of_stages(void **state)
{
	struct stage_declaration stages[FLOW_MAX_STAGES + 1];
	char names[FLOW_MAX_STAGES + 1][16];

	(void)state;
	for (int i = 0; i <= FLOW_MAX_STAGES; i++) {
		snprintf(names[i], sizeof names[i], "s%d", i);
		stages[i] = (struct stage_declaration){.name = names[i]};
	}
	expect_stages(stages, FLOW_MAX_STAGES, NULL);
	expect_stages(stages, FLOW_MAX_STAGES + 1, "阶段太多：至多 63 个");
}

static void expect_kinds(const struct kind_declaration *kinds, size_t count, const char *told)
{
	const struct declarations set = {.plugin = "alpha", .kinds = kinds, .kind_count = count};

	expect(&set, NULL, told);
}

static void semantics_26_prefixes_are_unique_and_kinds_are_told_apart(void **state)
{
	static const struct kind_declaration cases[][2] = {
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "y", .title = "乙", .prefix = "X"}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "x", .title = "乙", .prefix = "Y"}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "y", .title = "甲", .prefix = "Y"}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "y", .title = "乙", .prefix = "y"}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "y", .title = "乙"}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "Y", .title = "乙", .prefix = "Y"}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "y", .extend = true}},
	    {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
		{.place = {"a", 2}, .name = "y", .title = "乙", .prefix = "X2"}},
	};
	static const char *const told[] = {"a:2: “乙”和“甲”（a:1）的编号前缀都是 X", "类别“x”已在 a:1 声明",
	    "叫法“甲”相同", "编号前缀“y”不行", "编号前缀“”不行", "类别的名字“Y”不行", "要扩展的类别 y 没有声明", NULL};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(told); i++)
		expect_kinds(cases[i], 2, told[i]);
}

static void all_faults_are_told_not_only_the_first(void **state)
{
	static const struct field_declaration fields[] = {{.name = "A", .type = "int"}, {.name = "b", .type = "nope"}};
	static const struct kind_declaration kind = {.place = {"alpha/init.lua", 3},
	    .name = "x",
	    .title = "甲",
	    .prefix = "x",
	    .fields = fields,
	    .field_count = 2};
	const struct declarations set = {.plugin = "alpha", .kinds = &kind, .kind_count = 1}, *sets[] = {&set};
	struct buffer faults;
	struct error error;
	size_t lines = 0;

	(void)state;
	buffer_init(&faults, 1 << 16);
	assert_null(try_sets(sets, 1, NULL, &faults, &error));
	for (const char *at = buffer_text(&faults); (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 3);
	buffer_clear(&faults);
}

static void a_kind_declared_twice_is_told_once_with_both_places(void **state)
{
	static const struct field_declaration fields[] = {{.name = "b", .type = "int"}};
	static const struct stage_declaration stages[] = {{.name = "s", .title = "阶段"}};
	static const struct kind_declaration kinds[] = {{.place = {"a", 1}, .name = "x", .title = "甲", .prefix = "X"},
	    {.place = {"b", 2},
		.name = "x",
		.title = "甲",
		.prefix = "X",
		.fields = fields,
		.field_count = 1,
		.stages = stages,
		.stage_count = 1},
	    {.place = {"b", 3}, .name = "x", .extend = true, .fields = fields, .field_count = 1}};
	static const struct guard_declaration guard = {
	    .place = {"b", 4}, .name = "g", .on = "x", .before = "s", .check = 1};
	static const struct figure_declaration figure = {
	    .place = {"b", 5}, .name = "f", .title = "数", .of = "x", .numerator = {.sum = "b"}};
	static const struct mapping_column column = {.header = "乙", .target = "b"};
	static const struct mapping_declaration mapping = {
	    .place = {"b", 6}, .name = "m", .kind = "x", .columns = &column, .column_count = 1};
	const struct declarations set = {.plugin = "a",
				      .kinds = kinds,
				      .kind_count = 3,
				      .guards = &guard,
				      .guard_count = 1,
				      .figures = &figure,
				      .figure_count = 1,
				      .mappings = &mapping,
				      .mapping_count = 1},
				  *sets[] = {&set};
	struct buffer faults;
	struct error error;

	(void)state;
	buffer_init(&faults, 1 << 16);
	assert_null(try_sets(sets, 1, NULL, &faults, &error));
	assert_string_equal(buffer_text(&faults), "b:2: 类别“x”已在 a:1 声明；要加字段或阶段用 luodi.extend\n");
	buffer_clear(&faults);
}

/* what stands on kinds */

static void guards_are_checked(void **state)
{
	static const struct guard_declaration cases[] = {
	    {.place = {"g", 1}, .name = "right", .on = "project", .before = "signed", .check = 1},
	    {.place = {"g", 1}, .name = "all-changes", .on = "project", .check = 1},
	    {.place = {"g", 1}, .name = "drops", .on = "enterprise", .before = "drop", .check = 1},
	    {.place = {"g", 1}, .name = "Wrong", .on = "project", .check = 1},
	    {.place = {"g", 1}, .name = "a", .on = "projekt", .check = 1},
	    {.place = {"g", 1}, .name = "a", .on = "project", .before = "sined", .check = 1},
	    {.place = {"g", 1}, .name = "a", .on = "enterprise", .before = "signed", .check = 1},
	};
	static const char *const told[] = {NULL, NULL, NULL, "名字“Wrong”不行", "没有这个类别，最接近的是“project”",
	    "没有这个阶段，最接近的是“signed”", "“企业”没有这个阶段"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct declarations set = example_alpha;

		set.guards = &cases[i];
		set.guard_count = 1;
		expect(&set, NULL, told[i]);
	}
}

static void guards_know_what_they_are_asked_for_and_come_by_name(void **state)
{
	static const struct guard_declaration guards[] = {
	    {.place = {"g", 1}, .name = "zeal", .on = "project", .before = "signed", .check = 1},
	    {.place = {"g", 2}, .name = "any", .on = "enterprise", .check = 2},
	    {.place = {"g", 3}, .name = "no-drop", .on = "project", .before = "drop", .check = 3}};
	struct declarations set = example_alpha;
	const struct declarations *sets[] = {&set};
	struct error error;
	struct schema *schema;

	(void)state;
	set.guards = guards;
	set.guard_count = 3;
	schema = try_sets(sets, 1, NULL, NULL, &error);
	assert_non_null(schema);
	assert_string_equal(schema->guards[0].declaration->name, "any");
	assert_int_equal(schema->guards[0].kind, 1);
	assert_int_equal(
	    schema->guards[0].actions, 1 << EVENT_CREATE | 1 << EVENT_UPDATE | 1 << EVENT_MOVE | 1 << EVENT_DROP);
	assert_string_equal(schema->guards[1].declaration->name, "no_drop");
	assert_int_equal(schema->guards[1].actions, 1 << EVENT_DROP);
	assert_int_equal(schema->guards[2].stage, SIGNED);
	assert_int_equal(schema->guards[2].actions, 1 << EVENT_CREATE | 1 << EVENT_MOVE);
	schema_release(schema);
}

static void figures_are_checked(void **state)
{
	static const struct figure_declaration cases[] = {
	    {.place = {"f", 1}, .name = "a", .of = "project", .period = "signed_on", .numerator = {.sum = "planned"}},
	    {.place = {"f", 1}, .name = "a", .of = "project", .period = "filed_on"},
	    {.place = {"f", 1}, .name = "a", .of = "project", .numerator = {.sum = "investor.capital"}},
	    {.place = {"f", 1}, .name = "a", .of = "projects"},
	    {.place = {"f", 1}, .name = "a", .of = "project", .period = "sined_on"},
	    {.place = {"f", 1}, .name = "a", .of = "project", .period = "planned"},
	    {.place = {"f", 1}, .name = "a", .of = "project", .numerator = {.sum = "planed"}},
	    {.place = {"f", 1}, .name = "a", .of = "project", .numerator = {.sum = "region"}},
	    {.place = {"f", 1}, .name = "a", .of = "project", .numerator = {.minus = "planned"}},
	    {.place = {"f", 1}, .name = "a", .of = "project", .numerator = {.sum = "planned", .minus = "floors"}},
	    {.place = {"f", 1}, .name = "a", .of = "project", .has_denominator = true, .denominator = {.sum = "x"}},
	    {.place = {"f", 1}, .name = "a", .of = "project", .against = "month"},
	};
	static const char *const told[] = {NULL, NULL, NULL, "没有这个类别", "没有这个日期", "它不是日期",
	    "最接近的是“planned”", "加不起来", "没有写 sum", "不能相减", "不是“项目”的字段", "与上年同期比"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct declarations set = example_alpha;

		set.figures = &cases[i];
		set.figure_count = 1;
		expect(&set, NULL, told[i]);
	}
}

static void mappings_are_checked(void **state)
{
	static const struct mapping_column columns[][1] = {{{.header = "甲", .target = "planned", .unit = "万元"}},
	    {{.header = "甲", .target = "reached(signed)"}}, {{.header = "甲", .target = "stage"}}, {{.header = "甲"}},
	    {{.header = "甲", .target = "planed"}}, {{.header = "甲", .target = "rate"}},
	    {{.header = "甲", .target = "reached(sined)"}}, {{.header = "甲", .target = "planned", .unit = "吨"}}};
	static const char *const told[] = {
	    NULL, NULL, NULL, NULL, "最接近的是“planned”", "是计算字段", "最接近的是“signed”", "“吨”不是金额单位"};
	static const struct mapping_declaration others[] = {
	    {.place = {"m", 1}, .name = "m", .kind = "project", .key = "code"},
	    {.place = {"m", 1}, .name = "m", .kind = "projekt"},
	    {.place = {"m", 1}, .name = "m", .kind = "project", .on = "region"},
	    {.place = {"m", 1}, .name = "m", .kind = "project", .dates = "month_first"},
	    {.place = {"m", 1}, .name = "m", .kind = "project", .on = "filed-on", .key = "permit"}};
	static const char *const others_told[] = {"没有这个字段", "没有这个类别", "要一个日期", "day_first", NULL};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		struct mapping_declaration mapping = {
		    .place = {"m", 1}, .name = "m", .kind = "project", .columns = columns[i], .column_count = 1};
		struct declarations set = example_alpha;

		set.mappings = &mapping;
		set.mapping_count = 1;
		expect(&set, NULL, told[i]);
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct declarations set = example_alpha;

		set.mappings = &others[i];
		set.mapping_count = 1;
		expect(&set, NULL, others_told[i]);
	}
}

static void exports_are_checked(void **state)
{
	static const struct argument_declaration twice[] = {
	    {.name = "a", .type = "date"}, {.name = "a", .type = "int"}};
	static const struct argument_declaration unknown[] = {{.name = "a", .type = "set"}};
	static const struct export_declaration cases[] = {
	    {.place = {"e", 1}, .name = "weekly", .args = twice, .arg_count = 1, .run = 1},
	    {.place = {"e", 1}, .name = "周报", .run = 1},
	    {.place = {"e", 1}, .name = "weekly", .args = twice, .arg_count = 2, .run = 1},
	    {.place = {"e", 1}, .name = "weekly", .args = unknown, .arg_count = 1, .run = 1}};
	static const char *const told[] = {NULL, "导出的名字“周报”不行", "参数 a 写了两次", "没有 set 这种类型"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct declarations set = example_alpha;

		set.exports = &cases[i];
		set.export_count = 1;
		expect(&set, NULL, told[i]);
	}
}

static void calendars_are_one_and_never_overlap(void **state)
{
	static const int first[] = {2022}, second[] = {2023};
	const struct calendar_day day[] = {{example_day("2022-04-05"), false}, {example_day("2022-04-05"), true}};
	struct calendar_declaration calendars[] = {
	    {.place = {"c", 1}, .name = "one", .years = first, .year_count = 1, .days = day, .day_count = 1},
	    {.place = {"c", 2}, .name = "two", .years = second, .year_count = 1}};
	struct declarations set = example_alpha;
	const struct declarations *sets[] = {&set};
	struct error error;
	struct schema *schema;

	(void)state;
	set.calendars = calendars;
	set.calendar_count = 2;
	schema = try_sets(sets, 1, NULL, NULL, &error);
	assert_non_null(schema);
	assert_true(calendar_covers(schema->calendar, example_day("2023-06-01")));
	assert_false(calendar_is_working(schema->calendar, example_day("2022-04-05")));
	schema_release(schema);
	calendars[1].years = first;
	expect(&set, NULL, "c:2: 2022 年的工作日历已由“one”（c:1）声明");
	calendars[1].years = second;
	calendars[1].days = day;
	calendars[1].day_count = 1;
	expect(&set, NULL, "2022-04-05 不在它声明的年份里");
	calendars[1].day_count = 0;
	calendars[0].day_count = 2;
	expect(&set, NULL, "2022-04-05 写了两次");
}

/* what the store remembers */

static void what_is_no_longer_declared_is_hidden_and_kept(void **state)
{
	static const struct remembered_field fields[] = {{"project", "region", VALUE_TEXT, NULL},
	    {"project", "licence", VALUE_TEXT, NULL}, {"project", "old", VALUE_MONEY, NULL},
	    {"gone", "x", VALUE_INT, NULL}};
	static const struct remembered_stage stages[] = {{"project", "clue", "线索"}, {"project", "framed", "框架"}};
	static const struct remembered_kind kinds[] = {{"project", "P", "项目", 4}, {"gone", "G", "没了", 5}};
	static const struct catalog catalog = {kinds, 2, fields, 4, stages, 2};
	const struct declarations *sets[] = {&example_alpha};
	struct error error;
	struct schema *schema = try_sets(sets, 1, &catalog, NULL, &error);
	const struct kind *kind;
	const struct field *field;
	int to;

	(void)state;
	assert_non_null(schema);
	kind = &schema->kinds[0];
	assert_int_equal(kind->number, 4);
	assert_int_equal(schema->kinds[1].number, 0);
	assert_int_equal(kind->field_count, COUNT_OF(example_fields) + 1);
	field = &kind->fields[kind->field_count - 1];
	assert_string_equal(field->name, "old");
	assert_int_equal(field->type, VALUE_MONEY);
	assert_true(field->hidden);
	assert_int_equal(kind_find_field(kind, "old"), -1);
	assert_int_equal(kind_find_stored_field(kind, "old"), kind->field_count - 1);
	assert_int_equal(kind->flow->count, COUNT_OF(example_stages) + 1);
	assert_true(kind->flow->stages[ABANDONED + 1].hidden);
	assert_false(flow_check_move(kind->flow, CLUE, -1, "framed", &to, &error)); /* nothing moves into it */
	assert_string_equal(error.sentence, "阶段“框架”已不再使用");
	assert_false(flow_check_move(kind->flow, -1, -1, "framed", &to, &error)); /* nor begins there */
	assert_null(strstr(error.hint, "framed"));
	assert_true(flow_check_move(kind->flow, ABANDONED + 1, -1, "signed", &to, &error)); /* but out of it */
	schema_release(schema);
}

static void a_journalled_event_may_use_what_is_hidden(void **state)
{
	static const struct remembered_field fields[] = {{"project", "old", VALUE_TEXT, NULL}};
	static const struct remembered_stage stages[] = {{"project", "framed", "框架"}};
	static const struct catalog catalog = {NULL, 0, fields, 1, stages, 1};
	static const struct change creation[] = {
	    {"title", CHANGE_SET, {VALUE_TEXT, 0, "一"}}, {"region", CHANGE_SET, {VALUE_TEXT, 0, "京"}}};
	static const struct change update[] = {{"old", CHANGE_SET, {VALUE_TEXT, 0, "旧值"}}};
	const struct event events[] = {{.seq = 1,
					   .place = 1,
					   .effective_on = {19000},
					   .action = EVENT_CREATE,
					   .stage = "clue",
					   .changes = creation,
					   .change_count = 2,
					   .live = true},
	    {.seq = 2,
		.place = 2,
		.effective_on = {19010},
		.action = EVENT_MOVE,
		.stage = "framed",
		.changes = update,
		.change_count = 1,
		.live = true},
	    {.seq = 3, .place = 3, .effective_on = {19020}, .action = EVENT_MOVE, .stage = "landed", .live = true}};
	const struct event *const pointers[] = {&events[0], &events[1], &events[2]};
	const struct declarations *sets[] = {&example_alpha};
	struct pool *pool = pool_new();
	struct timeline timeline;
	struct error error;
	struct schema *schema = try_sets(sets, 1, &catalog, NULL, &error);
	const struct kind *kind;

	(void)state;
	assert_non_null(schema);
	kind = &schema->kinds[0];
	fold_timeline(kind, record_key(1, 1), pointers, 3, 3, pool, &timeline);
	assert_int_equal(timeline.fault_count, 0);
	assert_int_equal(timeline.days[1].stage, ABANDONED + 1);
	assert_string_equal(timeline.days[1].values[kind->field_count - 1].text, "旧值");
	assert_int_equal(timeline.days[2].stage, LANDED);
	schema_release(schema);
	pool_free(pool);
}

static void a_changed_type_is_refused_with_what_to_do(void **state)
{
	static const struct remembered_field cases[] = {{"project", "floors", VALUE_TEXT, NULL},
	    {"project", "licence", VALUE_INT, NULL}, {"project", "investor", VALUE_REF, "person"},
	    {"project", "investor", VALUE_REF, "enterprise"}};
	static const char *const told[] = {
	    "字段“floors”已按 text 存了值，不能改成 int：用另一个名字声明新字段，把旧值抄过去",
	    "字段“permit”已按 int 存了值，不能改成 text", "已按 ref:person 存了值，不能改成 ref:enterprise", NULL};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct catalog catalog = {.fields = &cases[i], .field_count = 1};

		expect(&example_alpha, &catalog, told[i]);
	}
}

static void semantics_26_a_prefix_once_used_stays_with_its_kind(void **state)
{
	static const struct remembered_kind gone[] = {{"gone", "E", "没了", 5}},
					    renamed[] = {{"project", "Q", "项目", 1}};
	static const struct catalog taken = {.kinds = gone, .kind_count = 1},
				    changed = {.kinds = renamed, .kind_count = 1};

	(void)state;
	expect(&example_alpha, &taken, "“企业”的编号前缀 E 已归“没了”（gone）");
	expect(&example_alpha, &changed, "编号前缀已是 Q，不能改成 P");
}

/* extensions, looking up, the wire */

static const struct field_declaration extra_fields[] = {
    {.name = "score", .title = "评分", .type = "int", .required = true}};
static const struct stage_declaration extra_stages[] = {
    {.name = "completed", TO("audited"), NEEDS("score")}, {.name = "audited", .title = "已审计", .done = true}};
static const struct kind_declaration extension[] = {{.place = {"beta/init.lua", 2},
    .name = "project",
    .extend = true,
    .fields = extra_fields,
    .field_count = 1,
    .stages = extra_stages,
    .stage_count = 2}};
static const struct declarations beta = {.plugin = "beta", .kinds = extension, .kind_count = 1};

static void an_extension_adds_fields_and_stages_and_widens_moves(void **state)
{
	const struct declarations *sets[] = {&example_alpha, &beta};
	struct error error;
	struct schema *schema = try_sets(sets, 2, NULL, NULL, &error);
	const struct kind *kind;
	int to;

	(void)state;
	assert_non_null(schema);
	kind = &schema->kinds[0];
	assert_string_equal(kind->fields[COUNT_OF(example_fields)].name, "score");
	assert_int_equal(kind->fields[COUNT_OF(example_fields)].plugin, 1);
	assert_int_equal(kind->plugin, 0);
	assert_string_equal(kind->flow->stages[COMPLETED].title, "竣工");
	assert_true(kind->flow->stages[COMPLETED].done);
	assert_int_equal(kind->flow->stages[COMPLETED].need_count, 1);
	assert_true(flow_check_move(kind->flow, COMPLETED, -1, "audited", &to, &error));
	assert_true(kind->computes);
	assert_false(schema->kinds[1].computes);
	schema_release(schema);
}

static void a_set_is_called_by_its_hash(void **state)
{
	const struct declarations *sets[] = {&example_alpha, &beta};
	unsigned char hash[32] = {0xa4, 0x1f};
	struct error error;
	struct schema *schema = try_sets(sets, 2, NULL, NULL, &error);

	(void)state;
	assert_int_equal(strlen(schema->set_hash), 64);
	schema_set_hash(schema, hash);
	assert_memory_equal(schema->set_hash, "a41f0000", 8);
	assert_int_equal(strlen(schema->set_hash), 64);
	schema_release(schema);
}

static void names_and_titles_find_what_is_declared(void **state)
{
	static const struct figure_declaration figure = {
	    .place = {"f", 1}, .name = "on-time", .title = "按时率", .of = "project"};
	static const struct mapping_declaration mapping = {
	    .place = {"m", 1}, .name = "ledger", .title = "台账", .kind = "project"};
	static const struct export_declaration export = {
	    .place = {"e", 1}, .name = "weekly", .title = "周报", .run = 1};
	struct declarations set = example_alpha;
	const struct declarations *sets[] = {&set};
	struct pool *pool = pool_new();
	struct error error;
	struct schema *schema;
	size_t count;

	(void)state;
	set.figures = &figure;
	set.mappings = &mapping;
	set.exports = &export;
	set.figure_count = set.mapping_count = set.export_count = 1;
	schema = try_sets(sets, 1, NULL, NULL, &error);
	assert_non_null(schema);
	assert_ptr_equal(schema_find_kind(schema, "企业"), &schema->kinds[1]);
	assert_ptr_equal(schema_find_kind(schema, "project"), &schema->kinds[0]);
	assert_null(schema_find_kind(schema, "nothing"));
	assert_string_equal(schema_find_figure(schema, "on-time")->name, "on_time");
	assert_string_equal(schema_find_figure(schema, "按时率")->unit, "count");
	assert_int_equal(schema_find_figure(schema, "on_time")->version, 1);
	assert_non_null(schema_find_mapping(schema, "ledger", "project"));
	assert_non_null(schema_find_mapping(schema, "台账", NULL));
	assert_null(schema_find_mapping(schema, "ledger", "enterprise"));
	assert_int_equal(schema_find_export(schema, "周报"), 0);
	assert_int_equal(schema_find_export(schema, "月报"), -1);
	assert_string_equal(schema_kind_names(schema, pool, &count)[3], "企业");
	assert_int_equal(count, 4);
	schema_release(schema);
	pool_free(pool);
}

static void a_held_schema_outlives_its_first_holder(void **state)
{
	struct schema *schema = example_schema(), *held = schema_hold(schema);

	(void)state;
	schema_release(schema);
	assert_string_equal(held->kinds[0].title, "项目");
	schema_release(held);
	schema_release(NULL);
}

static void kinds_survive_the_wire_to_a_host(void **state)
{
	struct schema *schema = example_schema(), *read;
	struct buffer bytes, again;
	struct wire in;

	(void)state;
	buffer_init(&bytes, 1 << 20);
	buffer_init(&again, 1 << 20);
	schema_put(&bytes, schema);
	wire_read(&in, bytes.bytes, bytes.length);
	read = schema_get(&in);
	assert_non_null(read);
	assert_true(wire_end(&in));
	assert_int_equal(read->kinds[0].number, 1);
	assert_string_equal(read->kinds[0].flow->stages[SUSPENDED].title, "停工");
	assert_null(read->kinds[1].flow);
	assert_string_equal(read->set_hash, schema->set_hash);
	schema_put(&again, read);
	assert_int_equal(again.length, bytes.length);
	assert_memory_equal(again.bytes, bytes.bytes, bytes.length);
	schema_release(schema);
	schema_release(read);
	buffer_clear(&bytes);
	buffer_clear(&again);
}

static void damaged_kinds_are_refused_or_stay_in_bounds(void **state)
{
	struct schema *schema = example_schema();
	struct pool *pool = pool_new();
	struct buffer bytes;
	struct wire in;

	(void)state;
	buffer_init(&bytes, 1 << 20);
	schema_put(&bytes, schema);
	for (size_t length = 0; length < bytes.length; length += 7) {
		wire_read(&in, bytes.bytes, length);
		assert_null(schema_get(&in));
		assert_non_null(in.fault);
	}
	for (size_t bit = 0; bit < bytes.length * 8; bit += 5) {
		struct schema *read;

		bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
		wire_read(&in, bytes.bytes, bytes.length);
		read = schema_get(&in);
		for (size_t i = 0; read != NULL && i < read->kind_count; i++) {
			struct error error;
			int to;

			(void)state_new(pool, &read->kinds[i], 1);
			if (read->kinds[i].flow != NULL)
				assert_false(
				    flow_check_move(read->kinds[i].flow, 0, -1, "nowhere at all", &to, &error));
		}
		schema_release(read);
		bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
		pool_reset(pool);
	}
	schema_release(schema);
	buffer_clear(&bytes);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_checked_one_by_one),
	    cmocka_unit_test(words_of_the_core_are_no_fields),
	    cmocka_unit_test(a_kind_has_a_largest_number_of_fields),
	    cmocka_unit_test(stages_are_checked_one_by_one),
	    cmocka_unit_test(a_flow_has_a_largest_number_of_stages),
	    cmocka_unit_test(semantics_26_prefixes_are_unique_and_kinds_are_told_apart),
	    cmocka_unit_test(all_faults_are_told_not_only_the_first),
	    cmocka_unit_test(a_kind_declared_twice_is_told_once_with_both_places),
	    cmocka_unit_test(guards_are_checked),
	    cmocka_unit_test(guards_know_what_they_are_asked_for_and_come_by_name),
	    cmocka_unit_test(figures_are_checked),
	    cmocka_unit_test(mappings_are_checked),
	    cmocka_unit_test(exports_are_checked),
	    cmocka_unit_test(calendars_are_one_and_never_overlap),
	    cmocka_unit_test(what_is_no_longer_declared_is_hidden_and_kept),
	    cmocka_unit_test(a_journalled_event_may_use_what_is_hidden),
	    cmocka_unit_test(a_changed_type_is_refused_with_what_to_do),
	    cmocka_unit_test(semantics_26_a_prefix_once_used_stays_with_its_kind),
	    cmocka_unit_test(an_extension_adds_fields_and_stages_and_widens_moves),
	    cmocka_unit_test(a_set_is_called_by_its_hash),
	    cmocka_unit_test(names_and_titles_find_what_is_declared),
	    cmocka_unit_test(a_held_schema_outlives_its_first_holder),
	    cmocka_unit_test(kinds_survive_the_wire_to_a_host),
	    cmocka_unit_test(damaged_kinds_are_refused_or_stay_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
