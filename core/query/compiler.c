#include "query/compiler.h"

#include "query/tables.h"
#include <inttypes.h>
#include <string.h>

void compiler_init(struct compiler *compiler, const struct kind *kind, const struct moment *moment,
    const struct schema *schema, struct pool *pool)
{
	*compiler = (struct compiler){.kind = kind,
	    .moment = moment,
	    .schema = schema,
	    .pool = pool,
	    .tables = {{.kind = kind}},
	    .table_count = 1};
}

static void *grow(struct pool *pool, void *items, size_t count, size_t *capacity, size_t size)
{
	void *more;

	if (count < *capacity)
		return items;
	*capacity = *capacity == 0 ? 16 : *capacity * 2;
	more = pool_alloc_array(pool, *capacity, size);
	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

const char *compiler_bind(struct compiler *compiler, struct value value)
{
	compiler->parameters = grow(compiler->pool, compiler->parameters, compiler->parameter_count,
	    &compiler->parameter_capacity, sizeof *compiler->parameters);
	compiler->parameters[compiler->parameter_count++] = value;
	return pool_format(compiler->pool, "?%zu", compiler->parameter_count);
}

const char *compiler_bind_number(struct compiler *compiler, int64_t number)
{
	return compiler_bind(compiler, value_of_number(VALUE_INT, number));
}

const char *compiler_bind_text(struct compiler *compiler, const char *text)
{
	return compiler_bind(compiler, (struct value){.type = VALUE_TEXT, .text = text});
}

const char *compiler_as_of(struct compiler *compiler)
{
	if (compiler->as_of == NULL)
		compiler->as_of = compiler_bind_number(compiler, compiler->moment->as_of.day);
	return compiler->as_of;
}

static const char *quoted(struct compiler *compiler, const char *name) /* of a checked declaration: no quote in it */
{
	return pool_format(compiler->pool, "\"%s\"", name);
}

/* tables and columns */

const char *compiler_column(struct compiler *compiler, size_t table, const char *name)
{
	const char *column = quoted(compiler, name);
	size_t i = 0;

	if (table > 0)
		return pool_format(compiler->pool, "r%zu.%s", table, column);
	while (i < compiler->column_count && strcmp(compiler->columns[i], column) != 0)
		i++;
	if (i == compiler->column_count) {
		compiler->columns = grow(compiler->pool, (void *)compiler->columns, compiler->column_count,
		    &compiler->column_capacity, sizeof *compiler->columns);
		compiler->columns[compiler->column_count++] = column;
	}
	return pool_format(compiler->pool, "t.%s", column);
}

static const char *field_column(struct compiler *compiler, size_t table, const struct field *field)
{
	char name[IDENTIFIER_SIZE];

	return compiler_column(compiler, table, column_of_field(field, name));
}

/* The table of what field of parent refers to; the same one each time. */
static size_t follow(struct compiler *compiler, size_t parent, const struct field *field)
{
	struct table *tables = compiler->tables;

	for (size_t i = 1; i < compiler->table_count; i++)
		if (tables[i].parent == parent && tables[i].field == field)
			return i;
	if (compiler->table_count == COMPILER_MAX_TABLES) {
		compiler->too_many_tables = true; /* compiler_finish() refuses */
		return 0;
	}
	field_column(compiler, parent, field); /* the parent's rows must give it */
	tables[compiler->table_count] =
	    (struct table){.parent = parent, .field = field, .kind = schema_find_kind(compiler->schema, field->ref)};
	return compiler->table_count++;
}

static size_t table_of(struct compiler *compiler, const struct path *path)
{
	size_t table = 0;

	for (size_t i = 0; i < path->ref_count; i++)
		table = follow(compiler, table, path->refs[i]);
	return table;
}

const char *compiler_record(struct compiler *compiler, const struct path *path)
{
	size_t parent = 0;

	if (path->ref_count == 0)
		return "t.record";
	for (size_t i = 0; i + 1 < path->ref_count; i++)
		parent = follow(compiler, parent, path->refs[i]);
	return field_column(compiler, parent, path->refs[path->ref_count - 1]);
}

const char *compiler_entries(struct compiler *compiler, const struct path *path)
{
	const char *name = path->stage == STAGE_RESUME ? FLOW_RESUME : path->last_kind->flow->stages[path->stage].name;
	const char *stage = compiler_bind_text(compiler, name);

	return pool_format(compiler->pool,
	    "entry AS e WHERE e.record = %s AND e.stage = %s AND e.entered_on <= %s AND %s",
	    compiler_record(compiler, path), stage, compiler_as_of(compiler),
	    compiler_as_known(compiler, "e.from_seq", "e.to_seq"));
}

/* values */

const char *compiler_value(struct compiler *compiler, const struct path *path)
{
	size_t table = path->builtin == PATH_ID ? 0 : table_of(compiler, path);
	char name[IDENTIFIER_SIZE];

	switch (path->builtin) {
	case PATH_FIELD:
		return field_column(compiler, table, path->field);
	case PATH_ID:
		return compiler_record(compiler, path);
	case PATH_TITLE:
		return compiler_column(compiler, table, "title");
	case PATH_STAGE:
		return compiler_column(compiler, table, "stage");
	case PATH_STAGE_SINCE:
		return compiler_column(compiler, table, "stage_since");
	case PATH_DAYS_IN_STAGE:
		return pool_format(compiler->pool, "(%s - %s)", compiler_as_of(compiler),
		    compiler_column(compiler, table, "stage_since"));
	case PATH_WORKDAYS_IN_STAGE:
		compiler->needs_calendar = true;
		return pool_format(compiler->pool, "luodi_workdays(%s, %s)",
		    compiler_column(compiler, table, "stage_since"), compiler_as_of(compiler));
	case PATH_REACHED_ON:
		if (path->stage == STAGE_RESUME) /* no column keeps it */
			return pool_format(
			    compiler->pool, "(SELECT min(e.entered_on) FROM %s)", compiler_entries(compiler, path));
		return compiler_column(
		    compiler, table, column_of_reached(&path->last_kind->flow->stages[path->stage], name));
	case PATH_VERSION:
		return compiler_column(compiler, table, "version");
	}
	return "NULL";
}

const char *compiler_title(struct compiler *compiler, const struct path *path)
{
	size_t table = table_of(compiler, path);

	if (path->builtin == PATH_FIELD)
		table = follow(compiler, table, path->field);
	return compiler_column(compiler, table, "title");
}

const char *compiler_key(struct compiler *compiler, const struct path *path)
{
	size_t table = table_of(compiler, path);
	char name[IDENTIFIER_SIZE];

	if (compiler->moment->present && path->builtin == PATH_TITLE)
		return compiler_column(compiler, table, "k_title");
	if (compiler->moment->present && path->builtin == PATH_FIELD && field_has_key_column(path->field))
		return compiler_column(compiler, table, column_of_field_key(path->field, name));
	return pool_format(compiler->pool, "luodi_key(%s)", compiler_value(compiler, path));
}

const char *compiler_stage_in_order(struct compiler *compiler, const struct path *path)
{
	size_t table = table_of(compiler, path);

	return pool_format(compiler->pool, "coalesce(%s, %s)", compiler_column(compiler, table, "return_stage"),
	    compiler_column(compiler, table, "stage"));
}

/* CASE x WHEN 'first' THEN 0 …: names that are not declared any more come last, as empty. */
static const char *declared_order(struct compiler *compiler, const char *value, const struct path *path)
{
	const struct flow *flow = path->builtin == PATH_STAGE ? path->last_kind->flow : NULL;
	size_t count = flow != NULL ? flow->count : path->field->value_count;
	const char *sql = pool_format(compiler->pool, "CASE %s", value);

	if (count == 0)
		return value;
	for (size_t i = 0; i < count; i++)
		sql = pool_format(compiler->pool, "%s WHEN %s THEN %zu", sql,
		    compiler_bind_text(compiler, flow != NULL ? flow->stages[i].name : path->field->values[i].name), i);
	return pool_format(compiler->pool, "%s END", sql);
}

const char *compiler_order(struct compiler *compiler, const struct path *path)
{
	if (path->type == VALUE_ENUM)
		return declared_order(compiler, compiler_value(compiler, path), path);
	if (path->type == VALUE_REF && path->builtin == PATH_FIELD)
		return pool_format(compiler->pool, "%s COLLATE luodi_pinyin", compiler_title(compiler, path));
	if (value_is_text(path->type))
		return pool_format(compiler->pool, "%s COLLATE luodi_pinyin", compiler_value(compiler, path));
	return compiler_value(compiler, path);
}

/* the moment */

static const char *seq_parameter(struct compiler *compiler)
{
	if (compiler->seq == NULL)
		compiler->seq = compiler_bind_number(compiler, compiler->moment->known_seq);
	return compiler->seq;
}

static const char *rank_parameter(struct compiler *compiler) /* of the first state after the day */
{
	if (compiler->rank == NULL) {
		struct date next = {compiler->moment->as_of.day + 1};

		compiler->rank = compiler_bind_number(compiler, state_rank(next, 0));
	}
	return compiler->rank;
}

static bool knows_all(const struct compiler *compiler)
{
	return compiler->moment->present || compiler->moment->known_seq >= SEQ_FOR_EVER;
}

const char *compiler_as_known(struct compiler *compiler, const char *from, const char *to)
{
	if (knows_all(compiler))
		return pool_format(compiler->pool, "%s = %" PRId64, to, SEQ_FOR_EVER);
	return pool_format(
	    compiler->pool, "%s <= %s AND %s > %s", from, seq_parameter(compiler), to, seq_parameter(compiler));
}

static const char *and_known(struct compiler *compiler, const char *alias)
{
	if (knows_all(compiler))
		return "";
	return pool_format(compiler->pool, " AND %s.seq <= %s", alias, seq_parameter(compiler));
}

/* The rank of the row that a reference shows: of the version valid on the day, else of the first one known. A day's last
 * row is its state; a record that a later row took away from its first day began later. */
static const char *referred_rank(struct compiler *compiler, const char *states, const char *record)
{
	const char *v = and_known(compiler, "v"), *w = and_known(compiler, "w");

	return pool_format(compiler->pool,
	    "coalesce((SELECT CASE WHEN v.present = 1 THEN v.rank END FROM %s AS v WHERE v.record = %s AND v.rank < "
	    "%s%s"
	    " ORDER BY v.rank DESC LIMIT 1),"
	    " (SELECT v.rank FROM %s AS v WHERE v.record = %s AND v.present = 1%s AND NOT EXISTS"
	    " (SELECT 1 FROM %s AS w WHERE w.record = v.record AND w.rank > v.rank"
	    " AND w.rank < (v.effective_on + 1) * %" PRId64 "%s) ORDER BY v.rank LIMIT 1))",
	    states, record, rank_parameter(compiler), v, states, record, v, states, SEQ_FOR_EVER + 1, w);
}

static const char *join_table(struct compiler *compiler, size_t i)
{
	const struct table *table = &compiler->tables[i];
	const char *record = field_column(compiler, table->parent, table->field);
	char name[IDENTIFIER_SIZE];

	if (compiler->moment->present)
		return pool_format(compiler->pool, " LEFT JOIN %s AS r%zu ON r%zu.record = %s",
		    quoted(compiler, table_current(table->kind, name)), i, i, record);
	return pool_format(compiler->pool, " LEFT JOIN %s AS r%zu ON r%zu.record = %s AND r%zu.rank = %s",
	    quoted(compiler, table_states(table->kind, name)), i, i, record, i,
	    referred_rank(compiler, quoted(compiler, table_states(table->kind, name)), record));
}

/* One ordered pass over the primary key: with a lone max(), SQLite takes the other columns from the row that has it. */
static const char *states_at_moment(struct compiler *compiler, int64_t after)
{
	char name[IDENTIFIER_SIZE];
	const char *columns = "";

	for (size_t i = 0; i < compiler->column_count; i++)
		columns = pool_format(compiler->pool, "%s%s, ", columns, compiler->columns[i]);
	return pool_format(compiler->pool,
	    "(SELECT record, present, %smax(rank) AS rank FROM %s AS s WHERE rank < %s%s%s GROUP BY record) AS t",
	    columns, quoted(compiler, table_states(compiler->kind, name)), rank_parameter(compiler),
	    and_known(compiler, "s"),
	    after > 0 ? pool_format(compiler->pool, " AND record > %s", compiler_bind_number(compiler, after)) : "");
}

static const char *row_number(
    struct compiler *compiler, const char *columns, const char *name, int64_t number, bool is_empty)
{
	return pool_format(compiler->pool, "%s, %s AS %s", columns,
	    is_empty ? "NULL" : compiler_bind_number(compiler, number), quoted(compiler, name));
}

static const char *row_text(struct compiler *compiler, const char *columns, const char *name, const char *text)
{
	return pool_format(compiler->pool, "%s, %s AS %s", columns,
	    text == NULL ? "NULL" : compiler_bind_text(compiler, text), quoted(compiler, name));
}

static const char *row_key(struct compiler *compiler, const char *columns, const char *name, const char *text)
{
	if (text == NULL)
		return row_text(compiler, columns, name, NULL);
	return pool_format(compiler->pool, "%s, luodi_key(%s) AS %s", columns, compiler_bind_text(compiler, text),
	    quoted(compiler, name));
}

static const char *stage_name(const struct state *state, int stage)
{
	return stage >= 0 ? state->kind->flow->stages[stage].name : NULL;
}

/* One row of parameters with all the columns of a current row. */
static const char *row_of_state(struct compiler *compiler, const struct state *state)
{
	const struct kind *kind = state->kind;
	char name[IDENTIFIER_SIZE];
	const char *columns;

	columns = pool_format(
	    compiler->pool, "(SELECT %s AS record, 1 AS present", compiler_bind_number(compiler, state->record));
	columns = row_number(compiler, columns, "version", state->version, false);
	columns = row_text(compiler, columns, "title", state->title);
	columns = row_key(compiler, columns, "k_title", state->title);
	columns = row_text(compiler, columns, "stage", stage_name(state, state->stage));
	columns = row_text(compiler, columns, "return_stage", stage_name(state, state->return_stage));
	columns =
	    row_number(compiler, columns, "stage_since", state->stage_since.day, date_is_none(state->stage_since));
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++)
		columns = row_number(compiler, columns, column_of_reached(&kind->flow->stages[i], name),
		    state->reached[i].day, date_is_none(state->reached[i]));
	for (size_t i = 0; i < kind->field_count; i++) {
		struct value value = state->values[i];
		const char *column = column_of_field(&kind->fields[i], name);

		columns = value_is_text(value.type)
		    ? row_text(compiler, columns, column, value.text)
		    : row_number(compiler, columns, column, value.number, value.type == VALUE_EMPTY);
		if (field_has_key_column(&kind->fields[i]))
			columns = row_key(compiler, columns, column_of_field_key(&kind->fields[i], name),
			    value.type == VALUE_TEXT ? value.text : NULL);
	}
	return pool_format(compiler->pool, "%s) AS t", columns);
}

const char *compiler_from(struct compiler *compiler, int64_t after)
{
	char name[IDENTIFIER_SIZE];
	const char *joins = "", *rows, *more = "";

	for (size_t i = 1; i < compiler->table_count; i++)
		joins = pool_format(compiler->pool, "%s%s", joins, join_table(compiler, i));
	if (compiler->row != NULL) {
		rows = row_of_state(compiler, compiler->row);
	} else if (compiler->moment->present) {
		rows = pool_format(compiler->pool, "%s AS t", quoted(compiler, table_current(compiler->kind, name)));
		if (after > 0)
			more = pool_format(compiler->pool, " AND t.record > %s", compiler_bind_number(compiler, after));
	} else {
		rows = states_at_moment(compiler, after);
	}
	return pool_format(compiler->pool, " FROM %s%s WHERE t.present = 1%s", rows, joins, more);
}

bool compiler_finish(struct compiler *compiler, const char *sql, struct compiled_query *ret, struct error *error)
{
	if (compiler->too_many_tables) {
		error_set(error, ERROR_TOO_LARGE, "filter", "一次问到的引用太多，最多 %d 处", COMPILER_MAX_TABLES - 1);
		return error_hint(error, "少写几列，或分几次查");
	}
	if (strlen(sql) > COMPILER_LARGEST || compiler->parameter_count > 30000) {
		error_set(error, ERROR_TOO_LARGE, "filter", "条件太多，一次查不了");
		return error_hint(error, "少写几个词或几个值，或分几次查");
	}
	ret->sql = sql;
	ret->parameters = compiler->parameters;
	ret->parameter_count = compiler->parameter_count;
	ret->needs_calendar = compiler->needs_calendar;
	return true;
}
