/* undo_collect: which events an undo takes out of the fold, and which it brings back (SEMANTICS 2). Within the engine. */
#ifndef LUODI_ENGINE_UNDO_COLLECT_H
#define LUODI_ENGINE_UNDO_COLLECT_H

#include "engine/wish.h"
#include "store/store.h"

struct touch { /* an event of a record that goes out of the fold, or comes back */
	int64_t record, seq;
	int64_t restored_by_void; /* 0: it is voided; else: the void event whose end brings it back */
	struct date on;
};

struct undoing {
	struct store_connection *connection;
	const struct schema *schema;
	const struct wish *wish;
	struct pool *pool;
	struct touch *touches; /* by record, then seq */
	size_t touch_count, touch_room;
	int64_t *voids; /* void events to end */
	size_t void_count, void_room;
	int64_t undone_of; /* the batch that as a whole comes back, or goes again; 0: none */
	bool undone_goes;  /* … it goes again */
	int64_t looked_at; /* the last batch that could have been that */
	struct date earliest;
};

/* In long work on a reader: another snapshot, when this one is old. What was collected on several is judged again by the writer. */
must_check bool undo_renew(const struct undoing *undoing, struct error *error);

/* Fills it for the batch that wish names. Refused: it is undone already, nothing of it is live, it is another's. Either connection. */
must_check bool undo_collect(struct undoing *undoing, struct error *error);

/* What an undo's batch is called: by it an undo is told from a correction, which voids events of other batches as well. */
const char *undo_title(struct pool *pool, int64_t batch);

#endif
