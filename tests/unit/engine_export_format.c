/* Exports as .xlsx: written straight through the format, then unpacked and looked at; and the disk that takes no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/number.h"
#include "engine/book_text.h"
#include "engine/format.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

enum { LARGEST = 64 << 20 };

/* The sanitizer keeps what was freed for a while; here memory is measured. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}

struct report {
	char folder[64];
	struct format_state state;
	struct buffer out, file; /* file: all that came */
	const struct format *format;
	struct table_column columns[8];
};

static void take(struct report *report)
{
	buffer_append(&report->file, buffer_text(&report->out), report->out.length);
	buffer_reset(&report->out);
}

static void open_report(struct report *report, const char *format)
{
	strcpy(report->folder, "/tmp/luodi-format-XXXXXX");
	assert_non_null(mkdtemp(report->folder));
	buffer_init(&report->out, LARGEST);
	buffer_init(&report->file, LARGEST);
	report->format = format_find(format);
	assert_non_null(report->format);
	report->state = (struct format_state){.out = &report->out,
	    .name = "ledger",
	    .title = "台账",
	    .folder = report->folder,
	    .recorded_us = INT64_C(1656000000000000),
	    .facts = {.seq = 7, .as_of = {19000}, .known = DATE_NONE, .plugins = "0123456789ab"}};
	report->format->begin(&report->state);
}

static void open_table(struct report *report, const char *caption, size_t count, const struct table_column *columns)
{
	memcpy(report->columns, columns, count * sizeof(*columns));
	report->state.columns = report->columns;
	report->state.column_count = count;
	report->format->table(&report->state, caption);
}

static void close_table(struct report *report)
{
	report->format->table_end(&report->state, NULL);
	report->state.columns = NULL;
}

/* True: the whole file is in report->file. */
static bool end_report(struct report *report)
{
	if (!report->state.failed)
		report->format->end(&report->state);
	while (!report->state.failed && report->format->drain != NULL && report->format->drain(&report->state))
		take(report);
	take(report);
	return !report->state.failed;
}

static size_t files_in(const char *folder)
{
	DIR *directory = opendir(folder);
	size_t count = 0;

	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static size_t open_files(void)
{
	return files_in("/proc/self/fd");
}

static void close_report(struct report *report)
{
	if (report->format->drop != NULL)
		report->format->drop(&report->state);
	assert_int_equal(files_in(report->folder), 0);
	assert_int_equal(rmdir(report->folder), 0);
	buffer_clear(&report->out);
	buffer_clear(&report->file);
}

/* ---- unpacking ---- */

static uint32_t little(const char *bytes, int count)
{
	uint32_t number = 0;

	while (count-- > 0)
		number = number << 8 | (unsigned char)bytes[count];
	return number;
}

/* The part of that name, unpacked; NULL: there is none. free() it. */
static char *part_of(const struct report *report, const char *name)
{
	const char *at = report->file.bytes;

	while (memcmp(at, "PK\3\4", 4) == 0) {
		size_t name_length = little(at + 26, 2), packed = little(at + 18, 4), size = little(at + 22, 4);
		const char *data = at + 30 + name_length + little(at + 28, 2);

		if (name_length == strlen(name) && memcmp(at + 30, name, name_length) == 0) {
			char *text = calloc(1, size + 1);
			z_stream stream = {.next_in = (unsigned char *)data,
			    .avail_in = (uInt)packed,
			    .next_out = (unsigned char *)text,
			    .avail_out = (uInt)size};

			assert_int_equal(inflateInit2(&stream, -MAX_WBITS), Z_OK);
			assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
			inflateEnd(&stream);
			return text;
		}
		at = data + packed;
	}
	return NULL;
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)) != NULL; text += strlen(word))
		count++;
	return count;
}

static void expect_in(const struct report *report, const char *part, const char *text)
{
	char *all = part_of(report, part);

	assert_non_null(all);
	if (strstr(all, text) == NULL)
		fail_msg("%s is not in %s: %s", text, part, all);
	free(all);
}

/* ---- promises ---- */

static const struct table_column three[] = {
    {"名称", NULL, VALUE_TEXT, false}, {"投资", "万元", VALUE_MONEY, false}, {"日期", NULL, VALUE_DATE, false}};

static void put_three(struct report *report, int number)
{
	char name[64];
	struct value values[3] = {{0}};

	snprintf(name, sizeof(name), "=工程 %d & 第%d期", number, number * 7919 % 10007);
	values[0] = value_of_text(name);
	values[1] = value_of_number(VALUE_MONEY, INT64_C(123456) * number);
	values[2] = value_of_number(VALUE_DATE, 19000 + number % 365);
	report->format->row(&report->state, values);
	take(report);
}

static void write_three(struct report *report, int rows)
{
	report->format->text(&report->state, HOST_BLOCK_HEADING, 1, "一、在册");
	open_table(report, NULL, 3, three);
	for (int i = 0; i < rows && !report->state.failed; i++)
		put_three(report, i);
	if (!report->state.failed)
		close_table(report);
}

static void the_same_report_is_the_same_bytes(void **state)
{
	struct report first, second;

	(void)state;
	open_report(&first, "xlsx");
	open_report(&second, "xlsx");
	write_three(&first, 100);
	write_three(&second, 100);
	assert_true(end_report(&first));
	assert_true(end_report(&second));
	assert_int_equal(first.file.length, second.file.length);
	assert_memory_equal(first.file.bytes, second.file.bytes, first.file.length);
	expect_in(&first, "docProps/core.xml", "2022-06-23T16:00:00Z"); /* the journal's time, not the clock's */
	close_report(&first);
	close_report(&second);
}

/* Text that can't be packed much, so that the whole file is longer than any one of those it is made from. */
static void write_noise_sheet(struct report *report)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-";
	uint64_t random = 7;

	open_table(report, "杂", 3, three);
	for (int row = 0; row < 100 && !report->state.failed; row++) {
		char text[201] = "";
		struct value values[3] = {{0}};

		for (size_t i = 0; i + 1 < sizeof(text); i++) {
			random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			text[i] = letters[random >> 58];
		}
		values[0] = value_of_text(text);
		report->format->row(&report->state, values);
		take(report);
	}
	if (!report->state.failed)
		close_table(report);
}

static void write_noise(struct report *report)
{
	for (int sheet = 0; sheet < 6 && !report->state.failed; sheet++)
		write_noise_sheet(report);
}

/* One sheet is longer than the whole packed file. */
static void write_one_sheet(struct report *report)
{
	write_three(report, 150);
}

/* A file may grow to "limit" only: whatever is written beyond fails, as on a full disk. */
static bool write_limited(rlim_t limit, void (*write)(struct report *report), size_t *ret_length, uLong *ret_crc)
{
	struct rlimit before, now;
	struct report report;
	bool whole;

	getrlimit(RLIMIT_FSIZE, &before);
	now = (struct rlimit){.rlim_cur = limit, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	open_report(&report, "xlsx");
	if (!report.state.failed)
		write(&report);
	whole = end_report(&report);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	*ret_length = report.file.length;
	*ret_crc = crc32(0, (const unsigned char *)buffer_text(&report.file), (uInt)report.file.length);
	if (!whole)
		assert_int_equal(report.state.error.code, ERROR_READ_ONLY);
	close_report(&report);
	return whole;
}

static void expect_refused_or_whole(void (*write)(struct report *report), rlim_t last, rlim_t step)
{
	size_t length, cut, refused = 0, whole = 0, files = open_files();
	uLong crc, cut_crc;

	assert_true(write_limited(RLIM_INFINITY, write, &length, &crc));
	for (rlim_t limit = 100; limit < last; limit += step) {
		if (!write_limited(limit, write, &cut, &cut_crc)) {
			refused++;
			assert_int_equal(cut, 0);
			continue;
		}
		whole++;
		assert_int_equal(cut, length);
		assert_int_equal(cut_crc, crc);
	}
	assert_true(refused > 20 && whole > 2);
	assert_int_equal(open_files(), files);
}

/* The library does not look whether its temporary files took what it wrote: the first is cut between the rows and their copy, the second in
 * the end. */
static void a_disk_that_fills_up_refuses_it_or_it_is_whole(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	expect_refused_or_whole(write_one_sheet, 70000, 467);
	expect_refused_or_whole(write_noise, 125000, 2801);
}

static void a_report_that_is_given_up_leaves_nothing(void **state)
{
	size_t files = open_files();
	struct report report;

	(void)state;
	open_report(&report, "xlsx");
	report.format->text(&report.state, HOST_BLOCK_TITLE, 0, "台账");
	open_table(&report, "表", 3, three);
	put_three(&report, 1);
	close_report(&report);
	assert_int_equal(open_files(), files);
}

static void a_sheet_that_is_full_goes_on_in_the_next(void **state)
{
	static const char *const filters[] = {"A3:C13", "A2:C12", "A2:C7"};
	struct report report;

	(void)state;
	open_report(&report, "xlsx");
	report.state.sheet_rows = 10;
	write_three(&report, 25);
	assert_true(end_report(&report));
	expect_in(&report, "xl/workbook.xml", "<sheet name=\"一、在册\" sheetId=\"1\"");
	expect_in(&report, "xl/workbook.xml", "<sheet name=\"一、在册 (3)\" sheetId=\"3\"");
	for (int i = 0; i < 3; i++) {
		char part[64], filter[64];

		snprintf(part, sizeof(part), "xl/worksheets/sheet%d.xml", i + 1);
		snprintf(filter, sizeof(filter), "<autoFilter ref=\"%s\"/>", filters[i]);
		expect_in(&report, part, filter);
		expect_in(&report, part, "<t>名称</t>");
		expect_in(&report, part, "截至 2022-01-08  #7");
		if (i < 2)
			expect_in(&report, part, "未完，接下一张表");
	}
	close_report(&report);
}

static void two_hundred_sheets_are_enough(void **state)
{
	struct report report;
	int i = 0;

	(void)state;
	open_report(&report, "xlsx");
	for (; i < 300 && !report.state.failed; i++) {
		open_table(&report, "同名", 3, three);
		if (!report.state.failed)
			close_table(&report);
	}
	assert_int_equal(i, 201);
	assert_int_equal(report.state.error.code, ERROR_TOO_LARGE);
	close_report(&report);
}

/* The numbers of a sheet's column B, from row "first" on, are those that the texts say. */
static void expect_numbers(const struct report *report, const double *numbers, size_t count, size_t first)
{
	char *sheet = part_of(report, "xl/worksheets/sheet1.xml");

	for (size_t i = 0; i < count; i++) {
		char place[32];
		const char *cell;

		snprintf(place, sizeof(place), "<c r=\"B%zu\" ", first + i);
		cell = strstr(sheet, place);
		assert_non_null(cell);
		cell = strstr(cell, "<v>");
		assert_non_null(cell);
		if (strtod(cell + 3, NULL) != numbers[i])
			fail_msg("row %zu is %.20s, not %.17g", first + i, cell, numbers[i]);
	}
	free(sheet);
}

static void an_amount_of_15_digits_is_read_back_to_the_last(void **state)
{
	static double numbers[2000];
	uint64_t random = 42;
	struct report report;

	(void)state;
	open_report(&report, "xlsx");
	open_table(&report, NULL, 3, three);
	for (size_t i = 0; i < 2000; i++) {
		char text[64];
		int64_t fen;
		struct value values[3] = {{0}};

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		fen = (int64_t)(random >> (14 + i % 40)) % INT64_C(1000000000000000) * (i % 2 == 0 ? 1 : -1);
		snprintf(text, sizeof(text), "%s%lld.%06lld", fen < 0 ? "-" : "", llabs(fen) / 1000000,
		    llabs(fen) % 1000000);
		numbers[i] = strtod(text, NULL);
		values[1] = value_of_number(VALUE_MONEY, fen);
		report.format->row(&report.state, values);
	}
	close_table(&report);
	assert_true(end_report(&report));
	expect_numbers(&report, numbers, 2000, 3);
	close_report(&report);
}

static void an_amount_of_16_digits_is_text_and_it_is_told(void **state)
{
	struct value values[3] = {{0}};
	struct report report;

	(void)state;
	open_report(&report, "xlsx");
	open_table(&report, NULL, 3, three);
	values[1] = value_of_number(VALUE_MONEY, INT64_C(9007199254740991));
	report.format->row(&report.state, values);
	values[1] = value_of_number(VALUE_MONEY, INT64_C(9007199254740000)); /* its zeros are no digits */
	report.format->row(&report.state, values);
	close_table(&report);
	assert_true(end_report(&report));
	expect_in(&report, "xl/worksheets/sheet1.xml", "<t>9007199254.740991</t>");
	expect_in(&report, "xl/worksheets/sheet1.xml", "<v>9007199254.74</v>");
	expect_in(&report, "xl/worksheets/sheet1.xml", "有 1 个数超过 15 位，表格软件存不准，写成了文字");
	close_report(&report);
}

static void a_text_is_never_anything_else(void **state)
{
	static const char *const texts[] = {
	    "=1+1", "+1", "-1", "@SUM(A1)", "http://x.example", "mailto:a@b.example", "007"};
	struct report report;
	char *sheet;

	(void)state;
	open_report(&report, "xlsx");
	open_table(&report, NULL, 3, three);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct value values[3] = {value_of_text(texts[i])};

		report.format->row(&report.state, values);
	}
	close_table(&report);
	assert_true(end_report(&report));
	sheet = part_of(&report, "xl/worksheets/sheet1.xml");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char cell[128];

		snprintf(cell, sizeof(cell), "t=\"inlineStr\"><is><t>%s</t></is>", texts[i]);
		assert_int_equal(count_of(sheet, cell), 1);
	}
	assert_null(strstr(sheet, "<f>"));
	assert_null(strstr(sheet, "hyperlink"));
	free(sheet);
	close_report(&report);
}

static void signs_that_a_cell_does_not_take_are_replaced(void **state)
{
	static const struct {
		const char *text, *clean;
		size_t units;
		bool cut;
	} cases[] = {{"甲\tb\nc", "甲\tb\nc", 10, false}, {"a\x01\x1f", "a\uFFFD\uFFFD", 10, false},
	    {"a\r\nb\rc", "a\nb\nc", 10, false}, {"\uFFFE\uFFFF", "\uFFFD\uFFFD", 10, false},
	    {"_x0041_", "_x005F_x0041_", 20, false}, {"_x00_ _x", "_x00_ _x", 20, false}, {"甲乙丙", "甲乙", 2, true},
	    {"甲😀", "甲", 2, true}, {"甲😀", "甲😀", 3, false}};
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool cut;

		assert_string_equal(book_text_clean(cases[i].text, cases[i].units, &out, &cut), cases[i].clean);
		assert_int_equal(cut, cases[i].cut);
	}
	buffer_clear(&out);
}

static void a_sheet_has_a_legal_name(void **state)
{
	static const struct {
		const char *text;
		int number;
		const char *name;
	} cases[] = {{"一、在册", 1, "一、在册"}, {"a[b]:*?/\\c", 1, "a［b］：＊？／＼c"}, {"", 1, "表"},
	    {"  ", 2, "表 (2)"}, {"'甲'", 1, "’甲’"}, {"History", 1, "History_"}, {"甲\n乙", 1, "甲 乙"},
	    {"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三", 1,
		"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一"},
	    {"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三", 12,
		"一二三四五六七八九十一二三四五六七八九十一二三四五 (12)"}};
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		book_text_name(cases[i].text, cases[i].number, &out);
		assert_string_equal(buffer_text(&out), cases[i].name);
	}
	buffer_clear(&out);
}

static long resident_kib(void)
{
	char line[256];
	long kib = 0;
	FILE *file = fopen("/proc/self/status", "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = atol(line + 6);
	fclose(file);
	return kib;
}

/* What came is not kept, as it is sent away in life. */
static void write_and_forget(int rows)
{
	struct report report;

	open_report(&report, "xlsx");
	write_three(&report, rows);
	assert_false(report.state.failed);
	report.format->end(&report.state);
	assert_false(report.state.failed);
	while (report.format->drain(&report.state))
		buffer_reset(&report.out);
	close_report(&report);
}

/* LUODI_LONG=1: a million rows. */
static void memory_does_not_grow_with_the_rows(void **state)
{
	const char *wish = getenv("LUODI_LONG");
	long before;

	(void)state;
	write_and_forget(15000);
	before = resident_kib();
	write_and_forget(wish != NULL && *wish != '\0' ? 1100000 : 60000);
	assert_in_range(resident_kib() - before, 0, wish != NULL && *wish != '\0' ? 64 << 10 : 8 << 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_does_not_grow_with_the_rows), /* first: the peak is the process's */
	    cmocka_unit_test(the_same_report_is_the_same_bytes),
	    cmocka_unit_test(a_disk_that_fills_up_refuses_it_or_it_is_whole),
	    cmocka_unit_test(a_report_that_is_given_up_leaves_nothing),
	    cmocka_unit_test(a_sheet_that_is_full_goes_on_in_the_next),
	    cmocka_unit_test(two_hundred_sheets_are_enough),
	    cmocka_unit_test(an_amount_of_15_digits_is_read_back_to_the_last),
	    cmocka_unit_test(an_amount_of_16_digits_is_text_and_it_is_told),
	    cmocka_unit_test(a_text_is_never_anything_else),
	    cmocka_unit_test(signs_that_a_cell_does_not_take_are_replaced),
	    cmocka_unit_test(a_sheet_has_a_legal_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
