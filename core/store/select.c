/* Running what query has compiled. */
#include "base/clock.h"
#include "store/internal.h"
#include <stdlib.h>

struct rows {
	struct store_connection *connection;
	const struct compiled_query *query;
	sqlite3_stmt *statement;
	int64_t until_us; /* a reader's snapshot must end by then; 0: no such limit */
	unsigned given;
};

struct rows *store_select(struct store_connection *connection, const struct compiled_query *query, struct error *error)
{
	struct rows *rows;
	sqlite3_stmt *statement = statement_prepare(connection, query->sql, 0, error);

	if (statement == NULL)
		return NULL;
	for (size_t i = 0; i < query->parameter_count; i++)
		bind_value(statement, (int)i + 1, query->parameters[i]);
	rows = calloc(1, sizeof(*rows));
	if (rows == NULL) {
		sqlite3_finalize(statement);
		error_set(error, ERROR_INTERNAL, "", "内存不足");
		return NULL;
	}
	rows->connection = connection;
	rows->query = query;
	rows->statement = statement;
	if (!connection->writer)
		rows->until_us = clock_monotonic_us() + STORE_SNAPSHOT_US;
	return rows;
}

enum rows_step rows_next(struct rows *rows, struct error *error)
{
	/* whoever reads slowly holds the log from being cut */
	if (rows->until_us != 0 && rows->given++ % 64 == 0 && clock_monotonic_us() > rows->until_us) {
		sqlite3_reset(rows->statement);
		error_set(error, ERROR_BUDGET, "", "查询超过了 5 秒");
		error_hint(error, "请缩小范围，或分页读取");
		return ROWS_ERROR;
	}
	return statement_step(rows->connection, rows->statement, error);
}

struct value rows_value(struct rows *rows, size_t column)
{
	return value_of_column(rows->statement, (int)column, rows->query->columns[column].type);
}

void rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	sqlite3_finalize(rows->statement);
	free(rows);
}
