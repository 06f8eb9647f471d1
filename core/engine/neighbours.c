#include "engine/neighbours.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_A_TIME = 500, REFERRERS_LARGEST = 10000 };

struct finding_out {
	struct store_connection *connection;
	const struct schema *schema;
	struct pool *pool;
	struct neighbour *found;
	size_t count, room;
};

static void add(struct finding_out *out, int64_t record, struct date from)
{
	const struct kind *kind = schema_kind_of(out->schema, record);

	if (kind == NULL || kind->light < 0)
		return;
	if (out->count == out->room) {
		size_t room = out->room == 0 ? 64 : out->room * 2;
		struct neighbour *more = pool_alloc_array(out->pool, room, sizeof(*more));

		if (out->count > 0)
			memcpy(more, out->found, out->count * sizeof(*more));
		out->found = more;
		out->room = room;
	}
	out->found[out->count++] = (struct neighbour){.record = record, .from = from};
}

static void add_referred(struct finding_out *out, const struct state *state, struct date from)
{
	for (size_t i = 0; state != NULL && state->exists && i < state->kind->field_count; i++)
		if (state->values[i].type == VALUE_REF)
			add(out, state->values[i].number, from);
}

static bool add_neighbours(struct finding_out *out, int64_t record, int64_t seq, struct date from, struct error *error)
{
	const struct kind *kind = schema_kind_of(out->schema, record);
	struct referrer *referrers;
	struct error none = {0};
	struct state *state;
	size_t total;

	if (kind == NULL) /* no longer declared */
		return true;
	state = store_load_current(out->connection, kind, record, out->pool, error);
	if (state == NULL)
		return false;
	add_referred(out, state, from);
	for (int64_t known = seq - 1; known <= seq;
	     known++) { /* what it referred to before, and then: it may be gone since */
		state = store_load_state(out->connection, kind, record, DATE_LAST, known, out->pool, &none);
		if (state == NULL && none.code != ERROR_NONE) {
			*error = none;
			return false;
		}
		add_referred(out, state, from);
	}
	referrers = pool_alloc_array(out->pool, REFERRERS_LARGEST, sizeof(*referrers));
	if (!store_find_referrers(out->connection, out->schema, record, referrers, REFERRERS_LARGEST, &total, error))
		return false;
	for (size_t i = 0; i < total && i < REFERRERS_LARGEST; i++)
		add(out, referrers[i].record, from);
	return true;
}

static bool tells_lights_only(const struct event *event)
{
	if (event->action != EVENT_RECOMPUTE)
		return false;
	for (size_t i = 0; i < event->computed_count; i++)
		for (size_t j = 0; j < event->computed[i].count; j++)
			if (strcmp(event->computed[i].values[j].field, LIGHT_FIELD) != 0 &&
			    strcmp(event->computed[i].values[j].field, FINDINGS_FIELD) != 0)
				return false;
	return true;
}

/* A void or its end was asked about by whoever undid; but where nothing changed there was no event to carry the outlook. */
static bool add_targets(struct finding_out *out, const struct event *event, struct error *error)
{
	for (size_t i = 0; i < event->target_count; i++) {
		const struct event *target = store_load_event(out->connection, event->targets[i], out->pool, error);

		if (target == NULL)
			return false;
		if (target->record == 0) {
			if (event->action == EVENT_RESTORE && !add_targets(out, target, error))
				return false;
			continue;
		}
		add(out, target->record, target->effective_on);
		if (!add_neighbours(out, target->record, event->seq, target->effective_on, error))
			return false;
	}
	return true;
}

static bool add_event(struct finding_out *out, const struct event *event, struct error *error)
{
	if (event->record == 0)
		return add_targets(out, event, error);
	return tells_lights_only(event) || add_neighbours(out, event->record, event->seq, event->effective_on, error);
}

static int compare(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;

	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return (a->from.day > b->from.day) - (a->from.day < b->from.day);
}

bool neighbours_find(struct store_connection *connection, const struct schema *schema, int64_t first, int64_t last,
    struct pool *pool, struct neighbour **ret_neighbours, size_t *ret_count, struct error *error)
{
	struct finding_out out = {.connection = connection, .schema = schema, .pool = pool};
	size_t kept = 0;

	for (int64_t seq = first; seq <= last; seq += EVENTS_A_TIME) {
		const struct event *const *events;
		size_t count;

		if (!store_load_journal(connection, seq, last, EVENTS_A_TIME, pool, &events, &count, error))
			return false;
		for (size_t i = 0; i < count; i++)
			if (!add_event(&out, events[i], error))
				return false;
	}
	if (out.count > 1)
		qsort(out.found, out.count, sizeof(*out.found), compare);
	for (size_t i = 0; i < out.count; i++) /* the earliest day of each is its first */
		if (kept == 0 || out.found[kept - 1].record != out.found[i].record)
			out.found[kept++] = out.found[i];
	*ret_neighbours = out.found;
	*ret_count = kept;
	return true;
}
