/* value: a record's values as people read them, by the column's descriptor (name, title, type, unit, values). */
#ifndef LUODI_CLIENT_VALUE_H
#define LUODI_CLIENT_VALUE_H

#include "base/pool.h"
#include "client/answer.h"
#include "client/table.h"

enum alignment value_alignment(const json_t *column);

/* As a column shows it: 1.60亿, 2022-06-30, 14.3%, a title for a name or an id; "-" when empty. titles: of references, by id;
 * may be NULL. In the pool, or borrowed. */
const char *value_show(struct pool *pool, const json_t *column, const json_t *value, const json_t *titles);

/* A text of the daemon's about a value of type: an amount as columns show it, where that loses nothing; "-" when empty. */
const char *value_retell(struct pool *pool, const char *type, const char *text);

/* "2022上半年" for 2022H1; what has no such name as it is. */
const char *value_period(struct pool *pool, const char *period);

/* The bare number that a CSV holds, in the column's unit; NULL: it is a text. */
const char *value_raw(struct pool *pool, const json_t *column, const json_t *value);

/* fen as an exact decimal in a unit of unit_fen, without its name: 160000000 fen in 万元 is "160". */
const char *value_decimal(struct pool *pool, int64_t fen, int64_t unit_fen);

/* The record's value of a column, built-in or declared; NULL: none. */
const json_t *value_of_record(const json_t *record, const char *name);

/* The cell of a record's column, put into the table. */
void value_put(struct table *table, struct pool *pool, const json_t *column, const json_t *value, const json_t *titles);

/* "2022-01-10 14:02" of an RFC 3339 moment; "14:02:11" if only_time. In the pool. */
const char *value_moment(struct pool *pool, const char *moment, bool only_time);
/* 4744 as 4,744. */
const char *value_grouped(struct pool *pool, int64_t number);

#endif
