/* Any bytes as what a plugin host says, or is told: declarations, states, plain values, a schema. Never a crash; a refusal names its
 * fault; what was taken and is written again is taken again and comes out the same. The first byte says which. */
#include "model/host_protocol.h"
#include "model_example.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { OUT_LARGEST = 16 << 20 };

static const struct schema *fixed_schema(void)
{
	static struct schema *schema;

	if (schema == NULL)
		schema = example_schema();
	return schema;
}

/* What luodid does with declarations: checks them against one another. They may all be wrong; it says where. */
static void build(const struct declarations *declarations)
{
	const struct plugin_info plugin = {.name = "alpha"};
	struct error error = {0};
	struct buffer faults;
	struct schema *schema;

	buffer_init(&faults, OUT_LARGEST);
	schema = schema_new(&plugin, &declarations, 1, NULL, &faults, &error);
	if (schema == NULL && (error.sentence[0] == '\0' || faults.length == 0))
		abort();
	schema_release(schema);
	buffer_clear(&faults);
}

/* Each …_again reads one thing and writes it again. False: refused, and in says why. */

static bool declarations_again(struct wire *in, struct pool *pool, struct buffer *out)
{
	struct declarations *declarations = declarations_get(in, pool);

	if (declarations == NULL || !wire_end(in))
		return false;
	declarations->plugin = "alpha";
	build(declarations);
	declarations_put(out, declarations);
	return true;
}

static bool state_again(struct wire *in, struct pool *pool, struct buffer *out)
{
	const struct state *state = state_get(in, fixed_schema(), pool);

	if (state == NULL || !wire_end(in))
		return false;
	state_put(out, state);
	return true;
}

static bool plain_again(struct wire *in, struct pool *pool, struct buffer *out)
{
	const struct plain plain = plain_get(in, pool);

	if (!wire_end(in))
		return false;
	plain_put(out, &plain);
	return true;
}

static bool schema_again(struct wire *in, struct pool *pool, struct buffer *out)
{
	struct schema *schema = schema_get(in);
	bool good = schema != NULL && wire_end(in);

	(void)pool;
	if (good)
		schema_put(out, schema);
	schema_release(schema);
	return good;
}

static bool (*const all[])(struct wire *in, struct pool *pool, struct buffer *out) = {
    declarations_again, state_again, plain_again, schema_again};

static bool run(size_t which, const void *bytes, size_t length, struct buffer *out)
{
	struct pool *pool = pool_new();
	struct wire in;
	bool good;

	wire_read(&in, bytes, length);
	buffer_init(out, OUT_LARGEST);
	good = all[which](&in, pool, out);
	if (!good && in.fault == NULL && !in.bad && in.offset == in.length)
		abort(); /* refused, and nobody knows why */
	pool_free(pool);
	return good;
}

static bool is_same(const struct buffer *buffer, const void *bytes, size_t length)
{
	return buffer->length == length && (length == 0 || memcmp(buffer->bytes, bytes, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	size_t which = length > 0 ? bytes[0] % COUNT_OF(all) : 0;
	struct buffer first, second;

	if (length == 0)
		return 0;
	if (run(which, bytes + 1, length - 1, &first)) {
		/* all but declarations, whose names are made tidy, have one form only */
		if (all[which] != declarations_again && !is_same(&first, bytes + 1, length - 1))
			abort();
		if (!run(which, first.bytes, first.length, &second) || !is_same(&first, second.bytes, second.length))
			abort();
		buffer_clear(&second);
	}
	buffer_clear(&first);
	return 0;
}
