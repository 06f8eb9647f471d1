/* method: the rows of the one method table, and the call that one of them runs for.
 *
 * rpc.discover, the check of arguments and of roles, and the tests read the rows; so a new method is one row and one
 * function.
 */
#ifndef LUODI_RPC_METHOD_H
#define LUODI_RPC_METHOD_H

#include "base/json_writer.h"
#include "engine/view.h"
#include "rpc/json_reader.h"

enum param_type {
	PARAM_TEXT,    /* a string */
	PARAM_DATE,    /* a string: a day as people write it */
	PARAM_PERIOD,  /* a string: 2022H1 */
	PARAM_FILTER,  /* a string in the filter language */
	PARAM_NAMES,   /* a string "a,b", or an array of strings */
	PARAM_INTEGER, /* from 0 to 2^53 */
	PARAM_VERSION, /* from 1 to 2^53: 0 would read as not given */
	PARAM_BOOLEAN,
	PARAM_FIELDS, /* an object: field to value */
	PARAM_OBJECT,
	PARAM_ARRAY,
	PARAM_VALUE /* a string, an integer, or true or false */
};
const char *param_type_name(enum param_type type); /* in words, for errors */

struct param {
	const char *name;
	enum param_type type;
	bool required;
	const char *summary;
};

enum method_kind {
	METHOD_INLINE, /* on the loop thread: must take microseconds */
	METHOD_READ,   /* on a reader */
	METHOD_LONG,   /* on the thread for long work */
	METHOD_WRITE   /* becomes a wish; adds the params of write_params */
};

struct call;

struct method {
	const char *name, *summary;
	enum role role; /* the least that may call it */
	enum method_kind kind;
	bool view;		    /* reads: takes the params of read_params */
	bool acts;		    /* changes something without being a METHOD_WRITE: refused as a notification */
	const struct param *params; /* ends with a row without name; NULL: none */
	const char *result;	    /* what comes back, in words */
	/* INLINE, READ, LONG: writes the result's members; the object is already open. */
	bool (*run)(struct call *call, struct json_writer *json, struct error *error);
	/* METHOD_WRITE: fills what is its own in the wish. Loop thread. */
	enum wish_action action;
	bool (*fill)(struct call *call, struct wish *wish, struct error *error);
	/* Loop thread, before it is run; may change where it runs. */
	bool (*prepare)(struct call *call, struct error *error);
	/* Loop thread, when it is about to be answered, well or not; peer gone or not. */
	void (*settle)(struct call *call, bool ok);
};

extern const struct method method_table[];
extern const size_t method_count;
extern const struct param read_params[], write_params[];

const struct method *method_find(const char *name); /* NULL: none */
const char *method_nearest(const char *name);	    /* or NULL */
/* The row for a parameter of method, common ones too; NULL: none. */
const struct param *method_param(const struct method *method, const char *name);
const char *role_name(enum role role);	/* "viewer" */
const char *role_title(enum role role); /* 查看 */

#endif
