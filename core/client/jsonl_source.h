/* jsonl_source: rows of JSON Lines, an object a line. Under row_source. */
#ifndef LUODI_CLIENT_JSONL_SOURCE_H
#define LUODI_CLIENT_JSONL_SOURCE_H

#include "client/row_source.h"
#include "client/text_source.h"

enum { JSONL_LINE_LARGEST = 4 * 1024 * 1024, JSONL_NAMES_LARGEST = 1000 };

struct jsonl_source;

/* Reads the whole text once for the names of its members. text is borrowed. */
must_check struct jsonl_source *jsonl_source_new(struct text_source *text, struct error *error);
void jsonl_source_free(struct jsonl_source *source);
/* First the names, as row 0. */
must_check bool jsonl_source_next(struct jsonl_source *source, struct row *ret_row, struct error *error);

#endif
