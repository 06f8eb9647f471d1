#include "engine/request.h"

#include "base/clock.h"
#include "engine/references.h"
#include "engine/refigure.h"
#include "engine/viewing.h"
#include "engine/writer.h"
#include <stdlib.h>
#include <string.h>

struct request *request_new(
    struct engine *engine, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument)
{
	struct pool *pool = (*wish)->pool;
	struct request *request = pool_alloc(pool, sizeof(*request));

	request->engine = engine;
	request->wish = *wish;
	request->done = done;
	request->argument = argument;
	request->outcome = pool_alloc(pool, sizeof(*request->outcome));
	request->outcome->pool = pool;
	request->outcome->action = (*wish)->action;
	request->outcome->dry_run = (*wish)->dry_run;
	*wish = NULL;
	return request;
}

void request_finish(struct request *request, const struct error *error)
{
	struct outcome *outcome = request->outcome;

	plugin_set_release(request->set);
	outcome->ok = error == NULL;
	if (error != NULL) {
		outcome->error = *error;
		if (outcome->reply != NULL && error->code != ERROR_NONE)
			outcome->reply = NULL;
	}
	request->done(request->argument, outcome); /* the pool, and so the request, may be gone now */
}

bool request_check(const struct request *request, struct error *error)
{
	const struct wish *wish = request->wish;

	if (wish->caller.role < ROLE_EDITOR) {
		error_set(error, ERROR_FORBIDDEN, "", "您只能查，不能改");
		return error_hint(error, "要改的权限请找管理员");
	}
	if (wish->note != NULL && strlen(wish->note) > VALUE_TEXT_LARGEST)
		return error_set(error, ERROR_TOO_LARGE, "note", "说明太长，最多 %d 个字节", VALUE_TEXT_LARGEST);
	if (wish->override_guard != NULL && wish->caller.role < ROLE_ADMIN) {
		error_set(error, ERROR_FORBIDDEN, "override_guard", "没有答上来的守卫，只有管理员能放行");
		return error_hint(error, "请管理员来写；或等插件改好");
	}
	if (wish->override_guard != NULL && wish->override_guard[0] == '\0')
		return error_set(error, ERROR_INVALID, "override_guard", "放行要写明理由");
	if (wish->override_guard != NULL && strlen(wish->override_guard) > VALUE_TEXT_LARGEST / 2)
		return error_set(
		    error, ERROR_TOO_LARGE, "override_guard", "理由太长，最多 %d 个字节", VALUE_TEXT_LARGEST / 2);
	if (wish->request_key != NULL && (wish->request_key[0] == '\0' || strlen(wish->request_key) > 128))
		return error_set(error, ERROR_INVALID, "request_key", "请求号要 1 到 128 个字节");
	return true;
}

/* By id or kind alone, without a look at the store; a title may name any kind. */
bool request_may_need_opinion(struct request *request)
{
	const struct wish *wish = request->wish;
	struct plugin_set *set = engine_hold_set(request->engine);
	const struct schema *schema = set->schema;
	const struct kind *kind = NULL;
	bool any = false;
	int64_t record;

	if (wish->action == WISH_CREATE)
		kind = schema_find_kind(schema, wish->kind != NULL ? wish->kind : "");
	else if (wish->id != NULL && schema_parse_id(schema, wish->id, &record))
		kind = schema_kind_of(schema, record);
	if (kind != NULL)
		any = kind_needs_opinion(schema, kind);
	else if (wish->action != WISH_STATE_FIGURE)
		for (size_t i = 0; i < schema->kind_count && !any; i++)
			any = kind_needs_opinion(schema, &schema->kinds[i]);
	plugin_set_release(set);
	return any;
}

static void tell_skipped(struct outcome *outcome, const struct proposal *proposal)
{
	const struct flow *flow = proposal->kind != NULL ? proposal->kind->flow : NULL;
	const char **titles, **names;
	size_t count = 0;

	if (flow == NULL || proposal->skipped == 0)
		return;
	titles = pool_alloc_array(outcome->pool, flow->count, sizeof(*titles));
	names = pool_alloc_array(outcome->pool, flow->count, sizeof(*names));
	for (size_t i = 0; i < flow->count; i++)
		if (proposal->skipped & UINT64_C(1) << i) {
			titles[count] = pool_copy_text(outcome->pool, flow->stages[i].title);
			names[count++] = pool_copy_text(outcome->pool, flow->stages[i].name);
		}
	outcome->skipped = titles;
	outcome->skipped_names = names;
	outcome->skipped_count = count;
}

/* What belongs to a refusal. The schema may be gone before it is read. */
static void tell_refusal(struct request *request, const struct proposal *proposal, const struct error *error)
{
	struct outcome *outcome = request->outcome;
	bool of_kind = proposal->kind != NULL && strcmp(error->field, "note") != 0; /* the parameter, not a field */
	int field = of_kind ? kind_find_field(proposal->kind, error->field) : -1;

	outcome->candidates = proposal->resolver.candidates;
	outcome->candidate_count = proposal->resolver.candidate_count;
	outcome->theirs = proposal->theirs;
	outcome->theirs_count = proposal->theirs_count;
	outcome->version_now = proposal->version_now;
	if (field >= 0)
		outcome->field_title = pool_copy_text(outcome->pool, proposal->kind->fields[field].title);
	tell_skipped(outcome, proposal);
}

static bool ask_on(
    struct request *request, struct plugin_set *set, struct store_connection *connection, struct error *error)
{
	struct pool *pool = request->outcome->pool;
	struct proposal proposal;
	struct head head;

	if (!store_read_head(connection, &head, error))
		return false;
	if (request->wish->action == WISH_UNDO)
		return undo_ask(request->engine, set, connection, request->wish, pool, &request->undo_opinions, error);
	memset(&request->opinion, 0, sizeof(request->opinion));
	if (!proposal_make(&proposal, connection, set->schema, request->wish, &head, NULL, pool, error)) {
		/* the writer, which sees the latest, gives the answer with all that belongs to it */
		request->opinion.set = set;
		*error = (struct error){0};
		return true;
	}
	request->opinion.set = set;
	if (!proposal_needs_opinion(&proposal) ||
	    opinion_ask(request->engine, set, &proposal, &head, pool, &request->opinion, error))
		return true;
	tell_refusal(request, &proposal, error);
	return false;
}

bool request_ask(struct request *request, struct error *error)
{
	struct store_connection *connection = engine_take_reader(request->engine, error);
	struct plugin_set *set;
	bool ok;

	if (connection == NULL)
		return false;
	set = engine_hold_set(request->engine);
	plugin_set_release(request->set);
	request->set = set;
	request->has_opinion = true;
	ok = store_snapshot_begin(connection, error);
	if (ok) {
		ok = ask_on(request, set, connection, error);
		store_snapshot_end(connection);
	}
	engine_return_reader(request->engine, connection);
	return ok;
}

/* ---- in the writer ---- */

/* The same key again: the first reply. *ret_known says so. */
static bool find_reply(struct request *request, bool *ret_known, struct error *error)
{
	const struct wish *wish = request->wish;
	const unsigned char *hash = NULL;
	const char *reply = NULL;
	size_t length = 0;

	*ret_known = false;
	if (wish->request_key == NULL || wish->dry_run)
		return true;
	if (!store_find_request(store_writer(request->engine->store), wish->caller.name, wish->request_key,
		request->outcome->pool, &hash, &reply, &length, error))
		return false;
	if (reply == NULL)
		return true;
	if (memcmp(hash, wish->parameters_hash, sizeof(wish->parameters_hash)) != 0)
		return error_set(error, ERROR_INVALID, "request_key", "这个请求号用过了，那次要写的不是这些");
	request->outcome->reply = reply;
	request->outcome->reply_length = length;
	*ret_known = true;
	return true;
}

/* Has anything that the plugins looked at changed since? */
static bool opinion_holds(
    struct request *request, const struct proposal *proposal, struct plugin_set *set, struct error *error)
{
	const struct opinion *opinion = &request->opinion;
	struct pool *pool = request->outcome->pool;

	if (!request->has_opinion || opinion->set != set || opinion->record != proposal->record ||
	    opinion->version != proposal->plan.old_version)
		return false;
	for (size_t i = 0; i < opinion->read_count; i++) {
		const struct kind *kind = schema_kind_of(set->schema, opinion->reads[i].record);
		struct state *state;

		if (kind == NULL)
			return false;
		state = store_load_current(
		    store_writer(request->engine->store), kind, opinion->reads[i].record, pool, error);
		/* as of a past day an older version is read: what counts is that nothing was written since */
		if (state == NULL ||
		    (state->version != opinion->reads[i].version &&
			writer_kind_seq(request->engine->writer, kind->number) > opinion->seq))
			return false;
	}
	for (size_t i = 0; i < opinion->kinds_read_count; i++)
		if (writer_kind_seq(request->engine->writer, opinion->kinds_read[i]) > opinion->seq)
			return false;
	return true;
}

/* A correction of the day itself shows in no field. */
static void tell_moved_day(struct outcome *outcome, const struct proposal *proposal)
{
	struct changed *changes;
	char day[DATE_TEXT_SIZE];

	if (proposal->earliest.day == DATE_LAST.day || proposal->earliest.day == proposal->day.day)
		return;
	changes = pool_alloc_array(outcome->pool, outcome->change_count + 1, sizeof(*changes));
	if (outcome->change_count > 0)
		memcpy(changes, outcome->changes, outcome->change_count * sizeof(*changes));
	changes[outcome->change_count++] = (struct changed){.name = "on",
	    .title = "发生于",
	    .from = value_of_number(VALUE_DATE, proposal->earliest.day),
	    .to = value_of_number(VALUE_DATE, proposal->day.day),
	    .from_text = pool_copy_text(outcome->pool, date_format(proposal->earliest, day)),
	    .to_text = pool_copy_text(outcome->pool, date_format(proposal->day, day))};
	outcome->changes = changes;
}

static const char *light_of(const struct state *state)
{
	int light = state->kind->light;

	return light >= 0 && state->exists && value_is_text(state->values[light].type) ? state->values[light].text
										       : NULL;
}

static void tell_outcome(
    struct request *request, struct plugin_set *set, const struct proposal *proposal, const struct head *before)
{
	struct outcome *outcome = request->outcome;
	struct engine *engine = request->engine;
	struct head head = store_head(engine->store);
	struct moment present = {.present = true, .as_of = proposal->resolver.today, .known_seq = SEQ_FOR_EVER};
	struct view *view =
	    view_borrow(engine, set, store_writer(engine->store), &head, &present, &request->wish->caller);
	const struct plan *plan = &proposal->plan;
	bool new_number = proposal->record == 0 && request->wish->dry_run;

	outcome->schema = schema_hold(set->schema);
	outcome->kind = proposal->kind;
	outcome->record = new_number ? 0 : plan->record;
	outcome->id = new_number
	    ? pool_format(outcome->pool, "%s-(next)", proposal->kind->prefix)
	    : resolve_id(&(struct resolver){.schema = set->schema, .pool = outcome->pool}, plan->record);
	outcome->title = plan->after_now->title != NULL ? plan->after_now->title : plan->before_now->title;
	outcome->light_before = light_of(plan->before_now);
	outcome->light_after = light_of(plan->after_now);
	outcome->version = proposal->nothing ? plan->old_version : plan->after_now->version;
	outcome->effective_on = proposal->day;
	if (request->wish->action != WISH_CREATE)
		outcome->changes =
		    view_changes(view, plan->before_day, plan->after_day, outcome->pool, &outcome->change_count);
	if (outcome->change_count ==
	    0) /* what is new, with all its stages; a correction that shows only in the present */
		outcome->changes =
		    view_changes(view, plan->before_now, plan->after_now, outcome->pool, &outcome->change_count);
	tell_moved_day(outcome, proposal);
	tell_skipped(outcome, proposal);
	for (size_t i = 0; i < proposal->step_count; i++)
		outcome->voided += (int64_t)proposal->steps[i].voided_count;
	outcome->affected = 1;
	outcome->seq = head.seq;
	outcome->first_seq = before->seq + 1;
	view_close(view);
}

/* In Chinese, what the batch list shows. */
static const char *describe(const struct wish *wish, struct pool *pool)
{
	static const char *const words[] = {[WISH_CREATE] = "新建",
	    [WISH_UPDATE] = "修改",
	    [WISH_MOVE] = "移动",
	    [WISH_NOTE] = "记事",
	    [WISH_DROP] = "删去",
	    [WISH_CORRECT] = "更正",
	    [WISH_UNDO] = "反悔",
	    [WISH_STATE_FIGURE] = "对外表述",
	    [WISH_WAIVE] = "豁免"};

	if (wish->action == WISH_CORRECT)
		return pool_format(pool, "更正 #%lld", (long long)wish->seq);
	if (wish->action == WISH_UNDO)
		return pool_format(pool, "反悔 批次 %lld", (long long)wish->batch);
	return words[wish->action];
}

static bool write_proposal(struct request *request, struct proposal *proposal, struct error *error)
{
	struct engine *engine = request->engine;
	struct outcome *outcome = request->outcome;
	int64_t record = proposal->record;
	int32_t number;

	if (record == 0) {
		if (!store_next_number(engine->store, proposal->kind, &number, error))
			return false;
		record = record_key(proposal->kind->number, number);
		plan_number(&proposal->plan, record);
	}
	if (!store_batch_open(
		engine->store, proposal->actor, describe(request->wish, outcome->pool), &outcome->batch, error))
		return false;
	for (size_t i = 0; i < proposal->step_count; i++) {
		if (proposal->steps[i].event != NULL)
			proposal->steps[i].event->batch = outcome->batch;
		if (proposal->steps[i].aside != NULL)
			proposal->steps[i].aside->batch = outcome->batch;
	}
	if (!plan_apply(engine->store, &proposal->plan, error) ||
	    (proposal->plan.restated && !references_check(&proposal->resolver, proposal->kind, record, error)) ||
	    !store_batch_close(engine->store, outcome->batch, error))
		return false;
	writer_note_kind(engine->writer, proposal->kind->number, store_head(engine->store).seq);
	return true;
}

static bool keep_reply(struct request *request, struct error *error)
{
	const struct wish *wish = request->wish;
	struct buffer reply;
	bool ok;

	if (wish->request_key == NULL || wish->dry_run || wish->render == NULL)
		return true;
	buffer_init(&reply, 1 << 20);
	request->outcome->ok = true;
	wish->render(request->outcome, &reply);
	ok = store_put_request(request->engine->store, wish->caller.name, wish->request_key, wish->parameters_hash,
	    buffer_text(&reply), reply.length, error);
	buffer_clear(&reply);
	return ok;
}

/* SEMANTICS 9 and INTERFACE §4: changes to the past say which figures read differently now. */
static bool touches_the_past(const struct proposal *proposal)
{
	return proposal->plan.restated || proposal->day.day < proposal->resolver.today.day;
}

static struct date earliest_of(const struct proposal *proposal)
{
	return proposal->earliest.day < proposal->plan.day.day ? proposal->earliest : proposal->plan.day;
}

static void tell_override(struct request *request, const struct opinion *opinion)
{
	struct outcome *outcome = request->outcome;
	const char **warning;

	if (request->wish->override_guard == NULL)
		return;
	warning = pool_alloc(outcome->pool, sizeof(*warning));
	*warning = opinion != NULL && opinion->overridden != NULL
	    ? pool_format(outcome->pool, "守卫没有答上来，按您写的理由放行了，记在经过里：%s", opinion->overridden)
	    : "守卫都答上来了，没有要放行的";
	outcome->warnings = warning;
	outcome->warning_count = 1;
}

static enum request_result write_one(
    struct request *request, struct plugin_set *set, bool *ret_wrote, struct error *error)
{
	struct engine *engine = request->engine;
	struct head before = store_head(engine->store);
	struct proposal proposal;
	struct refigure *refigure = NULL;
	const struct opinion *opinion = request->has_opinion ? &request->opinion : NULL;

	if (!proposal_make(&proposal, store_writer(engine->store), set->schema, request->wish, &before, opinion,
		request->outcome->pool, error)) {
		tell_refusal(request, &proposal, error);
		return REQUEST_REFUSED;
	}
	if (proposal_needs_opinion(&proposal) && !opinion_holds(request, &proposal, set, error)) {
		if (error->code != ERROR_NONE)
			return REQUEST_REFUSED;
		return REQUEST_ASK_AGAIN;
	}
	if (proposal.nothing) {
		static const char *const warning[] = {"没有变化，没有写"};

		tell_outcome(request, set, &proposal, &before);
		request->outcome->warnings = warning;
		request->outcome->warning_count = 1;
		request->outcome->first_seq = before.seq;
		return REQUEST_DONE;
	}
	if (touches_the_past(&proposal))
		refigure =
		    refigure_begin(engine, set, &before, proposal.kind, earliest_of(&proposal), &request->wish->caller);
	if (!write_proposal(request, &proposal, error)) {
		tell_refusal(request, &proposal, error);
		refigure_free(refigure);
		return REQUEST_REFUSED;
	}
	tell_outcome(request, set, &proposal, &before);
	tell_override(request, opinion);
	refigure_end(refigure, request->outcome);
	if (!keep_reply(request, error))
		return REQUEST_REFUSED;
	*ret_wrote = !request->wish->dry_run;
	return REQUEST_DONE;
}

static enum request_result write_undo(
    struct request *request, struct plugin_set *set, bool *ret_wrote, struct error *error)
{
	bool again = false;

	if (!undo_write(request->engine, set, request->wish, &request->undo_opinions, request->outcome->pool,
		request->outcome, &again, error))
		return REQUEST_REFUSED;
	if (again)
		return REQUEST_ASK_AGAIN;
	request->outcome->schema = schema_hold(set->schema);
	if (!keep_reply(request, error))
		return REQUEST_REFUSED;
	*ret_wrote = !request->wish->dry_run;
	return REQUEST_DONE;
}

enum request_result request_write(struct request *request, struct plugin_set *set, bool *ret_wrote, struct error *error)
{
	bool known;

	if (!find_reply(request, &known, error))
		return REQUEST_REFUSED;
	if (known)
		return REQUEST_DONE;
	return request->wish->action == WISH_UNDO ? write_undo(request, set, ret_wrote, error)
						  : write_one(request, set, ret_wrote, error);
}
