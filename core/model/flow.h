/* flow: the stages of one kind and the moves between them.
 *
 * Made once, then never changed, so any thread may read it without a lock; a reload makes a new one. Stage numbers
 * are indexes in declared order; 0 is where a record begins. A move is allowed exactly where "to" of the stage lists
 * it; what lies between in declared order was skipped, and is named. From a suspending stage a record may always
 * "resume": go back to the stage it was in before.
 */
#ifndef LUODI_MODEL_FLOW_H
#define LUODI_MODEL_FLOW_H

#include "base/error.h"
#include "base/pool.h"
#include <stdint.h>

enum { FLOW_MAX_STAGES = 63, STAGE_RESUME = 63 }; /* a move is a bit in a 64-bit word; the last bit is "resume" */
#define FLOW_RESUME "resume"
#define FLOW_RESUME_TITLE "复工"

struct stage {
	const char *name, *title;
	const char *was;       /* former name, or NULL */
	uint64_t to;	       /* bit n: may move to stage n */
	const uint16_t *needs; /* positions of fields that must have a value to enter */
	size_t need_count;
	bool done, dead, suspends;
	bool reason; /* a move into it needs a note */
	bool hidden; /* no longer declared: kept for the past, nothing moves into it */
};

struct flow {
	const char *kind_title;
	const struct stage *stages;
	size_t count;
};

/* By name, former name, then title; "-" is read as "_". -1: none. */
int flow_find(const struct flow *flow, const char *name);
bool flow_is_resume(const char *name); /* "resume" or 复工: journalled as FLOW_RESUME */

/* As flow_find, also "resume" and 复工 where from suspends (gives return_stage). On failure error names the stage and the
 * hint lists where one may go: "可转为：落地（landed）、终止（abandoned）", or "无，已是终点". ERROR_INVALID: no such stage;
 * ERROR_REFUSED: not from here. from -1: the record is about to be created, and any stage may be its first. A record that began in a suspending stage
 * (return_stage -1) may go anywhere. Nothing goes to the stage it is in, or to a hidden one. */
must_check bool flow_check_move(
    const struct flow *flow, int from, int return_stage, const char *to, int *ret_to, struct error *error);

/* The stages strictly between, when to lies after from in declared order, but for dead and suspending ones. As bits. */
uint64_t flow_skipped(const struct flow *flow, int from, int to);

#endif
