#include "base/date.h"

#include "base/halfwidth.h"
#include <stdio.h>
#include <string.h>

enum { LONGEST_PERIOD = 96 };

/* The first of month to the last day of the month months - 1 later. */
static bool set_months(int year, int month, int months, struct period *ret_period)
{
	struct period period;
	int next = month + months;
	bool beyond = next > 12; /* the first day behind it is a 1st of January */

	if (month < 1 || month > 12 || !date_from_civil(year, month, 1, &period.start))
		return false;
	if (beyond && year == 9999)
		period.end.day = DATE_LAST.day + 1;
	else if (!date_from_civil(beyond ? year + 1 : year, beyond ? next - 12 : next, 1, &period.end))
		return false;
	period.end.day--;
	*ret_period = period;
	return true;
}

/* A word that today gives a meaning to. What it is within the year, or days back: exactly one of the two. */
static const struct relative {
	const char *word;
	enum { YEARS, HALF, QUARTERS, MONTHS, WEEKS, DAYS } unit;
	int step; /* HALF: 0 the first, 1 the second; else how many units from the present one */
} relatives[] = {
    {"本年", YEARS, 0},
    {"今年", YEARS, 0},
    {"本年度", YEARS, 0},
    {"去年", YEARS, -1},
    {"上年", YEARS, -1},
    {"上半年", HALF, 0},
    {"下半年", HALF, 1},
    {"本季度", QUARTERS, 0},
    {"本季", QUARTERS, 0},
    {"上季度", QUARTERS, -1},
    {"上季", QUARTERS, -1},
    {"本月", MONTHS, 0},
    {"当月", MONTHS, 0},
    {"上月", MONTHS, -1},
    {"上个月", MONTHS, -1},
    {"本周", WEEKS, 0},
    {"上周", WEEKS, -1},
    {"今天", DAYS, 0},
    {"today", DAYS, 0},
    {"昨天", DAYS, -1},
};

/* months long, the step-th from the one that holds year and month, counted from the January of year 0. */
static bool set_nearby(int year, int month, int months, int step, struct period *ret_period)
{
	int first = (year * 12 + month - 1) / months * months + step * months;

	return set_months(first / 12, first % 12 + 1, months, ret_period);
}

static bool set_days(int32_t first, int32_t count, struct period *ret_period)
{
	ret_period->start.day = first;
	ret_period->end.day = first + count - 1;
	return date_is_valid(ret_period->start) && date_is_valid(ret_period->end);
}

static bool read_relative(const char *text, struct date today, struct period *ret_period)
{
	int year, month, day;

	date_to_civil(today, &year, &month, &day);
	for (size_t i = 0; i < sizeof relatives / sizeof *relatives; i++) {
		const struct relative *relative = &relatives[i];

		if (strcmp(relative->word, text) != 0)
			continue;
		switch (relative->unit) {
		case YEARS:
			return set_nearby(year, month, 12, relative->step, ret_period);
		case HALF:
			return set_months(year, 1 + 6 * relative->step, 6, ret_period);
		case QUARTERS:
			return set_nearby(year, month, 3, relative->step, ret_period);
		case MONTHS:
			return set_nearby(year, month, 1, relative->step, ret_period);
		case WEEKS:
			return set_days(today.day - date_weekday(today) + 1 + 7 * relative->step, 7, ret_period);
		case DAYS:
			return set_days(today.day + relative->step, 1, ret_period);
		}
	}
	return false;
}

/* A quarter behind the year: Q2 二季度 第2季度 …; 0: none. */
static int read_quarter(const char **text)
{
	static const char *const chinese[] = {"一", "二", "三", "四"};
	const char *at = *text;
	bool latin = halfwidth_skip(&at, "Q") || halfwidth_skip(&at, "q");
	int quarter = 0;

	if (!latin)
		halfwidth_skip(&at, "第");
	if (halfwidth_digits(&at, 1, &quarter) == 0 && !latin)
		for (int i = 0; i < 4 && quarter == 0; i++)
			if (halfwidth_skip(&at, chinese[i]))
				quarter = i + 1;
	if (quarter < 1 || quarter > 4)
		return 0;
	if (!latin && !halfwidth_skip(&at, "季度") && !halfwidth_skip(&at, "季"))
		return 0;
	*text = at;
	return quarter;
}

static int read_half(const char **text)
{
	if (halfwidth_skip(text, "H1") || halfwidth_skip(text, "h1") || halfwidth_skip(text, "上半年"))
		return 1;
	if (halfwidth_skip(text, "H2") || halfwidth_skip(text, "h2") || halfwidth_skip(text, "下半年"))
		return 2;
	return 0;
}

/* A month behind the year: -04 .4 /4, or 4月 behind 年; 0: none. */
static int read_month(const char **text, bool behind_word)
{
	const char *at = *text;
	int month = 0;

	if (!behind_word && !halfwidth_skip(&at, "-") && !halfwidth_skip(&at, ".") && !halfwidth_skip(&at, "/"))
		return 0;
	if (halfwidth_digits(&at, 2, &month) == 0 || (behind_word && !halfwidth_skip(&at, "月")))
		return 0;
	*text = at;
	return month;
}

static bool read_of_year(const char *text, struct period *ret_period)
{
	int year, part;
	bool behind_word;

	if (halfwidth_digits(&text, 4, &year) != 4)
		return false;
	behind_word = halfwidth_skip(&text, "年度") || halfwidth_skip(&text, "年");
	if (*text == '\0')
		return set_months(year, 1, 12, ret_period);
	if ((part = read_half(&text)) != 0)
		return *text == '\0' && set_months(year, part * 6 - 5, 6, ret_period);
	if ((part = read_quarter(&text)) != 0)
		return *text == '\0' && set_months(year, part * 3 - 2, 3, ret_period);
	if ((part = read_month(&text, behind_word)) != 0)
		return *text == '\0' && set_months(year, part, 1, ret_period);
	return false;
}

static bool read_one(const char *text, struct date today, struct period *ret_period)
{
	struct error ignored; /* what was expected is said once, for the whole */
	struct date day;

	if (read_of_year(text, ret_period) || read_relative(text, today, ret_period))
		return true;
	return date_parse(text, "", &day, &ignored) && set_days(day.day, 1, ret_period);
}

/* Two periods with ".." between; either may be missing. The first pair of dots will do: no single form ends in one. */
static bool read_period(char *text, struct date today, struct period *ret_period)
{
	struct period first = {DATE_FIRST, DATE_FIRST}, last = {DATE_LAST, DATE_LAST};
	char *dots = strstr(text, "..");

	if (dots == NULL)
		return read_one(text, today, ret_period);
	*dots = '\0';
	if (*text != '\0' && !read_one(text, today, &first))
		return false;
	if (dots[2] != '\0' && !read_one(dots + 2, today, &last))
		return false;
	if (first.start.day > last.end.day)
		return false;
	*ret_period = (struct period){first.start, last.end};
	return true;
}

bool period_parse(const char *text, struct date today, struct period *ret_period, struct error *error)
{
	char plain[LONGEST_PERIOD];
	struct period period;

	if (halfwidth_copy(text, plain, sizeof plain) && plain[0] != '\0' && read_period(plain, today, &period)) {
		*ret_period = period;
		return true;
	}
	error_set(error, ERROR_INVALID, "period", "要一个期间，写的是“%.90s”", text);
	return error_hint(
	    error, "可以写 2022、2022H1、2022上半年、2022Q2、2022-04、本月、上月，或起止 2022-01..2022-03");
}

/* The part of a year that it is exactly: "2022", "2022H1", "2022Q2", "2022-06", "2022-06-15"; false: no single one. */
static bool format_one(struct period period, char text[PERIOD_TEXT_SIZE])
{
	static const int lengths[] = {12, 6, 3, 1};
	static const char *const formats[] = {"", "H", "Q", "-"};
	int year, month, day;
	struct period whole;

	if (period.start.day == period.end.day) {
		date_format(period.start, text);
		return true;
	}
	date_to_civil(period.start, &year, &month, &day);
	for (size_t i = 0; i < 4; i++) {
		int part = (month - 1) / lengths[i] + 1;

		if (!set_months(year, (part - 1) * lengths[i] + 1, lengths[i], &whole) ||
		    whole.start.day != period.start.day || whole.end.day != period.end.day)
			continue;
		if (lengths[i] == 12)
			snprintf(text, PERIOD_TEXT_SIZE, "%d", year);
		else
			snprintf(text, PERIOD_TEXT_SIZE, "%d%s%0*d", year, formats[i], lengths[i] == 1 ? 2 : 1, part);
		return true;
	}
	return false;
}

enum bound { BOUND_DAY, BOUND_MONTH, BOUND_YEAR };

/* How coarse an end may be written: a month stands for its first day on the left, for its last on the right. */
static enum bound bound_of(struct date edge)
{
	int year, month, day;

	date_to_civil(edge, &year, &month, &day);
	if (day != 1)
		return BOUND_DAY;
	return month == 1 ? BOUND_YEAR : BOUND_MONTH;
}

static size_t put_bound(char *place, size_t size, struct date date, enum bound bound)
{
	char text[DATE_TEXT_SIZE];
	static const int lengths[] = {[BOUND_DAY] = 10, [BOUND_MONTH] = 7, [BOUND_YEAR] = 4};
	int length = snprintf(place, size, "%.*s", lengths[bound], date_format(date, text));

	return length < 0 ? 0 : (size_t)length;
}

char *period_format(struct period period, char text[PERIOD_TEXT_SIZE])
{
	bool from_first = period.start.day <= DATE_FIRST.day, to_last = period.end.day >= DATE_LAST.day;
	enum bound start = from_first ? BOUND_YEAR : bound_of(period.start);
	enum bound end = to_last ? BOUND_YEAR : bound_of((struct date){period.end.day + 1});
	enum bound bound = start < end ? start : end;
	size_t length = 0;

	if (!date_is_valid(period.start) || !date_is_valid(period.end)) {
		text[0] = '\0';
		return text;
	}
	if (format_one(period, text))
		return text;
	if (!from_first)
		length = put_bound(text, PERIOD_TEXT_SIZE, period.start, bound);
	length += (size_t)snprintf(text + length, PERIOD_TEXT_SIZE - length, "..");
	if (!to_last)
		put_bound(text + length, PERIOD_TEXT_SIZE - length, period.end, bound);
	return text;
}
