/* nearest: "did you mean" for names, by edit distance over characters. Pure, any thread.
 *
 * Knows nothing of pinyin: what people type in filters is for the text layer. */
#ifndef LUODI_MODEL_NEAREST_H
#define LUODI_MODEL_NEAREST_H

#include <stddef.h>

/* The one of count names nearest to word, or NULL when none is near enough to be worth naming. NULL names are skipped. */
const char *name_nearest(const char *word, const char *const *names, size_t count);

#endif
