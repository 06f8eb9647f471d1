/* host_driver: a test's own luodid: starts luodi-host, speaks the protocol, and ends it. All checks fail the test. */
#ifndef LUODI_TESTS_HOST_DRIVER_H
#define LUODI_TESTS_HOST_DRIVER_H

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "model/host_protocol.h"

#define unused_if_not_needed __attribute__((unused))

struct driver {
	pid_t child;
	int socket;
	struct pool *pool;
	struct buffer in, out;
	struct schema *schema;
	int64_t call;
};

enum { DRIVER_DEADLINE_MS = 60000, TODAY = 19000 };

/* The program beside the tests' folder. */
static void driver_program(char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

	assert_true(length > 0);
	self[length] = '\0';
	snprintf(path, PATH_MAX, "%.4000s/../luodi-host", dirname(self));
}

static void driver_exec(int socket)
{
	char path[PATH_MAX], *arguments[] = {(char *)(uintptr_t) "luodi-host", NULL}, *none[] = {NULL};
	int null = open("/dev/null", O_RDWR);

	driver_program(path);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (socket != HOST_SOCKET)
		dup2(socket, HOST_SOCKET);
	close_range(4, ~0U, 0);
	execve(path, arguments, none);
	_exit(127);
}

static struct driver *driver_start(void)
{
	struct driver *driver = calloc(1, sizeof *driver);
	int sockets[2];

	assert_non_null(driver);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	driver->child = fork();
	assert_true(driver->child >= 0);
	if (driver->child == 0) {
		/* dup2 onto itself would keep close-on-exec */
		int moved = fcntl(sockets[1], F_DUPFD, 10);

		driver_exec(moved);
	}
	close(sockets[1]);
	driver->socket = sockets[0];
	driver->pool = pool_new();
	driver->call = 1;
	buffer_init(&driver->in, HOST_FRAME_LARGEST + 1);
	buffer_init(&driver->out, HOST_FRAME_TO_HOST_LARGEST);
	return driver;
}

/* How the host ended, as waitpid tells, after its socket was closed; also frees the driver. */
static unused_if_not_needed int driver_stop(struct driver *driver)
{
	int status = 0;

	close(driver->socket);
	assert_int_equal(waitpid(driver->child, &status, 0), driver->child);
	schema_release(driver->schema);
	pool_free(driver->pool);
	buffer_clear(&driver->in);
	buffer_clear(&driver->out);
	free(driver);
	return status;
}

static unused_if_not_needed void driver_stop_well(struct driver *driver)
{
	int status = driver_stop(driver);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool driver_wait(const struct driver *driver, int timeout_ms)
{
	struct pollfd wanted = {.fd = driver->socket, .events = POLLIN};

	return poll(&wanted, 1, timeout_ms) > 0;
}

static void driver_write(const struct driver *driver, const void *bytes, size_t length)
{
	const char *p = bytes;

	while (length > 0) {
		ssize_t put = send(driver->socket, p, length, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return; /* the host has ended: the next read shows it */
		p += put;
		length -= (size_t)put;
	}
}

/* Sends what was put into driver->out. */
static void driver_send(struct driver *driver, int type)
{
	size_t length = driver->out.length + 1;
	const unsigned char head[5] = {(unsigned char)(length >> 24), (unsigned char)(length >> 16),
	    (unsigned char)(length >> 8), (unsigned char)length, (unsigned char)type};

	assert_false(driver->out.full);
	driver_write(driver, head, sizeof head);
	driver_write(driver, buffer_text(&driver->out), driver->out.length);
	buffer_reset(&driver->out);
}

static bool driver_read_bytes(const struct driver *driver, void *bytes, size_t length)
{
	char *p = bytes;

	while (length > 0) {
		ssize_t got;

		assert_true(driver_wait(driver, DRIVER_DEADLINE_MS));
		got = read(driver->socket, p, length);
		if (got <= 0)
			return false;
		p += got;
		length -= (size_t)got;
	}
	return true;
}

/* The type of the next message, its items in *in; 0: the host has ended. */
static int driver_read(struct driver *driver, struct wire *in)
{
	unsigned char head[5], piece[4096];
	size_t length;

	if (!driver_read_bytes(driver, head, sizeof head))
		return 0;
	length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	assert_true(length >= 1 && length <= HOST_FRAME_LARGEST);
	buffer_reset(&driver->in);
	for (length--; length > 0;) {
		size_t now = length < sizeof piece ? length : sizeof piece;

		if (!driver_read_bytes(driver, piece, now))
			return 0;
		buffer_append(&driver->in, piece, now);
		length -= now;
	}
	wire_read(in, buffer_text(&driver->in), driver->in.length);
	return head[4];
}

struct seen_fault {
	int64_t call, type, line;
	const char *file, *message, *trace;
};

static struct seen_fault driver_take_fault(struct driver *driver, struct wire *in)
{
	struct seen_fault fault;

	fault.call = wire_get_integer(in, INT64_MIN, INT64_MAX);
	fault.type = wire_get_integer(in, HOST_FAULT_ERROR, HOST_FAULT_ANSWER);
	fault.file = wire_get_text(in, driver->pool, 256);
	fault.line = wire_get_integer(in, 0, INT32_MAX);
	fault.message = wire_get_name(in, driver->pool, 1024);
	fault.trace = wire_get_name(in, driver->pool, 4096);
	assert_true(wire_end(in));
	return fault;
}

struct source {
	const char *module, *text;
};

static unused_if_not_needed int driver_load(
    struct driver *driver, int index, const char *name, const struct source *sources, size_t count, struct wire *in)
{
	wire_put_integer(&driver->out, index);
	wire_put_text(&driver->out, name);
	wire_put_integer(&driver->out, 12345);
	wire_put_count(&driver->out, count);
	for (size_t i = 0; i < count; i++) {
		wire_put_text(&driver->out, sources[i].module);
		wire_put_bytes(&driver->out, sources[i].text, strlen(sources[i].text));
	}
	driver_send(driver, HOST_LOAD);
	return driver_read(driver, in);
}

/* Loads one file as plugin 0 "demo"; must be accepted. */
static unused_if_not_needed struct declarations *driver_load_well(struct driver *driver, const char *text)
{
	const struct source source = {"init", text};
	struct declarations *declarations;
	struct wire in;
	int type = driver_load(driver, 0, "demo", &source, 1, &in);

	if (type == HOST_FAULT) {
		struct seen_fault fault = driver_take_fault(driver, &in);

		fail_msg("%s:%d: %s\n%s", fault.file, (int)fault.line, fault.message, fault.trace);
	}
	assert_int_equal(type, HOST_LOADED);
	assert_int_equal(wire_get_integer(&in, 0, 255), 0);
	declarations = declarations_get(&in, driver->pool);
	assert_non_null(declarations);
	assert_true(wire_end(&in));
	return declarations;
}

/* Loads one file as plugin 0; must be refused. */
static unused_if_not_needed struct seen_fault driver_load_badly(struct driver *driver, const char *text)
{
	const struct source source = {"init", text};
	struct seen_fault fault;
	struct wire in;

	assert_int_equal(driver_load(driver, 0, "demo", &source, 1, &in), HOST_FAULT);
	fault = driver_take_fault(driver, &in);
	assert_int_equal(fault.call, -1);
	return fault;
}

/* Makes a schema of what plugin 0 declared, numbers its kinds from 1, and sends it with a calendar of 2022. */
static unused_if_not_needed void driver_send_schema(struct driver *driver, const struct declarations *declarations)
{
	const struct plugin_info info = {.name = "demo"};
	struct buffer faults;
	struct error error = {0};
	struct date day;

	buffer_init(&faults, 65536);
	driver->schema = schema_new(&info, &declarations, 1, NULL, &faults, &error);
	if (driver->schema == NULL)
		fail_msg("%s", buffer_text(&faults));
	buffer_clear(&faults);
	for (size_t i = 0; i < driver->schema->kind_count; i++)
		schema_set_kind_number(driver->schema, i, (int32_t)i + 1);
	schema_put(&driver->out, driver->schema);
	wire_put_count(&driver->out, 1);
	wire_put_integer(&driver->out, 2022);
	wire_put_count(&driver->out, 1);
	assert_true(date_from_civil(2022, 10, 3, &day));
	wire_put_integer(&driver->out, day.day);
	wire_put_boolean(&driver->out, false);
	driver_send(driver, HOST_SCHEMA);
}

static unused_if_not_needed struct buffer *driver_begin_call(
    struct driver *driver, enum host_call call, int64_t function)
{
	wire_put_integer(&driver->out, ++driver->call);
	wire_put_integer(&driver->out, call);
	wire_put_integer(&driver->out, 0);
	wire_put_integer(&driver->out, function);
	wire_put_integer(&driver->out, TODAY);
	return &driver->out;
}

/* Sends the call and takes the next message, which must be of that type and call; in is after the call's id. */
static unused_if_not_needed void driver_expect(struct driver *driver, int type, struct wire *in)
{
	int got = driver_read(driver, in);

	if (got == HOST_FAULT && type != HOST_FAULT) {
		struct seen_fault fault = driver_take_fault(driver, in);

		fail_msg("%s:%d: %s\n%s", fault.file, (int)fault.line, fault.message, fault.trace);
	}
	assert_int_equal(got, type);
	if (type != HOST_FAULT)
		assert_int_equal(wire_get_integer(in, 0, INT64_MAX), driver->call);
}

static unused_if_not_needed struct seen_fault driver_expect_fault(struct driver *driver)
{
	struct seen_fault fault;
	struct wire in;

	driver_expect(driver, HOST_FAULT, &in);
	fault = driver_take_fault(driver, &in);
	assert_int_equal(fault.call, driver->call);
	return fault;
}

static unused_if_not_needed void expect_within(const char *text, const char *part)
{
	if (text == NULL || strstr(text, part) == NULL)
		fail_msg("“%s” is not in “%s”", part, text != NULL ? text : "(nothing)");
}

/* The text of tests/plugins/NAME; free() it. */
static unused_if_not_needed char *driver_plugin_file(const char *name)
{
	char here[PATH_MAX], path[PATH_MAX], *text;
	size_t length;
	FILE *file;

	snprintf(here, sizeof here, "%s", __FILE__);
	snprintf(path, sizeof path, "%.3800s/../plugins/%.200s", dirname(here), name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	text = calloc(1 << 20, 1);
	assert_non_null(text);
	length = fread(text, 1, (1 << 20) - 1, file);
	assert_true(length > 0);
	fclose(file);
	return text;
}

#endif
