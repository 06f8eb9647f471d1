#include "engine/host_client.h"

#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOAD_BUDGET_US = 3000000, ASKS_A_CALL = 100000 };

struct host_client {
	int socket; /* -1 once the process has been given up */
	pid_t pid;
	int status; /* as waitpid gave it, once the process has been given up */
	int64_t call_id;
	struct buffer in, out;
	size_t consumed; /* of in: the frame handed out last */
	const struct schema *schema;
};

struct frame {
	enum host_message type;
	struct wire items;
};

static void give_up(struct host_client *host)
{
	if (host->socket < 0)
		return;
	close(host->socket);
	host->socket = -1;
	kill(host->pid, SIGKILL);
	while (waitpid(host->pid, &host->status, 0) < 0 && errno == EINTR)
		;
}

static bool refuse_unwalled(struct error *error)
{
	log_error("插件进程关不住自己（没有 seccomp），所以什么也不跑；请用带 seccomp 的内核或容器设置");
	error_set(error, ERROR_PLUGIN_FAULT, "", "插件进程关不住自己（seccomp 不让用），所以一个插件也不运行");
	return error_hint(error, "让内核、容器或 systemd 单元（SystemCallFilter）准许 seccomp 和 prctl，再启动");
}

static bool fault(struct host_client *host, struct error *error, const char *what)
{
	give_up(host);
	/* where it had ended by itself, the signal came too late to change the status */
	if (WIFEXITED(host->status) && WEXITSTATUS(host->status) == HOST_END_NO_SANDBOX)
		return refuse_unwalled(error);
	log_warning("插件进程结束了，换新的：%s", what);
	return error_set(error, ERROR_PLUGIN_FAULT, "", "插件进程出错，已经换新：%s", what);
}

/* Straight into exec: nothing of luodid's memory or descriptors reaches the host. */
static bool spawn_host(const char *program, int socket, pid_t *ret_pid, struct error *error)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	char *const arguments[] = {(char *)"luodi-host", NULL};
	char *const environment[] = {NULL};
	int failed;

	sigemptyset(&none);
	sigfillset(&defaults);
	sigdelset(&defaults, SIGKILL);
	sigdelset(&defaults, SIGSTOP);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, socket, HOST_SOCKET);
	posix_spawn_file_actions_addclosefrom_np(&actions, HOST_SOCKET + 1);
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawn(ret_pid, program, &actions, &attributes, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (failed != 0)
		return error_set(error, ERROR_PLUGIN_FAULT, "", "插件进程 %s 起不来：%s", program, strerror(failed));
	return true;
}

struct host_client *host_client_start(const char *program, struct error *error)
{
	struct host_client *host;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		error_set(error, ERROR_BUSY, "", "建不了插件进程的管道：%s", strerror(errno));
		return NULL;
	}
	/* dup2 onto itself would keep close-on-exec */
	if (pair[1] == HOST_SOCKET) {
		int moved = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
		close(pair[1]);
		pair[1] = moved;
	}
	host = calloc(1, sizeof(*host));
	if (host == NULL || pair[1] < 0 || !spawn_host(program, pair[1], &host->pid, error)) {
		if (host == NULL || pair[1] < 0)
			error_set(error, ERROR_INTERNAL, "", "没有内存起插件进程");
		close(pair[0]);
		close(pair[1]);
		free(host);
		return NULL;
	}
	close(pair[1]);
	host->socket = pair[0];
	fcntl(host->socket, F_SETFL, O_NONBLOCK);
	buffer_init(&host->in, HOST_FRAME_LARGEST + 5);
	buffer_init(&host->out, HOST_FRAME_TO_HOST_LARGEST + 5);
	return host;
}

void host_client_stop(struct host_client *host)
{
	if (host == NULL)
		return;
	give_up(host);
	buffer_clear(&host->in);
	buffer_clear(&host->out);
	free(host);
}

bool host_client_is_alive(const struct host_client *host)
{
	return host != NULL && host->socket >= 0;
}

int host_client_pid(const struct host_client *host)
{
	return host->socket >= 0 ? (int)host->pid : -1;
}

static void begin_frame(struct host_client *host, enum host_message type)
{
	buffer_reset(&host->out);
	buffer_append(&host->out, "\0\0\0\0", 4);
	buffer_append_byte(&host->out, (char)type);
}

static bool wait_socket(struct host_client *host, short events, int64_t deadline_us, struct error *error)
{
	for (;;) {
		int64_t left = deadline_us - clock_monotonic_us();
		struct pollfd poll_one = {.fd = host->socket, .events = events};
		int ready;

		if (left <= 0) {
			give_up(host);
			return error_set(error, ERROR_BUDGET, "", "用满了时间，被停下");
		}
		ready = poll(&poll_one, 1, (int)(left / 1000) + 1);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return fault(host, error, strerror(errno));
	}
}

/* Whole frame out; what the host says meanwhile waits in the socket. A host that does not read runs into the deadline. */
static bool send_frame(struct host_client *host, int64_t deadline_us, struct error *error)
{
	size_t length = host->out.length - 4, sent = 0;

	if (host->out.full)
		return error_set(error, ERROR_TOO_LARGE, "", "交给插件的数据太大");
	for (int i = 0; i < 4; i++)
		host->out.bytes[i] = (char)(length >> (24 - 8 * i));
	while (sent < host->out.length) {
		ssize_t n = send(host->socket, host->out.bytes + sent, host->out.length - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && errno == EAGAIN) {
			if (!wait_socket(host, POLLOUT, deadline_us, error))
				return false;
		} else if (n < 0 && errno != EINTR)
			return fault(host, error, "说话时它已经不在了");
	}
	return true;
}

static bool read_some(struct host_client *host, int64_t deadline_us, struct error *error)
{
	char piece[65536];
	ssize_t n =
	    recv(host->socket, piece, sizeof(piece), 0); /* no control buffer: no descriptor can be pushed to us */

	if (n > 0) {
		if (!buffer_append(&host->in, piece, (size_t)n))
			return fault(host, error, "一条消息太长");
		return true;
	}
	if (n == 0)
		return fault(host, error, "它自己退出了（用尽内存，或做了不许做的事）");
	if (errno == EAGAIN)
		return wait_socket(host, POLLIN, deadline_us, error);
	return errno == EINTR ? true : fault(host, error, strerror(errno));
}

static bool receive_frame(struct host_client *host, int64_t deadline_us, struct frame *ret_frame, struct error *error)
{
	buffer_consume(&host->in, host->consumed);
	host->consumed = 0;
	for (;;) {
		if (host->in.length >= 5) {
			const unsigned char *head = (const unsigned char *)host->in.bytes;
			size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];

			if (length < 1 || length > HOST_FRAME_LARGEST)
				return fault(host, error, "一条消息的长度不对");
			if (host->in.length >= 4 + length) {
				ret_frame->type = (enum host_message)head[4];
				wire_read(&ret_frame->items, head + 5, length - 1);
				host->consumed = 4 + length;
				return true;
			}
		}
		if (!read_some(host, deadline_us, error))
			return false;
	}
}

/* The rest of HOST_FAULT, as "file:line: message". */
static bool take_fault(struct host_client *host, struct wire *items, struct pool *pool, struct error *error)
{
	enum host_fault what = (enum host_fault)wire_get_integer(items, HOST_FAULT_ERROR, HOST_FAULT_ANSWER);
	const char *file = wire_get_text(items, pool, 256);
	int64_t line = wire_get_integer(items, 0, INT32_MAX);
	const char *message = wire_get_name(items, pool, 1100);
	const char *traceback = wire_get_text(items, pool, 4400);
	enum error_code code =
	    what == HOST_FAULT_BUDGET || what == HOST_FAULT_MEMORY ? ERROR_BUDGET : ERROR_PLUGIN_FAULT;

	if (!wire_end(items))
		return fault(host, error, "出错的消息不成样子");
	if (traceback != NULL)
		log_debug("%s", traceback);
	if (file != NULL && line > 0)
		error_set(error, code, "", "%s:%" PRId64 ": %s", file, line, message);
	else
		error_set(error, code, "", "%s", message);
	if (code == ERROR_BUDGET) /* its Lua state is gone: a new host is due */
		give_up(host);
	return false;
}

const struct declarations *host_client_load(
    struct host_client *host, int index, const struct plugin_source *plugin, struct pool *pool, struct error *error)
{
	int64_t deadline = clock_monotonic_us() + LOAD_BUDGET_US;
	struct declarations *declarations;
	struct frame frame;

	begin_frame(host, HOST_LOAD);
	wire_put_integer(&host->out, index);
	wire_put_text(&host->out, plugin->name);
	wire_put_integer(&host->out, 0);
	wire_put_count(&host->out, plugin->module_count);
	for (size_t i = 0; i < plugin->module_count; i++) {
		wire_put_text(&host->out, plugin->modules[i].name);
		wire_put_bytes(&host->out, plugin->modules[i].source, plugin->modules[i].length);
	}
	if (!send_frame(host, deadline, error) || !receive_frame(host, deadline, &frame, error)) {
		if (error->code == ERROR_BUDGET)
			error_set(error, ERROR_BUDGET, "", "%s/init.lua: 装载用满 1 秒，被停下", plugin->name);
		return NULL;
	}
	if (frame.type == HOST_FAULT) {
		if (wire_get_integer(&frame.items, INT64_MIN, INT64_MAX) != -1 - index)
			fault(host, error, "答的不是问的");
		else
			(void)take_fault(host, &frame.items, pool, error);
		return NULL;
	}
	if (frame.type != HOST_LOADED || wire_get_integer(&frame.items, 0, INT32_MAX) != index) {
		fault(host, error, "答的不是问的");
		return NULL;
	}
	declarations = declarations_get(&frame.items, pool);
	if (declarations == NULL || !wire_end(&frame.items)) {
		fault(host, error, frame.items.fault != NULL ? frame.items.fault : "声明不成样子");
		return NULL;
	}
	declarations->plugin = plugin->name;
	return declarations;
}

static void put_calendar(struct buffer *out, const struct schema *schema)
{
	struct pool *pool = pool_new();
	int years[64];
	size_t year_count = 0, day_count = 0;
	struct calendar_day *days = pool_alloc_array(pool, 400 * 64, sizeof(*days));

	/* only the days that differ from plain weekends need to cross */
	for (int year = 1990; schema->calendar != NULL && year < 2054 && year_count < 64; year++) {
		struct date first = DATE_NONE, last = DATE_NONE;

		if (!date_from_civil(year, 1, 1, &first) || !date_from_civil(year, 12, 31, &last) ||
		    !calendar_covers(schema->calendar, first))
			continue;
		years[year_count++] = year;
		for (struct date day = first; day.day <= last.day; day.day++) {
			bool working = calendar_is_working(schema->calendar, day);

			if (working != (date_weekday(day) <= 5))
				days[day_count++] = (struct calendar_day){.date = day, .working = working};
		}
	}
	wire_put_count(out, year_count);
	for (size_t i = 0; i < year_count; i++)
		wire_put_integer(out, years[i]);
	wire_put_count(out, day_count);
	for (size_t i = 0; i < day_count; i++) {
		wire_put_integer(out, days[i].date.day);
		wire_put_boolean(out, days[i].working);
	}
	pool_free(pool);
}

bool host_client_schema(struct host_client *host, const struct schema *schema, struct error *error)
{
	begin_frame(host, HOST_SCHEMA);
	schema_put(&host->out, schema);
	put_calendar(&host->out, schema);
	host->schema = schema;
	return send_frame(host, clock_monotonic_us() + LOAD_BUDGET_US, error);
}

static bool answer_ask(struct host_client *host, int64_t call_id, struct wire *items, const struct host_asker *asker,
    int64_t deadline_us, struct pool *pool, struct error *error)
{
	enum host_ask ask = (enum host_ask)wire_get_integer(items, HOST_ASK_RECORD, HOST_ASK_FACTS);
	struct error told = {0};
	struct buffer answer;
	bool ok;

	if (!wire_ok(items))
		return fault(host, error, "问的不成样子");
	buffer_init(&answer, HOST_FRAME_TO_HOST_LARGEST);
	if (asker == NULL || asker->answer == NULL)
		ok = error_set(&told, ERROR_REFUSED, "", "这里不能再问别的记录");
	else
		ok = asker->answer(asker->argument, ask, items, pool, &answer, &told);
	if (items->bad) {
		buffer_clear(&answer);
		return fault(host, error, items->fault != NULL ? items->fault : "问的不成样子");
	}
	begin_frame(host, HOST_ANSWER);
	wire_put_integer(&host->out, call_id);
	wire_put_boolean(&host->out, ok);
	if (ok)
		buffer_append(&host->out, buffer_text(&answer), answer.length);
	else {
		wire_put_text(&host->out, error_code_name(told.code));
		wire_put_text(&host->out, told.sentence);
		wire_put_text(&host->out, told.hint);
	}
	buffer_clear(&answer);
	return send_frame(host, deadline_us, error);
}

bool host_client_call(struct host_client *host, enum host_call call, int plugin, int64_t function, struct date today,
    const struct buffer *arguments, struct host_budget budget, const struct host_asker *asker, struct pool *pool,
    struct wire *ret_result, struct error *error)
{
	int64_t call_id = ++host->call_id, deadline = clock_monotonic_us() + budget.call_us;
	int asks = 0;

	begin_frame(host, HOST_CALL);
	wire_put_integer(&host->out, call_id);
	wire_put_integer(&host->out, call);
	wire_put_integer(&host->out, plugin);
	wire_put_integer(&host->out, function);
	wire_put_integer(&host->out, today.day);
	buffer_append(&host->out, buffer_text(arguments), arguments->length);
	if (!send_frame(host, deadline, error))
		return false;
	for (;;) {
		struct frame frame;
		int64_t began;
		bool ok;

		if (!receive_frame(host, deadline, &frame, error))
			return false;
		if (frame.type != HOST_ASK && frame.type != HOST_EMIT && frame.type != HOST_RESULT &&
		    frame.type != HOST_FAULT)
			return fault(host, error, "没有这种消息");
		if (wire_get_integer(&frame.items, 0, INT64_MAX) != call_id || !wire_ok(&frame.items))
			return fault(host, error, "答的不是问的");
		if (frame.type == HOST_RESULT) {
			*ret_result = frame.items;
			return true;
		}
		if (frame.type == HOST_FAULT)
			return take_fault(host, &frame.items, pool, error);
		if (frame.type == HOST_ASK && ++asks > ASKS_A_CALL)
			return fault(host, error, "问得太多");
		began = clock_monotonic_us();
		if (frame.type == HOST_ASK)
			ok = answer_ask(host, call_id, &frame.items, asker, deadline, pool, error);
		else {
			enum host_block block =
			    (enum host_block)wire_get_integer(&frame.items, HOST_BLOCK_TITLE, HOST_BLOCK_ITEM);

			ok = asker != NULL && asker->emit != NULL && wire_ok(&frame.items);
			if (!ok)
				return fault(host, error, "这里不该有输出");
			ok = asker->emit(asker->argument, block, &frame.items, pool, error);
			if (!ok || frame.items.bad) {
				give_up(host); /* it is in the middle of its work: there is no other way to stop it */
				return ok ? fault(host, error, "输出不成样子") : false;
			}
		}
		if (!ok)
			return false;
		deadline += clock_monotonic_us() - began; /* our own work is not its time */
	}
}
