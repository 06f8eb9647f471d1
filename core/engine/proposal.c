#include "engine/proposal.h"

#include "engine/parts.h"
#include "engine/references.h"
#include "engine/waive.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ENTERED_LARGEST = FLOW_MAX_STAGES * 4, VOIDED_LARGEST = 100000 };

static struct event *new_event(struct proposal *proposal, enum event_action action, struct date on)
{
	struct event *event = pool_alloc(proposal->resolver.pool, sizeof(*event));

	event->action = action;
	event->effective_on = on;
	event->actor = proposal->actor;
	event->note = proposal->note;
	return event;
}

static struct step *add_step(struct proposal *proposal, struct event *event)
{
	struct step *step = &proposal->steps[proposal->step_count++];

	step->event = event;
	return step;
}

static bool resolve_changes(struct proposal *proposal, struct event *event, struct error *error)
{
	const struct wish *wish = proposal->wish;
	struct change *changes = pool_alloc_array(proposal->resolver.pool, wish->field_count + 2, sizeof(*changes));
	size_t count = 0;

	if (wish->title != NULL && wish->title[0] != '\0')
		changes[count++] = (struct change){.field = "title", .value = value_of_text(wish->title)};
	for (size_t i = 0; i < wish->field_count; i++) {
		if (!resolve_change(&proposal->resolver, proposal->kind, &wish->fields[i], &changes[count], error))
			return false;
		for (size_t j = 0; j < count; j++)
			if (changes[j].mode == CHANGE_SET && changes[count].mode == CHANGE_SET &&
			    strcmp(changes[j].field, changes[count].field) == 0)
				return error_set(
				    error, ERROR_INVALID, changes[j].field, "%s给了两次", wish->fields[i].name);
		count++;
	}
	event->changes = changes;
	event->change_count = count;
	return true;
}

static bool refuse_no_flow(const struct kind *kind, struct error *error)
{
	return error_set(error, ERROR_INVALID, "to", "%s没有阶段", kind->title);
}

/* ---- creation ---- */

static bool make_creation(struct proposal *proposal, struct error *error)
{
	const struct wish *wish = proposal->wish;
	const struct flow *flow = proposal->kind->flow;
	struct event *event = new_event(proposal, EVENT_CREATE, proposal->day);
	struct date last;
	int before = -1, stage;

	if (flow == NULL && wish->entered_count > 0)
		return refuse_no_flow(proposal->kind, error);
	if (wish->entered_count > ENTERED_LARGEST)
		return error_set(error, ERROR_TOO_LARGE, "entered", "阶段太多");
	if (!resolve_changes(proposal, event, error))
		return false;
	if (flow != NULL)
		event->stage = flow->stages[0].name;
	add_step(proposal, event);
	last = proposal->day;
	for (size_t i = 0; i < wish->entered_count; i++) {
		struct date on = proposal->day;

		if (wish->entered[i].on != NULL &&
		    !resolve_effective_day(&proposal->resolver, wish->entered[i].on, &on, error))
			return false;
		if (i > 0 && on.day < last.day)
			return error_set(error, ERROR_INVALID, "entered", "阶段要按先后写：%s 的日子早于前一个",
			    wish->entered[i].stage);
		last = on;
		if (i == 0) {
			event->effective_on = proposal->day = on;
			if (!flow_check_move(flow, -1, -1, wish->entered[0].stage, &stage, error))
				return false;
			event->stage = flow->stages[stage].name;
			before = stage;
			continue;
		}
		struct event *move = new_event(proposal, EVENT_MOVE, on);

		move->stage = wish->entered[i].stage;
		if (strcmp(move->stage, FLOW_RESUME) != 0) {
			stage = flow_find(flow, move->stage);
			if (stage < 0 && !flow_check_move(flow, before, -1, move->stage, &stage, error))
				return false;
			move->stage = flow->stages[stage].name;
			before = stage;
		}
		add_step(proposal, move);
	}
	return true;
}

/* ---- one more event of a record ---- */

static bool make_move(struct proposal *proposal, struct error *error)
{
	const struct flow *flow = proposal->kind->flow;
	struct event *event = new_event(proposal, EVENT_MOVE, proposal->day);
	struct state *state;
	struct error missing = {0};
	int stage;

	if (flow == NULL)
		return refuse_no_flow(proposal->kind, error);
	state = store_load_state(proposal->resolver.connection, proposal->kind, proposal->record, proposal->day,
	    SEQ_FOR_EVER, proposal->resolver.pool, &missing);
	if (missing.code != ERROR_NONE) {
		*error = missing;
		return false;
	}
	if (state != NULL && state->exists) { /* else the fold tells what is wrong */
		if (!flow_check_move(flow, state->stage, state->return_stage, proposal->wish->to, &stage, error))
			return false;
		if (stage == state->return_stage && flow->stages[state->stage].suspends)
			event->stage = FLOW_RESUME;
		else {
			event->stage = flow->stages[stage].name;
			/* a suspended record counts from where it was */
			proposal->skipped =
			    flow_skipped(flow, state->return_stage >= 0 ? state->return_stage : state->stage, stage);
		}
	} else {
		stage = flow_find(flow, proposal->wish->to);
		event->stage = stage >= 0 ? flow->stages[stage].name : proposal->wish->to;
	}
	add_step(proposal, event);
	return resolve_changes(proposal, event, error);
}

static bool make_drop(struct proposal *proposal, struct error *error)
{
	add_step(proposal, new_event(proposal, EVENT_DROP, proposal->day));
	return references_check_none(&proposal->resolver, proposal->record, error);
}

static bool make_note(struct proposal *proposal, struct error *error)
{
	struct event *event = new_event(proposal, EVENT_NOTE, proposal->day);

	if (proposal->wish->text == NULL || proposal->wish->text[0] == '\0')
		return error_set(error, ERROR_INVALID, "text", "写点什么");
	event->note = proposal->wish->text;
	add_step(proposal, event);
	return true;
}

static bool make_waiver(struct proposal *proposal, struct error *error)
{
	struct event *event = new_event(proposal, EVENT_UPDATE, proposal->day);

	if (!waive_fill(proposal, event, error))
		return false;
	add_step(proposal, event);
	return true;
}

static bool make_update(struct proposal *proposal, struct error *error)
{
	struct event *event = new_event(proposal, EVENT_UPDATE, proposal->day);

	if (proposal->wish->field_count == 0 && proposal->wish->title == NULL)
		return error_set(error, ERROR_INVALID, "fields", "没有说改什么；写 字段=值");
	add_step(proposal, event);
	return resolve_changes(proposal, event, error);
}

/* ---- corrections ---- */

static void add_void(struct proposal *proposal, const int64_t *targets, size_t count)
{
	struct event *event = new_event(proposal, EVENT_VOID, proposal->resolver.today);
	struct step *step = add_step(proposal, NULL);

	event->targets = targets;
	event->target_count = count;
	step->aside = event;
	step->voided = targets;
	step->voided_count = count;
}

static bool void_all(struct proposal *proposal, struct error *error)
{
	const struct event *const *events;
	int64_t *targets;
	size_t count, live = 0;

	if (!store_load_events(proposal->resolver.connection, proposal->kind, proposal->record, SEQ_FOR_EVER,
		proposal->resolver.pool, &events, &count, error))
		return false;
	targets = pool_alloc_array(proposal->resolver.pool, count, sizeof(*targets));
	for (size_t i = 0; i < count; i++) {
		if (!events[i]->live)
			continue;
		size_t at = live++;

		while (at > 0 && targets[at - 1] > events[i]->seq) {
			targets[at] = targets[at - 1];
			at--;
		}
		targets[at] = events[i]->seq;
		if (events[i]->effective_on.day < proposal->day.day)
			proposal->day = events[i]->effective_on;
	}
	add_void(proposal, targets, live);
	return true;
}

static bool rerecord(struct proposal *proposal, const struct event *wrong, struct error *error)
{
	const struct wish *wish = proposal->wish;
	struct event *right = new_event(proposal, wrong->action, wrong->effective_on), given = {0};
	struct change *changes;
	size_t count = wrong->change_count;

	right->place = wrong->place;
	right->stage = wrong->stage;
	right->note = wish->note != NULL ? wish->note : wrong->note;
	if (wish->on != NULL && !resolve_effective_day(&proposal->resolver, wish->on, &right->effective_on, error))
		return false;
	changes =
	    pool_alloc_array(proposal->resolver.pool, wrong->change_count + wish->field_count + 2, sizeof(*changes));
	if (count > 0)
		memcpy(changes, wrong->changes, count * sizeof(*changes));
	if (wish->to != NULL) {
		int stage = proposal->kind->flow != NULL ? flow_find(proposal->kind->flow, wish->to) : -1;

		if (wrong->stage == NULL || stage < 0)
			return error_set(error, ERROR_INVALID, "stage", "#%" PRId64 " 没有阶段可改，或没有阶段“%s”",
			    wrong->seq, wish->to);
		right->stage = proposal->kind->flow->stages[stage].name;
	}
	if (!resolve_changes(proposal, &given, error))
		return false;
	for (size_t i = 0; i < given.change_count; i++) {
		size_t at = 0;

		while (at < count && strcmp(changes[at].field, given.changes[i].field) != 0)
			at++;
		changes[at] = given.changes[i];
		if (at == count)
			count++;
	}
	right->changes = changes;
	right->change_count = count;
	if (wrong->effective_on.day < proposal->earliest.day)
		proposal->earliest = wrong->effective_on;
	proposal->day = right->effective_on; /* the day that guards look at: the right one */
	add_step(proposal, right);
	return true;
}

static bool make_correction(struct proposal *proposal, const struct event *wrong, struct error *error)
{
	const struct wish *wish = proposal->wish;
	int64_t *target = pool_alloc(proposal->resolver.pool, sizeof(*target));

	*target = wrong->seq;
	proposal->day = wrong->effective_on;
	if (wish->all)
		return void_all(proposal, error);
	if (!wish->only_void && wish->on == NULL && wish->field_count == 0 && wish->note == NULL && wish->to == NULL) {
		error_set(error, ERROR_INVALID, "fields", "没有说哪里记错了");
		return error_hint(error, "改日子 --on 日期，改内容 字段=值，整条作废 --void");
	}
	add_void(proposal, target, 1);
	return wish->only_void || rerecord(proposal, wrong, error);
}

/* SEMANTICS 8, 2: which event, and may it be corrected at all? */
static bool find_wrong(struct proposal *proposal, const struct event **ret_wrong, struct error *error)
{
	struct resolver *resolver = &proposal->resolver;
	int64_t voided_by;
	const struct event *wrong = store_load_event(resolver->connection, proposal->wish->seq, resolver->pool, error);

	if (wrong == NULL)
		return false;
	if (wrong->record == 0 || wrong->action >= EVENT_VOID) {
		error_set(error, ERROR_REFUSED, "seq", "#%" PRId64 " 不是记录上的一步，不能更正", wrong->seq);
		return error_hint(error, "要反悔一整批：luodi undo 批次");
	}
	if (!store_voided_by(resolver->connection, wrong->seq, SEQ_FOR_EVER, &voided_by, error))
		return false;
	if (voided_by != 0) {
		error_set(error, ERROR_REFUSED, "seq", "#%" PRId64 " 已经由 #%" PRId64 " 作废，不能再更正", wrong->seq,
		    voided_by);
		return error_hint(error, "看看经过：luodi history %s", resolve_id(resolver, wrong->record));
	}
	proposal->record = wrong->record;
	proposal->kind = schema_kind_of(resolver->schema, wrong->record);
	if (proposal->kind == NULL)
		return error_set(error, ERROR_REFUSED, "seq", "#%" PRId64 " 的种类现在没有插件声明", wrong->seq);
	*ret_wrong = wrong;
	return true;
}

static bool refuse_void_of_creation(struct proposal *proposal, const struct event *wrong, struct error *error)
{
	const struct event *const *events;
	size_t count, later = 0;
	char list[160] = "";

	if (!store_load_events(proposal->resolver.connection, proposal->kind, proposal->record, SEQ_FOR_EVER,
		proposal->resolver.pool, &events, &count, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (events[i]->live && events[i]->seq != wrong->seq && events[i]->action < EVENT_VOID) {
			if (later++ < 5)
				snprintf(
				    list + strlen(list), sizeof(list) - strlen(list), " #%" PRId64, events[i]->seq);
		}
	if (later == 0)
		return true;
	error_set(error, ERROR_REFUSED, "seq", "#%" PRId64 " 是新建，它后面还有 %zu 步：%s", wrong->seq, later, list);
	return error_hint(error, "连同它们一起作废：luodi correct %" PRId64 " --void --all", wrong->seq);
}

/* ---- stated figures ---- */

static bool make_statement(struct proposal *proposal, struct error *error)
{
	const struct wish *wish = proposal->wish;
	struct resolver *resolver = &proposal->resolver;
	const struct figure_declaration *figure = resolve_figure(resolver, wish->figure, error);
	struct change *changes = pool_alloc_array(resolver->pool, 7, sizeof(*changes));
	struct event *event = new_event(proposal, EVENT_CREATE, proposal->day);
	char period_text[PERIOD_TEXT_SIZE];
	struct period period;
	size_t count = 0;

	if (figure == NULL)
		return false;
	if (wish->value == NULL || wish->value[0] == '\0')
		return error_set(error, ERROR_INVALID, "value", "对外说的是多少？例如 75%%");
	proposal->kind = resolve_kind(resolver, STATED_KIND, error);
	if (proposal->kind == NULL)
		return false;
	changes[count++] = (struct change){
	    .field = "title", .value = value_of_text(pool_format(resolver->pool, "%s %s", figure->title, wish->value))};
	changes[count++] = (struct change){.field = "figure", .value = value_of_text(figure->name)};
	changes[count++] = (struct change){.field = "value", .value = value_of_text(wish->value)};
	if (wish->note != NULL)
		changes[count++] = (struct change){.field = "source", .value = value_of_text(wish->note)};
	if (wish->period != NULL) {
		if (!period_parse(wish->period, resolver->today, &period, error))
			return false;
		period_format(period, period_text);
		changes[count++] = (struct change){
		    .field = "period", .value = value_of_text(pool_copy_text(resolver->pool, period_text))};
		changes[count++] =
		    (struct change){.field = "starts_on", .value = value_of_number(VALUE_DATE, period.start.day)};
		changes[count++] =
		    (struct change){.field = "ends_on", .value = value_of_number(VALUE_DATE, period.end.day)};
	}
	event->changes = changes;
	event->change_count = count;
	add_step(proposal, event);
	return true;
}

/* ---- all of them ---- */

static bool make_steps(struct proposal *proposal, struct error *error)
{
	const struct event *wrong = NULL;

	switch (proposal->wish->action) {
	case WISH_CREATE:
		return make_creation(proposal, error);
	case WISH_UPDATE:
		return make_update(proposal, error);
	case WISH_MOVE:
		return make_move(proposal, error);
	case WISH_NOTE:
		return make_note(proposal, error);
	case WISH_DROP:
		return make_drop(proposal, error);
	case WISH_WAIVE:
		return make_waiver(proposal, error);
	case WISH_STATE_FIGURE:
		return make_statement(proposal, error);
	case WISH_CORRECT:
		if (!find_wrong(proposal, &wrong, error))
			return false;
		if (proposal->wish->only_void && !proposal->wish->all && wrong->action == EVENT_CREATE &&
		    !refuse_void_of_creation(proposal, wrong, error))
			return false;
		return make_correction(proposal, wrong, error);
	case WISH_UNDO:
		break;
	}
	return error_set(error, ERROR_INTERNAL, "", "不认得的请求");
}

static bool find_record(struct proposal *proposal, struct error *error)
{
	const struct wish *wish = proposal->wish;

	switch (wish->action) {
	case WISH_CREATE:
		proposal->kind = resolve_kind(&proposal->resolver, wish->kind, error);
		return proposal->kind != NULL;
	case WISH_UPDATE:
	case WISH_MOVE:
	case WISH_NOTE:
	case WISH_DROP:
	case WISH_WAIVE:
		if (!resolve_record(&proposal->resolver, NULL, wish->id, "id", &proposal->record, error))
			return false;
		proposal->kind = schema_kind_of(proposal->resolver.schema, proposal->record);
		return true;
	default:
		return true;
	}
}

/* What somebody else wrote since the version that the caller saw: the last events on the record. */
static const char *show_value(struct proposal *proposal, const struct field *field, struct value value)
{
	if (value.type == VALUE_EMPTY)
		return "";
	if (field == NULL)
		return value.text;
	return field->type == VALUE_REF ? resolve_title(&proposal->resolver, value.number)
					: field_format(field, value, proposal->resolver.pool);
}

/* What the field was just before event, as known just before it. */
static const char *show_before(struct proposal *proposal, const struct event *event, int position)
{
	struct error ignored = {0};
	const struct state *before = store_load_state(proposal->resolver.connection, proposal->kind, proposal->record,
	    event->effective_on, event->seq - 1, proposal->resolver.pool, &ignored);

	if (before == NULL)
		return "";
	if (position < 0)
		return before->title;
	return show_value(proposal, &proposal->kind->fields[position], before->values[position]);
}

/* The version that event made: that of the state which it wrote for its own day. 0: it changed nothing that lasted the day. */
static int64_t version_made(struct proposal *proposal, const struct event *event)
{
	struct error ignored = {0};
	const struct state *after = store_load_state(proposal->resolver.connection, proposal->kind, proposal->record,
	    event->effective_on, event->seq, proposal->resolver.pool, &ignored);

	return after != NULL && after->version > proposal->wish->if_version ? after->version : 0;
}

static bool refuse_stale(struct proposal *proposal, int64_t version, struct error *error)
{
	const struct event *const *events;
	struct pool *pool = proposal->resolver.pool;
	struct theirs *theirs;
	size_t count, kept = 0;
	int64_t newer = version - proposal->wish->if_version, least = 0;

	if (!store_load_events(proposal->resolver.connection, proposal->kind, proposal->record, SEQ_FOR_EVER, pool,
		&events, &count, error))
		return false;
	/* the newer-th last sequence number among its events */
	for (int64_t n = 0; n < newer && n < (int64_t)count; n++) {
		int64_t largest = 0;

		for (size_t i = 0; i < count; i++)
			if ((least == 0 || events[i]->seq < least) && events[i]->seq > largest)
				largest = events[i]->seq;
		least = largest;
	}
	theirs = pool_alloc_array(pool, 64, sizeof(*theirs));
	for (size_t i = 0; i < count && newer > 0; i++) {
		const struct event *event = events[i];
		int64_t made = event->live && event->seq >= least ? version_made(proposal, event) : 0;

		for (size_t j = 0; made > 0 && j < event->change_count && kept < 64; j++) {
			int position = kind_find_stored_field(proposal->kind, event->changes[j].field);
			const struct field *field = position >= 0 ? &proposal->kind->fields[position] : NULL;

			theirs[kept++] = (struct theirs){.seq = event->seq,
			    .recorded_at_us = event->recorded_at_us,
			    .batch = event->batch,
			    .actor = event->actor,
			    .field = event->changes[j].field,
			    .field_title = field != NULL ? field->title : "名称",
			    .type = field != NULL ? field->type : VALUE_TEXT,
			    .from = show_before(proposal, event, position),
			    .to = show_value(proposal, field, event->changes[j].value),
			    .note = event->note,
			    .version = made};
		}
	}
	proposal->version_now = version;
	proposal->theirs = theirs;
	proposal->theirs_count = kept;
	error_set(error, ERROR_CONFLICT, "if_version",
	    "%s 在您看过之后改过：现在是第 %" PRId64 " 版，您看的是第 %" PRId64 " 版",
	    resolve_id(&proposal->resolver, proposal->record), version, proposal->wish->if_version);
	return error_hint(error, "先看一看：luodi show %s；商量后仍要改，写 --if-version %" PRId64,
	    resolve_id(&proposal->resolver, proposal->record), version);
}

static bool check_version(struct proposal *proposal, struct error *error)
{
	struct state *current;

	if (proposal->wish->if_version == 0 || proposal->record == 0)
		return true;
	current = store_load_current(
	    proposal->resolver.connection, proposal->kind, proposal->record, proposal->resolver.pool, error);
	if (current == NULL)
		return false;
	return current->version == proposal->wish->if_version || refuse_stale(proposal, current->version, error);
}

/* The last event carries what is computed. Where events only went away there is one more, if fields have other values after it. */
static void put_computed(struct proposal *proposal, const struct opinion *opinion)
{
	struct event *last = proposal->steps[proposal->step_count - 1].event;

	if (last == NULL && opinion->computed_count > 0) {
		last = new_event(
		    proposal, EVENT_RECOMPUTE, plan_first_computed(opinion->computed, opinion->computed_count));
		last->note = NULL;
		add_step(proposal, last);
	}
	if (last == NULL)
		return;
	last->computed = opinion->computed;
	last->computed_count = opinion->computed_count;
	last->outlook = opinion->outlook;
	last->due = opinion->due;
}

/* That guards were passed is an event of its own, which nobody can correct or undo. */
static void add_override(struct proposal *proposal, const char *guards)
{
	struct event *last = proposal->steps[proposal->step_count - 1].event;
	struct event *event = new_event(proposal, EVENT_OVERRIDE, last != NULL ? last->effective_on : proposal->day);

	event->note = pool_format(
	    proposal->resolver.pool, "没有答上来的守卫：%s。放行的理由：%s", guards, proposal->wish->override_guard);
	add_step(proposal, event);
}

static bool states_agree(const struct plan *plan)
{
	return state_equal(plan->before_day, plan->after_day) && state_equal(plan->before_now, plan->after_now);
}

bool proposal_make(struct proposal *proposal, struct store_connection *connection, const struct schema *schema,
    const struct wish *wish, const struct head *head, const struct opinion *opinion, struct pool *pool,
    struct error *error)
{
	memset(proposal, 0, sizeof(*proposal));
	proposal->wish = wish;
	proposal->actor = wish->caller.name;
	proposal->note = wish->note;
	proposal->resolver = (struct resolver){.connection = connection,
	    .schema = schema,
	    .today = engine_today(head),
	    .person = wish->caller.person,
	    .pool = pool};
	proposal->steps = pool_alloc_array(pool, wish->entered_count + 4, sizeof(*proposal->steps));
	proposal->earliest = DATE_LAST;
	if (wish->action != WISH_CORRECT &&
	    !resolve_effective_day(&proposal->resolver, wish->on, &proposal->day, error))
		return false;
	if (!find_record(proposal, error) || !make_steps(proposal, error) || !check_version(proposal, error))
		return false;
	if (opinion != NULL)
		put_computed(proposal, opinion);
	if (opinion != NULL && opinion->overridden != NULL)
		add_override(proposal, opinion->overridden);
	for (size_t i = 0; i < proposal->step_count; i++)
		proposal->steps[i].seq = head->seq + 1 + (int64_t)i;
	if (!plan_make(connection, proposal->kind, proposal->record, proposal->day, SEQ_FOR_EVER, proposal->steps,
		proposal->step_count, pool, &proposal->plan, error))
		return false;
	proposal->nothing = wish->action == WISH_UPDATE && states_agree(&proposal->plan);
	return true;
}

bool kind_needs_opinion(const struct schema *schema, const struct kind *kind)
{
	if (kind->computes)
		return true;
	for (size_t i = 0; i < schema->guard_count; i++)
		if (&schema->kinds[schema->guards[i].kind] == kind)
			return true;
	return false;
}

bool proposal_needs_opinion(const struct proposal *proposal)
{
	return kind_needs_opinion(proposal->resolver.schema, proposal->kind);
}
