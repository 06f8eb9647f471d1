/* A new schema: tables and columns for what it declares, in one transaction. Nothing is ever taken away: a field or a stage that is
 * no longer declared keeps its column, and the catalog remembers it.
 *
 * Of each kind, in this order: its number; its tables; former names; keys that were made by other rules; missing columns; key columns
 * and indexes; the catalog.
 */
#include "base/log.h"
#include "store/internal.h"
#include "text/normal.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { META_SIZE = 200 };

struct apply {
	struct store_connection *writer;
	const struct kind *kind;
	int32_t number; /* of kind */
	char current[IDENTIFIER_SIZE], states[IDENTIFIER_SIZE];
};

/* format is SQLite's: %w is the inside of a quoted identifier, %Q a whole quoted text. */
static char *format_sql(const char *format, va_list arguments, struct error *error)
{
	char *sql = sqlite3_vmprintf(format, arguments);

	if (sql == NULL)
		error_set(error, ERROR_INTERNAL, "", "内存不足");
	return sql;
}

static bool run(struct apply *apply, struct error *error, const char *format, ...)
{
	va_list arguments;
	char *sql;
	bool good;

	va_start(arguments, format);
	sql = format_sql(format, arguments, error);
	va_end(arguments);
	good = sql != NULL && connection_run(apply->writer, sql, error);
	sqlite3_free(sql);
	return good;
}

static bool ask(struct apply *apply, int64_t *ret_number, struct error *error, const char *format, ...)
{
	va_list arguments;
	char *sql;
	bool good;

	va_start(arguments, format);
	sql = format_sql(format, arguments, error);
	va_end(arguments);
	good = sql != NULL && connection_number(apply->writer, sql, ret_number, error);
	sqlite3_free(sql);
	return good;
}

/* ---- columns ---- */

static bool has_column(struct apply *apply, const char *table, const char *column, bool *ret_has, struct error *error)
{
	int64_t found;

	if (!ask(apply, &found, error, "SELECT count(*) FROM pragma_table_info(%Q) WHERE name = %Q", table, column))
		return false;
	*ret_has = found != 0;
	return true;
}

static bool add_column(
    struct apply *apply, const char *table, const char *column, const char *type, struct error *error)
{
	bool has;

	return has_column(apply, table, column, &has, error) &&
	    (has || run(apply, error, "ALTER TABLE \"%w\" ADD COLUMN \"%w\" %s", table, column, type));
}

static bool rename_column(struct apply *apply, const char *table, const char *old, const char *new, struct error *error)
{
	bool has_old, has_new;

	if (!has_column(apply, table, old, &has_old, error) || !has_column(apply, table, new, &has_new, error))
		return false;
	return !has_old || has_new ||
	    run(apply, error, "ALTER TABLE \"%w\" RENAME COLUMN \"%w\" TO \"%w\"", table, old, new);
}

/* ---- the kind itself ---- */

static bool number_kind(struct apply *apply, struct error *error)
{
	const struct kind *kind = apply->kind;
	int64_t number;

	if (!ask(apply, &number, error, "SELECT number FROM kind WHERE name = %Q", kind->name))
		return false;
	if (number != 0) {
		apply->number = (int32_t)number;
		return run(apply, error,
		    "UPDATE kind SET prefix = %Q, title = %Q WHERE number = %d AND (prefix <> %Q OR title <> %Q)",
		    kind->prefix, kind->title, (int)number, kind->prefix, kind->title);
	}
	if (!ask(apply, &number, error,
		"INSERT INTO kind (number, name, prefix, title, next_number)"
		" SELECT coalesce(max(number), 0) + 1, %Q, %Q, %Q, 1 FROM kind RETURNING number",
		kind->name, kind->prefix, kind->title))
		return false;
	apply->number = (int32_t)number;
	return true;
}

static bool make_kind_tables(struct apply *apply, struct error *error)
{
	return run(apply, error,
		   "CREATE TABLE IF NOT EXISTS \"%w\" (record INTEGER PRIMARY KEY, present INTEGER NOT NULL, version "
		   "INTEGER NOT NULL,"
		   " last_on INTEGER, last_seq INTEGER NOT NULL, title TEXT, k_title TEXT, stage TEXT, return_stage "
		   "TEXT, stage_since INTEGER) "
		   "STRICT",
		   apply->current) &&
	    run(apply, error,
		"CREATE TABLE IF NOT EXISTS \"%w\" (record INTEGER NOT NULL, rank INTEGER NOT NULL, effective_on "
		"INTEGER NOT NULL,"
		" seq INTEGER NOT NULL, present INTEGER NOT NULL, version INTEGER NOT NULL, title TEXT, stage TEXT, "
		"return_stage TEXT,"
		" stage_since INTEGER, PRIMARY KEY (record, rank)) STRICT, WITHOUT ROWID",
		apply->states) &&
	    run(apply, error, "CREATE INDEX IF NOT EXISTS t_%d ON \"%w\" (k_title)", apply->number, apply->current);
}

/* ---- former names ---- */

static bool is_remembered(struct apply *apply, const char *what, const char *name, bool *ret_is, struct error *error)
{
	int64_t found;

	if (!ask(apply, &found, error, "SELECT count(*) FROM \"%w\" WHERE kind = %d AND name = %Q", what, apply->number,
		name))
		return false;
	*ret_is = found != 0;
	return true;
}

static bool must_rename(
    struct apply *apply, const char *what, const char *was, const char *name, bool *ret_must, struct error *error)
{
	bool old, new;

	*ret_must = false;
	if (was == NULL || strcmp(was, name) == 0)
		return true;
	if (!is_remembered(apply, what, was, &old, error) || !is_remembered(apply, what, name, &new, error))
		return false;
	*ret_must = old && !new;
	return true;
}

static bool note_rename(struct apply *apply, const char *what, const char *was, const char *name, struct error *error)
{
	return run(apply, error, "UPDATE \"%w\" SET name = %Q WHERE kind = %d AND name = %Q", what, name, apply->number,
		   was) &&
	    run(apply, error, "UPDATE alias SET new = %Q WHERE kind = %d AND what = %Q AND new = %Q", name,
		apply->number, what, was) &&
	    run(apply, error, "INSERT OR REPLACE INTO alias (kind, what, old, new) VALUES (%d, %Q, %Q, %Q)",
		apply->number, what, was, name);
}

static bool drop_indexes(struct apply *apply, const char *field, struct error *error)
{
	return run(apply, error, "DROP INDEX IF EXISTS \"i_%d_%w\"", apply->number, field) &&
	    run(apply, error, "DROP INDEX IF EXISTS \"u_%d_%w\"", apply->number, field);
}

static bool rename_field(struct apply *apply, const struct field *field, struct error *error)
{
	struct field former = {.name = field->was};
	char old[IDENTIFIER_SIZE], new[IDENTIFIER_SIZE];
	bool must;

	if (!must_rename(apply, "field", field->was, field->name, &must, error))
		return false;
	if (!must)
		return true;
	if (!drop_indexes(apply, field->was, error)) /* they are made again under the new name */
		return false;
	column_of_field(&former, old);
	column_of_field(field, new);
	if (!rename_column(apply, apply->current, old, new, error) ||
	    !rename_column(apply, apply->states, old, new, error))
		return false;
	column_of_field_key(&former, old);
	column_of_field_key(field, new);
	return rename_column(apply, apply->current, old, new, error) &&
	    note_rename(apply, "field", field->was, field->name, error);
}

/* Rows hold stages by name; the journal keeps the name that was typed. */
static bool rename_stage(struct apply *apply, const struct stage *stage, struct error *error)
{
	struct stage former = {.name = stage->was};
	char old[IDENTIFIER_SIZE], new[IDENTIFIER_SIZE];
	const char *const tables[] = {apply->current, apply->states};
	bool must;

	if (!must_rename(apply, "stage", stage->was, stage->name, &must, error))
		return false;
	if (!must)
		return true;
	column_of_reached(&former, old);
	column_of_reached(stage, new);
	for (size_t i = 0; i < 2; i++)
		if (!rename_column(apply, tables[i], old, new, error) ||
		    !run(apply, error, "UPDATE \"%w\" SET stage = %Q WHERE stage = %Q", tables[i], stage->name,
			stage->was) ||
		    !run(apply, error, "UPDATE \"%w\" SET return_stage = %Q WHERE return_stage = %Q", tables[i],
			stage->name, stage->was))
			return false;
	return run(apply, error, "UPDATE entry SET stage = %Q WHERE stage = %Q AND record BETWEEN %lld AND %lld",
		   stage->name, stage->was, (long long)record_key(apply->number, 0),
		   (long long)record_key(apply->number, INT32_MAX)) &&
	    note_rename(apply, "stage", stage->was, stage->name, error);
}

/* ---- keys made by other rules ---- */

/* What meta says of key; *ret_value is empty where it says nothing. */
static bool read_meta(struct apply *apply, const char *key, char ret_value[META_SIZE], struct error *error)
{
	sqlite3_stmt *statement = statement_prepare(apply->writer, "SELECT value FROM meta WHERE key = :key", 0, error);
	enum rows_step step;

	if (statement == NULL)
		return false;
	bind_text(statement, ":key", key);
	step = statement_step(apply->writer, statement, error);
	ret_value[0] = '\0';
	if (step == ROWS_ROW)
		snprintf(ret_value, META_SIZE, "%s", column_text(statement, 0));
	sqlite3_finalize(statement);
	return step != ROWS_ERROR;
}

static bool write_meta(struct apply *apply, const char *key, const char *value, struct error *error)
{
	return run(apply, error, "INSERT OR REPLACE INTO meta (key, value) VALUES (%Q, %Q)", key, value);
}

/* The title's are made here; a field whose keyed is 0 gets its own in fill_keys(), and then its index. */
static bool make_keys_again(struct apply *apply, struct error *error)
{
	for (size_t i = 0; i < apply->kind->field_count; i++)
		if (field_has_key_column(&apply->kind->fields[i]) &&
		    !drop_indexes(apply, apply->kind->fields[i].name, error))
			return false;
	return run(apply, error, "UPDATE field SET keyed = 0 WHERE kind = %d", apply->number) &&
	    run(apply, error, "UPDATE \"%w\" SET k_title = luodi_key(title) WHERE k_title IS NOT luodi_key(title)",
		apply->current);
}

/* Each kind says by which rules its keys were made: one whose plugin is away now is seen to when it is back. */
static bool renew_keys(struct apply *apply, struct error *error)
{
	const char *rules = text_key_rules();
	char key[32], former[META_SIZE];

	snprintf(key, sizeof(key), "keys.%d", (int)apply->number);
	if (!read_meta(apply, key, former, error))
		return false;
	if (strcmp(former, rules) == 0)
		return true;
	if (former[0] != '\0')
		log_warning(
		    "文字的比较规则变了（从 %s 到 %s），正在重做“%s”的比较用字", former, rules, apply->kind->title);
	return make_keys_again(apply, error) && write_meta(apply, key, rules, error);
}

/* No order is stored, so nothing has to be made again; but lists may come in another one than people remember. */
static bool note_order(struct store *store, struct error *error)
{
	struct apply apply = {.writer = store->writer};
	const char *rules = text_order_rules();
	char former[META_SIZE];

	if (!read_meta(&apply, "order", former, error))
		return false;
	if (strcmp(former, rules) == 0)
		return true;
	if (former[0] != '\0')
		log_warning("中文的排序规则变了（从 %s 到 %s）：同一张表的先后可能与从前不同，数不变", former, rules);
	return write_meta(&apply, "order", rules, error);
}

/* ---- fields ---- */

static bool add_field_columns(struct apply *apply, const struct field *field, struct error *error)
{
	const char *type = value_is_text(field->type) ? "TEXT" : "INTEGER";
	char name[IDENTIFIER_SIZE];

	column_of_field(field, name);
	return add_column(apply, apply->current, name, type, error) &&
	    add_column(apply, apply->states, name, type, error);
}

/* The key form is kept up only while it is wanted, so it is filled anew when it is wanted again. */
static bool fill_keys(struct apply *apply, const struct field *field, struct error *error)
{
	char key[IDENTIFIER_SIZE], name[IDENTIFIER_SIZE];
	int64_t keyed;

	if (!field_has_key_column(field))
		return true;
	if (!ask(apply, &keyed, error, "SELECT keyed FROM field WHERE kind = %d AND name = %Q", apply->number,
		field->name))
		return false;
	if (keyed != 0)
		return true;
	column_of_field_key(field, key);
	column_of_field(field, name);
	return add_column(apply, apply->current, key, "TEXT", error) &&
	    run(apply, error, "UPDATE \"%w\" SET \"%w\" = luodi_key(\"%w\")", apply->current, key, name);
}

static bool fail_duplicates(
    struct apply *apply, const struct field *field, sqlite3_stmt *statement, struct error *error)
{
	char list[STORE_SENTENCE] = "";
	size_t length = 0;
	enum rows_step step = ROWS_ROW;

	for (; step == ROWS_ROW; step = statement_step(apply->writer, statement, error)) {
		char first[RECORD_ID_SIZE], last[RECORD_ID_SIZE];
		int added;

		kind_format_id(apply->kind, sqlite3_column_int64(statement, 0), first);
		kind_format_id(apply->kind, sqlite3_column_int64(statement, 1), last);
		added = snprintf(list + length, sizeof(list) - length, "%s%s 与 %s（%s）", length > 0 ? "、" : "",
		    first, last, column_text(statement, 2));
		if (added < 0 || (size_t)added >= sizeof(list) - length) {
			list[length] = '\0';
			break;
		}
		length += (size_t)added;
	}
	if (step == ROWS_ERROR)
		return false;
	error_set(error, ERROR_REFUSED, field->name, "“%s”声明为不可重复，但已有重复：%s", field->title, list);
	return error_hint(error, "请先改掉重复的值，再重新加载");
}

static bool check_duplicates(struct apply *apply, const struct field *field, const char *column, struct error *error)
{
	char name[IDENTIFIER_SIZE];
	char *sql = sqlite3_mprintf(
	    "SELECT min(record), max(record), \"%w\" FROM \"%w\" WHERE present = 1 AND \"%w\" IS NOT NULL"
	    " GROUP BY \"%w\" HAVING count(*) > 1 ORDER BY 1 LIMIT 5",
	    column_of_field(field, name), apply->current, column, column);
	sqlite3_stmt *statement;
	enum rows_step step;
	bool good;

	if (sql == NULL)
		return error_set(error, ERROR_INTERNAL, "", "内存不足");
	statement = statement_prepare(apply->writer, sql, 0, error);
	sqlite3_free(sql);
	if (statement == NULL)
		return false;
	step = statement_step(apply->writer, statement, error);
	good = step == ROWS_ROW ? fail_duplicates(apply, field, statement, error) : step == ROWS_END;
	sqlite3_finalize(statement);
	return good;
}

static bool make_index(struct apply *apply, const struct field *field, struct error *error)
{
	char column[IDENTIFIER_SIZE];
	int64_t found;

	if (field_has_key_column(field))
		column_of_field_key(field, column);
	else
		column_of_field(field, column);
	if (!field->unique)
		return run(apply, error, "CREATE INDEX IF NOT EXISTS \"i_%d_%w\" ON \"%w\" (\"%w\")", apply->number,
		    field->name, apply->current, column);
	if (!ask(apply, &found, error, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'u_%d_%q'",
		apply->number, field->name))
		return false;
	return found != 0 ||
	    (check_duplicates(apply, field, column, error) &&
		run(apply, error,
		    "CREATE UNIQUE INDEX \"u_%d_%w\" ON \"%w\" (\"%w\") WHERE present = 1 AND \"%w\" IS NOT NULL",
		    apply->number, field->name, apply->current, column, column));
}

static bool settle_indexes(struct apply *apply, const struct field *field, struct error *error)
{
	if ((!field_is_watched(field) || field->unique) &&
	    !run(apply, error, "DROP INDEX IF EXISTS \"i_%d_%w\"", apply->number, field->name))
		return false;
	if (!field->unique && !run(apply, error, "DROP INDEX IF EXISTS \"u_%d_%w\"", apply->number, field->name))
		return false;
	return !field_is_watched(field) || make_index(apply, field, error);
}

static bool remember_field(struct apply *apply, const struct field *field, size_t position, struct error *error)
{
	return run(apply, error,
	    "INSERT INTO field (kind, name, type, ref, keyed, position) VALUES (%d, %Q, %d, %Q, %d, %d) ON CONFLICT "
	    "(kind, name)"
	    " DO UPDATE SET type = excluded.type, ref = excluded.ref, keyed = excluded.keyed, position = "
	    "excluded.position",
	    apply->number, field->name, (int)field->type, field->ref, (int)field_has_key_column(field), (int)position);
}

static bool apply_field(struct apply *apply, size_t position, struct error *error)
{
	const struct field *field = &apply->kind->fields[position];

	return add_field_columns(apply, field, error) && fill_keys(apply, field, error) &&
	    settle_indexes(apply, field, error) && remember_field(apply, field, position, error);
}

/* ---- stages ---- */

static bool apply_stage(struct apply *apply, size_t position, struct error *error)
{
	const struct stage *stage = &apply->kind->flow->stages[position];
	char name[IDENTIFIER_SIZE];

	column_of_reached(stage, name);
	return add_column(apply, apply->current, name, "INTEGER", error) &&
	    add_column(apply, apply->states, name, "INTEGER", error) &&
	    run(apply, error,
		"INSERT INTO stage (kind, name, title, position) VALUES (%d, %Q, %Q, %d) ON CONFLICT (kind, name)"
		" DO UPDATE SET title = excluded.title, position = excluded.position",
		apply->number, stage->name, stage->title, (int)position);
}

static bool apply_kind(struct apply *apply, struct error *error)
{
	const struct kind *kind = apply->kind;
	size_t stage_count = kind->flow != NULL ? kind->flow->count : 0;

	table_current(kind, apply->current);
	table_states(kind, apply->states);
	if (!number_kind(apply, error) || !make_kind_tables(apply, error))
		return false;
	for (size_t i = 0; i < kind->field_count; i++)
		if (!rename_field(apply, &kind->fields[i], error))
			return false;
	for (size_t i = 0; i < stage_count; i++)
		if (!rename_stage(apply, &kind->flow->stages[i], error))
			return false;
	if (!renew_keys(apply, error))
		return false;
	for (size_t i = 0; i < kind->field_count; i++)
		if (!apply_field(apply, i, error))
			return false;
	for (size_t i = 0; i < stage_count; i++)
		if (!apply_stage(apply, i, error))
			return false;
	return true;
}

static bool apply_all(struct store *store, struct schema *schema, struct error *error)
{
	for (size_t i = 0; i < schema->kind_count; i++) {
		struct apply apply = {.writer = store->writer, .kind = &schema->kinds[i]};

		if (!apply_kind(&apply, error))
			return false;
		schema_set_kind_number(schema, i, apply.number);
	}
	if (!note_order(store, error))
		return false;
	atomic_fetch_add(&store->generation, 1);
	return kinds_prepare(
	    store->writer, schema, error); /* a name that SQLite does not take stops here, not at the first write */
}

bool store_apply_schema(struct store *store, struct schema *schema, struct error *error)
{
	assert(sqlite3_get_autocommit(store->writer->db));
	kinds_clear(store->writer); /* they would stand in the way of changed tables */
	if (!store_begin(store, error))
		return false;
	if (apply_all(store, schema, error))
		return store_commit(store, error);
	store_rollback(store);
	kinds_clear(store->writer);
	return false;
}
