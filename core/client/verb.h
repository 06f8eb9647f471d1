/* verb: what a command of the client is. A verb is a file (or a small group in one file) with a static entry; the
 * entries stand in one table, from which the help, the completion and the check of options are made.
 *
 * To add one: write verb_<name>.c, declare its entry below, put it in the table in verb_table.c.
 */
#ifndef LUODI_CLIENT_VERB_H
#define LUODI_CLIENT_VERB_H

#include "client/arguments.h"

struct client;

/* What a word behind the verb is: completion offers these. */
enum verb_word {
	WORD_NONE,
	WORD_KIND,
	WORD_FILTER,
	WORD_RECORD,
	WORD_STAGE,
	WORD_CHANGE /* field=value */,
	WORD_FIGURE,
	WORD_EXPORT,
	WORD_FILE,
	WORD_VERB,
	WORD_TEXT,
	WORD_NUMBER,
	WORD_METHOD,
	WORD_RULE /* of the record before it */
};

/* A line to type and what it does. In braces stands what the kinds at hand fill in (verb_help.c); a line for which they
 * have nothing is left out. */
struct verb_example {
	const char *line, *says;
};

struct verb {
	const char *name;
	const char *usage;		 /* behind the name: "种类 [条件]" */
	const char *summary;		 /* in half a line */
	struct verb_example examples[7]; /* line NULL: the end */
	uint64_t options;		 /* besides OPTIONS_GENERAL */
	enum verb_word words[4];	 /* the last one, if not WORD_NONE, stands for those behind it too */
	size_t least, most;		 /* words */
	bool writes;
	bool hidden;			   /* not in help */
	bool local;			   /* needs no daemon */
	int (*run)(struct client *client); /* returns the exit status */
};

extern const struct verb verb_list, verb_find, verb_count, verb_show, verb_add, verb_set, verb_move, verb_note,
    verb_drop, verb_history, verb_why, verb_waive, verb_correct, verb_diff, verb_figure, verb_explain, verb_state,
    verb_import, verb_export, verb_batches, verb_undo, verb_plugins, verb_reload, verb_plugin, verb_watch, verb_verify,
    verb_backup, verb_status, verb_doctor, verb_kinds, verb_fields, verb_flow, verb_rpc, verb_help, verb_outcome,
    verb_home, verb_complete, verb_version;

/* In the order of the help. Ends with NULL. */
extern const struct verb *const VERBS[];

const struct verb *verb_named(const char *name); /* NULL: none */
/* Verbs that the contract names and this version does not have. */
bool verb_comes_later(const char *name);
/* The verb with the name nearest to it, or NULL. */
const char *verb_nearest(const char *name);

enum { VERBS_MANY = 99 }; /* "most" of a verb that takes any number of words */

#endif
