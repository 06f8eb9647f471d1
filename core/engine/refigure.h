/* refigure: which past figures read differently after a change to the past. Bounded in time: what there was no time for is "more". */
#ifndef LUODI_ENGINE_REFIGURE_H
#define LUODI_ENGINE_REFIGURE_H

#include "engine/parts.h"

struct refigure;

/* Writer thread, in the savepoint, before the change: figures over records of kind (NULL: of all), for the months, quarters, half-years and years
 * that end on or after day "from". NULL: there are none to ask. */
must_check struct refigure *refigure_begin(struct engine *engine, struct plugin_set *set, const struct head *head,
    const struct kind *kind, struct date from, const struct caller *caller);
/* After the change: fills figures of outcome; frees. NULL is allowed. */
void refigure_end(struct refigure *refigure, struct outcome *outcome);
void refigure_free(struct refigure *refigure);

#endif
