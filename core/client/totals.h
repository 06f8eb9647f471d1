/* totals: does the sheet's own total row agree with its rows? Exact; only cells that are amounts are added up. */
#ifndef LUODI_CLIENT_TOTALS_H
#define LUODI_CLIENT_TOTALS_H

#include "base/buffer.h"
#include "client/row_source.h"

struct totals;

struct totals *totals_new(struct pool *pool, const struct row *header); /* lives in the pool */
void totals_add_row(struct totals *totals, const struct row *row);
/* The row that says 合计; the last one counts. */
void totals_take_total(struct totals *totals, const struct row *row);

/* A sentence in the pool: "合计行 486,320 与逐行相加一致", or what differs and by how much; NULL: there was no total row, or it held no
 * amount. *ret_agrees. */
const char *totals_compare(struct totals *totals, struct pool *pool, bool *ret_agrees);

#endif
