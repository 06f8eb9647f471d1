#include "engine/viewing.h"

#include "engine/findings.h"
#include "engine/image.h"
#include "text/normal.h"
#include <string.h>

enum { LIST_DEFAULT = 100, LIST_LARGEST = 1000, FIXED_COLUMNS = 6 };

/* ---- lists ---- */

static bool visible_columns(struct view *view, const struct kind *kind, struct pool *pool,
    const struct path **ret_paths, size_t *ret_count, struct error *error)
{
	struct path *paths = pool_alloc_array(pool, kind->field_count, sizeof(*paths));
	size_t count = 0;

	for (size_t i = 0; i < kind->field_count; i++)
		if (field_is_shown(&kind->fields[i]) &&
		    !path_parse(kind, kind->fields[i].name, view->set->schema, pool, &paths[count++], error))
			return false;
	*ret_paths = paths;
	*ret_count = count;
	return true;
}

/* What each record says of itself, in this order; *ret_names: room for FIXED_COLUMNS. */
static size_t fixed_columns(const struct kind *kind, const char **ret_names)
{
	size_t count = 0;

	ret_names[count++] = "title";
	ret_names[count++] = "version";
	if (kind->light >= 0) {
		ret_names[count++] = LIGHT_FIELD;
		ret_names[count++] = FINDINGS_FIELD;
	}
	if (kind->flow != NULL) {
		ret_names[count++] = "stage";
		ret_names[count++] = "stage_since";
	}
	return count;
}

/* The fixed ones, then what was asked for. */
static bool all_columns(struct view *view, const struct kind *kind, const struct path *asked, size_t asked_count,
    struct pool *pool, const struct path **ret_paths, struct error *error)
{
	const char *fixed[FIXED_COLUMNS];
	size_t fixed_count = fixed_columns(kind, fixed);
	struct path *paths = pool_alloc_array(pool, asked_count + FIXED_COLUMNS, sizeof(*paths));

	for (size_t i = 0; i < fixed_count; i++)
		if (!path_parse(kind, fixed[i], view->set->schema, pool, &paths[i], error))
			return false;
	if (asked_count > 0)
		memcpy(paths + fixed_count, asked, asked_count * sizeof(*paths));
	*ret_paths = paths;
	return true;
}

static struct value kept(struct pool *pool, struct rows *rows, size_t column)
{
	return value_copy(pool, rows_value(rows, column));
}

static void read_row(struct view *view, const struct kind *kind, struct rows *rows, const struct path *columns,
    size_t column_count, struct pool *pool, struct listed *listed)
{
	const char *names[FIXED_COLUMNS];
	size_t at = 1 + fixed_columns(kind, names), fixed = 3;
	struct value *values = pool_alloc_array(pool, column_count, sizeof(*values));
	const char **titles = pool_alloc_array(pool, column_count, sizeof(*titles));
	char id[RECORD_ID_SIZE];

	listed->record = rows_value(rows, 0).number;
	listed->id = pool_copy_text(pool, kind_format_id(kind, listed->record, id));
	listed->title = kept(pool, rows, 1).text;
	listed->version = rows_value(rows, 2).number;
	listed->stage = -1;
	listed->stage_since = DATE_NONE;
	if (kind->light >= 0) {
		listed->light = kept(pool, rows, fixed++).text;
		listed->stale = findings_stale(kept(pool, rows, fixed++).text, pool, &listed->stale_count);
	}
	if (kind->flow != NULL) {
		struct value stage = rows_value(rows, fixed), since = rows_value(rows, fixed + 1);

		listed->stage = stage.type != VALUE_EMPTY ? flow_find(kind->flow, stage.text) : -1;
		if (since.type != VALUE_EMPTY) {
			listed->stage_since.day = (int32_t)since.number;
			listed->days_in_stage = view->moment.as_of.day - since.number;
		}
	}
	for (size_t i = 0; i < column_count; i++) {
		values[i] = kept(pool, rows, at++);
		if (columns[i].type == VALUE_REF) {
			const char *title = kept(pool, rows, at++).text;

			titles[i] = columns[i].builtin == PATH_FIELD ? title : NULL;
		}
	}
	listed->values = values;
	listed->ref_titles = titles;
}

/* SEMANTICS 28: a number of working days that no calendar gives is left empty, and that is said. */
static void warn_of_calendar(
    struct view *view, const struct path *columns, size_t column_count, const struct list *list)
{
	for (size_t i = 0; i < column_count; i++)
		for (size_t j = 0;
		     columns[i].builtin == PATH_WORKDAYS_IN_STAGE && columns[i].ref_count == 0 && j < list->count; j++)
			if (list->records[j].stage >= 0 && list->records[j].values[i].type == VALUE_EMPTY)
				view_warn(view, "有的年份没有工作日历，数不出工作日的空着");
}

/* Whether a bare word was found as text, by pinyin or by initials: the first record on the page tells. */
static void match_words(
    struct view *view, const struct kind *kind, const struct filter *filter, struct pool *pool, struct list *list)
{
	static const char *const by[] = {
	    [TEXT_SUBSTRING] = "text", [TEXT_PINYIN] = "pinyin", [TEXT_INITIALS] = "initials"};
	const char *const *words;
	size_t count = filter_words(filter, pool, &words);
	struct word_match *matches = pool_alloc_array(pool, count, sizeof(*matches));
	struct state *state = NULL;
	struct error ignored = {0};

	if (count == 0)
		return;
	if (list->count > 0)
		state = view->moment.present
		    ? store_load_current(view->connection, kind, list->records[0].record, pool, &ignored)
		    : store_load_state(view->connection, kind, list->records[0].record, view->moment.as_of,
			  view->moment.known_seq, pool, &ignored);
	for (size_t i = 0; i < count; i++) {
		enum text_match how = TEXT_NO_MATCH;
		char *match = NULL;

		if (state != NULL && state->title != NULL)
			how = text_find_word(pool, state->title, words[i], &match);
		for (size_t j = 0; state != NULL && how == TEXT_NO_MATCH && j < kind->field_count; j++)
			if (kind->fields[j].type == VALUE_TEXT && state->values[j].type == VALUE_TEXT)
				how = text_find_word(pool, state->values[j].text, words[i], &match);
		matches[i] = (struct word_match){
		    .word = words[i], .match = match, .by = how != TEXT_NO_MATCH ? by[how] : "text"};
	}
	list->words = matches;
	list->word_count = count;
}

static bool read_list(struct view *view, struct query *query, const struct path *asked, size_t asked_count,
    struct pool *pool, struct list *list, struct error *error)
{
	struct compiled_query compiled;
	struct listed *records = pool_alloc_array(pool, (size_t)query->limit, sizeof(*records));
	const char *names[FIXED_COLUMNS];
	enum rows_step step;
	struct rows *rows;

	query->column_count = asked_count + fixed_columns(query->kind, names);
	if (!all_columns(view, query->kind, asked, asked_count, pool, &query->columns, error) ||
	    !query_compile_list(query, view->set->schema, pool, &compiled, error))
		return false;
	rows = store_select(view->connection, &compiled, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW)
		read_row(view, query->kind, rows, asked, asked_count, pool, &records[list->count++]);
	rows_free(rows);
	list->records = records;
	list->columns = asked;
	list->column_count = asked_count;
	return step == ROWS_END;
}

static bool read_totals(
    struct view *view, const struct query *query, struct pool *pool, struct list *list, struct error *error)
{
	struct compiled_query compiled;
	struct value *values = pool_alloc_array(pool, query->sum_count + 1, sizeof(*values));

	if (!query_compile_count(query, view->set->schema, pool, &compiled, error) ||
	    !view_run_one(view, &compiled, values, query->sum_count + 1, error))
		return false;
	list->total = values[0].number;
	list->sums = query->sum;
	list->sum_count = query->sum_count;
	list->sum_values = values + 1;
	return true;
}

bool view_list(struct view *view, const struct list_request *request, struct pool *pool, struct list *ret_list,
    struct error *error)
{
	const struct schema *schema = view->set->schema;
	struct query query = {.moment = view->moment,
	    .offset = request->offset,
	    .limit = request->limit != 0 ? request->limit : LIST_DEFAULT};
	struct list list = {.next = -1};
	const struct path *columns = NULL;
	size_t column_count = 0;

	if (query.limit < 0 || query.limit > LIST_LARGEST || query.offset < 0)
		return error_set(error, ERROR_INVALID, query.offset < 0 ? "offset" : "limit",
		    "一次最多 %d 条；offset 不小于 0", LIST_LARGEST);
	list.kind = query.kind = view_kind(view, request->kind, error);
	if (query.kind == NULL || !view_parse_filter(view, query.kind, request->filter, pool, &query.filter, error))
		return false;
	if (request->columns != NULL ? !query_parse_paths(query.kind, request->columns, "columns", schema, pool,
					   &columns, &column_count, error)
				     : !visible_columns(view, query.kind, pool, &columns, &column_count, error))
		return false;
	if (request->sort != NULL &&
	    !query_parse_sort(query.kind, request->sort, schema, pool, &query.sort, &query.sort_count, error))
		return false;
	if (request->sum != NULL &&
	    !query_parse_paths(query.kind, request->sum, "sum", schema, pool, &query.sum, &query.sum_count, error))
		return false;
	if (!read_totals(view, &query, pool, &list, error) ||
	    !read_list(view, &query, columns, column_count, pool, &list, error))
		return false;
	match_words(view, query.kind, query.filter, pool, &list);
	warn_of_calendar(view, list.columns, list.column_count, &list);
	view_note_listed(view, query.kind);
	if (query.offset + (int64_t)list.count < list.total)
		list.next = query.offset + (int64_t)list.count;
	*ret_list = list;
	return true;
}

/* ---- counts ---- */

static struct group read_group(struct view *view, struct rows *rows, const struct count *count, struct pool *pool)
{
	struct value *by = pool_alloc_array(pool, count->by_count, sizeof(*by)),
		     *sums = pool_alloc_array(pool, count->sum_count, sizeof(*sums));
	const char **titles = pool_alloc_array(pool, count->by_count, sizeof(*titles));
	struct group group = {.by = by, .by_titles = titles, .sums = sums};
	size_t at = 0;

	for (size_t i = 0; i < count->by_count; i++) {
		const char *title = NULL;

		by[i] = kept(pool, rows, at++);
		if (count->by[i].type == VALUE_REF)
			title = kept(pool, rows, at++).text;
		titles[i] = view_show(view, &count->by[i], by[i], title, pool);
	}
	group.count = rows_value(rows, at++).number;
	for (size_t i = 0; i < count->sum_count; i++)
		sums[i] = kept(pool, rows, at++);
	return group;
}

static bool read_groups(
    struct view *view, const struct query *query, struct pool *pool, struct count *count, struct error *error)
{
	struct compiled_query compiled;
	struct group *groups = NULL;
	size_t room = 0;
	enum rows_step step;
	struct rows *rows;

	if (!query_compile_count(query, view->set->schema, pool, &compiled, error))
		return false;
	rows = store_select(view->connection, &compiled, error);
	if (rows == NULL)
		return false;
	while ((step = rows_next(rows, error)) == ROWS_ROW) {
		if (count->group_count == room) {
			struct group *more = pool_alloc_array(pool, room = room * 2 + 16, sizeof(*more));

			if (count->group_count > 0)
				memcpy(more, groups, count->group_count * sizeof(*more));
			groups = more;
		}
		groups[count->group_count++] = read_group(view, rows, count, pool);
	}
	rows_free(rows);
	count->groups = groups;
	return step == ROWS_END;
}

/* All is what the groups come to: no second walk over the rows. False: too much for a number, and SQL says so in words. */
static bool add_groups(struct count *count, struct pool *pool)
{
	struct value *sums = pool_alloc_array(pool, count->sum_count, sizeof(*sums));
	int64_t number = 0;

	for (size_t i = 0; i < count->group_count; i++)
		number += count->groups[i].count;
	for (size_t i = 0; i < count->sum_count; i++)
		for (size_t j = 0; j < count->group_count; j++) {
			struct value sum = count->groups[j].sums[i];

			if (sum.type == VALUE_EMPTY)
				continue;
			if (sums[i].type == VALUE_EMPTY)
				sums[i] = sum;
			else if (__builtin_add_overflow(sums[i].number, sum.number, &sums[i].number))
				return false;
		}
	count->all = (struct group){.count = number, .sums = sums};
	return true;
}

static bool ask_count(
    struct view *view, const struct query *query, struct pool *pool, struct count *count, struct error *error)
{
	struct value *totals = pool_alloc_array(pool, query->sum_count + 1, sizeof(*totals));
	struct query of_all = *query;
	struct compiled_query compiled;

	if (query->by_count > 0 && !read_groups(view, query, pool, count, error))
		return false;
	if (query->by_count > 0 && add_groups(count, pool))
		return true;
	of_all.by_count = 0;
	if (!query_compile_count(&of_all, view->set->schema, pool, &compiled, error) ||
	    !view_run_one(view, &compiled, totals, query->sum_count + 1, error))
		return false;
	count->all = (struct group){.count = totals[0].number, .sums = totals + 1};
	return true;
}

bool view_count(struct view *view, const struct count_request *request, struct pool *pool, struct count *ret_count,
    struct error *error)
{
	const struct schema *schema = view->set->schema;
	struct query query = {.moment = view->moment, .limit = -1};
	struct count count = {0};

	count.kind = query.kind = view_kind(view, request->kind, error);
	if (query.kind == NULL || !view_parse_filter(view, query.kind, request->filter, pool, &query.filter, error))
		return false;
	if (request->sum != NULL &&
	    !query_parse_paths(query.kind, request->sum, "sum", schema, pool, &query.sum, &query.sum_count, error))
		return false;
	if (request->by != NULL &&
	    !query_parse_paths(query.kind, request->by, "by", schema, pool, &query.by, &query.by_count, error))
		return false;
	count.sums = query.sum;
	count.sum_count = query.sum_count;
	count.by = query.by;
	count.by_count = query.by_count;
	if (!images_count(view->engine->images, view, &query, pool, &count) &&
	    !ask_count(view, &query, pool, &count, error))
		return false;
	view_note_listed(view, query.kind);
	*ret_count = count;
	return true;
}

/* ---- find ---- */

/* The word as a filter: quoted, so that it is never anything but a word. */
static const char *quote_word(const char *word, struct pool *pool)
{
	char *quoted = pool_alloc(pool, strlen(word) + 3);
	size_t at = 0;

	quoted[at++] = '"';
	for (; *word != '\0'; word++)
		if (*word != '"')
			quoted[at++] = *word;
	quoted[at] = '"';
	return quoted;
}

static bool find_in_kind(struct view *view, const char *word, const struct kind *kind, size_t limit, struct pool *pool,
    struct found *found, size_t *count, int64_t *total, struct error *error)
{
	struct list_request request = {
	    .kind = kind->name, .filter = quote_word(word, pool), .columns = "title", .limit = (int64_t)limit};
	struct list list;

	if (!view_list(view, &request, pool, &list, error))
		return false;
	*total += list.total;
	for (size_t i = 0; i < list.count && *count < limit; i++)
		found[(*count)++] = (struct found){.kind = kind,
		    .record = list.records[i],
		    .match = list.word_count > 0 ? list.words[0].match : NULL,
		    .by = list.word_count > 0 ? list.words[0].by : "text"};
	return true;
}

bool view_find(struct view *view, const char *word, int64_t limit, struct pool *pool, struct found **ret_found,
    size_t *ret_count, int64_t *ret_total, struct error *error)
{
	const struct schema *schema = view->set->schema;
	size_t most = limit > 0 && limit <= LIST_LARGEST ? (size_t)limit : LIST_DEFAULT;
	struct found *found = pool_alloc_array(pool, most, sizeof(*found));

	if (word == NULL || word[0] == '\0')
		return error_set(error, ERROR_INVALID, "word", "找什么？写一个词、拼音或首字母");
	*ret_count = 0;
	*ret_total = 0;
	for (size_t i = 0; i < schema->kind_count; i++)
		if (!find_in_kind(view, word, &schema->kinds[i], most, pool, found, ret_count, ret_total, error))
			return false;
	*ret_found = found;
	return true;
}
