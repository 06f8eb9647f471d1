#include "rpc/call.h"

#include "base/clock.h"
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PROGRESS_US = 250000, STREAM_WAIT_S = 60 };

struct note { /* a line for a peer, from another thread */
	struct posted posted;
	struct conversation *conversation; /* held */
	char *bytes;
	size_t length;
};

static void deliver_call(struct posted *posted);

struct call *call_new(struct conversation *conversation, const char *id, size_t id_length)
{
	struct call *call = calloc(1, sizeof *call + id_length + 1);

	if (call == NULL)
		return NULL;
	call->posted.deliver = deliver_call;
	call->conversation = conversation_hold(conversation);
	call->caller = conversation->caller;
	memcpy(call->id, id, id_length);
	call->id_length = id_length;
	buffer_init(&call->answer, ANSWER_LARGEST);
	return call;
}

void call_free(struct call *call)
{
	if (call->pool != call->conversation->rpc->scratch)
		pool_free(call->pool);
	json_decref(call->params);
	buffer_clear(&call->answer);
	outcome_free(call->outcome);
	conversation_release(call->conversation);
	free(call);
}

struct pool *call_pool(struct call *call)
{
	if (call->pool == NULL)
		call->pool = pool_new();
	return call->pool;
}

struct view *call_view(struct call *call, struct error *error)
{
	struct view_request request = {
	    .as_of = argument_text(call, "as_of"),
	    .known = argument_text(call, "known"),
	    .period = argument_text(call, "period"),
	    .known_seq = argument_integer(call, "known_seq"),
	    .known_nothing = argument_known_seq(call) == 0,
	    .min_seq = argument_integer(call, "min_seq"),
	    .caller = call->caller,
	};

	return view_open(call->conversation->rpc->engine, &request, error);
}

struct batch *batch_new(struct conversation *conversation)
{
	struct batch *batch = calloc(1, sizeof *batch);

	if (batch == NULL)
		return NULL;
	batch->waiting = 1;
	batch->conversation = conversation_hold(conversation);
	buffer_init(&batch->answers, ANSWER_LARGEST);
	return batch;
}

void batch_release(struct batch *batch)
{
	struct error error;

	if (--batch->waiting > 0)
		return;
	if (batch->answers.full) {
		buffer_reset(&batch->answers);
		error_set(&error, ERROR_TOO_LARGE, "", "这一批的答案合起来太大");
		error_hint(&error, "要写的已经写了；分成几批再问");
		rpc_put_farewell(&batch->answers, &error);
	} else if (batch->answers.length > 0) {
		buffer_append(&batch->answers, "]\n", 2);
	}
	if (batch->answers.length > 0)
		conversation_send(batch->conversation, batch->answers.bytes, batch->answers.length);
	buffer_clear(&batch->answers);
	conversation_release(batch->conversation);
	free(batch);
}

void respond(struct conversation *conversation, struct batch *batch, struct buffer *answer)
{
	if (batch == NULL) {
		buffer_append_byte(answer, '\n');
		conversation_send(conversation, answer->bytes, answer->length);
		return;
	}
	buffer_append_byte(&batch->answers, batch->answers.length == 0 ? '[' : ',');
	buffer_append(&batch->answers, answer->bytes, answer->length);
}

/* Loop thread. The end of a call: its answer goes out, and nothing of it is left. */
static void call_finish(struct call *call, struct buffer *answer)
{
	struct conversation *conversation = call->conversation;
	struct batch *batch = call->batch;

	if (call->method->settle != NULL)
		call->method->settle(call, call->ok);
	if (call->counted) {
		conversation->unfinished--;
		if (!atomic_load(&conversation->gone))
			conversation->rpc->unfinished--;
	}
	respond(conversation, batch, answer);
	if (batch != NULL)
		batch_release(batch);
	call_free(call);
}

void call_fail(struct call *call, int code, const struct error *error)
{
	buffer_reset(&call->answer);
	answer_put_error(&call->answer, call->id, call->id_length, code, error, call);
	call->ok = false;
	call_finish(call, &call->answer);
}

void call_run(struct call *call, struct buffer *answer)
{
	struct json_writer json;
	struct error error = {.code = ERROR_NONE, .position = -1};

	call->progressed_us = clock_monotonic_us();
	answer_begin(&json, answer, call->id, call->id_length);
	call->ok = call->method->run(call, &json, &error);
	answer_end(&json);
	if (call->ok && (answer->full || answer->length == answer->largest)) { /* a newline must fit too */
		call->ok = false;
		error_set(&error, ERROR_TOO_LARGE, "", "答案超过 %d MB", ANSWER_LARGEST >> 20);
		error_hint(&error, "少要一些：加条件，或用 limit 分页");
	}
	if (call->ok)
		return;
	buffer_reset(answer);
	answer_put_error(answer, call->id, call->id_length, RPC_OWN_ERROR, &error, call);
}

/* A reader, or the long thread. Work that only answers is not done for a peer that left. */
static void work(void *argument)
{
	struct call *call = argument;

	if (!atomic_load(&call->conversation->gone) || call->method->acts)
		call_run(call, &call->answer);
	rpc_post(call->conversation->rpc, &call->posted);
}

/* Any thread; only queues. */
static void on_outcome(void *argument, struct outcome *outcome)
{
	struct call *call = argument;

	call->outcome = outcome;
	rpc_post(call->conversation->rpc, &call->posted);
}

/* Loop thread. The outcome of a write as a response. */
static void render_outcome(struct call *call, struct buffer *answer)
{
	struct outcome *outcome = call->outcome;
	struct json_writer json;

	call->ok = outcome->ok;
	if (!outcome->ok) {
		call->candidates = outcome->candidates;
		call->candidate_count = outcome->candidate_count;
		answer_put_error(answer, call->id, call->id_length, RPC_OWN_ERROR, &outcome->error, call);
		return;
	}
	if (outcome->reply == NULL) {
		answer_begin(&json, answer, call->id, call->id_length);
		answer_put_outcome(&json, outcome);
		answer_end(&json);
		return;
	}
	json_init(&json, answer); /* the first answer again, byte for byte */
	json_object_begin(&json);
	json_member_text(&json, "jsonrpc", "2.0");
	json_key(&json, "id");
	json_raw(&json, call->id, call->id_length);
	json_key(&json, "result");
	json_raw(&json, outcome->reply, outcome->reply_length);
	json_object_end(&json);
}

static void deliver_call(struct posted *posted)
{
	struct call *call = (struct call *)(void *)posted;
	struct rpc *rpc = call->conversation->rpc;

	if (call->outcome == NULL) {
		call_finish(call, &call->answer);
		return;
	}
	buffer_reset(&rpc->answer);
	render_outcome(call, &rpc->answer);
	call_finish(call, &rpc->answer);
}

static void run_inline(struct call *call)
{
	struct rpc *rpc = call->conversation->rpc;

	call->pool = rpc->scratch;
	buffer_reset(&rpc->answer);
	call_run(call, &rpc->answer);
	call_finish(call, &rpc->answer);
	pool_reset(rpc->scratch);
}

/* What was asked, but for its key: the same key with another of these is a mistake of the caller's. */
static void hash_parameters(const struct call *call, unsigned char hash[32])
{
	json_t *rest = json_copy(call->params);
	struct buffer text;
	char *dumped;

	json_object_del(rest, "request_key");
	dumped = json_dumps(rest, JSON_SORT_KEYS | JSON_COMPACT);
	buffer_init(&text, 2 * RPC_LINE_LARGEST);
	buffer_append_text(&text, call->method->name);
	buffer_append_text(&text, dumped != NULL ? dumped : "");
	engine_hash(buffer_text(&text), text.length, hash);
	buffer_clear(&text);
	free(dumped);
	json_decref(rest);
}

static const char *copy_argument(const struct call *call, struct wish *wish, const char *name)
{
	return pool_copy_text(wish->pool, argument_text(call, name));
}

static bool fill_common(struct call *call, struct wish *wish, struct error *error)
{
	wish->caller.role = call->caller.role;
	wish->caller.name = pool_copy_text(wish->pool, call->caller.name);
	wish->caller.person = pool_copy_text(wish->pool, call->caller.person);
	wish->on = copy_argument(call, wish, "on");
	wish->note = copy_argument(call, wish, "note");
	wish->override_guard = copy_argument(call, wish, "override_guard");
	wish->request_key = copy_argument(call, wish, "request_key");
	wish->if_version = argument_integer(call, "if_version");
	wish->dry_run = argument_boolean(call, "dry_run");
	wish->confirm = argument_boolean(call, "confirm");
	wish->render = answer_render_outcome;
	if (wish->request_key == NULL)
		return true;
	if (wish->request_key[0] == '\0' || strlen(wish->request_key) > 128)
		return error_set(error, ERROR_INVALID, "request_key", "request_key 要有 1 到 128 个字节");
	hash_parameters(call, wish->parameters_hash);
	return true;
}

static void submit(struct call *call)
{
	struct wish *wish = wish_new(call->method->action);
	struct error error = {.code = ERROR_NONE, .position = -1};

	if (!fill_common(call, wish, &error) || !call->method->fill(call, wish, &error)) {
		wish_free(wish);
		call_fail(call, error.code == ERROR_INVALID ? RPC_INVALID_PARAMS : RPC_OWN_ERROR, &error);
		return;
	}
	engine_submit(call->conversation->rpc->engine, &wish, on_outcome, call);
}

static bool check_room(struct call *call, struct error *error)
{
	struct conversation *conversation = call->conversation;

	if (conversation->full) {
		error_set(error, ERROR_BUSY, "", "已有 %d 个请求在等回答，这个没有受理", RPC_UNFINISHED_LARGEST);
		return error_hint(error, "等前面的有了回答再发");
	}
	call->counted = true;
	conversation->unfinished++;
	conversation->rpc->unfinished++;
	return true;
}

void call_dispatch(struct call *call)
{
	enum engine_pool pool = call->kind == METHOD_LONG ? ENGINE_LONG : ENGINE_READERS;
	struct error error;

	if (call->kind == METHOD_INLINE)
		run_inline(call);
	else if (call->kind == METHOD_WRITE)
		submit(call);
	else if (!engine_post(call->conversation->rpc->engine, pool, work, call, &error))
		call_fail(call, RPC_OWN_ERROR, &error);
}

static bool check_role(const struct call *call, struct error *error)
{
	const struct method *method = call->method;

	if (call->caller.role >= method->role)
		return true;
	error_set(error, ERROR_FORBIDDEN, "", "%s 要有“%s”的权限，您是“%s”", method->name, role_title(method->role),
	    role_title(call->caller.role));
	return error_hint(error, "要做这件事，请找管理员");
}

void call_start(struct call *call)
{
	struct error error = {.code = ERROR_NONE, .position = -1};

	call->kind = call->method->kind;
	if (!check_role(call, &error))
		call_fail(call, RPC_OWN_ERROR, &error);
	else if (!arguments_check(call->method, call->params, &error))
		call_fail(call, RPC_INVALID_PARAMS, &error);
	else if (call->method->prepare != NULL && !call->method->prepare(call, &error))
		call_fail(call, error.code == ERROR_INVALID ? RPC_INVALID_PARAMS : RPC_OWN_ERROR, &error);
	else if (call->kind != METHOD_INLINE && !check_room(call, &error))
		call_fail(call, RPC_OWN_ERROR, &error);
	else if (call->import != NULL)
		import_take_turn(call);
	else
		call_dispatch(call);
}

void note_begin(struct json_writer *json, struct buffer *out, const char *method, const struct call *call)
{
	json_init(json, out);
	json_object_begin(json);
	json_member_text(json, "jsonrpc", "2.0");
	json_member_text(json, "method", method);
	json_key(json, "params");
	json_object_begin(json);
	json_key(json, "id");
	json_raw(json, call->id, call->id_length);
}

void note_end(struct json_writer *json)
{
	json_object_end(json);
	json_object_end(json);
	buffer_append_byte(json->buffer, '\n');
}

static void deliver_note(struct posted *posted)
{
	struct note *note = (struct note *)(void *)posted;

	conversation_send(note->conversation, note->bytes, note->length);
	atomic_fetch_sub(&note->conversation->posted_bytes, note->length);
	conversation_release(note->conversation);
	free(note->bytes);
	free(note);
}

bool call_send(struct call *call, struct buffer *line)
{
	struct conversation *conversation = call->conversation;
	struct note *note = calloc(1, sizeof *note);

	if (note == NULL || line->full || atomic_load(&conversation->gone)) {
		free(note);
		buffer_clear(line);
		return false;
	}
	note->posted.deliver = deliver_note;
	note->conversation = conversation_hold(conversation);
	note->bytes = buffer_take(line, &note->length);
	atomic_fetch_add(&conversation->posted_bytes, note->length);
	rpc_post(conversation->rpc, &note->posted);
	return true;
}

static bool has_much_waiting(struct conversation *conversation)
{
	return atomic_load(&conversation->posted_bytes) + atomic_load(&conversation->pending_bytes) >=
	    RPC_PENDING_LARGEST / 2;
}

bool call_stream(struct call *call, struct buffer *line)
{
	struct conversation *conversation = call->conversation;
	struct rpc *rpc = conversation->rpc;
	struct timespec deadline;
	bool in_time = true;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += STREAM_WAIT_S;
	atomic_fetch_add(&rpc->streams_waiting, 1);
	pthread_mutex_lock(&rpc->stream_lock);
	while (in_time && has_much_waiting(conversation) && !atomic_load(&conversation->gone))
		in_time =
		    pthread_cond_clockwait(&rpc->stream_moved, &rpc->stream_lock, CLOCK_MONOTONIC, &deadline) == 0;
	pthread_mutex_unlock(&rpc->stream_lock);
	atomic_fetch_sub(&rpc->streams_waiting, 1);
	if (!in_time) {
		buffer_clear(line);
		return false;
	}
	return call_send(call, line);
}

void call_progress(void *argument, int64_t done, int64_t total)
{
	struct call *call = argument;
	int64_t now_us = clock_monotonic_us();
	struct json_writer json;
	struct buffer line;

	if (now_us - call->progressed_us < PROGRESS_US)
		return;
	call->progressed_us = now_us;
	buffer_init(&line, ANSWER_LARGEST);
	note_begin(&json, &line, "progress", call);
	json_member_integer(&json, "done", done);
	json_member_integer(&json, "total", total);
	note_end(&json);
	(void)call_send(call, &line); /* nobody to hear it is no reason to stop */
}
