#include "engine/import_tally.h"

#include <string.h>

void tally_begin(struct tally *tally, struct import *import, struct pool *pool)
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
		tally->report.key = import->columns[import->key_column].target == COLUMN_ID ? "编号"
		    : import->columns[import->key_column].target == COLUMN_TITLE
		    ? "名称"
		    : import->columns[import->key_column].field->title;
	if (!import->sorted)
		spool_sort(import->spool);
	import->sorted = true;
}

void tally_end(struct tally *tally)
{
	key_set_clear(&tally->keys);
	key_set_clear(&tally->records);
}

void tally_refuse(struct tally *tally, const struct import_row *row, const struct error *error)
{
	struct import_refusal *refusal;

	tally->report.refused++;
	if (tally->report.refusal_count == IMPORT_REFUSALS_LARGEST)
		return;
	refusal = &tally->refusals[tally->report.refusal_count++];
	*refusal =
	    (struct import_refusal){.sheet = tally->import->sheet, .row = row->number, .column = row->fault_position};
	refusal->column_name = row->fault_column;
	if (row->fault_position > 0)
		refusal->value = pool_copy_text(tally->pool, row->cells[row->fault_position - 1]);
	refusal->reason = pool_copy_text(tally->pool, error->sentence);
}

void tally_count(struct tally *tally, const struct import_row *row)
{
	/* a record that the row brought in has its number in the plan */
	if (row->record != 0 || row->step_count > 0)
		(void)key_set_add(&tally->records, (uint64_t)(row->record != 0 ? row->record : row->plan.record));
	if (row->step_count == 0)
		tally->report.unchanged++;
	else if (row->record == 0 && (!row->has_key || key_set_add(&tally->keys, row->key)))
		tally->report.added++;
	else
		tally->report.changed++;
}

bool import_ask_row(struct import *import, struct store_connection *connection, const struct head *head,
    struct import_row *row, struct opinion *opinion, struct pool *pool, struct error *error)
{
	struct wish wish = {.action = WISH_UPDATE, .caller = import->caller, .note = import->note};
	struct proposal proposal = {.wish = &wish,
	    .kind = import->kind,
	    .record = row->record,
	    .note = import->note,
	    .day = row->day,
	    .steps = row->steps,
	    .step_count = row->step_count,
	    .plan = row->plan};

	proposal.resolver = (struct resolver){
	    .connection = connection, .schema = import->set->schema, .today = engine_today(head), .pool = pool};
	return opinion_ask(import->engine, import->set, &proposal, head, pool, opinion, error);
}

bool import_needs_opinion(const struct import *import)
{
	return kind_needs_opinion(import->set->schema, import->kind);
}

bool import_is_rows_fault(const struct error *error)
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
