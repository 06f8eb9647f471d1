/* compute: the values of computed fields, asked of the interactive host. */
#ifndef LUODI_ENGINE_COMPUTE_H
#define LUODI_ENGINE_COMPUTE_H

#include "engine/parts.h"
#include "engine/plan.h"

/* For every day that plan alters; the plan's states get the values too. A computed field may use one declared before it. ERROR_PLUGIN_FAULT,
 * ERROR_BUDGET name the field. Not in the writer. */
must_check bool compute_plan(struct engine *engine, struct plugin_set *set, struct plan *plan, const struct head *head,
    struct pool *pool, const struct computed **ret_computed, size_t *ret_count, struct error *error);

#endif
