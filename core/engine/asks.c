#include "engine/asks.h"

#include <inttypes.h>
#include <string.h>

enum { FILTER_LARGEST = 8192, PAGE_LARGEST = 500 };

static void put_state(struct view *view, struct buffer *out, const struct state *state)
{
	char id[RECORD_ID_SIZE];

	state_put(out, state);
	wire_put_text(out, schema_format_id(view->set->schema, state->record, id));
	if (view->on_read != NULL)
		view->on_read(view->on_read_argument, state->kind, state->record, state->version);
}

static bool answer_record(
    struct view *view, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	int64_t record = wire_get_integer(items, 1, INT64_MAX);
	const struct kind *kind = schema_kind_of(view->set->schema, record);
	struct state *state;

	if (!wire_ok(items))
		return false;
	state = kind != NULL ? store_load_referred(view->connection, kind, record, &view->moment, pool, error) : NULL;
	if (state == NULL && error->code != ERROR_NONE && error->code != ERROR_NOT_FOUND)
		return false;
	wire_put_boolean(out, state != NULL);
	if (state != NULL)
		put_state(view, out, state);
	return true;
}

/* The records that query finds, at most query->limit of them, in the pool. */
static bool find_records(struct view *view, struct query *query, struct pool *pool, int64_t **ret_records,
    size_t *ret_count, struct error *error)
{
	struct compiled_query list;
	int64_t *records = pool_alloc_array(pool, (size_t)query->limit, sizeof(*records));
	struct rows *rows;
	enum rows_step step;
	size_t found = 0;

	if (!query_compile_list(query, view->set->schema, pool, &list, error))
		return false;
	rows = store_select(view->connection, &list, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW)
		records[found++] = rows_value(rows, 0).number;
	rows_free(rows);
	*ret_records = records;
	*ret_count = found;
	return step != ROWS_ERROR;
}

/* The states are loaded one by one, since a function wants all of each. */
static bool put_records(struct view *view, const struct kind *kind, const int64_t *records, size_t count, int64_t total,
    struct pool *pool, struct buffer *out, struct error *error)
{
	view_note_listed(view, kind);
	wire_put_integer(out, total);
	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++) {
		struct state *state = view->moment.present
		    ? store_load_current(view->connection, kind, records[i], pool, error)
		    : store_load_state(
			  view->connection, kind, records[i], view->moment.as_of, view->moment.known_seq, pool, error);

		if (state == NULL)
			return error->code != ERROR_NONE ? false
							 : error_set(error, ERROR_INTERNAL, "", "一条记录刚才还在");
		put_state(view, out, state);
	}
	return true;
}

static bool count_records(
    struct view *view, struct query *query, struct pool *pool, int64_t *ret_total, struct error *error)
{
	struct compiled_query count;
	struct value total = value_empty();

	if (!query_compile_count(query, view->set->schema, pool, &count, error) ||
	    !view_run_one(view, &count, &total, 1, error))
		return false;
	*ret_total = total.number;
	return true;
}

static bool put_list(struct view *view, struct query *query, struct pool *pool, struct buffer *out, struct error *error)
{
	int64_t *records, total;
	size_t found;

	return count_records(view, query, pool, &total, error) &&
	    find_records(view, query, pool, &records, &found, error) &&
	    put_records(view, query->kind, records, found, total, pool, out, error);
}

/* ---- lists of many pages ---- */

static bool is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool is_walked(const struct walk *walk, const struct kind *kind, const char *filter, const char *sort)
{
	return walk->pool != NULL && walk->kind == kind && is_same(walk->filter, filter) && is_same(walk->sort, sort);
}

static bool put_page(
    struct view *view, const struct query *query, struct pool *pool, struct buffer *out, struct error *error)
{
	const struct walk *walk = &view->walk;
	size_t from = (size_t)query->offset < walk->count ? (size_t)query->offset : walk->count;
	size_t left = walk->count - from, count = (size_t)query->limit < left ? (size_t)query->limit : left;

	return put_records(view, query->kind, walk->records + from, count, (int64_t)walk->count, pool, out, error);
}

/* The first page: where others follow, and nothing can change before they are asked for, all records are found now. */
static bool put_first_page(struct view *view, struct query *query, const char *filter, const char *sort,
    struct pool *pool, struct buffer *out, struct error *error)
{
	struct walk *walk = &view->walk;
	int64_t total, page = query->limit, *records;
	size_t found;

	if (!count_records(view, query, pool, &total, error))
		return false;
	if (total <= page)
		return find_records(view, query, pool, &records, &found, error) &&
		    put_records(view, query->kind, records, found, total, pool, out, error);
	if (walk->pool == NULL)
		walk->pool = pool_new();
	pool_reset(walk->pool);
	*walk = (struct walk){.pool = walk->pool};
	query->limit = total;
	if (!find_records(view, query, walk->pool, &records, &walk->count, error))
		return false;
	query->limit = page;
	walk->records = records;
	walk->kind = query->kind;
	walk->filter = pool_copy_text(walk->pool, filter);
	walk->sort = pool_copy_text(walk->pool, sort);
	return put_page(view, query, pool, out, error);
}

static bool answer_list(
    struct view *view, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	const char *kind_name = wire_get_name(items, pool, NAME_LARGEST * 4);
	const char *filter = wire_get_text(items, pool, FILTER_LARGEST);
	const char *sort = wire_get_text(items, pool, FILTER_LARGEST);
	struct query query = {.moment = view->moment};

	query.limit = wire_get_integer(items, 0, PAGE_LARGEST);
	query.offset = wire_get_integer(items, 0, INT32_MAX);
	if (!wire_ok(items))
		return false;
	query.kind = view_kind(view, kind_name, error);
	if (query.kind == NULL)
		return false;
	if (query.offset > 0 && is_walked(&view->walk, query.kind, filter, sort))
		return put_page(view, &query, pool, out, error);
	if (!view_parse_filter(view, query.kind, filter, pool, &query.filter, error))
		return false;
	if (sort != NULL &&
	    !query_parse_sort(query.kind, sort, view->set->schema, pool, &query.sort, &query.sort_count, error))
		return false;
	if (query.offset == 0 && query.limit == PAGE_LARGEST && !view->moment.present)
		return put_first_page(view, &query, filter, sort, pool, out, error);
	return put_list(view, &query, pool, out, error);
}

/* Records of kind that refer to record through any of its fields, and pass filter. */
static bool answer_referring(
    struct view *view, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	int64_t record = wire_get_integer(items, 1, INT64_MAX);
	const char *kind_name = wire_get_name(items, pool, NAME_LARGEST * 4);
	const char *filter = wire_get_text(items, pool, FILTER_LARGEST);
	const struct kind *target = schema_kind_of(view->set->schema, record);
	struct query query = {.moment = view->moment, .limit = PAGE_LARGEST};
	struct buffer text;
	char id[RECORD_ID_SIZE];
	bool ok;

	if (!wire_ok(items))
		return false;
	query.kind = view_kind(view, kind_name, error);
	if (query.kind == NULL || target == NULL)
		return error->code != ERROR_NONE ? false : error_set(error, ERROR_NOT_FOUND, "", "没有这条记录");
	buffer_init(&text, FILTER_LARGEST * 2);
	schema_format_id(view->set->schema, record, id);
	for (size_t i = 0; i < query.kind->field_count; i++) {
		const struct field *field = &query.kind->fields[i];

		if (!field->hidden && field->type == VALUE_REF && strcmp(field->ref, target->name) == 0)
			buffer_format(&text, "%s%s=%s", text.length > 0 ? " or " : "", field->name, id);
	}
	if (text.length == 0) {
		buffer_clear(&text);
		return error_set(error, ERROR_INVALID, "", "%s没有指向%s的字段", query.kind->title, target->title);
	}
	ok = view_parse_filter(view, query.kind, buffer_text(&text), pool, &query.filter, error);
	buffer_clear(&text);
	if (ok && filter != NULL) {
		const struct filter *more;

		ok = view_parse_filter(view, query.kind, filter, pool, &more, error);
		query.filter = filter_and(pool, query.filter, more);
	}
	return ok && put_list(view, &query, pool, out, error);
}

static bool answer_count(
    struct view *view, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	struct count_request request = {0};
	struct count count;

	request.kind = wire_get_name(items, pool, NAME_LARGEST * 4);
	request.filter = wire_get_text(items, pool, FILTER_LARGEST);
	request.by = wire_get_text(items, pool, FILTER_LARGEST);
	request.sum = wire_get_text(items, pool, FILTER_LARGEST);
	if (!wire_ok(items) || !view_count(view, &request, pool, &count, error))
		return false;
	wire_put_integer(out, count.all.count);
	for (size_t i = 0; i < count.sum_count; i++)
		value_put(out, count.all.sums[i]);
	wire_put_count(out, count.by_count > 0 ? count.group_count : 0);
	for (size_t i = 0; count.by_count > 0 && i < count.group_count; i++) {
		for (size_t j = 0; j < count.by_count; j++) {
			struct value by = count.groups[i].by[j];

			/* references group by their titles: a function has no use for keys */
			value_put(out, by.type == VALUE_REF ? value_of_text(count.groups[i].by_titles[j]) : by);
		}
		wire_put_integer(out, count.groups[i].count);
		for (size_t j = 0; j < count.sum_count; j++)
			value_put(out, count.groups[i].sums[j]);
	}
	return true;
}

static bool answer_figure(
    struct view *view, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	const char *name = wire_get_name(items, pool, NAME_LARGEST * 4);
	const char *period = wire_get_text(items, pool, 64);
	const char *const names[] = {name};
	struct view inner = *view;
	struct figured *figures;
	size_t count;

	if (!wire_ok(items))
		return false;
	if (period != NULL) {
		if (!period_parse(period, view->facts.today, &inner.facts.period, error))
			return false;
		inner.facts.has_period = true;
	}
	if (!view_figures(&inner, names, 1, pool, &figures, &count, error))
		return false;
	wire_put_text(out, figures[0].declaration->name);
	wire_put_text(out, figures[0].declaration->title);
	wire_put_text(out, figures[0].declaration->unit);
	wire_put_integer(out, figures[0].numerator);
	wire_put_integer(out, figures[0].denominator);
	wire_put_boolean(out, figures[0].has_denominator);
	wire_put_text(out, figures[0].text);
	wire_put_text(out, figures[0].declaration->basis);
	wire_put_integer(out, figures[0].declaration->version);
	wire_put_integer(out, figures[0].has_period ? figures[0].period.start.day : INT32_MIN);
	wire_put_integer(out, figures[0].has_period ? figures[0].period.end.day : INT32_MIN);
	wire_put_count(out, figures[0].stated_count);
	for (size_t i = 0; i < figures[0].stated_count; i++) {
		wire_put_text(out, figures[0].stated[i].value);
		wire_put_text(out, figures[0].stated[i].source);
	}
	return true;
}

static bool answer_facts(struct view *view, struct buffer *out)
{
	wire_put_integer(out, view->facts.as_of.day);
	wire_put_integer(out, view->facts.known.day);
	wire_put_integer(out, view->facts.seq);
	wire_put_text(out, view->facts.plugins);
	wire_put_integer(out, view->facts.today.day);
	wire_put_integer(out, view->facts.has_period ? view->facts.period.start.day : INT32_MIN);
	wire_put_integer(out, view->facts.has_period ? view->facts.period.end.day : INT32_MIN);
	return true;
}

bool asks_answer(
    void *argument, enum host_ask ask, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	struct view *view = argument;

	switch (ask) {
	case HOST_ASK_RECORD:
		return answer_record(view, items, pool, out, error);
	case HOST_ASK_LIST:
		return answer_list(view, items, pool, out, error);
	case HOST_ASK_REFERRING:
		return answer_referring(view, items, pool, out, error);
	case HOST_ASK_COUNT:
		return answer_count(view, items, pool, out, error);
	case HOST_ASK_FIGURE:
		return answer_figure(view, items, pool, out, error);
	case HOST_ASK_FACTS:
		return answer_facts(view, out);
	case HOST_ASK_TEST:
		break;
	}
	return error_set(error, ERROR_REFUSED, "", "这里不能这样问");
}

struct host_asker asks_of_view(struct view *view)
{
	return (struct host_asker){.answer = asks_answer, .argument = view, .schema = view->set->schema};
}
