#include "model_example.h"

static const struct guard_declaration guards[] = {{.place = {"alpha/init.lua", 90},
    .name = "promise-within-law",
    .title = "承诺",
    .on = "project",
    .before = "signed",
    .when = "planned>=1亿",
    .warn = true,
    .check = 2}};
static const struct rule_declaration rules[] = {{.place = {"alpha/init.lua", 95},
    .name = "signed-too-long",
    .title = "签约后迟迟不开工",
    .on = "project",
    .when = "stage=signed",
    .check = 5}};
static const struct figure_declaration figures[] = {{.place = {"alpha/init.lua", 91},
    .name = "on-time",
    .title = "按时率",
    .of = "project",
    .period = "signed-on",
    .numerator = {"stage=landed", "planned", "invested"},
    .denominator = {"stage=signed", NULL, NULL},
    .has_denominator = true,
    .against = "year",
    .basis = "按项目计",
    .version = 3}};
static const struct named column_values[] = {{"市本级", "city"}};
static const struct mapping_column columns[] = {{"总投资(万元)", "planned", "万元", NULL, 0},
    {"签约时间", "reached(signed)", NULL, column_values, 1}, {"序号", NULL, NULL, NULL, 0}};
static const struct mapping_declaration mappings[] = {{.place = {"alpha/init.lua", 92},
    .name = "ledger-2022",
    .kind = "project",
    .encoding = "gb18030",
    .dates = "day_first",
    .unit = "万元",
    .key = "title",
    .on = "2022-06-30",
    .header = 3,
    .columns = columns,
    .column_count = 3}};
static const char *const formats[] = {"xlsx", "csv"};
static const struct argument_declaration arguments[] = {{"until-day", "截至", "date", "today", true}};
static const struct export_declaration exports[] = {{.place = {"alpha/init.lua", 93},
    .name = "weekly",
    .title = "周调度",
    .formats = formats,
    .format_count = 2,
    .args = arguments,
    .arg_count = 1,
    .run = 4}};
static const int years[] = {2022, 2023};
static const struct calendar_day days[] = {{{19093}, false}, {{19084}, true}};
static const struct calendar_declaration calendars[] = {{.place = {"alpha/init.lua", 94},
    .name = "holidays",
    .title = "节假日",
    .source = "国务院办公厅通知",
    .years = years,
    .year_count = 2,
    .days = days,
    .day_count = 2}};

static struct declarations example_all(void)
{
	struct declarations all = example_alpha;

	all.guards = guards;
	all.guard_count = 1;
	all.rules = rules;
	all.rule_count = 1;
	all.figures = figures;
	all.figure_count = 1;
	all.mappings = mappings;
	all.mapping_count = 1;
	all.exports = exports;
	all.export_count = 1;
	all.calendars = calendars;
	all.calendar_count = 1;
	return all;
}

static struct declarations *read_back(struct buffer *bytes, struct pool *pool)
{
	struct wire in;
	struct declarations *read;

	wire_read(&in, bytes->bytes, bytes->length);
	read = declarations_get(&in, pool);
	return read != NULL && wire_end(&in) ? read : NULL;
}

static void declarations_survive_the_wire(void **state)
{
	struct declarations all = example_all(), *read;
	struct pool *pool = pool_new();
	struct buffer bytes, again;

	(void)state;
	buffer_init(&bytes, 1 << 20);
	buffer_init(&again, 1 << 20);
	declarations_put(&bytes, &all);
	read = read_back(&bytes, pool);
	assert_non_null(read);
	assert_string_equal(read->kinds[0].stages[SIGNED].to[1], "construction");
	assert_string_equal(read->kinds[0].fields[4].values[1].title, "服务业");
	assert_string_equal(read->guards[0].when, "planned>=1亿");
	assert_int_equal(read->rule_count, 1);
	assert_string_equal(read->rules[0].title, "签约后迟迟不开工");
	assert_string_equal(read->rules[0].on, "project");
	assert_string_equal(read->rules[0].when, "stage=signed");
	assert_int_equal(read->rules[0].check, 5);
	assert_int_equal(read->rules[0].place.line, 95);
	assert_string_equal(read->mappings[0].columns[1].target, "reached(signed)");
	assert_null(read->mappings[0].columns[2].target);
	assert_true(read->exports[0].args[0].required);
	assert_int_equal(read->calendars[0].days[1].date.day, 19084);
	declarations_put(&again, read);
	assert_int_equal(again.length, bytes.length);
	buffer_clear(&bytes);
	buffer_clear(&again);
	pool_free(pool);
}

static void a_hyphen_in_a_name_is_read_as_an_underscore(void **state)
{
	struct declarations all = example_all(), *read;
	struct pool *pool = pool_new();
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 1 << 20);
	declarations_put(&bytes, &all);
	read = read_back(&bytes, pool);
	assert_non_null(read);
	assert_string_equal(read->guards[0].name, "promise_within_law");
	assert_string_equal(read->rules[0].name, "signed_too_long");
	assert_string_equal(read->figures[0].name, "on_time");
	assert_string_equal(read->figures[0].period, "signed_on");
	assert_string_equal(read->mappings[0].name, "ledger_2022");
	assert_string_equal(read->mappings[0].on, "2022-06-30"); /* a date is no name */
	assert_string_equal(read->exports[0].args[0].name, "until_day");
	buffer_clear(&bytes);
	pool_free(pool);
}

static void what_is_cut_short_is_refused_with_a_fault(void **state)
{
	struct declarations all = example_all();
	struct pool *pool = pool_new();
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 1 << 20);
	declarations_put(&bytes, &all);
	for (size_t length = 0; length < bytes.length; length++) {
		struct wire in;

		wire_read(&in, bytes.bytes, length);
		assert_null(declarations_get(&in, pool));
		assert_non_null(in.fault);
		pool_reset(pool);
	}
	buffer_clear(&bytes);
	pool_free(pool);
}

/* Flipped bits are refused, or give declarations that a schema can be tried on: it may refuse, not crash. */
static void flipped_bits_never_crash_decoding_or_checking(void **state)
{
	struct declarations all = example_all();
	struct pool *pool = pool_new();
	struct plugin_info plugin = {.name = "alpha"};
	struct buffer bytes, faults;
	size_t read_count = 0;

	(void)state;
	buffer_init(&bytes, 1 << 20);
	buffer_init(&faults, 1 << 16);
	declarations_put(&bytes, &all);
	for (size_t bit = 0; bit < bytes.length * 8; bit += 3) {
		const struct declarations *read;

		bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
		read = read_back(&bytes, pool);
		if (read != NULL) {
			struct error error;
			struct schema *schema = schema_new(&plugin, &read, 1, NULL, &faults, &error);

			read_count++;
			if (schema == NULL)
				assert_true(faults.length > 0 && error.sentence[0] != '\0');
			schema_release(schema);
			buffer_reset(&faults);
		}
		bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
		pool_reset(pool);
	}
	assert_true(read_count > 100);
	buffer_clear(&bytes);
	buffer_clear(&faults);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(declarations_survive_the_wire),
	    cmocka_unit_test(a_hyphen_in_a_name_is_read_as_an_underscore),
	    cmocka_unit_test(what_is_cut_short_is_refused_with_a_fault),
	    cmocka_unit_test(flipped_bits_never_crash_decoding_or_checking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
