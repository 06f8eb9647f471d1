/* A record's rows: the current one, and its states in time. */
#include "store/internal.h"
#include "text/normal.h"
#include <stdio.h>
#include <string.h>

/* ---- a row as a state ---- */

struct value value_of_column(sqlite3_stmt *statement, int column, enum value_type type)
{
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return value_empty();
	if (value_is_text(type))
		return (struct value){.type = type, .text = column_text(statement, column)};
	return value_of_number(type, sqlite3_column_int64(statement, column));
}

static struct date date_of_column(sqlite3_stmt *statement, int column)
{
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return DATE_NONE;
	return (struct date){sqlite3_column_int(statement, column)};
}

/* -1: none, -2: a name that the flow does not know. */
static int stage_of_column(sqlite3_stmt *statement, int column, const struct kind *kind)
{
	const char *name = column_text(statement, column);
	int stage;

	if (name == NULL || kind->flow == NULL)
		return -1;
	for (size_t i = 0; i < kind->flow->count; i++)
		if (strcmp(kind->flow->stages[i].name, name) == 0)
			return (int)i;
	stage = flow_find(kind->flow, name);
	return stage >= 0 ? stage : -2;
}

struct state *state_of_row(struct store_connection *connection, sqlite3_stmt *statement, const struct kind *kind,
    struct pool *pool, struct error *error)
{
	struct state *state = state_new(pool, kind, sqlite3_column_int64(statement, COLUMN_RECORD));
	int first_value = column_of_first_value(kind);

	state->exists = sqlite3_column_int(statement, COLUMN_PRESENT) != 0;
	state->version = sqlite3_column_int64(statement, COLUMN_VERSION);
	state->on = date_of_column(statement, COLUMN_ON);
	state->title = pool_copy_text(pool, column_text(statement, COLUMN_TITLE));
	state->stage = stage_of_column(statement, COLUMN_STAGE, kind);
	state->return_stage = stage_of_column(statement, COLUMN_RETURN_STAGE, kind);
	state->stage_since = date_of_column(statement, COLUMN_STAGE_SINCE);
	if (state->stage == -2 || state->return_stage == -2) {
		char id[RECORD_ID_SIZE];

		error_set(error, ERROR_DAMAGED, "", "%s 处在声明中没有的阶段“%s”（%s）",
		    kind_format_id(kind, state->record, id),
		    column_text(statement, state->stage == -2 ? COLUMN_STAGE : COLUMN_RETURN_STAGE),
		    connection->store->path);
		return NULL;
	}
	for (int i = COLUMN_REACHED; i < first_value; i++)
		state->reached[i - COLUMN_REACHED] = date_of_column(statement, i);
	for (size_t i = 0; i < kind->field_count; i++)
		state->values[i] =
		    value_copy(pool, value_of_column(statement, first_value + (int)i, kind->fields[i].type));
	return state;
}

/* Steps once and makes the row a state. NULL with ERROR_NONE: no row. */
static struct state *load_one(struct store_connection *connection, sqlite3_stmt *statement, const struct kind *kind,
    struct pool *pool, struct error *error)
{
	enum rows_step step = statement_step(connection, statement, error);
	struct state *state = NULL;

	if (step == ROWS_END)
		error->code = ERROR_NONE;
	if (step != ROWS_ROW)
		return NULL;
	state = state_of_row(connection, statement, kind, pool, error);
	sqlite3_reset(statement);
	if (state != NULL)
		error->code = ERROR_NONE;
	return state;
}

/* ---- reading ---- */

struct state *store_load_current(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct pool *pool, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(connection, kind, KIND_CURRENT, error);
	struct state *state;
	char id[RECORD_ID_SIZE];

	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, record);
	state = load_one(connection, statement, kind, pool, error);
	if (state == NULL && error->code == ERROR_NONE) {
		error_set(error, ERROR_NOT_FOUND, "", "没有 %s 这条%s", kind_format_id(kind, record, id), kind->title);
		error_hint(error, "请核对编号，或用名称查找");
	}
	return state;
}

bool read_last_seq(
    struct store_connection *connection, const struct kind *kind, int64_t record, int64_t *ret_seq, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(connection, kind, KIND_LAST_SEQ, error);
	enum rows_step step;

	*ret_seq = 0;
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, record);
	step = statement_step(connection, statement, error);
	if (step == ROWS_ROW)
		*ret_seq = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return step != ROWS_ERROR;
}

bool store_has_record(
    struct store_connection *connection, const struct kind *kind, int64_t record, bool *ret_has, struct error *error)
{
	int64_t seq;

	if (!read_last_seq(connection, kind, record, &seq, error))
		return false;
	*ret_has = seq != 0;
	return true;
}

static struct state *load_at(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct date as_of, int64_t known_seq, struct pool *pool, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(connection, kind, KIND_STATE_AT, error);

	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, record);
	sqlite3_bind_int64(statement, 2, state_rank((struct date){as_of.day + 1}, 0));
	sqlite3_bind_int64(statement, 3, known_seq);
	return load_one(connection, statement, kind, pool, error);
}

struct state *store_load_state(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct date as_of, int64_t known_seq, struct pool *pool, struct error *error)
{
	struct state *state = load_at(connection, kind, record, as_of, known_seq, pool, error);

	return state != NULL && state->exists ? state : NULL;
}

struct state *store_load_referred(struct store_connection *connection, const struct kind *kind, int64_t record,
    const struct moment *moment, struct pool *pool, struct error *error)
{
	sqlite3_stmt *statement;
	struct state *state;

	if (moment->present) {
		state = store_load_current(connection, kind, record, pool, error);
		if (state == NULL && error->code == ERROR_NOT_FOUND)
			error->code = ERROR_NONE;
		return state;
	}
	state = load_at(connection, kind, record, moment->as_of, moment->known_seq, pool, error);
	if (error->code != ERROR_NONE || (state != NULL && state->exists))
		return state;
	statement = kind_statement(connection, kind, KIND_STATE_FIRST, error);
	if (statement == NULL)
		return NULL;
	sqlite3_bind_int64(statement, 1, record);
	sqlite3_bind_int64(statement, 2, moment->known_seq);
	return load_one(connection, statement, kind, pool, error);
}

struct state_list { /* of one record, in the pool, by rising rank */
	struct state **states;
	int64_t *seqs;
	size_t count, capacity;
};

static void list_grow(struct state_list *list, struct pool *pool)
{
	size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
	struct state **states = pool_alloc_array(pool, capacity, sizeof(*states));
	int64_t *seqs = pool_alloc_array(pool, capacity, sizeof(*seqs));

	if (list->count > 0) {
		memcpy(states, list->states, list->count * sizeof(*states));
		memcpy(seqs, list->seqs, list->count * sizeof(*seqs));
	}
	list->states = states;
	list->seqs = seqs;
	list->capacity = capacity;
}

static bool load_all(struct store_connection *connection, const struct kind *kind, int64_t record, struct pool *pool,
    struct state_list *list, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(connection, kind, KIND_STATES, error);
	enum rows_step step;

	*list = (struct state_list){0};
	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, record);
	while ((step = statement_step(connection, statement, error)) == ROWS_ROW) {
		if (list->count == list->capacity)
			list_grow(list, pool);
		list->seqs[list->count] = sqlite3_column_int64(statement, column_behind(kind));
		list->states[list->count] = state_of_row(connection, statement, kind, pool, error);
		if (list->states[list->count++] == NULL) {
			sqlite3_reset(statement);
			return false;
		}
	}
	return step == ROWS_END;
}

bool store_load_all_states(struct store_connection *connection, const struct kind *kind, int64_t record,
    struct pool *pool, struct state **ret_states, int64_t **ret_seqs, size_t *ret_count, struct error *error)
{
	struct state_list list;
	struct state *states;

	if (!load_all(connection, kind, record, pool, &list, error))
		return false;
	states = pool_alloc_array(pool, list.count + 1, sizeof(*states));
	for (size_t i = 0; i < list.count; i++)
		states[i] = *list.states[i];
	*ret_states = states;
	*ret_seqs = list.seqs;
	*ret_count = list.count;
	return true;
}

/* Rows come by (day, seq): the last of a day is what is known now. */
bool store_load_days(struct store_connection *connection, const struct kind *kind, int64_t record, struct pool *pool,
    struct state **ret_days, size_t *ret_count, struct error *error)
{
	struct state_list list;
	struct state *days;
	size_t count = 0;

	if (!load_all(connection, kind, record, pool, &list, error))
		return false;
	days = pool_alloc_array(pool, list.count + 1, sizeof(*days));
	for (size_t i = 0; i < list.count; i++)
		if (i + 1 == list.count || list.states[i + 1]->on.day != list.states[i]->on.day)
			days[count++] = *list.states[i];
	*ret_days = days;
	*ret_count = count;
	return true;
}

bool store_records(struct store_connection *connection, const struct kind *kind, int64_t after, size_t limit,
    int64_t *ret_records, size_t *ret_count, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(connection, kind, KIND_RECORDS, error);
	enum rows_step step;
	size_t count = 0;

	if (statement == NULL)
		return false;
	sqlite3_bind_int64(statement, 1, after);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)limit);
	while ((step = statement_step(connection, statement, error)) == ROWS_ROW)
		ret_records[count++] = sqlite3_column_int64(statement, 0);
	*ret_count = step == ROWS_END ? count : 0;
	return step == ROWS_END;
}

/* ---- writing ---- */

void bind_value(sqlite3_stmt *statement, int position, struct value value)
{
	if (value.type == VALUE_EMPTY)
		sqlite3_bind_null(statement, position);
	else if (value_is_text(value.type))
		sqlite3_bind_text(statement, position, value.text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_int64(statement, position, value.number);
}

static void bind_date(sqlite3_stmt *statement, int position, struct date date)
{
	if (date_is_none(date))
		sqlite3_bind_null(statement, position);
	else
		sqlite3_bind_int(statement, position, date.day);
}

static const char *stage_name(const struct kind *kind, int stage)
{
	return stage >= 0 && kind->flow != NULL && (size_t)stage < kind->flow->count ? kind->flow->stages[stage].name
										     : NULL;
}

/* The columns that both tables have; positions are those of the columns, from 1. */
static void bind_state(sqlite3_stmt *statement, const struct state *state)
{
	const struct kind *kind = state->kind;
	int first_value = column_of_first_value(kind);

	sqlite3_bind_int64(statement, COLUMN_RECORD + 1, state->record);
	sqlite3_bind_int(statement, COLUMN_PRESENT + 1, state->exists);
	sqlite3_bind_int64(statement, COLUMN_VERSION + 1, state->version);
	bind_date(statement, COLUMN_ON + 1, state->on);
	sqlite3_bind_text(statement, COLUMN_TITLE + 1, state->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, COLUMN_STAGE + 1, stage_name(kind, state->stage), -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, COLUMN_RETURN_STAGE + 1, stage_name(kind, state->return_stage), -1, SQLITE_STATIC);
	bind_date(statement, COLUMN_STAGE_SINCE + 1, state->stage_since);
	for (int i = COLUMN_REACHED; i < first_value; i++)
		bind_date(statement, i + 1, state->reached[i - COLUMN_REACHED]);
	for (size_t i = 0; i < kind->field_count; i++)
		bind_value(statement, first_value + (int)i + 1, state->values[i]);
}

bool store_append_state(struct store *store, const struct state *state, int64_t seq, struct error *error)
{
	sqlite3_stmt *statement = kind_statement(store->writer, state->kind, KIND_STATE_INSERT, error);
	int behind = column_behind(state->kind);

	if (statement == NULL)
		return false;
	bind_state(statement, state);
	sqlite3_bind_int64(statement, behind + 1, state_rank(state->on, seq));
	sqlite3_bind_int64(statement, behind + 2, seq);
	return statement_run(store->writer, statement, error);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

enum watched { WATCHED_FAILED, WATCHED_NEW, WATCHED_SAME, WATCHED_CHANGED };

/* Whether an index would have to be changed: most updates change none, and then touch one page. */
static enum watched compare_watched(
    struct store *store, const struct state *state, int64_t *ret_last_seq, struct error *error)
{
	const struct kind *kind = state->kind;
	sqlite3_stmt *statement = kind_statement(store->writer, kind, KIND_CURRENT_WATCHED, error);
	enum rows_step step;
	bool same;
	int column = 3;

	*ret_last_seq = 0;
	if (statement == NULL)
		return WATCHED_FAILED;
	sqlite3_bind_int64(statement, 1, state->record);
	step = statement_step(store->writer, statement, error);
	if (step != ROWS_ROW)
		return step == ROWS_END ? WATCHED_NEW : WATCHED_FAILED;
	*ret_last_seq = sqlite3_column_int64(statement, 0);
	same = (sqlite3_column_int(statement, 1) != 0) == state->exists &&
	    same_text(column_text(statement, 2), state->title);
	for (size_t i = 0; same && i < kind->field_count; i++)
		if (field_is_watched(&kind->fields[i]))
			same =
			    value_equal(value_of_column(statement, column++, kind->fields[i].type), state->values[i]);
	sqlite3_reset(statement);
	return same ? WATCHED_SAME : WATCHED_CHANGED;
}

static void bind_keys(struct store *store, sqlite3_stmt *statement, const struct state *state)
{
	const struct kind *kind = state->kind;
	int position = column_behind(kind) + 2; /* behind last_seq */

	sqlite3_bind_text(statement, position++, state->title != NULL ? text_key(store->pool, state->title) : NULL, -1,
	    SQLITE_STATIC);
	for (size_t i = 0; i < kind->field_count; i++)
		if (field_has_key_column(&kind->fields[i]))
			sqlite3_bind_text(statement, position++,
			    state->values[i].type == VALUE_TEXT ? text_key(store->pool, state->values[i].text) : NULL,
			    -1, SQLITE_STATIC);
}

/* Who has the value that state wants for itself alone? */
static bool refuse_taken(struct store *store, const struct state *state, struct error *error)
{
	const struct kind *kind = state->kind;

	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];
		int64_t records[2];
		size_t count = 0;
		char id[RECORD_ID_SIZE], number[24];
		const char *key = number;

		if (!field->unique || state->values[i].type == VALUE_EMPTY)
			continue;
		snprintf(number, sizeof(number), "%lld", (long long)state->values[i].number);
		if (value_is_text(field->type))
			key = text_key(store->pool, state->values[i].text);
		if (!store_find_key(store->writer, kind, field, key, records, 2, &count, error))
			return false;
		for (size_t j = 0; j < count; j++) {
			if (records[j] == state->record)
				continue;
			kind_format_id(kind, records[j], id);
			error_set(error, ERROR_REFUSED, field->name, "%s“%s”已被 %s 使用", field->title,
			    field_format(field, state->values[i], store->pool), id);
			return error_hint(error, "先查看 %s；同一件事请改那一条，不同的事请换一个值", id);
		}
	}
	return error_set(error, ERROR_REFUSED, "", "有一个不可重复的值已被使用");
}

bool store_put_current(struct store *store, const struct state *state, struct error *error)
{
	static const enum kind_statement statements[] = {[WATCHED_NEW] = KIND_CURRENT_INSERT,
	    [WATCHED_SAME] = KIND_CURRENT_UPDATE,
	    [WATCHED_CHANGED] = KIND_CURRENT_UPDATE_ALL};
	int64_t last_seq;
	enum watched watched = compare_watched(store, state, &last_seq, error);
	sqlite3_stmt *statement;
	int code;

	if (watched == WATCHED_FAILED)
		return false;
	statement = kind_statement(store->writer, state->kind, statements[watched], error);
	if (statement == NULL)
		return false;
	bind_state(statement, state);
	if (store->latest.record == state->record)
		last_seq = store->latest.seq;
	sqlite3_bind_int64(statement, column_behind(state->kind) + 1, last_seq);
	pool_reset(store->pool);
	if (watched != WATCHED_SAME)
		bind_keys(store, statement, state);
	code = sqlite3_step(statement);
	if (code == SQLITE_DONE) {
		sqlite3_reset(statement);
		store->latest = (struct latest_event){0};
		return true;
	}
	store_fail(store->writer, error);
	sqlite3_reset(statement);
	if ((code & 0xff) == SQLITE_CONSTRAINT)
		return refuse_taken(store, state, error);
	return false;
}
