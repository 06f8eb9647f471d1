/* reads: what a rule looked at besides its record, and on which days that is otherwise: so long and no longer one answer of the neighbours holds.
 *
 *   struct reads *reads = reads_begin(view, today, pool);   // from here on the view tells what is read
 *   … ask about a day …
 *   if (!reads_next_day(reads, day, &day, &error)) …        // the next day that has to be asked about anew
 *   reads_end(reads);
 */
#ifndef LUODI_ENGINE_READS_H
#define LUODI_ENGINE_READS_H

#include "engine/viewing.h"

struct reads; /* opaque; lives in the pool */

/* Whoever listened to the view's reads goes on hearing them. last: no later day is of interest. */
struct reads *reads_begin(struct view *view, struct date last, struct pool *pool);
void reads_end(struct reads *reads); /* the view is as before */

/* The first day behind "after" on which something that was read so far has another state; DATE_NONE: none, up to the last. */
must_check bool reads_next_day(struct reads *reads, struct date after, struct date *ret_day, struct error *error);

#endif
