/* Entries into stages: each holds from the sequence that made it known to the one that took it back. */
#include "store/internal.h"
#include <string.h>

static const char *entry_stage(const struct kind *kind, int stage)
{
	return stage == STAGE_RESUME ? FLOW_RESUME : kind->flow->stages[stage].name;
}

static bool entry_of_row(sqlite3_stmt *statement, const struct kind *kind, struct entry *ret_entry, struct error *error)
{
	const char *name = column_text(statement, 0);

	ret_entry->on.day = sqlite3_column_int(statement, 1);
	ret_entry->seq = sqlite3_column_int64(statement, 2);
	if (name == NULL)
		return error_set(error, ERROR_INTERNAL, "", "内存不足");
	ret_entry->stage = strcmp(name, FLOW_RESUME) == 0 ? STAGE_RESUME
	    : kind->flow != NULL			  ? flow_find(kind->flow, name)
							  : -1;
	if (ret_entry->stage >= 0)
		return true;
	return error_set(error, ERROR_DAMAGED, "", "“%s”的记录进入过声明中没有的阶段“%s”", kind->title, name);
}

bool store_load_entries(struct store_connection *connection, const struct kind *kind, int64_t record, struct pool *pool,
    struct entry **ret_entries, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_ENTRIES);
	struct entry *entries = NULL;
	size_t count = 0, capacity = 0;
	enum rows_step step;

	bind_integer(statement, ":record", record);
	bind_integer(statement, ":for_ever", SEQ_FOR_EVER);
	while ((step = statement_step(connection, statement, error)) == ROWS_ROW) {
		if (count == capacity) {
			struct entry *more = pool_alloc_array(pool, capacity == 0 ? 16 : capacity * 2, sizeof(*more));

			if (count > 0)
				memcpy(more, entries, count * sizeof(*more));
			entries = more;
			capacity = capacity == 0 ? 16 : capacity * 2;
		}
		if (!entry_of_row(statement, kind, &entries[count++], error)) {
			sqlite3_reset(statement);
			return false;
		}
	}
	if (step == ROWS_ERROR)
		return false;
	*ret_entries = entries;
	*ret_count = count;
	return true;
}

static void bind_entry(sqlite3_stmt *statement, const struct kind *kind, int64_t record, const struct entry *entry)
{
	bind_integer(statement, ":record", record);
	bind_text(statement, ":stage", entry_stage(kind, entry->stage));
	bind_integer(statement, ":on", entry->on.day);
	bind_integer(statement, ":seq", entry->seq);
	bind_integer(statement, ":for_ever", SEQ_FOR_EVER);
}

bool store_add_entry(struct store *store, const struct kind *kind, int64_t record, const struct entry *entry,
    int64_t seq, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_ENTRY_BEGIN);

	bind_entry(statement, kind, record, entry);
	bind_integer(statement, ":from", seq);
	return statement_run(store->writer, statement, error);
}

static bool end_entry(struct store *store, const struct kind *kind, int64_t record, const struct entry *entry,
    int64_t seq, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_ENTRY_END);

	bind_entry(statement, kind, record, entry);
	bind_integer(statement, ":to", seq);
	return statement_run(store->writer, statement, error);
}

static bool is_among(const struct entry *entry, const struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (entries[i].stage == entry->stage && entries[i].on.day == entry->on.day &&
		    entries[i].seq == entry->seq)
			return true;
	return false;
}

bool store_put_entries(struct store *store, const struct kind *kind, int64_t record, const struct entry *entries,
    size_t count, int64_t seq, struct error *error)
{
	struct entry *present;
	size_t present_count;

	pool_reset(store->pool);
	if (!store_load_entries(store->writer, kind, record, store->pool, &present, &present_count, error))
		return false;
	for (size_t i = 0; i < present_count; i++)
		if (!is_among(&present[i], entries, count) && !end_entry(store, kind, record, &present[i], seq, error))
			return false;
	for (size_t i = 0; i < count; i++)
		if (!is_among(&entries[i], present, present_count) &&
		    !store_add_entry(store, kind, record, &entries[i], seq, error))
			return false;
	return true;
}
