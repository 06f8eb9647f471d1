#include "base/calendar.h"
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

/* 2021 whole, plain; 2022 with the holidays of May Day and the Dragon Boat festival. */
static int begin(void **state)
{
	const int years[] = {2022, 2021, 2022};
	struct calendar_day days[16];
	size_t count = 0;

	for (int i = 0; i < 3; i++)
		days[count++] = (struct calendar_day){day(2022, 5, 2 + i), false};
	days[count++] = (struct calendar_day){day(2022, 4, 24), true}; /* Sunday */
	days[count++] = (struct calendar_day){day(2022, 5, 7), true};  /* Saturday */
	days[count++] = (struct calendar_day){day(2022, 6, 3), false};
	days[count++] = (struct calendar_day){day(2030, 6, 3), false}; /* of no declared year: nothing */
	*state = calendar_new(years, 3, days, count);
	return *state == NULL;
}

static int end(void **state)
{
	calendar_free(*state);
	return 0;
}

static void holidays_and_make_up_days_are_as_declared(void **state)
{
	const struct calendar *calendar = *state;

	assert_true(calendar_is_working(calendar, day(2022, 4, 29)));
	assert_false(calendar_is_working(calendar, day(2022, 4, 30)));
	assert_false(calendar_is_working(calendar, day(2022, 5, 2)));
	assert_true(calendar_is_working(calendar, day(2022, 4, 24)));
	assert_true(calendar_is_working(calendar, day(2022, 5, 7)));
	assert_false(calendar_is_working(calendar, day(2030, 6, 4))); /* not covered */
}

static void only_declared_years_are_covered(void **state)
{
	const struct calendar *calendar = *state;

	assert_true(calendar_covers(calendar, day(2021, 1, 1)));
	assert_true(calendar_covers(calendar, day(2022, 12, 31)));
	assert_false(calendar_covers(calendar, day(2020, 12, 31)));
	assert_false(calendar_covers(calendar, day(2023, 1, 1)));
	assert_false(calendar_covers(calendar, DATE_NONE));
	assert_false(calendar_covers(NULL, day(2022, 1, 1)));
}

static void working_days_leave_out_the_first_and_count_the_last(void **state)
{
	const struct calendar *calendar = *state;
	const struct {
		struct date from, to;
		int32_t days;
	} cases[] = {
	    {day(2022, 7, 18), day(2022, 7, 19), 1},
	    {day(2022, 7, 18), day(2022, 7, 18), 0},
	    {day(2022, 7, 19), day(2022, 7, 18), -1},
	    {day(2022, 7, 15), day(2022, 7, 18), 1}, /* Friday to Monday */
	    {day(2022, 7, 15), day(2022, 7, 17), 0},
	    {day(2022, 4, 29), day(2022, 5, 7), 3}, /* 5, 6 and the Saturday */
	    {day(2022, 5, 7), day(2022, 4, 29), -3},
	    {day(2020, 12, 31), day(2021, 1, 1), 1}, /* the day left out needs no calendar */
	    {day(2021, 12, 31), day(2022, 1, 3), 1},
	    {day(2021, 1, 1), day(2021, 12, 31), 260},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error;
		int32_t days = 99;

		assert_true(calendar_workdays(calendar, cases[i].from, cases[i].to, &days, &error));
		assert_int_equal(days, cases[i].days);
	}
}

static void a_year_without_a_calendar_is_an_error(void **state)
{
	const struct calendar *calendar = *state;
	struct error error;
	struct date date = {7};
	int32_t days = 7;

	assert_false(calendar_workdays(calendar, day(2022, 12, 30), day(2023, 1, 3), &days, &error));
	assert_int_equal(error.code, ERROR_INVALID);
	assert_string_equal(error.sentence, "没有 2023 年的工作日历，算不出工作日");
	assert_string_not_equal(error.hint, "");
	assert_false(calendar_workdays(calendar, day(2020, 1, 1), day(2022, 1, 3), &days, &error));
	assert_string_equal(error.sentence, "没有 2020 年的工作日历，算不出工作日");
	assert_false(calendar_workdays(NULL, day(2022, 1, 1), day(2022, 1, 3), &days, &error));
	assert_false(calendar_workdays(calendar, DATE_NONE, day(2022, 1, 3), &days, &error));
	assert_false(calendar_plus_workdays(calendar, day(2022, 12, 30), 1, &date, &error));
	assert_false(calendar_plus_workdays(calendar, day(2022, 12, 30), INT32_MAX, &date, &error));
	assert_false(calendar_plus_workdays(calendar, day(2022, 12, 30), INT32_MIN, &date, &error));
	assert_string_equal(error.sentence, "没有 2020 年的工作日历，算不出工作日");
	assert_false(calendar_plus_workdays(calendar, DATE_LAST, 1, &date, &error));
	assert_int_equal(days, 7);
	assert_int_equal(date.day, 7);
}

static void adding_working_days_undoes_counting_them(void **state)
{
	const struct calendar *calendar = *state;
	struct error error;

	for (int32_t n = -120; n <= 120; n++) {
		struct date from = day(2022, 4, 29), to;
		int32_t days;

		assert_true(calendar_plus_workdays(calendar, from, n, &to, &error));
		if (n > 0)
			assert_true(calendar_is_working(calendar, to));
		assert_true(calendar_workdays(calendar, from, to, &days, &error));
		/* Counting backwards takes the later end in and leaves the earlier out, so it sees the same number:
		 * both ends are working days here. */
		assert_int_equal(days, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holidays_and_make_up_days_are_as_declared),
	    cmocka_unit_test(only_declared_years_are_covered),
	    cmocka_unit_test(working_days_leave_out_the_first_and_count_the_last),
	    cmocka_unit_test(a_year_without_a_calendar_is_an_error),
	    cmocka_unit_test(adding_working_days_undoes_counting_them),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
