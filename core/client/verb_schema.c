/* kinds, fields, flow: what can be asked, from the plugins that are really loaded. */
#include "client/client.h"
#include "client/screen.h"
#include "client/value.h"

#include <inttypes.h>
#include <string.h>

static int run_kinds(struct client *client)
{
	json_t *result = client_call(client, "schema.kinds", client_params(client));
	const json_t *kinds = answer_member(result, "kinds");
	struct table *table = table_new(client->pool);

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "种类", ALIGN_LEFT);
	table_add_column(table, "名称", ALIGN_LEFT);
	table_add_column(table, "编号", ALIGN_LEFT);
	table_add_column(table, "现有", ALIGN_RIGHT);
	table_add_column(table, "插件", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(kinds); i++) {
		const json_t *kind = json_array_get(kinds, i);
		int64_t count = answer_integer(kind, "count", 0);

		table_add_row(table);
		table_put(table, answer_text(kind, "name"), NULL, TONE_NONE);
		table_put(table, answer_text(kind, "title"), NULL, TONE_NONE);
		table_put(table, pool_format(client->pool, "%s-…", answer_text(kind, "prefix")), NULL, TONE_NONE);
		table_put(
		    table, value_grouped(client->pool, count), pool_format(client->pool, "%" PRId64, count), TONE_NONE);
		table_put(table, answer_text(kind, "plugin"), NULL, TONE_NONE);
	}
	if (!client_show_table(client, table) && !client_given(client, OPTION_PLAIN)) {
		const char *first = answer_text(json_array_get(kinds, 0), "name");

		client_print(client, "%zu 种  字段：luodi fields %s  阶段：luodi flow %s\n", json_array_size(kinds),
		    first, first);
	}
	return EXIT_DONE;
}

const struct verb verb_kinds = {
    .name = "kinds",
    .usage = "",
    .summary = "有哪些种类的记录",
    .examples = {{"kinds", "种类、编号的字头、现有多少"}},
    .run = run_kinds,
};

static const char *type_title(struct pool *pool, const json_t *column)
{
	static const char *const TITLES[][2] = {{"text", "文字"}, {"int", "整数"}, {"decimal", "小数"},
	    {"money", "金额"}, {"date", "日期"}, {"bool", "是否"}, {"enum", "选一"}, {"set", "选多"}, {"ref", "引用"},
	    {"percent", "百分比"}, {"stage", "阶段"}, {"file", "附件"}};
	const char *type = answer_text(column, "type"), *unit = answer_text(column, "unit"),
		   *ref = answer_text(column, "ref");
	const char *title = type;

	for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++)
		if (strcmp(TITLES[i][0], type) == 0 ||
		    (strncmp(type, "ref:", 4) == 0 && strcmp(TITLES[i][0], "ref") == 0))
			title = TITLES[i][1];
	if (*ref != '\0')
		return pool_format(pool, "%s %s", title, ref);
	return *unit != '\0' ? pool_format(pool, "%s（%s）", title, unit) : title;
}

/* "必填，唯一", and the values of an enum. */
static const char *field_remarks(struct pool *pool, const json_t *column)
{
	const char *line = "", *name;
	json_t *values = answer_member(column, "values");
	const json_t *value;

	if (answer_truth(column, "required"))
		line = pool_format(pool, "%s必填  ", line);
	if (answer_truth(column, "unique"))
		line = pool_format(pool, "%s不重复  ", line);
	if (answer_truth(column, "computed"))
		line = pool_format(pool, "%s算出来的  ", line);
	for (void *at = json_object_iter(values); at != NULL; at = json_object_iter_next(values, at)) {
		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		line = pool_format(pool, "%s%s=%s ", line, name, json_is_string(value) ? json_string_value(value) : "");
	}
	return line;
}

static json_t *call_for_kind(struct client *client, const char *method)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	return client_call(client, method, params);
}

static int run_fields(struct client *client)
{
	json_t *result = call_for_kind(client, "schema.fields");
	const json_t *fields = answer_member(result, "fields");
	struct table *table = table_new(client->pool);

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "字段", ALIGN_LEFT);
	table_add_column(table, "名称", ALIGN_LEFT);
	table_add_column(table, "类型", ALIGN_LEFT);
	table_add_column(table, "说明", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *field = json_array_get(fields, i);

		table_add_row(table);
		table_put(table, answer_text(field, "name"), NULL, TONE_NONE);
		table_put(table, answer_text(field, "title"), NULL, TONE_NONE);
		table_put(table, type_title(client->pool, field), NULL, TONE_NONE);
		table_put(table, field_remarks(client->pool, field), NULL, TONE_NONE);
	}
	if (!client_show_table(client, table) && !client_given(client, OPTION_PLAIN))
		client_print(client, "%s %zu 个字段；条件和 --columns 里写字段或名称都行  阶段：luodi flow %s\n",
		    screen_kind_title(result), json_array_size(fields), client->arguments->words[0]);
	return EXIT_DONE;
}

const struct verb verb_fields = {
    .name = "fields",
    .usage = "种类",
    .summary = "一种记录有哪些字段",
    .examples = {{"fields {kind}", "{kind.title}的字段、类型、单位"}},
    .words = {WORD_KIND},
    .least = 1,
    .most = 1,
    .run = run_fields,
};

static const char *stage_title_of(const json_t *stages, const char *name)
{
	for (size_t i = 0; i < json_array_size(stages); i++)
		if (strcmp(answer_text(json_array_get(stages, i), "name"), name) == 0)
			return answer_text(json_array_get(stages, i), "title");
	return name;
}

static const char *stage_remarks(struct pool *pool, const json_t *stage)
{
	const char *line = "", *needs = screen_join(pool, answer_member(stage, "needs"), "、");

	if (*needs != '\0')
		line = pool_format(pool, "要先有 %s  ", needs);
	if (answer_truth(stage, "reason"))
		line = pool_format(pool, "%s要写 --note  ", line);
	if (answer_truth(stage, "suspends"))
		line = pool_format(pool, "%s暂停；回去用 resume  ", line);
	if (answer_truth(stage, "done"))
		line = pool_format(pool, "%s完成  ", line);
	if (answer_truth(stage, "dead"))
		line = pool_format(pool, "%s到此为止  ", line);
	return line;
}

static int run_flow(struct client *client)
{
	json_t *result = call_for_kind(client, "schema.flow");
	const json_t *stages = answer_member(result, "stages");
	struct table *table = table_new(client->pool);

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "阶段", ALIGN_LEFT);
	table_add_column(table, "名称", ALIGN_LEFT);
	table_add_column(table, "可以移到", ALIGN_LEFT);
	table_add_column(table, "说明", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(stages); i++) {
		const json_t *stage = json_array_get(stages, i), *to = answer_member(stage, "to");
		const char *line = "";

		for (size_t k = 0; k < json_array_size(to); k++)
			line = pool_format(client->pool, "%s%s%s", line, k == 0 ? "→ " : "、",
			    stage_title_of(stages, answer_text_at(to, k)));
		table_add_row(table);
		table_put(table, answer_text(stage, "name"), NULL, TONE_NONE);
		table_put(table, answer_text(stage, "title"), NULL, TONE_NONE);
		table_put(table, *line != '\0' ? line : "-", NULL, TONE_NONE);
		table_put(table, stage_remarks(client->pool, stage), NULL, TONE_NONE);
	}
	if (json_array_size(stages) == 0)
		client_print(client, "%s没有阶段\n", screen_kind_title(result));
	else if (!client_show_table(client, table) && !client_given(client, OPTION_PLAIN))
		client_print(client, "%s %zu 个阶段，从“%s”开始  移动：luodi move 编号 阶段\n",
		    screen_kind_title(result), json_array_size(stages),
		    answer_text(json_array_get(stages, 0), "title"));
	return EXIT_DONE;
}

const struct verb verb_flow = {
    .name = "flow",
    .usage = "种类",
    .summary = "一种记录有哪些阶段，从哪到哪",
    .examples = {{"flow {kind}", "{kind.title}的阶段，可以移到哪里，要先有什么"}},
    .words = {WORD_KIND},
    .least = 1,
    .most = 1,
    .run = run_flow,
};
