/* utf8: bytes and characters, without any table. */
#ifndef LUODI_BASE_UTF8_H
#define LUODI_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict: no overlong forms, no surrogates, at most U+10FFFF. *ret_bad (may be NULL): offset of the first bad byte. */
bool utf8_is_valid(const char *bytes, size_t length, size_t *ret_bad);

/* The length in bytes of the one character that bytes begin with; 0: they begin with none (cut short, or not UTF-8). */
size_t utf8_sequence(const char *bytes, size_t length);

/* The character at text (valid UTF-8, NUL-terminated): its code point, and its length in bytes. 0 at the end. */
uint32_t utf8_next(const char *text, size_t *ret_length);

/* Write code_point as up to 4 bytes; returns how many. */
size_t utf8_put(uint32_t code_point, char bytes[4]);

/* The largest length <= limit that does not cut a character of text. */
size_t utf8_cut(const char *text, size_t length, size_t limit);

size_t utf8_count(const char *text); /* characters */

#endif
