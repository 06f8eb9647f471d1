/* row_source: the rows of a file that people made: CSV, TSV, JSON Lines. Bounded memory, whatever its size.
 *
 * Numbers count rows as a spreadsheet does, from 1, blank ones too, a row with line breaks inside quotes once. The encoding is
 * never guessed in silence: a BOM, strict UTF-8, or the name given.
 *
 *   struct row_source *source = row_source_open("ledger.csv", NULL, &error);
 *   while (row_source_next(source, &row, &error)) …  // row.cells is valid until the next call
 *   if (error.code != ERROR_NONE) …                  // it did not end well
 */
#ifndef LUODI_CLIENT_ROW_SOURCE_H
#define LUODI_CLIENT_ROW_SOURCE_H

#include "base/error.h"
#include "base/pool.h"
#include <stdint.h>

struct row {
	int64_t number;
	const char **cells; /* never NULL; "" is empty */
	size_t count;
};

struct row_source;

/* path: "-" is standard input. encoding: NULL: told from the file. ERROR_INVALID: it is not UTF-8 and no encoding was given, or it
 * is a workbook; ERROR_NOT_FOUND: no such file. */
must_check struct row_source *row_source_open(const char *path, const char *encoding, struct error *error);
void row_source_free(struct row_source *source); /* NULL is allowed */

/* false: no more rows (error->code is ERROR_NONE), or a fault, with its row in the sentence. */
must_check bool row_source_next(struct row_source *source, struct row *ret_row, struct error *error);

/* To the first row again. */
must_check bool row_source_rewind(struct row_source *source, struct error *error);

const char *row_source_encoding(const struct row_source *source); /* "utf-8", … */
/* JSON Lines: the names of the members, in the order in which they first come up, are the headings; row 1 is the first line.
 * The first row_source_next() of such a file gives them as row 0. */
bool row_source_has_names(const struct row_source *source);

/* true: nothing in it. */
bool row_is_blank(const struct row *row);

#endif
