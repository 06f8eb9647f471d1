/* Guards and figures, checked against the finished kinds. Their filters are the query layer's to check. */
#include "model/build.h"
#include <stdlib.h>
#include <string.h>

/* guards */

enum { GUARDED = 1 << EVENT_CREATE | 1 << EVENT_UPDATE | 1 << EVENT_MOVE | 1 << EVENT_DROP };

static bool read_before(struct build *build, const struct guard_declaration *declaration, struct guard *guard)
{
	const struct kind *kind = &build->schema->kinds[guard->kind];
	const char *before = declaration->before;
	const char *names[FLOW_MAX_STAGES];
	size_t count = 0;

	guard->stage = -1;
	guard->actions = GUARDED;
	if (before == NULL)
		return true;
	for (int action = EVENT_CREATE; action <= EVENT_DROP; action++)
		if ((GUARDED >> action & 1) != 0 && strcmp(event_action_name((enum event_action)action), before) == 0) {
			guard->actions = 1U << action;
			return true;
		}
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++) {
		if (kind->flow->stages[i].hidden)
			continue;
		if (strcmp(kind->flow->stages[i].name, before) == 0) {
			guard->stage = (int)i;
			guard->actions = 1 << EVENT_CREATE | 1 << EVENT_MOVE;
			return true;
		}
		names[count++] = kind->flow->stages[i].name;
	}
	build_fault(build, declaration->place, declaration->name,
	    "把关“%s”的 before 写了 %s，“%s”没有这个阶段%s；也可写 create update move drop", declaration->name, before,
	    kind->title, build_nearest(build, before, names, count));
	return false;
}

static void add_guard(
    struct build *build, struct guard *guards, int plugin, const struct guard_declaration *declaration)
{
	struct guard guard = {.declaration = declaration, .plugin = plugin};

	if (!build_check_name(build, declaration->place, "把关", declaration->name))
		return;
	for (size_t i = 0; i < build->schema->guard_count; i++)
		if (strcmp(guards[i].declaration->name, declaration->name) == 0)
			build_fault(build, declaration->place, declaration->name, "把关“%s”已在 %s:%d 声明，换一个名字",
			    declaration->name, guards[i].declaration->place.file, guards[i].declaration->place.line);
	guard.kind = build_find_draft(build, declaration->on);
	if (guard.kind < 0) {
		build_fault(build, declaration->place, declaration->name, "把关“%s”的 on 写了 %s，没有这个类别%s",
		    declaration->name, declaration->on, build_nearest_kind(build, declaration->on));
		return;
	}
	if (!build_is_twice(build, declaration->on) && read_before(build, declaration, &guard))
		guards[build->schema->guard_count++] = guard;
}

static int compare_guards(const void *a, const void *b)
{
	const struct guard *first = a, *second = b;

	return strcmp(first->declaration->name, second->declaration->name);
}

void build_guards(struct build *build)
{
	struct guard *guards;
	size_t count = 0;

	for (size_t i = 0; i < build->plugin_count; i++)
		count += build->sets[i]->guard_count;
	guards = pool_alloc_array(build->pool, count + 1, sizeof *guards);
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->guard_count; j++)
			add_guard(build, guards, (int)i, &build->sets[i]->guards[j]);
	qsort(guards, build->schema->guard_count, sizeof *guards, compare_guards);
	build->schema->guards = guards;
}

/* figures */

static const char *nearest_field(struct build *build, const struct kind *kind, const char *name)
{
	const char *names[KIND_MAX_FIELDS];

	for (size_t i = 0; i < kind->field_count; i++)
		names[i] = kind->fields[i].hidden || kind->fields[i].builtin ? NULL : kind->fields[i].name;
	return build_nearest(build, name, names, kind->field_count);
}

static bool can_be_summed(enum value_type type)
{
	return type == VALUE_INT || type == VALUE_DECIMAL || type == VALUE_MONEY || type == VALUE_PERCENT;
}

/* A path through a reference is the query layer's to follow. *type is set where the field is known. */
static void check_sum(struct build *build, const struct figure_declaration *figure, const struct kind *kind,
    const char *name, enum value_type *type)
{
	int field;

	if (name == NULL || strchr(name, '.') != NULL)
		return;
	field = kind_find_field(kind, name);
	if (field < 0) {
		build_fault(build, figure->place, figure->name, "指标“%s”要加总的 %s 不是“%s”的字段%s", figure->name,
		    name, kind->title, nearest_field(build, kind, name));
		return;
	}
	*type = kind->fields[field].type;
	if (!can_be_summed(*type))
		build_fault(build, figure->place, figure->name,
		    "指标“%s”要加总的 %s 是 %s，加不起来；要 int decimal money percent", figure->name, name,
		    value_type_name(*type));
}

static enum value_type check_side(struct build *build, const struct figure_declaration *figure, const struct kind *kind,
    const struct figure_side *side)
{
	enum value_type type = VALUE_EMPTY, minus = VALUE_EMPTY;

	check_sum(build, figure, kind, side->sum, &type);
	check_sum(build, figure, kind, side->minus, &minus);
	if (side->minus != NULL && side->sum == NULL)
		build_fault(build, figure->place, figure->name, "指标“%s”写了 minus，没有写 sum：写明从哪个字段里减",
		    figure->name);
	else if (type != VALUE_EMPTY && minus != VALUE_EMPTY && type != minus)
		build_fault(build, figure->place, figure->name, "指标“%s”的 sum 是 %s，minus 是 %s，不能相减",
		    figure->name, value_type_name(type), value_type_name(minus));
	return type;
}

static bool is_day_of_stage(const struct kind *kind, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++) {
		const char *stage = kind->flow->stages[i].name;

		if (length == strlen(stage) + 3 && memcmp(name, stage, length - 3) == 0 &&
		    strcmp(name + length - 3, "_on") == 0)
			return true;
	}
	return false;
}

static void check_period(struct build *build, const struct figure_declaration *figure, const struct kind *kind)
{
	int field;

	if (figure->period == NULL || is_day_of_stage(kind, figure->period) ||
	    strcmp(figure->period, "stage_since") == 0)
		return;
	field = kind_find_field(kind, figure->period);
	if (field < 0)
		build_fault(build, figure->place, figure->name, "指标“%s”的 period 写了 %s，“%s”没有这个日期%s",
		    figure->name, figure->period, kind->title, nearest_field(build, kind, figure->period));
	else if (kind->fields[field].type != VALUE_DATE)
		build_fault(build, figure->place, figure->name, "指标“%s”的 period 写了 %s，它不是日期", figure->name,
		    figure->period);
}

static const char *default_unit(const struct figure_declaration *figure, enum value_type numerator)
{
	if (figure->has_denominator || figure->against != NULL)
		return "percent";
	return numerator == VALUE_EMPTY || numerator == VALUE_INT ? "count" : value_type_name(numerator);
}

static const struct figure_declaration *read_figure(struct build *build, const struct figure_declaration *declaration)
{
	struct figure_declaration *figure = pool_alloc(build->pool, sizeof *figure);
	int found = build_find_draft(build, declaration->of);
	const struct kind *kind;
	enum value_type type;

	*figure = *declaration;
	if (found < 0) {
		build_fault(build, figure->place, figure->name, "指标“%s”的 of 写了 %s，没有这个类别%s", figure->name,
		    figure->of, build_nearest_kind(build, figure->of));
		return NULL;
	}
	kind = &build->schema->kinds[found];
	figure->title = build_title(build, figure->place, figure->name, figure->title);
	type = check_side(build, figure, kind, &figure->numerator);
	if (figure->has_denominator)
		check_side(build, figure, kind, &figure->denominator);
	check_period(build, figure, kind);
	if (figure->against != NULL && strcmp(figure->against, "year") != 0)
		build_fault(build, figure->place, figure->name, "指标“%s”的 against 只能写 \"year\"（与上年同期比）",
		    figure->name);
	if (figure->unit == NULL)
		figure->unit = default_unit(figure, type);
	if (figure->version == 0)
		figure->version = 1;
	return figure;
}

static void add_figure(
    struct build *build, const struct figure_declaration **figures, const struct figure_declaration *declaration)
{
	const struct figure_declaration *figure;

	if (!build_check_name(build, declaration->place, "指标", declaration->name))
		return;
	for (size_t i = 0; i < build->schema->figure_count; i++)
		if (strcmp(figures[i]->name, declaration->name) == 0)
			build_fault(build, declaration->place, declaration->name, "指标“%s”已在 %s:%d 声明，换一个名字",
			    declaration->name, figures[i]->place.file, figures[i]->place.line);
	if (build_is_twice(build, declaration->of))
		return;
	figure = read_figure(build, declaration);
	if (figure != NULL)
		figures[build->schema->figure_count++] = figure;
}

static int compare_figures(const void *a, const void *b)
{
	const struct figure_declaration *first = *(const struct figure_declaration *const *)a;
	const struct figure_declaration *second = *(const struct figure_declaration *const *)b;

	return strcmp(first->name, second->name);
}

void build_figures(struct build *build)
{
	const struct figure_declaration **figures;
	size_t count = 0;

	for (size_t i = 0; i < build->plugin_count; i++)
		count += build->sets[i]->figure_count;
	figures = pool_alloc_array(build->pool, count + 1, sizeof(const struct figure_declaration *));
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->figure_count; j++)
			add_figure(build, figures, &build->sets[i]->figures[j]);
	qsort(figures, build->schema->figure_count, sizeof(const struct figure_declaration *), compare_figures);
	build->schema->figures = figures;
}
