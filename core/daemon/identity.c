#include "daemon/identity.h"

#include "base/log.h"
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder that the user can work in. One that is there already is the admin's, and left alone. */
static bool make_folder(const char *path, const struct passwd *user, struct error *error)
{
	if (mkdir(path, 0750) != 0)
		return errno == EEXIST || error_set(error, ERROR_INVALID, "", "%s 建不了：%s", path, strerror(errno));
	if (chown(path, user->pw_uid, user->pw_gid) != 0)
		return error_set(error, ERROR_INVALID, "", "%s 不能交给 %s：%s", path, user->pw_name, strerror(errno));
	return true;
}

static bool make_folders(const char *data, const char *socket, const struct passwd *user, struct error *error)
{
	char *copy = strdup(socket);
	bool ok;

	if (copy == NULL)
		return error_set(error, ERROR_INTERNAL, "", "内存不够");
	ok = make_folder(data, user, error) && make_folder(dirname(copy), user, error);
	free(copy);
	return ok;
}

static bool become(const struct passwd *user, struct error *error)
{
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return error_set(error, ERROR_INVALID, "user", "变不成用户 %s：%s", user->pw_name, strerror(errno));
	if (setuid(0) == 0)
		return error_set(error, ERROR_INVALID, "user", "变成 %s 之后还能变回 root", user->pw_name);
	return true;
}

bool identity_settle(const char *name, bool allow_root, const char *data, const char *socket, struct error *error)
{
	const struct passwd *user;

	if (geteuid() != 0 || allow_root)
		return true;
	if (name == NULL) {
		error_set(error, ERROR_INVALID, "user", "luodid 不用 root 运行");
		return error_hint(error, "在配置里写 user = \"luodi\"；演示、测试可以加 --allow-root");
	}
	user = getpwnam(name);
	if (user == NULL || user->pw_uid == 0) {
		error_set(error, ERROR_INVALID, "user", "配置的 user：没有用户 %s，或者它就是 root", name);
		return error_hint(error, "先建：useradd --system %s", name);
	}
	return make_folders(data, socket, user, error) && become(user, error);
}

void identity_harden(void)
{
	struct rlimit files, none = {0};

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &files) != 0)
			log_warning("luodid：打开文件数的上限调不上去：%s", strerror(errno));
	}
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		log_warning("luodid：转储关不掉：%s", strerror(errno));
#ifndef LUODI_SANITIZED /* the leak checker traces its own process */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		log_warning("luodid：内存转储关不掉：%s", strerror(errno));
#endif
}
