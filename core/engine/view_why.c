#include "engine/lights.h"

#include <stdlib.h>
#include <string.h>

static const struct rule *find_rule(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->rule_count; i++)
		if (strcmp(schema->rules[i].declaration->name, name) == 0)
			return &schema->rules[i];
	return NULL;
}

static const char *title_of(const struct rule *rule)
{
	return rule == NULL		       ? NULL
	    : rule->declaration->title != NULL ? rule->declaration->title
					       : rule->declaration->name;
}

static const char *text_of(const struct state *state, int field)
{
	return state->values[field].type == VALUE_TEXT ? state->values[field].text : NULL;
}

/* Among the kind's rules, in the schema's order: where lights_ask puts the sentences. */
static const char *sentence_of(
    const struct schema *schema, const struct kind *kind, const struct lights *lights, const char *rule)
{
	size_t at = 0;

	for (size_t i = 0; i < schema->rule_count; i++) {
		if (&schema->kinds[schema->rules[i].kind] != kind)
			continue;
		if (strcmp(schema->rules[i].declaration->name, rule) == 0)
			return lights->sentences[at];
		at++;
	}
	return NULL;
}

static int compare_findings(const void *left, const void *right)
{
	const struct found_by_rule *a = left, *b = right;
	enum light first = light_of_name(a->light), second = light_of_name(b->light);

	if (first != second)
		return first > second ? -1 : 1;
	if (a->since.day != b->since.day)
		return a->since.day < b->since.day ? -1 : 1;
	return strcmp(a->rule, b->rule);
}

static void tell_findings(
    struct view *view, const struct state *state, const struct lights *lights, struct pool *pool, struct why *why)
{
	const struct schema *schema = view->set->schema;
	struct found_by_rule *told;
	struct finding *findings;
	struct waiver *waivers;
	size_t count = findings_read(text_of(state, state->kind->findings), pool, &findings);
	size_t waiver_count = waivers_read(text_of(state, state->kind->waivers), pool, &waivers);

	told = pool_alloc_array(pool, count, sizeof(*told));
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = find_rule(schema, findings[i].rule);
		const struct waiver *waiver = waiver_of(waivers, waiver_count, findings[i].rule, view->moment.as_of);

		told[i] = (struct found_by_rule){.rule = findings[i].rule,
		    .title = title_of(rule),
		    .plugin = rule != NULL ? view->set->plugins[rule->plugin].name : NULL,
		    .light = light_name(findings[i].light),
		    .text = sentence_of(schema, state->kind, lights, findings[i].rule),
		    .since = findings[i].since,
		    .stale = findings[i].stale || rule == NULL,
		    .waived_until = waiver != NULL ? waiver->until : DATE_NONE,
		    .waived_by = waiver != NULL ? waiver->who : NULL,
		    .waived_why = waiver != NULL ? waiver->why : NULL};
	}
	if (count > 1)
		qsort(told, count, sizeof(*told), compare_findings);
	why->findings = told;
	why->finding_count = count;
}

static void tell_coming(struct view *view, const struct lights *lights, struct pool *pool, struct why *why)
{
	struct coming_by_rule *told = pool_alloc_array(pool, lights->coming_count, sizeof(*told));

	for (size_t i = 0; i < lights->coming_count; i++) {
		const struct coming *coming = &lights->coming[i];

		told[i] = (struct coming_by_rule){.on = coming->on,
		    .rule = coming->rule,
		    .title = title_of(find_rule(view->set->schema, coming->rule)),
		    .light = light_name(coming->light),
		    .text = coming->sentence};
	}
	why->coming = told;
	why->coming_count = lights->coming_count;
}

bool view_why(struct view *view, const char *id, struct pool *pool, struct why *ret_why,
    const struct candidate **ret_candidates, size_t *ret_count, struct error *error)
{
	struct lights lights;
	struct state *state;
	struct got got;

	if (!view_get(view, id, pool, &got, ret_candidates, ret_count, error))
		return false;
	*ret_why = (struct why){.kind = got.state->kind, .id = got.id, .title = got.state->title, .light = got.light};
	if (got.state->kind->light < 0)
		return true;
	state = state_copy(pool, got.state);
	state->on = view->moment.as_of;
	if (!lights_ask(
		view, HOST_INTERACTIVE, state->kind, view->moment.as_of, &state, 1, got.state, pool, &lights, error))
		return false;
	tell_findings(view, got.state, &lights, pool, ret_why);
	tell_coming(view, &lights, pool, ret_why);
	return true;
}
