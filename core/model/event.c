#include "model/event.h"

#include <string.h>

/* How many of each a body may carry; what the engine makes stays far below. */
enum { BODY_FORMAT = 1, CHANGES_LARGEST = 4096, COMPUTED_LARGEST = 65536, TARGETS_LARGEST = 1 << 20 };

static const char *const action_names[] = {
    [EVENT_CREATE] = "create",
    [EVENT_UPDATE] = "update",
    [EVENT_MOVE] = "move",
    [EVENT_NOTE] = "note",
    [EVENT_DROP] = "drop",
    [EVENT_VOID] = "void",
    [EVENT_RESTORE] = "restore",
    [EVENT_RECOMPUTE] = "recompute",
    [EVENT_RECORD] = "record",
    [EVENT_OVERRIDE] = "override",
};

const char *event_action_name(enum event_action action)
{
	return action >= EVENT_CREATE && action <= EVENT_OVERRIDE ? action_names[action] : "";
}

static void put_changes(struct buffer *out, const struct change *changes, size_t count)
{
	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++) {
		wire_put_text(out, changes[i].field);
		wire_put_integer(out, changes[i].mode);
		value_put(out, changes[i].value);
	}
}

void event_body_put(struct buffer *out, const struct event *event)
{
	wire_put_integer(out, BODY_FORMAT);
	wire_put_text(out, event->stage);
	put_changes(out, event->changes, event->change_count);
	wire_put_count(out, event->computed_count);
	for (size_t i = 0; i < event->computed_count; i++) {
		wire_put_integer(out, event->computed[i].on.day);
		put_changes(out, event->computed[i].values, event->computed[i].count);
	}
	wire_put_count(out, event->target_count);
	for (size_t i = 0; i < event->target_count; i++)
		wire_put_integer(out, event->targets[i]);
}

/* A count that the bytes left can hold, so that a damaged one does not ask for much memory. */
static size_t get_count(struct wire *in, size_t largest)
{
	size_t count = wire_get_count(in, largest);

	if (wire_ok(in) && count > in->length - in->offset)
		wire_fail(in, "a count larger than what follows");
	return wire_ok(in) ? count : 0;
}

static const struct change *get_changes(struct wire *in, struct pool *pool, size_t *ret_count)
{
	size_t count = get_count(in, CHANGES_LARGEST);
	struct change *changes = count > 0 ? pool_alloc_array(pool, count, sizeof *changes) : NULL;

	for (size_t i = 0; i < count && wire_ok(in); i++) {
		changes[i].field = wire_get_name(in, pool, NAME_LARGEST);
		changes[i].mode = (enum change_mode)wire_get_integer(in, CHANGE_SET, CHANGE_REMOVE);
		changes[i].value = value_get(in, pool);
	}
	*ret_count = wire_ok(in) ? count : 0;
	return changes;
}

static void get_computed(struct wire *in, struct pool *pool, struct event *event)
{
	size_t count = get_count(in, COMPUTED_LARGEST);
	struct computed *computed = count > 0 ? pool_alloc_array(pool, count, sizeof *computed) : NULL;

	for (size_t i = 0; i < count && wire_ok(in); i++) {
		computed[i].on.day = (int32_t)wire_get_integer(in, DATE_FIRST.day, DATE_LAST.day);
		computed[i].values = get_changes(in, pool, &computed[i].count);
	}
	event->computed = computed;
	event->computed_count = count;
}

static void get_targets(struct wire *in, struct pool *pool, struct event *event)
{
	size_t count = get_count(in, TARGETS_LARGEST);
	int64_t *targets = count > 0 ? pool_alloc_array(pool, count, sizeof *targets) : NULL;

	for (size_t i = 0; i < count && wire_ok(in); i++)
		targets[i] = wire_get_integer(in, i == 0 ? 1 : targets[i - 1], INT64_MAX);
	event->targets = targets;
	event->target_count = count;
}

bool event_body_get(struct event *event, const void *bytes, size_t length, struct pool *pool)
{
	struct event read = *event;
	struct wire in;

	wire_read(&in, bytes, length);
	wire_get_integer(&in, BODY_FORMAT, BODY_FORMAT);
	read.stage = wire_get_text(&in, pool, NAME_LARGEST);
	read.changes = get_changes(&in, pool, &read.change_count);
	get_computed(&in, pool, &read);
	get_targets(&in, pool, &read);
	if (!wire_end(&in))
		return false;
	*event = read;
	return true;
}

void event_canonical_put(struct buffer *out, const struct event *event, const unsigned char previous[32])
{
	wire_put_integer(out, EVENT_CHAIN_VERSION);
	wire_put_text(out, EVENT_CHAIN_ALGORITHM);
	wire_put_bytes(out, previous, 32);
	wire_put_integer(out, event->seq);
	wire_put_integer(out, event->recorded_at_us);
	wire_put_integer(out, event->effective_on.day);
	wire_put_integer(out, event->place);
	wire_put_integer(out, event->batch);
	wire_put_integer(out, event->record);
	wire_put_integer(out, event->action);
	wire_put_text(out, event->actor);
	wire_put_text(out, event->note);
	event_body_put(out, event);
}
