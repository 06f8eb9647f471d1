/* escape: foreign bytes made fit to be shown and sent: whole UTF-8 characters, control characters written out. */
#ifndef LUODI_HOST_ESCAPE_H
#define LUODI_HOST_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* At most size - 1 bytes into target, never half a character. lines: line breaks and tabs stay. length SIZE_MAX: up to
 * the NUL. */
void escape_text(const char *bytes, size_t length, char *target, size_t size, bool lines);

#endif
