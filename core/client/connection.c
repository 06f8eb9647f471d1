#include "client/connection.h"

#include "base/buffer.h"
#include "client/answer.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

struct connection {
	int fd;
	int64_t next_id;
	struct buffer input;
	size_t searched; /* bytes of input that hold no newline */
	char fault[160];
};

const char *connection_path(const char *option)
{
	static char place[sizeof((struct sockaddr_un *)NULL)->sun_path];
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (option != NULL)
		return option;
	if (getenv("LUODI_SOCKET") != NULL && *getenv("LUODI_SOCKET") != '\0')
		return getenv("LUODI_SOCKET");
	if (runtime != NULL && *runtime == '/' &&
	    (size_t)snprintf(place, sizeof place, "%s/luodi.sock", runtime) < sizeof place && access(place, F_OK) == 0)
		return place;
	return "/run/luodi/luodi.sock";
}

/* The daemon's user must be one that could read our data anyway; a stranger's socket in /tmp is not asked. */
static bool check_listener(int fd, const char *path, struct error *error)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	const struct passwd *luodi, *who;
	char name[64];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return error_set(error, ERROR_INTERNAL, "", "%s 那头是谁，问不出来：%s", path, strerror(errno));
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	luodi = getpwnam("luodi");
	if (luodi != NULL && luodi->pw_uid == peer.uid)
		return true;
	who = getpwuid(peer.uid);
	snprintf(name, sizeof name, "%s", who != NULL ? who->pw_name : "不认识的用户");
	return error_set(error, ERROR_FORBIDDEN, "", "%s 那头是 %s（%u），不是 luodi、root 或您自己，没有和它说话",
	    path, name, (unsigned)peer.uid);
}

static bool connect_to(int fd, const char *path, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int result;

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(error, ERROR_INVALID, "", "套接字的路径太长：%s", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	do {
		result = connect(fd, (struct sockaddr *)&address, sizeof address);
	} while (result != 0 && errno == EINTR);
	if (result == 0)
		return true;
	if (errno == ENOENT || errno == ECONNREFUSED)
		return error_set(error, ERROR_INTERNAL, "", "%s 没有人在听", path);
	if (errno == EACCES)
		return error_set(error, ERROR_INTERNAL, "", "%s 不让您用", path);
	return error_set(error, ERROR_INTERNAL, "", "%s：%s", path, strerror(errno));
}

struct connection *connection_open(const char *path, struct error *error)
{
	struct connection *connection;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		error_set(error, ERROR_INTERNAL, "", "开不了套接字：%s", strerror(errno));
		return NULL;
	}
	if (!connect_to(fd, path, error) || !check_listener(fd, path, error) ||
	    (connection = calloc(1, sizeof *connection)) == NULL) {
		close(fd);
		return NULL;
	}
	connection->fd = fd;
	buffer_init(&connection->input, CONNECTION_LINE_MAX + READ_SIZE);
	return connection;
}

void connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	if (connection->fd >= 0)
		close(connection->fd);
	buffer_clear(&connection->input);
	free(connection);
}

const char *connection_fault(const struct connection *connection)
{
	return connection->fault;
}

static bool break_off(struct connection *connection, const char *fault)
{
	if (connection->fault[0] == '\0')
		snprintf(connection->fault, sizeof connection->fault, "%s", fault);
	return false;
}

static bool wait_for(struct connection *connection, short events)
{
	struct pollfd poller = {.fd = connection->fd, .events = events};
	int ready;

	do {
		ready = poll(&poller, 1, CONNECTION_SILENCE_S * 1000);
	} while (ready < 0 && errno == EINTR);
	if (ready > 0)
		return true;
	return break_off(connection, ready == 0 ? "luodid 很久没有回话" : "等不到 luodid 的回话");
}

static bool send_bytes(struct connection *connection, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(connection->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent > 0) {
			bytes += sent;
			length -= (size_t)sent;
		} else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (!wait_for(connection, POLLOUT))
				return false;
		} else if (sent < 0 && errno != EINTR) {
			return false; /* what it said before it went away is still to be read */
		}
	}
	return true;
}

static void send_request(struct connection *connection, const char *method, json_t *params, int64_t id)
{
	json_t *request = json_pack("{s:s, s:I, s:s}", "jsonrpc", "2.0", "id", (json_int_t)id, "method", method);
	char *line;

	if (params != NULL)
		json_object_set_new(request, "params", params);
	line = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (line == NULL) {
		break_off(connection, "请求里有不是 UTF-8 的字");
		return;
	}
	if (send_bytes(connection, line, strlen(line)) && !send_bytes(connection, "\n", 1))
		break_off(connection, "请求没有发完");
	free(line);
}

/* More bytes onto input. false: the connection is gone, or *stop is set. */
static bool receive(struct connection *connection, const volatile sig_atomic_t *stop)
{
	char bytes[READ_SIZE];
	ssize_t length;

	if (stop == NULL && !wait_for(connection, POLLIN))
		return false;
	length = read(connection->fd, bytes, sizeof bytes);
	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return stop == NULL || !*stop;
	if (length < 0)
		return break_off(connection, strerror(errno));
	if (length == 0)
		return break_off(connection, "luodid 断开了连接");
	buffer_append(&connection->input, bytes, (size_t)length);
	return true;
}

/* The next document from the stream, the caller's; NULL: gone or stopped. */
static json_t *next_document(struct connection *connection, const volatile sig_atomic_t *stop)
{
	struct buffer *input = &connection->input;
	const char *newline = NULL;
	json_t *document;

	while (input->length == 0 ||
	    (newline = memchr(input->bytes + connection->searched, '\n', input->length - connection->searched)) ==
		NULL) {
		connection->searched = input->length;
		if (input->length > CONNECTION_LINE_MAX) {
			break_off(connection, "luodid 的回话长得不像话，没有读完");
			return NULL;
		}
		if (connection->fault[0] != '\0' || !receive(connection, stop))
			return NULL;
	}
	document =
	    json_loadb(input->bytes, (size_t)(newline - input->bytes), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	buffer_consume(input, (size_t)(newline - input->bytes) + 1);
	connection->searched = 0;
	if (!json_is_object(document)) {
		json_decref(document);
		break_off(connection, "luodid 的回话读不懂");
		return NULL;
	}
	return document;
}

/* false: it is no notification. *ret_go_on: what notify said. */
static bool take_notification(const json_t *document, on_notification *notify, void *argument, bool *ret_go_on)
{
	const char *method = json_string_value(json_object_get(document, "method"));

	if (method == NULL)
		return false;
	*ret_go_on = notify == NULL || notify(argument, method, json_object_get(document, "params"));
	return true;
}

/* Is it the reply to id? An error without an id is about our line, too: there is only one under way. */
static bool is_reply_to(const json_t *document, int64_t id)
{
	const json_t *reply_id = json_object_get(document, "id");

	if (json_is_null(reply_id) || reply_id == NULL)
		return json_object_get(document, "error") != NULL;
	return json_is_integer(reply_id) && json_integer_value(reply_id) == id;
}

enum call_result connection_call(struct connection *connection, const char *method, json_t *params,
    on_notification *notify, void *argument, json_t **ret)
{
	int64_t id = ++connection->next_id;
	json_t *document;

	send_request(connection, method, params, id);
	while ((document = next_document(connection, NULL)) != NULL) {
		const char *member = json_object_get(document, "error") != NULL ? "error" : "result";
		bool go_on = true;

		if (take_notification(document, notify, argument, &go_on) || !is_reply_to(document, id)) {
			json_decref(document);
			if (!go_on)
				return CALL_STOPPED;
			continue;
		}
		*ret = json_incref(json_object_get(document, member));
		json_decref(document);
		if (!json_is_object(*ret)) {
			json_decref(*ret);
			break_off(connection, "luodid 的回话里没有结果");
			return CALL_LOST;
		}
		return *member == 'e' ? CALL_REFUSED : CALL_ANSWERED;
	}
	return CALL_LOST;
}

enum call_result connection_listen(
    struct connection *connection, on_notification *notify, void *argument, const volatile sig_atomic_t *stop)
{
	json_t *document;

	while (!*stop && (document = next_document(connection, stop)) != NULL) {
		bool go_on = true;

		if (!take_notification(document, notify, argument, &go_on))
			go_on = true;
		json_decref(document);
		if (!go_on)
			return CALL_STOPPED;
	}
	return *stop ? CALL_STOPPED : CALL_LOST;
}
