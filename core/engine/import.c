#include "engine/importing.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/viewing.h"
#include "engine/writer.h"
#include <inttypes.h>
#include <string.h>

enum { BLOCK_ROWS = 250, BLOCK_EVENTS = 1500, ASK_AGAIN_LARGEST = 3, MISSING_SHOWN = 100, SNAPSHOT_ROWS = 200 };

struct import *import_begin(struct engine *engine, const struct import_request *request, struct error *error)
{
	struct pool *pool = pool_new();
	struct import *import = pool_alloc(pool, sizeof(*import));
	const struct kind *kind;

	import->engine = engine;
	import->pool = pool;
	import->set = engine_hold_set(engine);
	import->caller = (struct caller){.name = pool_copy_text(pool, request->caller.name), .role = request->caller.role, .person = pool_copy_text(pool, request->caller.person)};
	import->note = pool_copy_text(pool, request->note);
	import->sheet = pool_copy_text(pool, request->sheet);
	import->what = pool_copy_text(pool, request->what != NULL ? request->what : "");
	import->strict = request->strict;
	import->clear_empty = request->clear_empty;
	kind = resolve_kind(&(struct resolver){.schema = import->set->schema, .pool = pool}, request->kind, error);
	import->kind = kind;
	if (kind != NULL && request->caller.role < ROLE_EDITOR)
		error_set(error, ERROR_FORBIDDEN, "", "您只能查，不能改");
	else if (kind != NULL && request->map != NULL) {
		import->mapping = schema_find_mapping(import->set->schema, request->map, kind->name);
		if (import->mapping == NULL)
			error_set(error, ERROR_INVALID, "map", "没有%s的对照“%s”", kind->title, request->map);
	}
	if (error->code == ERROR_NONE && import_bind(import, request, error))
		import->spool = spool_new(engine->data, error);
	if (import->spool == NULL) {
		import_free(import);
		return NULL;
	}
	return import;
}

bool import_rows(struct import *import, const char *const *const *rows, const int64_t *numbers, size_t count, struct error *error)
{
	struct date today = clock_today();

	for (size_t i = 0; i < count; i++) {
		struct date day = import_day_of(import, rows[i], today);

		if (!spool_append(import->spool, numbers[i], date_is_none(day) ? DATE_FIRST : day, rows[i], import->column_count, error))
			return false;
	}
	import->sorted = false;
	return true;
}

void import_free(struct import *import)
{
	if (import == NULL)
		return;
	spool_free(import->spool);
	plugin_set_release(import->set);
	pool_free(import->pool);
}

/* ---- what both preview and commit count ---- */

struct tally {
	struct import *import;
	struct pool *pool; /* of the report */
	struct import_report report;
	struct import_refusal *refusals;
	struct import_change *changes;
	struct key_set keys, records; /* new keys seen; records matched */
};

static void begin_tally(struct tally *tally, struct import *import, struct pool *pool)
{
	*tally = (struct tally){.import = import, .pool = pool};
	tally->refusals = pool_alloc_array(pool, IMPORT_REFUSALS_LARGEST, sizeof(*tally->refusals));
	tally->changes = pool_alloc_array(pool, IMPORT_CHANGES_LARGEST, sizeof(*tally->changes));
	key_set_init(&tally->keys);
	key_set_init(&tally->records);
	tally->report.refusals = tally->refusals;
	tally->report.changes = tally->changes;
	tally->report.ignored = import->ignored;
	tally->report.ignored_count = import->ignored_count;
	tally->report.rows = (int64_t)spool_count(import->spool);
	if (import->key_column >= 0)
		tally->report.key = import->columns[import->key_column].target == COLUMN_ID      ? "编号"
		                    : import->columns[import->key_column].target == COLUMN_TITLE ? "名称"
		                                                                                  : import->columns[import->key_column].field->title;
	if (!import->sorted)
		spool_sort(import->spool);
	import->sorted = true;
}

static void end_tally(struct tally *tally)
{
	key_set_clear(&tally->keys);
	key_set_clear(&tally->records);
}

static void refuse_row(struct tally *tally, const struct import_row *row, const struct error *error)
{
	struct import_refusal *refusal;

	tally->report.refused++;
	if (tally->report.refusal_count == IMPORT_REFUSALS_LARGEST)
		return;
	refusal = &tally->refusals[tally->report.refusal_count++];
	*refusal = (struct import_refusal){.sheet = tally->import->sheet, .row = row->number, .column = row->fault_position};
	refusal->column_name = row->fault_column;
	if (row->fault_position > 0)
		refusal->value = pool_copy_text(tally->pool, row->cells[row->fault_position - 1]);
	refusal->reason = pool_copy_text(tally->pool, error->sentence);
}

static void tell_changes(struct tally *tally, struct view *view, const struct import_row *row, const char *id)
{
	const struct changed *changes;
	size_t count;

	changes = view_changes(view, row->plan.before_day, row->plan.after_day, tally->pool, &count);
	for (size_t i = 0; i < count; i++) {
		if (tally->report.change_count == IMPORT_CHANGES_LARGEST) {
			tally->report.more_changes++;
			continue;
		}
		tally->changes[tally->report.change_count++] = (struct import_change){.row = row->number,
		    .id = id,
		    .title = pool_copy_text(tally->pool, row->plan.after_day->title),
		    .field_title = changes[i].title,
		    .from = pool_copy_text(tally->pool, changes[i].from_text),
		    .to = pool_copy_text(tally->pool, changes[i].to_text)};
	}
}

static void count_row(struct tally *tally, const struct import_row *row)
{
	if (row->record != 0)
		(void)key_set_add(&tally->records, (uint64_t)row->record);
	if (row->step_count == 0)
		tally->report.unchanged++;
	else if (row->record == 0 && (!row->has_key || key_set_add(&tally->keys, row->key)))
		tally->report.added++;
	else
		tally->report.changed++;
}

/* Records of the kind whose key the file does not hold: named, never dropped. */
static bool list_missing(struct tally *tally, struct view *view, struct error *error)
{
	struct query query = {.kind = tally->import->kind, .moment = view->moment, .limit = -1};
	struct compiled_query compiled;
	const char **missing = pool_alloc_array(tally->pool, MISSING_SHOWN, sizeof(*missing));
	enum rows_step step;
	struct rows *rows;
	char id[RECORD_ID_SIZE];

	if (tally->import->key_column < 0)
		return true;
	if (!query_compile_list(&query, tally->import->set->schema, tally->pool, &compiled, error))
		return false;
	rows = store_select(view->connection, &compiled, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW) {
		int64_t record = rows_value(rows, 0).number;

		if (key_set_contains(&tally->records, (uint64_t)record))
			continue;
		if (tally->report.missing_total++ < MISSING_SHOWN)
			missing[tally->report.missing_count++] = pool_copy_text(tally->pool, kind_format_id(query.kind, record, id));
	}
	rows_free(rows);
	tally->report.missing = missing;
	return step == ROWS_END;
}

/* ---- asking plugins about a row ---- */

static bool ask_row(struct import *import, struct store_connection *connection, const struct head *head, struct import_row *row, struct opinion *opinion, struct pool *pool,
    struct error *error)
{
	struct wish wish = {.action = WISH_UPDATE, .caller = import->caller, .note = import->note};
	struct proposal proposal = {.wish = &wish, .kind = import->kind, .record = row->record, .note = import->note, .day = row->day, .steps = row->steps,
	    .step_count = row->step_count, .plan = row->plan};

	proposal.resolver = (struct resolver){.connection = connection, .schema = import->set->schema, .today = engine_today(head), .pool = pool};
	return opinion_ask(import->engine, import->set, &proposal, head, pool, opinion, error);
}

static bool needs_opinion(const struct import *import)
{
	return kind_needs_opinion(import->set->schema, import->kind);
}

static bool is_rows_fault(const struct error *error)
{
	switch (error->code) {
	case ERROR_REFUSED:
	case ERROR_INVALID:
	case ERROR_NOT_FOUND:
	case ERROR_AMBIGUOUS:
	case ERROR_TOO_LARGE:
	case ERROR_PLUGIN_FAULT:
	case ERROR_BUDGET:
		return true;
	default:
		return false;
	}
}

/* ---- preview ---- */

static bool preview_row(struct tally *tally, struct view *view, const struct head *head, struct import_row *row, struct pool *pool, struct error *error)
{
	struct import *import = tally->import;
	struct opinion opinion;
	struct error own = {0};
	char id[RECORD_ID_SIZE];
	bool ok = import_plan_row(import, view->connection, head, NULL, row, pool, &own);

	/* a key that an earlier row of the file brings in is not in the store yet: there is nothing to compare with */
	if (ok && row->record == 0 && row->has_key && key_set_contains(&tally->keys, row->key)) {
		tally->report.changed++;
		return true;
	}
	if (ok && row->step_count > 0 && needs_opinion(import))
		ok = ask_row(import, view->connection, head, row, &opinion, pool, &own);
	if (!ok && is_rows_fault(&own)) {
		if (row->record != 0)
			(void)key_set_add(&tally->records, (uint64_t)row->record);
		refuse_row(tally, row, &own);
		return true;
	}
	if (!ok) {
		*error = own;
		return false;
	}
	count_row(tally, row);
	if (row->step_count > 0 && row->record != 0)
		tell_changes(tally, view, row, pool_copy_text(tally->pool, kind_format_id(import->kind, row->record, id)));
	return true;
}

/* A snapshot lives for seconds only: rows are read in blocks, each on one of its own. *seq: where the first block stood. */
static bool preview_block(struct tally *tally, size_t first, size_t last, struct error *error)
{
	struct import *import = tally->import;
	struct view_request request = {.caller = import->caller};
	struct view *view = view_open(import->engine, &request, error);
	struct pool *pool = pool_new();
	struct head head;
	bool ok = view != NULL && store_read_head(view->connection, &head, error);

	if (ok && first == 0)
		tally->report.seq = head.seq;
	for (size_t n = first; ok && n < last; n++) {
		struct import_row row = {0};
		const char **cells;

		ok = spool_read(import->spool, n, import->column_count, pool, &row.number, &cells, error);
		row.cells = cells;
		ok = ok && preview_row(tally, view, &head, &row, pool, error);
		pool_reset(pool);
	}
	if (ok && last == spool_count(import->spool))
		ok = list_missing(tally, view, error);
	pool_free(pool);
	view_close(view);
	return ok;
}

static bool run_preview(struct tally *tally, import_progress *progress, void *argument, struct error *error)
{
	size_t count = spool_count(tally->import->spool), first = 0;

	do {
		size_t last = first + SNAPSHOT_ROWS < count ? first + SNAPSHOT_ROWS : count;

		if (!preview_block(tally, first, last, error))
			return false;
		first = last;
		if (progress != NULL)
			progress(argument, (int64_t)first, (int64_t)count);
	} while (first < count);
	return true;
}

bool import_preview(struct import *import, import_progress *progress, void *argument, struct pool *pool, struct import_report *ret_report, struct error *error)
{
	struct tally tally;
	bool ok;

	begin_tally(&tally, import, pool);
	ok = run_preview(&tally, progress, argument, error);
	*ret_report = tally.report;
	end_tally(&tally);
	return ok;
}

/* ---- commit ---- */

struct block {
	struct tally *tally;
	int64_t batch, shown_seq;
	struct import_row rows[BLOCK_ROWS];
	struct opinion opinions[BLOCK_ROWS];
	bool asked[BLOCK_ROWS], done[BLOCK_ROWS];
	struct error refused[BLOCK_ROWS];
	size_t count, again;
	struct pool *pool;  /* of the rows' texts */
	struct pool *each;  /* of one row's work */
	bool dry_run;
	struct head head;   /* before the block */
};

/* What was shown must still hold: a record that somebody changed since the preview stops the import. */
static bool check_shown(struct block *block, struct engine *engine, const struct import_row *row, struct error *error)
{
	const struct kind *kind = block->tally->import->kind;
	const struct event *const *events;
	size_t count;
	char id[RECORD_ID_SIZE];

	if (block->shown_seq == 0 || row->record == 0)
		return true;
	if (!store_load_events(store_writer(engine->store), row->record, SEQ_FOR_EVER, block->each, &events, &count, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (events[i]->seq > block->shown_seq && events[i]->batch != block->batch) {
			error_set(error, ERROR_CONFLICT, "seq", "%s 在预览之后被%s改过（#%" PRId64 "），一行也没有写", kind_format_id(kind, row->record, id), events[i]->actor,
			    events[i]->seq);
			return error_hint(error, "请重新导入，再看一遍预览");
		}
	return true;
}

static bool apply_row(struct block *block, struct engine *engine, struct import_row *row, struct error *error)
{
	struct import *import = block->tally->import;
	int32_t number;

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
	writer_note_kind(engine->writer, import->kind->number, store_head(engine->store).seq);
	return true;
}

static bool opinion_is_stale(const struct block *block, size_t n)
{
	const struct opinion *opinion = &block->opinions[n];
	struct writer *writer = block->tally->import->engine->writer;

	if (!block->asked[n] || opinion->record != block->rows[n].record || opinion->version != block->rows[n].plan.old_version)
		return true;
	for (size_t i = 0; i < opinion->read_count; i++)
		if (writer_kind_seq(writer, record_kind_number(opinion->reads[i].record)) > opinion->seq)
			return true;
	for (size_t i = 0; i < opinion->kinds_read_count; i++)
		if (writer_kind_seq(writer, opinion->kinds_read[i]) > opinion->seq)
			return true;
	return false;
}

/* Writer thread, in a savepoint. A row that is refused before it wrote anything is left out; one that fails later fails the block, which is then
 * tried again without it. */
static bool write_block(struct engine *engine, void *argument, struct error *error)
{
	struct block *block = argument;
	struct import *import = block->tally->import;
	bool opinions = needs_opinion(import);

	block->again = 0;
	for (size_t n = 0; n < block->count; n++) {
		struct import_row *row = &block->rows[n];
		struct head head = store_head(engine->store);
		struct error own = {0};

		block->done[n] = false;
		if (block->refused[n].code != ERROR_NONE)
			continue;
		pool_reset(block->each);
		if (!import_plan_row(import, store_writer(engine->store), &head, opinions ? &block->opinions[n] : NULL, row, block->each, &own)) {
			if (!is_rows_fault(&own)) {
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
			if (is_rows_fault(&own))
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
		    (block->rows[n].step_count > 0 && !ask_row(import, connection, &head, &block->rows[n], &block->opinions[n], block->pool, &own))) {
			/* a row that leans on an earlier one of the block is asked again once that is written */
			ok = is_rows_fault(&own);
			if (!ok)
				*error = own;
			else if (own.code == ERROR_REFUSED || own.code == ERROR_PLUGIN_FAULT || own.code == ERROR_BUDGET)
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
		if (block->refused[n].code != ERROR_NONE)
			refuse_row(block->tally, &block->rows[n], &block->refused[n]);
		else if (block->done[n])
			count_row(block->tally, &block->rows[n]);
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

static bool commit_block(struct block *block, struct error *error)
{
	struct import *import = block->tally->import;

	for (int attempt = 0; block->count > 0; attempt++) {
		struct error own = {0};
		struct import_row *waiting;

		if (attempt > ASK_AGAIN_LARGEST + BLOCK_ROWS)
			return error_set(error, ERROR_CONFLICT, "", "别人正在不停地改同一批记录，没有写");
		if (needs_opinion(import) && !ask_block(block, error))
			return false;
		if (!writer_run(import->engine->writer, WRITER_IN_GROUP, write_block, block, &own)) {
			bool one_refused = false;

			for (size_t n = 0; n < block->count; n++)
				one_refused = one_refused || (block->done[n] && block->refused[n].code != ERROR_NONE);
			if (!one_refused) {
				*error = own;
				return false;
			}
			continue; /* without the row at fault */
		}
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
	while (*next < spool_count(import->spool) && block->count < BLOCK_ROWS && block->count * import->column_count < BLOCK_EVENTS * 8) {
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

struct batch_work {
	struct import *import;
	int64_t number;
	const char *what;
};

static bool open_batch(struct engine *engine, void *argument, struct error *error)
{
	struct batch_work *work = argument;

	return store_batch_open(engine->store, work->import->caller.name, work->what, &work->number, error);
}

static bool close_batch(struct engine *engine, void *argument, struct error *error)
{
	struct batch_work *work = argument;

	return store_batch_close(engine->store, work->number, error);
}

/* Something stopped the import half-way: what it wrote is taken back. */
static void take_back(struct import *import, struct batch_work *work)
{
	struct error error = {0};
	struct wish *wish;
	struct outcome *outcome;

	if (!writer_run(import->engine->writer, WRITER_IN_GROUP, close_batch, work, &error)) {
		log_error("batch %" PRId64 " stays open, it is voided at the next start: %s", work->number, error.sentence);
		return;
	}
	wish = wish_new(WISH_UNDO);
	wish->caller = (struct caller){.name = import->caller.name, .role = ROLE_ADMIN};
	wish->batch = work->number;
	wish->confirm = true;
	wish->note = "导入没有做完，整批作废";
	outcome = engine_write(import->engine, &wish);
	if (!outcome->ok && outcome->error.code != ERROR_REFUSED) /* refused: nothing had been written yet */
		log_error("batch %" PRId64 " could not be taken back: %s", work->number, outcome->error.sentence);
	outcome_free(outcome);
}

static bool run_commit(struct tally *tally, int64_t seq, import_progress *progress, void *argument, struct error *error)
{
	struct import *import = tally->import;
	struct batch_work work = {.import = import, .what = pool_format(import->pool, "导入 %s", import->what)};
	struct block *block = pool_alloc(import->pool, sizeof(*block));
	size_t next = 0, count = spool_count(import->spool);
	bool ok;

	if (!writer_run(import->engine->writer, WRITER_IN_GROUP, open_batch, &work, error))
		return false;
	*block = (struct block){.tally = tally, .batch = work.number, .shown_seq = seq, .pool = pool_new(), .each = pool_new()};
	tally->report.first_seq = import->engine->last_seq + 1;
	ok = true;
	while (ok && next < count) {
		ok = read_block(block, &next, error) && commit_block(block, error);
		if (ok && progress != NULL)
			progress(argument, (int64_t)next, (int64_t)count);
	}
	pool_free(block->pool);
	pool_free(block->each);
	if (!ok) {
		take_back(import, &work);
		return false;
	}
	tally->report.last_seq = import->engine->last_seq;
	tally->report.batch = work.number;
	return writer_run(import->engine->writer, WRITER_IN_GROUP, close_batch, &work, error);
}

static bool refuse_strict(const struct tally *tally, struct error *error)
{
	const struct import_refusal *first = &tally->refusals[0];

	error_set(error, ERROR_REFUSED, "strict", "有 %" PRId64 " 行不行，一行也没有写。第 %" PRId64 " 行%s%s：%s", tally->report.refused, first->row,
	    first->column_name != NULL ? " " : "", first->column_name != NULL ? first->column_name : "", first->reason);
	return error_hint(error, "改好再导；或去掉 --strict，跳过这些行");
}

bool import_commit(struct import *import, int64_t seq, bool dry_run, import_progress *progress, void *argument, struct pool *pool, struct import_report *ret_report,
    struct error *error)
{
	struct tally tally;
	bool ok = true;

	begin_tally(&tally, import, pool);
	if (dry_run || import->strict) {
		ok = run_preview(&tally, progress, argument, error);
		if (ok && import->strict && tally.report.refused > 0)
			ok = refuse_strict(&tally, error);
	}
	if (ok && !dry_run) {
		if (import->strict) {
			end_tally(&tally);
			begin_tally(&tally, import, pool);
		}
		ok = run_commit(&tally, seq, progress, argument, error);
	}
	*ret_report = tally.report;
	end_tally(&tally);
	return ok;
}
