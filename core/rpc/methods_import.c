/* Imports of a peer. Each takes one call at a time, on whatever thread; the others wait here for their turn, so a client may
 * send block after block without waiting for the answers. */
#include "engine/import.h"

#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"
#include <stdlib.h>

enum { ROWS_LARGEST = 1000, HEADER_LARGEST = 1000 };

struct open_import { /* loop thread, but for what the call that has the turn uses */
	struct open_import *next;
	struct conversation *conversation; /* NULL: gone, and the call that has the turn is the last */
	int64_t number;
	bool busy;
	struct call *first, **last; /* that wait */
	struct import *import;	    /* of the call that has the turn; NULL until begun */
	size_t header_count;
	int64_t rows;
};

static void free_import(void *argument)
{
	import_free(argument);
}

static void unlink_import(struct open_import *import)
{
	struct open_import **place = &import->conversation->imports;

	while (*place != import)
		place = &(*place)->next;
	*place = import->next;
	import->conversation->import_count--;
}

static void fail_waiting(struct open_import *import)
{
	struct error error;
	struct call *call;

	while ((call = import->first) != NULL) {
		import->first = call->next;
		error_set(&error, ERROR_NOT_FOUND, "import", "导入 %lld 已经结束", (long long)import->number);
		error_hint(&error, "重新导入：import.begin");
		call_fail(call, RPC_OWN_ERROR, &error);
	}
	import->last = &import->first;
}

/* The spool may be large: giving its room back is not for the loop thread, if a reader has time for it. */
static void end_import(struct rpc *rpc, struct open_import *import)
{
	struct error error;

	if (import->conversation != NULL)
		unlink_import(import);
	fail_waiting(import);
	if (import->import != NULL && !engine_post(rpc->engine, ENGINE_READERS, free_import, import->import, &error))
		import_free(import->import);
	free(import);
}

static void give_turn(struct open_import *import, struct call *call)
{
	import->busy = true;
	call->has_turn = true;
	call_dispatch(call);
}

void import_take_turn(struct call *call)
{
	struct open_import *import = call->import;

	if (!import->busy) {
		give_turn(import, call);
		return;
	}
	call->next = NULL;
	*import->last = call;
	import->last = &call->next;
}

static void next_turn(struct open_import *import)
{
	struct call *call = import->first;

	import->busy = false;
	if (call == NULL)
		return;
	import->first = call->next;
	if (import->first == NULL)
		import->last = &import->first;
	give_turn(import, call);
}

static void settle(struct call *call, bool ended)
{
	struct open_import *import = call->import;

	if (import == NULL)
		return;
	if (ended || (call->has_turn && import->conversation == NULL))
		end_import(call->conversation->rpc, import);
	else if (call->has_turn)
		next_turn(import);
}

void settle_import_begin(struct call *call, bool ok)
{
	settle(call, !ok);
}

void settle_import_call(struct call *call, bool ok)
{
	(void)ok;
	settle(call, false);
}

void settle_import_last(struct call *call, bool ok)
{
	settle(call, ok && !argument_boolean(call, "dry_run"));
}

void imports_close(struct conversation *conversation)
{
	struct open_import *import, *next;

	for (import = conversation->imports; import != NULL; import = next) {
		next = import->next;
		if (!import->busy) {
			end_import(conversation->rpc, import);
			continue;
		}
		unlink_import(import);
		import->conversation = NULL;
		fail_waiting(import);
	}
}

bool prepare_import_begin(struct call *call, struct error *error)
{
	struct conversation *conversation = call->conversation;
	struct open_import *import;

	if (conversation->import_count >= RPC_IMPORTS_LARGEST) {
		error_set(error, ERROR_BUSY, "", "已有 %d 个导入没有做完", RPC_IMPORTS_LARGEST);
		return error_hint(error, "先 import.commit 或 import.cancel 其中一个");
	}
	import = calloc(1, sizeof *import);
	if (import == NULL)
		return error_set(error, ERROR_BUSY, "", "内存不够，稍后再试");
	import->conversation = conversation;
	import->number = ++conversation->rpc->next_import;
	import->last = &import->first;
	import->next = conversation->imports;
	conversation->imports = import;
	conversation->import_count++;
	call->import = import;
	return true;
}

bool prepare_import_call(struct call *call, struct error *error)
{
	int64_t number = argument_integer(call, "import");

	for (struct open_import *import = call->conversation->imports; import != NULL; import = import->next) {
		if (import->number != number)
			continue;
		call->import = import;
		return true;
	}
	error_set(error, ERROR_NOT_FOUND, "import", "没有导入 %lld", (long long)number);
	return error_hint(error, "导入只属于开始它的连接，做完或断开就没有了；重新开始：import.begin");
}

static bool read_header(struct call *call, struct import_request *request, struct error *error)
{
	const json_t *array = argument_json(call, "header");
	size_t count = json_array_size(array);
	const char **header;

	if (count == 0 || count > HEADER_LARGEST)
		return error_set(
		    error, ERROR_INVALID, "header", "表头要有 1 到 %d 列，这里有 %zu 列", HEADER_LARGEST, count);
	header = pool_alloc_array(call_pool(call), count, sizeof *header);
	for (size_t i = 0; i < count; i++) {
		const json_t *cell = json_array_get(array, i);

		if (!json_is_string(cell) && !json_is_null(cell))
			return error_set(error, ERROR_INVALID, "header", "表头第 %zu 列要是文字或 null", i + 1);
		header[i] = json_is_string(cell) ? json_string_value(cell) : "";
	}
	request->header = header;
	request->header_count = count;
	return true;
}

/* What the mapping says of the file, so that the client reads it right. */
static void put_mapping_facts(struct json_writer *json, const struct call *call, const struct import_request *request)
{
	struct schema *schema = engine_schema(call->conversation->rpc->engine);
	const struct kind *kind = schema_find_kind(schema, request->kind);
	const struct mapping_declaration *mapping = request->map != NULL
	    ? schema_find_mapping(schema, request->map, kind != NULL ? kind->name : request->kind)
	    : NULL;

	if (mapping != NULL && mapping->encoding != NULL)
		json_member_text(json, "encoding", mapping->encoding);
	if (mapping != NULL && mapping->dates != NULL)
		json_member_text(json, "dates", mapping->dates);
	schema_release(schema);
}

bool run_import_begin(struct call *call, struct json_writer *json, struct error *error)
{
	struct import_request request = {
	    .unit = argument_text(call, "unit"),
	    .kind = argument_text(call, "kind"),
	    .map = argument_text(call, "map"),
	    .key = argument_text(call, "key"),
	    .on = argument_text(call, "on"),
	    .sheet = argument_text(call, "sheet"),
	    .what = argument_text(call, "what"),
	    .strict = argument_boolean(call, "strict"),
	    .clear_empty = argument_boolean(call, "clear_empty"),
	    .caller = call->caller,
	    .note = argument_text(call, "note"),
	};

	if (!read_header(call, &request, error))
		return false;
	call->import->import = import_begin(call->conversation->rpc->engine, &request, error);
	if (call->import->import == NULL)
		return false;
	call->import->header_count = request.header_count;
	json_member_integer(json, "import", call->import->number);
	put_mapping_facts(json, call, &request);
	answer_put_now(json, call);
	return true;
}

/* One row's cells; what a short row lacks is empty. */
static bool read_row(
    struct call *call, const json_t *row, size_t index, const char *const **ret_cells, struct error *error)
{
	size_t width = call->import->header_count;
	const char **cells = pool_alloc_array(call_pool(call), width, sizeof *cells);

	if (!json_is_array(row) || json_array_size(row) > width) {
		error_set(error, ERROR_INVALID, "rows", "第 %zu 行要是一个数组，最多 %zu 格", index + 1, width);
		return error_hint(error, "格数同 import.begin 的 header");
	}
	for (size_t i = 0; i < json_array_size(row); i++) {
		const json_t *cell = json_array_get(row, i);

		if (!json_is_string(cell) && !json_is_null(cell))
			return error_set(
			    error, ERROR_INVALID, "rows", "第 %zu 行第 %zu 格要是文字或 null", index + 1, i + 1);
		cells[i] = json_string_value(cell);
	}
	*ret_cells = cells;
	return true;
}

static bool read_numbers(struct call *call, size_t count, const int64_t **ret_numbers, struct error *error)
{
	const json_t *array = argument_json(call, "numbers");
	int64_t *numbers = pool_alloc_array(call_pool(call), count + 1, sizeof *numbers);

	if (array != NULL && json_array_size(array) != count)
		return error_set(error, ERROR_INVALID, "numbers", "numbers 要和 rows 一样多：%zu 个", count);
	for (size_t i = 0; i < count; i++) {
		const json_t *number = json_array_get(array, i);

		if (array != NULL && (!json_is_integer(number) || json_integer_value(number) < 1))
			return error_set(error, ERROR_INVALID, "numbers", "numbers 第 %zu 个要是从 1 起的行号", i + 1);
		numbers[i] = array != NULL ? json_integer_value(number) : call->import->rows + (int64_t)i + 1;
	}
	*ret_numbers = numbers;
	return true;
}

bool run_import_rows(struct call *call, struct json_writer *json, struct error *error)
{
	const json_t *array = argument_json(call, "rows");
	size_t count = json_array_size(array);
	const char *const **rows;
	const int64_t *numbers = NULL;

	if (count > ROWS_LARGEST) {
		error_set(error, ERROR_TOO_LARGE, "rows", "一次最多 %d 行，这里有 %zu 行", ROWS_LARGEST, count);
		return error_hint(error, "分几次发，行号接着数");
	}
	rows = pool_alloc_array(call_pool(call), count + 1, sizeof *rows);
	for (size_t i = 0; i < count; i++)
		if (!read_row(call, json_array_get(array, i), i, &rows[i], error))
			return false;
	if (!read_numbers(call, count, &numbers, error) ||
	    !import_rows(call->import->import, rows, numbers, count, error))
		return false;
	call->import->rows += (int64_t)count;
	json_member_integer(json, "rows", call->import->rows);
	answer_put_now(json, call);
	return true;
}

static void put_refusals(struct json_writer *json, const struct import_report *report)
{
	json_key(json, "refused");
	json_array_begin(json);
	for (size_t i = 0; i < report->refusal_count; i++) {
		const struct import_refusal *refusal = &report->refusals[i];

		json_object_begin(json);
		json_member_text(json, "sheet", refusal->sheet);
		json_member_integer(json, "row", refusal->row);
		json_key(json, "column");
		if (refusal->column > 0)
			json_integer(json, refusal->column);
		else
			json_null(json);
		json_member_text(json, "column_name", refusal->column_name);
		json_member_text(json, "value", refusal->value);
		json_member_text(json, "reason", refusal->reason);
		json_object_end(json);
	}
	json_array_end(json);
	json_member_integer(json, "refused_count", report->refused);
}

static void put_import_changes(struct json_writer *json, const struct import_report *report)
{
	json_key(json, "changes");
	json_array_begin(json);
	for (size_t i = 0; i < report->change_count; i++) {
		const struct import_change *change = &report->changes[i];

		json_object_begin(json);
		json_member_integer(json, "row", change->row);
		json_member_text(json, "id", change->id);
		json_member_text(json, "title", change->title);
		json_member_text(json, "field_title", change->field_title);
		json_member_text(json, "type", value_type_name(change->type));
		json_member_text(json, "from", change->from);
		json_member_text(json, "to", change->to);
		json_object_end(json);
	}
	json_array_end(json);
	json_member_integer(json, "more_changes", report->more_changes);
}

static void put_optional(struct json_writer *json, const char *key, int64_t number)
{
	json_key(json, key);
	if (number > 0)
		json_integer(json, number);
	else
		json_null(json);
}

static void put_import_report(struct json_writer *json, const struct import_report *report)
{
	put_optional(json, "batch", report->batch);
	json_member_integer(json, "preview_seq", report->seq);
	put_optional(json, "first_seq", report->first_seq);
	put_optional(json, "last_seq", report->last_seq);
	json_member_integer(json, "rows", report->rows);
	json_member_integer(json, "added", report->added);
	json_member_integer(json, "changed", report->changed);
	json_member_integer(json, "unchanged", report->unchanged);
	put_refusals(json, report);
	put_import_changes(json, report);
	json_key(json, "missing");
	put_texts(json, report->missing, report->missing_count);
	json_member_integer(json, "missing_total", report->missing_total);
	json_member_text(json, "key", report->key);
	json_key(json, "ignored");
	put_texts(json, report->ignored, report->ignored_count);
	json_key(json, "warnings");
	put_texts(json, report->warnings, report->warning_count);
}

bool run_import_preview(struct call *call, struct json_writer *json, struct error *error)
{
	struct import_report report = {0};

	if (!import_preview(call->import->import, call_progress, call, call_pool(call), &report, error))
		return false;
	put_import_report(json, &report);
	answer_put_now(json, call);
	return true;
}

bool run_import_commit(struct call *call, struct json_writer *json, struct error *error)
{
	struct import_report report = {0};
	int64_t shown = argument_json(call, "seq") != NULL ? argument_integer(call, "seq") : -1;

	if (!import_commit(call->import->import, shown, argument_boolean(call, "dry_run"), call_progress, call,
		call_pool(call), &report, error))
		return false;
	put_import_report(json, &report);
	answer_put_now(json, call);
	return true;
}

bool run_import_cancel(struct call *call, struct json_writer *json, struct error *error)
{
	(void)error;
	json_member_integer(json, "import", call->import->number);
	answer_put_now(json, call);
	return true;
}
