#include "base/pool.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 256 * 1024 };

struct block {
	struct block *next;
	size_t size, used; /* of bytes */
	alignas(max_align_t) char bytes[];
};

/* The list holds the block that is being filled first, the one that a reset keeps last. What is too big for the
 * rest of a block and too big to start another for gets a block of its own, behind the first of the list. */
struct pool {
	struct block *filling;
	struct block *kept;
	size_t next_size;
	size_t handed_out;
};

_Noreturn static void pool_fail(void)
{
	static const char sentence[] = "内存不够，luodi 停下了；请给它更多内存，或看看是谁占满了\n";

	if (write(STDERR_FILENO, sentence, sizeof sentence - 1) < 0)
		abort(); /* nobody to tell: the end is the same */
	abort();
}

static struct block *block_new(size_t size)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof *block)
		return NULL;
	block = malloc(sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof *pool);

	if (pool == NULL)
		pool_fail();
	pool->kept = block_new(FIRST_BLOCK);
	if (pool->kept == NULL)
		pool_fail();
	pool->filling = pool->kept;
	pool->next_size = (size_t)FIRST_BLOCK * 2;
	return pool;
}

static void free_blocks_but(struct pool *pool, const struct block *kept)
{
	struct block *block = pool->filling, *next;

	for (; block != NULL; block = next) {
		next = block->next;
		if (block != kept)
			free(block);
	}
}

void pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	free_blocks_but(pool, NULL);
	free(pool);
}

void pool_reset(struct pool *pool)
{
	free_blocks_but(pool, pool->kept);
	pool->kept->next = NULL;
	pool->kept->used = 0;
	pool->filling = pool->kept;
	pool->next_size = (size_t)FIRST_BLOCK * 2;
	pool->handed_out = 0;
}

size_t pool_used(const struct pool *pool)
{
	return pool->handed_out;
}

/* Its own block where the rest of a fresh one would mostly go to waste. */
static struct block *block_with_room(struct pool *pool, size_t size)
{
	struct block *block = pool->filling;

	if (size <= block->size - block->used)
		return block;
	if (size > pool->next_size / 4) {
		block = block_new(size);
		if (block == NULL)
			pool_fail();
		block->next = pool->filling->next;
		pool->filling->next = block;
		return block;
	}
	block = block_new(pool->next_size);
	if (block == NULL)
		pool_fail();
	if (pool->next_size < LARGEST_BLOCK)
		pool->next_size *= 2;
	block->next = pool->filling;
	pool->filling = block;
	return block;
}

/* Not zeroed. */
static char *take_bytes(struct pool *pool, size_t size)
{
	const size_t alignment = alignof(max_align_t);
	struct block *block;
	char *place;

	if (size > SIZE_MAX / 2)
		pool_fail();
	pool->handed_out += size;
	size = (size + alignment - 1) / alignment * alignment;
	if (size == 0)
		size = alignment; /* so that no two are the same */
	block = block_with_room(pool, size);
	place = block->bytes + block->used;
	block->used += size;
	return place;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	char *place = take_bytes(pool, size);

	memset(place, 0, size);
	return place;
}

void *pool_alloc_array(struct pool *pool, size_t count, size_t size)
{
	size_t product;

	if (__builtin_mul_overflow(count, size, &product))
		pool_fail();
	return pool_alloc(pool, product);
}

char *pool_copy_text(struct pool *pool, const char *text)
{
	return text == NULL ? NULL : pool_copy_bytes(pool, text, strlen(text));
}

char *pool_copy_bytes(struct pool *pool, const void *bytes, size_t length)
{
	char *copy;

	if (length == SIZE_MAX)
		pool_fail();
	copy = take_bytes(pool, length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return pool_copy_text(pool, "");
	text = take_bytes(pool, (size_t)length + 1);
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}
