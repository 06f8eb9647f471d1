/* plan: what appending some events does to one record: which rows of states follow, which entries, which current row, or why not.
 *
 * A plan is made on any connection from what is stored there, with sequence numbers that the events would get; applied only by the writer, in the
 * transaction in which it was made. The usual case, one more event at the end of a record's life, needs no fold.
 */
#ifndef LUODI_ENGINE_PLAN_H
#define LUODI_ENGINE_PLAN_H

#include "store/store.h"

struct step { /* one journal event as it touches this record */
	struct event *
	    event; /* of this record, not yet appended: its seq is set to the one it would get. NULL: a void or restore, in aside or appended elsewhere */
	struct event *aside;   /* or NULL: a void or restore of this step's events, appended with the step */
	int64_t seq;	       /* the event's, provisional */
	const int64_t *voided; /* seqs of this record's events that it takes out of the fold … */
	size_t voided_count;
	const int64_t *restored; /* … or brings back */
	size_t restored_count;
	/* what follows: */
	struct state *rows;
	size_t row_count;
	const struct entry *entries; /* further ones, or all where restated */
	size_t entry_count;
};

struct plan {
	const struct kind *kind;
	int64_t record;
	struct step *steps;
	size_t step_count;
	bool restated;				    /* a fold was made: entries are whole lists */
	int64_t old_version;			    /* 0: it was not there */
	const struct state *before_day, *after_day; /* at the end of day; exists false where it is not there */
	const struct state *before_now, *after_now;
	struct date day;    /* the earliest that changes */
	struct state *days; /* all days after it, rising, where a fold was made */
	size_t day_count;
	struct event *const *loaded; /* the record's events, where a fold was made */
	size_t loaded_count;
};

/* record 0: steps[0].event creates it; the plan then counts with number 0 until plan_number(). ERROR_REFUSED names the step that becomes
 * impossible. day: of the change, for before_day and after_day. known_seq: stored events
 * count as they were known then (an undo has already said what goes). */
must_check bool plan_make(struct store_connection *connection, const struct kind *kind, int64_t record, struct date day,
    int64_t known_seq, struct step *steps, size_t step_count, struct pool *pool, struct plan *ret_plan,
    struct error *error);

/* A creation's key. Before plan_apply. */
void plan_number(struct plan *plan, int64_t record);

/* Appends steps' events (those that are its own) and everything that follows from them. The events get batch and actor from the caller first.
 * Writer thread, inside a savepoint. */
must_check bool plan_apply(struct store *store, struct plan *plan, struct error *error);

/* The days whose states change over all steps, with their last states: what computed fields are asked for. */
size_t plan_altered(const struct plan *plan, struct pool *pool, struct state ***ret_states);

/* The first day of computed values (one at least): where an event stands that carries nothing else. */
struct date plan_first_computed(const struct computed *computed, size_t count);

#endif
