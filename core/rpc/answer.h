/* answer: the outer form of what goes back: results, errors, and the facts that each result carries. Any thread. */
#ifndef LUODI_RPC_ANSWER_H
#define LUODI_RPC_ANSWER_H

#include "rpc/call.h"

enum { /* of JSON-RPC 2.0 */
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_NO_METHOD = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_OWN_ERROR = -32000 /* data.code says which */
};

/* {"jsonrpc":"2.0","id":…,"result":{ and after the members }} */
void answer_begin(struct json_writer *json, struct buffer *out, const char *id, size_t id_length);
void answer_end(struct json_writer *json);
/* A whole response. call may be NULL: then there is no more to say than error does. */
void answer_put_error(
    struct buffer *out, const char *id, size_t id_length, int code, const struct error *error, const struct call *call);

/* "seq", "as_of", "known", "plugins", and what else there is to know of when this is true. */
void answer_put_facts(struct json_writer *json, const struct view_facts *facts, int64_t known_seq);
/* The same of a view that the call's parameters asked for. */
void answer_put_view(struct json_writer *json, const struct call *call, const struct view *view);
/* The same of a new view, for what needed none. */
void answer_put_now(struct json_writer *json, const struct call *call);
/* The same where there can be no view: as of today. */
void answer_put_present(struct json_writer *json, int64_t seq, struct date today, const char *set_hash);

/* What of a write came out well; the members of its result. A kept reply, as given before, is the same, with its braces. */
void answer_put_outcome(struct json_writer *json, const struct outcome *outcome);
/* struct wish.render: the whole object. Writer thread. */
void answer_render_outcome(const struct outcome *outcome, struct buffer *out);

#endif
