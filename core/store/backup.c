/* A copy while writing goes on.
 *
 * Pages are copied in slices by the writer's own connection: SQLite then carries later changes over to the copy, where a copy made
 * by any other connection would begin anew at each commit. When all pages are there, a thread of its own checks the copy (its form,
 * then the whole chain) and syncs it, and only then does it get its name. It never touches the database itself.
 *
 *   copying (step) → checking (thread; step waits a little) → done, or failed: the unfinished file goes away
 */
#include "base/log.h"
#include "store/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 20 };

struct store_backup {
	struct store *store;
	char *path, *unfinished; /* "PATH.unfinished" */
	struct store_connection *copy;
	sqlite3_backup *backup; /* NULL: all pages are there */
	bool thread_runs, finished;
	pthread_t thread;
	pthread_mutex_t lock; /* of the three below */
	pthread_cond_t changed;
	bool checked, good;
	struct error error;
};

static bool fail_file(const char *what, const char *path, struct error *error)
{
	error_set(error, ERROR_READ_ONLY, "", "备份%s（%s）：%s", what, path, strerror(errno));
	return error_hint(error, "请检查备份目录的权限与空间");
}

static bool open_copy(struct store_backup *backup, struct error *error)
{
	struct stat facts;

	if (lstat(backup->path, &facts) == 0) {
		error_set(error, ERROR_CONFLICT, "", "备份文件已存在：%s", backup->path);
		return error_hint(error, "请换一个文件名；已有的备份不会被覆盖");
	}
	if (unlink(backup->unfinished) != 0 && errno != ENOENT) /* what an earlier one left when it was killed */
		return fail_file("目录不可写", backup->unfinished, error);
	if (mknod(backup->unfinished, S_IFREG | 0600, 0) != 0)
		return fail_file("文件不能建立", backup->unfinished, error);
	backup->copy = connection_open(backup->store, backup->unfinished, true, error);
	if (backup->copy == NULL)
		return false;
	backup->copy->is_copy = true;
	backup->backup = sqlite3_backup_init(backup->copy->db, "main", backup->store->writer->db, "main");
	return backup->backup != NULL || store_fail(backup->copy, error);
}

/* The folder's real name before the file's: SQLite refuses a path with links in it. */
static bool name_files(struct store_backup *backup, const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *parent = slash == NULL ? strdup(".")
	    : slash == path	     ? strdup("/")
				     : strndup(path, (size_t)(slash - path));
	char *folder = parent != NULL ? realpath(parent, NULL) : NULL;
	bool good = folder != NULL && name[0] != '\0';

	if (!good)
		fail_file("目录打不开", path, error);
	else if (asprintf(&backup->path, "%s/%s", folder, name) < 0 ||
	    asprintf(&backup->unfinished, "%s.unfinished", backup->path) < 0)
		good = error_set(error, ERROR_INTERNAL, "", "内存不足");
	free(folder);
	free(parent);
	return good;
}

struct store_backup *store_backup_begin(struct store *store, const char *path, struct error *error)
{
	struct store_backup *backup = calloc(1, sizeof(*backup));

	if (backup == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不足");
		return NULL;
	}
	backup->store = store;
	pthread_mutex_init(&backup->lock, NULL);
	pthread_cond_init(&backup->changed, NULL);
	if (name_files(backup, path, error) && open_copy(backup, error))
		return backup;
	store_backup_end(backup);
	return NULL;
}

/* ---- the checking thread ---- */

static bool sync_file(const char *path, int flags, struct error *error)
{
	int file = open(path, flags | O_CLOEXEC);
	bool good;

	if (file < 0)
		return fail_file("文件打不开", path, error);
	good = fsync(file) == 0 || fail_file("没能确认落盘", path, error);
	close(file);
	return good;
}

static bool sync_folder_of(const char *path, struct error *error)
{
	char *copy = strdup(path);
	bool good;

	if (copy == NULL)
		return error_set(error, ERROR_INTERNAL, "", "内存不足");
	good = sync_file(dirname(copy), O_RDONLY | O_DIRECTORY, error);
	free(copy);
	return good;
}

static bool check_copy(struct store_backup *backup, struct error *error)
{
	int64_t events;

	return connection_run(
		   backup->copy, "PRAGMA journal_mode = DELETE", error) && /* one file, without a log beside it */
	    connection_prepare(backup->copy, error) &&
	    store_verify_integrity(backup->copy, error) && store_verify_chain(backup->copy, &events, NULL, NULL, error);
}

static bool finish_copy(struct store_backup *backup, struct error *error)
{
	bool good = check_copy(backup, error);

	connection_close(backup->copy);
	backup->copy = NULL;
	if (!good || !sync_file(backup->unfinished, O_RDWR, error))
		return false;
	if (renameat2(AT_FDCWD, backup->unfinished, AT_FDCWD, backup->path, RENAME_NOREPLACE) != 0)
		return fail_file("文件不能改名", backup->path, error);
	if (sync_folder_of(backup->path, error))
		return true;
	/* a name means a good copy, and whoever is told that there is none may ask for the same name again */
	if (unlink(backup->path) != 0)
		log_warning("没能删去未确认落盘的备份 %s：%s", backup->path, strerror(errno));
	return false;
}

static void *run_check(void *argument)
{
	struct store_backup *backup = argument;
	struct error error = {0};
	bool good = finish_copy(backup, &error);

	pthread_mutex_lock(&backup->lock);
	backup->checked = true;
	backup->good = good;
	backup->error = error;
	pthread_cond_signal(&backup->changed);
	pthread_mutex_unlock(&backup->lock);
	return NULL;
}

/* ---- steps ---- */

static bool copy_pages(struct store_backup *backup, int pages, struct error *error)
{
	int code = sqlite3_backup_step(backup->backup, pages);

	if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return true;
	code = sqlite3_backup_finish(backup->backup);
	backup->backup = NULL;
	if (code != SQLITE_OK)
		return store_fail(backup->copy, error);
	if (pthread_create(&backup->thread, NULL, run_check, backup) != 0)
		return error_set(error, ERROR_INTERNAL, "", "不能启动检查备份的线程");
	backup->thread_runs = true;
	return true;
}

static bool await_check(struct store_backup *backup, bool *ret_done, struct error *error)
{
	struct timespec until;
	bool checked;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_mutex_lock(&backup->lock);
	if (!backup->checked) /* a little, so that a caller with nothing else to do does not spin */
		pthread_cond_timedwait(&backup->changed, &backup->lock, &until);
	checked = backup->checked;
	pthread_mutex_unlock(&backup->lock);
	*ret_done = false;
	if (!checked)
		return true;
	pthread_join(backup->thread, NULL);
	backup->thread_runs = false;
	if (!backup->good) {
		*error = backup->error;
		return false;
	}
	backup->finished = *ret_done = true;
	return true;
}

bool store_backup_step(struct store_backup *backup, int pages, bool *ret_done, struct error *error)
{
	*ret_done = backup->finished;
	if (backup->finished)
		return true;
	if (backup->thread_runs)
		return await_check(backup, ret_done, error);
	if (backup->backup == NULL)
		return error_set(error, ERROR_INTERNAL, "", "备份已经失败");
	return copy_pages(backup, pages, error);
}

void store_backup_end(struct store_backup *backup)
{
	if (backup == NULL)
		return;
	if (backup->thread_runs)
		pthread_join(backup->thread, NULL);
	if (backup->backup != NULL)
		sqlite3_backup_finish(backup->backup);
	connection_close(backup->copy);
	/* an abandoned check may have finished well: then the file has its name already, and is a good copy */
	if (backup->unfinished != NULL && unlink(backup->unfinished) != 0 && errno != ENOENT)
		log_warning("没能删去未完成的备份 %s：%s", backup->unfinished, strerror(errno));
	pthread_mutex_destroy(&backup->lock);
	pthread_cond_destroy(&backup->changed);
	free(backup->path);
	free(backup->unfinished);
	free(backup);
}
