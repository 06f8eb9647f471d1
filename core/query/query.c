#include "query/query.h"

#include "query/compiler.h"

static void add_column(
    struct compiled_query *compiled, struct result_column *columns, enum value_type type, const struct path *path)
{
	columns[compiled->column_count++] = (struct result_column){.type = type, .path = path};
}

/* Another expression behind those in list. */
static const char *listed(struct pool *pool, const char *list, const char *expression)
{
	return list[0] == '\0' ? expression : pool_format(pool, "%s, %s", list, expression);
}

/* Shows path: its value, and for a reference its title behind it. Returns the longer list. */
static const char *show(struct compiler *compiler, const char *list, const struct path *path,
    struct compiled_query *compiled, struct result_column *columns)
{
	list = listed(compiler->pool, list, compiler_value(compiler, path));
	add_column(compiled, columns, path->type, path);
	if (path->type != VALUE_REF)
		return list;
	add_column(compiled, columns, VALUE_TEXT, NULL);
	return listed(compiler->pool, list, compiler_title(compiler, path));
}

static const char *where(struct compiler *compiler, const struct filter *filter)
{
	if (filter == NULL || filter->condition == CONDITION_ALL)
		return "";
	return pool_format(compiler->pool, " AND (%s)", compiler_condition(compiler, filter));
}

static const char *order_of(struct compiler *compiler, const struct query *query)
{
	const char *list = "";

	for (size_t i = 0; i < query->sort_count; i++)
		list = listed(compiler->pool, list,
		    pool_format(compiler->pool, "%s%s NULLS LAST", compiler_order(compiler, &query->sort[i].path),
			query->sort[i].descending ? " DESC" : ""));
	return listed(compiler->pool, list, "t.record");
}

static const char *limit_of(struct compiler *compiler, const struct query *query)
{
	if (query->limit < 0 && query->offset <= 0)
		return "";
	return pool_format(compiler->pool, " LIMIT %s OFFSET %s",
	    compiler_bind_number(compiler, query->limit < 0 ? -1 : query->limit),
	    compiler_bind_number(compiler, query->offset < 0 ? 0 : query->offset));
}

bool query_compile_list(const struct query *query, const struct schema *schema, struct pool *pool,
    struct compiled_query *ret, struct error *error)
{
	struct compiler *compiler = pool_alloc(pool, sizeof *compiler);
	struct result_column *columns = pool_alloc_array(pool, query->column_count * 2 + 2, sizeof *columns);
	struct compiled_query compiled = {.columns = columns};
	const char *list = "", *condition, *order, *limit, *from;

	compiler_init(compiler, query->kind, &query->moment, schema, pool);
	compiler->row = query->row;
	if (query->flag != NULL) {
		list = pool_format(pool, "(%s) IS TRUE", compiler_condition(compiler, query->flag));
		add_column(&compiled, columns, VALUE_BOOL, NULL);
	}
	list = listed(pool, list, "t.record");
	add_column(&compiled, columns, VALUE_REF, NULL);
	for (size_t i = 0; i < query->column_count; i++)
		list = show(compiler, list, &query->columns[i], &compiled, columns);
	condition = where(compiler, query->filter);
	order = order_of(compiler, query);
	limit = limit_of(compiler, query);
	from = compiler_from(
	    compiler, query->sort_count == 0 ? query->after_record : 0); /* last: it knows all tables then */
	if (!compiler_finish(compiler,
		pool_format(pool, "SELECT %s%s%s ORDER BY %s%s", list, from, condition, order, limit), &compiled,
		error))
		return false;
	*ret = compiled;
	return true;
}

/* The groups by, and their order. A reference is one group per record, in the order of titles. */
static const char *group_of(struct compiler *compiler, const struct query *query, const char **ret_order)
{
	const char *group = "", *order = "";

	for (size_t i = 0; i < query->by_count; i++) {
		const char *value = compiler_value(compiler, &query->by[i]);

		group = listed(compiler->pool, group, value);
		order = listed(compiler->pool, order,
		    pool_format(compiler->pool, "%s NULLS LAST", compiler_order(compiler, &query->by[i])));
		if (query->by[i].type == VALUE_REF || query->by[i].type == VALUE_ENUM)
			order = listed(compiler->pool, order, pool_format(compiler->pool, "%s NULLS LAST", value));
	}
	*ret_order = order;
	return group;
}

static bool check_sums(const struct query *query, struct error *error)
{
	for (size_t i = 0; i < query->sum_count; i++) {
		const struct path *path = &query->sum[i];

		if (path->type == VALUE_INT || path->type == VALUE_DECIMAL || path->type == VALUE_MONEY ||
		    path->type == VALUE_PERCENT)
			continue;
		error_set(error, ERROR_INVALID, "sum", "“%s”（%s）不是数，加不起来", path->title, path->name);
		return error_hint(error, "能加的是金额和数：luodi fields %s", query->kind->name);
	}
	return true;
}

bool query_compile_count(const struct query *query, const struct schema *schema, struct pool *pool,
    struct compiled_query *ret, struct error *error)
{
	struct compiler *compiler = pool_alloc(pool, sizeof *compiler);
	size_t most = query->by_count * 2 + query->sum_count + 2;
	struct result_column *columns = pool_alloc_array(pool, most, sizeof *columns);
	struct compiled_query compiled = {.columns = columns};
	const char *list = "", *condition, *group, *order, *from, *sql;

	if (!check_sums(query, error))
		return false;
	compiler_init(compiler, query->kind, &query->moment, schema, pool);
	compiler->row = query->row;
	if (query->flag != NULL) {
		list = pool_format(pool, "total((%s) IS TRUE)", compiler_condition(compiler, query->flag));
		list = pool_format(pool, "CAST(%s AS INTEGER)", list);
		add_column(&compiled, columns, VALUE_INT, NULL);
	}
	for (size_t i = 0; i < query->by_count; i++)
		list = show(compiler, list, &query->by[i], &compiled, columns);
	list = listed(pool, list, "count(*)");
	add_column(&compiled, columns, VALUE_INT, NULL);
	for (size_t i = 0; i < query->sum_count; i++) {
		list = listed(pool, list, pool_format(pool, "sum(%s)", compiler_value(compiler, &query->sum[i])));
		add_column(&compiled, columns, query->sum[i].type, &query->sum[i]);
	}
	condition = where(compiler, query->filter);
	group = group_of(compiler, query, &order);
	from = compiler_from(compiler, 0);
	sql = pool_format(pool, "SELECT %s%s%s", list, from, condition);
	if (query->by_count > 0)
		sql = pool_format(pool, "%s GROUP BY %s ORDER BY %s", sql, group, order);
	if (!compiler_finish(compiler, sql, &compiled, error))
		return false;
	*ret = compiled;
	return true;
}
