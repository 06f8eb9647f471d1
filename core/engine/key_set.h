/* key_set: a set of 64-bit numbers, for counting a million keys in bounded memory: 16 bytes each at most. */
#ifndef LUODI_ENGINE_KEY_SET_H
#define LUODI_ENGINE_KEY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_set {
	uint64_t *slots; /* 0 is empty; key 0 is kept apart */
	size_t capacity, count;
	bool has_zero;
};

void key_set_init(struct key_set *set);
void key_set_clear(struct key_set *set);
bool key_set_add(struct key_set *set, uint64_t key); /* false: it was there, or memory ran out */
bool key_set_contains(const struct key_set *set, uint64_t key);
uint64_t key_of_text(const char *text); /* a hash: two texts alike by chance are one in 10^9 for 100,000 keys */

#endif
