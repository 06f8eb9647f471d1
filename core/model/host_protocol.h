/* host_protocol: what luodid and a plugin host (luodi-host) say to each other over their socketpair.
 *
 * A frame is 4 bytes of length (big-endian; of what follows), one byte of type, then wire items. Each side bounds the
 * other: a frame from the host is at most HOST_FRAME_LARGEST bytes, and luodid kills a host at the first fault in one.
 * A host does one call at a time; while it runs a call it may send ASK (answered by ANSWER) and EMIT, then ends it with
 * RESULT or FAULT. A state is: its record, exists, title, stage, since, first-reached days, then a value per field of
 * its kind, hidden ones too, all in the order of the schema that was sent last.
 */
#ifndef LUODI_MODEL_HOST_PROTOCOL_H
#define LUODI_MODEL_HOST_PROTOCOL_H

#include "model/fold.h"
#include "model/schema.h"

enum { HOST_FRAME_LARGEST = 4 << 20, HOST_FRAME_TO_HOST_LARGEST = 16 << 20, HOST_SOCKET = 3 };

enum host_end { HOST_END_CLOSED = 0, HOST_END_BAD_FRAME = 2, HOST_END_NO_SANDBOX = 3 }; /* exit statuses of a host */

enum host_message {
	/* luodid to host */
	HOST_LOAD =
	    1, /* plugin index, its name, hash seed; count of modules: {module name ("init", "report"), source bytes} */
	HOST_SCHEMA =
	    2, /* schema_put bytes; then the calendar: count of years {year}, count of days {date, working}. No reply */
	HOST_CALL = 3, /* call id, enum host_call, plugin index, function number, today (day), then per call as below */
	HOST_ANSWER = 4, /* call id, ok; if ok: per ask as below; else code name, sentence, hint */
	/* host to luodid */
	HOST_LOADED = 5, /* plugin index; declarations_put */
	HOST_RESULT = 6, /* call id; per call as below */
	HOST_FAULT =
	    7, /* call id (for a load: -1 - plugin index), enum host_fault, file or absent, line, message (1 KiB), traceback (4 KiB) */
	HOST_ASK = 8, /* call id, enum host_ask, per ask as below */
	HOST_EMIT = 9 /* call id, enum host_block, per block as below: the output of an export, in order. No reply */
};

enum host_call {	       /* further items of HOST_CALL                        items of HOST_RESULT */
	HOST_CALL_COMPUTE = 1, /* count of states {state}                           count of values {value} */
	HOST_CALL_GUARD =
	    2, /* new state, whether old follows, old state          refused; if so: field or absent, sentence */
	HOST_CALL_EXPORT = 3, /* format, count of args {name, text or absent}       nothing */
	HOST_CALL_CONFIG = 4, /* source bytes, chunk name (plugin, function are 0)  a plain value: see host_plain */
	HOST_CALL_TEST =
	    5, /* source bytes of test.lua, chunk name              count of tests {name, passed, message or absent, line} */
	HOST_CALL_RULE =
	    6 /* count of spans {state, first day, last day}       per span: count of answers {day, level, sentence or absent}:
	                                                                            that of the first day, and each that has another
	                                                                            level than the day before; a span has at most 1,000 days.
	                                                                            Asks of all spans are of one call: each record once */
};

enum { LEVEL_GREEN = 0, LEVEL_YELLOW = 1, LEVEL_RED = 2 }; /* what a rule answers: nothing, "yellow", "red" */

enum host_fault {
	HOST_FAULT_ERROR = 1,
	HOST_FAULT_BUDGET = 2,
	HOST_FAULT_MEMORY = 3,
	HOST_FAULT_ANSWER = 4 /* gave a value that is not allowed */
};

enum host_ask {			/* further items of HOST_ASK                       items of HOST_ANSWER */
	HOST_ASK_RECORD = 1,	/* record key                                      found; if so: state, its id */
	HOST_ASK_LIST = 2,	/* kind, filter, sort or absent, limit, offset     total, count of {state, id} */
	HOST_ASK_REFERRING = 3, /* record key, kind, filter                        as HOST_ASK_LIST */
	HOST_ASK_COUNT = 4,	/* kind, filter, by fields (text, "," joined, or absent), sum fields (likewise)
	                                                                            count, a value per sum; count of groups:
	                                                                            {value per by, count, value per sum} */
	HOST_ASK_FIGURE =
	    5, /* name, period text or absent                     name, title, unit, numerator (int), denominator (int), has
	                                                                            denominator, shown text, basis, version, start, end,
	                                                                            count of stated {shown text, source} */
	HOST_ASK_TEST =
	    6, /* what ("begin" "record" "move" "at" "refused" "figure" "export" …), a plain table of arguments
	                                                                            a plain table */
	HOST_ASK_FACTS =
	    7 /* nothing                                         as_of, known (day, or absent), seq, plugins, today,
	                                                                            period start and end (or absent) */
};

enum host_block {
	HOST_BLOCK_TITLE = 1,	  /* text */
	HOST_BLOCK_HEADING = 2,	  /* level 1..4, text */
	HOST_BLOCK_PARAGRAPH = 3, /* text */
	HOST_BLOCK_TABLE = 4, /* caption or absent, count of columns {title, type name, unit or absent, has a total} */
	HOST_BLOCK_ROW = 5,   /* count of values {value}: as many as the table has columns; refs come as text */
	HOST_BLOCK_ITEM = 6   /* text: a line of a list */
};

/* A plain value: a tag (0 absent, 1 boolean, 2 integer, 3 text, 4 list: count {value}, 5 table: count {name, value}), at most
 * PLAIN_DEPTH deep. */
enum plain_type {
	PLAIN_ABSENT = 0,
	PLAIN_BOOLEAN = 1,
	PLAIN_INTEGER = 2,
	PLAIN_TEXT = 3,
	PLAIN_LIST = 4,
	PLAIN_TABLE = 5
};
enum { PLAIN_DEPTH = 8, PLAIN_LARGEST = 10000 };
struct plain {
	enum plain_type type;
	int64_t integer; /* booleans too */
	const char *text;
	const struct plain *items; /* of lists and tables */
	const char *const *names;  /* of tables */
	size_t count;
};
void plain_put(struct buffer *out, const struct plain *plain);
struct plain plain_get(struct wire *in, struct pool *pool);
const struct plain *plain_find(const struct plain *table, const char *name); /* NULL: no such name */

void state_put(struct buffer *out, const struct state *state);
/* kinds as sent last. NULL: in->fault. */
must_check struct state *state_get(struct wire *in, const struct schema *schema, struct pool *pool);

#endif
