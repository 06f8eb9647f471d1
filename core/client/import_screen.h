/* import_screen: what an import is about to write, or wrote, as people check it before they say yes. */
#ifndef LUODI_CLIENT_IMPORT_SCREEN_H
#define LUODI_CLIENT_IMPORT_SCREEN_H

#include "client/client.h"

/* What the file was taken for. */
struct import_facts {
	const char *name;      /* of the file */
	const char *encoding;  /* NULL: UTF-8, nothing to say */
	int64_t header_number; /* 0: it has none */
	const char *unit;      /* NULL: none was said */
	const char *totals;    /* a sentence, or NULL */
	int64_t rows, notes;   /* sent; notes left out */
};

/* "新增 3  更改 11  相同 22  拒收 2" and before it what the file was taken for, after it the changes and refusals;
 * whole: all that came, not the first few. */
void import_print_preview(struct client *client, const struct import_facts *facts, const json_t *report, bool whole);
void import_print_done(struct client *client, const json_t *report);

/* A column as a spreadsheet names it: 1 is A, 27 is AA. In the pool. */
const char *import_column_letters(struct pool *pool, int64_t column);

#endif
