#include "engine/lights.h"

#include "base/log.h"
#include "engine/asks.h"
#include "engine/reads.h"
#include <stdlib.h>
#include <string.h>

enum { REQUEST_LARGEST = 8 << 20, SPAN_DAYS = 1000, SENTENCE_LARGEST = 2000, ANSWERS_LARGEST = 100000 };

struct span { /* of days on which one state holds */
	const struct state *state;
	struct date first, last;
};

struct turn { /* a rule begins to say something else */
	struct date on;
	size_t rule; /* of the kind's */
	enum light light;
	bool stale;
	const char *sentence;
};

struct asking {
	struct view *view;
	enum host_place place;
	const struct kind *kind;
	struct date today, end; /* end: of the outlook */
	struct state *const *states;
	size_t count;
	const struct rule **rules; /* of the kind */
	size_t rule_count;
	struct pool *pool;
	struct span *spans;
	size_t span_count;
	struct turn *turns;
	size_t turn_count, turn_room;
};

static struct date next_day(struct date day)
{
	return (struct date){day.day + 1};
}

/* ---- which days ---- */

static void add_spans(struct asking *asking, const struct state *state, struct date last)
{
	for (struct date first = state->on; first.day <= last.day; first.day += SPAN_DAYS) {
		struct date end = {first.day + SPAN_DAYS - 1};

		asking->spans[asking->span_count++] =
		    (struct span){.state = state, .first = first, .last = end.day < last.day ? end : last};
	}
}

static struct date last_day_of(const struct asking *asking, size_t at)
{
	return at + 1 < asking->count ? (struct date){asking->states[at + 1]->on.day - 1} : asking->end;
}

static void find_spans(struct asking *asking)
{
	size_t most = 0;

	for (size_t i = 0; i < asking->count; i++)
		most += (size_t)(last_day_of(asking, i).day - asking->states[i]->on.day) / SPAN_DAYS + 1;
	asking->spans = pool_alloc_array(asking->pool, most, sizeof(*asking->spans));
	for (size_t i = 0; i < asking->count; i++)
		if (asking->states[i]->exists)
			add_spans(asking, asking->states[i], last_day_of(asking, i));
}

/* Neighbours are those of the day; what is ahead sees those of today. */
static void set_moment(struct view *view, struct date day, struct date today)
{
	view->moment.as_of = day;
	view->moment.present = view->moment.present && day.day >= today.day;
}

/* ---- "when" ---- */

static bool compile_when(struct asking *asking, const struct rule *rule, const struct state *state, struct date day,
    struct compiled_query *ret_compiled, struct error *error)
{
	struct moment before = asking->view->moment;
	struct query query = {.kind = asking->kind, .row = state};
	bool ok;

	set_moment(asking->view, day, asking->today);
	query.moment = asking->view->moment;
	ok = view_parse_filter(
		 asking->view, asking->kind, rule->declaration->when, asking->pool, &query.filter, error) &&
	    query_compile_count(&query, asking->view->set->schema, asking->pool, ret_compiled, error);
	asking->view->moment = before;
	return ok;
}

static bool same_question(const struct compiled_query *a, const struct compiled_query *b)
{
	if (strcmp(a->sql, b->sql) != 0 || a->parameter_count != b->parameter_count)
		return false;
	for (size_t i = 0; i < a->parameter_count; i++)
		if (!value_equal(a->parameters[i], b->parameters[i]))
			return false;
	return true;
}

static bool holds(struct asking *asking, const struct compiled_query *compiled, bool *ret_holds, struct error *error)
{
	struct value count = value_empty();

	if (!view_run_one(asking->view, compiled, &count, 1, error))
		return false;
	*ret_holds = count.number > 0;
	return true;
}

static void add_part(struct span *parts, size_t *count, const struct span *span, struct date day)
{
	if (*count > 0 && parts[*count - 1].state == span->state && parts[*count - 1].last.day + 1 == day.day)
		parts[*count - 1].last = day;
	else
		parts[(*count)++] = (struct span){.state = span->state, .first = day, .last = day};
}

/* The parts of a span on which the condition holds. Most say nothing of the day, and then are asked once. */
static bool narrow(struct asking *asking, const struct rule *rule, const struct span *span, struct span *parts,
    size_t *count, struct error *error)
{
	struct compiled_query first, other;
	bool good;

	if (!compile_when(asking, rule, span->state, span->first, &first, error) ||
	    !compile_when(asking, rule, span->state, span->last, &other, error) || !holds(asking, &first, &good, error))
		return false;
	if (same_question(&first, &other)) {
		if (good)
			parts[(*count)++] = *span;
		return true;
	}
	for (struct date day = span->first; day.day <= span->last.day; day = next_day(day)) {
		if (!compile_when(asking, rule, span->state, day, &other, error) ||
		    !holds(asking, &other, &good, error))
			return false;
		if (good)
			add_part(parts, count, span, day);
	}
	return true;
}

static bool find_parts(
    struct asking *asking, const struct rule *rule, struct span **ret_parts, size_t *ret_count, struct error *error)
{
	size_t most = 0;

	*ret_count = asking->span_count;
	*ret_parts = asking->spans;
	if (rule->declaration->when == NULL)
		return true;
	for (size_t i = 0; i < asking->span_count; i++)
		most += (size_t)(asking->spans[i].last.day - asking->spans[i].first.day) / 2 + 2;
	*ret_parts = pool_alloc_array(asking->pool, most, sizeof(**ret_parts));
	*ret_count = 0;
	for (size_t i = 0; i < asking->span_count; i++)
		if (!narrow(asking, rule, &asking->spans[i], *ret_parts, ret_count, error))
			return false;
	return true;
}

/* ---- asking ---- */

static void add_turn(struct asking *asking, struct turn turn)
{
	if (asking->turn_count == asking->turn_room) {
		size_t room = asking->turn_room == 0 ? 32 : asking->turn_room * 2;
		struct turn *more = pool_alloc_array(asking->pool, room, sizeof(*more));

		if (asking->turn_count > 0)
			memcpy(more, asking->turns, asking->turn_count * sizeof(*more));
		asking->turns = more;
		asking->turn_room = room;
	}
	asking->turns[asking->turn_count++] = turn;
}

static enum light light_of_level(int64_t level)
{
	return level == LEVEL_RED ? LIGHT_RED : level == LEVEL_YELLOW ? LIGHT_YELLOW : LIGHT_GREEN;
}

/* What was answered for one part, then green from the day behind it, unless the next part goes on there. */
static void read_part(
    struct asking *asking, size_t rule, const struct span *part, const struct span *next, struct wire *result)
{
	size_t count = wire_get_count(result, (size_t)(part->last.day - part->first.day) + 1);

	for (size_t i = 0; i < count && wire_ok(result); i++) {
		struct turn turn = {.rule = rule};

		turn.on.day = (int32_t)wire_get_integer(result, part->first.day, part->last.day);
		turn.light = light_of_level(wire_get_integer(result, LEVEL_GREEN, LEVEL_RED));
		turn.sentence = wire_get_text(result, asking->pool, SENTENCE_LARGEST);
		add_turn(asking, turn);
	}
	if (part->last.day < asking->end.day && (next == NULL || next->first.day > part->last.day + 1))
		add_turn(asking, (struct turn){.on = next_day(part->last), .rule = rule, .light = LIGHT_GREEN});
}

static bool ask_host(struct asking *asking, const struct rule *rule, const struct span *parts, size_t count,
    struct wire *ret_result, struct error *error)
{
	struct host_asker asker = asks_of_view(asking->view);
	struct buffer request;
	bool ok;

	buffer_init(&request, REQUEST_LARGEST);
	wire_put_count(&request, count);
	for (size_t i = 0; i < count; i++) {
		state_put(&request, parts[i].state);
		wire_put_integer(&request, parts[i].first.day);
		wire_put_integer(&request, parts[i].last.day);
	}
	ok = hosts_call(asking->view->engine->hosts, asking->place, asking->view->set, HOST_CALL_RULE, rule->plugin,
	    rule->declaration->check, asking->today, &request, &asker, asking->pool, ret_result, error);
	buffer_clear(&request);
	return ok;
}

/* It does not answer: what it said stands, and says that it is old. */
static void keep_stale(struct asking *asking, size_t rule, const struct finding *findings, size_t finding_count)
{
	struct turn turn = {.rule = rule, .on = asking->states[0]->on, .light = LIGHT_UNKNOWN, .stale = true};

	for (size_t i = 0; i < finding_count; i++)
		if (strcmp(findings[i].rule, asking->rules[rule]->declaration->name) == 0)
			turn.light = findings[i].light;
	add_turn(asking, turn);
}

/* The parts from one day to another. */
static size_t clip_parts(
    const struct span *parts, size_t count, struct date first, struct date last, struct span *clipped)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct span part = parts[i];

		if (part.first.day < first.day)
			part.first = first;
		if (part.last.day > last.day)
			part.last = last;
		if (part.first.day <= part.last.day)
			clipped[n++] = part;
	}
	return n;
}

/* From a day on, as the neighbours are on it. */
static bool ask_window(struct asking *asking, size_t at, const struct span *parts, size_t count, struct date day,
    struct date end, struct error *error)
{
	struct span *clipped = pool_alloc_array(asking->pool, count, sizeof(*clipped));
	size_t n = clip_parts(parts, count, day, end, clipped);
	struct moment before = asking->view->moment;
	struct wire result;
	bool ok;

	if (n == 0 || clipped[0].first.day > day.day)
		add_turn(asking, (struct turn){.on = day, .rule = at, .light = LIGHT_GREEN});
	if (n == 0)
		return true;
	set_moment(asking->view, day, asking->today);
	ok = ask_host(asking, asking->rules[at], clipped, n, &result, error);
	asking->view->moment = before;
	if (!ok)
		return false;
	ok = wire_get_count(&result, n) == n;
	for (size_t i = 0; ok && i < n && wire_ok(&result); i++)
		read_part(asking, at, &clipped[i], i + 1 < n ? &clipped[i + 1] : NULL, &result);
	return (ok && wire_end(&result)) || error_set(error, ERROR_PLUGIN_FAULT, "", "答案不成样子");
}

static void forget_turns(struct asking *asking, size_t first, struct date from)
{
	size_t kept = first;

	for (size_t i = first; i < asking->turn_count; i++)
		if (asking->turns[i].on.day < from.day)
			asking->turns[kept++] = asking->turns[i];
	asking->turn_count = kept;
}

/* Most rules read nothing but their record, and are asked once; others once more from each day on which a neighbour is another. */
static bool ask_windows(
    struct asking *asking, size_t at, const struct span *parts, size_t count, struct reads *reads, struct error *error)
{
	struct date day = asking->states[0]->on, next;
	size_t turns = asking->turn_count;

	for (;;) {
		struct date end = asking->end;

		if (!reads_next_day(reads, day, &next, error))
			return false;
		if (!date_is_none(next))
			end.day = next.day - 1;
		if (!ask_window(asking, at, parts, count, day, end, error) || !reads_next_day(reads, day, &next, error))
			return false;
		if (date_is_none(next))
			return true;
		forget_turns(asking, turns, next);
		day = next;
	}
}

static bool ask_rule(
    struct asking *asking, size_t at, const struct finding *before, size_t before_count, struct error *error)
{
	size_t turns = asking->turn_count, count;
	struct error fault = {0};
	struct reads *reads;
	struct span *parts;
	bool ok;

	if (!find_parts(asking, asking->rules[at], &parts, &count, error))
		return false;
	reads = reads_begin(asking->view, asking->today, asking->pool);
	ok = ask_windows(asking, at, parts, count, reads, &fault);
	reads_end(reads);
	if (ok)
		return true;
	if (fault.code != ERROR_PLUGIN_FAULT && fault.code != ERROR_BUDGET) {
		*error = fault;
		return false;
	}
	asking->turn_count = turns;
	keep_stale(asking, at, before, before_count);
	return true;
}

/* ---- what it comes to ---- */

static int compare_turns(const void *left, const void *right)
{
	const struct turn *a = left, *b = right;

	if (a->on.day != b->on.day)
		return a->on.day < b->on.day ? -1 : 1;
	return (a->rule > b->rule) - (a->rule < b->rule);
}

struct telling {
	struct asking *asking;
	struct finding *findings; /* one a rule of the kind, green ones too */
	const char **sentences;
	size_t turn; /* the next */
	struct waiver *waivers;
	size_t waiver_count;
	struct lit *days;
	size_t day_count;
	struct coming *coming;
	size_t coming_count;
	struct date due;
	const char *outlook;
	enum light last; /* light of the day before */
};

static struct date next_turn(const struct telling *telling)
{
	return telling->turn < telling->asking->turn_count ? telling->asking->turns[telling->turn].on : DATE_LAST;
}

static void take_turns(struct telling *telling, struct date day)
{
	const struct asking *asking = telling->asking;

	for (; telling->turn < asking->turn_count && asking->turns[telling->turn].on.day == day.day; telling->turn++) {
		const struct turn *turn = &asking->turns[telling->turn];
		struct finding *finding = &telling->findings[turn->rule];

		if (day.day <= asking->today.day)
			telling->sentences[turn->rule] = turn->sentence;
		if (finding->light == turn->light && finding->stale == turn->stale)
			continue;
		if (finding->light != turn->light)
			finding->since = day;
		finding->light = turn->light;
		finding->stale = turn->stale;
		if (day.day > asking->today.day)
			telling->coming[telling->coming_count++] = (struct coming){
			    .on = day, .rule = finding->rule, .light = turn->light, .sentence = turn->sentence};
	}
}

static const char *findings_text(struct telling *telling)
{
	return findings_write(telling->findings, telling->asking->rule_count, telling->asking->pool);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void tell_day(struct telling *telling, struct date day, bool of_state)
{
	struct asking *asking = telling->asking;
	const struct lit *last = telling->day_count > 0 ? &telling->days[telling->day_count - 1] : NULL;
	struct lit lit = {.on = day, .findings = findings_text(telling)};
	char text[DATE_TEXT_SIZE];

	lit.light = findings_light(telling->findings, asking->rule_count, telling->waivers, telling->waiver_count, day);
	if (day.day <= asking->today.day) {
		if (of_state || last == NULL || last->light != lit.light || !same_text(last->findings, lit.findings))
			telling->days[telling->day_count++] = lit;
	} else {
		if (telling->due.day > day.day)
			telling->due = day;
		if (lit.light != telling->last)
			telling->outlook = pool_format(asking->pool, "%s%s%s=%s", telling->outlook,
			    *telling->outlook != '\0' ? " " : "", date_format(day, text), light_name(lit.light));
	}
	telling->last = lit.light;
}

/* The next day behind "day" on which a waiver has run out. */
static struct date next_end(const struct telling *telling, struct date day)
{
	struct date next = DATE_LAST;

	for (size_t i = 0; i < telling->waiver_count; i++) {
		struct date end = next_day(telling->waivers[i].until);

		if (end.day > day.day && end.day < next.day)
			next = end;
	}
	return next;
}

/* A waiver that is over lets its finding count again. */
static void tell_ends(struct telling *telling, struct date day)
{
	struct asking *asking = telling->asking;

	if (day.day <= asking->today.day)
		return;
	for (size_t i = 0; i < telling->waiver_count; i++)
		for (size_t j = 0; j < asking->rule_count && next_day(telling->waivers[i].until).day == day.day; j++)
			if (strcmp(telling->findings[j].rule, telling->waivers[i].rule) == 0 &&
			    telling->findings[j].light != LIGHT_GREEN)
				telling->coming[telling->coming_count++] = (struct coming){.on = day,
				    .rule = telling->findings[j].rule,
				    .light = telling->findings[j].light,
				    .sentence = "豁免到期"};
}

static void tell_state(struct telling *telling, size_t at)
{
	struct asking *asking = telling->asking;
	const struct state *state = asking->states[at];
	const struct value *waivers = &state->values[asking->kind->waivers];
	struct date last = last_day_of(asking, at), day = state->on;

	telling->waiver_count =
	    waivers_read(waivers->type == VALUE_TEXT ? waivers->text : NULL, asking->pool, &telling->waivers);
	for (bool of_state = true; day.day <= last.day; of_state = false) {
		struct date turn, end = next_end(telling, day);

		take_turns(telling, day);
		tell_ends(telling, day);
		if (state->exists)
			tell_day(telling, day, of_state);
		turn = next_turn(telling);
		day = turn.day < end.day ? turn : end;
	}
}

static void begin_findings(struct telling *telling, const struct finding *before, size_t before_count)
{
	struct asking *asking = telling->asking;

	telling->findings = pool_alloc_array(asking->pool, asking->rule_count, sizeof(*telling->findings));
	telling->sentences = pool_alloc_array(asking->pool, asking->rule_count, sizeof(const char *));
	for (size_t i = 0; i < asking->rule_count; i++) {
		telling->findings[i] =
		    (struct finding){.rule = asking->rules[i]->declaration->name, .since = asking->states[0]->on};
		telling->sentences[i] = NULL;
		for (size_t j = 0; j < before_count; j++)
			if (strcmp(before[j].rule, telling->findings[i].rule) == 0)
				telling->findings[i] = before[j];
	}
}

static void tell(struct asking *asking, const struct finding *before, size_t before_count, struct lights *ret_lights)
{
	struct telling telling = {.asking = asking, .due = {asking->today.day + LIGHTS_FRESH_DAYS}, .outlook = ""};
	size_t most = asking->turn_count + asking->count;
	const char **sentences;

	qsort(asking->turns, asking->turn_count, sizeof(*asking->turns), compare_turns);
	begin_findings(&telling, before, before_count);
	for (size_t i = 0; i < asking->count; i++) {
		const struct value *waivers = &asking->states[i]->values[asking->kind->waivers];

		if (waivers->type == VALUE_TEXT)
			most += waivers_read(waivers->text, asking->pool, &telling.waivers);
	}
	telling.days = pool_alloc_array(asking->pool, most, sizeof(*telling.days));
	telling.coming = pool_alloc_array(asking->pool, most + 1, sizeof(*telling.coming));
	for (size_t i = 0; i < asking->count; i++)
		tell_state(&telling, i);
	sentences = telling.sentences;
	*ret_lights = (struct lights){.days = telling.days,
	    .day_count = telling.day_count,
	    .due = telling.due,
	    .outlook = telling.outlook,
	    .coming = telling.coming,
	    .coming_count = telling.coming_count,
	    .sentences = sentences};
}

static void find_rules(struct asking *asking)
{
	const struct schema *schema = asking->view->set->schema;

	asking->rules = pool_alloc_array(asking->pool, schema->rule_count + 1, sizeof(const struct rule *));
	for (size_t i = 0; i < schema->rule_count; i++)
		if (&schema->kinds[schema->rules[i].kind] == asking->kind)
			asking->rules[asking->rule_count++] = &schema->rules[i];
}

bool lights_ask(struct view *view, enum host_place place, const struct kind *kind, struct date today,
    struct state *const *states, size_t count, const struct state *before, struct pool *pool, struct lights *ret_lights,
    struct error *error)
{
	struct asking asking = {.view = view,
	    .place = place,
	    .kind = kind,
	    .today = today,
	    .end = {today.day + LIGHTS_HORIZON_DAYS},
	    .states = states,
	    .count = count,
	    .pool = pool};
	const struct value *text = before != NULL && before->exists ? &before->values[kind->findings] : NULL;
	struct finding *findings = NULL;
	size_t finding_count = 0;

	*ret_lights = (struct lights){.due = DATE_NONE, .outlook = ""};
	if (count == 0)
		return true;
	if (text != NULL && text->type == VALUE_TEXT)
		finding_count = findings_read(text->text, pool, &findings);
	find_rules(&asking);
	find_spans(&asking);
	for (size_t i = 0; i < asking.rule_count; i++)
		if (!ask_rule(&asking, i, findings, finding_count, error))
			return false;
	tell(&asking, findings, finding_count, ret_lights);
	return true;
}

enum light lights_on(const char *outlook, struct date day, enum light fallback)
{
	enum light light = fallback;

	while (*outlook != '\0') {
		size_t length = strcspn(outlook, " ");
		char text[DATE_TEXT_SIZE] = "", name[16] = "";
		struct date on;
		struct error ignored;

		if (length < 12 || length >= 11 + sizeof(name))
			return light;
		memcpy(text, outlook, 10);
		memcpy(name, outlook + 11, length - 11);
		if (!date_parse(text, "", &on, &ignored) || on.day > day.day)
			return light;
		light = light_of_name(name);
		outlook += length + (outlook[length] == ' ');
	}
	return light;
}
