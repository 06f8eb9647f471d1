/* parts: filters put together, taken apart and turned round, and the words for that. */
#include "query/condition.h"
#include "query/filter.h"
#include "query/path.h"
#include <string.h>

enum { MOST_PARTS = 512 };

bool comparison_is_order(enum comparison comparison)
{
	return comparison == COMPARE_LESS || comparison == COMPARE_LESS_EQUAL || comparison == COMPARE_GREATER ||
	    comparison == COMPARE_GREATER_EQUAL;
}

bool range_is_point(const struct range *range)
{
	return range->low.type != VALUE_EMPTY && value_equal(range->low, range->high) && !range->above && !range->below;
}

static struct filter *new_with_parts(
    struct pool *pool, enum condition condition, const struct filter *const *parts, size_t count)
{
	struct filter *filter = pool_alloc(pool, sizeof *filter);
	const struct filter **copy = pool_alloc_array(pool, count, sizeof *copy);

	filter->condition = condition;
	filter->kind = parts[0]->kind;
	filter->comparison = COMPARE_NONE;
	for (size_t i = 0; i < count; i++) {
		copy[i] = parts[i];
		filter->uses_me = filter->uses_me || parts[i]->uses_me;
	}
	filter->parts = copy;
	filter->part_count = count;
	return filter;
}

static bool is_in_parentheses(const char *text) /* one pair around all of it, as typed */
{
	size_t depth = 0;
	bool full = strncmp(text, "（", strlen("（")) == 0;

	if (text[0] != '(' && !full)
		return false;
	for (size_t i = 0; text[i] != '\0'; i++) {
		bool opens = text[i] == '(' || strncmp(text + i, "（", strlen("（")) == 0;
		bool closes = text[i] == ')' || strncmp(text + i, "）", strlen("）")) == 0;
		size_t length = text[i] == '(' || text[i] == ')' ? 1 : 3;

		depth += opens;
		if (!closes)
			continue;
		depth -= depth > 0;
		if (depth == 0)
			return text[i + length] == '\0';
	}
	return false;
}

/* The text of filter as one term. */
static const char *term_text(const struct filter *filter, struct pool *pool)
{
	if ((filter->condition == CONDITION_OR || filter->condition == CONDITION_AND) &&
	    !is_in_parentheses(filter->text))
		return pool_format(pool, "(%s)", filter->text);
	return filter->text;
}

static const char *side_text(const struct filter *filter, struct pool *pool) /* beside other terms */
{
	return filter->condition == CONDITION_AND ? filter->text : term_text(filter, pool);
}

const struct filter *filter_and(struct pool *pool, const struct filter *a, const struct filter *b)
{
	const struct filter *parts[] = {a, b};
	struct filter *both;

	if (a == NULL || (a->condition == CONDITION_ALL && b != NULL))
		return b;
	if (b == NULL || b->condition == CONDITION_ALL)
		return a;
	both = new_with_parts(pool, CONDITION_AND, parts, 2);
	both->text = pool_format(pool, "%s %s", side_text(a, pool), side_text(b, pool));
	return both;
}

const struct filter *filter_not(struct pool *pool, const struct filter *filter)
{
	struct filter *negated;

	negated = new_with_parts(pool, CONDITION_NOT, &filter, 1);
	if (filter->condition == CONDITION_ALL) /* no text says "nothing"; this one never holds */
		negated->text = "not (open or not open)";
	else
		negated->text = pool_format(pool, "not %s", term_text(filter, pool));
	return negated;
}

const char *filter_text(const struct filter *filter)
{
	return filter != NULL ? filter->text : "";
}

bool filter_uses_me(const struct filter *filter)
{
	return filter != NULL && filter->uses_me;
}

/* terms and words */

static void collect_terms(const struct filter *filter, const struct filter **terms, size_t *count)
{
	if (filter->condition == CONDITION_AND) {
		for (size_t i = 0; i < filter->part_count; i++)
			collect_terms(filter->parts[i], terms, count);
	} else if (filter->condition != CONDITION_ALL && *count < MOST_PARTS) {
		terms[(*count)++] = filter;
	}
}

size_t filter_terms(const struct filter *filter, struct pool *pool, const struct filter *const **ret_terms)
{
	const struct filter **terms = pool_alloc_array(pool, MOST_PARTS, sizeof *terms);
	size_t count = 0;

	if (filter != NULL)
		collect_terms(filter, terms, &count);
	*ret_terms = terms;
	return count;
}

static void collect_words(const struct filter *filter, const char **words, size_t *count)
{
	if (filter->condition == CONDITION_WORD && *count < MOST_PARTS)
		words[(*count)++] = filter->word;
	if (filter->condition != CONDITION_AND && filter->condition != CONDITION_OR)
		return; /* what a "not" keeps out is not what answered */
	for (size_t i = 0; i < filter->part_count; i++)
		collect_words(filter->parts[i], words, count);
}

size_t filter_words(const struct filter *filter, struct pool *pool, const char *const **ret_words)
{
	const char **words = pool_alloc_array(pool, MOST_PARTS, sizeof *words);
	size_t count = 0;

	if (filter != NULL)
		collect_words(filter, words, &count);
	*ret_words = words;
	return count;
}

/* empty */

static bool can_be_empty(const struct path *path)
{
	return path->ref_count > 0 || path->builtin == PATH_FIELD || path->builtin == PATH_REACHED_ON;
}

/* Adds the path that filter compares to *path. False: there are several, or what is compared is no path's value. */
static bool find_one_path(const struct filter *filter, const struct path **path, const struct filter **leaf)
{
	switch (filter->condition) {
	case CONDITION_COMPARE:
	case CONDITION_CONTAINS:
	case CONDITION_REACHED:
		if (*path != NULL && !path_equal(*path, &filter->path))
			return false;
		*path = &filter->path;
		*leaf = filter;
		return true;
	case CONDITION_AND:
	case CONDITION_OR:
	case CONDITION_NOT:
		for (size_t i = 0; i < filter->part_count; i++)
			if (!find_one_path(filter->parts[i], path, leaf))
				return false;
		return true;
	default:
		return false;
	}
}

const struct filter *filter_is_empty(struct pool *pool, const struct filter *filter)
{
	const struct path *path = NULL;
	const struct filter *leaf = NULL;
	struct filter *empty;

	if (filter == NULL || !find_one_path(filter, &path, &leaf) || path == NULL || !can_be_empty(path))
		return NULL;
	empty = pool_alloc(pool, sizeof *empty);
	empty->condition = CONDITION_EMPTY;
	empty->comparison = COMPARE_EMPTY;
	empty->kind = filter->kind;
	empty->path = *path;
	empty->name_text = leaf->condition == CONDITION_REACHED ? path->name : leaf->name_text;
	empty->text = pool_format(pool, "%s!", empty->name_text);
	return empty;
}

/* opposites */

static const struct {
	enum comparison opposite;
	const char *sign;
} signs[] = {
    [COMPARE_EQUAL] = {COMPARE_UNEQUAL, "="},
    [COMPARE_UNEQUAL] = {COMPARE_EQUAL, "!="},
    [COMPARE_LESS] = {COMPARE_GREATER_EQUAL, "<"},
    [COMPARE_LESS_EQUAL] = {COMPARE_GREATER, "<="},
    [COMPARE_GREATER] = {COMPARE_LESS_EQUAL, ">"},
    [COMPARE_GREATER_EQUAL] = {COMPARE_LESS, ">="},
    [COMPARE_CONTAINS] = {COMPARE_LACKS, "~"},
    [COMPARE_LACKS] = {COMPARE_CONTAINS, "!~"},
    [COMPARE_FILLED] = {COMPARE_EMPTY, "?"},
    [COMPARE_EMPTY] = {COMPARE_FILLED, "!"},
};

const char *filter_opposite_text(const struct filter *filter, struct pool *pool)
{
	const char *sign;

	if (filter == NULL || filter->condition == CONDITION_ALL)
		return "not (open or not open)";
	if (filter->condition == CONDITION_NOT)
		return filter->parts[0]->text;
	if (filter->comparison == COMPARE_NONE ||
	    (filter->condition == CONDITION_REACHED && comparison_is_order(filter->comparison)))
		return pool_format(pool, "not %s", term_text(filter, pool));
	sign = signs[signs[filter->comparison].opposite].sign;
	return pool_format(
	    pool, "%s%s%s", filter->name_text, sign, filter->value_text != NULL ? filter->value_text : "");
}

static const char *opposite_of_number(const struct filter *filter, struct pool *pool)
{
	const char *title = filter->path.title, *value = filter->value_title;

	switch (filter->comparison) {
	case COMPARE_GREATER_EQUAL:
		return pool_format(pool, "%s不足 %s", title, value);
	case COMPARE_GREATER:
		return pool_format(pool, "%s不超过 %s", title, value);
	case COMPARE_LESS_EQUAL:
		return pool_format(pool, "%s超过 %s", title, value);
	default:
		return pool_format(pool, "%s不少于 %s", title, value);
	}
}

static const char *opposite_of_date(const struct filter *filter, struct pool *pool)
{
	const char *title = filter->path.title, *value = filter->value_title;

	switch (filter->comparison) {
	case COMPARE_GREATER_EQUAL:
		return pool_format(pool, "%s早于 %s", title, value);
	case COMPARE_GREATER:
		return pool_format(pool, "%s不晚于 %s", title, value);
	case COMPARE_LESS_EQUAL:
		return pool_format(pool, "%s在 %s 以后", title, value);
	default:
		return pool_format(pool, "%s不早于 %s", title, value);
	}
}

static const char *opposite_of_stage(const struct filter *filter, struct pool *pool)
{
	const char *title = filter->path.title, *value = filter->value_title;

	switch (filter->comparison) {
	case COMPARE_GREATER_EQUAL:
		return pool_format(pool, "%s还没到 %s", title, value);
	case COMPARE_GREATER:
		return pool_format(pool, "%s没有超过 %s", title, value);
	case COMPARE_LESS_EQUAL:
		return pool_format(pool, "%s已经超过 %s", title, value);
	default:
		return pool_format(pool, "%s已经到了 %s", title, value);
	}
}

static const char *opposite_of_comparison(const struct filter *filter, struct pool *pool)
{
	const char *title = filter->path.title, *value = filter->value_title;
	const struct path *path = &filter->path;
	bool equal = filter->comparison == COMPARE_EQUAL;

	if (comparison_is_order(filter->comparison)) {
		if (path->type == VALUE_DATE)
			return opposite_of_date(filter, pool);
		return path->type == VALUE_ENUM ? opposite_of_stage(filter, pool) : opposite_of_number(filter, pool);
	}
	if (filter->comparison == COMPARE_CONTAINS || filter->comparison == COMPARE_LACKS)
		return pool_format(
		    pool, "%s%s“%s”", title, filter->comparison == COMPARE_CONTAINS ? "里没有" : "里有", value);
	if (path->type == VALUE_DATE && filter->condition != CONDITION_FIELDS)
		return pool_format(pool, "%s%s %s", title, equal ? "不在" : "在", value);
	if (path->type == VALUE_SET)
		return pool_format(pool, "%s%s %s", title, equal ? "里没有" : "里有", value);
	return pool_format(pool, "%s%s %s", title, equal ? "不是" : "是", value);
}

static const char *opposite_of_reached(const struct filter *filter, struct pool *pool)
{
	const char *stage = filter->path.stage == STAGE_RESUME
	    ? FLOW_RESUME_TITLE
	    : filter->path.last_kind->flow->stages[filter->path.stage].title;

	if (filter->condition == CONDITION_REACHED && filter->comparison == COMPARE_EQUAL)
		return pool_format(pool, "%s不在 %s", stage, filter->value_title);
	return pool_format(pool, "不满足 %s", filter->text);
}

const char *filter_opposite_title(const struct filter *filter, struct pool *pool)
{
	static const char *const phases[] = {
	    [PHASE_OPEN] = "已完成或已终止", [PHASE_DONE] = "还没完成", [PHASE_DEAD] = "没有终止"};

	if (filter == NULL || filter->condition == CONDITION_ALL)
		return "没有不满足的";
	switch (filter->condition) {
	case CONDITION_COMPARE:
	case CONDITION_CONTAINS:
	case CONDITION_FIELDS:
		return opposite_of_comparison(filter, pool);
	case CONDITION_FILLED:
	case CONDITION_EMPTY:
		return pool_format(
		    pool, "%s%s", filter->condition == CONDITION_FILLED ? "没填" : "填了", filter->path.title);
	case CONDITION_REACHED:
		return opposite_of_reached(filter, pool);
	case CONDITION_PHASE:
		return phases[filter->phase];
	case CONDITION_WORD:
		return pool_format(pool, "里面没有“%s”", filter->word);
	case CONDITION_NOT:
		if (filter->parts[0]->condition == CONDITION_EMPTY)
			return pool_format(pool, "没填%s", filter->parts[0]->path.title);
		return filter->parts[0]->text;
	default:
		return pool_format(pool, "不满足 %s", filter->text);
	}
}
