/* step: one event's effect on one state; what fold.h's fold_step and fold_timeline share. Pure. */
#ifndef LUODI_MODEL_STEP_H
#define LUODI_MODEL_STEP_H

#include "model/fold.h"

/* As fold_step. force: where the rules say no, error tells and false is returned, but what can be done is done. */
bool step_make(struct state *state, const struct event *event, bool force, struct pool *pool, struct entry entries[2],
    size_t *ret_entries, struct error *error);

/* The computed values of one day, as far as they fit their fields. */
void state_put_values(struct state *state, const struct computed *computed);

/* What the event does, for people: "开工在建", "复工", "修改". Borrowed. */
const char *step_title(const struct kind *kind, const struct event *event);

#endif
