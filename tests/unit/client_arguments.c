#include "client/arguments.h"
#include "client/verb.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pool *pool;
	struct arguments arguments;
	struct error error;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fixture->pool = pool_new();
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	pool_free(fixture->pool);
	free(fixture);
	return 0;
}

/* Takes a line apart at its spaces. */
static bool parse(struct fixture *fixture, const char *line)
{
	char **argv = pool_alloc_array(fixture->pool, 32, sizeof *argv);
	char *copy = pool_copy_text(fixture->pool, line), *rest = NULL;
	int argc = 0;

	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	return arguments_parse(argc, argv, fixture->pool, &fixture->arguments, &fixture->error);
}

static void options_stand_anywhere(void **state)
{
	static const char *const lines[] = {
	    "luodi list project stage=signed --limit 5 --json -S /s",
	    "luodi --json -S /s --limit=5 list project stage=signed",
	    "luodi -S/s list --limit 5 project --json stage=signed",
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct fixture *fixture = *state;

		assert_true(parse(fixture, lines[i]));
		assert_string_equal(fixture->arguments.verb, "list");
		assert_int_equal(fixture->arguments.word_count, 2);
		assert_string_equal(fixture->arguments.words[1], "stage=signed");
		assert_int_equal(fixture->arguments.integers[OPTION_LIMIT], 5);
		assert_string_equal(fixture->arguments.values[OPTION_SOCKET], "/s");
		assert_true(arguments_given(&fixture->arguments, OPTION_JSON));
		assert_false(arguments_given(&fixture->arguments, OPTION_CSV));
	}
}

static void a_value_may_begin_with_a_dash(void **state)
{
	struct fixture *fixture = *state;

	assert_true(parse(fixture, "luodi list project --sort -light,planned --as-of -30d"));
	assert_string_equal(fixture->arguments.values[OPTION_SORT], "-light,planned");
	assert_string_equal(fixture->arguments.values[OPTION_AS_OF], "-30d");
}

/* jansson makes no text of them, and a parameter left out is a filter that lets everything through. */
static void bytes_that_are_not_utf_8_are_refused(void **state)
{
	static const char *const lines[] = {
	    "luodi list project \xbd\xd7=1", "luodi set P-0001 planned=1 --note \xff", "luodi \xff"};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct fixture *fixture = *state;

		assert_false(parse(fixture, lines[i]));
		assert_int_equal(fixture->error.code, ERROR_INVALID);
		assert_true(fixture->error.hint[0] != '\0');
	}
}

static void two_dashes_end_the_options(void **state)
{
	struct fixture *fixture = *state;

	assert_true(parse(fixture, "luodi note P-0001 -- --json"));
	assert_int_equal(fixture->arguments.word_count, 2);
	assert_string_equal(fixture->arguments.words[1], "--json");
	assert_false(arguments_given(&fixture->arguments, OPTION_JSON));
}

static void help_asked_for_behind_a_verb_is_help_about_it(void **state)
{
	struct fixture *fixture = *state;

	assert_true(parse(fixture, "luodi list --help"));
	assert_string_equal(fixture->arguments.verb, "help");
	assert_string_equal(fixture->arguments.words[0], "list");
}

static void faults_are_named(void **state)
{
	static const struct {
		const char *line, *sentence;
	} cases[] = {
	    {"luodi list --limi 5", "--limit"},
	    {"luodi list --limit", "后面要写"},
	    {"luodi list --limit viel", "要一个数"},
	    {"luodi list --limit -1", "要一个数"},
	    {"luodi list --json=1", "不要值"},
	    {"luodi list --color blue", "auto"},
	    {"luodi list -x", "-x"},
	    {"luodi list --where a", "以后的版本会有"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;

		assert_false(parse(fixture, cases[i].line));
		assert_int_equal(fixture->error.code, ERROR_INVALID);
		assert_non_null(strstr(fixture->error.sentence, cases[i].sentence));
	}
}

static void an_option_that_the_verb_does_not_take_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_true(parse(fixture, "luodi set P-0001 planned=1 --as-of 2022-06-30"));
	assert_false(arguments_check(&fixture->arguments, OPTIONS_GENERAL | verb_set.options, &fixture->error));
	assert_non_null(strstr(fixture->error.hint, "--on 2022-06-30"));
	assert_true(parse(fixture, "luodi set P-0001 planned=1 --on 2022-06-30 --yes"));
	assert_true(arguments_check(&fixture->arguments, OPTIONS_GENERAL | verb_set.options, &fixture->error));
}

static void a_sequence_may_be_typed_as_it_is_shown(void **state)
{
	struct fixture *fixture = *state;

	assert_true(parse(fixture, "luodi list project --known-seq #4711"));
	assert_int_equal(fixture->arguments.integers[OPTION_KNOWN_SEQ], 4711);
}

static void a_command_is_given_back_ready_to_paste(void **state)
{
	struct fixture *fixture = *state;
	const char *line;
	char *argv[] = {"luodi", "set", "易发式", "note=it's > 1", "--on", "today", NULL};

	assert_true(arguments_parse(6, argv, fixture->pool, &fixture->arguments, &fixture->error));
	line = arguments_command(&fixture->arguments, fixture->pool, 0, "P-0003", "--yes");
	assert_string_equal(line, "luodi set P-0003 'note=it'\\''s > 1' --on today --yes");
}

static void every_verb_is_found_by_its_name_and_teaches(void **state)
{
	(void)state;
	for (size_t i = 0; VERBS[i] != NULL; i++) {
		assert_ptr_equal(verb_named(VERBS[i]->name), VERBS[i]);
		assert_false(verb_comes_later(VERBS[i]->name));
		assert_non_null(VERBS[i]->summary);
		assert_non_null(VERBS[i]->usage);
		assert_true(VERBS[i]->hidden || VERBS[i]->examples[0].line != NULL);
		assert_true(VERBS[i]->most >= VERBS[i]->least);
	}
	assert_null(verb_named("alerts"));
	assert_true(verb_comes_later("alerts"));
	assert_string_equal(verb_nearest("lits"), "list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(options_stand_anywhere, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_value_may_begin_with_a_dash, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(bytes_that_are_not_utf_8_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(two_dashes_end_the_options, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(help_asked_for_behind_a_verb_is_help_about_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(faults_are_named, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_option_that_the_verb_does_not_take_is_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_sequence_may_be_typed_as_it_is_shown, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_command_is_given_back_ready_to_paste, set_up, tear_down),
	    cmocka_unit_test(every_verb_is_found_by_its_name_and_teaches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
