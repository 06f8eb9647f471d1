#include "base/number.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { YUAN = 100, WAN_YUAN = 1000000 };

static void amounts_are_read_exactly_or_not_at_all(void **state)
{
	static const struct {
		const char *text;
		int64_t unit, fen;
		const char *fault; /* NULL: read well */
	} cases[] = {
	    {"13.8亿", YUAN, 138000000000, NULL},
	    {"13.8亿元", WAN_YUAN, 138000000000, NULL}, /* a named scale wins over the column's unit */
	    {"1400万元", YUAN, 1400000000, NULL},
	    {"1,400万", YUAN, 1400000000, NULL},
	    {"1400 万元", YUAN, 1400000000, NULL},
	    {"300000000", YUAN, 30000000000, NULL},
	    {"3,000.50", YUAN, 300050, NULL},
	    {"１２．５万", YUAN, 12500000, NULL},
	    {"３，０００．５０", YUAN, 300050, NULL},
	    {"1.4千万", YUAN, 1400000000, NULL},
	    {"5百万", YUAN, 500000000, NULL},
	    {"3千元", WAN_YUAN, 300000, NULL},
	    {"1.5万亿", YUAN, 150000000000000, NULL},
	    {"-20万", YUAN, -20000000, NULL},
	    {"－２０万", YUAN, -20000000, NULL},
	    {"\xE2\x88\x92"
	     "20",
		YUAN, -2000, NULL}, /* U+2212 */
	    {"+20", YUAN, 2000, NULL},
	    {"¥300", YUAN, 30000, NULL},
	    {"￥300", WAN_YUAN, 30000, NULL},
	    {"-¥300", YUAN, -30000, NULL},
	    {"300元", WAN_YUAN, 30000, NULL},
	    {"486,320", WAN_YUAN, 486320000000, NULL},
	    {"0.01", WAN_YUAN, 10000, NULL},
	    {"0", YUAN, 0, NULL},
	    {"-0", YUAN, 0, NULL},
	    {"0.010000000000000000000000000000", YUAN, 1, NULL},
	    {"000000000000000000000000000000012", YUAN, 1200, NULL},
	    {"90071992547409.92", YUAN, MONEY_LARGEST, NULL},
	    {"-90071992547409.92", YUAN, -MONEY_LARGEST, NULL},
	    {"1e5", YUAN, 0, "要一个金额"},
	    {"NaN", YUAN, 0, "要一个金额"},
	    {"inf", YUAN, 0, "要一个金额"},
	    {"0x10", YUAN, 0, "要一个金额"},
	    {"1.2.3", YUAN, 0, "要一个金额"},
	    {"", YUAN, 0, "要一个金额"},
	    {"   ", YUAN, 0, "要一个金额"},
	    {"-", YUAN, 0, "要一个金额"},
	    {".", YUAN, 0, "要一个金额"},
	    {"5.", YUAN, 0, "要一个金额"},
	    {".5", YUAN, 0, "要一个金额"},
	    {"1,23", YUAN, 0, "要一个金额"},
	    {"12,34万", YUAN, 0, "要一个金额"},
	    {",300", YUAN, 0, "要一个金额"},
	    {"1,,300", YUAN, 0, "要一个金额"},
	    {"1000,300", YUAN, 0, "要一个金额"},
	    {"--5", YUAN, 0, "要一个金额"},
	    {"万", YUAN, 0, "要一个金额"},
	    {"5万万", YUAN, 0, "要一个金额"},
	    {"5元万", YUAN, 0, "要一个金额"},
	    {"5美元", YUAN, 0, "要一个金额"},
	    {"约1.2亿", YUAN, 0, "要一个数；“约”写到备注里"},
	    {"1.2亿左右", YUAN, 0, "要一个数；“左右”写到备注里"},
	    {"1.234", YUAN, 0, "金额只记到分"},
	    {"0.001元", YUAN, 0, "金额只记到分"},
	    {"90071992547409.93", YUAN, 0, "这个数太大"},
	    {"-90071992547409.93", YUAN, 0, "这个数太大"},
	    {"99999999999999999999999", YUAN, 0, "这个数太大"},
	    {"18446744073709551615亿", YUAN, 0, "这个数太大"},
	    {"100万亿", YUAN, 0, "这个数太大"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t fen = 77;
		struct error error;

		if (money_parse(cases[i].text, cases[i].unit, "planned", &fen, &error)) {
			assert_null(cases[i].fault);
			assert_int_equal(fen, cases[i].fen);
			continue;
		}
		assert_non_null(cases[i].fault);
		assert_memory_equal(error.sentence, cases[i].fault, strlen(cases[i].fault));
		assert_string_equal(error.field, "planned");
		assert_int_equal(error.code, ERROR_INVALID);
		assert_int_equal(fen, 77);
	}
}

static void amounts_are_written_as_people_do(void **state)
{
	static const struct {
		int64_t fen;
		const char *exact, *column;
	} cases[] = {
	    {0, "0元", "0元"},
	    {138000000000, "13.8亿", "13.80亿"},
	    {1400000000, "1400万", "1,400万"},
	    {300050, "3,000.50元", "3,001元"},
	    {95000, "950元", "950元"},
	    {10000000000, "1亿", "1.00亿"},
	    {16000000000, "1.6亿", "1.60亿"},
	    {7800000000, "7800万", "7,800万"},
	    {12345000000, "1.2345亿", "1.23亿"},
	    {12345678900, "12345.6789万", "1.23亿"},
	    {12345678901, "123,456,789.01元", "1.23亿"},
	    {1234500, "1.2345万", "1万"},
	    {1500000, "1.5万", "2万"},
	    {999999, "9,999.99元", "1万"}, /* rounds up into the next unit */
	    {9999999999, "99,999,999.99元", "1.00亿"},
	    {9999500000, "9999.5万", "1.00亿"},
	    {9999499999, "99,994,999.99元", "9,999万"},
	    {1, "0.01元", "0元"},
	    {-1, "-0.01元", "0元"},
	    {-50, "-0.50元", "-1元"},
	    {-20000000, "-20万", "-20万"},
	    {-138000000000, "-13.8亿", "-13.80亿"},
	    {123456000000000, "12345.6亿", "12,345.60亿"},
	    {MONEY_LARGEST, "90,071,992,547,409.92元", "900,719.93亿"},
	    {INT64_MIN, "-92,233,720,368,547,758.08元", "-922,337,203.69亿"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[NUMBER_TEXT_SIZE];

		assert_string_equal(money_format(cases[i].fen, text), cases[i].exact);
		assert_string_equal(money_format_column(cases[i].fen, text), cases[i].column);
	}
}

static void what_is_written_is_read_back_to_the_fen(void **state)
{
	uint64_t mixed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		static const int64_t steps[] = {1, 100, 10000, 1000000, 100000000, 10000000000};
		char text[NUMBER_TEXT_SIZE];
		struct error error;
		int64_t fen, again;

		mixed = mixed * 6364136223846793005u + 1442695040888963407u;
		fen = (int64_t)(mixed >> (11 + mixed % 40)) / steps[mixed % 6] * steps[mixed % 6];
		if (i % 2 == 1)
			fen = -fen;
		assert_true(money_parse(money_format(fen, text), YUAN, "", &again, &error));
		assert_int_equal(again, fen);
		assert_true(decimal_parse(decimal_format(fen, text), "", &again, &error));
		assert_int_equal(again, fen);
		assert_true(percent_parse(percent_format(fen, text), "", &again, &error));
		assert_int_equal(again, fen);
	}
}

static void units_have_names(void **state)
{
	(void)state;
	assert_int_equal(money_unit(""), 100);
	assert_int_equal(money_unit("元"), 100);
	assert_int_equal(money_unit("万元"), 1000000);
	assert_int_equal(money_unit("万"), 1000000);
	assert_int_equal(money_unit("亿元"), 10000000000);
	assert_int_equal(money_unit("亿"), 10000000000);
	assert_int_equal(money_unit("美元"), 0);
}

enum reader { DECIMAL, PERCENT, INTEGER };

static void numbers_are_whole_millionths(void **state)
{
	static const struct {
		enum reader reader;
		const char *text;
		int64_t expected;
		bool well;
	} cases[] = {
	    {DECIMAL, "0.75", 750000, true},
	    {DECIMAL, "12", 12000000, true},
	    {DECIMAL, "-3.5", -3500000, true},
	    {DECIMAL, "1,234.5", 1234500000, true},
	    {DECIMAL, "０．７５", 750000, true},
	    {DECIMAL, "0.000001", 1, true},
	    {DECIMAL, "0.0000010", 1, true},
	    {DECIMAL, "9223372036854.775807", INT64_MAX, true},
	    {DECIMAL, "0.0000001", 0, false},
	    {DECIMAL, "9223372036854.775808", 0, false},
	    {DECIMAL, "75%", 0, false},
	    {DECIMAL, "1e3", 0, false},
	    {DECIMAL, "", 0, false},
	    {DECIMAL, "1 2", 0, false},
	    {PERCENT, "75%", 750000, true},
	    {PERCENT, "75.5％", 755000, true},
	    {PERCENT, "75 %", 750000, true},
	    {PERCENT, "0.75", 750000, true},
	    {PERCENT, "-81%", -810000, true},
	    {PERCENT, "142.8%", 1428000, true},
	    {PERCENT, "0.0001%", 1, true},
	    {PERCENT, "0.00001%", 0, false},
	    {PERCENT, "%", 0, false},
	    {PERCENT, "75%%", 0, false},
	    {PERCENT, "约75%", 0, false},
	    {INTEGER, "1,234", 1234, true},
	    {INTEGER, "１２", 12, true},
	    {INTEGER, "-5", -5, true},
	    {INTEGER, "3.0", 3, true},
	    {INTEGER, "9223372036854775807", INT64_MAX, true},
	    {INTEGER, "9223372036854775808", 0, false},
	    {INTEGER, "3.5", 0, false},
	    {INTEGER, "12个", 0, false},
	    {INTEGER, "", 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t number = 77;
		struct error error;
		bool well = cases[i].reader == DECIMAL ? decimal_parse(cases[i].text, "rate", &number, &error)
		    : cases[i].reader == PERCENT       ? percent_parse(cases[i].text, "rate", &number, &error)
						       : integer_parse(cases[i].text, "rate", &number, &error);

		assert_int_equal(well, cases[i].well);
		assert_int_equal(number, well ? cases[i].expected : 77);
		if (!well)
			assert_string_equal(error.field, "rate");
	}
}

static void fractions_round_half_up(void **state)
{
	static const struct {
		int64_t numerator, denominator;
		int places;
		const char *percent;
	} cases[] = {
	    {32, 43, 1, "74.4%"},
	    {33, 43, 1, "76.7%"},
	    {34, 43, 1, "79.1%"},
	    {75, 100, 0, "75%"},
	    {1, 3, 2, "33.33%"},
	    {2, 3, 2, "66.67%"},
	    {1, 8, 1, "12.5%"},
	    {1, 16, 1, "6.3%"},
	    {0, 43, 1, "0.0%"},
	    {-1, 16, 1, "-6.3%"},
	    {1, -2, 0, "-50%"},
	    {-1, 100000, 1, "0.0%"},
	    {2428, 1000, 1, "242.8%"},
	    {1, 200, 0, "1%"},
	    {INT64_MAX, 1, 6, "922337203685477580700.000000%"},
	    {INT64_MIN, INT64_MIN, 0, "100%"},
	};
	int64_t millionths = 7;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[NUMBER_TEXT_SIZE];

		assert_string_equal(
		    fraction_format_percent(cases[i].numerator, cases[i].denominator, cases[i].places, text),
		    cases[i].percent);
	}
	assert_false(fraction_to_millionths(1, 0, &millionths));
	assert_false(fraction_to_millionths(INT64_MAX, 1, &millionths));
	assert_int_equal(millionths, 7);
	assert_true(fraction_to_millionths(32, 43, &millionths));
	assert_int_equal(millionths, 744186);
	assert_true(fraction_to_millionths(-2, 3, &millionths));
	assert_int_equal(millionths, -666667);
}

static void overflow_is_seen(void **state)
{
	int64_t result = 7;

	(void)state;
	assert_false(number_add(INT64_MAX, 1, &result));
	assert_false(number_subtract(INT64_MIN, 1, &result));
	assert_false(number_multiply(INT64_MIN, -1, &result));
	assert_int_equal(result, 7);
	assert_true(number_add(2, 3, &result));
	assert_int_equal(result, 5);
	assert_true(number_subtract(2, 3, &result));
	assert_int_equal(result, -1);
	assert_true(number_multiply(-2, 3, &result));
	assert_int_equal(result, -6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(amounts_are_read_exactly_or_not_at_all),
	    cmocka_unit_test(amounts_are_written_as_people_do),
	    cmocka_unit_test(what_is_written_is_read_back_to_the_fen),
	    cmocka_unit_test(units_have_names),
	    cmocka_unit_test(numbers_are_whole_millionths),
	    cmocka_unit_test(fractions_round_half_up),
	    cmocka_unit_test(overflow_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
