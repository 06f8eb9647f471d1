/* The socket in the file system, and who comes in through it. */
#include "net/peer.h"

#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ACCEPTS_A_TURN = 32, GROUPS_LARGEST = 65536, BACKLOG = 1024 };

static const struct timeval starve_time = {.tv_usec = 500000};

static bool fail(struct error *error, const char *path, const char *what)
{
	int reason = errno;

	error_set(error, ERROR_INVALID, "socket", "%s %s：%s", path, what, strerror(reason));
	return error_hint(error, "用 --socket 指一个 luodid 能建立文件的地方，如 /run/luodi/luodi.sock");
}

static bool make_folder(const char *path, struct error *error)
{
	char *copy = strdup(path);
	bool ok;

	if (copy == NULL)
		return error_set(error, ERROR_INTERNAL, "", "out of memory");
	ok = mkdir(dirname(copy), 0750) == 0 || errno == EEXIST;
	free(copy);
	return ok || fail(error, path, "所在的文件夹建不了");
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, path, strlen(path));
	return address;
}

/* The store is ours, the path need not be: another luodid, with another store, may listen there. Its users would be
 * answered from our store, and after we end from none. Only a refused connection says that nobody listens any more. */
static bool nobody_listens(const char *path, struct error *error)
{
	struct sockaddr_un address = address_of(path);
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), reason;

	if (probe < 0)
		return fail(error, path, "看不了");
	reason = connect(probe, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
	close(probe);
	if (reason == ECONNREFUSED || reason == ENOENT)
		return true;
	if (reason == 0 || reason == EAGAIN) {
		error_set(error, ERROR_IN_USE, "socket", "%s 上已经有别的程序在听", path);
		return error_hint(error, "多半是另一个 luodid：先停掉它，或用 --socket 换一个路径");
	}
	error_set(error, ERROR_INVALID, "socket", "%s 已经有了，看不出还有没有人在听：%s", path, strerror(reason));
	return error_hint(error, "换一个 --socket；确实没有人用了，就先删掉它");
}

/* What kill -9 left behind gives way. Anything but a socket is not ours to remove. */
static bool remove_stale(const char *path, struct error *error)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT || fail(error, path, "看不了");
	if (!S_ISSOCK(status.st_mode)) {
		error_set(error, ERROR_INVALID, "socket", "%s 已经有了，而且不是 socket", path);
		return error_hint(error, "换一个 --socket，或者先把它挪开");
	}
	if (!nobody_listens(path, error))
		return false;
	return unlink(path) == 0 || errno == ENOENT || fail(error, path, "旧的删不掉");
}

/* Never wider than its mode at any moment: it is made with nothing for others, then opened up. */
static bool bind_path(struct net *net, struct error *error)
{
	struct sockaddr_un address = address_of(net->socket_path);
	struct stat status;
	mode_t mask;
	int result;

	mask = umask(0177);
	result = bind(net->listener, (const struct sockaddr *)&address, sizeof address);
	umask(mask);
	if (result != 0)
		return fail(error, net->socket_path, "建不了");
	if (chmod(net->socket_path, net->mode) != 0 || lstat(net->socket_path, &status) != 0)
		return fail(error, net->socket_path, "改不了权限");
	net->socket_device = status.st_dev;
	net->socket_inode = status.st_ino;
	return listen(net->listener, BACKLOG) == 0 || fail(error, net->socket_path, "不能监听");
}

void net_close_listener(struct net *net)
{
	struct stat status;

	if (net->acceptable != NULL)
		event_free(net->acceptable);
	if (net->accept_again != NULL)
		event_free(net->accept_again);
	net->acceptable = net->accept_again = NULL;
	if (net->listener < 0)
		return;
	close(net->listener);
	net->listener = -1;
	if (net->socket_inode != 0 && lstat(net->socket_path, &status) == 0 && status.st_dev == net->socket_device &&
	    status.st_ino == net->socket_inode && unlink(net->socket_path) != 0)
		log_warning("net：%s 没有删掉：%s", net->socket_path, strerror(errno));
}

static size_t *count_of_user(struct net *net, uid_t uid)
{
	for (size_t i = 0; i < net->user_count; i++)
		if (net->users[i].uid == uid)
			return &net->users[i].peers;
	if (net->user_count == net->user_capacity) {
		size_t capacity = net->user_capacity > 0 ? net->user_capacity * 2 : 8;
		struct user_count *users = reallocarray(net->users, capacity, sizeof *users);

		if (users == NULL)
			return NULL;
		net->users = users;
		net->user_capacity = capacity;
	}
	net->users[net->user_count] = (struct user_count){.uid = uid};
	return &net->users[net->user_count++].peers;
}

void net_forget_user(struct net *net, uid_t uid)
{
	for (size_t i = 0; i < net->user_count; i++) {
		if (net->users[i].uid != uid)
			continue;
		if (--net->users[i].peers == 0)
			net->users[i] = net->users[--net->user_count];
		return;
	}
}

static bool check_room(struct net *net, const size_t *of_user, enum role role, struct error *error)
{
	size_t largest = role >= ROLE_ADMIN ? net->peers_largest : net->peers_largest - NET_PEERS_KEPT;

	if (of_user == NULL)
		return error_set(error, ERROR_BUSY, "", "内存不够，稍后再试");
	if (*of_user >= net->peers_of_user_largest) {
		error_set(error, ERROR_BUSY, "", "您已有 %zu 个连接", *of_user);
		return error_hint(error, "先关掉几个再来");
	}
	if (net->peer_count >= largest) {
		error_set(error, ERROR_BUSY, "", "连接太多：%zu 个", net->peer_count);
		return error_hint(error, "稍后再试");
	}
	return true;
}

/* As far as the socket's buffer goes: nobody waits for one who is turned away. */
static void turn_away(struct net *net, int descriptor, uid_t uid, const struct error *error)
{
	struct buffer line;

	buffer_init(&line, 1 << 16);
	rpc_put_farewell(&line, error);
	if (send(descriptor, line.bytes, line.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && net_may_log(net))
		log_info("net：uid %ld 没有听到为什么不让进", (long)uid);
	buffer_clear(&line);
	close(descriptor);
	if (net_may_log(net))
		log_warning("net：不让 uid %ld 进：%s", (long)uid, error->sentence);
}

/* The groups that the kernel noted when the peer connected. False: it can't be told. */
static bool read_credentials(int descriptor, struct net_credentials *credentials, gid_t **ret_groups)
{
	struct ucred peer;
	socklen_t length = sizeof peer, groups_length = 64 * sizeof(gid_t);
	gid_t *groups;

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
		return false;
	for (;;) {
		socklen_t wanted = groups_length;

		groups = malloc(groups_length);
		if (groups == NULL)
			return false;
		if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &wanted) == 0) {
			groups_length = wanted;
			break;
		}
		free(groups);
		if (errno != ERANGE || wanted <= groups_length || wanted > GROUPS_LARGEST * sizeof(gid_t))
			return false;
		groups_length = wanted;
	}
	*credentials = (struct net_credentials){peer.uid, peer.gid, groups, groups_length / sizeof(gid_t)};
	*ret_groups = groups;
	return true;
}

static void welcome(struct net *net, int descriptor)
{
	struct net_credentials credentials;
	struct caller caller = {0};
	struct error error;
	gid_t *groups = NULL;
	size_t *of_user;

	if (!read_credentials(descriptor, &credentials, &groups)) {
		close(descriptor);
		return;
	}
	of_user = count_of_user(net, credentials.uid);
	if (of_user != NULL)
		(*of_user)++; /* taken back by net_forget_user, whatever becomes of it */
	if (!net->admit(net->argument, &credentials, &caller, &error)) {
		turn_away(net, descriptor, credentials.uid, &error);
		net_forget_user(net, credentials.uid);
	} else if (of_user != NULL) {
		(*of_user)--;
		if (!check_room(net, of_user, caller.role, &error)) {
			turn_away(net, descriptor, credentials.uid, &error);
			(*of_user)++;
			net_forget_user(net, credentials.uid);
		} else {
			(*of_user)++;
			if (peer_new(net, descriptor, credentials.uid, &caller) == NULL)
				log_error("net：内存不够，没有接下一个连接");
		}
	}
	free(groups);
}

/* No descriptors left: give up the reserve to turn one peer away, then look away for a while. Without that the loop
 * would be told of the same peer again at once, for ever. */
static void starve(struct net *net)
{
	int64_t now_us = clock_monotonic_us();
	int descriptor;

	if (net->starved_us == 0 || now_us - net->starved_us > 60 * INT64_C(1000000)) {
		log_error("net：接不了新连接：%s；调大 LimitNOFILE", strerror(errno));
		net->starved_us = now_us;
	}
	if (net->reserve >= 0)
		close(net->reserve);
	descriptor = accept4(net->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (descriptor >= 0)
		close(descriptor);
	net->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	event_del(net->acceptable);
	event_add(net->accept_again, &starve_time);
}

static void on_acceptable(evutil_socket_t listener, short what, void *argument)
{
	struct net *net = argument;

	(void)what;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int descriptor = accept4((int)listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (descriptor >= 0) {
			welcome(net, descriptor);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			starve(net);
			break;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			break;
		}
	}
	net_flush(net);
}

static void on_accept_again(evutil_socket_t descriptor, short what, void *argument)
{
	struct net *net = argument;

	(void)descriptor;
	(void)what;
	event_add(net->acceptable, NULL);
}

bool net_listen(struct net *net, struct error *error)
{
	size_t length = strlen(net->socket_path);

	if (length == 0 || length >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
		error_set(error, ERROR_INVALID, "socket", "socket 的路径要有 1 到 %zu 个字节",
		    sizeof((struct sockaddr_un *)NULL)->sun_path - 1);
		return error_hint(error, "用 --socket 指一个短一些的路径");
	}
	if (!make_folder(net->socket_path, error) || !remove_stale(net->socket_path, error))
		return false;
	net->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (net->listener < 0)
		return fail(error, net->socket_path, "建不了");
	if (!bind_path(net, error))
		return false;
	net->acceptable = event_new(net->base, net->listener, EV_READ | EV_PERSIST, on_acceptable, net);
	net->accept_again = evtimer_new(net->base, on_accept_again, net);
	if (net->acceptable == NULL || net->accept_again == NULL || event_add(net->acceptable, NULL) != 0)
		return error_set(error, ERROR_INTERNAL, "", "out of memory");
	return true;
}
