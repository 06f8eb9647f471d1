#include "engine/importing.h"

#include "base/clock.h"
#include "engine/viewing.h"
#include "text/normal.h"
#include <inttypes.h>
#include <string.h>

/* One row made into steps of one record (SEMANTICS 29). */

struct entered_on { /* a reached(S) cell */
	int stage;
	struct date on;
	int column;
};

struct reading {
	struct import *import;
	struct import_row *row;
	struct resolver resolver;
	struct pool *pool;
	const struct head *head;
	const struct state *before;  /* the record on the row's day, or NULL */
	const struct state *current; /* now, or NULL */
	struct change *changes;	     /* of fields, as the cells say */
	int *change_columns;
	size_t change_count;
	struct entered_on *entered; /* by day, then declared order */
	size_t entered_count;
	const char *note;  /* COLUMN_NOTE's, or the import's, or NULL */
	const char *stage; /* COLUMN_STAGE's, or NULL */
	int stage_column;
};

static bool at_column(struct reading *reading, size_t column)
{
	reading->row->fault_column = reading->import->columns[column].header;
	reading->row->fault_position = (int)column + 1;
	return false;
}

static bool is_blank(const char *cell)
{
	return cell == NULL || cell[strspn(cell, " \t\r\n")] == '\0';
}

static const char *cell_of(const struct reading *reading, size_t column)
{
	const char *cell = reading->row->cells[column];
	const struct mapping_column *mapped = reading->import->columns[column].mapped;

	for (size_t i = 0; cell != NULL && mapped != NULL && i < mapped->value_count; i++)
		if (strcmp(text_key(reading->pool, cell), text_key(reading->pool, mapped->values[i].name)) == 0)
			return mapped->values[i].title;
	return cell;
}

static bool read_date(const struct import *import, const char *cell, struct date *ret_date, struct error *error)
{
	return import->day_first ? date_parse_day_first(cell, "", ret_date, error)
				 : date_parse(cell, "", ret_date, error);
}

struct date import_day_of(const struct import *import, const char *const *cells, struct date today)
{
	struct error ignored = {0};
	struct date day = DATE_NONE;

	if (!date_is_none(import->on))
		return import->on;
	if (import->on_column < 0)
		return today;
	if (cells[import->on_column] == NULL || !read_date(import, cells[import->on_column], &day, &ignored))
		return DATE_NONE;
	return day;
}

static bool read_day(struct reading *reading, struct error *error)
{
	struct import_row *row = reading->row;
	struct date today = reading->resolver.today;
	int column = reading->import->on_column;

	row->day = import_day_of(reading->import, row->cells, today);
	if (date_is_none(row->day)) {
		error_set(error, ERROR_REFUSED, "on", "要一个日子，如 2022-05-20：这一行从哪天起算");
		return at_column(reading, (size_t)column);
	}
	if (row->day.day > today.day) {
		error_set(error, ERROR_REFUSED, "on", "这一天还没到：记的是发生过的事");
		return column >= 0 ? at_column(reading, (size_t)column) : false;
	}
	return true;
}

/* ---- cells ---- */

static bool read_reached(struct reading *reading, size_t column, const char *cell, struct error *error)
{
	struct entered_on entered = {.stage = reading->import->columns[column].stage, .column = (int)column};
	size_t at = reading->entered_count;

	if (!read_date(reading->import, cell, &entered.on, error))
		return at_column(reading, column);
	if (entered.on.day > reading->resolver.today.day) {
		error_set(error, ERROR_REFUSED, "", "这一天还没到：阶段的日子是发生过的");
		return at_column(reading, column);
	}
	while (at > 0 &&
	    (reading->entered[at - 1].on.day > entered.on.day ||
		(reading->entered[at - 1].on.day == entered.on.day &&
		    reading->entered[at - 1].stage > entered.stage))) {
		reading->entered[at] = reading->entered[at - 1];
		at--;
	}
	reading->entered[at] = entered;
	reading->entered_count++;
	return true;
}

static bool read_field(struct reading *reading, size_t column, const char *cell, struct error *error)
{
	const struct import_column *bound = &reading->import->columns[column];
	struct value_context context = {
	    .today = reading->resolver.today, .calendar = reading->import->set->schema->calendar};
	struct change *change = &reading->changes[reading->change_count];
	struct date date;

	*change = (struct change){.field = bound->field->name};
	if (is_blank(cell)) {
		if (!reading->import->clear_empty)
			return true;
	} else if (bound->field->type == VALUE_REF) {
		struct given given = {.name = bound->field->name, .form = GIVEN_TEXT, .text = cell};

		if (!resolve_change(&reading->resolver, reading->import->kind, &given, change, error))
			return at_column(reading, column);
	} else if (bound->field->type == VALUE_DATE && reading->import->day_first) {
		if (!date_parse_day_first(cell, bound->field->name, &date, error))
			return at_column(reading, column);
		change->value = value_of_number(VALUE_DATE, date.day);
	} else if (!field_parse(bound->field, cell, &context, reading->pool, &change->value, error))
		return at_column(reading, column);
	reading->change_columns[reading->change_count++] = (int)column;
	return true;
}

static bool read_cell(struct reading *reading, size_t column, struct error *error)
{
	const char *cell = cell_of(reading, column);

	switch (reading->import->columns[column].target) {
	case COLUMN_IGNORED:
	case COLUMN_ID:
		return true;
	case COLUMN_FIELD:
		return read_field(reading, column, cell, error);
	case COLUMN_TITLE:
		if (!is_blank(cell)) {
			reading->change_columns[reading->change_count] = (int)column;
			reading->changes[reading->change_count++] =
			    (struct change){.field = "title", .value = value_of_text(cell)};
		}
		return true;
	case COLUMN_NOTE:
		if (!is_blank(cell))
			reading->note = cell;
		return true;
	case COLUMN_STAGE:
		reading->stage = is_blank(cell) ? NULL : cell;
		reading->stage_column = (int)column;
		return true;
	case COLUMN_REACHED:
		return is_blank(cell) || read_reached(reading, column, cell, error);
	}
	return true;
}

/* ---- which record ---- */

static bool find_by_key(struct reading *reading, struct error *error)
{
	struct import *import = reading->import;
	struct import_row *row = reading->row;
	size_t column = (size_t)import->key_column;
	const struct import_column *bound = &import->columns[column];
	const char *cell = cell_of(reading, column), *key;
	int64_t found[2];
	size_t count = 0;

	if (is_blank(cell)) {
		error_set(error, ERROR_REFUSED, "", "空着，对不上是哪一条");
		return at_column(reading, column);
	}
	key = text_key(reading->pool, cell);
	row->has_key = true;
	row->key = key_of_text(key);
	if (bound->target == COLUMN_ID) {
		if (!schema_parse_id(import->set->schema, cell, &found[0]) ||
		    schema_kind_of(import->set->schema, found[0]) != import->kind) {
			error_set(error, ERROR_REFUSED, "id", "不是%s的编号", import->kind->title);
			return at_column(reading, column);
		}
		row->record = found[0];
		return true;
	}
	if (!store_find_key(reading->resolver.connection, import->kind,
		bound->target == COLUMN_FIELD ? bound->field : NULL, key, found, 2, &count, error))
		return false;
	if (count > 1) {
		error_set(error, ERROR_REFUSED, "", "有两条以上都叫这个，对不上是哪一条");
		return at_column(reading, column);
	}
	row->record = count == 1 ? found[0] : 0;
	return true;
}

/* First of all, so that a row refused for its day or a cell still counts as held by the file. */
static bool find_record(struct reading *reading, struct error *error)
{
	reading->row->record = 0;
	reading->row->has_key = false;
	return reading->import->key_column < 0 || find_by_key(reading, error);
}

static bool load_record(struct reading *reading, struct error *error)
{
	struct import_row *row = reading->row;

	if (row->record == 0)
		return true;
	reading->current =
	    store_load_current(reading->resolver.connection, reading->import->kind, row->record, reading->pool, error);
	if (reading->current == NULL)
		return error->code == ERROR_NOT_FOUND ? at_column(reading, (size_t)reading->import->key_column) : false;
	reading->before = row->day.day >= reading->current->on.day
	    ? reading->current
	    : store_load_state(reading->resolver.connection, reading->import->kind, row->record, row->day, SEQ_FOR_EVER,
		  reading->pool, error);
	return reading->before != NULL || error->code == ERROR_NONE;
}

/* ---- steps ---- */

static struct event *new_event(struct reading *reading, enum event_action action, struct date on)
{
	struct event *event = pool_alloc(reading->pool, sizeof(*event));

	event->action = action;
	event->effective_on = on;
	event->actor = reading->import->caller.name;
	event->note = reading->note;
	return event;
}

static bool asks_reason(const struct reading *reading, const char *stage)
{
	const struct flow *flow = reading->import->kind->flow;
	int position = flow_find(flow, stage);

	return position >= 0 && flow->stages[position].reason;
}

static struct step *add_step(struct reading *reading, struct event *event)
{
	struct step *step = &reading->row->steps[reading->row->step_count++];

	/* a stage that asks for a reason, in a file that has none: the file itself is what there is */
	if (event != NULL && event->note == NULL && event->stage != NULL && asks_reason(reading, event->stage))
		event->note = pool_format(reading->pool, "导入 %s", reading->import->what);
	step->event = event;
	step->seq = reading->head->seq + (int64_t)reading->row->step_count;
	return step;
}

static const char *stage_name(const struct reading *reading, int stage)
{
	return stage == STAGE_RESUME ? FLOW_RESUME : reading->import->kind->flow->stages[stage].name;
}

static bool add_stage_column(struct reading *reading, int from, struct error *error)
{
	const struct flow *flow = reading->import->kind->flow;
	struct event *event;
	int stage;

	if (reading->stage == NULL)
		return true;
	stage = flow_find(flow, reading->stage);
	if (stage < 0) {
		error_set(error, ERROR_REFUSED, "stage", "%s没有这个阶段", reading->import->kind->title);
		return at_column(reading, (size_t)reading->stage_column);
	}
	if (stage == from)
		return true;
	event = new_event(reading, EVENT_MOVE, reading->row->day);
	event->stage = flow->stages[stage].name;
	add_step(reading, event);
	return true;
}

static bool make_creation(struct reading *reading, struct error *error)
{
	const struct flow *flow = reading->import->kind->flow;
	struct event *event = new_event(reading, EVENT_CREATE, reading->row->day);
	int stage = 0;

	event->changes = reading->changes;
	event->change_count = reading->change_count;
	if (flow != NULL)
		event->stage = flow->stages[0].name;
	add_step(reading, event);
	for (size_t i = 0; i < reading->entered_count; i++) {
		const struct entered_on *entered = &reading->entered[i];
		struct event *move;

		if (i == 0 && entered->stage != STAGE_RESUME && entered->on.day <= event->effective_on.day) {
			event->effective_on =
			    entered->on; /* it begins half-way: its first values reach back to there */
			event->stage = stage_name(reading, stage = entered->stage);
			continue;
		}
		move = new_event(reading, EVENT_MOVE, entered->on);
		move->stage = stage_name(reading, entered->stage);
		stage = entered->stage;
		add_step(reading, move);
	}
	if (reading->entered_count == 0 && reading->stage != NULL) {
		stage = flow_find(flow, reading->stage);
		if (stage < 0) {
			error_set(error, ERROR_REFUSED, "stage", "%s没有这个阶段", reading->import->kind->title);
			return at_column(reading, (size_t)reading->stage_column);
		}
		event->stage = flow->stages[stage].name;
		return true;
	}
	return add_stage_column(reading, stage, error);
}

/* The live event that brought the record into stage on that day. */
static const struct event *find_entry(
    const char *stage, struct date on, const struct event *const *events, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (events[i]->live && events[i]->stage != NULL && strcmp(events[i]->stage, stage) == 0 &&
		    events[i]->effective_on.day == on.day)
			return events[i];
	return NULL;
}

/* A day that the file tells differently: the entry was recorded wrong. stage: the right one. */
static void correct_entry(struct reading *reading, const struct event *wrong, struct date on, const char *stage)
{
	int64_t *target = pool_alloc(reading->pool, sizeof(*target));
	struct event *void_event = new_event(reading, EVENT_VOID, reading->resolver.today),
		     *right = new_event(reading, wrong->action, on);
	struct step *step = add_step(reading, NULL);

	*target = wrong->seq;
	void_event->targets = step->voided = target;
	void_event->target_count = step->voided_count = 1;
	step->aside = void_event;
	right->place = wrong->place;
	right->stage = stage;
	right->changes = wrong->changes;
	right->change_count = wrong->change_count;
	if (right->note == NULL)
		right->note = wrong->note;
	add_step(reading, right);
}

static size_t find_entered(const struct reading *reading, int stage)
{
	size_t i = 0;

	while (i < reading->entered_count && reading->entered[i].stage != stage)
		i++;
	return i;
}

static void forget_entered(struct reading *reading, size_t index)
{
	memmove(reading->entered + index, reading->entered + index + 1,
	    (reading->entered_count - index - 1) * sizeof(reading->entered[0]));
	reading->entered_count--;
}

/* It began at a later stage than the file's first: with that one, then; to the other it moved on its day. */
static void begin_at(struct reading *reading, const struct event *creation, int stage)
{
	size_t told = find_entered(reading, stage);
	struct event *move;

	correct_entry(reading, creation, reading->entered[0].on, stage_name(reading, reading->entered[0].stage));
	move = new_event(
	    reading, EVENT_MOVE, told < reading->entered_count ? reading->entered[told].on : creation->effective_on);
	move->stage = creation->stage;
	move->place = creation->place; /* of that day, before what happened to the record then */
	add_step(reading, move);
	if (told < reading->entered_count)
		forget_entered(reading, told);
	forget_entered(reading, 0);
}

/* SEMANTICS 4: a creation may always be moved earlier. An entry on a day before it says that it should be. Where the file does not say clearly
 * what came first, nothing is moved, and the row is refused. */
static void begin_earlier(struct reading *reading, const struct event *const *events, size_t count)
{
	const struct flow *flow = reading->import->kind->flow;
	const struct entered_on *first = &reading->entered[0];
	const struct event *creation = NULL;
	int stage;

	for (size_t i = 0; i < count && creation == NULL; i++)
		if (events[i]->live && events[i]->action == EVENT_CREATE)
			creation = events[i];
	if (creation == NULL || creation->stage == NULL || first->on.day >= creation->effective_on.day)
		return;
	stage = flow_find(flow, creation->stage);
	if (stage < 0 || stage == first->stage) /* its own day is told: see add_entered */
		return;
	if (first->stage > stage && find_entered(reading, stage) == reading->entered_count)
		correct_entry(reading, creation, first->on, creation->stage);
	else if (first->stage < stage && date_is_none(reading->current->reached[first->stage]))
		begin_at(reading, creation, stage);
}

/* The first day that the record's stages tell of: its creation's. */
static struct date began_on(const struct reading *reading)
{
	struct date began = DATE_LAST;

	for (size_t i = 0; i < reading->import->kind->flow->count; i++)
		if (!date_is_none(reading->current->reached[i]) && reading->current->reached[i].day < began.day)
			began = reading->current->reached[i];
	return began;
}

static bool has_entry_on(struct reading *reading, int stage, struct date on, struct error *error)
{
	struct entry *entries;
	size_t count = 0;

	if (!store_load_entries(reading->resolver.connection, reading->import->kind, reading->row->record,
		reading->pool, &entries, &count, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (entries[i].stage == stage && entries[i].on.day == on.day)
			return true;
	return false;
}

static bool add_entered(struct reading *reading, struct error *error)
{
	const struct event *const *events = NULL;
	size_t event_count = 0;

	if (reading->entered[0].stage != STAGE_RESUME && reading->entered[0].on.day < began_on(reading).day) {
		if (!store_load_events(reading->resolver.connection, reading->import->kind, reading->row->record,
			SEQ_FOR_EVER, reading->pool, &events, &event_count, error))
			return false;
		begin_earlier(reading, events, event_count);
	}
	for (size_t i = 0; i < reading->entered_count; i++) {
		const struct entered_on *entered = &reading->entered[i];
		struct date first =
		    entered->stage == STAGE_RESUME ? DATE_NONE : reading->current->reached[entered->stage];
		const struct event *wrong = NULL;
		struct event *move;

		if (first.day == entered->on.day || has_entry_on(reading, entered->stage, entered->on, error))
			continue;
		if (error->code != ERROR_NONE)
			return false;
		if (!date_is_none(first)) {
			if (events == NULL &&
			    !store_load_events(reading->resolver.connection, reading->import->kind,
				reading->row->record, SEQ_FOR_EVER, reading->pool, &events, &event_count, error))
				return false;
			wrong = find_entry(stage_name(reading, entered->stage), first, events, event_count);
		}
		if (wrong != NULL) {
			correct_entry(reading, wrong, entered->on, wrong->stage);
			continue;
		}
		move = new_event(reading, EVENT_MOVE, entered->on);
		move->stage = stage_name(reading, entered->stage);
		add_step(reading, move);
	}
	return true;
}

static bool make_update(struct reading *reading, struct error *error)
{
	const struct kind *kind = reading->import->kind;
	struct change *kept = pool_alloc_array(reading->pool, reading->change_count, sizeof(*kept));
	bool has_days = reading->entered_count > 0;
	size_t count = 0;

	for (size_t i = 0; i < reading->change_count; i++) {
		int position = kind_find_stored_field(kind, reading->changes[i].field);
		struct value now = position < 0
		    ? value_of_text(
			  reading->before != NULL && reading->before->title != NULL ? reading->before->title : "")
		    : reading->before != NULL ? reading->before->values[position]
					      : value_empty();

		if (!value_equal(now, reading->changes[i].value))
			kept[count++] = reading->changes[i];
	}
	if (has_days && !add_entered(reading, error))
		return false;
	if (count > 0) {
		struct event *event = new_event(reading, EVENT_UPDATE, reading->row->day);

		event->changes = kept;
		event->change_count = count;
		add_step(reading, event);
	}
	if (has_days && reading->row->step_count > (count > 0))
		return true; /* the days have moved it; the file's stage is where they lead */
	return add_stage_column(reading, reading->before != NULL ? reading->before->stage : -1, error);
}

/* Unique values are looked at before anything is written, so that a row is refused rather than its block. */
static bool check_unique(struct reading *reading, struct error *error)
{
	for (size_t i = 0; i < reading->change_count; i++) {
		int position = kind_find_stored_field(reading->import->kind, reading->changes[i].field);
		const struct field *field = position >= 0 ? &reading->import->kind->fields[position] : NULL;
		int64_t found[2];
		size_t count = 0;

		if (field == NULL || !field->unique || field->type != VALUE_TEXT ||
		    reading->changes[i].value.type != VALUE_TEXT)
			continue;
		if (!store_find_key(reading->resolver.connection, reading->import->kind, field,
			text_key(reading->pool, reading->changes[i].value.text), found, 2, &count, error))
			return false;
		if (count > 0 && found[0] != reading->row->record) {
			error_set(error, ERROR_REFUSED, field->name, "%s已经用了这个%s",
			    resolve_id(&reading->resolver, found[0]), field->title);
			return at_column(reading, (size_t)reading->change_columns[i]);
		}
	}
	return true;
}

bool import_plan_row(struct import *import, struct store_connection *connection, const struct head *head,
    const struct opinion *opinion, struct import_row *row, struct pool *pool, struct error *error)
{
	struct reading reading = {.import = import, .row = row, .pool = pool, .head = head, .note = import->note};

	reading.resolver = (struct resolver){.connection = connection,
	    .schema = import->set->schema,
	    .today = engine_today(head),
	    .person = import->caller.person,
	    .pool = pool};
	reading.changes = pool_alloc_array(pool, import->column_count, sizeof(*reading.changes));
	reading.change_columns = pool_alloc_array(pool, import->column_count, sizeof(*reading.change_columns));
	reading.entered = pool_alloc_array(pool, import->column_count, sizeof(*reading.entered));
	row->steps = pool_alloc_array(pool, import->column_count * 2 + 4, sizeof(*row->steps));
	row->step_count = 0;
	row->fault_column = NULL;
	row->fault_position = 0;
	if (!find_record(&reading, error) || !read_day(&reading, error))
		return false;
	for (size_t i = 0; i < import->column_count; i++)
		if (!read_cell(&reading, i, error))
			return false;
	if (!load_record(&reading, error) || !check_unique(&reading, error))
		return false;
	if (row->record == 0 ? !make_creation(&reading, error) : !make_update(&reading, error))
		return false;
	if (row->step_count == 0)
		return true;
	if (opinion != NULL && row->steps[row->step_count - 1].event != NULL) {
		row->steps[row->step_count - 1].event->computed = opinion->computed;
		row->steps[row->step_count - 1].event->computed_count = opinion->computed_count;
		row->steps[row->step_count - 1].event->outlook = opinion->outlook;
		row->steps[row->step_count - 1].event->due = opinion->due;
	}
	return plan_make(connection, import->kind, row->record, row->day, SEQ_FOR_EVER, row->steps, row->step_count,
	    pool, &row->plan, error);
}
