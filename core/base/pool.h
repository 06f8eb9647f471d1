/* pool: memory that one request's work lives in, freed in one step.
 *
 * Not locked: one thread at a time. Running out of memory ends the process with a sentence (pool_fail),
 * since no answer could be made either; limits on input keep that from being reachable from outside.
 */
#ifndef LUODI_BASE_POOL_H
#define LUODI_BASE_POOL_H

#include "base/attributes.h"
#include <stddef.h>

struct pool;

must_check struct pool *pool_new(void);
void pool_free(struct pool *pool);	   /* NULL is allowed */
void pool_reset(struct pool *pool);	   /* forgets all, keeps a block for reuse */
size_t pool_used(const struct pool *pool); /* bytes handed out since new or reset */

/* Zeroed, aligned for any type, never NULL; valid until the pool is freed or reset. */
void *pool_alloc(struct pool *pool, size_t size);
void *pool_alloc_array(struct pool *pool, size_t count, size_t size);	    /* checks the product */
char *pool_copy_text(struct pool *pool, const char *text);		    /* NULL gives NULL */
char *pool_copy_bytes(struct pool *pool, const void *bytes, size_t length); /* a NUL is added behind */
char *pool_format(struct pool *pool, const char *format, ...) format_at(2);

#endif
