/* luodi.kind and luodi.extend. */
#include "host/declare.h"

#include <string.h>

static struct field_declaration read_field(const struct reader *field)
{
	static const char *const keys[] = {
	    "title", "required", "unique", "index", "unit", "values", "compute", "was", NULL};
	struct field_declaration result = {0};

	reader_check_keys(field, keys, 2);
	result.name = reader_need_name_at(field, 1, "字段名");
	result.type = reader_text_at(field, 2, DECLARE_NAME, "类型");
	if (result.type == NULL || *result.type == '\0')
		reader_fail(field, "（%s）要有类型，如 {\"%s\", \"text\"}", result.name, result.name);
	result.title = reader_text(field, "title", DECLARE_TITLE);
	result.was = reader_name(field, "was");
	result.unit = reader_text(field, "unit", DECLARE_TITLE);
	result.values = reader_values(field, &result.value_count);
	result.required = reader_boolean(field, "required");
	result.unique = reader_boolean(field, "unique");
	result.index = reader_boolean(field, "index");
	result.compute = reader_function(field, "compute", false);
	if (result.compute != 0 && result.required)
		reader_fail(field, "（%s）是计算字段，不能同时 required", result.name);
	return result;
}

static struct stage_declaration read_stage(const struct reader *stage)
{
	static const char *const keys[] = {"title", "to", "needs", "done", "dead", "suspends", "reason", "was", NULL};
	struct stage_declaration result = {0};

	reader_check_keys(stage, keys, 1);
	result.name = reader_need_name_at(stage, 1, "阶段名");
	result.title = reader_text(stage, "title", DECLARE_TITLE);
	result.was = reader_name(stage, "was");
	result.to = reader_texts(stage, "to", DECLARE_NAME, &result.to_count);
	result.needs = reader_texts(stage, "needs", DECLARE_NAME, &result.need_count);
	result.done = reader_boolean(stage, "done");
	result.dead = reader_boolean(stage, "dead");
	result.suspends = reader_boolean(stage, "suspends");
	result.reason = reader_boolean(stage, "reason");
	return result;
}

static void read_lists(const struct reader *kind, struct kind_declaration *result)
{
	struct reader list;
	size_t count = reader_open_list(kind, "fields", DECLARE_LIST, &list);
	struct field_declaration *fields = pool_alloc_array(kind->pool, count, sizeof *fields);
	struct stage_declaration *stages;

	for (size_t i = 0; i < count; i++) {
		struct reader item = reader_item(&list, i + 1);

		fields[i] = read_field(&item);
		reader_close(&item);
	}
	reader_close(&list);
	result->fields = fields;
	result->field_count = count;
	count = reader_open_list(kind, "flow", DECLARE_LIST, &list);
	stages = pool_alloc_array(kind->pool, count, sizeof *stages);
	for (size_t i = 0; i < count; i++) {
		struct reader item = reader_item(&list, i + 1);

		stages[i] = read_stage(&item);
		reader_close(&item);
	}
	reader_close(&list);
	result->stages = stages;
	result->stage_count = count;
}

static void add_kind(lua_State *lua, const struct kind_declaration *kind)
{
	struct declaration_list *list = declare_list(lua);
	struct kind_declaration *kinds =
	    declare_grow(plugin_of(lua)->pool, list->all.kinds, list->all.kind_count, &list->kinds, sizeof *kinds);

	kinds[list->all.kind_count++] = *kind;
	list->all.kinds = kinds;
}

int declare_kind(lua_State *lua)
{
	static const char *const keys[] = {"name", "title", "prefix", "fields", "flow", NULL};
	struct kind_declaration kind = {0};
	struct reader reader = declare_begin(lua, "luodi.kind", &kind.place);

	reader_check_keys(&reader, keys, 0);
	kind.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.kind（%s）", kind.name);
	kind.title = reader_need_text(&reader, "title", DECLARE_TITLE);
	kind.prefix = reader_need_text(&reader, "prefix", DECLARE_NAME);
	read_lists(&reader, &kind);
	add_kind(lua, &kind);
	return 0;
}

int declare_extend(lua_State *lua)
{
	static const char *const keys[] = {"kind", "fields", "flow", NULL};
	struct kind_declaration kind = {.extend = true};
	struct reader reader = declare_begin(lua, "luodi.extend", &kind.place);

	reader_check_keys(&reader, keys, 0);
	kind.name = reader_need_name(&reader, "kind");
	reader.what = pool_format(reader.pool, "luodi.extend（%s）", kind.name);
	read_lists(&reader, &kind);
	add_kind(lua, &kind);
	return 0;
}
