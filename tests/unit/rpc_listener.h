/* A peer for the tests of rpc: what it is sent is kept as text. */
#ifndef LUODI_TESTS_RPC_LISTENER_H
#define LUODI_TESTS_RPC_LISTENER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rpc/rpc.h"
#include "rpc_fake_engine.h"

struct listener {
	struct engine engine;
	struct rpc *rpc;
	struct conversation *conversation;
	struct buffer heard;
	size_t wakes, finished;
};

static inline void listener_wake(void *argument)
{
	((struct listener *)argument)->wakes++;
}

static inline void listener_deliver(void *argument, void *peer, const char *bytes, size_t length)
{
	struct listener *listener = argument;

	assert_ptr_equal(peer, listener);
	assert_int_equal(bytes[length - 1], '\n');
	buffer_append(&listener->heard, bytes, length);
}

static inline void listener_finish(void *argument, void *peer)
{
	(void)peer;
	((struct listener *)argument)->finished++;
}

static inline void listener_open(struct listener *listener, const char *name, enum role role)
{
	struct rpc_output output = {listener_wake, listener_deliver, listener_finish, listener};
	struct caller caller = {.name = name, .role = role};

	*listener = (struct listener){0};
	buffer_init(&listener->heard, 256 << 20);
	listener->rpc = rpc_new(&listener->engine, &output);
	listener->conversation = conversation_new(listener->rpc, &caller, listener);
	assert_non_null(listener->conversation);
}

static inline void listener_close(struct listener *listener)
{
	if (listener->conversation != NULL)
		conversation_close(&listener->conversation);
	listener->engine.post_is_full = false;
	while (listener->engine.work_count > 0 || listener->engine.write_count > 0) {
		fake_run(&listener->engine);
		while (listener->engine.write_count > 0)
			fake_finish_write(&listener->engine, 0, true);
		rpc_drain(listener->rpc);
	}
	rpc_free(listener->rpc);
	buffer_clear(&listener->heard);
}

static inline void say_bytes(struct listener *listener, const char *line, size_t length)
{
	conversation_take_line(listener->conversation, line, length);
}

static inline void say(struct listener *listener, const char *line)
{
	say_bytes(listener, line, strlen(line));
}

/* Everything that was begun comes to its end. */
static inline void settle(struct listener *listener)
{
	do {
		fake_run(&listener->engine);
		while (listener->engine.write_count > 0)
			fake_finish_write(&listener->engine, 0, true);
		rpc_drain(listener->rpc);
	} while (listener->engine.work_count > 0 || listener->engine.write_count > 0);
}

static inline bool heard(const struct listener *listener, const char *piece)
{
	return strstr(buffer_text(&listener->heard), piece) != NULL;
}

static inline void expect_heard(const struct listener *listener, const char *piece)
{
	if (!heard(listener, piece))
		fail_msg("not heard: %s\nheard: %.2000s", piece, buffer_text(&listener->heard));
}

static inline size_t lines_heard(const struct listener *listener)
{
	size_t count = 0;

	for (const char *at = buffer_text(&listener->heard); (at = strchr(at, '\n')) != NULL; at++)
		count++;
	return count;
}

static inline void forget(struct listener *listener)
{
	buffer_reset(&listener->heard);
}

#endif
