/* kept: answers to record.get about the present, as they were rendered, until something that they tell has changed.
 *
 * An answer tells of its record, of those that it refers to and of those that refer to it. A commit that is about the record itself
 * ends it; one about a kind that refers to this kind, or that this kind refers to, ends all of this kind. So does a new day, and all
 * answers go when the plugins change. What is kept is bounded; the answer to a question is the same with and without.
 *
 * Loop thread. Nothing wakes it: it catches up with the commits when it is asked.
 */
#ifndef LUODI_RPC_KEPT_H
#define LUODI_RPC_KEPT_H

#include "engine/engine.h"

enum { KEPT_ANSWERS = 32768, KEPT_BYTES_LARGEST = 64 << 20 };

struct kept;

must_check struct kept *kept_new(struct engine *engine);
void kept_free(struct kept *kept); /* NULL is allowed */

/* The members of the answer that id gets, but for those of its moment, which are in *ret_present (its schema is borrowed). False: not
 * kept. Borrowed until the next call. */
bool kept_find(struct kept *kept, const char *id, const char **ret_members, size_t *ret_length,
    struct engine_present *ret_present);
/* Keeps what was just rendered from a look at the store as of seq. */
void kept_put(struct kept *kept, int64_t record, int64_t seq, const char *members, size_t length);

#endif
