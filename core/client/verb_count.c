/* count: how many, how much, by whatever. */
#include "client/client.h"
#include "client/light.h"
#include "client/screen.h"
#include "client/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_group(struct client *client, struct table *table, const json_t *result, const json_t *group)
{
	const json_t *by = answer_member(result, "by"), *sums = answer_member(result, "sums");
	int64_t count = answer_integer(group, "count", 0);

	table_add_row(table);
	for (size_t i = 0; i < json_array_size(by); i++) {
		const json_t *column = json_array_get(by, i);
		const char *name = answer_text(column, "name"),
			   *title = answer_text(answer_member(group, "titles"), name);
		const json_t *value = answer_member(answer_member(group, "by"), name);

		if (strcmp(name, "light") == 0)
			table_put(table, light_title(answer_text(answer_member(group, "by"), name)), NULL,
			    light_tone(answer_text(answer_member(group, "by"), name)));
		else if (*title != '\0')
			table_put(table, title, NULL, TONE_NONE);
		else
			value_put(table, client->pool, column, value, NULL);
	}
	table_put(table, value_grouped(client->pool, count), pool_format(client->pool, "%" PRId64, count), TONE_NONE);
	for (size_t i = 0; i < json_array_size(sums); i++) {
		const json_t *column = json_array_get(sums, i);

		value_put(table, client->pool, column,
		    answer_member(answer_member(group, "sum"), answer_text(column, "name")), NULL);
	}
}

/* The whole as the last row: the first cell says so, the other grouping columns stay empty. */
static void put_total(struct client *client, struct table *table, const json_t *result)
{
	const json_t *sums = answer_member(result, "sums");
	size_t by_count = json_array_size(answer_member(result, "by"));
	int64_t count = answer_integer(result, "count", 0);

	table_add_row(table);
	for (size_t i = 0; i < by_count; i++)
		table_put(table, i == 0 ? "合计" : "", NULL, TONE_BOLD);
	table_put(table, value_grouped(client->pool, count), pool_format(client->pool, "%" PRId64, count), TONE_NONE);
	for (size_t i = 0; i < json_array_size(sums); i++) {
		const json_t *column = json_array_get(sums, i);

		value_put(table, client->pool, column,
		    answer_member(answer_member(result, "sum"), answer_text(column, "name")), NULL);
	}
}

struct placed { /* a group, and where the daemon put it */
	const json_t *group, *by;
	size_t place;
};

/* The daemon orders groups by what they are grouped by; lights go by weight instead: red comes first. */
static int compare_groups(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;

	for (size_t i = 0; i < json_array_size(a->by); i++) {
		const char *name = answer_text(json_array_get(a->by, i), "name");
		const json_t *first = answer_member(answer_member(a->group, "by"), name),
			     *second = answer_member(answer_member(b->group, "by"), name);

		if (json_equal(first, second))
			continue;
		if (strcmp(name, "light") == 0)
			return light_rank(answer_text(answer_member(a->group, "by"), name)) -
			    light_rank(answer_text(answer_member(b->group, "by"), name));
		break;
	}
	return a->place < b->place ? -1 : 1;
}

static struct placed *place_groups(struct client *client, const json_t *result)
{
	const json_t *groups = answer_member(result, "groups");
	size_t count = json_array_size(groups);
	struct placed *placed = pool_alloc_array(client->pool, count + 1, sizeof *placed);

	for (size_t i = 0; i < count; i++)
		placed[i] = (struct placed){json_array_get(groups, i), answer_member(result, "by"), i};
	qsort(placed, count, sizeof *placed, compare_groups);
	return placed;
}

static struct table *table_of_groups(struct client *client, const json_t *result)
{
	const json_t *by = answer_member(result, "by"), *sums = answer_member(result, "sums"),
		     *groups = answer_member(result, "groups");
	struct table *table = table_new(client->pool);
	const struct placed *placed = place_groups(client, result);

	for (size_t i = 0; i < json_array_size(by); i++)
		table_add_column(
		    table, answer_text(json_array_get(by, i), "title"), value_alignment(json_array_get(by, i)));
	table_add_column(table, "项", ALIGN_RIGHT);
	for (size_t i = 0; i < json_array_size(sums); i++)
		table_add_column(table, answer_text(json_array_get(sums, i), "title"), ALIGN_RIGHT);
	for (size_t i = 0; i < json_array_size(groups); i++)
		put_group(client, table, result, placed[i].group);
	if (!client_given(client, OPTION_CSV)) /* a sum among the rows would be summed again */
		put_total(client, table, result);
	return table;
}

static void print_single(struct client *client, const json_t *result)
{
	const json_t *sums = answer_member(result, "sums");

	client_print(client, "%s 项  ", value_grouped(client->pool, answer_integer(result, "count", 0)));
	for (size_t i = 0; i < json_array_size(sums); i++) {
		const json_t *column = json_array_get(sums, i);

		client_print(client, "%s %s  ", answer_text(column, "title"),
		    value_show(client->pool, column,
			answer_member(answer_member(result, "sum"), answer_text(column, "name")), NULL));
	}
}

static int run_count(struct client *client)
{
	json_t *params = client_params(client), *result;
	bool grouped;

	json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	client_put_filter(client, params, 1);
	result = client_call(client, "record.count", params);
	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	grouped = json_array_size(answer_member(result, "by")) > 0;
	if ((grouped || client_given(client, OPTION_CSV)) && client_show_table(client, table_of_groups(client, result)))
		return EXIT_DONE;
	if (client_given(client, OPTION_QUIET) || (grouped && client_given(client, OPTION_PLAIN)))
		return EXIT_DONE;
	if (!grouped)
		print_single(client, result);
	screen_print_words(client, result);
	screen_print_tail(client, result);
	return EXIT_DONE;
}

const struct verb verb_count = {
    .name = "count",
    .usage = "种类 [条件]",
    .summary = "数一数，加一加",
    .examples =
	{
	    {"count {kind} --by {stage.title} --sum {money}", "每个阶段几项、{money}多少"},
	    {"count {lit} --by light", "红灯几项、黄灯几项"},
	    {"count {kind} {stage.title}={stage}", "在“{stage}”的有几项"},
	    {"count {kind} --by {enum} --as-of {monthend}", "{monthend} 那天按{enum}分"},
	},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_BY) | OPTION_BIT(OPTION_SUM),
    .words = {WORD_KIND, WORD_FILTER},
    .least = 1,
    .most = VERBS_MANY,
    .run = run_count,
};
