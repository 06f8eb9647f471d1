/* plugin check, test, recompute: what its author and an admin do with a plugin. */
#include "client/client.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char *luodid_program(struct client *client)
{
	char path[PATH_MAX], *slash;
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 8);

	if (length <= 0)
		return "luodid";
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return "luodid";
	strcpy(slash + 1, "luodid");
	return access(path, X_OK) == 0 ? pool_copy_text(client->pool, path)
				       : "luodid"; /* beside us, else wherever PATH says */
}

static json_t *recompute_params(struct client *client, bool dry_run)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "kind", json_string(client->arguments->words[1]));
	if (dry_run)
		json_object_set_new(params, "dry_run", json_true());
	return params;
}

static int print_recomputed(struct client *client, const json_t *result)
{
	int64_t changed = answer_integer(result, "changed", 0), faults = answer_integer(result, "faults", 0);

	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return EXIT_DONE;
	client_print(client, "看了 %" PRId64 " 条，自 %s 起 %" PRId64 " 条的值不同",
	    answer_integer(result, "records", 0), answer_text(result, "from"), changed);
	if (client_given(client, OPTION_DRY_RUN))
		client_print(client, "；只是试试，什么都没有写\n");
	else if (changed > 0)
		client_print(client, "，已补记  批次 %" PRId64 "\n", answer_integer(result, "batch", 0));
	else
		client_print(client, "，没有写\n");
	if (faults > 0)
		client_print(
		    client, "%" PRId64 " 条算不出来，留着原来的值；是哪些、为什么，在 luodid 的日志里\n", faults);
	return EXIT_DONE;
}

static int run_recompute(struct client *client)
{
	bool asks = !client_given(client, OPTION_YES) && !client_given(client, OPTION_DRY_RUN);
	json_t *result;
	char answer;

	if (asks) {
		result = client_call(client, "plugin.recompute", recompute_params(client, true));
		if (result == NULL)
			return client->status;
		client_print(client, "自 %s 起，%" PRId64 " 条里有 %" PRId64 " 条的计算字段会变\n",
		    answer_text(result, "from"), answer_integer(result, "records", 0),
		    answer_integer(result, "changed", 0));
		answer = client_ask(client, "重算？", false);
		if (answer != 'y')
			return answer == 0 ? EXIT_USAGE : client_declined(client);
	}
	result = client_call(client, "plugin.recompute", recompute_params(client, false));
	return result == NULL ? client->status : print_recomputed(client, result);
}

static int run_plugin(struct client *client)
{
	const char *action = client->arguments->words[0], *folder = client->arguments->words[1],
		   *program = luodid_program(client);
	const char *command[8] = {program};
	size_t count = 1;

	if (strcmp(action, "recompute") == 0)
		return run_recompute(client);
	if (strcmp(action, "new") == 0 || strcmp(action, "try") == 0)
		return client_usage(client,
		    "现在有的：luodi plugin check 文件夹，luodi plugin test 文件夹，luodi plugin recompute 种类",
		    "还没有这个命令：以后的版本会有（plugin %s）", action);
	if (strcmp(action, "check") != 0 && strcmp(action, "test") != 0)
		return client_usage(
		    client, NULL, "luodi plugin check|test 文件夹，luodi plugin recompute 种类；写的是“%s”", action);
	command[count++] = strcmp(action, "check") == 0 ? "--check-plugin" : "--test-plugin";
	command[count++] = folder;
	if (client_given(client, OPTION_PLUGINS)) {
		command[count++] = "--plugins";
		command[count++] = client->arguments->values[OPTION_PLUGINS];
	}
	client_flush(client);
	execvp(program, (char *const *)(uintptr_t)command);
	client_say(client, "出错：运行不了 %s：%s", program, strerror(errno));
	return EXIT_REFUSED;
}

const struct verb verb_plugin = {
    .name = "plugin",
    .usage = "check|test|recompute 词",
    .summary = "查一个插件，跑它的测试；一个种类的计算字段重算",
    .examples =
	{
	    {"plugin check ./visit --plugins /etc/luodi/plugins", "错在哪个文件哪一行；它依靠的种类在 --plugins"},
	    {"plugin test ./visit --plugins /etc/luodi/plugins", "跑它的 test.lua"},
	    {"plugin recompute {kind} --from {monthend}",
		"计算字段从 {monthend} 起按现在的函数重算；只算今天的不用写，换插件时自己会做"},
	},
    .options =
	OPTION_BIT(OPTION_PLUGINS) | OPTION_BIT(OPTION_FROM) | OPTION_BIT(OPTION_NOTE) | OPTION_BIT(OPTION_DRY_RUN),
    .words = {WORD_TEXT, WORD_FILE},
    .least = 2,
    .most = 2,
    .run = run_plugin,
};
