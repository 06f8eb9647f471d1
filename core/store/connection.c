/* Connections: one that writes, others that only read, each with every setting made and read back, so that a library built with
 * other defaults, or a misspelt pragma (which SQLite silently ignores), is noticed at the start. */
#include "base/clock.h"
#include "store/internal.h"
#include <stdlib.h>
#include <string.h>

struct setting {
	const char *pragma; /* sets */
	const char *read;   /* reads back */
	int64_t expected;
};

static const struct setting shared_settings[] = {
    {"PRAGMA cell_size_check = 1", "PRAGMA cell_size_check", 1},
    {"PRAGMA mmap_size = 0", "PRAGMA mmap_size", 0},
    {"PRAGMA synchronous = FULL", "PRAGMA synchronous", 2},
    {"PRAGMA foreign_keys = 1", "PRAGMA foreign_keys", 1},
    {"PRAGMA temp_store = MEMORY", "PRAGMA temp_store", 2},
    {"PRAGMA wal_autocheckpoint = 0", "PRAGMA wal_autocheckpoint", 0},
    {"PRAGMA recursive_triggers = 0", "PRAGMA recursive_triggers", 0},
};

/* The writer's pages: more are no help, since SQLite 3.40 walks all of them at a commit in which a tree was balanced (0.7 ms
 * for 64 MiB), and the system keeps the rest. */
static const struct setting writer_settings[] = {
    {"PRAGMA cache_size = -8192", "PRAGMA cache_size", -8192},
    {"PRAGMA journal_size_limit = 67108864", "PRAGMA journal_size_limit", 67108864},
};

static const struct setting reader_settings[] = {
    {"PRAGMA cache_size = -32768", "PRAGMA cache_size", -32768},
    {"PRAGMA query_only = 1", "PRAGMA query_only", 1},
};

static const struct {
	int option, value;
} options[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
};

static const struct {
	int limit, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 64 << 20},
    {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COLUMN, 500},
    {SQLITE_LIMIT_COMPOUND_SELECT, 10},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
};

bool connection_run(struct store_connection *connection, const char *sql, struct error *error)
{
	return sqlite3_exec(connection->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_fail(connection, error);
}

bool connection_number(struct store_connection *connection, const char *sql, int64_t *ret_number, struct error *error)
{
	sqlite3_stmt *statement = statement_prepare(connection, sql, 0, error);
	enum rows_step step;

	if (statement == NULL)
		return false;
	step = statement_step(connection, statement, error);
	if (step != ROWS_ERROR)
		*ret_number = step == ROWS_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	return step != ROWS_ERROR;
}

/* What a check found that is no "ok". A page that it could not get, for want of memory above all, stands there among those that are
 * wrong, and says nothing of what the file holds. */
static bool fail_check(const struct store_connection *connection, const char *found, struct error *error)
{
	if (strstr(found, "failed to get page") != NULL || strstr(found, "unable to get the page") != NULL) {
		error_set(
		    error, ERROR_TOO_LARGE, "", "数据文件没有检查完，有一页读不进来（%s）；这还不是说它有损", found);
		return error_hint(error, "看内存够不够、系统日志里磁盘有没有出错，再查一次；还是这样就从备份恢复");
	}
	error_set(error, ERROR_DAMAGED, "", "数据文件 %s 已损坏：%s", connection->store->path, found);
	return error_hint(error, "停止写入，保留现场，从最近的备份恢复");
}

bool connection_check(struct store_connection *connection, const char *pragma, struct error *error)
{
	sqlite3_stmt *statement = statement_prepare(connection, pragma, 0, error);
	enum rows_step step;
	bool good = false;

	if (statement == NULL)
		return false;
	step = statement_step(connection, statement, error);
	if (step == ROWS_ROW) {
		const char *answer = column_text(statement, 0);

		good = answer != NULL && strcmp(answer, "ok") == 0;
		if (!good)
			fail_check(connection, answer != NULL ? answer : "", error);
	} else if (step == ROWS_END)
		error_set(error, ERROR_DAMAGED, "", "数据文件 %s 的检查没有给出结果", connection->store->path);
	sqlite3_finalize(statement);
	return good;
}

static bool apply_settings(
    struct store_connection *connection, const struct setting *settings, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		int64_t found;

		if (!connection_run(connection, settings[i].pragma, error) ||
		    !connection_number(connection, settings[i].read, &found, error))
			return false;
		if (found != settings[i].expected)
			return error_set(error, ERROR_INTERNAL, "", "SQLite 不接受设置：%s（仍为 %lld）",
			    settings[i].pragma, (long long)found);
	}
	return true;
}

static bool apply_options(struct store_connection *connection, struct error *error)
{
	int found;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (sqlite3_db_config(connection->db, options[i].option, options[i].value, &found) != SQLITE_OK ||
		    found != options[i].value)
			return error_set(error, ERROR_INTERNAL, "", "SQLite 不接受安全设置 %d", options[i].option);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		sqlite3_limit(connection->db, limits[i].limit, limits[i].value);
		if (sqlite3_limit(connection->db, limits[i].limit, -1) != limits[i].value)
			return error_set(error, ERROR_INTERNAL, "", "SQLite 不接受限额 %d", limits[i].limit);
	}
	/* nor the writer: a close after a failed sync would try that sync again. store_close allows it where all went well */
	if (sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &found) != SQLITE_OK || found != 1)
		return error_set(error, ERROR_INTERNAL, "", "SQLite 不接受安全设置 NO_CKPT_ON_CLOSE");
	return true;
}

/* Every few thousand steps of SQLite's machine. Not 0: stop. */
static int on_progress(void *argument)
{
	const struct store_connection *connection = argument;
	int64_t now;

	if (connection->deadline_us == 0 && connection->snapshot_until_us == 0)
		return 0;
	now = clock_monotonic_us();
	return (connection->deadline_us != 0 && now > connection->deadline_us) ||
	    (connection->snapshot_until_us != 0 && now > connection->snapshot_until_us);
}

/* Readers SELECT from the tables of kinds and our own, and nothing else. */
static int authorize(
    void *argument, int action, const char *a, const char *b, const char *database, const char *trigger)
{
	static const char *const tables[] = {
	    "journal", "void", "entry", "batch", "request", "kind", "field", "stage", "alias", "meta", "outlook"};

	(void)argument, (void)database, (void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION:
		return SQLITE_OK;
	case SQLITE_PRAGMA:
		return strcmp(a, "integrity_check") == 0 || strcmp(a, "quick_check") == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_READ:
		/* no column: rows are only counted, and the name may be that of a subquery */
		if (b[0] == '\0' || strncmp(a, "c_", 2) == 0 || strncmp(a, "s_", 2) == 0)
			return SQLITE_OK;
		for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
			if (strcmp(a, tables[i]) == 0)
				return SQLITE_OK;
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static bool set_up(struct store_connection *connection, struct error *error)
{
	sqlite3_extended_result_codes(connection->db, 1);
	sqlite3_busy_timeout(connection->db, 5000);
	if (!apply_options(connection, error) ||
	    !apply_settings(connection, shared_settings, sizeof(shared_settings) / sizeof(shared_settings[0]), error) ||
	    !functions_add(connection, error))
		return false;
	if (connection->writer &&
	    !apply_settings(connection, writer_settings, sizeof(writer_settings) / sizeof(writer_settings[0]), error))
		return false;
	if (!connection->writer &&
	    !apply_settings(connection, reader_settings, sizeof(reader_settings) / sizeof(reader_settings[0]), error))
		return false;
	sqlite3_progress_handler(connection->db, 4000, on_progress, connection);
	if (!connection->writer)
		sqlite3_set_authorizer(connection->db, authorize, connection);
	return true;
}

struct store_connection *connection_open(struct store *store, const char *path, bool writer, struct error *error)
{
	struct store_connection *connection = calloc(1, sizeof(*connection));
	int flags =
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);

	if (connection == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不足");
		return NULL;
	}
	connection->store = store;
	connection->writer = writer;
	connection->scratch = pool_new();
	connection->generation = atomic_load(&store->generation);
	if (sqlite3_open_v2(path, &connection->db, flags, NULL) != SQLITE_OK) {
		if (connection->db != NULL)
			store_fail(connection, error);
		else
			error_set(error, ERROR_INTERNAL, "", "内存不足");
	} else if (set_up(connection, error))
		return connection;
	connection_close(connection);
	return NULL;
}

bool connection_prepare(struct store_connection *connection, struct error *error)
{
	for (int i = 0; i < STATEMENTS; i++) {
		if (!connection->writer &&
		    (strncmp(statement_sql[i], "SELECT", 6) != 0 && i != STATEMENT_BEGIN_READ &&
			i != STATEMENT_COMMIT && i != STATEMENT_ROLLBACK))
			continue;
		connection->statements[i] =
		    statement_prepare(connection, statement_sql[i], SQLITE_PREPARE_PERSISTENT, error);
		if (connection->statements[i] == NULL)
			return false;
	}
	return true;
}

void connection_close(struct store_connection *connection)
{
	if (connection == NULL)
		return;
	kinds_clear(connection);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(connection->statements[i]);
	sqlite3_close(connection->db);
	pool_free(connection->scratch);
	free(connection);
}

struct store_connection *store_writer(struct store *store)
{
	return store->writer;
}

struct store_connection *store_reader_open(struct store *store, struct error *error)
{
	struct store_connection *connection = connection_open(store, store->path, false, error);

	if (connection != NULL && !connection_prepare(connection, error)) {
		connection_close(connection);
		return NULL;
	}
	return connection;
}

void store_reader_close(struct store_connection *connection)
{
	connection_close(connection);
}

void store_set_deadline(struct store_connection *connection, int64_t monotonic_us)
{
	connection->deadline_us = monotonic_us;
}

void store_set_calendar(struct store_connection *connection, const struct calendar *calendar)
{
	connection->calendar = calendar;
}

static int64_t snapshot_life_us(void)
{
	const char *text = getenv("LUODI_SNAPSHOT_MS"); /* tests have no batch that takes seconds */
	long long ms = text != NULL ? atoll(text) : 0;

	return ms > 0 ? ms * 1000 : STORE_SNAPSHOT_US;
}

bool store_snapshot_is_half_over(const struct store_connection *connection)
{
	return connection->snapshot_until_us != 0 &&
	    clock_monotonic_us() > connection->snapshot_until_us - snapshot_life_us() / 2;
}

bool store_snapshot_begin(struct store_connection *connection, struct error *error)
{
	int64_t ignored;

	connection->snapshot_is_nested = !sqlite3_get_autocommit(connection->db);
	if (!connection->snapshot_is_nested) {
		if (!statement_run(connection, statement_of(connection, STATEMENT_BEGIN_READ), error))
			return false;
		/* BEGIN takes nothing yet: the first read does */
		if (!connection_number(connection, "SELECT max(seq) FROM journal", &ignored, error)) {
			sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
			return false;
		}
		connection->snapshot_until_us = clock_monotonic_us() + snapshot_life_us();
	}
	connection->in_snapshot = true;
	return true;
}

void store_snapshot_end(struct store_connection *connection)
{
	struct error error;

	if (!connection->in_snapshot)
		return;
	connection->in_snapshot = false;
	connection->snapshot_until_us = 0;
	/* an error may have ended it already; one that only read has nothing to lose either way */
	if (!connection->snapshot_is_nested && !sqlite3_get_autocommit(connection->db) &&
	    !statement_run(connection, statement_of(connection, STATEMENT_COMMIT), &error) &&
	    !sqlite3_get_autocommit(connection->db))
		sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
}
