#include "base/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void only_strict_utf8_is_valid(void **state)
{
	static const struct {
		const char *bytes;
		int bad; /* offset of the first bad byte, -1: valid */
	} cases[] = {
	    {"", -1},
	    {"abc", -1},
	    {"易发式 é 😀", -1},
	    {"\xEF\xBF\xBF", -1},     /* U+FFFF is a code point */
	    {"\xF4\x8F\xBF\xBF", -1}, /* U+10FFFF */
	    {"a\x80", 1},	      /* a continuation alone */
	    {"\xC0\x80", 0},	      /* overlong NUL */
	    {"\xC1\xBF", 0},	      /* overlong */
	    {"ab\xE0\x9F\xBF", 2},    /* overlong */
	    {"\xED\xA0\x80", 0},      /* a surrogate */
	    {"\xF0\x8F\xBF\xBF", 0},  /* overlong */
	    {"\xF4\x90\x80\x80", 0},  /* past U+10FFFF */
	    {"\xF5\x80\x80\x80", 0},  /* no lead */
	    {"易\xE6\x98", 3},	      /* cut short */
	    {"\xE6\x98x", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t bad = 999;
		bool valid = utf8_is_valid(cases[i].bytes, strlen(cases[i].bytes), &bad);

		assert_int_equal(valid, cases[i].bad < 0);
		assert_int_equal(bad, cases[i].bad < 0 ? 999 : cases[i].bad);
		assert_int_equal(utf8_is_valid(cases[i].bytes, strlen(cases[i].bytes), NULL), valid);
	}
	assert_true(utf8_is_valid("a\0b", 3, NULL));
}

static void every_code_point_comes_back(void **state)
{
	char bytes[5];
	size_t put, length;

	(void)state;
	for (uint32_t point = 1; point <= 0x10FFFF; point++) {
		if (point >= 0xD800 && point <= 0xDFFF)
			continue;
		put = utf8_put(point, bytes);
		bytes[put] = '\0';
		assert_int_equal(utf8_next(bytes, &length), point);
		assert_int_equal(length, put);
		assert_int_equal(utf8_sequence(bytes, put), put);
		assert_int_equal(utf8_sequence(bytes, put - 1), 0);
	}
	assert_int_equal(utf8_put(0xD800, bytes), 3); /* what is no character is written as U+FFFD */
	assert_memory_equal(bytes, "\xEF\xBF\xBD", 3);
	assert_int_equal(utf8_put(0x110000, bytes), 3);
}

static void the_end_is_a_character_of_no_length(void **state)
{
	size_t length = 9;

	(void)state;
	assert_int_equal(utf8_next("", &length), 0);
	assert_int_equal(length, 0);
	assert_int_equal(utf8_next("\xE6\x98", &length), 0xFFFD); /* never past the NUL, even so */
	assert_int_equal(length, 1);
}

static void a_cut_leaves_whole_characters(void **state)
{
	static const struct {
		const char *text;
		size_t limit, cut;
	} cases[] = {{"易发", 6, 6}, {"易发", 99, 6}, {"易发", 5, 3}, {"易发", 3, 3}, {"易发", 2, 0}, {"a易", 3, 1},
	    {"😀", 3, 0}, {"abc", 2, 2}, {"", 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(utf8_cut(cases[i].text, strlen(cases[i].text), cases[i].limit), cases[i].cut);
	assert_int_equal(utf8_count("a易😀"), 3);
	assert_int_equal(utf8_count(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_strict_utf8_is_valid),
	    cmocka_unit_test(every_code_point_comes_back),
	    cmocka_unit_test(the_end_is_a_character_of_no_length),
	    cmocka_unit_test(a_cut_leaves_whole_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
