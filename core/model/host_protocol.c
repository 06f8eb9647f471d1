#include "model/host_protocol.h"

#include <string.h>

enum { PLAIN_TEXT_LARGEST = 1 << 16 };

void plain_put(struct buffer *out, const struct plain *plain)
{
	wire_put_integer(out, plain->type);
	switch (plain->type) {
	case PLAIN_ABSENT:
		break;
	case PLAIN_BOOLEAN:
	case PLAIN_INTEGER:
		wire_put_integer(out, plain->integer);
		break;
	case PLAIN_TEXT:
		wire_put_text(out, plain->text);
		break;
	case PLAIN_LIST:
	case PLAIN_TABLE:
		wire_put_count(out, plain->count);
		for (size_t i = 0; i < plain->count; i++) {
			if (plain->type == PLAIN_TABLE)
				wire_put_text(out, plain->names[i]);
			plain_put(out, &plain->items[i]);
		}
		break;
	}
}

static struct plain get_plain(struct wire *in, struct pool *pool, int depth);

static void get_items(struct wire *in, struct pool *pool, int depth, struct plain *plain)
{
	struct plain *items;
	const char **names;

	plain->count = wire_get_count(in, PLAIN_LARGEST);
	items = pool_alloc_array(pool, plain->count, sizeof(*items));
	names = pool_alloc_array(pool, plain->count, sizeof(*names));
	for (size_t i = 0; i < plain->count && wire_ok(in); i++) {
		if (plain->type == PLAIN_TABLE)
			names[i] = wire_get_name(in, pool, NAME_LARGEST * 4);
		items[i] = get_plain(in, pool, depth + 1);
	}
	plain->items = items;
	plain->names = plain->type == PLAIN_TABLE ? names : NULL;
	if (!wire_ok(in)) /* half-read tables are not shown to anybody */
		plain->count = 0;
}

static struct plain get_plain(struct wire *in, struct pool *pool, int depth)
{
	struct plain plain = {.type = (enum plain_type)wire_get_integer(in, PLAIN_ABSENT, PLAIN_TABLE)};

	if (depth > PLAIN_DEPTH)
		wire_fail(in, "a plain value nested too deep");
	if (!wire_ok(in))
		return (struct plain){.type = PLAIN_ABSENT};
	switch (plain.type) {
	case PLAIN_ABSENT:
		break;
	case PLAIN_BOOLEAN:
		plain.integer = wire_get_integer(in, 0, 1);
		break;
	case PLAIN_INTEGER:
		plain.integer = wire_get_integer(in, INT64_MIN, INT64_MAX);
		break;
	case PLAIN_TEXT:
		plain.text = wire_get_name(in, pool, PLAIN_TEXT_LARGEST);
		break;
	case PLAIN_LIST:
	case PLAIN_TABLE:
		get_items(in, pool, depth, &plain);
		break;
	}
	return plain;
}

struct plain plain_get(struct wire *in, struct pool *pool)
{
	return get_plain(in, pool, 0);
}

const struct plain *plain_find(const struct plain *table, const char *name)
{
	if (table == NULL || table->type != PLAIN_TABLE)
		return NULL;
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->names[i], name) == 0)
			return &table->items[i];
	return NULL;
}

void state_put(struct buffer *out, const struct state *state)
{
	const struct kind *kind = state->kind;

	wire_put_integer(out, state->record);
	wire_put_boolean(out, state->exists);
	wire_put_text(out, state->title);
	wire_put_integer(out, state->stage);
	wire_put_integer(out, state->return_stage);
	wire_put_integer(out, state->stage_since.day);
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++)
		wire_put_integer(out, state->reached[i].day);
	for (size_t i = 0; i < kind->field_count; i++)
		value_put(out, state->values[i]);
}

struct state *state_get(struct wire *in, const struct schema *schema, struct pool *pool)
{
	int64_t record = wire_get_integer(in, 1, INT64_MAX);
	const struct kind *kind = wire_ok(in) ? schema_kind_of(schema, record) : NULL;
	struct state *state;
	size_t stages;

	if (kind == NULL) {
		wire_fail(in, "a record of no known kind");
		return NULL;
	}
	state = state_new(pool, kind, record);
	stages = kind->flow != NULL ? kind->flow->count : 0;
	state->exists = wire_get_boolean(in);
	state->title = wire_get_text(in, pool, VALUE_TEXT_LARGEST);
	state->stage = (int)wire_get_integer(in, -1, (int64_t)stages - 1);
	state->return_stage = (int)wire_get_integer(in, -1, (int64_t)stages - 1);
	state->stage_since.day = (int32_t)wire_get_integer(in, INT32_MIN, INT32_MAX);
	for (size_t i = 0; i < stages; i++)
		state->reached[i].day = (int32_t)wire_get_integer(in, INT32_MIN, INT32_MAX);
	for (size_t i = 0; i < kind->field_count; i++)
		state->values[i] = value_get(in, pool);
	return wire_ok(in) ? state : NULL;
}
