/* event: one change of one record, as the journal keeps it. Everything it points to lives in a pool. */
#ifndef LUODI_MODEL_EVENT_H
#define LUODI_MODEL_EVENT_H

#include "model/kind.h"

enum event_action { /* stored in files: never renumber */
	EVENT_CREATE = 1,
	EVENT_UPDATE = 2,
	EVENT_MOVE = 3,
	EVENT_NOTE = 4,
	EVENT_DROP = 5,
	EVENT_VOID = 6,	     /* record 0: takes targets out of the fold from its seq on */
	EVENT_RESTORE = 7,   /* record 0: ends the void that event "targets[0]" began: the events come back */
	EVENT_RECOMPUTE = 8, /* computed values only */
	EVENT_RECORD = 9,    /* record 0: a fact about luodi itself, told in note (a batch left open was voided, …) */
	EVENT_OVERRIDE =
	    10 /* changes nothing: the change before it passed guards that could not answer; note says which and why */
};

enum change_mode { CHANGE_SET = 0, CHANGE_ADD = 1, CHANGE_REMOVE = 2 }; /* the last two for sets */

struct change {
	const char *field; /* as named when it was written; "title" too */
	enum change_mode mode;
	struct value value;
};

struct computed { /* values of computed fields from the end of a day on */
	struct date on;
	const struct change *values;
	size_t count;
};

struct event {
	int64_t seq;		/* 0 until appended */
	int64_t recorded_at_us; /* wall clock; grows strictly with seq */
	struct date effective_on;
	int64_t place; /* 0 until appended: then its own seq; a correction inherits */
	int64_t batch;
	int64_t record; /* key; 0 for EVENT_VOID, EVENT_RESTORE and EVENT_RECORD */
	enum event_action action;
	const char *actor;
	const char *stage; /* EVENT_CREATE with a flow: the first; EVENT_MOVE: the target, or "resume"; else NULL */
	const struct change *changes;
	size_t change_count;
	const struct computed *computed;
	size_t computed_count;
	const char *outlook;	/* of the record from now on (engine/lights.h), and … */
	struct date due;	/* … when rules are asked again. Not stored with the event. NULL: as they were */
	const int64_t *targets; /* EVENT_VOID: seqs, rising; EVENT_RESTORE: the seq of the void event */
	size_t target_count;
	const char *note; /* or NULL */
	bool live;	  /* as known at the sequence asked for; not stored */
	unsigned char hash[32];
};

const char *event_action_name(enum event_action action); /* "create", … */

/* changes, computed, stage and targets as one block of bytes, for the journal's column. */
void event_body_put(struct buffer *out, const struct event *event);
must_check bool event_body_get(
    struct event *event, const void *bytes, size_t length, struct pool *pool); /* false: damaged */

enum { EVENT_CHAIN_VERSION = 1 };
#define EVENT_CHAIN_ALGORITHM "blake2b-256" /* of what event_canonical_put gives; part of it, so a change is seen */

/* The bytes that the chain hashes: version, algorithm, previous hash, then every stored field in fixed order. */
void event_canonical_put(struct buffer *out, const struct event *event, const unsigned char previous[32]);

#endif
