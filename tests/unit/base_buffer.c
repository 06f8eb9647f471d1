#include "base/buffer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_buffer_grows_to_its_largest_size_and_not_past_it(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 100);
	assert_string_equal(buffer_text(&buffer), "");
	for (int i = 0; i < 10; i++)
		assert_true(buffer_append_text(&buffer, "0123456789"));
	assert_int_equal(buffer.length, 100);
	assert_false(buffer.full);
	assert_false(buffer_append_byte(&buffer, 'x'));
	assert_true(buffer.full);
	assert_int_equal(buffer.length, 100);
	assert_int_equal(strlen(buffer_text(&buffer)), 100);
	buffer_clear(&buffer);
}

static void a_full_buffer_stays_full_until_reset(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 4);
	assert_true(buffer_append_text(&buffer, "abc"));
	assert_false(buffer_append_text(&buffer, "de")); /* dropped whole */
	assert_false(buffer_append_byte(&buffer, 'd'));	 /* would fit, but what is missing must not be papered over */
	assert_false(buffer_format(&buffer, "%d", 1));
	assert_string_equal(buffer_text(&buffer), "abc");
	buffer_reset(&buffer);
	assert_false(buffer.full);
	assert_string_equal(buffer_text(&buffer), "");
	assert_true(buffer_format(&buffer, "%d%s", 12, "34"));
	assert_string_equal(buffer_text(&buffer), "1234");
	buffer_clear(&buffer);
	assert_string_equal(buffer_text(&buffer), "");
}

static void what_is_taken_is_the_callers(void **state)
{
	struct buffer buffer;
	size_t length;
	char *bytes;

	(void)state;
	buffer_init(&buffer, 1000);
	buffer_append(&buffer, "a\0b", 3);
	bytes = buffer_take(&buffer, &length);
	assert_int_equal(length, 3);
	assert_memory_equal(bytes, "a\0b", 4);
	free(bytes);
	assert_int_equal(buffer.length, 0);
	bytes = buffer_take(&buffer, NULL);
	assert_string_equal(bytes, "");
	free(bytes);
	assert_true(buffer_append_text(&buffer, "again"));
	assert_string_equal(buffer_text(&buffer), "again");
	buffer_clear(&buffer);
}

static void consuming_drops_from_the_front(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 16);
	buffer_append_text(&buffer, "line\nrest");
	buffer_consume(&buffer, 5);
	assert_string_equal(buffer_text(&buffer), "rest");
	buffer_consume(&buffer, 0);
	buffer_consume(&buffer, 4);
	assert_string_equal(buffer_text(&buffer), "");
	assert_true(buffer_append(&buffer, NULL, 0));
	buffer_clear(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_buffer_grows_to_its_largest_size_and_not_past_it),
	    cmocka_unit_test(a_full_buffer_stays_full_until_reset),
	    cmocka_unit_test(what_is_taken_is_the_callers),
	    cmocka_unit_test(consuming_drops_from_the_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
