/* asks: what a plugin's function may ask of luodid while it runs, answered from a view. */
#ifndef LUODI_ENGINE_ASKS_H
#define LUODI_ENGINE_ASKS_H

#include "engine/viewing.h"

/* An asker that answers everything but HOST_ASK_TEST from view. emit is left NULL. */
struct host_asker asks_of_view(struct view *view);

/* For askers that answer more: the part that asks_of_view does. argument is the view. */
bool asks_answer(
    void *argument, enum host_ask ask, struct wire *items, struct pool *pool, struct buffer *out, struct error *error);

#endif
