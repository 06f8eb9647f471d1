#include "model/items.h"

void *items_get(struct wire *in, struct pool *pool, size_t largest, size_t item_size,
    void (*get)(struct wire *in, struct pool *pool, void *item), size_t *ret_count)
{
	size_t count = wire_get_count(in, largest);
	char *items;

	*ret_count = 0;
	if (wire_ok(in) && count > in->length - in->offset)
		wire_fail(in, "a count larger than what follows");
	if (!wire_ok(in) || count == 0)
		return NULL;
	items = pool_alloc_array(pool, count, item_size);
	for (size_t i = 0; i < count && wire_ok(in); i++)
		get(in, pool, items + i * item_size);
	if (!wire_ok(in))
		return NULL;
	*ret_count = count;
	return items;
}
