/* The writer's transaction, the savepoint of each request in it, and what follows a commit: the checkpoint. */
#include "base/log.h"
#include "store/internal.h"
#include <assert.h>

enum { CHECKPOINT_BYTES = 32 << 20, TRUNCATE_BYTES = 64 << 20 };

static bool run(struct store *store, enum statement number, struct error *error)
{
	return statement_run(store->writer, statement_of(store->writer, number), error);
}

bool store_begin(struct store *store, struct error *error)
{
	if (atomic_load(&store->broken)) {
		error_set(error, ERROR_READ_ONLY, "", "数据文件曾写入失败，服务正在重新启动");
		return error_hint(error, "请稍后再试");
	}
	if (!run(store, STATEMENT_BEGIN, error))
		return false;
	store->committed = store->head;
	return true;
}

bool store_savepoint(struct store *store, struct error *error)
{
	/* what came before must not be undone with this request */
	if (!batch_flush(store, error) || !run(store, STATEMENT_SAVEPOINT, error))
		return false;
	store->saved = store->head;
	return true;
}

bool store_release(struct store *store, struct error *error)
{
	return batch_flush(store, error) && run(store, STATEMENT_RELEASE, error);
}

void store_rollback_savepoint(struct store *store)
{
	struct error error;

	batch_forget(store);
	store->latest = (struct latest_event){0};
	if (sqlite3_get_autocommit(store->writer->db)) { /* a full disk or a failing one undid the whole transaction */
		store->head = store->committed;
		return;
	}
	store->head = store->saved;
	if (run(store, STATEMENT_ROLLBACK_TO, &error) && run(store, STATEMENT_RELEASE, &error))
		return;
	log_error("撤回一个请求失败：%s", error.sentence);
	store_rollback(store); /* rather nothing of the group than a half of a request */
}

void store_rollback(struct store *store)
{
	struct error error;

	batch_forget(store);
	store->latest = (struct latest_event){0};
	store->head = store->committed;
	if (!sqlite3_get_autocommit(store->writer->db) && !run(store, STATEMENT_ROLLBACK, &error)) {
		log_error("撤回事务失败：%s", error.sentence);
		atomic_store(&store->broken, true);
	}
}

/* A commit that ended in an input/output error may be on the disk all the same, and would be found at the next start. */
static bool fail_commit(struct store *store, struct error *error)
{
	int code = sqlite3_errcode(store->writer->db) & 0xff;

	store_fail(store->writer, error);
	sqlite3_reset(statement_of(store->writer, STATEMENT_COMMIT));
	if (code == SQLITE_IOERR) {
		atomic_store(&store->broken, true);
		error_set(error, ERROR_OUTCOME_UNKNOWN, "", "写入没能确认落盘，结果不明，服务将重新启动");
		error_hint(error, "请在服务恢复后先查一查这次改动是否已在，再决定要不要重做");
	}
	store_rollback(store);
	return false;
}

bool store_commit(struct store *store, struct error *error)
{
	if (sqlite3_get_autocommit(store->writer->db)) { /* an error within undid it already */
		store_rollback(store);
		return error_set(error, ERROR_READ_ONLY, "", "事务已被撤回，这次没有写入");
	}
	if (!batch_flush(store, error)) {
		store_rollback(store);
		return false;
	}
	if (sqlite3_step(statement_of(store->writer, STATEMENT_COMMIT)) != SQLITE_DONE)
		return fail_commit(store, error);
	sqlite3_reset(statement_of(store->writer, STATEMENT_COMMIT));
	store->committed = store->head;
	news_note_commit(&store->news, &store->head);
	return true;
}

struct head store_head(const struct store *store)
{
	return store->head;
}

static void checkpoint(struct store *store, int mode)
{
	struct error error;
	int pages = 0;
	int code;

	/* without waiting for readers: they are asked again after the next group */
	sqlite3_busy_timeout(store->writer->db, 0);
	code = sqlite3_wal_checkpoint_v2(store->writer->db, NULL, mode, &pages, NULL);
	if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED) {
		store_fail(store->writer, &error); /* a failed sync makes the store broken */
		log_error("整理写前日志失败：%s", error.sentence);
		if ((code & 0xff) == SQLITE_IOERR)
			atomic_store(&store->broken, true);
	}
	sqlite3_busy_timeout(store->writer->db, 5000);
	store->wal_pages_checkpointed = store->wal_pages;
	if (code == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE)
		store->wal_pages = store->wal_pages_checkpointed = 0;
}

void store_checkpoint_if_due(struct store *store)
{
	int64_t pages = store->wal_pages;

	if (atomic_load(&store->broken))
		return;
	if (pages < store->wal_pages_checkpointed) /* the log has begun anew */
		store->wal_pages_checkpointed = 0;
	if ((pages - store->wal_pages_checkpointed) * STORE_PAGE_BYTES < CHECKPOINT_BYTES)
		return;
	checkpoint(
	    store, pages * STORE_PAGE_BYTES >= TRUNCATE_BYTES ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE);
}
