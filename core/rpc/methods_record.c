/* Lists, counts and single records. */
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/kept.h"
#include "rpc/methods.h"
#include "rpc/values.h"
#include <string.h>

enum { FIND_LIMIT = 20, DIGITS_LARGEST = 9 };

static void put_sums(struct json_writer *json, const struct schema *schema, const struct path *sums,
    const struct value *values, size_t count)
{
	json_key(json, "sum");
	json_object_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_key(json, sums[i].name);
		put_value(json, schema, values[i]);
	}
	json_object_end(json);
}

static void put_list(struct json_writer *json, const struct schema *schema, const struct list *list)
{
	json_key(json, "kind");
	put_kind(json, list->kind);
	json_key(json, "columns");
	put_columns(json, list->columns, list->column_count);
	json_member_integer(json, "total", list->total);
	json_key(json, "records");
	json_array_begin(json);
	for (size_t i = 0; i < list->count; i++) {
		json_object_begin(json);
		put_listed(json, schema, list->kind, &list->records[i], list->columns, list->column_count);
		json_object_end(json);
	}
	json_array_end(json);
	json_key(json, "next");
	if (list->next >= 0)
		json_integer(json, list->next);
	else
		json_null(json);
	put_sums(json, schema, list->sums, list->sum_values, list->sum_count);
	json_key(json, "words");
	json_array_begin(json);
	for (size_t i = 0; i < list->word_count; i++) {
		json_object_begin(json);
		json_member_text(json, "word", list->words[i].word);
		json_member_text(json, "by", list->words[i].by);
		json_member_text(json, "match", list->words[i].match);
		json_object_end(json);
	}
	json_array_end(json);
}

/* The text that an error's position points into: that of the parameter it names, else the filter. */
static void remember_text(struct call *call, const struct error *error)
{
	const struct param *param = method_param(call->method, error->field);

	if (error->position < 0)
		return;
	if (param != NULL && param->type == PARAM_NAMES)
		call->text = argument_names(call, error->field);
	else
		call->text = argument_text(call, "filter");
}

bool run_record_list(struct call *call, struct json_writer *json, struct error *error)
{
	struct list_request request = {
	    .kind = argument_text(call, "kind"),
	    .filter = argument_text(call, "filter"),
	    .columns = argument_names(call, "columns"),
	    .sort = argument_names(call, "sort"),
	    .sum = argument_names(call, "sum"),
	    .limit = argument_integer(call, "limit"),
	    .offset = argument_integer(call, "offset"),
	};
	struct view *view;
	struct list list = {0};
	bool ok;

	if (request.limit > 1000) {
		error_set(error, ERROR_INVALID, "limit", "一次最多 1000 项");
		return error_hint(error, "其余的用 offset 接着要");
	}
	view = call_view(call, error);
	if (view == NULL)
		return false;
	ok = view_list(view, &request, call_pool(call), &list, error);
	if (ok) {
		put_list(json, view_schema(view), &list);
		answer_put_view(json, call, view);
	} else {
		remember_text(call, error);
	}
	view_close(view);
	return ok;
}

static void put_group_sums(
    struct json_writer *json, const struct schema *schema, const struct count *count, const struct group *group)
{
	json_member_integer(json, "count", group->count);
	put_sums(json, schema, count->sums, group->sums, count->sum_count);
}

static void put_group(
    struct json_writer *json, const struct schema *schema, const struct count *count, const struct group *group)
{
	json_object_begin(json);
	json_key(json, "by");
	json_object_begin(json);
	for (size_t i = 0; i < count->by_count; i++) {
		json_key(json, count->by[i].name);
		put_value(json, schema, group->by[i]);
	}
	json_object_end(json);
	json_key(json, "titles");
	json_object_begin(json);
	for (size_t i = 0; i < count->by_count; i++)
		json_member_text(json, count->by[i].name, group->by_titles[i]);
	json_object_end(json);
	put_group_sums(json, schema, count, group);
	json_object_end(json);
}

bool run_record_count(struct call *call, struct json_writer *json, struct error *error)
{
	struct count_request request = {
	    .kind = argument_text(call, "kind"),
	    .filter = argument_text(call, "filter"),
	    .by = argument_names(call, "by"),
	    .sum = argument_names(call, "sum"),
	};
	struct view *view = call_view(call, error);
	struct count count = {0};

	if (view == NULL)
		return false;
	if (!view_count(view, &request, call_pool(call), &count, error)) {
		remember_text(call, error);
		view_close(view);
		return false;
	}
	json_key(json, "kind");
	put_kind(json, count.kind);
	json_key(json, "by");
	put_columns(json, count.by, count.by_count);
	json_key(json, "sums");
	put_columns(json, count.sums, count.sum_count);
	put_group_sums(json, view_schema(view), &count, &count.all);
	json_key(json, "groups");
	json_array_begin(json);
	for (size_t i = 0; i < count.group_count; i++)
		put_group(json, view_schema(view), &count, &count.groups[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

static void put_found(struct json_writer *json, const struct found *found)
{
	const struct listed *record = &found->record;

	json_object_begin(json);
	put_record_head(json,
	    &(struct record_head){found->kind, record->id, record->title, record->stage, record->stage_since,
		record->days_in_stage, record->version, record->light, record->stale, record->stale_count});
	json_key(json, "fields");
	json_object_begin(json);
	json_object_end(json);
	json_member_text(json, "match", found->match);
	json_member_text(json, "by", found->by);
	json_object_end(json);
}

bool run_record_find(struct call *call, struct json_writer *json, struct error *error)
{
	int64_t limit = argument_integer(call, "limit"), total = 0;
	struct view *view = call_view(call, error);
	struct found *found;
	size_t count = 0;

	if (view == NULL)
		return false;
	if (!view_find(view, argument_text(call, "word"), limit > 0 && limit <= 1000 ? limit : FIND_LIMIT,
		call_pool(call), &found, &count, &total, error)) {
		view_close(view);
		return false;
	}
	json_member_integer(json, "total", total);
	json_key(json, "records");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++)
		put_found(json, &found[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

/* P-0014, p14: nothing to search for. */
static bool is_plain_id(const char *text)
{
	size_t letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	const char *digits = text + letters + (text[letters] == '-');
	size_t count = strspn(digits, "0123456789");

	return letters > 0 && letters <= 8 && count > 0 && count <= DIGITS_LARGEST && digits[count] == '\0';
}

/* The commonest question of all, one row by its key, is answered where it is read: handing it to another thread
 * would cost more than it takes. */
bool prepare_record_get(struct call *call, struct error *error)
{
	(void)error;
	if (json_object_size(call->params) == 1 && is_plain_id(argument_text(call, "id")))
		call->kind = METHOD_INLINE;
	return true;
}

static void put_reference(struct json_writer *json, const struct reference *reference, bool with_kind_title)
{
	json_object_begin(json);
	json_member_text(json, "field", reference->field->name);
	json_member_text(json, "field_title", reference->field->title);
	json_member_text(json, "id", reference->id);
	json_member_text(json, "title", reference->title);
	json_member_text(json, "kind", reference->kind->name);
	if (with_kind_title)
		json_member_text(json, "kind_title", reference->kind->title);
	json_member_text(json, "stage_title", reference->stage_title);
	json_object_end(json);
}

static void put_references(struct json_writer *json, const struct got *got)
{
	json_key(json, "refs");
	json_array_begin(json);
	for (size_t i = 0; i < got->ref_count; i++)
		put_reference(json, &got->refs[i], false);
	json_array_end(json);
	json_key(json, "referred_by");
	json_array_begin(json);
	for (size_t i = 0; i < got->referred_count; i++)
		put_reference(json, &got->referred_by[i], true);
	json_array_end(json);
	json_member_integer(json, "referred_total", got->referred_total);
	if (got->ref_count == 0)
		return;
	json_key(json, "ref_titles");
	json_object_begin(json);
	for (size_t i = 0; i < got->ref_count; i++) {
		bool told = false; /* by another field that refers to the same record */

		for (size_t j = 0; j < i && !told; j++)
			told = got->refs[j].record == got->refs[i].record;
		if (!told)
			json_member_text(json, got->refs[i].id, got->refs[i].title);
	}
	json_object_end(json);
}

static void put_values(struct json_writer *json, const struct schema *schema, const struct state *state)
{
	const struct kind *kind = state->kind;

	json_key(json, "fields");
	json_object_begin(json);
	for (size_t i = 0; i < kind->field_count; i++) {
		if (!field_is_shown(&kind->fields[i]))
			continue;
		json_key(json, kind->fields[i].name);
		put_value(json, schema, state->values[i]);
	}
	json_object_end(json);
	json_key(json, "columns");
	json_array_begin(json);
	for (size_t i = 0; i < kind->field_count; i++) {
		if (!field_is_shown(&kind->fields[i]))
			continue;
		json_object_begin(json);
		put_field_column(json, &kind->fields[i]);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_flow(struct json_writer *json, const struct state *state)
{
	const struct flow *flow = state->kind->flow;

	json_key(json, "reached");
	json_object_begin(json);
	for (size_t i = 0; flow != NULL && i < flow->count; i++) {
		if (date_is_none(state->reached[i]))
			continue;
		json_key(json, flow->stages[i].name);
		put_date(json, state->reached[i]);
	}
	json_object_end(json);
	if (flow == NULL)
		return;
	json_key(json, "flow");
	json_array_begin(json);
	for (size_t i = 0; i < flow->count; i++) {
		if (flow->stages[i].hidden)
			continue;
		json_object_begin(json);
		json_member_text(json, "name", flow->stages[i].name);
		json_member_text(json, "title", flow->stages[i].title);
		json_object_end(json);
	}
	json_array_end(json);
}

/* Asked by id about the present, as most are, the answer may be at hand. */
static bool put_kept(struct call *call, struct json_writer *json)
{
	struct kept *kept = call->conversation->rpc->kept;
	struct engine_present present;
	const char *members;
	size_t length;

	if (call->kind != METHOD_INLINE || kept == NULL ||
	    !kept_find(kept, argument_text(call, "id"), &members, &length, &present))
		return false;
	json_raw(json, members, length);
	answer_put_present(json, present.seq, present.today, present.schema->set_hash);
	return true;
}

static void keep(struct call *call, const struct json_writer *json, size_t begin, int64_t record, int64_t seq)
{
	const struct buffer *out = json->buffer;

	if (call->kind == METHOD_INLINE && call->conversation->rpc->kept != NULL && !out->full)
		kept_put(call->conversation->rpc->kept, record, seq, out->bytes + begin, out->length - begin);
}

bool run_record_get(struct call *call, struct json_writer *json, struct error *error)
{
	size_t begin = json->buffer->length; /* of the members */
	struct got got = {0};
	const struct state *state;
	struct view *view;

	if (put_kept(call, json))
		return true;
	view = call_view(call, error);
	if (view == NULL)
		return false;
	if (!view_get(view, argument_text(call, "id"), call_pool(call), &got, &call->candidates, &call->candidate_count,
		error)) {
		view_close(view);
		return false;
	}
	state = got.state;
	put_record_head(json,
	    &(struct record_head){state->kind, got.id, state->title, state->stage, state->stage_since,
		got.days_in_stage, state->version, got.light, got.stale, got.stale_count});
	json_member_text(json, "kind_title", state->kind->title);
	put_values(json, view_schema(view), state);
	put_flow(json, state);
	put_references(json, &got);
	keep(call, json, begin, state->record, view_facts(view).seq);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}
