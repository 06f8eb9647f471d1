/* neighbours: whose rules may answer otherwise after some events: what a changed record refers to, or referred to, and what refers to it. */
#ifndef LUODI_ENGINE_NEIGHBOURS_H
#define LUODI_ENGINE_NEIGHBOURS_H

#include "engine/parts.h"

struct neighbour {
	int64_t record;
	struct date from; /* the day on which the change began */
};

/* Of the events first..last, each record of a kind with rules once, by record. What a recomputation of lights alone touched has no neighbours: else
 * rules that read each other's lights would go on for ever. Lives in the pool. */
must_check bool neighbours_find(struct store_connection *connection, const struct schema *schema, int64_t first,
    int64_t last, struct pool *pool, struct neighbour **ret_neighbours, size_t *ret_count, struct error *error);

#endif
