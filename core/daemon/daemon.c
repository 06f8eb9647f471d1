#include "daemon/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/config.h"
#include "daemon/identity.h"
#include "daemon/options.h"
#include "net/net.h"
#include "rpc/rpc.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { FAULTS_LARGEST = 1 << 20, PATH_SIZE = 4096 };

struct daemon {
	struct daemon_options options;
	char host_program[PATH_SIZE];
	struct config *config; /* of the start: paths, and what can't change while it runs */
	pthread_mutex_t lock;  /* of roles */
	struct config *roles;  /* what admits; SIGHUP puts another in its place */
	struct engine *engine;
	struct net *net;
	char caller_name[CALLER_NAME_SIZE],
	    caller_person[CALLER_NAME_SIZE]; /* of who comes in at the moment; loop thread */
};

/* On standard error, for whoever started us: what is wrong, and what to do. Returns status. */
static int complain(const struct error *error, int status)
{
	fprintf(stderr, "luodid: %s\n", error->sentence);
	if (error->hint[0] != '\0')
		fprintf(stderr, "  %s\n", error->hint);
	return status;
}

static void print_lines(FILE *stream, const struct buffer *lines)
{
	fputs(buffer_text(lines), stream);
	if (lines->length > 0 && lines->bytes[lines->length - 1] != '\n')
		fputc('\n', stream);
}

/* luodi-host stands beside luodid where both were built, or in the folder that packages put it. */
static bool find_host_program(char path[PATH_SIZE], struct error *error)
{
	static const char *const places[] = {"/usr/lib/luodi/luodi-host", "/usr/libexec/luodi/luodi-host",
	    "/usr/local/lib/luodi/luodi-host", "/usr/local/libexec/luodi/luodi-host"};
	static const char name[] = "luodi-host";
	ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - sizeof name - 1);

	if (length > 0) {
		char *slash;

		path[length] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL)
			memcpy(slash + 1, name, sizeof name);
		if (slash != NULL && access(path, X_OK) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(path, PATH_SIZE, "%s", places[i]);
		if (access(path, X_OK) == 0)
			return true;
	}
	error_set(error, ERROR_INVALID, "", "找不到 luodi-host");
	return error_hint(error, "它要和 luodid 在同一个文件夹，或在 /usr/lib/luodi");
}

static struct engine_options engine_options_of(const struct daemon *daemon)
{
	const struct daemon_options *options = &daemon->options;
	bool typed = options->plugin_folder_count > 0;

	return (struct engine_options){
	    .data = options->data,
	    .plugin_folders = typed ? options->plugin_folders : daemon->config->plugin_folders,
	    .plugin_folder_count = typed ? options->plugin_folder_count : daemon->config->plugin_folder_count,
	    .host_program = daemon->host_program,
	    .fixed_today = clock_is_fixed(),
	};
}

/* The command line wins over the file; what neither says is asked for. */
static bool settle_options(struct daemon *daemon, struct error *error)
{
	struct daemon_options *options = &daemon->options;
	const char *missing = NULL;

	if (options->data == NULL)
		options->data = daemon->config->data;
	if (options->socket == NULL)
		options->socket = daemon->config->socket;
	if (options->data == NULL)
		missing = "--data 文件夹";
	else if (options->socket == NULL)
		missing = "--socket 路径";
	else if (options->plugin_folder_count == 0 && daemon->config->plugin_folder_count == 0)
		missing = "--plugins 文件夹";
	if (missing == NULL)
		return true;
	error_set(error, ERROR_INVALID, "", "缺 %s", missing);
	return error_hint(error, "用法：luodid --help");
}

/* Loop thread. */
static bool admit(
    void *argument, const struct net_credentials *credentials, struct caller *ret_caller, struct error *error)
{
	struct daemon *daemon = argument;
	bool ok;

	pthread_mutex_lock(&daemon->lock);
	ok = config_admit(daemon->roles, credentials, daemon->caller_name, ret_caller, error);
	if (ok && ret_caller->person != NULL) { /* a reload may free the configuration's own */
		snprintf(daemon->caller_person, sizeof daemon->caller_person, "%s", ret_caller->person);
		ret_caller->person = daemon->caller_person;
	}
	pthread_mutex_unlock(&daemon->lock);
	return ok;
}

/* Writer thread: the store is broken, nothing may be promised any more. */
static void on_broken(void *argument)
{
	struct daemon *daemon = argument;

	net_break(daemon->net);
}

static void log_lines(const char *what, const char *lines)
{
	while (*lines != '\0') {
		int length = (int)strcspn(lines, "\n");

		if (length > 0)
			log_info("%s：%.*s", what, length, lines);
		lines += length + (lines[length] == '\n');
	}
}

static void reload_config(struct daemon *daemon)
{
	struct error error;
	struct config *config, *old;

	if (daemon->options.config == NULL)
		return;
	config = config_read(daemon->host_program, daemon->options.config, &error);
	if (config == NULL) {
		log_error("重新读配置：%s %s；照旧用原来的", error.sentence, error.hint);
		return;
	}
	pthread_mutex_lock(&daemon->lock);
	old = daemon->roles;
	daemon->roles = config;
	pthread_mutex_unlock(&daemon->lock);
	if (old != daemon->config)
		config_free(old);
	log_info("重新读配置：%zu 条权限，从新的连接起；其余的项要重启才变", config->role_count);
}

/* Long thread. What can't be read leaves what runs in force. */
static void reload(void *argument)
{
	struct daemon *daemon = argument;
	struct buffer summary, faults;
	struct error error;

	reload_config(daemon);
	buffer_init(&summary, FAULTS_LARGEST);
	buffer_init(&faults, FAULTS_LARGEST);
	if (engine_reload(daemon->engine, &summary, &faults, &error)) {
		log_lines("重新读插件", buffer_text(&summary));
	} else {
		log_error("重新读插件：%s；照旧用原来的", error.sentence);
		log_lines("重新读插件", buffer_text(&faults));
	}
	buffer_clear(&summary);
	buffer_clear(&faults);
}

/* Loop thread. */
static void on_signal(void *argument, int number)
{
	struct daemon *daemon = argument;
	struct error error;

	if (number != SIGHUP) {
		sd_notify(0, "STOPPING=1");
		net_stop(daemon->net);
	} else if (!engine_post(daemon->engine, ENGINE_LONG, reload, daemon, &error)) {
		log_warning("重新读：%s；再发一次 SIGHUP", error.sentence);
	}
}

static bool open_net(struct daemon *daemon, struct error *error)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	struct net_options options = {
	    .socket_path = daemon->options.socket,
	    .mode = daemon->config->socket_mode,
	    .peers = daemon->config->peers,
	    .peers_of_user = daemon->config->peers_of_user,
	    .admit = admit,
	    .argument = daemon,
	};

	daemon->net = net_new(daemon->engine, &options, error);
	if (daemon->net == NULL)
		return false;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (!net_add_signal(daemon->net, signals[i], on_signal, daemon, error))
			return false;
	engine_on_broken(daemon->engine, on_broken, daemon);
	return net_listen(daemon->net, error);
}

static void say_ready(const struct daemon *daemon)
{
	struct pool *pool = pool_new();
	struct engine_status status;

	engine_status(daemon->engine, pool, &status);
	fprintf(stderr, "luodid: 就绪 %s  插件集 %.12s  #%lld\n", daemon->options.socket, status.set_hash,
	    (long long)status.seq);
	pool_free(pool);
	sd_notify(0, "READY=1");
}

static int status_of(const struct error *error)
{
	switch (error->code) {
	case ERROR_IN_USE:
		return EXIT_STATUS_IN_USE;
	case ERROR_OUTCOME_UNKNOWN: /* a sync failed: another process may find it well, this one can't tell */
		return EXIT_STATUS_DISK;
	default:
		return EXIT_STATUS_BROKEN;
	}
}

static int serve_open(struct daemon *daemon)
{
	struct error error;
	enum net_end end;

	if (!open_net(daemon, &error)) {
		engine_close(daemon->engine);
		net_free(daemon->net);
		return complain(&error, status_of(&error));
	}
	say_ready(daemon);
	end = net_run(daemon->net);
	if (end == NET_BROKEN) {
		/* The disk said no in a way that nothing can be built on. Whoever waits is told, as far as is known; the rest is for
		 * the next start, which reads what really is there. */
		net_say_last(daemon->net);
		log_error("luodid：数据写不下去了，马上退出；查磁盘，再启动");
		_exit(EXIT_STATUS_DISK);
	}
	engine_close(daemon->engine);
	net_free(daemon->net);
	return EXIT_STATUS_DONE;
}

static int serve(struct daemon *daemon)
{
	struct engine_options options;
	struct error error;
	struct buffer faults;

	if (!settle_options(daemon, &error) ||
	    !identity_settle(
		daemon->config->user, daemon->options.allow_root, daemon->options.data, daemon->options.socket, &error))
		return complain(&error, EXIT_STATUS_USAGE);
	identity_harden();
	clock_set_zone(daemon->config->zone_minutes);
	if (!date_is_none(daemon->options.today))
		clock_fix_today(daemon->options.today);
	options = engine_options_of(daemon);
	buffer_init(&faults, FAULTS_LARGEST);
	daemon->engine = engine_open(&options, &faults, &error);
	if (daemon->engine == NULL) {
		print_lines(stderr, &faults);
		buffer_clear(&faults);
		return complain(&error, status_of(&error));
	}
	print_lines(stderr, &faults);
	buffer_clear(&faults);
	return serve_open(daemon);
}

static int check_config(const struct daemon *daemon)
{
	if (daemon->options.config == NULL) {
		fprintf(stderr, "luodid: 要检查哪个文件？\n  luodid --config 文件 --check-config\n");
		return EXIT_STATUS_USAGE;
	}
	printf("%s 没有问题：%zu 条权限\n", daemon->options.config, daemon->config->role_count);
	return EXIT_STATUS_DONE;
}

static int check_plugin(const struct daemon *daemon)
{
	struct engine_options options = engine_options_of(daemon);
	struct buffer out;
	bool ok;

	buffer_init(&out, FAULTS_LARGEST);
	ok = daemon->options.task == TASK_CHECK_PLUGIN ? engine_check_plugin(daemon->options.plugin, &options, &out)
						       : engine_test_plugin(daemon->options.plugin, &options, &out);
	print_lines(stdout, &out);
	buffer_clear(&out);
	return ok ? EXIT_STATUS_DONE : EXIT_STATUS_BROKEN;
}

static int run(struct daemon *daemon)
{
	struct error error;
	int status;

	if (!find_host_program(daemon->host_program, &error))
		return complain(&error, EXIT_STATUS_BROKEN);
	daemon->config = config_read(daemon->host_program, daemon->options.config, &error);
	if (daemon->config == NULL)
		return complain(&error, EXIT_STATUS_BROKEN);
	daemon->roles = daemon->config;
	if (daemon->options.task == TASK_CHECK_CONFIG)
		status = check_config(daemon);
	else if (daemon->options.task == TASK_SERVE)
		status = serve(daemon);
	else
		status = check_plugin(daemon);
	if (daemon->roles != daemon->config)
		config_free(daemon->roles);
	config_free(daemon->config);
	return status;
}

int daemon_main(int argc, char **argv)
{
	struct daemon daemon = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct error error;
	int status = EXIT_STATUS_DONE;

	if (!options_read(argc, argv, &daemon.options, &error))
		return complain(&error, EXIT_STATUS_USAGE);
	if (daemon.options.task == TASK_HELP)
		fputs(options_help, stdout);
	else if (daemon.options.task == TASK_VERSION)
		printf("luodid %s\n", LUODI_VERSION);
	else
		status = run(&daemon);
	if (fflush(stdout) != 0)
		return EXIT_STATUS_BROKEN;
	return status;
}
