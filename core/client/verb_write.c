/* add, set, move, note, drop: changes of one record, one event each. correct and undo: verb_correct.c. */
#include "client/client.h"
#include "client/complain.h"
#include "client/screen.h"

#include <string.h>

/* "field=value" words from index on, into fields; "stage=S" and "S@DATE" too, where the verb takes them. false: the
 * usage screen is printed. */
static bool take_change(struct client *client, json_t *fields, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t length = equals != NULL ? (size_t)(equals - word) : 0;
	const char *name;

	if (length == 0) {
		client_usage(client, "写成 字段=值；值里有空格就整段加引号", "“%s”不像 字段=值。什么都没有写", word);
		return false;
	}
	name = pool_copy_bytes(client->pool, word, length);
	if (json_object_get(fields, name) != NULL) {
		client_usage(client, "留下要的那一个", "字段“%s”写了两次。什么都没有写", name);
		return false;
	}
	json_object_set_new(fields, name, equals[1] != '\0' ? json_string(equals + 1) : json_pack("n"));
	return true;
}

static bool take_changes(struct client *client, json_t *params, size_t index)
{
	json_t *fields = json_object();

	json_object_set_new(params, "fields", fields);
	for (size_t i = index; i < client->arguments->word_count; i++)
		if (!take_change(client, fields, client->arguments->words[i])) {
			json_decref(params);
			return false;
		}
	return true;
}

/* "signed@2022-04-12", without an = before the @. */
static bool is_entry(const char *word)
{
	const char *at = strchr(word, '@'), *equals = strchr(word, '=');

	return at != NULL && at != word && (equals == NULL || (strncmp(word, "stage=", 6) == 0 && at > equals + 1));
}

static void add_entry(struct client *client, json_t *entered, const char *word)
{
	const char *start = strncmp(word, "stage=", 6) == 0 ? word + 6 : word, *at = strchr(start, '@');

	json_array_append_new(entered,
	    json_pack("{s:s, s:s}", "stage", pool_copy_bytes(client->pool, start, (size_t)(at - start)), "on", at + 1));
}

static int show_write(struct client *client, const char *method, json_t *params)
{
	json_t *result = client_call(client, method, params);

	if (result == NULL)
		return client->status;
	screen_print_write(client, result);
	return EXIT_DONE;
}

static int run_add(struct client *client)
{
	json_t *params = client_params(client), *fields = json_object(), *entered = json_array();

	json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	json_object_set_new(params, "fields", fields);
	for (size_t i = 1; i < client->arguments->word_count; i++) {
		const char *word = client->arguments->words[i];

		if (strncmp(word, "stage=", 6) == 0 && !is_entry(word)) {
			json_object_set_new(params, "stage", json_string(word + 6));
		} else if (is_entry(word)) {
			add_entry(client, entered, word);
		} else if (!take_change(client, fields, word)) {
			json_decref(params);
			json_decref(entered);
			return EXIT_USAGE;
		}
	}
	if (json_array_size(entered) > 0)
		json_object_set(params, "entered", entered);
	json_decref(entered);
	return show_write(client, "record.create", params);
}

const struct verb verb_add = {
    .name = "add",
    .usage = "种类 字段=值 …",
    .summary = "记下新的一条，答复里有编号",
    .examples =
	{
	    {"add {kind} {titlefield}=名称 {money}=1.2亿", "新的一条，从第一个阶段开始"},
	    {"add {kind} {titlefield}=名称 stage={stage} --on {monthend}", "{monthend} 那天就在“{stage}”了"},
	    {"add {kind} {titlefield}=名称 {stage}@{monthend}", "补记：哪天到的哪个阶段；可以写几个"},
	},
    .options = OPTIONS_WRITE,
    .words = {WORD_KIND, WORD_CHANGE},
    .least = 1,
    .most = VERBS_MANY,
    .writes = true,
    .run = run_add,
};

static int run_set(struct client *client)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "id", json_string(client->arguments->words[0]));
	if (!take_changes(client, params, 1))
		return EXIT_USAGE;
	return show_write(client, "record.update", params);
}

const struct verb verb_set = {
    .name = "set",
    .usage = "编号或名称 字段=值 …",
    .summary = "改字段；字段= 是清空，字段+=值 字段-=值 是增减选项",
    .examples =
	{
	    {"set {id} {money}=1.9亿", "改{money}"},
	    {"set {id} {money}=1.9亿 --if-version 6", "您看的是第 6 版：别人改过就不写"},
	    {"set {id} {money}= --note 填错了", "清空，写明为什么"},
	    {"set {id} {money}=1.9亿 --on {monthend} --dry-run", "{monthend} 那天就变了；先试试"},
	},
    .options = OPTIONS_WRITE,
    .words = {WORD_RECORD, WORD_CHANGE},
    .least = 2,
    .most = VERBS_MANY,
    .writes = true,
    .run = run_set,
};

static int run_move(struct client *client)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "id", json_string(client->arguments->words[0]));
	json_object_set_new(params, "to", json_string(client->arguments->words[1]));
	if (client->arguments->word_count > 2 && !take_changes(client, params, 2))
		return EXIT_USAGE;
	return show_write(client, "record.move", params);
}

const struct verb verb_move = {
    .name = "move",
    .usage = "编号或名称 阶段 [字段=值 …]",
    .summary = "移到一个阶段；暂停之后回来用 resume",
    .examples =
	{
	    {"move {id} {stage} --on {monthend}", "{monthend} 那天到了“{stage}”"},
	    {"move {id} {stage} {money}=1.9亿 --note 为什么", "同时改字段，写明原因"},
	    {"move {id} resume", "暂停结束，回到原来的阶段"},
	},
    .options = OPTIONS_WRITE,
    .words = {WORD_RECORD, WORD_STAGE, WORD_CHANGE},
    .least = 2,
    .most = VERBS_MANY,
    .writes = true,
    .run = run_move,
};

static int run_note(struct client *client)
{
	json_t *params = client_params(client);
	const char *text = "";

	for (size_t i = 1; i < client->arguments->word_count; i++)
		text = pool_format(client->pool, "%s%s%s", text, i > 1 ? " " : "", client->arguments->words[i]);
	json_object_set_new(params, "id", json_string(client->arguments->words[0]));
	json_object_set_new(params, "text", json_string(text));
	return show_write(client, "record.note", params);
}

const struct verb verb_note = {
    .name = "note",
    .usage = "编号或名称 文字",
    .summary = "记一笔，不改字段：进展、走访",
    .examples = {{"note {id} '设备到了两台'", "记在经过里"}},
    .options = OPTIONS_WRITE,
    .words = {WORD_RECORD, WORD_TEXT},
    .least = 2,
    .most = VERBS_MANY,
    .writes = true,
    .run = run_note,
};

static json_t *drop_params(struct client *client, bool dry_run)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "id", json_string(client->arguments->words[0]));
	if (dry_run) {
		json_object_set_new(params, "dry_run", json_true());
		json_object_del(params, "request_key");
	}
	return params;
}

static int run_drop(struct client *client)
{
	bool asks = !client_given(client, OPTION_YES) && !client_given(client, OPTION_DRY_RUN);
	json_t *preview;
	char answer;

	if (asks) {
		preview = client_call(client, "record.drop", drop_params(client, true));
		if (preview == NULL)
			return client->status;
		client_print(client, "%s  %s  从 %s 起不再有；那以前的日子仍看得到\n", answer_text(preview, "id"),
		    answer_text(preview, "title"), answer_text(preview, "effective_on"));
		screen_print_figures(client, preview, SIZE_MAX);
		answer = client_ask(client, "删去？", false);
		if (answer != 'y')
			return answer == 0 ? EXIT_USAGE : client_declined(client);
	}
	return show_write(client, "record.drop", drop_params(client, false));
}

const struct verb verb_drop = {
    .name = "drop",
    .usage = "编号或名称",
    .summary = "删去记错的一条；有别的记录引用它就不行",
    .examples = {{"drop {id} --note 录重了", "问过再删；以前的日子仍看得到"}},
    .options = OPTIONS_WRITE,
    .words = {WORD_RECORD},
    .least = 1,
    .most = 1,
    .writes = true,
    .run = run_drop,
};

static int run_state(struct client *client)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "name", json_string(client->arguments->words[0]));
	json_object_set_new(params, "value", json_string(client->arguments->words[1]));
	return show_write(client, "figure.state", params);
}

const struct verb verb_state = {
    .name = "state",
    .usage = "数 值 --period 期间 --note 出处",
    .summary = "记下对外说过的数，和数出来的并排",
    .examples = {{"state {figure} 75% --period 2022上半年 --note 讲话稿", "以后 luodi figure 会写“对外表述 75%”"}},
    .options = OPTIONS_WRITE | OPTION_BIT(OPTION_PERIOD),
    .words = {WORD_FIGURE, WORD_TEXT},
    .least = 2,
    .most = 2,
    .writes = true,
    .run = run_state,
};
