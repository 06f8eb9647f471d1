/* help: teaches with lines that work here, made from the kinds that are really loaded. home: luodi alone. */
#include "client/client.h"
#include "client/screen.h"
#include "client/value.h"
#include "text/width.h"

#include "base/clock.h"
#include <inttypes.h>
#include <string.h>

/* What the braces of an example may stand for. NULL: there is none here. */
struct examples {
	const char *kind, *kind_title, *kind2, *lit, *lit_id, *rule, *id, *stage, *stage_title, *money, *enumeration,
	    *title_field, *word, *monthend, *figure, *export;
};

/* The kind with a flow and the most records teaches best. */
static const json_t *best_kind(struct client *client, const json_t *kinds, const json_t **ret_flow)
{
	const json_t *best = NULL;
	int64_t most = -1;

	for (size_t i = 0; i < json_array_size(kinds); i++) {
		const json_t *kind = json_array_get(kinds, i);
		const char *name = answer_text(kind, "name");
		json_t *flow = client_try(client, "schema.flow", json_pack("{s:s}", "kind", name));
		int64_t count =
		    answer_integer(kind, "count", 0) + (answer_count(flow, "stages") > 0 ? INT64_C(1) << 40 : 0);

		if (count > most) {
			most = count;
			best = kind;
			*ret_flow = flow;
		}
	}
	return best;
}

static void learn_fields(struct client *client, struct examples *examples)
{
	json_t *result = client_try(client, "schema.fields", json_pack("{s:s}", "kind", examples->kind));
	const json_t *fields = answer_member(result, "fields");

	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *field = json_array_get(fields, i);
		const char *type = answer_text(field, "type"), *title = answer_text(field, "title"),
			   *name = answer_text(field, "name");

		if (strcmp(name, "stage") == 0)
			examples->stage_title = title;
		else if (strcmp(type, "money") == 0 && examples->money == NULL)
			examples->money = title;
		else if (strcmp(type, "enum") == 0 && examples->enumeration == NULL)
			examples->enumeration = title;
	}
}

/* A record with a light that is not green teaches what lights are; else the first one does. */
static void learn_light(struct client *client, struct examples *examples)
{
	json_t *result = client_try(client, "record.list",
		   json_pack("{s:s, s:s, s:[s], s:i}", "kind", examples->kind, "filter", "not light=green", "sort",
		       "-light", "limit", 1)),
	       *found;
	const char *id = answer_text(json_array_get(answer_member(result, "records"), 0), "id"), *rule;

	examples->lit = examples->kind;
	examples->lit_id = *id != '\0' ? id : examples->id;
	found = client_try(client, "finding.list", json_pack("{s:s}", "id", examples->lit_id));
	rule = answer_text(json_array_get(answer_member(found, "findings"), 0), "rule");
	examples->rule = *rule != '\0' ? rule : NULL;
}

/* A record that is really there gives the id and a word to search. */
static void learn_record(struct client *client, struct examples *examples, const char *prefix)
{
	json_t *result = client_try(client, "record.list", json_pack("{s:s, s:i}", "kind", examples->kind, "limit", 1));
	const json_t *record = json_array_get(answer_member(result, "records"), 0);
	const char *title = answer_text(record, "title");
	int width;

	examples->id = *answer_text(record, "id") != '\0' ? answer_text(record, "id")
							  : pool_format(client->pool, "%s-0001", prefix);
	if (answer_has(record, "light"))
		learn_light(client, examples);
	if (*title != '\0')
		examples->word = pool_copy_bytes(client->pool, title, text_fit(title, 6, &width));
}

static void learn(struct client *client, struct examples *examples)
{
	json_t *kinds_result = client_try(client, "schema.kinds", json_object()), *figures, *exports;
	const json_t *kinds = answer_member(kinds_result, "kinds"), *flow = NULL, *kind;
	const json_t *stages, *stage;

	*examples = (struct examples){.stage_title = "阶段", .title_field = "名称"};
	kind = kinds != NULL ? best_kind(client, kinds, &flow) : NULL;
	if (kind == NULL)
		return;
	examples->kind = answer_text(kind, "name");
	examples->kind_title = answer_text(kind, "title");
	for (size_t i = 0; i < json_array_size(kinds) && examples->kind2 == NULL; i++)
		if (json_array_get(kinds, i) != kind)
			examples->kind2 = answer_text(json_array_get(kinds, i), "name");
	stages = answer_member(flow, "stages");
	stage = json_array_get(stages, json_array_size(stages) / 2);
	if (stage != NULL)
		examples->stage = answer_text(stage, "title");
	learn_fields(client, examples);
	learn_record(client, examples, answer_text(kind, "prefix"));
	figures = client_try(client, "figure.list", json_object());
	if (json_array_size(answer_member(figures, "figures")) > 0)
		examples->figure = answer_text(json_array_get(answer_member(figures, "figures"), 0), "name");
	exports = client_try(client, "export.list", json_object());
	if (json_array_size(answer_member(exports, "exports")) > 0)
		examples->export = answer_text(json_array_get(answer_member(exports, "exports"), 0), "name");
}

/* The last day of the month before today. */
static const char *last_month_end(struct client *client)
{
	json_t *home = client->connection != NULL ? client_try(client, "session.home", json_object()) : NULL;
	char *text = pool_alloc(client->pool, DATE_TEXT_SIZE);
	struct error error;
	struct date today;
	int year, month, day;

	if (!date_parse(answer_text(home, "today"), "", &today, &error))
		today = clock_today();
	date_to_civil(today, &year, &month, &day);
	today.day -= day;
	return date_format(today, text);
}

static const char *filler(const struct examples *examples, const char *name, size_t length)
{
	const struct {
		const char *name, *text;
	} fillers[] = {{"kind", examples->kind}, {"kind.title", examples->kind_title}, {"kind2", examples->kind2},
	    {"id", examples->id}, {"lit", examples->lit}, {"litid", examples->lit_id}, {"rule", examples->rule},
	    {"stage", examples->stage}, {"stage.title", examples->stage_title}, {"money", examples->money},
	    {"enum", examples->enumeration}, {"titlefield", examples->title_field}, {"word", examples->word},
	    {"monthend", examples->monthend}, {"figure", examples->figure}, {"export", examples->export},
	    {"as_of", "{as_of}"}};

	for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
		if (strlen(fillers[i].name) == length && strncmp(fillers[i].name, name, length) == 0)
			return fillers[i].text;
	return NULL;
}

/* The line with its braces filled in; NULL: there is nothing to fill one with. JSON's braces hold no plain name. */
static const char *fill(struct client *client, const struct examples *examples, const char *line)
{
	const char *filled = "";

	for (size_t length; *line != '\0'; line += length) {
		size_t name = *line == '{' ? strspn(line + 1, "abcdefghijklmnopqrstuvwxyz._0123456789") : 0;
		const char *text;

		length = name > 0 && line[1 + name] == '}' ? name + 2 : 1;
		if (length > 1) {
			text = filler(examples, line + 1, name);
			if (text == NULL || *text == '\0')
				return NULL;
			filled = pool_format(client->pool, "%s%s", filled, text);
		} else {
			length += strcspn(line + 1, "{");
			filled = pool_format(client->pool, "%s%.*s", filled, (int)length, line);
		}
	}
	return filled;
}

static void print_examples(struct client *client, const struct verb *verb)
{
	struct table_layout layout = {.indent = 2, .no_header = true, .width = client->width};
	struct table *table = table_new(client->pool);
	struct examples examples;

	learn(client, &examples);
	examples.monthend = last_month_end(client);
	table_add_column(table, "", ALIGN_LEFT);
	table_keep_first(table);
	table_add_column(table, "", ALIGN_LEFT);
	for (size_t i = 0; i < sizeof verb->examples / sizeof *verb->examples && verb->examples[i].line != NULL; i++) {
		const char *line = fill(client, &examples, verb->examples[i].line),
			   *says = fill(client, &examples, verb->examples[i].says);

		if (line == NULL || says == NULL)
			continue;
		table_add_row(table);
		table_put(table, pool_format(client->pool, "luodi %s", line), NULL, TONE_NONE);
		table_put(table, says, NULL, TONE_NONE);
	}
	table_print(table, &layout, &client->out);
}

static void print_options(struct client *client, const struct verb *verb)
{
	struct table_layout layout = {.indent = 2, .no_header = true};
	struct table *table = table_new(client->pool);
	uint64_t options = verb->options | OPTIONS_GENERAL;

	table_add_column(table, "", ALIGN_LEFT);
	table_add_column(table, "", ALIGN_LEFT);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = option_row((enum option_name)i);
		const char *name = row->letter != 0 ? pool_format(client->pool, "-%c, --%s", row->letter, row->name)
						    : pool_format(client->pool, "--%s", row->name);

		if ((options & OPTION_BIT(i)) == 0)
			continue;
		table_add_row(table);
		table_put(table, row->value != NULL ? pool_format(client->pool, "%s %s", name, row->value) : name, NULL,
		    TONE_NONE);
		table_put(table, row->summary, NULL, TONE_NONE);
	}
	client_print(client, "选项，写在哪里都行：\n");
	table_print(table, &layout, &client->out);
}

static void print_verbs(struct client *client)
{
	struct table_layout layout = {.indent = 2, .no_header = true, .width = client->width};
	struct table *table = table_new(client->pool);

	client_print(client, "luodi [选项] 命令 [词 …]    落地：跟着每一件事，从头到落成\n");
	table_add_column(table, "", ALIGN_LEFT);
	table_add_column(table, "", ALIGN_LEFT);
	for (size_t i = 0; VERBS[i] != NULL; i++) {
		if (VERBS[i]->hidden)
			continue;
		table_add_row(table);
		table_put(table, pool_format(client->pool, "%s %s", VERBS[i]->name, VERBS[i]->usage), NULL, TONE_NONE);
		table_put(table, VERBS[i]->summary, NULL, TONE_NONE);
	}
	table_print(table, &layout, &client->out);
	client_print(client, "一个命令怎样用，有什么选项：luodi help list    有哪些种类：luodi kinds\n");
	client_print(client, "退出码：0 成了  1 拒绝或出错  2 用法  3 没找到  4 连不上  5 不许  6 冲突  75 稍后再试\n");
}

static int run_help(struct client *client)
{
	const char *name = client->arguments->word_count > 0 ? client->arguments->words[0] : NULL;
	const struct verb *verb = name != NULL ? verb_named(name) : NULL;

	if (name == NULL) {
		print_verbs(client);
		return EXIT_DONE;
	}
	if (verb == NULL && verb_comes_later(name))
		return client_usage(client, "现在有的：luodi help", "还没有这个命令：以后的版本会有（%s）", name);
	if (verb == NULL || verb->hidden)
		return client_usage(client, "全部命令：luodi help", "没有命令“%s”%s%s", name,
		    verb_nearest(name) != NULL ? "；最接近的是 " : "",
		    verb_nearest(name) != NULL ? verb_nearest(name) : "");
	client_print(client, "luodi %s %s    %s\n", verb->name, verb->usage, verb->summary);
	print_examples(client, verb);
	print_options(client, verb);
	if (verb->words[0] == WORD_KIND && client->connection == NULL)
		client_print(client, "luodid 现在连不上，所以没有现成的例子\n");
	return EXIT_DONE;
}

const struct verb verb_help = {
    .name = "help",
    .usage = "[命令]",
    .summary = "怎样用，用这里真有的东西举例",
    .examples = {{"help list", "一个命令的例子和选项"}},
    .words = {WORD_VERB},
    .most = 1,
    .local = true,
    .run = run_help,
};

static const char *role_title(const char *role)
{
	static const char *const TITLES[][2] = {
	    {"viewer", "只看"}, {"editor", "编辑"}, {"leader", "领导"}, {"admin", "管理"}};

	for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++)
		if (strcmp(TITLES[i][0], role) == 0)
			return TITLES[i][1];
	return role;
}

static void print_mine(struct client *client, const json_t *mine)
{
	json_t *kinds_result = client_try(client, "schema.kinds", json_object());
	const json_t *kinds = answer_member(kinds_result, "kinds");
	const char *kind = answer_text(mine, "kind"), *title = kind;

	if (*kind == '\0') {
		kind = answer_text(answer_member(mine, "kind"), "name");
		title = kind;
	}
	for (size_t i = 0; i < json_array_size(kinds); i++)
		if (strcmp(answer_text(json_array_get(kinds, i), "name"), kind) == 0)
			title = answer_text(json_array_get(kinds, i), "title");
	client_print(client, "  我管的%s  %" PRId64 "  luodi list %s %s=@me\n", title, answer_integer(mine, "total", 0),
	    kind, answer_text(mine, "field"));
}

static int run_home(struct client *client)
{
	static const char *const DAYS[] = {"", "一", "二", "三", "四", "五", "六", "日"};
	json_t *result = client_call(client, "session.home", client_params(client));
	const char *who;
	int64_t weekday;

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	who = answer_has(result, "person") ? answer_text(result, "person") : answer_text(result, "user");
	weekday = answer_integer(result, "weekday", 0);
	client_print(client, "%s 星期%s  %s（%s）  记到 #%" PRId64 "\n\n", answer_text(result, "today"),
	    DAYS[weekday >= 1 && weekday <= 7 ? weekday : 0], who, role_title(answer_text(result, "role")),
	    answer_integer(result, "seq", 0));
	if (answer_has(result, "mine"))
		print_mine(client, answer_member(result, "mine"));
	client_print(client,
	    "\n  查：list show why count figure  记：add set move import  帮助：luodi help list  种类：luodi kinds\n");
	return EXIT_DONE;
}

const struct verb verb_home = {
    .name = "home", .usage = "", .summary = "我是谁，今天有什么事", .hidden = true, .run = run_home};
