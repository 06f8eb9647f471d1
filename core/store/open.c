/* Opening a folder, and closing it well. */
#include "base/clock.h"
#include "base/log.h"
#include "store/internal.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAP_LARGEST_MIB = 1024, TAIL_EVENTS = 1000 };

static struct store *make_store(void)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->lock = store->folder = -1;
	pthread_mutex_init(&store->reserve_lock, NULL);
	buffer_init(&store->opened.actor, STORE_EVENT_LARGEST);
	buffer_init(&store->opened.what, STORE_EVENT_LARGEST);
	buffer_init(&store->body, STORE_EVENT_LARGEST);
	buffer_init(&store->canonical, STORE_EVENT_LARGEST + (1 << 20));
	store->pool = pool_new();
	return store;
}

static void free_store(struct store *store)
{
	connection_close(store->writer);
	if (store->lock >= 0)
		close(store->lock);
	if (store->folder >= 0)
		close(store->folder);
	free(store->directory);
	free(store->path);
	buffer_clear(&store->body);
	buffer_clear(&store->canonical);
	buffer_clear(&store->opened.actor);
	buffer_clear(&store->opened.what);
	pool_free(store->pool);
	pthread_mutex_destroy(&store->reserve_lock);
	free(store);
}

static bool make_tables(struct store_connection *writer, bool fixed_today, struct error *error)
{
	char *sql = sqlite3_mprintf("BEGIN IMMEDIATE; %s INSERT INTO meta VALUES ('clock', '%s'), ('made', '%lld');"
				    "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	    statement_tables, fixed_today ? "fixed" : "real", (long long)clock_now_us(), STORE_APPLICATION_ID,
	    STORE_LAYOUT);
	bool good;

	if (sql == NULL)
		return error_set(error, ERROR_INTERNAL, "", "内存不足");
	good = connection_run(writer, sql, error);
	if (!good)
		sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_free(sql);
	return good;
}

/* An empty file is one that was being made when the power went. */
static bool check_identity(struct store *store, bool *ret_empty, struct error *error)
{
	int64_t application, layout, objects;

	if (!connection_number(store->writer, "PRAGMA application_id", &application, error) ||
	    !connection_number(store->writer, "PRAGMA user_version", &layout, error) ||
	    !connection_number(store->writer, "SELECT count(*) FROM sqlite_schema", &objects, error))
		return false;
	*ret_empty = application == 0 && layout == 0 && objects == 0;
	if (*ret_empty || (application == STORE_APPLICATION_ID && layout == STORE_LAYOUT))
		return true;
	if (application != STORE_APPLICATION_ID)
		error_set(error, ERROR_INVALID, "", "%s 不是落地的数据文件", store->path);
	else
		error_set(error, ERROR_INVALID, "", "%s 由另一个版本写成（格式 %lld，这里只认 %d），没有改动它",
		    store->path, (long long)layout, STORE_LAYOUT);
	return error_hint(error, "请换用对应版本的 luodid，或换一个数据目录");
}

/* A folder whose days were invented must never be mixed with real ones. */
static bool check_clock(struct store *store, bool fixed_today, struct error *error)
{
	int64_t fixed;

	if (!connection_number(store->writer, "SELECT value = 'fixed' FROM meta WHERE key = 'clock'", &fixed, error))
		return false;
	if ((fixed != 0) == fixed_today)
		return true;
	if (fixed_today)
		error_set(
		    error, ERROR_INVALID, "today", "数据目录 %s 记的是真实日期，不能用 --today 打开", store->directory);
	else
		error_set(error, ERROR_INVALID, "today", "数据目录 %s 是用 --today 建的演练数据，要带 --today 打开",
		    store->directory);
	return error_hint(error, "请换一个数据目录");
}

static bool turn_on_log(struct store *store, struct error *error)
{
	sqlite3_stmt *statement;
	bool good = false;
	char page_size[64];

	snprintf(
	    page_size, sizeof(page_size), "PRAGMA page_size = %d", STORE_PAGE_BYTES); /* counts for a new file only */
	if (!connection_run(store->writer, page_size, error))
		return false;
	statement = statement_prepare(store->writer, "PRAGMA journal_mode = WAL", 0, error);
	if (statement == NULL)
		return false;
	if (statement_step(store->writer, statement, error) == ROWS_ROW) {
		const char *mode = column_text(statement, 0);

		good = mode != NULL && strcmp(mode, "wal") == 0;
		if (!good)
			error_set(error, ERROR_READ_ONLY, "", "数据文件 %s 不能用写前日志（%s）", store->path,
			    mode != NULL ? mode : "");
		/* it answers before it commits: a sync that fails then would leave the file as it was */
		good = good && statement_step(store->writer, statement, error) == ROWS_END;
	}
	sqlite3_finalize(statement);
	return good;
}

static bool load_head(struct store *store, struct error *error)
{
	if (!store_read_head(store->writer, &store->head, error))
		return false;
	store->committed = store->head;
	store->news.appended = store->head.seq;
	news_note_commit(&store->news, &store->head);
	return true;
}

/* After a crash or a power cut: the log into the file, the file's form, the last links of the chain. */
static bool check_after_crash(struct store *store, struct error *error)
{
	int64_t events, first = store->head.seq > TAIL_EVENTS ? store->head.seq - TAIL_EVENTS : 1;

	log_warning("上次没有正常结束，正在检查数据文件");
	if (sqlite3_wal_checkpoint_v2(store->writer->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
		return store_fail(store->writer, error);
	if (!connection_check(store->writer, "PRAGMA quick_check(1)", error) ||
	    !chain_verify(store->writer, first, &events, NULL, NULL, error))
		return false;
	log_info("数据文件完好，日志末尾 %lld 条事件已核对", (long long)events);
	return true;
}

/* Commits tell how long the log has become. */
static int on_commit_pages(void *argument, sqlite3 *db, const char *name, int pages)
{
	struct store *store = argument;

	(void)db, (void)name;
	store->wal_pages = pages;
	return SQLITE_OK;
}

static bool open_store(struct store *store, const char *directory, bool fixed_today, struct error *error)
{
	bool fresh, unclean, empty;

	if (!folder_open(store, directory, &fresh, &unclean, error))
		return false;
	store->writer = connection_open(store, store->path, true, error);
	if (store->writer == NULL || !turn_on_log(store, error) || !check_identity(store, &empty, error))
		return false;
	/* The log is there since the first read. SQLite syncs the folder, too, but does not look at what came of it. */
	if (!folder_sync(store->folder, error) || (empty && !make_tables(store->writer, fixed_today, error)))
		return false;
	if (!check_clock(store, fixed_today, error) || !connection_prepare(store->writer, error) ||
	    !load_head(store, error))
		return false;
	if (unclean && !check_after_crash(store, error))
		return false;
	sqlite3_wal_hook(store->writer->db, on_commit_pages, store);
	reserve_make(store);
	return true;
}

struct store *store_open(const char *directory, bool fixed_today, struct error *error)
{
	struct store *store;

	if (sodium_init() < 0) {
		error_set(error, ERROR_INTERNAL, "", "密码库不能启动");
		return NULL;
	}
	if (sqlite3_initialize() != SQLITE_OK || (store = make_store()) == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不足");
		return NULL;
	}
	sqlite3_hard_heap_limit64((sqlite3_int64)HEAP_LARGEST_MIB << 20);
	if (!open_store(store, directory, fixed_today, error)) {
		free_store(store);
		return NULL;
	}
	return store;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (!sqlite3_get_autocommit(store->writer->db))
		store_rollback(store);
	/* what can't be written now stays in the log, and the next start reads it from there; a failed sync is not tried again */
	if (!atomic_load(&store->broken)) {
		int ignored;

		if (sqlite3_wal_checkpoint_v2(store->writer->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
		    SQLITE_OK)
			sqlite3_db_config(store->writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, &ignored);
		else
			log_warning("关闭时没能整理写前日志：%s", sqlite3_errmsg(store->writer->db));
	}
	free_store(store);
}

bool store_is_broken(const struct store *store)
{
	return atomic_load(&store->broken);
}
