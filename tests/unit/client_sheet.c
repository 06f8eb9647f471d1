#include "client/header.h"
#include "client/import_screen.h"
#include "client/row_source.h"
#include "client/totals.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

enum { MOST_ROWS = 64, MOST_CELLS = 16 };

struct fixture {
	struct pool *pool;
	char path[64];
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

	if (fixture->path[0] != '\0')
		unlink(fixture->path);
	pool_free(fixture->pool);
	free(fixture);
	return 0;
}

static const char *write_file(struct fixture *fixture, const char *bytes, size_t length, const char *end)
{
	const char *folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
	int fd;

	if (fixture->path[0] != '\0')
		unlink(fixture->path);
	snprintf(fixture->path, sizeof fixture->path, "%.30s/rows-XXXXXX%s", folder, end);
	fd = mkstemps(fixture->path, (int)strlen(end));
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), (ssize_t)length);
	close(fd);
	return fixture->path;
}

/* Row as "number:a|b|c". */
static const char *row_text(struct pool *pool, const struct row *row)
{
	const char *text = pool_format(pool, "%d:", (int)row->number);

	for (size_t i = 0; i < row->count; i++)
		text = pool_format(pool, "%s%s%s", text, i > 0 ? "|" : "", row->cells[i]);
	return text;
}

/* Reads the source to its end, then, from its beginning, once more. */
static void expect_rows_of(struct pool *pool, struct row_source *source, const char *const *rows)
{
	struct error error;
	struct row row;

	assert_non_null(source);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rows[i] != NULL; i++) {
			assert_true(row_source_next(source, &row, &error));
			assert_string_equal(row_text(pool, &row), rows[i]);
		}
		assert_false(row_source_next(source, &row, &error));
		assert_int_equal(error.code, ERROR_NONE);
		assert_true(row_source_rewind(source, &error));
	}
	row_source_free(source);
}

static void expect_rows(struct fixture *fixture, const char *bytes, size_t length, const char *end,
    const char *encoding, const char *const *rows)
{
	struct error error;

	expect_rows_of(fixture->pool, row_source_open(write_file(fixture, bytes, length, end), encoding, &error), rows);
}

static void sheets_are_read_as_a_spreadsheet_counts_them(void **state)
{
	static const struct {
		const char *bytes, *end;
		const char *rows[6];
	} cases[] = {
	    {"a,b\n1,2\n", ".csv", {"1:a|b", "2:1|2"}},
	    {"a,b\r\n1,2", ".csv", {"1:a|b", "2:1|2"}},
	    {"\xef\xbb\xbf"
	     "a,b\r\n\r\n1,2\r\n",
		".csv", {"1:a|b", "2:", "3:1|2"}}, /* the blank one counts */
	    {"a,\"b\nc\"\n1,2\n", ".csv", {"1:a|b\nc", "2:1|2"}},
	    {"a,\"say \"\"x\"\"\"\n,\n", ".csv", {"1:a|say \"x\"", "2:|"}},
	    {"a\tb\n1\t2,5\n", ".tsv", {"1:a|b", "2:1|2,5"}},
	    {"a;b\n1;2\n", ".csv", {"1:a|b", "2:1|2"}},
	    {"a,b\n'=1,'普通\n", ".csv", {"1:a|b", "2:=1|'普通"}}, /* the guard of an export is undone */
	    {"{\"a\":\"x\",\"b\":3}\n\n{\"b\":null,\"c\":[\"p\",\"q\"],\"a\":true}\n", ".jsonl",
		{"0:a|b|c", "1:x|3|", "3:是||p、q"}},
	    {"", ".csv", {NULL}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_rows(*state, cases[i].bytes, strlen(cases[i].bytes), cases[i].end, NULL, cases[i].rows);
}

static void a_pipe_is_read_like_a_file(void **state)
{
	static const struct {
		const char *bytes;
		const char *rows[4];
	} cases[] = {
	    {"a,b\n1,2\n", {"1:a|b", "2:1|2"}},
	    {"{\"a\":1}\n{\"b\":2}\n", {"0:a|b", "1:1|", "2:|2"}}, /* names that come up later are known too */
	};
	int standard_input = dup(STDIN_FILENO);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error;
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], cases[i].bytes, strlen(cases[i].bytes)), strlen(cases[i].bytes));
		close(ends[1]);
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		expect_rows_of(((struct fixture *)*state)->pool, row_source_open("-", NULL, &error), cases[i].rows);
	}
	if (standard_input >= 0) {
		dup2(standard_input, STDIN_FILENO);
		close(standard_input);
	}
}

static void a_long_sheet_comes_through_whole(void **state)
{
	struct fixture *fixture = *state;
	struct buffer bytes;
	struct error error;
	struct row row;
	struct row_source *source;
	int64_t number = 0;

	buffer_init(&bytes, 1 << 24);
	for (int i = 0; i < 20000; i++)
		buffer_format(&bytes, "%d,\"名称，%d\",开工在建\r\n", i, i);
	source = row_source_open(write_file(fixture, bytes.bytes, bytes.length, ".csv"), NULL, &error);
	assert_non_null(source);
	while (row_source_next(source, &row, &error)) {
		char expected[64];

		snprintf(expected, sizeof expected, "名称，%d", (int)number++);
		assert_int_equal(row.number, number);
		assert_int_equal(row.count, 3);
		assert_string_equal(row.cells[1], expected);
		assert_string_equal(row.cells[2], "开工在建");
	}
	assert_int_equal(error.code, ERROR_NONE);
	assert_int_equal(number, 20000);
	row_source_free(source);
	buffer_clear(&bytes);
}

static void an_encoding_is_told_or_refused_and_never_guessed(void **state)
{
	static const char GB[] = "\xb1\xe0\xba\xc5,a\n"; /* 编号 in GB 18030 */
	static const char *const READ[] = {"1:编号|a", NULL};
	struct fixture *fixture = *state;
	struct error error;

	assert_null(row_source_open(write_file(fixture, GB, strlen(GB), ".csv"), NULL, &error));
	assert_int_equal(error.code, ERROR_INVALID);
	assert_non_null(strstr(error.hint, "gb18030"));
	expect_rows(fixture, GB, strlen(GB), ".csv", "gb18030", READ);
}

static void what_is_no_sheet_is_refused(void **state)
{
	static const struct {
		const char *bytes, *end, *sentence;
		size_t length;
	} cases[] = {
	    {"PK\x03\x04xxxx", ".xlsx", "xlsx", 8},
	    {"a,b\n1,\"2\n", ".csv", "引号", 9},
	    {"a,b\n1,\0\n", ".csv", "不是 UTF-8", 8},
	    {"{\"a\":1}\n[1]\n", ".jsonl", "不是 JSON 对象", 12},
	    {"{\"a\":{\"b\":1}}\n", ".jsonl", "“a”", 14},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;
		struct error error;
		struct row row;
		struct row_source *source =
		    row_source_open(write_file(fixture, cases[i].bytes, cases[i].length, cases[i].end), NULL, &error);

		while (source != NULL && row_source_next(source, &row, &error))
			continue;
		assert_int_equal(error.code, ERROR_INVALID);
		assert_non_null(strstr(error.sentence, cases[i].sentence));
		row_source_free(source);
	}
}

/* Rows from lines of cells with | between them. */
static size_t make_rows(struct pool *pool, const char *const *lines, struct row rows[])
{
	size_t count = 0;

	for (; lines[count] != NULL; count++) {
		char *copy = pool_copy_text(pool, lines[count]), *cell;

		rows[count] = (struct row){(int64_t)count + 1, pool_alloc_array(pool, MOST_CELLS, sizeof(char *)), 0};
		while ((cell = strsep(&copy, "|")) != NULL)
			rows[count].cells[rows[count].count++] = cell;
	}
	return count;
}

static void headings_are_found_below_title_lines(void **state)
{
	static const char *const KNOWN[] = {"项目名称", "项目代码", "计划总投资", "planned", "到位资金"};
	static const struct {
		const char *lines[8];
		size_t header;
	} cases[] = {
	    {{"项目名称|项目代码|到位资金", "甲|1|2"}, 0},
	    {{"白塔区项目台账||", "单位：万元||", "序号|项 目 名 称|计划总投资（万元）", "1|甲|5000"}, 2},
	    {{"台账|2022|六月", "编号|ＰＬＡＮＮＥＤ|项目代码", "1|2|3"}, 1}, /* width and case do not matter */
	    {{"项目名称", "甲", "乙"}, 0},				      /* one of one */
	    {{"标题|", "甲|乙|丙", "1|2|3", "4|5|6"}, 1},		      /* nothing known: the widest */
	    {{"只有一格", "也是"}, 2},					      /* none */
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;
		struct row rows[MOST_ROWS];
		size_t count = make_rows(fixture->pool, cases[i].lines, rows);

		assert_int_equal(header_find(fixture->pool, rows, count, KNOWN, 5), cases[i].header);
	}
}

static void a_line_with_the_unit_is_understood(void **state)
{
	static const struct {
		const char *lines[4];
		const char *unit;
	} cases[] = {
	    {{"台账|", "|单位：万元"}, "万元"},
	    {{"单 位:亿元"}, "亿元"},
	    {{"金额单位：元"}, "元"},
	    {{"填报单位：招商局"}, NULL},
	    {{"台账"}, NULL},
	};
	const char *heading = NULL;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;
		struct row rows[MOST_ROWS];
		size_t count = make_rows(fixture->pool, cases[i].lines, rows);
		const char *unit = header_unit(fixture->pool, rows, count);

		assert_true((unit == NULL) == (cases[i].unit == NULL));
		assert_string_equal(unit != NULL ? unit : "", cases[i].unit != NULL ? cases[i].unit : "");
	}
	assert_string_equal(header_split_unit(((struct fixture *)*state)->pool, "总投资（万元）", &heading), "万元");
	assert_string_equal(heading, "总投资");
	assert_null(header_split_unit(((struct fixture *)*state)->pool, "总投资（含税）", &heading));
}

static void totals_and_notes_are_no_records(void **state)
{
	static const struct {
		const char *lines[2];
		bool total, grand, note;
	} cases[] = {
	    {{"合计||24000"}, true, true, false}, {{"|合 计|24000"}, true, true, false},
	    {{"|小计|24000"}, true, false, false}, {{"1|合计公司|24000"}, false, false, false},
	    {{"1|2|3|合计"}, false, false, false}, /* too far right */
	    {{"填表人：张三||"}, false, false, true}, {{"注：不含税||"}, false, false, true},
	    {{"注：项目|1|2|3"}, false, false, false}, /* a record that begins so */
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;
		struct row rows[MOST_ROWS];
		bool grand = false;

		make_rows(fixture->pool, cases[i].lines, rows);
		assert_int_equal(row_is_total(fixture->pool, rows, &grand), cases[i].total);
		assert_int_equal(grand, cases[i].grand);
		assert_int_equal(row_is_note(rows), cases[i].note);
	}
}

static void a_total_that_differs_is_said_to_the_fen(void **state)
{
	static const struct {
		const char *total, *sentence;
		bool agrees;
	} cases[] = {
	    {"合计|486,320.50|", "合计行 486,320.5 与逐行相加一致", true},
	    {"合计|486320.51|", "“投资”合计行写 486,320.51，逐行相加是 486,320.5", false},
	    {"合计|共三项|", NULL, true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture *fixture = *state;
		const char *const lines[] = {
		    "名称|投资|备注", "甲|486,000|x", "乙|320.5|3", "丙|约2万|", cases[i].total, NULL};
		struct row rows[MOST_ROWS];
		struct totals *totals;
		const char *sentence;
		bool agrees = false;

		make_rows(fixture->pool, lines, rows);
		totals = totals_new(fixture->pool, rows);
		for (size_t k = 1; k < 4; k++)
			totals_add_row(totals, &rows[k]);
		totals_take_total(totals, &rows[4]);
		sentence = totals_compare(totals, fixture->pool, &agrees);
		assert_int_equal(agrees, cases[i].agrees);
		assert_string_equal(
		    sentence != NULL ? sentence : "", cases[i].sentence != NULL ? cases[i].sentence : "");
	}
}

static void columns_are_called_as_a_spreadsheet_calls_them(void **state)
{
	static const struct {
		int64_t column;
		const char *letters;
	} cases[] = {{0, ""}, {1, "A"}, {16, "P"}, {26, "Z"}, {27, "AA"}, {52, "AZ"}, {703, "AAA"}, {16384, "XFD"}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(
		    import_column_letters(((struct fixture *)*state)->pool, cases[i].column), cases[i].letters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sheets_are_read_as_a_spreadsheet_counts_them, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_pipe_is_read_like_a_file, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_long_sheet_comes_through_whole, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_encoding_is_told_or_refused_and_never_guessed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_no_sheet_is_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(headings_are_found_below_title_lines, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_line_with_the_unit_is_understood, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(totals_and_notes_are_no_records, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_total_that_differs_is_said_to_the_fen, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(columns_are_called_as_a_spreadsheet_calls_them, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
