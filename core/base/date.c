#include "base/date.h"

#include "base/halfwidth.h"
#include <string.h>

enum { FIRST_YEAR = 1900, LAST_YEAR = 9999, LONGEST_DATE = 64 };

bool date_is_none(struct date date)
{
	return date.day == DATE_NONE.day;
}

bool date_is_valid(struct date date)
{
	return date.day >= DATE_FIRST.day && date.day <= DATE_LAST.day;
}

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

/* Years begin in March here, so that the leap day is the last of its year and the months before it have a rule:
 * (153 m + 2) / 5 days lie before month m. An era is 400 years, 146097 days. Howard Hinnant's days_from_civil. */
static int32_t days_from_civil(int year, int month, int day)
{
	int era, year_of_era, day_of_year;

	year -= month <= 2;
	era = year / 400; /* years are positive here */
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

bool date_from_civil(int year, int month, int day, struct date *ret_date)
{
	if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
	    day > month_length(year, month))
		return false;
	ret_date->day = days_from_civil(year, month, day);
	return true;
}

void date_to_civil(struct date date, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t days = (int64_t)date.day + 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153; /* from March */

	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

int date_weekday(struct date date)
{
	int64_t from_monday = ((int64_t)date.day + 3) % 7; /* 1970-01-01 was a Thursday */

	return (int)(from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

static char *put_digits(char *place, int number, int count)
{
	for (int i = count; i-- > 0; number /= 10)
		place[i] = (char)('0' + number % 10);
	return place + count;
}

char *date_format(struct date date, char text[DATE_TEXT_SIZE])
{
	char *end = text;
	int year, month, day;

	if (date_is_valid(date)) {
		date_to_civil(date, &year, &month, &day);
		end = put_digits(text, year, 4);
		*end++ = '-';
		end = put_digits(end, month, 2);
		*end++ = '-';
		end = put_digits(end, day, 2);
	}
	*end = '\0';
	return text;
}

/* What stands between year, month and day, and what behind them. */
static bool skip_mark(const char **text, char mark, const char *chinese)
{
	if (mark == 0)
		return halfwidth_skip(text, chinese);
	if (**text != mark)
		return false;
	(*text)++;
	return true;
}

static bool read_date(const char *text, struct date *ret_date)
{
	int year, month, day, number;
	char mark;

	if (halfwidth_digits(&text, 8, &number) == 8 && *text == '\0')
		return date_from_civil(number / 10000, number / 100 % 100, number % 100, ret_date);
	if (number < FIRST_YEAR || number > LAST_YEAR)
		return false;
	year = number;
	mark = *text;
	if (mark != '-' && mark != '.' && mark != '/')
		mark = 0;
	if (!skip_mark(&text, mark, "年") || halfwidth_digits(&text, 2, &month) == 0 || !skip_mark(&text, mark, "月") ||
	    halfwidth_digits(&text, 2, &day) == 0)
		return false;
	if (mark == 0 && !halfwidth_skip(&text, "日") && !halfwidth_skip(&text, "号"))
		return false;
	return *text == '\0' && date_from_civil(year, month, day, ret_date);
}

bool date_parse(const char *text, const char *field, struct date *ret_date, struct error *error)
{
	char plain[LONGEST_DATE];

	if (halfwidth_copy(text, plain, sizeof plain) && read_date(plain, ret_date))
		return true;
	error_set(error, ERROR_INVALID, field, "要一个日子，如 2022-05-20");
	return error_hint(error, "写的是“%.60s”；年份写四位，如 2022-05-20、2022年5月20日", text);
}

static bool read_day_first(const char *text, struct date *ret_date)
{
	int day, month, year;

	return halfwidth_digits(&text, 2, &day) > 0 && halfwidth_skip(&text, "/") &&
	    halfwidth_digits(&text, 2, &month) > 0 && halfwidth_skip(&text, "/") &&
	    halfwidth_digits(&text, 4, &year) == 4 && *text == '\0' && date_from_civil(year, month, day, ret_date);
}

bool date_parse_day_first(const char *text, const char *field, struct date *ret_date, struct error *error)
{
	char plain[LONGEST_DATE];

	if (halfwidth_copy(text, plain, sizeof plain) && read_day_first(plain, ret_date))
		return true;
	error_set(error, ERROR_INVALID, field, "要一个日/月/年的日子，如 09/12/2004");
	return error_hint(error, "写的是“%.60s”；日在前，月在后，年份写四位", text);
}
