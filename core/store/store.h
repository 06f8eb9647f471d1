/* store: one space's data folder: journal, current rows, states in time, entries, batches, request keys. SQLite.
 *
 * Threads: a store has one writer connection, which alone writes and checkpoints, used by one thread at a time (the writer). Readers
 * are connections of their own, each used by one thread at a time. Functions that take a store_connection work on either.
 *
 * Errors: ERROR_READ_ONLY (disk full, read-only folder), ERROR_OUTCOME_UNKNOWN (a commit failed half-way: the process must
 * end, store_is_broken() is true from then on), ERROR_DAMAGED (names the check), ERROR_IN_USE, ERROR_BUDGET (a query's deadline).
 * Above this layer nobody knows SQL or SQLite.
 */
#ifndef LUODI_STORE_STORE_H
#define LUODI_STORE_STORE_H

#include "model/fold.h"
#include "query/query.h"
#include "query/tables.h"

struct store;
struct store_connection;

struct head {
	int64_t seq;		/* of the last event; 0: none yet */
	int64_t recorded_at_us; /* of the last event */
	unsigned char hash[32]; /* of the last event; all zero before the first */
	int64_t batch;		/* the last batch number */
};

/* ---- the folder ---- */

/* Opens or makes luodi.db in directory (made 0700 where missing), takes the lock for life, checks permissions, application id,
 * version, settings; after an unclean end quick_check and the journal's tail. fixed_today: the folder belongs to a fixed
 * calendar day (--today); a folder is for good of the kind it was made with, ERROR_INVALID otherwise. */
must_check struct store *store_open(const char *directory, bool fixed_today, struct error *error);
void store_close(struct store *store); /* checkpoints; NULL is allowed */
bool store_is_broken(const struct store *store);
bool store_has_room(
    struct store *store); /* any thread: free space for writes again (64 MiB, or what LUODI_RESERVE says in tests) */

struct store_connection *store_writer(struct store *store);
must_check struct store_connection *store_reader_open(struct store *store, struct error *error);
void store_reader_close(struct store_connection *connection);

/* What earlier schemas left; in the pool. */
must_check const struct catalog *store_catalog(struct store *store, struct pool *pool, struct error *error);
/* Makes tables and columns for what schema declares, gives kinds their numbers, renames by was, makes unique indexes (naming the
 * duplicates where there are some). One transaction: all or nothing. Writer thread, no transaction open. */
must_check bool store_apply_schema(struct store *store, struct schema *schema, struct error *error);

/* ---- reading (either connection) ---- */

/* A snapshot: all reads until store_snapshot_end see one state. At most 5 s (or what LUODI_SNAPSHOT_MS says in tests). */
must_check bool store_snapshot_begin(struct store_connection *connection, struct error *error);
/* Work that may take longer goes on with another one from then on. Never on the writer. */
bool store_snapshot_is_half_over(const struct store_connection *connection);
void store_snapshot_end(struct store_connection *connection);
must_check bool store_read_head(struct store_connection *connection, struct head *ret_head, struct error *error);
/* The last seq recorded before the moment; 0: none. */
must_check bool store_seq_before(
    struct store_connection *connection, int64_t wall_us, int64_t *ret_seq, struct error *error);
must_check bool store_recorded_at(
    struct store_connection *connection, int64_t seq, int64_t *ret_wall_us, struct error *error); /* ERROR_NOT_FOUND */
void store_set_deadline(
    struct store_connection *connection, int64_t monotonic_us); /* of the queries that follow; 0: none */
void store_set_calendar(
    struct store_connection *connection, const struct calendar *calendar); /* for luodi_workdays; borrowed */

struct rows; /* a running query */
must_check struct rows *store_select(
    struct store_connection *connection, const struct compiled_query *query, struct error *error);
enum rows_step { ROWS_ROW, ROWS_END, ROWS_ERROR };
enum rows_step rows_next(struct rows *rows, struct error *error);
/* Column of the present row, typed as the query says; text is borrowed until rows_next or rows_free. */
struct value rows_value(struct rows *rows, size_t column);
void rows_free(struct rows *rows);
/* The states of a kind (of one record, unless record is 0) by record and rank: record, rank (tables.h), whether it is there (0 or 1), its
 * stage, then the value of each of fields. */
must_check struct rows *store_select_states(struct store_connection *connection, const struct kind *kind,
    int64_t record, const struct field *const *fields, size_t count, struct pool *pool, struct error *error);

/* The days behind "after", up to "last", that have states of a record (of any of the kind where record is 0), rising. */
must_check bool store_state_days(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct date after, struct date last, struct pool *pool, const struct date **ret_days, size_t *ret_count,
    struct error *error);

/* The present state of a record, also where it has been dropped (exists false). ERROR_NOT_FOUND: no such record. */
must_check struct state *store_load_current(struct store_connection *connection, const struct kind *kind,
    int64_t record, struct pool *pool, struct error *error);
/* Has the record ever been there, dropped or not? */
must_check bool store_has_record(
    struct store_connection *connection, const struct kind *kind, int64_t record, bool *ret_has, struct error *error);
/* As of a day, as known at a seq; NULL with error->code ERROR_NONE: not there then. */
struct state *store_load_state(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct date as_of, int64_t known_seq, struct pool *pool, struct error *error);
/* The same for following references: else the first version known (SEMANTICS 17). */
struct state *store_load_referred(struct store_connection *connection, const struct kind *kind, int64_t record,
    const struct moment *moment, struct pool *pool, struct error *error);
/* For each day that has a row: the last row's state as known now, by rising day. What a restatement is compared with. */
must_check bool store_load_days(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct pool *pool, struct state **ret_days, size_t *ret_count, struct error *error);
/* All events of a record with seq <= known_seq, live said as known then, in fold order (effective_on, place, seq). */
must_check bool store_load_events(struct store_connection *connection, const struct kind *kind, int64_t record,
    int64_t known_seq, struct pool *pool, const struct event *const **ret_events, size_t *ret_count,
    struct error *error);
/* Events first..last by seq, of any record, at most limit. */
must_check bool store_load_journal(struct store_connection *connection, int64_t first, int64_t last, size_t limit,
    struct pool *pool, const struct event *const **ret_events, size_t *ret_count, struct error *error);
must_check const struct event *store_load_event(
    struct store_connection *connection, int64_t seq, struct pool *pool, struct error *error); /* ERROR_NOT_FOUND */
/* Was it ever void, at any sequence? */
must_check bool store_was_voided(struct store_connection *connection, int64_t seq, bool *ret_was, struct error *error);
/* Which event voided seq as known at known_seq; 0: none. */
must_check bool store_voided_by(
    struct store_connection *connection, int64_t seq, int64_t known_seq, int64_t *ret_by, struct error *error);
/* Seqs of a batch's events, rising. */
must_check bool store_batch_events(struct store_connection *connection, int64_t batch, struct pool *pool,
    int64_t **ret_seqs, size_t *ret_count, struct error *error);
/* A record's live entries as known now. */
must_check bool store_load_entries(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct pool *pool, struct entry **ret_entries, size_t *ret_count, struct error *error);

/* Present records of kind whose field (NULL: title) has this key form (text_key): up to limit, rising. */
must_check bool store_find_key(struct store_connection *connection, const struct kind *kind, const struct field *field,
    const char *key, int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error);
/* Present records whose title holds the words of text (for "an unambiguous part of one"). */
must_check bool store_find_title_part(struct store_connection *connection, const struct kind *kind, const char *text,
    int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error);
/* Records whose title was text (part: held its words), as a reference shows it at the moment: up to limit, rising. */
must_check bool store_find_title_then(struct store_connection *connection, const struct kind *kind, const char *text,
    bool part, const struct moment *moment, int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error);
/* Present records that refer to record, over all kinds of schema: {record, field} pairs. total counts them all. */
struct referrer {
	int64_t record;
	const struct field *field;
};
must_check bool store_find_referrers(struct store_connection *connection, const struct schema *schema, int64_t record,
    struct referrer *ret_referrers, size_t limit, size_t *ret_total, struct error *error);
must_check bool store_title(struct store_connection *connection, const struct kind *kind, int64_t record,
    const struct moment *moment, struct pool *pool, const char **ret_title,
    struct error *error); /* as a reference shows it; NULL: none */

/* ---- writing (writer thread only) ---- */

must_check bool store_begin(struct store *store, struct error *error);
/* One request's work inside the open transaction; savepoints do not nest. */
must_check bool store_savepoint(struct store *store, struct error *error);
must_check bool store_release(struct store *store, struct error *error);
void store_rollback_savepoint(struct store *store); /* head and numbers go back with it */
/* One fsync. ERROR_OUTCOME_UNKNOWN: the process must end. ERROR_READ_ONLY: rolled back, nothing was written. */
must_check bool store_commit(struct store *store, struct error *error);
void store_rollback(struct store *store);
struct head store_head(const struct store *store); /* with what the open transaction appended */

/* ---- news (any thread) ---- */

/* The last event that is committed, and when it was recorded. */
void store_read_committed(const struct store *store, int64_t *ret_seq, int64_t *ret_recorded_at_us);
/* Tells, by rising seq, which record each event after "after" up to last (which is committed) was about; 0: none, so it may bear on any.
 * False: that was too long ago, or too much (STORE_NEWS_KEPT); what was told may then be of later events. */
enum { STORE_NEWS_KEPT = 4096 };
must_check bool store_read_news(const struct store *store, int64_t after, int64_t last,
    void (*tell)(void *argument, int64_t record, int64_t seq), void *argument);

/* Appends to the journal: gives it seq, recorded_at_us (max(clock, last + 1)), place where 0, hash. kind: of its record; NULL
 * for one about none. The current row of the record must be put before an event about another is appended. */
must_check bool store_append_event(
    struct store *store, const struct kind *kind, struct event *event, struct error *error);
/* A row of states for the day state->on, as known from seq on. */
must_check bool store_append_state(struct store *store, const struct state *state, int64_t seq, struct error *error);
/* The current row. ERROR_REFUSED with field where a unique value is taken: the hint names who has it. */
must_check bool store_put_current(struct store *store, const struct state *state, struct error *error);
/* Entries that hold from seq on: those not among entries end there, new ones begin. */
must_check bool store_put_entries(struct store *store, const struct kind *kind, int64_t record,
    const struct entry *entries, size_t count, int64_t seq, struct error *error);
/* The fast path: one further entry. */
must_check bool store_add_entry(struct store *store, const struct kind *kind, int64_t record, const struct entry *entry,
    int64_t seq, struct error *error);
must_check bool store_void(
    struct store *store, int64_t target, int64_t by_seq, struct error *error); /* ERROR_CONFLICT: is void already */
must_check bool store_restore(
    struct store *store, int64_t void_seq, int64_t by_seq, struct error *error); /* ends what event void_seq began */
must_check bool store_next_number(
    struct store *store, const struct kind *kind, int32_t *ret_number, struct error *error);

struct batch {
	int64_t number;
	const char *actor, *what;	    /* "导入 六月台账.csv" */
	int64_t opened_at_us, closed_at_us; /* 0: still open */
	int64_t first_seq, last_seq, events;
	int64_t undone_by; /* batch that voided it, as known now; 0: none */
};
must_check bool store_batch_open(
    struct store *store, const char *actor, const char *what, int64_t *ret_number, struct error *error);
must_check bool store_batch_close(struct store *store, int64_t number, struct error *error);
must_check bool store_batch_set_undone(struct store *store, int64_t number, int64_t undone_by, struct error *error);
must_check bool store_batches(struct store_connection *connection, int64_t before, size_t limit, struct pool *pool,
    struct batch **ret_batches, size_t *ret_count, struct error *error); /* newest first; before 0: from the newest */
must_check const struct batch *store_find_batch(
    struct store_connection *connection, int64_t number, struct pool *pool, struct error *error);
must_check bool store_open_batches(struct store_connection *connection, struct pool *pool, int64_t **ret_numbers,
    size_t *ret_count, struct error *error);

/* Idempotency: (actor, key) → hash of the parameters and the first reply, kept 30 days. *ret_reply NULL: not known. */
must_check bool store_find_request(struct store_connection *connection, const char *actor, const char *key,
    struct pool *pool, const unsigned char **ret_hash, const char **ret_reply, size_t *ret_length, struct error *error);
must_check bool store_put_request(struct store *store, const char *actor, const char *key, const unsigned char hash[32],
    const char *reply, size_t length, struct error *error);
/* Marks: short texts that the caller keeps beside the data under names of its own: how far some work has come. Not in the journal.
 * *ret_text NULL: there is none. */
must_check bool store_read_mark(struct store_connection *connection, const char *name, struct pool *pool,
    const char **ret_text, struct error *error);
must_check bool store_put_mark(struct store *store, const char *name, const char *text, struct error *error);
/* Outlooks: when a record is to be looked at again, and a text that says what is to come. Not in the journal. *ret_lights NULL: none. */
must_check bool store_read_outlook(struct store_connection *connection, int64_t record, struct pool *pool,
    struct date *ret_due, const char **ret_lights, struct error *error);
must_check bool store_put_outlook(
    struct store *store, int64_t record, struct date due, const char *lights, struct error *error);
/* Of a kind, those that are due on day, rising, above "after". */
must_check bool store_due_records(struct store_connection *connection, const struct kind *kind, struct date day,
    int64_t after, size_t limit, int64_t *ret_records, size_t *ret_count, struct error *error);
/* The first day on which anything is due; DATE_NONE: never. */
must_check bool store_next_due(struct store_connection *connection, struct date *ret_day, struct error *error);
void store_hash(const void *bytes, size_t length, unsigned char ret_hash[32]); /* the journal's hash, for other uses */

/* Between groups: a PASSIVE checkpoint when the log has grown past 32 MiB; TRUNCATE past 64 MiB when no reader holds it. */
void store_checkpoint_if_due(struct store *store);

/* ---- proof and copies ---- */

/* Walks the chain from first to last: ERROR_DAMAGED names the first event that does not fit. progress may be NULL. */
must_check bool store_verify_chain(struct store_connection *connection, int64_t *ret_events,
    void (*progress)(void *argument, int64_t seq), void *argument, struct error *error);
/* integrity_check. */
/* How many events up to last are about records of the kind, by the journal alone: what store_load_events must come to. */
must_check bool store_count_events(struct store_connection *connection, const struct kind *kind, int64_t last,
    int64_t *ret_count, struct error *error);
must_check bool store_verify_integrity(struct store_connection *connection, struct error *error);
/* All records of kind ever, rising keys above after. */
must_check bool store_records(struct store_connection *connection, const struct kind *kind, int64_t after, size_t limit,
    int64_t *ret_records, size_t *ret_count, struct error *error);
/* Every states row of a record: for verify. Each with its on and seq (in version's place nothing: see seqs). */
must_check bool store_load_all_states(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct pool *pool, struct state **ret_states, int64_t **ret_seqs, size_t *ret_count, struct error *error);

/* A copy while writing goes on, in slices on the writer's connection, to path (which must not exist; 0600); the caller calls it between groups
 * until *ret_done; at the end the copy is checked and synced. */
struct store_backup;
must_check struct store_backup *store_backup_begin(struct store *store, const char *path, struct error *error);
must_check bool store_backup_step(struct store_backup *backup, int pages, bool *ret_done, struct error *error);
void store_backup_end(struct store_backup *backup); /* before done: removes the unfinished copy */

#endif
