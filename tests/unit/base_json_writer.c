#include "base/json_writer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_text(const char *text, size_t length, const char *expected)
{
	struct buffer out;
	struct json_writer json;

	buffer_init(&out, 4096);
	json_init(&json, &out);
	json_text_length(&json, text, length);
	assert_string_equal(buffer_text(&out), expected);
	buffer_clear(&out);
}

static void text_is_quoted_and_always_utf8(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {"", "\"\""},
	    {"易发式", "\"易发式\""},
	    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
	    {"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\""},
	    {"\x01\x1b\x1f\x7f", "\"\\u0001\\u001b\\u001f\x7f\""},
	    {"a\xFF易\xE6\x98", "\"a\xEF\xBF\xBD易\xEF\xBF\xBD\xEF\xBF\xBD\""},
	    {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
	    {"😀\xE2\x80\xA8", "\"😀\xE2\x80\xA8\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_text(cases[i].text, strlen(cases[i].text), cases[i].expected);
	expect_text("a\0b", 3, "\"a\\u0000b\"");
}

static void commas_stand_between_members_only(void **state)
{
	struct buffer out;
	struct json_writer json;

	(void)state;
	buffer_init(&out, 4096);
	json_init(&json, &out);
	json_object_begin(&json);
	json_member_text(&json, "id", "P-0014");
	json_member_text(&json, "none", NULL);
	json_member_integer(&json, "n", 3);
	json_member_boolean(&json, "yes", true);
	json_key(&json, "list");
	json_array_begin(&json);
	json_integer(&json, 1);
	json_null(&json);
	json_object_begin(&json);
	json_object_end(&json);
	json_array_begin(&json);
	json_array_end(&json);
	json_raw(&json, "{\"a\":1}", 7);
	json_boolean(&json, false);
	json_array_end(&json);
	json_object_end(&json);
	assert_string_equal(buffer_text(&out),
	    "{\"id\":\"P-0014\",\"none\":null,\"n\":3,\"yes\":true,"
	    "\"list\":[1,null,{},[],{\"a\":1},false]}");
	buffer_clear(&out);
}

static void integers_are_exact_to_the_ends(void **state)
{
	static const struct {
		int64_t integer;
		const char *expected;
	} cases[] = {{0, "0"}, {-1, "-1"}, {10, "10"}, {9007199254740992, "9007199254740992"},
	    {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buffer out;
		struct json_writer json;

		buffer_init(&out, 64);
		json_init(&json, &out);
		json_integer(&json, cases[i].integer);
		assert_string_equal(buffer_text(&out), cases[i].expected);
		buffer_clear(&out);
	}
}

static void sixty_four_levels_are_allowed(void **state)
{
	struct buffer out;
	struct json_writer json;

	(void)state;
	buffer_init(&out, 4096);
	json_init(&json, &out);
	for (int i = 0; i < 64; i++)
		json_array_begin(&json);
	json_integer(&json, 1);
	json_integer(&json, 2);
	for (int i = 0; i < 64; i++)
		json_array_end(&json);
	assert_int_equal(out.length, 64 + 3 + 64);
	buffer_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_quoted_and_always_utf8),
	    cmocka_unit_test(commas_stand_between_members_only),
	    cmocka_unit_test(integers_are_exact_to_the_ends),
	    cmocka_unit_test(sixty_four_levels_are_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
