#include "engine/recomputer.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/neighbours.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t hour_us = INT64_C(3600) * 1000000;

enum { TRY_AGAIN_SECONDS = 60, CATCH_UP_EVENTS = 1000, FORM_SIZE = 65, MARK_NAME_SIZE = 32 };

struct recomputer {
	struct engine *engine;
	pthread_t thread;
	pthread_mutex_t one; /* one kind at a time; taken before "lock" */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool look, note; /* under lock: a set has come into force; something was written */
	int64_t left;	 /* kinds; under lock */
	int64_t seen;	 /* its own thread only: events up to here have had their neighbours looked at; -1: not begun */
	atomic_bool stopped;
};

/* ---- of which functions the values are ---- */

static bool has_a_part(const struct plugin_set *set, size_t plugin, const struct kind *kind)
{
	const struct declarations *declared = set->declarations[plugin];

	if (declared->calendar_count > 0) /* functions count working days */
		return true;
	for (size_t i = 0; i < declared->kind_count; i++) /* extensions too */
		if (strcmp(declared->kinds[i].name, kind->name) == 0)
			return true;
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].plugin == (int)plugin)
			return true;
	for (size_t i = 0; i < set->schema->rule_count; i++)
		if (set->schema->rules[i].plugin == (int)plugin &&
		    &set->schema->kinds[set->schema->rules[i].kind] == kind)
			return true;
	return false;
}

static void form_of(const struct plugin_set *set, const struct kind *kind, char form[FORM_SIZE])
{
	unsigned char hash[32];
	struct buffer all;

	buffer_init(&all, 1 << 20);
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].compute != 0 && !kind->fields[i].hidden)
			wire_put_text(&all, kind->fields[i].name);
	for (size_t i = 0; i < set->plugin_count; i++) {
		if (!has_a_part(set, i, kind))
			continue;
		wire_put_text(&all, set->plugins[i].name);
		wire_put_bytes(&all, set->plugins[i].hash, sizeof(set->plugins[i].hash));
	}
	store_hash(buffer_text(&all), all.length, hash);
	buffer_clear(&all);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(form + 2 * i, 3, "%02x", hash[i]);
}

static char *mark_name(const struct kind *kind, char name[MARK_NAME_SIZE])
{
	snprintf(name, MARK_NAME_SIZE, "computed.%" PRId32, kind->number);
	return name;
}

/* Behind which record the values are of other functions; RECOMPUTE_DONE: they are of these. */
static bool read_mark(struct store_connection *connection, const struct kind *kind, const char *form, struct pool *pool,
    int64_t *ret_after, struct error *error)
{
	char name[MARK_NAME_SIZE];
	const char *text;
	size_t length = strlen(form);

	if (!store_read_mark(connection, mark_name(kind, name), pool, &text, error))
		return false;
	*ret_after = 0;
	if (text != NULL && strncmp(text, form, length) == 0 && text[length] == ':')
		*ret_after = strtoll(text + length + 1, NULL, 10);
	return true;
}

static bool read_mark_of(struct engine *engine, const struct plugin_set *set, const struct kind *kind,
    char form[FORM_SIZE], int64_t *ret_after, struct error *error)
{
	struct store_connection *connection;
	struct pool *pool;
	bool ok;

	*ret_after = RECOMPUTE_DONE;
	if (!kind->computes)
		return true;
	connection = engine_take_reader(engine, error);
	if (connection == NULL)
		return false;
	pool = pool_new();
	form_of(set, kind, form);
	ok = read_mark(connection, kind, form, pool, ret_after, error);
	pool_free(pool);
	engine_return_reader(engine, connection);
	return ok;
}

/* ---- the thread ---- */

static bool run_kind(
    struct recomputer *recomputer, struct plugin_set *set, const struct kind *kind, struct error *error)
{
	struct recompute recompute = {.engine = recomputer->engine,
	    .set = set,
	    .kind = kind,
	    .from = DATE_NONE,
	    .actor = "system",
	    .stopped = &recomputer->stopped};
	char form[FORM_SIZE], name[MARK_NAME_SIZE];
	bool ok;

	if (!read_mark_of(recomputer->engine, set, kind, form, &recompute.after, error))
		return false;
	if (recompute.after == RECOMPUTE_DONE)
		return true;
	recompute.form = form;
	recompute.mark = mark_name(kind, name);
	ok = recompute_run(&recompute, error);
	if (recompute.report.records > 0)
		log_info("重算%s：%" PRId64 " 条里 %" PRId64 " 条的值变了%s", kind->title, recompute.report.records,
		    recompute.report.changed, ok ? "" : "，还没做完");
	pthread_mutex_lock(&recomputer->lock);
	recomputer->left -= ok && recomputer->left > 0;
	pthread_mutex_unlock(&recomputer->lock);
	return ok;
}

static bool run_kinds(struct recomputer *recomputer, struct plugin_set *set, struct error *error)
{
	const struct schema *schema = set->schema;
	bool ok = true;

	pthread_mutex_lock(&recomputer->one);
	for (size_t i = 0; ok && i < schema->kind_count && !recomputer->stopped; i++)
		ok = run_kind(recomputer, set, &schema->kinds[i], error);
	pthread_mutex_unlock(&recomputer->one);
	return ok;
}

/* ---- lights: what time and what neighbours change ---- */

static bool has_rules(const struct plugin_set *set)
{
	return set->schema->rule_count > 0;
}

static bool run_due(struct recomputer *recomputer, struct plugin_set *set, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; ok && i < set->schema->kind_count && !recomputer->stopped; i++) {
		struct recompute recompute = {.engine = recomputer->engine,
		    .set = set,
		    .kind = &set->schema->kinds[i],
		    .due = true,
		    .actor = "system",
		    .stopped = &recomputer->stopped};

		if (recompute.kind->light < 0)
			continue;
		pthread_mutex_lock(&recomputer->one);
		ok = recompute_run(&recompute, error);
		pthread_mutex_unlock(&recomputer->one);
	}
	return ok;
}

static bool run_given(struct recomputer *recomputer, struct recompute *recompute, const struct neighbour *neighbours,
    size_t count, struct error *error)
{
	int64_t *records = malloc(count * sizeof(*records));
	bool ok;

	if (records == NULL)
		return error_set(error, ERROR_INTERNAL, "", "没有内存");
	for (size_t i = 0; i < count; i++)
		records[i] = neighbours[i].record;
	recompute->records = records;
	recompute->record_count = count;
	pthread_mutex_lock(&recomputer->one);
	ok = recompute_run(recompute, error);
	pthread_mutex_unlock(&recomputer->one);
	free(records);
	return ok;
}

/* Those of one kind and one first day at a time. */
static bool run_neighbours(struct recomputer *recomputer, struct plugin_set *set, const struct neighbour *neighbours,
    size_t count, struct error *error)
{
	bool ok = true;

	for (size_t i = 0, n; ok && i < count && !recomputer->stopped; i += n) {
		struct recompute recompute = {.engine = recomputer->engine,
		    .set = set,
		    .kind = schema_kind_of(set->schema, neighbours[i].record),
		    .from = neighbours[i].from,
		    .actor = "system",
		    .stopped = &recomputer->stopped};

		for (n = 1; i + n < count && neighbours[i + n].from.day == neighbours[i].from.day &&
		     schema_kind_of(set->schema, neighbours[i + n].record) == recompute.kind;)
			n++;
		ok = run_given(recomputer, &recompute, neighbours + i, n, error);
	}
	return ok;
}

static bool run_noted(struct recomputer *recomputer, struct plugin_set *set, struct error *error)
{
	struct store_connection *connection = engine_take_reader(recomputer->engine, error);
	struct pool *pool = pool_new();
	struct neighbour *neighbours = NULL;
	size_t count = 0;
	struct head head;
	bool ok = connection != NULL && store_snapshot_begin(connection, error);

	if (ok) {
		ok = store_read_head(connection, &head, error);
		if (ok && recomputer->seen < 0)
			recomputer->seen = head.seq > CATCH_UP_EVENTS ? head.seq - CATCH_UP_EVENTS : 0;
		ok = ok &&
		    neighbours_find(
			connection, set->schema, recomputer->seen + 1, head.seq, pool, &neighbours, &count, error);
		store_snapshot_end(connection);
	}
	if (connection != NULL)
		engine_return_reader(recomputer->engine, connection);
	ok = ok && run_neighbours(recomputer, set, neighbours, count, error);
	if (ok)
		recomputer->seen = head.seq;
	pool_free(pool);
	return ok;
}

static bool run_lights(struct recomputer *recomputer, struct plugin_set *set, struct error *error)
{
	return !has_rules(set) || (run_noted(recomputer, set, error) && run_due(recomputer, set, error));
}

/* The moment at which the next day begins that something is due on; 0: nothing ever is. Wall clock. */
static int64_t next_due_us(struct recomputer *recomputer, const struct plugin_set *set)
{
	struct store_connection *connection;
	struct error error = {0};
	struct date day;

	if (!has_rules(set) || clock_is_fixed())
		return 0;
	connection = engine_take_reader(recomputer->engine, &error);
	if (connection == NULL)
		return 0;
	if (!store_next_due(connection, &day, &error))
		day = DATE_NONE;
	engine_return_reader(recomputer->engine, connection);
	return date_is_none(day) ? 0 : clock_day_start(day);
}

/* A full disk, a busy writer: that passes. A function that fails does not, until somebody mends it. */
static bool is_worth_another_try(const struct error *error)
{
	return error->code != ERROR_PLUGIN_FAULT && error->code != ERROR_CONFLICT;
}

/* Until there is something to do, or the day has come: the wall clock may be set, so that is looked at again each hour. */
static void wait_for_work(struct recomputer *recomputer, bool try_again, int64_t due_us)
{
	struct timespec until;
	int64_t wait_us = try_again ? TRY_AGAIN_SECONDS * INT64_C(1000000) : INT64_MAX;

	if (due_us != 0 && due_us - clock_now_us() < wait_us)
		wait_us = due_us - clock_now_us();
	if (wait_us <= 0)
		wait_us = 1000000; /* due, and yet there: it could not be done */
	if (wait_us != INT64_MAX && wait_us > hour_us && due_us != 0)
		wait_us = hour_us;
	clock_gettime(CLOCK_MONOTONIC, &until);
	if (wait_us != INT64_MAX)
		until.tv_sec += wait_us / 1000000 + 1;
	while (!recomputer->look && !recomputer->note && !recomputer->stopped)
		if (wait_us == INT64_MAX)
			pthread_cond_wait(&recomputer->wake, &recomputer->lock);
		else if (pthread_cond_timedwait(&recomputer->wake, &recomputer->lock, &until) == ETIMEDOUT)
			break;
}

static bool run_once(struct recomputer *recomputer, bool look, int64_t *ret_due_us, struct error *error)
{
	struct plugin_set *set = engine_hold_set(recomputer->engine);
	bool ok = (!look || run_kinds(recomputer, set, error)) && run_lights(recomputer, set, error);

	*ret_due_us = next_due_us(recomputer, set);
	plugin_set_release(set);
	return ok;
}

static void *work_on(void *argument)
{
	struct recomputer *recomputer = argument;
	bool try_again = false, look = false;
	int64_t due_us = 0;

	pthread_mutex_lock(&recomputer->lock);
	for (;;) {
		struct error error = {0};
		bool ok;

		wait_for_work(recomputer, try_again, due_us);
		if (recomputer->stopped)
			break;
		look = recomputer->look || (look && try_again);
		recomputer->look = recomputer->note = false;
		pthread_mutex_unlock(&recomputer->lock);
		ok = run_once(recomputer, look, &due_us, &error);
		try_again = !ok && is_worth_another_try(&error);
		if (!ok && !recomputer->stopped)
			log_warning("重算没有做完，过一会儿接着做：%s", error.sentence);
		pthread_mutex_lock(&recomputer->lock);
		if (!try_again && !recomputer->look)
			recomputer->left = 0;
	}
	pthread_mutex_unlock(&recomputer->lock);
	return NULL;
}

struct recomputer *recomputer_new(struct engine *engine, struct error *error)
{
	struct recomputer *recomputer = calloc(1, sizeof(*recomputer));
	pthread_condattr_t attributes;

	if (recomputer == NULL) {
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		return NULL;
	}
	recomputer->engine = engine;
	recomputer->seen = -1;
	pthread_mutex_init(&recomputer->one, NULL);
	pthread_mutex_init(&recomputer->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&recomputer->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&recomputer->thread, NULL, work_on, recomputer) != 0) {
		error_set(error, ERROR_INTERNAL, "", "起不了重算的线程");
		free(recomputer);
		return NULL;
	}
	return recomputer;
}

void recomputer_stop(struct recomputer *recomputer)
{
	if (recomputer == NULL)
		return;
	pthread_mutex_lock(&recomputer->lock);
	atomic_store(&recomputer->stopped, true);
	pthread_cond_signal(&recomputer->wake);
	pthread_mutex_unlock(&recomputer->lock);
}

void recomputer_join(struct recomputer *recomputer)
{
	if (recomputer == NULL)
		return;
	recomputer_stop(recomputer);
	pthread_join(recomputer->thread, NULL);
}

void recomputer_free(struct recomputer *recomputer)
{
	if (recomputer == NULL)
		return;
	pthread_cond_destroy(&recomputer->wake);
	pthread_mutex_destroy(&recomputer->lock);
	pthread_mutex_destroy(&recomputer->one);
	free(recomputer);
}

bool recomputer_look(
    struct recomputer *recomputer, const struct plugin_set *set, struct buffer *out, struct error *error)
{
	int64_t due = 0, after;
	char form[FORM_SIZE];

	for (size_t i = 0; i < set->schema->kind_count; i++) {
		const struct kind *kind = &set->schema->kinds[i];

		if (!read_mark_of(recomputer->engine, set, kind, form, &after, error))
			return false;
		if (after == RECOMPUTE_DONE)
			continue;
		due++;
		if (out != NULL)
			buffer_format(out, "重算 %s 的计算字段：在后台做，不挡别人写\n", kind->title);
	}
	pthread_mutex_lock(&recomputer->lock);
	recomputer->look = true;
	recomputer->left = due;
	pthread_cond_signal(&recomputer->wake);
	pthread_mutex_unlock(&recomputer->lock);
	return true;
}

void recomputer_note(struct recomputer *recomputer)
{
	if (recomputer == NULL)
		return;
	pthread_mutex_lock(&recomputer->lock);
	recomputer->note = true;
	pthread_cond_signal(&recomputer->wake);
	pthread_mutex_unlock(&recomputer->lock);
}

int64_t recomputer_left(struct recomputer *recomputer)
{
	int64_t left;

	pthread_mutex_lock(&recomputer->lock);
	left = recomputer->left;
	pthread_mutex_unlock(&recomputer->lock);
	return left;
}

bool recomputer_run(struct recomputer *recomputer, struct recompute *recompute, struct error *error)
{
	bool ok;

	recompute->stopped = &recomputer->stopped;
	pthread_mutex_lock(&recomputer->one);
	ok = recompute_run(recompute, error);
	pthread_mutex_unlock(&recomputer->one);
	return ok;
}
