/* Each connection's prepared statements of kinds. */
#include "store/internal.h"
#include <stdlib.h>

enum { SQL_LARGEST = 256 << 10 };

void kinds_clear(struct store_connection *connection)
{
	while (connection->kinds != NULL) {
		struct kind_statements *kind = connection->kinds;

		connection->kinds = kind->next;
		for (int i = 0; i < KIND_STATEMENTS; i++)
			sqlite3_finalize(kind->statements[i]);
		free(kind);
	}
}

static struct kind_statements *find_kind(struct store_connection *connection, const struct kind *kind)
{
	uint64_t form = kind_form(kind);
	unsigned generation = atomic_load(&connection->store->generation);
	struct kind_statements *found;

	if (connection->generation != generation) {
		kinds_clear(connection);
		connection->generation = generation;
	}
	for (found = connection->kinds; found != NULL; found = found->next)
		if (found->form == form && found->kind_number == kind->number)
			return found;
	found = calloc(1, sizeof(*found));
	if (found == NULL)
		return NULL;
	found->form = form;
	found->kind_number = kind->number;
	found->next = connection->kinds;
	connection->kinds = found;
	return found;
}

sqlite3_stmt *kind_statement(
    struct store_connection *connection, const struct kind *kind, enum kind_statement number, struct error *error)
{
	struct kind_statements *kinds = find_kind(connection, kind);
	struct buffer sql;

	if (kinds == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不足");
		return NULL;
	}
	if (kinds->statements[number] != NULL)
		return kinds->statements[number];
	buffer_init(&sql, SQL_LARGEST);
	kind_sql_put(&sql, kind, number);
	if (sql.full)
		error_set(error, ERROR_INTERNAL, "", "“%s”的字段太多，语句超长", kind->title);
	else
		kinds->statements[number] =
		    statement_prepare(connection, buffer_text(&sql), SQLITE_PREPARE_PERSISTENT, error);
	buffer_clear(&sql);
	return kinds->statements[number];
}

bool kinds_prepare(struct store_connection *connection, const struct schema *schema, struct error *error)
{
	for (size_t i = 0; i < schema->kind_count; i++)
		for (int number = 0; number < KIND_STATEMENTS; number++)
			if (kind_statement(connection, &schema->kinds[i], (enum kind_statement)number, error) == NULL)
				return false;
	return true;
}
