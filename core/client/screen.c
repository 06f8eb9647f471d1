#include "client/screen.h"

#include "client/light.h"
#include "client/value.h"
#include <inttypes.h>
#include <string.h>

enum { FIGURES_SHOWN = 8 /* behind a new record, which may be long known elsewhere and touch very many */ };

static void print_warnings(struct client *client, const json_t *result)
{
	const json_t *warnings = answer_member(result, "warnings");

	for (size_t i = 0; i < json_array_size(warnings); i++)
		client_print(client, "  注意：%s\n", answer_text_at(warnings, i));
}

void screen_print_tail(struct client *client, const json_t *result)
{
	const char *known = answer_text(result, "known");
	int64_t seq = answer_integer(result, "seq", 0);

	client_print(client, "截至 %s", answer_text(result, "as_of"));
	if (answer_truth(result, "forecast"))
		client_print(client, "（推算）");
	else if (answer_truth(result, "day_not_over") && client_given(client, OPTION_AS_OF))
		client_print(client, "（当天未完）");
	if (*known != '\0')
		client_print(client, "  当时所知 %s #%" PRId64 "\n", known, seq);
	else
		client_print(client, "  #%" PRId64 "\n", seq);
	print_warnings(client, result);
}

void screen_print_words(struct client *client, const json_t *result)
{
	const json_t *words = answer_member(result, "words");

	for (size_t i = 0; i < json_array_size(words); i++) {
		const json_t *word = json_array_get(words, i);
		const char *by = answer_text(word, "by");

		if (strcmp(by, "pinyin") == 0 || strcmp(by, "initials") == 0)
			client_print(client, "“%s”按%s：%s  ", answer_text(word, "word"),
			    *by == 'p' ? "拼音" : "首字母", answer_text(word, "match"));
	}
}

const char *screen_join(struct pool *pool, const json_t *array, const char *separator)
{
	const char *text = "";

	for (size_t i = 0; i < json_array_size(array); i++)
		text = pool_format(pool, "%s%s%s", text, i > 0 ? separator : "", answer_text_at(array, i));
	return text;
}

const char *screen_kind_title(const json_t *result)
{
	const json_t *kind = answer_member(result, "kind");
	const char *title = answer_text(kind, "title");

	return *title != '\0' ? title : answer_text(result, "kind");
}

/* What a correction says of the day itself. */
static bool is_day(const json_t *text)
{
	return strcmp(answer_text(text, "name"), "on") == 0;
}

/* "到位资金 1.20亿 → 1.60亿" for each field; the stage is told apart. "" when nothing of that kind changed. */
static const char *field_changes(struct pool *pool, const json_t *event)
{
	const json_t *texts = answer_member(event, "texts");
	const char *line = "";

	for (size_t i = 0; i < json_array_size(texts); i++) {
		const json_t *text = json_array_get(texts, i);
		const char *title = answer_text(text, "title"), *type = answer_text(text, "type");

		if (strcmp(answer_text(text, "name"), "stage") == 0 || is_day(text))
			continue;
		line = pool_format(pool, "%s%s%s %s → %s", line, *line != '\0' ? "，" : "",
		    *title != '\0' ? title : answer_text(text, "name"),
		    value_retell(pool, type, answer_text(text, "from")),
		    value_retell(pool, type, answer_text(text, "to")));
	}
	return line;
}

/* The stage's move in titles; false: it did not move. */
static bool stage_move(const json_t *event, const char **ret_from, const char **ret_to)
{
	const json_t *titles = answer_member(event, "stage_titles"), *texts = answer_member(event, "texts");
	const json_t *stage = answer_member(answer_member(event, "changes"), "stage");

	if (!json_is_array(titles) || json_array_size(titles) < 2)
		titles = json_is_array(answer_member(event, "stage")) ? answer_member(event, "stage") : NULL;
	for (size_t i = 0; titles == NULL && i < json_array_size(texts); i++) {
		const json_t *text = json_array_get(texts, i);

		if (strcmp(answer_text(text, "name"), "stage") == 0) {
			*ret_from = answer_text(text, "from");
			*ret_to = answer_text(text, "to");
			return **ret_to != '\0';
		}
	}
	if (titles == NULL)
		titles = stage;
	*ret_from = answer_text_at(titles, 0);
	*ret_to = answer_text_at(titles, 1);
	return **ret_to != '\0';
}

static const char *action_title(const char *action)
{
	static const char *const TITLES[][2] = {{"create", "新建"}, {"update", "更改"}, {"move", "移动"},
	    {"resume", "恢复"}, {"note", "记事"}, {"drop", "删去"}, {"void", "作废"}, {"correct", "更正"},
	    {"recompute", "重算"}, {"override", "放行"}, {"unvoid", "恢复作废"}};

	for (size_t i = 0; i < sizeof TITLES / sizeof *TITLES; i++)
		if (strcmp(TITLES[i][0], action) == 0)
			return TITLES[i][1];
	return action;
}

/* What a void or an undo is about: " P-0014、P-0015 等 5 项". */
static const char *target_list(struct pool *pool, const json_t *event)
{
	const json_t *targets = answer_member(event, "targets");
	size_t count = json_array_size(targets);
	const char *line = "";

	for (size_t i = 0; i < count && i < 3; i++)
		line = pool_format(
		    pool, "%s%s%s", line, i > 0 ? "、" : " ", value_show(pool, NULL, json_array_get(targets, i), NULL));
	return count > 3 ? pool_format(pool, "%s 等 %zu 项", line, count) : line;
}

const char *screen_event_text(struct client *client, const json_t *event)
{
	struct pool *pool = client->pool;
	const char *action = answer_text(event, "action"), *note = answer_text(event, "note");
	const char *from = "", *to = "", *line, *changes = field_changes(pool, event);
	const char *skipped = screen_join(pool, answer_member(event, "skipped_titles"), "、");
	bool created = strcmp(action, "create") == 0, moved = stage_move(event, &from, &to);

	if (strcmp(action, "drop") == 0) { /* every field that it empties would say nothing new */
		line = action_title(action);
		changes = "";
	} else if (created)
		line = pool_format(pool, "新建%s%s", moved ? "，" : "", moved ? to : "");
	else if (moved)
		line = pool_format(pool, "%s → %s", *from != '\0' ? from : "-", to);
	else if (*changes != '\0')
		line = "";
	else
		line = pool_format(pool, "%s%s", action_title(action), target_list(pool, event));
	if (*skipped != '\0')
		line = pool_format(pool, "%s，跳过 %s", line, skipped);
	if (*changes != '\0' && !created)
		line = pool_format(pool, "%s%s%s", line, *line != '\0' ? "，" : "", changes);
	if (*note != '\0')
		line = pool_format(pool, "%s：%s", line, note);
	if (answer_has(event, "void"))
		line = pool_format(pool, "%s（已被 #%" PRId64 " 作废）", line, answer_integer(event, "void", 0));
	return line;
}

void screen_print_figures(struct client *client, const json_t *result, size_t limit)
{
	const json_t *figures = answer_member(result, "figures");
	size_t count = json_array_size(figures), shown = count < limit ? count : limit;
	bool more = answer_truth(result, "more");
	struct table *table = table_new(client->pool);

	if (count == 0)
		return;
	client_print(
	    client, "今后问起过去，%s %zu 个数变了；先前报出去的不变（--known 看得到）\n", more ? "至少" : "这", count);
	table_add_column(table, "数", ALIGN_LEFT);
	table_add_column(table, "期间", ALIGN_LEFT);
	table_add_column(table, "截至", ALIGN_LEFT);
	table_add_column(table, "原", ALIGN_RIGHT);
	table_add_column(table, "现", ALIGN_RIGHT);
	for (size_t i = 0; i < shown; i++) {
		const json_t *figure = json_array_get(figures, i);
		const char *title = answer_text(figure, "title");

		table_add_row(table);
		table_put(table, *title != '\0' ? title : answer_text(figure, "name"), NULL, TONE_NONE);
		table_put(table, value_period(client->pool, answer_text(figure, "period")), NULL, TONE_NONE);
		table_put(table, answer_text(figure, "as_of"), NULL, TONE_NONE);
		table_put(table, value_show(client->pool, NULL, answer_member(figure, "from"), NULL), NULL, TONE_NONE);
		table_put(table, value_show(client->pool, NULL, answer_member(figure, "to"), NULL), NULL, TONE_NONE);
	}
	client_print_table(client, table, 2);
	if (more || count > shown)
		client_print(client, "  还有别的数也变了，没有列全\n");
}

/* Warnings and what was passed over, a line each. */
static void print_remarks(struct client *client, const json_t *result)
{
	const json_t *skipped = answer_member(result, "skipped_titles");

	if (json_array_size(skipped) > 0)
		client_print(client, "  跳过 %zu 个阶段：%s，记在经过里\n", json_array_size(skipped),
		    screen_join(client->pool, skipped, "、"));
	print_warnings(client, result);
}

/* "自 2022-07-05 改为自 2022-06-28"; NULL: the day was not corrected. */
static const char *day_change(struct pool *pool, const json_t *result)
{
	const json_t *texts = answer_member(result, "texts");

	for (size_t i = 0; i < json_array_size(texts); i++) {
		const json_t *text = json_array_get(texts, i);

		if (is_day(text))
			return pool_format(pool, "自 %s 改为自 %s", answer_text(text, "from"), answer_text(text, "to"));
	}
	return NULL;
}

const char *screen_write_text(struct client *client, const json_t *result)
{
	struct pool *pool = client->pool;
	const char *from = "", *to = "", *changes = field_changes(pool, result),
		   *since = answer_text(result, "effective_on"), *day = day_change(pool, result);
	const char *line;
	int64_t voided = answer_integer(result, "voided", 0);

	if (client->verb == &verb_drop)
		return pool_format(pool, "已删去，自 %s", since);
	if (client->verb == &verb_state)
		return "记下了";
	if (day != NULL) { /* the stage is the same as before, from another day on */
		line = stage_move(result, &from, &to) ? pool_format(pool, "%s：%s", to, day) : day;
		return *changes != '\0' ? pool_format(pool, "%s，%s", line, changes) : line;
	}
	if (voided > 0)
		changes = pool_format(pool, "作废 %" PRId64 " 条%s%s", voided, *changes != '\0' ? "，" : "", changes);
	if (!stage_move(result, &from, &to))
		return client->verb == &verb_add ? "新建"
		    : *changes != '\0'		 ? changes
		    : client->verb == &verb_note ? "记下了"
						 : "没有改动";
	if (client->verb == &verb_add)
		return pool_format(pool, "新建，%s%s%s", to, *since != '\0' ? "，自 " : "", since);
	return pool_format(pool, "%s → %s%s%s%s%s", *from != '\0' ? from : "-", to, *since != '\0' ? "，自 " : "",
	    since, *changes != '\0' ? "，" : "", changes);
}

void screen_print_write_as(struct client *client, const json_t *result, const char *text)
{
	const char *id = answer_text(result, "id"), *title = answer_text(result, "title");
	int64_t version = answer_integer(result, "version", 0), seq = answer_integer(result, "seq", 0);
	int64_t batch = answer_integer(result, "batch", 0);
	bool tried = answer_truth(result, "dry_run");

	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return;
	if (*id != '\0')
		client_print(client, "%s  %s%s", id, title, *title != '\0' ? "  " : "");
	client_print(client, "%s", text);
	light_print_change(client, result);
	if (version > 0)
		client_print(client, "  第 %" PRId64 " 版", version);
	if (batch > 0 && !tried)
		client_print(client, "  #%" PRId64 "  批次 %" PRId64, seq, batch);
	client_print(client, "\n");
	light_print_settled(client, result);
	print_remarks(client, result);
	screen_print_figures(client, result, client->verb == &verb_add ? FIGURES_SHOWN : SIZE_MAX);
	if (tried)
		client_print(client, "  只是试试，什么都没有写\n");
}

void screen_print_write(struct client *client, const json_t *result)
{
	screen_print_write_as(client, result, screen_write_text(client, result));
}
