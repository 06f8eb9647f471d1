/* figure: the numbers that are reported. explain: the records behind one, and those left out, each with why. */
#include "client/client.h"
#include "client/screen.h"
#include "client/value.h"

#include "base/date.h"
#include "base/number.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_SHOWN = 12 };

/* "33/43 = 76.7%", "21", "12.28亿". */
static const char *figure_text(struct client *client, const json_t *figure)
{
	const char *text = answer_text(figure, "text");
	int64_t numerator = answer_integer(figure, "numerator", 0),
		denominator = answer_integer(figure, "denominator", 0);
	char *place = pool_alloc(client->pool, NUMBER_TEXT_SIZE);

	if (*text != '\0')
		return text;
	if (denominator > 0)
		return pool_format(client->pool, "%" PRId64 "/%" PRId64 " = %s", numerator, denominator,
		    fraction_format_percent(numerator, denominator, 1, place));
	return value_show(client->pool, NULL, answer_member(figure, "value"), NULL);
}

/* A stated value as people write it, and, where the figure is a share, as millionths. false: it is none. */
static bool read_stated(
    struct client *client, const json_t *figure, const json_t *one, const char **ret_shown, int64_t *ret_millionths)
{
	struct error error;

	*ret_shown = answer_text(one, "value");
	if (strcmp(answer_text(figure, "unit"), "percent") != 0 ||
	    !percent_parse(*ret_shown, "", ret_millionths, &error))
		return false;
	*ret_shown = percent_format(*ret_millionths, pool_alloc(client->pool, NUMBER_TEXT_SIZE));
	return true;
}

/* "对外表述 75%", more of them behind a comma; "" when nothing was stated. */
static const char *stated_text(struct client *client, const json_t *figure)
{
	const json_t *stated = answer_member(figure, "stated");
	const char *line = "", *shown;
	int64_t millionths;

	for (size_t i = 0; i < json_array_size(stated); i++) {
		(void)read_stated(client, figure, json_array_get(stated, i), &shown, &millionths);
		line = pool_format(client->pool, "%s%s%s", line, i == 0 ? "对外表述 " : "、", shown);
	}
	return line;
}

/* "43 项的 75% 是 32.25 项，数不出来；数出来的是 32 项，74.4%": what was said beside what was counted. "" when they agree, or are no
 * counts. */
static const char *stated_against_counted(struct client *client, const json_t *figure, int64_t millionths)
{
	int64_t numerator = answer_integer(figure, "numerator", 0),
		denominator = answer_integer(figure, "denominator", 0), said;
	char *places[3];

	for (size_t i = 0; i < 3; i++)
		places[i] = pool_alloc(client->pool, NUMBER_TEXT_SIZE);
	if (denominator <= 0 || strcmp(answer_text(figure, "type"), "int") != 0 ||
	    !number_multiply(denominator, millionths, &said) || said == numerator * 1000000)
		return "";
	return pool_format(client->pool, "%" PRId64 " 项的 %s 是 %s 项%s；数出来的是 %" PRId64 " 项，%s", denominator,
	    percent_format(millionths, places[0]), decimal_format(said, places[1]),
	    said % 1000000 != 0 ? "，数不出来" : "", numerator,
	    fraction_format_percent(numerator, denominator, 1, places[2]));
}

/* The day it was stated; "" where its source begins with a day of its own, "2022-07-06 讲话稿". */
static const char *day_stated(struct client *client, const json_t *one)
{
	const char *source = answer_text(one, "source");
	struct error error;
	struct date own;

	return date_parse(pool_copy_bytes(client->pool, source, strcspn(source, " ")), "", &own, &error)
	    ? ""
	    : answer_text(one, "on");
}

/* A line for each stated value, with when and where it was said. */
static void print_stated(struct client *client, const json_t *figure)
{
	const json_t *stated = answer_member(figure, "stated");

	for (size_t i = 0; i < json_array_size(stated); i++) {
		const json_t *one = json_array_get(stated, i);
		const char *on = day_stated(client, one), *source = answer_text(one, "source"), *shown, *against = "";
		int64_t millionths;

		if (read_stated(client, figure, one, &shown, &millionths))
			against = stated_against_counted(client, figure, millionths);
		client_print(client, "对外表述 %s", shown);
		if (*on != '\0' || *source != '\0')
			client_print(client, "（%s%s%s）", on, *on != '\0' && *source != '\0' ? " " : "", source);
		client_print(client, "%s%s\n", *against != '\0' ? "：" : "", against);
	}
}

/* "  2022上半年  截至 2022-06-30  当时所知 2022-07-06 #4671". */
static void print_when(struct client *client, const json_t *figure, const json_t *result)
{
	const char *period = answer_text(figure, "period_text"), *as_of = answer_text(figure, "as_of"),
		   *known = answer_text(result, "known");
	int64_t seq = answer_integer(result, "seq", 0);

	if (*period != '\0')
		client_print(client, "  %s", value_period(client->pool, period));
	client_print(client, "  截至 %s%s", *as_of != '\0' ? as_of : answer_text(result, "as_of"),
	    answer_truth(figure, "until_today") ? "（今天）" : "");
	if (*known != '\0')
		client_print(client, "  当时所知 %s #%" PRId64, known, seq);
	else
		client_print(client, "  #%" PRId64, seq);
}

static void print_figure(struct client *client, const json_t *figure, const json_t *result)
{
	const char *stated = stated_text(client, figure), *growth = answer_text(figure, "growth");
	struct error error;
	int64_t millionths;

	client_print(client, "%s  %s", answer_text(figure, "title"), figure_text(client, figure));
	if (*growth != '\0' && decimal_parse(growth, "", &millionths, &error))
		client_print(client, "  同比 %s%s", millionths > 0 ? "+" : "",
		    percent_format(millionths, pool_alloc(client->pool, NUMBER_TEXT_SIZE)));
	print_when(client, figure, result);
	client_print(client, "%s%s\n", *stated != '\0' ? "  " : "", stated);
}

static void show_csv(struct client *client, const json_t *result)
{
	static const char *const TITLES[] = {"数", "名称", "值", "分子", "分母", "期间", "截至"};
	const json_t *figures = answer_member(result, "figures");
	struct table *table = table_new(client->pool);

	for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++)
		table_add_column(table, TITLES[i], ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(figures); i++) {
		const json_t *figure = json_array_get(figures, i);
		static const char *const NUMBERS[] = {"value", "numerator", "denominator"};

		table_add_row(table);
		table_put(table, answer_text(figure, "name"), NULL, TONE_NONE);
		table_put(table, answer_text(figure, "title"), NULL, TONE_NONE);
		for (size_t k = 0; k < 3; k++) {
			const json_t *value = answer_member(figure, NUMBERS[k]);
			const char *text = json_is_integer(value) || json_is_string(value)
			    ? value_show(client->pool, NULL, value, NULL)
			    : "";

			table_put(table, text, text, TONE_NONE);
		}
		table_put(table, answer_text(figure, "period_text"), NULL, TONE_NONE);
		table_put(table, answer_text(figure, "as_of"), NULL, TONE_NONE);
	}
	client_show_table(client, table);
}

static int run_figure(struct client *client)
{
	json_t *params = client_params(client), *result, *names = json_array();
	const json_t *figures;

	for (size_t i = 0; i < client->arguments->word_count; i++)
		json_array_append_new(names, json_string(client->arguments->words[i]));
	if (json_array_size(names) > 0)
		json_object_set(params, "names", names);
	json_decref(names);
	result = client_call(client, "figure.get", params);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	if (client_given(client, OPTION_CSV)) {
		show_csv(client, result);
		return EXIT_DONE;
	}
	figures = answer_member(result, "figures");
	for (size_t i = 0; i < json_array_size(figures); i++)
		print_figure(client, json_array_get(figures, i), result);
	if (json_array_size(figures) == 0)
		client_print(client, "没有声明过数\n");
	return EXIT_DONE;
}

const struct verb verb_figure = {
    .name = "figure",
    .usage = "[数 …]",
    .summary = "上报的数：分子、分母、期间、截至",
    .examples =
	{
	    {"figure", "全部的数"},
	    {"figure {figure} --period 2022上半年", "一个期间的；截至期末，期末未到就是今天"},
	    {"figure {figure} --period 2022上半年 --as-of 2022-06-30 --known 2022-07-06", "当时所知的那个数"},
	},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_PERIOD),
    .words = {WORD_FIGURE, WORD_FIGURE},
    .most = VERBS_MANY,
    .run = run_figure,
};

/* The first few ids of records (objects with "id") or of plain texts. */
static const char *some_ids(struct client *client, const json_t *records)
{
	const char *line = "";
	size_t count = json_array_size(records);

	for (size_t i = 0; i < count && i < IDS_SHOWN; i++) {
		const json_t *record = json_array_get(records, i);

		line = pool_format(client->pool, "%s%s%s", line, i > 0 ? " " : "",
		    json_is_string(record) ? json_string_value(record) : answer_text(record, "id"));
	}
	return count > IDS_SHOWN ? pool_format(client->pool, "%s 等", line) : line;
}

static void put_line(struct client *client, struct table *table, const char *title, int64_t count, const char *text)
{
	table_add_row(table);
	table_put(table, title, NULL, TONE_NONE);
	table_put(table, value_grouped(client->pool, count), NULL, TONE_NONE);
	table_put(table, text, NULL, TONE_NONE);
}

struct group { /* of records */
	const char *title;
	const json_t *ids;
};

/* The most first; else as they came. */
static int compare_groups(const void *a, const void *b)
{
	const struct group *first = a, *second = b;
	size_t first_count = json_array_size(first->ids), second_count = json_array_size(second->ids);

	if (first_count != second_count)
		return first_count < second_count ? 1 : -1;
	return strcmp(answer_text_at(first->ids, 0), answer_text_at(second->ids, 0));
}

/* A line for each stage among the records, the most first. */
static void put_by_stage(struct client *client, struct table *table, const json_t *records)
{
	json_t *groups = json_object();
	struct group *sorted;
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *record = json_array_get(records, i);
		const char *stage =
		    *answer_text(record, "stage_title") != '\0' ? answer_text(record, "stage_title") : "-";

		if (json_object_get(groups, stage) == NULL)
			json_object_set_new(groups, stage, json_array());
		json_array_append_new(json_object_get(groups, stage), json_string(answer_text(record, "id")));
	}
	sorted = pool_alloc_array(client->pool, json_object_size(groups), sizeof *sorted);
	for (void *at = json_object_iter(groups); at != NULL; at = json_object_iter_next(groups, at))
		sorted[count++] = (struct group){json_object_iter_key(at), json_object_iter_value(at)};
	qsort(sorted, count, sizeof *sorted, compare_groups);
	for (size_t i = 0; i < count; i++)
		put_line(client, table, pool_format(client->pool, "  %s", sorted[i].title),
		    (int64_t)json_array_size(sorted[i].ids), some_ids(client, sorted[i].ids));
	json_decref(groups);
}

/* The command that lists those left out for one reason. */
static const char *list_command(struct client *client, const char *kind, const char *filter, const char *as_of)
{
	const char *line;

	if (*kind == '\0' || *filter == '\0')
		return "";
	line = pool_format(
	    client->pool, "luodi list %s %s --as-of %s", kind, arguments_quote(client->pool, filter), as_of);
	if (client_given(client, OPTION_KNOWN))
		line = pool_format(client->pool, "%s --known %s", line,
		    arguments_quote(client->pool, client->arguments->values[OPTION_KNOWN]));
	if (client_given(client, OPTION_KNOWN_SEQ))
		line =
		    pool_format(client->pool, "%s --known-seq %s", line, client->arguments->values[OPTION_KNOWN_SEQ]);
	return line;
}

static void put_reason(
    struct client *client, struct table *table, const char *kind, const json_t *reason, const char *as_of)
{
	int64_t count = answer_integer(reason, "count", 0);
	const char *text = some_ids(client, answer_member(reason, "ids"));

	if (answer_truth(reason, "empty"))
		text = pool_format(client->pool, "%s  补上就可能算进来", text);
	else if (count > IDS_SHOWN)
		text = list_command(client, kind, answer_text(reason, "filter"), as_of);
	put_line(client, table, pool_format(client->pool, "  %s", answer_text(reason, "reason")), count, text);
}

/* What fails a condition first, what is empty and could be filled in last; of both the most first. */
static int compare_reasons(const void *a, const void *b)
{
	const json_t *first = *(const json_t *const *)a, *second = *(const json_t *const *)b;
	bool first_empty = answer_truth(first, "empty"), second_empty = answer_truth(second, "empty");
	int64_t first_count = answer_integer(first, "count", 0), second_count = answer_integer(second, "count", 0);

	if (first_empty != second_empty)
		return first_empty ? 1 : -1;
	if (first_count != second_count)
		return first_count < second_count ? 1 : -1;
	return strcmp(answer_text(first, "reason"), answer_text(second, "reason"));
}

static void put_left_out(struct client *client, struct table *table, const json_t *result, const json_t *figure)
{
	const json_t *left_out = answer_member(result, "left_out");
	const json_t **sorted = pool_alloc_array(client->pool, json_array_size(left_out), sizeof(const json_t *));
	const char *kind = answer_text(result, "kind");
	int64_t total = 0;

	for (size_t i = 0; i < json_array_size(left_out); i++)
		total += answer_integer(json_array_get(left_out, i), "count", 0);
	put_line(client, table, answer_has(figure, "denominator") ? "不在分母的" : "没有算的", total, "");
	for (size_t i = 0; i < json_array_size(left_out); i++)
		sorted[i] = json_array_get(left_out, i);
	qsort(sorted, json_array_size(left_out), sizeof(const json_t *), compare_reasons);
	for (size_t i = 0; i < json_array_size(left_out); i++)
		put_reason(client, table, kind, sorted[i], answer_text(figure, "as_of"));
}

static void print_parts(struct client *client, const json_t *result, const json_t *figure)
{
	const json_t *numerator = answer_member(result, "numerator"), *rest = answer_member(result, "denominator");
	struct table_layout layout = {.width = client->width, .color = client->color, .no_header = true};
	struct table *table = table_new(client->pool);
	int64_t counted = answer_integer(result, "numerator_count", (int64_t)json_array_size(numerator));
	int64_t all = answer_integer(result, "all", 0),
		not_counted = answer_integer(result, "denominator_count", counted) - counted;

	table_add_column(table, "", ALIGN_LEFT);
	table_add_column(table, "", ALIGN_RIGHT);
	table_add_column(table, "", ALIGN_LEFT);
	put_line(client, table, answer_has(figure, "denominator") ? "分子" : "算进来的", counted, "");
	put_by_stage(client, table, numerator);
	if (answer_has(figure, "denominator")) {
		not_counted =
		    not_counted < (int64_t)json_array_size(rest) ? (int64_t)json_array_size(rest) : not_counted;
		put_line(client, table, "分母里没算进的", not_counted, "");
		put_by_stage(client, table, rest);
	} else {
		not_counted = 0;
	}
	put_left_out(client, table, result, figure);
	put_line(client, table, pool_format(client->pool, "全部%s", answer_text(result, "kind_title")), all,
	    pool_format(client->pool, "%" PRId64 " + %" PRId64 " + %" PRId64, counted, not_counted,
		all - counted - not_counted));
	table_print(table, &layout, &client->out);
}

static int run_explain(struct client *client)
{
	json_t *params = client_params(client), *result;
	const json_t *figure;

	json_object_set_new(params, "name", json_string(client->arguments->words[0]));
	result = client_call(client, "figure.explain", params);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	figure = answer_member(result, "figure");
	client_print(client, "%s  %s", answer_text(figure, "title"), figure_text(client, figure));
	print_when(client, figure, result);
	client_print(client, "\n");
	client_print(
	    client, "口径第 %" PRId64 " 版：%s\n", answer_integer(figure, "version", 1), answer_text(figure, "basis"));
	print_stated(client, figure);
	print_parts(client, result, figure);
	return EXIT_DONE;
}

const struct verb verb_explain = {
    .name = "explain",
    .usage = "数",
    .summary = "一个数是怎么来的：分子里有谁，没算进的是谁，为什么",
    .examples = {{"explain {figure} --period 2022上半年", "每一项都有着落：分子 + 没算进的 + 不在分母的 = 全部"}},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_PERIOD),
    .words = {WORD_FIGURE},
    .least = 1,
    .most = 1,
    .run = run_explain,
};
