/* import: a file's rows, read by the client, made into changes as one batch (SEMANTICS 29).
 *
 * begin → rows (any number of times) → preview → commit. Rows are spooled to an unlinked file of the data folder, so that a million of them
 * cost no memory. Calls for one import come from one thread at a time; preview and commit are long.
 */
#ifndef LUODI_ENGINE_IMPORT_H
#define LUODI_ENGINE_IMPORT_H

#include "engine/engine.h"

struct import;

struct import_request {
	const char *unit; /* of bare amounts in the file (“单位：万元”), or NULL */
	const char *kind, *map, *key,
	    *on; /* NULL: by the mapping, else by headings alone; key NULL: id column, else a unique field with a column */
	const char *const *header; /* the headings, in the order of the cells */
	size_t header_count;
	const char *sheet, *what; /* for refusals and the batch's name: "六月台账.csv" */
	bool strict, clear_empty;
	struct caller caller;
	const char *note;
};

struct import_refusal {
	const char *sheet;
	int64_t row;	/* as the file counts them, from 1 */
	int64_t column; /* from 1; 0: the whole row */
	const char *column_name, *value, *reason;
};
struct import_change {
	int64_t row;
	const char *id, *title; /* id NULL: new */
	const char *field_title, *from, *to;
	enum value_type type; /* of the field */
};
struct import_report {
	int64_t batch; /* 0: nothing written */
	int64_t
	    seq; /* preview: pass it to commit; commit: of the preview it was held against, else what was there when it began */
	int64_t first_seq, last_seq;			  /* of the batch's events, others' may lie between; 0: none */
	int64_t rows, added, changed, unchanged, refused; /* rows */
	const struct import_refusal *refusals;		  /* at most 1,000 */
	size_t refusal_count;
	const struct import_change *changes; /* at most 200, of the preview */
	size_t change_count;
	int64_t more_changes;
	const char *const *missing; /* ids whose key is not in the file, at most 100 */
	size_t missing_count;
	int64_t missing_total;
	const char *key;	    /* the field that rows were matched by, title */
	const char *const *ignored; /* headings that nothing was made of */
	size_t ignored_count;
	const char *const *warnings;
	size_t warning_count;
};

/* ERROR_INVALID: no column is understood, or a mapping is unknown (the nearest is named). */
must_check struct import *import_begin(
    struct engine *engine, const struct import_request *request, struct error *error);
/* cells: header_count texts a row (NULL: empty), row numbers beside them. */
must_check bool import_rows(
    struct import *import, const char *const *const *rows, const int64_t *numbers, size_t count, struct error *error);
typedef void import_progress(void *argument, int64_t done, int64_t total);
must_check bool import_preview(struct import *import, import_progress *progress, void *argument, struct pool *pool,
    struct import_report *ret_report, struct error *error);
/* seq: of the preview that was shown, or -1 for none. ERROR_CONFLICT: a record that it would change has changed since. */
must_check bool import_commit(struct import *import, int64_t seq, bool dry_run, import_progress *progress,
    void *argument, struct pool *pool, struct import_report *ret_report, struct error *error);
void import_free(struct import *import); /* also before a commit: nothing is written then */

#endif
