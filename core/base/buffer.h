/* buffer: bytes that grow up to a named largest size.
 *
 * Once an append would pass the largest size, the buffer is "full": it keeps what it had, drops the rest and
 * says so from then on, so that one check at the end is enough.
 */
#ifndef LUODI_BASE_BUFFER_H
#define LUODI_BASE_BUFFER_H

#include "base/attributes.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *bytes; /* NULL while empty; always a NUL behind the last byte otherwise */
	size_t length;
	size_t capacity;
	size_t largest;
	bool full;
};

void buffer_init(struct buffer *buffer, size_t largest);
void buffer_clear(struct buffer *buffer); /* frees; may be used again after buffer_init */
void buffer_reset(struct buffer *buffer); /* empty, memory kept, no longer full */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t length); /* false: full */
bool buffer_append_text(struct buffer *buffer, const char *text);
bool buffer_append_byte(struct buffer *buffer, char byte);
bool buffer_format(struct buffer *buffer, const char *format, ...) format_at(2);
void buffer_consume(struct buffer *buffer, size_t length);    /* drop from the front */
char *buffer_take(struct buffer *buffer, size_t *ret_length); /* yours to free(); the buffer is empty then */
const char *buffer_text(const struct buffer *buffer);	      /* "" while empty; until the next change */

#endif
