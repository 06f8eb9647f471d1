/* Any bytes as the lines of a peer, up to calls of an engine that does nothing: never a crash, every answer is JSON on lines of its own,
 * and no call stays open. The first byte says who the peer is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rpc/json_reader.h"
#include "rpc/rpc.h"
#include "rpc_fake_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { LINES_LARGEST = 200 };

static void wake(void *argument)
{
	(void)argument;
}

static void check_line(const char *line, size_t length)
{
	json_t *root = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(root) && !json_is_array(root))
		abort();
	json_decref(root);
}

static void deliver(void *argument, void *peer, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	(void)argument, (void)peer;
	if (length == 0 || end[-1] != '\n')
		abort();
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));

		check_line(bytes, (size_t)(newline - bytes));
		bytes = newline + 1;
	}
}

static void finish(void *argument, void *peer)
{
	(void)argument, (void)peer;
}

static struct rpc *the_rpc(void) /* one for all inputs: making it is dear */
{
	static struct engine engine = {.at_once = true};
	static const struct rpc_output output = {wake, deliver, finish, NULL};
	static struct rpc *rpc;

	if (rpc == NULL)
		rpc = rpc_new(&engine, &output);
	if (rpc == NULL)
		abort();
	return rpc;
}

static void say(struct conversation *conversation, const char *text, size_t length)
{
	const char *end = text + length;

	for (int line = 0; text < end && line < LINES_LARGEST; line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline != NULL ? newline : end;

		conversation_take_line(conversation, text, (size_t)(line_end - text));
		rpc_drain(the_rpc());
		text = line_end + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct caller caller = {
	    .name = "佟雪", .role = length > 0 ? (enum role)(ROLE_VIEWER + bytes[0] % 4) : ROLE_VIEWER};
	struct conversation *conversation = conversation_new(the_rpc(), &caller, NULL);

	if (conversation == NULL)
		abort();
	if (length > 0)
		say(conversation, (const char *)bytes + 1, length - 1);
	if (conversation_unfinished(conversation) != 0)
		abort();
	conversation_close(&conversation);
	rpc_drain(the_rpc());
	return 0;
}
