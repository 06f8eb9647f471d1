/* Exports: chunks as notifications, then what they were. */
#include "engine/export.h"
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"

enum { CHUNK_LARGEST = 64 << 10 };

static void put_base64(struct buffer *out, const unsigned char *bytes, size_t length)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t rest = length - i;
		unsigned three = (unsigned)bytes[i] << 16 | (rest > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
		    (rest > 2 ? bytes[i + 2] : 0);
		char four[4] = {letters[three >> 18], letters[three >> 12 & 63],
		    rest > 1 ? letters[three >> 6 & 63] : '=', rest > 2 ? letters[three & 63] : '='};

		buffer_append(out, four, 4);
	}
}

/* Long thread. Waits while the peer is slow; false ends the export. */
static bool write_chunk(void *argument, const char *bytes, size_t length)
{
	struct call *call = argument;
	struct json_writer json;
	struct buffer line, data;
	bool ok;

	buffer_init(&data, (size_t)2 * CHUNK_LARGEST);
	put_base64(&data, (const unsigned char *)bytes, length);
	buffer_init(&line, ANSWER_LARGEST);
	note_begin(&json, &line, "export.chunk", call);
	json_key(&json, "data");
	json_text_length(&json, buffer_text(&data), data.length);
	note_end(&json);
	ok = !data.full;
	buffer_clear(&data);
	if (!ok) {
		buffer_clear(&line);
		return false;
	}
	return call_stream(call, &line);
}

static bool read_args(struct call *call, struct export_request *request, struct error *error)
{
	const json_t *object = argument_json(call, "args");
	struct export_argument *args = pool_alloc_array(call_pool(call), json_object_size(object) + 1, sizeof *args);
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
	{
		args[count].name = name;
		if (!argument_typed(value, name, call_pool(call), &args[count].value, error))
			return false;
		count++;
	}
	request->args = args;
	request->arg_count = count;
	return true;
}

static void put_report(struct json_writer *json, const struct call *call, const struct export_report *report)
{
	json_member_text(json, "name", report->name);
	json_member_text(json, "title", report->title);
	json_member_text(json, "format", report->format);
	json_member_integer(json, "bytes", report->bytes);
	json_member_integer(json, "rows", report->rows);
	json_key(json, "sha256");
	put_hex(json, report->sha256, sizeof report->sha256);
	json_member_text(json, "head_hash", report->facts.head_hash);
	answer_put_facts(json, &report->facts, argument_known_seq(call));
}

bool run_export_run(struct call *call, struct json_writer *json, struct error *error)
{
	struct export_request request = {
	    .name = argument_text(call, "name"),
	    .format = argument_text(call, "format"),
	    .view = {.as_of = argument_text(call, "as_of"),
		.known = argument_text(call, "known"),
		.period = argument_text(call, "period"),
		.known_seq = argument_integer(call, "known_seq"),
		.known_nothing = argument_known_seq(call) == 0,
		.min_seq = argument_integer(call, "min_seq"),
		.caller = call->caller},
	};
	struct export_report report = {0};

	if (!read_args(call, &request, error))
		return false;
	if (!export_run(call->conversation->rpc->engine, &request, write_chunk, call, call_pool(call), &report, error))
		return false;
	put_report(json, call, &report);
	return true;
}

static void put_export(struct json_writer *json, const struct export_declaration *declaration)
{
	size_t all_count;
	const char *const *all_formats = export_formats(&all_count);

	json_object_begin(json);
	json_member_text(json, "name", declaration->name);
	json_member_text(json, "title", declaration->title);
	json_key(json, "formats");
	if (declaration->format_count > 0)
		put_texts(json, declaration->formats, declaration->format_count);
	else
		put_texts(json, all_formats, all_count);
	json_key(json, "args");
	json_array_begin(json);
	for (size_t i = 0; i < declaration->arg_count; i++) {
		const struct argument_declaration *arg = &declaration->args[i];

		json_object_begin(json);
		json_member_text(json, "name", arg->name);
		json_member_text(json, "title", arg->title);
		json_member_text(json, "type", arg->type);
		json_member_boolean(json, "required", arg->required);
		json_member_text(json, "default", arg->fallback);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

bool run_export_list(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const struct schema *schema;

	if (view == NULL)
		return false;
	schema = view_schema(view);
	json_key(json, "exports");
	json_array_begin(json);
	for (size_t i = 0; i < schema->export_count; i++)
		put_export(json, schema->exports[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}
