/* recomputer: the thread that looks, at the start and after each reload, which kinds' computed fields have other functions than their values are
 * of, and has them made again in the background (SEMANTICS 13).
 *
 * Of which functions the values of a kind are is kept in the store under a mark: a hash over the sources of the plugins that have a part in the
 * kind, and of those with calendars. Work that a stop cut off goes on at the next start.
 *
 * It keeps the lights too (SEMANTICS 14): on the day on which an outlook says that a record is due, and for the neighbours of what was written.
 */
#ifndef LUODI_ENGINE_RECOMPUTER_H
#define LUODI_ENGINE_RECOMPUTER_H

#include "engine/recompute.h"

struct recomputer;

/* It waits until it is told to look. */
must_check struct recomputer *recomputer_new(struct engine *engine, struct error *error);
void recomputer_stop(struct recomputer *recomputer); /* what runs ends soon; nothing begins any more. NULL is allowed */
void recomputer_join(struct recomputer *recomputer); /* stops it and waits for its thread. Before the writer's end */
void recomputer_free(struct recomputer *recomputer); /* joined before; after the writer's end, which still notes */

/* A set has come into force. Lines that say which kinds it makes again go to out (may be NULL). Any thread but the writer's. */
must_check bool recomputer_look(
    struct recomputer *recomputer, const struct plugin_set *set, struct buffer *out, struct error *error);
/* Something was written: whose lights may that change? Any thread; costs next to nothing where no rule is declared. NULL is allowed. */
void recomputer_note(struct recomputer *recomputer);
/* How many kinds it has still to do. Any thread. */
int64_t recomputer_left(struct recomputer *recomputer);

/* One kind now, on the calling thread, after what is under way: see engine_recompute. */
must_check bool recomputer_run(struct recomputer *recomputer, struct recompute *recompute, struct error *error);

#endif
