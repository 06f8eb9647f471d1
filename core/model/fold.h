/* fold: a record's state from its events. Pure: no clock, no store.
 *
 * The order is (effective_on, place, seq) over live events (SEMANTICS 1, 2). Days end: of the events of one day only the
 * last state is a state; but each entry into a stage counts (SEMANTICS 3, 12).
 */
#ifndef LUODI_MODEL_FOLD_H
#define LUODI_MODEL_FOLD_H

#include "model/event.h"

struct state {
	const struct kind *kind;
	int64_t record;
	struct date on;	 /* the day at whose end this is so */
	bool exists;	 /* false once dropped, or before it began */
	int64_t version; /* how many journal events had touched the record when this was written */
	const char *title;
	int stage;		 /* -1: the kind has no flow */
	int return_stage;	 /* where "resume" leads; -1: not suspended */
	struct date stage_since; /* DATE_NONE without a flow */
	struct date *reached;	 /* per stage: first entry up to this day, or DATE_NONE */
	struct value *values;	 /* per field, hidden ones too */
};

struct entry { /* into a stage; STAGE_RESUME: a resumption (a second entry tells the stage it led to) */
	int stage;
	struct date on;
	int64_t seq; /* of the event that caused it */
};

struct fold_fault {	    /* a step that the core rules do not allow */
	int64_t seq;	    /* 0: the step that is not yet appended */
	struct error error; /* ERROR_REFUSED; the sentence names the step: "#4688 2022-07-05 开工在建：…" */
};

struct timeline {
	struct state
	    *days; /* by rising day: the state at the end of each day with an event or a computed value; the first
	                       is the creation's. Empty: no live creation */
	size_t day_count;
	struct entry *entries; /* in fold order */
	size_t entry_count;
	struct fold_fault *faults; /* at most 16 */
	size_t fault_count;
	int64_t version; /* of the last state */
};

struct state *state_new(struct pool *pool, const struct kind *kind, int64_t record); /* does not exist, all empty */
struct state *state_copy(struct pool *pool, const struct state *state);
bool state_equal(const struct state *a, const struct state *b); /* but for on and version */

/* Whether the changes that event makes to one state obey flow, needs, required and reasons; then makes them. The one step
 * that both the fast path (append at the end) and the fold take. False: error tells, state is as it was. Entries (up to 2)
 * are put at entries, *ret_entries. Computed values are not applied here. */
must_check bool fold_step(struct state *state, const struct event *event, struct pool *pool, struct entry entries[2],
    size_t *ret_entries, struct error *error);

/* Put on the computed values that event carries for exactly the day of state. */
void fold_apply_computed(struct state *state, const struct event *event, struct pool *pool);

/* All events of one record, any order, void ones too (live says which count; computed values count even of void ones:
 * of those for days up to D the last by (day, seq) hold). An event with seq 0 is last of its day unless place is set.
 * Faulty steps are still applied as far as they can be, and listed. version: the number of events given plus touches. */
void fold_timeline(const struct kind *kind, int64_t record, const struct event *const *events, size_t count,
    int64_t version, struct pool *pool, struct timeline *ret_timeline);

/* The state at the end of day, or NULL: before the first. Borrowed from timeline. */
const struct state *timeline_at(const struct timeline *timeline, struct date day);

#endif
