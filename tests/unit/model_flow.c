#include "model_example.h"

static int begin(void **state)
{
	*state = example_schema();
	return 0;
}

static int end(void **state)
{
	schema_release(*state);
	return 0;
}

static void stages_are_found_by_name_then_title(void **state)
{
	const struct schema *schema = *state;
	const struct flow *flow = schema->kinds[0].flow;

	assert_int_equal(flow_find(flow, "construction"), CONSTRUCTION);
	assert_int_equal(flow_find(flow, "开工在建"), CONSTRUCTION);
	assert_int_equal(flow_find(flow, "nowhere"), -1);
	assert_int_equal(flow_find(flow, "resume"), -1);
	assert_true(flow_is_resume("resume") && flow_is_resume("复工"));
	assert_null(schema->kinds[1].flow);
}

static void moves_follow_the_declaration(void **state)
{
	static const struct {
		int from, return_stage;
		const char *to;
		enum error_code code;
		int stage;
		const char *hint;
	} cases[] = {
	    {CLUE, -1, "signed", ERROR_NONE, SIGNED, ""},
	    {CLUE, -1, "落地", ERROR_NONE, LANDED, ""},
	    {CLUE, -1, "completed", ERROR_REFUSED, 0,
		"可转为：签约（signed）、落地（landed）、开工在建（construction）、终止（abandoned）"},
	    {CLUE, -1, "clue", ERROR_REFUSED, 0,
		"可转为：签约（signed）、落地（landed）、开工在建（construction）、终止（abandoned）"},
	    {CONSTRUCTION, -1, "竣", ERROR_INVALID, 0, "可转为：竣工（completed）、停工（suspended）"},
	    {COMPLETED, -1, "signed", ERROR_REFUSED, 0, "可转为：无，已是终点"},
	    {SUSPENDED, CONSTRUCTION, "resume", ERROR_NONE, CONSTRUCTION, ""},
	    {SUSPENDED, SIGNED, "复工", ERROR_NONE, SIGNED, ""},
	    {SUSPENDED, SIGNED, "signed", ERROR_REFUSED, 0,
		"可转为：复工（resume）、缓建（halted）、终止（abandoned）"},
	    {SUSPENDED, SIGNED, "abandoned", ERROR_NONE, ABANDONED, ""},
	    {SUSPENDED, -1, "resume", ERROR_REFUSED, 0,
		"可转为：线索（clue）、签约（signed）、落地（landed）、开工在建（construction）、竣工（completed）、缓"
		"建（halted）、"
		"终止（abandoned）"},
	    {SUSPENDED, -1, "landed", ERROR_NONE, LANDED, ""}, /* it began suspended: it must not be stuck */
	    {SIGNED, -1, "resume", ERROR_REFUSED, 0,
		"可转为：落地（landed）、开工在建（construction）、停工（suspended）、终止（abandoned）"},
	    {-1, -1, "construction", ERROR_NONE, CONSTRUCTION, ""},
	    {-1, -1, "resume", ERROR_REFUSED, 0,
		"可以是：线索（clue）、签约（signed）、落地（landed）、开工在建（construction）、竣工（completed）、停"
		"工（suspended）、"
		"缓建（halted）、终止（abandoned）"},
	};
	const struct schema *schema = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error error = {.code = ERROR_NONE};
		int to = -7;
		bool allowed = flow_check_move(
		    schema->kinds[0].flow, cases[i].from, cases[i].return_stage, cases[i].to, &to, &error);

		assert_int_equal(allowed, cases[i].code == ERROR_NONE);
		assert_int_equal(to, allowed ? cases[i].stage : -7); /* untouched on failure */
		if (allowed)
			continue;
		assert_int_equal(error.code, cases[i].code);
		assert_string_equal(error.field, "stage");
		assert_string_equal(error.hint, cases[i].hint);
	}
}

static void an_unknown_stage_is_told_with_the_nearest(void **state)
{
	const struct schema *schema = *state;
	struct error error;
	int to;

	assert_false(flow_check_move(schema->kinds[0].flow, CLUE, -1, "sined", &to, &error));
	assert_string_equal(error.sentence, "“项目”没有名为“sined”的阶段，最接近的是“signed”");
}

static void what_lies_between_was_skipped(void **state)
{
	static const struct {
		int from, to;
		uint64_t skipped;
	} cases[] = {
	    {CLUE, SIGNED, 0},
	    {CLUE, LANDED, 1 << SIGNED},
	    {CLUE, CONSTRUCTION, 1 << SIGNED | 1 << LANDED},
	    {LANDED, SIGNED, 0},
	    {SIGNED, SIGNED, 0},
	    {CLUE, ABANDONED, 0},
	    {CLUE, SUSPENDED, 0},
	    {SUSPENDED, ABANDONED, 0},
	    {-1, CONSTRUCTION, 0},
	};
	const struct schema *schema = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(flow_skipped(schema->kinds[0].flow, cases[i].from, cases[i].to), cases[i].skipped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stages_are_found_by_name_then_title),
	    cmocka_unit_test(moves_follow_the_declaration),
	    cmocka_unit_test(an_unknown_stage_is_told_with_the_nearest),
	    cmocka_unit_test(what_lies_between_was_skipped),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
