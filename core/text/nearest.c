#include "text/letters.h"
#include "text/normal.h"
#include "text/pinyin.h"

#include <limits.h>

enum { LONGEST_NAME = 64, WHOLE = 2, HALF = 1 };

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int change_cost(uint32_t from, uint32_t to)
{
	if (from == to)
		return 0;
	return pinyin_sounds_same(from, to) ? HALF : WHOLE;
}

/* Insertions, deletions, changes and swaps of neighbours, in halves. Row i is the cost of the first i letters of a
 * against each beginning of b; a swap looks two rows back. */
static int distance(const struct letters *a, const struct letters *b)
{
	int rows[3][LONGEST_NAME + 1];

	for (size_t j = 0; j <= b->count; j++)
		rows[0][j] = WHOLE * (int)j;
	for (size_t i = 1; i <= a->count; i++) {
		int *row = rows[i % 3];
		const int *before = rows[(i - 1) % 3], *two_before = rows[(i + 1) % 3];

		row[0] = WHOLE * (int)i;
		for (size_t j = 1; j <= b->count; j++) {
			uint32_t from = a->letters[i - 1].code_point, to = b->letters[j - 1].code_point;

			row[j] = smaller(before[j], row[j - 1]) + WHOLE;
			row[j] = smaller(row[j], before[j - 1] + change_cost(from, to));
			if (i > 1 && j > 1 && from == b->letters[j - 2].code_point &&
			    to == a->letters[i - 2].code_point)
				row[j] = smaller(row[j], two_before[j - 2] + WHOLE);
		}
	}
	return rows[a->count % 3][b->count];
}

/* A third of the word may be wrong, but a letter at least; where that letter is all there is, it has to sound right. */
static int limit_for(size_t length)
{
	if (length < 2)
		return HALF;
	return length < 6 ? WHOLE : WHOLE * (int)(length / 3);
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
	struct letters wanted, name;
	const char *nearest = NULL;
	int best = INT_MAX;

	letters_init(&wanted, word);
	for (size_t i = 0; i < count && wanted.count <= LONGEST_NAME; i++) {
		letters_init(&name, names[i]);
		if (name.count > 0 && name.count <= LONGEST_NAME) {
			int found = distance(&wanted, &name);

			if (found < best && found <= limit_for(wanted.count)) {
				best = found;
				nearest = names[i];
			}
		}
		letters_clear(&name);
	}
	letters_clear(&wanted);
	return nearest;
}
