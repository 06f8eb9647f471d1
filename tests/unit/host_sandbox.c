#include "host_driver.h"

#include "host/sandbox.h"
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* A host that has answered is surely inside its walls. */
static struct driver *started(void)
{
	struct driver *driver = driver_start();

	driver_load_well(driver, "local luodi = require 'luodi'");
	return driver;
}

static unused_if_not_needed void expect_status_line(pid_t process, const char *line)
{
	char path[64], got[256];
	FILE *file;
	bool found = false;

	snprintf(path, sizeof path, "/proc/%d/status", (int)process);
	file = fopen(path, "r");
	assert_non_null(file);
	while (!found && fgets(got, sizeof got, file) != NULL)
		found = strcmp(got, line) == 0;
	fclose(file);
	if (!found)
		fail_msg("no line %s", line);
}

static void no_new_privileges_and_a_filter_hold(void **state)
{
	struct driver *driver = started();

	(void)state;
	expect_status_line(driver->child, "NoNewPrivs:\t1\n");
#ifndef LUODI_SANITIZED
	expect_status_line(driver->child, "Seccomp:\t2\n");
#endif
	driver_stop_well(driver);
}

#ifndef LUODI_SANITIZED
static void limits_are_those_of_the_header(void **state)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t largest;
	} rows[] = {{RLIMIT_AS, 256 << 20}, {RLIMIT_CORE, 0}, {RLIMIT_FSIZE, 0}, {RLIMIT_NPROC, 0}, {RLIMIT_NOFILE, 4},
	    {RLIMIT_STACK, 8 << 20}, {RLIMIT_MSGQUEUE, 0}};
	struct driver *driver = started();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rlimit limit;

		if (prlimit(driver->child, rows[i].resource, NULL, &limit) != 0)
			break; /* not ours to look at */
		assert_int_equal(limit.rlim_cur, rows[i].largest);
		assert_int_equal(limit.rlim_max, rows[i].largest);
	}
	driver_stop_well(driver);
}

static void nothing_is_open_but_null_and_the_socket(void **state)
{
	struct driver *driver = started();
	char path[64];

	(void)state;
	for (int i = 0; i < 64; i++) {
		char target[PATH_MAX];

		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)driver->child, i);
		if (readlink(path, target, sizeof target) < 0 && errno == EACCES)
			break; /* only root may look */
		if (i > HOST_SOCKET)
			assert_int_equal(readlink(path, target, sizeof target), -1);
	}
	snprintf(path, sizeof path, "/proc/%d/environ", (int)driver->child);
	FILE *file = fopen(path, "r");

	if (file != NULL) {
		assert_int_equal(fgetc(file), EOF);
		fclose(file);
	}
	driver_stop_well(driver);
}

enum { FIRST_X32 = 0x40000000, SURVIVED = 7 };

/* How a process in the sandbox ends that makes one system call with harmless-looking arguments. */
static int end_of_call(long number, long first, long second, long third, long fourth)
{
	int sockets[2], status;
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(sockets[0]);
		dup2(sockets[1], HOST_SOCKET);
		if (!sandbox_enter(HOST_SOCKET))
			_exit(99);
		syscall(number, first, second, third, fourth, -1L, 0L);
		syscall(SYS_exit_group, SURVIVED);
	}
	close(sockets[1]);
	close(sockets[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static bool is_allowed(long number)
{
	static const long allowed[] = {SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_poll, SYS_ppoll, SYS_futex,
	    SYS_clock_gettime, SYS_getrandom, SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group, SYS_read,
	    SYS_write, SYS_mmap, SYS_mprotect};

	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		if (allowed[i] == number)
			return true;
	return false;
}

/* Two that the kernel answers before it asks any filter (since 6.14 and 6.18): traps of its own probes, which do
 * nothing outside of one. */
static bool is_the_kernels(long number)
{
	return number == 335 || number == 336;
}

static void only_the_list_survives(void **state)
{
	(void)state;
	for (long number = 0; number <= 600; number++) {
		int status;

		if (is_allowed(number) || is_the_kernels(number))
			continue;
		status = end_of_call(number, 0, 0, 0, 0);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("system call %ld: status %x", number, (unsigned)status);
	}
	for (long number = 0; number <= 600; number += 7) {
		int status = end_of_call(FIRST_X32 + number, 0, 0, 0, 0);

		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	}
}

static void arguments_are_looked_at(void **state)
{
	static const struct {
		long number, first, second, third, fourth;
		bool survives;
	} rows[] = {
	    {SYS_read, 0, 0, 0, 0, false},
	    {SYS_read, 3, 0, 0, 0, true},
	    {SYS_write, 1, 0, 0, 0, false},
	    {SYS_write, 3, 0, 0, 0, true},
	    {SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, true},
	    {SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, false},
	    {SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, false},
	    {SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, false},
	    {SYS_mprotect, 0, 0, PROT_READ, 0, true},
	    {SYS_mprotect, 0, 0, PROT_EXEC, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int status = end_of_call(rows[i].number, rows[i].first, rows[i].second, rows[i].third, rows[i].fourth);

		if (rows[i].survives)
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == SURVIVED);
		else
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	}
}
#endif

static void a_closed_socket_ends_it(void **state)
{
	(void)state;
	driver_stop_well(driver_start());
	driver_stop_well(started());
}

static void nonsense_ends_it(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} rows[] = {
	    {"\0\0\0\0", 5},	       /* nothing follows, not even a type */
	    {"\xff\xff\xff\xff\1", 5}, /* longer than any message */
	    {"\0\0\0\1\1", 5},	       /* a load without items */
	    {"\0\0\0\1\4", 5},	       /* an answer that nobody asked for */
	    {"\0\0\0\1\x09", 5},       /* what only a host says */
	    {"\0\0\0\1\x63", 5},       /* no such type */
	    {"\0\0\0\4\3abc", 8},      /* a call of rubbish */
	    {"\0\0\0\4\2abc", 8},      /* a schema of rubbish */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct driver *driver = driver_start();
		struct wire in;
		int status;

		driver_write(driver, rows[i].bytes, rows[i].length);
		assert_int_equal(driver_read(driver, &in), 0);
		status = driver_stop(driver);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 2);
	}
}

/* The parent of the host dies; the host must not outlive it, though its socket stays open with us. */
static void it_dies_with_its_parent(void **state)
{
	int sockets[2], ready[2];
	pid_t parent;
	struct driver driver = {.pool = pool_new()};
	struct wire in;
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(pipe(ready), 0);
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		if (fork() == 0)
			driver_exec(fcntl(sockets[1], F_DUPFD, 10));
		close(sockets[1]);
		close(ready[1]);
		if (read(ready[0], &byte, 1) < 0) /* until we are told to die */
			_exit(1);
		_exit(0);
	}
	close(sockets[1]);
	close(ready[0]);
	driver.socket = sockets[0];
	buffer_init(&driver.in, HOST_FRAME_LARGEST + 1);
	buffer_init(&driver.out, HOST_FRAME_TO_HOST_LARGEST);
	driver_load_well(&driver, "local luodi = require 'luodi'");
	close(ready[1]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(driver_read(&driver, &in), 0);
	close(sockets[0]);
	pool_free(driver.pool);
	buffer_clear(&driver.in);
	buffer_clear(&driver.out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_new_privileges_and_a_filter_hold),
#ifndef LUODI_SANITIZED
	    cmocka_unit_test(limits_are_those_of_the_header),
	    cmocka_unit_test(nothing_is_open_but_null_and_the_socket),
	    cmocka_unit_test(only_the_list_survives),
	    cmocka_unit_test(arguments_are_looked_at),
#endif
	    cmocka_unit_test(a_closed_socket_ends_it),
	    cmocka_unit_test(nonsense_ends_it),
	    cmocka_unit_test(it_dies_with_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
