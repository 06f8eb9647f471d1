/* wire: a small binary form, for messages between processes and for the bytes that the journal hashes.
 *
 * Every item is a type byte, then its length as 4 bytes where it has one, then its bytes; integers are 8 bytes,
 * all big-endian. So a sequence of items has exactly one form. Reading checks type, length and what is left; the
 * first fault sticks, later reads give zero values, and one wire_end() at the end is enough.
 *
 *   wire_put_text(&out, "signed"); wire_put_integer(&out, 3);
 *   struct wire in; wire_read(&in, bytes, length);
 *   const char *stage = wire_get_text(&in, pool, 64); int64_t n = wire_get_integer(&in, 0, 100);
 *   if (!wire_end(&in)) … // something was wrong, or left over
 */
#ifndef LUODI_BASE_WIRE_H
#define LUODI_BASE_WIRE_H

#include "base/buffer.h"
#include "base/pool.h"
#include <stdint.h>

struct wire {
	const unsigned char *bytes;
	size_t length, offset;
	bool bad;
	const char *fault; /* a literal: what was wrong first */
};

void wire_put_integer(struct buffer *out, int64_t integer);
void wire_put_boolean(struct buffer *out, bool boolean);
void wire_put_text(struct buffer *out, const char *text); /* NULL is written as absent */
void wire_put_bytes(struct buffer *out, const void *bytes, size_t length);
void wire_put_count(struct buffer *out, size_t count); /* how many items follow */

void wire_read(struct wire *in, const void *bytes, size_t length);
int64_t wire_get_integer(struct wire *in, int64_t smallest, int64_t largest);
bool wire_get_boolean(struct wire *in);
/* Valid UTF-8 without NUL, at most largest bytes, copied to the pool; NULL: absent, or bad. */
char *wire_get_text(struct wire *in, struct pool *pool, size_t largest);
/* As wire_get_text, but absent is a fault. Never NULL. */
char *wire_get_name(struct wire *in, struct pool *pool, size_t largest);
const void *wire_get_bytes(struct wire *in, size_t largest, size_t *ret_length); /* borrowed from the input */
size_t wire_get_count(struct wire *in, size_t largest);
bool wire_fail(struct wire *in, const char *fault); /* the caller found it wrong; returns false */
bool wire_ok(const struct wire *in);
bool wire_end(const struct wire *in); /* all well and nothing left */

#endif
