/* Outlooks: on which day a record is to be looked at again, and what is said to come. Made from the data by the layers above; not in the journal. */
#include "store/internal.h"
#include <string.h>

bool store_read_outlook(struct store_connection *connection, int64_t record, struct pool *pool, struct date *ret_due,
    const char **ret_lights, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_OUTLOOK);
	enum rows_step step;

	*ret_due = DATE_NONE;
	*ret_lights = NULL;
	bind_integer(statement, ":record", record);
	step = statement_step(connection, statement, error);
	if (step == ROWS_ROW) {
		ret_due->day = sqlite3_column_int(statement, 0);
		*ret_lights = pool_copy_text(pool, column_text(statement, 1));
	}
	sqlite3_reset(statement);
	return step != ROWS_ERROR;
}

/* Mostly it is what it was: then no page is touched. */
bool store_put_outlook(struct store *store, int64_t record, struct date due, const char *lights, struct error *error)
{
	sqlite3_stmt *statement;
	struct date old_due;
	const char *old;

	pool_reset(store->pool);
	if (!store_read_outlook(store->writer, record, store->pool, &old_due, &old, error))
		return false;
	if (old != NULL && old_due.day == due.day && strcmp(old, lights) == 0)
		return true;
	statement = statement_of(store->writer, STATEMENT_OUTLOOK_PUT);
	bind_integer(statement, ":record", record);
	bind_integer(statement, ":due", due.day);
	bind_text(statement, ":lights", lights);
	return statement_run(store->writer, statement, error);
}

bool store_due_records(struct store_connection *connection, const struct kind *kind, struct date day, int64_t after,
    size_t limit, int64_t *ret_records, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_OUTLOOK_DUE);
	int64_t first = record_key(kind->number, 0);
	enum rows_step step;
	size_t count = 0;

	bind_integer(statement, ":day", day.day);
	bind_integer(statement, ":first_record", after >= first ? after + 1 : first);
	bind_integer(statement, ":last_record", record_key(kind->number, INT32_MAX));
	bind_integer(statement, ":limit", (int64_t)limit);
	while ((step = statement_step(connection, statement, error)) == ROWS_ROW)
		ret_records[count++] = sqlite3_column_int64(statement, 0);
	*ret_count = step == ROWS_END ? count : 0;
	return step == ROWS_END;
}

bool store_next_due(struct store_connection *connection, struct date *ret_day, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_OUTLOOK_NEXT);
	enum rows_step step = statement_step(connection, statement, error);

	*ret_day = DATE_NONE;
	if (step == ROWS_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		ret_day->day = sqlite3_column_int(statement, 0);
	sqlite3_reset(statement);
	return step != ROWS_ERROR;
}
