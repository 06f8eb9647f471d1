#include "base/date.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct date day(int year, int month, int day_of_month)
{
	struct date date;

	assert_true(date_from_civil(year, month, day_of_month, &date));
	return date;
}

static void periods_are_read_and_written_in_their_shortest_form(void **state)
{
	static const struct {
		const char *text, *start, *end, *shortest;
	} cases[] = {
	    {"2022", "2022-01-01", "2022-12-31", "2022"},
	    {"2022年", "2022-01-01", "2022-12-31", "2022"},
	    {"2022H1", "2022-01-01", "2022-06-30", "2022H1"},
	    {"2022h2", "2022-07-01", "2022-12-31", "2022H2"},
	    {"2022上半年", "2022-01-01", "2022-06-30", "2022H1"},
	    {"2022年下半年", "2022-07-01", "2022-12-31", "2022H2"},
	    {"2022Q2", "2022-04-01", "2022-06-30", "2022Q2"},
	    {"2022q4", "2022-10-01", "2022-12-31", "2022Q4"},
	    {"2022年二季度", "2022-04-01", "2022-06-30", "2022Q2"},
	    {"2022第二季度", "2022-04-01", "2022-06-30", "2022Q2"},
	    {"2022年第1季度", "2022-01-01", "2022-03-31", "2022Q1"},
	    {"2022-04", "2022-04-01", "2022-04-30", "2022-04"},
	    {"2022年4月", "2022-04-01", "2022-04-30", "2022-04"},
	    {"２０２２年４月", "2022-04-01", "2022-04-30", "2022-04"},
	    {"2020-02", "2020-02-01", "2020-02-29", "2020-02"},
	    {"本年", "2022-01-01", "2022-12-31", "2022"},
	    {"今年", "2022-01-01", "2022-12-31", "2022"},
	    {"去年", "2021-01-01", "2021-12-31", "2021"},
	    {"上半年", "2022-01-01", "2022-06-30", "2022H1"},
	    {"下半年", "2022-07-01", "2022-12-31", "2022H2"},
	    {"本季度", "2022-01-01", "2022-03-31", "2022Q1"},
	    {"上季度", "2021-10-01", "2021-12-31", "2021Q4"},
	    {"本月", "2022-01-01", "2022-01-31", "2022-01"},
	    {"上月", "2021-12-01", "2021-12-31", "2021-12"},
	    {"本周", "2022-01-03", "2022-01-09", "2022-01-03..2022-01-09"},
	    {"上周", "2021-12-27", "2022-01-02", "2021-12-27..2022-01-02"},
	    {"今天", "2022-01-09", "2022-01-09", "2022-01-09"},
	    {"2022-04-12", "2022-04-12", "2022-04-12", "2022-04-12"},
	    {"2022-01-01..2022-03-15", "2022-01-01", "2022-03-15", "2022-01-01..2022-03-15"},
	    {"2022-01..2022-05", "2022-01-01", "2022-05-31", "2022-01..2022-05"},
	    {"2022.4.12..2022.5.1", "2022-04-12", "2022-05-01", "2022-04-12..2022-05-01"},
	    {"2021..2022", "2021-01-01", "2022-12-31", "2021..2022"},
	    {"2022Q1..2022Q2", "2022-01-01", "2022-06-30", "2022H1"},
	    {"2022-04-12..", "2022-04-12", "9999-12-31", "2022-04-12.."},
	    {"2022..", "2022-01-01", "9999-12-31", "2022.."},
	    {"..2022-04", "1900-01-01", "2022-04-30", "..2022-04"},
	    {"..", "1900-01-01", "9999-12-31", ".."},
	    {"9999", "9999-01-01", "9999-12-31", "9999"},
	    {"1900", "1900-01-01", "1900-12-31", "1900"},
	};
	struct date today = day(2022, 1, 9); /* a Sunday, early in the year */

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct period period, again;
		struct error error;
		char start[DATE_TEXT_SIZE], end[DATE_TEXT_SIZE], text[PERIOD_TEXT_SIZE];

		assert_true(period_parse(cases[i].text, today, &period, &error));
		assert_string_equal(date_format(period.start, start), cases[i].start);
		assert_string_equal(date_format(period.end, end), cases[i].end);
		assert_string_equal(period_format(period, text), cases[i].shortest);
		assert_true(period_parse(text, today, &again, &error));
		assert_memory_equal(&again, &period, sizeof period);
	}
}

static void what_is_no_period_is_refused(void **state)
{
	static const char *const cases[] = {"", "22", "2022-13", "2022Q5", "2022Q0", "2022H3", "2022-05..2022-04",
	    "2022-01-01..x", "x..2022", "下个世纪", "2022年二", "2022-04-31", "1899", "2022 Q2x", "...", "20225"};
	struct period period = {{1}, {2}};
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(period_parse(cases[i], day(2022, 7, 18), &period, &error));
		assert_int_equal(error.code, ERROR_INVALID);
		assert_string_equal(error.field, "period");
		assert_string_not_equal(error.hint, "");
	}
	assert_int_equal(period.start.day, 1);
	assert_false(period_parse("去年", DATE_FIRST, &period, &error)); /* there is none before the first */
}

static void any_two_days_come_back(void **state)
{
	struct date start = day(2019, 12, 20);

	(void)state;
	for (int from = 0; from < 80; from++)
		for (int length = 0; length < 900; length += 1 + length / 40) {
			struct period period = {{start.day + from}, {start.day + from + length}}, again;
			char text[PERIOD_TEXT_SIZE];
			struct error error;

			assert_true(period_parse(period_format(period, text), start, &again, &error));
			assert_memory_equal(&again, &period, sizeof period);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(periods_are_read_and_written_in_their_shortest_form),
	    cmocka_unit_test(what_is_no_period_is_refused),
	    cmocka_unit_test(any_two_days_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
