/* Running what query has compiled. */
#include "base/clock.h"
#include "store/internal.h"
#include <stdlib.h>

enum { SQL_LARGEST = 64 << 10 };

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

struct rows *store_select_states(struct store_connection *connection, const struct kind *kind, int64_t record,
    const struct field *const *fields, size_t count, struct pool *pool, struct error *error)
{
	struct compiled_query *query = pool_alloc(pool, sizeof(*query));
	struct result_column *columns = pool_alloc_array(pool, count + 4, sizeof(*columns));
	struct value *parameter = pool_alloc(pool, sizeof(*parameter));
	char name[IDENTIFIER_SIZE];
	struct buffer sql;

	buffer_init(&sql, SQL_LARGEST);
	buffer_append_text(&sql, "SELECT record, rank, present, stage");
	for (size_t i = 0; i < 3; i++)
		columns[i].type = VALUE_INT;
	columns[3].type = VALUE_TEXT;
	for (size_t i = 0; i < count; i++) {
		buffer_append_text(&sql, ", ");
		put_identifier(&sql, column_of_field(fields[i], name));
		columns[4 + i].type = fields[i]->type;
	}
	buffer_append_text(&sql, " FROM ");
	put_identifier(&sql, table_states(kind, name));
	buffer_append_text(&sql, record != 0 ? " WHERE record = ?1 ORDER BY rank" : " ORDER BY record, rank");
	*parameter = value_of_number(VALUE_INT, record);
	*query = (struct compiled_query){.sql = pool_copy_text(pool, buffer_text(&sql)),
	    .parameters = parameter,
	    .parameter_count = record != 0,
	    .columns = columns,
	    .column_count = count + 4};
	buffer_clear(&sql);
	return store_select(connection, query, error);
}

bool store_state_days(struct store_connection *connection, const struct kind *kind, int64_t record, struct date after,
    struct date last, struct pool *pool, const struct date **ret_days, size_t *ret_count, struct error *error)
{
	static const struct result_column column = {.type = VALUE_DATE};
	struct value parameters[] = {value_of_number(VALUE_INT, after.day), value_of_number(VALUE_INT, last.day),
	    value_of_number(VALUE_INT, record)};
	struct date *days =
	    pool_alloc_array(pool, (size_t)(last.day > after.day ? last.day - after.day : 0) + 1, sizeof(*days));
	struct compiled_query query = {
	    .parameters = parameters, .parameter_count = record != 0 ? 3 : 2, .columns = &column, .column_count = 1};
	char name[IDENTIFIER_SIZE];
	struct buffer sql;
	enum rows_step step;
	struct rows *rows;
	size_t count = 0;

	buffer_init(&sql, SQL_LARGEST);
	buffer_append_text(&sql, "SELECT DISTINCT effective_on FROM ");
	put_identifier(&sql, table_states(kind, name));
	buffer_append_text(&sql, " WHERE effective_on > ?1 AND effective_on <= ?2");
	buffer_append_text(&sql, record != 0 ? " AND record = ?3 ORDER BY 1" : " ORDER BY 1");
	query.sql = pool_copy_text(pool, buffer_text(&sql));
	buffer_clear(&sql);
	rows = store_select(connection, &query, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW)
		days[count++].day = (int32_t)rows_value(rows, 0).number;
	rows_free(rows);
	*ret_days = days;
	*ret_count = count;
	return step == ROWS_END;
}
