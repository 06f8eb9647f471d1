#include "model/fold.h"

#include "model/listing.h"
#include "model/step.h"
#include <string.h>

enum { OLD_ON_STACK = 32 }; /* changes whose former values need no allocation */

struct former {	   /* what a change replaced, to put back when the step is refused */
	int field; /* -1: the title */
	struct value value;
};

/* A journalled event must still be understood after the declarations changed; a new one must fit them. */
static bool is_journalled(const struct event *event)
{
	return event->seq > 0;
}

static bool was_created(const struct state *state)
{
	return !date_is_none(state->on);
}

/* changes */

static struct value changed_set(const struct value *old, const struct change *change, struct pool *pool)
{
	struct value set = *old;
	const char *names = change->value.text;

	while (*names != '\0') {
		size_t length = strcspn(names, ",");
		const char *name = names[length] == '\0' ? names : pool_copy_bytes(pool, names, length);

		if (change->mode == CHANGE_ADD)
			set = set_with(pool, set, name);
		else
			set = set_without(pool, set, name);
		names += length + (names[length] == ',' ? 1 : 0);
	}
	return set;
}

/* False: damaged, or of a type that the field no longer has; such a change is left out. */
static bool change_value(const struct field *field, const struct value *old, const struct change *change,
    struct pool *pool, struct value *ret_value)
{
	if (change->value.type != VALUE_EMPTY && change->value.type != field->type)
		return false;
	if (change->mode == CHANGE_SET) {
		*ret_value = change->value;
		return true;
	}
	if (field->type != VALUE_SET)
		return false;
	*ret_value = change->value.type == VALUE_EMPTY ? *old : changed_set(old, change, pool);
	return true;
}

static bool is_title(const struct change *change)
{
	return strcmp(change->field, "title") == 0;
}

/* Makes all changes, noting what they replace, one former each: those left out put back nothing. */
static void apply_changes(
    struct state *state, const struct event *event, struct pool *pool, struct former *formers, size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < event->change_count; i++) {
		const struct change *change = &event->changes[i];
		struct value value;
		int field;

		if (is_title(change)) {
			formers[count++] = (struct former){-1, {VALUE_TEXT, 0, state->title}};
			state->title = change->value.type == VALUE_TEXT ? change->value.text : "";
			continue;
		}
		field = kind_find_stored_field(state->kind, change->field);
		if (field < 0 ||
		    !change_value(&state->kind->fields[field], &state->values[field], change, pool, &value))
			continue;
		formers[count++] = (struct former){field, state->values[field]};
		state->values[field] = value;
	}
	*ret_count = count;
}

static void put_back(struct state *state, const struct former *formers, size_t count)
{
	while (count-- > 0) {
		if (formers[count].field < 0)
			state->title = formers[count].value.text;
		else
			state->values[formers[count].field] = formers[count].value;
	}
}

/* checks */

struct lacking { /* fields that must have a value and have none */
	const struct field *first;
	struct listing titles, names;
};

static void lacking_add(struct lacking *lacking, const struct field *field)
{
	if (lacking->first == NULL)
		lacking->first = field;
	listing_add(&lacking->titles, "%s", field->title);
	listing_add(&lacking->names, "%s %s", field->name, field->title);
}

static bool is_required(const struct field *field)
{
	return field->required && !field->hidden && field->compute == 0;
}

static bool check_title(const struct state *state, struct error *error)
{
	if (state->title[0] != '\0')
		return true;
	error_set(error, ERROR_REFUSED, "title", "“%s”要有标题", state->kind->title);
	return error_hint(error, "补上：title 标题");
}

static bool check_required(const struct state *state, struct error *error)
{
	const struct kind *kind = state->kind;
	struct lacking lacking;

	lacking.first = NULL;
	for (size_t i = 0; i < kind->field_count; i++) {
		if (!is_required(&kind->fields[i]) || state->values[i].type != VALUE_EMPTY)
			continue;
		if (lacking.first == NULL)
			lacking = (struct lacking){0};
		lacking_add(&lacking, &kind->fields[i]);
	}
	if (lacking.first == NULL)
		return true;
	error_set(error, ERROR_REFUSED, lacking.first->name, "“%s”必须填：%s", kind->title, lacking.titles.text);
	return error_hint(error, "补上：%s", lacking.names.text);
}

static bool check_needs(const struct state *state, int stage, struct error *error)
{
	const struct kind *kind = state->kind;
	const struct stage *entered = &kind->flow->stages[stage];
	struct lacking lacking;

	lacking.first = NULL; /* the lists are made only when something lacks: this is on the writer's way */
	for (size_t i = 0; i < entered->need_count; i++) {
		if (state->values[entered->needs[i]].type != VALUE_EMPTY)
			continue;
		if (lacking.first == NULL)
			lacking = (struct lacking){0};
		lacking_add(&lacking, &kind->fields[entered->needs[i]]);
	}
	if (lacking.first == NULL)
		return true;
	error_set(error, ERROR_REFUSED, lacking.first->name, "进入“%s”要先填：%s", entered->title, lacking.titles.text);
	return error_hint(error, "补上：%s", lacking.names.text);
}

static bool check_reason(const struct kind *kind, int stage, const struct event *event, struct error *error)
{
	if (!kind->flow->stages[stage].reason || (event->note != NULL && event->note[0] != '\0'))
		return true;
	error_set(error, ERROR_REFUSED, "note", "转为“%s”要说明原因", kind->flow->stages[stage].title);
	return error_hint(error, "用 --note 写明原因");
}

/* A required field may not be cleared; only those that the event touches are looked at, so that a field which became
 * required later does not stop every other change. */
static bool check_cleared(const struct state *state, const struct former *formers, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field;

		if (formers[i].field < 0) {
			if (!check_title(state, error))
				return false;
			continue;
		}
		field = &state->kind->fields[formers[i].field];
		if (!is_required(field) || state->values[formers[i].field].type != VALUE_EMPTY)
			continue;
		error_set(
		    error, ERROR_REFUSED, field->name, "“%s”的“%s”必须填，不能清空", state->kind->title, field->title);
		return error_hint(error, "补上：%s %s", field->name, field->title);
	}
	return true;
}

static bool check_sets_fit(const struct state *state, const struct former *formers, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct value *value;

		if (formers[i].field < 0)
			continue;
		value = &state->values[formers[i].field];
		if (value->type != VALUE_SET || strlen(value->text) <= VALUE_TEXT_LARGEST)
			continue;
		error_set(error, ERROR_TOO_LARGE, state->kind->fields[formers[i].field].name, "“%s”的项太多，放不下了",
		    state->kind->fields[formers[i].field].title);
		return error_hint(error, "先去掉一些项");
	}
	return true;
}

static bool check_exists(const struct state *state, const struct event *event, struct error *error)
{
	if (event->action == EVENT_CREATE && was_created(state)) {
		error_set(error, ERROR_REFUSED, "", "已经登记过了，不能再登记一次");
		return error_hint(error, "要改它，用 set 或 move");
	}
	if (event->action == EVENT_CREATE || state->exists)
		return true;
	if (was_created(state)) {
		error_set(error, ERROR_REFUSED, "", "已经删除，不能再改");
		return error_hint(error, "要恢复它，撤销删除它的那一批：luodi undo");
	}
	error_set(error, ERROR_REFUSED, "on", "那一天它还没有登记");
	return error_hint(error, "写一个登记以后的日子，或先把登记的日子改早：luodi correct");
}

/* stages */

static void enter_stage(struct state *state, int stage, const struct event *event)
{
	struct date *reached = &state->reached[stage];

	state->stage = stage;
	state->stage_since = event->effective_on;
	if (date_is_none(*reached) || event->effective_on.day < reached->day)
		*reached = event->effective_on;
}

static void note_entry(struct entry entries[2], size_t *count, int stage, const struct event *event)
{
	entries[(*count)++] = (struct entry){stage, event->effective_on, event->seq};
}

/* Which stage a move leads to; -1: none. A journalled event may enter a stage that is no longer declared. */
static int find_target(
    const struct state *state, const struct event *event, bool force, bool *ret_allowed, struct error *error)
{
	const struct flow *flow = state->kind->flow;
	int stage = -1;

	*ret_allowed = flow_check_move(flow, state->stage, state->return_stage, event->stage, &stage, error);
	if (*ret_allowed)
		return stage;
	stage = flow_is_resume(event->stage) ? state->return_stage : flow_find(flow, event->stage);
	if (stage >= 0 && stage != state->stage && is_journalled(event) && flow->stages[stage].hidden)
		*ret_allowed = true;
	return *ret_allowed || force ? stage : -1;
}

static bool step_move(struct state *state, const struct event *event, bool force, struct entry entries[2],
    size_t *ret_entries, struct error *error)
{
	const struct kind *kind = state->kind;
	bool allowed, was_suspended;
	int stage, from = state->stage;

	if (kind->flow == NULL || event->stage == NULL) {
		if (is_journalled(event) && kind->flow == NULL)
			return true; /* from when the kind had a flow */
		error_set(error, ERROR_REFUSED, "stage", "“%s”没有阶段可转", kind->title);
		return error_hint(error, "改字段用 set，记进展用 note");
	}
	stage = find_target(state, event, force, &allowed, error);
	if (stage < 0)
		return allowed;
	allowed = allowed && check_reason(kind, stage, event, error) && check_needs(state, stage, error);
	if (!allowed && !force)
		return false;
	was_suspended = from >= 0 && kind->flow->stages[from].suspends;
	if (flow_is_resume(event->stage))
		note_entry(entries, ret_entries, STAGE_RESUME, event);
	if (!kind->flow->stages[stage].suspends)
		state->return_stage = -1;
	else if (!was_suspended)
		state->return_stage = from; /* never stored: it is the stage before, in this order */
	enter_stage(state, stage, event);
	note_entry(entries, ret_entries, stage, event);
	return allowed;
}

static bool enter_first_stage(struct state *state, const struct event *event, bool force, struct entry entries[2],
    size_t *ret_entries, struct error *error)
{
	bool allowed = true;
	int stage = 0;

	if (event->stage != NULL)
		stage = find_target(state, event, force, &allowed, error);
	if (stage < 0 && !force)
		return false;
	stage = stage < 0 ? 0 : stage;
	allowed = allowed && check_reason(state->kind, stage, event, error) && check_needs(state, stage, error);
	if (!allowed && !force)
		return false;
	enter_stage(state, stage, event);
	note_entry(entries, ret_entries, stage, event);
	return allowed;
}

static bool step_create(struct state *state, const struct event *event, bool force, struct entry entries[2],
    size_t *ret_entries, struct error *error)
{
	struct error later; /* the first fault is the one to tell */
	bool allowed = check_title(state, error) && check_required(state, error);

	if (!allowed && !force)
		return false;
	if (state->kind->flow != NULL &&
	    !enter_first_stage(state, event, force, entries, ret_entries, allowed ? error : &later)) {
		if (!force)
			return false;
		allowed = false;
	}
	state->exists = true;
	return allowed;
}

/* What comes after the changes are on: the action's own checks and effects. */
static bool step_act(struct state *state, const struct event *event, bool force, const struct former *formers,
    size_t count, struct entry entries[2], size_t *ret_entries, struct error *error)
{
	struct error later;
	bool allowed = check_sets_fit(state, formers, count, error);

	if (!allowed && !force)
		return false;
	if (event->action == EVENT_CREATE)
		return step_create(state, event, force, entries, ret_entries, allowed ? error : &later) && allowed;
	allowed = allowed && check_cleared(state, formers, count, error);
	if (!allowed && !force)
		return false;
	if (event->action == EVENT_MOVE)
		return step_move(state, event, force, entries, ret_entries, allowed ? error : &later) && allowed;
	if (event->action == EVENT_DROP)
		state->exists = false;
	return allowed;
}

bool step_make(struct state *state, const struct event *event, bool force, struct pool *pool, struct entry entries[2],
    size_t *ret_entries, struct error *error)
{
	struct former on_stack[OLD_ON_STACK], *formers = on_stack;
	size_t count = 0;
	bool allowed;

	*ret_entries = 0;
	if (event->action >= EVENT_VOID) { /* no change of the record itself */
		if (state->exists)
			state->on = event->effective_on;
		return true;
	}
	if (!check_exists(state, event, error))
		return false;
	if (event->change_count > OLD_ON_STACK)
		formers = pool_alloc_array(pool, event->change_count, sizeof *formers);
	apply_changes(state, event, pool, formers, &count);
	allowed = step_act(state, event, force, formers, count, entries, ret_entries, error);
	if (allowed || force)
		state->on = event->effective_on;
	else
		put_back(state, formers, count);
	return allowed;
}

const char *step_title(const struct kind *kind, const struct event *event)
{
	int stage = -1;

	switch (event->action) {
	case EVENT_CREATE:
		return "登记";
	case EVENT_MOVE:
		if (event->stage == NULL)
			return "转阶段";
		if (flow_is_resume(event->stage))
			return "复工";
		if (kind->flow != NULL)
			stage = flow_find(kind->flow, event->stage);
		return stage >= 0 ? kind->flow->stages[stage].title : event->stage;
	case EVENT_NOTE:
		return "备注";
	case EVENT_DROP:
		return "删除";
	default:
		return "修改";
	}
}

bool fold_step(struct state *state, const struct event *event, struct pool *pool, struct entry entries[2],
    size_t *ret_entries, struct error *error)
{
	return step_make(state, event, false, pool, entries, ret_entries, error);
}

void state_put_values(struct state *state, const struct computed *computed)
{
	for (size_t i = 0; i < computed->count; i++) {
		const struct change *change = &computed->values[i];
		int field = kind_find_stored_field(state->kind, change->field);

		if (field >= 0 &&
		    (change->value.type == VALUE_EMPTY || change->value.type == state->kind->fields[field].type))
			state->values[field] = change->value;
	}
}

void fold_apply_computed(struct state *state, const struct event *event, struct pool *pool)
{
	(void)pool; /* values are borrowed from the event, as those of its changes are */
	for (size_t i = 0; i < event->computed_count; i++)
		if (event->computed[i].on.day == state->on.day)
			state_put_values(state, &event->computed[i]);
}
