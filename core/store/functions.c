/* The SQL functions and the collation that query's generator may use (query/tables.h). */
#include "store/internal.h"
#include "text/normal.h"
#include <string.h>

static struct store_connection *begin(sqlite3_context *context)
{
	struct store_connection *connection = sqlite3_user_data(context);

	pool_reset(connection->scratch);
	return connection;
}

static const char *text_argument(sqlite3_value *value)
{
	return (const char *)sqlite3_value_text(value);
}

static void key_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct store_connection *connection = begin(context);
	const char *text = text_argument(values[0]);

	(void)count;
	if (text != NULL)
		sqlite3_result_text(context, text_key(connection->scratch, text), -1, SQLITE_TRANSIENT);
}

static void word_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct store_connection *connection = begin(context);
	const char *text = text_argument(values[0]), *word = text_argument(values[1]);

	(void)count;
	sqlite3_result_int(context,
	    text == NULL || word == NULL ? TEXT_NO_MATCH : (int)text_find_word(connection->scratch, text, word, NULL));
}

/* The fold of the word is kept from row to row. */
static void contains_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct store_connection *connection = begin(context);
	const char *text = text_argument(values[0]), *word = sqlite3_get_auxdata(context, 1);

	(void)count;
	if (word == NULL && (word = text_argument(values[1])) != NULL) {
		char *folded = sqlite3_mprintf("%s", text_fold(connection->scratch, word));

		sqlite3_set_auxdata(context, 1, folded, sqlite3_free);
		word = sqlite3_get_auxdata(context, 1);
		if (word == NULL) { /* out of memory, or SQLite keeps nothing for an argument that varies */
			word = text_fold(connection->scratch, text_argument(values[1]));
		}
	}
	sqlite3_result_int(
	    context, text != NULL && word != NULL && strstr(text_fold(connection->scratch, text), word) != NULL);
}

/* NULL where a day is empty or the calendar does not cover a year between. */
static void workdays_function(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct store_connection *connection = sqlite3_user_data(context);
	struct date from, to;
	struct error error;
	int32_t days;

	(void)count;
	if (sqlite3_value_type(values[0]) != SQLITE_INTEGER || sqlite3_value_type(values[1]) != SQLITE_INTEGER)
		return;
	from.day = sqlite3_value_int(values[0]);
	to.day = sqlite3_value_int(values[1]);
	if (calendar_workdays(connection->calendar, from, to, &days, &error))
		sqlite3_result_int(context, days);
}

static int pinyin_collation(void *argument, int a_length, const void *a, int b_length, const void *b)
{
	(void)argument;
	return text_compare(a, (size_t)a_length, b, (size_t)b_length);
}

bool functions_add(struct store_connection *connection, struct error *error)
{
	static const struct {
		const char *name;
		int arguments;
		int flags;
		void (*function)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
	    {"luodi_key", 1, SQLITE_DETERMINISTIC, key_function},
	    {"luodi_word", 2, SQLITE_DETERMINISTIC, word_function},
	    {"luodi_contains", 2, SQLITE_DETERMINISTIC, contains_function},
	    {"luodi_workdays", 2, 0, workdays_function}, /* another calendar, another answer */
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (sqlite3_create_function_v2(connection->db, functions[i].name, functions[i].arguments,
			SQLITE_UTF8 | SQLITE_DIRECTONLY | functions[i].flags, connection, functions[i].function, NULL,
			NULL, NULL) != SQLITE_OK)
			return store_fail(connection, error);
	if (sqlite3_create_collation_v2(connection->db, "luodi_pinyin", SQLITE_UTF8, NULL, pinyin_collation, NULL) !=
	    SQLITE_OK)
		return store_fail(connection, error);
	return true;
}
