#include "base/error.h"
#include "base/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_error_says_what_and_what_next(void **state)
{
	struct error error;

	(void)state;
	assert_false(error_set(&error, ERROR_INVALID, "planned", "要一个金额，写的是“%s”", "约1.2亿"));
	assert_int_equal(error.code, ERROR_INVALID);
	assert_string_equal(error.field, "planned");
	assert_string_equal(error.sentence, "要一个金额，写的是“约1.2亿”");
	assert_string_equal(error.hint, "");
	assert_int_equal(error.position, -1);
	assert_false(error_hint(&error, "%s写到备注里", "约"));
	assert_string_equal(error.hint, "约写到备注里");
	assert_false(error_at(&error, 5, 10));
	assert_int_equal(error.position, 5);
	assert_int_equal(error.position_length, 10);
	error_set(&error, ERROR_BUSY, NULL, "稍后再试");
	assert_string_equal(error.field, ""); /* nothing of the one before is left */
	assert_string_equal(error.hint, "");
	assert_int_equal(error.position, -1);
}

static void what_is_too_long_is_cut_at_a_whole_character(void **state)
{
	struct error error;
	char text[2000] = "";

	(void)state;
	for (int i = 0; i < 600; i++)
		strcat(text, "长");
	for (int i = 0; i < 3; i++) { /* the cut falls on each byte of a character in turn */
		error_set(&error, ERROR_INTERNAL, text + i * 3, "%.*s%s", i, "ab", text);
		assert_true(utf8_is_valid(error.sentence, strlen(error.sentence), NULL));
		assert_in_range(strlen(error.sentence), sizeof error.sentence - 4, sizeof error.sentence - 1);
		assert_true(utf8_is_valid(error.field, strlen(error.field), NULL));
		error_hint(&error, "%.*s%s", i, "ab", text);
		assert_true(utf8_is_valid(error.hint, strlen(error.hint), NULL));
	}
}

static void an_error_may_wrap_itself(void **state)
{
	struct error error;

	(void)state;
	error_set(&error, ERROR_INVALID, "planned", "里面");
	error_set(&error, ERROR_REFUSED, error.field, "外面：%s", error.sentence);
	assert_string_equal(error.sentence, "外面：里面");
	assert_string_equal(error.field, "planned");
}

static void names_and_exits_are_those_of_the_contract(void **state)
{
	static const struct {
		enum error_code code;
		const char *name;
		int exit_status;
	} cases[] = {
	    {ERROR_REFUSED, "refused", 1},
	    {ERROR_PLUGIN_FAULT, "plugin_fault", 1},
	    {ERROR_BUDGET, "budget", 1},
	    {ERROR_AMBIGUOUS, "ambiguous", 1},
	    {ERROR_TOO_LARGE, "too_large", 1},
	    {ERROR_INVALID, "invalid", 2},
	    {ERROR_NOT_FOUND, "not_found", 3},
	    {ERROR_FORBIDDEN, "forbidden", 5},
	    {ERROR_CONFLICT, "conflict", 6},
	    {ERROR_BUSY, "busy", 75},
	    {ERROR_READ_ONLY, "read_only", 75},
	    {ERROR_OUTCOME_UNKNOWN, "outcome_unknown", 75},
	    {ERROR_IN_USE, "in_use", 75},
	    {ERROR_DAMAGED, "damaged", 1},
	    {ERROR_INTERNAL, "internal", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(error_code_name(cases[i].code), cases[i].name);
		assert_int_equal(error_exit_status(cases[i].name), cases[i].exit_status);
	}
	assert_int_equal(error_exit_status("made_up"), 1);
	for (int code = 0; code < ERROR_CODES; code++)
		assert_non_null(error_code_name((enum error_code)code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_error_says_what_and_what_next),
	    cmocka_unit_test(what_is_too_long_is_cut_at_a_whole_character),
	    cmocka_unit_test(an_error_may_wrap_itself),
	    cmocka_unit_test(names_and_exits_are_those_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
