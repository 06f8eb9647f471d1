/* header: what is what in a sheet that people made: title lines, a line with the unit, the headings, rows of totals, notes below. */
#ifndef LUODI_CLIENT_HEADER_H
#define LUODI_CLIENT_HEADER_H

#include "client/row_source.h"

enum { HEADER_SEARCHED = 20 /* rows in which the headings are looked for */ };

/* The index among rows of the headings: the row that names the most of the known headings (compared without spaces, width and
 * case, and without a unit in brackets behind), if it names two, or half of its cells; else the first row with most
 * filled cells, all different. count when there is none. */
size_t header_find(
    struct pool *pool, const struct row *rows, size_t count, const char *const *known, size_t known_count);

/* "万元" of a cell like "单位：万元" in the rows above the headings; NULL: none. In the pool. */
const char *header_unit(struct pool *pool, const struct row *rows, size_t count);

/* The unit that a heading carries: "计划总投资（万元）" gives "万元", and *ret_heading "计划总投资", in the pool. NULL: none. */
const char *header_split_unit(struct pool *pool, const char *heading, const char **ret_heading);
/* Is the heading one of those known, as header_find compares them, but with its brackets? */
bool header_is_known(struct pool *pool, const char *heading, const char *const *known, size_t known_count);

/* A row of totals: one of its first three filled cells is 合计, 总计, 小计 or the like. *ret_grand: over everything, not a part. */
bool row_is_total(struct pool *pool, const struct row *row, bool *ret_grand);
/* A line of words under the table: "填表人：…", "注：…". */
bool row_is_note(const struct row *row);

#endif
