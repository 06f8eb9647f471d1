#include "net/peer.h"

#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_LARGEST = RPC_LINE_LARGEST + PIECE, READS_A_TURN = 4, INPUT_KEPT = 16 << 10 };

static const struct timeval stall_time = {.tv_sec = NET_STALL_SECONDS};

bool net_may_log(struct net *net)
{
	int64_t now_us = clock_monotonic_us();

	if (net->logged_us != 0 && now_us - net->logged_us < 1000000) {
		net->unlogged++;
		return false;
	}
	net->logged_us = now_us;
	if (net->unlogged > 0)
		log_warning("net：另有 %zu 条关于连接的记录没有写出来", net->unlogged);
	net->unlogged = 0;
	return true;
}

void peer_look(struct peer *peer)
{
	if (peer->is_dirty)
		return;
	peer->is_dirty = true;
	peer->next_dirty = peer->net->dirty;
	peer->net->dirty = peer;
}

static void doom(struct peer *peer, const char *why)
{
	if (peer->doom == NULL)
		peer->doom = why;
	peer_look(peer);
}

void peer_deliver(struct peer *peer, const char *bytes, size_t length)
{
	if (peer->doom != NULL)
		return;
	if (evbuffer_get_length(peer->output) > NET_OUTPUT_LARGEST)
		doom(peer, "它不读：等着发给它的超过 4 MB");
	else if (evbuffer_add(peer->output, bytes, length) != 0)
		doom(peer, "内存不够");
	peer_look(peer);
}

void peer_stop_reading(struct peer *peer)
{
	event_del(&peer->readable);
	event_del(&peer->line_timer);
	peer->finishing = true;
	peer_look(peer);
}

/* It is told why; the framing is lost, so there is nothing more to read. */
static void refuse_framing(struct peer *peer, enum error_code code, const char *sentence, const char *hint)
{
	conversation_refuse(peer->conversation, code, sentence, hint);
	peer->input.length = 0;
	peer_stop_reading(peer);
}

/* Whole lines of bytes to rpc, as long as there is room for their answers. Returns how many bytes were taken. */
static size_t take_lines(struct peer *peer, const char *bytes, size_t length)
{
	size_t taken = 0;

	while (!peer->is_full && !peer->finishing && taken < length) {
		const char *line = bytes + taken, *end = memchr(line, '\n', length - taken);
		size_t size = end != NULL ? (size_t)(end - line) : length - taken;

		if (size > RPC_LINE_LARGEST) {
			refuse_framing(
			    peer, ERROR_TOO_LARGE, "一行超过 1 MB，连接就此关闭", "分成几次发；导入每次至多 1000 行");
			return length;
		}
		if (end == NULL)
			break;
		conversation_take_line(peer->conversation, line, size);
		taken += size + 1;
		peer->is_full = evbuffer_get_length(peer->output) >= NET_OUTPUT_HIGH;
	}
	return taken;
}

/* The clock of an unfinished line starts when it begins, and nothing but its end stops it. */
static void watch_line(struct peer *peer, bool took_some)
{
	bool unfinished = peer->input.length > 0 && !peer->is_full && !peer->finishing;

	if (!unfinished)
		event_del(&peer->line_timer);
	else if (took_some || !event_pending(&peer->line_timer, EV_TIMEOUT, NULL))
		event_add(&peer->line_timer, &stall_time);
}

static void take_waiting(struct peer *peer)
{
	size_t taken = take_lines(peer, peer->input.bytes, peer->input.length);

	if (taken > peer->input.length) /* the framing was refused: nothing is left */
		taken = peer->input.length;
	buffer_consume(&peer->input, taken);
	if (peer->input.length == 0 && peer->input.capacity > INPUT_KEPT)
		buffer_clear(&peer->input);
	watch_line(peer, taken > 0);
}

/* Most lines come whole, and go to rpc from where they were read. */
static void take_bytes(struct peer *peer, const char *bytes, size_t length)
{
	size_t taken;

	if (peer->input.length == 0) {
		taken = take_lines(peer, bytes, length);
		if (taken < length && !peer->finishing && !buffer_append(&peer->input, bytes + taken, length - taken))
			doom(peer, "内存不够");
		watch_line(peer, taken > 0);
		return;
	}
	if (!buffer_append(&peer->input, bytes, length)) {
		doom(peer, "内存不够");
		return;
	}
	take_waiting(peer);
}

static void on_input_end(struct peer *peer)
{
	event_del(&peer->readable);
	event_del(&peer->line_timer);
	peer->input_ended = true;
	if (peer->input.length > 0) /* cut short: it may be half of something, so it is not run */
		refuse_framing(peer, ERROR_INVALID, "最后一行没有换行，没有执行", "每个请求后面要有一个换行");
	peer_look(peer);
}

/* Takes what there is, a few pieces at most: others wait for their turn. */
static void read_some(struct peer *peer)
{
	struct net *net = peer->net;

	for (int i = 0; i < READS_A_TURN && !peer->is_full && !peer->finishing && peer->doom == NULL; i++) {
		ssize_t count = read(peer->descriptor, net->piece, sizeof net->piece);

		if (count > 0) {
			take_bytes(peer, net->piece, (size_t)count);
		} else if (count == 0) {
			on_input_end(peer);
			return;
		} else if (errno != EAGAIN && errno != EINTR) {
			doom(peer, "读的时候断了");
			return;
		}
		if (count < (ssize_t)sizeof net->piece)
			return;
	}
}

static void on_readable(evutil_socket_t descriptor, short what, void *argument)
{
	struct peer *peer = argument;

	(void)descriptor;
	(void)what;
	if (peer->input.length > 0) /* after a pause there may be whole lines */
		take_waiting(peer);
	if (!peer->is_full && !peer->finishing)
		read_some(peer);
	if (peer->is_full)
		event_del(&peer->readable); /* on again at NET_OUTPUT_LOW */
	net_flush(peer->net);
}

static void on_writable(evutil_socket_t descriptor, short what, void *argument)
{
	struct peer *peer = argument;
	struct net *net = peer->net; /* peer may be gone after the flush */

	(void)descriptor;
	(void)what;
	peer_look(peer);
	net_flush(net);
	net_check_stopped(net);
}

static void on_line_timer(evutil_socket_t descriptor, short what, void *argument)
{
	struct peer *peer = argument;

	(void)descriptor;
	(void)what;
	refuse_framing(peer, ERROR_INVALID, "一行 30 秒没有写完，连接就此关闭", "一次把整行发完");
	net_flush(peer->net);
}

static void on_stall_timer(evutil_socket_t descriptor, short what, void *argument)
{
	struct peer *peer = argument;
	struct net *net = peer->net;

	(void)descriptor;
	(void)what;
	doom(peer, "它不读：30 秒没有取走一个字节");
	net_flush(net);
	net_check_stopped(net);
}

/* False: the peer is gone. */
static bool write_waiting(struct peer *peer)
{
	size_t before = evbuffer_get_length(peer->output), after = before;

	while (after > 0) {
		int count = evbuffer_write(peer->output, peer->descriptor);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno != EAGAIN)
			return false;
		if (count <= 0)
			break;
		after = evbuffer_get_length(peer->output);
	}
	if (after == 0) {
		event_del(&peer->writable);
		event_del(&peer->stall_timer);
	} else if (after < before || !event_pending(&peer->stall_timer, EV_TIMEOUT, NULL)) {
		event_add(&peer->writable, NULL);
		event_add(&peer->stall_timer, &stall_time);
	}
	conversation_set_pending(peer->conversation, after);
	return true;
}

/* Room again: reading goes on, first with what has been read already. */
static void read_on(struct peer *peer)
{
	peer->is_full = false;
	if (peer->finishing || peer->input_ended)
		return;
	event_add(&peer->readable, NULL);
	event_active(&peer->readable, EV_READ, 0);
}

static bool is_done(const struct peer *peer)
{
	bool ending = peer->finishing || peer->input_ended;

	return ending && conversation_unfinished(peer->conversation) == 0 && evbuffer_get_length(peer->output) == 0;
}

static void flush_one(struct peer *peer)
{
	if (peer->doom == NULL && !write_waiting(peer))
		peer->doom = "";
	if (peer->doom != NULL) {
		if (peer->doom[0] != '\0' && net_may_log(peer->net))
			log_warning("net：断开 uid %ld 的连接：%s", (long)peer->uid, peer->doom);
		peer_free(peer);
	} else if (is_done(peer) && !peer->net->stopping) {
		peer_free(peer);
	} else if (peer->is_full && evbuffer_get_length(peer->output) < NET_OUTPUT_LOW) {
		read_on(peer);
	}
}

void net_flush(struct net *net)
{
	struct peer *peer;

	while ((peer = net->dirty) != NULL) {
		net->dirty = peer->next_dirty;
		peer->is_dirty = false;
		flush_one(peer);
	}
}

struct peer *peer_new(struct net *net, int descriptor, uid_t uid, const struct caller *caller)
{
	struct peer *peer = calloc(1, sizeof *peer);

	if (peer == NULL) {
		close(descriptor);
		return NULL;
	}
	peer->net = net;
	peer->descriptor = descriptor;
	peer->uid = uid;
	buffer_init(&peer->input, INPUT_LARGEST);
	peer->output = evbuffer_new();
	peer->conversation = conversation_new(net->rpc, caller, peer);
	event_assign(&peer->readable, net->base, descriptor, EV_READ | EV_PERSIST, on_readable, peer);
	event_assign(&peer->writable, net->base, descriptor, EV_WRITE | EV_PERSIST, on_writable, peer);
	event_assign(&peer->line_timer, net->base, -1, 0, on_line_timer, peer);
	event_assign(&peer->stall_timer, net->base, -1, 0, on_stall_timer, peer);
	peer->next = net->peers;
	if (peer->next != NULL)
		peer->next->previous = peer;
	net->peers = peer;
	net->peer_count++;
	if (peer->output == NULL || peer->conversation == NULL || event_add(&peer->readable, NULL) != 0) {
		peer_free(peer);
		return NULL;
	}
	return peer;
}

void peer_free(struct peer *peer)
{
	struct net *net = peer->net;

	event_del(&peer->readable);
	event_del(&peer->writable);
	event_del(&peer->line_timer);
	event_del(&peer->stall_timer);
	if (peer->conversation != NULL)
		conversation_close(&peer->conversation);
	if (peer->previous != NULL)
		peer->previous->next = peer->next;
	else
		net->peers = peer->next;
	if (peer->next != NULL)
		peer->next->previous = peer->previous;
	net->peer_count--;
	net_forget_user(net, peer->uid);
	close(peer->descriptor);
	if (peer->output != NULL)
		evbuffer_free(peer->output);
	buffer_clear(&peer->input);
	free(peer);
}
