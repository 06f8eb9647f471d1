#include "text/encoding.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Decodes in pieces of each size: where a piece ends can't matter. */
static void expect_decoded(const char *name, const char *bytes, size_t length, const char *expected)
{
	for (size_t piece = 1; piece <= length + 1; piece++) {
		struct error error;
		struct encoding_reader *reader = encoding_reader_new(name, &error);
		struct buffer out;

		assert_non_null(reader);
		buffer_init(&out, 100000);
		for (size_t at = 0; at < length; at += piece) {
			size_t size = piece < length - at ? piece : length - at;

			assert_true(encoding_reader_feed(reader, bytes + at, size, false, &out, &error));
		}
		assert_true(encoding_reader_feed(reader, "", 0, true, &out, &error));
		assert_string_equal(buffer_text(&out), expected);
		buffer_clear(&out);
		encoding_reader_free(reader);
	}
}

static void each_encoding_becomes_utf8(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t length;
		const char *expected;
	} cases[] = {
	    {"utf-8", "易é😀", 9, "易é😀"},
	    {"UTF-8",
		"\xEF\xBB\xBF"
		"a",
		4, "a"}, /* the BOM is no text, but only where it begins */
	    {"utf-8", "a\xEF\xBB\xBF", 4, "a\xEF\xBB\xBF"},
	    {"gb18030", "\xD2\xD7\xB7\xA2\xCA\xBD", 6, "易发式"},
	    {"gbk", "\xD2\xD7", 2, "易"},
	    {"GB2312",
		"a\xD2\xD7"
		"b",
		4, "a易b"},
	    {"gb18030", "\x95\x32\x82\x36", 4, "𠀀"},
	    {"gb18030", "\xA3\xA4", 2, "￥"},
	    {"cp1252", "caf\xE9 \x80 \x93x\x94", 10, "café € “x”"},
	    {"utf-16le", "\xFF\xFE\x13\x66=\xD8\0\xDE", 8, "易😀"},
	    {"utf-16be", "\x66\x13\xD8=\xDE\0", 6, "易😀"},
	    {"big5", "\xA4\xA4", 2, "中"},
	    {"utf-8", "", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_decoded(cases[i].name, cases[i].bytes, cases[i].length, cases[i].expected);
}

static void a_fault_is_named_by_its_offset_in_the_file(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t length, offset;
	} cases[] = {
	    {"utf-8",
		"ab\xFF"
		"c",
		4, 2},
	    {"utf-8", "易\xC0\x80", 5, 3},
	    {"utf-8", "a\xED\xA0\x80", 4, 1},
	    {"utf-8", "ab\xE6\x98", 4, 2}, /* the file ends inside a character */
	    {"utf-8", "ab\xE6\x98x", 5, 2},
	    {"gb18030", "\xD2\xD7\xFF", 3, 2},
	    {"gb18030", "\xD2\xD7\xD2", 3, 2},
	    {"gb18030",
		"a\x81\x30\x81"
		"bcd",
		7, 1}, /* three bytes look like a character's beginning */
	    {"cp1252", "abc\x81", 4, 3},
	    {"utf-16le",
		"a\0b\0\0\xD8"
		"c\0",
		8, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece <= cases[i].length; piece++) {
			struct error error = {0}, again;
			struct encoding_reader *reader = encoding_reader_new(cases[i].name, &error);
			char expected[64];
			struct buffer out;
			bool well = true;

			buffer_init(&out, 1000);
			for (size_t at = 0; well && at < cases[i].length; at += piece) {
				size_t left = cases[i].length - at, size = piece < left ? piece : left;

				well =
				    encoding_reader_feed(reader, cases[i].bytes + at, size, size == left, &out, &error);
			}
			assert_false(well);
			assert_int_equal(error.code, ERROR_INVALID);
			snprintf(expected, sizeof expected, "文件从第 %zu 字节起", cases[i].offset);
			assert_memory_equal(error.sentence, expected, strlen(expected));
			assert_false(encoding_reader_feed(reader, "x", 1, true, &out, &again)); /* and it stays so */
			assert_string_equal(again.sentence, error.sentence);
			buffer_clear(&out);
			encoding_reader_free(reader);
		}
}

static void big_files_come_through_whole(void **state)
{
	struct error error;
	struct encoding_reader *reader = encoding_reader_new("utf-8", &error);
	struct buffer in, out;

	(void)state;
	buffer_init(&in, 1 << 20);
	buffer_init(&out, 1 << 20);
	for (int i = 0; i < 30000; i++)
		buffer_append_text(&in, i % 3 == 0 ? "😀" : "易");
	assert_true(encoding_reader_feed(reader, in.bytes, in.length, true, &out, &error));
	assert_int_equal(out.length, in.length);
	assert_memory_equal(out.bytes, in.bytes, in.length);
	encoding_reader_free(reader);
	buffer_clear(&out);

	reader = encoding_reader_new("utf-8", &error);
	buffer_init(&out, 1000);
	assert_false(encoding_reader_feed(reader, in.bytes, in.length, true, &out, &error));
	assert_int_equal(error.code, ERROR_TOO_LARGE);
	encoding_reader_free(reader);
	buffer_clear(&out);
	buffer_clear(&in);
}

static void an_unknown_name_is_an_error(void **state)
{
	struct error error;

	(void)state;
	assert_null(encoding_reader_new("火星文", &error));
	assert_int_equal(error.code, ERROR_INVALID);
	assert_string_equal(error.field, "encoding");
	assert_null(encoding_reader_new("", &error)); /* and no default in silence */
	encoding_reader_free(NULL);
}

static void nothing_is_guessed_in_silence(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		bool whole;
		const char *name;
		size_t skip;
	} cases[] = {
	    {"", 0, true, "utf-8", 0},
	    {"abc", 3, true, "utf-8", 0},
	    {"易发", 6, true, "utf-8", 0},
	    {"易发", 5, false, "utf-8", 0}, /* cut in mid-character: more may come */
	    {"易发", 4, false, "utf-8", 0},
	    {"易发", 5, true, NULL, 0},
	    {"😀", 3, false, "utf-8", 0},
	    {"a\xE0\xA0", 3, false, "utf-8", 0},
	    {"a\xE0\x80", 3, false, NULL, 0}, /* nothing can mend it */
	    {"a\xFF", 2, false, NULL, 0},
	    {"\xD2\xD7\xB7\xA2\xCA\xBD", 6, true, NULL, 0}, /* GB18030 is asked for, not guessed */
	    {"\xEF\xBB\xBF"
	     "a",
		4, true, "utf-8", 3},
	    {"\xFF\xFE"
	     "a\0",
		4, true, "utf-16le", 2},
	    {"\xFE\xFF\0a", 4, true, "utf-16be", 2},
	    {"\xFF\xFE\0\0", 4, true, NULL, 0},
	    {"a\0b\0", 4, true, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t skip = 9;
		const char *name = encoding_detect(cases[i].bytes, cases[i].length, cases[i].whole, &skip);

		assert_int_equal(name == NULL, cases[i].name == NULL);
		if (name != NULL)
			assert_string_equal(name, cases[i].name);
		assert_int_equal(skip, cases[i].skip);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_encoding_becomes_utf8),
	    cmocka_unit_test(a_fault_is_named_by_its_offset_in_the_file),
	    cmocka_unit_test(big_files_come_through_whole),
	    cmocka_unit_test(an_unknown_name_is_an_error),
	    cmocka_unit_test(nothing_is_guessed_in_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
