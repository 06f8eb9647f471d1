#include "host/sandbox.h"

#include <fcntl.h>
#include <lauxlib.h>
#include <locale.h>
#include <lua.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY_LARGEST = 256 << 20, STACK_LARGEST = 8 << 20, WARM_ITEMS = 4096 };

static int compare_bytes(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* What libc and Lua do only once happens now, while it may: the locale, the allocator and its random key, the clock's
 * page, and qsort, which asks for the machine's memory the first time it sorts more than a page. */
static bool warm_up(void)
{
	lua_State *lua = luaL_newstate();
	char *items = calloc(WARM_ITEMS, 1);
	struct timespec now;
	bool warm = lua != NULL && items != NULL && clock_gettime(CLOCK_MONOTONIC, &now) == 0;

	if (setlocale(LC_ALL, "C") == NULL)
		warm = false;
	if (items != NULL)
		qsort(items, WARM_ITEMS, 1, compare_bytes);
	free(items);
	if (lua != NULL)
		lua_close(lua);
	return warm;
}

/* When memory runs out the kernel should take this process, never luodid. Without /proc it keeps its own mind. */
static void offer_to_kernel(void)
{
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, "500", 3) < 0) { /* nothing is lost: the limits below hold anyway */
	}
	close(file);
}

#ifndef LUODI_SANITIZED
static bool limit(__rlimit_resource_t resource, rlim_t largest)
{
	const struct rlimit both = {.rlim_cur = largest, .rlim_max = largest};

	return setrlimit(resource, &both) == 0;
}

/* NOFILE 4 still lets the four open ones be used. */
static bool set_limits(void)
{
	return limit(RLIMIT_AS, MEMORY_LARGEST) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
	    limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, 4) && limit(RLIMIT_STACK, STACK_LARGEST) &&
	    limit(RLIMIT_MSGQUEUE, 0);
}

static bool allow_memory(scmp_filter_ctx filter)
{
	static const int plain[] = {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)};
	const scmp_datum_t kind = MAP_PRIVATE | MAP_SHARED | MAP_ANONYMOUS;

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain[i], 0) != 0)
			return false;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		   SCMP_A3(SCMP_CMP_MASKED_EQ, kind, MAP_PRIVATE | MAP_ANONYMOUS)) == 0 &&
	    seccomp_rule_add(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static bool allow_rest(scmp_filter_ctx filter, int socket)
{
	static const int plain[] = {SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(futex), SCMP_SYS(clock_gettime),
	    SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	    SCMP_SYS(exit_group)};
	const scmp_datum_t only = (scmp_datum_t)socket;

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain[i], 0) != 0)
			return false;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, SCMP_A0(SCMP_CMP_EQ, only, 0)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, only, 0)) == 0;
}

/* Anything else, also of a foreign architecture (x32, i386), kills the process. */
static bool install_filter(int socket)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool installed = filter != NULL &&
	    seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 && allow_memory(filter) &&
	    allow_rest(filter, socket) && seccomp_load(filter) == 0;

	if (filter != NULL)
		seccomp_release(filter);
	return installed;
}
#endif

/* The signal is told of our parent from now on. Had it gone before, we would have another one by now, or the socket
 * is closed: then the first read ends us. */
static bool follow_parent(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

bool sandbox_enter(int socket)
{
	pid_t parent = getppid();

	if (close_range((unsigned)socket + 1, ~0U, 0) != 0 || chdir("/") != 0 || clearenv() != 0)
		return false;
	/* luodid going away is a failed write, and the end by our own exit; a signal would look like a crash. */
	if (!warm_up() || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return false;
	offer_to_kernel();
#ifdef LUODI_SANITIZED
	/* The sanitizers map terabytes, look at /proc and start a thread at exit to find leaks: neither the limits nor
	 * the filter leave them that. The release build is the one that is tested for its walls. */
	return follow_parent(parent) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
#else
	return set_limits() && follow_parent(parent) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && install_filter(socket);
#endif
}
