#include "text/letters.h"
#include "text/normal.h"
#include "text/pinyin.h"

#include <string.h>

enum { LONGEST_SPELLING = 64 }; /* of a word that is looked for by pinyin or initials */

static size_t match_literally(const struct letter *text, size_t left, const struct letters *word)
{
	if (left < word->count)
		return 0;
	for (size_t i = 0; i < word->count; i++)
		if (text[i].code_point != word->letters[i].code_point)
			return 0;
	return word->count;
}

/* How much of word the syllable is; 0: they part. ü is typed as v or as u. */
static size_t match_syllable(const char *syllable, const char *word)
{
	size_t i = 0;

	while (syllable[i] != '\0' && word[i] != '\0') {
		if (syllable[i] != word[i] && !(syllable[i] == 'v' && word[i] == 'u'))
			return 0;
		i++;
	}
	return i;
}

/* Does a spelling of this letter begin with that one? Letters that are no Chinese are spelt by themselves. */
static bool may_begin(uint32_t code_point, char wanted)
{
	if (code_point < 0x80)
		return code_point == (unsigned char)wanted;
	return wanted >= 'a' && wanted <= 'z' && (pinyin_first_letters(code_point) >> (wanted - 'a') & 1) != 0;
}

/* How many letters of text word spells from here, the last syllable perhaps not to its end; 0: it does not. A
 * syllable that the word ends in always is a good last one; one that it runs past must be followed by the rest. */
static size_t match_pinyin(const struct letter *text, size_t left, const char *word)
{
	const char *readings[PINYIN_READINGS];
	size_t count, rest;

	if (left == 0 || !may_begin(text->code_point, *word))
		return 0;
	count = pinyin_readings(text->code_point, readings);
	if (count == 0) {
		if (word[1] == '\0')
			return 1;
		rest = match_pinyin(text + 1, left - 1, word + 1);
		return rest == 0 ? 0 : rest + 1;
	}
	for (size_t i = 0; i < count; i++) {
		size_t matched = match_syllable(readings[i], word);

		if (matched == 0)
			continue;
		if (word[matched] == '\0')
			return 1;
		if (readings[i][matched] != '\0')
			continue;
		rest = match_pinyin(text + 1, left - 1, word + matched);
		if (rest > 0)
			return rest + 1;
	}
	return 0;
}

static size_t match_initials(const struct letter *text, size_t left, const char *word)
{
	size_t matched = 0;

	for (; word[matched] != '\0'; matched++)
		if (matched == left || !may_begin(text[matched].code_point, word[matched]))
			return 0;
	return matched;
}

/* The word in ASCII, where that is what it is and a letter is among it: only then can it be a spelling. */
static bool spelling_of(const struct letters *word, char spelling[LONGEST_SPELLING + 1])
{
	bool has_letter = false;

	if (word->count > LONGEST_SPELLING)
		return false;
	for (size_t i = 0; i < word->count; i++) {
		uint32_t code_point = word->letters[i].code_point;

		if (code_point >= 0x80)
			return false;
		if (code_point >= 'a' && code_point <= 'z')
			has_letter = true;
		spelling[i] = (char)code_point;
	}
	spelling[word->count] = '\0';
	return has_letter;
}

static enum text_match find_letters(
    const struct letters *text, const struct letters *word, size_t *ret_start, size_t *ret_count)
{
	char spelling[LONGEST_SPELLING + 1];
	bool spelt;

	for (*ret_start = 0; *ret_start < text->count; ++*ret_start)
		if ((*ret_count = match_literally(text->letters + *ret_start, text->count - *ret_start, word)) > 0)
			return TEXT_SUBSTRING;
	spelt = spelling_of(word, spelling);
	for (*ret_start = 0; spelt && *ret_start < text->count; ++*ret_start)
		if ((*ret_count = match_pinyin(text->letters + *ret_start, text->count - *ret_start, spelling)) > 0)
			return TEXT_PINYIN;
	for (*ret_start = 0; spelt && *ret_start < text->count; ++*ret_start)
		if ((*ret_count = match_initials(text->letters + *ret_start, text->count - *ret_start, spelling)) > 0)
			return TEXT_INITIALS;
	return TEXT_NO_MATCH;
}

enum text_match text_find_word(struct pool *pool, const char *text, const char *word, char **ret_match)
{
	struct letters letters, word_letters;
	size_t start = 0, count = 0;
	enum text_match match = TEXT_NO_MATCH;

	letters_init(&word_letters, word);
	letters_init(&letters, text);
	if (word_letters.count > 0)
		match = find_letters(&letters, &word_letters, &start, &count);
	if (match != TEXT_NO_MATCH && ret_match != NULL) {
		const struct letter *first = &letters.letters[start], *last = first + count - 1;

		*ret_match = pool_copy_bytes(pool, text + first->start, last->end - first->start);
	}
	letters_clear(&letters);
	letters_clear(&word_letters);
	return match;
}
