/* HOST_CALL_TEST: what luodi.test asks, and how tests come out. */
#include "host_driver.h"

static const char plugin[] =
    "local luodi = require 'luodi'\n"
    "luodi.kind { name = 'tree', title = '树', prefix = 'T', fields = { { 'height', 'int' } } }\n";

static struct driver *started(void)
{
	struct driver *driver = driver_start();

	driver_send_schema(driver, driver_load_well(driver, plugin));
	return driver;
}

static void start_tests(struct driver *driver, const char *text)
{
	driver_begin_call(driver, HOST_CALL_TEST, 0);
	wire_put_bytes(&driver->out, text, strlen(text));
	wire_put_text(&driver->out, "demo/test.lua");
	driver_send(driver, HOST_CALL);
}

/* A plain table as one line, names sorted as they come: {kind="tree" title="样本"}. */
static void write_plain(struct buffer *out, const struct plain *plain)
{
	switch (plain->type) {
	case PLAIN_ABSENT:
		buffer_append_text(out, "nil");
		break;
	case PLAIN_BOOLEAN:
		buffer_append_text(out, plain->integer ? "true" : "false");
		break;
	case PLAIN_INTEGER:
		buffer_format(out, "%lld", (long long)plain->integer);
		break;
	case PLAIN_TEXT:
		buffer_format(out, "'%s'", plain->text);
		break;
	case PLAIN_LIST:
	case PLAIN_TABLE:
		buffer_append_byte(out, '{');
		for (size_t i = 0; i < plain->count; i++) {
			if (i > 0)
				buffer_append_byte(out, ' ');
			if (plain->type == PLAIN_TABLE)
				buffer_format(out, "%s=", plain->names[i]);
			write_plain(out, &plain->items[i]);
		}
		buffer_append_byte(out, '}');
		break;
	}
}

/* The next question, in words; answered with as many texts as there are pairs of name and text, NULL ends them. A text
 * "true" or of digits is sent as what it means. */
static void expect_question(struct driver *driver, const char *what, const char *arguments, ...)
{
	struct plain items[8], table = {.type = PLAIN_TABLE, .items = items}, got;
	const char *names[8], *name;
	struct buffer line;
	struct wire in;
	va_list pairs;

	driver_expect(driver, HOST_ASK, &in);
	assert_int_equal(wire_get_integer(&in, 1, 10), HOST_ASK_TEST);
	assert_string_equal(wire_get_name(&in, driver->pool, 64), what);
	got = plain_get(&in, driver->pool);
	assert_true(wire_end(&in));
	buffer_init(&line, 65536);
	write_plain(&line, &got);
	assert_string_equal(buffer_text(&line), arguments);
	buffer_clear(&line);
	va_start(pairs, arguments);
	while ((name = va_arg(pairs, const char *)) != NULL) {
		const char *text = va_arg(pairs, const char *);

		names[table.count] = name;
		items[table.count] = (struct plain){.type = PLAIN_TEXT, .text = text};
		if (strcmp(text, "true") == 0)
			items[table.count] = (struct plain){.type = PLAIN_BOOLEAN, .integer = 1};
		if (text[0] >= '0' && text[0] <= '9')
			items[table.count] = (struct plain){.type = PLAIN_INTEGER, .integer = atoll(text)};
		table.count++;
	}
	va_end(pairs);
	table.names = names;
	wire_put_integer(&driver->out, driver->call);
	wire_put_boolean(&driver->out, true);
	plain_put(&driver->out, &table);
	driver_send(driver, HOST_ANSWER);
}

static void expect_outcomes(struct driver *driver, struct wire *in, size_t count)
{
	driver_expect(driver, HOST_RESULT, in);
	assert_int_equal(wire_get_count(in, 100), count);
}

static void expect_outcome(struct driver *driver, struct wire *in, const char *name, int line, const char *message)
{
	const char *got;
	bool passed;

	assert_string_equal(wire_get_name(in, driver->pool, 1024), name);
	passed = wire_get_boolean(in);
	got = wire_get_text(in, driver->pool, 1024);
	if (passed != (message == NULL))
		fail_msg("%s: %s", name, got != NULL ? got : "passed");
	if (message != NULL)
		expect_within(got, message);
	assert_int_equal(wire_get_integer(in, 0, 100000), line);
}

static const char story[] =
    "local t, luodi = require 'luodi.test', require 'luodi'\n"
    "t.test('grows', function()\n"
    "  local tree = t.record('tree', { height = 3, stage = 'seed', on = luodi.date '2022-01-01' })\n"
    "  t.at '2022-02-01'\n"
    "  t.move(tree, 'grown', { on = '2022-01-05', note = '长', height = 4 })\n"
    "  t.set(tree, { height = 5 })\n"
    "  t.expect_equal(t.get(tree, '2022-01-03').height, 3)\n"
    "end)\n";

static void each_function_asks_as_its_comment_says(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	start_tests(driver, story);
	expect_question(driver, "begin", "{name='grows'}", NULL);
	expect_question(driver, "record", "{fields={height=3} kind='tree' on='2022-01-01' stage='seed' title='样本'}",
	    "id", "T-0001", NULL);
	expect_question(driver, "at", "{date='2022-02-01'}", NULL);
	expect_question(driver, "move", "{fields={height=4} id='T-0001' note='长' on='2022-01-05' to='grown'}", NULL);
	expect_question(driver, "set", "{fields={height=5} id='T-0001'}", NULL);
	expect_question(driver, "get", "{as_of='2022-01-03' id='T-0001'}", "height", "3", NULL);
	expect_outcomes(driver, &in, 1);
	expect_outcome(driver, &in, "grows", 2, NULL);
	driver_stop_well(driver);
}

static void what_is_expected_is_compared(void **state)
{
	static const char text[] =
	    "local t = require 'luodi.test'\n"
	    "t.test('refused', function()\n"
	    "  local tree = t.record 'tree'\n"
	    "  t.expect_refused(tree, { height = 1 }, 'height', '变矮了')\n"
	    "  t.expect_refused(tree, { move = 'seed', note = '缩' })\n"
	    "  t.expect_refused(tree, { drop = true })\n"
	    "  t.expect_refused('tree', { height = -1 }, 'height')\n"
	    "  t.expect_refused(function() t.set(tree, { height = 2 }) end, nil, 'height', '变矮了')\n"
	    "  t.expect_figure('share', '2022', { numerator = 1, denominator = 2 })\n"
	    "  t.expect_export('report', { top = 3 }, { '一', '二' })\n"
	    "  t.expect_light(tree, 'green')\n"
	    "  t.expect_light(tree, '2022-03-01', 'red', 'too_tall')\n"
	    "  t.drop(tree)\n"
	    "  t.expect(tree.id == 'T-0001' and tostring(tree) == 'T-0001', 'id')\n"
	    "end)\n";
	struct driver *driver = started();
	struct wire in;

	(void)state;
	start_tests(driver, text);
	expect_question(driver, "begin", "{name='refused'}", NULL);
	expect_question(driver, "record", "{fields={} kind='tree' title='样本'}", "id", "T-0001", NULL);
	expect_question(driver, "refused", "{does='set' fields={height=1} id='T-0001'}", "refused", "true", "field",
	    "height", "sentence", "变矮了", NULL);
	expect_question(
	    driver, "refused", "{does='move' fields={} id='T-0001' note='缩' to='seed'}", "refused", "true", NULL);
	expect_question(driver, "refused", "{does='drop' id='T-0001'}", "refused", "true", NULL);
	expect_question(driver, "refused", "{does='record' fields={height=-1} kind='tree' title='样本'}", "refused",
	    "true", "field", "height", NULL);
	expect_question(driver, "set", "{fields={height=2} id='T-0001'}", "refused", "true", "field", "height",
	    "sentence", "变矮了", NULL);
	expect_question(driver, "figure", "{name='share' period='2022'}", "numerator", "1", "denominator", "2", NULL);
	expect_question(driver, "export", "{args={top=3} name='report'}", "text", "# 一\n二", NULL);
	expect_question(driver, "light", "{id='T-0001'}", "level", "green", "told", "-", NULL);
	expect_question(
	    driver, "light", "{id='T-0001' of='too_tall' on='2022-03-01'}", "level", "red", "told", "太高", NULL);
	expect_question(driver, "drop", "{id='T-0001'}", NULL);
	expect_outcomes(driver, &in, 1);
	expect_outcome(driver, &in, "refused", 2, NULL);
	assert_true(wire_end(&in));
	driver_stop_well(driver);
}

static void another_light_fails_with_what_the_rules_say(void **state)
{
	static const char text[] = "local t = require 'luodi.test'\n"
				   "t.test('light', function() t.expect_light(t.record 'tree', 'green') end)\n";
	struct driver *driver = started();
	struct wire in;

	(void)state;
	start_tests(driver, text);
	expect_question(driver, "begin", "{name='light'}", NULL);
	expect_question(driver, "record", "{fields={} kind='tree' title='样本'}", "id", "T-0001", NULL);
	expect_question(driver, "light", "{id='T-0001'}", "level", "red", "told", "too_tall：红，太高", NULL);
	expect_outcomes(driver, &in, 1);
	expect_outcome(driver, &in, "light", 2, "灯：期望 绿，实际是 红（too_tall：红，太高）");
	driver_stop_well(driver);
}

/* Each of these fails in the line that follows its t.test. */
static const struct {
	const char *line, *message;
} failures[] = {
    {"t.expect(false, '不对')", "不对"},
    {"t.expect(nil)", "期望成立的没有成立"},
    {"t.expect_equal('1', 1)", "期望 1，实际是 “1”"},
    {"t.set('T-0001', {})", "t.record 给出的记录"},
    {"t.record(5)", "文字"},
    {"t.expect_light()", "t.record 给出的记录"},
    {"error({})", "是一个表"},
    {"error(nil)", "nil"},
    {"local x = nil; x.y = 1", "attempt to index a nil value"},
    {"t.expect_refused(function() end)", "却通过了"},
    {"t.expect_refused(function() error('other') end)", "other"},
};

static void a_failed_test_tells_its_line_and_the_others_run(void **state)
{
	struct driver *driver = started();
	struct buffer text;
	struct wire in;
	size_t count = sizeof failures / sizeof *failures;

	(void)state;
	buffer_init(&text, 65536);
	buffer_append_text(&text, "local t = require 'luodi.test'\n");
	for (size_t i = 0; i < count; i++)
		buffer_format(&text, "t.test('f%zu', function()\n%s\nend)\n", i, failures[i].line);
	start_tests(driver, buffer_text(&text));
	buffer_clear(&text);
	for (size_t i = 0; i < count; i++) {
		char arguments[64];

		snprintf(arguments, sizeof arguments, "{name='f%zu'}", i);
		expect_question(driver, "begin", arguments, NULL);
	}
	expect_outcomes(driver, &in, count);
	for (size_t i = 0; i < count; i++) {
		char name[32];
		bool placed =
		    strstr(failures[i].line, "error(") != failures[i].line; /* these have no place of their own */

		snprintf(name, sizeof name, "f%zu", i);
		expect_outcome(
		    driver, &in, name, (int)i * 3 + (placed ? 3 : 2) + (i == 6 ? 1 : 0), failures[i].message);
	}
	assert_true(wire_end(&in));
	driver_stop_well(driver);
}

static void an_unexpected_refusal_fails_with_its_sentence(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	start_tests(
	    driver, "local t = require 'luodi.test'\nt.test('a', function()\n  t.record('tree', { height = 1 })\nend)");
	expect_question(driver, "begin", "{name='a'}", NULL);
	expect_question(driver, "record", "{fields={height=1} kind='tree' title='样本'}", "refused", "true", "sentence",
	    "要 3 米以上", NULL);
	expect_outcomes(driver, &in, 1);
	expect_outcome(driver, &in, "a", 3, "要 3 米以上");
	driver_stop_well(driver);
}

static void a_test_that_loops_is_a_fault_of_the_call(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;

	(void)state;
	start_tests(driver, "local s = 'x' while true do s = s .. s end");
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_MEMORY);
	start_tests(driver, "return 1");
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_MEMORY);
	driver_stop_well(driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_function_asks_as_its_comment_says),
	    cmocka_unit_test(what_is_expected_is_compared),
	    cmocka_unit_test(another_light_fails_with_what_the_rules_say),
	    cmocka_unit_test(a_failed_test_tells_its_line_and_the_others_run),
	    cmocka_unit_test(an_unexpected_refusal_fails_with_its_sentence),
	    cmocka_unit_test(a_test_that_loops_is_a_fault_of_the_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
