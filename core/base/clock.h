/* clock: the one place that asks what time it is. Any thread.
 *
 * Dates are civil days of one configured zone (UTC+8 unless clock_set_zone said otherwise); the environment's
 * TZ is ignored. clock_fix_today() makes the wall clock stand at noon-like times of a given day: it still moves on
 * by real elapsed time, but never leaves that day.
 */
#ifndef LUODI_BASE_CLOCK_H
#define LUODI_BASE_CLOCK_H

#include "base/date.h"
#include <stdint.h>

int64_t clock_now_us(void);	  /* wall clock, microseconds since 1970 UTC */
int64_t clock_monotonic_us(void); /* for deadlines; never fixed */
int64_t clock_thread_us(void);	  /* processor time of this thread: what a busy machine can't take away */
struct date clock_today(void);
struct date clock_day_of(int64_t wall_us); /* the civil day of a moment */
int64_t clock_day_start(struct date day);  /* its first moment, wall clock */

void clock_set_zone(int32_t minutes_east);
void clock_fix_today(struct date today); /* before other threads start */
bool clock_is_fixed(void);

enum { CLOCK_TEXT_SIZE = 33 };
/* 2022-07-18T10:42:05.123456+08:00 */
char *clock_format(int64_t wall_us, char text[CLOCK_TEXT_SIZE]);

#endif
