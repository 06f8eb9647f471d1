/* rpc: JSON-RPC 2.0 over lines. It knows the methods and the peers' calls; it knows nothing of sockets.
 *
 * One struct rpc serves an engine. Each peer has a conversation: who it is, its unfinished calls, its open imports and
 * its watches. Lines go in on the loop thread; answers come out on the loop thread through deliver, either at once
 * or in rpc_drain after wake said that some wait. Calls finish in any order; what one call sends stays in order.
 *
 *   conversation_take_line(conversation, line, length);   deliver(…) may be called inside
 *   on wake: rpc_drain(rpc);                              deliver(…) is called inside
 *   after bytes went out: conversation_set_pending(conversation, bytes that still wait);
 *   at the end: conversation_close(&conversation);        nothing is delivered any more; its calls run on unheard
 *
 * All functions here belong to the loop thread, but for those that say otherwise.
 */
#ifndef LUODI_RPC_RPC_H
#define LUODI_RPC_RPC_H

#include "engine/engine.h"

#define LUODI_VERSION "0.1.0" /* as in CMakeLists.txt */

struct rpc;
struct conversation;

enum {
	RPC_LINE_LARGEST = 1 << 20,
	RPC_DEPTH_LARGEST = 64,
	RPC_BATCH_LARGEST = 100,
	RPC_UNFINISHED_LARGEST = 64,  /* calls of one peer */
	RPC_WATCHES_LARGEST = 16,     /* of one peer */
	RPC_IMPORTS_LARGEST = 4,      /* of one peer */
	RPC_PENDING_LARGEST = 1 << 20 /* bytes that wait for one peer before what streams to it waits too */
};

struct rpc_output {
	/* Any thread. Something waits for rpc_drain; called once until that. Must not wait. */
	void (*wake)(void *argument);
	/* Loop thread. Whole lines for peer, newlines included. Must not close the conversation. */
	void (*deliver)(void *argument, void *peer, const char *bytes, size_t length);
	/* Loop thread. Unless NULL: peer is done with after what was delivered has gone out. */
	void (*finish)(void *argument, void *peer);
	void *argument;
};

/* Takes engine_on_committed for itself. */
must_check struct rpc *rpc_new(struct engine *engine, const struct rpc_output *output);
/* After engine_close; all conversations must be closed. NULL is allowed. */
void rpc_free(struct rpc *rpc);
void rpc_drain(struct rpc *rpc);
size_t rpc_unfinished(const struct rpc *rpc); /* calls of peers that are still there */

/* caller's texts are copied. peer is handed back to deliver. */
must_check struct conversation *conversation_new(struct rpc *rpc, const struct caller *caller, void *peer);
void conversation_close(struct conversation **conversation);
/* One line without its newline, at most RPC_LINE_LARGEST bytes; borrowed. */
void conversation_take_line(struct conversation *conversation, const char *line, size_t length);
/* A line that the framing can't give: too long, or cut by the end. Sends the error. */
void conversation_refuse(
    struct conversation *conversation, enum error_code code, const char *sentence, const char *hint);
void conversation_set_pending(struct conversation *conversation, size_t bytes);
size_t conversation_unfinished(const struct conversation *conversation);

/* The line, newline included, that tells a peer why it is turned away; in out. Any thread. */
void rpc_put_farewell(struct buffer *out, const struct error *error);

#endif
