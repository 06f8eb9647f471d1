/* list: records of a kind that answer a filter. find: a word over all kinds. */
#include "client/client.h"
#include "client/light.h"
#include "client/list_columns.h"
#include "client/screen.h"
#include "client/value.h"

#include <inttypes.h>
#include <string.h>

static bool has_lights(const json_t *records)
{
	for (size_t i = 0; i < json_array_size(records); i++)
		if (answer_has(json_array_get(records, i), "light"))
			return true;
	return false;
}

static bool is_column(const json_t *column, const char *name)
{
	return strcmp(answer_text(column, "name"), name) == 0;
}

static void put_record(
    struct client *client, struct table *table, const json_t *columns, const json_t *record, bool lights)
{
	const json_t *titles = answer_member(record, "ref_titles");

	table_add_row(table);
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *column = json_array_get(columns, i);
		const char *light = answer_text(record, "light");

		if (is_column(column, "stage") && *answer_text(record, "stage_title") != '\0')
			table_put(table, answer_text(record, "stage_title"), NULL, TONE_NONE);
		else
			value_put(
			    table, client->pool, column, value_of_record(record, answer_text(column, "name")), titles);
		if (lights && i == 0)
			table_put(table, light_of_record(client->pool, record), NULL, light_tone(light));
	}
}

static struct table *table_of_records(struct client *client, const json_t *result)
{
	const json_t *columns = list_columns(client, result), *records = answer_member(result, "records");
	struct table *table = table_new(client->pool);
	bool lights = has_lights(records);

	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *column = json_array_get(columns, i);
		const char *title = answer_text(column, "title");

		table_add_column(table, *title != '\0' ? title : answer_text(column, "name"), value_alignment(column));
		if (lights && i == 0)
			table_add_column(table, "灯", ALIGN_LEFT);
	}
	for (size_t i = 0; i < json_array_size(records); i++)
		put_record(client, table, columns, json_array_get(records, i), lights);
	return table;
}

/* "合计 计划总投资 12.28亿" when a sum was asked for. */
static void print_sums(struct client *client, const json_t *result)
{
	const json_t *sum = answer_member(result, "sum"), *columns = answer_member(result, "columns"), *value;
	const char *name;
	void *at;
	bool first = true;

	for (at = json_object_iter((json_t *)(uintptr_t)sum); at != NULL;
	     at = json_object_iter_next((json_t *)(uintptr_t)sum, at)) {
		const json_t *column = NULL;
		json_t *money = NULL;
		const char *title;

		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		for (size_t i = 0; i < json_array_size(columns); i++)
			if (is_column(json_array_get(columns, i), name))
				column = json_array_get(columns, i);
		if (column == NULL && json_is_integer(value) && json_integer_value(value) > 100000)
			column = money = json_pack("{s:s}", "type", "money");
		title = *answer_text(column, "title") != '\0' ? answer_text(column, "title") : name;
		client_print(
		    client, "%s%s %s", first ? "合计 " : "，", title, value_show(client->pool, column, value, NULL));
		json_decref(money);
		first = false;
	}
	if (!first)
		client_print(client, "  ");
}

static int run_list(struct client *client)
{
	json_t *params = client_params(client), *result;
	struct table *table;
	size_t shown;
	int64_t total;

	json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	if (list_wants_all(client))
		json_object_del(params, "columns"); /* then the daemon gives every field */
	client_put_filter(client, params, 1);
	result = client_call(client, "record.list", params);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table = table_of_records(client, result);
	shown = table_rows(table);
	if (client_given(client, OPTION_CSV) || shown > 0)
		if (client_show_table(client, table))
			return EXIT_DONE;
	if (client_given(client, OPTION_QUIET) || client_given(client, OPTION_PLAIN))
		return EXIT_DONE;
	total = answer_integer(result, "total", (int64_t)shown);
	client_print(client, "%s 项  ", value_grouped(client->pool, total));
	if ((int64_t)shown < total && answer_has(result, "next"))
		client_print(
		    client, "这里 %zu 项，接着看：--offset %" PRId64 "  ", shown, answer_integer(result, "next", 0));
	else if ((int64_t)shown < total)
		client_print(client, "这里 %zu 项  ", shown);
	print_sums(client, result);
	screen_print_words(client, result);
	screen_print_tail(client, result);
	light_print_stale(client, light_stale_rules(client, answer_member(result, "records")));
	return EXIT_DONE;
}

const struct verb verb_list = {
    .name = "list",
    .usage = "种类 [条件]",
    .summary = "列出记录；条件并排就是“并且”，有 > < ( ) 时整段加单引号",
    .examples =
	{
	    {"list {kind} {stage.title}={stage}", "{kind.title}里，在“{stage}”的"},
	    {"list {kind} '{stage.title}={stage} {money}>=1亿'", "再加一条：{money}一亿元以上"},
	    {"list {kind} {word}", "名称或正文里有的：汉字、拼音、首字母都行"},
	    {"list {lit} light=red --as-of {monthend}", "{monthend} 那天是红灯的；今天为什么红：luodi why 编号"},
	    {"list {kind} --as-of {monthend} --sort -{money}", "{monthend} 那天的样子，{money}从大到小"},
	    {"list {kind2} --limit 20", "别的种类也一样；见 luodi kinds"},
	},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_COLUMNS) | OPTION_BIT(OPTION_SORT) | OPTION_BIT(OPTION_LIMIT) |
	OPTION_BIT(OPTION_OFFSET) | OPTION_BIT(OPTION_SUM),
    .words = {WORD_KIND, WORD_FILTER},
    .least = 1,
    .most = VERBS_MANY,
    .run = run_list,
};

static int run_find(struct client *client)
{
	json_t *params = client_params(client), *result;
	const json_t *records;
	struct table *table = table_new(client->pool);
	const char *word = "";

	for (size_t i = 0; i < client->arguments->word_count; i++)
		word = pool_format(client->pool, "%s%s%s", word, i > 0 ? " " : "", client->arguments->words[i]);
	json_object_set_new(params, "word", json_string(word));
	result = client_call(client, "record.find", params);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "编号", ALIGN_LEFT);
	table_add_column(table, "名称", ALIGN_LEFT);
	table_add_column(table, "阶段", ALIGN_LEFT);
	table_add_column(table, "找到的是", ALIGN_LEFT);
	records = answer_member(result, "records");
	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *record = json_array_get(records, i);
		const char *by = answer_text(record, "by"), *stage = answer_text(record, "stage_title");

		table_add_row(table);
		table_put(table, answer_text(record, "id"), NULL, TONE_NONE);
		table_put(table, answer_text(record, "title"), NULL, TONE_NONE);
		table_put(table, *stage != '\0' ? stage : "-", NULL, TONE_NONE);
		table_put(table,
		    pool_format(client->pool, "%s%s",
			strcmp(by, "pinyin") == 0	  ? "拼音："
			    : strcmp(by, "initials") == 0 ? "首字母："
							  : "",
			answer_text(record, "match")),
		    NULL, TONE_NONE);
	}
	if ((client_given(client, OPTION_CSV) || table_rows(table) > 0) && client_show_table(client, table))
		return EXIT_DONE;
	if (!client_given(client, OPTION_PLAIN) && !client_given(client, OPTION_QUIET)) {
		client_print(client, "%s 项  ",
		    value_grouped(client->pool, answer_integer(result, "total", (int64_t)table_rows(table))));
		screen_print_tail(client, result);
	}
	return EXIT_DONE;
}

const struct verb verb_find = {
    .name = "find",
    .usage = "词",
    .summary = "在所有种类里找：汉字、拼音、首字母",
    .examples = {{"find {word}", "名称或正文里有的，不管哪一种"}},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_LIMIT),
    .words = {WORD_TEXT},
    .least = 1,
    .most = VERBS_MANY,
    .run = run_find,
};
