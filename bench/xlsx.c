/* luodi-xlsx FILE ROWS: what libxlsxwriter alone takes for a sheet like that of the export "sheet", in constant memory. */
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

enum { TEXTS = 8, INTEGERS = 5, AMOUNTS = 4, DAYS = 3, FIRST_DAY = 45000 };

static lxw_format *add_format(lxw_workbook *workbook, const char *number)
{
	lxw_format *format = workbook_add_format(workbook);

	format_set_border(format, LXW_BORDER_THIN);
	format_set_num_format(format, number);
	return format;
}

static void write_row(lxw_worksheet *sheet, lxw_format *const formats[4], lxw_row_t row)
{
	static const char *const texts[TEXTS] = {
	    "单位", "区域", "行业", "李明", "0311-88", "某某区某某路", "来源", "备注"};
	static const unsigned ranges[TEXTS] = {400, 12, 30, 50, 100000, 200, 9, 100000};
	lxw_col_t column = 0;
	char text[64];

	for (int i = 0; i < TEXTS; i++) {
		snprintf(text, sizeof(text), "%s%u", texts[i], row * 7919U % ranges[i]);
		worksheet_write_string(sheet, row, column++, text, formats[0]);
	}
	for (int i = 0; i < INTEGERS; i++)
		worksheet_write_number(sheet, row, column++, row % 500 + (unsigned)i, formats[1]);
	for (int i = 0; i < AMOUNTS; i++)
		worksheet_write_number(sheet, row, column++, row * 79.19 + i, formats[2]);
	for (int i = 0; i < DAYS; i++)
		worksheet_write_number(sheet, row, column++, FIRST_DAY + row % 365, formats[3]);
}

int main(int count, char **arguments)
{
	lxw_workbook_options options = {.constant_memory = 1};
	lxw_workbook *workbook;
	lxw_worksheet *sheet;
	lxw_format *formats[4];

	if (count != 3) {
		fputs("usage: luodi-xlsx FILE ROWS\n", stderr);
		return 2;
	}
	workbook = workbook_new_opt(arguments[1], &options);
	sheet = workbook_add_worksheet(workbook, "压测");
	formats[0] = add_format(workbook, "@");
	formats[1] = add_format(workbook, "0");
	formats[2] = add_format(workbook, "#,##0.00");
	formats[3] = add_format(workbook, "yyyy-mm-dd");
	for (lxw_row_t row = 0; row < (lxw_row_t)atoi(arguments[2]); row++)
		write_row(sheet, formats, row);
	return workbook_close(workbook) == LXW_NO_ERROR ? 0 : 1;
}
