/* Rules, and the three fields that a kind has when rules watch it. The filters of rules are the query layer's to check. */
#include "model/build.h"
#include <stdlib.h>
#include <string.h>

/* light, findings and waivers */

/* By weight, so that --sort -light has the worst first. */
static const struct named lights[] = {{"green", "绿"}, {"unknown", "未知"}, {"yellow", "黄"}, {"red", "红"}};

/* In this order, behind all that is declared. */
static const struct field builtins[] = {
    {.name = LIGHT_FIELD,
	.title = "灯",
	.type = VALUE_ENUM,
	.values = lights,
	.value_count = sizeof lights / sizeof lights[0],
	.compute = FIELD_BY_RULES},
    {.name = FINDINGS_FIELD, .title = "灯的原因", .type = VALUE_TEXT, .compute = FIELD_BY_RULES},
    {.name = WAIVERS_FIELD, .title = "豁免", .type = VALUE_TEXT},
};

enum { BUILTINS = sizeof builtins / sizeof builtins[0] };

bool build_is_builtin(const char *name)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return true;
	return false;
}

static int position_of(const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].builtin && strcmp(kind->fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

void build_place_builtins(struct kind *kind)
{
	kind->light = position_of(kind, LIGHT_FIELD);
	kind->findings = position_of(kind, FINDINGS_FIELD);
	kind->waivers = position_of(kind, WAIVERS_FIELD);
}

static bool has_builtins(const struct kind_draft *draft)
{
	for (size_t i = 0; i < draft->field_count; i++)
		if (draft->fields[i].field.builtin)
			return true;
	return false;
}

static void add_builtins(struct build *build, struct kind_draft *draft, int plugin, struct place place)
{
	if (has_builtins(draft))
		return;
	if (draft->field_count > KIND_MAX_FIELDS - BUILTINS) {
		build_fault(build, place, draft->kind.name,
		    "“%s”的字段太多：有规则的种类另有 %d 个字段记灯，连同它们至多 %d 个", draft->kind.title, BUILTINS,
		    KIND_MAX_FIELDS);
		return;
	}
	for (size_t i = 0; i < BUILTINS; i++) {
		struct field field = builtins[i];

		field.unit = "";
		field.unit_fen = 100;
		field.builtin = true;
		field.plugin = plugin;
		draft->fields[draft->field_count++] = (struct field_draft){field, place};
	}
	draft->kind.computes = true;
}

void build_add_builtins(struct build *build)
{
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->rule_count; j++) {
			const struct rule_declaration *rule = &build->sets[i]->rules[j];
			int draft = build_find_draft(build, rule->on);

			if (draft >= 0)
				add_builtins(build, &build->drafts[draft], (int)i, rule->place);
		}
}

/* rules */

/* One name means one rule, whichever plugin it is of: waivers and findings keep nothing but the name. */
static void check_name_is_free(
    struct build *build, const struct rule *rules, const struct rule_declaration *declaration)
{
	for (size_t i = 0; i < build->schema->rule_count; i++) {
		const struct rule_declaration *other = rules[i].declaration;

		if (strcmp(other->name, declaration->name) == 0)
			build_fault(build, declaration->place, declaration->name, "规则“%s”已在 %s:%d 声明，换一个名字",
			    declaration->name, other->place.file, other->place.line);
	}
}

static const struct rule_declaration *with_title(struct build *build, const struct rule_declaration *declaration)
{
	struct rule_declaration *rule = pool_alloc(build->pool, sizeof *rule);

	*rule = *declaration;
	rule->title = build_title(build, rule->place, rule->name, rule->title);
	return rule;
}

static void add_rule(struct build *build, struct rule *rules, int plugin, const struct rule_declaration *declaration)
{
	struct rule rule = {.plugin = plugin};

	if (!build_check_name(build, declaration->place, "规则", declaration->name))
		return;
	check_name_is_free(build, rules, declaration);
	rule.kind = build_find_draft(build, declaration->on);
	if (rule.kind < 0) {
		build_fault(build, declaration->place, declaration->name, "规则“%s”的 on 写了 %s，没有这个类别%s",
		    declaration->name, declaration->on, build_nearest_kind(build, declaration->on));
		return;
	}
	rule.declaration = with_title(build, declaration);
	rules[build->schema->rule_count++] = rule;
}

static int compare_rules(const void *a, const void *b)
{
	const struct rule *first = a, *second = b;

	return strcmp(first->declaration->name, second->declaration->name);
}

void build_rules(struct build *build)
{
	struct rule *rules;
	size_t count = 0;

	for (size_t i = 0; i < build->plugin_count; i++)
		count += build->sets[i]->rule_count;
	rules = pool_alloc_array(build->pool, count + 1, sizeof *rules);
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->rule_count; j++)
			add_rule(build, rules, (int)i, &build->sets[i]->rules[j]);
	qsort(rules, build->schema->rule_count, sizeof *rules, compare_rules);
	build->schema->rules = rules;
}
