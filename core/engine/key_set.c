#include "engine/key_set.h"

#include <stdlib.h>
#include <string.h>

void key_set_init(struct key_set *set)
{
	*set = (struct key_set){0};
}

void key_set_clear(struct key_set *set)
{
	free(set->slots);
	key_set_init(set);
}

/* Spreads keys that differ only in their low bits. */
static size_t slot_of(uint64_t key, size_t capacity)
{
	key ^= key >> 32;
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(key >> 16) & (capacity - 1);
}

static size_t find_slot(const uint64_t *slots, size_t capacity, uint64_t key)
{
	size_t at = slot_of(key, capacity);

	while (slots[at] != 0 && slots[at] != key)
		at = (at + 1) & (capacity - 1);
	return at;
}

static bool grow(struct key_set *set)
{
	size_t capacity = set->capacity > 0 ? set->capacity * 2 : 1024;
	uint64_t *slots = calloc(capacity, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < set->capacity; i++)
		if (set->slots[i] != 0)
			slots[find_slot(slots, capacity, set->slots[i])] = set->slots[i];
	free(set->slots);
	set->slots = slots;
	set->capacity = capacity;
	return true;
}

bool key_set_add(struct key_set *set, uint64_t key)
{
	size_t at;

	if (key == 0) {
		bool added = !set->has_zero;

		set->has_zero = true;
		return added;
	}
	if (set->count * 4 >= set->capacity * 3 && !grow(set))
		return false;
	at = find_slot(set->slots, set->capacity, key);
	if (set->slots[at] == key)
		return false;
	set->slots[at] = key;
	set->count++;
	return true;
}

bool key_set_contains(const struct key_set *set, uint64_t key)
{
	if (key == 0)
		return set->has_zero;
	return set->capacity > 0 && set->slots[find_slot(set->slots, set->capacity, key)] == key;
}

uint64_t key_of_text(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text != '\0'; text++) {
		hash ^= (unsigned char)*text;
		hash *= UINT64_C(0x100000001b3);
	}
	return hash;
}
