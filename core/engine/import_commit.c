#include "engine/import_tally.h"

#include "base/log.h"
#include "engine/writer.h"
#include <inttypes.h>
#include <string.h>

enum { BLOCK_ROWS = 250, BLOCK_EVENTS = 1500, ASK_AGAIN_LARGEST = 3 };

struct block {
	struct tally *tally;
	const char *what; /* the batch's name */
	int64_t batch;	  /* 0: nothing has been written yet, and so none is open */
	int64_t shown_seq;
	int64_t first_seq, last_seq; /* of this try's events; 0: none */
	struct import_row rows[BLOCK_ROWS];
	struct opinion opinions[BLOCK_ROWS];
	bool asked[BLOCK_ROWS], done[BLOCK_ROWS];
	struct error refused[BLOCK_ROWS];
	size_t count, again;
	struct pool *pool; /* of the rows' texts */
	struct pool *each; /* of one row's work */
	bool dry_run;
	struct head head; /* before the block */
};

/* What was shown must still hold: a record that somebody changed since the preview stops the import. */
static bool check_shown(struct block *block, struct engine *engine, const struct import_row *row, struct error *error)
{
	const struct kind *kind = block->tally->import->kind;
	const struct event *const *events;
	size_t count;
	char id[RECORD_ID_SIZE];

	if (block->shown_seq < 0 || row->record == 0)
		return true;
	if (!store_load_events(
		store_writer(engine->store), kind, row->record, SEQ_FOR_EVER, block->each, &events, &count, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (events[i]->seq > block->shown_seq && events[i]->batch != block->batch &&
		    events[i]->action != EVENT_RECOMPUTE) { /* which changes nothing that a file could tell */
			error_set(error, ERROR_CONFLICT, "seq", "%s 在预览之后被%s改过（#%" PRId64 "），一行也没有写",
			    kind_format_id(kind, row->record, id), events[i]->actor, events[i]->seq);
			return error_hint(error, "请重新导入，再看一遍预览");
		}
	return true;
}

/* With the first row that changes something, in its transaction. */
static bool open_batch(struct block *block, struct engine *engine, struct error *error)
{
	return block->batch != 0 ||
	    store_batch_open(engine->store, block->tally->import->caller.name, block->what, &block->batch, error);
}

static bool apply_row(struct block *block, struct engine *engine, struct import_row *row, struct error *error)
{
	struct import *import = block->tally->import;
	int64_t before = store_head(engine->store).seq;
	int32_t number;

	if (!open_batch(block, engine, error))
		return false;
	if (row->record == 0) {
		if (!store_next_number(engine->store, import->kind, &number, error))
			return false;
		plan_number(&row->plan, record_key(import->kind->number, number));
	}
	for (size_t i = 0; i < row->step_count; i++) {
		if (row->steps[i].event != NULL)
			row->steps[i].event->batch = block->batch;
		if (row->steps[i].aside != NULL)
			row->steps[i].aside->batch = block->batch;
	}
	if (!plan_apply(engine->store, &row->plan, error))
		return false;
	block->last_seq = store_head(engine->store).seq;
	if (block->first_seq == 0)
		block->first_seq = before + 1;
	writer_note_kind(engine->writer, import->kind->number, block->last_seq);
	return true;
}

static bool opinion_is_stale(const struct block *block, size_t n)
{
	const struct opinion *opinion = &block->opinions[n];
	struct writer *writer = block->tally->import->engine->writer;

	if (!block->asked[n] || opinion->record != block->rows[n].record ||
	    opinion->version != block->rows[n].plan.old_version)
		return true;
	for (size_t i = 0; i < opinion->read_count; i++)
		if (writer_kind_seq(writer, record_kind_number(opinion->reads[i].record)) > opinion->seq)
			return true;
	for (size_t i = 0; i < opinion->kinds_read_count; i++)
		if (writer_kind_seq(writer, opinion->kinds_read[i]) > opinion->seq)
			return true;
	return false;
}

/* The rows were understood, and their computed values asked, by the plugins that the import began with. */
static bool check_plugins(struct engine *engine, const struct import *import, struct error *error)
{
	struct plugin_set *now = engine_hold_set(engine);
	bool same = now == import->set;

	plugin_set_release(now);
	if (same)
		return true;
	error_set(error, ERROR_CONFLICT, "import", "导入当中插件换过了，一行也没有写");
	return error_hint(error, "请重新导入");
}

/* Writer thread, in a savepoint. A row that is refused before it wrote anything is left out; one that fails later fails the block, which is then
 * tried again without it. */
static bool write_block(struct engine *engine, void *argument, struct error *error)
{
	struct block *block = argument;
	struct import *import = block->tally->import;
	bool opinions = import_needs_opinion(import);

	block->again = 0;
	block->first_seq = block->last_seq = 0;
	if (!check_plugins(engine, import, error))
		return false;
	for (size_t n = 0; n < block->count; n++) {
		struct import_row *row = &block->rows[n];
		struct head head = store_head(engine->store);
		struct error own = {0};

		block->done[n] = false;
		if (block->refused[n].code != ERROR_NONE)
			continue;
		pool_reset(block->each);
		if (!import_plan_row(import, store_writer(engine->store), &head, opinions ? &block->opinions[n] : NULL,
			row, block->each, &own)) {
			if (!import_is_rows_fault(&own)) {
				*error = own;
				return false;
			}
			block->refused[n] = own;
			continue;
		}
		if (!check_shown(block, engine, row, error))
			return false;
		if (row->step_count > 0 && opinions && opinion_is_stale(block, n)) {
			block->again++;
			continue;
		}
		block->done[n] = true;
		if (row->step_count > 0 && !apply_row(block, engine, row, &own)) {
			*error = own;
			if (import_is_rows_fault(&own))
				block->refused[n] = own; /* the next try leaves it out */
			return false;
		}
		row->steps = NULL; /* of the pool that the next row resets */
	}
	return true;
}

static bool ask_block(struct block *block, struct error *error)
{
	struct import *import = block->tally->import;
	struct store_connection *connection = engine_take_reader(import->engine, error);
	struct head head;
	bool ok = connection != NULL && store_snapshot_begin(connection, error);

	if (!ok) {
		if (connection != NULL)
			engine_return_reader(import->engine, connection);
		return false;
	}
	ok = store_read_head(connection, &head, error);
	for (size_t n = 0; ok && n < block->count; n++) {
		struct error own = {0};

		if (block->done[n] || block->refused[n].code != ERROR_NONE)
			continue;
		block->asked[n] = false;
		if (!import_plan_row(import, connection, &head, NULL, &block->rows[n], block->pool, &own) ||
		    (block->rows[n].step_count > 0 &&
			!import_ask_row(
			    import, connection, &head, &block->rows[n], &block->opinions[n], block->pool, &own))) {
			/* a row that leans on an earlier one of the block is asked again once that is written */
			ok = import_is_rows_fault(&own);
			if (!ok)
				*error = own;
			else if (own.code == ERROR_REFUSED || own.code == ERROR_PLUGIN_FAULT ||
			    own.code == ERROR_BUDGET)
				block->refused[n] = own;
			continue;
		}
		block->asked[n] = true;
	}
	store_snapshot_end(connection);
	engine_return_reader(import->engine, connection);
	return ok;
}

static void count_block(struct block *block)
{
	for (size_t n = 0; n < block->count; n++) {
		if (block->refused[n].code != ERROR_NONE) {
			if (block->rows[n].record != 0) /* the file does hold it */
				(void)key_set_add(&block->tally->records, (uint64_t)block->rows[n].record);
			tally_refuse(block->tally, &block->rows[n], &block->refused[n]);
		} else if (block->done[n])
			tally_count(block->tally, &block->rows[n]);
	}
}

/* Rows of one block that are done stay done when the rest is tried again. */
static void drop_done(struct block *block)
{
	size_t kept = 0;

	count_block(block);
	for (size_t n = 0; n < block->count; n++)
		if (!block->done[n] && block->refused[n].code == ERROR_NONE) {
			block->rows[kept] = block->rows[n];
			block->asked[kept] = false;
			block->done[kept] = false;
			block->refused[kept++] = (struct error){0};
		}
	block->count = kept;
}

/* It is on disk: others may have written in between, so the batch's events need not follow each other. */
static void tell_seqs(const struct block *block)
{
	struct import_report *report = &block->tally->report;

	if (block->first_seq == 0)
		return;
	if (report->first_seq == 0)
		report->first_seq = block->first_seq;
	report->last_seq = block->last_seq;
}

static bool commit_block(struct block *block, struct error *error)
{
	struct import *import = block->tally->import;

	for (int attempt = 0; block->count > 0; attempt++) {
		int64_t batch = block->batch;
		struct error own = {0};
		struct import_row *waiting;

		if (attempt > ASK_AGAIN_LARGEST + BLOCK_ROWS)
			return error_set(error, ERROR_BUSY, "", "别人正在不停地改同一批记录，没有写，请过一会儿再试");
		if (import_needs_opinion(import) && !ask_block(block, error))
			return false;
		if (!writer_run(import->engine->writer, WRITER_IN_GROUP, write_block, block, &own)) {
			bool one_refused = false;

			block->batch = batch;
			for (size_t n = 0; n < block->count; n++)
				one_refused = one_refused || (block->done[n] && block->refused[n].code != ERROR_NONE);
			if (!one_refused) {
				*error = own;
				return false;
			}
			continue; /* without the row at fault */
		}
		tell_seqs(block);
		waiting = NULL;
		for (size_t n = 0; n < block->count && waiting == NULL; n++)
			if (!block->done[n] && block->refused[n].code == ERROR_NONE)
				waiting = &block->rows[n];
		if (waiting == NULL) {
			count_block(block);
			return true;
		}
		drop_done(block);
	}
	return true;
}

static bool read_block(struct block *block, size_t *next, struct error *error)
{
	struct import *import = block->tally->import;

	pool_reset(block->pool);
	block->count = 0;
	while (*next < spool_count(import->spool) && block->count < BLOCK_ROWS &&
	    block->count * import->column_count < BLOCK_EVENTS * 8) {
		struct import_row *row = &block->rows[block->count];
		const char **cells;

		*row = (struct import_row){0};
		if (!spool_read(import->spool, *next, import->column_count, block->pool, &row->number, &cells, error))
			return false;
		row->cells = cells;
		block->asked[block->count] = block->done[block->count] = false;
		block->refused[block->count++] = (struct error){0};
		(*next)++;
	}
	return true;
}

static bool close_batch(struct engine *engine, void *argument, struct error *error)
{
	const int64_t *number = argument;

	return store_batch_close(engine->store, *number, error);
}

/* Something stopped the import half-way: what it wrote is taken back. */
static void take_back(struct import *import, int64_t batch, struct error *error)
{
	if (batch != 0 && !writer_take_back(import->engine->writer, batch, &import->caller, "导入没有做完，整批作废"))
		error_hint(
		    error, "已经写下的一部分还看得到（批次 %" PRId64 "）：腾出地方，再有人写的时候就整批作废", batch);
}

/* The report says what the preview said of it; that it cannot be told takes nothing back. */
static void tell_missing(struct tally *tally)
{
	struct view_request request = {.caller = tally->import->caller};
	struct error error = {0};
	struct view *view = view_open(tally->import->engine, &request, &error);

	if (view == NULL || !import_list_missing(tally, view, &error))
		log_warning("导入的文件里没有哪些记录，没能列出来：%s", error.sentence);
	view_close(view);
}

static bool run_commit(struct tally *tally, int64_t seq, import_progress *progress, void *argument, struct error *error)
{
	struct import *import = tally->import;
	struct block *block = pool_alloc(import->pool, sizeof(*block));
	size_t next = 0, count = spool_count(import->spool);
	bool ok;

	*block = (struct block){.tally = tally,
	    .what = pool_format(import->pool, "导入 %s", import->what),
	    .shown_seq = seq,
	    .pool = pool_new(),
	    .each = pool_new()};
	tally->report.seq = seq >= 0 ? seq : import->engine->last_seq;
	ok = true;
	while (ok && next < count) {
		ok = read_block(block, &next, error) && commit_block(block, error);
		if (ok && progress != NULL)
			progress(argument, (int64_t)next, (int64_t)count);
	}
	pool_free(block->pool);
	pool_free(block->each);
	if (!ok) {
		take_back(import, block->batch, error);
		return false;
	}
	tally->report.batch = block->batch;
	if (block->batch != 0 &&
	    !writer_run(import->engine->writer, WRITER_IN_GROUP, close_batch, &block->batch, error)) {
		take_back(import, block->batch, error);
		return false;
	}
	tell_missing(tally);
	return true;
}

static bool refuse_strict(const struct tally *tally, struct error *error)
{
	const struct import_refusal *first = &tally->refusals[0];

	error_set(error, ERROR_REFUSED, "strict", "有 %" PRId64 " 行不行，一行也没有写。第 %" PRId64 " 行%s%s：%s",
	    tally->report.refused, first->row, first->column_name != NULL ? " " : "",
	    first->column_name != NULL ? first->column_name : "", first->reason);
	return error_hint(error, "改好再导；或去掉 --strict，跳过这些行");
}

bool import_commit(struct import *import, int64_t seq, bool dry_run, import_progress *progress, void *argument,
    struct pool *pool, struct import_report *ret_report, struct error *error)
{
	struct tally tally;
	bool ok = true;

	tally_begin(&tally, import, pool);
	if (dry_run || import->strict) {
		ok = import_run_preview(&tally, progress, argument, error);
		if (ok && import->strict && tally.report.refused > 0)
			ok = refuse_strict(&tally, error);
	}
	if (ok && !dry_run) {
		if (import->strict) {
			tally_end(&tally);
			tally_begin(&tally, import, pool);
		}
		ok = run_commit(&tally, seq, progress, argument, error);
	}
	*ret_report = tally.report;
	tally_end(&tally);
	return ok;
}
