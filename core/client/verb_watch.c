/* watch: a line for each event, as it happens, from a number on without a gap. */
#include "client/client.h"
#include "client/complain.h"
#include "client/screen.h"
#include "client/value.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t interrupted;

struct watching {
	struct client *client;
	int64_t seen;
	bool lost; /* we read too slowly, and were dropped */
};

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: a read must come back */

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void print_event(struct client *client, const json_t *event)
{
	const char *id = answer_text(event, "id"), *title = answer_text(event, "title");

	client_print(client, "#%" PRId64 "  %s  %s", answer_integer(event, "seq", 0),
	    value_moment(client->pool, answer_text(event, "recorded_at"), true), answer_text(event, "actor"));
	if (*id != '\0')
		client_print(client, "  %s%s%s", id, *title != '\0' ? " " : "", title);
	client_print(client, "  %s\n", screen_event_text(client, event));
}

static bool on_event(void *argument, const char *method, const json_t *params)
{
	struct watching *watching = argument;
	const json_t *event = answer_member(params, "event");

	if (strcmp(method, "watch.lost") == 0) {
		watching->lost = true;
		return false;
	}
	if (strcmp(method, "watch.event") != 0 || event == NULL)
		return true;
	watching->seen = answer_integer(event, "seq", watching->seen);
	if (client_given(watching->client, OPTION_JSON))
		client_print_json(watching->client, event);
	else
		print_event(watching->client, event);
	client_flush(watching->client);
	return !watching->client->output_failed;
}

/* The command to go on with. */
static const char *command_since(struct client *client, int64_t seen)
{
	const char *line = "luodi watch";

	for (size_t i = 0; i < client->arguments->word_count; i++)
		line = pool_format(
		    client->pool, "%s %s", line, arguments_quote(client->pool, client->arguments->words[i]));
	return pool_format(client->pool, "%s --since %" PRId64, line, seen);
}

static int run_watch(struct client *client)
{
	struct watching watching = {.client = client, .seen = client->arguments->integers[OPTION_SINCE]};
	json_t *params = client_params(client), *started;
	enum call_result ended;

	if (client->arguments->word_count > 0)
		json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	client_put_filter(client, params, 1);
	started = client_call_notified(client, "watch.start", params, on_event, &watching);
	if (started == NULL)
		return client->status;
	if (!client_given(client, OPTION_SINCE) && watching.seen == 0)
		watching.seen = answer_integer(started, "seq", 0);
	catch_signals();
	ended = connection_listen(client->connection, on_event, &watching, &interrupted);
	if (interrupted || client->output_failed) {
		client_say(
		    client, "看到 #%" PRId64 "；接着看：%s", watching.seen, command_since(client, watching.seen));
		return EXIT_DONE; /* output that failed is told by client_finish */
	}
	if (ended == CALL_STOPPED && watching.lost)
		client_say(client, "稍后再试：看得太慢，luodid 不等了");
	else
		client_say(client, "连不上 luodid：%s", connection_fault(client->connection));
	client_say(client, "  看到 #%" PRId64 "；接着看：%s", watching.seen, command_since(client, watching.seen));
	return watching.lost ? EXIT_AGAIN : EXIT_NO_DAEMON;
}

const struct verb verb_watch = {
    .name = "watch",
    .usage = "[种类 [条件]]",
    .summary = "有事就出一行，直到按 Ctrl-C",
    .examples =
	{
	    {"watch", "从现在起，所有的"},
	    {"watch {kind} {stage.title}={stage}", "只看一部分"},
	    {"watch {kind} --since 4739 --json", "从 #4739 之后接着，一行一份 JSON"},
	},
    .options = OPTION_BIT(OPTION_SINCE),
    .words = {WORD_KIND, WORD_FILTER},
    .most = VERBS_MANY,
    .run = run_watch,
};
