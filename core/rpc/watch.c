/* watch: what was committed, told to those who asked, in order, without holes and without doubles.
 *
 * A watch knows the last event that it has told of. When a commit is reported, and whenever a peer has taken what was
 * sent to it, one "sweep" is made of all watches that are behind: a single job on a reader, so however many watch,
 * others' questions wait for one of them at most. A peer that does not read is behind, and costs nothing.
 */
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"
#include <stdlib.h>
#include <string.h>

enum { EVENTS_A_SWEEP = 500, SWEEP_LARGEST = 4 << 20 };

struct watch {
	struct watch *next;
	atomic_size_t references;
	struct conversation *conversation; /* held */
	int64_t number;
	char *kind, *filter; /* NULL: all */
	int64_t seen;	     /* the last event told, or passed over; loop thread, and a sweep */
	int64_t head;	     /* what there was when it began */
	bool stopped;	     /* loop thread */
};

struct swept {
	struct watch *watch; /* held */
	struct buffer lines;
	int64_t reached;
	bool ok;
	struct error error;
};

struct sweep {
	struct posted posted;
	struct rpc *rpc;
	size_t count;
	struct swept swept[];
};

static void watch_release(struct watch *watch)
{
	if (atomic_fetch_sub(&watch->references, 1) > 1)
		return;
	conversation_release(watch->conversation);
	free(watch->kind);
	free(watch->filter);
	free(watch);
}

static void put_watch_event(
    struct buffer *out, const struct watch *watch, const struct schema *schema, const struct told *told)
{
	struct json_writer json;

	json_init(&json, out);
	json_object_begin(&json);
	json_member_text(&json, "jsonrpc", "2.0");
	json_member_text(&json, "method", "watch.event");
	json_key(&json, "params");
	json_object_begin(&json);
	json_member_integer(&json, "watch", watch->number);
	json_key(&json, "event");
	json_object_begin(&json);
	put_event(&json, schema, told);
	json_member_text(&json, "id", told->id);
	json_member_text(&json, "title", told->title);
	json_member_text(&json, "kind", told->kind != NULL ? told->kind->name : NULL);
	json_object_end(&json);
	json_object_end(&json);
	json_object_end(&json);
	buffer_append_byte(out, '\n');
}

/* A reader. What is new for one watch. Where the lines grow too large, it stops at the last whole one. */
static void sweep_one(struct rpc *rpc, struct swept *swept)
{
	struct watch *watch = swept->watch;
	struct view_request request = {.caller = watch->conversation->caller};
	struct pool *pool = pool_new();
	struct view *view = view_open(rpc->engine, &request, &swept->error);
	struct told *events = NULL;
	size_t count = 0;

	swept->ok = view != NULL &&
	    view_events(view, watch->seen, watch->kind, watch->filter, EVENTS_A_SWEEP, pool, &events, &count,
		&swept->reached, &swept->error);
	for (size_t i = 0; swept->ok && i < count; i++) {
		size_t length = swept->lines.length;

		put_watch_event(&swept->lines, watch, view_schema(view), &events[i]);
		if (i > 0 && (swept->lines.full || swept->lines.length > SWEEP_LARGEST / 2)) {
			swept->lines.length = length;
			swept->reached = events[i - 1].event->seq;
			break;
		}
	}
	if (view != NULL)
		view_close(view);
	pool_free(pool);
}

static void work(void *argument)
{
	struct sweep *sweep = argument;

	for (size_t i = 0; i < sweep->count; i++)
		if (!atomic_load(&sweep->swept[i].watch->conversation->gone))
			sweep_one(sweep->rpc, &sweep->swept[i]);
	rpc_post(sweep->rpc, &sweep->posted);
}

static void watch_unlink(struct watch *watch)
{
	struct watch **place = &watch->conversation->watches;

	while (*place != watch)
		place = &(*place)->next;
	*place = watch->next;
	watch->conversation->watch_count--;
	watch->stopped = true;
	watch_release(watch);
}

/* It can't go on, as after a reload without its kind: the peer is told, and that no more will come. */
static void lose_watch(struct watch *watch, const struct error *error)
{
	struct conversation *conversation = watch->conversation;
	struct rpc *rpc = conversation->rpc;
	struct json_writer json;
	struct buffer out;

	buffer_init(&out, ANSWER_LARGEST);
	json_init(&json, &out);
	json_object_begin(&json);
	json_member_text(&json, "jsonrpc", "2.0");
	json_member_text(&json, "method", "watch.lost");
	json_key(&json, "params");
	json_object_begin(&json);
	json_member_integer(&json, "watch", watch->number);
	json_member_integer(&json, "seq", watch->seen);
	json_member_text(&json, "code", error_code_name(error->code));
	json_member_text(&json, "reason", error->code == ERROR_INTERNAL ? "luodi 内部出错" : error->sentence);
	json_object_end(&json);
	json_object_end(&json);
	buffer_append_byte(&out, '\n');
	conversation_send(conversation, out.bytes, out.length);
	buffer_clear(&out);
	watch_unlink(watch);
	if (rpc->output.finish != NULL && conversation->peer != NULL)
		rpc->output.finish(rpc->output.argument, conversation->peer);
}

/* True: it went on. Busy is no loss: it is behind, and looked at again. */
static bool take_swept(struct swept *swept)
{
	struct watch *watch = swept->watch;
	bool moved = swept->ok && swept->reached > watch->seen;

	if (watch->stopped)
		return false;
	if (!swept->ok && swept->error.code != ERROR_NONE && swept->error.code != ERROR_BUSY) {
		lose_watch(watch, &swept->error);
		return false;
	}
	if (!moved)
		return false;
	watch->seen = swept->reached;
	if (swept->lines.length > 0)
		conversation_send(watch->conversation, swept->lines.bytes, swept->lines.length);
	return true;
}

static void deliver_sweep(struct posted *posted)
{
	struct sweep *sweep = (struct sweep *)(void *)posted;
	struct rpc *rpc = sweep->rpc;
	bool moved = false;

	rpc->sweeping = false;
	for (size_t i = 0; i < sweep->count; i++) {
		if (take_swept(&sweep->swept[i]))
			moved = true;
		buffer_clear(&sweep->swept[i].lines);
		watch_release(sweep->swept[i].watch);
	}
	free(sweep);
	if (moved || rpc->sweep_wanted)
		watches_look(rpc);
}

static bool is_behind(const struct watch *watch, int64_t committed)
{
	return watch->seen < committed && atomic_load(&watch->conversation->pending_bytes) < RPC_PENDING_LARGEST;
}

static size_t count_behind(const struct rpc *rpc, int64_t committed)
{
	size_t count = 0;

	for (struct conversation *conversation = rpc->conversations; conversation != NULL;
	     conversation = conversation->next)
		for (struct watch *watch = conversation->watches; watch != NULL; watch = watch->next)
			count += is_behind(watch, committed);
	return count;
}

static void fill_sweep(struct sweep *sweep, int64_t committed)
{
	struct rpc *rpc = sweep->rpc;

	for (struct conversation *conversation = rpc->conversations; conversation != NULL;
	     conversation = conversation->next)
		for (struct watch *watch = conversation->watches; watch != NULL; watch = watch->next) {
			struct swept *swept = &sweep->swept[sweep->count];

			if (!is_behind(watch, committed))
				continue;
			atomic_fetch_add(&watch->references, 1);
			swept->watch = watch;
			swept->error.position = -1;
			buffer_init(&swept->lines, SWEEP_LARGEST);
			sweep->count++;
		}
}

static void drop_sweep(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->count; i++)
		watch_release(sweep->swept[i].watch);
	free(sweep);
}

void watches_look(struct rpc *rpc)
{
	int64_t committed = atomic_load(&rpc->committed);
	size_t count = count_behind(rpc, committed);
	struct sweep *sweep;
	struct error error;

	rpc->sweep_wanted = false;
	if (count == 0)
		return;
	if (rpc->sweeping) {
		rpc->sweep_wanted = true;
		return;
	}
	sweep = calloc(1, sizeof *sweep + count * sizeof sweep->swept[0]);
	if (sweep == NULL) {
		rpc->sweep_wanted = true; /* at the next drain */
		return;
	}
	sweep->posted.deliver = deliver_sweep;
	sweep->rpc = rpc;
	fill_sweep(sweep, committed);
	rpc->sweeping = engine_post(rpc->engine, ENGINE_READERS, work, sweep, &error);
	if (rpc->sweeping)
		return;
	drop_sweep(sweep);
	rpc->sweep_wanted = true; /* the queue is full of calls, and each of their answers drains */
}

void watches_close(struct conversation *conversation)
{
	while (conversation->watches != NULL)
		watch_unlink(conversation->watches);
}

static char *copy_argument(const struct call *call, const char *name)
{
	const char *text = argument_text(call, name);

	return text != NULL ? strdup(text) : NULL;
}

bool prepare_watch_start(struct call *call, struct error *error)
{
	struct conversation *conversation = call->conversation;
	struct watch *watch;

	if (argument_text(call, "filter") != NULL && argument_text(call, "kind") == NULL) {
		error_set(error, ERROR_INVALID, "kind", "有条件就要说是哪个种类的");
		return error_hint(error, "加上 kind");
	}
	if (conversation->watch_count >= RPC_WATCHES_LARGEST) {
		error_set(error, ERROR_BUSY, "", "这个连接已有 %d 个 watch", RPC_WATCHES_LARGEST);
		return error_hint(error, "先停掉一个：watch.stop");
	}
	watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return error_set(error, ERROR_BUSY, "", "内存不够，稍后再试");
	atomic_store(&watch->references, 1);
	watch->conversation = conversation_hold(conversation);
	watch->number = ++conversation->rpc->next_watch;
	watch->kind = copy_argument(call, "kind");
	watch->filter = copy_argument(call, "filter");
	call->watch = watch;
	return true;
}

bool run_watch_start(struct call *call, struct json_writer *json, struct error *error)
{
	struct view_request request = {.caller = call->caller};
	struct view *view = view_open(call->conversation->rpc->engine, &request, error);
	struct watch *watch = call->watch;
	struct told *events;
	size_t count;
	int64_t reached;

	if (view == NULL)
		return false;
	watch->head = view_facts(view).seq;
	watch->seen = argument_json(call, "since") != NULL ? argument_integer(call, "since") : watch->head;
	if (watch->seen > watch->head) {
		error_set(error, ERROR_INVALID, "since", "还没有 #%lld，现在到 #%lld", (long long)watch->seen,
		    (long long)watch->head);
		error_hint(error, "since 是已经看到的最后一个序号");
		view_close(view);
		return false;
	}
	/* Nothing comes after the head: this only checks the kind and the filter. */
	if (!view_events(
		view, watch->head, watch->kind, watch->filter, 1, call_pool(call), &events, &count, &reached, error)) {
		call->text = watch->filter;
		view_close(view);
		return false;
	}
	json_member_integer(json, "watch", watch->number);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

/* Taken up before its answer goes out; a sweep only ends after that. */
void settle_watch_start(struct call *call, bool ok)
{
	struct watch *watch = call->watch;
	struct conversation *conversation = call->conversation;
	int64_t committed = atomic_load(&conversation->rpc->committed);

	if (watch == NULL)
		return;
	call->watch = NULL;
	if (!ok || atomic_load(&conversation->gone)) {
		watch_release(watch);
		return;
	}
	while (committed < watch->head &&
	    !atomic_compare_exchange_weak(&conversation->rpc->committed, &committed, watch->head))
		;
	watch->next = conversation->watches;
	conversation->watches = watch;
	conversation->watch_count++;
	watches_look(conversation->rpc);
}

bool run_watch_stop(struct call *call, struct json_writer *json, struct error *error)
{
	int64_t number = argument_integer(call, "watch");

	for (struct watch *watch = call->conversation->watches; watch != NULL; watch = watch->next) {
		if (watch->number != number)
			continue;
		json_member_integer(json, "watch", number);
		json_member_integer(json, "seq", watch->seen);
		watch_unlink(watch);
		return true;
	}
	error_set(error, ERROR_NOT_FOUND, "watch", "这个连接没有 watch %lld", (long long)number);
	return error_hint(error, "watch.start 的答案里有它的号");
}
