/* undo: a batch taken back, or brought back: all or nothing (SEMANTICS 2, 8, 9). */
#ifndef LUODI_ENGINE_UNDO_H
#define LUODI_ENGINE_UNDO_H

#include "engine/opinion.h"
#include "engine/parts.h"

struct undo_opinion { /* computed values of one record after the undo; none: they stay as they are */
	int64_t record, version;
	const struct computed *computed;
	size_t computed_count;
	const char *outlook; /* see struct event */
	struct date due;
};
struct undo_opinions {
	const struct plugin_set *set;
	const struct undo_opinion *items;
	size_t count;
};

/* On a reader, whose snapshot is renewed on the way: what computing kinds will say. Fills opinions (empty where nothing computes). */
must_check bool undo_ask(struct engine *engine, struct plugin_set *set, struct store_connection *connection,
    const struct wish *wish, struct pool *pool, struct undo_opinions *ret_opinions, struct error *error);

/* Writer thread, in a savepoint. *ret_ask_again: opinions are out of date. Fills voided, affected, candidates, seq, first_seq, batch of outcome. */
must_check bool undo_write(struct engine *engine, struct plugin_set *set, const struct wish *wish,
    const struct undo_opinions *opinions, struct pool *pool, struct outcome *outcome, bool *ret_ask_again,
    struct error *error);

#endif
