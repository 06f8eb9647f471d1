#include "client/table.h"
#include "text/width.h"
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
	struct table *table;
	struct buffer out;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fixture->pool = pool_new();
	fixture->table = table_new(fixture->pool);
	buffer_init(&fixture->out, 1 << 20);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	buffer_clear(&fixture->out);
	pool_free(fixture->pool);
	free(fixture);
	return 0;
}

static void add_projects(struct table *table)
{
	table_add_column(table, "编号", ALIGN_LEFT);
	table_add_column(table, "项目名称", ALIGN_LEFT);
	table_add_column(table, "天数", ALIGN_RIGHT);
	table_add_row(table);
	table_put(table, "P-0014", NULL, TONE_NONE);
	table_put(table, "冷链物流分拨中心", NULL, TONE_NONE);
	table_put(table, "97", "97", TONE_NONE);
	table_add_row(table);
	table_put(table, "P-0080", NULL, TONE_RED);
	table_put(table, "高端铝型材二期", NULL, TONE_NONE);
	table_put(table, "127", "127", TONE_NONE);
}

static void chinese_is_measured_as_two_columns_and_numbers_stand_right(void **state)
{
	struct fixture *fixture = *state;

	add_projects(fixture->table);
	table_print(fixture->table, &(struct table_layout){0}, &fixture->out);
	assert_string_equal(buffer_text(&fixture->out),
	    "编号    项目名称          天数\n"
	    "P-0014  冷链物流分拨中心    97\n"
	    "P-0080  高端铝型材二期     127\n");
}

static void a_narrow_terminal_cuts_the_widest_text_and_no_number(void **state)
{
	struct fixture *fixture = *state;
	char *line;

	add_projects(fixture->table);
	table_print(fixture->table, &(struct table_layout){.width = 26}, &fixture->out);
	assert_non_null(strstr(buffer_text(&fixture->out), "冷链物流分…"));
	assert_non_null(strstr(buffer_text(&fixture->out), "127"));
	for (line = strtok(fixture->out.bytes, "\n"); line != NULL; line = strtok(NULL, "\n"))
		assert_true(text_width(line) <= 26);
}

static void color_goes_around_the_text_and_not_around_its_padding(void **state)
{
	struct fixture *fixture = *state;

	add_projects(fixture->table);
	table_print(fixture->table, &(struct table_layout){.color = true, .no_header = true}, &fixture->out);
	assert_non_null(strstr(buffer_text(&fixture->out), "\033[31mP-0080\033[0m  高端"));
}

static void what_moves_a_terminal_is_shown_and_not_sent(void **state)
{
	struct fixture *fixture = *state;

	table_add_column(fixture->table, "名称", ALIGN_LEFT);
	table_add_row(fixture->table);
	table_put(fixture->table, "a\033]52;c;eA==\007b\nc\xe2\x80\xae", NULL, TONE_NONE);
	table_print(fixture->table, &(struct table_layout){.color = true}, &fixture->out);
	assert_null(strchr(buffer_text(&fixture->out), '\033'));
	assert_null(strchr(buffer_text(&fixture->out), '\007'));
	assert_non_null(strstr(buffer_text(&fixture->out), "<U+202E>"));
	assert_ptr_equal(
	    strchr(strchr(buffer_text(&fixture->out), '\n') + 1, '\n') + 1, fixture->out.bytes + fixture->out.length);
}

static void plain_has_tabs_and_no_padding(void **state)
{
	struct fixture *fixture = *state;

	add_projects(fixture->table);
	table_print(fixture->table, &(struct table_layout){.plain = true, .width = 10}, &fixture->out);
	assert_string_equal(buffer_text(&fixture->out),
	    "编号\t项目名称\t天数\nP-0014\t冷链物流分拨中心\t97\nP-0080\t高端铝型材二期\t127\n");
}

static void csv_guards_texts_and_leaves_numbers_bare(void **state)
{
	static const struct {
		const char *text, *raw, *cell;
	} cases[] = {
	    {"签约", NULL, "签约"},
	    {"=1+1", NULL, "'=1+1"},
	    {"  =1+1", NULL, "\"'  =1+1\""},
	    {"+86", NULL, "'+86"},
	    {"-", NULL, "'-"},
	    {"@SUM(A1)", NULL, "'@SUM(A1)"},
	    {"＝1", NULL, "'＝1"},
	    {"－20万", NULL, "'－20万"},
	    {"\t=1", NULL, "'\t=1"},
	    {"-20万", "-20", "-20"}, /* a number of ours is no formula */
	    {"a,b", NULL, "\"a,b\""},
	    {"说“好”", NULL, "说“好”"},
	    {"say \"x\"", NULL, "\"say \"\"x\"\"\""},
	    {"two\nlines", NULL, "\"two\nlines\""},
	    {"-", "", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;
		struct table *table = table_new(fixture->pool);
		char expected[64];

		buffer_reset(&fixture->out);
		table_add_column(table, "列", ALIGN_LEFT);
		table_add_row(table);
		table_put(table, cases[i].text, cases[i].raw, TONE_NONE);
		table_write_csv(table, i == 0, &fixture->out);
		snprintf(expected, sizeof expected, "%s列\r\n%s\r\n", i == 0 ? "\xef\xbb\xbf" : "", cases[i].cell);
		assert_string_equal(buffer_text(&fixture->out), expected);
	}
}

static void a_table_grows_with_its_rows(void **state)
{
	struct fixture *fixture = *state;
	size_t lines = 0;

	table_add_column(fixture->table, "数", ALIGN_RIGHT);
	for (int i = 0; i < 1000; i++) {
		table_add_row(fixture->table);
		table_put(fixture->table, pool_format(fixture->pool, "%d", i), NULL, TONE_NONE);
		table_put(fixture->table, "one too many", NULL, TONE_NONE); /* left out */
	}
	table_print(fixture->table, &(struct table_layout){.no_header = true}, &fixture->out);
	for (size_t i = 0; i < fixture->out.length; i++)
		lines += fixture->out.bytes[i] == '\n';
	assert_int_equal(lines, 1000);
	assert_memory_equal(buffer_text(&fixture->out), "  0\n  1\n", 8);
	assert_null(strstr(buffer_text(&fixture->out), "too many"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		chinese_is_measured_as_two_columns_and_numbers_stand_right, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_narrow_terminal_cuts_the_widest_text_and_no_number, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(color_goes_around_the_text_and_not_around_its_padding, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_moves_a_terminal_is_shown_and_not_sent, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(plain_has_tabs_and_no_padding, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(csv_guards_texts_and_leaves_numbers_bare, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_table_grows_with_its_rows, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
