/* A data folder with a past to ask about, and the same past as rectangles for a database to compare with.
 *
 *   luodi-seed FOLDER RECORDS EVENTS RECTANGLES
 *
 * Makes FOLDER (which must not hold a journal yet) with EVENTS events of RECORDS records of the kind of
 * bench/plugins/bench, spread over 1,500 days that end with 2025: each as luodid would write it, by the engine's own
 * plan, in groups of 2,000 to a commit; 5 of 100 changes are backdated by up to 200 days, 30 of 100 are moves. Then
 * writes to RECTANGLES a line per (record, valid from, valid to, known from, known to, stage, amount), tab-separated,
 * days since 1970 and sequence numbers, half-open: what a table with two time dimensions would hold.
 *
 * The same arguments give the same past, but for the moments of recording.
 */
#include "base/clock.h"
#include "engine/plan.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIELDS = 20,
	AMOUNT = 13, /* the field's position */
	STAGES = 6,
	GROUP = 2000,
	DAYS = 1500,
	FIRST_DAY = 18954, /* 2021-11-23 */
	BACKDATED_MOST = 200
};

static const char *const stage_names[STAGES] = {"first", "second", "third", "fourth", "fifth", "sixth"};
static const char *const stage_titles[STAGES] = {"一", "二", "三", "四", "五", "六"};

static const struct field_declaration fields[FIELDS] = {
    {.name = "unit", .title = "单位", .type = "text"},
    {.name = "region", .title = "区域", .type = "text"},
    {.name = "sector", .title = "行业", .type = "text"},
    {.name = "contact", .title = "联系人", .type = "text"},
    {.name = "phone", .title = "电话", .type = "text"},
    {.name = "address", .title = "地址", .type = "text"},
    {.name = "source", .title = "来源", .type = "text"},
    {.name = "remark", .title = "备注", .type = "text"},
    {.name = "level", .title = "级别", .type = "int", .index = true},
    {.name = "workers", .title = "用工", .type = "int"},
    {.name = "area", .title = "面积", .type = "int"},
    {.name = "floors", .title = "层数", .type = "int"},
    {.name = "score", .title = "评分", .type = "int"},
    {.name = "amount", .title = "总额", .type = "money"},
    {.name = "paid", .title = "已付", .type = "money"},
    {.name = "tax", .title = "税收", .type = "money"},
    {.name = "rent", .title = "租金", .type = "money"},
    {.name = "begin_on", .title = "开始", .type = "date"},
    {.name = "check_on", .title = "检查", .type = "date"},
    {.name = "close_on", .title = "结束", .type = "date"},
};

struct seed {
	struct store *store;
	struct schema *schema;
	const struct kind *kind;
	struct pool *pool;
	int64_t records, events;
	int32_t made; /* records so far */
	int32_t *created_on;
	int8_t *stages;
	uint64_t random;
	FILE *rectangles;
	int64_t rectangle_count;
};

struct rectangle { /* of one record; known to: still open */
	int32_t valid_from, valid_to;
	int64_t known_from;
	const struct state *state;
};

static _Noreturn void stop(const char *what, const struct error *error)
{
	fprintf(stderr, "luodi-seed: %s: %s %s\n", what, error_code_name(error->code), error->sentence);
	exit(1);
}

#define must(call)                                                                                                     \
	do {                                                                                                           \
		struct error error = {0};                                                                              \
		if (!(call))                                                                                           \
			stop(#call, &error);                                                                           \
	} while (0)

static uint32_t roll(struct seed *seed, uint32_t below)
{
	seed->random ^= seed->random << 13;
	seed->random ^= seed->random >> 7;
	seed->random ^= seed->random << 17;
	return (uint32_t)(seed->random >> 32) % below;
}

static struct schema *make_schema(void)
{
	const char *others[STAGES][STAGES - 1];
	struct stage_declaration stages[STAGES] = {0};
	struct kind_declaration kind = {.place = {"bench", 1},
	    .name = "bench",
	    .title = "压测",
	    .prefix = "B",
	    .fields = fields,
	    .field_count = FIELDS,
	    .stages = stages,
	    .stage_count = STAGES};
	struct declarations declarations = {.plugin = "bench", .kinds = &kind, .kind_count = 1};
	const struct declarations *sets[] = {&declarations};
	struct plugin_info plugin = {.name = "bench"};
	struct schema *schema;
	struct error error;

	for (int i = 0; i < STAGES; i++) {
		for (int j = 0, n = 0; j < STAGES; j++)
			if (j != i)
				others[i][n++] = stage_names[j];
		stages[i] = (struct stage_declaration){
		    .name = stage_names[i], .title = stage_titles[i], .to = others[i], .to_count = STAGES - 1};
	}
	schema = schema_new(&plugin, sets, 1, NULL, NULL, &error);
	if (schema == NULL)
		stop("schema", &error);
	return schema;
}

/* ---- events ---- */

static struct value field_text(struct seed *seed, const char *what, uint32_t below)
{
	return value_of_text(pool_format(seed->pool, "%s%u", what, roll(seed, below)));
}

static void fill_creation(struct seed *seed, struct event *event)
{
	struct change *changes = pool_alloc_array(seed->pool, FIELDS + 1, sizeof(*changes));

	event->action = EVENT_CREATE;
	event->stage = stage_names[0];
	changes[0] = (struct change){
	    .field = "title", .value = value_of_text(pool_format(seed->pool, "新能源产业园第%d期项目", seed->made))};
	for (int i = 0; i < FIELDS; i++) {
		struct value value;

		switch (fields[i].type[0]) {
		case 't':
			value = field_text(seed, fields[i].title, 400);
			break;
		case 'd':
			value = value_of_number(VALUE_DATE, FIRST_DAY + (int64_t)roll(seed, DAYS));
			break;
		default:
			value = value_of_number(
			    fields[i].type[0] == 'm' ? VALUE_MONEY : VALUE_INT, (int64_t)roll(seed, 1000000));
			break;
		}
		changes[i + 1] = (struct change){.field = fields[i].name, .value = value};
	}
	event->changes = changes;
	event->change_count = FIELDS + 1;
}

static void fill_change(struct seed *seed, struct event *event, int32_t number)
{
	struct change *change = pool_alloc(seed->pool, sizeof(*change));

	if (roll(seed, 100) < 5) {
		event->effective_on.day -= (int32_t)roll(seed, BACKDATED_MOST);
		if (event->effective_on.day < seed->created_on[number])
			event->effective_on.day = seed->created_on[number];
	} else if (roll(seed, 100) < 30) {
		seed->stages[number] = (int8_t)((seed->stages[number] + 1 + (int)roll(seed, STAGES - 1)) % STAGES);
		event->action = EVENT_MOVE;
		event->stage = stage_names[seed->stages[number]];
		return;
	}
	event->action = EVENT_UPDATE;
	*change = (struct change){
	    .field = fields[AMOUNT].name, .value = value_of_number(VALUE_MONEY, (int64_t)roll(seed, 1000000000))};
	event->changes = change;
	event->change_count = 1;
}

static void write_event(struct seed *seed, struct event *event, bool is_new)
{
	struct step step = {.event = event, .seq = store_head(seed->store).seq + 1};
	struct plan plan;

	must(store_savepoint(seed->store, &error));
	must(plan_make(store_writer(seed->store), seed->kind, is_new ? 0 : event->record, event->effective_on,
	    SEQ_FOR_EVER, &step, 1, seed->pool, &plan, &error));
	if (is_new) {
		int32_t number;

		must(store_next_number(seed->store, seed->kind, &number, &error));
		plan_number(&plan, record_key(seed->kind->number, number));
	}
	must(store_batch_open(seed->store, "李明", "压测", &event->batch, &error));
	must(plan_apply(seed->store, &plan, &error));
	must(store_batch_close(seed->store, event->batch, &error));
	must(store_release(seed->store, &error));
}

static void write_next(struct seed *seed, int64_t done)
{
	int32_t day = FIRST_DAY + (int32_t)(done * DAYS / seed->events);
	struct event *event = pool_alloc(seed->pool, sizeof(*event));
	bool is_new = seed->made < seed->records && done * seed->records >= seed->made * seed->events;

	event->effective_on.day = day;
	event->actor = "李明";
	if (is_new) {
		seed->created_on[seed->made++] = day;
		fill_creation(seed, event);
	} else {
		int32_t number = (int32_t)roll(seed, (uint32_t)seed->made);

		event->record = record_key(seed->kind->number, number + 1);
		fill_change(seed, event, number);
	}
	write_event(seed, event, is_new);
}

static void write_events(struct seed *seed)
{
	int64_t began = clock_monotonic_us();

	for (int64_t done = 0; done < seed->events;) {
		must(store_begin(seed->store, &error));
		for (int in_group = 0; in_group < GROUP && done < seed->events; in_group++) {
			write_next(seed, done++);
			pool_reset(seed->pool);
		}
		must(store_commit(seed->store, &error));
		store_checkpoint_if_due(seed->store);
	}
	fprintf(stderr, "%" PRId64 " events in %.1f s\n", seed->events, (double)(clock_monotonic_us() - began) / 1e6);
}

/* ---- the same as rectangles ---- */

static void put_rectangle(struct seed *seed, const struct rectangle *rectangle, int64_t known_to)
{
	const struct state *state = rectangle->state;

	if (rectangle->known_from == known_to || !state->exists)
		return;
	fprintf(seed->rectangles, "%" PRId64 "\t%d\t%d\t%" PRId64 "\t%" PRId64 "\t%s\t%" PRId64 "\n", state->record,
	    rectangle->valid_from, rectangle->valid_to, rectangle->known_from, known_to, stage_names[state->stage],
	    state->values[AMOUNT].number);
	seed->rectangle_count++;
}

/* A row of states says: from its day to the next day that is known, it is so, as known from its seq on. */
static size_t add_row(struct seed *seed, struct rectangle *open, size_t count, const struct state *state, int64_t seq)
{
	struct rectangle added = {state->on.day, DATE_LAST.day, seq, state};
	size_t at = 0;

	while (at < count && open[at].valid_to <= state->on.day)
		at++;
	if (at < count) {
		struct rectangle *hit = &open[at];

		put_rectangle(seed, hit, seq);
		added.valid_to = hit->valid_to;
		if (hit->valid_from == state->on.day) {
			*hit = added;
			return count;
		}
		hit->valid_to = state->on.day;
		hit->known_from = seq;
		at++;
	}
	memmove(&open[at + 1], &open[at], (count - at) * sizeof(*open));
	open[at] = added;
	return count + 1;
}

static void sort_by_seq(struct state *states, int64_t *seqs, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && seqs[j - 1] > seqs[j]; j--) {
			struct state state = states[j];
			int64_t seq = seqs[j];

			states[j] = states[j - 1];
			seqs[j] = seqs[j - 1];
			states[j - 1] = state;
			seqs[j - 1] = seq;
		}
}

static void write_rectangles(struct seed *seed)
{
	for (int32_t i = 1; i <= seed->made; i++) {
		struct rectangle *open;
		struct state *states;
		int64_t *seqs;
		size_t count, open_count = 0;

		must(store_load_all_states(store_writer(seed->store), seed->kind, record_key(seed->kind->number, i),
		    seed->pool, &states, &seqs, &count, &error));
		sort_by_seq(states, seqs, count);
		open = pool_alloc_array(seed->pool, count + 1, sizeof(*open));
		for (size_t row = 0; row < count; row++)
			open_count = add_row(seed, open, open_count, &states[row], seqs[row]);
		for (size_t row = 0; row < open_count; row++)
			put_rectangle(seed, &open[row], SEQ_FOR_EVER);
		pool_reset(seed->pool);
	}
	fprintf(stderr, "%" PRId64 " rectangles\n", seed->rectangle_count);
}

int main(int count, char **arguments)
{
	struct seed seed = {.pool = pool_new(), .random = 88172645463325252ULL};

	if (count != 5 || (seed.records = atoll(arguments[2])) <= 0 ||
	    (seed.events = atoll(arguments[3])) < seed.records) {
		fprintf(stderr, "luodi-seed FOLDER RECORDS EVENTS RECTANGLES\n");
		return 2;
	}
	seed.created_on = calloc((size_t)seed.records, sizeof(*seed.created_on));
	seed.stages = calloc((size_t)seed.records, sizeof(*seed.stages));
	seed.rectangles = fopen(arguments[4], "w");
	if (seed.rectangles == NULL || seed.created_on == NULL || seed.stages == NULL) {
		perror(arguments[4]);
		return 1;
	}
	must((seed.store = store_open(arguments[1], false, &error)) != NULL);
	seed.schema = make_schema();
	must(store_apply_schema(seed.store, seed.schema, &error));
	seed.kind = &seed.schema->kinds[0];
	write_events(&seed);
	write_rectangles(&seed);
	if (fclose(seed.rectangles) != 0) {
		perror(arguments[4]);
		return 1;
	}
	store_close(seed.store);
	schema_release(seed.schema);
	pool_free(seed.pool);
	free(seed.created_on);
	free(seed.stages);
	return 0;
}
