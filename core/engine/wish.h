/* wish: what somebody wants written, as asked; outcome: what became of it. Both own a pool in which all they point to lives. */
#ifndef LUODI_ENGINE_WISH_H
#define LUODI_ENGINE_WISH_H

#include "model/event.h"

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_EDITOR, ROLE_LEADER, ROLE_ADMIN };

struct caller {		  /* who asks: from the connection, never from parameters */
	const char *name; /* the actor in the journal */
	enum role role;
	const char *person; /* what @me names, or NULL */
};

enum given_form { GIVEN_EMPTY, GIVEN_TEXT /* as people type it */, GIVEN_INTEGER /* money: fen */, GIVEN_BOOLEAN };
struct given {
	const char *name;      /* field id or title; "title" / 名称 too */
	enum change_mode mode; /* CHANGE_ADD, CHANGE_REMOVE: for sets */
	enum given_form form;
	const char *text;
	int64_t integer;
};

struct entered {		/* a stage and the day it was entered */
	const char *stage, *on; /* on NULL: the wish's */
};

enum wish_action {
	WISH_CREATE,
	WISH_UPDATE,
	WISH_MOVE,
	WISH_NOTE,
	WISH_DROP,
	WISH_CORRECT,
	WISH_UNDO,
	WISH_STATE_FIGURE,
	WISH_WAIVE
};

struct outcome;

struct wish {
	struct pool *pool; /* all below lives in it */
	enum wish_action action;
	struct caller caller;
	const char *kind, *title; /* WISH_CREATE */
	const char *id;		  /* of a record, by id or unambiguous title: UPDATE MOVE NOTE DROP WAIVE */
	const struct given *fields;
	size_t field_count;
	const struct entered *entered; /* WISH_CREATE: half-way in, earliest first */
	size_t entered_count;
	const char *to;			     /* WISH_MOVE: stage id or title, or "resume" */
	const char *text;		     /* WISH_NOTE */
	const char *rule, *until;	     /* WISH_WAIVE: the last day; why is note */
	int64_t seq;			     /* WISH_CORRECT */
	bool only_void, all;		     /* WISH_CORRECT: --void, --all */
	int64_t batch;			     /* WISH_UNDO */
	bool never_ended;		     /* WISH_UNDO: of a batch stopped half-way, which is closed with it */
	const char *figure, *value, *period; /* WISH_STATE_FIGURE; the source is note */
	const char *on, *note;		     /* NULL: today; none */
	const char *request_key;	     /* or NULL */
	unsigned char parameters_hash[32];   /* where request_key: the same key with other parameters is refused */
	const char
	    *override_guard; /* an admin's: why the change may pass guards that can't answer; NULL: they refuse */
	int64_t if_version;  /* 0: not asked */
	bool dry_run, confirm;
	/* Renders the outcome as the reply kept for request_key. Writer thread; must not wait. */
	void (*render)(const struct outcome *outcome, struct buffer *out);
};

struct wish *wish_new(enum wish_action action);
void wish_free(struct wish *wish);

struct changed { /* one field, or "stage", "title", "exists" */
	const char *name, *title;
	const struct field *field; /* NULL: built in */
	struct value from, to;	   /* stages as VALUE_ENUM of their names */
	const char *from_text,
	    *to_text; /* as shown: 1.60亿-like exact money, titles of enums, stages and references; "" where empty */
};

struct refigured { /* a past figure that now reads differently */
	const char *name, *title;
	const char *period; /* "2022H1" */
	struct date as_of;
	const char *from, *to; /* "32/43 = 74.4%" */
};

struct theirs { /* ERROR_CONFLICT: what somebody else wrote since */
	int64_t seq, recorded_at_us, batch;
	const char *actor, *field, *field_title, *from, *to, *note;
	enum value_type type; /* of the field */
	int64_t version;      /* that it made */
};

struct candidate { /* ERROR_AMBIGUOUS: what the name could be; ERROR_REFUSED: what stands in the way */
	const char *id, *title, *stage_title;
};

struct outcome {
	struct pool *pool;
	bool ok;
	struct error error;
	enum wish_action action;
	bool dry_run;
	const struct schema *schema;		/* held until outcome_free */
	const struct kind *kind;		/* of the record; NULL for an undo */
	int64_t record;				/* 0: none (undo), or not yet numbered (dry run of a creation) */
	const char *light_before, *light_after; /* "yellow", "green"; NULL: no rule watches it, or it was not there */
	const char *id, *title;			/* "P-0014"; "P-(next)" in a dry run */
	int64_t version, seq, batch;		/* seq: the last event written (in a dry run: head) */
	int64_t first_seq;			/* of the events written */
	struct date effective_on;
	const struct changed *changes;
	size_t change_count;
	const char *const *skipped; /* titles of stages; names beside them; in its pool */
	const char *const *skipped_names;
	size_t skipped_count;
	const char *const *warnings;
	size_t warning_count;
	const struct refigured *figures;
	size_t figure_count;
	bool more_figures;
	const struct theirs *theirs;
	size_t theirs_count;
	const char *
	    field_title; /* after a refusal: of error.field, or NULL; and skipped: what a move would have passed over */
	int64_t version_now; /* after ERROR_CONFLICT: of the record, where it was about a version; else 0 */
	const struct candidate *candidates;
	size_t candidate_count;
	int64_t voided, affected; /* undo, correct: events voided; records that change */
	const char *reply;	  /* a repeated request_key: the first reply; nothing else is set */
	size_t reply_length;
};
void outcome_free(struct outcome *outcome);

#endif
