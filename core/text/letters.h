/* letters: a text as the code points that it is searched by, each with the piece of the text it came from. Inside
 * this layer.
 *
 * The fold is NFKC with case folded and characters that show nothing left out. It is made cluster by cluster (a
 * character and its combining marks), so that what is found can be shown as it was typed. No ICU, and no table for the
 * usual Chinese and ASCII. Short texts stay on the stack.
 */
#ifndef LUODI_TEXT_LETTERS_H
#define LUODI_TEXT_LETTERS_H

#include <stddef.h>
#include <stdint.h>

enum { LETTERS_ON_STACK = 256 };

struct letter {
	uint32_t code_point;
	uint32_t start, end; /* bytes of the text */
};

struct letters {
	struct letter *letters; /* few, or ours */
	size_t count, capacity;
	struct letter few[LETTERS_ON_STACK];
};

/* text is UTF-8; bytes that are not count as U+FFFD. Ends the process where memory does, as a pool would. */
void letters_init(struct letters *letters, const char *text);
void letters_clear(struct letters *letters);

#endif
