#include "client/jsonl_source.h"

#include "base/buffer.h"
#include "client/answer.h"
#include <stdlib.h>
#include <string.h>

struct jsonl_source {
	struct text_source *text;
	struct buffer input;
	bool ended, names_given;
	json_t *names; /* name to column */
	int64_t number;
	struct pool *pool; /* of the row that was given */
};

static bool refuse_line(const struct jsonl_source *source, struct error *error, const char *what)
{
	error_set(error, ERROR_INVALID, "", "第 %lld 行%s", (long long)source->number, what);
	return error_hint(error, "每行一个 JSON 对象，值是文字、数、true、false、null 或文字的数组");
}

/* The next line's object, the caller's. NULL: the end, or a fault (error->code). */
static json_t *next_object(struct jsonl_source *source, struct error *error)
{
	for (;;) {
		const char *newline =
		    source->input.length > 0 ? memchr(source->input.bytes, '\n', source->input.length) : NULL;
		size_t length = newline != NULL ? (size_t)(newline - source->input.bytes) : source->input.length;
		const char *line = buffer_text(&source->input);
		json_t *object;

		if (newline == NULL && !source->ended) {
			if (length > JSONL_LINE_LARGEST) {
				source->number++;
				refuse_line(source, error, "太长");
				return NULL;
			}
			if (!text_source_read(source->text, &source->input, &source->ended, error))
				return NULL;
			continue;
		}
		if (length == 0 && newline == NULL)
			return NULL;
		source->number++;
		object =
		    strspn(line, " \t\r") >= length ? NULL : json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
		if (strspn(line, " \t\r") < length && !json_is_object(object)) {
			json_decref(object);
			refuse_line(source, error, "不是 JSON 对象");
			return NULL;
		}
		buffer_consume(&source->input, length + (newline != NULL ? 1 : 0));
		if (object != NULL)
			return object;
	}
}

static bool learn_names(struct jsonl_source *source, json_t *object, struct error *error)
{
	for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
		const char *name = json_object_iter_key(at);

		if (json_object_get(source->names, name) != NULL)
			continue;
		if (json_object_size(source->names) == JSONL_NAMES_LARGEST)
			return refuse_line(source, error, "起名字太多");
		json_object_set_new(source->names, name, answer_new_integer((int64_t)json_object_size(source->names)));
	}
	return true;
}

/* All lines are read for their names, and the text from its beginning afterwards. */
static bool read_names(struct jsonl_source *source, struct error *error)
{
	json_t *object;

	while ((object = next_object(source, error)) != NULL) {
		bool learnt = learn_names(source, object, error);

		json_decref(object);
		if (!learnt)
			return false;
	}
	if (error->code != ERROR_NONE)
		return false;
	buffer_reset(&source->input);
	source->ended = false;
	source->number = 0;
	return text_source_rewind(source->text, error);
}

struct jsonl_source *jsonl_source_new(struct text_source *text, struct error *error)
{
	struct jsonl_source *source = calloc(1, sizeof *source);

	*error = (struct error){.code = ERROR_NONE, .position = -1};
	if (source == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不够");
		return NULL;
	}
	source->text = text;
	source->names = json_object();
	source->pool = pool_new();
	buffer_init(&source->input, (size_t)2 * JSONL_LINE_LARGEST);
	if (read_names(source, error))
		return source;
	jsonl_source_free(source);
	return NULL;
}

void jsonl_source_free(struct jsonl_source *source)
{
	if (source == NULL)
		return;
	json_decref(source->names);
	pool_free(source->pool);
	buffer_clear(&source->input);
	free(source);
}

/* The cell of a value; NULL: an object, or an array of other things than texts. */
static const char *cell_of(struct pool *pool, const json_t *value)
{
	const char *text = "";

	if (json_is_string(value))
		return pool_copy_text(pool, json_string_value(value));
	if (json_is_integer(value))
		return pool_format(pool, "%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return pool_format(pool, "%.15g", json_real_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "是" : "否";
	if (json_is_null(value))
		return "";
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
		if (!json_is_string(json_array_get(value, i)))
			return NULL;
		text = pool_format(pool, "%s%s%s", text, i > 0 ? "、" : "", answer_text_at(value, i));
	}
	return json_is_array(value) ? text : NULL;
}

static bool fill_row(struct jsonl_source *source, json_t *object, struct row *row, struct error *error)
{
	for (size_t i = 0; i < row->count; i++)
		row->cells[i] = "";
	for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
		const json_t *column = json_object_get(source->names, json_object_iter_key(at));
		const char *cell = cell_of(source->pool, json_object_iter_value(at));

		if (column == NULL || cell == NULL)
			return error_set(error, ERROR_INVALID, "", "第 %lld 行的“%s”%s", (long long)source->number,
			    json_object_iter_key(at),
			    column == NULL ? "刚才还没有：文件正被改写" : "不是文字、数或文字的数组");
		row->cells[json_integer_value(column)] = cell;
	}
	return true;
}

bool jsonl_source_next(struct jsonl_source *source, struct row *ret_row, struct error *error)
{
	size_t count = json_object_size(source->names), column = 0;
	json_t *object;
	struct row row;
	bool filled;

	pool_reset(source->pool);
	row = (struct row){0, pool_alloc_array(source->pool, count + 1, sizeof *row.cells), count};
	if (!source->names_given) {
		for (void *at = json_object_iter(source->names); at != NULL;
		     at = json_object_iter_next(source->names, at))
			row.cells[column++] = json_object_iter_key(at);
		source->names_given = true;
		*ret_row = row;
		return true;
	}
	object = next_object(source, error);
	if (object == NULL)
		return false;
	row.number = source->number;
	filled = fill_row(source, object, &row, error);
	json_decref(object);
	*ret_row = row;
	return filled;
}
