/* tables: what the tables and columns of a kind are called. The generator here and the store agree through it alone.
 *
 * For a kind "project" (every identifier is quoted where it is used; column types are INTEGER, TEXT or BLOB, nullable):
 *
 *   c_project  current: record INTEGER PRIMARY KEY, present (0 or 1), version, last_on (the day of the last state), title,
 *              k_title (its key form), stage, return_stage, stage_since, r_STAGE (first reached, a day) per stage, f_FIELD per field,
 *              k_FIELD (its key form) per text field that is unique or indexed
 *   s_project  states, append-only, WITHOUT ROWID, PRIMARY KEY (record, rank): rank = state_rank(day, seq), effective_on, seq,
 *              then present, version, title, stage, return_stage, stage_since, r_STAGE, f_FIELD. As of D, known at k, a record is
 *              its row of greatest rank among those with rank < state_rank(D + 1, 0) and seq <= k
 *   entry      of all kinds: record, stage (a name, or "resume"), entered_on, from_seq, to_seq: live as known at k where
 *              from_seq <= k < to_seq
 *
 * Stages, enums and sets are stored by name, dates as days since 1970-01-01, money as fen, decimals and percents as millionths,
 * booleans as 0 and 1, references as record keys. An empty value is NULL.
 * SQL functions that the store gives each connection: luodi_key(text) = text_key; luodi_word(text, word) = enum text_match (0: none);
 * luodi_contains(text, word) = 1 where the fold of text holds the fold of word; luodi_workdays(from, to); collation luodi_pinyin.
 */
#ifndef LUODI_QUERY_TABLES_H
#define LUODI_QUERY_TABLES_H

#include "model/kind.h"

#define SEQ_FOR_EVER INT64_C(1099511627775) /* 2^40 - 1: to_seq of what still holds, and "known": all */

enum { IDENTIFIER_SIZE = 64 };

int64_t state_rank(struct date day, int64_t seq); /* day * 2^40 + seq */

char *table_current(const struct kind *kind, char name[IDENTIFIER_SIZE]);	  /* c_project, not quoted */
char *table_states(const struct kind *kind, char name[IDENTIFIER_SIZE]);	  /* s_project */
char *column_of_field(const struct field *field, char name[IDENTIFIER_SIZE]);	  /* f_planned */
char *column_of_field_key(const struct field *field, char name[IDENTIFIER_SIZE]); /* k_name */
char *column_of_reached(const struct stage *stage, char name[IDENTIFIER_SIZE]);	  /* r_signed */
bool field_has_key_column(const struct field *field);

#endif
