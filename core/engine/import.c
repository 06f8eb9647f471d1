#include "engine/import_tally.h"

#include "base/clock.h"
#include "engine/viewing.h"
#include <inttypes.h>
#include <string.h>

enum { MISSING_SHOWN = 100, SNAPSHOT_ROWS = 200 };

static void refuse_map(
    const struct schema *schema, const struct kind *kind, const char *map, struct pool *pool, struct error *error)
{
	const char *names = "";

	for (size_t i = 0; i < schema->mapping_count; i++)
		if (strcmp(schema->mappings[i]->kind, kind->name) == 0)
			names =
			    pool_format(pool, "%s%s%s", names, *names != '\0' ? "、" : "", schema->mappings[i]->name);
	error_set(error, ERROR_INVALID, "map", "没有%s的对照“%s”", kind->title, map);
	if (*names != '\0')
		error_hint(error, "有的是：%s", names);
	else
		error_hint(error, "%s还没有对照；表头的字和字段的名称一样，就不用对照", kind->title);
}

struct import *import_begin(struct engine *engine, const struct import_request *request, struct error *error)
{
	struct pool *pool = pool_new();
	struct import *import = pool_alloc(pool, sizeof(*import));
	const struct kind *kind;

	import->engine = engine;
	import->pool = pool;
	import->set = engine_hold_set(engine);
	import->caller = (struct caller){.name = pool_copy_text(pool, request->caller.name),
	    .role = request->caller.role,
	    .person = pool_copy_text(pool, request->caller.person)};
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
			refuse_map(import->set->schema, kind, request->map, pool, error);
	}
	if (error->code == ERROR_NONE && import_bind(import, request, error))
		import->spool = spool_new(engine->data, error);
	if (import->spool == NULL) {
		import_free(import);
		return NULL;
	}
	return import;
}

bool import_rows(
    struct import *import, const char *const *const *rows, const int64_t *numbers, size_t count, struct error *error)
{
	struct date today = clock_today();

	for (size_t i = 0; i < count; i++) {
		struct date day = import_day_of(import, rows[i], today);

		if (!spool_append(import->spool, numbers[i], date_is_none(day) ? DATE_FIRST : day, rows[i],
			import->column_count, error))
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

/* ---- preview ---- */

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
		    .type = changes[i].field != NULL ? changes[i].field->type : VALUE_TEXT,
		    .from = pool_copy_text(tally->pool, changes[i].from_text),
		    .to = pool_copy_text(tally->pool, changes[i].to_text)};
	}
}

bool import_list_missing(struct tally *tally, struct view *view, struct error *error)
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
			missing[tally->report.missing_count++] =
			    pool_copy_text(tally->pool, kind_format_id(query.kind, record, id));
	}
	rows_free(rows);
	tally->report.missing = missing;
	return step == ROWS_END;
}

static bool preview_row(struct tally *tally, struct view *view, const struct head *head, struct import_row *row,
    struct pool *pool, struct error *error)
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
	if (ok && row->step_count > 0 && import_needs_opinion(import))
		ok = import_ask_row(import, view->connection, head, row, &opinion, pool, &own);
	if (!ok && import_is_rows_fault(&own)) {
		if (row->record != 0)
			(void)key_set_add(&tally->records, (uint64_t)row->record);
		tally_refuse(tally, row, &own);
		return true;
	}
	if (!ok) {
		*error = own;
		return false;
	}
	tally_count(tally, row);
	if (row->step_count > 0 && row->record != 0)
		tell_changes(
		    tally, view, row, pool_copy_text(tally->pool, kind_format_id(import->kind, row->record, id)));
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
		ok = import_list_missing(tally, view, error);
	pool_free(pool);
	view_close(view);
	return ok;
}

bool import_run_preview(struct tally *tally, import_progress *progress, void *argument, struct error *error)
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

bool import_preview(struct import *import, import_progress *progress, void *argument, struct pool *pool,
    struct import_report *ret_report, struct error *error)
{
	struct tally tally;
	bool ok;

	tally_begin(&tally, import, pool);
	ok = import_run_preview(&tally, progress, argument, error);
	*ret_report = tally.report;
	tally_end(&tally);
	return ok;
}
