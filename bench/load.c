/* Calls of luodid, as many and as fast as it answers them, and how long each took.
 *
 *   luodi-load --socket PATH --mode create|update|get|line [--connections N] [--count N | --seconds S]
 *              [--records N] [--line JSON]
 *
 * Each connection has one call on its way: the next is sent when the answer has come. One thread, epoll. The kind is
 * that of bench/plugins/bench, whose records are B-0001 to B-N. Prints one line:
 *
 *   mode=update connections=64 calls=100000 seconds=4.71 per_second=21231 p50_us=2810 p99_us=6150 max_us=9127
 *
 * An answer that is an error ends the run with exit code 1: a figure of refusals would be worth nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_LARGEST = 1024, REQUEST_LARGEST = 64 << 10, ANSWER_KEPT = 1 << 20, FIELDS = 20 };

enum mode { MODE_CREATE, MODE_UPDATE, MODE_GET, MODE_LINE };
static const char *const mode_names[] = {"create", "update", "get", "line"};

struct peer {
	int descriptor;
	size_t received;
	int64_t sent_ns;
	char head[512]; /* of the answer: enough to tell a result from an error, and a change from none */
};

struct load {
	enum mode mode;
	const char *socket_path, *line;
	int64_t connections, count, seconds, records;
	int64_t started, answered, begun_ns, until_ns;
	uint64_t random;
	int64_t first_value; /* of updates: above those of earlier runs, or there would be nothing to write */
	uint32_t *times_us;  /* of each call; grows */
	size_t times_capacity;
	struct peer *peers;
};

static _Noreturn void stop(const char *what)
{
	fprintf(stderr, "luodi-load: %s%s%s\n", what, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* xorshift: the same records in the same order in each run. */
static int64_t random_record(struct load *load)
{
	load->random ^= load->random << 13;
	load->random ^= load->random >> 7;
	load->random ^= load->random << 17;
	return (int64_t)(load->random % (uint64_t)load->records) + 1;
}

static int put_create(char *out, size_t size, int64_t n)
{
	return snprintf(out, size,
	    "{\"jsonrpc\":\"2.0\",\"id\":%" PRId64 ",\"method\":\"record.create\",\"params\":{\"kind\":\"bench\","
	    "\"title\":\"新能源产业园第%" PRId64 "期项目\",\"fields\":{\"unit\":\"单位%" PRId64 "\",\"region\":"
	    "\"区域%" PRId64 "\",\"sector\":\"行业%" PRId64 "\",\"contact\":\"李明\",\"phone\":\"0311-88%06" PRId64
	    "\",\"address\":\"某某区某某路%" PRId64 "号\",\"source\":\"以商招商\",\"remark\":\"备注%" PRId64
	    "\",\"level\":%" PRId64 ",\"workers\":%" PRId64 ",\"area\":%" PRId64 ",\"floors\":%" PRId64
	    ",\"score\":%" PRId64 ",\"amount\":%" PRId64 ",\"paid\":%" PRId64 ",\"tax\":%" PRId64 ",\"rent\":%" PRId64
	    ",\"begin_on\":\"2024-03-0%" PRId64 "\",\"check_on\":\"2024-06-1%" PRId64
	    "\",\"close_on\":\"2026-12-2%" PRId64 "\"}}}\n",
	    n, n, n % 400, n % 12, n % 30, n % 1000000, n % 200, n, n % 10, n % 500, n * 7 % 90000, n % 33, n % 101,
	    n * 7919 % 900000000, n * 31 % 100000000, n * 17 % 1000000, n * 13 % 100000, n % 9 + 1, n % 10, n % 10);
}

static int put_request(struct load *load, char *out, size_t size)
{
	int64_t number = load->started;

	switch (load->mode) {
	case MODE_CREATE:
		return put_create(out, size, number);
	case MODE_UPDATE:
		return snprintf(out, size,
		    "{\"jsonrpc\":\"2.0\",\"id\":%" PRId64
		    ",\"method\":\"record.update\",\"params\":{\"id\":\"B-%04" PRId64
		    "\",\"fields\":{\"workers\":%" PRId64 "}}}\n",
		    number, random_record(load), load->first_value + number);
	case MODE_GET:
		return snprintf(out, size,
		    "{\"jsonrpc\":\"2.0\",\"id\":%" PRId64
		    ",\"method\":\"record.get\",\"params\":{\"id\":\"B-%04" PRId64 "\"}}\n",
		    number, random_record(load));
	default:
		return snprintf(out, size, "%s\n", load->line);
	}
}

static bool is_over(const struct load *load, int64_t now)
{
	return load->seconds > 0 ? now >= load->until_ns : load->started >= load->count;
}

static void send_next(struct load *load, struct peer *peer)
{
	char request[REQUEST_LARGEST];
	int length;

	load->started++;
	length = put_request(load, request, sizeof request);
	if (length < 0 || (size_t)length >= sizeof request)
		stop("a request is too long");
	peer->received = 0;
	peer->sent_ns = now_ns();
	if (send(peer->descriptor, request, (size_t)length, MSG_NOSIGNAL) != length)
		stop("send");
}

static void note_time(struct load *load, int64_t ns)
{
	if ((size_t)load->answered == load->times_capacity) {
		load->times_capacity = load->times_capacity == 0 ? 1 << 16 : load->times_capacity * 2;
		load->times_us = realloc(load->times_us, load->times_capacity * sizeof *load->times_us);
		if (load->times_us == NULL)
			stop("no memory");
	}
	load->times_us[load->answered++] = (uint32_t)(ns / 1000);
}

/* True: the answer is whole. */
static bool take_answer(struct peer *peer)
{
	static char piece[ANSWER_KEPT];
	ssize_t count = recv(peer->descriptor, piece, sizeof piece, 0);
	const size_t room_of_head = sizeof peer->head - 1;

	if (count <= 0)
		stop(count == 0 ? "luodid hung up" : "recv");
	if (peer->received < room_of_head) {
		size_t room = room_of_head - peer->received, kept = (size_t)count < room ? (size_t)count : room;

		memcpy(peer->head + peer->received, piece, kept);
		peer->head[peer->received + kept] = '\0';
	}
	peer->received += (size_t)count;
	if (piece[count - 1] != '\n')
		return false;
	if (strstr(peer->head, "\"result\"") == NULL) {
		errno = 0;
		fprintf(stderr, "%s\n", peer->head);
		stop("an answer is an error");
	}
	if (strstr(peer->head, "\"batch\":null") != NULL) {
		errno = 0;
		stop("an update changed nothing");
	}
	return true;
}

static void connect_peers(struct load *load, int epoll)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(load->socket_path) >= sizeof address.sun_path)
		stop("the socket's path is too long");
	strcpy(address.sun_path, load->socket_path);
	load->peers = calloc((size_t)load->connections, sizeof *load->peers);
	for (int64_t i = 0; i < load->connections; i++) {
		struct peer *peer = &load->peers[i];
		struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = peer};

		peer->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (peer->descriptor < 0 ||
		    connect(peer->descriptor, (const struct sockaddr *)&address, sizeof address) != 0)
			stop(load->socket_path);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, peer->descriptor, &wanted) != 0)
			stop("epoll_ctl");
	}
}

static void run(struct load *load)
{
	struct epoll_event ready[CONNECTIONS_LARGEST];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int64_t waiting = 0;

	connect_peers(load, epoll);
	load->begun_ns = now_ns();
	load->until_ns = load->begun_ns + load->seconds * 1000000000;
	for (int64_t i = 0; i < load->connections && !is_over(load, load->begun_ns); i++, waiting++)
		send_next(load, &load->peers[i]);
	while (waiting > 0) {
		int count = epoll_wait(epoll, ready, CONNECTIONS_LARGEST, -1);

		if (count < 0 && errno != EINTR)
			stop("epoll_wait");
		for (int i = 0; i < count; i++) {
			struct peer *peer = ready[i].data.ptr;
			int64_t now;

			if (!take_answer(peer))
				continue;
			now = now_ns();
			note_time(load, now - peer->sent_ns);
			if (is_over(load, now))
				waiting--;
			else
				send_next(load, peer);
		}
	}
}

static int compare_times(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static uint32_t percentile(const struct load *load, int percent)
{
	return load->times_us[(load->answered - 1) * percent / 100];
}

static void report(struct load *load)
{
	double seconds = (double)(now_ns() - load->begun_ns) / 1e9;

	if (load->answered == 0)
		return;
	qsort(load->times_us, (size_t)load->answered, sizeof *load->times_us, compare_times);
	printf("mode=%s connections=%" PRId64 " calls=%" PRId64
	       " seconds=%.2f per_second=%.0f p50_us=%u p99_us=%u max_us=%u\n",
	    mode_names[load->mode], load->connections, load->answered, seconds, (double)load->answered / seconds,
	    percentile(load, 50), percentile(load, 99), percentile(load, 100));
}

static enum mode mode_of(const char *name)
{
	for (size_t i = 0; i < sizeof mode_names / sizeof *mode_names; i++)
		if (strcmp(mode_names[i], name) == 0)
			return (enum mode)i;
	errno = 0;
	stop("--mode is create, update, get or line");
}

static int64_t number_of(const char *name, const char *text)
{
	char *end;
	int64_t number = strtoll(text, &end, 10);

	if (*end != '\0' || number <= 0) {
		fprintf(stderr, "luodi-load: %s wants a number above 0\n", name);
		exit(2);
	}
	return number;
}

static void read_options(struct load *load, int count, char **arguments)
{
	for (int i = 1; i + 1 < count; i += 2) {
		const char *name = arguments[i], *text = arguments[i + 1];

		if (strcmp(name, "--socket") == 0)
			load->socket_path = text;
		else if (strcmp(name, "--mode") == 0)
			load->mode = mode_of(text);
		else if (strcmp(name, "--line") == 0)
			load->line = text;
		else if (strcmp(name, "--connections") == 0)
			load->connections = number_of(name, text);
		else if (strcmp(name, "--count") == 0)
			load->count = number_of(name, text);
		else if (strcmp(name, "--seconds") == 0)
			load->seconds = number_of(name, text);
		else if (strcmp(name, "--records") == 0)
			load->records = number_of(name, text);
		else
			load->socket_path = NULL, i = count;
	}
	if (count % 2 == 0 || load->socket_path == NULL || load->connections > CONNECTIONS_LARGEST ||
	    (load->mode == MODE_LINE && load->line == NULL)) {
		fprintf(stderr,
		    "luodi-load --socket PATH --mode create|update|get|line [--connections N] [--count N | "
		    "--seconds S] [--records N] [--line JSON]\n");
		exit(2);
	}
}

int main(int count, char **arguments)
{
	struct load load = {
	    .mode = MODE_GET, .connections = 1, .count = 10000, .records = 1, .random = 88172645463325252ULL};

	load.first_value = now_ns() / 1000;
	read_options(&load, count, arguments);
	run(&load);
	report(&load);
	return 0;
}
