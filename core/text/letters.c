#include "text/letters.h"

#include "base/utf8.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define FOLD (UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)

enum { CLUSTER_AT_MOST = 128 }; /* code points of a folded cluster; stacks of marks above it are cut */

static void make_room(struct letters *letters)
{
	size_t capacity = letters->capacity * 2;
	struct letter *more = letters->letters == letters->few ? NULL : letters->letters;

	more = realloc(more, capacity * sizeof *more);
	if (more == NULL) {
		fputs("内存不够，luodi 停下了；请给它更多内存\n", stderr);
		abort();
	}
	if (letters->letters == letters->few)
		memcpy(more, letters->few, sizeof letters->few);
	letters->letters = more;
	letters->capacity = capacity;
}

static void add(struct letters *letters, uint32_t code_point, size_t start, size_t end)
{
	if (letters->count == letters->capacity)
		make_room(letters);
	letters->letters[letters->count++] = (struct letter){code_point, (uint32_t)start, (uint32_t)end};
}

/* Characters that fold to themselves and stand alone. */
static int is_simple(uint32_t code_point)
{
	return code_point < 0x80 || (code_point >= 0x3400 && code_point <= 0x9FFF);
}

static int is_mark(uint32_t code_point)
{
	return !is_simple(code_point) && utf8proc_get_property((utf8proc_int32_t)code_point)->combining_class != 0;
}

/* What is no more than its own character is out of utf8proc's sight: a cluster that it can't fold stays as it is. */
static void add_cluster(struct letters *letters, const char *text, size_t start, size_t end)
{
	utf8proc_int32_t folded[CLUSTER_AT_MOST];
	utf8proc_ssize_t count;
	size_t step;

	count = utf8proc_decompose((const utf8proc_uint8_t *)text + start, (utf8proc_ssize_t)(end - start), folded,
	    CLUSTER_AT_MOST, (utf8proc_option_t)FOLD);
	if (count > CLUSTER_AT_MOST)
		count = -1;
	if (count > 0)
		count = utf8proc_normalize_utf32(folded, count, (utf8proc_option_t)FOLD);
	for (utf8proc_ssize_t i = 0; i < count; i++)
		add(letters, (uint32_t)folded[i], start, end);
	for (size_t at = start; count < 0 && at < end; at += step)
		add(letters, utf8_next(text + at, &step), start, end);
}

void letters_init(struct letters *letters, const char *text)
{
	size_t at = 0, step, length;
	uint32_t code_point, next;

	letters->letters = letters->few;
	letters->count = 0;
	letters->capacity = LETTERS_ON_STACK;
	code_point = utf8_next(text, &step);
	while (code_point != 0) {
		size_t start = at;

		at += step;
		next = utf8_next(text + at, &length);
		if (is_simple(code_point) && !is_mark(next)) {
			add(letters, code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point, start, at);
		} else {
			while (is_mark(next)) {
				at += length;
				next = utf8_next(text + at, &length);
			}
			add_cluster(letters, text, start, at);
		}
		code_point = next;
		step = length;
	}
}

void letters_clear(struct letters *letters)
{
	if (letters->letters != letters->few)
		free(letters->letters);
}
