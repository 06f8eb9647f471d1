/* opinion: what the plugins say of a proposal: the values of computed fields, and whether a guard refuses. */
#ifndef LUODI_ENGINE_OPINION_H
#define LUODI_ENGINE_OPINION_H

#include "engine/parts.h"
#include "engine/proposal.h"

/* Outside any write transaction, on a snapshot: asks the interactive host. False: a guard refused (ERROR_REFUSED), or a plugin failed, in
 * which case the change is refused too (ERROR_PLUGIN_FAULT). The states of the proposal get their computed values. */
must_check bool opinion_ask(struct engine *engine, struct plugin_set *set, struct proposal *proposal,
    const struct head *head, struct pool *pool, struct opinion *ret_opinion, struct error *error);

#endif
