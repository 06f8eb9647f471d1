#include "model/nearest.h"

#include "base/utf8.h"

enum { NEAREST_LARGEST = 64 }; /* characters; of longer words the rest is not looked at */

static size_t read_characters(const char *text, uint32_t characters[NEAREST_LARGEST])
{
	size_t count = 0, length;
	uint32_t character;

	while (count < NEAREST_LARGEST && (character = utf8_next(text, &length)) != 0) {
		characters[count++] = character == '-' ? '_' : character;
		text += length;
	}
	return count;
}

static size_t smallest_of(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

static size_t edit_distance(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
	size_t row[NEAREST_LARGEST + 1];

	for (size_t j = 0; j <= b_count; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_count; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_count; j++) {
			size_t above = row[j];

			row[j] = smallest_of(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
			diagonal = above;
		}
	}
	return row[b_count];
}

const char *name_nearest(const char *word, const char *const *names, size_t count)
{
	uint32_t wanted[NEAREST_LARGEST], name[NEAREST_LARGEST];
	size_t wanted_count = read_characters(word, wanted);
	size_t best_distance = wanted_count / 3 + 1; /* a third of the word may be wrong, at least one character */
	const char *best = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t name_count, distance;

		if (names[i] == NULL)
			continue;
		name_count = read_characters(names[i], name);
		distance = edit_distance(wanted, wanted_count, name, name_count);
		if (distance >= wanted_count || distance >= name_count) /* nothing in common: 甲 is not near 乙 */
			continue;
		if (distance < best_distance + (best == NULL ? 1 : 0)) {
			best_distance = distance;
			best = names[i];
		}
	}
	return best;
}
