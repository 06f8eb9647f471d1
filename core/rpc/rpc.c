#include "rpc/rpc.h"

#include "rpc/call.h"
#include "rpc/kept.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_KEPT = 256 << 10 }; /* of the scratch buffer, after an answer that was larger */

/* Loop thread, by way of the box: the news of a commit. The note lies in struct rpc, so it is never freed. */
static void deliver_committed(struct posted *posted)
{
	struct rpc *rpc = (struct rpc *)(void *)((char *)posted - offsetof(struct rpc, committed_note));

	atomic_store(&rpc->committed_posted, false);
	watches_look(rpc);
}

/* Writer thread, after each commit. However many commits there are, one note lies in the box at most. */
static void on_committed(void *argument, int64_t first, int64_t last)
{
	struct rpc *rpc = argument;

	(void)first;
	atomic_store(&rpc->committed, last);
	if (!atomic_exchange(&rpc->committed_posted, true))
		rpc_post(rpc, &rpc->committed_note);
}

struct rpc *rpc_new(struct engine *engine, const struct rpc_output *output)
{
	struct rpc *rpc = calloc(1, sizeof *rpc);

	if (rpc == NULL)
		return NULL;
	json_object_seed(0); /* from the system's randomness, once */
	rpc->engine = engine;
	rpc->output = *output;
	rpc->scratch = pool_new();
	rpc->kept = kept_new(engine);
	buffer_init(&rpc->answer, ANSWER_LARGEST);
	rpc->last = &rpc->first;
	rpc->committed_note.deliver = deliver_committed;
	pthread_mutex_init(&rpc->lock, NULL);
	pthread_mutex_init(&rpc->stream_lock, NULL);
	pthread_cond_init(&rpc->stream_moved, NULL);
	engine_on_committed(engine, on_committed, rpc);
	return rpc;
}

void rpc_free(struct rpc *rpc)
{
	if (rpc == NULL)
		return;
	assert(rpc->conversations == NULL);
	rpc_drain(rpc); /* what came after the last peer had gone */
	pool_free(rpc->scratch);
	kept_free(rpc->kept);
	buffer_clear(&rpc->answer);
	pthread_cond_destroy(&rpc->stream_moved);
	pthread_mutex_destroy(&rpc->stream_lock);
	pthread_mutex_destroy(&rpc->lock);
	free(rpc);
}

void rpc_post(struct rpc *rpc, struct posted *posted)
{
	bool first;

	posted->next = NULL;
	pthread_mutex_lock(&rpc->lock);
	first = rpc->first == NULL;
	*rpc->last = posted;
	rpc->last = &posted->next;
	pthread_mutex_unlock(&rpc->lock);
	if (first)
		rpc->output.wake(rpc->output.argument);
}

void rpc_drain(struct rpc *rpc)
{
	struct posted *posted, *next;

	pthread_mutex_lock(&rpc->lock);
	posted = rpc->first;
	rpc->first = NULL;
	rpc->last = &rpc->first;
	pthread_mutex_unlock(&rpc->lock);
	for (; posted != NULL; posted = next) {
		next = posted->next;
		posted->deliver(posted);
	}
	if (rpc->sweep_wanted) /* no room for it before; what was drained made some */
		watches_look(rpc);
	if (rpc->answer.capacity > PIECE_KEPT)
		buffer_clear(&rpc->answer);
}

size_t rpc_unfinished(const struct rpc *rpc)
{
	return rpc->unfinished;
}

struct conversation *conversation_new(struct rpc *rpc, const struct caller *caller, void *peer)
{
	struct conversation *conversation = calloc(1, sizeof *conversation);

	if (conversation == NULL)
		return NULL;
	conversation->rpc = rpc;
	conversation->peer = peer;
	conversation->caller.role = caller->role;
	conversation->caller.name = strdup(caller->name);
	conversation->caller.person = caller->person != NULL ? strdup(caller->person) : NULL;
	atomic_store(&conversation->references, 1);
	if (conversation->caller.name == NULL || (caller->person != NULL && conversation->caller.person == NULL)) {
		conversation_release(conversation);
		return NULL;
	}
	conversation->next = rpc->conversations;
	if (conversation->next != NULL)
		conversation->next->previous = conversation;
	rpc->conversations = conversation;
	rpc->conversation_count++;
	return conversation;
}

struct conversation *conversation_hold(struct conversation *conversation)
{
	atomic_fetch_add(&conversation->references, 1);
	return conversation;
}

void conversation_release(struct conversation *conversation)
{
	if (atomic_fetch_sub(&conversation->references, 1) > 1)
		return;
	free((char *)conversation->caller.name);
	free((char *)conversation->caller.person);
	free(conversation);
}

static void wake_streams(struct rpc *rpc)
{
	if (atomic_load(&rpc->streams_waiting) == 0)
		return;
	pthread_mutex_lock(&rpc->stream_lock);
	pthread_cond_broadcast(&rpc->stream_moved);
	pthread_mutex_unlock(&rpc->stream_lock);
}

void conversation_close(struct conversation **place)
{
	struct conversation *conversation = *place;
	struct rpc *rpc = conversation->rpc;

	*place = NULL;
	atomic_store(&conversation->gone, true);
	conversation->peer = NULL;
	rpc->unfinished -= conversation->unfinished;
	if (conversation->previous != NULL)
		conversation->previous->next = conversation->next;
	else
		rpc->conversations = conversation->next;
	if (conversation->next != NULL)
		conversation->next->previous = conversation->previous;
	rpc->conversation_count--;
	watches_close(conversation);
	imports_close(conversation);
	wake_streams(rpc);
	conversation_release(conversation);
}

void conversation_send(struct conversation *conversation, const char *bytes, size_t length)
{
	struct rpc *rpc = conversation->rpc;

	if (conversation->peer != NULL)
		rpc->output.deliver(rpc->output.argument, conversation->peer, bytes, length);
}

void conversation_set_pending(struct conversation *conversation, size_t bytes)
{
	size_t before = atomic_exchange(&conversation->pending_bytes, bytes);

	if (bytes >= before)
		return;
	wake_streams(conversation->rpc);
	if (conversation->watch_count > 0 && before >= RPC_PENDING_LARGEST && bytes < RPC_PENDING_LARGEST)
		watches_look(conversation->rpc);
}

size_t conversation_unfinished(const struct conversation *conversation)
{
	return conversation->unfinished;
}
