/* why: what rules find in a record, since when, and what comes if nothing is done. waive: a finding put aside for a while. */
#include "client/client.h"
#include "client/light.h"
#include "client/screen.h"
#include "text/width.h"

#include "base/date.h"
#include <string.h>

static int widest_sentence(const json_t *found)
{
	static const char *const LISTS[] = {"findings", "coming"};
	int widest = 0;

	for (size_t list = 0; list < sizeof LISTS / sizeof *LISTS; list++) {
		const json_t *items = answer_member(found, LISTS[list]);

		for (size_t i = 0; i < json_array_size(items); i++) {
			int width = text_width(light_sentence(json_array_get(items, i)));

			widest = width > widest ? width : widest;
		}
	}
	return widest;
}

/* "红  自 2022-07-12  签约 97 天仍未开工          signed-too-long": nothing is cut, a sentence is here to be read. */
static void print_line(struct client *client, const json_t *item, const char *day, int width)
{
	const char *level = answer_text(item, "level"), *sentence = light_sentence(item);

	client_print_toned(client, light_title(level), light_tone(level));
	client_print(client, "  自 %s  %s", *day != '\0' ? day : "-", sentence);
	for (int missing = width - text_width(sentence); missing > 0; missing--)
		client_print(client, " ");
	client_print(client, "  %s\n", answer_text(item, "rule"));
}

static void print_findings(struct client *client, const json_t *found, int width)
{
	const json_t *findings = answer_member(found, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);

		print_line(client, finding, answer_text(finding, "since"), width);
		if (!light_counts(finding))
			client_print(client, "    豁免到 %s，%s：%s\n", answer_text(finding, "waived_until"),
			    answer_text(finding, "waived_by"), answer_text(finding, "waived_why"));
		if (answer_truth(finding, "stale"))
			client_print(client, "    旧：规则停了，%s；哪里出的错：luodi plugins\n",
			    strcmp(answer_text(finding, "level"), "unknown") == 0 ? "还没有过答案"
										  : "这是它上一次的答案");
	}
}

/* The light is said where no line above says it: nothing was found, or all of it is waived. */
static void print_light(struct client *client, const json_t *found)
{
	const char *light = answer_text(found, "light");
	const json_t *findings = answer_member(found, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++)
		if (light_counts(json_array_get(findings, i)))
			return;
	client_print_toned(client, light_title(light), light_tone(light));
	client_print(
	    client, "  %s\n", json_array_size(findings) == 0 ? "没有哪条规则说它有事" : "上面的都豁免着，不算在灯里");
}

static bool has_stale(const json_t *found)
{
	const json_t *findings = answer_member(found, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++)
		if (answer_truth(json_array_get(findings, i), "stale"))
			return true;
	return false;
}

static void print_coming(struct client *client, const json_t *found, int width)
{
	const json_t *coming = answer_member(found, "coming");

	if (json_array_size(coming) == 0) {
		client_print(
		    client, has_stale(found) ? "不办的话会怎样不知道：有规则停了\n" : "不办的话，九十天内不会变\n");
		return;
	}
	client_print(client, "不办的话\n");
	for (size_t i = 0; i < json_array_size(coming); i++)
		print_line(client, json_array_get(coming, i), answer_text(json_array_get(coming, i), "on"), width);
}

/* No rule watches the kind; or rules came a moment ago. */
static void print_no_light(struct client *client, const json_t *found)
{
	const char *id = answer_text(found, "id"), *kind = answer_text(found, "kind");

	client_print(client, "%s  %s  ", id, answer_text(found, "title"));
	if (light_is_known(client, kind)) {
		client_print(client, "还没有灯：规则刚装上，还没有问到它；过一会儿再看 luodi why %s\n", id);
	} else {
		client_print(client, "没有灯：没有规则看着 %s 这一种\n", kind);
		client_print(
		    client, "  规则由插件声明（luodi.rule），怎样写见 docs/plugins.md；装上以后 luodi reload\n");
	}
}

static void put_row(struct table *table, const char *when, const json_t *item, const char *day)
{
	table_add_row(table);
	table_put(table, when, NULL, TONE_NONE);
	table_put(table, light_title(answer_text(item, "level")), NULL, TONE_NONE);
	table_put(table, day, NULL, TONE_NONE);
	table_put(table, light_sentence(item), NULL, TONE_NONE);
	table_put(table, answer_text(item, "rule"), NULL, TONE_NONE);
	table_put(table, light_rule_title(item), NULL, TONE_NONE);
	table_put(table, answer_text(item, "waived_until"), NULL, TONE_NONE);
	table_put(table, answer_text(item, "waived_by"), NULL, TONE_NONE);
	table_put(table, answer_text(item, "waived_why"), NULL, TONE_NONE);
	table_put(table, answer_truth(item, "stale") ? "是" : "", NULL, TONE_NONE);
}

static struct table *table_of_findings(struct client *client, const json_t *found)
{
	static const char *const TITLES[] = {
	    "何时", "灯", "自", "原因", "规则", "规则名称", "豁免到", "豁免人", "豁免理由", "旧"};
	const json_t *findings = answer_member(found, "findings"), *coming = answer_member(found, "coming");
	struct table *table = table_new(client->pool);

	for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++)
		table_add_column(table, TITLES[i], ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(findings); i++)
		put_row(table, "现在", json_array_get(findings, i), answer_text(json_array_get(findings, i), "since"));
	for (size_t i = 0; i < json_array_size(coming); i++)
		put_row(table, "不办的话", json_array_get(coming, i), answer_text(json_array_get(coming, i), "on"));
	return table;
}

static int run_why(struct client *client)
{
	json_t *params = client_params(client), *found;
	int width;

	json_object_set_new(params, "id", json_string(client->arguments->words[0]));
	found = client_call(client, "finding.list", params);
	if (found == NULL)
		return client->status;
	if (client_shown_as_json(client, found))
		return EXIT_DONE;
	if (client_given(client, OPTION_CSV) || client_given(client, OPTION_PLAIN)) {
		client_show_table(client, table_of_findings(client, found));
		return EXIT_DONE;
	}
	if (!answer_has(found, "light")) {
		print_no_light(client, found);
		return EXIT_DONE;
	}
	width = widest_sentence(found);
	print_findings(client, found, width);
	print_light(client, found);
	print_coming(client, found, width);
	if (client_given(client, OPTION_AS_OF) || client_given(client, OPTION_KNOWN) ||
	    client_given(client, OPTION_KNOWN_SEQ))
		screen_print_tail(client, found);
	return EXIT_DONE;
}

const struct verb verb_why = {
    .name = "why",
    .usage = "编号或名称",
    .summary = "灯的原因：哪条规则、自哪天；不办的话接着会怎样",
    .examples =
	{
	    {"why {litid}", "现在为什么是这个灯，不办的话哪天变"},
	    {"why {litid} --as-of {monthend}", "{monthend} 那天的"},
	},
    .options = OPTIONS_READ,
    .words = {WORD_RECORD},
    .least = 1,
    .most = 1,
    .run = run_why,
};

/* ---- waive ---- */

/* The finding of a rule, by its name or title; NULL: it finds nothing now. */
static const json_t *finding_of(const json_t *found, const char *rule)
{
	const json_t *findings = answer_member(found, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);

		if (strcmp(answer_text(finding, "rule"), rule) == 0 || strcmp(answer_text(finding, "title"), rule) == 0)
			return finding;
	}
	return NULL;
}

static const char *day_after(struct pool *pool, const char *day)
{
	char *text = pool_alloc(pool, DATE_TEXT_SIZE);
	struct error error;
	struct date date;

	if (!date_parse(day, "", &date, &error))
		return day;
	date.day++;
	return date_format(date, text);
}

/* "  余下 黄 应开工未开工；2022-08-10 起 红 资金到位；2022-08-21 起本条自己回来" */
static void print_rest(struct client *client, const json_t *found, const json_t *waived)
{
	const json_t *findings = answer_member(found, "findings"), *coming = answer_member(found, "coming");
	const char *line = "", *rule = answer_text(waived, "rule");

	for (size_t i = 0; i < json_array_size(findings); i++)
		if (light_counts(json_array_get(findings, i)))
			line = pool_format(client->pool, "%s%s%s %s", line, *line == '\0' ? "余下 " : "、",
			    light_title(answer_text(json_array_get(findings, i), "level")),
			    light_rule_title(json_array_get(findings, i)));
	for (size_t i = 0; i < json_array_size(coming); i++) {
		const json_t *item = json_array_get(coming, i);

		if (strcmp(answer_text(item, "rule"), rule) != 0)
			line = pool_format(client->pool, "%s%s%s 起 %s %s", line, *line == '\0' ? "" : "；",
			    answer_text(item, "on"), light_title(answer_text(item, "level")), light_rule_title(item));
	}
	if (waived != NULL)
		line = pool_format(client->pool, "%s%s%s 起本条自己回来", line, *line == '\0' ? "" : "；",
		    day_after(client->pool, answer_text(waived, "waived_until")));
	if (*line != '\0')
		client_print(client, "  %s\n", line);
}

/* "签约后迟迟不开工 豁免到 2022-08-20，佟雪：投资方改设备方案". What finds nothing now, or was only tried, is told as typed. */
static const char *waived_text(struct client *client, const json_t *waived)
{
	const struct arguments *arguments = client->arguments;
	const char *title = waived != NULL ? light_rule_title(waived) : arguments->words[1];

	if (waived == NULL || light_counts(waived) || client_given(client, OPTION_DRY_RUN))
		return pool_format(client->pool, "%s 豁免到 %s：%s", title, arguments->values[OPTION_UNTIL],
		    arguments->values[OPTION_NOTE]);
	return pool_format(client->pool, "%s 豁免到 %s，%s：%s", title, answer_text(waived, "waived_until"),
	    answer_text(waived, "waived_by"), answer_text(waived, "waived_why"));
}

static int run_waive(struct client *client)
{
	const struct arguments *arguments = client->arguments;
	json_t *params, *result, *found;
	const json_t *waived;

	if (!client_given(client, OPTION_UNTIL) || !client_given(client, OPTION_NOTE))
		return client_usage(client,
		    pool_format(client->pool, "luodi waive %s %s --until 日期 --note 理由",
			arguments_quote(client->pool, arguments->words[0]),
			arguments_quote(client->pool, arguments->words[1])),
		    "豁免要写明到哪天、为什么。什么都没有写");
	params = client_params(client);
	json_object_set_new(params, "id", json_string(arguments->words[0]));
	json_object_set_new(params, "rule", json_string(arguments->words[1]));
	result = client_call(client, "finding.waive", params);
	if (result == NULL)
		return client->status;
	found = client_try(client, "finding.list", json_pack("{s:s}", "id", answer_text(result, "id")));
	waived = finding_of(found, arguments->words[1]);
	screen_print_write_as(client, result, waived_text(client, waived));
	if (!client_given(client, OPTION_JSON) && !client_given(client, OPTION_QUIET) &&
	    !client_given(client, OPTION_DRY_RUN))
		print_rest(client, found, waived);
	return EXIT_DONE;
}

const struct verb verb_waive = {
    .name = "waive",
    .usage = "编号或名称 规则 --until 日期",
    .summary = "写明理由，一条规则到哪天为止不算在灯里",
    .examples = {{"waive {litid} {rule} --until +30d --note 为什么", "往后三十天不算它"}},
    .options = OPTIONS_WRITE | OPTION_BIT(OPTION_UNTIL),
    .words = {WORD_RECORD, WORD_RULE},
    .least = 2,
    .most = 2,
    .writes = true,
    .run = run_waive,
};
