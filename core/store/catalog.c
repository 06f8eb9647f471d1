/* The catalog: which kinds, fields and stages there have ever been. */
#include "store/internal.h"
#include <string.h>

struct growing { /* rows of one size, in the pool */
	void *rows;
	size_t count, capacity, size;
};

static void *add_row(struct growing *list, struct pool *pool)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 32 : list->capacity * 2;
		void *rows = pool_alloc_array(pool, capacity, list->size);

		if (list->count > 0)
			memcpy(rows, list->rows, list->count * list->size);
		list->rows = rows;
		list->capacity = capacity;
	}
	return (char *)list->rows + list->size * list->count++;
}

static void kind_row(sqlite3_stmt *statement, struct pool *pool, void *place)
{
	*(struct remembered_kind *)place = (struct remembered_kind){
	    .name = pool_copy_text(pool, column_text(statement, 0)),
	    .prefix = pool_copy_text(pool, column_text(statement, 1)),
	    .title = pool_copy_text(pool, column_text(statement, 2)),
	    .number = sqlite3_column_int(statement, 3),
	};
}

static void field_row(sqlite3_stmt *statement, struct pool *pool, void *place)
{
	*(struct remembered_field *)place = (struct remembered_field){
	    .kind = pool_copy_text(pool, column_text(statement, 0)),
	    .name = pool_copy_text(pool, column_text(statement, 1)),
	    .type = (enum value_type)sqlite3_column_int(statement, 2),
	    .ref = pool_copy_text(pool, column_text(statement, 3)),
	};
}

static void stage_row(sqlite3_stmt *statement, struct pool *pool, void *place)
{
	*(struct remembered_stage *)place = (struct remembered_stage){
	    .kind = pool_copy_text(pool, column_text(statement, 0)),
	    .name = pool_copy_text(pool, column_text(statement, 1)),
	    .title = pool_copy_text(pool, column_text(statement, 2)),
	};
}

static bool load_rows(struct store *store, enum statement number,
    void (*read_row)(sqlite3_stmt *, struct pool *, void *), struct growing *list, struct pool *pool,
    struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, number);
	enum rows_step step;

	while ((step = statement_step(store->writer, statement, error)) == ROWS_ROW)
		read_row(statement, pool, add_row(list, pool));
	return step == ROWS_END;
}

const struct catalog *store_catalog(struct store *store, struct pool *pool, struct error *error)
{
	struct catalog *catalog = pool_alloc(pool, sizeof(*catalog));
	struct growing kinds = {.size = sizeof(struct remembered_kind)};
	struct growing fields = {.size = sizeof(struct remembered_field)};
	struct growing stages = {.size = sizeof(struct remembered_stage)};

	if (!load_rows(store, STATEMENT_CATALOG_KINDS, kind_row, &kinds, pool, error) ||
	    !load_rows(store, STATEMENT_CATALOG_FIELDS, field_row, &fields, pool, error) ||
	    !load_rows(store, STATEMENT_CATALOG_STAGES, stage_row, &stages, pool, error))
		return NULL;
	catalog->kinds = kinds.rows;
	catalog->kind_count = kinds.count;
	catalog->fields = fields.rows;
	catalog->field_count = fields.count;
	catalog->stages = stages.rows;
	catalog->stage_count = stages.count;
	return catalog;
}
