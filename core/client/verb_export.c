/* export: a plugin's report, to standard output or to a file that appears whole or not at all. */
#include "client/base64.h"
#include "client/client.h"
#include "client/complain.h"
#include "client/output_file.h"
#include "client/value.h"
#include "text/width.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CHUNK_LARGEST = 16 * 1024 * 1024 };

struct exporting {
	struct client *client;
	struct output_file *file; /* NULL: standard output */
	struct buffer chunk;	  /* decoded; on a terminal, what does not end a line waits for its rest */
	int64_t bytes;
	bool failed;
	struct error error;
};

/* A terminal gets whole lines, made safe; a file or a pipe the bytes as they are. */
static void to_standard_output(struct exporting *exporting, bool last)
{
	struct client *client = exporting->client;
	struct buffer *chunk = &exporting->chunk;
	const char *newline = chunk->length > 0 ? memrchr(chunk->bytes, '\n', chunk->length) : NULL;
	size_t length = last || newline == NULL ? (last ? chunk->length : 0) : (size_t)(newline - chunk->bytes) + 1;

	if (!client->terminal) {
		buffer_append(&client->out, chunk->bytes, chunk->length);
		buffer_reset(chunk);
	} else if (length > 0) {
		char *lines = pool_copy_bytes(client->pool, chunk->bytes, length);

		text_append_safe(&client->out, lines, false);
		buffer_consume(chunk, length);
	}
	client_flush(client);
	exporting->failed = client->output_failed;
}

static bool on_chunk(void *argument, const char *method, const json_t *params)
{
	struct exporting *exporting = argument;
	struct buffer *chunk = &exporting->chunk;
	size_t before = chunk->length;

	if (strcmp(method, "export.chunk") != 0)
		return true;
	if (!base64_decode(answer_text(params, "data"), chunk)) {
		error_set(&exporting->error, ERROR_INTERNAL, "", "luodid 送来的字节读不懂");
		exporting->failed = true;
		return false;
	}
	exporting->bytes += (int64_t)(chunk->length - before);
	if (exporting->file == NULL) {
		to_standard_output(exporting, false);
	} else {
		exporting->failed = !output_file_write(exporting->file, chunk->bytes, chunk->length, &exporting->error);
		buffer_reset(chunk);
	}
	return !exporting->failed;
}

/* The format: as told, else by the ending of the file's name, else what the export declares first (NULL). */
static const char *format_wanted(const struct client *client)
{
	static const char *const endings[][2] = {
	    {".xlsx", "xlsx"}, {".html", "html"}, {".htm", "html"}, {".csv", "csv"}, {".json", "json"}, {".md", "md"}};
	const char *told = client->arguments->values[OPTION_FORMAT], *path = client->arguments->values[OPTION_OUTPUT];
	const char *ending = path != NULL ? strrchr(output_file_name(path), '.') : NULL;

	for (size_t i = 0; told == NULL && ending != NULL && i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(ending, endings[i][0]) == 0)
			return endings[i][1];
	return told;
}

/* key=value words behind the name, as "args". NULL: the usage screen is printed. */
static json_t *export_params(struct client *client)
{
	json_t *params = client_params(client), *args = json_object();

	json_object_set_new(params, "name", json_string(client->arguments->words[0]));
	json_object_set_new(params, "args", args);
	if (format_wanted(client) != NULL)
		json_object_set_new(params, "format", json_string(format_wanted(client)));
	for (size_t i = 1; i < client->arguments->word_count; i++) {
		const char *word = client->arguments->words[i], *equals = strchr(word, '=');

		if (equals == NULL || equals == word) {
			client_usage(
			    client, pool_format(client->pool, "它要什么：luodi help export"), "“%s”不像 名=值", word);
			json_decref(params);
			return NULL;
		}
		json_object_set_new(
		    args, pool_copy_bytes(client->pool, word, (size_t)(equals - word)), json_string(equals + 1));
	}
	return params;
}

/* The name with {as_of} filled in. */
static const char *final_name(struct client *client, const char *path, const json_t *result)
{
	const char *name = output_file_name(path), *brace = strstr(name, "{as_of}");

	if (brace == NULL)
		return name;
	return pool_format(client->pool, "%.*s%s%s", (int)(brace - name), name, answer_text(result, "as_of"),
	    brace + strlen("{as_of}"));
}

static bool finish(struct exporting *exporting, const char *path, const json_t *result)
{
	struct client *client = exporting->client;
	const char *name, *known;

	if (answer_has(result, "bytes") && answer_integer(result, "bytes", 0) != exporting->bytes)
		return error_set(&exporting->error, ERROR_INTERNAL, "",
		    "应有 %" PRId64 " 字节，收到 %" PRId64 "；没有写全", answer_integer(result, "bytes", 0),
		    exporting->bytes);
	if (exporting->file == NULL) {
		to_standard_output(exporting, true);
		return true;
	}
	name = final_name(client, path, result);
	if (!output_file_finish(exporting->file, name, &exporting->error))
		return false;
	if (client_shown_as_json(client, result) || client_given(client, OPTION_QUIET))
		return true;
	known = answer_text(result, "known");
	client_print(client, "%.*s%s  %s 行  %s 字节  截至 %s", (int)(output_file_name(path) - path), path, name,
	    value_grouped(client->pool, answer_integer(result, "rows", 0)),
	    value_grouped(client->pool, exporting->bytes), answer_text(result, "as_of"));
	if (*known != '\0')
		client_print(client, "  当时所知 %s", known);
	client_print(
	    client, "  #%" PRId64 "  插件集 %.4s\n", answer_integer(result, "seq", 0), answer_text(result, "plugins"));
	return true;
}

static int list_exports(struct client *client)
{
	json_t *result = client_call(client, "export.list", json_object());
	const json_t *exports = answer_member(result, "exports");
	struct table *table = table_new(client->pool);

	if (result == NULL)
		return client->status;
	if (client_shown_as_json(client, result))
		return EXIT_DONE;
	table_add_column(table, "导出", ALIGN_LEFT);
	table_add_column(table, "名称", ALIGN_LEFT);
	table_add_column(table, "格式", ALIGN_LEFT);
	table_add_column(table, "参数", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(exports); i++) {
		const json_t *one = json_array_get(exports, i), *args = answer_member(one, "args"),
			     *formats = answer_member(one, "formats");
		const char *line = "", *format_line = "";

		for (size_t k = 0; k < json_array_size(args); k++)
			line = pool_format(client->pool, "%s%s=%s ", line, answer_text(json_array_get(args, k), "name"),
			    answer_text(json_array_get(args, k), "title"));
		for (size_t k = 0; k < json_array_size(formats); k++)
			format_line = pool_format(client->pool, "%s%s ", format_line, answer_text_at(formats, k));
		table_add_row(table);
		table_put(table, answer_text(one, "name"), NULL, TONE_NONE);
		table_put(table, answer_text(one, "title"), NULL, TONE_NONE);
		table_put(table, format_line, NULL, TONE_NONE);
		table_put(table, *line != '\0' ? line : "-", NULL, TONE_NONE);
	}
	client_show_table(client, table);
	return EXIT_DONE;
}

static int run_export(struct client *client)
{
	struct exporting exporting = {.client = client};
	const char *path = client->arguments->values[OPTION_OUTPUT];
	json_t *params, *result;
	int status = EXIT_DONE;

	if (client->arguments->word_count == 0)
		return list_exports(client);
	if (path == NULL && client_given(client, OPTION_JSON))
		return client_usage(
		    client, "导出成 JSON 是 --format json", "--json 是答复，导出的字节要另写一处：加上 -o 文件");
	if (path == NULL && client->terminal && format_wanted(client) != NULL &&
	    strcmp(format_wanted(client), "xlsx") == 0)
		return client_usage(client, "加上 -o 文件名.xlsx", "xlsx 不是给屏幕看的");
	params = export_params(client);
	if (params == NULL)
		return EXIT_USAGE;
	if (path != NULL && (exporting.file = output_file_new(path, &exporting.error)) == NULL) {
		json_decref(params);
		return complain_error(client, &exporting.error);
	}
	buffer_init(&exporting.chunk, CHUNK_LARGEST);
	result = client_call_notified(client, "export.run", params, on_chunk, &exporting);
	if (result == NULL && exporting.failed && !client->output_failed)
		status = complain_error(client, &exporting.error);
	else if (result == NULL)
		status = client->status;
	else if (!finish(&exporting, path, result))
		status = complain_error(client, &exporting.error);
	if (status != EXIT_DONE && path != NULL && access(path, F_OK) == 0)
		client_say(client, "  %s 没有动", path);
	buffer_clear(&exporting.chunk);
	output_file_free(exporting.file);
	return status;
}

const struct verb verb_export = {
    .name = "export",
    .usage = "[导出 [名=值 …]]",
    .summary = "做一份报表；要么写全，要么原来的文件不动",
    .examples =
	{
	    {"export", "有哪些，要什么参数"},
	    {"export {export} --as-of {monthend}", "{monthend} 那天的，写到屏幕"},
	    {"export {export} --as-of today --quiet -o '{export}-{as_of}.md'", "写到文件，日期在名字里；给 cron 用"},
	    {"export {export} --as-of today -o {export}.xlsx", "给 Excel：格式看文件名，或者 --format 写明"},
	},
    .options = OPTIONS_READ | OPTION_BIT(OPTION_PERIOD) | OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_OUTPUT),
    .words = {WORD_EXPORT, WORD_TEXT},
    .most = VERBS_MANY,
    .run = run_export,
};
