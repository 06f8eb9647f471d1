/* internal: what the files of this layer share; nobody else includes it.
 *
 * Statements come in two families. The fixed ones are one table (statements.c), prepared when a connection opens. Those of a kind
 * are written from its declaration (kind_sql.c) and kept per connection under the form of the kind, so that two schemas of which
 * one is just being replaced never read each other's columns. A statement is reset as soon as it has answered: one that is not
 * keeps a reader's snapshot open.
 */
#ifndef LUODI_STORE_INTERNAL_H
#define LUODI_STORE_INTERNAL_H

#include "store/store.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

enum {
	STORE_APPLICATION_ID = 0x6c756f64, /* "luod" */
	STORE_LAYOUT = 3,		   /* user_version: of the fixed tables below */
	STORE_PAGE_BYTES = 4096,
	STORE_SNAPSHOT_US = 5 * 1000 * 1000,
	STORE_EVENT_LARGEST = 16 << 20, /* bytes of one event's body */
	STORE_SENTENCE = 512
};

enum statement {
	STATEMENT_BEGIN,
	STATEMENT_BEGIN_READ,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_SAVEPOINT,
	STATEMENT_RELEASE,
	STATEMENT_ROLLBACK_TO,
	STATEMENT_HEAD,
	STATEMENT_LAST_BATCH,
	STATEMENT_RECORDED_AT,
	STATEMENT_EVENT_APPEND,
	STATEMENT_EVENT,
	STATEMENT_JOURNAL,
	STATEMENT_EVENTS_OF_BATCH,
	STATEMENT_COUNT_EVENTS,
	STATEMENT_VOIDED_BY,
	STATEMENT_WAS_VOIDED,
	STATEMENT_VOID,
	STATEMENT_RESTORE,
	STATEMENT_ENTRIES,
	STATEMENT_ENTRY_BEGIN,
	STATEMENT_ENTRY_END,
	STATEMENT_OUTLOOK,
	STATEMENT_OUTLOOK_PUT,
	STATEMENT_OUTLOOK_DUE,
	STATEMENT_OUTLOOK_NEXT,
	STATEMENT_NEXT_NUMBER,
	STATEMENT_BATCH_OPEN,
	STATEMENT_BATCH_TOUCH,
	STATEMENT_BATCH_CLOSE,
	STATEMENT_BATCH_UNDONE,
	STATEMENT_BATCHES,
	STATEMENT_BATCH,
	STATEMENT_OPEN_BATCHES,
	STATEMENT_REQUEST,
	STATEMENT_REQUEST_PUT,
	STATEMENT_REQUESTS_FORGET,
	STATEMENT_CATALOG_KINDS,
	STATEMENT_CATALOG_FIELDS,
	STATEMENT_CATALOG_STAGES,
	STATEMENT_MARK,
	STATEMENT_MARK_PUT,
	STATEMENTS
};

enum kind_statement {
	KIND_CURRENT,	      /* a record's current row */
	KIND_CURRENT_WATCHED, /* of it, what indexes stand on */
	KIND_CURRENT_INSERT,
	KIND_CURRENT_UPDATE,	 /* nothing that an index stands on has changed */
	KIND_CURRENT_UPDATE_ALL, /* else */
	KIND_STATE_INSERT,
	KIND_STATE_AT,	  /* the last row of a day or before it, as known */
	KIND_STATE_FIRST, /* the first row as known */
	KIND_STATES,	  /* all rows of a record */
	KIND_RECORDS,
	KIND_LAST_SEQ, /* of the last event about it */
	KIND_FIND_TITLE,
	KIND_STATEMENTS
};

struct kind_statements { /* of one kind, in one form */
	struct kind_statements *next;
	uint64_t form;
	int32_t kind_number;
	sqlite3_stmt *statements[KIND_STATEMENTS]; /* NULL until it is used */
};

struct store_connection {
	struct store *store;
	sqlite3 *db;
	bool writer;
	bool is_copy;			      /* of a backup: its disk's troubles are not the store's */
	bool in_snapshot, snapshot_is_nested; /* nested: on the writer, inside its transaction */
	sqlite3_stmt *statements[STATEMENTS];
	struct kind_statements *kinds;
	unsigned generation;  /* of the schema that kinds were made for */
	struct pool *scratch; /* of the SQL functions; reset by each */
	const struct calendar *calendar;
	int64_t deadline_us, snapshot_until_us; /* 0: none */
};

struct latest_event {	     /* of a record whose current row is not put yet */
	int64_t record, seq; /* 0: none */
};

struct opened_batch {	/* a batch whose row is not written yet: mostly it is closed before anybody looks */
	int64_t number; /* 0: none */
	int64_t opened_at_us;
	struct buffer actor, what;
};

struct touched_batch { /* what was appended to one batch and is not yet in its row */
	int64_t number, first_seq, last_seq, events;
};

struct news { /* written by the writer, read by any thread */
	atomic_int_least64_t
	    appended; /* the highest seq ever appended: what lies STORE_NEWS_KEPT behind it may be gone */
	atomic_int_least64_t committed, recorded_at_us;
	atomic_int_least64_t records[STORE_NEWS_KEPT]; /* by seq: a ring */
};

struct store {
	char *directory;  /* absolute, no links in it */
	char *path;	  /* luodi.db */
	int lock, folder; /* descriptors, for life */
	atomic_bool broken;
	atomic_bool is_full;
	atomic_uint generation;
	pthread_mutex_t reserve_lock; /* the reserve file */
	struct store_connection *writer;
	struct head head, committed, saved; /* now, before the transaction, before the savepoint */
	struct latest_event latest;
	struct news news;
	struct opened_batch opened;
	struct touched_batch touched;
	struct buffer body, canonical; /* of the event being appended */
	struct pool *pool;	       /* of one write; reset by each */
	int wal_pages, wal_pages_checkpointed;
	unsigned requests_put;
};

/* ---- connection.c ---- */

/* Every setting is made and read back. The reader's authorizer comes last. */
must_check struct store_connection *connection_open(
    struct store *store, const char *path, bool writer, struct error *error);
void connection_close(struct store_connection *connection);
must_check bool connection_prepare(struct store_connection *connection, struct error *error); /* the fixed statements */
must_check bool connection_run(struct store_connection *connection, const char *sql, struct error *error);
/* The first column of the first row, as a number; 0 where there is no row. */
must_check bool connection_number(
    struct store_connection *connection, const char *sql, int64_t *ret_number, struct error *error);
/* PRAGMA check: "ok" or ERROR_DAMAGED with its first line. */
must_check bool connection_check(struct store_connection *connection, const char *pragma, struct error *error);

/* ---- functions.c ---- */

must_check bool functions_add(struct store_connection *connection, struct error *error);

/* ---- statements.c ---- */

extern const char *const statement_sql[STATEMENTS];
extern const char *const statement_tables; /* makes the fixed tables */

sqlite3_stmt *statement_of(struct store_connection *connection, enum statement number); /* ready to bind */
void bind_integer(sqlite3_stmt *statement, const char *name, int64_t integer);
void bind_text(sqlite3_stmt *statement, const char *name, const char *text); /* NULL binds NULL; borrowed until reset */
void bind_bytes(sqlite3_stmt *statement, const char *name, const void *bytes, size_t length);
/* ROWS_END and ROWS_ERROR have reset the statement. */
enum rows_step statement_step(struct store_connection *connection, sqlite3_stmt *statement, struct error *error);
/* Runs one that gives no rows; then it is reset. */
must_check bool statement_run(struct store_connection *connection, sqlite3_stmt *statement, struct error *error);
sqlite3_stmt *statement_prepare(
    struct store_connection *connection, const char *sql, unsigned flags, struct error *error);
const char *column_text(sqlite3_stmt *statement, int column); /* NULL: no value. Borrowed until the next step */
/* What SQLite says went wrong, in our words. Returns false. */
bool store_fail(struct store_connection *connection, struct error *error);

/* ---- folder.c ---- */

void reserve_make(struct store *store);
void reserve_free(struct store *store); /* the disk is full: this gives room to end well */
int64_t reserve_free_bytes(const struct store *store);
must_check bool folder_open(
    struct store *store, const char *directory, bool *ret_fresh, bool *ret_unclean, struct error *error);
must_check bool folder_sync(int folder, struct error *error);

/* ---- kind_sql.c, kinds.c ---- */

void put_identifier(struct buffer *out, const char *name); /* quoted */
void kind_sql_put(struct buffer *out, const struct kind *kind, enum kind_statement number);
bool field_is_watched(const struct field *field); /* an index stands on it in the current table */
uint64_t kind_form(const struct kind *kind);
/* Columns of a row of states or current rows, as kind_sql.c orders them. */
enum {
	COLUMN_RECORD,
	COLUMN_PRESENT,
	COLUMN_VERSION,
	COLUMN_ON,
	COLUMN_TITLE,
	COLUMN_STAGE,
	COLUMN_RETURN_STAGE,
	COLUMN_STAGE_SINCE,
	COLUMN_REACHED
};
int column_of_first_value(const struct kind *kind);
int column_behind(const struct kind *kind); /* the first one behind the values */
sqlite3_stmt *kind_statement(
    struct store_connection *connection, const struct kind *kind, enum kind_statement number, struct error *error);
must_check bool kinds_prepare(struct store_connection *connection, const struct schema *schema, struct error *error);
void kinds_clear(struct store_connection *connection);

/* ---- rows of states: states.c ---- */

struct state *state_of_row(struct store_connection *connection, sqlite3_stmt *statement, const struct kind *kind,
    struct pool *pool, struct error *error);
struct value value_of_column(sqlite3_stmt *statement, int column, enum value_type type); /* borrowed */
void bind_value(sqlite3_stmt *statement, int position, struct value value);

/* ---- journal.c ---- */

/* Of the last event about a record, by its current row; 0: no such record. */
must_check bool read_last_seq(struct store_connection *connection, const struct kind *kind, int64_t record,
    int64_t *ret_seq, struct error *error);
must_check bool event_of_row(sqlite3_stmt *statement, struct pool *pool, struct event *ret_event, struct error *error);
/* first..head by chain; first - 1 is trusted. */
must_check bool chain_verify(struct store_connection *connection, int64_t first, int64_t *ret_events,
    void (*progress)(void *argument, int64_t seq), void *argument, struct error *error);

/* ---- news.c ---- */

void news_note_event(struct news *news, int64_t seq, int64_t record); /* before it is committed */
void news_note_commit(struct news *news, const struct head *head);

/* ---- batches.c ---- */

must_check bool batch_flush(struct store *store, struct error *error); /* what was appended goes into its batch's row */
void batch_forget(struct store *store);				       /* what is not in the rows yet is undone */
must_check bool batch_touch(struct store *store, const struct event *event, struct error *error);

#endif
