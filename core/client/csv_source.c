#include "client/csv_source.h"

#include "client/table.h"
#include <csv.h>
#include <stdlib.h>
#include <string.h>

enum {
	DECODED_LARGEST = 1024 * 1024,
	INSIDE_CELL =
	    2 /* libcsv's state in a cell that has begun; its own check comes only with refusing stray quotes, which people's sheets have */
};

struct queued_row {
	struct row row;
	struct queued_row *next;
};

struct csv_source {
	struct text_source *text;
	struct csv_parser parser;
	bool parser_ready, ended;
	char delimiter;
	struct buffer decoded;
	struct pool *pool, *spare; /* rows in the queue and the one begun live in pool */
	struct queued_row *first, **last;
	const char **cells; /* of the row begun */
	size_t cell_count, cell_capacity;
	int64_t number; /* rows that are complete */
	int last_break; /* the character that ended the last row */
	bool too_wide;
};

static char most_frequent_delimiter(const struct buffer *text)
{
	static const char DELIMITERS[] = {',', '\t', ';'};
	size_t best_count = 0, length = text->length;
	char best = ',';

	for (size_t i = 0; i < sizeof DELIMITERS; i++) {
		size_t count = 0;

		for (size_t k = 0; k < length && k < 4096; k++)
			count += text->bytes[k] == DELIMITERS[i];
		if (count > best_count) {
			best_count = count;
			best = DELIMITERS[i];
		}
	}
	return best;
}

/* The ' that an export puts before what a spreadsheet would take for a formula goes again. */
static const char *without_guard(const char *text)
{
	return text[0] == '\'' && csv_looks_like_formula(text + 1) ? text + 1 : text;
}

static void on_cell(void *bytes, size_t length, void *argument)
{
	struct csv_source *source = argument;
	const char *text = bytes != NULL ? pool_copy_bytes(source->pool, bytes, length) : "";

	source->last_break = 0;
	if (source->cell_count == CSV_COLUMNS_LARGEST) {
		source->too_wide = true;
		return;
	}
	if (source->cell_count == source->cell_capacity) {
		size_t capacity = source->cell_capacity == 0 ? 64 : 2 * source->cell_capacity;
		const char **cells = pool_alloc_array(source->pool, capacity, sizeof *cells);

		if (source->cell_count > 0)
			memcpy(cells, source->cells, source->cell_count * sizeof *cells);
		source->cells = cells;
		source->cell_capacity = capacity;
	}
	source->cells[source->cell_count++] = without_guard(text);
}

static void on_row(int character, void *argument)
{
	struct csv_source *source = argument;
	struct queued_row *queued;

	if (character == '\n' && source->last_break == '\r') { /* the second half of a line break */
		source->last_break = 0;
		return;
	}
	source->last_break = character;
	queued = pool_alloc(source->pool, sizeof *queued);
	queued->row = (struct row){++source->number, source->cells, source->cell_count};
	*source->last = queued;
	source->last = &queued->next;
	source->cells = NULL;
	source->cell_count = source->cell_capacity = 0;
}

struct csv_source *csv_source_new(struct text_source *text, char delimiter, struct error *error)
{
	struct csv_source *source = calloc(1, sizeof *source);

	if (source == NULL || csv_init(&source->parser, CSV_REPALL_NL) != 0) {
		error_set(error, ERROR_INTERNAL, "", "内存不够");
		free(source);
		return NULL;
	}
	source->parser_ready = true;
	source->text = text;
	source->delimiter = delimiter;
	source->pool = pool_new();
	source->spare = pool_new();
	source->last = &source->first;
	buffer_init(&source->decoded, DECODED_LARGEST);
	return source;
}

void csv_source_free(struct csv_source *source)
{
	if (source == NULL)
		return;
	if (source->parser_ready)
		csv_free(&source->parser);
	pool_free(source->pool);
	pool_free(source->spare);
	buffer_clear(&source->decoded);
	free(source);
}

/* The queue is empty: its memory goes, but the cells of the row begun are carried over. */
static void change_pools(struct csv_source *source)
{
	struct pool *pool = source->spare;
	const char **cells = pool_alloc_array(pool, source->cell_capacity + 1, sizeof *cells);

	for (size_t i = 0; i < source->cell_count; i++)
		cells[i] = pool_copy_text(pool, source->cells[i]);
	source->cells = cells;
	source->spare = source->pool;
	source->pool = pool;
	pool_reset(source->spare);
	source->first = NULL;
	source->last = &source->first;
}

static bool refuse_row(const struct csv_source *source, struct error *error, const char *what)
{
	error_set(error, ERROR_INVALID, "", "第 %lld 行起，%s", (long long)source->number + 1, what);
	return error_hint(error, "在表格软件里看那一行，改好再导入");
}

static bool parse_more(struct csv_source *source, struct error *error)
{
	buffer_reset(&source->decoded);
	if (!text_source_read(source->text, &source->decoded, &source->ended, error))
		return false;
	if (source->decoded.full)
		return refuse_row(source, error, "解码以后太长");
	if (memchr(buffer_text(&source->decoded), '\0', source->decoded.length) != NULL)
		return refuse_row(source, error, "有零字节，不像表格");
	if (source->delimiter == 0)
		source->delimiter = most_frequent_delimiter(&source->decoded);
	csv_set_delim(&source->parser, (unsigned char)source->delimiter);
	if (csv_parse(&source->parser, buffer_text(&source->decoded), source->decoded.length, on_cell, on_row,
		source) != source->decoded.length)
		return refuse_row(source, error, csv_strerror(csv_error(&source->parser)));
	if (source->parser.entry_pos > CSV_CELL_LARGEST)
		return refuse_row(source, error, "有一格太长，多半是引号没有收尾");
	if (source->too_wide)
		return refuse_row(source, error, "列太多");
	if (source->ended && source->parser.quoted && source->parser.pstate == INSIDE_CELL)
		return refuse_row(source, error, "引号没有收尾");
	if (source->ended)
		csv_fini(&source->parser, on_cell, on_row, source);
	return true;
}

bool csv_source_next(struct csv_source *source, struct row *ret_row, struct error *error)
{
	while (source->first == NULL) {
		if (source->ended)
			return false;
		change_pools(source);
		if (!parse_more(source, error))
			return false;
	}
	*ret_row = source->first->row;
	source->first = source->first->next;
	if (source->first == NULL)
		source->last = &source->first;
	return true;
}
