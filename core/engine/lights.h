/* lights: rules asked about one record, for each day that something is or becomes otherwise on (SEMANTICS 14, 15).
 *
 * A rule is asked for every day from the first that changed to today, and on, as if nothing happened, to the horizon: what comes there is the
 * outlook, which says on which day the record must be looked at again and what light it will have.
 */
#ifndef LUODI_ENGINE_LIGHTS_H
#define LUODI_ENGINE_LIGHTS_H

#include "engine/findings.h"
#include "engine/viewing.h"

enum {
	LIGHTS_HORIZON_DAYS = 90,
	LIGHTS_FRESH_DAYS =
	    60 /* so long an outlook without a change is believed: it covers the next thirty days at any time */
};

struct lit { /* from the end of a day on */
	struct date on;
	enum light light;
	const char *findings; /* findings_write */
};

struct coming { /* what a rule will say, if nothing happens */
	struct date on;
	const char *rule;
	enum light light;     /* LIGHT_GREEN: it will be over */
	const char *sentence; /* of that day; or NULL */
};

struct lights {
	const struct lit
	    *days; /* rising, up to today: each day of states, and days between on which something changed */
	size_t day_count;
	struct date due;	     /* when to ask again */
	const char *outlook;	     /* "2022-08-10=red 2022-10-01=yellow", or "" */
	const struct coming *coming; /* by day */
	size_t coming_count;
	const char *const *sentences; /* of today, by the schema's rules; NULL: none */
};

/* states: of one record, rising by day, the last one holds until today; borrowed. before: what it was on the day before the first of them, or NULL:
 * what began then goes on. view: of a moment not after today, for "when" and for what rules ask. A rule that fails keeps what it said, stale: that
 * is no error. Waits for a host. */
must_check bool lights_ask(struct view *view, enum host_place place, const struct kind *kind, struct date today,
    struct state *const *states, size_t count, const struct state *before, struct pool *pool, struct lights *ret_lights,
    struct error *error);

/* Of an outlook: the light on a day, or fallback (the present one) where it says nothing up to then. */
enum light lights_on(const char *outlook, struct date day, enum light fallback);

#endif
