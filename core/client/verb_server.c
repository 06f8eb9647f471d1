/* status, doctor, verify, backup, plugins, reload: the daemon itself. */
#include "client/client.h"
#include "client/complain.h"
#include "client/screen.h"
#include "client/value.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static json_t *call_plain(struct client *client, const char *method)
{
	return client_call(client, method, client_params(client));
}

static const char *size_text(struct pool *pool, int64_t bytes)
{
	if (bytes >= INT64_C(10) << 30)
		return pool_format(pool, "%" PRId64 " GB", bytes >> 30);
	return bytes >= 10 << 10 ? pool_format(pool, "%" PRId64 " MB", (bytes + (1 << 19)) >> 20)
				 : pool_format(pool, "%" PRId64 " B", bytes);
}

static int run_status(struct client *client)
{
	json_t *result = call_plain(client, "server.status");

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	if (answer_truth(result, "read_only"))
		client_print(client, "只读，自 %s：%s  #%" PRId64 "  查询正常",
		    value_moment(client->pool, answer_text(result, "read_only_since"), false),
		    answer_text(result, "read_only_reason"), answer_integer(result, "seq", 0));
	else
		client_print(client, "正常  #%" PRId64, answer_integer(result, "seq", 0));
	client_print(client, "  插件集 %.4s  %" PRId64 " 位在用  %s  luodid %s\n",
	    *answer_text(result, "plugins") != '\0' ? answer_text(result, "plugins") : "-",
	    answer_integer(result, "peers", 0), answer_text(result, "today"), answer_text(result, "version"));
	return EXIT_DONE;
}

const struct verb verb_status = {
    .name = "status",
    .usage = "",
    .summary = "luodid 好不好，记到哪里",
    .examples = {{"status", "一行"}, {"status --json", "全部细节"}},
    .run = run_status,
};

static void print_check(struct client *client, bool good, bool *all_good, const char *title, const char *text)
{
	client_print_toned(client, good ? "好  " : "不好", good ? TONE_GREEN : TONE_RED);
	client_print(client, "  %s  %s\n", title, text);
	*all_good = *all_good && good;
}

static void check_writing(struct client *client, const json_t *status, bool *good)
{
	bool read_only = answer_truth(status, "read_only");
	int64_t free_bytes = answer_integer(status, "free_bytes", -1);

	print_check(client, !read_only, good, "写入", read_only ? answer_text(status, "read_only_reason") : "收");
	if (free_bytes >= 0)
		print_check(client, free_bytes >= 512 << 20, good, "磁盘",
		    pool_format(client->pool, "余 %s，数据 %s%s", size_text(client->pool, free_bytes),
			size_text(client->pool, answer_integer(status, "data_bytes", 0)),
			free_bytes >= 512 << 20 ? "" : "；快满了，先腾出地方"));
}

static void check_plugins(struct client *client, bool *good)
{
	json_t *result = client_try(client, "plugin.list", json_object());
	const json_t *plugins = answer_member(result, "plugins");
	const char *aside = "";

	for (size_t i = 0; i < json_array_size(plugins); i++)
		if (strcmp(answer_text(json_array_get(plugins, i), "state"), "active") != 0)
			aside =
			    pool_format(client->pool, "%s %s", aside, answer_text(json_array_get(plugins, i), "name"));
	if (result == NULL)
		print_check(client, false, good, "插件", "问不出来");
	else
		print_check(client, *aside == '\0', good, "插件",
		    *aside == '\0' ? pool_format(client->pool, "%zu 个在用", json_array_size(plugins))
				   : pool_format(client->pool, "停用了%s；看 luodi plugins", aside));
}

static int run_doctor(struct client *client)
{
	json_t *result = call_plain(client, "server.status");
	const char *path = connection_path(client->arguments->values[OPTION_SOCKET]);
	bool good = true;
	int64_t restarts, queue;

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	print_check(client, true, &good, "连接", path);
	print_check(client, strcmp(answer_text(result, "version"), LUODI_VERSION) == 0, &good, "版本",
	    pool_format(client->pool, "luodid %s，luodi %s", answer_text(result, "version"), LUODI_VERSION));
	check_writing(client, result, &good);
	check_plugins(client, &good);
	restarts = answer_integer(result, "host_restarts", 0);
	print_check(client, restarts < 10, &good, "插件进程",
	    restarts == 0 ? "没有重启过"
			  : pool_format(client->pool, "重启过 %" PRId64 " 次；看 luodi plugins", restarts));
	queue = answer_integer(result, "queue", 0);
	print_check(client, queue < 500, &good, "排队", pool_format(client->pool, "%" PRId64 " 件在等", queue));
	client_print(client, "今天 %s  记到 #%" PRId64 "  账是否完好：luodi verify\n", answer_text(result, "today"),
	    answer_integer(result, "seq", 0));
	return good ? EXIT_DONE : EXIT_REFUSED;
}

const struct verb verb_doctor = {
    .name = "doctor",
    .usage = "",
    .summary = "逐项看一遍：连接、版本、写入、磁盘、插件",
    .examples = {{"doctor", "有一项不好就退出 1"}},
    .run = run_doctor,
};

/* How far a long call is, on stderr, when somebody may be looking. */
static bool show_progress(void *argument, const char *method, const json_t *params)
{
	struct client *client = argument;
	int64_t done = answer_integer(params, "done", 0), total = answer_integer(params, "total", 0);

	if (strcmp(method, "progress") == 0 && client->error_terminal && !client_given(client, OPTION_QUIET))
		client_progress(client, done, total);
	return true;
}

static int run_verify(struct client *client)
{
	json_t *result = client_call_notified(client, "journal.verify", client_params(client), show_progress, client);
	const char *first, *head;
	struct pool *pool = client->pool;

	client_progress_end(client);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return EXIT_DONE;
	first = answer_text(result, "first_recorded_at");
	head = answer_text(result, "head");
	if (strlen(head) > 8)
		head = pool_format(pool, "%.4s…%s", head, head + strlen(head) - 4);
	client_print(client, "账    %s 条，%.10s 到 %.10s，一环不缺  头 %s\n",
	    value_grouped(pool, answer_integer(result, "events", 0)), first, answer_text(result, "last_recorded_at"),
	    *head != '\0' ? head : "-");
	client_print(client, "重算  从头叠一遍，%s 条记录、%s 段状态与现存一致\n",
	    value_grouped(pool, answer_integer(result, "records", 0)),
	    value_grouped(pool, answer_integer(result, "states", 0)));
	client_print(client, "完好\n");
	return EXIT_DONE;
}

const struct verb verb_verify = {
    .name = "verify",
    .usage = "",
    .summary = "账一环不缺？从头重算一遍，和现存的比",
    .examples = {{"verify", "坏了哪里会说清楚，退出 1"}},
    .run = run_verify,
};

static int run_backup(struct client *client)
{
	const char *path = client->arguments->words[0];
	json_t *params = client_params(client), *result;
	char here[PATH_MAX];

	if (*path != '/') { /* luodid has another idea of "here" */
		if (getcwd(here, sizeof here) == NULL) {
			client_say(client, "出错：不知道现在在哪个文件夹：%s", strerror(errno));
			json_decref(params);
			return EXIT_REFUSED;
		}
		path = pool_format(client->pool, "%s/%s", here, path);
	}
	json_object_set_new(params, "path", json_string(path));
	result = client_call_notified(client, "store.backup", params, show_progress, client);
	client_progress_end(client);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return EXIT_DONE;
	client_print(client, "%s  %s 字节  #%" PRId64 "  写下时查过，是完好的\n",
	    *answer_text(result, "path") != '\0' ? answer_text(result, "path") : path,
	    value_grouped(client->pool, answer_integer(result, "bytes", 0)), answer_integer(result, "seq", 0));
	return EXIT_DONE;
}

const struct verb verb_backup = {
    .name = "backup",
    .usage = "文件",
    .summary = "一边用一边备份；文件由 luodid 写，不能已经有",
    .examples = {{"backup /var/backups/luodi-2022-07-18.db", "写完查过才算"}},
    .words = {WORD_FILE},
    .least = 1,
    .most = 1,
    .run = run_backup,
};

static int run_plugins(struct client *client)
{
	json_t *result = call_plain(client, "plugin.list");
	const json_t *plugins = answer_member(result, "plugins");
	struct table *table = table_new(client->pool);
	size_t aside = 0;

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "插件", ALIGN_LEFT);
	table_add_column(table, "状态", ALIGN_LEFT);
	table_add_column(table, "声明", ALIGN_RIGHT);
	table_add_column(table, "出错", ALIGN_RIGHT);
	table_add_column(table, "最近一次", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(plugins); i++) {
		const json_t *plugin = json_array_get(plugins, i);
		bool active = strcmp(answer_text(plugin, "state"), "active") == 0;
		const char *declarations =
		    pool_format(client->pool, "%" PRId64, answer_integer(plugin, "declarations", 0));
		const char *faults = pool_format(client->pool, "%" PRId64, answer_integer(plugin, "faults", 0));
		const char *fault = answer_text(plugin, "last_fault"), *at = answer_text(plugin, "last_fault_at");

		aside += active ? 0 : 1;
		table_add_row(table);
		table_put(table, answer_text(plugin, "name"), NULL, TONE_NONE);
		table_put(table, active ? "在用" : "停用", NULL, active ? TONE_NONE : TONE_RED);
		table_put(table, declarations, declarations, TONE_NONE);
		table_put(table, faults, faults, TONE_NONE);
		table_put(table,
		    *fault != '\0' ? pool_format(client->pool, "%s %s", value_moment(client->pool, at, false), fault)
				   : "-",
		    NULL, TONE_NONE);
	}
	if (client_show_table(client, table) || client_given(client, OPTION_PLAIN))
		return EXIT_DONE;
	client_print(client, "插件集 %.4s  %zu 个在用", answer_text(result, "set"), json_array_size(plugins) - aside);
	if (aside > 0)
		client_print(client, "，%zu 个停用  改好：luodi plugin check 文件夹，然后 luodi reload", aside);
	client_print(client, "\n");
	return EXIT_DONE;
}

const struct verb verb_plugins = {
    .name = "plugins",
    .usage = "",
    .summary = "装着哪些插件，谁出过错",
    .examples = {{"plugins", "停用的排在眼前，错在哪个文件哪一行"}},
    .run = run_plugins,
};

static int run_reload(struct client *client)
{
	json_t *result = call_plain(client, "plugin.reload");
	const json_t *summary = answer_member(result, "summary");

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return EXIT_DONE;
	for (size_t i = 0; i < json_array_size(summary); i++)
		client_print(client, "%s\n", answer_text_at(summary, i));
	client_print(client, "插件集 %.4s\n", answer_text(result, "set"));
	return EXIT_DONE;
}

const struct verb verb_reload = {
    .name = "reload",
    .usage = "",
    .summary = "重读插件：全换上，或者一个也不换",
    .examples = {{"reload", "有错就不换，正在用的不受影响"}},
    .run = run_reload,
};
