/* peer: one connection: its bytes in, its bytes out, its bounds. Inside net only; loop thread. */
#ifndef LUODI_NET_PEER_H
#define LUODI_NET_PEER_H

#include "net/loop.h"
#include "net/net.h"
#include "rpc/rpc.h"
#include <signal.h>
#include <stdatomic.h>

struct peer {
	struct net *net;
	struct peer *next, *previous;
	struct peer *next_dirty;
	bool is_dirty; /* something was delivered, or it is to be looked at: net_flush */
	int descriptor;
	uid_t uid;
	struct conversation *conversation;
	struct loop_event readable, writable;
	struct loop_event line_timer;  /* pending only while a line is unfinished */
	struct loop_event stall_timer; /* pending only while output waits */
	struct buffer input;	       /* what does not make a line yet, or waits until there is room for answers */
	struct evbuffer *output;
	bool is_full;	  /* output was over NET_OUTPUT_HIGH, and has not been below NET_OUTPUT_LOW since */
	bool input_ended; /* it sends no more; its calls are still answered */
	bool finishing;	  /* nothing more is read; closed once all is sent */
	const char *doom; /* a literal: why it is to be closed at once; NULL: it is not */
};

struct user_count {
	uid_t uid;
	size_t peers;
};

struct net_signal {
	struct net_signal *next;
	struct loop_event *event;
	void (*on_signal)(void *argument, int number);
	void *argument;
	int number;
};

enum { PIECE = 64 << 10 };

struct net {
	struct event_base *base;
	struct rpc *rpc;
	char *socket_path;
	mode_t mode;
	size_t peers_largest, peers_of_user_largest;
	bool (*admit)(
	    void *argument, const struct net_credentials *credentials, struct caller *ret_caller, struct error *error);
	void *argument;

	int listener; /* -1: none */
	struct loop_event *acceptable, *accept_again;
	dev_t socket_device; /* of our path, so that only our own is unlinked */
	ino_t socket_inode;
	int reserve; /* a descriptor to give up when there are no more */

	int wake; /* eventfd */
	struct loop_event *woken;
	atomic_bool broken;
	struct loop_event *stop_timer;
	bool stopping;
	enum net_end end;

	struct peer *peers, *dirty;
	size_t peer_count;
	struct user_count *users;
	size_t user_count, user_capacity;
	struct net_signal *signals;
	int64_t logged_us; /* of lines that peers could cause at will */
	size_t unlogged;
	int64_t starved_us;
	char piece[PIECE]; /* what is read lands here first */
};

/* Takes over descriptor. NULL: no memory; descriptor is closed. */
must_check struct peer *peer_new(struct net *net, int descriptor, uid_t uid, const struct caller *caller);
void peer_free(struct peer *peer);
void peer_stop_reading(struct peer *peer);
void peer_deliver(struct peer *peer, const char *bytes, size_t length);
void peer_look(struct peer *peer); /* at the next net_flush */
/* Writes what waits for those that were delivered to; closes those that are done or doomed. */
void net_flush(struct net *net);
/* May a line that a peer caused be logged now? At most one a second. */
bool net_may_log(struct net *net);

/* While stopping: ends the loop when all that was taken is answered. */
void net_check_stopped(struct net *net);

/* listen.c */
void net_close_listener(struct net *net);
void net_forget_user(struct net *net, uid_t uid);

#endif
