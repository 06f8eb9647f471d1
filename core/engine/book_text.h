/* book_text: text as a cell and a sheet's name take it. Pure. */
#ifndef LUODI_ENGINE_BOOK_TEXT_H
#define LUODI_ENGINE_BOOK_TEXT_H

#include "base/buffer.h"

/* What XML does not know becomes U+FFFD, CR LF becomes LF, and _x0041_ keeps its meaning, where a spreadsheet would read an A; at most
 * "units" UTF-16 units, never half a character. Returns text itself where nothing is to be done, else out's. */
const char *book_text_clean(const char *text, size_t units, struct buffer *out, bool *ret_cut);

/* A legal name of a sheet: without [ ] : * ? / \, controls and ' at its ends; "number" is put behind where it is above 1: "甲 (2)". */
void book_text_name(const char *name, int number, struct buffer *out);

#endif
