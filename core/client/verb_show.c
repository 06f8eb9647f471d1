/* show: one record, whole. history: its events. */
#include "client/client.h"
#include "client/light.h"
#include "client/screen.h"
#include "client/value.h"
#include "text/width.h"

#include <inttypes.h>
#include <string.h>

enum { LONG_TEXT = 36 /* columns; what is longer gets a line of its own */, REFERRED_SHOWN = 12 };

/* A field that is shown in one of the two halves of the screen. */
struct half_line {
	const char *title, *text;
};

struct halves {
	struct half_line left[256], right[256];
	size_t left_count, right_count;
	const char *empty; /* titles of what is not filled in */
	struct half_line long_texts[256];
	size_t long_count;
};

static bool is_builtin(const char *name)
{
	return strcmp(name, "id") == 0 || strcmp(name, "title") == 0 || strcmp(name, "stage") == 0 ||
	    strcmp(name, "light") == 0;
}

/* Numbers and days on the right, the rest on the left, long texts below, and the empty ones by title only. */
static void sort_fields(struct client *client, const json_t *record, struct halves *halves)
{
	const json_t *columns = answer_member(record, "columns"), *titles = answer_member(record, "ref_titles");
	const char *record_title = answer_text(record, "title");

	for (size_t i = 0; i < json_array_size(columns) && i < 256; i++) {
		const json_t *column = json_array_get(columns, i);
		const char *name = answer_text(column, "name"), *title = answer_text(column, "title"), *text;
		struct half_line line = {*title != '\0' ? title : name, NULL};
		bool right = value_alignment(column) == ALIGN_RIGHT || strcmp(answer_text(column, "type"), "date") == 0;

		if (is_builtin(name))
			continue;
		text = line.text =
		    value_show(client->pool, column, answer_member(answer_member(record, "fields"), name), titles);
		if (strcmp(text, "-") == 0)
			halves->empty = pool_format(
			    client->pool, "%s%s%s", halves->empty, *halves->empty != '\0' ? "、" : "", line.title);
		else if (!right && strcmp(text, record_title) == 0)
			continue; /* the heading has said it */
		else if (right)
			halves->right[halves->right_count++] = line;
		else if (text_width(text) > LONG_TEXT)
			halves->long_texts[halves->long_count++] = line;
		else
			halves->left[halves->left_count++] = line;
	}
}

static void widen(int *width, const char *text)
{
	if (text_width(text) > *width)
		*width = text_width(text);
}

/* A text made safe and padded, onto the screen. */
static void print_padded(struct client *client, const char *text, int width, enum alignment alignment)
{
	int missing = width - text_width(text);

	for (int i = 0; alignment == ALIGN_RIGHT && i < missing; i++)
		client_print(client, " ");
	client_print(client, "%s", text);
	for (int i = 0; alignment == ALIGN_LEFT && i < missing; i++)
		client_print(client, " ");
}

static void print_halves(struct client *client, const struct halves *halves)
{
	int widths[4] = {0};
	size_t lines = halves->left_count > halves->right_count ? halves->left_count : halves->right_count;

	for (size_t i = 0; i < halves->left_count; i++) {
		widen(&widths[0], halves->left[i].title);
		widen(&widths[1], halves->left[i].text);
	}
	for (size_t i = 0; i < halves->right_count; i++) {
		widen(&widths[2], halves->right[i].title);
		widen(&widths[3], halves->right[i].text);
	}
	for (size_t i = 0; i < lines; i++) {
		bool right = i < halves->right_count;

		client_print(client, "  ");
		if (i < halves->left_count) {
			print_padded(client, halves->left[i].title, widths[0] + 2, ALIGN_LEFT);
			print_padded(client, halves->left[i].text, right ? widths[1] : 0, ALIGN_LEFT);
		} else if (halves->left_count > 0) {
			print_padded(client, "", widths[0] + 2 + widths[1], ALIGN_LEFT);
		}
		if (right) {
			client_print(client, halves->left_count > 0 ? "  " : "");
			print_padded(client, halves->right[i].title, widths[2] + 2, ALIGN_LEFT);
			print_padded(client, halves->right[i].text, widths[3], ALIGN_RIGHT);
		}
		client_print(client, "\n");
	}
	for (size_t i = 0; i < halves->long_count; i++)
		client_print(client, "  %s  %s\n", halves->long_texts[i].title, halves->long_texts[i].text);
	if (*halves->empty != '\0')
		client_print(client, "  没填  %s\n", halves->empty);
}

/* The days on which stages were first reached, in the order of the days. */
static void print_reached(struct client *client, const json_t *record)
{
	const json_t *reached = answer_member(record, "reached"), *flow = answer_member(record, "flow");
	const char *line = "";

	for (size_t i = 0; i < json_array_size(flow); i++) {
		const json_t *stage = json_array_get(flow, i);
		const char *on = answer_text(reached, answer_text(stage, "name"));

		if (*on != '\0')
			line = pool_format(client->pool, "%s  %s %s", line, answer_text(stage, "title"), on);
	}
	if (*line != '\0')
		client_print(client, "  到过%s\n", line);
}

static void print_references(struct client *client, const json_t *record)
{
	const json_t *refs = answer_member(record, "refs"), *referred = answer_member(record, "referred_by");
	size_t count = json_array_size(referred);
	int64_t total = answer_integer(record, "referred_total", (int64_t)count);

	if (json_array_size(refs) > 0)
		client_print(client, "  引用");
	for (size_t i = 0; i < json_array_size(refs); i++)
		client_print(client, "  %s %s", answer_text(json_array_get(refs, i), "id"),
		    answer_text(json_array_get(refs, i), "title"));
	if (count > 0)
		client_print(client, "%s被引用", json_array_size(refs) > 0 ? "    " : "  ");
	for (size_t i = 0; i < count && i < REFERRED_SHOWN; i++) {
		const json_t *other = json_array_get(referred, i);
		const char *stage = answer_text(other, "stage_title");

		client_print(client, "  %s %s", answer_text(other, "id"), answer_text(other, "title"));
		if (*stage != '\0')
			client_print(client, "（%s）", stage);
	}
	if (total > (count < REFERRED_SHOWN ? (int64_t)count : REFERRED_SHOWN))
		client_print(client, "  等 %" PRId64 " 项", total);
	if (json_array_size(refs) > 0 || count > 0)
		client_print(client, "\n");
}

/* "红：签约 97 天仍未开工，另有 1 黄": the sentence takes a call more, so green has none. */
static void print_light(struct client *client, const json_t *record)
{
	const char *light = answer_text(record, "light"), *reason = "";
	json_t *params;

	if (*light == '\0')
		return;
	if (strcmp(light, "green") != 0) {
		params = client_params(client);
		json_object_set_new(params, "id", json_string(answer_text(record, "id")));
		reason = light_reason(client->pool, client_try(client, "finding.list", params));
	}
	client_print(client, "  ");
	client_print_toned(client, light_of_record(client->pool, record), light_tone(light));
	client_print(client, "%s%s", *reason != '\0' ? "：" : "", reason);
}

static void print_heading(struct client *client, const json_t *record)
{
	const char *stage = answer_text(record, "stage_title");

	client_print(client, "%s  %s", answer_text(record, "id"), answer_text(record, "title"));
	if (*stage != '\0') {
		client_print(client, "  %s", stage);
		if (*answer_text(record, "stage_since") != '\0')
			client_print(client, "，自 %s，%" PRId64 " 天", answer_text(record, "stage_since"),
			    answer_integer(record, "days_in_stage", 0));
	}
	print_light(client, record);
	client_print(client, "  第 %" PRId64 " 版\n", answer_integer(record, "version", 0));
}

/* The record as a table of two columns, for --csv. */
static void show_csv(struct client *client, const json_t *record)
{
	const json_t *columns = answer_member(record, "columns"), *titles = answer_member(record, "ref_titles");
	struct table *table = table_new(client->pool);

	table_add_column(table, "字段", ALIGN_LEFT);
	table_add_column(table, "值", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(columns); i++) {
		const json_t *column = json_array_get(columns, i);

		table_add_row(table);
		table_put(table, answer_text(column, "title"), NULL, TONE_NONE);
		value_put(table, client->pool, column, value_of_record(record, answer_text(column, "name")), titles);
	}
	client_show_table(client, table);
}

static json_t *call_for_record(struct client *client, const char *method)
{
	json_t *params = client_params(client);

	json_object_set_new(params, "id", json_string(client->arguments->words[0]));
	return client_call(client, method, params);
}

static int run_show(struct client *client)
{
	struct halves *halves = pool_alloc(client->pool, sizeof *halves);
	json_t *record = call_for_record(client, "record.get");

	if (record == NULL)
		return client->status;
	if (client_shown_as_json(client, record))
		return EXIT_DONE;
	if (client_given(client, OPTION_CSV)) {
		show_csv(client, record);
		return EXIT_DONE;
	}
	halves->empty = "";
	sort_fields(client, record, halves);
	print_heading(client, record);
	print_halves(client, halves);
	print_reached(client, record);
	print_references(client, record);
	client_print(client, "截至 %s", answer_text(record, "as_of"));
	if (*answer_text(record, "known") != '\0')
		client_print(client, "  当时所知 %s", answer_text(record, "known"));
	client_print(client, "  #%" PRId64, answer_integer(record, "seq", 0));
	if (answer_has(record, "light"))
		client_print(client, "    灯的原因：luodi why %s", answer_text(record, "id"));
	client_print(client, "    经过：luodi history %s\n", answer_text(record, "id"));
	light_print_stale(client, answer_member(record, "stale"));
	return EXIT_DONE;
}

const struct verb verb_show = {
    .name = "show",
    .usage = "编号或名称",
    .summary = "一条记录的全部，它引用谁、谁引用它",
    .examples =
	{
	    {"show {id}", "按编号"},
	    {"show {word}", "按名称；短了就列出可能的几条，不替您选"},
	    {"show {id} --as-of {monthend}", "{monthend} 那天的样子"},
	},
    .options = OPTIONS_READ,
    .words = {WORD_RECORD},
    .least = 1,
    .most = 1,
    .run = run_show,
};

static int run_history(struct client *client)
{
	json_t *result = call_for_record(client, "record.history");
	const json_t *events = answer_member(result, "events");
	struct table *table = table_new(client->pool);

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "序号", ALIGN_LEFT);
	table_add_column(table, "记录于", ALIGN_LEFT);
	table_add_column(table, "发生于", ALIGN_LEFT);
	table_add_column(table, "谁", ALIGN_LEFT);
	table_add_column(table, "何事", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		enum tone tone = answer_has(event, "void") ? TONE_FAINT : TONE_NONE;
		int64_t seq = answer_integer(event, "seq", 0);

		table_add_row(table);
		table_put(table, pool_format(client->pool, "#%" PRId64, seq),
		    pool_format(client->pool, "%" PRId64, seq), tone);
		table_put(table, value_moment(client->pool, answer_text(event, "recorded_at"), false), NULL, tone);
		table_put(table, answer_text(event, "effective_on"), NULL, tone);
		table_put(table, answer_text(event, "actor"), NULL, tone);
		table_put(table, screen_event_text(client, event), NULL, tone);
	}
	client_show_table(client, table);
	return EXIT_DONE;
}

const struct verb verb_history = {
    .name = "history",
    .usage = "编号或名称",
    .summary = "经过：何时发生、何时记下、谁、何事、为什么",
    .examples = {{"history {id}", "从新建到今天的每一件事"}},
    .options = OPTIONS_READ,
    .words = {WORD_RECORD},
    .least = 1,
    .most = 1,
    .run = run_history,
};
