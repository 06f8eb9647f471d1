#include "engine/compute.h"

#include <string.h>

enum { REQUEST_LARGEST = 8 << 20 };

struct computing {
	struct engine *engine;
	struct plugin_set *set;
	struct plan *plan;
	struct date today;
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

static bool compute_field(struct computing *computing, const struct field *field, const struct state *const *states,
    size_t count, struct value *values, size_t stride, struct error *error)
{
	struct buffer request;
	struct wire result;
	bool ok;

	buffer_init(&request, REQUEST_LARGEST);
	wire_put_count(&request, count);
	for (size_t i = 0; i < count; i++)
		state_put(&request, states[i]);
	ok = hosts_call(computing->engine->hosts, HOST_INTERACTIVE, computing->set, HOST_CALL_COMPUTE, field->plugin,
	    field->compute, computing->today, &request, NULL, computing->pool, &result, error);
	buffer_clear(&request);
	if (!ok) {
		if (error->field[0] == '\0')
			memcpy(error->field, field->name, strlen(field->name) + 1);
		return false;
	}
	ok = wire_get_count(&result, count) == count;
	for (size_t i = 0; ok && i < count; i++) {
		values[i * stride] = value_get(&result, computing->pool);
		if (wire_ok(&result) && !fit_value(computing, field, &values[i * stride], error))
			return false;
	}
	if (!ok || !wire_end(&result))
		return error_set(error, ERROR_PLUGIN_FAULT, field->name, "插件 %s 的答案不成样子",
		    computing->set->plugins[field->plugin].name);
	return true;
}

static void apply_to_row(struct state *state, const struct kind *kind, const struct value *values)
{
	size_t n = 0;

	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].compute != 0 && !kind->fields[i].hidden)
			state->values[i] = values[n++];
}

/* In the order of declaration, so that a computed field may use one declared before it. */
static bool compute_all(
    struct computing *computing, const struct computed **ret_computed, size_t *ret_count, struct error *error)
{
	const struct kind *kind = computing->plan->kind;
	const struct state *const *states;
	size_t count = plan_altered(computing->plan, computing->pool, &states), fields = 0, n = 0;
	struct computed *computed = pool_alloc_array(computing->pool, count, sizeof(*computed));
	struct value *values;

	for (size_t i = 0; i < kind->field_count; i++)
		fields += kind->fields[i].compute != 0 && !kind->fields[i].hidden;
	values = pool_alloc_array(computing->pool, count * fields, sizeof(*values));
	for (size_t i = 0; i < kind->field_count; i++) {
		if (kind->fields[i].compute == 0 || kind->fields[i].hidden)
			continue;
		if (!compute_field(computing, &kind->fields[i], states, count, values + n, fields, error))
			return false;
		for (size_t j = 0; j < count; j++)
			((struct state *)states[j])->values[i] = values[j * fields + n];
		n++;
	}
	for (size_t j = 0; j < count; j++) {
		struct change *changes = pool_alloc_array(computing->pool, fields, sizeof(*changes));

		n = 0;
		for (size_t i = 0; i < kind->field_count; i++)
			if (kind->fields[i].compute != 0 && !kind->fields[i].hidden) {
				changes[n] =
				    (struct change){.field = kind->fields[i].name, .value = values[j * fields + n]};
				n++;
			}
		computed[j] = (struct computed){.on = states[j]->on, .values = changes, .count = fields};
		/* guards see them too */
		if (states[j]->on.day == computing->plan->after_day->on.day)
			apply_to_row((struct state *)computing->plan->after_day, kind, values + j * fields);
		if (states[j]->on.day == computing->plan->after_now->on.day)
			apply_to_row((struct state *)computing->plan->after_now, kind, values + j * fields);
	}
	*ret_computed = computed;
	*ret_count = count;
	return true;
}

bool compute_plan(struct engine *engine, struct plugin_set *set, struct plan *plan, const struct head *head,
    struct pool *pool, const struct computed **ret_computed, size_t *ret_count, struct error *error)
{
	struct computing computing = {
	    .engine = engine, .set = set, .plan = plan, .today = engine_today(head), .pool = pool};

	return compute_all(&computing, ret_computed, ret_count, error);
}
