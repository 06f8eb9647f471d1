#include "text/width.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void chinese_is_two_columns_and_ambiguous_signs_are_one(void **state)
{
	static const struct {
		const char *text;
		int width;
	} cases[] = {
	    {"", 0},
	    {"abc", 3},
	    {"易发式", 6},
	    {"“”→…·①", 6},
	    {"，。（）！、", 12},
	    {"ＡＢ", 4},
	    {"ｱ", 1},
	    {"e\xCC\x81", 1},
	    {"é", 1},
	    {"😀", 2},
	    {"\xE2\x80\x8B", 0},
	    {"龥鿿㐀", 6},
	    {"𠀀", 2},
	    {"한", 2},
	    {"　", 2},
	    {"a\nb", 2},
	    {"¥￥", 3},
	    {"\xEF\xB8\x8F", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(text_width(cases[i].text), cases[i].width);
}

static void a_fit_never_cuts_a_character(void **state)
{
	static const struct {
		const char *text;
		int columns;
		size_t bytes;
		int width;
	} cases[] = {{"易发式", 6, 9, 6}, {"易发式", 5, 6, 4}, {"易发式", 1, 0, 0}, {"易发式", 0, 0, 0},
	    {"易发式", -1, 0, 0}, {"a易", 2, 1, 1}, {"e\xCC\x81x", 1, 3, 1}, {"abc", 99, 3, 3}, {"", 5, 0, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int width = 9;

		assert_int_equal(text_fit(cases[i].text, cases[i].columns, &width), cases[i].bytes);
		assert_int_equal(width, cases[i].width);
		assert_int_equal(text_fit(cases[i].text, cases[i].columns, NULL), cases[i].bytes);
	}
}

static void nothing_reaches_a_terminal_as_a_control(void **state)
{
	static const struct {
		const char *text, *one_line, *as_it_is; /* NULL: the same */
	} cases[] = {
	    {"易发式 é →", "易发式 é →", NULL},
	    {"\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07", NULL},		    /* the clipboard */
	    {"\x1b]8;;http://x\x1b\\y", "\\x1b]8;;http://x\\x1b\\y", NULL},	    /* a link */
	    {"\x1b]0;t\x07\x1bP$qm\x1b\\", "\\x1b]0;t\\x07\\x1bP$qm\\x1b\\", NULL}, /* title, DECRQSS */
	    {"\xC2\x9B"
	     "31m\xC2\x80\xC2\x9F",
		"\\x9b31m\\x80\\x9f", NULL}, /* C1 */
	    {"\x9B"
	     "31m\xFF",
		"\\x9b31m\\xff", NULL}, /* no UTF-8 */
	    {"\x7F\x08", "\\x7f\\x08", NULL}, {"a\nb\tc", "a b c", "a\nb\tc"}, {"a\r\nb", "a b", "a\nb"},
	    {"a\rb", "a\\x0db", NULL},
	    {"\xE2\x80\xAE"
	     "cba",
		"<U+202E>cba", NULL},
	    {"\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\x8F\xD8\x9C", "<U+2066><U+2069><U+200F><U+061C>", NULL},
	    {"x\xE2\x80\x8By\xEF\xBB\xBF\xC2\xAD", "x<U+200B>y<U+FEFF><U+00AD>", NULL},
	    {"\xE2\x80\xA8\xC2\x85", "<U+2028>\\x85", NULL}, {"\xF3\xA0\x81\x81", "<U+E0041>", NULL}, /* a tag */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int one_line = 0; one_line < 2; one_line++) {
			const char *expected =
			    one_line || cases[i].as_it_is == NULL ? cases[i].one_line : cases[i].as_it_is;
			struct buffer out;

			buffer_init(&out, 1000);
			text_append_safe(&out, cases[i].text, one_line);
			assert_string_equal(buffer_text(&out), expected);
			buffer_clear(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chinese_is_two_columns_and_ambiguous_signs_are_one),
	    cmocka_unit_test(a_fit_never_cuts_a_character),
	    cmocka_unit_test(nothing_reaches_a_terminal_as_a_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
