/* The folder: luodi.lock (held for life), luodi.db with its -wal and -shm, luodi.reserve.
 *
 * Nothing here opens luodi.db, its log or its index: closing any descriptor of them would drop SQLite's locks of the whole process.
 * They are made with mknod and looked at with stat.
 */
#include "base/log.h"
#include "store/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DATABASE "luodi.db"
#define LOG DATABASE "-wal"
#define LOCK "luodi.lock"
#define RESERVE "luodi.reserve"

enum { ROOM_BYTES = 64 << 20 };

static bool fail(const char *what, const char *directory, struct error *error)
{
	return error_set(error, ERROR_READ_ONLY, "", "数据目录 %s %s：%s", directory, what, strerror(errno));
}

/* Locks and shared memory do not work there, and the loss shows only later. */
static bool check_file_system(int folder, const char *directory, struct error *error)
{
	static const struct {
		long type;
		const char *name;
	} refused[] = {{0x6969, "NFS"}, {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"}, {0x517b, "SMB"},
	    {0x65735546, "FUSE"}, {0x01021997, "9P"}, {0x5346414f, "AFS"}, {0x73757245, "Coda"}, {0x00c36400, "Ceph"},
	    {0x564c, "NCP"}};
	struct statfs facts;

	if (fstatfs(folder, &facts) != 0)
		return fail("查不到文件系统", directory, error);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if ((unsigned long)facts.f_type == (unsigned long)refused[i].type) {
			error_set(error, ERROR_INVALID, "", "数据目录 %s 在 %s 文件系统上，那里的锁不可靠", directory,
			    refused[i].name);
			return error_hint(error, "请把数据目录放在本机磁盘上（ext4、xfs 等）");
		}
	return true;
}

static bool check_folder(int folder, const char *directory, struct error *error)
{
	struct stat facts;

	if (fstat(folder, &facts) != 0)
		return fail("查不到权限", directory, error);
	if (facts.st_uid != geteuid()) {
		error_set(error, ERROR_INVALID, "", "数据目录 %s 属于另一个用户", directory);
		return error_hint(error, "请用目录的属主运行，或换一个目录");
	}
	if ((facts.st_mode & 077) != 0) {
		error_set(error, ERROR_INVALID, "", "数据目录 %s 的权限是 %04o，别人也能进", directory,
		    (unsigned)(facts.st_mode & 07777));
		return error_hint(error, "请先执行：chmod 700 %s", directory);
	}
	return check_file_system(folder, directory, error);
}

/* A file of ours is a plain file with one name, for our eyes only. Missing is well. */
static bool check_file(int folder, const char *directory, const char *name, struct error *error)
{
	struct stat facts;

	if (fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || fail("查不到文件", directory, error);
	if (!S_ISREG(facts.st_mode)) {
		error_set(error, ERROR_INVALID, "", "%s/%s 不是普通文件（符号链接也不行）", directory, name);
		return error_hint(error, "请把真正的文件放在这里");
	}
	if (facts.st_nlink != 1) {
		error_set(error, ERROR_INVALID, "", "%s/%s 另有硬链接", directory, name);
		return error_hint(error, "请删去另一个名字；要副本请用备份命令");
	}
	if (facts.st_uid != geteuid() || (facts.st_mode & 077) != 0) {
		error_set(error, ERROR_INVALID, "", "%s/%s 的权限是 %04o，应为 0600 且属于运行者", directory, name,
		    (unsigned)(facts.st_mode & 07777));
		return error_hint(error, "请先执行：chmod 600 %s/%s", directory, name);
	}
	return true;
}

bool folder_sync(int folder, struct error *error)
{
	if (fsync(folder) == 0)
		return true;
	return error_set(error, ERROR_OUTCOME_UNKNOWN, "", "目录没能确认落盘：%s", strerror(errno));
}

static bool sync_parent(int folder, struct error *error)
{
	int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good;

	if (parent < 0)
		return errno == EACCES || error_set(error, ERROR_READ_ONLY, "", "打不开上级目录：%s", strerror(errno));
	good = folder_sync(parent, error);
	close(parent);
	return good;
}

static bool take_lock(struct store *store, struct error *error)
{
	store->lock = openat(store->folder, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (store->lock < 0)
		return fail("不能建锁文件", store->directory, error);
	if (flock(store->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return fail("不能加锁", store->directory, error);
	error_set(error, ERROR_IN_USE, "", "数据目录 %s 正由另一个 luodid 使用", store->directory);
	return error_hint(error, "请先停掉那一个，或换一个数据目录");
}

static bool make_database(struct store *store, bool *ret_fresh, struct error *error)
{
	*ret_fresh = mknodat(store->folder, DATABASE, S_IFREG | 0600, 0) == 0;
	if (!*ret_fresh && errno != EEXIST)
		return fail("不能建数据文件", store->directory, error);
	return !*ret_fresh || folder_sync(store->folder, error);
}

static bool open_folder(struct store *store, const char *directory, struct error *error)
{
	bool made = mkdir(directory, 0700) == 0;

	if (!made && errno != EEXIST)
		return fail("不能建立", directory, error);
	store->directory = realpath(directory, NULL);
	if (store->directory == NULL)
		return fail("打不开", directory, error);
	store->folder = open(store->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (store->folder < 0)
		return fail("打不开", directory, error);
	return check_folder(store->folder, store->directory, error) && (!made || sync_parent(store->folder, error));
}

bool folder_open(struct store *store, const char *directory, bool *ret_fresh, bool *ret_unclean, struct error *error)
{
	static const char *const ours[] = {DATABASE, LOG, DATABASE "-shm", LOCK, RESERVE};
	struct stat log;

	if (!open_folder(store, directory, error))
		return false;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!check_file(store->folder, store->directory, ours[i], error))
			return false;
	if (asprintf(&store->path, "%s/" DATABASE, store->directory) < 0) {
		store->path = NULL;
		return error_set(error, ERROR_INTERNAL, "", "内存不足");
	}
	if (!take_lock(store, error) || !make_database(store, ret_fresh, error))
		return false;
	/* a clean end empties the log and takes it away */
	*ret_unclean = !*ret_fresh && fstatat(store->folder, LOG, &log, AT_SYMLINK_NOFOLLOW) == 0 && log.st_size > 0;
	return true;
}

/* ---- room on the disk ---- */

static int64_t room_wanted(void)
{
	const char *text = getenv("LUODI_RESERVE"); /* tests live on tiny disks */
	long long bytes = text != NULL ? atoll(text) : 0;

	return bytes > 0 ? bytes : ROOM_BYTES;
}

int64_t reserve_free_bytes(const struct store *store)
{
	struct statvfs facts;

	return fstatvfs(store->folder, &facts) == 0 ? (int64_t)facts.f_bavail * (int64_t)facts.f_frsize : 0;
}

/* Best effort: without a reserve all is as before, only the end on a full disk is less orderly. */
static void make_reserve(struct store *store)
{
	off_t wanted = (off_t)(room_wanted() / 4);
	int file = openat(store->folder, RESERVE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int failure;

	if (file < 0) {
		log_warning("预留空间文件不能建立：%s", strerror(errno));
		return;
	}
	failure = posix_fallocate(file, 0, wanted);
	if (failure != 0) {
		log_warning("预留空间不足 %lld MB：%s", (long long)(wanted >> 20), strerror(failure));
		if (ftruncate(file, 0) != 0) /* half a reserve is what a full disk needs least */
			log_warning("预留空间文件不能清空：%s", strerror(errno));
	}
	close(file);
}

void reserve_make(struct store *store)
{
	pthread_mutex_lock(&store->reserve_lock);
	make_reserve(store);
	pthread_mutex_unlock(&store->reserve_lock);
}

void reserve_free(struct store *store)
{
	pthread_mutex_lock(&store->reserve_lock);
	if (!atomic_exchange(&store->is_full, true) && unlinkat(store->folder, RESERVE, 0) != 0 && errno != ENOENT)
		log_warning("预留空间文件不能释放：%s", strerror(errno));
	pthread_mutex_unlock(&store->reserve_lock);
}

/* While the reserve is given away, room for it must be there too: else the mode would flap. */
bool store_has_room(struct store *store)
{
	int64_t wanted = room_wanted();
	bool room;

	pthread_mutex_lock(&store->reserve_lock);
	if (atomic_load(&store->is_full))
		wanted += wanted / 4;
	room = reserve_free_bytes(store) >= wanted;
	if (room && atomic_exchange(&store->is_full, false))
		make_reserve(store);
	pthread_mutex_unlock(&store->reserve_lock);
	return room;
}
