#include "engine/waive.h"

#include "engine/findings.h"
#include "model/name.h"
#include "model/nearest.h"
#include <string.h>

static bool is_called(const struct rule_declaration *declaration, const char *name)
{
	return name_equal(declaration->name, name) ||
	    (declaration->title != NULL && strcmp(declaration->title, name) == 0);
}

static const struct rule *find_rule(struct proposal *proposal, const char *name, struct error *error)
{
	const struct schema *schema = proposal->resolver.schema;
	const char **names = pool_alloc_array(proposal->resolver.pool, schema->rule_count + 1, sizeof(*names));
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; i < schema->rule_count; i++) {
		if (&schema->kinds[schema->rules[i].kind] != proposal->kind)
			continue;
		if (is_called(schema->rules[i].declaration, name))
			return &schema->rules[i];
		names[count++] = schema->rules[i].declaration->name;
	}
	nearest = name_nearest(name, names, count);
	error_set(error, ERROR_NOT_FOUND, "rule", "没有看着%s的规则“%s”%s%s", proposal->kind->title, name,
	    nearest != NULL ? "，最接近的是 " : "", nearest != NULL ? nearest : "");
	error_hint(error, "这条记录现有哪些：luodi why %s", resolve_id(&proposal->resolver, proposal->record));
	return NULL;
}

static bool read_until(struct proposal *proposal, struct date *ret_until, struct error *error)
{
	const struct wish *wish = proposal->wish;

	if (wish->until == NULL || proposal->note == NULL || proposal->note[0] == '\0') {
		error_set(error, ERROR_INVALID, wish->until == NULL ? "until" : "note", "豁免要写明到哪天、为什么");
		return error_hint(error, "luodi waive 编号 规则 --until 日期 --note 理由");
	}
	if (!date_parse_relative(
		wish->until, "until", proposal->resolver.today, proposal->resolver.schema->calendar, ret_until, error))
		return false;
	return ret_until->day >= proposal->day.day ||
	    error_set(error, ERROR_INVALID, "until", "豁免的最后一天要在它开始那天或以后");
}

bool waive_fill(struct proposal *proposal, struct event *event, struct error *error)
{
	struct pool *pool = proposal->resolver.pool;
	struct change *change = pool_alloc(pool, sizeof(*change));
	struct waiver *waivers, *kept;
	const struct value *now;
	char until[DATE_TEXT_SIZE];
	const struct rule *rule;
	struct state *current;
	struct date day;
	size_t count, n = 0;

	if (proposal->kind->waivers < 0)
		return error_set(error, ERROR_REFUSED, "rule", "没有规则看着%s，没有灯可豁免", proposal->kind->title);
	rule = find_rule(proposal, proposal->wish->rule != NULL ? proposal->wish->rule : "", error);
	if (rule == NULL || !read_until(proposal, &day, error))
		return false;
	current = store_load_current(proposal->resolver.connection, proposal->kind, proposal->record, pool, error);
	if (current == NULL)
		return false;
	now = &current->values[proposal->kind->waivers];
	count = waivers_read(now->type == VALUE_TEXT ? now->text : NULL, pool, &waivers);
	kept = pool_alloc_array(pool, count + 1, sizeof(*kept));
	for (size_t i = 0; i < count; i++)
		if (strcmp(waivers[i].rule, rule->declaration->name) != 0 && waivers[i].until.day >= proposal->day.day)
			kept[n++] = waivers[i];
	kept[n++] = (struct waiver){
	    .rule = rule->declaration->name, .until = day, .who = proposal->actor, .why = proposal->note};
	*change = (struct change){.field = WAIVERS_FIELD, .value = value_of_text(waivers_write(kept, n, pool))};
	event->changes = change;
	event->change_count = 1;
	event->note =
	    pool_format(pool, "豁免 %s 到 %s：%s", rule->declaration->name, date_format(day, until), proposal->note);
	return true;
}
