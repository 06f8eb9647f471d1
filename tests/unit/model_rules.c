#include "model_example.h"

/* Rules in a schema, and what a kind gets by them. Plugin alpha declares the example, beta comes after it. */

static const struct rule_declaration waits = {.place = {"alpha/init.lua", 90},
    .name = "waits",
    .title = "等得太久",
    .on = "project",
    .when = "stage=signed",
    .check = 2};

static struct schema *try_sets(
    struct declarations alpha, struct declarations beta, const struct catalog *catalog, struct buffer *faults)
{
	static const struct plugin_info plugins[] = {{.name = "alpha"}, {.name = "beta"}};
	const struct declarations *sets[] = {&alpha, &beta};
	struct error error;

	return schema_new(plugins, sets, 2, catalog, faults, &error);
}

static struct declarations with_rules(struct declarations set, const struct rule_declaration *rules, size_t count)
{
	set.rules = rules;
	set.rule_count = count;
	return set;
}

static const struct declarations empty_beta = {.plugin = "beta"};

static struct schema *make(const struct catalog *catalog, bool watched)
{
	struct declarations alpha = with_rules(example_alpha, &waits, watched ? 1 : 0);
	struct buffer faults;
	struct schema *schema;

	buffer_init(&faults, 1 << 16);
	schema = try_sets(alpha, empty_beta, catalog, &faults);
	if (schema == NULL)
		fail_msg("refused: %s", buffer_text(&faults));
	buffer_clear(&faults);
	return schema;
}

static void expect_told(
    struct declarations alpha, struct declarations beta, const struct catalog *catalog, const char *told)
{
	struct buffer faults;
	struct schema *schema;

	buffer_init(&faults, 1 << 16);
	schema = try_sets(alpha, beta, catalog, &faults);
	if ((schema == NULL) != (told != NULL) || (told != NULL && strcmp(buffer_text(&faults), told) != 0))
		fail_msg("wanted: %s\ntold: %s", told != NULL ? told : "nothing", buffer_text(&faults));
	schema_release(schema);
	buffer_clear(&faults);
}

static const struct field *expect_builtin(const struct kind *kind, int position, const char *name, const char *title)
{
	const struct field *field = &kind->fields[position];

	assert_in_range(position, 0, kind->field_count - 1);
	assert_string_equal(field->name, name);
	assert_string_equal(field->title, title);
	assert_string_equal(field->unit, "");
	assert_true(field->builtin);
	assert_false(field->hidden || field->required || field->unique);
	return field;
}

static void a_kind_with_rules_has_light_findings_and_waivers(void **state)
{
	struct schema *schema = make(NULL, true);
	const struct kind *kind = &schema->kinds[0], *other = &schema->kinds[1];
	const struct field *light, *findings, *waivers;

	(void)state;
	assert_int_equal(kind->field_count, COUNT_OF(example_fields) + 3);
	assert_int_equal(kind->light, COUNT_OF(example_fields));
	light = expect_builtin(kind, kind->light, "light", "灯");
	findings = expect_builtin(kind, kind->findings, "findings", "灯的原因");
	waivers = expect_builtin(kind, kind->waivers, "waivers", "豁免");
	assert_int_equal(light->type, VALUE_ENUM);
	assert_int_equal(light->value_count, 4);
	assert_string_equal(field_value_title(light, "green"), "绿");
	assert_string_equal(field_value_title(light, "yellow"), "黄");
	assert_string_equal(field_value_title(light, "red"), "红");
	assert_string_equal(field_value_title(light, "unknown"), "未知");
	assert_int_equal(light->compute, FIELD_BY_RULES);
	assert_int_equal(findings->type, VALUE_TEXT);
	assert_int_equal(findings->compute, FIELD_BY_RULES);
	assert_int_equal(waivers->type, VALUE_TEXT);
	assert_int_equal(waivers->compute, 0);
	assert_true(kind->computes);
	assert_int_equal(other->field_count, 1); /* which no rule watches */
	assert_int_equal(other->light, -1);
	assert_int_equal(other->findings, -1);
	assert_int_equal(other->waivers, -1);
	assert_false(other->computes);
	schema_release(schema);
}

static void rules_come_by_name_over_all_plugins_each_with_its_plugin_and_kind(void **state)
{
	static const struct rule_declaration later[] = {
	    {.place = {"beta/init.lua", 1}, .name = "zeal", .title = "热", .on = "enterprise", .check = 1},
	    {.place = {"beta/init.lua", 2}, .name = "a-first", .on = "project", .check = 2}};
	struct buffer faults;
	struct schema *schema;

	(void)state;
	buffer_init(&faults, 1 << 16);
	schema = try_sets(with_rules(example_alpha, &waits, 1), with_rules(empty_beta, later, 2), NULL, &faults);
	assert_non_null(schema);
	assert_int_equal(schema->rule_count, 3);
	assert_string_equal(schema->rules[0].declaration->name, "a_first");
	assert_string_equal(schema->rules[0].declaration->title, "a_first"); /* for want of one */
	assert_int_equal(schema->rules[0].plugin, 1);
	assert_int_equal(schema->rules[0].kind, 0);
	assert_string_equal(schema->rules[1].declaration->name, "waits");
	assert_string_equal(schema->rules[1].declaration->when, "stage=signed");
	assert_int_equal(schema->rules[1].plugin, 0);
	assert_int_equal(schema->rules[2].kind, 1);
	assert_int_equal(schema->kinds[0].fields[schema->kinds[0].light].plugin, 0); /* of its first rule */
	assert_int_equal(schema->kinds[1].fields[schema->kinds[1].light].plugin, 1);
	assert_int_equal(schema->kinds[0].field_count, COUNT_OF(example_fields) + 3); /* once, for two rules */
	assert_true(schema->kinds[1].computes);
	schema_release(schema);
	buffer_clear(&faults);
}

static void rules_are_checked(void **state)
{
	static const struct rule_declaration cases[] = {
	    {.place = {"g", 1}, .name = "right-name", .on = "project", .check = 1},
	    {.place = {"g", 1}, .name = "Wrong", .on = "project", .check = 1},
	    {.place = {"g", 1}, .name = "a", .on = "projekt", .check = 1}};
	static const char *const told[] = {NULL,
	    "g:1: 规则的名字“Wrong”不行：要小写字母开头，只用小写字母、数字和下划线，至多 41 个\n",
	    "g:1: 规则“a”的 on 写了 projekt，没有这个类别，最接近的是“project”\n"};
	struct rule_declaration twice = waits;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_told(with_rules(example_alpha, &cases[i], 1), empty_beta, NULL, told[i]);
	twice.place = (struct place){"beta/init.lua", 3};
	twice.on = "enterprise";
	expect_told(with_rules(example_alpha, &waits, 1), with_rules(empty_beta, &twice, 1), NULL,
	    "beta/init.lua:3: 规则“waits”已在 alpha/init.lua:90 声明，换一个名字\n");
}

static void a_rule_on_a_kind_declared_twice_adds_no_fault(void **state)
{
	static const struct kind_declaration again = {
	    .place = {"beta/init.lua", 2}, .name = "project", .title = "项目", .prefix = "P"};
	struct declarations beta = empty_beta;

	(void)state;
	beta.kinds = &again;
	beta.kind_count = 1;
	expect_told(with_rules(example_alpha, &waits, 1), beta, NULL,
	    "beta/init.lua:2: 类别“project”已在 alpha/init.lua:10 声明；要加字段或阶段用 luodi.extend\n");
}

static struct declarations extending(const struct kind_declaration *extension)
{
	struct declarations beta = empty_beta;

	beta.kinds = extension;
	beta.kind_count = 1;
	return beta;
}

static void what_the_core_made_is_not_declared_filled_or_needed_by_plugins(void **state)
{
	static const struct field_declaration titled[] = {{.name = "lamp", .title = "灯", .type = "text"}},
					      was[] = {{.name = "lamp", .type = "text", .was = "findings"}};
	static const char *const needs[] = {"waivers"};
	static const struct stage_declaration stages[] = {{.name = "signed", .needs = needs, .need_count = 1}};
	static const struct kind_declaration extensions[] = {
	    {.place = {"b", 2}, .name = "project", .extend = true, .fields = titled, .field_count = 1},
	    {.place = {"b", 2}, .name = "project", .extend = true, .fields = was, .field_count = 1},
	    {.place = {"b", 2}, .name = "project", .extend = true, .stages = stages, .stage_count = 1}};
	static const struct mapping_column column = {.header = "豁免", .target = "waivers"};
	static const struct mapping_declaration mapping = {
	    .place = {"b", 6}, .name = "m", .kind = "project", .columns = &column, .column_count = 1};
	struct declarations alpha = with_rules(example_alpha, &waits, 1), mapped = empty_beta;

	(void)state;
	expect_told(
	    alpha, extending(&extensions[0]), NULL, "b:2: “项目”的字段 lamp 和 light 标题都是“灯”，分不清，改一个\n");
	expect_told(alpha, extending(&extensions[1]), NULL,
	    "b:2: 字段“lamp”的 was 不能写 findings：那是灯的记录，不是填的值，去掉 was\n"
	    "b:2: “项目”的字段 lamp 和 findings：was 写的旧名字还在用\n");
	expect_told(
	    alpha, extending(&extensions[2]), NULL, "b:2: “项目”的阶段“signed”的 needs 写了 waivers，没有这个字段\n");
	mapped.mappings = &mapping;
	mapped.mapping_count = 1;
	expect_told(alpha, mapped, NULL, "b:6: 对照“m”的列“豁免”写了 waivers，它由规则得出，不能从文件填\n");
}

static void a_kind_with_rules_has_room_for_three_fields_less(void **state)
{
	struct field_declaration fields[KIND_MAX_FIELDS];
	char names[KIND_MAX_FIELDS][16];
	struct kind_declaration kind = {
	    .place = {"b", 2}, .name = "thing", .title = "东西", .prefix = "T", .fields = fields};
	const struct rule_declaration rule = {.place = {"b", 3}, .name = "r", .on = "thing", .check = 1};
	struct declarations beta = with_rules(extending(&kind), &rule, 1);

	(void)state;
	for (int i = 0; i < KIND_MAX_FIELDS; i++) {
		snprintf(names[i], sizeof names[i], "f%d", i);
		fields[i] = (struct field_declaration){.name = names[i], .type = "int"};
	}
	kind.field_count = KIND_MAX_FIELDS - 3;
	expect_told(example_alpha, beta, NULL, NULL);
	kind.field_count = KIND_MAX_FIELDS - 2;
	expect_told(
	    example_alpha, beta, NULL, "b:3: “东西”的字段太多：有规则的种类另有 3 个字段记灯，连同它们至多 200 个\n");
}

/* what the store remembers */

static const struct remembered_field remembered[] = {{"project", "light", VALUE_ENUM, NULL},
    {"project", "findings", VALUE_TEXT, NULL}, {"project", "waivers", VALUE_TEXT, NULL}};
static const struct catalog catalog = {.fields = remembered, .field_count = 3};

static void without_rules_what_they_said_is_hidden_and_kept(void **state)
{
	struct schema *schema = make(&catalog, false);
	const struct kind *kind = &schema->kinds[0];
	int light = kind_find_stored_field(kind, "light");

	(void)state;
	assert_int_equal(kind->field_count, COUNT_OF(example_fields) + 3);
	assert_true(light >= 0);
	assert_true(kind->fields[light].hidden);
	assert_false(kind->fields[light].builtin);
	assert_int_equal(kind->fields[light].compute, 0);
	assert_int_equal(kind_find_field(kind, "light"), -1);
	assert_int_equal(kind->light, -1);
	assert_int_equal(kind->findings, -1);
	assert_int_equal(kind->waivers, -1);
	schema_release(schema);
}

static void with_rules_again_they_are_what_they_were(void **state)
{
	struct schema *schema = make(&catalog, true);
	const struct kind *kind = &schema->kinds[0];

	(void)state;
	assert_int_equal(kind->field_count, COUNT_OF(example_fields) + 3); /* not remembered ones beside them */
	assert_int_equal(kind_find_stored_field(kind, "light"), kind->light);
	expect_builtin(kind, kind->light, "light", "灯");
	schema_release(schema);
}

static void builtins_survive_the_wire_to_a_host(void **state)
{
	struct schema *schema = make(&catalog, true), *read;
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
	assert_int_equal(read->kinds[0].field_count, schema->kinds[0].field_count);
	assert_int_equal(read->kinds[0].light, schema->kinds[0].light);
	assert_int_equal(read->kinds[0].findings, schema->kinds[0].findings);
	assert_int_equal(read->kinds[0].waivers, schema->kinds[0].waivers);
	assert_int_equal(read->kinds[0].fields[read->kinds[0].light].compute, FIELD_BY_RULES);
	assert_int_equal(read->kinds[1].light, -1);
	schema_put(&again, read);
	assert_int_equal(again.length, bytes.length);
	assert_memory_equal(again.bytes, bytes.bytes, bytes.length);
	schema_release(schema);
	schema_release(read);
	buffer_clear(&bytes);
	buffer_clear(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_kind_with_rules_has_light_findings_and_waivers),
	    cmocka_unit_test(rules_come_by_name_over_all_plugins_each_with_its_plugin_and_kind),
	    cmocka_unit_test(rules_are_checked),
	    cmocka_unit_test(a_rule_on_a_kind_declared_twice_adds_no_fault),
	    cmocka_unit_test(what_the_core_made_is_not_declared_filled_or_needed_by_plugins),
	    cmocka_unit_test(a_kind_with_rules_has_room_for_three_fields_less),
	    cmocka_unit_test(without_rules_what_they_said_is_hidden_and_kept),
	    cmocka_unit_test(with_rules_again_they_are_what_they_were),
	    cmocka_unit_test(builtins_survive_the_wire_to_a_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
