/* compute: the values of computed fields, asked of a plugin host. */
#ifndef LUODI_ENGINE_COMPUTE_H
#define LUODI_ENGINE_COMPUTE_H

#include "engine/parts.h"
#include "engine/plan.h"

struct computing_result { /* for an event to carry */
	const struct computed *computed;
	size_t count;
	bool differs; /* one of the states had another value */
};

/* What the states of one kind, each of a day of its own, have in their computed fields; they get the values too. Days on which the record is not
 * there are left out. A computed field may use one declared before it. ERROR_PLUGIN_FAULT, ERROR_BUDGET name the field. Not in the writer. */
must_check bool compute_states(struct engine *engine, struct plugin_set *set, enum host_place place,
    const struct kind *kind, struct date today, struct state *const *states, size_t count, struct pool *pool,
    struct computing_result *ret_result, struct error *error);

/* The same for every day that plan alters, asked of the interactive host. */
must_check bool compute_plan(struct engine *engine, struct plugin_set *set, struct plan *plan, const struct head *head,
    struct pool *pool, struct computing_result *ret_result, struct error *error);

#endif
