/* import_tally: what both a preview and a commit count and tell. Within the engine. */
#ifndef LUODI_ENGINE_IMPORT_TALLY_H
#define LUODI_ENGINE_IMPORT_TALLY_H

#include "engine/importing.h"
#include "engine/view.h"

struct tally {
	struct import *import;
	struct pool *pool; /* of the report */
	struct import_report report;
	struct import_refusal *refusals;
	struct import_change *changes;
	struct key_set keys, records; /* new keys seen; records matched */
};

void tally_begin(struct tally *tally, struct import *import, struct pool *pool);
void tally_end(struct tally *tally);
void tally_refuse(struct tally *tally, const struct import_row *row, const struct error *error);
void tally_count(struct tally *tally, const struct import_row *row);

/* What plugins say of a planned row. Not in the writer. */
must_check bool import_ask_row(struct import *import, struct store_connection *connection, const struct head *head,
    struct import_row *row, struct opinion *opinion, struct pool *pool, struct error *error);
bool import_needs_opinion(const struct import *import);
bool import_is_rows_fault(const struct error *error); /* the row is refused, the import goes on */

/* All rows planned, none written. */
must_check bool import_run_preview(struct tally *tally, import_progress *progress, void *argument, struct error *error);

/* Records of the kind whose key the file does not hold: named, never dropped. After all rows were counted. */
must_check bool import_list_missing(struct tally *tally, struct view *view, struct error *error);

#endif
