/* recompute: one kind's computed fields made again (SEMANTICS 13): an event of action "recompute" for each record whose values are other ones now,
 * in batches of at most 2,000 events, a few records a turn of the writer's, so that others get theirs in between.
 *
 * What was asked about a record that has changed by the time it is written is asked again. A record on which a function fails keeps its values,
 * which is told in the log; too many of those end the work.
 */
#ifndef LUODI_ENGINE_RECOMPUTE_H
#define LUODI_ENGINE_RECOMPUTE_H

#include "engine/parts.h"
#include <stdatomic.h>

struct recompute {
	struct engine *engine;
	struct plugin_set *set; /* borrowed */
	const struct kind *kind;
	struct date from; /* DATE_NONE: today, whatever day that is when a record's turn comes */
	bool due; /* only those whose outlook says that they are due, each from its day on; then "from" is not read */
	const int64_t *records; /* unless NULL: only these, all of the kind */
	size_t record_count;
	const char *actor, *note;
	bool dry_run;
	int64_t after;		    /* begin behind this record; 0: at the first. Moves on */
	const char *mark, *form;    /* NULL, or where to note how far it has come, as recompute_mark_text */
	const atomic_bool *stopped; /* somebody wants it to end early */
	void (*progress)(void *argument, int64_t done, int64_t total); /* or NULL */
	void *argument;
	struct recompute_report report;
};

enum { RECOMPUTE_DONE = -1, RECOMPUTE_MARK_SIZE = 96 };

/* Waits for hosts and for the writer: neither their thread nor the loop's. ERROR_BUSY: it was stopped. ERROR_CONFLICT: the plugins have been
 * replaced meanwhile. ERROR_PLUGIN_FAULT: too many records fail; the error is the last one's. What was written until then stands. */
must_check bool recompute_run(struct recompute *recompute, struct error *error);

/* What is noted: of which functions the values are (form, in hex), and behind which record the others are still to come, or RECOMPUTE_DONE. */
char *recompute_mark_text(const char *form, int64_t after, char text[RECOMPUTE_MARK_SIZE]);

#endif
