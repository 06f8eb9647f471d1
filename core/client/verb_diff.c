/* diff: what moved between two days, or between two states of knowledge. */
#include "client/client.h"
#include "client/screen.h"
#include "client/value.h"

#include "base/number.h"
#include <inttypes.h>
#include <string.h>

struct diff_class {
	const char *name, *title;
};

/* In the order of the screen and of its last line. */
static const struct diff_class CLASSES[] = {
    {"new", "新增"},
    {"progressed", "前进"},
    {"regressed", "后退"},
    {"suspended", "停工"},
    {"resumed", "复工"},
    {"finished", "完成"},
    {"given_up", "终止"},
    {"removed", "不再有"},
};
enum { CLASS_COUNT = sizeof CLASSES / sizeof *CLASSES };

static const json_t *items_of(const json_t *result, const char *class)
{
	const json_t *items = answer_member(answer_member(result, "items"), class);

	return items != NULL ? items : answer_member(result, class);
}

static const char *titled(const json_t *item, const char *title, const char *name)
{
	return *answer_text(item, title) != '\0' ? answer_text(item, title) : answer_text(item, name);
}

static const char *item_text(struct client *client, const json_t *item)
{
	const char *from = titled(item, "from_title", "from"), *to = titled(item, "to_title", "to"),
		   *reason = answer_text(item, "reason");
	const char *move = *from == '\0' ? to : *to == '\0' ? from : pool_format(client->pool, "%s → %s", from, to);

	return *reason != '\0' ? pool_format(client->pool, "%s：%s", move, reason) : move;
}

/* "07-18" where both ends lie in one year. */
static const char *item_day(const json_t *result, const json_t *item)
{
	const char *on = answer_text(item, "on");

	if (strlen(on) != 10)
		return "-";
	return strncmp(answer_text(result, "from"), answer_text(result, "to"), 5) == 0 &&
		strncmp(on, answer_text(result, "to"), 5) == 0
	    ? on + 5
	    : on;
}

static struct table *table_of_moves(struct client *client, const json_t *result)
{
	struct table *table = table_new(client->pool);

	table_add_column(table, "变化", ALIGN_LEFT);
	table_add_column(table, "编号", ALIGN_LEFT);
	table_add_column(table, pool_format(client->pool, "%s名称", screen_kind_title(result)), ALIGN_LEFT);
	table_add_column(table, "日期", ALIGN_LEFT);
	table_add_column(table, "何事", ALIGN_LEFT);
	for (size_t class = 0; class < CLASS_COUNT; class ++) {
		const json_t *items = items_of(result, CLASSES[class].name);

		for (size_t i = 0; i < json_array_size(items); i++) {
			const json_t *item = json_array_get(items, i);

			table_add_row(table);
			table_put(table, CLASSES[class].title, NULL, TONE_NONE);
			table_put(table, answer_text(item, "id"), NULL, TONE_NONE);
			table_put(table, answer_text(item, "title"), NULL, TONE_NONE);
			table_put(table, item_day(result, item), answer_text(item, "on"), TONE_NONE);
			table_put(table, item_text(client, item), NULL, TONE_NONE);
		}
	}
	return table;
}

/* A change in 亿 too where the amounts beside it are and two decimals tell it, +0.15亿; else in what it is itself. */
static const char *amount_beside(struct client *client, int64_t change, int64_t to)
{
	static const int64_t YI = INT64_C(10000000000), HUNDREDTH = YI / 100;
	int64_t size = change < 0 ? -change : change;

	if ((to >= YI || to <= -YI) && size < YI && size % HUNDREDTH == 0 && change != 0)
		return pool_format(client->pool, "%s0.%02" PRId64 "亿", change < 0 ? "-" : "", size / HUNDREDTH);
	return money_format_column(change, pool_alloc(client->pool, NUMBER_TEXT_SIZE));
}

/* Both amounts and how far they lie apart; "" where that means nothing. */
static const char *difference(struct client *client, const json_t *item)
{
	const json_t *from = answer_member(item, "from"), *to = answer_member(item, "to");
	int64_t change;

	if (!json_is_integer(from) || !json_is_integer(to) ||
	    !number_subtract(json_integer_value(to), json_integer_value(from), &change))
		return "";
	if (strcmp(answer_text(item, "type"), "money") != 0)
		return pool_format(client->pool, "%+" PRId64, change);
	return pool_format(
	    client->pool, "%s%s", change > 0 ? "+" : "", amount_beside(client, change, json_integer_value(to)));
}

static void add_changes(struct client *client, struct table *table, const json_t *changes)
{
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *item = json_array_get(changes, i);
		json_t *column = json_pack("{s:s}", "type", answer_text(item, "type"));
		const char *from = answer_text(item, "from_text"), *to = answer_text(item, "to_text");
		bool money = strcmp(answer_text(item, "type"), "money") == 0;

		table_add_row(table);
		table_put(table, answer_text(item, "id"), NULL, TONE_NONE);
		table_put(table, titled(item, "field_title", "field"), NULL, TONE_NONE);
		table_put(table,
		    money || *from == '\0' ? value_show(client->pool, column, answer_member(item, "from"), NULL) : from,
		    NULL, TONE_NONE);
		table_put(table,
		    money || *to == '\0' ? value_show(client->pool, column, answer_member(item, "to"), NULL) : to, NULL,
		    TONE_NONE);
		table_put(table, difference(client, item), NULL, TONE_NONE);
		json_decref(column);
	}
}

/* Of all records, those that moved as well too. */
static struct table *table_of_changes(struct client *client, const json_t *result)
{
	struct table *table = table_new(client->pool);

	table_add_column(table, "编号", ALIGN_LEFT);
	table_add_column(table, "列", ALIGN_LEFT);
	table_add_column(table, "原", ALIGN_RIGHT);
	table_add_column(table, "现", ALIGN_RIGHT);
	table_add_column(table, "差", ALIGN_RIGHT);
	add_changes(client, table, items_of(result, "changed"));
	add_changes(client, table, answer_member(result, "also_changed"));
	return table;
}

static size_t distinct_ids(const json_t *changes)
{
	const char *last = "";
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(changes); i++) {
		const char *id = answer_text(json_array_get(changes, i), "id");

		count += strcmp(id, last) != 0;
		last = id;
	}
	return count;
}

static void print_counts(struct client *client, const json_t *result)
{
	const json_t *counts = answer_member(result, "counts");
	size_t changed =
	    distinct_ids(items_of(result, "changed")) + distinct_ids(answer_member(result, "also_changed"));

	client_print(client, "%s 项：", value_grouped(client->pool, answer_integer(result, "total", 0)));
	for (size_t class = 0; class < CLASS_COUNT; class ++)
		if (strcmp(CLASSES[class].name, "removed") != 0 || answer_integer(counts, "removed", 0) > 0)
			client_print(client, "%s %s  ", CLASSES[class].title,
			    value_grouped(client->pool, answer_integer(counts, CLASSES[class].name, 0)));
	client_print(client, "阶段未变 %s",
	    value_grouped(client->pool, answer_integer(counts, "unchanged", 0) + answer_integer(counts, "changed", 0)));
	if (changed > 0)
		client_print(client, "；%zu 项动了字段", changed);
	if (answer_truth(result, "more"))
		client_print(client, "；没有列全");
	client_print(client, "  #%" PRId64 "\n", answer_integer(result, "seq", 0));
}

static int run_diff(struct client *client)
{
	json_t *params = client_params(client), *result;
	struct table *moves, *changes;

	if (!client_given(client, OPTION_FROM) && !client_given(client, OPTION_KNOWN_TO)) {
		json_decref(params);
		return client_usage(client, "或者比两次所知：--as-of 日期 --known 日期 --known-to 日期",
		    "比哪一天和哪一天？luodi diff %s --from 日期 --to 日期", client->arguments->words[0]);
	}
	json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	client_put_filter(client, params, 1);
	result = client_call(client, "record.diff", params);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	moves = table_of_moves(client, result);
	changes = table_of_changes(client, result);
	if ((client_given(client, OPTION_CSV) || table_rows(moves) > 0) && client_show_table(client, moves))
		return EXIT_DONE;
	if (table_rows(changes) > 0)
		client_show_table(client, changes);
	if (!client_given(client, OPTION_PLAIN))
		print_counts(client, result);
	return EXIT_DONE;
}

const struct verb verb_diff = {
    .name = "diff",
    .usage = "种类 --from 日期 --to 日期 [条件]",
    .summary = "两天之间动了什么；坏消息各有各的行",
    .examples =
	{
	    {"diff {kind} --from {monthend} --to today", "{monthend} 以来"},
	    {"diff {kind} --from {monthend} --to today {stage.title}={stage}", "只看一部分"},
	    {"diff {kind} --as-of {monthend} --known {monthend} --known-to today", "同一天，当时所知和现在所知差在哪"},
	},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_FROM) | OPTION_BIT(OPTION_TO) | OPTION_BIT(OPTION_KNOWN_TO),
    .words = {WORD_KIND, WORD_FILTER},
    .least = 1,
    .most = VERBS_MANY,
    .run = run_diff,
};
