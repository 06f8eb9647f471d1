#include "engine/opinion.h"

#include "engine/asks.h"
#include "engine/compute.h"
#include <string.h>

enum { REQUEST_LARGEST = 8 << 20, READS_LARGEST = 1000, KINDS_READ_LARGEST = 64 };

struct asking {
	struct engine *engine;
	struct plugin_set *set;
	struct proposal *proposal;
	struct view *view;
	struct pool *pool;
	struct opinion *opinion;
	struct read_version *reads;
	int32_t *kinds_read;
	bool too_many;
	const struct guard *passed; /* the last one that an admin's word stands for */
};

static void note_read(void *argument, const struct kind *kind, int64_t record, int64_t version)
{
	struct asking *asking = argument;
	struct opinion *opinion = asking->opinion;

	if (record == 0) {
		for (size_t i = 0; i < opinion->kinds_read_count; i++)
			if (asking->kinds_read[i] == kind->number)
				return;
		if (opinion->kinds_read_count == KINDS_READ_LARGEST)
			asking->too_many = true;
		else
			asking->kinds_read[opinion->kinds_read_count++] = kind->number;
		return;
	}
	for (size_t i = 0; i < opinion->read_count; i++)
		if (asking->reads[i].record == record)
			return;
	if (opinion->read_count == READS_LARGEST)
		asking->too_many = true;
	else
		asking->reads[opinion->read_count++] = (struct read_version){.record = record, .version = version};
}

/* ---- guards ---- */

static bool guard_applies(const struct guard *guard, const struct proposal *proposal, const struct kind *kinds)
{
	if (&kinds[guard->kind] != proposal->kind)
		return false;
	for (size_t i = 0; i < proposal->step_count; i++) {
		const struct event *event = proposal->steps[i].event;

		if (event == NULL || event->action >= EVENT_VOID || (guard->actions & (1U << event->action)) == 0)
			continue;
		if (guard->stage < 0 ||
		    (event->stage != NULL &&
			strcmp(event->stage, proposal->kind->flow->stages[guard->stage].name) == 0))
			return true;
	}
	return false;
}

static bool guard_holds_when(
    struct asking *asking, const struct guard *guard, const struct state *state, bool *ret_holds, struct error *error)
{
	struct query query = {.kind = asking->proposal->kind, .moment = asking->view->moment, .row = state};
	struct compiled_query compiled;
	struct value count = value_empty();

	*ret_holds = true;
	if (guard->declaration->when == NULL)
		return true;
	if (!view_parse_filter(
		asking->view, query.kind, guard->declaration->when, asking->pool, &query.filter, error) ||
	    !query_compile_count(&query, asking->set->schema, asking->pool, &compiled, error) ||
	    !view_run_one(asking->view, &compiled, &count, 1, error))
		return false;
	*ret_holds = count.number > 0;
	return true;
}

/* Fail closed: a guard that can't answer refuses, unless an admin has said why the change may pass all the same. */
static bool refuse_unanswered(
    struct asking *asking, const struct guard *guard, const char *name, const char *why, struct error *error)
{
	const char *before = asking->opinion->overridden;

	if (asking->proposal->wish->override_guard == NULL) {
		error_set(error, ERROR_PLUGIN_FAULT, "", "守卫“%s”没有答上来，改动不放行：%s", name, why);
		return error_hint(
		    error, "请管理员看：luodi plugins；等不得的，管理员可以写明理由：--override-guard 理由");
	}
	*error = (struct error){0};
	if (asking->passed == guard) /* of the day and of the present: told once */
		return true;
	asking->passed = guard;
	asking->opinion->overridden = pool_format(
	    asking->pool, "%s%s“%s”（%s）", before != NULL ? before : "", before != NULL ? "、" : "", name, why);
	return true;
}

static bool ask_guard(struct asking *asking, const struct guard *guard, const struct state *after,
    const struct state *before, struct error *error)
{
	struct host_asker asker = asks_of_view(asking->view);
	const char *name = guard->declaration->title != NULL ? guard->declaration->title : guard->declaration->name;
	struct buffer request;
	struct wire result;
	const char *field, *sentence;
	bool ok, refused;

	buffer_init(&request, REQUEST_LARGEST);
	state_put(&request, after);
	wire_put_boolean(&request, before->exists);
	if (before->exists)
		state_put(&request, before);
	ok = hosts_call(asking->engine->hosts, HOST_INTERACTIVE, asking->set, HOST_CALL_GUARD, guard->plugin,
	    guard->declaration->check, after->on, &request, &asker, asking->pool, &result, error);
	buffer_clear(&request);
	if (!ok) {
		if (error->code == ERROR_BUDGET || error->code == ERROR_PLUGIN_FAULT) {
			struct error inner = *error;

			return refuse_unanswered(asking, guard, name, inner.sentence, error);
		}
		return false;
	}
	refused = wire_get_boolean(&result);
	field = refused ? wire_get_text(&result, asking->pool, NAME_LARGEST * 4) : NULL;
	sentence = refused ? wire_get_name(&result, asking->pool, 2000) : NULL;
	if (!wire_end(&result))
		return refuse_unanswered(asking, guard, name, "答案不成样子", error);
	if (!refused || (guard->declaration->warn && asking->proposal->note != NULL))
		return true;
	error_set(error, ERROR_REFUSED, field != NULL ? field : "", "%s", sentence);
	return guard->declaration->warn
	    ? error_hint(error, "确要这样，写明理由：--note 理由")
	    : error_hint(error, "守卫 %s，%s 插件", name, asking->set->plugins[guard->plugin].name);
}

static bool ask_guards(struct asking *asking, struct error *error)
{
	const struct schema *schema = asking->set->schema;
	const struct plan *plan = &asking->proposal->plan;
	bool backdated = plan->after_now->on.day != plan->after_day->on.day;

	for (size_t i = 0; i < schema->guard_count; i++) {
		const struct guard *guard = &schema->guards[i];
		bool holds;

		if (!guard_applies(guard, asking->proposal, schema->kinds))
			continue;
		if (!guard_holds_when(asking, guard, plan->after_day, &holds, error))
			return false;
		if (holds && !ask_guard(asking, guard, plan->after_day, plan->before_day, error))
			return false;
		if (backdated && holds && plan->after_now->exists && !state_equal(plan->after_now, plan->before_now) &&
		    !ask_guard(asking, guard, plan->after_now, plan->before_now, error))
			return false;
	}
	return true;
}

bool opinion_ask(struct engine *engine, struct plugin_set *set, struct proposal *proposal, const struct head *head,
    struct pool *pool, struct opinion *ret_opinion, struct error *error)
{
	struct moment moment = {.present = proposal->day.day == proposal->resolver.today.day,
	    .as_of = proposal->day,
	    .known_seq = SEQ_FOR_EVER};
	struct asking asking = {
	    .engine = engine, .set = set, .proposal = proposal, .pool = pool, .opinion = ret_opinion};
	struct computing_result computing = {0};
	bool ok;

	memset(ret_opinion, 0, sizeof(*ret_opinion));
	asking.reads = pool_alloc_array(pool, READS_LARGEST, sizeof(*asking.reads));
	asking.kinds_read = pool_alloc_array(pool, KINDS_READ_LARGEST, sizeof(*asking.kinds_read));
	asking.view = view_borrow(engine, set, proposal->resolver.connection, head, &moment, &proposal->wish->caller);
	asking.view->on_read = note_read;
	asking.view->on_read_argument = &asking;
	ok = (!proposal->kind->computes || compute_plan(engine, set, &proposal->plan, head, pool, &computing, error)) &&
	    ask_guards(&asking, error);
	ret_opinion->computed = computing.computed;
	/* events that went away carry nothing: only other values are worth one of their own */
	if (computing.differs || proposal->steps[proposal->step_count - 1].event != NULL)
		ret_opinion->computed_count = computing.count;
	view_close(asking.view);
	if (ok && asking.too_many)
		ok = error_set(error, ERROR_TOO_LARGE, "", "守卫读的记录太多，最多 %d 条", READS_LARGEST);
	ret_opinion->set = set;
	ret_opinion->record = proposal->record;
	ret_opinion->version = proposal->plan.old_version;
	ret_opinion->seq = head->seq;
	ret_opinion->reads = asking.reads;
	ret_opinion->kinds_read = asking.kinds_read;
	return ok;
}
