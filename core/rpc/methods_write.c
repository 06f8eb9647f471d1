/* What is asked to be written, as wishes; and what became of it. */
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include <string.h>

static const char *copy(const struct call *call, struct wish *wish, const char *name)
{
	return pool_copy_text(wish->pool, argument_text(call, name));
}

static bool fill_fields(struct call *call, struct wish *wish, struct error *error)
{
	return argument_fields(call, "fields", wish->pool, &wish->fields, &wish->field_count, error);
}

static bool refuse_entered(size_t index, struct error *error)
{
	error_set(
	    error, ERROR_INVALID, "entered", "entered 的第 %zu 项要是 {\"stage\":…,\"on\":…}，都写成文字", index + 1);
	return error_hint(error, "stage 是阶段的名字，on 是进入的日子，可以不写");
}

/* [{"stage","on"}, …] */
static bool fill_entered(struct call *call, struct wish *wish, struct error *error)
{
	const json_t *array = argument_json(call, "entered");
	size_t count = json_array_size(array);
	struct entered *entered = pool_alloc_array(wish->pool, count + 1, sizeof *entered);

	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(array, i);
		const json_t *on = json_object_get(item, "on");
		const char *stage = json_string_value(json_object_get(item, "stage"));
		size_t known = 1 + (on != NULL);

		if (stage == NULL || (on != NULL && !json_is_string(on) && !json_is_null(on)) ||
		    json_object_size(item) != known)
			return refuse_entered(i, error);
		entered[i].stage = pool_copy_text(wish->pool, stage);
		entered[i].on = pool_copy_text(wish->pool, json_string_value(on));
	}
	wish->entered = entered;
	wish->entered_count = count;
	return true;
}

/* "stage" alone is the short form of one that was entered on the day of the change. */
static bool fill_stage(struct call *call, struct wish *wish, struct error *error)
{
	const char *stage = argument_text(call, "stage");
	struct entered *entered;

	if (stage == NULL)
		return true;
	if (wish->entered_count > 0) {
		error_set(error, ERROR_INVALID, "stage", "stage 和 entered 只能给一个");
		return error_hint(error, "走过几个阶段时只写 entered，最后一项就是现在的阶段");
	}
	entered = pool_alloc(wish->pool, sizeof *entered);
	entered->stage = pool_copy_text(wish->pool, stage);
	wish->entered = entered;
	wish->entered_count = 1;
	return true;
}

bool fill_record_create(struct call *call, struct wish *wish, struct error *error)
{
	wish->kind = copy(call, wish, "kind");
	wish->title = copy(call, wish, "title");
	return fill_fields(call, wish, error) && fill_entered(call, wish, error) && fill_stage(call, wish, error);
}

bool fill_record_update(struct call *call, struct wish *wish, struct error *error)
{
	wish->id = copy(call, wish, "id");
	return fill_fields(call, wish, error);
}

bool fill_record_move(struct call *call, struct wish *wish, struct error *error)
{
	wish->id = copy(call, wish, "id");
	wish->to = copy(call, wish, "to");
	return fill_fields(call, wish, error);
}

bool fill_record_note(struct call *call, struct wish *wish, struct error *error)
{
	(void)error;
	wish->id = copy(call, wish, "id");
	wish->text = copy(call, wish, "text");
	return true;
}

bool fill_record_drop(struct call *call, struct wish *wish, struct error *error)
{
	(void)error;
	wish->id = copy(call, wish, "id");
	return true;
}

bool fill_event_correct(struct call *call, struct wish *wish, struct error *error)
{
	wish->seq = argument_integer(call, "seq");
	wish->only_void = argument_boolean(call, "void");
	wish->all = argument_boolean(call, "all");
	if (wish->all && !wish->only_void) {
		error_set(error, ERROR_INVALID, "all", "all 只和 void 一起用");
		return error_hint(error, "作废整条记录：void 和 all 都写 true");
	}
	return fill_fields(call, wish, error);
}

/* An editor takes back what is his own; others' batches are an admin's business. A number that is no batch is left to
 * the engine, which says so. Loop thread: one row by its key. */
static bool check_owner(struct call *call, int64_t number, struct error *error)
{
	struct view_request request = {.caller = call->caller};
	struct view *view;
	struct batch_told *batches;
	size_t count = 0;
	bool mine;

	if (call->caller.role >= ROLE_ADMIN)
		return true;
	view = view_open(call->conversation->rpc->engine, &request, error);
	if (view == NULL)
		return false;
	if (!view_batches(view, number + 1, 1, call_pool(call), &batches, &count, error)) {
		view_close(view);
		return false;
	}
	mine = count == 0 || batches[0].number != number || strcmp(batches[0].actor, call->caller.name) == 0;
	if (!mine) {
		error_set(error, ERROR_FORBIDDEN, "batch", "批次 %lld 是%s做的，只有本人和管理员能撤销",
		    (long long)number, batches[0].actor);
		error_hint(error, "请%s或管理员来撤销", batches[0].actor);
	}
	view_close(view);
	return mine;
}

bool fill_batch_undo(struct call *call, struct wish *wish, struct error *error)
{
	wish->batch = argument_integer(call, "batch");
	return check_owner(call, wish->batch, error);
}

bool fill_figure_state(struct call *call, struct wish *wish, struct error *error)
{
	const char *value;

	wish->figure = copy(call, wish, "name");
	wish->period = copy(call, wish, "period");
	if (!argument_typed(argument_json(call, "value"), "value", wish->pool, &value, error))
		return false;
	wish->value = pool_copy_text(wish->pool, value);
	return true;
}

bool run_outcome_get(struct call *call, struct json_writer *json, struct error *error)
{
	struct rpc *rpc = call->conversation->rpc;
	const char *reply;
	size_t length;

	if (!engine_find_outcome(
		rpc->engine, call->caller.name, argument_text(call, "key"), call_pool(call), &reply, &length, error))
		return false;
	/* The kept reply is an object; our own is open already: its members go in. */
	if (length < 2 || reply[0] != '{' || reply[length - 1] != '}')
		return error_set(error, ERROR_INTERNAL, "", "a kept reply is no object");
	if (length > 2)
		json_raw(json, reply + 1, length - 2);
	return true;
}
