#include "client/base64.h"
#include "client/complain.h"
#include "client/output_file.h"
#include "client/value.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

static void the_caret_stands_under_the_fault_by_display_columns(void **state)
{
	static const struct {
		const char *text;
		int position, length;
		const char *screen;
	} cases[] = {
	    {"阶段=签月", 5, 4, "  阶段=签月\n       ^^^^\n"},
	    {"阶段=签约 计划总投自>=1亿", 10, 10, "  阶段=签约 计划总投自>=1亿\n            ^^^^^^^^^^\n"},
	    {"a=", 2, 0, "  a=\n    ^\n"},
	    {"a\033b", 0, 1, "  a\\x1bb\n  ^\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buffer out;

		buffer_init(&out, 4096);
		complain_append_caret(&out, cases[i].text, cases[i].position, cases[i].length);
		assert_string_equal(buffer_text(&out), cases[i].screen);
		buffer_clear(&out);
	}
}

static void the_first_word_tells_the_exit_status(void **state)
{
	static const struct {
		const char *code, *word;
		int status;
	} cases[] = {
	    {"refused", "拒绝", 1},
	    {"ambiguous", "拒绝", 1},
	    {"plugin_fault", "出错", 1},
	    {"budget", "出错", 1},
	    {"invalid", "用法", 2},
	    {"not_found", "没找到", 3},
	    {"forbidden", "不许", 5},
	    {"conflict", "冲突", 6},
	    {"busy", "稍后再试", 75},
	    {"read_only", "稍后再试", 75},
	    {"outcome_unknown", "稍后再试", 75},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(error_exit_status(cases[i].code), cases[i].status);
		assert_string_equal(complain_first_word(cases[i].status, cases[i].code), cases[i].word);
	}
}

static void amounts_in_texts_are_shown_as_columns_show_them_where_nothing_is_lost(void **state)
{
	static const struct {
		const char *type, *text, *shown;
	} cases[] = {
	    {"money", "1.6亿", "1.60亿"},
	    {"money", "1.605亿", "1.605亿"},
	    {"money", "1400万", "1,400万"},
	    {"money", "1400.5万", "1400.5万"},
	    {"money", "950元", "950元"},
	    {"text", "1.6亿", "1.6亿"},
	    {"money", "", "-"},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(value_retell(pool, cases[i].type, cases[i].text), cases[i].shown);
	pool_free(pool);
}

static void half_years_are_called_as_people_call_them(void **state)
{
	static const char *const cases[][2] = {{"2022H1", "2022上半年"}, {"2022H2", "2022下半年"}, {"2022", "2022"},
	    {"2022Q2", "2022Q2"}, {"2022-06", "2022-06"}, {"2022-01..2022-03", "2022-01..2022-03"}, {"", ""}};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(value_period(pool, cases[i][0]), cases[i][1]);
	pool_free(pool);
}

static void values_are_shown_as_people_read_them(void **state)
{
	static const struct {
		const char *column, *value, *titles, *text, *raw; /* JSON; raw NULL: a text */
	} cases[] = {
	    {"{\"type\":\"money\"}", "16000000000", NULL, "1.60亿", "160000000"},
	    {"{\"type\":\"money\",\"unit\":\"万元\"}", "7800050000", NULL, "7,800万", "7800.05"},
	    {"{\"type\":\"money\"}", "null", NULL, "-", ""},
	    {"{\"type\":\"percent\"}", "\"0.143\"", NULL, "14.3%", "0.143"},
	    {"{\"type\":\"decimal\"}", "\"0.75\"", NULL, "0.75", "0.75"},
	    {"{\"type\":\"int\"}", "97", NULL, "97", "97"},
	    {"{\"type\":\"date\"}", "\"2022-06-30\"", NULL, "2022-06-30", NULL},
	    {"{\"type\":\"bool\"}", "true", NULL, "是", NULL},
	    {"{\"type\":\"enum\",\"values\":{\"industry\":\"工业\"}}", "\"industry\"", NULL, "工业", NULL},
	    {"{\"type\":\"set\",\"values\":{\"a\":\"甲\"}}", "[\"a\",\"b\"]", NULL, "甲、b", NULL},
	    {"{\"type\":\"set\"}", "[]", NULL, "-", NULL},
	    {"{\"type\":\"ref\"}", "\"E-0019\"", "{\"E-0019\":\"澜川\"}", "澜川", NULL},
	    {"{\"type\":\"money\"}", "\"not a number\"", NULL, "not a number", NULL},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *column = json_loads(cases[i].column, 0, NULL),
		       *value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
		json_t *titles = cases[i].titles != NULL ? json_loads(cases[i].titles, 0, NULL) : NULL;
		const char *raw = value_raw(pool, column, value);

		assert_string_equal(value_show(pool, column, value, titles), cases[i].text);
		assert_string_equal(raw != NULL ? raw : "(text)", cases[i].raw != NULL ? cases[i].raw : "(text)");
		json_decref(column);
		json_decref(value);
		json_decref(titles);
	}
	assert_string_equal(value_grouped(pool, 4744), "4,744");
	assert_string_equal(value_grouped(pool, -100000), "-100,000");
	assert_string_equal(value_grouped(pool, 12), "12");
	assert_string_equal(value_moment(pool, "2022-07-18T10:42:05.123456+08:00", false), "2022-07-18 10:42");
	pool_free(pool);
}

static void base64_gives_the_bytes_back_or_says_no(void **state)
{
	static const struct {
		const char *text, *bytes; /* NULL: refused */
	} cases[] = {
	    {"", ""},
	    {"YQ==", "a"},
	    {"YWI=", "ab"},
	    {"YWJj", "abc"},
	    {"5LiJ6aG5", "三项"},
	    {"YQ=", NULL},
	    {"Y!==", NULL},
	    {"Y===", NULL},
	    {"YQ==YQ==", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buffer out;
		bool good;

		buffer_init(&out, 4096);
		good = base64_decode(cases[i].text, &out);
		assert_int_equal(good, cases[i].bytes != NULL);
		if (good)
			assert_string_equal(buffer_text(&out), cases[i].bytes);
		buffer_clear(&out);
	}
}

static void read_back(const char *path, char text[64])
{
	FILE *stream = fopen(path, "r");
	size_t length;

	assert_non_null(stream);
	length = fread(text, 1, 63, stream);
	text[length] = '\0';
	fclose(stream);
}

static void a_file_appears_whole_or_the_old_one_stays(void **state)
{
	char folder[] = "/tmp/output-XXXXXX", path[64], other[64], text[64];
	struct error error;
	struct output_file *file;
	struct stat status;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/report.md", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	file = output_file_new(path, &error);
	assert_non_null(file);
	assert_true(output_file_write(file, "first", 5, &error));
	assert_true(output_file_finish(file, "report.md", &error));
	output_file_free(file);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0137, 0); /* 0640 or stricter */

	file = output_file_new(path, &error); /* given up: nothing of it is left */
	assert_non_null(file);
	assert_true(output_file_write(file, "second", 6, &error));
	output_file_free(file);
	read_back(path, text);
	assert_string_equal(text, "first");

	assert_int_equal(rename(path, other), 0); /* a link is replaced, what it points to stays */
	assert_int_equal(symlink(other, path), 0);
	file = output_file_new(path, &error);
	assert_non_null(file);
	assert_true(output_file_write(file, "third", 5, &error) && output_file_finish(file, "report.md", &error));
	output_file_free(file);
	read_back(other, text);
	assert_string_equal(text, "first");
	read_back(path, text);
	assert_string_equal(text, "third");

	assert_int_equal(chmod(folder, 0777), 0); /* anyone could put another file in its place */
	assert_null(output_file_new(path, &error));
	assert_int_equal(error.code, ERROR_REFUSED);
	assert_int_equal(unlink(path) | unlink(other) | rmdir(folder), 0); /* no temporary file was left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_caret_stands_under_the_fault_by_display_columns),
	    cmocka_unit_test(the_first_word_tells_the_exit_status),
	    cmocka_unit_test(values_are_shown_as_people_read_them),
	    cmocka_unit_test(amounts_in_texts_are_shown_as_columns_show_them_where_nothing_is_lost),
	    cmocka_unit_test(half_years_are_called_as_people_call_them),
	    cmocka_unit_test(base64_gives_the_bytes_back_or_says_no),
	    cmocka_unit_test(a_file_appears_whole_or_the_old_one_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
