/* import: a sheet that people made, read here with the user's rights, sent row by row, shown back, and written when they say yes.
 *
 * 1. the source is opened, the headings are found among the first rows (read_top)
 * 2. import.begin, then import.rows in blocks (send_rows); rows of totals and notes stay behind
 * 3. import.preview; the screen; the question
 * 4. import.commit with the preview's sequence: what was shown, or a conflict */
#include "client/client.h"
#include "client/complain.h"
#include "client/header.h"
#include "client/import_screen.h"
#include "client/output_file.h"
#include "client/screen.h"
#include "client/totals.h"
#include "text/normal.h"

#include <inttypes.h>
#include <string.h>

enum { TOP_ROWS = 40, BLOCK_ROWS = 1000, BLOCK_BYTES = 512 * 1024, ROW_BYTES = 900 * 1024 };

struct importing {
	struct client *client;
	const char *path, *encoding;
	struct row_source *source;
	struct row top[TOP_ROWS]; /* copied: the first rows, headings among them */
	size_t top_count, header_index;
	const struct row *header;
	const char **headings;	/* as they stand in the file */
	const char *unit;	/* of bare amounts, said by the sheet or on the command line; NULL: by neither */
	const char **units;	/* that headings carry: "计划总投资（万元）"; NULL where they carry none */
	json_t *mapping;	/* borrowed; NULL: none was named */
	int64_t number;		/* of the import */
	json_t *rows, *numbers; /* the block under way */
	size_t block_bytes;
	struct totals *totals;
	struct import_facts facts;
};

/* What the mapping says, if one was named. */
static void learn_mapping(struct importing *importing)
{
	struct client *client = importing->client;
	const char *wished = client->arguments->values[OPTION_MAP];
	json_t *result = wished != NULL ? client_try(client, "schema.mappings", json_object()) : NULL;
	const json_t *mappings = answer_member(result, "mappings");

	for (size_t i = 0; i < json_array_size(mappings); i++) {
		json_t *mapping = json_array_get(mappings, i);

		if (strcmp(answer_text(mapping, "name"), wished) == 0 ||
		    strcmp(answer_text(mapping, "title"), wished) == 0)
			importing->mapping = mapping;
	}
}

static void keep_row(struct importing *importing, const struct row *row)
{
	struct row *kept = &importing->top[importing->top_count++];
	struct pool *pool = importing->client->pool;

	*kept = *row;
	kept->cells = pool_alloc_array(pool, row->count + 1, sizeof *kept->cells);
	for (size_t i = 0; i < row->count; i++)
		kept->cells[i] = pool_copy_text(pool, row->cells[i]);
}

/* The headings that the mapping and the kind's fields know. */
static const char **known_headings(struct importing *importing, size_t *ret_count)
{
	struct client *client = importing->client;
	json_t *result = client_try(client, "schema.fields", json_pack("{s:s}", "kind", client->arguments->words[0]));
	const json_t *fields = answer_member(result, "fields"), *columns = answer_member(importing->mapping, "columns");
	const char **known =
	    pool_alloc_array(client->pool, 2 * json_array_size(fields) + json_array_size(columns) + 8, sizeof *known);
	size_t count = 0;

	known[count++] = "编号";
	known[count++] = "名称";
	known[count++] = "阶段";
	known[count++] = pool_format(client->pool, "%s名称", screen_kind_title(result));

	for (size_t i = 0; i < json_array_size(columns); i++)
		known[count++] = answer_text(json_array_get(columns, i), "header");
	for (size_t i = 0; i < json_array_size(fields); i++) {
		known[count++] = answer_text(json_array_get(fields, i), "name");
		known[count++] = answer_text(json_array_get(fields, i), "title");
	}
	*ret_count = count;
	return known;
}

/* A heading with a unit that the mapping does not know as it stands is sent without it, and the column's bare numbers get it. */
static void take_units(struct importing *importing)
{
	struct client *client = importing->client;
	struct row *header = &importing->top[importing->header_index];
	size_t known_count;
	const char **known = known_headings(importing, &known_count);

	importing->units = pool_alloc_array(client->pool, header->count + 1, sizeof *importing->units);
	importing->headings = pool_alloc_array(client->pool, header->count + 1, sizeof *importing->headings);
	for (size_t i = 0; i < header->count; i++) {
		const char *heading, *unit = header_split_unit(client->pool, header->cells[i], &heading);

		importing->headings[i] = header->cells[i];
		if (unit == NULL || header_is_known(client->pool, header->cells[i], known, known_count))
			continue;
		importing->units[i] = unit;
		header->cells[i] = heading;
	}
}

/* "5,000" in a column of 万元 is "5,000万元". */
static const char *with_unit(struct importing *importing, size_t column, const char *cell, struct pool *scratch)
{
	const char *key = importing->units[column] != NULL ? text_key(scratch, cell) : "";

	if (*key == '\0' || key[strspn(key, "0123456789.,-+")] != '\0')
		return cell;
	return pool_format(scratch, "%s%s", cell, importing->units[column]);
}

/* The row that the mapping says the headings are in, or the one found. */
static size_t find_header(struct importing *importing)
{
	int64_t fixed = answer_integer(importing->mapping, "header", 0);
	const char **known;
	size_t known_count;

	if (row_source_has_names(importing->source))
		return 0;
	for (size_t i = 0; fixed > 0 && i < importing->top_count; i++)
		if (importing->top[i].number == fixed)
			return i;
	known = known_headings(importing, &known_count);
	return header_find(importing->client->pool, importing->top, importing->top_count, known, known_count);
}

static bool read_top(struct importing *importing, struct error *error)
{
	struct client *client = importing->client;
	const char *wished = client->arguments->values[OPTION_ENCODING];
	struct row row;

	if (wished == NULL && importing->mapping != NULL && *answer_text(importing->mapping, "encoding") != '\0')
		wished = answer_text(importing->mapping, "encoding");
	importing->encoding = wished;
	importing->source = row_source_open(importing->path, wished, error);
	if (importing->source == NULL)
		return false;
	while (importing->top_count < TOP_ROWS && row_source_next(importing->source, &row, error))
		keep_row(importing, &row);
	if (importing->top_count < TOP_ROWS && error->code != ERROR_NONE)
		return false;
	importing->header_index = find_header(importing);
	if (importing->header_index >= importing->top_count) {
		error_set(error, ERROR_INVALID, "", "前 %d 行里找不到表头", HEADER_SEARCHED);
		return error_hint(error, "表头的字要和字段的名称一样：luodi fields %s", client->arguments->words[0]);
	}
	take_units(importing);
	importing->header = &importing->top[importing->header_index];
	importing->facts.header_number = importing->header->number;
	importing->unit = client_given(client, OPTION_UNIT)
	    ? client->arguments->values[OPTION_UNIT]
	    : header_unit(client->pool, importing->top, importing->header_index);
	importing->facts.unit = importing->unit;
	if (importing->unit == NULL && *answer_text(importing->mapping, "unit") != '\0')
		importing->facts.unit = answer_text(importing->mapping, "unit"); /* which the daemon knows itself */
	if (strcmp(row_source_encoding(importing->source), "utf-8") != 0)
		importing->facts.encoding = pool_copy_text(client->pool, row_source_encoding(importing->source));
	return true;
}

static bool begin(struct importing *importing)
{
	struct client *client = importing->client;
	json_t *params = client_params(client), *header = json_array(), *result;

	for (size_t i = 0; i < importing->header->count; i++)
		json_array_append_new(header, json_string(importing->header->cells[i]));
	json_object_del(params, "dry_run");
	json_object_del(params, "request_key");
	json_object_set_new(params, "kind", json_string(client->arguments->words[0]));
	json_object_set_new(params, "header", header);
	json_object_set_new(params, "what", json_string(importing->facts.name));
	if (importing->unit != NULL)
		json_object_set_new(params, "unit", json_string(importing->unit));
	result = client_call(client, "import.begin", params);
	importing->number = answer_integer(result, "import", 0);
	return result != NULL;
}

/* Sends the block. false: the screen is printed. */
static bool send_block(struct importing *importing)
{
	struct client *client = importing->client;
	json_t *params, *result;
	bool good;

	if (json_array_size(importing->rows) == 0)
		return true;
	params = json_pack("{s:I, s:O, s:O}", "import", (json_int_t)importing->number, "rows", importing->rows,
	    "numbers", importing->numbers);
	result = client_call(client, "import.rows", params);
	json_array_clear(importing->rows);
	json_array_clear(importing->numbers);
	good = result != NULL;
	client_forget(client, result); /* a long file must not pile up replies */
	importing->block_bytes = 0;
	client_progress(client, importing->facts.rows, 0);
	return good;
}

/* The bytes of a cell in JSON, at most. */
static size_t cell_bytes(const char *cell)
{
	size_t bytes = 4;

	for (const char *c = cell; *c != '\0'; c++)
		bytes += (unsigned char)*c < 0x20 ? 6 : *c == '"' || *c == '\\' ? 2 : 1;
	return bytes;
}

static bool add_row(struct importing *importing, const struct row *row, struct pool *scratch, struct error *error)
{
	json_t *cells = json_array();
	size_t bytes = 16, count = row->count;

	while (count > importing->header->count && *row->cells[count - 1] == '\0')
		count--;
	for (size_t i = 0; i < count; i++) {
		const char *cell =
		    i < importing->header->count ? with_unit(importing, i, row->cells[i], scratch) : row->cells[i];

		bytes += cell_bytes(cell);
		json_array_append_new(cells, *cell != '\0' ? json_string(cell) : json_pack("n"));
	}
	if (count > importing->header->count || bytes > ROW_BYTES) {
		json_decref(cells);
		if (bytes > ROW_BYTES)
			return error_set(error, ERROR_TOO_LARGE, "", "第 %" PRId64 " 行太长", row->number);
		error_set(error, ERROR_INVALID, "", "第 %" PRId64 " 行有 %zu 格，表头只有 %zu 格", row->number, count,
		    importing->header->count);
		return error_hint(error, "多半是那一行里有逗号而没有引号");
	}
	if (importing->block_bytes + bytes > BLOCK_BYTES || json_array_size(importing->rows) == BLOCK_ROWS) {
		if (!send_block(importing)) {
			json_decref(cells);
			return false;
		}
	}
	json_array_append_new(importing->rows, cells);
	json_array_append_new(importing->numbers, answer_new_integer(row->number));
	importing->block_bytes += bytes;
	importing->facts.rows++;
	return true;
}

/* Takes a row under the headings: into the block, the totals, or aside. */
static bool take_row(struct importing *importing, const struct row *row, struct pool *scratch, struct error *error)
{
	bool grand = false;

	pool_reset(scratch);
	if (row_is_blank(row))
		return true;
	if (!row_source_has_names(importing->source) && row_is_total(scratch, row, &grand)) {
		if (grand)
			totals_take_total(importing->totals, row);
		return true;
	}
	if (!row_source_has_names(importing->source) && row_is_note(row)) {
		importing->facts.notes++;
		return true;
	}
	totals_add_row(importing->totals, row);
	return add_row(importing, row, scratch, error);
}

/* false: error says why, or, with no code, the screen is printed. */
static bool send_rows(struct importing *importing, struct error *error)
{
	struct pool *scratch = pool_new();
	struct row row;
	bool good = true;

	*error = (struct error){.code = ERROR_NONE, .position = -1};
	importing->rows = json_array();
	importing->numbers = json_array();
	importing->totals = totals_new(importing->client->pool, importing->header);
	for (size_t i = importing->header_index + 1; good && i < importing->top_count; i++)
		good = take_row(importing, &importing->top[i], scratch, error);
	while (good && row_source_next(importing->source, &row, error))
		good = take_row(importing, &row, scratch, error);
	good = good && error->code == ERROR_NONE && send_block(importing);
	pool_free(scratch);
	client_progress_end(importing->client);
	return good;
}

static bool show_progress(void *argument, const char *method, const json_t *params)
{
	struct client *client = argument;

	if (strcmp(method, "progress") == 0)
		client_progress(client, answer_integer(params, "done", 0), answer_integer(params, "total", 0));
	return true;
}

static json_t *call_import(struct importing *importing, const char *method, int64_t seq)
{
	struct client *client = importing->client;
	json_t *params = json_pack("{s:I}", "import", (json_int_t)importing->number), *result;

	if (seq >= 0)
		json_object_set_new(params, "seq", answer_new_integer(seq));
	result = client_call_notified(client, method, params, show_progress, client);
	client_progress_end(client);
	return result;
}

/* The question, with "d" for all that there is to see. 0: there was nobody to ask. */
static char ask(struct importing *importing, const json_t *report)
{
	struct client *client = importing->client;
	int64_t refused = answer_integer(report, "refused_count", 0);
	int64_t writes = answer_integer(report, "added", 0) + answer_integer(report, "changed", 0);
	const char *question = pool_format(client->pool, "写入 %" PRId64 " 项%s？", writes,
	    refused > 0 ? pool_format(client->pool, "，跳过拒收的 %" PRId64 " 行", refused) : "");
	char answer;

	while ((answer = client_ask(client, question, true)) == 'd') {
		import_print_preview(client, &importing->facts, report, true);
		client_flush(client);
	}
	return answer;
}

static int commit(struct importing *importing, const json_t *report)
{
	struct client *client = importing->client;
	int64_t refused = answer_integer(report, "refused_count", 0);
	int64_t writes = answer_integer(report, "added", 0) + answer_integer(report, "changed", 0);
	bool tells = !client_given(client, OPTION_JSON) && !client_given(client, OPTION_QUIET);
	int status = refused > 0 ? EXIT_REFUSED : EXIT_DONE;
	json_t *done;
	char answer;

	if (tells)
		import_print_preview(client, &importing->facts, report, false);
	if (client_given(client, OPTION_STRICT) && refused > 0) {
		client_shown_as_json(client, report);
		client_flush(client);
		client_say(client, "拒绝：有 %" PRId64 " 行拒收，--strict 就都不写。什么都没有写", refused);
		return EXIT_REFUSED;
	}
	if (client_given(client, OPTION_DRY_RUN) || writes == 0) {
		if (!client_shown_as_json(client, report) && tells)
			client_print(client, writes == 0 ? "没有要写的\n" : "只是试试，什么都没有写\n");
		return status;
	}
	answer = client_given(client, OPTION_YES) ? 'y' : ask(importing, report);
	if (answer != 'y')
		return answer == 0 ? EXIT_USAGE : client_declined(client);
	done = call_import(importing, "import.commit", answer_integer(report, "preview_seq", 0));
	if (done == NULL)
		return client->status;
	import_print_done(client, done);
	return answer_integer(done, "refused_count", refused) > 0 ? EXIT_REFUSED : EXIT_DONE;
}

/* The row as it stands in the file, which is read on to it. row: the last one that was read. */
static void append_original(struct buffer *csv, struct importing *importing, struct row *row, int64_t number)
{
	struct error error;

	while (row->number < number && row_source_next(importing->source, row, &error))
		continue;
	for (size_t i = 0; i < importing->header->count; i++) {
		buffer_append_byte(csv, ',');
		csv_append_cell(csv, row->number == number && i < row->count ? row->cells[i] : "", true);
	}
}

/* A line for each refused cell, the whole row behind it. */
static void append_rejects(struct buffer *csv, struct importing *importing, const json_t *refusals)
{
	struct pool *pool = importing->client->pool;
	struct row row = {0, NULL, 0};

	for (size_t i = 0; i < json_array_size(refusals); i++) {
		const json_t *refusal = json_array_get(refusals, i);
		int64_t number = answer_integer(refusal, "row", 0);

		buffer_format(csv, "\r\n%" PRId64 ",%s,", number,
		    import_column_letters(pool, answer_integer(refusal, "column", 0)));
		csv_append_cell(csv, answer_text(refusal, "column_name"), true);
		buffer_append_byte(csv, ',');
		csv_append_cell(csv, answer_text(refusal, "value"), true);
		buffer_append_byte(csv, ',');
		csv_append_cell(csv, answer_text(refusal, "reason"), true);
		append_original(csv, importing, &row, number);
	}
	buffer_append_text(csv, "\r\n");
}

static bool write_rejects(struct importing *importing, const json_t *report, struct error *error)
{
	static const char TITLES[] = "\xef\xbb\xbf行,列,列名,写的是,为什么";
	const char *path = importing->client->arguments->values[OPTION_REJECTS];
	const json_t *refusals = answer_member(report, "refused");
	struct output_file *file;
	struct buffer csv;
	bool good;

	if (!row_source_rewind(importing->source, error) || (file = output_file_new(path, error)) == NULL)
		return false;
	buffer_init(&csv, 256 * 1024 * 1024);
	buffer_append_text(&csv, TITLES);
	for (size_t i = 0; i < importing->header->count; i++) {
		buffer_append_byte(&csv, ',');
		csv_append_cell(&csv, importing->headings[i], true);
	}
	append_rejects(&csv, importing, refusals);
	good = !csv.full || error_set(error, ERROR_TOO_LARGE, "", "拒收的太多，%s 写不下", path);
	good = good && output_file_write(file, csv.bytes, csv.length, error) &&
	    output_file_finish(file, output_file_name(path), error);
	buffer_clear(&csv);
	output_file_free(file);
	if (good && answer_integer(report, "refused_count", 0) > (int64_t)json_array_size(refusals))
		client_say(importing->client, "注意：%s 里只有前 %zu 处，改好再导入一次，就看得到其余的", path,
		    json_array_size(refusals));
	return good;
}

static int import_file(struct importing *importing)
{
	struct client *client = importing->client;
	struct error error;
	const json_t *report;
	bool agrees = true;

	learn_mapping(importing);
	if (!read_top(importing, &error))
		return complain_error(client, &error);
	if (!begin(importing))
		return client->status;
	if (!send_rows(importing, &error))
		return error.code != ERROR_NONE ? complain_error(client, &error) : client->status;
	importing->facts.totals = totals_compare(importing->totals, client->pool, &agrees);
	report = call_import(importing, "import.preview", -1);
	if (report == NULL)
		return client->status;
	if (client_given(client, OPTION_REJECTS) && !write_rejects(importing, report, &error))
		return complain_error(client, &error);
	return commit(importing, report);
}

static int run_import(struct client *client)
{
	struct importing *importing = pool_alloc(client->pool, sizeof *importing);
	int status;

	if (client_given(client, OPTION_JSON) && !client_given(client, OPTION_YES) &&
	    !client_given(client, OPTION_DRY_RUN))
		return client_usage(
		    client, "先 --json --dry-run 看，再 --json --yes 写", "--json 不问人，要说写不写。什么都没有写");
	importing->client = client;
	importing->path = client->arguments->words[1];
	importing->facts.name = strcmp(importing->path, "-") == 0 ? "标准输入" : output_file_name(importing->path);
	status = import_file(importing);
	row_source_free(importing->source);
	json_decref(importing->rows);
	json_decref(importing->numbers);
	return status;
}

const struct verb verb_import = {
    .name = "import",
    .usage = "种类 文件",
    .summary = "读一张表：CSV、TSV、JSON Lines；先给您看，再写",
    .examples =
	{
	    {"import {kind} 台账.csv --dry-run", "只看会新增、更改、拒收什么"},
	    {"import {kind} 台账.csv --map 对照 --on {monthend}", "按对照认列；{monthend} 那天的样子"},
	    {"import {kind} 台账.csv --encoding gb18030 --rejects 拒收.csv", "老表格的编码；拒收的另写一份"},
	    {"import {kind} 台账.csv --yes --quiet", "不问，给 cron 用；有拒收就退出 1"},
	},
    .options = OPTION_BIT(OPTION_ON) | OPTION_BIT(OPTION_NOTE) | OPTION_BIT(OPTION_DRY_RUN) | OPTION_BIT(OPTION_KEY) |
	OPTION_BIT(OPTION_MAP) | OPTION_BIT(OPTION_SHEET) | OPTION_BIT(OPTION_ENCODING) | OPTION_BIT(OPTION_UNIT) |
	OPTION_BIT(OPTION_STRICT) | OPTION_BIT(OPTION_CLEAR_EMPTY) | OPTION_BIT(OPTION_REJECTS),
    .words = {WORD_KIND, WORD_FILE},
    .least = 2,
    .most = 2,
    .writes = true,
    .run = run_import,
};
