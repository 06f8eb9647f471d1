/* items: reading a counted list of structs from wire, each by its own function. */
#ifndef LUODI_MODEL_ITEMS_H
#define LUODI_MODEL_ITEMS_H

#include "base/wire.h"

/* get reads one item to its place, which is zeroed. Returns the items, in the pool; at most largest, and never more than
 * the bytes left can hold, so that a damaged count does not ask for much memory. NULL and 0: none, or a fault. */
void *items_get(struct wire *in, struct pool *pool, size_t largest, size_t item_size,
    void (*get)(struct wire *in, struct pool *pool, void *item), size_t *ret_count);

#endif
