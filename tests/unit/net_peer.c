/* Connections to a real socket, with an engine that answers at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/net.h"
#include "rpc/rpc.h"
#include "rpc_fake_engine.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define GET "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"record.get\",\"params\":{\"id\":\"T-0001\"}}\n"
#define STATUS "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"server.status\"}\n"
#define NOTE "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"record.note\",\"params\":{\"id\":\"T-0001\",\"text\":\"x\"}}\n"

struct server {
	struct engine engine;
	struct net *net;
	pthread_t thread;
	char folder[64], path[128];
	enum role role; /* of whoever comes; ROLE_NONE: nobody may */
	size_t groups_seen;
};

static bool admit(
    void *argument, const struct net_credentials *credentials, struct caller *ret_caller, struct error *error)
{
	struct server *server = argument;

	assert_int_equal(credentials->uid, geteuid());
	server->groups_seen = credentials->group_count;
	if (server->role == ROLE_NONE)
		return error_set(error, ERROR_FORBIDDEN, "", "没有权限");
	*ret_caller = (struct caller){.name = "佟雪", .role = server->role};
	return true;
}

static void *run(void *argument)
{
	struct server *server = argument;

	return (void *)(intptr_t)net_run(server->net);
}

static void stop_on_signal(void *argument, int number)
{
	(void)number;
	net_stop(((struct server *)argument)->net);
}

static void server_start(struct server *server, struct net_options options)
{
	struct error error;

	server->engine.at_once = true;
	snprintf(server->folder, sizeof server->folder, "%s", "/tmp/luodi-net-XXXXXX");
	assert_non_null(mkdtemp(server->folder));
	snprintf(server->path, sizeof server->path, "%s/run/luodi.sock", server->folder);
	options.socket_path = server->path;
	options.admit = admit;
	options.argument = server;
	server->net = net_new(&server->engine, &options, &error);
	assert_non_null(server->net);
	assert_true(net_add_signal(server->net, SIGUSR1, stop_on_signal, server, &error));
	assert_true(net_listen(server->net, &error));
	assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

static void server_end(struct server *server, enum net_end expected)
{
	char folder[80];
	void *end;

	if (expected == NET_STOPPED)
		kill(getpid(), SIGUSR1);
	assert_int_equal(pthread_join(server->thread, &end), 0);
	assert_int_equal((intptr_t)end, expected);
	net_free(server->net);
	assert_int_equal(access(server->path, F_OK), -1);
	snprintf(folder, sizeof folder, "%s/run", server->folder);
	rmdir(folder);
	rmdir(server->folder);
}

static int peer(const struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 20}; /* only a hang is that long */
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, server->path, strlen(server->path));
	assert_int_equal(connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	return descriptor;
}

static void say(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = send(descriptor, bytes, length, MSG_NOSIGNAL);

		assert_true(count > 0);
		bytes += count;
		length -= (size_t)count;
	}
}

/* Lines, until there are count of them or the end; how many there were. The first bytes stay in text. */
static size_t hear(int descriptor, size_t count, char *text, size_t size)
{
	size_t lines = 0, length = 0;
	char byte[4096];

	while (lines < count) {
		ssize_t got = recv(descriptor, byte, sizeof byte, 0);

		if (got <= 0) {
			assert_true(got == 0 || errno == ECONNRESET);
			break;
		}
		for (ssize_t i = 0; i < got; i++) {
			lines += byte[i] == '\n';
			if (length + 1 < size)
				text[length++] = byte[i];
		}
	}
	text[length] = '\0';
	return lines;
}

static void answers_come_to_whoever_asked(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	char text[4000];
	int peers[20];

	(void)state;
	server_start(&server, (struct net_options){0});
	for (size_t i = 0; i < 20; i++) {
		peers[i] = peer(&server);
		say(peers[i], GET STATUS NOTE, strlen(GET STATUS NOTE));
	}
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(hear(peers[i], 3, text, sizeof text), 3);
		assert_non_null(strstr(text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"id\":\"T-0001\""));
		assert_non_null(strstr(text, "\"id\":2,\"result\""));
		assert_non_null(strstr(text, "\"id\":3,\"result\""));
		close(peers[i]);
	}
	server_end(&server, NET_STOPPED);
}

static void the_socket_is_for_owner_and_group(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	struct stat status;
	char folder[80];

	(void)state;
	server_start(&server, (struct net_options){0});
	assert_int_equal(lstat(server.path, &status), 0);
	assert_int_equal(status.st_mode, S_IFSOCK | 0660);
	snprintf(folder, sizeof folder, "%s/run", server.folder);
	assert_int_equal(stat(folder, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0750);
	server_end(&server, NET_STOPPED);
}

static void what_is_no_socket_is_not_removed(void **state)
{
	struct engine engine = {0};
	struct server server = {.role = ROLE_EDITOR};
	struct net_options options = {.admit = admit, .argument = &server};
	struct error error;
	char path[] = "/tmp/luodi-net-XXXXXX";
	struct net *net;
	int file = mkstemp(path);

	(void)state;
	close(file);
	options.socket_path = path;
	net = net_new(&engine, &options, &error);
	assert_false(net_listen(net, &error));
	assert_int_equal(error.code, ERROR_INVALID);
	net_free(net);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

static void leave_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
	close(descriptor);
}

static void a_socket_that_someone_listens_on_is_left_to_them(void **state)
{
	struct engine engine = {0};
	struct server first = {.role = ROLE_EDITOR};
	struct net_options options = {.admit = admit, .argument = &first};
	struct error error;
	char text[4000];
	struct net *net;
	int descriptor;

	(void)state;
	server_start(&first, (struct net_options){0});
	options.socket_path = first.path;
	net = net_new(&engine, &options, &error);
	assert_false(net_listen(net, &error));
	assert_int_equal(error.code, ERROR_IN_USE);
	net_free(net);
	descriptor = peer(&first);
	say(descriptor, GET, strlen(GET));
	assert_int_equal(hear(descriptor, 1, text, sizeof text), 1);
	close(descriptor);
	server_end(&first, NET_STOPPED);
}

static void a_stale_socket_gives_way(void **state)
{
	struct server first = {.role = ROLE_EDITOR}, second = {.role = ROLE_EDITOR};
	struct net_options options = {.admit = admit, .argument = &second};
	struct error error;
	char text[4000];
	int descriptor;

	(void)state;
	server_start(&first, (struct net_options){0});
	/* As after kill -9: the path is there, with nobody behind it. The first then does not take away what is the second's. */
	assert_int_equal(unlink(first.path), 0);
	leave_socket(first.path);
	options.socket_path = first.path;
	second.engine.at_once = true;
	second.net = net_new(&second.engine, &options, &error);
	assert_true(net_listen(second.net, &error));
	assert_int_equal(pthread_create(&second.thread, NULL, run, &second), 0);
	net_break(first.net);
	pthread_join(first.thread, NULL);
	net_free(first.net);
	descriptor = peer(&first);
	say(descriptor, GET, strlen(GET));
	assert_int_equal(hear(descriptor, 1, text, sizeof text), 1);
	close(descriptor);
	snprintf(second.path, sizeof second.path, "%s", first.path);
	snprintf(second.folder, sizeof second.folder, "%s", first.folder);
	net_break(second.net);
	server_end(&second, NET_BROKEN);
}

static void nobody_in_particular_is_told_so(void **state)
{
	struct server server = {.role = ROLE_NONE};
	char text[1000];
	int descriptor;

	(void)state;
	server_start(&server, (struct net_options){0});
	descriptor = peer(&server);
	assert_int_equal(hear(descriptor, 2, text, sizeof text), 1);
	assert_non_null(strstr(text, "\"code\":\"forbidden\""));
	close(descriptor);
	server_end(&server, NET_STOPPED);
}

static void a_user_has_a_largest_number_of_connections(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	char text[4000];
	int peers[3], last;

	(void)state;
	server_start(&server, (struct net_options){.peers_of_user = 3});
	for (size_t i = 0; i < 3; i++) {
		peers[i] = peer(&server);
		say(peers[i], GET, strlen(GET));
		assert_int_equal(hear(peers[i], 1, text, sizeof text), 1);
	}
	last = peer(&server);
	assert_int_equal(hear(last, 2, text, sizeof text), 1);
	assert_non_null(strstr(text, "\"code\":\"busy\""));
	close(last);
	for (size_t i = 0; i < 3; i++)
		close(peers[i]);
	server_end(&server, NET_STOPPED);
}

static void a_line_has_a_largest_size(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	char *line = malloc(RPC_LINE_LARGEST + 3), text[4000];
	int descriptor;

	(void)state;
	server_start(&server, (struct net_options){0});
	memset(line, ' ', RPC_LINE_LARGEST + 2);
	memcpy(line, GET, strlen(GET) - 1);
	line[RPC_LINE_LARGEST] = '\n';
	descriptor = peer(&server);
	say(descriptor, line, RPC_LINE_LARGEST + 1);
	assert_int_equal(hear(descriptor, 1, text, sizeof text), 1);
	assert_non_null(strstr(text, "\"result\""));
	line[RPC_LINE_LARGEST] = ' ';
	line[RPC_LINE_LARGEST + 1] = '\n';
	say(descriptor, line, RPC_LINE_LARGEST + 2);
	assert_int_equal(hear(descriptor, 2, text, sizeof text), 1); /* and then the end */
	assert_non_null(strstr(text, "\"code\":\"too_large\""));
	close(descriptor);
	free(line);
	server_end(&server, NET_STOPPED);
}

static void bytes_may_come_one_by_one(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	char text[4000];
	int descriptor;

	(void)state;
	server_start(&server, (struct net_options){0});
	descriptor = peer(&server);
	for (size_t i = 0; i < strlen(GET); i++)
		say(descriptor, &GET[i], 1);
	assert_int_equal(hear(descriptor, 1, text, sizeof text), 1);
	assert_non_null(strstr(text, "\"result\""));
	close(descriptor);
	server_end(&server, NET_STOPPED);
}

static void one_that_says_no_more_still_hears_its_answers(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	char text[4000];
	int descriptor;

	(void)state;
	server_start(&server, (struct net_options){0});
	descriptor = peer(&server);
	say(descriptor, NOTE STATUS, strlen(NOTE STATUS));
	shutdown(descriptor, SHUT_WR);
	assert_int_equal(hear(descriptor, 3, text, sizeof text), 2);
	close(descriptor);
	server_end(&server, NET_STOPPED);
}

static void a_line_that_was_cut_is_not_run(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	char text[4000];
	int descriptor;

	(void)state;
	server_start(&server, (struct net_options){0});
	descriptor = peer(&server);
	say(descriptor, NOTE, strlen(NOTE) - 1);
	shutdown(descriptor, SHUT_WR);
	assert_int_equal(hear(descriptor, 2, text, sizeof text), 1);
	assert_non_null(strstr(text, "-32700"));
	assert_int_equal(server.engine.wishes_seen, 0);
	close(descriptor);
	server_end(&server, NET_STOPPED);
}

/* 60 MB of answers are asked for by one who reads none; another is served meanwhile; then the first reads all of it. */
static void one_that_does_not_read_is_waited_for_without_growing(void **state)
{
	enum { ASKED = 6000 };
	struct server server = {.role = ROLE_EDITOR, .engine.answer_bytes = 10000};
	size_t length = strlen(GET), sent = 0;
	char *lines = malloc(length * ASKED), text[4000];
	int slow, other;

	(void)state;
	server_start(&server, (struct net_options){0});
	for (size_t i = 0; i < ASKED; i++)
		memcpy(lines + i * length, GET, length);
	slow = peer(&server);
	for (;;) { /* until the server takes no more */
		ssize_t count = send(slow, lines + sent, length * ASKED - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (count <= 0)
			break;
		sent += (size_t)count;
	}
	other = peer(&server);
	say(other, NOTE, strlen(NOTE));
	assert_int_equal(hear(other, 1, text, sizeof text), 1);
	close(other);
	sent -= sent % length; /* whole lines */
	assert_int_equal(hear(slow, sent / length, text, sizeof text), sent / length);
	close(slow);
	free(lines);
	server_end(&server, NET_STOPPED);
}

static void peers_that_break_off_harm_nobody(void **state)
{
	struct server server = {.role = ROLE_EDITOR};
	struct linger at_once = {.l_onoff = 1};
	char text[4000];
	int descriptor;

	(void)state;
	server_start(&server, (struct net_options){.peers_of_user = 1000});
	for (size_t i = 0; i < 300; i++) {
		descriptor = peer(&server);
		setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
		say(descriptor, NOTE GET STATUS, i * 7 % strlen(NOTE GET STATUS));
		close(descriptor);
	}
	descriptor = peer(&server);
	say(descriptor, GET, strlen(GET));
	assert_int_equal(hear(descriptor, 1, text, sizeof text), 1);
	close(descriptor);
	server_end(&server, NET_STOPPED);
}

static void a_break_ends_the_loop_at_once(void **state)
{
	struct server server = {.role = ROLE_EDITOR};

	(void)state;
	server_start(&server, (struct net_options){0});
	net_break(server.net);
	server_end(&server, NET_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_come_to_whoever_asked),
	    cmocka_unit_test(the_socket_is_for_owner_and_group),
	    cmocka_unit_test(what_is_no_socket_is_not_removed),
	    cmocka_unit_test(a_stale_socket_gives_way),
	    cmocka_unit_test(a_socket_that_someone_listens_on_is_left_to_them),
	    cmocka_unit_test(nobody_in_particular_is_told_so),
	    cmocka_unit_test(a_user_has_a_largest_number_of_connections),
	    cmocka_unit_test(a_line_has_a_largest_size),
	    cmocka_unit_test(bytes_may_come_one_by_one),
	    cmocka_unit_test(one_that_says_no_more_still_hears_its_answers),
	    cmocka_unit_test(a_line_that_was_cut_is_not_run),
	    cmocka_unit_test(one_that_does_not_read_is_waited_for_without_growing),
	    cmocka_unit_test(peers_that_break_off_harm_nobody),
	    cmocka_unit_test(a_break_ends_the_loop_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
