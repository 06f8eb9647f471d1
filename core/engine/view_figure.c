#include "engine/figure.h"

#include "base/number.h"
#include <inttypes.h>
#include <string.h>

enum { STATED_LARGEST = 50 };

/* ---- what is counted ---- */

/* The declaration's period: a date field or S_on that must lie inside. */
static bool period_filter(struct view *view, const struct figure_declaration *declaration, const struct kind *kind,
    struct pool *pool, const struct filter **ret_filter, struct error *error)
{
	char text[PERIOD_TEXT_SIZE];

	*ret_filter = NULL;
	if (declaration->period == NULL || !view->facts.has_period)
		return true;
	return view_parse_filter(view, kind,
	    pool_format(pool, "%s in %s", declaration->period, period_format(view->facts.period, text)), pool,
	    ret_filter, error);
}

bool figure_sides(struct view *view, const struct figure_declaration *declaration, struct pool *pool,
    struct figure_sides *ret_sides, struct error *error)
{
	struct figure_sides sides = {0};
	const struct filter *numerator, *denominator, *period;

	sides.kind = view_kind(view, declaration->of, error);
	if (sides.kind == NULL || !period_filter(view, declaration, sides.kind, pool, &period, error) ||
	    !view_parse_filter(view, sides.kind, declaration->numerator.where, pool, &numerator, error) ||
	    !view_parse_filter(view, sides.kind, declaration->denominator.where, pool, &denominator, error))
		return false;
	sides.by_period = period != NULL;
	sides.denominator = filter_and(pool, period, denominator);
	sides.numerator = filter_and(pool, sides.denominator, numerator);
	sides.terms = declaration->has_denominator ? sides.denominator : sides.numerator;
	*ret_sides = sides;
	return true;
}

/* count, or sum - minus, of what filter holds for. *ret_type says in what. */
static bool count_side(struct view *view, const struct kind *kind, const struct figure_side *side,
    const struct filter *filter, struct pool *pool, int64_t *ret_number, bool *ret_any, enum value_type *ret_type,
    struct error *error)
{
	struct query query = {.kind = kind, .filter = filter, .moment = view->moment, .limit = -1};
	struct value values[3] = {{VALUE_EMPTY, 0, NULL}, {VALUE_EMPTY, 0, NULL}, {VALUE_EMPTY, 0, NULL}};
	struct compiled_query compiled;
	const char *sums = side->sum == NULL ? NULL
	    : side->minus == NULL	     ? side->sum
					     : pool_format(pool, "%s,%s", side->sum, side->minus);

	if (sums != NULL &&
	    !query_parse_paths(kind, sums, "sum", view->set->schema, pool, &query.sum, &query.sum_count, error))
		return false;
	if (!query_compile_count(&query, view->set->schema, pool, &compiled, error) ||
	    !view_run_one(view, &compiled, values, query.sum_count + 1, error))
		return false;
	if (side->sum == NULL) {
		*ret_number = values[0].number;
		*ret_any = true;
		*ret_type = VALUE_INT;
		return true;
	}
	*ret_type = query.sum[0].type;
	*ret_any = values[1].type != VALUE_EMPTY;
	*ret_number = values[1].type != VALUE_EMPTY ? values[1].number : 0;
	if (side->minus != NULL && values[2].type != VALUE_EMPTY &&
	    !number_subtract(*ret_number, values[2].number, ret_number))
		return error_set(error, ERROR_TOO_LARGE, side->sum, "数太大，算不下");
	return true;
}

static const char *show_amount(int64_t number, enum value_type type, struct pool *pool)
{
	char text[NUMBER_TEXT_SIZE];

	switch (type) {
	case VALUE_MONEY:
		return pool_copy_text(pool, money_format(number, text));
	case VALUE_DECIMAL:
		return pool_copy_text(pool, decimal_format(number, text));
	case VALUE_PERCENT:
		return pool_copy_text(pool, percent_format(number, text));
	default:
		return pool_format(pool, "%" PRId64, number);
	}
}

static void describe_figure(const struct figure_declaration *declaration, struct figured *figured, struct pool *pool)
{
	char percent[NUMBER_TEXT_SIZE];
	const char *unit = declaration->unit;

	if (!figured->has_denominator) {
		bool bare = unit == NULL || strcmp(unit, "count") == 0 || strcmp(unit, "money") == 0 ||
		    strcmp(unit, "percent") == 0;

		figured->has_value = true;
		figured->value_millionths = figured->numerator;
		figured->text = show_amount(figured->numerator, figured->type, pool);
		if (!bare)
			figured->text = pool_format(pool, "%s %s", figured->text, unit);
		return;
	}
	if (figured->denominator == 0 ||
	    !fraction_to_millionths(figured->numerator, figured->denominator, &figured->value_millionths)) {
		figured->text = pool_format(pool, "%s/%s = -", show_amount(figured->numerator, figured->type, pool),
		    show_amount(figured->denominator, figured->type, pool));
		return;
	}
	figured->has_value = true;
	fraction_format_percent(figured->numerator, figured->denominator, 1, percent);
	figured->text = pool_format(pool, "%s/%s = %s", show_amount(figured->numerator, figured->type, pool),
	    show_amount(figured->denominator, figured->type, pool), percent);
}

/* ---- growth on the same period of the year before ---- */

static struct date year_before(struct date date)
{
	int year, month, day;
	struct date before = date;

	date_to_civil(date, &year, &month, &day);
	if (!date_from_civil(year - 1, month, day, &before)) /* 29 February */
		(void)!date_from_civil(year - 1, month, day - 1, &before);
	return before;
}

static bool count_base(struct view *view, const struct figure_declaration *declaration, struct pool *pool,
    struct figured *figured, struct error *error)
{
	struct view before = *view;
	struct figure_sides sides;
	enum value_type type;
	char percent[NUMBER_TEXT_SIZE];
	int64_t grown;
	bool any;

	before.moment.present = false;
	before.moment.as_of = before.facts.as_of = year_before(view->moment.as_of);
	if (view->facts.has_period)
		before.facts.period =
		    (struct period){year_before(view->facts.period.start), year_before(view->facts.period.end)};
	if (!figure_sides(&before, declaration, pool, &sides, error) ||
	    !count_side(&before, sides.kind, &declaration->numerator, sides.numerator, pool, &figured->base_numerator,
		&any, &type, error))
		return false;
	if (declaration->has_denominator &&
	    !count_side(&before, sides.kind, &declaration->denominator, sides.denominator, pool,
		&figured->base_denominator, &any, &type, error))
		return false;
	figured->has_base = figured->base_numerator > 0;
	if (!figured->has_base || declaration->has_denominator ||
	    !number_subtract(figured->numerator, figured->base_numerator, &grown))
		return true;
	figured->growth = pool_copy_text(pool, fraction_format_percent(grown, figured->base_numerator, 1, percent));
	return true;
}

/* ---- what people stated ---- */

/* The day that it was stated on: its record's beginning, as known. */
static bool read_day_stated(
    struct view *view, int64_t record, struct pool *pool, struct date *ret_on, struct error *error)
{
	const struct event *const *events;
	size_t count;

	if (!store_load_events(view->connection, schema_kind_of(view->set->schema, record), record,
		view->moment.known_seq, pool, &events, &count, error))
		return false;
	*ret_on = DATE_NONE;
	for (size_t i = 0; i < count; i++)
		if (events[i]->live && events[i]->action == EVENT_CREATE)
			*ret_on = events[i]->effective_on;
	return true;
}

static bool read_stated(struct view *view, const struct figure_declaration *declaration, struct pool *pool,
    struct figured *figured, struct error *error)
{
	struct list_request request = {
	    .kind = STATED_KIND, .columns = "value,source,starts_on,ends_on", .limit = STATED_LARGEST};
	struct stated *stated;
	struct view at = *view;
	struct list list;

	/* stated later about this moment counts as well: all that is known */
	at.moment.present = at.moment.known_seq == SEQ_FOR_EVER;
	at.moment.as_of = at.facts.today;
	request.filter = pool_format(pool, "figure=\"%s\"", declaration->name);
	if (!view_list(&at, &request, pool, &list, error))
		return false;
	stated = pool_alloc_array(pool, list.count, sizeof(*stated));
	for (size_t i = 0; i < list.count; i++) {
		const struct value *values = list.records[i].values;
		struct stated *one = &stated[figured->stated_count];
		struct error ignored = {0};
		bool same = values[2].type == VALUE_EMPTY ||
		    (figured->has_period && values[2].number == figured->period.start.day &&
			values[3].number == figured->period.end.day);

		if (!same)
			continue;
		*one = (struct stated){.value = values[0].text, .source = values[1].text, .id = list.records[i].id};
		if (!read_day_stated(view, list.records[i].record, pool, &one->on, error))
			return false;
		one->is_number = percent_parse(one->value, "value", &one->millionths, &ignored);
		figured->stated_count++;
	}
	figured->stated = stated;
	return true;
}

bool figure_count(struct view *view, const struct figure_declaration *declaration, struct pool *pool,
    struct figured *ret_figured, struct error *error)
{
	struct figured figured = {.declaration = declaration,
	    .period = view->facts.period,
	    .has_period = view->facts.has_period,
	    .as_of = view->moment.as_of,
	    .has_denominator = declaration->has_denominator,
	    .text = ""};
	struct figure_sides sides;
	enum value_type type = VALUE_INT;
	bool any;

	figured.until_today = view->facts.has_period && view->facts.period.end.day > view->facts.today.day &&
	    view->moment.as_of.day == view->facts.today.day;
	if (!figure_sides(view, declaration, pool, &sides, error) ||
	    !count_side(view, sides.kind, &declaration->numerator, sides.numerator, pool, &figured.numerator, &any,
		&figured.type, error))
		return false;
	if (declaration->has_denominator &&
	    !count_side(view, sides.kind, &declaration->denominator, sides.denominator, pool, &figured.denominator,
		&any, &type, error))
		return false;
	view_note_listed(view, sides.kind);
	describe_figure(declaration, &figured, pool);
	if (declaration->against != NULL && !count_base(view, declaration, pool, &figured, error))
		return false;
	*ret_figured = figured;
	return true;
}

bool figure_needs_period(const struct figure_declaration *declaration)
{
	const char *const wheres[] = {declaration->numerator.where, declaration->denominator.where};

	for (size_t i = 0; i < 2; i++)
		if (wheres[i] != NULL &&
		    (strstr(wheres[i], "@start") != NULL || strstr(wheres[i], "@end") != NULL ||
			strstr(wheres[i], "@period") != NULL))
			return true;
	return false;
}

/* A figure that speaks of a period and is asked without one means the half-year that the day is in. */
static void give_period(struct view *view, const struct figure_declaration *declaration)
{
	int year, month, day;

	if (view->facts.has_period || !figure_needs_period(declaration))
		return;
	date_to_civil(view->moment.as_of, &year, &month, &day);
	view->facts.has_period = date_from_civil(year, month <= 6 ? 1 : 7, 1, &view->facts.period.start) &&
	    date_from_civil(year, month <= 6 ? 6 : 12, month <= 6 ? 30 : 31, &view->facts.period.end);
}

bool view_figures(struct view *view, const char *const *names, size_t count, struct pool *pool,
    struct figured **ret_figures, size_t *ret_count, struct error *error)
{
	const struct schema *schema = view->set->schema;
	size_t most = count > 0 ? count : schema->figure_count;
	struct figured *figures = pool_alloc_array(pool, most, sizeof(*figures));

	for (size_t i = 0; i < most; i++) {
		const struct figure_declaration *declaration =
		    count > 0 ? resolve_figure(&view->resolver, names[i], error) : schema->figures[i];
		struct view own = *view;

		if (declaration == NULL)
			return false;
		give_period(&own, declaration);
		if (!figure_count(&own, declaration, pool, &figures[i], error) ||
		    !read_stated(&own, declaration, pool, &figures[i], error))
			return false;
	}
	*ret_figures = figures;
	*ret_count = most;
	return true;
}

/* ---- explain ---- */

enum { COUNTED_LARGEST = 10000, IDS_LARGEST = 1000, PAGE = 1000 };

struct explaining {
	struct view *view;
	struct pool *pool;
	const struct figure_sides *sides;
	const struct figure_declaration *declaration;
};

static bool list_counted(struct explaining *explaining, const struct filter *filter, const char *sum,
    const struct counted **ret_counted, size_t *ret_count, struct error *error)
{
	struct view *view = explaining->view;
	const struct kind *kind = explaining->sides->kind;
	struct query query = {.kind = kind, .filter = filter, .moment = view->moment, .limit = COUNTED_LARGEST};
	const char *columns = pool_format(explaining->pool, "title%s%s%s", kind->flow != NULL ? ",stage" : "",
	    sum != NULL ? "," : "", sum != NULL ? sum : "");
	struct counted *counted = pool_alloc_array(explaining->pool, COUNTED_LARGEST, sizeof(*counted));
	size_t value_at = kind->flow != NULL ? 3 : 2, count = 0;
	struct compiled_query compiled;
	enum rows_step step;
	struct rows *rows;
	char id[RECORD_ID_SIZE];

	if (!query_parse_paths(kind, columns, "columns", view->set->schema, explaining->pool, &query.columns,
		&query.column_count, error) ||
	    !query_compile_list(&query, view->set->schema, explaining->pool, &compiled, error))
		return false;
	rows = store_select(view->connection, &compiled, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW) {
		struct counted *one = &counted[count++];
		struct value stage = kind->flow != NULL ? rows_value(rows, 2) : value_empty();
		int position = stage.type != VALUE_EMPTY ? flow_find(kind->flow, stage.text) : -1;

		one->id = pool_copy_text(explaining->pool, kind_format_id(kind, rows_value(rows, 0).number, id));
		one->title = value_copy(explaining->pool, rows_value(rows, 1)).text;
		one->stage_title = position >= 0 ? kind->flow->stages[position].title : "";
		one->value = sum != NULL ? value_copy(explaining->pool, rows_value(rows, value_at)) : value_empty();
	}
	rows_free(rows);
	*ret_counted = counted;
	*ret_count = count;
	return step == ROWS_END;
}

static bool list_left_out(
    struct explaining *explaining, const struct filter *filter, struct left_out *left_out, struct error *error)
{
	struct view *view = explaining->view;
	struct query query = {
	    .kind = explaining->sides->kind, .filter = filter, .moment = view->moment, .limit = IDS_LARGEST};
	const char **ids = pool_alloc_array(explaining->pool, IDS_LARGEST, sizeof(*ids));
	struct compiled_query compiled, total;
	struct value count = value_empty();
	enum rows_step step;
	struct rows *rows;
	char id[RECORD_ID_SIZE];

	if (!query_compile_count(&query, view->set->schema, explaining->pool, &total, error) ||
	    !view_run_one(view, &total, &count, 1, error) ||
	    !query_compile_list(&query, view->set->schema, explaining->pool, &compiled, error))
		return false;
	left_out->count = count.number;
	rows = store_select(view->connection, &compiled, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW)
		ids[left_out->id_count++] =
		    pool_copy_text(explaining->pool, kind_format_id(query.kind, rows_value(rows, 0).number, id));
	rows_free(rows);
	left_out->ids = ids;
	return step == ROWS_END;
}

static bool add_left_out(struct explaining *explaining, struct left_out *left_outs, size_t *count,
    const struct filter *filter, const char *reason, const char *text, bool empty, struct error *error)
{
	struct left_out *left_out = &left_outs[*count];

	*left_out = (struct left_out){.reason = reason, .filter = text, .empty = empty};
	if (!list_left_out(explaining, filter, left_out, error))
		return false;
	*count += left_out->count > 0;
	return true;
}

/* Term by term: each record is told once, at the first term that it fails; those whose field is empty apart (SEMANTICS 19). */
static bool explain_left_out(struct explaining *explaining, struct explained *explained, struct error *error)
{
	const struct filter *const *terms;
	struct pool *pool = explaining->pool;
	size_t term_count = filter_terms(explaining->sides->terms, pool, &terms), count = 0;
	struct left_out *left_outs = pool_alloc_array(pool, term_count * 2, sizeof(*left_outs));
	const struct filter *before = NULL;

	for (size_t i = 0; i < term_count; i++) {
		const struct filter *fails = filter_and(pool, before, filter_not(pool, terms[i]));
		const struct filter *empty = filter_is_empty(pool, terms[i]);
		const char *opposite = filter_opposite_text(terms[i], pool);

		if (empty != NULL) {
			if (!add_left_out(explaining, left_outs, &count, filter_and(pool, fails, empty),
				filter_opposite_title(filter_not(pool, empty), pool), filter_text(empty), true, error))
				return false;
			fails = filter_and(pool, fails, filter_not(pool, empty));
		}
		if (!add_left_out(explaining, left_outs, &count, fails, filter_opposite_title(terms[i], pool), opposite,
			false, error))
			return false;
		before = filter_and(pool, before, terms[i]);
	}
	explained->left_out = left_outs;
	explained->left_out_count = count;
	return true;
}

bool view_explain(
    struct view *view, const char *name, struct pool *pool, struct explained *ret_explained, struct error *error)
{
	struct explained explained = {0};
	struct view own = *view;
	struct explaining explaining = {.view = &own, .pool = pool};
	struct figure_sides sides;
	struct figured *figure;
	struct compiled_query compiled;
	struct value all = value_empty();
	size_t count;

	if (!view_figures(view, &name, 1, pool, &figure, &count, error))
		return false;
	explained.figure = *figure;
	explaining.declaration = figure->declaration;
	give_period(&own, figure->declaration);
	if (!figure_sides(&own, figure->declaration, pool, &sides, error))
		return false;
	explaining.sides = &sides;
	struct query query = {.kind = sides.kind, .moment = own.moment, .limit = -1};

	if (!list_counted(&explaining, sides.numerator, figure->declaration->numerator.sum, &explained.numerator,
		&explained.numerator_count, error))
		return false;
	if (figure->has_denominator &&
	    !list_counted(&explaining, filter_and(pool, sides.denominator, filter_not(pool, sides.numerator)),
		figure->declaration->denominator.sum, &explained.denominator, &explained.denominator_count, error))
		return false;
	if (!explain_left_out(&explaining, &explained, error) ||
	    !query_compile_count(&query, view->set->schema, pool, &compiled, error) ||
	    !view_run_one(&own, &compiled, &all, 1, error))
		return false;
	explained.all = all.number;
	*ret_explained = explained;
	return true;
}
