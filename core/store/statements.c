/* All SQL whose text does not depend on a kind: named, whole, prepared when a connection opens, so that a slip of the pen stops the
 * start and not a user. Values are bound by name. */
#include "store/internal.h"
#include <assert.h>
#include <string.h>

/* The journal says what happened; all the rest can be made again from it. to_seq of what still holds is SEQ_FOR_EVER.
 * The events of a record hang together by previous, from the last_seq of its current row backwards: an index would have
 * each change dirty one more page than it must. */
const char *const statement_tables =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE journal (seq INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, effective_on INTEGER NOT NULL,"
    " place INTEGER NOT NULL, batch INTEGER NOT NULL, record INTEGER NOT NULL, action INTEGER NOT NULL, actor TEXT NOT "
    "NULL,"
    " body BLOB NOT NULL, note TEXT, hash BLOB NOT NULL, previous INTEGER NOT NULL) STRICT;"
    "CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'the journal is "
    "append-only'); END;"
    "CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'the journal is "
    "append-only'); END;"
    "CREATE TABLE void (target INTEGER NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL,"
    " PRIMARY KEY (target, from_seq)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX void_of_event ON void (from_seq);"
    "CREATE TABLE entry (record INTEGER NOT NULL, stage TEXT NOT NULL, entered_on INTEGER NOT NULL, seq INTEGER NOT "
    "NULL,"
    " from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, PRIMARY KEY (record, entered_on, seq, stage, from_seq)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE TABLE batch (number INTEGER PRIMARY KEY, actor TEXT NOT NULL, what TEXT NOT NULL, opened_at INTEGER NOT "
    "NULL,"
    " closed_at INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, events INTEGER NOT NULL,"
    " undone_by INTEGER NOT NULL) STRICT;"
    "CREATE INDEX batch_left_open ON batch (number) WHERE closed_at = 0;"
    "CREATE TABLE request (actor TEXT NOT NULL, key TEXT NOT NULL, hash BLOB NOT NULL, reply BLOB NOT NULL, put_at "
    "INTEGER NOT NULL,"
    " PRIMARY KEY (actor, key)) STRICT;"
    "CREATE INDEX request_by_age ON request (put_at);"
    "CREATE TABLE outlook (record INTEGER PRIMARY KEY, due INTEGER NOT NULL, lights TEXT NOT NULL) STRICT;"
    "CREATE INDEX outlook_due ON outlook (due);"
    "CREATE TABLE kind (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, prefix TEXT NOT NULL, title TEXT NOT "
    "NULL,"
    " next_number INTEGER NOT NULL) STRICT;"
    "CREATE TABLE field (kind INTEGER NOT NULL REFERENCES kind, name TEXT NOT NULL, type INTEGER NOT NULL, ref TEXT,"
    " keyed INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE stage (kind INTEGER NOT NULL REFERENCES kind, name TEXT NOT NULL, title TEXT NOT NULL, position "
    "INTEGER NOT NULL,"
    " PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alias (kind INTEGER NOT NULL REFERENCES kind, what TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT "
    "NULL,"
    " PRIMARY KEY (kind, what, old)) STRICT, WITHOUT ROWID;";

#define EVENT_COLUMNS "seq, recorded_at, effective_on, place, batch, record, action, actor, body, note, hash, previous"
#define EVENT_IS_LIVE                                                                                                  \
	" NOT EXISTS (SELECT 1 FROM void WHERE target = journal.seq AND from_seq <= :known AND :known < to_seq)"
#define BATCH_COLUMNS "number, actor, what, opened_at, closed_at, first_seq, last_seq, events, undone_by"

const char *const statement_sql[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_BEGIN_READ] = "BEGIN",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_SAVEPOINT] = "SAVEPOINT request",
    [STATEMENT_RELEASE] = "RELEASE request",
    [STATEMENT_ROLLBACK_TO] = "ROLLBACK TO request",
    [STATEMENT_HEAD] = "SELECT seq, recorded_at, hash FROM journal ORDER BY seq DESC LIMIT 1",
    [STATEMENT_LAST_BATCH] = "SELECT max(number) FROM batch",
    [STATEMENT_RECORDED_AT] = "SELECT recorded_at FROM journal WHERE seq = :seq",
    [STATEMENT_EVENT_APPEND] = "INSERT INTO journal (" EVENT_COLUMNS ") VALUES"
			       " (:seq, :recorded_at, :effective_on, :place, :batch, :record, :action, :actor, :body, "
			       ":note, :hash, :previous)",
    [STATEMENT_EVENT] = "SELECT " EVENT_COLUMNS "," EVENT_IS_LIVE " FROM journal WHERE seq = :seq",
    [STATEMENT_JOURNAL] = "SELECT " EVENT_COLUMNS "," EVENT_IS_LIVE " FROM journal"
			  " WHERE seq BETWEEN :first AND :last ORDER BY seq LIMIT :limit",
    [STATEMENT_EVENTS_OF_BATCH] =
	"SELECT journal.seq FROM batch JOIN journal ON journal.seq BETWEEN batch.first_seq AND batch.last_seq"
	" WHERE batch.number = :batch AND journal.batch = :batch ORDER BY journal.seq",
    [STATEMENT_COUNT_EVENTS] =
	"SELECT count(*) FROM journal WHERE seq <= :last AND record BETWEEN :first_record AND :last_record",
    [STATEMENT_VOIDED_BY] =
	"SELECT from_seq FROM void WHERE target = :target AND from_seq <= :known AND :known < to_seq",
    [STATEMENT_WAS_VOIDED] = "SELECT 1 FROM void WHERE target = :target LIMIT 1",
    [STATEMENT_VOID] = "INSERT INTO void (target, from_seq, to_seq) VALUES (:target, :from, :for_ever)",
    [STATEMENT_RESTORE] = "UPDATE void SET to_seq = :to WHERE from_seq = :from AND to_seq = :for_ever",
    /* Of one event, a resumption stands before the stage that it led to. */
    [STATEMENT_ENTRIES] =
	"SELECT entry.stage, entry.entered_on, entry.seq FROM entry LEFT JOIN journal ON journal.seq = entry.seq"
	" WHERE entry.record = :record AND entry.to_seq = :for_ever"
	" ORDER BY entry.entered_on, journal.place, entry.seq, entry.stage <> 'resume'",
    [STATEMENT_ENTRY_BEGIN] =
	"INSERT INTO entry (record, stage, entered_on, seq, from_seq, to_seq)"
	" VALUES (:record, :stage, :on, :seq, :from, :for_ever)"
	" ON CONFLICT (record, entered_on, seq, stage, from_seq) DO UPDATE SET to_seq = excluded.to_seq",
    [STATEMENT_ENTRY_END] =
	"UPDATE entry SET to_seq = :to"
	" WHERE record = :record AND entered_on = :on AND seq = :seq AND stage = :stage AND to_seq = :for_ever",
    [STATEMENT_OUTLOOK] = "SELECT due, lights FROM outlook WHERE record = :record",
    [STATEMENT_OUTLOOK_PUT] = "INSERT INTO outlook (record, due, lights) VALUES (:record, :due, :lights)"
			      " ON CONFLICT (record) DO UPDATE SET due = excluded.due, lights = excluded.lights",
    [STATEMENT_OUTLOOK_DUE] =
	"SELECT record FROM outlook WHERE due <= :day AND record BETWEEN :first_record AND :last_record"
	" ORDER BY record LIMIT :limit",
    [STATEMENT_OUTLOOK_NEXT] = "SELECT min(due) FROM outlook",
    [STATEMENT_NEXT_NUMBER] =
	"UPDATE kind SET next_number = next_number + 1 WHERE number = :kind RETURNING next_number - 1",
    [STATEMENT_BATCH_OPEN] = "INSERT INTO batch (" BATCH_COLUMNS ") VALUES"
			     " (:number, :actor, :what, :at, :closed_at, :first, :last, :events, 0)",
    [STATEMENT_BATCH_TOUCH] =
	"UPDATE batch SET first_seq = CASE first_seq WHEN 0 THEN :first ELSE first_seq END, last_seq = :last,"
	" events = events + :events WHERE number = :number",
    [STATEMENT_BATCH_CLOSE] = "UPDATE batch SET closed_at = :at WHERE number = :number",
    [STATEMENT_BATCH_UNDONE] = "UPDATE batch SET undone_by = :undone_by WHERE number = :number",
    [STATEMENT_BATCHES] =
	"SELECT " BATCH_COLUMNS " FROM batch WHERE number < :before ORDER BY number DESC LIMIT :limit",
    [STATEMENT_BATCH] = "SELECT " BATCH_COLUMNS " FROM batch WHERE number = :number",
    [STATEMENT_OPEN_BATCHES] = "SELECT number FROM batch WHERE closed_at = 0 ORDER BY number",
    [STATEMENT_REQUEST] = "SELECT hash, reply FROM request WHERE actor = :actor AND key = :key",
    [STATEMENT_REQUEST_PUT] =
	"INSERT INTO request (actor, key, hash, reply, put_at) VALUES (:actor, :key, :hash, :reply, :at)"
	" ON CONFLICT (actor, key) DO UPDATE SET hash = excluded.hash, reply = excluded.reply, put_at = "
	"excluded.put_at",
    [STATEMENT_REQUESTS_FORGET] = "DELETE FROM request WHERE put_at < :before",
    [STATEMENT_CATALOG_KINDS] = "SELECT name, prefix, title, number FROM kind ORDER BY number",
    [STATEMENT_CATALOG_FIELDS] =
	"SELECT kind.name, field.name, field.type, field.ref FROM field JOIN kind ON kind.number = field.kind"
	" ORDER BY kind.number, field.position, field.name",
    [STATEMENT_CATALOG_STAGES] =
	"SELECT kind.name, stage.name, stage.title FROM stage JOIN kind ON kind.number = stage.kind"
	" ORDER BY kind.number, stage.position, stage.name",
    [STATEMENT_MARK] = "SELECT value FROM meta WHERE key = 'mark.' || :name",
    [STATEMENT_MARK_PUT] = "INSERT INTO meta (key, value) VALUES ('mark.' || :name, :text)"
			   " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
};

/* ---- binding and stepping ---- */

sqlite3_stmt *statement_of(struct store_connection *connection, enum statement number)
{
	return connection->statements[number];
}

static int position_of(sqlite3_stmt *statement, const char *name)
{
	int position = sqlite3_bind_parameter_index(statement, name);

	assert(position > 0);
	return position;
}

void bind_integer(sqlite3_stmt *statement, const char *name, int64_t integer)
{
	sqlite3_bind_int64(statement, position_of(statement, name), integer);
}

void bind_text(sqlite3_stmt *statement, const char *name, const char *text)
{
	sqlite3_bind_text(statement, position_of(statement, name), text, -1, SQLITE_STATIC);
}

void bind_bytes(sqlite3_stmt *statement, const char *name, const void *bytes, size_t length)
{
	/* a NULL pointer would bind NULL, not an empty value */
	sqlite3_bind_blob64(statement, position_of(statement, name), length > 0 ? bytes : "", length, SQLITE_STATIC);
}

enum rows_step statement_step(struct store_connection *connection, sqlite3_stmt *statement, struct error *error)
{
	switch (sqlite3_step(statement)) {
	case SQLITE_ROW:
		return ROWS_ROW;
	case SQLITE_DONE:
		sqlite3_reset(statement);
		return ROWS_END;
	default:
		store_fail(connection, error);
		sqlite3_reset(statement);
		return ROWS_ERROR;
	}
}

bool statement_run(struct store_connection *connection, sqlite3_stmt *statement, struct error *error)
{
	enum rows_step step = statement_step(connection, statement, error);

	if (step == ROWS_ROW)
		sqlite3_reset(statement);
	return step != ROWS_ERROR;
}

sqlite3_stmt *statement_prepare(
    struct store_connection *connection, const char *sql, unsigned flags, struct error *error)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v3(connection->db, sql, -1, flags, &statement, NULL) != SQLITE_OK) {
		store_fail(connection, error);
		return NULL;
	}
	return statement;
}

const char *column_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

/* ---- what went wrong ---- */

static bool fail_full(struct store_connection *connection, struct error *error)
{
	if (connection->is_copy) {
		error_set(error, ERROR_READ_ONLY, "", "备份所在的磁盘已满，备份没有做成");
		return error_hint(error, "请清出空间，或把备份放到另一块磁盘");
	}
	reserve_free(connection->store);
	error_set(error, ERROR_READ_ONLY, "", "磁盘已满（剩余 %lld MB），这次没有写入，目前只能查询",
	    (long long)(reserve_free_bytes(connection->store) >> 20));
	return error_hint(error, "清出 64 MB 以上空间后会自动恢复写入；数据在 %s", connection->store->directory);
}

static bool fail_input_output(struct store_connection *connection, int extended, struct error *error)
{
	bool sync = extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC;

	if (extended == SQLITE_IOERR_NOMEM)
		return error_set(error, ERROR_INTERNAL, "", "数据库内存不足");
	if (connection->is_copy) {
		error_set(error, ERROR_READ_ONLY, "", "读写备份文件失败（代码 %d），备份没有做成", extended);
		return error_hint(error, "请检查备份所在的磁盘，或把备份放到另一块磁盘");
	}
	if (connection->writer &&
	    sync) { /* never tried again: the kernel may have dropped the pages it could not write */
		atomic_store(&connection->store->broken, true);
		return error_set(error, ERROR_OUTCOME_UNKNOWN, "", "数据没能确认落盘，结果不明，服务将重新启动");
	}
	error_set(error, connection->writer ? ERROR_READ_ONLY : ERROR_DAMAGED, "", "读写数据文件失败（%s，代码 %d）",
	    connection->store->path, extended);
	return error_hint(error, "请检查磁盘与系统日志");
}

bool store_fail(struct store_connection *connection, struct error *error)
{
	const char *message = sqlite3_errmsg(connection->db);
	int extended = sqlite3_extended_errcode(connection->db);

	switch (extended & 0xff) {
	case SQLITE_FULL:
		return fail_full(connection, error);
	case SQLITE_IOERR:
		return fail_input_output(connection, extended, error);
	case SQLITE_INTERRUPT:
		error_set(error, ERROR_BUDGET, "", "查询超过了时限");
		return error_hint(error, "请缩小范围：加条件、减少列，或分段查询");
	case SQLITE_NOMEM:
	case SQLITE_TOOBIG:
		error_set(error, ERROR_TOO_LARGE, "", "查询或数据太大，内存不够用");
		return error_hint(error, "请缩小范围：加条件、减少列，或分段查询");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		error_set(error, ERROR_DAMAGED, "", "数据文件 %s 已损坏：%s", connection->store->path, message);
		return error_hint(error, "停止写入，保留现场，从最近的备份恢复");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		error_set(
		    error, ERROR_READ_ONLY, "", "数据文件 %s 打不开或不可写：%s", connection->store->path, message);
		return error_hint(error, "请检查目录权限与磁盘挂载");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		error_set(error, ERROR_BUSY, "", "数据库正忙");
		return error_hint(error, "请稍后再试");
	default:
		if (strcmp(message, "integer overflow") == 0) {
			error_set(error, ERROR_TOO_LARGE, "", "合计超出了能精确表示的范围");
			return error_hint(error, "请缩小范围，或检查有没有填错单位的金额");
		}
		return error_set(error, ERROR_INTERNAL, "", "数据库内部错误：%s（代码 %d）", message, extended);
	}
}
