/* rpc: a method called as it is; for programs, and for what has no verb yet. version. */
#include "client/client.h"
#include "client/screen.h"

#include <string.h>

static bool print_notification(void *argument, const char *method, const json_t *params)
{
	struct client *client = argument;
	json_t *notification = json_pack("{s:s, s:O?}", "method", method, "params", params);

	client_print_json(client, notification);
	json_decref(notification);
	return !client->output_failed;
}

static int run_rpc(struct client *client)
{
	json_t *params = NULL, *result;
	json_error_t fault;

	if (client->arguments->word_count > 1) {
		params = json_loads(client->arguments->words[1], JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
		if (!json_is_object(params) && !json_is_array(params)) {
			json_decref(params);
			return client_usage(client, "要一个对象，整段加单引号：luodi rpc record.get '{\"id\":\"…\"}'",
			    "参数不是 JSON 对象，第 %d 个字节起：%s", params == NULL ? fault.position : 0,
			    client->arguments->words[1]);
		}
	}
	result = client_call_notified(client, client->arguments->words[0], params, print_notification, client);
	if (result == NULL)
		return client->status;
	client_print_json(client, result);
	return EXIT_DONE;
}

const struct verb verb_rpc = {
    .name = "rpc",
    .usage = "方法 [JSON]",
    .summary = "直接调用一个方法，答复是一行 JSON",
    .examples = {{"rpc server.status", "没有参数"}, {"rpc record.get '{\"id\":\"{id}\"}'", "有参数"},
	{"rpc rpc.discover", "有哪些方法"}},
    .words = {WORD_METHOD, WORD_TEXT},
    .least = 1,
    .most = 2,
    .run = run_rpc,
};

static int run_version(struct client *client)
{
	client_print(client, "luodi %s\n", LUODI_VERSION);
	return EXIT_DONE;
}

const struct verb verb_version = {
    .name = "version", .usage = "", .summary = "版本", .hidden = true, .local = true, .run = run_version};
