#include "engine/compute.h"

#include "engine/lights.h"
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
	return field->compute > 0 && !field->hidden;
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

/* ---- what rules find ---- */

static struct computed *entry_of(struct computed *computed, size_t count, struct date day)
{
	for (size_t i = 0; i < count; i++)
		if (computed[i].on.day == day.day)
			return &computed[i];
	return NULL;
}

static struct state *state_of(const struct computing_days *days, struct date day)
{
	for (size_t i = 0; i < days->all_count; i++)
		if (days->all[i]->on.day == day.day)
			return days->all[i];
	return NULL;
}

/* The states of the day get them, and an entry does, a new one where the day has none. */
static void put_lit(struct computing *computing, const struct computing_days *days, const struct lit *lit,
    struct computed *computed, struct computing_result *result)
{
	const struct kind *kind = computing->kind;
	struct value light = {.type = VALUE_ENUM, .text = light_name(lit->light)};
	struct value findings = lit->findings != NULL ? value_of_text(lit->findings) : value_empty();
	struct state *state = state_of(days, lit->on);
	struct computed *entry = entry_of(computed, result->count, lit->on);
	struct change *values;
	bool differs = state == NULL || !value_equal(state->values[kind->light], light) ||
	    !value_equal(state->values[kind->findings], findings);

	if (state != NULL) {
		state->values[kind->light] = light;
		state->values[kind->findings] = findings;
	}
	for (size_t i = 0; i < days->altered_count; i++)
		if (days->altered[i]->on.day == lit->on.day) {
			days->altered[i]->values[kind->light] = light;
			days->altered[i]->values[kind->findings] = findings;
		}
	if (entry == NULL && !differs)
		return;
	if (entry == NULL) {
		entry = &computed[result->count++];
		*entry = (struct computed){.on = lit->on};
	}
	values = pool_alloc_array(computing->pool, entry->count + 2, sizeof(*values));
	if (entry->count > 0)
		memcpy(values, entry->values, entry->count * sizeof(*values));
	values[entry->count] = (struct change){.field = LIGHT_FIELD, .value = light};
	values[entry->count + 1] = (struct change){.field = FINDINGS_FIELD, .value = findings};
	entry->values = values;
	entry->count += 2;
	result->differs = result->differs || differs;
}

static bool ask_rules(struct computing *computing, struct view *view, const struct computing_days *days,
    struct computing_result *result, struct error *error)
{
	struct computed *computed;
	struct lights lights;

	if (!lights_ask(view, computing->place, computing->kind, computing->today, days->all, days->all_count,
		days->before, computing->pool, &lights, error))
		return false;
	computed = pool_alloc_array(computing->pool, result->count + lights.day_count, sizeof(*computed));
	if (result->count > 0)
		memcpy(computed, result->computed, result->count * sizeof(*computed));
	for (size_t i = 0; i < lights.day_count; i++)
		put_lit(computing, days, &lights.days[i], computed, result);
	result->computed = computed;
	result->outlook = lights.outlook;
	result->due = lights.due;
	return true;
}

/* ---- all of it ---- */

/* In the order of declaration, so that a computed field may use one declared before it. */
static bool compute_fields(struct computing *computing, const struct computing_days *days,
    struct computing_result *result, struct error *error)
{
	const struct kind *kind = computing->kind;
	struct state **there = pool_alloc_array(computing->pool, days->altered_count, sizeof(*there));
	struct computed *computed = pool_alloc_array(computing->pool, days->altered_count, sizeof(*computed));
	struct change *values;
	size_t fields = 0, n = 0;

	result->computed = computed;
	computing->states = there;
	for (size_t i = 0; i < kind->field_count; i++)
		fields += is_computed(&kind->fields[i]);
	for (size_t i = 0; i < days->altered_count; i++)
		if (days->altered[i]->exists)
			there[computing->count++] = days->altered[i];
	if (computing->count == 0 || fields == 0)
		return true;
	values = pool_alloc_array(computing->pool, computing->count * fields, sizeof(*values));
	for (size_t i = 0; i < kind->field_count; i++)
		if (is_computed(&kind->fields[i]) &&
		    !compute_field(computing, i, values + n++, fields, &result->differs, error))
			return false;
	for (size_t i = 0; i < computing->count; i++)
		computed[i] = (struct computed){.on = there[i]->on, .values = values + i * fields, .count = fields};
	result->count = computing->count;
	return true;
}

bool compute_states(struct view *view, enum host_place place, const struct kind *kind, struct date today,
    const struct computing_days *days, struct pool *pool, struct computing_result *ret_result, struct error *error)
{
	struct computing computing = {
	    .engine = view->engine, .set = view->set, .place = place, .kind = kind, .today = today, .pool = pool};

	*ret_result = (struct computing_result){.due = DATE_NONE};
	return compute_fields(&computing, days, ret_result, error) &&
	    (kind->light < 0 || ask_rules(&computing, view, days, ret_result, error));
}

static void show_in(const struct kind *kind, const struct state *shown, const struct state *computed)
{
	if (shown->on.day != computed->on.day)
		return;
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].compute != 0 && !kind->fields[i].hidden)
			shown->values[i] = computed->values[i];
}

/* Where no fold was made the last row is the end of all, and what was before it is what is now. */
static struct computing_days days_of(struct plan *plan, struct state **altered, size_t count, struct pool *pool)
{
	struct computing_days days = {
	    .altered = altered, .altered_count = count, .all = altered, .all_count = count, .before = plan->before_now};
	struct state **all;

	if (!plan->restated || plan->kind->light < 0)
		return days;
	days.before = NULL;
	days.all_count = 0;
	days.all = all = pool_alloc_array(pool, plan->day_count, sizeof(*all));
	for (size_t i = 0; i < plan->day_count; i++)
		if (plan->days[i].on.day >= plan->day.day)
			all[days.all_count++] = &plan->days[i];
		else
			days.before = &plan->days[i];
	return days;
}

bool compute_plan(struct view *view, struct plan *plan, const struct head *head, struct pool *pool,
    struct computing_result *ret_result, struct error *error)
{
	struct state **states;
	size_t count = plan_altered(plan, pool, &states);
	struct computing_days days = days_of(plan, states, count, pool);

	if (!compute_states(view, HOST_INTERACTIVE, plan->kind, engine_today(head), &days, pool, ret_result, error))
		return false;
	for (size_t i = 0; i < count; i++) { /* guards see them too */
		show_in(plan->kind, plan->after_day, states[i]);
		show_in(plan->kind, plan->after_now, states[i]);
	}
	return true;
}
