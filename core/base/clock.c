#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * SECOND_US)

enum { FIXED_HOUR = 9 };

static _Atomic int32_t zone_minutes = 8 * 60;
static struct date fixed_day = {INT32_MIN}; /* set before other threads start, then only read */
static int64_t fixed_since_us;		    /* monotonic */

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0) /* these two clocks always are there */
		return 0;
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

static int64_t zone_us(void)
{
	return (int64_t)atomic_load_explicit(&zone_minutes, memory_order_relaxed) * 60 * SECOND_US;
}

int64_t clock_monotonic_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_thread_us(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_now_us(void)
{
	int64_t since_midnight;

	if (!clock_is_fixed())
		return read_clock(CLOCK_REALTIME);
	since_midnight = FIXED_HOUR * 3600 * SECOND_US + clock_monotonic_us() - fixed_since_us;
	if (since_midnight >= DAY_US)
		since_midnight = DAY_US - 1;
	return fixed_day.day * DAY_US + since_midnight - zone_us();
}

/* Whole civil days since 1970 and what is left of the last, both from a moment. Years past 9999 stay on its last
 * day: no moment that we meet is there, but a damaged file may say so. */
static int64_t split_moment(int64_t wall_us, int64_t *ret_rest)
{
	const int64_t first = DATE_FIRST.day * DAY_US, last = DATE_LAST.day * DAY_US + DAY_US - 1;
	int64_t local, days;

	if (wall_us < first)
		wall_us = first;
	if (wall_us > last)
		wall_us = last;
	local = wall_us + zone_us();
	if (local < first)
		local = first;
	if (local > last)
		local = last;
	days = local / DAY_US - (local % DAY_US < 0);
	*ret_rest = local - days * DAY_US;
	return days;
}

struct date clock_day_of(int64_t wall_us)
{
	int64_t rest;

	return (struct date){(int32_t)split_moment(wall_us, &rest)};
}

int64_t clock_day_start(struct date day)
{
	return day.day * DAY_US - zone_us();
}

struct date clock_today(void)
{
	return clock_day_of(clock_now_us());
}

void clock_set_zone(int32_t minutes_east)
{
	atomic_store_explicit(&zone_minutes, minutes_east, memory_order_relaxed);
}

void clock_fix_today(struct date today)
{
	fixed_day = today;
	fixed_since_us = clock_monotonic_us();
}

bool clock_is_fixed(void)
{
	return !date_is_none(fixed_day);
}

char *clock_format(int64_t wall_us, char text[CLOCK_TEXT_SIZE])
{
	int64_t rest_us, seconds;
	struct date day = {(int32_t)split_moment(wall_us, &rest_us)};
	char date[DATE_TEXT_SIZE];
	int32_t minutes = atomic_load_explicit(&zone_minutes, memory_order_relaxed);
	unsigned east = (unsigned)(minutes < 0 ? -minutes : minutes);

	seconds = rest_us / SECOND_US;
	snprintf(text, CLOCK_TEXT_SIZE, "%sT%02u:%02u:%02u.%06u%c%02u:%02u", date_format(day, date),
	    (unsigned)(seconds / 3600) % 24, (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60),
	    (unsigned)(rest_us % SECOND_US), minutes < 0 ? '-' : '+', east / 60 % 100, east % 60);
	return text;
}
