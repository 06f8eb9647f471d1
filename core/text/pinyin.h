/* pinyin: how Chinese characters are read, without tones. Inside this layer; normal.h is what others use.
 *
 * The table is filled once from pinyin_data.c, then never changed: any thread. Characters outside it (rare ones past
 * U+9FFF) have no reading.
 */
#ifndef LUODI_TEXT_PINYIN_H
#define LUODI_TEXT_PINYIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pinyin_syllable {
	const char *letters;	/* "lv": ü is v */
	const char *characters; /* those that are read so first */
};
extern const struct pinyin_syllable pinyin_syllables[];
extern const size_t pinyin_syllable_count;

enum { PINYIN_READINGS = 4 };
/* The readings of a character, the usual one first; returns how many, 0 for none. */
size_t pinyin_readings(uint32_t code_point, const char *ret_readings[PINYIN_READINGS]);

/* The first letters of its readings, a bit each from 'a' = 1 on; 0 for none. */
uint32_t pinyin_first_letters(uint32_t code_point);

/* Do the two sound the same, in one of their readings? */
bool pinyin_sounds_same(uint32_t a, uint32_t b);

#endif
