/* HOST_CALL_RULE: what check(record, today) may answer, and which of its days come back. */
#include "host_driver.h"

/* Functions as they come: 1 waiting, 2 odd, 3 of the owner, 4 the guard, 5 the compute. */
static const char plugin[] =
    "local luodi = require 'luodi'\n"
    "luodi.kind { name = 'person', title = '人', prefix = 'H', fields = { { 'age', 'int' } } }\n"
    "luodi.kind { name = 'tree', title = '树', prefix = 'T',\n"
    "  fields = { { 'owner', 'ref:person' }, { 'height', 'int' } },\n"
    "  flow = { { 'seed', title = '种', to = { 'grown' } }, { 'grown', title = '成' } } }\n"
    "luodi.rule { name = 'waits-too-long', title = '久不长', on = 'tree', when = 'stage=seed',\n"
    "  check = function(t, today)\n"
    "    local days = today - t.stage_since\n"
    "    if days > 90 then return 'red', '%s 种下 %d 天仍未长成', t, days end\n"
    "    if days > 60 then return 'yellow', '种下已 %d 天', days end\n"
    "  end }\n"
    "luodi.rule { name = 'odd', on = 'tree', check = function(t, today)\n"
    "  local h = t.height\n"
    "  if h == 1 then return 'green' end\n"
    "  if h == 2 then return 'Red', '大写' end\n"
    "  if h == 3 then return true end\n"
    "  if h == 4 then return 'red' end\n"
    "  if h == 5 then return 'yellow', '' end\n"
    "  if h == 6 then return 'yellow', 5 end\n"
    "  if h == 7 then return 'red', '%d 天' end\n"
    "  if h == 8 then return 'red', 'a\\255' end\n"
    "  if h == 9 and today >= luodi.date '2022-01-05' then return t.hieght end\n"
    "  if h == 10 then while true do end end\n"
    "  if h == 11 then return t.light end\n"
    "  if h == 12 then return 'red', 'ab' .. ('长'):rep(300) end\n"
    "  if h == 13 then return 'red', 'a\\n\\27[31mb' end\n"
    "  if h == 14 then return nil, '不用的话' end\n"
    "  if h == 15 then return 'red', '%s', nil end\n"
    "  if h == 16 then return (today.day % 2 == 0) and 'red' or 'yellow', ('长'):rep(160) end\n"
    "  if h == 17 then return 'red', '%s 天', {} end\n"
    "  if h == 18 then return 'red', '%s' , luodi.date '2022-01-05' - today, today.day end\n"
    "  if h == 19 then return t.findings end\n"
    "  if h == 20 then local n = 0 for i = 1, 5000000 do n = n + i end return nil end\n"
    "end }\n"
    "luodi.rule { name = 'aged', on = 'tree', check = function(t, today)\n"
    "  if t.height == 1 then return 'red', '%s', t.owner.light end\n"
    "  if t.owner.age > 60 then return 'yellow', '主人 %d 岁', t.owner.age end end }\n"
    "luodi.guard { name = 'g', on = 'tree', check = function(new)\n"
    "  if new.height == 1 then return new.findings and nil end\n"
    "  return luodi.refuse(nil, '%s %s %s', new.light, new:title_of 'light', new.light == 'red') end }\n"
    "luodi.extend { kind = 'person', fields = { { 'x', 'int', compute = function(p) return p.light end } } }\n"
    "luodi.rule { name = 'young', on = 'person', check = function(p, today) end }\n";

enum { PERSON = 1, TREE = 2, WAITS = 1, ODD = 2, AGED = 3, GUARD = 4, COMPUTE = 5 };
enum { OWNER, HEIGHT, LIGHT, FINDINGS, WAIVERS };

static struct driver *started(void)
{
	struct driver *driver = driver_start();

	driver_send_schema(driver, driver_load_well(driver, plugin));
	return driver;
}

static struct state *tree(struct driver *driver, int number, int64_t height)
{
	struct state *state = state_new(driver->pool, &driver->schema->kinds[TREE - 1], record_key(TREE, number));

	state->exists = true;
	state->title = "老橡树";
	state->stage = 0;
	state->stage_since.day = TODAY - 100;
	state->reached[0].day = TODAY - 100;
	state->values[OWNER] = value_of_number(VALUE_REF, record_key(PERSON, 1));
	state->values[HEIGHT] = value_of_number(VALUE_INT, height);
	return state;
}

static void put_span(struct driver *driver, const struct state *state, int first, int last)
{
	state_put(&driver->out, state);
	wire_put_integer(&driver->out, first);
	wire_put_integer(&driver->out, last);
}

static void call_one(struct driver *driver, int64_t function, int64_t height, int first, int last)
{
	driver_begin_call(driver, HOST_CALL_RULE, function);
	wire_put_count(&driver->out, 1);
	put_span(driver, tree(driver, 1, height), first, last);
	driver_send(driver, HOST_CALL);
}

static void expect_answer(struct driver *driver, struct wire *in, int day, int level, const char *sentence)
{
	const char *got;

	assert_int_equal(wire_get_integer(in, 0, INT32_MAX), day);
	assert_int_equal(wire_get_integer(in, LEVEL_GREEN, LEVEL_RED), level);
	got = wire_get_text(in, driver->pool, 500);
	if (sentence == NULL)
		assert_null(got);
	else
		assert_string_equal(got, sentence);
}

/* One span with one answer, of its first day. */
static void expect_only(struct driver *driver, int day, int level, const char *sentence)
{
	struct wire in;

	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 1), 1);
	assert_int_equal(wire_get_count(&in, 1), 1);
	expect_answer(driver, &in, day, level, sentence);
	assert_true(wire_end(&in));
}

static void a_rule_is_declared_with_its_place_and_a_name_without_hyphens(void **state)
{
	struct driver *driver = driver_start();
	const struct declarations *declared = driver_load_well(driver, plugin);

	(void)state;
	assert_int_equal(declared->rule_count, 4);
	assert_string_equal(declared->rules[0].name, "waits_too_long");
	assert_string_equal(declared->rules[0].title, "久不长");
	assert_string_equal(declared->rules[0].on, "tree");
	assert_string_equal(declared->rules[0].when, "stage=seed");
	assert_int_equal(declared->rules[0].check, WAITS);
	assert_int_equal(declared->rules[0].place.line, 6);
	assert_null(declared->rules[1].title);
	assert_null(declared->rules[1].when);
	assert_int_equal(declared->rules[2].check, AGED);
	driver_stop_well(driver);
}

static const struct {
	const char *text, *fault;
} bad_rules[] = {
    {"luodi.rule { on = 'a', check = function() end }", "luodi.rule要有 name"},
    {"luodi.rule { name = 'r', check = function() end }", "luodi.rule（r）要有 on"},
    {"luodi.rule { name = 'r', on = 'a' }", "luodi.rule（r）的 check 要是函数，给的是空"},
    {"luodi.rule { name = 'r', on = 'a', check = 'red' }", "的 check 要是函数，给的是文字"},
    {"luodi.rule { name = 'r', on = 'a', when = 5, check = function() end }", "的 when 要是文字"},
    {"luodi.rule { name = 'r', on = 'a', chek = function() end }", "没有 chek 这一项，是不是 check"},
    {"luodi.rule { name = 'r', on = 'a', before = 'x', check = function() end }", "没有 before 这一项"},
    {"luodi.rule { name = 'R', on = 'a', check = function() end }", "的 name 是“R”"},
};

static void a_rule_of_the_wrong_form_is_refused_at_its_line(void **state)
{
	struct driver *driver = driver_start();

	(void)state;
	for (size_t i = 0; i < sizeof bad_rules / sizeof *bad_rules; i++) {
		char text[512];
		struct seen_fault fault;

		snprintf(text, sizeof text, "local luodi = require 'luodi'\n\n%s", bad_rules[i].text);
		fault = driver_load_badly(driver, text);
		expect_within(fault.message, bad_rules[i].fault);
		assert_int_equal(fault.line, 3);
	}
	driver_stop_well(driver);
}

static void the_first_day_is_answered_and_each_that_has_another_level(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	call_one(driver, WAITS, 0, TODAY - 100, TODAY);
	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 1), 1);
	assert_int_equal(wire_get_count(&in, 1000), 3);
	expect_answer(driver, &in, TODAY - 100, LEVEL_GREEN, NULL);
	expect_answer(driver, &in, TODAY - 39, LEVEL_YELLOW, "种下已 61 天");
	expect_answer(driver, &in, TODAY - 9, LEVEL_RED, "老橡树 种下 91 天仍未长成");
	assert_true(wire_end(&in));
	driver_stop_well(driver);
}

static void spans_come_back_in_order_each_with_its_own_days(void **state)
{
	struct driver *driver = started();
	struct state *late = tree(driver, 2, 0);
	struct wire in;

	(void)state;
	late->stage_since.day = TODAY;
	driver_begin_call(driver, HOST_CALL_RULE, WAITS);
	wire_put_count(&driver->out, 3);
	put_span(driver, tree(driver, 1, 0), TODAY, TODAY);
	put_span(driver, late, TODAY, TODAY + 61);
	put_span(driver, late, TODAY + 91, TODAY + 93);
	driver_send(driver, HOST_CALL);
	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 3), 3);
	assert_int_equal(wire_get_count(&in, 1), 1);
	expect_answer(driver, &in, TODAY, LEVEL_RED, "老橡树 种下 100 天仍未长成");
	assert_int_equal(wire_get_count(&in, 2), 2);
	expect_answer(driver, &in, TODAY, LEVEL_GREEN, NULL);
	expect_answer(driver, &in, TODAY + 61, LEVEL_YELLOW, "种下已 61 天");
	assert_int_equal(wire_get_count(&in, 1), 1);
	expect_answer(driver, &in, TODAY + 91, LEVEL_RED, "老橡树 种下 91 天仍未长成");
	assert_true(wire_end(&in));
	driver_stop_well(driver);
}

static void no_spans_are_no_answers(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	driver_begin_call(driver, HOST_CALL_RULE, WAITS);
	wire_put_count(&driver->out, 0);
	driver_send(driver, HOST_CALL);
	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 1), 0);
	assert_true(wire_end(&in));
	driver_stop_well(driver);
}

static const struct {
	int height;
	enum host_fault type;
	int line; /* of the function, where what it returned is wrong */
	const char *fault;
} faults[] = {
    {1, HOST_FAULT_ANSWER, 12, "规则返回了“green”；要么什么都不返回"},
    {2, HOST_FAULT_ANSWER, 12, "规则返回了“Red”"},
    {3, HOST_FAULT_ANSWER, 12, "再加一句话；给的是"},
    {4, HOST_FAULT_ANSWER, 12, "规则返回了“red”，没有说原因"},
    {5, HOST_FAULT_ANSWER, 12, "规则返回了“yellow”，没有说原因"},
    {6, HOST_FAULT_ANSWER, 12, "规则返回了“yellow”，没有说原因"},
    {7, HOST_FAULT_ERROR, 12, "格式要 1 个以上的参数，只给了 0 个"},
    {8, HOST_FAULT_ERROR, 12, "不是有效的 UTF-8"},
    {9, HOST_FAULT_ERROR, 22, "“树”没有字段 hieght，最接近的是 height"},
    {11, HOST_FAULT_ERROR, 24, "规则和计算字段里看不到灯"},
    {15, HOST_FAULT_ANSWER, 12, "规则的句子是空的"},
    {17, HOST_FAULT_ERROR, 12, "写不成文字"},
    {19, HOST_FAULT_ERROR, 32, "“树”没有字段 findings"},
};

static void anything_else_than_a_level_and_a_sentence_is_at_fault(void **state)
{
	struct driver *driver = started();

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct seen_fault fault;

		call_one(driver, ODD, faults[i].height, TODAY - 10, TODAY);
		fault = driver_expect_fault(driver);
		expect_within(fault.message, faults[i].fault);
		assert_int_equal(fault.type, faults[i].type);
		assert_string_equal(fault.file, "demo/init.lua");
		assert_int_equal(fault.line, faults[i].line);
	}
	call_one(driver, ODD, 14, TODAY, TODAY); /* green needs no sentence, and the plugin still answers */
	expect_only(driver, TODAY, LEVEL_GREEN, NULL);
	driver_stop_well(driver);
}

static void an_error_in_the_middle_of_the_days_is_the_whole_calls(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;

	(void)state;
	call_one(driver, ODD, 9, TODAY - 10, TODAY - 4); /* the fifth of January is TODAY - 3 */
	expect_only(driver, TODAY - 10, LEVEL_GREEN, NULL);
	call_one(driver, ODD, 9, TODAY - 10, TODAY - 3);
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_ERROR);
	driver_stop_well(driver);
}

static void a_long_sentence_is_cut_between_characters_and_keeps_to_one_line(void **state)
{
	struct driver *driver = started();
	struct wire in;
	const char *sentence;

	(void)state;
	call_one(driver, ODD, 12, TODAY, TODAY);
	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 1), 1);
	assert_int_equal(wire_get_count(&in, 1), 1);
	assert_int_equal(wire_get_integer(&in, 0, INT32_MAX), TODAY);
	assert_int_equal(wire_get_integer(&in, LEVEL_GREEN, LEVEL_RED), LEVEL_RED);
	sentence = wire_get_name(&in, driver->pool, 500);
	assert_int_equal(strlen(sentence), strlen("ab") + 166 * strlen("长"));
	assert_true(wire_end(&in));
	call_one(driver, ODD, 13, TODAY, TODAY);
	expect_only(driver, TODAY, LEVEL_RED, "a\\n\\x1b[31mb");
	driver_stop_well(driver);
}

static void values_behind_those_that_the_sentence_wants_are_left(void **state)
{
	struct driver *driver = started();

	(void)state;
	call_one(driver, ODD, 18, TODAY - 5, TODAY);
	expect_only(driver, TODAY - 5, LEVEL_RED, "2");
	driver_stop_well(driver);
}

static void a_day_over_budget_ends_the_plugin_not_the_host(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;

	(void)state;
	call_one(driver, ODD, 10, TODAY, TODAY);
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_BUDGET);
	assert_int_equal(fault.line, 23);
	call_one(driver, WAITS, 0, TODAY, TODAY); /* its state is gone */
	assert_int_equal(driver_expect_fault(driver).type, HOST_FAULT_BUDGET);
	driver_load_well(driver, plugin);
	call_one(driver, WAITS, 0, TODAY, TODAY);
	expect_only(driver, TODAY, LEVEL_RED, "老橡树 种下 100 天仍未长成");
	driver_stop_well(driver);
}

static void each_day_has_the_whole_budget(void **state)
{
	struct driver *driver = started();

	(void)state;
	call_one(driver, ODD, 20, TODAY - 19, TODAY); /* together far over it */
	expect_only(driver, TODAY - 19, LEVEL_GREEN, NULL);
	driver_stop_well(driver);
}

static void levels_that_change_each_day_are_too_much_and_told_so(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;

	(void)state;
	driver_begin_call(driver, HOST_CALL_RULE, ODD);
	wire_put_count(&driver->out, 20);
	for (int i = 0; i < 20; i++) /* 1,000 sentences of 480 bytes each */
		put_span(driver, tree(driver, i + 1, 16), TODAY - 999, TODAY);
	driver_send(driver, HOST_CALL);
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_ANSWER);
	expect_within(fault.message, "灯色一天一变");
	driver_stop_well(driver);
}

static void answer_person(struct driver *driver, int64_t age)
{
	struct state *person = state_new(driver->pool, &driver->schema->kinds[PERSON - 1], record_key(PERSON, 1));
	struct wire in;

	person->exists = true;
	person->title = "张三";
	person->values[0] = value_of_number(VALUE_INT, age);
	driver_expect(driver, HOST_ASK, &in);
	assert_int_equal(wire_get_integer(&in, 1, 100), HOST_ASK_RECORD);
	assert_int_equal(wire_get_integer(&in, 1, INT64_MAX), record_key(PERSON, 1));
	assert_true(wire_end(&in));
	wire_put_integer(&driver->out, driver->call);
	wire_put_boolean(&driver->out, true);
	wire_put_boolean(&driver->out, true);
	state_put(&driver->out, person);
	wire_put_text(&driver->out, "H-0001");
	driver_send(driver, HOST_ANSWER);
}

static void a_reference_is_asked_for_once_for_all_days_of_a_call(void **state)
{
	struct driver *driver = started();

	(void)state;
	call_one(driver, AGED, 2, TODAY - 30, TODAY);
	answer_person(driver, 61);
	expect_only(driver, TODAY - 30, LEVEL_YELLOW, "主人 61 岁");
	call_one(driver, AGED, 2, TODAY - 30, TODAY); /* and anew in the next */
	answer_person(driver, 60);
	expect_only(driver, TODAY - 30, LEVEL_GREEN, NULL);
	driver_stop_well(driver);
}

static void rules_and_computes_see_no_light_not_even_of_others(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;

	(void)state;
	call_one(driver, AGED, 1, TODAY, TODAY);
	answer_person(driver, 5);
	fault = driver_expect_fault(driver);
	expect_within(fault.message, "看不到灯");
	assert_int_equal(fault.line, 36);
	driver_begin_call(driver, HOST_CALL_COMPUTE, COMPUTE);
	wire_put_count(&driver->out, 1);
	state_put(&driver->out, state_new(driver->pool, &driver->schema->kinds[PERSON - 1], record_key(PERSON, 1)));
	driver_send(driver, HOST_CALL);
	expect_within(driver_expect_fault(driver).message, "看不到灯");
	driver_stop_well(driver);
}

static void call_guard(struct driver *driver, const struct state *now)
{
	driver_begin_call(driver, HOST_CALL_GUARD, GUARD);
	state_put(&driver->out, now);
	wire_put_boolean(&driver->out, false);
	driver_send(driver, HOST_CALL);
}

static void a_guard_reads_the_light_and_nothing_else_that_rules_made(void **state)
{
	struct driver *driver = started();
	struct state *now = tree(driver, 1, 2);
	struct wire in;

	(void)state;
	now->values[LIGHT] = (struct value){.type = VALUE_ENUM, .text = "red"};
	now->values[FINDINGS] = value_of_text("waits_too_long red 种下 100 天");
	now->values[WAIVERS] = value_of_text("x");
	call_guard(driver, now);
	driver_expect(driver, HOST_RESULT, &in);
	assert_true(wire_get_boolean(&in));
	assert_null(wire_get_text(&in, driver->pool, 64));
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "red 红 是");
	assert_true(wire_end(&in));
	now->values[HEIGHT].number = 1;
	call_guard(driver, now);
	expect_within(driver_expect_fault(driver).message, "“树”没有字段 findings");
	driver_stop_well(driver);
}

static void expect_ended(const char *what, int first, int last)
{
	struct driver *driver = started();
	struct wire in;
	int status;

	call_one(driver, WAITS, 0, first, last);
	if (driver_read(driver, &in) != 0)
		fail_msg("%s was answered", what);
	status = driver_stop(driver);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), HOST_END_BAD_FRAME);
}

static void a_span_of_no_days_or_too_many_is_not_what_was_agreed_on(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	call_one(driver, WAITS, 0, TODAY - 100, TODAY + 899);
	driver_expect(driver, HOST_RESULT, &in);
	driver_stop_well(driver);
	expect_ended("a span of 1,001 days", TODAY - 100, TODAY + 900);
	expect_ended("a span that ends before it begins", TODAY, TODAY - 1);
	expect_ended("a day that is none", TODAY, DATE_LAST.day + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rule_is_declared_with_its_place_and_a_name_without_hyphens),
	    cmocka_unit_test(a_rule_of_the_wrong_form_is_refused_at_its_line),
	    cmocka_unit_test(the_first_day_is_answered_and_each_that_has_another_level),
	    cmocka_unit_test(spans_come_back_in_order_each_with_its_own_days),
	    cmocka_unit_test(no_spans_are_no_answers),
	    cmocka_unit_test(anything_else_than_a_level_and_a_sentence_is_at_fault),
	    cmocka_unit_test(an_error_in_the_middle_of_the_days_is_the_whole_calls),
	    cmocka_unit_test(a_long_sentence_is_cut_between_characters_and_keeps_to_one_line),
	    cmocka_unit_test(values_behind_those_that_the_sentence_wants_are_left),
	    cmocka_unit_test(a_day_over_budget_ends_the_plugin_not_the_host),
	    cmocka_unit_test(each_day_has_the_whole_budget),
	    cmocka_unit_test(levels_that_change_each_day_are_too_much_and_told_so),
	    cmocka_unit_test(a_reference_is_asked_for_once_for_all_days_of_a_call),
	    cmocka_unit_test(rules_and_computes_see_no_light_not_even_of_others),
	    cmocka_unit_test(a_guard_reads_the_light_and_nothing_else_that_rules_made),
	    cmocka_unit_test(a_span_of_no_days_or_too_many_is_not_what_was_agreed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
