#include "engine/viewing.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_LARGEST = 10000 };

/* One end of a comparison: all records at a moment, by key, and whether the filter holds for each. */
struct end {
	struct moment moment;
	const struct kind *kind;
	const struct filter *filter;
	struct rows *rows;
	const struct compiled_query *compiled;
	bool at_end;
	struct state *state; /* the present one */
	bool passes;
	struct pool *pool; /* of the present row */
};

struct diffing {
	struct view *view;
	struct pool *pool;
	struct diff *diff;
	size_t item_room, value_room;
	struct diff_item *items;
	struct diff_value *values;
	struct end from, to;
};

static bool is_told(const struct kind *kind, size_t field)
{
	return field_is_shown(&kind->fields[field]) || (int)field == kind->light;
}

const char *diff_class_name(enum diff_class class)
{
	static const char *const names[] = {[DIFF_NEW] = "new",
	    [DIFF_PROGRESSED] = "progressed",
	    [DIFF_REGRESSED] = "regressed",
	    [DIFF_SUSPENDED] = "suspended",
	    [DIFF_RESUMED] = "resumed",
	    [DIFF_FINISHED] = "finished",
	    [DIFF_GIVEN_UP] = "given_up",
	    [DIFF_REMOVED] = "removed",
	    [DIFF_CHANGED] = "changed",
	    [DIFF_UNCHANGED] = "unchanged"};

	return names[class];
}

/* ---- reading one end ---- */

static bool open_end(
    struct diffing *diffing, struct end *end, const struct path *columns, size_t column_count, struct error *error)
{
	struct query query = {.kind = end->kind,
	    .flag = end->filter,
	    .moment = end->moment,
	    .columns = columns,
	    .column_count = column_count,
	    .limit = -1};
	struct compiled_query *compiled = pool_alloc(diffing->pool, sizeof(*compiled));

	if (!query_compile_list(&query, diffing->view->set->schema, diffing->pool, compiled, error))
		return false;
	end->compiled = compiled;
	end->rows = store_select(diffing->view->connection, compiled, error);
	end->pool = pool_new();
	return end->rows != NULL;
}

static void close_end(struct end *end)
{
	if (end->rows != NULL)
		rows_free(end->rows);
	pool_free(end->pool);
}

/* Columns: [flag] key, title, [stage, stage_since], fields (references with a title behind). */
static bool next_row(struct end *end, struct error *error)
{
	const struct kind *kind = end->kind;
	enum rows_step step = rows_next(end->rows, error);
	size_t at = 0;

	if (step != ROWS_ROW) {
		end->at_end = true;
		end->state = NULL;
		return step == ROWS_END;
	}
	pool_reset(end->pool);
	end->passes = end->filter == NULL || rows_value(end->rows, at++).number != 0;
	end->state = state_new(end->pool, kind, rows_value(end->rows, at++).number);
	end->state->exists = true;
	end->state->title = value_copy(end->pool, rows_value(end->rows, at++)).text;
	if (kind->flow != NULL) {
		struct value stage = rows_value(end->rows, at++), since = rows_value(end->rows, at++);

		end->state->stage = stage.type != VALUE_EMPTY ? flow_find(kind->flow, stage.text) : -1;
		end->state->stage_since = since.type != VALUE_EMPTY ? (struct date){(int32_t)since.number} : DATE_NONE;
	}
	for (size_t i = 0; i < kind->field_count; i++) {
		if (!is_told(kind, i))
			continue;
		end->state->values[i] = value_copy(end->pool, rows_value(end->rows, at++));
		if (kind->fields[i].type == VALUE_REF)
			at++;
	}
	return true;
}

/* ---- classes ---- */

static bool is_dead(const struct state *state)
{
	return state->stage >= 0 && state->kind->flow->stages[state->stage].dead;
}

static bool is_done(const struct state *state)
{
	return state->stage >= 0 && state->kind->flow->stages[state->stage].done;
}

static bool is_suspended(const struct state *state)
{
	return state->stage >= 0 && state->kind->flow->stages[state->stage].suspends;
}

static bool fields_differ(const struct state *a, const struct state *b)
{
	if (a->title == NULL || b->title == NULL ? a->title != b->title : strcmp(a->title, b->title) != 0)
		return true;
	for (size_t i = 0; i < a->kind->field_count; i++)
		if (is_told(a->kind, i) && !value_equal(a->values[i], b->values[i]))
			return true;
	return false;
}

static enum diff_class classify(const struct state *from, const struct state *to)
{
	if (from == NULL)
		return DIFF_NEW;
	if (to == NULL)
		return DIFF_REMOVED;
	if (from->stage != to->stage) {
		if (is_dead(to))
			return DIFF_GIVEN_UP;
		if (is_suspended(to))
			return DIFF_SUSPENDED;
		if (is_suspended(from))
			return DIFF_RESUMED;
		if (is_done(to) && !is_done(from))
			return DIFF_FINISHED;
		return to->stage > from->stage && !is_dead(from) ? DIFF_PROGRESSED : DIFF_REGRESSED;
	}
	return fields_differ(from, to) ? DIFF_CHANGED : DIFF_UNCHANGED;
}

/* Why and when: the last live event of the record up to the later end that made it so. */
static bool find_cause(struct diffing *diffing, const struct kind *kind, struct diff_item *item, const struct state *to,
    struct error *error)
{
	const struct event *const *events;
	struct date last = diffing->to.moment.as_of;
	struct pool *pool = pool_new();
	size_t count;

	if (!store_load_events(diffing->view->connection, kind, item->record, diffing->to.moment.known_seq, pool,
		&events, &count, error)) {
		pool_free(pool);
		return false;
	}
	item->on = to != NULL && item->class != DIFF_NEW ? to->stage_since : DATE_NONE;
	for (size_t i = 0; i < count; i++) {
		const struct event *event = events[i];
		bool makes = item->class == DIFF_NEW ? event->action == EVENT_CREATE
		    : item->class == DIFF_REMOVED    ? event->action == EVENT_DROP
						     : event->stage != NULL;

		if (!event->live || event->effective_on.day > last.day || !makes)
			continue;
		item->on = event->effective_on;
		item->reason = event->note != NULL ? pool_copy_text(diffing->pool, event->note) : NULL;
	}
	pool_free(pool);
	return true;
}

static const char *stage_of(const struct state *state, bool title)
{
	if (state == NULL || state->stage < 0)
		return NULL;
	return title ? state->kind->flow->stages[state->stage].title : state->kind->flow->stages[state->stage].name;
}

static bool add_item(struct diffing *diffing, enum diff_class class, const struct state *from, const struct state *to,
    struct error *error)
{
	const struct state *one = to != NULL ? to : from;
	struct diff_item *item;
	char id[RECORD_ID_SIZE];

	if (diffing->diff->item_count == diffing->item_room) {
		struct diff_item *more = pool_alloc_array(diffing->pool, diffing->item_room * 2 + 64, sizeof(*more));

		if (diffing->item_room > 0)
			memcpy(more, diffing->items, diffing->item_room * sizeof(*more));
		diffing->items = more;
		diffing->item_room = diffing->item_room * 2 + 64;
	}
	item = &diffing->items[diffing->diff->item_count++];
	*item = (struct diff_item){.class = class,
	    .record = one->record,
	    .id = pool_copy_text(diffing->pool, kind_format_id(one->kind, one->record, id)),
	    .title = pool_copy_text(diffing->pool, one->title),
	    .from = stage_of(from, false),
	    .to = stage_of(to, false),
	    .from_title = stage_of(from, true),
	    .to_title = stage_of(to, true)};
	return find_cause(diffing, one->kind, item, to, error);
}

static void add_values(struct diffing *diffing, enum diff_class class, const struct state *from, const struct state *to)
{
	struct diff *diff = diffing->diff;
	char id[RECORD_ID_SIZE];
	const struct changed *changes;
	const char *own_id = NULL, *title = NULL;
	size_t count;

	if (diff->value_count == VALUES_LARGEST) {
		diff->more_values = diff->more_values || fields_differ(from, to);
		return;
	}
	changes = view_changes(diffing->view, from, to, diffing->pool, &count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(changes[i].name, "stage") == 0)
			continue;
		if (diff->value_count == VALUES_LARGEST) {
			diff->more_values = true;
			return;
		}
		if (diff->value_count == diffing->value_room) {
			struct diff_value *more =
			    pool_alloc_array(diffing->pool, diffing->value_room * 2 + 64, sizeof(*more));

			if (diffing->value_room > 0)
				memcpy(more, diffing->values, diffing->value_room * sizeof(*more));
			diffing->values = more;
			diffing->value_room = diffing->value_room * 2 + 64;
		}
		if (own_id == NULL) {
			own_id = pool_copy_text(diffing->pool, kind_format_id(to->kind, to->record, id));
			title = pool_copy_text(diffing->pool, to->title);
		}
		diffing->values[diff->value_count] = (struct diff_value){.record = to->record,
		    .moved = class != DIFF_CHANGED,
		    .id = own_id,
		    .title = title,
		    .change = changes[i]};
		/* the states are gone with the next row */
		diffing->values[diff->value_count].change.from = value_copy(diffing->pool, changes[i].from);
		diffing->values[diff->value_count].change.to = value_copy(diffing->pool, changes[i].to);
		diffing->values[diff->value_count].change.from_text =
		    pool_copy_text(diffing->pool, changes[i].from_text);
		diffing->values[diff->value_count].change.to_text = pool_copy_text(diffing->pool, changes[i].to_text);
		diff->value_count++;
	}
}

static bool compare(struct diffing *diffing, const struct state *from, const struct state *to, struct error *error)
{
	enum diff_class class = classify(from, to);

	diffing->diff->counts[class]++;
	diffing->diff->total++;
	if (from != NULL && to != NULL)
		add_values(diffing, class, from, to);
	return class == DIFF_CHANGED || class == DIFF_UNCHANGED || add_item(diffing, class, from, to, error);
}

/* Both ends are in the order of keys: one pass. A record counts when the filter holds for it at either end. */
static bool merge(struct diffing *diffing, struct error *error)
{
	struct end *from = &diffing->from, *to = &diffing->to;

	if (!next_row(from, error) || !next_row(to, error))
		return false;
	while (!from->at_end || !to->at_end) {
		bool left = !from->at_end && (to->at_end || from->state->record <= to->state->record);
		bool right = !to->at_end && (from->at_end || to->state->record <= from->state->record);

		if (((left && from->passes) || (right && to->passes)) &&
		    !compare(diffing, left ? from->state : NULL, right ? to->state : NULL, error))
			return false;
		if ((left && !next_row(from, error)) || (right && !next_row(to, error)))
			return false;
	}
	return true;
}

static int by_class_and_record(const void *a, const void *b)
{
	const struct diff_item *left = a, *right = b;

	if (left->class != right->class)
		return left->class < right->class ? -1 : 1;
	return left->record < right->record ? -1 : left->record > right->record;
}

/* ---- which two ends ---- */

static bool read_known_end(
    struct view *view, const char *text, const char *parameter, int64_t *ret_seq, struct error *error)
{
	struct view_request request = {.caller = view->caller};
	struct view *other;

	if (text[0] == '#') {
		char *end;

		request.known_seq = strtoll(text + 1, &end, 10);
		if (*end != '\0' || request.known_seq <= 0)
			return error_set(error, ERROR_INVALID, parameter, "要一个日子或 #序号，写的是“%s”", text);
	} else
		request.known = text;
	other = view_open(view->engine, &request, error);
	if (other == NULL)
		return false;
	*ret_seq = other->facts.seq;
	view_close(other);
	return true;
}

static bool read_ends(struct diffing *diffing, const struct diff_request *request, struct error *error)
{
	struct view *view = diffing->view;
	const struct calendar *calendar = view->set->schema->calendar;

	diffing->from.moment = diffing->to.moment = view->moment;
	diffing->from.moment.present = diffing->to.moment.present = false;
	if (request->known_to != NULL || (request->known != NULL && request->from == NULL)) {
		if (request->known == NULL || request->known_to == NULL)
			return error_set(error, ERROR_INVALID, "known_to", "--known 和 --known-to 要一起给");
		return read_known_end(view, request->known, "known", &diffing->from.moment.known_seq, error) &&
		    read_known_end(view, request->known_to, "known_to", &diffing->to.moment.known_seq, error);
	}
	if (request->from == NULL) {
		error_set(error, ERROR_INVALID, "from", "从哪一天比起？");
		return error_hint(error, "例如 luodi diff %s --from 2022-06-30 --to today", request->kind);
	}
	if (!date_parse_relative(
		request->from, "from", view->facts.today, calendar, &diffing->from.moment.as_of, error))
		return false;
	if (request->to != NULL &&
	    !date_parse_relative(request->to, "to", view->facts.today, calendar, &diffing->to.moment.as_of, error))
		return false;
	if (diffing->from.moment.as_of.day > diffing->to.moment.as_of.day)
		return error_set(error, ERROR_INVALID, "from", "起点在终点后面");
	return true;
}

static bool make_columns(struct diffing *diffing, const struct kind *kind, const struct path **ret_paths,
    size_t *ret_count, struct error *error)
{
	struct path *paths = pool_alloc_array(diffing->pool, kind->field_count + 3, sizeof(*paths));
	const struct schema *schema = diffing->view->set->schema;
	size_t count = 0;

	if (!path_parse(kind, "title", schema, diffing->pool, &paths[count++], error))
		return false;
	if (kind->flow != NULL &&
	    (!path_parse(kind, "stage", schema, diffing->pool, &paths[count++], error) ||
		!path_parse(kind, "stage_since", schema, diffing->pool, &paths[count++], error)))
		return false;
	for (size_t i = 0; i < kind->field_count; i++)
		if (is_told(kind, i) &&
		    !path_parse(kind, kind->fields[i].name, schema, diffing->pool, &paths[count++], error))
			return false;
	*ret_paths = paths;
	*ret_count = count;
	return true;
}

bool view_diff(struct view *view, const struct diff_request *request, struct pool *pool, struct diff *ret_diff,
    struct error *error)
{
	struct diff diff = {0};
	struct diffing diffing = {.view = view, .pool = pool, .diff = &diff};
	const struct path *columns;
	size_t column_count;
	bool ok;

	diff.kind = view_kind(view, request->kind, error);
	if (diff.kind == NULL || !read_ends(&diffing, request, error))
		return false;
	diffing.from.kind = diffing.to.kind = diff.kind;
	diff.from = diffing.from.moment.as_of;
	diff.to = diffing.to.moment.as_of;
	if (!view_parse_filter(view, diff.kind, request->filter, pool, &diffing.from.filter, error) ||
	    !make_columns(&diffing, diff.kind, &columns, &column_count, error))
		return false;
	diffing.to.filter = diffing.from.filter;
	ok = open_end(&diffing, &diffing.from, columns, column_count, error) &&
	    open_end(&diffing, &diffing.to, columns, column_count, error) && merge(&diffing, error);
	close_end(&diffing.from);
	close_end(&diffing.to);
	if (!ok)
		return false;
	if (diff.item_count > 0)
		qsort(diffing.items, diff.item_count, sizeof(*diffing.items), by_class_and_record);
	diff.items = diffing.items;
	diff.values = diffing.values;
	*ret_diff = diff;
	return true;
}
