/* correct, undo: what was recorded wrong is voided and recorded right; both first show what will read differently. */
#include "client/client.h"
#include "client/screen.h"
#include "client/value.h"

#include "base/number.h"
#include <inttypes.h>
#include <string.h>

/* A number as our screens write it, #4688 or 4688. false: the usage screen is printed. */
static bool take_number(struct client *client, const char *word, const char *what, int64_t *ret_number)
{
	struct error error;

	if (integer_parse(*word == '#' ? word + 1 : word, "", ret_number, &error) && *ret_number > 0)
		return true;
	client_usage(client, NULL, "%s要一个数，写的是“%s”。什么都没有写", what, word);
	return false;
}

static void make_preview(json_t *params)
{
	json_object_set_new(params, "dry_run", json_true());
	json_object_del(params, "request_key");
}

/* NULL: the usage screen is printed. */
static json_t *correct_params(struct client *client, int64_t seq)
{
	json_t *params = client_params(client), *fields = json_object();

	json_object_set_new(params, "seq", answer_new_integer(seq));
	json_object_set_new(params, "fields", fields);
	for (size_t i = 1; i < client->arguments->word_count; i++) {
		const char *word = client->arguments->words[i], *equals = strchr(word, '=');

		if (equals == NULL || equals == word) {
			client_usage(client, "写成 字段=值", "“%s”不像 字段=值。什么都没有写", word);
			json_decref(params);
			return NULL;
		}
		json_object_set_new(fields, pool_copy_bytes(client->pool, word, (size_t)(equals - word)),
		    equals[1] != '\0' ? json_string(equals + 1) : json_pack("n"));
	}
	if (json_object_size(fields) == 0)
		json_object_del(params, "fields");
	return params;
}

static bool asks_first(const struct client *client)
{
	return !client_given(client, OPTION_YES) && !client_given(client, OPTION_DRY_RUN);
}

/* Shows what a dry run gave, without its number and batch. */
static void print_preview(struct client *client, const json_t *preview)
{
	client_print(client, "%s  %s  %s\n", answer_text(preview, "id"), answer_text(preview, "title"),
	    screen_write_text(client, preview));
	screen_print_figures(client, preview, SIZE_MAX);
}

static int run_correct(struct client *client)
{
	json_t *params, *preview, *result;
	int64_t seq;
	char answer;

	if (!take_number(client, client->arguments->words[0], "序号", &seq) ||
	    (params = correct_params(client, seq)) == NULL)
		return EXIT_USAGE;
	if (asks_first(client)) {
		json_t *trial = json_copy(params);

		make_preview(trial);
		preview = client_call(client, "event.correct", trial);
		if (preview == NULL) {
			json_decref(params);
			return client->status;
		}
		print_preview(client, preview);
		answer = client_ask(client, "写入？", false);
		if (answer != 'y') {
			json_decref(params);
			return answer == 0 ? EXIT_USAGE : client_declined(client);
		}
	}
	result = client_call(client, "event.correct", params);
	if (result == NULL)
		return client->status;
	screen_print_write(client, result);
	return EXIT_DONE;
}

const struct verb verb_correct = {
    .name = "correct",
    .usage = "序号 [字段=值 …]",
    .summary = "有一件事记错了：作废它，再记对的，一步做完",
    .examples =
	{
	    {"correct 4688 --on {monthend} --note 依据", "日子记错了；序号在 luodi history 里"},
	    {"correct 4688 {money}=1.9亿", "数记错了"},
	    {"correct 4688 --void", "根本没有这回事：只作废"},
	},
    .options = OPTIONS_WRITE | OPTION_BIT(OPTION_VOID) | OPTION_BIT(OPTION_ALL),
    .words = {WORD_NUMBER, WORD_CHANGE},
    .least = 1,
    .most = VERBS_MANY,
    .writes = true,
    .run = run_correct,
};

/* "批次 90  佟雪  07-19 11:05  导入 六月台账.xlsx  14 条". */
static void print_batch(struct client *client, int64_t number)
{
	json_t *result =
	    client_try(client, "batch.list", json_pack("{s:I, s:i}", "before", (json_int_t)number + 1, "limit", 1));
	const json_t *batch = json_array_get(answer_member(result, "batches"), 0);

	if (answer_integer(batch, "batch", 0) != number)
		return;
	client_print(client, "批次 %" PRId64 "  %s  %s  %s  %s 条\n", number, answer_text(batch, "actor"),
	    value_moment(client->pool, answer_text(batch, "recorded_at"), false), answer_text(batch, "what"),
	    value_grouped(client->pool, answer_integer(batch, "events", 0)));
}

static json_t *undo_params(struct client *client, int64_t batch)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "batch", answer_new_integer(batch));
	if (client_given(client, OPTION_YES))
		json_object_set_new(params, "confirm", json_true());
	return params;
}

static void print_undone(struct client *client, const json_t *result)
{
	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return;
	if (answer_truth(result, "dry_run")) {
		client_print(client, "  只是试试，什么都没有写\n");
		return;
	}
	client_print(client, "批次 %" PRId64 "  #%" PRId64 " 作废 %s 条；没有删除，--known-seq %" PRId64 " 仍看得到\n",
	    answer_integer(result, "batch", 0), answer_integer(result, "seq", 0),
	    value_grouped(client->pool, answer_integer(result, "voided", 0)),
	    answer_integer(result, "first_seq", answer_integer(result, "seq", 1)) - 1);
}

static int run_undo(struct client *client)
{
	json_t *params, *result;
	int64_t batch;
	char answer;

	if (!take_number(client, client->arguments->words[0], "批次", &batch))
		return EXIT_USAGE;
	if (asks_first(client) || (client_given(client, OPTION_DRY_RUN) && !client_given(client, OPTION_JSON))) {
		params = undo_params(client, batch);
		make_preview(params);
		result = client_call(client, "batch.undo", params);
		if (result == NULL)
			return client->status;
		print_batch(client, batch);
		client_print(
		    client, "  作废后动到 %s 项\n", value_grouped(client->pool, answer_integer(result, "affected", 0)));
		screen_print_figures(client, result, SIZE_MAX);
		if (client_given(client, OPTION_DRY_RUN)) {
			client_print(client, "  只是试试，什么都没有写\n");
			return EXIT_DONE;
		}
		answer = client_ask(client, "作废？", false);
		if (answer != 'y')
			return answer == 0 ? EXIT_USAGE : client_declined(client);
	}
	result = client_call(client, "batch.undo", undo_params(client, batch));
	if (result == NULL)
		return client->status;
	print_undone(client, result);
	return EXIT_DONE;
}

const struct verb verb_undo = {
    .name = "undo",
    .usage = "批次",
    .summary = "整批作废；不是删除，以前的样子仍看得到",
    .examples = {{"undo 90", "批次在每次写的答复里，也在 luodi batches 里"}, {"undo 90 --dry-run", "看看会动到什么"}},
    .options = OPTIONS_WRITE,
    .words = {WORD_NUMBER},
    .least = 1,
    .most = 1,
    .writes = true,
    .run = run_undo,
};

static int run_batches(struct client *client)
{
	json_t *result = client_call(client, "batch.list", client_params(client));
	const json_t *batches = answer_member(result, "batches");
	struct table *table = table_new(client->pool);

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "批次", ALIGN_RIGHT);
	table_add_column(table, "记录于", ALIGN_LEFT);
	table_add_column(table, "谁", ALIGN_LEFT);
	table_add_column(table, "条", ALIGN_RIGHT);
	table_add_column(table, "做了什么", ALIGN_LEFT);
	table_add_column(table, "序号", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(batches); i++) {
		const json_t *batch = json_array_get(batches, i);
		const char *number = pool_format(client->pool, "%" PRId64, answer_integer(batch, "batch", 0));
		int64_t events = answer_integer(batch, "events", 0);
		const char *what = answer_text(batch, "what");
		int64_t undone = answer_integer(batch, "undone_by", 0);

		table_add_row(table);
		table_put(table, number, number, TONE_NONE);
		table_put(table, value_moment(client->pool, answer_text(batch, "recorded_at"), false), NULL, TONE_NONE);
		table_put(table, answer_text(batch, "actor"), NULL, TONE_NONE);
		table_put(table, value_grouped(client->pool, events), pool_format(client->pool, "%" PRId64, events),
		    TONE_NONE);
		table_put(table,
		    undone > 0 ? pool_format(client->pool, "%s（批次 %" PRId64 " 作废）", what, undone) : what, NULL,
		    TONE_NONE);
		table_put(table,
		    pool_format(client->pool, "#%" PRId64 " 到 #%" PRId64, answer_integer(batch, "first_seq", 0),
			answer_integer(batch, "last_seq", 0)),
		    NULL, TONE_NONE);
	}
	if (!client_show_table(client, table) && !client_given(client, OPTION_PLAIN))
		client_print(client, "%zu 批  反悔：luodi undo 批次\n", json_array_size(batches));
	return EXIT_DONE;
}

const struct verb verb_batches = {
    .name = "batches",
    .usage = "",
    .summary = "每次写入：谁、何时、几条",
    .examples = {{"batches --limit 10", "最近的十批"}},
    .options = OPTION_BIT(OPTION_LIMIT),
    .run = run_batches,
};

static int run_outcome(struct client *client)
{
	json_t *params = client_params(client), *result;

	json_object_set_new(params, "key", json_string(client->arguments->words[0]));
	result = client_call(client, "outcome.get", params);
	if (result == NULL)
		return client->status;
	screen_print_write(client, result);
	return EXIT_DONE;
}

const struct verb verb_outcome = {
    .name = "outcome",
    .usage = "键",
    .summary = "断了线的那次写，到底写了没有",
    .examples = {{"outcome cli-0123456789abcdef", "键在断线时的答复里，或是您自己用 --request-key 给的"}},
    .words = {WORD_TEXT},
    .least = 1,
    .most = 1,
    .run = run_outcome,
};
