#include "base/calendar.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS_AT_MOST = 366 };

struct year {
	int year;
	int32_t first;			  /* its 1 January, as a date's day */
	int days;			  /* 365 or 366 */
	int16_t worked[DAYS_AT_MOST + 1]; /* working days among its first n days: a day is one where it grows */
};

struct calendar {
	size_t count;
	struct year years[]; /* sorted, each once */
};

static int compare_years(const void *a, const void *b)
{
	const struct year *left = a, *right = b;

	return (left->year > right->year) - (left->year < right->year);
}

static struct year *find_year(const struct calendar *calendar, int year)
{
	const struct year key = {.year = year};

	return bsearch(&key, calendar->years, calendar->count, sizeof key, compare_years);
}

static struct year *year_of(const struct calendar *calendar, struct date date)
{
	int year, month, day;

	if (calendar == NULL || !date_is_valid(date))
		return NULL;
	date_to_civil(date, &year, &month, &day);
	return find_year(calendar, year);
}

/* Until sum_up(), worked[n + 1] says whether day n is a working day. */
static bool begin_year(struct year *year, int number)
{
	struct date first, last;

	if (!date_from_civil(number, 1, 1, &first) || !date_from_civil(number, 12, 31, &last))
		return false;
	*year = (struct year){.year = number, .first = first.day, .days = last.day - first.day + 1};
	for (int i = 0; i < year->days; i++)
		year->worked[i + 1] = date_weekday((struct date){first.day + i}) <= 5;
	return true;
}

static void sum_up(struct year *year)
{
	for (int i = 0; i < year->days; i++)
		year->worked[i + 1] = (int16_t)(year->worked[i + 1] + year->worked[i]);
}

static void sort_once_each(struct calendar *calendar)
{
	size_t kept = 0;

	qsort(calendar->years, calendar->count, sizeof *calendar->years, compare_years);
	for (size_t i = 0; i < calendar->count; i++)
		if (kept == 0 || calendar->years[kept - 1].year != calendar->years[i].year)
			calendar->years[kept++] = calendar->years[i];
	calendar->count = kept;
}

struct calendar *calendar_new(const int *years, size_t year_count, const struct calendar_day *days, size_t day_count)
{
	struct calendar *calendar;

	if (year_count > (SIZE_MAX - sizeof *calendar) / sizeof *calendar->years)
		return NULL;
	calendar = calloc(1, sizeof *calendar + year_count * sizeof *calendar->years);
	if (calendar == NULL)
		return NULL;
	for (size_t i = 0; i < year_count; i++)
		if (begin_year(&calendar->years[calendar->count], years[i]))
			calendar->count++;
	sort_once_each(calendar);
	for (size_t i = 0; i < day_count; i++) {
		struct year *year = year_of(calendar, days[i].date);

		if (year != NULL)
			year->worked[days[i].date.day - year->first + 1] = days[i].working;
	}
	for (size_t i = 0; i < calendar->count; i++)
		sum_up(&calendar->years[i]);
	return calendar;
}

void calendar_free(struct calendar *calendar)
{
	free(calendar);
}

bool calendar_covers(const struct calendar *calendar, struct date date)
{
	return year_of(calendar, date) != NULL;
}

static bool works_on(const struct year *year, struct date date)
{
	int32_t day = date.day - year->first;

	return year->worked[day + 1] > year->worked[day];
}

bool calendar_is_working(const struct calendar *calendar, struct date date)
{
	const struct year *year = year_of(calendar, date);

	return year != NULL && works_on(year, date);
}

static bool fail_year(struct error *error, struct date date)
{
	int year, month, day;

	if (!date_is_valid(date)) {
		error_set(error, ERROR_INVALID, "", "算出的日子不在 1900 年到 9999 年之间");
		return error_hint(error, "请改小工作日的天数");
	}
	date_to_civil(date, &year, &month, &day);
	error_set(error, ERROR_INVALID, "", "没有 %d 年的工作日历，算不出工作日", year);
	return error_hint(error, "请管理员在日历插件里补上 %d 年的节假日和调休", year);
}

/* In (from, to], from before to: by whole years, each of which has to be there. */
static bool count_between(
    const struct calendar *calendar, struct date from, struct date to, int32_t *ret_days, struct error *error)
{
	int32_t days = 0;

	while (from.day < to.day) {
		struct date next = {from.day + 1};
		const struct year *year = year_of(calendar, next);
		int32_t last;

		if (year == NULL)
			return fail_year(error, next);
		last = year->first + year->days - 1;
		if (last > to.day)
			last = to.day;
		days += year->worked[last - year->first + 1] - year->worked[next.day - year->first];
		from.day = last;
	}
	*ret_days = days;
	return true;
}

bool calendar_workdays(
    const struct calendar *calendar, struct date from, struct date to, int32_t *ret_days, struct error *error)
{
	int32_t days;

	if (!date_is_valid(from) || !date_is_valid(to))
		return fail_year(error, date_is_valid(from) ? to : from);
	if (to.day >= from.day)
		return count_between(calendar, from, to, ret_days, error);
	if (!count_between(calendar, to, from, &days, error))
		return false;
	*ret_days = -days;
	return true;
}

bool calendar_plus_workdays(
    const struct calendar *calendar, struct date date, int32_t n, struct date *ret_date, struct error *error)
{
	int step = n < 0 ? -1 : 1;

	if (!date_is_valid(date))
		return fail_year(error, date);
	while (n != 0) { /* ends with the declared years at the latest */
		const struct year *year;

		date.day += step;
		year = year_of(calendar, date);
		if (year == NULL)
			return fail_year(error, date);
		if (works_on(year, date))
			n -= step;
	}
	*ret_date = date;
	return true;
}
