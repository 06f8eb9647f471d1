/* From a line to calls: the text, the JSON, the form of a request. */
#include "rpc/answer.h"

#include <stdio.h>
#include <string.h>

/* What a peer sent, as far as it could be read. */
struct request {
	const char *method;
	json_t *params;
	bool has_id;
	char id[ID_LARGEST];
	size_t id_length;
};

static void refuse(struct conversation *conversation, struct batch *batch, const struct request *request, int code,
    const struct error *error)
{
	struct buffer out;

	buffer_init(&out, ANSWER_LARGEST);
	answer_put_error(&out, request->id, request->id_length, code, error, NULL);
	respond(conversation, batch, &out);
	buffer_clear(&out);
}

static void request_init(struct request *request)
{
	*request = (struct request){.id = "null", .id_length = 4};
}

static void refuse_text(struct conversation *conversation, const struct error *error)
{
	struct request request;

	request_init(&request);
	refuse(conversation, NULL, &request, RPC_PARSE_ERROR, error);
}

/* Brackets nest deeper than we follow? Bytes within strings do not count. Returns where, or -1. */
static long find_depth_fault(const char *line, size_t length)
{
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		char byte = line[i];

		if (in_string) {
			if (byte == '\\')
				i++;
			else if (byte == '"')
				in_string = false;
		} else if (byte == '"') {
			in_string = true;
		} else if (byte == '[' || byte == '{') {
			if (++depth > RPC_DEPTH_LARGEST)
				return (long)i;
		} else if ((byte == ']' || byte == '}') && depth > 0) {
			depth--;
		}
	}
	return -1;
}

static const char *parse_fault_sentence(const json_error_t *fault)
{
	switch (json_error_code(fault)) {
	case json_error_duplicate_key:
		return "同一个对象里有两个相同的名字";
	case json_error_invalid_utf8:
		return "不是 UTF-8";
	case json_error_premature_end_of_input:
		return "JSON 没有写完";
	case json_error_end_of_input_expected:
		return "一行里有不止一份 JSON";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "文字里不能有 U+0000";
	case json_error_numeric_overflow:
		return "数太大，超出 64 位整数";
	default:
		return "不是合法的 JSON";
	}
}

/* NULL: error says what and, as bytes, where. */
static json_t *parse_line(const char *line, size_t length, struct error *error)
{
	json_error_t fault;
	long deep = find_depth_fault(line, length);
	const char *nul;
	json_t *root;

	if (length >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
		error_set(error, ERROR_INVALID, "", "行首有 BOM（EF BB BF）");
		error_hint(error, "去掉它：每行直接以 { 或 [ 开头");
		error_at(error, 0, 0);
		return NULL;
	}
	if (deep >= 0) {
		error_set(error, ERROR_INVALID, "", "括号套得太深，最多 %d 层", RPC_DEPTH_LARGEST);
		error_at(error, (int)deep, 0);
		return NULL;
	}
	nul = memchr(line, '\0', length); /* jansson passes over one that stands between values */
	if (nul != NULL) {
		error_set(error, ERROR_INVALID, "", "行里有一个 NUL 字节");
		error_at(error, (int)(nul - line), 0);
		return NULL;
	}
	root = json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	if (root == NULL) {
		error_set(error, ERROR_INVALID, "", "%s", parse_fault_sentence(&fault));
		error_hint(error, "出错在第 %d 个字节之后；一行一份 JSON，UTF-8", fault.position);
		error_at(error, fault.position, 0);
	}
	return root;
}

/* The id as JSON, to be echoed. False: it is of a kind that can't be. */
static bool read_id(struct request *request, const json_t *object, struct error *error)
{
	const json_t *id = json_object_get(object, "id");
	char text[ID_LARGEST];
	size_t length;

	if (id == NULL)
		return true;
	if (!json_is_string(id) && !json_is_integer(id) && !json_is_null(id))
		return error_set(error, ERROR_INVALID, "id", "id 要是文字或整数");
	length = json_dumpb(id, text, sizeof text, JSON_ENCODE_ANY);
	if (length == 0 || length > sizeof text)
		return error_set(error, ERROR_INVALID, "id", "id 太长，写成 JSON 最多 %d 个字节", ID_LARGEST);
	request->has_id = true;
	memcpy(request->id, text, length);
	request->id_length = length;
	return true;
}

static bool read_request(struct request *request, const json_t *object, struct error *error)
{
	const char *version;

	if (!json_is_object(object))
		return error_set(error, ERROR_INVALID, "", "请求要是一个对象");
	if (!read_id(request, object, error))
		return false;
	version = json_string_value(json_object_get(object, "jsonrpc"));
	if (version == NULL || strcmp(version, "2.0") != 0)
		return error_set(error, ERROR_INVALID, "jsonrpc", "要写 \"jsonrpc\":\"2.0\"");
	request->method = json_string_value(json_object_get(object, "method"));
	if (request->method == NULL)
		return error_set(error, ERROR_INVALID, "method", "缺 method：要调用的方法名，写成文字");
	request->params = json_object_get(object, "params");
	return true;
}

static void refuse_method(struct conversation *conversation, struct batch *batch, const struct request *request)
{
	const char *nearest = method_nearest(request->method);
	struct error error;

	error_set(&error, ERROR_INVALID, "method", "没有方法 %s", request->method);
	if (nearest != NULL)
		error_hint(&error, "最接近的是 %s；全部方法见 rpc.discover", nearest);
	else
		error_hint(&error, "全部方法见 rpc.discover");
	refuse(conversation, batch, request, RPC_NO_METHOD, &error);
}

/* Without an id nobody would learn what became of it: a change is then refused, aloud. Other requests have no effect
 * that outlives their answer, so those are simply not run. True: it goes on. */
static bool check_notification(
    struct conversation *conversation, struct batch *batch, const struct request *request, const struct method *method)
{
	struct error error;

	if (request->has_id)
		return true;
	if (method->kind == METHOD_WRITE || method->acts) {
		error_set(&error, ERROR_INVALID, "id", "%s 要带 id：没有 id 就无从告诉您写成了没有", method->name);
		error_hint(&error, "什么都没有写；加上 \"id\" 再发一次");
		refuse(conversation, batch, request, RPC_INVALID_REQUEST, &error);
	}
	return false;
}

static void take_request(struct conversation *conversation, struct batch *batch, const json_t *object)
{
	struct request request;
	struct error error;
	const struct method *method;
	struct call *call;

	request_init(&request);
	if (!read_request(&request, object, &error)) {
		refuse(conversation, batch, &request, RPC_INVALID_REQUEST, &error);
		return;
	}
	method = method_find(request.method);
	if (method == NULL) {
		if (request.has_id)
			refuse_method(conversation, batch, &request);
		return;
	}
	if (!check_notification(conversation, batch, &request, method))
		return;
	if (request.params != NULL && !json_is_object(request.params)) {
		error_set(&error, ERROR_INVALID, "params", "params 要是一个对象：参数按名字给");
		refuse(conversation, batch, &request, RPC_INVALID_PARAMS, &error);
		return;
	}
	call = call_new(conversation, request.id, request.id_length);
	if (call == NULL) {
		error_set(&error, ERROR_BUSY, "", "内存不够，稍后再试");
		refuse(conversation, batch, &request, RPC_OWN_ERROR, &error);
		return;
	}
	call->method = method;
	call->batch = batch;
	if (batch != NULL)
		batch->waiting++;
	call->params = json_incref(request.params);
	call_start(call);
}

static void take_batch(struct conversation *conversation, const json_t *array)
{
	size_t count = json_array_size(array);
	struct request request;
	struct batch *batch;
	struct error error;

	request_init(&request);
	if (count == 0 || count > RPC_BATCH_LARGEST) {
		error_set(&error, count == 0 ? ERROR_INVALID : ERROR_TOO_LARGE, "",
		    "一批要有 1 到 %d 个请求，这批有 %zu 个", RPC_BATCH_LARGEST, count);
		error_hint(&error, "都没有做；分成几批再发");
		refuse(conversation, NULL, &request, RPC_INVALID_REQUEST, &error);
		return;
	}
	batch = batch_new(conversation);
	if (batch == NULL) {
		error_set(&error, ERROR_BUSY, "", "内存不够，稍后再试");
		refuse(conversation, NULL, &request, RPC_OWN_ERROR, &error);
		return;
	}
	for (size_t i = 0; i < count; i++)
		take_request(conversation, batch, json_array_get(array, i));
	batch_release(batch);
}

void conversation_take_line(struct conversation *conversation, const char *line, size_t length)
{
	struct error error;
	json_t *root = parse_line(line, length, &error);

	if (root == NULL) {
		refuse_text(conversation, &error);
		return;
	}
	conversation->full = conversation->unfinished >= RPC_UNFINISHED_LARGEST;
	if (json_is_array(root))
		take_batch(conversation, root);
	else
		take_request(conversation, NULL, root);
	json_decref(root);
}

void conversation_refuse(
    struct conversation *conversation, enum error_code code, const char *sentence, const char *hint)
{
	struct error error;
	struct request request;

	request_init(&request);
	error_set(&error, code, "", "%s", sentence);
	error_hint(&error, "%s", hint);
	refuse(conversation, NULL, &request, code == ERROR_INVALID ? RPC_PARSE_ERROR : RPC_OWN_ERROR, &error);
}
