/* What happened: to a record, between two days, in batches. */
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"

enum { BATCH_LIMIT = 20 };

bool run_record_history(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const char *text = argument_text(call, "id");
	struct told *events;
	size_t count = 0;
	int64_t record;

	if (view == NULL)
		return false;
	if (!view_history(view, text, call_pool(call), &events, &count, error)) {
		struct error ignored; /* only the candidates are wanted, where the name was not clear */

		if (error->code == ERROR_AMBIGUOUS &&
		    view_find_record(view, NULL, text, call_pool(call), &record, &call->candidates,
			&call->candidate_count, &ignored))
			call->candidate_count = 0;
		view_close(view);
		return false;
	}
	/* The last event knows the record's title as it is now. */
	json_member_text(json, "id", count > 0 ? events[count - 1].id : NULL);
	json_member_text(json, "title", count > 0 ? events[count - 1].title : NULL);
	json_key(json, "events");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_object_begin(json);
		put_event(json, view_schema(view), &events[i]);
		json_object_end(json);
	}
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

static void put_diff_item(struct json_writer *json, const struct diff_item *item)
{
	json_object_begin(json);
	json_member_text(json, "id", item->id);
	json_member_text(json, "title", item->title);
	json_key(json, "on");
	put_date(json, item->on);
	json_member_text(json, "from", item->from);
	json_member_text(json, "to", item->to);
	json_member_text(json, "from_title", item->from_title);
	json_member_text(json, "to_title", item->to_title);
	json_member_text(json, "reason", item->reason);
	json_object_end(json);
}

static void put_diff_value(struct json_writer *json, const struct schema *schema, const struct diff_value *value)
{
	const struct changed *change = &value->change;

	json_object_begin(json);
	json_member_text(json, "id", value->id);
	json_member_text(json, "title", value->title);
	json_member_text(json, "field", change->name);
	json_member_text(json, "field_title", change->title);
	json_member_text(json, "type", value_type_name(type_of_change(change)));
	json_key(json, "from");
	put_value(json, schema, change->from);
	json_key(json, "to");
	put_value(json, schema, change->to);
	json_member_text(json, "from_text", change->from_text);
	json_member_text(json, "to_text", change->to_text);
	json_object_end(json);
}

static void put_diff_values(struct json_writer *json, const struct schema *schema, const struct diff *diff, bool moved)
{
	json_array_begin(json);
	for (size_t i = 0; i < diff->value_count; i++)
		if (diff->values[i].moved == moved)
			put_diff_value(json, schema, &diff->values[i]);
	json_array_end(json);
}

/* A member for each class, each an array, in the order of the classes. */
static void put_diff_classes(struct json_writer *json, const struct schema *schema, const struct diff *diff)
{
	for (int class = 0; class < DIFF_CHANGED; class ++) {
		json_key(json, diff_class_name((enum diff_class) class));
		json_array_begin(json);
		for (size_t i = 0; i < diff->item_count; i++)
			if (diff->items[i].class == (enum diff_class) class)
				put_diff_item(json, &diff->items[i]);
		json_array_end(json);
	}
	json_key(json, diff_class_name(DIFF_CHANGED));
	put_diff_values(json, schema, diff, false);
}

static void put_diff(struct json_writer *json, const struct schema *schema, const struct diff *diff)
{
	json_key(json, "kind");
	put_kind(json, diff->kind);
	json_key(json, "from");
	put_date(json, diff->from);
	json_key(json, "to");
	put_date(json, diff->to);
	json_key(json, "counts");
	json_object_begin(json);
	for (int class = 0; class < DIFF_CLASSES; class ++)
		json_member_integer(json, diff_class_name((enum diff_class) class), diff->counts[class]);
	json_object_end(json);
	json_member_integer(json, "total", diff->total);
	json_key(json, "items");
	json_object_begin(json);
	put_diff_classes(json, schema, diff);
	json_object_end(json);
	put_diff_classes(json, schema, diff);
	json_key(json, "also_changed"); /* of records that are in another class */
	put_diff_values(json, schema, diff, true);
	json_member_boolean(json, "more", diff->more_values);
}

/* Between two states of knowledge, known is where the comparison begins: the view itself knows all. */
static struct view *open_diff_view(struct call *call, bool between_known, struct error *error)
{
	struct view_request request = {
	    .as_of = argument_text(call, "as_of"),
	    .min_seq = argument_integer(call, "min_seq"),
	    .caller = call->caller,
	};

	if (!between_known)
		return call_view(call, error);
	return view_open(call->conversation->rpc->engine, &request, error);
}

static bool check_diff(const struct diff_request *request, struct error *error)
{
	bool between_known = request->known_to != NULL;

	if (!between_known && request->from != NULL && request->to != NULL)
		return true;
	if (between_known && request->from == NULL && request->to == NULL && request->known != NULL)
		return true;
	error_set(error, ERROR_INVALID, between_known ? "known" : "from", "要说明比较哪两头");
	return error_hint(error, "两个日子之间：from 和 to；两次所知之间：as_of、known 和 known_to");
}

bool run_record_diff(struct call *call, struct json_writer *json, struct error *error)
{
	struct diff_request request = {
	    .kind = argument_text(call, "kind"),
	    .filter = argument_text(call, "filter"),
	    .from = argument_text(call, "from"),
	    .to = argument_text(call, "to"),
	    .known_to = argument_text(call, "known_to"),
	};
	struct view *view;
	struct diff diff = {0};

	if (request.known_to != NULL)
		request.known = argument_text(call, "known");
	if (!check_diff(&request, error))
		return false;
	view = open_diff_view(call, request.known_to != NULL, error);
	if (view == NULL)
		return false;
	if (!view_diff(view, &request, call_pool(call), &diff, error)) {
		call->text = request.filter;
		view_close(view);
		return false;
	}
	put_diff(json, view_schema(view), &diff);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

static void put_batch(struct json_writer *json, const struct batch_told *batch)
{
	json_object_begin(json);
	json_member_integer(json, "batch", batch->number);
	json_member_text(json, "actor", batch->actor);
	json_member_text(json, "what", batch->what);
	json_key(json, "recorded_at");
	put_moment(json, batch->recorded_us);
	json_member_integer(json, "events", batch->events);
	json_member_integer(json, "first_seq", batch->first_seq);
	json_member_integer(json, "last_seq", batch->last_seq);
	json_key(json, "undone_by");
	if (batch->undone_by > 0)
		json_integer(json, batch->undone_by);
	else
		json_null(json);
	json_object_end(json);
}

bool run_batch_list(struct call *call, struct json_writer *json, struct error *error)
{
	int64_t limit = argument_integer(call, "limit"), before = argument_integer(call, "before");
	struct view *view = call_view(call, error);
	struct batch_told *batches;
	size_t count = 0;

	if (limit == 0 || limit > 1000)
		limit = limit == 0 ? BATCH_LIMIT : 1000;
	if (view == NULL)
		return false;
	if (!view_batches(view, before, limit, call_pool(call), &batches, &count, error)) {
		view_close(view);
		return false;
	}
	json_key(json, "batches");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++)
		put_batch(json, &batches[i]);
	json_array_end(json);
	json_key(json, "next");
	if (count == (size_t)limit && batches[count - 1].number > 1)
		json_integer(json, batches[count - 1].number);
	else
		json_null(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}
