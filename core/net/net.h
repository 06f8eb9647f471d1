/* net: the socket that peers connect to, and the loop. It knows bytes and lines; what they mean is rpc's business.
 *
 *   net_new (the engine is open) → net_add_signal … → net_listen → net_run … until net_stop → engine_close → net_free
 *
 * Every peer is bounded: a line, what it may leave unfinished, what may wait for it. One that breaks a bound is closed,
 * with a reason, and nobody else notices. With nothing to do the loop sleeps and no timer runs.
 *
 * All functions belong to the thread that calls net_run, but for net_break.
 */
#ifndef LUODI_NET_NET_H
#define LUODI_NET_NET_H

#include "engine/engine.h"
#include <sys/types.h>

struct net;

enum {
	NET_OUTPUT_LOW = 256 << 10,   /* bytes: reading from a peer goes on */
	NET_OUTPUT_HIGH = 1 << 20,    /* nothing more is read from it */
	NET_OUTPUT_LARGEST = 4 << 20, /* it is dropped rather than given more */
	NET_STALL_SECONDS = 30,	      /* it took nothing, or a line is unfinished, for so long */
	NET_PEERS = 4096,
	NET_PEERS_OF_USER = 256,
	NET_PEERS_KEPT = 8 /* of all, for admins */
};

struct net_credentials { /* from the kernel; never the process id, which is reused */
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* the others */
	size_t group_count;
};

struct net_options {
	const char *socket_path;
	mode_t mode;	      /* of the socket; 0: 0660 */
	size_t peers;	      /* 0: NET_PEERS */
	size_t peers_of_user; /* 0: NET_PEERS_OF_USER */
	/* Who a peer is; ret_caller's texts are copied at once. False: nobody, and error tells it why. */
	bool (*admit)(
	    void *argument, const struct net_credentials *credentials, struct caller *ret_caller, struct error *error);
	void *argument;
};

/* Ignores SIGPIPE from here on. options' texts are copied. */
must_check struct net *net_new(struct engine *engine, const struct net_options *options, struct error *error);
/* on_signal is called in the loop, not in the signal's handler. */
must_check bool net_add_signal(
    struct net *net, int number, void (*on_signal)(void *argument, int number), void *argument, struct error *error);
/* Makes the folder (0750) where it is missing, takes away a stale socket, binds. Only whoever holds the store may call it:
 * a socket that is there belongs to nobody then. */
must_check bool net_listen(struct net *net, struct error *error);

enum net_end { NET_STOPPED, NET_BROKEN };
enum net_end net_run(struct net *net);
/* No new peers and no new lines; what was taken is answered, within 5 s; then net_run returns. */
void net_stop(struct net *net);
/* Any thread. net_run returns NET_BROKEN at once. */
void net_break(struct net *net);
/* What is still to be said goes out, for at most a second. When net_run has returned. */
void net_say_last(struct net *net);
/* Says it, and closes all peers. After engine_close. NULL is allowed. */
void net_free(struct net *net);

#endif
