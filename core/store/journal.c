/* The journal: appended to, read in order, and walked link by link. */
#include "base/clock.h"
#include "store/internal.h"
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	EVENT_SEQ,
	EVENT_RECORDED_AT,
	EVENT_EFFECTIVE_ON,
	EVENT_PLACE,
	EVENT_BATCH,
	EVENT_OF_RECORD,
	EVENT_ACTION,
	EVENT_ACTOR,
	EVENT_BODY,
	EVENT_TOLD, /* the note */
	EVENT_HASH,
	EVENT_PREVIOUS, /* about the same record */
	EVENT_LIVE
};

void store_hash(const void *bytes, size_t length, unsigned char ret_hash[32])
{
	crypto_generichash(ret_hash, 32, bytes, length, NULL, 0);
}

/* What still holds ends at SEQ_FOR_EVER, and holds for whoever asks about all that is known. */
static int64_t known_before_ever(int64_t known_seq)
{
	return known_seq < SEQ_FOR_EVER ? known_seq : SEQ_FOR_EVER - 1;
}

/* ---- appending ---- */

static bool bind_event(
    struct store *store, sqlite3_stmt *statement, const struct event *event, int64_t previous, struct error *error)
{
	buffer_reset(&store->body);
	event_body_put(&store->body, event);
	if (store->body.full) {
		error_set(error, ERROR_TOO_LARGE, "", "一次改动的内容超过 %d MB", STORE_EVENT_LARGEST >> 20);
		return error_hint(error, "请分几次写入");
	}
	bind_integer(statement, ":seq", event->seq);
	bind_integer(statement, ":recorded_at", event->recorded_at_us);
	bind_integer(statement, ":effective_on", event->effective_on.day);
	bind_integer(statement, ":place", event->place);
	bind_integer(statement, ":batch", event->batch);
	bind_integer(statement, ":record", event->record);
	bind_integer(statement, ":action", event->action);
	bind_text(statement, ":actor", event->actor != NULL ? event->actor : "");
	bind_bytes(statement, ":body", store->body.bytes, store->body.length);
	bind_text(statement, ":note", event->note);
	bind_bytes(statement, ":hash", event->hash, sizeof(event->hash));
	bind_integer(statement, ":previous", previous);
	return true;
}

static bool find_previous(
    struct store *store, const struct kind *kind, int64_t record, int64_t *ret_seq, struct error *error)
{
	*ret_seq = 0;
	if (record == 0)
		return true;
	if (store->latest.record == record) {
		*ret_seq = store->latest.seq;
		return true;
	}
	return read_last_seq(store->writer, kind, record, ret_seq, error);
}

bool store_append_event(struct store *store, const struct kind *kind, struct event *event, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_EVENT_APPEND);
	struct event appended = *event;
	int64_t now = clock_now_us();
	int64_t previous;

	assert((kind != NULL) == (event->record != 0));
	assert(store->latest.record == 0 || store->latest.record == event->record || event->record == 0);
	if (!find_previous(store, kind, event->record, &previous, error))
		return false;
	appended.seq = store->head.seq + 1;
	appended.recorded_at_us = now > store->head.recorded_at_us ? now : store->head.recorded_at_us + 1;
	if (appended.place == 0)
		appended.place = appended.seq;
	appended.live = true;
	buffer_reset(&store->canonical);
	event_canonical_put(&store->canonical, &appended, store->head.hash);
	if (store->canonical.full) {
		error_set(error, ERROR_TOO_LARGE, "", "一次改动的内容超过 %d MB", STORE_EVENT_LARGEST >> 20);
		return error_hint(error, "请分几次写入");
	}
	store_hash(store->canonical.bytes, store->canonical.length, appended.hash);
	if (!bind_event(store, statement, &appended, previous, error) ||
	    !statement_run(store->writer, statement, error) || !batch_touch(store, &appended, error))
		return false;
	news_note_event(&store->news, appended.seq, appended.record);
	store->head.seq = appended.seq;
	store->head.recorded_at_us = appended.recorded_at_us;
	memcpy(store->head.hash, appended.hash, sizeof(appended.hash));
	if (appended.record != 0)
		store->latest = (struct latest_event){.record = appended.record, .seq = appended.seq};
	*event = appended;
	return true;
}

/* ---- reading ---- */

bool event_of_row(sqlite3_stmt *statement, struct pool *pool, struct event *ret_event, struct error *error)
{
	struct event event = {0};
	const void *body = sqlite3_column_blob(statement, EVENT_BODY);
	int length = sqlite3_column_bytes(statement, EVENT_BODY);

	event.seq = sqlite3_column_int64(statement, EVENT_SEQ);
	event.recorded_at_us = sqlite3_column_int64(statement, EVENT_RECORDED_AT);
	event.effective_on.day = sqlite3_column_int(statement, EVENT_EFFECTIVE_ON);
	event.place = sqlite3_column_int64(statement, EVENT_PLACE);
	event.batch = sqlite3_column_int64(statement, EVENT_BATCH);
	event.record = sqlite3_column_int64(statement, EVENT_OF_RECORD);
	event.action = (enum event_action)sqlite3_column_int(statement, EVENT_ACTION);
	event.actor = pool_copy_text(pool, column_text(statement, EVENT_ACTOR));
	if (!event_body_get(&event, body != NULL ? body : "", (size_t)length, pool) ||
	    sqlite3_column_bytes(statement, EVENT_HASH) != (int)sizeof(event.hash)) {
		error_set(error, ERROR_DAMAGED, "", "日志第 %lld 条事件的内容读不懂，已损坏", (long long)event.seq);
		return error_hint(error, "停止写入，保留现场，从最近的备份恢复");
	}
	event.note = pool_copy_text(pool, column_text(statement, EVENT_TOLD));
	memcpy(event.hash, sqlite3_column_blob(statement, EVENT_HASH), sizeof(event.hash));
	event.live = sqlite3_column_int(statement, EVENT_LIVE) != 0;
	*ret_event = event;
	return true;
}

struct event_list {
	struct pool *pool;
	const struct event **events;
	size_t count, capacity;
};

static bool add_event(struct event_list *list, sqlite3_stmt *statement, struct error *error)
{
	struct event *event = pool_alloc(list->pool, sizeof(*event));

	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
		const struct event **more = pool_alloc_array(list->pool, capacity, sizeof(*more));

		if (list->count > 0)
			memcpy(more, list->events, list->count * sizeof(*more));
		list->events = more;
		list->capacity = capacity;
	}
	if (!event_of_row(statement, list->pool, event, error))
		return false;
	list->events[list->count++] = event;
	return true;
}

static bool load_events(struct store_connection *connection, sqlite3_stmt *statement, struct pool *pool,
    const struct event *const **ret_events, size_t *ret_count, struct error *error)
{
	struct event_list list = {.pool = pool};
	enum rows_step step;

	while ((step = statement_step(connection, statement, error)) == ROWS_ROW)
		if (!add_event(&list, statement, error)) {
			sqlite3_reset(statement);
			return false;
		}
	if (step == ROWS_ERROR)
		return false;
	*ret_events = list.events;
	*ret_count = list.count;
	return true;
}

/* The order of the fold: what was true in the world, then what we learnt first. */
static int compare_events(const void *left, const void *right)
{
	const struct event *a = *(const struct event *const *)left, *b = *(const struct event *const *)right;

	if (a->effective_on.day != b->effective_on.day)
		return a->effective_on.day < b->effective_on.day ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* One link back. *seq becomes that of the event before it; 0: that was the first. */
static bool follow_link(struct store_connection *connection, int64_t record, int64_t *seq, int64_t known_seq,
    struct event_list *list, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_EVENT);
	enum rows_step step;
	int64_t previous;
	bool good;

	bind_integer(statement, ":seq", *seq);
	bind_integer(statement, ":known", known_before_ever(known_seq));
	step = statement_step(connection, statement, error);
	if (step == ROWS_ERROR)
		return false;
	previous = step == ROWS_ROW ? sqlite3_column_int64(statement, EVENT_PREVIOUS) : *seq;
	if (previous >= *seq || previous < 0 || sqlite3_column_int64(statement, EVENT_OF_RECORD) != record) {
		sqlite3_reset(statement);
		error_set(error, ERROR_DAMAGED, "", "日志第 %lld 条不是它该在的地方，已损坏", (long long)*seq);
		return error_hint(error, "停止写入，保留现场，从最近的备份恢复");
	}
	good = *seq > known_seq || add_event(list, statement, error);
	sqlite3_reset(statement);
	*seq = previous;
	return good;
}

bool store_load_events(struct store_connection *connection, const struct kind *kind, int64_t record, int64_t known_seq,
    struct pool *pool, const struct event *const **ret_events, size_t *ret_count, struct error *error)
{
	struct event_list list = {.pool = pool};
	int64_t seq;

	if (!read_last_seq(connection, kind, record, &seq, error))
		return false;
	while (seq != 0)
		if (!follow_link(connection, record, &seq, known_seq, &list, error))
			return false;
	if (list.count > 1)
		qsort(list.events, list.count, sizeof(*list.events), compare_events);
	*ret_events = list.events;
	*ret_count = list.count;
	return true;
}

bool store_load_journal(struct store_connection *connection, int64_t first, int64_t last, size_t limit,
    struct pool *pool, const struct event *const **ret_events, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_JOURNAL);

	bind_integer(statement, ":first", first);
	bind_integer(statement, ":last", last);
	bind_integer(statement, ":limit", (int64_t)limit);
	bind_integer(statement, ":known", SEQ_FOR_EVER - 1);
	return load_events(connection, statement, pool, ret_events, ret_count, error);
}

static bool fail_no_event(int64_t seq, struct error *error)
{
	error_set(error, ERROR_NOT_FOUND, "", "没有第 %lld 条事件", (long long)seq);
	return error_hint(error, "请在“历史”里核对序号");
}

const struct event *store_load_event(
    struct store_connection *connection, int64_t seq, struct pool *pool, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_EVENT);
	const struct event *const *events;
	size_t count;

	bind_integer(statement, ":seq", seq);
	bind_integer(statement, ":known", SEQ_FOR_EVER - 1);
	if (!load_events(connection, statement, pool, &events, &count, error))
		return NULL;
	if (count == 1)
		return events[0];
	fail_no_event(seq, error);
	return NULL;
}

bool store_read_head(struct store_connection *connection, struct head *ret_head, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_HEAD);
	struct head head = {0};
	enum rows_step step = statement_step(connection, statement, error);

	if (step == ROWS_ROW) {
		head.seq = sqlite3_column_int64(statement, 0);
		head.recorded_at_us = sqlite3_column_int64(statement, 1);
		if (sqlite3_column_bytes(statement, 2) == (int)sizeof(head.hash))
			memcpy(head.hash, sqlite3_column_blob(statement, 2), sizeof(head.hash));
		sqlite3_reset(statement);
	}
	if (step == ROWS_ERROR)
		return false;
	if (connection->writer && !batch_flush(connection->store, error))
		return false;
	statement = statement_of(connection, STATEMENT_LAST_BATCH);
	step = statement_step(connection, statement, error);
	if (step == ROWS_ROW) {
		head.batch = sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
	}
	if (step == ROWS_ERROR)
		return false;
	*ret_head = head;
	return true;
}

bool store_recorded_at(struct store_connection *connection, int64_t seq, int64_t *ret_wall_us, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_RECORDED_AT);
	enum rows_step step;

	bind_integer(statement, ":seq", seq);
	step = statement_step(connection, statement, error);
	if (step == ROWS_END)
		return fail_no_event(seq, error);
	if (step == ROWS_ERROR)
		return false;
	*ret_wall_us = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return true;
}

/* recorded-at rises with seq, and seqs have no gaps. */
bool store_seq_before(struct store_connection *connection, int64_t wall_us, int64_t *ret_seq, struct error *error)
{
	struct head head;
	int64_t before = 0, after;

	if (!store_read_head(connection, &head, error))
		return false;
	for (after = head.seq + 1; after - before > 1;) {
		int64_t middle = before + (after - before) / 2, recorded_at;

		if (!store_recorded_at(connection, middle, &recorded_at, error))
			return false;
		if (recorded_at < wall_us)
			before = middle;
		else
			after = middle;
	}
	*ret_seq = before;
	return true;
}

/* ---- void ---- */

bool store_voided_by(
    struct store_connection *connection, int64_t seq, int64_t known_seq, int64_t *ret_by, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_VOIDED_BY);
	enum rows_step step;

	bind_integer(statement, ":target", seq);
	bind_integer(statement, ":known", known_before_ever(known_seq));
	step = statement_step(connection, statement, error);
	if (step == ROWS_ERROR)
		return false;
	*ret_by = step == ROWS_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return true;
}

bool store_was_voided(struct store_connection *connection, int64_t seq, bool *ret_was, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_WAS_VOIDED);
	enum rows_step step;

	bind_integer(statement, ":target", seq);
	step = statement_step(connection, statement, error);
	*ret_was = step == ROWS_ROW;
	sqlite3_reset(statement);
	return step != ROWS_ERROR;
}

bool store_void(struct store *store, int64_t target, int64_t by_seq, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_VOID);
	int64_t by;

	if (!store_voided_by(store->writer, target, SEQ_FOR_EVER, &by, error))
		return false;
	if (by != 0) {
		error_set(
		    error, ERROR_CONFLICT, "", "第 %lld 条事件已被第 %lld 条作废", (long long)target, (long long)by);
		return error_hint(error, "请先看一看历史");
	}
	bind_integer(statement, ":target", target);
	bind_integer(statement, ":from", by_seq);
	bind_integer(statement, ":for_ever", SEQ_FOR_EVER);
	return statement_run(store->writer, statement, error);
}

bool store_restore(struct store *store, int64_t void_seq, int64_t by_seq, struct error *error)
{
	sqlite3_stmt *statement = statement_of(store->writer, STATEMENT_RESTORE);

	bind_integer(statement, ":from", void_seq);
	bind_integer(statement, ":to", by_seq);
	bind_integer(statement, ":for_ever", SEQ_FOR_EVER);
	if (!statement_run(store->writer, statement, error))
		return false;
	if (sqlite3_changes(store->writer->db) > 0)
		return true;
	error_set(error, ERROR_CONFLICT, "", "第 %lld 条事件没有作废什么，或已经撤回", (long long)void_seq);
	return error_hint(error, "请先看一看历史");
}

/* ---- proof ---- */

struct chain_walk {
	int64_t seq, recorded_at_us;
	unsigned char hash[32];
	struct buffer canonical;
	struct pool *pool;
};

static bool fail_chain(int64_t seq, const char *what, struct error *error)
{
	error_set(error, ERROR_DAMAGED, "", "日志链在第 %lld 条断开：%s", (long long)seq, what);
	return error_hint(error, "停止写入，保留现场，从最近的备份恢复");
}

static bool check_link(struct chain_walk *walk, sqlite3_stmt *statement, struct error *error)
{
	struct event event;
	unsigned char hash[32];

	pool_reset(walk->pool);
	if (sqlite3_column_int64(statement, EVENT_SEQ) != walk->seq + 1)
		return fail_chain(walk->seq + 1, "缺了这一条", error);
	if (!event_of_row(statement, walk->pool, &event, error))
		return false;
	if (event.recorded_at_us <= walk->recorded_at_us)
		return fail_chain(event.seq, "登记时刻没有递增", error);
	buffer_reset(&walk->canonical);
	event_canonical_put(&walk->canonical, &event, walk->hash);
	store_hash(walk->canonical.bytes, walk->canonical.length, hash);
	if (walk->canonical.full || memcmp(hash, event.hash, sizeof(hash)) != 0)
		return fail_chain(event.seq, "内容与摘要不符", error);
	memcpy(walk->hash, hash, sizeof(hash));
	walk->seq = event.seq;
	walk->recorded_at_us = event.recorded_at_us;
	return true;
}

static bool begin_walk(struct store_connection *connection, int64_t first, struct chain_walk *walk, struct error *error)
{
	const struct event *before;

	walk->seq = first - 1;
	walk->recorded_at_us = INT64_MIN;
	if (first == 1)
		return true;
	before = store_load_event(connection, first - 1, walk->pool, error);
	if (before == NULL)
		return false;
	walk->recorded_at_us = before->recorded_at_us;
	memcpy(walk->hash, before->hash, sizeof(walk->hash));
	return true;
}

bool chain_verify(struct store_connection *connection, int64_t first, int64_t *ret_events,
    void (*progress)(void *argument, int64_t seq), void *argument, struct error *error)
{
	/* in slices, each a statement of its own: a reader must not hold the log for minutes */
	enum { SLICE = 5000 };
	struct chain_walk walk = {.pool = pool_new()};
	bool good;
	size_t got = SLICE;

	buffer_init(&walk.canonical, STORE_EVENT_LARGEST + (1 << 20));
	good = begin_walk(connection, first, &walk, error);
	while (good && got == SLICE) {
		sqlite3_stmt *statement = statement_of(connection, STATEMENT_JOURNAL);
		enum rows_step step;

		bind_integer(statement, ":first", walk.seq + 1);
		bind_integer(statement, ":last", SEQ_FOR_EVER);
		bind_integer(statement, ":limit", SLICE);
		bind_integer(statement, ":known", 0);
		for (got = 0; (step = statement_step(connection, statement, error)) == ROWS_ROW; got++)
			if (!check_link(&walk, statement, error))
				break;
		sqlite3_reset(statement);
		good = step == ROWS_END;
		if (good && progress != NULL)
			progress(argument, walk.seq);
	}
	buffer_clear(&walk.canonical);
	pool_free(walk.pool);
	if (good)
		*ret_events = walk.seq - first + 1;
	return good;
}

bool store_verify_chain(struct store_connection *connection, int64_t *ret_events,
    void (*progress)(void *argument, int64_t seq), void *argument, struct error *error)
{
	return chain_verify(connection, 1, ret_events, progress, argument, error);
}

bool store_count_events(
    struct store_connection *connection, const struct kind *kind, int64_t last, int64_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = statement_of(connection, STATEMENT_COUNT_EVENTS);
	enum rows_step step;

	bind_integer(statement, ":last", last);
	bind_integer(statement, ":first_record", record_key(kind->number, 0));
	bind_integer(statement, ":last_record", record_key(kind->number, INT32_MAX));
	step = statement_step(connection, statement, error);
	if (step == ROWS_ROW)
		*ret_count = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return step == ROWS_ROW;
}

bool store_verify_integrity(struct store_connection *connection, struct error *error)
{
	return connection_check(connection, "PRAGMA integrity_check(1)", error);
}
