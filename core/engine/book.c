#include "engine/book.h"

#include "engine/book_check.h"
#include "engine/book_text.h"
#include "engine/temporary.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { PAPER_A4 = 9, DAY_OF_1970 = 25569, DIGITS_LARGEST = 15, CELL_BYTES = 1 << 18 };
#define ROWS_LARGEST INT64_C(4000000000) /* bytes of XML in one part of the file: below 4 GiB it is an ordinary one */
#define FONT "宋体"

struct book {
	int file; /* without a name */
	lxw_workbook *workbook;
	lxw_worksheet *sheets[BOOK_SHEETS], *sheet; /* sheet: the open one */
	size_t count;
	lxw_format *styles[BOOK_STYLES];
	uint32_t row;
	int64_t cut, offset; /* texts of the open sheet; of what was read */
	struct buffer cell, name;
	bool failed;
	struct error error;
};

static void note(struct book *book, const char *what)
{
	if (!book->failed) {
		error_set(&book->error, ERROR_READ_ONLY, "", "xlsx 没有写成：%s", what);
		error_hint(&book->error, "多半是数据盘满了：腾出地方再导出，或者导出 csv");
	}
	book->failed = true;
}

/* The first of its statuses are about memory and files, all others are our own mistakes. */
static void note_status(struct book *book, lxw_error status)
{
	if (status == LXW_NO_ERROR)
		return;
	note(book, lxw_strerror(status));
	if (status == LXW_ERROR_MEMORY_MALLOC_FAILED || status > LXW_ERROR_ZIP_CLOSE)
		error_set(&book->error, ERROR_INTERNAL, "", "xlsx 没有写成：%s", lxw_strerror(status));
}

static void note_too_large(struct book *book, const char *what)
{
	if (!book->failed) {
		error_set(&book->error, ERROR_TOO_LARGE, "", "%s", what);
		error_hint(&book->error, "导出 csv 没有这个限制，或者给导出加上条件");
	}
	book->failed = true;
}

/* ---- what cells look like ---- */

static lxw_format *add_cell_style(struct book *book, const char *number, bool bold, bool right)
{
	lxw_format *format = workbook_add_format(book->workbook);

	format_set_border(format, LXW_BORDER_THIN);
	format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
	format_set_num_format(format, number);
	if (bold)
		format_set_bold(format);
	if (right)
		format_set_align(format, LXW_ALIGN_RIGHT);
	return format;
}

/* "@": what is typed over a text stays one, and F2 with Enter makes no formula of it. A truth value is shown in words of its own by some, by
 * its number by others: they get ours. */
static void add_cell_styles(struct book *book, enum book_style first, bool bold)
{
	static const struct {
		const char *number;
		bool right;
	} cells[] = {{"@", false}, {"@", true}, {"0", true}, {"General", true}, {"#,##0.00", true}, {"0.00%", true},
	    {"yyyy-mm-dd", false}, {"\"是\";\"是\";\"否\"", false}};
	size_t count = bold ? 5 : 8;

	for (size_t i = 0; i < count; i++)
		book->styles[first + i] = add_cell_style(book, cells[i].number, bold, cells[i].right);
	format_set_text_wrap(book->styles[first]);
}

static lxw_format *add_line_style(struct book *book, double size, bool bold, uint8_t align)
{
	lxw_format *format = workbook_add_format(book->workbook);

	format_set_num_format(format, "@");
	format_set_font_size(format, size);
	format_set_align(format, align);
	format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
	if (bold)
		format_set_bold(format);
	return format;
}

static void add_styles(struct book *book)
{
	add_cell_styles(book, BOOK_TEXT, false);
	add_cell_styles(book, BOOK_TOTAL_TEXT, true);
	book->styles[BOOK_TITLE] = add_line_style(book, 16, true, LXW_ALIGN_CENTER);
	book->styles[BOOK_HEADING] = add_line_style(book, 12, true, LXW_ALIGN_LEFT);
	book->styles[BOOK_UNIT] = add_line_style(book, 11, false, LXW_ALIGN_RIGHT);
	book->styles[BOOK_NOTE] = add_line_style(book, 11, false, LXW_ALIGN_LEFT);
	format_set_text_wrap(book->styles[BOOK_NOTE]);
	book->styles[BOOK_FOOT] = add_line_style(book, 9, false, LXW_ALIGN_LEFT);
	format_set_font_color(book->styles[BOOK_FOOT], 0x555555);
	book->styles[BOOK_HEAD] = add_cell_style(book, "@", true, false);
	format_set_text_wrap(book->styles[BOOK_HEAD]);
	format_set_align(book->styles[BOOK_HEAD], LXW_ALIGN_CENTER);
	format_set_bg_color(book->styles[BOOK_HEAD], 0xEEF2F7);
	for (int i = 0; i < BOOK_STYLES; i++)
		format_set_font_name(book->styles[i], FONT);
}

/* ---- the book ---- */

struct book *book_new(const char *folder, const char *title, int64_t made_s, struct error *error)
{
	struct book *book = calloc(1, sizeof(*book));
	lxw_workbook_options options = {.constant_memory = 1, .tmpdir = (char *)folder};
	lxw_doc_properties properties = {.title = (char *)title, .created = made_s > 0 ? made_s : 1};
	char path[64];

	if (book == NULL) {
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		return NULL;
	}
	buffer_init(&book->cell, CELL_BYTES);
	buffer_init(&book->name, 4096);
	book->file = temporary_open(folder, error);
	if (book->file < 0) {
		book_free(book);
		return NULL;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", book->file); /* the library opens it by a name */
	book->workbook = workbook_new_opt(path, &options);
	if (book->workbook == NULL) {
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		book_free(book);
		return NULL;
	}
	properties.title = (char *)book_text_clean(title, 255, &book->cell, &(bool){false});
	note_status(book, workbook_set_properties(book->workbook, &properties));
	add_styles(book);
	return book;
}

void book_free(struct book *book)
{
	if (book == NULL)
		return;
	for (size_t i = 0; book->workbook != NULL && i < book->count; i++) {
		fclose(book->sheets[i]->optimize_tmpfile); /* who frees a workbook that was not closed forgets them */
		book->sheets[i]->optimize_tmpfile = NULL;
	}
	if (book->workbook != NULL)
		lxw_workbook_free(book->workbook);
	if (book->file >= 0)
		close(book->file);
	buffer_clear(&book->cell);
	buffer_clear(&book->name);
	free(book);
}

bool book_check(const struct book *book, struct error *error)
{
	if (book->failed)
		*error = book->error;
	return !book->failed;
}

/* ---- sheets ---- */

bool book_add_sheet(struct book *book, const char *name)
{
	int number = 0;

	if (book->count == BOOK_SHEETS) {
		note_too_large(book, "一个 xlsx 里要放 200 张以上的表，太多了");
		return false;
	}
	do
		book_text_name(name, ++number, &book->name);
	while (number <= BOOK_SHEETS &&
	    workbook_validate_sheet_name(book->workbook, buffer_text(&book->name)) == LXW_ERROR_SHEETNAME_ALREADY_USED);
	book->sheet = workbook_add_worksheet(book->workbook, buffer_text(&book->name));
	if (book->sheet == NULL || book->sheet->optimize_tmpfile == NULL) {
		note(book, "建不了一张表的暂存文件");
		book->sheet = NULL;
		return false;
	}
	book->sheets[book->count++] = book->sheet;
	book->row = 0;
	book->cut = 0;
	return true;
}

bool book_is_empty(const struct book *book)
{
	return book->count == 0;
}

uint32_t book_row(const struct book *book)
{
	return book->row;
}

/* What the open sheet has is on the disk now, or it is noted that it is not. */
static void flush_rows(struct book *book)
{
	lxw_worksheet_write_single_row(book->sheet);
	if (fflush(book->sheet->optimize_tmpfile) != 0 || ferror(book->sheet->optimize_tmpfile))
		note(book, "暂存不下这些行");
	else if (ftello(book->sheet->optimize_tmpfile) > ROWS_LARGEST)
		note_too_large(book, "一张表太大，xlsx 装不下");
}

static void set_table(struct book *book, const struct book_table *table)
{
	lxw_worksheet *sheet = book->sheet;
	lxw_col_t last = (lxw_col_t)(table->columns - 1);
	char range[64];

	worksheet_freeze_panes(sheet, table->head_row + 1, 0);
	note_status(book, worksheet_repeat_rows(sheet, table->head_row, table->head_row));
	lxw_rowcol_to_range(range, table->head_row, 0, book->row, last);
	note_status(book, worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, range));
}

void book_end_sheet(struct book *book, const struct book_table *table)
{
	lxw_worksheet *sheet = book->sheet;

	if (sheet == NULL)
		return;
	flush_rows(book);
	for (size_t i = 0; i < table->columns || i == 0; i++)
		note_status(book,
		    worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, table->widths[i],
			table->columns > 0 ? NULL : book->styles[BOOK_NOTE]));
	if (table->columns > 0)
		set_table(book, table);
	worksheet_set_paper(sheet, PAPER_A4);
	worksheet_set_landscape(sheet);
	worksheet_fit_to_pages(sheet, 1, 0);
	worksheet_set_margins(sheet, 0.5, 0.5, 0.6, 0.6);
	worksheet_center_horizontally(sheet);
	note_status(book, worksheet_set_footer(sheet, "&C第 &P 页，共 &N 页"));
	book->sheet = NULL;
}

/* The library takes no place above the row that it wrote last. */
void book_put_filter(struct book *book, uint32_t head_row, size_t columns)
{
	if (book->sheet != NULL)
		note_status(
		    book, worksheet_autofilter(book->sheet, head_row, 0, book->row - 1, (lxw_col_t)(columns - 1)));
}

/* ---- cells ---- */

void book_put_text(struct book *book, size_t column, enum book_style style, const char *text)
{
	bool cut;

	if (book->sheet == NULL)
		return;
	text = book_text_clean(text, BOOK_TEXT_LARGEST, &book->cell, &cut);
	book->cut += cut;
	note_status(book, worksheet_write_string(book->sheet, book->row, (lxw_col_t)column, text, book->styles[style]));
}

void book_put_blank(struct book *book, size_t column, enum book_style style)
{
	if (book->sheet != NULL)
		note_status(
		    book, worksheet_write_blank(book->sheet, book->row, (lxw_col_t)column, book->styles[style]));
}

void book_put_boolean(struct book *book, size_t column, bool yes)
{
	if (book->sheet != NULL)
		note_status(book,
		    worksheet_write_boolean(
			book->sheet, book->row, (lxw_col_t)column, yes, book->styles[BOOK_BOOLEAN]));
}

void book_put_date(struct book *book, size_t column, struct date date)
{
	if (book->sheet != NULL)
		note_status(book,
		    worksheet_write_number(book->sheet, book->row, (lxw_col_t)column, (double)date.day + DAY_OF_1970,
			book->styles[BOOK_DATE]));
}

/* The library writes 16 digits. As long as the number itself has at most 15, they are read back as the same one: either the double is nearer
 * to it than half a unit of the 16th digit, and it is written as it is, or doubles lie so far apart there that 16 digits tell them apart.
 * An operand of 15 digits is a whole double, a power of ten to 10^22 too, and a quotient of two is rounded once. */
bool book_put_number(struct book *book, size_t column, enum book_style style, int64_t value, int64_t scale)
{
	int digits = 0;

	while (value != 0 && value % 10 == 0 && scale % 10 == 0) {
		value /= 10;
		scale /= 10;
	}
	for (int64_t rest = value; rest != 0; rest /= 10)
		digits++;
	if (digits > DIGITS_LARGEST)
		return false;
	if (book->sheet != NULL)
		note_status(book,
		    worksheet_write_number(
			book->sheet, book->row, (lxw_col_t)column, (double)value / (double)scale, book->styles[style]));
	return true;
}

void book_put_line(struct book *book, size_t columns, enum book_style style, const char *text)
{
	bool cut;

	if (book->sheet == NULL || columns < 2) {
		book_put_text(book, 0, style, text);
		return;
	}
	text = book_text_clean(text, BOOK_TEXT_LARGEST, &book->cell, &cut);
	book->cut += cut;
	note_status(book,
	    worksheet_merge_range(
		book->sheet, book->row, 0, book->row, (lxw_col_t)(columns - 1), text, book->styles[style]));
}

void book_end_row(struct book *book, double height)
{
	if (book->sheet == NULL)
		return;
	if (height > 0)
		note_status(book, worksheet_set_row(book->sheet, book->row, height, NULL));
	if (++book->row >= BOOK_ROWS)
		note_too_large(book, "一张表最多 1048576 行，写不下了");
	if (book->failed)
		book->sheet = NULL; /* whatever comes is in vain */
}

int64_t book_texts_cut(const struct book *book)
{
	return book->cut;
}

/* ---- the file ---- */

/* The library closes the rows of a sheet once they are in the file, but where something failed it forgets those of the sheets behind. Which those
 * are tells the number of their file: as long as we keep a descriptor of our own, no other file can have it. */
struct kept {
	FILE *rows;
	int file, ours; /* its descriptor, and a copy */
};

static bool is_still_open(const struct kept *kept)
{
	struct stat theirs, ours;

	return fstat(kept->ours, &ours) == 0 && fstat(kept->file, &theirs) == 0 && theirs.st_dev == ours.st_dev &&
	    theirs.st_ino == ours.st_ino;
}

static void keep_rows(struct book *book, struct kept *kept)
{
	for (size_t i = 0; i < book->count; i++) {
		kept[i].rows = book->sheets[i]->optimize_tmpfile;
		kept[i].file = fileno(kept[i].rows);
		kept[i].ours = fcntl(kept[i].file, F_DUPFD_CLOEXEC, 0);
	}
}

static void close_rows(struct book *book, struct kept *kept)
{
	for (size_t i = 0; i < book->count; i++) {
		if (kept[i].ours < 0)
			continue;
		if (book->failed && is_still_open(&kept[i]))
			fclose(kept[i].rows);
		close(kept[i].ours);
	}
}

static bool measure(struct book *book, struct book_rows *rows, struct error *error)
{
	for (size_t i = 0; i < book->count; i++)
		if (!book_check_measure(fileno(book->sheets[i]->optimize_tmpfile), &rows[i], error))
			return false;
	return true;
}

bool book_finish(struct book *book, struct error *error)
{
	struct book_rows rows[BOOK_SHEETS];
	struct kept kept[BOOK_SHEETS];

	if (!book_check(book, error) || !measure(book, rows, error))
		return false;
	keep_rows(book, kept);
	note_status(book, workbook_close(book->workbook)); /* frees it too */
	book->workbook = NULL;
	close_rows(book, kept);
	return book_check(book, error) && book_check_file(book->file, rows, book->count, error);
}

long book_read(struct book *book, char *bytes, size_t size)
{
	ssize_t n = pread(book->file, bytes, size, book->offset);

	if (n > 0)
		book->offset += n;
	return n;
}
