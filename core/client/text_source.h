/* text_source: a file's text as UTF-8, piece by piece, whatever its encoding was. Under row_source. */
#ifndef LUODI_CLIENT_TEXT_SOURCE_H
#define LUODI_CLIENT_TEXT_SOURCE_H

#include "base/buffer.h"
#include "base/error.h"

struct text_source;

/* As row_source_open. What can't be read twice (a pipe) is copied to an unnamed temporary file first. */
must_check struct text_source *text_source_open(const char *path, const char *encoding, struct error *error);
void text_source_free(struct text_source *source);

/* Appends the next piece to out. *ret_end: that was all. false: a fault. */
must_check bool text_source_read(struct text_source *source, struct buffer *out, bool *ret_end, struct error *error);
const char *text_source_encoding(const struct text_source *source);
/* The first bytes of it that are neither space nor a mark: '{' tells JSON Lines. 0: none. */
char text_source_first(const struct text_source *source);
must_check bool text_source_rewind(struct text_source *source, struct error *error); /* to its beginning */

#endif
