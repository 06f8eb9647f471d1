/* condition: a filter as an SQL expression. NULL counts as false: "and" and "or" agree with that by themselves, "not"
 * asks IS NOT TRUE. */
#include "query/condition.h"

#include "query/compiler.h"
#include "query/tables.h"
#include "text/normal.h"

const char *compiler_join(struct pool *pool, const char *const *expressions, size_t count, const char *word)
{
	if (count == 1)
		return expressions[0];
	return pool_format(pool, "(%s%s%s)", compiler_join(pool, expressions, count / 2, word), word,
	    compiler_join(pool, expressions + count / 2, count - count / 2, word));
}

static bool is_negative(enum comparison comparison)
{
	return comparison == COMPARE_UNEQUAL || comparison == COMPARE_LACKS;
}

/* "x = ?1", "x IN (?1, ?2)"; NULL: no range is a point. key: texts are compared in their key form. */
static const char *points(struct compiler *compiler, const char *value, const struct filter *filter, bool key)
{
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; i < filter->range_count; i++) {
		struct value point = filter->ranges[i].low;

		if (!range_is_point(&filter->ranges[i]))
			continue;
		if (key)
			point.text = text_key(compiler->pool, point.text);
		list = pool_format(
		    compiler->pool, "%s%s%s", list, count++ > 0 ? ", " : "", compiler_bind(compiler, point));
	}
	if (count == 0)
		return NULL;
	return count == 1 ? pool_format(compiler->pool, "%s = %s", value, list)
			  : pool_format(compiler->pool, "%s IN (%s)", value, list);
}

static const char *range(struct compiler *compiler, const char *value, const struct range *range)
{
	const char *low = "", *high = "";

	if (range->low.type != VALUE_EMPTY)
		low = pool_format(
		    compiler->pool, "%s %s %s", value, range->above ? ">" : ">=", compiler_bind(compiler, range->low));
	if (range->high.type != VALUE_EMPTY)
		high = pool_format(
		    compiler->pool, "%s %s %s", value, range->below ? "<" : "<=", compiler_bind(compiler, range->high));
	if (low[0] == '\0' || high[0] == '\0')
		return low[0] != '\0' ? low : high;
	return pool_format(compiler->pool, "(%s AND %s)", low, high);
}

/* Whether value lies in one of the ranges. */
static const char *in_ranges(struct compiler *compiler, const char *value, const struct filter *filter, bool key)
{
	const char **expressions = pool_alloc_array(compiler->pool, filter->range_count + 1, sizeof *expressions);
	const char *all_points = points(compiler, value, filter, key);
	size_t count = 0;

	if (all_points != NULL)
		expressions[count++] = all_points;
	for (size_t i = 0; i < filter->range_count; i++)
		if (!range_is_point(&filter->ranges[i]))
			expressions[count++] = range(compiler, value, &filter->ranges[i]);
	return count > 0 ? compiler_join(compiler->pool, expressions, count, " OR ") : "0";
}

/* Has a value, for which holds is not so. */
static const char *with_value_but_not(struct compiler *compiler, const char *value, const char *holds)
{
	return pool_format(compiler->pool, "(%s IS NOT NULL AND NOT (%s))", value, holds);
}

static const char *set_holds(struct compiler *compiler, const char *value, const struct filter *filter)
{
	const char **expressions = pool_alloc_array(compiler->pool, filter->range_count + 1, sizeof *expressions);

	for (size_t i = 0; i < filter->range_count; i++)
		expressions[i] = pool_format(compiler->pool, "instr(',' || %s || ',', ',' || %s || ',') > 0", value,
		    compiler_bind(compiler, filter->ranges[i].low));
	return filter->range_count > 0 ? compiler_join(compiler->pool, expressions, filter->range_count, " OR ") : "0";
}

static const char *compare(struct compiler *compiler, const struct filter *filter)
{
	const struct path *path = &filter->path;
	const char *value, *holds;
	bool key = path->type == VALUE_TEXT;

	if (key)
		value = compiler_key(compiler, path);
	else if (filter->by_return_stage)
		value = compiler_stage_in_order(compiler, path);
	else
		value = compiler_value(compiler, path);
	if (path->type == VALUE_SET)
		holds = set_holds(compiler, value, filter);
	else
		holds = in_ranges(compiler, value, filter, key);
	return is_negative(filter->comparison) ? with_value_but_not(compiler, value, holds) : holds;
}

static const char *compare_fields(struct compiler *compiler, const struct filter *filter)
{
	static const char *const signs[] = {[COMPARE_EQUAL] = "=",
	    [COMPARE_UNEQUAL] = "<>",
	    [COMPARE_LESS] = "<",
	    [COMPARE_LESS_EQUAL] = "<=",
	    [COMPARE_GREATER] = ">",
	    [COMPARE_GREATER_EQUAL] = ">="};
	bool key = filter->path.type == VALUE_TEXT;
	const char *left = key ? compiler_key(compiler, &filter->path) : compiler_value(compiler, &filter->path);
	const char *right = key ? compiler_key(compiler, &filter->other) : compiler_value(compiler, &filter->other);

	return pool_format(compiler->pool, "%s %s %s", left, signs[filter->comparison], right);
}

static const char *contains(struct compiler *compiler, const struct filter *filter)
{
	const char **expressions = pool_alloc_array(compiler->pool, filter->range_count + 1, sizeof *expressions);
	const char *value = filter->path.type == VALUE_REF ? compiler_title(compiler, &filter->path)
							   : compiler_value(compiler, &filter->path);
	const char *holds;

	for (size_t i = 0; i < filter->range_count; i++)
		expressions[i] = pool_format(
		    compiler->pool, "luodi_contains(%s, %s)", value, compiler_bind(compiler, filter->ranges[i].low));
	holds = compiler_join(compiler->pool, expressions, filter->range_count, " OR ");
	return is_negative(filter->comparison) ? with_value_but_not(compiler, value, holds) : holds;
}

/* An entry up to the day, whichever it was; the first one alone would be r_STAGE. */
static const char *reached(struct compiler *compiler, const struct filter *filter)
{
	const struct path *path = &filter->path;
	const char *entries = compiler_entries(compiler, path);
	const char *exists = pool_format(compiler->pool, "EXISTS (SELECT 1 FROM %s AND %s)", entries,
	    in_ranges(compiler, "e.entered_on", filter, false));

	if (!is_negative(filter->comparison))
		return exists;
	return with_value_but_not(compiler, compiler_value(compiler, path), exists);
}

/* The title, a text, or the id itself. */
static const char *word(struct compiler *compiler, const struct filter *filter)
{
	const struct kind *kind = compiler->kind;
	const char **expressions = pool_alloc_array(compiler->pool, kind->field_count + 2, sizeof *expressions);
	const char *parameter = compiler_bind_text(compiler, filter->word);
	char name[IDENTIFIER_SIZE];
	size_t count = 0;
	int64_t record;

	expressions[count++] =
	    pool_format(compiler->pool, "luodi_word(%s, %s) > 0", compiler_column(compiler, 0, "title"), parameter);
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == VALUE_TEXT && field_is_shown(&kind->fields[i]))
			expressions[count++] = pool_format(compiler->pool, "luodi_word(%s, %s) > 0",
			    compiler_column(compiler, 0, column_of_field(&kind->fields[i], name)), parameter);
	if (schema_parse_id(compiler->schema, filter->word, &record) &&
	    schema_kind_of(compiler->schema, record) == kind)
		expressions[count++] =
		    pool_format(compiler->pool, "t.record = %s", compiler_bind_number(compiler, record));
	return compiler_join(compiler->pool, expressions, count, " OR ");
}

static const char *phase(struct compiler *compiler, const struct filter *filter)
{
	const struct flow *flow = compiler->kind->flow;
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; flow != NULL && i < flow->count; i++) {
		bool is_open = !flow->stages[i].done && !flow->stages[i].dead;

		if (filter->phase == PHASE_OPEN	      ? !is_open
			: filter->phase == PHASE_DONE ? !flow->stages[i].done
						      : !flow->stages[i].dead)
			continue;
		list = pool_format(compiler->pool, "%s%s%s", list, count++ > 0 ? ", " : "",
		    compiler_bind_text(compiler, flow->stages[i].name));
	}
	if (count == 0)
		return flow == NULL && filter->phase == PHASE_OPEN ? "1" : "0"; /* what has no stages stays open */
	return pool_format(compiler->pool, "%s IN (%s)", compiler_column(compiler, 0, "stage"), list);
}

static const char *parts(struct compiler *compiler, const struct filter *filter)
{
	const char **expressions = pool_alloc_array(compiler->pool, filter->part_count, sizeof *expressions);

	for (size_t i = 0; i < filter->part_count; i++)
		expressions[i] = compiler_condition(compiler, filter->parts[i]);
	if (filter->condition == CONDITION_NOT)
		return pool_format(compiler->pool, "(%s) IS NOT TRUE", expressions[0]);
	return compiler_join(
	    compiler->pool, expressions, filter->part_count, filter->condition == CONDITION_AND ? " AND " : " OR ");
}

const char *compiler_condition(struct compiler *compiler, const struct filter *filter)
{
	switch (filter->condition) {
	case CONDITION_ALL:
		return "1";
	case CONDITION_AND:
	case CONDITION_OR:
	case CONDITION_NOT:
		return parts(compiler, filter);
	case CONDITION_COMPARE:
		return compare(compiler, filter);
	case CONDITION_FIELDS:
		return compare_fields(compiler, filter);
	case CONDITION_CONTAINS:
		return contains(compiler, filter);
	case CONDITION_FILLED:
		return pool_format(compiler->pool, "%s IS NOT NULL", compiler_value(compiler, &filter->path));
	case CONDITION_EMPTY:
		return pool_format(compiler->pool, "%s IS NULL", compiler_value(compiler, &filter->path));
	case CONDITION_REACHED:
		return reached(compiler, filter);
	case CONDITION_WORD:
		return word(compiler, filter);
	case CONDITION_PHASE:
		return phase(compiler, filter);
	}
	return "0";
}
