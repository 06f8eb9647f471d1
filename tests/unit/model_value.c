#include "model_example.h"

#include "base/number.h"
#include "model/nearest.h"

static void record_keys_hold_both_numbers(void **state)
{
	static const int32_t numbers[][2] = {{1, 1}, {1, INT32_MAX}, {INT32_MAX, INT32_MAX}, {77, 123456}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		int64_t key = record_key(numbers[i][0], numbers[i][1]);

		assert_true(key > 0);
		assert_int_equal(record_kind_number(key), numbers[i][0]);
		assert_int_equal(record_number(key), numbers[i][1]);
	}
}

static void sets_stay_sorted_and_without_repeats(void **state)
{
	static const struct {
		const char *before;
		char sign;
		const char *name, *after;
	} cases[] = {
	    {"", '+', "b", "b"},
	    {"b", '+', "a", "a,b"},
	    {"b", '+', "c", "b,c"},
	    {"b", '+', "b", "b"},
	    {"a,c", '+', "b", "a,b,c"},
	    {"ab,c", '+', "a", "a,ab,c"},
	    {"a,c", '+', "ab", "a,ab,c"},
	    {"a", '-', "a", ""},
	    {"", '-', "a", ""},
	    {"a,b,c", '-', "a", "b,c"},
	    {"a,b,c", '-', "b", "a,c"},
	    {"a,b,c", '-', "c", "a,b"},
	    {"a,b,c", '-', "x", "a,b,c"},
	    {"ab,c", '-', "a", "ab,c"},
	    {"张三", '+', "李四", "张三,李四"},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct value set =
		    cases[i].before[0] == '\0' ? value_empty() : (struct value){VALUE_SET, 0, cases[i].before};

		set = cases[i].sign == '+' ? set_with(pool, set, cases[i].name) : set_without(pool, set, cases[i].name);
		assert_int_equal(set.type, cases[i].after[0] == '\0' ? VALUE_EMPTY : VALUE_SET);
		if (set.type == VALUE_SET)
			assert_string_equal(set.text, cases[i].after);
	}
	assert_true(set_contains("a,b,c", "b"));
	assert_true(set_contains("a,b,c", "c"));
	assert_false(set_contains("a,bc", "b"));
	assert_false(set_contains("", "b"));
	pool_free(pool);
}

static void values_survive_the_wire(void **state)
{
	const struct value values[] = {
	    value_empty(),
	    {VALUE_TEXT, 0, "落地"},
	    {VALUE_INT, INT64_MIN, NULL},
	    {VALUE_DECIMAL, -3500000, NULL},
	    {VALUE_MONEY, 138000000000, NULL},
	    {VALUE_DATE, 19094, NULL},
	    {VALUE_BOOL, 1, NULL},
	    {VALUE_ENUM, 0, "industry"},
	    {VALUE_SET, 0, "defence,grain"},
	    {VALUE_REF, INT64_C(4294967297), NULL},
	    {VALUE_PERCENT, 750000, NULL},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct buffer bytes;
		struct wire in;

		buffer_init(&bytes, 1000);
		value_put(&bytes, values[i]);
		wire_read(&in, bytes.bytes, bytes.length);
		assert_true(value_equal(value_get(&in, pool), values[i]));
		assert_true(wire_end(&in));
		buffer_clear(&bytes);
	}
	pool_free(pool);
}

static void values_of_a_wrong_form_are_refused_by_the_wire(void **state)
{
	const struct value values[] = {
	    {VALUE_MONEY, MONEY_LARGEST + 1, NULL},
	    {VALUE_MONEY, -MONEY_LARGEST - 1, NULL},
	    {VALUE_DATE, -30000, NULL},
	    {VALUE_DATE, 3000000, NULL},
	    {VALUE_BOOL, 2, NULL},
	    {VALUE_REF, 0, NULL},
	    {VALUE_SET, 0, "b,a"},
	    {VALUE_SET, 0, "a,a"},
	    {VALUE_SET, 0, "a,,b"},
	    {VALUE_SET, 0, "a,"},
	    {VALUE_SET, 0, ","},
	    {VALUE_TYPES, 0, NULL},
	    {VALUE_TEXT, 0, "\xff"},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct buffer bytes;
		struct wire in;

		buffer_init(&bytes, 1000);
		value_put(&bytes, values[i]);
		wire_read(&in, bytes.bytes, bytes.length);
		assert_int_equal(value_get(&in, pool).type, VALUE_EMPTY);
		assert_false(wire_ok(&in));
		buffer_clear(&bytes);
	}
	pool_free(pool);
}

static void an_empty_text_is_the_empty_value(void **state)
{
	(void)state;
	assert_int_equal(value_of_text("").type, VALUE_EMPTY);
	assert_int_equal(value_of_text(NULL).type, VALUE_EMPTY);
	assert_true(value_equal(value_of_text("a"), value_of_text("a")));
	assert_false(value_equal(value_of_text("a"), value_empty()));
	assert_false(value_equal(value_of_number(VALUE_INT, 1), value_of_number(VALUE_BOOL, 1)));
}

static void relative_dates_count_from_today(void **state)
{
	static const int years[] = {2022};
	static const struct {
		const char *text, *day; /* "": refused */
	} cases[] = {
	    {"today", "2022-04-12"},
	    {"今天", "2022-04-12"},
	    {"昨天", "2022-04-11"},
	    {"明天", "2022-04-13"},
	    {"-30d", "2022-03-13"},
	    {"+1天", "2022-04-13"},
	    {"+0d", "2022-04-12"},
	    {"+10wd", "2022-04-26"},
	    {"-2个工作日", "2022-04-08"},
	    {"2022.4.12", "2022-04-12"},
	    {"2022年4月12日", "2022-04-12"},
	    {"-30", ""},
	    {"-d", ""},
	    {"-30x", ""},
	    {"+9999999d", ""},
	    {"-999999d", ""},
	    {"+300wd", ""}, /* leaves the calendar */
	    {"后年", ""},
	};
	struct calendar *calendar = calendar_new(years, 1, NULL, 0);
	struct date today = example_day("2022-04-12"), day;
	struct error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool parsed = date_parse_relative(cases[i].text, "filed_on", today, calendar, &day, &error);

		assert_int_equal(parsed, cases[i].day[0] != '\0');
		if (parsed)
			assert_string_equal(example_day_text(day), cases[i].day);
		else
			assert_string_equal(error.field, "filed_on");
	}
	assert_false(date_parse_relative("+1wd", "filed_on", today, NULL, &day, &error));
	assert_string_not_equal(error.hint, "");
	calendar_free(calendar);
}

static void the_nearest_name_is_near_or_none(void **state)
{
	static const char *const names[] = {"planned", "permit", NULL, "invested", "计划总投资", "行业"};

	(void)state;
	assert_string_equal(name_nearest("planed", names, COUNT_OF(names)), "planned");
	assert_string_equal(name_nearest("permits", names, COUNT_OF(names)), "permit");
	assert_string_equal(name_nearest("计划投资", names, COUNT_OF(names)), "计划总投资");
	assert_string_equal(name_nearest("行页", names, COUNT_OF(names)), "行业");
	assert_null(name_nearest("x", names, COUNT_OF(names)));
	assert_null(name_nearest("", names, COUNT_OF(names)));
	assert_null(name_nearest("whatever", names, COUNT_OF(names)));
	assert_null(name_nearest("planned", names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(record_keys_hold_both_numbers),
	    cmocka_unit_test(sets_stay_sorted_and_without_repeats),
	    cmocka_unit_test(values_survive_the_wire),
	    cmocka_unit_test(values_of_a_wrong_form_are_refused_by_the_wire),
	    cmocka_unit_test(an_empty_text_is_the_empty_value),
	    cmocka_unit_test(relative_dates_count_from_today),
	    cmocka_unit_test(the_nearest_name_is_near_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
