/* encoding: files of any encoding as UTF-8. Any thread. */
#ifndef LUODI_TEXT_ENCODING_H
#define LUODI_TEXT_ENCODING_H

#include "base/buffer.h"
#include "base/error.h"

struct encoding_reader;

/* name: "utf-8", "gb18030" (also gbk, gb2312), "cp1252", or any that ICU knows; ERROR_INVALID otherwise. */
must_check struct encoding_reader *encoding_reader_new(const char *name, struct error *error);
void encoding_reader_free(struct encoding_reader *reader);

/* Decode the next piece (which may end inside a character) onto out. last: no more pieces come.
 * ERROR_INVALID gives the byte offset, from the start of the file, of what can't be read. */
must_check bool encoding_reader_feed(struct encoding_reader *reader, const char *bytes, size_t length, bool last,
    struct buffer *out, struct error *error);

/* What the first bytes of a file say: "utf-8" (a BOM, or all valid so far; *ret_skip is the BOM's length), "utf-16le",
 * "utf-16be", or NULL: not UTF-8, and nothing else is guessed in silence. whole: the bytes are the whole file. */
const char *encoding_detect(const char *bytes, size_t length, bool whole, size_t *ret_skip);

#endif
