#include "engine/viewing.h"

#include "engine/findings.h"
#include <inttypes.h>
#include <string.h>

enum { REFERRED_LARGEST = 100, TARGETS_SHOWN = 20 };

/* ---- one record ---- */

static struct reference read_reference(struct view *view, const struct field *field, int64_t record, struct pool *pool)
{
	const struct kind *kind = schema_kind_of(view->set->schema, record);
	struct reference reference = {.field = field, .record = record, .kind = kind, .title = "", .stage_title = ""};
	struct error ignored = {0};
	char id[RECORD_ID_SIZE];
	struct state *state;

	reference.id = pool_copy_text(pool, schema_format_id(view->set->schema, record, id));
	state =
	    kind != NULL ? store_load_referred(view->connection, kind, record, &view->moment, pool, &ignored) : NULL;
	if (state != NULL && state->title != NULL)
		reference.title = state->title;
	if (state != NULL && state->stage >= 0)
		reference.stage_title = kind->flow->stages[state->stage].title;
	return reference;
}

static void read_refs(struct view *view, const struct state *state, struct pool *pool, struct got *got)
{
	struct reference *refs = pool_alloc_array(pool, state->kind->field_count, sizeof(*refs));

	for (size_t i = 0; i < state->kind->field_count; i++) {
		const struct field *field = &state->kind->fields[i];

		if (!field->hidden && state->values[i].type == VALUE_REF)
			refs[got->ref_count++] = read_reference(view, field, state->values[i].number, pool);
	}
	got->refs = refs;
}

/* In the past each kind that may refer is asked by a filter; in the present an index knows. */
static bool read_referred_by(
    struct view *view, const struct state *state, struct pool *pool, struct got *got, struct error *error)
{
	struct referrer referrers[REFERRED_LARGEST];
	struct reference *found = pool_alloc_array(pool, REFERRED_LARGEST, sizeof(*found));
	size_t total = 0;

	if (!store_find_referrers(
		view->connection, view->set->schema, state->record, referrers, REFERRED_LARGEST, &total, error))
		return false;
	for (size_t i = 0; i < total && i < REFERRED_LARGEST; i++) {
		found[got->referred_count] = read_reference(view, referrers[i].field, referrers[i].record, pool);
		found[got->referred_count++].field = referrers[i].field;
	}
	got->referred_by = found;
	got->referred_total = (int64_t)total;
	return true;
}

static bool read_referred_past(
    struct view *view, const struct state *state, struct pool *pool, struct got *got, struct error *error)
{
	const struct schema *schema = view->set->schema;
	struct reference *found = pool_alloc_array(pool, REFERRED_LARGEST, sizeof(*found));
	char id[RECORD_ID_SIZE];

	schema_format_id(schema, state->record, id);
	for (size_t k = 0; k < schema->kind_count; k++)
		for (size_t i = 0; i < schema->kinds[k].field_count; i++) {
			const struct field *field = &schema->kinds[k].fields[i];
			struct list_request request = {
			    .kind = schema->kinds[k].name, .columns = "title", .limit = REFERRED_LARGEST};
			struct list list;

			if (field->hidden || field->type != VALUE_REF || strcmp(field->ref, state->kind->name) != 0)
				continue;
			request.filter = pool_format(pool, "%s=%s", field->name, id);
			if (!view_list(view, &request, pool, &list, error))
				return false;
			got->referred_total += list.total;
			for (size_t n = 0; n < list.count && got->referred_count < REFERRED_LARGEST; n++)
				found[got->referred_count++] =
				    read_reference(view, field, list.records[n].record, pool);
		}
	got->referred_by = found;
	return true;
}

/* Why it is not there, told from what was known at the moment alone: the answer must never change. */
static bool refuse_absent(
    struct view *view, const struct kind *kind, int64_t record, struct pool *pool, struct error *error)
{
	const struct event *const *events;
	const struct event *creation = NULL, *drop = NULL;
	char id[RECORD_ID_SIZE], day[DATE_TEXT_SIZE];
	size_t count = 0;

	if (!store_load_events(view->connection, kind, record, view->moment.known_seq, pool, &events, &count, error))
		return false;
	kind_format_id(kind, record, id);
	for (size_t i = 0; i < count; i++) {
		if (events[i]->live && events[i]->action == EVENT_CREATE)
			creation = events[i];
		if (events[i]->live && events[i]->action == EVENT_DROP)
			drop = events[i];
	}
	if (count == 0) { /* as one is told who asks for what was never there */
		error_set(error, ERROR_NOT_FOUND, "id", "没有 %s", id);
		return error_hint(error, "全部%s：luodi list %s", kind->title, kind->name);
	}
	if (creation == NULL) {
		error_set(error, ERROR_NOT_FOUND, "id", "%s 的新建已经作废，当作从来没有过", id);
		return error_hint(error, "看它的经过：luodi history %s", id);
	}
	if (view->moment.as_of.day < creation->effective_on.day) {
		error_set(error, ERROR_NOT_FOUND, "id", "%s 在 %s 还没有", id, date_format(view->moment.as_of, day));
		return error_hint(error, "它从 %s 才有", date_format(creation->effective_on, day));
	}
	if (drop == NULL)
		return error_set(
		    error, ERROR_NOT_FOUND, "id", "%s 在 %s 没有", id, date_format(view->moment.as_of, day));
	error_set(error, ERROR_NOT_FOUND, "id", "%s 从 %s 起不再有", id, date_format(drop->effective_on, day));
	return error_hint(error, "看它的经过：luodi history %s；看那之前：--as-of 更早的日子", id);
}

static const char *text_of(struct value value)
{
	return value.type == VALUE_TEXT ? value.text : NULL;
}

bool view_get(struct view *view, const char *id, struct pool *pool, struct got *ret_got,
    const struct candidate **ret_candidates, size_t *ret_count, struct error *error)
{
	struct got got = {0};
	const struct kind *kind;
	char text[RECORD_ID_SIZE];
	struct state *state;
	int64_t record;

	if (!view_find_record(view, NULL, id, pool, &record, ret_candidates, ret_count, error))
		return false;
	kind = schema_kind_of(view->set->schema, record);
	state = view->moment.present
	    ? store_load_current(view->connection, kind, record, pool, error)
	    : store_load_state(view->connection, kind, record, view->moment.as_of, view->moment.known_seq, pool, error);
	if (state == NULL && error->code != ERROR_NONE)
		return false;
	if (state == NULL || !state->exists)
		return refuse_absent(view, kind, record, pool, error);
	got.state = state;
	got.id = pool_copy_text(pool, kind_format_id(kind, record, text));
	if (kind->light >= 0) {
		got.light = value_is_text(state->values[kind->light].type) ? state->values[kind->light].text : NULL;
		got.stale = findings_stale(text_of(state->values[kind->findings]), pool, &got.stale_count);
	}
	if (!date_is_none(state->stage_since))
		got.days_in_stage = view->moment.as_of.day - state->stage_since.day;
	read_refs(view, state, pool, &got);
	if (view->moment.present ? !read_referred_by(view, state, pool, &got, error)
				 : !read_referred_past(view, state, pool, &got, error))
		return false;
	*ret_got = got;
	return true;
}

/* ---- history ---- */

static void tell_stages(struct told *told, const struct kind *kind, const struct state *before,
    const struct state *after, struct pool *pool)
{
	const char **skipped, **names;
	uint64_t bits;

	if (kind->flow == NULL || after->stage < 0 || (before->exists && before->stage == after->stage))
		return;
	told->stage_to = kind->flow->stages[after->stage].title;
	if (!before->exists || before->stage < 0)
		return;
	told->stage_from = kind->flow->stages[before->stage].title;
	bits = told->event->stage != NULL && strcmp(told->event->stage, FLOW_RESUME) != 0
	    ? flow_skipped(kind->flow, before->stage, after->stage)
	    : 0;
	skipped = pool_alloc_array(pool, kind->flow->count, sizeof(*skipped));
	names = pool_alloc_array(pool, kind->flow->count, sizeof(*names));
	for (size_t i = 0; i < kind->flow->count; i++)
		if (bits & UINT64_C(1) << i) {
			names[told->skipped_count] = kind->flow->stages[i].name;
			skipped[told->skipped_count++] = kind->flow->stages[i].title;
		}
	told->skipped = skipped;
	told->skipped_names = names;
}

/* A step that today's declarations would not allow is still told as it was meant: against an empty record. */
static void tell_as_meant(struct view *view, struct told *told, const struct kind *kind, struct pool *pool)
{
	struct state *before = state_new(pool, kind, told->event->record), *after = state_copy(pool, before);
	int position;

	before->exists = after->exists = true;
	for (size_t i = 0; i < told->event->change_count; i++) {
		const struct change *change = &told->event->changes[i];

		if (strcmp(change->field, "title") == 0)
			after->title = change->value.text;
		else if ((position = kind_find_stored_field(kind, change->field)) >= 0)
			after->values[position] = change->value;
	}
	if (told->event->stage != NULL && kind->flow != NULL) {
		int stage = flow_find(kind->flow, told->event->stage);

		told->stage_to = stage >= 0 ? kind->flow->stages[stage].title : told->event->stage;
	}
	told->changes = view_changes(view, before, after, pool, &told->change_count);
}

/* What time, a neighbour or another rule changed: else the light follows from what was done. */
static void tell_light(
    struct view *view, struct told *told, const struct state *before, const struct state *after, struct pool *pool)
{
	int light = after->kind->light;
	const struct field *field = light >= 0 ? &after->kind->fields[light] : NULL;
	struct changed *changes;

	if (field == NULL || value_equal(before->values[light], after->values[light]))
		return;
	changes = pool_alloc_array(pool, told->change_count + 1, sizeof(*changes));
	if (told->change_count > 0)
		memcpy(changes, told->changes, told->change_count * sizeof(*changes));
	changes[told->change_count++] = (struct changed){.name = field->name,
	    .title = field->title,
	    .field = field,
	    .from = before->values[light],
	    .to = after->values[light],
	    .from_text = view_show_field(view, field, before->values[light], pool),
	    .to_text = view_show_field(view, field, after->values[light], pool)};
	told->changes = changes;
}

/* A live event, which state is brought past. */
static void tell_event(
    struct view *view, struct told *told, const struct kind *kind, struct state *state, struct pool *pool)
{
	struct state *before = state_copy(pool, state);
	struct entry entries[2];
	struct error ignored = {0};
	size_t count = 0;

	if (!fold_step(state, told->event, pool, entries, &count, &ignored)) {
		tell_as_meant(view, told, kind, pool);
		return;
	}
	state->on = told->event->effective_on;
	fold_apply_computed(state, told->event, pool);
	told->changes = view_changes(view, before, state, pool, &told->change_count);
	if (told->event->action == EVENT_RECOMPUTE)
		tell_light(view, told, before, state, pool);
	tell_stages(told, kind, before, state, pool);
}

/* Who voided it, as known. */
static bool read_voided_by(struct view *view, struct told *told, struct error *error)
{
	if (told->event->live)
		return true;
	return store_voided_by(view->connection, told->event->seq, view->moment.known_seq, &told->voided_by, error);
}

/* What the event by_seq voided was until then: its effect in the fold as known just before. */
static bool tell_voided(struct view *view, int64_t record, int64_t by_seq, struct told *told, size_t told_count,
    struct pool *pool, struct error *error)
{
	const struct kind *kind = schema_kind_of(view->set->schema, record);
	struct state *state = state_new(pool, kind, record);
	const struct event *const *events;
	size_t count;

	if (!store_load_events(view->connection, schema_kind_of(view->set->schema, record), record, by_seq - 1, pool,
		&events, &count, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct told then = {.event = events[i]};

		if (!events[i]->live)
			continue;
		tell_event(view, &then, kind, state, pool);
		for (size_t j = 0; j < told_count; j++)
			if (told[j].event->seq == events[i]->seq && told[j].voided_by == by_seq) {
				then.event = told[j].event;
				then.kind = kind;
				then.id = told[j].id;
				then.title = told[j].title;
				then.voided_by = by_seq;
				told[j] = then;
			}
	}
	return true;
}

/* Each void of them once; the lists of a record are short. */
static bool tell_all_voided(
    struct view *view, int64_t record, struct told *told, size_t count, struct pool *pool, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		bool seen = told[i].voided_by == 0;

		for (size_t j = 0; j < i && !seen; j++)
			seen = told[j].voided_by == told[i].voided_by;
		if (!seen && !tell_voided(view, record, told[i].voided_by, told, count, pool, error))
			return false;
	}
	return true;
}

bool view_history(struct view *view, const char *id, struct pool *pool, struct told **ret_events, size_t *ret_count,
    struct error *error)
{
	const struct kind *kind;
	const struct event *const *events;
	const char *own_id;
	struct state *state;
	struct told *told;
	int64_t record;
	size_t count;

	if (!view_find_record(view, NULL, id, pool, &record, NULL, NULL, error))
		return false;
	kind = schema_kind_of(view->set->schema, record);
	if (!store_load_events(view->connection, kind, record, view->moment.known_seq, pool, &events, &count, error))
		return false;
	own_id = resolve_id(&(struct resolver){.schema = view->set->schema, .pool = pool}, record);
	state = state_new(pool, kind, record);
	told = pool_alloc_array(pool, count, sizeof(*told));
	for (size_t i = 0; i < count; i++) {
		told[i].event = events[i];
		told[i].id = own_id;
		told[i].kind = kind;
		if (events[i]->live)
			tell_event(view, &told[i], kind, state, pool);
		told[i].title = state->title;
		if (!read_voided_by(view, &told[i], error))
			return false;
	}
	if (!tell_all_voided(view, record, told, count, pool, error))
		return false;
	*ret_events = told;
	*ret_count = count;
	return true;
}

/* ---- events as they come ---- */

/* The state just before an event, as known just before it: its effect as it was then. */
static bool tell_one(struct view *view, struct told *told, struct pool *pool, struct error *error)
{
	const struct event *event = told->event;
	const struct kind *kind = schema_kind_of(view->set->schema, event->record);
	struct state *before, *after;
	char id[RECORD_ID_SIZE];

	if (event->record == 0) {
		const char **ids = pool_alloc_array(pool, TARGETS_SHOWN, sizeof(*ids));

		for (size_t i = 0;
		     i < event->target_count && told->target_count < TARGETS_SHOWN && event->action == EVENT_VOID;
		     i++) {
			const struct event *target = store_load_event(view->connection, event->targets[i], pool, error);

			if (target == NULL)
				return false;
			ids[told->target_count++] =
			    pool_copy_text(pool, schema_format_id(view->set->schema, target->record, id));
		}
		told->targets = ids;
		return true;
	}
	if (kind == NULL)
		return true;
	told->kind = kind;
	told->id = pool_copy_text(pool, kind_format_id(kind, event->record, id));
	before =
	    store_load_state(view->connection, kind, event->record, event->effective_on, event->seq - 1, pool, error);
	if (before == NULL && error->code != ERROR_NONE)
		return false;
	after = store_load_state(view->connection, kind, event->record, event->effective_on, event->seq, pool, error);
	if (after == NULL && error->code != ERROR_NONE)
		return false;
	if (before == NULL)
		before = state_new(pool, kind, event->record);
	if (after == NULL)
		after = before;
	told->title = after->title != NULL ? after->title : before->title;
	told->changes = view_changes(view, before, after, pool, &told->change_count);
	tell_stages(told, kind, before, after, pool);
	return true;
}

static bool passes(struct view *view, const struct filter *filter, const struct kind *kind, int64_t record,
    struct pool *pool, bool *ret_passes, struct error *error)
{
	struct query query = {.kind = kind, .moment = view->moment};
	struct compiled_query compiled;
	struct value count = value_empty();
	const struct filter *own = NULL;
	char id[RECORD_ID_SIZE];

	*ret_passes = true;
	if (filter == NULL)
		return true;
	if (!view_parse_filter(
		view, kind, pool_format(pool, "id=%s", kind_format_id(kind, record, id)), pool, &own, error))
		return false;
	query.filter = filter_and(pool, filter, own);
	if (!query_compile_count(&query, view->set->schema, pool, &compiled, error) ||
	    !view_run_one(view, &compiled, &count, 1, error))
		return false;
	*ret_passes = count.number > 0;
	return true;
}

bool view_events(struct view *view, int64_t after, const char *kind_name, const char *filter_text, size_t limit,
    struct pool *pool, struct told **ret_events, size_t *ret_count, int64_t *ret_last, struct error *error)
{
	const struct kind *kind = NULL;
	const struct filter *filter = NULL;
	const struct event *const *events;
	struct told *told;
	size_t count, kept = 0;

	if (kind_name != NULL) {
		kind = view_kind(view, kind_name, error);
		if (kind == NULL || !view_parse_filter(view, kind, filter_text, pool, &filter, error))
			return false;
	}
	if (!store_load_journal(view->connection, after + 1, view->facts.seq, limit, pool, &events, &count, error))
		return false;
	told = pool_alloc_array(pool, count, sizeof(*told));
	*ret_last = count > 0 ? events[count - 1]->seq : after;
	for (size_t i = 0; i < count; i++) {
		bool wanted = true;

		told[kept] = (struct told){.event = events[i]};
		if (!tell_one(view, &told[kept], pool, error))
			return false;
		if (kind != NULL) {
			wanted = told[kept].kind == kind;
			if (wanted && !passes(view, filter, kind, events[i]->record, pool, &wanted, error))
				return false;
		}
		kept += wanted;
	}
	*ret_events = told;
	*ret_count = kept;
	return true;
}

/* ---- batches ---- */

bool view_batches(struct view *view, int64_t before, int64_t limit, struct pool *pool, struct batch_told **ret_batches,
    size_t *ret_count, struct error *error)
{
	size_t most = limit > 0 && limit <= 1000 ? (size_t)limit : 20;
	struct batch_told *told;
	struct batch *batches;

	if (!store_batches(view->connection, before, most, pool, &batches, ret_count, error))
		return false;
	told = pool_alloc_array(pool, *ret_count, sizeof(*told));
	for (size_t i = 0; i < *ret_count; i++)
		told[i] = (struct batch_told){.number = batches[i].number,
		    .events = batches[i].events,
		    .first_seq = batches[i].first_seq,
		    .last_seq = batches[i].last_seq,
		    .undone_by = batches[i].undone_by,
		    .recorded_us = batches[i].opened_at_us,
		    .actor = batches[i].actor,
		    .what = batches[i].what};
	*ret_batches = told;
	return true;
}
