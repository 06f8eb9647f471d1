#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* This one first: once a day is fixed, it stays so. */
static void moments_are_days_of_the_zone(void **state)
{
	char text[CLOCK_TEXT_SIZE], date[DATE_TEXT_SIZE];

	(void)state;
	assert_false(clock_is_fixed());
	assert_string_equal(clock_format(0, text), "1970-01-01T08:00:00.000000+08:00");
	assert_string_equal(clock_format(1658112125123456, text), "2022-07-18T10:42:05.123456+08:00");
	assert_string_equal(clock_format(-1, text), "1970-01-01T07:59:59.999999+08:00");
	assert_string_equal(
	    date_format(clock_day_of(1658159999999999), date), "2022-07-18"); /* a microsecond to midnight */
	assert_string_equal(date_format(clock_day_of(1658160000000000), date), "2022-07-19");
	clock_set_zone(-210);
	assert_string_equal(clock_format(0, text), "1969-12-31T20:30:00.000000-03:30");
	clock_set_zone(8 * 60);
	assert_string_equal(date_format(clock_day_of(INT64_MAX), date), "9999-12-31"); /* no trap at the ends */
	assert_string_equal(date_format(clock_day_of(INT64_MIN), date), "1900-01-01");
	assert_int_equal(strlen(clock_format(INT64_MAX, text)), CLOCK_TEXT_SIZE - 1);
}

static void the_environment_has_no_say(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	setenv("TZ", "America/New_York", 1);
	assert_string_equal(clock_format(0, text), "1970-01-01T08:00:00.000000+08:00");
}

static void time_goes_on(void **state)
{
	int64_t before = clock_monotonic_us();

	(void)state;
	assert_true(clock_now_us() > INT64_C(1600000000000000));
	assert_true(clock_monotonic_us() >= before);
}

static void a_fixed_day_begins_at_nine_and_moves_on(void **state)
{
	struct date today;
	char date[DATE_TEXT_SIZE], text[CLOCK_TEXT_SIZE];
	int64_t first, second;

	(void)state;
	assert_true(date_from_civil(2022, 7, 18, &today));
	clock_fix_today(today);
	assert_true(clock_is_fixed());
	assert_string_equal(date_format(clock_today(), date), "2022-07-18");
	first = clock_now_us();
	assert_memory_equal(clock_format(first, text), "2022-07-18T09:", 14);
	do
		second = clock_now_us();
	while (second == first);
	assert_true(second > first);
	clock_set_zone(-600); /* the day is that of the zone, wherever it is */
	assert_string_equal(date_format(clock_today(), date), "2022-07-18");
	clock_set_zone(8 * 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moments_are_days_of_the_zone),
	    cmocka_unit_test(the_environment_has_no_say),
	    cmocka_unit_test(time_goes_on),
	    cmocka_unit_test(a_fixed_day_begins_at_nine_and_moves_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
