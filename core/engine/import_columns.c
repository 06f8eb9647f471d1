#include "engine/importing.h"

#include "base/clock.h"
#include "base/number.h"
#include "engine/resolve.h"
#include "engine/viewing.h"
#include "text/normal.h"
#include <string.h>

/* What the headings of a file mean. */

struct binding {
	struct import *import;
	const struct import_request *request;
	struct pool *pool;
};

static bool is_word(const char *text, const char *const *words, size_t count, struct pool *pool)
{
	const char *key = text_key(pool, text);

	for (size_t i = 0; i < count; i++)
		if (strcmp(key, text_key(pool, words[i])) == 0)
			return true;
	return false;
}

/* reached(S), S by name or title; "resume" too. -1: not of that form. */
static bool bind_reached(const struct kind *kind, const char *text, struct pool *pool, struct import_column *column)
{
	size_t length = strlen(text);
	const char *name;

	if (length < 10 || strncmp(text, "reached(", 8) != 0 || text[length - 1] != ')' || kind->flow == NULL)
		return false;
	name = pool_copy_bytes(pool, text + 8, length - 9);
	column->stage =
	    strcmp(name, FLOW_RESUME) == 0 || strcmp(name, "复工") == 0 ? STAGE_RESUME : flow_find(kind->flow, name);
	column->target = COLUMN_REACHED;
	return column->stage >= 0;
}

static bool bind_target(const struct kind *kind, const char *text, struct pool *pool, struct import_column *column)
{
	static const char *const titles[] = {"title", "名称"}, *const ids[] = {"id", "编号"},
				 *const stages[] = {"stage", "阶段"};
	int position = kind_find_field(kind, text);

	if (bind_reached(kind, text, pool, column))
		return true;
	if (position < 0 && strcmp(text, "note") == 0) { /* why: the note of the row's events */
		column->target = COLUMN_NOTE;
		return true;
	}
	if (position >= 0) {
		column->target = COLUMN_FIELD;
		column->field = &kind->fields[position];
		return kind->fields[position].compute == 0;
	}
	if (is_word(text, titles, 2, pool) || strcmp(text, pool_format(pool, "%s名称", kind->title)) == 0)
		column->target = COLUMN_TITLE;
	else if (is_word(text, ids, 2, pool))
		column->target = COLUMN_ID;
	else if (kind->flow != NULL && is_word(text, stages, 2, pool))
		column->target = COLUMN_STAGE;
	else
		return false;
	return true;
}

/* Bare amounts of the column are in the file's unit, not the field's. */
static bool bind_unit(struct binding *binding, struct import_column *column, struct error *error)
{
	const struct mapping_declaration *mapping = binding->import->mapping;
	const char *unit = column->mapped != NULL && column->mapped->unit != NULL ? column->mapped->unit
	    : mapping != NULL							  ? mapping->unit
										  : NULL;
	struct field *field;
	int64_t fen;

	if (binding->request->unit != NULL)
		unit = binding->request->unit;
	if (column->target != COLUMN_FIELD || column->field->type != VALUE_MONEY || unit == NULL)
		return true;
	fen = money_unit(unit);
	if (fen == 0)
		return error_set(error, ERROR_INVALID, "unit", "没有金额单位“%s”，可用 元 万元 亿元", unit);
	field = pool_alloc(binding->pool, sizeof(*field));
	*field = *column->field;
	field->unit_fen = fen;
	column->field = field;
	return true;
}

static bool bind_column(struct binding *binding, const char *header, struct import_column *column, struct error *error)
{
	struct import *import = binding->import;
	const char *key;

	*column = (struct import_column){.header = header != NULL ? pool_copy_text(binding->pool, header) : ""};
	if (header == NULL || header[0] == '\0')
		return true;
	key = text_key(binding->pool, header);
	for (size_t i = 0; import->mapping != NULL && i < import->mapping->column_count; i++) {
		const struct mapping_column *mapped = &import->mapping->columns[i];

		if (strcmp(text_key(binding->pool, mapped->header), key) != 0)
			continue;
		column->mapped = mapped;
		if (mapped->target == NULL)
			return true;
		if (!bind_target(import->kind, mapped->target, binding->pool, column))
			return error_set(error, ERROR_INVALID, "map", "%s:%d: 列“%s”对到“%s”，%s没有它",
			    import->mapping->place.file, import->mapping->place.line, mapped->header, mapped->target,
			    import->kind->title);
		return bind_unit(binding, column, error);
	}
	if (!bind_target(import->kind, header, binding->pool, column))
		column->target = COLUMN_IGNORED;
	return bind_unit(binding, column, error);
}

static int find_target(const struct import *import, enum column_target target, const struct field *field)
{
	for (size_t i = 0; i < import->column_count; i++)
		if (import->columns[i].target == target &&
		    (field == NULL || strcmp(import->columns[i].field->name, field->name) == 0))
			return (int)i;
	return -1;
}

/* The column that rows are matched by: as asked, as the mapping says, else id, else a unique field. */
static bool bind_key(struct binding *binding, struct error *error)
{
	struct import *import = binding->import;
	const char *key = binding->request->key != NULL ? binding->request->key
	    : import->mapping != NULL			? import->mapping->key
							: NULL;
	struct import_column wanted = {0};

	import->key_column = -1;
	if (key != NULL) {
		if (!bind_target(import->kind, key, binding->pool, &wanted) || wanted.target == COLUMN_STAGE ||
		    wanted.target == COLUMN_REACHED) {
			error_set(error, ERROR_INVALID, "key", "%s不能按“%s”对照", import->kind->title, key);
			return error_hint(
			    error, "可以按编号（id）、名称（title），或一个字段：luodi fields %s", import->kind->name);
		}
		if (wanted.target == COLUMN_FIELD &&
		    (wanted.field->type != VALUE_TEXT || (!wanted.field->unique && !wanted.field->indexed))) {
			error_set(error, ERROR_INVALID, "key", "%s不能作对照：要是声明了 unique 或 index 的文字字段",
			    wanted.field->title);
			return error_hint(error, "也可以按编号（id）或名称（title）对照");
		}
		import->key_column = find_target(import, wanted.target, wanted.field);
		if (import->key_column < 0)
			return error_set(error, ERROR_INVALID, "key", "文件里没有“%s”这一列", key);
		return true;
	}
	import->key_column = find_target(import, COLUMN_ID, NULL);
	for (size_t i = 0; import->key_column < 0 && i < import->kind->field_count; i++)
		if (import->kind->fields[i].unique && import->kind->fields[i].type == VALUE_TEXT)
			import->key_column = find_target(import, COLUMN_FIELD, &import->kind->fields[i]);
	return true;
}

/* The day that rows are effective on: a day, or a date column. */
static bool bind_on(struct binding *binding, struct error *error)
{
	struct import *import = binding->import;
	const char *on = binding->request->on != NULL ? binding->request->on
	    : import->mapping != NULL		      ? import->mapping->on
						      : NULL;
	struct error not_a_date = {0};
	struct date today = clock_today();
	int position;

	import->on = DATE_NONE;
	import->on_column = -1;
	if (on == NULL)
		return true;
	if (date_parse_relative(on, "on", today, import->set->schema->calendar, &import->on, &not_a_date)) {
		if (import->on.day > today.day)
			return error_set(error, ERROR_REFUSED, "on", "%s 还没到：记的是发生过的事", on);
		return true;
	}
	position = kind_find_field(import->kind, on);
	if (position < 0 || import->kind->fields[position].type != VALUE_DATE)
		return error_set(
		    error, ERROR_INVALID, "on", "“%s”不是日子，也不是%s的日期字段", on, import->kind->title);
	import->on_column = find_target(import, COLUMN_FIELD, &import->kind->fields[position]);
	if (import->on_column < 0)
		return error_set(error, ERROR_INVALID, "on", "文件里没有“%s”这一列", on);
	return true;
}

static bool refuse_twice(const struct import *import, struct error *error)
{
	for (size_t i = 0; i < import->column_count; i++)
		for (size_t j = i + 1; j < import->column_count; j++) {
			const struct import_column *a = &import->columns[i], *b = &import->columns[j];
			bool same = a->target != COLUMN_IGNORED && a->target == b->target &&
			    (a->target != COLUMN_FIELD || strcmp(a->field->name, b->field->name) == 0) &&
			    (a->target != COLUMN_REACHED || a->stage == b->stage);

			if (same)
				return error_set(
				    error, ERROR_INVALID, "header", "“%s”和“%s”两列说的是同一项", a->header, b->header);
		}
	return true;
}

bool import_bind(struct import *import, const struct import_request *request, struct error *error)
{
	struct binding binding = {.import = import, .request = request, .pool = import->pool};
	const char **ignored = pool_alloc_array(import->pool, request->header_count, sizeof(*ignored));
	size_t understood = 0;

	if (request->header_count == 0 || request->header_count > IMPORT_COLUMNS_LARGEST)
		return error_set(error, ERROR_INVALID, "header", "要 1 到 %d 列", IMPORT_COLUMNS_LARGEST);
	import->columns = pool_alloc_array(import->pool, request->header_count, sizeof(*import->columns));
	import->column_count = request->header_count;
	for (size_t i = 0; i < request->header_count; i++) {
		struct import_column *column = &import->columns[i];

		if (!bind_column(&binding, request->header[i], column, error))
			return false;
		understood += column->target != COLUMN_IGNORED;
		if (column->target == COLUMN_IGNORED && column->mapped == NULL && column->header[0] != '\0')
			ignored[import->ignored_count++] = column->header;
	}
	import->ignored = ignored;
	if (understood == 0) {
		error_set(error, ERROR_INVALID, "header", "表头里没有一列是%s的字段", import->kind->title);
		return error_hint(error, "全部字段：luodi fields %s；或用 --map 指定对照", import->kind->name);
	}
	import->day_first = import->mapping != NULL && import->mapping->dates != NULL &&
	    strcmp(import->mapping->dates, "day_first") == 0;
	return refuse_twice(import, error) && bind_key(&binding, error) && bind_on(&binding, error);
}
