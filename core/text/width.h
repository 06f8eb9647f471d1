/* width: how wide text is on a terminal, and text made safe to show.
 *
 * A wide character (Chinese, full-width) is two columns, a combining one none, an ambiguous one (→ “ …) one.
 */
#ifndef LUODI_TEXT_WIDTH_H
#define LUODI_TEXT_WIDTH_H

#include "base/buffer.h"

int text_width(const char *text);

/* The largest number of bytes of text that fits in columns without cutting a character. */
size_t text_fit(const char *text, int columns, int *ret_width);

/* Append text with controls (C0, DEL, C1, ESC) shown as \x1b, bidirectional and zero-width controls as <U+202E>,
 * newlines and tabs as a space where one_line is set (else kept). Nothing from data reaches a terminal without it. */
void text_append_safe(struct buffer *out, const char *text, bool one_line);

#endif
