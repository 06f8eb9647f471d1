/* How fast the store writes, and how fast it answers about the past.
 *
 *   store_write FOLDER [RECORDS [UPDATES]]
 *
 * Makes RECORDS records of a kind with 20 fields and 8 stages, then UPDATES changes of one field each at random records, in groups
 * of 64 to a commit, 5 in 100 of them backdated; then asks as of a day. Prints rates; FOLDER must not exist yet.
 */
#include "base/clock.h"
#include "store/store.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 20, STAGES = 8, GROUP = 64, DAYS = 1500 };

struct bench {
	struct store *store;
	struct schema *schema;
	const struct kind *kind;
	struct pool *pool;
	int64_t records;
};

static _Noreturn void stop(const char *what, const struct error *error)
{
	fprintf(stderr, "%s: %s %s\n", what, error_code_name(error->code), error->sentence);
	exit(1);
}

#define must(call)                                                                                                     \
	do {                                                                                                           \
		struct error error = {0};                                                                              \
		if (!(call))                                                                                           \
			stop(#call, &error);                                                                           \
	} while (0)

static struct schema *make_schema(void)
{
	static char names[FIELDS][16], stage_names[STAGES][16];
	static const char *const types[] = {"text", "money", "int", "date"};
	struct field_declaration fields[FIELDS] = {0};
	struct stage_declaration stages[STAGES] = {0};
	struct error error;

	for (int i = 0; i < FIELDS; i++) {
		snprintf(names[i], sizeof(names[i]), "field%d", i);
		fields[i] = (struct field_declaration){
		    .name = names[i], .title = names[i], .type = types[i % 4], .index = i == 1 || i == 4 || i == 8};
	}
	for (int i = 0; i < STAGES; i++) {
		snprintf(stage_names[i], sizeof(stage_names[i]), "step%d", i);
		stages[i] = (struct stage_declaration){.name = stage_names[i], .title = stage_names[i]};
	}
	struct kind_declaration kind = {.place = {"bench", 1},
	    .name = "project",
	    .title = "项目",
	    .prefix = "P",
	    .fields = fields,
	    .field_count = FIELDS,
	    .stages = stages,
	    .stage_count = STAGES};
	struct declarations declarations = {.plugin = "bench", .kinds = &kind, .kind_count = 1};
	const struct declarations *sets[] = {&declarations};
	struct plugin_info plugin = {.name = "bench"};
	struct schema *schema = schema_new(&plugin, sets, 1, NULL, NULL, &error);

	if (schema == NULL)
		stop("schema", &error);
	return schema;
}

static void fill(struct bench *bench, struct state *state, int64_t number)
{
	state->exists = true;
	state->title = pool_format(bench->pool, "某某新能源产业园第%lld期项目", (long long)number);
	state->stage = (int)(number % STAGES);
	for (int i = 0; i < STAGES; i++)
		state->reached[i] = i <= state->stage ? (struct date){17000 + i} : DATE_NONE;
	state->stage_since = state->on = (struct date){17000};
	for (int i = 0; i < FIELDS; i++)
		if (bench->kind->fields[i].type == VALUE_TEXT)
			state->values[i] = value_of_text(pool_format(bench->pool, "文字%lld-%d", (long long)number, i));
		else
			state->values[i] = value_of_number(bench->kind->fields[i].type, (number * 7919 + i) % 10000);
}

static void write_one(struct bench *bench, const struct state *state, enum event_action action)
{
	const struct change change = {.field = "field5", .value = state->values[5]};
	struct event event = {.effective_on = state->on,
	    .record = state->record,
	    .action = action,
	    .actor = "李明",
	    .changes = &change,
	    .change_count = 1,
	    .stage = action == EVENT_CREATE ? "step0" : NULL};

	must(store_savepoint(bench->store, &error));
	must(store_append_event(bench->store, state->kind, &event, &error));
	must(store_append_state(bench->store, state, event.seq, &error));
	must(store_put_current(bench->store, state, &error));
	must(store_release(bench->store, &error));
}

static void make_records(struct bench *bench)
{
	for (int64_t i = 0; i < bench->records;) {
		must(store_begin(bench->store, &error));
		for (int in_group = 0; in_group < 1000 && i < bench->records; in_group++, i++) {
			struct state *state =
			    state_new(bench->pool, bench->kind, record_key(bench->kind->number, (int32_t)i + 1));

			fill(bench, state, i);
			write_one(bench, state, EVENT_CREATE);
		}
		must(store_commit(bench->store, &error));
		store_checkpoint_if_due(bench->store);
		pool_reset(bench->pool);
	}
}

static void update_records(struct bench *bench, int64_t updates)
{
	for (int64_t i = 0; i < updates;) {
		must(store_begin(bench->store, &error));
		for (int in_group = 0; in_group < GROUP && i < updates; in_group++, i++) {
			int64_t number = rand() % bench->records;
			struct state *state =
			    state_new(bench->pool, bench->kind, record_key(bench->kind->number, (int32_t)number + 1));

			fill(bench, state, number);
			state->on.day = 17000 + (int32_t)(i * DAYS / updates) - (rand() % 20 == 0 ? rand() % 200 : 0);
			state->values[5].number = i;
			write_one(bench, state, EVENT_UPDATE);
		}
		must(store_commit(bench->store, &error));
		store_checkpoint_if_due(bench->store);
		pool_reset(bench->pool);
	}
}

static void ask(struct bench *bench, const char *what, const char *sql)
{
	const struct value parameters[] = {value_of_number(VALUE_INT, state_rank((struct date){17000 + DAYS / 2}, 0)),
	    value_of_number(VALUE_INT, SEQ_FOR_EVER)};
	const struct result_column columns[] = {{.type = VALUE_INT}, {.type = VALUE_INT}, {.type = VALUE_INT}};
	struct compiled_query query = {.sql = sql,
	    .parameters = parameters,
	    .parameter_count = strstr(sql, "?1") != NULL ? 2 : 0,
	    .columns = columns,
	    .column_count = 3};
	struct store_connection *reader;
	int64_t best = INT64_MAX, rows_given = 0;

	must((reader = store_reader_open(bench->store, &error)) != NULL);
	for (int i = 0; i < 4; i++) {
		int64_t began = clock_monotonic_us();
		struct rows *rows;
		struct error error;

		rows_given = 0;
		rows = store_select(reader, &query, &error);
		if (rows == NULL)
			stop(sql, &error);
		while (rows_next(rows, &error) == ROWS_ROW)
			rows_given++;
		rows_free(rows);
		if (clock_monotonic_us() - began < best)
			best = clock_monotonic_us() - began;
	}
	printf("%-44s %8.1f ms, %lld rows\n", what, (double)best / 1000, (long long)rows_given);
	store_reader_close(reader);
}

static void report(const char *what, int64_t count, int64_t began)
{
	double seconds = (double)(clock_monotonic_us() - began) / 1e6;

	printf("%-44s %8.0f /s (%lld in %.1f s)\n", what, (double)count / seconds, (long long)count, seconds);
	fflush(stdout);
}

int main(int argument_count, char **arguments)
{
	struct bench bench = {.records = argument_count > 2 ? atoll(arguments[2]) : 20000, .pool = pool_new()};
	int64_t updates = argument_count > 3 ? atoll(arguments[3]) : 200000, began, events;

	if (argument_count < 2)
		return 2;
	must((bench.store = store_open(arguments[1], false, &error)) != NULL);
	bench.schema = make_schema();
	must(store_apply_schema(bench.store, bench.schema, &error));
	bench.kind = &bench.schema->kinds[0];
	began = clock_monotonic_us();
	make_records(&bench);
	report("records made, 1,000 a commit", bench.records, began);
	began = clock_monotonic_us();
	update_records(&bench, updates);
	report("updates of one field, 64 a commit", updates, began);
	began = clock_monotonic_us();
	must(store_verify_chain(store_writer(bench.store), &events, NULL, NULL, &error));
	report("events verified", events, began);
	ask(&bench, "present: count and sum by stage",
	    "SELECT stage, count(*), sum(f_field5) FROM c_project WHERE present = 1 GROUP BY stage");
	ask(&bench, "as of: max rank grouped, joined",
	    "SELECT s.stage, count(*), sum(s.f_field5) FROM (SELECT record AS r, max(rank) AS k FROM s_project WHERE "
	    "rank < ?1 AND seq <= ?2"
	    " GROUP BY record) JOIN s_project s ON s.record = r AND s.rank = k WHERE s.present = 1 GROUP BY s.stage");
	ask(&bench, "as of: for each current row its last state",
	    "SELECT s.stage, count(*), sum(s.f_field5) FROM c_project c JOIN s_project s ON s.record = c.record AND "
	    "s.rank = (SELECT rank FROM"
	    " s_project WHERE record = c.record AND rank < ?1 AND seq <= ?2 ORDER BY rank DESC LIMIT 1) WHERE "
	    "s.present = 1 GROUP BY s.stage");
	ask(&bench, "as of: bare columns beside max",
	    "SELECT stage, count(*), sum(f) FROM (SELECT record, max(rank), present AS p, stage, f_field5 AS f FROM "
	    "s_project WHERE rank < ?1"
	    " AND seq <= ?2 GROUP BY record) WHERE p = 1 GROUP BY stage");
	store_close(bench.store);
	schema_release(bench.schema);
	pool_free(bench.pool);
	return 0;
}
