#include "client/import_screen.h"

#include "client/screen.h"
#include "client/value.h"
#include <inttypes.h>

enum { CHANGES_SHOWN = 8, REFUSALS_SHOWN = 20, NAMES_SHOWN = 12 };

const char *import_column_letters(struct pool *pool, int64_t column)
{
	const char *letters = "";

	for (; column > 0; column = (column - 1) / 26)
		letters = pool_format(pool, "%c%s", (char)('A' + (column - 1) % 26), letters);
	return letters;
}

static void print_facts(struct client *client, const struct import_facts *facts, const json_t *report)
{
	client_print(client, "%s：", facts->name);
	if (facts->header_number > 0)
		client_print(client, "表头在第 %" PRId64 " 行，", facts->header_number);
	if (facts->unit != NULL)
		client_print(client, "单位%s，", facts->unit);
	if (facts->encoding != NULL)
		client_print(client, "编码 %s，", facts->encoding);
	client_print(client, "%s 行", value_grouped(client->pool, facts->rows));
	if (facts->notes > 0)
		client_print(client, "，略过 %" PRId64 " 行附注", facts->notes);
	if (facts->totals != NULL)
		client_print(client, "；%s", facts->totals);
	if (answer_has(report, "key"))
		client_print(client, "；按 %s 对照", answer_text(report, "key"));
	client_print(client, "\n");
}

static void print_counts(struct client *client, const json_t *report)
{
	static const char *const COUNTS[][2] = {
	    {"新增", "added"}, {"更改", "changed"}, {"相同", "unchanged"}, {"拒收", "refused_count"}};

	for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++)
		client_print(client, "%s%s %s", i > 0 ? "  " : "", COUNTS[i][0],
		    value_grouped(client->pool, answer_integer(report, COUNTS[i][1], 0)));
	client_print(client, "\n");
}

static void print_changes(struct client *client, const json_t *report, bool whole)
{
	const json_t *changes = answer_member(report, "changes");
	size_t count = json_array_size(changes), shown = whole || count <= CHANGES_SHOWN ? count : CHANGES_SHOWN;
	int64_t more = answer_integer(report, "more_changes", 0) + (int64_t)(count - shown);
	struct table *table = table_new(client->pool);

	table_add_column(table, "行", ALIGN_RIGHT);
	table_add_column(table, "编号", ALIGN_LEFT);
	table_add_column(table, "名称", ALIGN_LEFT);
	table_add_column(table, "更改的列", ALIGN_LEFT);
	table_add_column(table, "现在", ALIGN_RIGHT);
	table_add_column(table, "台账", ALIGN_RIGHT);
	for (size_t i = 0; i < shown; i++) {
		const json_t *change = json_array_get(changes, i);

		table_add_row(table);
		table_put(
		    table, pool_format(client->pool, "%" PRId64, answer_integer(change, "row", 0)), NULL, TONE_NONE);
		table_put(table, answer_has(change, "id") ? answer_text(change, "id") : "新", NULL, TONE_NONE);
		table_put(table, answer_text(change, "title"), NULL, TONE_NONE);
		table_put(table, answer_text(change, "field_title"), NULL, TONE_NONE);
		table_put(table, value_retell(client->pool, answer_text(change, "type"), answer_text(change, "from")),
		    NULL, TONE_NONE);
		table_put(table, value_retell(client->pool, answer_text(change, "type"), answer_text(change, "to")),
		    NULL, TONE_NONE);
	}
	if (shown > 0)
		client_print_table(client, table, 2);
	if (more > 0)
		client_print(client, "  还有 %" PRId64 " 处更改%s\n", more,
		    count > shown && client_asks(client) ? "，按 d 看" : "");
}

static void print_refusals(struct client *client, const json_t *report, bool whole)
{
	const json_t *refusals = answer_member(report, "refused");
	size_t count = json_array_size(refusals), shown = whole || count <= REFUSALS_SHOWN ? count : REFUSALS_SHOWN;
	struct table *table = table_new(client->pool);

	if (count == 0)
		return;
	table_add_column(table, "拒收在", ALIGN_LEFT);
	table_add_column(table, "行", ALIGN_RIGHT);
	table_add_column(table, "列", ALIGN_LEFT);
	table_add_column(table, "列名", ALIGN_LEFT);
	table_add_column(table, "写的是", ALIGN_LEFT);
	table_add_column(table, "为什么", ALIGN_LEFT);
	for (size_t i = 0; i < shown; i++) {
		const json_t *refusal = json_array_get(refusals, i);

		table_add_row(table);
		table_put(table, *answer_text(refusal, "sheet") != '\0' ? answer_text(refusal, "sheet") : "-", NULL,
		    TONE_NONE);
		table_put(
		    table, pool_format(client->pool, "%" PRId64, answer_integer(refusal, "row", 0)), NULL, TONE_NONE);
		table_put(
		    table, import_column_letters(client->pool, answer_integer(refusal, "column", 0)), NULL, TONE_NONE);
		table_put(table,
		    *answer_text(refusal, "column_name") != '\0' ? answer_text(refusal, "column_name") : "-", NULL,
		    TONE_NONE);
		table_put(table, *answer_text(refusal, "value") != '\0' ? answer_text(refusal, "value") : "-", NULL,
		    TONE_NONE);
		table_put(table, answer_text(refusal, "reason"), NULL, TONE_NONE);
	}
	client_print_table(client, table, 2);
	if (count > shown)
		client_print(client, "  还有 %zu 处拒收，%s\n", count - shown,
		    client_asks(client) ? "按 d 看，或者 --rejects 文件" : "全部的另写一份：--rejects 文件");
}

/* The first few names of a list: "  没有用的列：备注、序号". */
static void print_names(struct client *client, const char *title, const json_t *names, int64_t total)
{
	size_t count = json_array_size(names), shown = count < NAMES_SHOWN ? count : NAMES_SHOWN;
	const char *line = "";

	for (size_t i = 0; i < shown; i++)
		line = pool_format(client->pool, "%s%s%s", line, i > 0 ? "、" : "", answer_text_at(names, i));
	if (count > 0)
		client_print(client, "  %s：%s%s\n", title, line,
		    total > (int64_t)shown ? pool_format(client->pool, " 等 %" PRId64 " 个", total) : "");
}

void import_print_preview(struct client *client, const struct import_facts *facts, const json_t *report, bool whole)
{
	const json_t *warnings = answer_member(report, "warnings"), *ignored = answer_member(report, "ignored");

	print_facts(client, facts, report);
	print_counts(client, report);
	print_changes(client, report, whole);
	print_refusals(client, report, whole);
	print_names(client, "没有用的列", ignored, (int64_t)json_array_size(ignored));
	print_names(client, "账里有、表里没有（不动它们）", answer_member(report, "missing"),
	    answer_integer(report, "missing_total", 0));
	for (size_t i = 0; i < json_array_size(warnings); i++)
		client_print(client, "  注意：%s\n", answer_text_at(warnings, i));
}

void import_print_done(struct client *client, const json_t *report)
{
	int64_t batch = answer_integer(report, "batch", 0), refused = answer_integer(report, "refused_count", 0);

	if (client_shown_as_json(client, report) || client_given(client, OPTION_QUIET))
		return;
	if (batch == 0) { /* others wrote the same meanwhile, or every row was refused */
		client_print(client, "没有要写的");
		if (refused > 0)
			client_print(client, "  拒收 %" PRId64, refused);
		client_print(client, "\n");
		return;
	}
	client_print(client, "批次 %" PRId64 "  #%" PRId64 " 到 #%" PRId64 "  新增 %" PRId64 "  更改 %" PRId64, batch,
	    answer_integer(report, "first_seq", 0), answer_integer(report, "last_seq", 0),
	    answer_integer(report, "added", 0), answer_integer(report, "changed", 0));
	if (refused > 0)
		client_print(client, "  拒收 %" PRId64, refused);
	client_print(client, "    反悔：luodi undo %" PRId64 "\n", batch);
}
