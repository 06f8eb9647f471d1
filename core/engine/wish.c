#include "engine/wish.h"

#include "model/schema.h"
#include <stdlib.h>

struct wish *wish_new(enum wish_action action)
{
	struct pool *pool = pool_new();
	struct wish *wish = pool_alloc(pool, sizeof(*wish));

	wish->pool = pool;
	wish->action = action;
	return wish;
}

void wish_free(struct wish *wish)
{
	if (wish != NULL)
		pool_free(wish->pool);
}

void outcome_free(struct outcome *outcome)
{
	struct schema *schema;

	if (outcome == NULL)
		return;
	schema = (struct schema *)outcome->schema;
	pool_free(outcome->pool);
	schema_release(schema);
}
