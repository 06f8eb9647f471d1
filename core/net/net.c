#include "net/net.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/peer.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STOP_SECONDS = 5, LAST_WORDS_MS = 1000 };

/* Any thread: rpc's box is no longer empty. */
static void wake(void *argument)
{
	const struct net *net = argument;
	const uint64_t one = 1;

	while (write(net->wake, &one, sizeof one) < 0 && errno == EINTR)
		;
}

static void deliver(void *argument, void *peer, const char *bytes, size_t length)
{
	(void)argument;
	peer_deliver(peer, bytes, length);
}

static void finish(void *argument, void *peer)
{
	(void)argument;
	peer_stop_reading(peer);
}

static bool has_output(const struct net *net)
{
	for (const struct peer *peer = net->peers; peer != NULL; peer = peer->next)
		if (evbuffer_get_length(peer->output) > 0)
			return true;
	return false;
}

void net_check_stopped(struct net *net)
{
	if (net->stopping && rpc_unfinished(net->rpc) == 0 && !has_output(net))
		event_base_loopbreak(net->base);
}

/* A peer that has hung up is looked at when its last answer comes, even where nothing is sent to it. */
static void on_woken(evutil_socket_t descriptor, short what, void *argument)
{
	struct net *net = argument;
	uint64_t count;

	(void)what;
	if (read((int)descriptor, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR)
		log_error("net：别的线程的叫醒读不出来：%s", strerror(errno));
	if (atomic_load(&net->broken)) {
		net->end = NET_BROKEN;
		event_base_loopbreak(net->base);
		return;
	}
	rpc_drain(net->rpc);
	net_flush(net);
	net_check_stopped(net);
}

static void on_stop_timer(evutil_socket_t descriptor, short what, void *argument)
{
	struct net *net = argument;

	(void)descriptor;
	(void)what;
	log_warning("net：停下时还有 %zu 个请求没有答完", rpc_unfinished(net->rpc));
	event_base_loopbreak(net->base);
}

static bool open_loop(struct net *net)
{
	net->base = event_base_new();
	if (net->base == NULL)
		return false;
	net->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (net->wake < 0 || net->reserve < 0)
		return false;
	net->woken = event_new(net->base, net->wake, EV_READ | EV_PERSIST, on_woken, net);
	net->stop_timer = evtimer_new(net->base, on_stop_timer, net);
	return net->woken != NULL && net->stop_timer != NULL && event_add(net->woken, NULL) == 0;
}

struct net *net_new(struct engine *engine, const struct net_options *options, struct error *error)
{
	struct net *net = calloc(1, sizeof *net);
	struct rpc_output output = {.wake = wake, .deliver = deliver, .finish = finish, .argument = net};

	if (net == NULL) {
		error_set(error, ERROR_INTERNAL, "", "out of memory");
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN);
	net->listener = net->wake = net->reserve = -1;
	net->mode = options->mode != 0 ? options->mode : 0660;
	net->peers_largest = options->peers > NET_PEERS_KEPT ? options->peers : NET_PEERS;
	net->peers_of_user_largest = options->peers_of_user > 0 ? options->peers_of_user : NET_PEERS_OF_USER;
	net->admit = options->admit;
	net->argument = options->argument;
	net->socket_path = strdup(options->socket_path);
	if (net->socket_path == NULL || !open_loop(net) || (net->rpc = rpc_new(engine, &output)) == NULL) {
		error_set(error, ERROR_INTERNAL, "", "the loop can't be made: %s", strerror(errno));
		net_free(net);
		return NULL;
	}
	return net;
}

static void on_signal(evutil_socket_t number, short what, void *argument)
{
	struct net_signal *handler = argument;

	(void)number;
	(void)what;
	handler->on_signal(handler->argument, handler->number);
}

bool net_add_signal(
    struct net *net, int number, void (*callback)(void *argument, int number), void *argument, struct error *error)
{
	struct net_signal *handler = calloc(1, sizeof *handler);

	if (handler == NULL)
		return error_set(error, ERROR_INTERNAL, "", "out of memory");
	*handler = (struct net_signal){
	    net->signals, evsignal_new(net->base, number, on_signal, handler), callback, argument, number};
	net->signals = handler;
	if (handler->event == NULL || event_add(handler->event, NULL) != 0)
		return error_set(error, ERROR_INTERNAL, "", "signal %d can't be caught", number);
	return true;
}

enum net_end net_run(struct net *net)
{
	net->end = NET_STOPPED;
	event_base_dispatch(net->base);
	return net->end;
}

void net_stop(struct net *net)
{
	static const struct timeval time = {.tv_sec = STOP_SECONDS};

	if (net->stopping)
		return;
	net->stopping = true;
	net_close_listener(net);
	for (struct peer *peer = net->peers; peer != NULL; peer = peer->next)
		peer_stop_reading(peer);
	event_add(net->stop_timer, &time);
	net_flush(net);
	wake(net); /* looks whether there is anything to wait for, once the loop runs */
}

void net_break(struct net *net)
{
	atomic_store(&net->broken, true);
	wake(net);
}

/* What the end brought: answers of writes that were finished, or refused, while the engine closed. */
void net_say_last(struct net *net)
{
	int64_t until_us = clock_monotonic_us() + LAST_WORDS_MS * INT64_C(1000);

	net->stopping = true;
	rpc_drain(net->rpc);
	for (struct peer *peer = net->peers; peer != NULL; peer = peer->next)
		peer_look(peer);
	net_flush(net);
	for (struct peer *peer = net->peers, *next; peer != NULL; peer = next) {
		next = peer->next;
		while (evbuffer_get_length(peer->output) > 0 && clock_monotonic_us() < until_us) {
			struct pollfd wait = {.fd = peer->descriptor, .events = POLLOUT};

			if (poll(&wait, 1, (int)((until_us - clock_monotonic_us()) / 1000) + 1) <= 0 ||
			    evbuffer_write(peer->output, peer->descriptor) <= 0)
				break;
		}
	}
}

void net_free(struct net *net)
{
	struct net_signal *handler;

	if (net == NULL)
		return;
	net_close_listener(net);
	if (net->rpc != NULL)
		net_say_last(net);
	while (net->peers != NULL)
		peer_free(net->peers);
	net->dirty = NULL;
	rpc_free(net->rpc);
	while ((handler = net->signals) != NULL) {
		net->signals = handler->next;
		if (handler->event != NULL)
			event_free(handler->event);
		free(handler);
	}
	if (net->woken != NULL)
		event_free(net->woken);
	if (net->stop_timer != NULL)
		event_free(net->stop_timer);
	if (net->base != NULL)
		event_base_free(net->base);
	if (net->wake >= 0)
		close(net->wake);
	if (net->reserve >= 0)
		close(net->reserve);
	free(net->users);
	free(net->socket_path);
	free(net);
}
