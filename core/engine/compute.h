/* compute: what plugins say of a record's days: the values of computed fields, and what rules find. */
#ifndef LUODI_ENGINE_COMPUTE_H
#define LUODI_ENGINE_COMPUTE_H

#include "engine/plan.h"
#include "engine/viewing.h"

struct computing_result { /* for an event to carry */
	const struct computed *computed;
	size_t count;
	bool differs;	     /* one of the states had another value */
	const char *outlook; /* of kinds with rules, and when they are to be asked again; NULL: of others */
	struct date due;
};

struct computing_days {
	struct state *const *altered; /* each of a day of its own: computed fields are asked for these */
	size_t altered_count;
	struct state *const
	    *all; /* rising, from the first altered day to the last there is: rules are asked for these */
	size_t all_count;
	const struct state *before; /* on the day before the first of all; or NULL */
};

/* What one record's states have in their computed fields; they get the values too. Days on which the record is not there are left out. A computed field may use one declared before it. ERROR_PLUGIN_FAULT, ERROR_BUDGET name the field. Not in the writer. */
must_check bool compute_states(struct view *view, enum host_place place, const struct kind *kind, struct date today,
    const struct computing_days *days, struct pool *pool, struct computing_result *ret_result, struct error *error);

/* The same for every day that plan alters, asked of the interactive host. */
must_check bool compute_plan(struct view *view, struct plan *plan, const struct head *head, struct pool *pool,
    struct computing_result *ret_result, struct error *error);

#endif
