/* Batches, the numbers of records, and the requests that were answered. */
#include "base/clock.h"
#include "store/internal.h"
#include <string.h>

enum { KEPT_DAYS = 30, FORGET_EVERY = 256 };

/* ---- batches ---- */

void batch_forget(struct store *store)
{
	store->opened.number = 0;
	store->touched = (struct touched_batch){0};
}

/* The row of the batch that was opened, with what was appended to it. closed_at_us 0: still open. */
static bool put_opened(struct store *store, int64_t closed_at_us, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_BATCH_OPEN);
	struct opened_batch *opened = &store->opened;
	struct touched_batch touched = {0};

	if (store->touched.number == opened->number)
		touched = store->touched;
	bind_integer(statement, ":number", opened->number);
	bind_text(statement, ":actor", buffer_text(&opened->actor));
	bind_text(statement, ":what", buffer_text(&opened->what));
	bind_integer(statement, ":at", opened->opened_at_us);
	bind_integer(statement, ":closed_at", closed_at_us);
	bind_integer(statement, ":first", touched.first_seq);
	bind_integer(statement, ":last", touched.last_seq);
	bind_integer(statement, ":events", touched.events);
	if (!statement_run(store->writer, statement, error))
		return false;
	if (touched.number != 0)
		store->touched = (struct touched_batch){0};
	opened->number = 0;
	return true;
}

bool batch_flush(struct store *store, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_BATCH_TOUCH);
	struct touched_batch touched;

	if (store->opened.number != 0 && !put_opened(store, 0, error))
		return false;
	touched = store->touched;
	if (touched.events == 0)
		return true;
	bind_integer(statement, ":number", touched.number);
	bind_integer(statement, ":first", touched.first_seq);
	bind_integer(statement, ":last", touched.last_seq);
	bind_integer(statement, ":events", touched.events);
	if (!statement_run(store->writer, statement, error))
		return false;
	store->touched = (struct touched_batch){0};
	return true;
}

/* The row is written once for all events that follow each other, not once each. */
bool batch_touch(struct store *store, const struct event *event, struct error *error)
{
	if (event->batch == 0)
		return true;
	if (store->touched.number != event->batch) {
		bool others =
		    store->touched.events > 0 || (store->opened.number != 0 && store->opened.number != event->batch);

		if (others && !batch_flush(store, error))
			return false;
		store->touched = (struct touched_batch){.number = event->batch, .first_seq = event->seq};
	}
	store->touched.last_seq = event->seq;
	store->touched.events++;
	return true;
}

bool store_batch_open(
    struct store *store, const char *actor, const char *what, int64_t *ret_number, struct error *error)
{
	struct opened_batch *opened = &store->opened;

	if (!batch_flush(store, error))
		return false;
	buffer_reset(&opened->actor);
	buffer_reset(&opened->what);
	buffer_append_text(&opened->actor, actor);
	buffer_append_text(&opened->what, what);
	if (opened->actor.full || opened->what.full)
		return error_set(error, ERROR_TOO_LARGE, "", "批次的说明太长");
	opened->number = store->head.batch + 1;
	opened->opened_at_us = clock_now_us();
	store->head.batch = *ret_number = opened->number;
	return true;
}

static bool change_batch(struct store *store, sqlite3_stmt *statement, int64_t number, struct error *error)
{
	bind_integer(statement, ":number", number);
	if (!statement_run(store->writer, statement, error))
		return false;
	if (sqlite3_changes(store->writer->db) == 1)
		return true;
	error_set(error, ERROR_NOT_FOUND, "", "没有批次 %lld", (long long)number);
	return error_hint(error, "请在“批次”里核对编号");
}

bool store_batch_close(struct store *store, int64_t number, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_BATCH_CLOSE);

	if (store->opened.number == number && (store->touched.number == number || store->touched.events == 0))
		return put_opened(store, clock_now_us(), error);
	if (!batch_flush(store, error))
		return false;
	bind_integer(statement, ":at", clock_now_us());
	return change_batch(store, statement, number, error);
}

bool store_batch_set_undone(struct store *store, int64_t number, int64_t undone_by, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_BATCH_UNDONE);

	if (!batch_flush(store, error))
		return false;
	bind_integer(statement, ":undone_by", undone_by);
	return change_batch(store, statement, number, error);
}

static struct batch batch_of_row(sqlite3_stmt *statement, struct pool *pool)
{
	return (struct batch){
	    .number = sqlite3_column_int64(statement, 0),
	    .actor = pool_copy_text(pool, column_text(statement, 1)),
	    .what = pool_copy_text(pool, column_text(statement, 2)),
	    .opened_at_us = sqlite3_column_int64(statement, 3),
	    .closed_at_us = sqlite3_column_int64(statement, 4),
	    .first_seq = sqlite3_column_int64(statement, 5),
	    .last_seq = sqlite3_column_int64(statement, 6),
	    .events = sqlite3_column_int64(statement, 7),
	    .undone_by = sqlite3_column_int64(statement, 8),
	};
}

/* On the writer, what the open transaction appended must be in the rows before they are read. */
static bool flush_before_reading(struct store_connection *connection, struct error *error)
{
	return !connection->writer || batch_flush(connection->store, error);
}

bool store_batches(struct store_connection *connection, int64_t before, size_t limit, struct pool *pool,
    struct batch **ret_batches, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_BATCHES);
	struct batch *batches = pool_alloc_array(pool, limit + 1, sizeof(*batches));
	size_t count = 0;
	enum rows_step step;

	if (!flush_before_reading(connection, error))
		return false;
	bind_integer(statement, ":before", before == 0 ? INT64_MAX : before);
	bind_integer(statement, ":limit", (int64_t)limit);
	while ((step = statement_step(connection, statement, error)) == ROWS_ROW)
		batches[count++] = batch_of_row(statement, pool);
	if (step == ROWS_ERROR)
		return false;
	*ret_batches = batches;
	*ret_count = count;
	return true;
}

const struct batch *store_find_batch(
    struct store_connection *connection, int64_t number, struct pool *pool, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_BATCH);
	struct batch *batch = NULL;
	enum rows_step step;

	if (!flush_before_reading(connection, error))
		return NULL;
	bind_integer(statement, ":number", number);
	step = statement_step(connection, statement, error);
	if (step == ROWS_ROW) {
		batch = pool_alloc(pool, sizeof(*batch));
		*batch = batch_of_row(statement, pool);
		sqlite3_reset(statement);
	} else if (step == ROWS_END) {
		error_set(error, ERROR_NOT_FOUND, "", "没有批次 %lld", (long long)number);
		error_hint(error, "请在“批次”里核对编号");
	}
	return batch;
}

static bool load_numbers(struct store_connection *connection, sqlite3_stmt *statement, struct pool *pool,
    int64_t **ret_numbers, size_t *ret_count, struct error *error)
{
	int64_t *numbers = NULL;
	size_t count = 0, capacity = 0;
	enum rows_step step;

	while ((step = statement_step(connection, statement, error)) == ROWS_ROW) {
		if (count == capacity) {
			int64_t *more = pool_alloc_array(pool, capacity == 0 ? 64 : capacity * 2, sizeof(*more));

			if (count > 0)
				memcpy(more, numbers, count * sizeof(*more));
			numbers = more;
			capacity = capacity == 0 ? 64 : capacity * 2;
		}
		numbers[count++] = sqlite3_column_int64(statement, 0);
	}
	if (step == ROWS_ERROR)
		return false;
	*ret_numbers = numbers;
	*ret_count = count;
	return true;
}

bool store_open_batches(struct store_connection *connection, struct pool *pool, int64_t **ret_numbers,
    size_t *ret_count, struct error *error)
{
	return flush_before_reading(connection, error) &&
	    load_numbers(
		connection, statement_of(connection, STATEMENT_OPEN_BATCHES), pool, ret_numbers, ret_count, error);
}

bool store_batch_events(struct store_connection *connection, int64_t batch, struct pool *pool, int64_t **ret_seqs,
    size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_EVENTS_OF_BATCH);

	if (!flush_before_reading(connection, error))
		return false;
	bind_integer(statement, ":batch", batch);
	return load_numbers(connection, statement, pool, ret_seqs, ret_count, error);
}

/* ---- numbers ---- */

bool store_next_number(struct store *store, const struct kind *kind, int32_t *ret_number, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_NEXT_NUMBER);
	enum rows_step step;
	int64_t number;

	bind_integer(statement, ":kind", kind->number);
	step = statement_step(store->writer, statement, error);
	if (step == ROWS_END)
		return error_set(error, ERROR_INTERNAL, "", "存储里没有“%s”这种记录", kind->title);
	if (step == ROWS_ERROR)
		return false;
	number = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	if (number > INT32_MAX)
		return error_set(error, ERROR_TOO_LARGE, "", "“%s”的编号用完了", kind->title);
	*ret_number = (int32_t)number;
	return true;
}

/* ---- answered requests ---- */

bool store_find_request(struct store_connection *connection, const char *actor, const char *key, struct pool *pool,
    const unsigned char **ret_hash, const char **ret_reply, size_t *ret_length, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_REQUEST);
	enum rows_step step;

	bind_text(statement, ":actor", actor);
	bind_text(statement, ":key", key);
	step = statement_step(connection, statement, error);
	if (step == ROWS_ERROR)
		return false;
	*ret_hash = NULL;
	*ret_reply = NULL;
	*ret_length = 0;
	if (step == ROWS_END)
		return true;
	if (sqlite3_column_bytes(statement, 0) != 32) {
		sqlite3_reset(statement);
		return error_set(error, ERROR_DAMAGED, "", "请求键 %s 的记录已损坏", key);
	}
	*ret_hash = (const unsigned char *)pool_copy_bytes(pool, sqlite3_column_blob(statement, 0), 32);
	*ret_length = (size_t)sqlite3_column_bytes(statement, 1);
	*ret_reply = pool_copy_bytes(pool, *ret_length > 0 ? sqlite3_column_blob(statement, 1) : "", *ret_length);
	sqlite3_reset(statement);
	return true;
}

static bool forget_requests(struct store *store, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_REQUESTS_FORGET);

	bind_integer(statement, ":before", clock_now_us() - INT64_C(86400000000) * KEPT_DAYS);
	return statement_run(store->writer, statement, error);
}

bool store_put_request(struct store *store, const char *actor, const char *key, const unsigned char hash[32],
    const char *reply, size_t length, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_REQUEST_PUT);

	if (store->requests_put++ % FORGET_EVERY == 0 && !forget_requests(store, error))
		return false;
	bind_text(statement, ":actor", actor);
	bind_text(statement, ":key", key);
	bind_bytes(statement, ":hash", hash, 32);
	bind_bytes(statement, ":reply", reply, length);
	bind_integer(statement, ":at", clock_now_us());
	return statement_run(store->writer, statement, error);
}
