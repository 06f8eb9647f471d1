/* Finding records by what they are called, and by what refers to them. */
#include "store/internal.h"
#include "text/normal.h"
#include <stdio.h>
#include <string.h>

enum { WORDS_LARGEST = 16, SQL_LARGEST = 16 << 10 };

static bool collect(struct store_connection *connection, sqlite3_stmt *statement, int64_t *ret_records, size_t limit,
    size_t *ret_count, struct error *error)
{
	enum rows_step step;
	size_t count = 0;

	while ((step = statement_step(connection, statement, error)) == ROWS_ROW) {
		if (count == limit) {
			sqlite3_reset(statement);
			step = ROWS_END;
			break;
		}
		ret_records[count++] = sqlite3_column_int64(statement, 0);
	}
	if (step == ROWS_ERROR)
		return false;
	*ret_count = count;
	return true;
}

static sqlite3_stmt *prepare_buffer(struct store_connection *connection, struct buffer *sql, struct error *error)
{
	sqlite3_stmt *statement = NULL;

	if (sql->full)
		error_set(error, ERROR_TOO_LARGE, "", "查找的文字太长");
	else
		statement = statement_prepare(connection, buffer_text(sql), 0, error);
	buffer_clear(sql);
	return statement;
}

/* ---- by key ---- */

static void put_key_condition(struct buffer *sql, const struct field *field)
{
	char name[IDENTIFIER_SIZE];

	if (field_has_key_column(field)) {
		put_identifier(sql, column_of_field_key(field, name));
	} else if (value_is_text(field->type)) {
		buffer_append_text(sql, "luodi_key(");
		put_identifier(sql, column_of_field(field, name));
		buffer_append_text(sql, ")");
	} else
		put_identifier(sql, column_of_field(field, name));
	/* of numbers the key form is their digits; the column's type makes a number of them */
	buffer_append_text(sql, value_is_text(field->type) ? " = ?1" : " = CAST(?1 AS INTEGER)");
}

static bool find_by_title(struct store_connection *connection, const struct kind *kind, const char *key,
    int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(connection, kind, KIND_FIND_TITLE, error);

	if (statement == NULL)
		return false;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)limit);
	return collect(connection, statement, ret_records, limit, ret_count, error);
}

bool store_find_key(struct store_connection *connection, const struct kind *kind, const struct field *field,
    const char *key, int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error)
{
	struct buffer sql;
	sqlite3_stmt *statement;
	char name[IDENTIFIER_SIZE];
	bool good;

	if (field == NULL)
		return find_by_title(connection, kind, key, ret_records, limit, ret_count, error);
	buffer_init(&sql, SQL_LARGEST);
	buffer_append_text(&sql, "SELECT record FROM ");
	put_identifier(&sql, table_current(kind, name));
	buffer_append_text(&sql, " WHERE present = 1 AND ");
	put_key_condition(&sql, field);
	buffer_append_text(&sql, " ORDER BY record LIMIT ?2");
	statement = prepare_buffer(connection, &sql, error);
	if (statement == NULL)
		return false;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)limit);
	good = collect(connection, statement, ret_records, limit, ret_count, error);
	sqlite3_finalize(statement);
	return good;
}

/* ---- by a part of the title ---- */

/* Splits text in place at blanks, the full-width one too. */
static size_t split_words(char *text, const char *words[WORDS_LARGEST])
{
	static const char wide_blank[] = "\xe3\x80\x80";
	size_t count = 0;
	bool inside = false;

	for (char *at = text; *at != '\0';) {
		size_t blank = strncmp(at, wide_blank, 3) == 0 ? 3 : strchr(" \t\r\n", *at) != NULL ? 1 : 0;

		if (blank > 0)
			*at = '\0';
		else if (!inside && count < WORDS_LARGEST)
			words[count++] = at;
		inside = blank == 0;
		at += blank > 0 ? blank : 1;
	}
	return count;
}

static bool find_words(struct store_connection *connection, const struct kind *kind, const char *const *words,
    size_t word_count, const char *condition, int64_t *ret_records, size_t limit, size_t *ret_count,
    struct error *error)
{
	struct buffer sql;
	sqlite3_stmt *statement;
	char name[IDENTIFIER_SIZE];
	bool good;

	buffer_init(&sql, SQL_LARGEST);
	buffer_append_text(&sql, "SELECT record FROM ");
	put_identifier(&sql, table_current(kind, name));
	buffer_append_text(&sql, " WHERE present = 1");
	for (size_t i = 0; i < word_count; i++)
		buffer_format(&sql, " AND luodi_word(title, ?%zu) %s", i + 1, condition);
	buffer_format(&sql, " ORDER BY record LIMIT ?%zu", word_count + 1);
	statement = prepare_buffer(connection, &sql, error);
	if (statement == NULL)
		return false;
	for (size_t i = 0; i < word_count; i++)
		sqlite3_bind_text(statement, (int)i + 1, words[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, (int)word_count + 1, (sqlite3_int64)limit);
	good = collect(connection, statement, ret_records, limit, ret_count, error);
	sqlite3_finalize(statement);
	return good;
}

/* Pinyin and initials only where the characters themselves are found nowhere: else they would make plain words ambiguous. */
bool store_find_title_part(struct store_connection *connection, const struct kind *kind, const char *text,
    int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error)
{
	struct pool *pool = pool_new();
	const char *words[WORDS_LARGEST];
	size_t count = split_words(pool_copy_text(pool, text), words);
	bool good = true;

	*ret_count = 0;
	if (count > 0)
		good = find_words(connection, kind, words, count, "= 1", ret_records, limit, ret_count, error);
	if (good && count > 0 && *ret_count == 0)
		good = find_words(connection, kind, words, count, "> 0", ret_records, limit, ret_count, error);
	pool_free(pool);
	return good;
}

/* ---- by a title of the past ---- */

struct wanted { /* a title: its key form alone, or words that it holds */
	const char *key;
	const char *words[WORDS_LARGEST];
	size_t word_count;
	bool plain; /* the words' own characters, no pinyin */
};

static bool title_is_wanted(const char *title, const struct wanted *wanted, struct pool *pool)
{
	if (title == NULL)
		return false;
	if (wanted->key != NULL)
		return strcmp(text_key(pool, title), wanted->key) == 0;
	for (size_t i = 0; i < wanted->word_count; i++) {
		char *match;
		enum text_match how = text_find_word(pool, title, wanted->words[i], &match);

		if (how == TEXT_NO_MATCH || (wanted->plain && how != TEXT_SUBSTRING))
			return false;
	}
	return true;
}

/* Records that had such a title at some time, as known then: the moment tells which of them have it. */
static sqlite3_stmt *prepare_ever(struct store_connection *connection, const struct kind *kind,
    const struct wanted *wanted, int64_t known_seq, struct error *error)
{
	struct buffer sql;
	sqlite3_stmt *statement;
	char name[IDENTIFIER_SIZE];

	buffer_init(&sql, SQL_LARGEST);
	buffer_append_text(&sql, "SELECT DISTINCT record FROM ");
	put_identifier(&sql, table_states(kind, name));
	buffer_append_text(&sql, " WHERE present = 1 AND seq <= ?1");
	if (wanted->key != NULL)
		buffer_append_text(&sql, " AND luodi_key(title) = ?2");
	for (size_t i = 0; i < wanted->word_count; i++)
		buffer_format(&sql, " AND luodi_word(title, ?%zu) %s", i + 2, wanted->plain ? "= 1" : "> 0");
	buffer_append_text(&sql, " ORDER BY record");
	statement = prepare_buffer(connection, &sql, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, known_seq);
	if (wanted->key != NULL)
		sqlite3_bind_text(statement, 2, wanted->key, -1, SQLITE_STATIC);
	for (size_t i = 0; i < wanted->word_count; i++)
		sqlite3_bind_text(statement, (int)i + 2, wanted->words[i], -1, SQLITE_STATIC);
	return statement;
}

static bool find_wanted(struct store_connection *connection, const struct kind *kind, const struct wanted *wanted,
    const struct moment *moment, int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = prepare_ever(connection, kind, wanted, moment->known_seq, error);
	struct pool *each = pool_new();
	enum rows_step step = ROWS_END;
	size_t count = 0;
	bool good = statement != NULL;

	while (good && count < limit && (step = statement_step(connection, statement, error)) == ROWS_ROW) {
		int64_t record = sqlite3_column_int64(statement, 0);
		struct state *state = store_load_referred(connection, kind, record, moment, each, error);

		good = state != NULL || error->code == ERROR_NONE;
		if (state != NULL && state->exists && title_is_wanted(state->title, wanted, each))
			ret_records[count++] = record;
		pool_reset(each);
	}
	if (statement != NULL)
		sqlite3_finalize(statement);
	pool_free(each);
	*ret_count = count;
	return good && step != ROWS_ERROR;
}

bool store_find_title_then(struct store_connection *connection, const struct kind *kind, const char *text, bool part,
    const struct moment *moment, int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error)
{
	struct pool *pool = pool_new();
	struct wanted wanted = {.plain = true};
	bool good = true;

	*ret_count = 0;
	if (part)
		wanted.word_count = split_words(pool_copy_text(pool, text), wanted.words);
	else
		wanted.key = text_key(pool, text);
	if (wanted.key != NULL || wanted.word_count > 0)
		good = find_wanted(connection, kind, &wanted, moment, ret_records, limit, ret_count, error);
	wanted.plain = false;
	if (good && part && wanted.word_count > 0 && *ret_count == 0)
		good = find_wanted(connection, kind, &wanted, moment, ret_records, limit, ret_count, error);
	pool_free(pool);
	return good;
}

/* ---- who refers ---- */

static bool find_through_field(struct store_connection *connection, const struct kind *kind, const struct field *field,
    int64_t record, struct referrer *ret_referrers, size_t limit, size_t *total, struct error *error)
{
	struct buffer sql;
	sqlite3_stmt *statement;
	char name[IDENTIFIER_SIZE];
	enum rows_step step;

	buffer_init(&sql, SQL_LARGEST);
	buffer_append_text(&sql, "SELECT record FROM ");
	put_identifier(&sql, table_current(kind, name));
	buffer_append_text(&sql, " WHERE ");
	put_identifier(&sql, column_of_field(field, name));
	buffer_append_text(&sql, " = ?1 AND present = 1 ORDER BY record");
	statement = prepare_buffer(connection, &sql, error);
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, record);
	while ((step = statement_step(connection, statement, error)) == ROWS_ROW) {
		if (*total < limit)
			ret_referrers[*total] =
			    (struct referrer){.record = sqlite3_column_int64(statement, 0), .field = field};
		++*total;
	}
	sqlite3_finalize(statement);
	return step == ROWS_END;
}

bool store_find_referrers(struct store_connection *connection, const struct schema *schema, int64_t record,
    struct referrer *ret_referrers, size_t limit, size_t *ret_total, struct error *error)
{
	const struct kind *referred = schema_kind_of(schema, record);
	size_t total = 0;

	for (size_t i = 0; referred != NULL && i < schema->kind_count; i++)
		for (size_t j = 0; j < schema->kinds[i].field_count; j++) {
			const struct field *field = &schema->kinds[i].fields[j];

			if (field->type != VALUE_REF || field->hidden || strcmp(field->ref, referred->name) != 0)
				continue;
			if (!find_through_field(
				connection, &schema->kinds[i], field, record, ret_referrers, limit, &total, error))
				return false;
		}
	*ret_total = total;
	return true;
}

bool store_title(struct store_connection *connection, const struct kind *kind, int64_t record,
    const struct moment *moment, struct pool *pool, const char **ret_title, struct error *error)
{
	struct state *state = store_load_referred(connection, kind, record, moment, pool, error);

	if (state == NULL && error->code != ERROR_NONE)
		return false;
	*ret_title = state != NULL ? state->title : NULL;
	return true;
}
