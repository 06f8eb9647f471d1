#include "engine/compute.h"

#include <string.h>

enum { REQUEST_LARGEST = 8 << 20 };

struct computing {
	struct engine *engine;
	struct plugin_set *set;
	enum host_place place;
	const struct kind *kind;
	struct date today;
	struct state *const *states; /* those that are there: of what is not, there is nothing to compute */
	size_t count;
	struct pool *pool;
};

static bool fit_value(struct computing *computing, const struct field *field, struct value *value, struct error *error)
{
	const char *plugin = computing->set->plugins[field->plugin].name;

	if (value->type == VALUE_EMPTY || value->type == field->type)
		return true;
	if (value->type == VALUE_INT && (field->type == VALUE_DECIMAL || field->type == VALUE_PERCENT) &&
	    value->number < INT64_MAX / 1000000 && value->number > INT64_MIN / 1000000) {
		*value = value_of_number(field->type, value->number * 1000000);
		return true;
	}
	if (value->type == VALUE_DECIMAL && field->type == VALUE_PERCENT) {
		value->type = VALUE_PERCENT;
		return true;
	}
	if (value->type == VALUE_TEXT && field->type == VALUE_ENUM) {
		const struct named *named = field_find_value(field, value->text);

		if (named != NULL) {
			*value = (struct value){.type = VALUE_ENUM, .text = named->name};
			return true;
		}
	}
	return error_set(error, ERROR_PLUGIN_FAULT, field->name, "插件 %s 算出的%s不是 %s", plugin, field->title,
	    value_type_name(field->type));
}

static bool is_computed(const struct field *field)
{
	return field->compute != 0 && !field->hidden;
}

static bool ask_field(
    struct computing *computing, const struct field *field, struct wire *ret_result, struct error *error)
{
	struct buffer request;
	bool ok;

	buffer_init(&request, REQUEST_LARGEST);
	wire_put_count(&request, computing->count);
	for (size_t i = 0; i < computing->count; i++)
		state_put(&request, computing->states[i]);
	ok = hosts_call(computing->engine->hosts, computing->place, computing->set, HOST_CALL_COMPUTE, field->plugin,
	    field->compute, computing->today, &request, NULL, computing->pool, ret_result, error);
	buffer_clear(&request);
	if (!ok && error->field[0] == '\0')
		memcpy(error->field, field->name, strlen(field->name) + 1);
	return ok;
}

/* values: the states' of this field, "stride" apart. The states get them too. */
static bool compute_field(struct computing *computing, size_t position, struct change *values, size_t stride,
    bool *differs, struct error *error)
{
	const struct field *field = &computing->kind->fields[position];
	struct wire result;
	bool ok;

	if (!ask_field(computing, field, &result, error))
		return false;
	ok = wire_get_count(&result, computing->count) == computing->count;
	for (size_t i = 0; ok && i < computing->count; i++) {
		struct value value = value_get(&result, computing->pool);
		struct value *now = &computing->states[i]->values[position];

		if (wire_ok(&result) && !fit_value(computing, field, &value, error))
			return false;
		*differs = *differs || !value_equal(value, *now);
		*now = value;
		values[i * stride] = (struct change){.field = field->name, .value = value};
	}
	if (!ok || !wire_end(&result))
		return error_set(error, ERROR_PLUGIN_FAULT, field->name, "插件 %s 的答案不成样子",
		    computing->set->plugins[field->plugin].name);
	return true;
}

/* In the order of declaration, so that a computed field may use one declared before it. */
bool compute_states(struct engine *engine, struct plugin_set *set, enum host_place place, const struct kind *kind,
    struct date today, struct state *const *states, size_t count, struct pool *pool,
    struct computing_result *ret_result, struct error *error)
{
	struct computed *computed = pool_alloc_array(pool, count, sizeof(*computed));
	struct state **there = pool_alloc_array(pool, count, sizeof(*there));
	struct computing computing = {
	    .engine = engine, .set = set, .place = place, .kind = kind, .today = today, .states = there, .pool = pool};
	struct change *values;
	size_t fields = 0, n = 0;

	*ret_result = (struct computing_result){.computed = computed};
	for (size_t i = 0; i < kind->field_count; i++)
		fields += is_computed(&kind->fields[i]);
	for (size_t i = 0; i < count; i++)
		if (states[i]->exists)
			there[computing.count++] = states[i];
	if (computing.count == 0)
		return true;
	values = pool_alloc_array(pool, computing.count * fields, sizeof(*values));
	for (size_t i = 0; i < kind->field_count; i++)
		if (is_computed(&kind->fields[i]) &&
		    !compute_field(&computing, i, values + n++, fields, &ret_result->differs, error))
			return false;
	for (size_t i = 0; i < computing.count; i++)
		computed[i] = (struct computed){.on = there[i]->on, .values = values + i * fields, .count = fields};
	ret_result->count = computing.count;
	return true;
}

static void show_in(const struct kind *kind, const struct state *shown, const struct state *computed)
{
	if (shown->on.day != computed->on.day)
		return;
	for (size_t i = 0; i < kind->field_count; i++)
		if (is_computed(&kind->fields[i]))
			shown->values[i] = computed->values[i];
}

bool compute_plan(struct engine *engine, struct plugin_set *set, struct plan *plan, const struct head *head,
    struct pool *pool, struct computing_result *ret_result, struct error *error)
{
	struct state **states;
	size_t count = plan_altered(plan, pool, &states);

	if (!compute_states(
		engine, set, HOST_INTERACTIVE, plan->kind, engine_today(head), states, count, pool, ret_result, error))
		return false;
	for (size_t i = 0; i < count; i++) { /* guards see them too */
		show_in(plan->kind, plan->after_day, states[i]);
		show_in(plan->kind, plan->after_now, states[i]);
	}
	return true;
}
