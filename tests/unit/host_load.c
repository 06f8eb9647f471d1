#include "host_driver.h"

static const char whole[] =
    "local luodi = require 'luodi'\n"
    "luodi.kind {\n"
    "  name = 'tree', title = '树', prefix = 'T',\n"
    "  fields = {\n"
    "    { 'owner', 'ref:tree', title = '主人', index = true },\n"
    "    { 'height', 'int', title = '高', unit = '米', required = true, was = 'size' },\n"
    "    { 'sort', 'enum', values = { { 'oak', '橡' }, 'ash' } },\n"
    "    { 'double', 'int', compute = function(r) return r.height * 2 end },\n"
    "  },\n"
    "  flow = { { 'seed', title = '种', to = { 'grown' } }, { 'grown', needs = { 'height' }, done = true } },\n"
    "}\n"
    "luodi.extend { kind = 'tree', fields = { { 'note', 'text' } } }\n"
    "luodi.guard { name = 'not-too-high', on = 'tree', before = 'grown', when = 'height>1', warn = true,\n"
    "  check = function(new, old) end }\n"
    "luodi.figure { name = 'share', title = '占比', of = 'tree', numerator = 'stage=grown',\n"
    "  denominator = { where = 'height>0', sum = 'height' }, basis = '按棵', version = 2 }\n"
    "luodi.mapping { name = 'ledger', kind = 'tree', header = 2, unit = '万元',\n"
    "  columns = { { '名称', 'title' }, { '高', 'height', unit = '米' }, { '备注', false }, { '状态', 'stage',\n"
    "  values = { { '长成', 'grown' } } } } }\n"
    "luodi.export { name = 'report', title = '报告', formats = { 'md' },\n"
    "  args = { { 'period', 'period', required = true }, { 'top', 'int', default = 10 } },\n"
    "  run = function(q, out, args) end }\n"
    "luodi.calendar { name = 'cn', source = '通知', years = { 2022 }, holidays = { '2022-01-31..2022-02-02' },\n"
    "  workdays = { '2022-01-29' } }\n";

static void declarations_arrive_whole(void **state)
{
	struct driver *driver = driver_start();
	struct declarations *all = driver_load_well(driver, whole);

	(void)state;
	assert_string_equal(all->plugin, "demo");
	assert_int_equal(all->kind_count, 2);
	assert_string_equal(all->kinds[0].name, "tree");
	assert_string_equal(all->kinds[0].place.file, "demo/init.lua");
	assert_int_equal(all->kinds[0].place.line, 2);
	assert_int_equal(all->kinds[0].field_count, 4);
	assert_true(all->kinds[0].fields[1].required);
	assert_string_equal(all->kinds[0].fields[1].was, "size");
	assert_string_equal(all->kinds[0].fields[2].values[0].title, "橡");
	assert_string_equal(all->kinds[0].fields[2].values[1].title, "ash");
	assert_int_equal(all->kinds[0].fields[3].compute, 1);
	assert_string_equal(all->kinds[0].stages[0].to[0], "grown");
	assert_true(all->kinds[0].stages[1].done);
	assert_true(all->kinds[1].extend);
	assert_string_equal(all->guards[0].name, "not_too_high");
	assert_true(all->guards[0].warn);
	assert_int_equal(all->guards[0].check, 2);
	assert_string_equal(all->figures[0].denominator.sum, "height");
	assert_null(all->figures[0].numerator.sum);
	assert_int_equal(all->figures[0].version, 2);
	assert_int_equal(all->mappings[0].column_count, 4);
	assert_null(all->mappings[0].columns[2].target);
	assert_string_equal(all->mappings[0].columns[3].values[0].title, "grown");
	assert_string_equal(all->exports[0].args[1].fallback, "10");
	assert_int_equal(all->calendars[0].day_count, 4);
	assert_true(all->calendars[0].days[3].working);
	driver_stop_well(driver);
}

#define EXPORT(argument) "require 'luodi'.export { name = 'e', args = { { " argument " } }, run = print }"
#define KIND(rest) "require 'luodi'.kind { name = 'a', title = 'A', prefix = 'A', " rest " }"

static const struct {
	const char *text; /* of init.lua; the fault is in line */
	int line;
	const char *message;
} faults[] = {
    {"x = = 1", 1, "unexpected symbol"},
    {"\nlocal t = nil\nt.x = 1", 3, "attempt to index a nil value"},
    {"error 'ach'", 1, "ach"},
    {"error(nil)", 0, "nil"},
    {"error({})", 0, "是一个表"},
    {"error(setmetatable({}, {__tostring = function() while true do end end}))", 0, "是一个表"},
    {"error('a\\27[31m\\nb\\0c')", 0, "a\\x1b[31m\\nb\\x00c"},
    {"error('\\255')", 0, "\\xff"},
    {"error(('长'):rep(2000))", 0, "长长"},
    {"require 'nothing'", 1, "没有模块 nothing"},
    {"require '../x'", 1, "模块名"},
    {"require 'luodi.test'", 1, "只能在 test.lua"},
    {"require 'luodi'.alert {}", 1, "还不支持 luodi.alert"},
    {"require 'luodi'.kind {}", 1, "luodi.kind要有 name"},
    {"require 'luodi'.kind 'a'", 1, "要一个表"},
    {"require 'luodi'.kind { name = 'A', title = 'a', prefix = 'A' }", 1, "小写字母开头"},
    {"require 'luodi'.kind { name = 'a', titel = 'a' }", 1, "没有 titel 这一项，是不是 title"},
    {KIND("fields = { { 'x', 'int' }, { 'y', 'int', requried = true } }"), 1,
	"luodi.kind（a） 的 fields 第 2 项没有 requried 这一项，是不是 required"},
    {KIND("fields = { { 'x' } }"), 1, "要有类型"},
    {KIND("fields = { 'x' }"), 1, "fields 第 1 项要是一个表，给的是文字"},
    {KIND("fields = { x = 1 }"), 1, "没有 x 这一项"},
    {KIND("fields = { { 'x', 'int', compute = 5 } }"), 1, "compute 要是函数，给的是整数"},
    {KIND("fields = { { 'x', 'int', required = 'yes' } }"), 1, "true 或 false"},
    {KIND("flow = { { 's', to = 'x' } }"), 1, "to 要是一个表"},
    {KIND("title = '\\255'"), 1, "UTF-8"},
    {"require 'luodi'.guard { name = 'g', on = 'a' }", 1, "check 要是函数"},
    {"require 'luodi'.figure { name = 'f', title = 'f', of = 'a' }", 1, "要有 numerator"},
    {"require 'luodi'.figure { name = 'f', title = 'f', of = 'a', numerator = { wher = 'x' } }", 1, "是不是 where"},
    {"require 'luodi'.mapping { name = 'm', kind = 'a' }", 1, "要有 columns"},
    {"require 'luodi'.export { name = 'e', args = { { 'x', 'blob' } }, run = print }", 1, "类型 blob 没有"},
    {"require 'luodi'.calendar { name = 'c', years = { 2022 }, holidays = { '2023-01-01' } }", 1, "years 却没有 2023"},
    {"require 'luodi'.calendar { name = 'c', years = { 2022 }, holidays = { '2022-13-01' } }", 1, "holidays 第 1 项"},
    {"require 'luodi'.money(5)", 1, "要写成文字"},
    {"local l = require 'luodi' return l.date '2022-01-01' < '2022-01-02'", 1, "写成 luodi.date"},
    {"local l = require 'luodi' return l.money '1亿' > 5", 1, "写成 luodi.money"},
    {"\033Lua", 0, "字节码"},
    {"require 'luodi'.kidn { name = 'a' }", 1, "没有 luodi.kidn，最接近的是 luodi.kind"},
    {"local l = require 'luodi'\nprint(l.nothing_like_it)", 2, "没有 luodi.nothing_like_it"},
    {EXPORT("'p', 'period', default = '2022H7'"), 1, "default 不对：要一个期间，写的是“2022H7”；可以写 2022、2022H1"},
    {EXPORT("'p', 'date', default = '2022-13-01'"), 1, "（p）的 default 不对"},
    {EXPORT("'p', 'int', default = 'many'"), 1, "（p）的 default 不对"},
    {EXPORT("'p', 'money', default = '1斤'"), 1, "（p）的 default 不对"},
    {EXPORT("'p', 'bool', default = 'perhaps'"), 1, "要写“是”或“否”，写的是“perhaps”"},
};

static void a_fault_names_file_line_and_what_to_do(void **state)
{
	struct driver *driver = driver_start();

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct seen_fault fault = driver_load_badly(driver, faults[i].text);

		expect_within(fault.message, faults[i].message);
		assert_int_equal(fault.type, HOST_FAULT_ERROR);
		if (faults[i].line > 0) {
			assert_int_equal(fault.line, faults[i].line);
			assert_string_equal(fault.file, "demo/init.lua");
		}
	}
	driver_load_well(driver, whole);
	driver_stop_well(driver);
}

static void modules_are_found_by_name_and_run_once(void **state)
{
	static const struct source sources[] = {
	    {"init",
		"local a, b = require 'part.a', require 'part.a' assert(a == b and a.n == 1)\n"
		"assert(require 'quiet' == true) require 'broken'"},
	    {"part.a", "return { n = 1 }"},
	    {"quiet", "local x = 1"},
	    {"broken", "\n\nrequire 'broken'"},
	};
	struct driver *driver = driver_start();
	struct seen_fault fault;
	struct wire in;

	(void)state;
	assert_int_equal(driver_load(driver, 3, "demo", sources, 4, &in), HOST_FAULT);
	fault = driver_take_fault(driver, &in);
	assert_int_equal(fault.call, -4);
	assert_string_equal(fault.file, "demo/broken.lua");
	assert_int_equal(fault.line, 3);
	expect_within(fault.message, "绕了一圈");
	expect_within(fault.trace, "demo/init.lua:2");
	driver_stop_well(driver);
}

static void a_source_of_more_than_a_mebibyte_is_refused(void **state)
{
	struct driver *driver = driver_start();
	char *text = malloc((1 << 20) + 2);
	struct seen_fault fault;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', (1 << 20) + 1);
	text[(1 << 20) + 1] = '\0';
	fault = driver_load_badly(driver, text);
	expect_within(fault.message, "超过 1 MiB");
	text[1 << 20] = '\0';
	driver_load_well(driver, text);
	for (size_t i = 0; i < 1 << 20; i++)
		text[i] = i < 7 ? "return "[i] : '(';
	fault = driver_load_badly(driver, text);
	expect_within(fault.message, "C stack overflow");
	free(text);
	driver_stop_well(driver);
}

/* One plugin's string table, string metatable and globals are its own. */
static void plugins_share_nothing(void **state)
{
	static const struct source first = {"init", "string.format = nil string.mine = 1 shared = 1"};
	static const struct source second = {
	    "init", "assert(string.format and not string.mine and not shared and ('%d'):format(1) == '1')"};
	struct driver *driver = driver_start();
	struct wire in;

	(void)state;
	assert_int_equal(driver_load(driver, 0, "the_first", &first, 1, &in), HOST_LOADED);
	assert_int_equal(driver_load(driver, 1, "the-second", &second, 1, &in), HOST_LOADED);
	driver_stop_well(driver);
}

/* The plugin in the file asserts, in Lua, what values do; loading it runs that. */
static void values_behave_as_their_file_says(void **state)
{
	struct driver *driver = driver_start();
	char *text = driver_plugin_file("values/init.lua");

	(void)state;
	driver_send_schema(
	    driver, driver_load_well(driver, "require 'luodi'.kind { name = 'a', title = 'A', prefix = 'A' }"));
	driver_load_well(driver, text);
	free(text);
	driver_stop_well(driver);
}

/* Everything that can be reached from the globals, one path a line; a new name is a decision, not a surprise. */
static void the_environment_is_the_stored_list(void **state)
{
	struct driver *driver = driver_start();
	char *walk = driver_plugin_file("environment/init.lua"), *stored = driver_plugin_file("environment/names.txt");
	char *text = malloc(strlen(walk) + strlen(stored) + 32);

	(void)state;
	assert_non_null(text);
	sprintf(text, "local stored = [[\n%s]]\n%s", stored, walk);
	driver_load_well(driver, text);
	free(text);
	free(stored);
	free(walk);
	driver_stop_well(driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(declarations_arrive_whole),
	    cmocka_unit_test(a_fault_names_file_line_and_what_to_do),
	    cmocka_unit_test(modules_are_found_by_name_and_run_once),
	    cmocka_unit_test(a_source_of_more_than_a_mebibyte_is_refused),
	    cmocka_unit_test(plugins_share_nothing),
	    cmocka_unit_test(values_behave_as_their_file_says),
	    cmocka_unit_test(the_environment_is_the_stored_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
