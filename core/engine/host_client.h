/* host_client: one plugin host process, seen from luodid. It trusts nothing that comes back: every frame is bounded and decoded, and the
 * first fault in one, or a deadline, ends the process with SIGKILL.
 *
 * One thread at a time (the owner's lock). A call: host_client_call() sends, answers what the host asks through the asker, and returns
 * the result's items. After a false return host_client_is_alive() tells whether the process is still usable.
 */
#ifndef LUODI_ENGINE_HOST_CLIENT_H
#define LUODI_ENGINE_HOST_CLIENT_H

#include "model/host_protocol.h"

struct host_client;

struct plugin_module {
	const char *name; /* "init", "report" */
	const char *source;
	size_t length;
};
struct plugin_source {
	const char *name;
	const struct plugin_module *modules; /* "init" is one of them */
	size_t module_count;
	const char *test; /* test.lua, or NULL */
	size_t test_length;
	unsigned char hash[32];
};

/* What a call may want to know, and what it puts out. Called from the calling thread, inside host_client_call. */
struct host_asker {
	/* Append the items of the answer to out; false: error is told to the plugin instead. */
	bool (*answer)(void *argument, enum host_ask ask, struct wire *items, struct pool *pool, struct buffer *out,
	    struct error *error);
	/* A block of output; false ends the call (error says why). */
	bool (*emit)(void *argument, enum host_block block, struct wire *items, struct pool *pool, struct error *error);
	void *argument;
	const struct schema *schema; /* to read states with */
};

struct host_budget {
	int64_t call_us; /* wall time until it is killed; what luodid spends on answering does not count */
};

must_check struct host_client *host_client_start(const char *program, struct error *error);
void host_client_stop(struct host_client *host); /* kills and reaps; NULL is allowed */
bool host_client_is_alive(const struct host_client *host);
int host_client_pid(const struct host_client *host);

/* NULL: error is ERROR_PLUGIN_FAULT with "file:line: sentence", or ERROR_BUDGET. Lives in the pool. */
must_check const struct declarations *host_client_load(
    struct host_client *host, int index, const struct plugin_source *plugin, struct pool *pool, struct error *error);
must_check bool host_client_schema(struct host_client *host, const struct schema *schema, struct error *error);

/* arguments: the items behind "today" in HOST_CALL. The result's items are read through ret_result, which stays valid until the next call.
 * ERROR_PLUGIN_FAULT (sentence: "file:line: message"), ERROR_BUDGET, or what emit gave. */
must_check bool host_client_call(struct host_client *host, enum host_call call, int plugin, int64_t function,
    struct date today, const struct buffer *arguments, struct host_budget budget, const struct host_asker *asker,
    struct pool *pool, struct wire *ret_result, struct error *error);

#endif
