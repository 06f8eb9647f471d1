/* state: what a record is at the end of a day (fold.h). */
#include "model/fold.h"

#include <string.h>

static size_t stage_count(const struct kind *kind)
{
	return kind->flow != NULL ? kind->flow->count : 0;
}

struct state *state_new(struct pool *pool, const struct kind *kind, int64_t record)
{
	struct state *state = pool_alloc(pool, sizeof *state);

	*state = (struct state){.kind = kind,
	    .record = record,
	    .on = DATE_NONE,
	    .title = "",
	    .stage = -1,
	    .return_stage = -1,
	    .stage_since = DATE_NONE};
	state->reached = pool_alloc_array(pool, stage_count(kind) + 1, sizeof *state->reached);
	for (size_t i = 0; i < stage_count(kind); i++)
		state->reached[i] = DATE_NONE;
	state->values = pool_alloc_array(pool, kind->field_count + 1, sizeof *state->values);
	return state;
}

/* Texts are shared with state: they are never changed in place, only replaced. */
struct state *state_copy(struct pool *pool, const struct state *state)
{
	const struct kind *kind = state->kind;
	struct state *copy = pool_alloc(pool, sizeof *copy);

	*copy = *state;
	copy->reached = pool_alloc_array(pool, stage_count(kind) + 1, sizeof *copy->reached);
	memcpy(copy->reached, state->reached, stage_count(kind) * sizeof *copy->reached);
	copy->values = pool_alloc_array(pool, kind->field_count + 1, sizeof *copy->values);
	memcpy(copy->values, state->values, kind->field_count * sizeof *copy->values);
	return copy;
}

bool state_equal(const struct state *a, const struct state *b)
{
	if (a->kind != b->kind || a->record != b->record || a->exists != b->exists || a->stage != b->stage ||
	    a->return_stage != b->return_stage || a->stage_since.day != b->stage_since.day ||
	    strcmp(a->title, b->title) != 0)
		return false;
	for (size_t i = 0; i < stage_count(a->kind); i++)
		if (a->reached[i].day != b->reached[i].day)
			return false;
	for (size_t i = 0; i < a->kind->field_count; i++)
		if (!value_equal(a->values[i], b->values[i]))
			return false;
	return true;
}
