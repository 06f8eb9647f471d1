/* normal: the forms in which texts are compared. Any thread. All results live in the pool. */
#ifndef LUODI_TEXT_NORMAL_H
#define LUODI_TEXT_NORMAL_H

#include "base/pool.h"
#include <stdbool.h>

/* NFKC, case folded, spaces and zero-width characters removed: natural keys and unique values compare so. */
char *text_key(struct pool *pool, const char *text);

/* NFKC and case folded, spaces kept: what words are searched in. */
char *text_fold(struct pool *pool, const char *text);

/* Chinese characters as pinyin without tones, "易发式" gives "yifashi"; others are kept, case folded. */
char *text_pinyin(struct pool *pool, const char *text);

/* First letters of the pinyin: "易发式" gives "yfs"; other letters and digits are kept, case folded. */
char *text_initials(struct pool *pool, const char *text);

/* How word is found in text: a substring (of the fold), else by pinyin (the match begins at a character's first
 * letter), else by initials, else not at all. Fast enough to run on 100,000 rows: no ICU call for each. *ret_match,
 * unless NULL: the piece of text that answers, copied to the pool. */
enum text_match { TEXT_NO_MATCH, TEXT_SUBSTRING, TEXT_PINYIN, TEXT_INITIALS };
enum text_match text_find_word(struct pool *pool, const char *text, const char *word, char **ret_match);

/* The order of a Chinese dictionary (pinyin), ties broken by bytes: <0, 0, >0. Any thread; lengths in bytes. */
int text_compare(const char *a, size_t a_length, const char *b, size_t b_length);

/* By which rules the keys and the order come about: the versions of our own and of the libraries, as a line. Who stores keys stores
 * this beside them, and makes them again when it has changed; the order is never stored. Static. */
const char *text_key_rules(void);
const char *text_order_rules(void);

/* The one of count names nearest to word (edit distance over characters, pinyin counts half), or NULL when none is
 * near enough to be worth naming. */
const char *text_nearest(const char *word, const char *const *names, size_t count);

#endif
