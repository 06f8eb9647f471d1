#include "engine/viewing.h"

#include "base/clock.h"
#include "base/number.h"
#include <inttypes.h>
#include <string.h>

enum { SNAPSHOT_SECONDS = 5 };

static bool resolve_for_filter(void *argument, const struct kind *kind, const char *text, int64_t *ret_records,
    size_t limit, size_t *ret_count, struct error *error)
{
	struct view *view = argument;

	view->resolver.moment = &view->moment;
	return resolve_records(&view->resolver, kind, text, ret_records, limit, ret_count, error);
}

struct filter_context view_filter_context(struct view *view)
{
	if (!view->me_known) {
		view->resolver.moment = &view->moment;
		view->me = resolve_me(&view->resolver);
		view->me_known = true;
	}
	return (struct filter_context){.schema = view->set->schema,
	    .as_of = view->moment.as_of,
	    .has_period = view->facts.has_period,
	    .period = view->facts.period,
	    .me = view->me,
	    .resolve = resolve_for_filter,
	    .argument = view};
}

bool view_parse_filter(struct view *view, const struct kind *kind, const char *text, struct pool *pool,
    const struct filter **ret_filter, struct error *error)
{
	struct filter_context context = view_filter_context(view);

	*ret_filter = NULL;
	if (text == NULL || text[0] == '\0')
		return true;
	*ret_filter = filter_parse(kind, text, &context, pool, error);
	if (view->me == 0 && strstr(text, "@me") != NULL)
		view_warn(view, "不知道 @me 是谁，什么也对不上；请管理员在配置里给您写上 person=姓名");
	return *ret_filter != NULL;
}

void view_warn(struct view *view, const char *warning)
{
	struct view_facts *facts = &view->facts;

	for (size_t i = 0; i < facts->warning_count; i++)
		if (strcmp(facts->warnings[i], warning) == 0)
			return;
	if (facts->warning_count < sizeof(facts->warnings) / sizeof(facts->warnings[0]))
		facts->warnings[facts->warning_count++] = warning;
}

void view_note_listed(struct view *view, const struct kind *kind)
{
	if (view->on_read != NULL)
		view->on_read(view->on_read_argument, kind, 0, 0);
}

static struct view *new_view(
    struct engine *engine, struct plugin_set *set, struct store_connection *connection, const struct caller *caller)
{
	struct pool *pool = pool_new();
	struct view *view = pool_alloc(pool, sizeof(*view));

	view->pool = pool;
	view->engine = engine;
	view->set = set;
	view->connection = connection;
	view->caller = *caller;
	memcpy(view->plugins, set->schema->set_hash, 12);
	view->facts.plugins = view->plugins;
	store_set_calendar(connection, set->schema->calendar);
	return view;
}

static void settle(struct view *view, const struct head *head)
{
	static const char digits[] = "0123456789abcdef";

	view->facts.present = view->moment.present;
	view->facts.as_of = view->moment.as_of;
	view->facts.forecast = view->moment.as_of.day > view->facts.today.day;
	for (size_t i = 0; i < sizeof(head->hash); i++) {
		view->facts.head_hash[2 * i] = digits[head->hash[i] >> 4];
		view->facts.head_hash[2 * i + 1] = digits[head->hash[i] & 15];
	}
	view->resolver = (struct resolver){.connection = view->connection,
	    .schema = view->set->schema,
	    .today = view->facts.today,
	    .person = view->caller.person,
	    .pool = view->pool};
}

struct view *view_borrow(struct engine *engine, struct plugin_set *set, struct store_connection *connection,
    const struct head *head, const struct moment *moment, const struct caller *caller)
{
	struct view *view = new_view(engine, set, connection, caller);

	view->borrowed = true;
	view->facts.today = engine_today(head);
	view->moment = *moment;
	view->facts.seq = moment->known_seq < head->seq ? moment->known_seq : head->seq;
	view->facts.known = DATE_NONE;
	settle(view, head);
	return view;
}

/* --known D, --known-seq N: how far was known. */
static bool read_known(struct view *view, const struct view_request *request, const struct head *head,
    struct date *ret_known_day, struct error *error)
{
	int64_t recorded_us;

	*ret_known_day = DATE_NONE;
	view->moment.known_seq = SEQ_FOR_EVER;
	view->facts.seq = head->seq;
	view->facts.known = DATE_NONE;
	if (request->known_seq != 0) {
		if (request->known_seq < 0 || request->known_seq > head->seq) {
			error_set(error, ERROR_INVALID, "known_seq", "还没有 #%" PRId64 "，现在记到 #%" PRId64,
			    request->known_seq, head->seq);
			return false;
		}
		if (!store_recorded_at(view->connection, request->known_seq, &recorded_us, error))
			return false;
		*ret_known_day = clock_day_of(recorded_us);
		view->moment.known_seq = view->facts.seq = request->known_seq;
	} else if (request->known_nothing) { /* what an empty store showed with its #0 */
		view->moment.known_seq = view->facts.seq = 0;
	} else if (request->known != NULL) {
		struct date today = engine_today(head);

		if (!date_parse_relative(
			request->known, "known", today, view->set->schema->calendar, ret_known_day, error) ||
		    !store_seq_before(view->connection, clock_day_start((struct date){ret_known_day->day + 1}),
			&view->facts.seq, error))
			return false;
		view->moment.known_seq = view->facts.seq;
		view->facts.known = *ret_known_day;
		view->facts.day_not_over = ret_known_day->day >= today.day;
	}
	return true;
}

/* SEMANTICS 16 and 20: which day is asked about. */
static bool read_moment(
    struct view *view, const struct view_request *request, const struct head *head, struct error *error)
{
	struct date today = engine_today(head), known_day;

	if (request->min_seq > head->seq)
		return error_set(error, ERROR_BUSY, "min_seq", "还没有记到 #%" PRId64, request->min_seq);
	if (!read_known(view, request, head, &known_day, error))
		return false;
	/* what is asked as known at an event is answered as on its day, or a later day would answer differently */
	view->facts.today = request->known_seq != 0 ? known_day : today;
	view->moment.as_of = date_is_none(known_day) ? today : known_day;
	if (request->as_of != NULL &&
	    !date_parse_relative(
		request->as_of, "as_of", view->facts.today, view->set->schema->calendar, &view->moment.as_of, error))
		return false;
	if (request->period != NULL) {
		if (!period_parse(request->period, view->moment.as_of, &view->facts.period, error))
			return false;
		view->facts.has_period = true;
		if (request->as_of == NULL && view->facts.period.end.day < view->moment.as_of.day)
			view->moment.as_of = view->facts.period.end;
	}
	view->moment.present = view->moment.known_seq == SEQ_FOR_EVER && view->moment.as_of.day == today.day;
	return true;
}

/* Where something else changed as well, the head as known then. */
static bool read_known_hash(struct view *view, struct head *head, struct error *error)
{
	const struct event *event;

	if (view->facts.seq == head->seq)
		return true;
	memset(head->hash, 0, sizeof(head->hash));
	if (view->facts.seq == 0)
		return true;
	event = store_load_event(view->connection, view->facts.seq, view->pool, error);
	if (event == NULL)
		return false;
	memcpy(head->hash, event->hash, sizeof(head->hash));
	return true;
}

struct view *view_open(struct engine *engine, const struct view_request *request, struct error *error)
{
	struct store_connection *connection = engine_take_reader(engine, error);
	struct head head;
	struct view *view;

	if (connection == NULL)
		return NULL;
	if (!store_snapshot_begin(connection, error)) {
		engine_return_reader(engine, connection);
		return NULL;
	}
	store_set_deadline(connection, clock_monotonic_us() + SNAPSHOT_SECONDS * INT64_C(1000000));
	view = new_view(engine, engine_hold_set(engine), connection, &request->caller);
	if (!store_read_head(connection, &head, error) || !read_moment(view, request, &head, error) ||
	    !read_known_hash(view, &head, error)) {
		view_close(view);
		return NULL;
	}
	settle(view, &head);
	return view;
}

void view_close(struct view *view)
{
	if (view == NULL)
		return;
	if (!view->borrowed) {
		store_set_deadline(view->connection, 0);
		store_snapshot_end(view->connection);
		engine_return_reader(view->engine, view->connection);
		plugin_set_release(view->set);
	}
	pool_free(view->walk.pool);
	pool_free(view->pool);
}

struct view_facts view_facts(const struct view *view)
{
	return view->facts;
}

const struct schema *view_schema(const struct view *view)
{
	return view->set->schema;
}

const struct kind *view_kind(struct view *view, const char *name, struct error *error)
{
	return resolve_kind(&view->resolver, name, error);
}

bool view_find_record(struct view *view, const struct kind *kind, const char *text, struct pool *pool,
    int64_t *ret_record, const struct candidate **ret_candidates, size_t *ret_count, struct error *error)
{
	struct resolver resolver = view->resolver;
	bool found;

	resolver.pool = pool;
	resolver.moment = &view->moment;
	found = resolve_record(&resolver, kind, text, "id", ret_record, error);
	if (ret_candidates != NULL) {
		*ret_candidates = resolver.candidates;
		*ret_count = resolver.candidate_count;
	}
	return found;
}

/* ---- what values look like ---- */

const char *view_show_field(struct view *view, const struct field *field, struct value value, struct pool *pool)
{
	const struct kind *kind;
	const char *title = NULL;
	struct error ignored = {0};

	if (value.type == VALUE_EMPTY)
		return "";
	if (field->type != VALUE_REF)
		return field_format(field, value, pool);
	kind = schema_kind_of(view->set->schema, value.number);
	if (kind == NULL || !store_title(view->connection, kind, value.number, &view->moment, pool, &title, &ignored) ||
	    title == NULL)
		return resolve_id(&view->resolver, value.number);
	return title;
}

static const char *show_number(struct value value, struct pool *pool)
{
	char number[NUMBER_TEXT_SIZE], day[DATE_TEXT_SIZE];

	switch (value.type) {
	case VALUE_DATE:
		return pool_copy_text(pool, date_format((struct date){(int32_t)value.number}, day));
	case VALUE_MONEY:
		return pool_copy_text(pool, money_format(value.number, number));
	case VALUE_DECIMAL:
		return pool_copy_text(pool, decimal_format(value.number, number));
	case VALUE_PERCENT:
		return pool_copy_text(pool, percent_format(value.number, number));
	default:
		return pool_format(pool, "%" PRId64, value.number);
	}
}

const char *view_show(
    struct view *view, const struct path *path, struct value value, const char *ref_title, struct pool *pool)
{
	int stage;

	if (value.type == VALUE_EMPTY)
		return "";
	if (ref_title != NULL)
		return ref_title;
	if (path->builtin == PATH_FIELD)
		return view_show_field(view, path->field, value, pool);
	if (path->builtin == PATH_STAGE && value.text != NULL) {
		stage = path->last_kind->flow != NULL ? flow_find(path->last_kind->flow, value.text) : -1;
		return stage >= 0 ? path->last_kind->flow->stages[stage].title : value.text;
	}
	if (path->builtin == PATH_ID)
		return resolve_id(&view->resolver, value.number);
	return value_is_text(value.type) ? value.text : show_number(value, pool);
}

static struct value stage_value(const struct state *state)
{
	if (!state->exists || state->stage < 0)
		return value_empty();
	return (struct value){.type = VALUE_ENUM, .text = state->kind->flow->stages[state->stage].name};
}

static const char *stage_title(const struct state *state)
{
	return state->exists && state->stage >= 0 ? state->kind->flow->stages[state->stage].title : "";
}

static struct value title_value(const struct state *state)
{
	return state->exists && state->title != NULL ? value_of_text(state->title) : value_empty();
}

static struct value field_value(const struct state *state, size_t position)
{
	return state->exists ? state->values[position] : value_empty();
}

const struct changed *view_changes(
    struct view *view, const struct state *from, const struct state *to, struct pool *pool, size_t *ret_count)
{
	const struct kind *kind = to->kind;
	struct changed *changes = pool_alloc_array(pool, kind->field_count + 2, sizeof(*changes));
	size_t count = 0;

	if (!value_equal(title_value(from), title_value(to)))
		changes[count++] = (struct changed){.name = "title",
		    .title = "名称",
		    .from = title_value(from),
		    .to = title_value(to),
		    .from_text = from->exists && from->title != NULL ? from->title : "",
		    .to_text = to->exists && to->title != NULL ? to->title : ""};
	if (!value_equal(stage_value(from), stage_value(to)))
		changes[count++] = (struct changed){.name = "stage",
		    .title = "阶段",
		    .from = stage_value(from),
		    .to = stage_value(to),
		    .from_text = stage_title(from),
		    .to_text = stage_title(to)};
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];

		if (!field_is_shown(field) || value_equal(field_value(from, i), field_value(to, i)))
			continue;
		changes[count++] = (struct changed){.name = field->name,
		    .title = field->title,
		    .field = field,
		    .from = field_value(from, i),
		    .to = field_value(to, i),
		    .from_text = view_show_field(view, field, field_value(from, i), pool),
		    .to_text = view_show_field(view, field, field_value(to, i), pool)};
	}
	*ret_count = count;
	return changes;
}

bool view_run_one(
    struct view *view, const struct compiled_query *query, struct value *ret_values, size_t count, struct error *error)
{
	struct rows *rows = store_select(view->connection, query, error);
	enum rows_step step;

	if (rows == NULL)
		return false;
	step = rows_next(rows, error);
	for (size_t i = 0; step == ROWS_ROW && i < count; i++)
		ret_values[i] = rows_value(rows, i);
	rows_free(rows);
	if (step == ROWS_END)
		return error_set(error, ERROR_INTERNAL, "", "没有答案");
	return step == ROWS_ROW;
}
