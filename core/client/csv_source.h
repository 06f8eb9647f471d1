/* csv_source: rows of comma or tab separated text, with quotes, line breaks inside them, blank rows. Under row_source. */
#ifndef LUODI_CLIENT_CSV_SOURCE_H
#define LUODI_CLIENT_CSV_SOURCE_H

#include "client/row_source.h"
#include "client/text_source.h"

enum { CSV_CELL_LARGEST = 1024 * 1024, CSV_COLUMNS_LARGEST = 16384 };

struct csv_source;

/* delimiter: 0: the one of , ; tab that the first line has most of. text is borrowed. */
must_check struct csv_source *csv_source_new(struct text_source *text, char delimiter, struct error *error);
void csv_source_free(struct csv_source *source);
must_check bool csv_source_next(struct csv_source *source, struct row *ret_row, struct error *error);

#endif
