/* calendar: working days. Weekends are off, but for the holidays and make-up days that a plugin declares year
 * by year. A year that is not declared has no working days to count: that is an error, never plain weekends.
 *
 * Made once, then never changed: any thread may read it.
 */
#ifndef LUODI_BASE_CALENDAR_H
#define LUODI_BASE_CALENDAR_H

#include "base/date.h"
#include <stddef.h>

struct calendar;
struct calendar_day {
	struct date date;
	bool working; /* false: a holiday; true: a make-up day at a weekend */
};

/* years: those that the days cover whole, in any order; days need not be sorted. Copies all. calendar_free(). */
must_check struct calendar *calendar_new(
    const int *years, size_t year_count, const struct calendar_day *days, size_t day_count);
void calendar_free(struct calendar *calendar);

bool calendar_covers(const struct calendar *calendar, struct date date);     /* NULL covers nothing */
bool calendar_is_working(const struct calendar *calendar, struct date date); /* only where it covers */

/* Working days in (from, to]: Monday to Tuesday is 1; negative where to is before from.
 * ERROR_INVALID "no calendar for 2027" where a year between is not covered. */
must_check bool calendar_workdays(
    const struct calendar *calendar, struct date from, struct date to, int32_t *ret_days, struct error *error);

/* The n-th working day after date (before it where n is negative); n 0 is date itself. */
must_check bool calendar_plus_workdays(
    const struct calendar *calendar, struct date date, int32_t n, struct date *ret_date, struct error *error);

#endif
