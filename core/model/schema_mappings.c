/* Mappings: each column leads to something that a file may set. */
#include "base/number.h"
#include "model/build.h"
#include <stdlib.h>
#include <string.h>

static bool is_core_target(const char *target)
{
	return strcmp(target, "title") == 0 || strcmp(target, "stage") == 0 || strcmp(target, "id") == 0 ||
	    strcmp(target, "note") == 0;
}

/* "reached(signed)" gives the stage, or NULL. */
static const char *stage_of_target(struct build *build, const char *target)
{
	size_t length = strlen(target);

	if (strncmp(target, "reached(", 8) != 0 || length < 10 || target[length - 1] != ')')
		return NULL;
	return pool_copy_bytes(build->pool, target + 8, length - 9);
}

static void check_reached(struct build *build, const struct mapping_declaration *mapping, const struct kind *kind,
    const char *header, const char *stage)
{
	const char *names[FLOW_MAX_STAGES];
	size_t count = 0;

	if (kind->flow != NULL && flow_is_resume(stage))
		return;
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++) {
		if (kind->flow->stages[i].hidden)
			continue;
		if (strcmp(kind->flow->stages[i].name, stage) == 0)
			return;
		names[count++] = kind->flow->stages[i].name;
	}
	build_fault(build, mapping->place, mapping->name, "对照“%s”的列“%s”写了 reached(%s)，“%s”没有这个阶段%s",
	    mapping->name, header, stage, kind->title, build_nearest(build, stage, names, count));
}

static void check_target(struct build *build, const struct mapping_declaration *mapping, const struct kind *kind,
    const char *what, const char *target)
{
	const char *names[KIND_MAX_FIELDS];
	int field = kind_find_field(kind, target);

	if (field >= 0) {
		if (kind->fields[field].builtin)
			build_fault(build, mapping->place, mapping->name,
			    "对照“%s”的%s写了 %s，它由规则得出，不能从文件填", mapping->name, what, target);
		else if (kind->fields[field].compute != 0)
			build_fault(build, mapping->place, mapping->name,
			    "对照“%s”的%s写了 %s，它是计算字段，不能从文件填", mapping->name, what, target);
		return;
	}
	for (size_t i = 0; i < kind->field_count; i++)
		names[i] = kind->fields[i].hidden || kind->fields[i].builtin ? NULL : kind->fields[i].name;
	build_fault(build, mapping->place, mapping->name, "对照“%s”的%s写了 %s，“%s”没有这个字段%s", mapping->name,
	    what, target, kind->title, build_nearest(build, target, names, kind->field_count));
}

static void check_unit(struct build *build, const struct mapping_declaration *mapping, const char *unit)
{
	if (unit != NULL && money_unit(unit) == 0)
		build_fault(build, mapping->place, mapping->name,
		    "对照“%s”的单位“%s”不是金额单位；可用：元、万元、亿元", mapping->name, unit);
}

static void check_column(struct build *build, const struct mapping_declaration *mapping, const struct kind *kind,
    const struct mapping_column *column)
{
	const char *stage;

	check_unit(build, mapping, column->unit);
	if (column->target == NULL || is_core_target(column->target))
		return;
	stage = stage_of_target(build, column->target);
	if (stage != NULL)
		check_reached(build, mapping, kind, column->header, stage);
	else
		check_target(build, mapping, kind, pool_format(build->pool, "列“%s”", column->header), column->target);
}

static void check_mapping(struct build *build, const struct mapping_declaration *mapping, const struct kind *kind)
{
	check_unit(build, mapping, mapping->unit);
	if (mapping->dates != NULL && strcmp(mapping->dates, "day_first") != 0)
		build_fault(build, mapping->place, mapping->name, "对照“%s”的 dates 只能写 \"day_first\"（日/月/年）",
		    mapping->name);
	if (mapping->key != NULL && !is_core_target(mapping->key))
		check_target(build, mapping, kind, " key ", mapping->key);
	if (mapping->on != NULL && mapping->on[0] >= 'a' && mapping->on[0] <= 'z') {
		int field = kind_find_field(kind, mapping->on);

		if (field < 0 || kind->fields[field].type != VALUE_DATE)
			build_fault(build, mapping->place, mapping->name,
			    "对照“%s”的 on 写了 %s，要一个日期，或“%s”的一个日期字段", mapping->name, mapping->on,
			    kind->title);
	}
	for (size_t i = 0; i < mapping->column_count; i++)
		check_column(build, mapping, kind, &mapping->columns[i]);
}

static void add_mapping(
    struct build *build, const struct mapping_declaration **mappings, const struct mapping_declaration *declaration)
{
	struct mapping_declaration *mapping = pool_alloc(build->pool, sizeof *mapping);
	int kind = build_find_draft(build, declaration->kind);

	*mapping = *declaration;
	if (!build_check_name(build, mapping->place, "对照", mapping->name))
		return;
	for (size_t i = 0; i < build->schema->mapping_count; i++)
		if (strcmp(mappings[i]->name, mapping->name) == 0 && strcmp(mappings[i]->kind, mapping->kind) == 0)
			build_fault(build, mapping->place, mapping->name, "对照“%s”已在 %s:%d 声明，换一个名字",
			    mapping->name, mappings[i]->place.file, mappings[i]->place.line);
	if (kind < 0) {
		build_fault(build, mapping->place, mapping->name, "对照“%s”的 kind 写了 %s，没有这个类别%s",
		    mapping->name, mapping->kind, build_nearest_kind(build, mapping->kind));
		return;
	}
	if (build_is_twice(build, mapping->kind))
		return;
	mapping->title = build_title(build, mapping->place, mapping->name, mapping->title);
	check_mapping(build, mapping, &build->schema->kinds[kind]);
	mappings[build->schema->mapping_count++] = mapping;
}

static int compare_mappings(const void *a, const void *b)
{
	const struct mapping_declaration *first = *(const struct mapping_declaration *const *)a;
	const struct mapping_declaration *second = *(const struct mapping_declaration *const *)b;
	int order = strcmp(first->name, second->name);

	return order != 0 ? order : strcmp(first->kind, second->kind);
}

void build_mappings(struct build *build)
{
	const struct mapping_declaration **mappings;
	size_t count = 0;

	for (size_t i = 0; i < build->plugin_count; i++)
		count += build->sets[i]->mapping_count;
	mappings = pool_alloc_array(build->pool, count + 1, sizeof(const struct mapping_declaration *));
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->mapping_count; j++)
			add_mapping(build, mappings, &build->sets[i]->mappings[j]);
	qsort(mappings, build->schema->mapping_count, sizeof(const struct mapping_declaration *), compare_mappings);
	build->schema->mappings = mappings;
}
