/* error: what went wrong, as a value on the caller's stack.
 *
 * base gives the form, the layer that knows the words fills it, rpc sends it. Nobody logs and returns it.
 * It owns no memory: copied with =, and making one can't fail. Sentences are in Chinese, for the person at
 * the desk; what is too long is cut at a whole character.
 *
 *   return error_set(error, ERROR_INVALID, "planned", "要一个金额，写的是“%s”", text);
 */
#ifndef LUODI_BASE_ERROR_H
#define LUODI_BASE_ERROR_H

#include "base/attributes.h"
#include <stdbool.h>
#include <stddef.h>

/* Stable for ever: scripts compare the names. The number is only ours. */
enum error_code {
	ERROR_NONE = 0,
	ERROR_REFUSED,	    /* a rule of the record, its flow or a guard says no */
	ERROR_PLUGIN_FAULT, /* a plugin's function failed or gave nonsense */
	ERROR_BUDGET,	    /* too slow or too big for its budget */
	ERROR_AMBIGUOUS,    /* a name that several records answer to */
	ERROR_TOO_LARGE,
	ERROR_INVALID, /* asked wrongly: an unknown field, a bad value */
	ERROR_NOT_FOUND,
	ERROR_FORBIDDEN,
	ERROR_CONFLICT,	       /* someone else changed it */
	ERROR_BUSY,	       /* try again soon */
	ERROR_READ_ONLY,       /* the store takes no writes for now */
	ERROR_OUTCOME_UNKNOWN, /* the write may or may not be on disk */
	ERROR_DAMAGED,	       /* the data folder is broken: says which check failed */
	ERROR_IN_USE,	       /* another daemon has the data folder */
	ERROR_INTERNAL,	       /* out of memory, a bug that was caught */
	ERROR_CODES
};

struct error {
	enum error_code code;
	char field[64];	    /* the field or parameter at fault, or "" */
	char sentence[512]; /* what happened */
	char hint[512];	    /* what to do next, or "" */
	int position; /* display column (a Chinese character is two) of the fault in the text at fault, from 0; -1: none */
	int position_length; /* display columns at fault */
};

/* Fill *error and return false, so that a caller can return it at once. hint, position: none. */
bool error_set(struct error *error, enum error_code code, const char *field, const char *format, ...) format_at(4);

/* Add what to do next; returns false. */
bool error_hint(struct error *error, const char *format, ...) format_at(2);

/* Point at display columns [position, position + length) of the text at fault; returns false. */
bool error_at(struct error *error, int position, int length);

/* "refused", "invalid", … as sent in data.code. */
const char *error_code_name(enum error_code code);

/* The client's exit status for a code name (INTERFACE §2); 1 for names it does not know. */
int error_exit_status(const char *code_name);

#endif
