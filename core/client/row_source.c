#include "client/row_source.h"

#include "base/buffer.h"
#include "client/csv_source.h"
#include "client/jsonl_source.h"
#include "client/text_source.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct row_source {
	struct text_source *text;
	bool lines_of_json;
	char delimiter;		/* 0: to be told from the text */
	struct csv_source *csv; /* one of the two */
	struct jsonl_source *jsonl;
};

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length > end_length && strcasecmp(path + length - end_length, end) == 0;
}

static bool begin(struct row_source *source, struct error *error)
{
	if (source->lines_of_json)
		source->jsonl = jsonl_source_new(source->text, error);
	else
		source->csv = csv_source_new(source->text, source->delimiter, error);
	return source->jsonl != NULL || source->csv != NULL;
}

struct row_source *row_source_open(const char *path, const char *encoding, struct error *error)
{
	struct row_source *source = calloc(1, sizeof *source);

	if (source == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不够");
		return NULL;
	}
	source->text = text_source_open(path, encoding, error);
	if (source->text == NULL) {
		free(source);
		return NULL;
	}
	source->lines_of_json =
	    ends_with(path, ".jsonl") || ends_with(path, ".ndjson") || text_source_first(source->text) == '{';
	source->delimiter = ends_with(path, ".tsv") || ends_with(path, ".tab") ? '\t' : 0;
	if (!begin(source, error)) {
		row_source_free(source);
		return NULL;
	}
	return source;
}

void row_source_free(struct row_source *source)
{
	if (source == NULL)
		return;
	csv_source_free(source->csv);
	jsonl_source_free(source->jsonl);
	text_source_free(source->text);
	free(source);
}

bool row_source_rewind(struct row_source *source, struct error *error)
{
	csv_source_free(source->csv);
	jsonl_source_free(source->jsonl);
	source->csv = NULL;
	source->jsonl = NULL;
	return text_source_rewind(source->text, error) && begin(source, error);
}

bool row_source_next(struct row_source *source, struct row *ret_row, struct error *error)
{
	*error = (struct error){.code = ERROR_NONE, .position = -1};
	if (source->csv == NULL && source->jsonl == NULL)
		return error_set(error, ERROR_INTERNAL, "", "这个文件已经读不了");
	if (source->jsonl != NULL)
		return jsonl_source_next(source->jsonl, ret_row, error);
	return csv_source_next(source->csv, ret_row, error);
}

const char *row_source_encoding(const struct row_source *source)
{
	return text_source_encoding(source->text);
}

bool row_source_has_names(const struct row_source *source)
{
	return source->jsonl != NULL;
}

bool row_is_blank(const struct row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->cells[i][strspn(row->cells[i], " \t\r\n")] != '\0')
			return false;
	return true;
}
