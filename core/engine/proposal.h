/* proposal: a wish about one record, made into events and a plan. On any connection; made again by the writer.
 *
 * What only plugins can say (computed values, a guard's no) is asked between the two makings and kept in an opinion.
 */
#ifndef LUODI_ENGINE_PROPOSAL_H
#define LUODI_ENGINE_PROPOSAL_H

#include "engine/plan.h"
#include "engine/plugin_set.h"
#include "engine/resolve.h"

struct read_version { /* a record that a guard read, and the version it saw */
	int64_t record, version;
};

struct opinion {			 /* of the plugins, on a proposal */
	const struct plugin_set *set;	 /* that was asked */
	int64_t record, version;	 /* that it was asked about */
	int64_t seq;			 /* head of the snapshot */
	const struct computed *computed; /* none where events only go away and no value changes by that */
	size_t computed_count;
	const struct read_version *reads;
	size_t read_count;
	const char *
	    overridden; /* which guards could not answer and were passed on an admin's word, as people read it; NULL: none */
	const int32_t *kinds_read; /* numbers of kinds that were listed or counted */
	size_t kinds_read_count;
};

struct proposal {
	struct resolver resolver;
	const struct wish *wish;
	const struct kind *kind;
	int64_t record; /* 0: to be created */
	const char *actor, *note;
	struct date day;      /* effective */
	struct date earliest; /* of a day whose event goes away; DATE_LAST: none */
	struct step *steps;
	size_t step_count;
	struct plan plan;
	bool nothing;		     /* it is so already: there is nothing to write */
	uint64_t skipped;	     /* stages, as bits */
	const struct theirs *theirs; /* after ERROR_CONFLICT */
	size_t theirs_count;
	int64_t version_now; /* of the record, beside theirs */
};

/* Everything but WISH_UNDO. first_seq: what the first event would get. opinion NULL: computed values are left as they are. */
must_check bool proposal_make(struct proposal *proposal, struct store_connection *connection,
    const struct schema *schema, const struct wish *wish, const struct head *head, const struct opinion *opinion,
    struct pool *pool, struct error *error);

/* Do plugins have a say in it? */
bool proposal_needs_opinion(const struct proposal *proposal);
bool kind_needs_opinion(const struct schema *schema, const struct kind *kind);

#endif
