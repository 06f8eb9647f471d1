/* Marks: what the layers above note beside the data. */
#include "store/internal.h"

bool store_read_mark(struct store_connection *connection, const char *name, struct pool *pool, const char **ret_text,
    struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_MARK);
	enum rows_step step;

	bind_text(statement, ":name", name);
	step = statement_step(connection, statement, error);
	if (step == ROWS_ERROR)
		return false;
	*ret_text = NULL;
	if (step == ROWS_ROW) {
		*ret_text = pool_copy_text(pool, column_text(statement, 0));
		sqlite3_reset(statement);
	}
	return true;
}

bool store_put_mark(struct store *store, const char *name, const char *text, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_MARK_PUT);

	bind_text(statement, ":name", name);
	bind_text(statement, ":text", text);
	return statement_run(store->writer, statement, error);
}
