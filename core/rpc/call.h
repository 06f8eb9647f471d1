/* call: one request on its way, from the line to its answer.
 *
 *   made by line.c on the loop thread → run there, on a reader or on the long thread, or handed to the writer as a wish
 *   → posted → delivered on the loop thread, as a line of its own or as an item of its batch → freed
 *
 * It belongs to one thread at a time; the posting hands it over.
 */
#ifndef LUODI_RPC_CALL_H
#define LUODI_RPC_CALL_H

#include "rpc/conversation.h"
#include "rpc/method.h"

enum { ANSWER_LARGEST = 64 << 20, ID_LARGEST = 1024 /* bytes, as JSON */ };

struct batch {				   /* loop thread */
	size_t waiting;			   /* calls not yet answered, and one while the line is being read */
	struct buffer answers;		   /* "[{…},{…}" so far */
	struct conversation *conversation; /* held */
};

struct open_import;
struct watch;

struct call {
	struct posted posted;		   /* first: a posted call is cast back */
	struct conversation *conversation; /* held */
	struct batch *batch;		   /* NULL: alone */
	const struct method *method;
	json_t *params;	       /* an object, or NULL */
	struct caller caller;  /* of the conversation; its texts live as long */
	struct pool *pool;     /* of the work; NULL until call_pool */
	bool counted;	       /* among the unfinished */
	bool notification;     /* no answer is wanted */
	enum method_kind kind; /* where it runs: the method's, unless prepare knows better */
	struct buffer answer;  /* the whole response, rendered */
	bool ok;
	struct outcome *outcome;    /* METHOD_WRITE, when it came */
	struct schema *schema;	    /* of a write, for names */
	struct call *next;	    /* in the queue of an import */
	struct open_import *import; /* that it is about, or NULL */
	bool has_turn;		    /* among the calls of its import */
	struct watch *watch;	    /* watch.start: to be taken up */
	int64_t progressed_us;	    /* when it began, or its last progress note went out; monotonic */
	/* What an error says beyond struct error; in the pool. */
	const char *text; /* that position points into */
	const struct candidate *candidates;
	size_t candidate_count;
	const char *faults; /* lines of plugins */
	size_t id_length;
	char id[]; /* as JSON, to be echoed; "null" */
};

must_check struct call *call_new(struct conversation *conversation, const char *id, size_t id_length);
void call_free(struct call *call);
struct pool *call_pool(struct call *call);

/* Opens the view that the common parameters ask for. */
must_check struct view *call_view(struct call *call, struct error *error);

/* Loop thread. Checks and starts it; the call is the callee's from here on. */
void call_start(struct call *call);
/* Loop thread. Runs it where its kind says. */
void call_dispatch(struct call *call);
/* Loop thread. Refuses it; it is gone afterwards. */
void call_fail(struct call *call, int code, const struct error *error);
/* Loop thread. A whole response, as a line of its own (then a newline is added) or, unless NULL, into its batch. */
void respond(struct conversation *conversation, struct batch *batch, struct buffer *answer);
struct batch *batch_new(struct conversation *conversation);
void batch_release(struct batch *batch); /* one of those that it waits for is done; the last one sends it */
/* Worker threads. Runs the method and renders the answer, well or not. */
void call_run(struct call *call, struct buffer *answer);
/* methods_import.c. Loop thread. Dispatches it now or when the calls before it, of the same import, are done. */
void import_take_turn(struct call *call);

/* {"jsonrpc":"2.0","method":…,"params":{"id":…, : the caller adds members and calls note_end. */
void note_begin(struct json_writer *json, struct buffer *out, const char *method, const struct call *call);
void note_end(struct json_writer *json);
/* Any thread. A line for the call's peer before its answer; takes the bytes of line. False: nobody listens any more. */
bool call_send(struct call *call, struct buffer *line);
/* Worker threads. As call_send, but waits first while much waits for the peer; false also when it takes nothing for a minute. */
bool call_stream(struct call *call, struct buffer *line);
/* Worker threads; argument is a call. At most a few notes a second. */
void call_progress(void *argument, int64_t done, int64_t total);

#endif
