#include "rpc/values.h"

#include "base/clock.h"
#include "base/number.h"
#include <string.h>

void put_date(struct json_writer *json, struct date date)
{
	char text[DATE_TEXT_SIZE];

	if (date_is_none(date))
		json_null(json);
	else
		json_text(json, date_format(date, text));
}

void put_moment(struct json_writer *json, int64_t wall_us)
{
	char text[CLOCK_TEXT_SIZE];

	if (wall_us == 0)
		json_null(json);
	else
		json_text(json, clock_format(wall_us, text));
}

void put_hex(struct json_writer *json, const unsigned char *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char text[128];
	size_t written = 0;

	for (size_t i = 0; i < length && written + 2 <= sizeof text; i++) {
		text[written++] = digits[bytes[i] >> 4];
		text[written++] = digits[bytes[i] & 15];
	}
	json_text_length(json, text, written);
}

void put_texts(struct json_writer *json, const char *const *texts, size_t count)
{
	json_array_begin(json);
	for (size_t i = 0; i < count; i++)
		json_text(json, texts[i]);
	json_array_end(json);
}

void put_lines(struct json_writer *json, const char *lines)
{
	json_array_begin(json);
	while (*lines != '\0') {
		size_t length = strcspn(lines, "\n");

		if (length > 0)
			json_text_length(json, lines, length);
		lines += length + (lines[length] == '\n');
	}
	json_array_end(json);
}

void put_set_hash(struct json_writer *json, const char *hash)
{
	json_text_length(json, hash, strnlen(hash, SET_HASH_DIGITS));
}

static void put_set(struct json_writer *json, const char *names)
{
	json_array_begin(json);
	for (;;) {
		size_t length = strcspn(names, ",");

		json_text_length(json, names, length);
		if (names[length] == '\0')
			break;
		names += length + 1;
	}
	json_array_end(json);
}

void put_value(struct json_writer *json, const struct schema *schema, struct value value)
{
	char text[NUMBER_TEXT_SIZE], id[RECORD_ID_SIZE];

	switch (value.type) {
	case VALUE_TEXT:
	case VALUE_ENUM:
		json_text(json, value.text);
		break;
	case VALUE_INT:
	case VALUE_MONEY:
		json_integer(json, value.number);
		break;
	case VALUE_DECIMAL:
	case VALUE_PERCENT:
		json_text(json, decimal_format(value.number, text));
		break;
	case VALUE_DATE:
		put_date(json, (struct date){(int32_t)value.number});
		break;
	case VALUE_BOOL:
		json_boolean(json, value.number != 0);
		break;
	case VALUE_SET:
		put_set(json, value.text);
		break;
	case VALUE_REF:
		json_text(json, schema_format_id(schema, value.number, id));
		break;
	case VALUE_EMPTY:
	case VALUE_TYPES:
		json_null(json);
		break;
	}
}

void put_kind(struct json_writer *json, const struct kind *kind)
{
	json_object_begin(json);
	json_member_text(json, "name", kind->name);
	json_member_text(json, "title", kind->title);
	json_object_end(json);
}

static void put_named(struct json_writer *json, const struct named *values, size_t count)
{
	json_key(json, "values");
	json_object_begin(json);
	for (size_t i = 0; i < count; i++)
		json_member_text(json, values[i].name, values[i].title);
	json_object_end(json);
}

static void put_field_facts(struct json_writer *json, const struct field *field)
{
	if (field->unit != NULL && field->unit[0] != '\0')
		json_member_text(json, "unit", field->unit);
	if (field->value_count > 0)
		put_named(json, field->values, field->value_count);
	if (field->type == VALUE_REF)
		json_member_text(json, "ref", field->ref);
}

void put_field_column(struct json_writer *json, const struct field *field)
{
	json_member_text(json, "name", field->name);
	json_member_text(json, "title", field->title);
	json_member_text(json, "type", value_type_name(field->type));
	put_field_facts(json, field);
}

static void put_stages(struct json_writer *json, const struct flow *flow)
{
	json_key(json, "values");
	json_object_begin(json);
	for (size_t i = 0; flow != NULL && i < flow->count; i++)
		json_member_text(json, flow->stages[i].name, flow->stages[i].title);
	json_object_end(json);
}

void put_columns(struct json_writer *json, const struct path *paths, size_t count)
{
	json_array_begin(json);
	for (size_t i = 0; i < count; i++) {
		const struct path *path = &paths[i];

		json_object_begin(json);
		json_member_text(json, "name", path->name);
		json_member_text(json, "title", path->title);
		/* An id is the record's own: to a reader it is a text, not a reference to follow. */
		json_member_text(json, "type", path->builtin == PATH_ID ? "text" : value_type_name(path->type));
		if (path->builtin == PATH_FIELD)
			put_field_facts(json, path->field);
		else if (path->builtin == PATH_STAGE)
			put_stages(json, path->last_kind->flow);
		json_object_end(json);
	}
	json_array_end(json);
}

void put_record_head(struct json_writer *json, const struct record_head *head)
{
	const struct flow *flow = head->kind->flow;
	const struct stage *stage =
	    flow != NULL && head->stage >= 0 && (size_t)head->stage < flow->count ? &flow->stages[head->stage] : NULL;

	json_member_text(json, "id", head->id);
	json_member_text(json, "kind", head->kind->name);
	json_member_text(json, "title", head->title);
	json_member_text(json, "stage", stage != NULL ? stage->name : NULL);
	json_member_text(json, "stage_title", stage != NULL ? stage->title : NULL);
	json_key(json, "stage_since");
	put_date(json, stage != NULL ? head->stage_since : DATE_NONE);
	json_key(json, "days_in_stage");
	if (stage != NULL)
		json_integer(json, head->days_in_stage);
	else
		json_null(json);
	json_member_text(json, "light", head->light);
	json_key(json, "stale");
	json_array_begin(json);
	for (size_t i = 0; i < head->stale_count; i++)
		json_text(json, head->stale[i]);
	json_array_end(json);
	json_member_integer(json, "version", head->version);
}

/* The titles of what the columns refer to, by id: only where there are any. */
static void put_ref_titles(struct json_writer *json, const struct schema *schema, const struct listed *record,
    const struct path *columns, size_t column_count)
{
	char id[RECORD_ID_SIZE];
	bool open = false;

	for (size_t i = 0; i < column_count; i++) {
		if (record->ref_titles == NULL || record->ref_titles[i] == NULL ||
		    record->values[i].type != VALUE_REF || columns[i].builtin == PATH_ID)
			continue;
		if (!open) {
			json_key(json, "ref_titles");
			json_object_begin(json);
			open = true;
		}
		json_member_text(json, schema_format_id(schema, record->values[i].number, id), record->ref_titles[i]);
	}
	if (open)
		json_object_end(json);
}

void put_listed(struct json_writer *json, const struct schema *schema, const struct kind *kind,
    const struct listed *record, const struct path *columns, size_t column_count)
{
	put_record_head(json,
	    &(struct record_head){kind, record->id, record->title, record->stage, record->stage_since,
		record->days_in_stage, record->version, record->light, record->stale, record->stale_count});
	json_key(json, "fields");
	json_object_begin(json);
	for (size_t i = 0; i < column_count; i++) {
		json_key(json, columns[i].name);
		put_value(json, schema, record->values[i]);
	}
	json_object_end(json);
	put_ref_titles(json, schema, record, columns, column_count);
}

enum value_type type_of_change(const struct changed *change)
{
	if (change->field != NULL)
		return change->field->type;
	return change->to.type != VALUE_EMPTY ? change->to.type : change->from.type;
}

void put_changes(struct json_writer *json, const struct schema *schema, const struct changed *changes, size_t count)
{
	json_key(json, "changes");
	json_object_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_key(json, changes[i].name);
		json_array_begin(json);
		put_value(json, schema, changes[i].from);
		put_value(json, schema, changes[i].to);
		json_array_end(json);
	}
	json_object_end(json);
	json_key(json, "texts");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_object_begin(json);
		json_member_text(json, "name", changes[i].name);
		json_member_text(json, "title", changes[i].title);
		json_member_text(json, "type", value_type_name(type_of_change(&changes[i])));
		json_member_text(json, "from", changes[i].from_text);
		json_member_text(json, "to", changes[i].to_text);
		json_object_end(json);
	}
	json_array_end(json);
}

static const struct changed *find_stage_change(const struct told *told)
{
	for (size_t i = 0; i < told->change_count; i++)
		if (told->changes[i].field == NULL && strcmp(told->changes[i].name, "stage") == 0)
			return &told->changes[i];
	return NULL;
}

static void put_stage_change(struct json_writer *json, const struct schema *schema, const struct told *told)
{
	const struct changed *change = find_stage_change(told);
	const char *const titles[] = {told->stage_from, told->stage_to};

	json_key(json, "stage");
	if (change == NULL) {
		json_null(json);
	} else {
		json_array_begin(json);
		put_value(json, schema, change->from);
		put_value(json, schema, change->to);
		json_array_end(json);
	}
	json_key(json, "stage_titles");
	if (told->stage_to == NULL)
		json_null(json);
	else
		put_texts(json, titles, 2);
}

void put_event(struct json_writer *json, const struct schema *schema, const struct told *told)
{
	const struct event *event = told->event;

	json_member_integer(json, "seq", event->seq);
	json_key(json, "recorded_at");
	put_moment(json, event->recorded_at_us);
	json_key(json, "effective_on");
	put_date(json, event->effective_on);
	json_member_text(json, "actor", event->actor);
	json_member_text(json, "action", event_action_name(event->action));
	put_changes(json, schema, told->changes, told->change_count);
	put_stage_change(json, schema, told);
	json_key(json, "skipped");
	put_texts(json, told->skipped_names, told->skipped_count);
	json_key(json, "skipped_titles");
	put_texts(json, told->skipped, told->skipped_count);
	json_member_text(json, "note", event->note);
	json_member_integer(json, "batch", event->batch);
	json_key(json, "hash");
	put_hex(json, event->hash, sizeof event->hash);
	json_key(json, "void");
	if (told->voided_by > 0)
		json_integer(json, told->voided_by);
	else
		json_null(json);
	if (told->target_count > 0) {
		json_key(json, "targets");
		put_texts(json, told->targets, told->target_count);
	}
}

void put_candidates(struct json_writer *json, const struct candidate *candidates, size_t count)
{
	json_array_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_object_begin(json);
		json_member_text(json, "id", candidates[i].id);
		json_member_text(json, "title", candidates[i].title);
		json_member_text(json, "stage_title", candidates[i].stage_title);
		json_object_end(json);
	}
	json_array_end(json);
}
