/* conversation: what rpc knows of one peer, and the box through which all threads reach the loop. Inside rpc only. */
#ifndef LUODI_RPC_CONVERSATION_H
#define LUODI_RPC_CONVERSATION_H

#include "rpc/rpc.h"
#include <pthread.h>
#include <stdatomic.h>

struct open_import;
struct watch;
struct call;

/* What waits for the loop thread; the first member of what is posted. */
struct posted {
	struct posted *next;
	void (*deliver)(struct posted *posted); /* loop thread; frees it */
};

struct rpc {
	struct engine *engine;
	struct rpc_output output;
	struct conversation *conversations; /* all that are open */
	atomic_size_t conversation_count;   /* changed on the loop thread, read by any */
	size_t unfinished;
	struct pool *scratch; /* of inline calls; loop thread */
	struct buffer answer; /* likewise */
	struct kept *kept;    /* likewise; NULL: no memory for it */
	int64_t next_import, next_watch;

	pthread_mutex_t lock; /* of the box */
	struct posted *first, **last;

	pthread_mutex_t stream_lock; /* for the waiting alone */
	pthread_cond_t stream_moved; /* a peer took something, or is gone */
	atomic_int streams_waiting;

	atomic_int_least64_t committed; /* the last seq that is on disk, as far as we were told */
	atomic_bool committed_posted;
	struct posted committed_note;
	bool sweeping, sweep_wanted; /* watch.c; loop thread */
};

struct conversation {
	struct rpc *rpc;
	void *peer;
	struct caller caller;
	struct conversation *next, *previous;
	atomic_size_t references;
	atomic_bool gone;
	atomic_size_t posted_bytes, pending_bytes; /* on the way to net; in net */
	size_t unfinished;			   /* loop thread, and all below */
	bool full;				   /* too much was unfinished when the line at hand began */
	struct open_import *imports;
	size_t import_count;
	struct watch *watches;
	size_t watch_count;
};

struct conversation *conversation_hold(struct conversation *conversation); /* any thread */
void conversation_release(struct conversation *conversation);		   /* any thread */
/* Loop thread. A whole line; dropped when the peer is gone. */
void conversation_send(struct conversation *conversation, const char *bytes, size_t length);

/* Any thread. Hands it to the loop. */
void rpc_post(struct rpc *rpc, struct posted *posted);

/* watch.c */
void watches_look(struct rpc *rpc); /* loop thread: something may be new, or may go on */
void watches_close(struct conversation *conversation);
/* methods_import.c */
void imports_close(struct conversation *conversation);

#endif
