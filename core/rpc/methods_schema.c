/* What can be asked and written: kinds, fields, stages, mappings. */
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"

static void put_kind_row(struct json_writer *json, const struct schema *schema, const struct kind *kind, int64_t count)
{
	json_object_begin(json);
	json_member_text(json, "name", kind->name);
	json_member_text(json, "title", kind->title);
	json_member_text(json, "prefix", kind->prefix);
	json_member_text(json, "plugin", schema->plugins[kind->plugin].name);
	json_member_integer(json, "count", count);
	json_object_end(json);
}

bool run_schema_kinds(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const struct schema *schema;

	if (view == NULL)
		return false;
	schema = view_schema(view);
	json_key(json, "kinds");
	json_array_begin(json);
	for (size_t i = 0; i < schema->kind_count; i++) {
		struct count_request request = {.kind = schema->kinds[i].name};
		struct count count = {0};

		if (!view_count(view, &request, call_pool(call), &count, error)) {
			view_close(view);
			return false;
		}
		put_kind_row(json, schema, &schema->kinds[i], count.all.count);
	}
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

bool run_schema_fields(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const struct kind *kind = view != NULL ? view_kind(view, argument_text(call, "kind"), error) : NULL;

	if (kind == NULL) {
		if (view != NULL)
			view_close(view);
		return false;
	}
	json_key(json, "kind");
	put_kind(json, kind);
	json_key(json, "fields");
	json_array_begin(json);
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];

		if (!field_is_shown(field))
			continue;
		json_object_begin(json);
		put_field_column(json, field);
		json_member_boolean(json, "required", field->required);
		json_member_boolean(json, "unique", field->unique);
		json_member_boolean(json, "index", field->indexed);
		json_member_boolean(json, "computed", field->compute != 0);
		json_object_end(json);
	}
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

static void put_stage(struct json_writer *json, const struct kind *kind, const struct stage *stage)
{
	const struct flow *flow = kind->flow;

	json_object_begin(json);
	json_member_text(json, "name", stage->name);
	json_member_text(json, "title", stage->title);
	json_key(json, "to");
	json_array_begin(json);
	for (size_t i = 0; i < flow->count; i++)
		if ((stage->to >> i & 1) != 0 && !flow->stages[i].hidden)
			json_text(json, flow->stages[i].name);
	json_array_end(json);
	json_key(json, "needs");
	json_array_begin(json);
	for (size_t i = 0; i < stage->need_count; i++)
		json_text(json, kind->fields[stage->needs[i]].name);
	json_array_end(json);
	json_member_boolean(json, "done", stage->done);
	json_member_boolean(json, "dead", stage->dead);
	json_member_boolean(json, "suspends", stage->suspends);
	json_member_boolean(json, "reason", stage->reason);
	json_object_end(json);
}

bool run_schema_flow(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const struct kind *kind = view != NULL ? view_kind(view, argument_text(call, "kind"), error) : NULL;

	if (kind == NULL) {
		if (view != NULL)
			view_close(view);
		return false;
	}
	json_key(json, "kind");
	put_kind(json, kind);
	json_key(json, "stages");
	json_array_begin(json);
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++)
		if (!kind->flow->stages[i].hidden)
			put_stage(json, kind, &kind->flow->stages[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

static void put_mapping(struct json_writer *json, const struct mapping_declaration *mapping)
{
	json_object_begin(json);
	json_member_text(json, "name", mapping->name);
	json_member_text(json, "title", mapping->title);
	json_member_text(json, "kind", mapping->kind);
	json_member_text(json, "encoding", mapping->encoding);
	json_member_text(json, "dates", mapping->dates);
	json_member_text(json, "unit", mapping->unit);
	json_member_text(json, "key", mapping->key);
	json_key(json, "header");
	if (mapping->header > 0)
		json_integer(json, mapping->header);
	else
		json_null(json);
	json_key(json, "columns");
	json_array_begin(json);
	for (size_t i = 0; i < mapping->column_count; i++) {
		json_object_begin(json);
		json_member_text(json, "header", mapping->columns[i].header);
		json_member_text(json, "target", mapping->columns[i].target);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

bool run_schema_mappings(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const struct schema *schema;

	if (view == NULL)
		return false;
	schema = view_schema(view);
	json_key(json, "mappings");
	json_array_begin(json);
	for (size_t i = 0; i < schema->mapping_count; i++)
		put_mapping(json, schema->mappings[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}
