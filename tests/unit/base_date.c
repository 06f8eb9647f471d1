#include "base/date.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_day_of_the_range_comes_back(void **state)
{
	char text[DATE_TEXT_SIZE];
	int weekday = date_weekday(DATE_FIRST), last_year = 0;
	struct date parsed;
	struct error error;

	(void)state;
	assert_int_equal(weekday, 1); /* 1900-01-01 was a Monday */
	for (struct date date = DATE_FIRST; date.day <= DATE_LAST.day; date.day++) {
		int year, month, day;
		struct date again;

		date_to_civil(date, &year, &month, &day);
		assert_true(date_from_civil(year, month, day, &again));
		assert_int_equal(again.day, date.day);
		assert_int_equal(date_weekday(date), weekday);
		weekday = weekday % 7 + 1;
		if (year != last_year) {
			assert_true(date_parse(date_format(date, text), "", &parsed, &error));
			assert_int_equal(parsed.day, date.day);
			last_year = year;
		}
	}
}

static void days_that_never_were_are_refused(void **state)
{
	static const int cases[][3] = {{2022, 2, 29}, {1900, 2, 29}, {2100, 2, 29}, {2022, 4, 31}, {2022, 13, 1},
	    {2022, 0, 1}, {2022, 1, 0}, {2022, 1, 32}, {1899, 12, 31}, {10000, 1, 1}, {-1, 1, 1}};
	struct date date = {7};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_false(date_from_civil(cases[i][0], cases[i][1], cases[i][2], &date));
	assert_int_equal(date.day, 7); /* set on success only */
	assert_true(date_from_civil(2000, 2, 29, &date));
	assert_true(date_from_civil(1900, 1, 1, &date));
	assert_int_equal(date.day, DATE_FIRST.day);
	assert_true(date_from_civil(9999, 12, 31, &date));
	assert_int_equal(date.day, DATE_LAST.day);
}

static void no_date_shows_as_nothing(void **state)
{
	char text[DATE_TEXT_SIZE] = "x";
	int year, month, day;

	(void)state;
	assert_true(date_is_none(DATE_NONE));
	assert_false(date_is_valid(DATE_NONE));
	assert_string_equal(date_format(DATE_NONE, text), "");
	assert_string_equal(date_format((struct date){DATE_LAST.day + 1}, text), "");
	date_to_civil(DATE_NONE, &year, &month, &day); /* no trap */
	assert_in_range(date_weekday(DATE_NONE), 1, 7);
	assert_in_range(date_weekday((struct date){INT32_MAX}), 1, 7);
	assert_false(date_is_none(DATE_FIRST));
}

static void dates_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *expected; /* NULL: refused */
	} cases[] = {
	    {"2022-04-12", "2022-04-12"},
	    {"2022.4.12", "2022-04-12"},
	    {"2022/4/12", "2022-04-12"},
	    {"20220412", "2022-04-12"},
	    {"2022年4月12日", "2022-04-12"},
	    {"2022年04月12号", "2022-04-12"},
	    {" 2022-04-12　", "2022-04-12"},
	    {"２０２２－０４－１２", "2022-04-12"},
	    {"２０２２．４．１２", "2022-04-12"},
	    {"２０２２年４月１２日", "2022-04-12"},
	    {"", NULL},
	    {"二季度", NULL},
	    {"22-04-12", NULL}, /* which century? */
	    {"2022-4/12", NULL},
	    {"2022-04", NULL},
	    {"2022-02-29", NULL},
	    {"2022-04-12x", NULL},
	    {"2022-04-123", NULL},
	    {"20221332", NULL},
	    {"2022041", NULL},
	    {"2022年4月12", NULL},
	    {"12/04/2022", NULL},
	    {"2022-04-12 00:00:00", NULL},
	    {"2022-04-122022-04-122022-04-122022-04-122022-04-122022-04-122022-04-12", NULL},
	};
	char text[DATE_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct date date = DATE_NONE;
		struct error error;
		bool well = date_parse(cases[i].text, "due_on", &date, &error);

		assert_int_equal(well, cases[i].expected != NULL);
		assert_string_equal(date_format(date, text), well ? cases[i].expected : "");
		if (!well) {
			assert_int_equal(error.code, ERROR_INVALID);
			assert_string_equal(error.field, "due_on");
			assert_string_equal(error.sentence, "要一个日子，如 2022-05-20");
			assert_string_not_equal(error.hint, "");
		}
	}
}

static void british_dates_put_the_day_first(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {{"09/12/2004", "2004-12-09"}, {"9/1/2004", "2004-01-09"}, {"12/31/2004", ""}, {"09/12/04", ""},
	    {"2004-12-09", ""}, {"09/12/2004 ", "2004-12-09"}, {"09/12/20045", ""}};
	char text[DATE_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct date date = DATE_NONE;
		struct error error;

		if (!date_parse_day_first(cases[i].text, "f", &date, &error))
			assert_string_equal(error.field, "f");
		assert_string_equal(date_format(date, text), cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_day_of_the_range_comes_back),
	    cmocka_unit_test(days_that_never_were_are_refused),
	    cmocka_unit_test(no_date_shows_as_nothing),
	    cmocka_unit_test(dates_are_read_as_people_write_them),
	    cmocka_unit_test(british_dates_put_the_day_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
