/* The wire form of a schema's kinds, for plugin hosts. What is read is checked as if a stranger had sent it. */
#include "model/build.h"
#include "model/items.h"
#include <string.h>

enum { NAME_BYTES = 128, TITLE_BYTES = 1024, VALUES_LARGEST = 10000, LIST_LARGEST = 1000 };

static void put_field(struct buffer *out, const struct field *field)
{
	wire_put_text(out, field->name);
	wire_put_text(out, field->title);
	wire_put_text(out, field->was);
	wire_put_integer(out, field->type);
	wire_put_text(out, field->ref);
	wire_put_text(out, field->unit);
	wire_put_integer(out, field->unit_fen);
	wire_put_count(out, field->value_count);
	for (size_t i = 0; i < field->value_count; i++) {
		wire_put_text(out, field->values[i].name);
		wire_put_text(out, field->values[i].title);
	}
	wire_put_boolean(out, field->required);
	wire_put_boolean(out, field->unique);
	wire_put_boolean(out, field->indexed);
	wire_put_boolean(out, field->hidden);
	wire_put_boolean(out, field->builtin);
	wire_put_integer(out, field->plugin);
	wire_put_integer(out, field->compute);
}

static void put_stage(struct buffer *out, const struct stage *stage)
{
	wire_put_text(out, stage->name);
	wire_put_text(out, stage->title);
	wire_put_text(out, stage->was);
	wire_put_integer(out, (int64_t)stage->to);
	wire_put_count(out, stage->need_count);
	for (size_t i = 0; i < stage->need_count; i++)
		wire_put_integer(out, stage->needs[i]);
	wire_put_boolean(out, stage->done);
	wire_put_boolean(out, stage->dead);
	wire_put_boolean(out, stage->suspends);
	wire_put_boolean(out, stage->reason);
	wire_put_boolean(out, stage->hidden);
}

static void put_kind(struct buffer *out, const struct kind *kind)
{
	size_t stage_count = kind->flow != NULL ? kind->flow->count : 0;

	wire_put_text(out, kind->name);
	wire_put_text(out, kind->title);
	wire_put_text(out, kind->prefix);
	wire_put_integer(out, kind->number);
	wire_put_integer(out, kind->plugin);
	wire_put_boolean(out, kind->computes);
	wire_put_text(out, kind->file);
	wire_put_integer(out, kind->line);
	wire_put_count(out, kind->field_count);
	for (size_t i = 0; i < kind->field_count; i++)
		put_field(out, &kind->fields[i]);
	wire_put_count(out, stage_count);
	for (size_t i = 0; i < stage_count; i++)
		put_stage(out, &kind->flow->stages[i]);
}

void schema_put(struct buffer *out, const struct schema *schema)
{
	wire_put_text(out, schema->set_hash);
	wire_put_count(out, schema->plugin_count);
	for (size_t i = 0; i < schema->plugin_count; i++) {
		wire_put_text(out, schema->plugins[i].name);
		wire_put_bytes(out, schema->plugins[i].hash, sizeof schema->plugins[i].hash);
	}
	wire_put_count(out, schema->kind_count);
	for (size_t i = 0; i < schema->kind_count; i++)
		put_kind(out, &schema->kinds[i]);
}

static void get_plugin(struct wire *in, struct pool *pool, void *item)
{
	struct plugin_info *plugin = item;
	const void *hash;
	size_t length = 0;

	plugin->name = wire_get_name(in, pool, NAME_BYTES);
	hash = wire_get_bytes(in, sizeof plugin->hash, &length);
	if (wire_ok(in) && length != sizeof plugin->hash)
		wire_fail(in, "a hash of another size");
	else if (wire_ok(in))
		memcpy(plugin->hash, hash, sizeof plugin->hash);
}

static void get_value(struct wire *in, struct pool *pool, void *item)
{
	struct named *named = item;

	named->name = wire_get_name(in, pool, TITLE_BYTES);
	named->title = wire_get_name(in, pool, TITLE_BYTES);
}

static void get_field(struct wire *in, struct pool *pool, void *item)
{
	struct field *field = item;

	field->name = wire_get_name(in, pool, NAME_BYTES);
	field->title = wire_get_name(in, pool, TITLE_BYTES);
	field->was = wire_get_text(in, pool, NAME_BYTES);
	field->type = (enum value_type)wire_get_integer(in, VALUE_TEXT, VALUE_TYPES - 1);
	field->ref = wire_get_text(in, pool, NAME_BYTES);
	field->unit = wire_get_name(in, pool, TITLE_BYTES);
	field->unit_fen = wire_get_integer(in, 0, INT64_MAX);
	field->values = items_get(in, pool, VALUES_LARGEST, sizeof(struct named), get_value, &field->value_count);
	field->required = wire_get_boolean(in);
	field->unique = wire_get_boolean(in);
	field->indexed = wire_get_boolean(in);
	field->hidden = wire_get_boolean(in);
	field->builtin = wire_get_boolean(in);
	field->plugin = (int)wire_get_integer(in, 0, INT32_MAX);
	field->compute = wire_get_integer(in, FIELD_BY_RULES, INT32_MAX);
	if (wire_ok(in) && field->type == VALUE_REF && field->ref == NULL)
		wire_fail(in, "a reference to nothing");
}

static void get_need(struct wire *in, struct pool *pool, void *item)
{
	(void)pool;
	*(uint16_t *)item = (uint16_t)wire_get_integer(in, 0, KIND_MAX_FIELDS - 1);
}

static void get_stage(struct wire *in, struct pool *pool, void *item)
{
	struct stage *stage = item;

	stage->name = wire_get_name(in, pool, NAME_BYTES);
	stage->title = wire_get_name(in, pool, TITLE_BYTES);
	stage->was = wire_get_text(in, pool, NAME_BYTES);
	stage->to = (uint64_t)wire_get_integer(in, 0, INT64_MAX);
	stage->needs = items_get(in, pool, KIND_MAX_FIELDS, sizeof(uint16_t), get_need, &stage->need_count);
	stage->done = wire_get_boolean(in);
	stage->dead = wire_get_boolean(in);
	stage->suspends = wire_get_boolean(in);
	stage->reason = wire_get_boolean(in);
	stage->hidden = wire_get_boolean(in);
}

/* Positions inside a kind stay inside it. */
static void check_positions(struct wire *in, const struct kind *kind)
{
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++) {
		const struct stage *stage = &kind->flow->stages[i];

		if (stage->to >> kind->flow->count != 0)
			wire_fail(in, "a move to no stage");
		for (size_t j = 0; j < stage->need_count; j++)
			if (stage->needs[j] >= kind->field_count)
				wire_fail(in, "a need of no field");
	}
}

static void get_kind(struct wire *in, struct pool *pool, void *item)
{
	struct flow *flow = pool_alloc(pool, sizeof *flow);
	struct kind *kind = item;

	kind->name = wire_get_name(in, pool, NAME_BYTES);
	kind->title = wire_get_name(in, pool, TITLE_BYTES);
	kind->prefix = wire_get_name(in, pool, NAME_BYTES);
	kind->number = (int32_t)wire_get_integer(in, 0, INT32_MAX);
	kind->plugin = (int)wire_get_integer(in, 0, INT32_MAX);
	kind->computes = wire_get_boolean(in);
	kind->file = wire_get_name(in, pool, TITLE_BYTES);
	kind->line = (int)wire_get_integer(in, 0, INT32_MAX);
	kind->fields = items_get(in, pool, KIND_MAX_FIELDS, sizeof(struct field), get_field, &kind->field_count);
	flow->stages = items_get(in, pool, FLOW_MAX_STAGES, sizeof(struct stage), get_stage, &flow->count);
	flow->kind_title = kind->title;
	if (flow->count > 0)
		kind->flow = flow;
	build_place_builtins(kind);
	if (wire_ok(in))
		check_positions(in, kind);
}

struct schema *schema_get(struct wire *in)
{
	struct pool *pool;
	struct schema *schema = schema_begin(&pool);
	struct schema_holder *holder = (struct schema_holder *)schema;
	const char *hash = wire_get_name(in, pool, sizeof schema->set_hash - 1);

	if (wire_ok(in) && strlen(hash) != sizeof schema->set_hash - 1)
		wire_fail(in, "a hash of another size");
	if (wire_ok(in))
		memcpy(schema->set_hash, hash, sizeof schema->set_hash);
	schema->plugins =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct plugin_info), get_plugin, &schema->plugin_count);
	holder->kinds = items_get(in, pool, LIST_LARGEST, sizeof(struct kind), get_kind, &schema->kind_count);
	schema->kinds = holder->kinds;
	if (wire_ok(in))
		return schema;
	schema_release(schema);
	return NULL;
}
