/* date: civil dates, 1900-01-01 to 9999-12-31, and periods of them. No time zone, no clock.
 *
 * A date is days since 1970-01-01 in a struct of its own, so that days and dates do not mix.
 */
#ifndef LUODI_BASE_DATE_H
#define LUODI_BASE_DATE_H

#include "base/error.h"
#include <stdbool.h>
#include <stdint.h>

struct date {
	int32_t day; /* since 1970-01-01 */
};

enum { DATE_TEXT_SIZE = 11 };		     /* "2022-04-12" and its NUL */
#define DATE_NONE ((struct date){INT32_MIN}) /* no date; date_is_none() */
#define DATE_FIRST ((struct date){-25567})   /* 1900-01-01 */
#define DATE_LAST ((struct date){2932896})   /* 9999-12-31 */

struct period {
	struct date start, end; /* both inside it */
};

bool date_is_none(struct date date);
bool date_is_valid(struct date date);					   /* inside the range above */
bool date_from_civil(int year, int month, int day, struct date *ret_date); /* false: no such day, or out of range */
void date_to_civil(struct date date, int *ret_year, int *ret_month, int *ret_day);
int date_weekday(struct date date);				/* 1 Monday … 7 Sunday */
char *date_format(struct date date, char text[DATE_TEXT_SIZE]); /* returns text; none gives "" */

/* As people write an absolute date: 2022-04-12 2022.4.12 2022/4/12 20220412 2022年4月12日, full-width digits too.
 * The whole text must be a date. ERROR_INVALID otherwise; two-digit years are refused. field names the field at fault. */
must_check bool date_parse(const char *text, const char *field, struct date *ret_date, struct error *error);

/* day/month/year as in British files: 09/12/2004. */
must_check bool date_parse_day_first(const char *text, const char *field, struct date *ret_date, struct error *error);

/* 2022 · 2022H1 2022h2 2022上半年 2022下半年 2022年 · 2022Q2 2022年二季度 2022第二季度 · 2022-04 2022年4月 ·
 * 本年 今年 去年 上半年 下半年 本季度 本月 上月 本周 上周 (from today) · 2022-04-12 (one day) · A..B, each of these; A.. and ..B are open.
 * ERROR_INVALID otherwise. */
must_check bool period_parse(const char *text, struct date today, struct period *ret_period, struct error *error);

/* The shortest of the forms above that period_parse reads back: "2022H1", "2022-06", "2022-01-01..2022-03-15". */
enum { PERIOD_TEXT_SIZE = 25 };
char *period_format(struct period period, char text[PERIOD_TEXT_SIZE]);

#endif
