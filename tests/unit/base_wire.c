#include "base/wire.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_put_is_got(void **state)
{
	struct pool *pool = pool_new();
	struct buffer out;
	struct wire in;
	size_t length;

	(void)state;
	buffer_init(&out, 4096);
	wire_put_integer(&out, INT64_MIN);
	wire_put_integer(&out, -1);
	wire_put_boolean(&out, true);
	wire_put_text(&out, "签约");
	wire_put_text(&out, NULL);
	wire_put_text(&out, "");
	wire_put_bytes(&out, "a\0b", 3);
	wire_put_count(&out, 2);
	wire_put_text(&out, "x");
	wire_put_text(&out, "y");
	wire_read(&in, out.bytes, out.length);
	assert_int_equal(wire_get_integer(&in, INT64_MIN, INT64_MAX), INT64_MIN);
	assert_int_equal(wire_get_integer(&in, -1, 0), -1);
	assert_true(wire_get_boolean(&in));
	assert_string_equal(wire_get_text(&in, pool, 64), "签约");
	assert_null(wire_get_text(&in, pool, 64));
	assert_string_equal(wire_get_name(&in, pool, 64), "");
	assert_memory_equal(wire_get_bytes(&in, 3, &length), "a\0b", 3);
	assert_int_equal(length, 3);
	assert_int_equal(wire_get_count(&in, 10), 2);
	assert_string_equal(wire_get_name(&in, pool, 1), "x");
	assert_false(wire_end(&in));
	assert_string_equal(wire_get_text(&in, pool, 1), "y");
	assert_true(wire_end(&in));
	buffer_clear(&out);
	pool_free(pool);
}

static void the_bytes_never_change(void **state) /* the journal's hashes stand on them */
{
	static const char expected[] = "i\0\0\0\0\0\0\1\2"
				       "b\1"
				       "t\0\0\0\3abc"
				       "n"
				       "x\0\0\0\1z"
				       "c\0\0\0\0\0\0\0\5";
	struct buffer out;

	(void)state;
	buffer_init(&out, 4096);
	wire_put_integer(&out, 258);
	wire_put_boolean(&out, true);
	wire_put_text(&out, "abc");
	wire_put_text(&out, NULL);
	wire_put_bytes(&out, "z", 1);
	wire_put_count(&out, 5);
	assert_int_equal(out.length, sizeof expected - 1);
	assert_memory_equal(out.bytes, expected, sizeof expected - 1);
	buffer_clear(&out);
}

/* Reads one item as type says; each case is bad, and says why. */
static void faults_are_named_and_stick(void **state)
{
	static const struct {
		char type;
		const char *bytes;
		size_t length;
		const char *fault;
	} cases[] = {
	    {'i', "", 0, "cut short"}, {'i', "i\0\0", 3, "cut short"}, {'i', "b\1", 2, "not an integer"},
	    {'i', "i\0\0\0\0\0\0\0\x65", 9, "integer out of range"}, /* 101 of 100 */
	    {'b', "b\2", 2, "a boolean neither 0 nor 1"}, {'b', "b", 1, "cut short"},
	    {'t', "t\0\0\0\5abc", 8, "cut short"}, {'t', "t\xFF\xFF\xFF\xFF", 5, "longer than allowed"},
	    {'t', "t\0\0\0\3a\0b", 8, "a text with a NUL"}, {'t', "t\0\0\0\1\xFF", 6, "a text that is not UTF-8"},
	    {'t', "x\0\0\0\1a", 6, "not a text"}, {'n', "n", 1, "not a text"}, /* a name has to be there */
	    {'x', "t\0\0\0\1a", 6, "not bytes"},
	    {'c', "c\0\0\0\0\0\0\0\2n", 10, "a count too large"}, /* one item is all that can follow */
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wire in;
		size_t length = 9;

		wire_read(&in, cases[i].bytes, cases[i].length);
		switch (cases[i].type) {
		case 'i':
			assert_int_equal(wire_get_integer(&in, 0, 100), 0);
			break;
		case 'b':
			assert_false(wire_get_boolean(&in));
			break;
		case 't':
			assert_null(wire_get_text(&in, pool, 64));
			break;
		case 'n':
			assert_string_equal(wire_get_name(&in, pool, 64), "");
			break;
		case 'x':
			assert_null(wire_get_bytes(&in, 64, &length));
			assert_int_equal(length, 0);
			break;
		default:
			assert_int_equal(wire_get_count(&in, 1000), 0);
		}
		assert_string_equal(in.fault, cases[i].fault);
		assert_false(wire_ok(&in));
		assert_int_equal(wire_get_integer(&in, 5, 9), 0); /* later reads give zero values */
		assert_false(wire_fail(&in, "another"));
		assert_string_equal(in.fault, cases[i].fault);
		assert_false(wire_end(&in));
	}
	pool_free(pool);
}

static void no_beginning_of_a_message_is_a_message(void **state)
{
	struct pool *pool = pool_new();
	struct buffer out;

	(void)state;
	buffer_init(&out, 4096);
	wire_put_text(&out, "signed");
	wire_put_integer(&out, 3);
	for (size_t length = 0; length <= out.length; length++) {
		struct wire in;
		char *exact = malloc(length + 1); /* so that a read past it is seen */

		memcpy(exact, out.bytes, length);
		wire_read(&in, exact, length);
		(void)wire_get_text(&in, pool, 64);
		(void)wire_get_integer(&in, 0, 9);
		assert_int_equal(wire_end(&in), length == out.length);
		free(exact);
	}
	buffer_clear(&out);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_put_is_got),
	    cmocka_unit_test(the_bytes_never_change),
	    cmocka_unit_test(faults_are_named_and_stick),
	    cmocka_unit_test(no_beginning_of_a_message_is_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
