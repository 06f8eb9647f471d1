/* findings: what rules said of a record, as its state keeps it (SEMANTICS 14): lines of text, so that an old answer can be read for ever,
 *
 *   findings  rule, level, the first day of that level, then "stale" where the rule no longer answers:   signed_too_long red 2022-07-12
 *   waivers   rule, last day, who, then why:                                                            start_overdue 2022-08-01 佟雪 省里在协调
 *
 * Green ones are not written. Pure; everything lives in the pool that is given.
 */
#ifndef LUODI_ENGINE_FINDINGS_H
#define LUODI_ENGINE_FINDINGS_H

#include "model/fold.h"

enum light {
	LIGHT_GREEN,
	LIGHT_UNKNOWN,
	LIGHT_YELLOW,
	LIGHT_RED
}; /* by weight: the light of a record is its heaviest finding */

struct finding {
	const char *rule;
	enum light light; /* LIGHT_UNKNOWN: never answered yet */
	struct date since;
	bool stale;
};

struct waiver {
	const char *rule, *who, *why;
	struct date until; /* the last day */
};

const char *light_name(enum light light);   /* "green", as in filters and answers */
enum light light_of_name(const char *name); /* anything else: LIGHT_UNKNOWN */

/* What is not of that form is left out: it is our own writing. */
size_t findings_read(const char *text, struct pool *pool, struct finding **ret_findings);
size_t waivers_read(const char *text, struct pool *pool, struct waiver **ret_waivers);
/* The rules of a findings text that no longer answer. */
const char *const *findings_stale(const char *text, struct pool *pool, size_t *ret_count);
/* NULL: none to tell of. */
const char *findings_write(const struct finding *findings, size_t count, struct pool *pool);
const char *waivers_write(const struct waiver *waivers, size_t count, struct pool *pool);

const struct waiver *waiver_of(
    const struct waiver *waivers, size_t count, const char *rule, struct date day); /* NULL: none holds then */
enum light findings_light(
    const struct finding *findings, size_t count, const struct waiver *waivers, size_t waiver_count, struct date day);

#endif
