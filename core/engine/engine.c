#include "engine/engine.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/image.h"
#include "engine/parts.h"
#include "engine/plugin_test.h"
#include "engine/recomputer.h"
#include "engine/resolve.h"
#include "engine/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

struct date engine_today(const struct head *head)
{
	struct date today = clock_today();
	struct date last = head->recorded_at_us > 0 ? clock_day_of(head->recorded_at_us) : today;

	return last.day > today.day ? last : today;
}

struct plugin_set *engine_hold_set(struct engine *engine)
{
	struct plugin_set *set;

	pthread_mutex_lock(&engine->schema_lock);
	set = plugin_set_hold(engine->set);
	pthread_mutex_unlock(&engine->schema_lock);
	return set;
}

struct schema *engine_schema(struct engine *engine)
{
	struct schema *schema;

	pthread_mutex_lock(&engine->schema_lock);
	schema = schema_hold(engine->set->schema);
	pthread_mutex_unlock(&engine->schema_lock);
	return schema;
}

void engine_read_present(struct engine *engine, struct engine_present *ret_present)
{
	struct head head = {0};

	store_read_committed(engine->store, &head.seq, &head.recorded_at_us);
	ret_present->seq = head.seq;
	ret_present->today = engine_today(&head);
	ret_present->schema = engine_schema(engine);
}

bool engine_read_news(struct engine *engine, int64_t after, int64_t last,
    void (*tell)(void *argument, int64_t record, int64_t seq), void *argument)
{
	return store_read_news(engine->store, after, last, tell, argument);
}

struct store_connection *engine_take_reader(struct engine *engine, struct error *error)
{
	struct store_connection *connection = NULL;

	pthread_mutex_lock(&engine->readers_lock);
	if (engine->idle_count > 0)
		connection = engine->idle[--engine->idle_count];
	pthread_mutex_unlock(&engine->readers_lock);
	return connection != NULL ? connection : store_reader_open(engine->store, error);
}

void engine_return_reader(struct engine *engine, struct store_connection *connection)
{
	pthread_mutex_lock(&engine->readers_lock);
	if (engine->idle_count < READERS_IDLE) {
		engine->idle[engine->idle_count++] = connection;
		connection = NULL;
	}
	pthread_mutex_unlock(&engine->readers_lock);
	store_reader_close(connection);
}

/* ---- plugins ---- */

struct schema_work {
	struct plugin_set *set;
};

static bool apply_schema(struct engine *engine, void *argument, struct error *error)
{
	struct schema_work *work = argument;

	return store_apply_schema(engine->store, work->set->schema, error);
}

struct catalog_work {
	struct pool *pool;
	const struct catalog *catalog;
};

static bool read_catalog(struct engine *engine, void *argument, struct error *error)
{
	struct catalog_work *work = argument;

	work->catalog = store_catalog(engine->store, work->pool, error);
	return work->catalog != NULL;
}

/* The catalog is read on the writer's connection: by the writer, once there is one. */
static const struct catalog *load_catalog(struct engine *engine, struct pool *pool, struct error *error)
{
	struct catalog_work work = {.pool = pool};
	bool ok = engine->writer != NULL ? writer_run(engine->writer, WRITER_ALONE, read_catalog, &work, error)
					 : read_catalog(engine, &work, error);

	return ok ? work.catalog : NULL;
}

/* Loads a whole set into a fresh host; nothing is in force yet. */
static struct plugin_set *load_set(
    struct engine *engine, struct host_client **ret_host, struct buffer *ret_faults, struct error *error)
{
	struct pool *pool = pool_new();
	const struct catalog *catalog = load_catalog(engine, pool, error);
	struct host_client *host = catalog != NULL ? host_client_start(engine->host_program, error) : NULL;
	struct plugin_set *set = NULL;

	if (host != NULL)
		set = plugin_set_load((const char *const *)engine->plugin_folders, engine->plugin_folder_count,
		    engine->extra, host, catalog, ret_faults, error);
	if (set == NULL)
		host_client_stop(host);
	else
		*ret_host = host;
	pool_free(pool);
	return set;
}

static void put_in_force(struct engine *engine, struct plugin_set *set, struct host_client **host)
{
	struct plugin_set *before;

	pthread_mutex_lock(&engine->schema_lock);
	before = engine->set;
	engine->set = set;
	atomic_store(&engine->has_rules, set->schema->rule_count > 0);
	pthread_mutex_unlock(&engine->schema_lock);
	hosts_set(engine->hosts, set, host);
	plugin_set_release(before);
}

static const struct plugin_source *find_source(const struct plugin_set *set, const char *name)
{
	for (size_t i = 0; i < set->plugin_count; i++)
		if (strcmp(set->plugins[i].name, name) == 0)
			return &set->plugins[i];
	return NULL;
}

static void summarize(const struct plugin_set *before, const struct plugin_set *after, struct buffer *out)
{
	size_t same = 0;

	for (size_t i = 0; i < after->plugin_count; i++) {
		const struct plugin_source *old = find_source(before, after->plugins[i].name);

		if (old == NULL)
			buffer_format(out, "新装 %s\n", after->plugins[i].name);
		else if (memcmp(old->hash, after->plugins[i].hash, sizeof(old->hash)) != 0)
			buffer_format(out, "改 %s\n", after->plugins[i].name);
		else
			same++;
	}
	for (size_t i = 0; i < before->plugin_count; i++)
		if (find_source(after, before->plugins[i].name) == NULL)
			buffer_format(out, "卸下 %s\n", before->plugins[i].name);
	buffer_format(out, "其余 %zu 个不变\n", same);
}

/* The set is in force already: that it could not be looked at is no reason to refuse it. */
static void tell_recompute(struct engine *engine, const struct plugin_set *set, struct buffer *out)
{
	struct error error = {0};

	if (!recomputer_look(engine->recomputer, set, out, &error))
		log_warning("看不出算出来的字段要不要重算，下次启动再看：%s", error.sentence);
}

bool engine_reload(struct engine *engine, struct buffer *ret_summary, struct buffer *ret_faults, struct error *error)
{
	struct host_client *host = NULL;
	struct schema_work work;
	struct plugin_set *before;
	bool ok;

	pthread_mutex_lock(&engine->reload_lock);
	work.set = load_set(engine, &host, ret_faults, error);
	ok = work.set != NULL;
	if (ok && !writer_run(engine->writer, WRITER_ALONE, apply_schema, &work, error)) {
		buffer_format(ret_faults, "%s\n", error->sentence);
		host_client_stop(host);
		plugin_set_release(work.set);
		ok = false;
	}
	if (ok &&
	    !host_client_schema(
		host, work.set->schema, error)) { /* it died just now: another is started when it is needed */
		host_client_stop(host);
		host = NULL;
	}
	if (ok) {
		before = engine_hold_set(engine);
		summarize(before, work.set, ret_summary);
		put_in_force(engine, work.set, &host);
		plugin_set_release(before);
		tell_recompute(engine, work.set, ret_summary);
		log_info("启用插件集 %.12s", work.set->schema->set_hash);
	}
	pthread_mutex_unlock(&engine->reload_lock);
	return ok;
}

/* ---- opening and closing ---- */

/* Of the computed values that a recompute wrote nothing is void: they are right as far as they go. */
static bool is_recompute(
    struct engine *engine, const int64_t *seqs, size_t count, struct pool *pool, bool *ret_is, struct error *error)
{
	*ret_is = count > 0;
	for (size_t i = 0; i < count && *ret_is; i++) {
		const struct event *event = store_load_event(store_writer(engine->store), seqs[i], pool, error);

		if (event == NULL)
			return false;
		*ret_is = event->action == EVENT_RECOMPUTE;
	}
	return true;
}

static bool close_open_batch(struct engine *engine, int64_t number, struct error *error)
{
	if (!store_begin(engine->store, error))
		return false;
	if (!store_batch_close(engine->store, number, error)) {
		store_rollback(engine->store);
		return false;
	}
	return store_commit(engine->store, error);
}

/* SEMANTICS 10: a batch that a crash left open is voided, and that is said. */
static bool void_open_batch(struct engine *engine, int64_t number, struct pool *pool, struct error *error)
{
	struct wish *wish;
	struct outcome *outcome;
	int64_t *seqs;
	size_t count;
	bool ok, stands;

	if (!store_batch_events(store_writer(engine->store), number, pool, &seqs, &count, error) ||
	    !is_recompute(engine, seqs, count, pool, &stands, error))
		return false;
	if (stands)
		log_info("批次 %" PRId64 " 上次没有写完就停了，已写的 %zu 条算数，余下的接着写", number, count);
	else
		log_warning(
		    "批次 %" PRId64 " 上次没有写完就停了，已写的 %zu 条整批作废；要的话把它再做一次", number, count);
	if (count == 0 || stands)
		return close_open_batch(engine, number, error);
	wish = wish_new(WISH_UNDO);
	wish->caller = (struct caller){.name = "system", .role = ROLE_ADMIN};
	wish->batch = number;
	wish->never_ended = true;
	wish->confirm = true;
	wish->note = "上次没有写完就停了，整批作废";
	outcome = engine_write(engine, &wish);
	ok = outcome->ok;
	if (!ok)
		*error = outcome->error;
	outcome_free(outcome);
	if (!ok &&
	    error->code == ERROR_REFUSED) { /* what came later leans on it: people must look, and can't before we run */
		log_error("批次 %" PRId64 " 没能作废，留着：%s；请看 luodi batches", number, error->sentence);
		*error = (struct error){0};
		return close_open_batch(engine, number, error);
	}
	return ok;
}

static bool void_open_batches(struct engine *engine, struct error *error)
{
	struct pool *pool = pool_new();
	int64_t *numbers;
	size_t count = 0;
	bool ok = store_open_batches(store_writer(engine->store), pool, &numbers, &count, error);

	for (size_t i = 0; ok && i < count; i++)
		ok = void_open_batch(engine, numbers[i], pool, error);
	pool_free(pool);
	return ok;
}

static bool start(
    struct engine *engine, const struct engine_options *options, struct buffer *ret_faults, struct error *error)
{
	struct host_client *host = NULL;

	engine->store = store_open(options->data, options->fixed_today, error);
	if (engine->store == NULL)
		return false;
	engine->last_seq = store_head(engine->store).seq;
	engine->set = load_set(engine, &host, ret_faults, error);
	if (engine->set == NULL)
		return false;
	atomic_store(&engine->has_rules, engine->set->schema->rule_count > 0);
	if (!store_apply_schema(engine->store, engine->set->schema, error)) {
		host_client_stop(host);
		return false;
	}
	/* the kinds have their numbers only now */
	if (!host_client_schema(host, engine->set->schema, error)) {
		host_client_stop(host);
		return false;
	}
	engine->hosts = hosts_new(engine->host_program, error);
	if (engine->hosts == NULL) {
		host_client_stop(host);
		return false;
	}
	hosts_set(engine->hosts, engine->set, &host);
	engine->readers = workers_new(options->readers > 0 ? options->readers : 2, error);
	engine->longs = engine->readers != NULL ? workers_new(2, error) : NULL;
	engine->writer = engine->longs != NULL ? writer_new(engine, error) : NULL;
	engine->recomputer = engine->writer != NULL ? recomputer_new(engine, error) : NULL;
	return engine->recomputer != NULL && void_open_batches(engine, error) &&
	    recomputer_look(engine->recomputer, engine->set, NULL, error);
}

struct engine *engine_open(const struct engine_options *options, struct buffer *ret_faults, struct error *error)
{
	return engine_open_with(options, NULL, ret_faults, error);
}

struct engine *engine_open_with(
    const struct engine_options *options, const char *extra, struct buffer *ret_faults, struct error *error)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	bool ok;

	if (engine == NULL) {
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		return NULL;
	}
	pthread_mutex_init(&engine->schema_lock, NULL);
	pthread_mutex_init(&engine->readers_lock, NULL);
	pthread_mutex_init(&engine->reload_lock, NULL);
	engine->started_us = clock_now_us();
	engine->started_monotonic_us = clock_monotonic_us();
	engine->extra = extra;
	engine->data = strdup(options->data);
	engine->host_program = strdup(options->host_program);
	engine->plugin_folders = calloc(options->plugin_folder_count + 1, sizeof(*engine->plugin_folders));
	engine->images = calloc(1, sizeof(*engine->images));
	if (engine->images != NULL)
		images_init(engine->images);
	ok = engine->data != NULL && engine->host_program != NULL && engine->plugin_folders != NULL &&
	    engine->images != NULL;
	for (size_t i = 0; ok && i < options->plugin_folder_count; i++) {
		engine->plugin_folders[i] = strdup(options->plugin_folders[i]);
		ok = engine->plugin_folders[i] != NULL;
		engine->plugin_folder_count += ok;
	}
	if (!ok)
		error_set(error, ERROR_INTERNAL, "", "没有内存");
	if (!ok || !start(engine, options, ret_faults, error)) {
		engine_close(engine);
		return NULL;
	}
	return engine;
}

void engine_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	recomputer_stop(engine->recomputer);
	workers_stop(engine->longs); /* they may wait for the writer */
	workers_stop(engine->readers);
	recomputer_join(engine->recomputer); /* it too */
	writer_free(engine->writer);
	recomputer_free(engine->recomputer); /* the writer tells it of each commit, to the last */
	workers_free(engine->longs);
	workers_free(engine->readers);
	hosts_free(engine->hosts);
	for (size_t i = 0; i < engine->idle_count; i++)
		store_reader_close(engine->idle[i]);
	if (engine->images != NULL)
		images_clear(engine->images);
	free(engine->images);
	plugin_set_release(engine->set);
	store_close(engine->store);
	for (size_t i = 0; i < engine->plugin_folder_count; i++)
		free(engine->plugin_folders[i]);
	free(engine->plugin_folders);
	free(engine->host_program);
	free(engine->data);
	pthread_mutex_destroy(&engine->schema_lock);
	pthread_mutex_destroy(&engine->readers_lock);
	pthread_mutex_destroy(&engine->reload_lock);
	free(engine);
}

void engine_on_broken(struct engine *engine, void (*broken)(void *argument), void *argument)
{
	engine->broken_argument = argument;
	engine->broken = broken;
}

void engine_on_committed(
    struct engine *engine, void (*committed)(void *argument, int64_t first, int64_t last), void *argument)
{
	engine->committed_argument = argument;
	engine->committed = committed;
}

/* ---- work ---- */

void engine_submit(
    struct engine *engine, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument)
{
	writer_submit(engine->writer, wish, done, argument);
}

struct waiting {
	pthread_mutex_t lock;
	pthread_cond_t finished;
	struct outcome *outcome;
};

static void on_waited(void *argument, struct outcome *outcome)
{
	struct waiting *waiting = argument;

	pthread_mutex_lock(&waiting->lock);
	waiting->outcome = outcome;
	pthread_cond_signal(&waiting->finished);
	pthread_mutex_unlock(&waiting->lock);
}

struct outcome *engine_write(struct engine *engine, struct wish **wish)
{
	struct waiting waiting = {.outcome = NULL};

	pthread_mutex_init(&waiting.lock, NULL);
	pthread_cond_init(&waiting.finished, NULL);
	engine_submit(engine, wish, on_waited, &waiting);
	pthread_mutex_lock(&waiting.lock);
	while (waiting.outcome == NULL)
		pthread_cond_wait(&waiting.finished, &waiting.lock);
	pthread_mutex_unlock(&waiting.lock);
	pthread_cond_destroy(&waiting.finished);
	pthread_mutex_destroy(&waiting.lock);
	return waiting.outcome;
}

void engine_hash(const void *bytes, size_t length, unsigned char ret_hash[32])
{
	store_hash(bytes, length, ret_hash);
}

bool engine_find_outcome(struct engine *engine, const char *actor, const char *key, struct pool *pool,
    const char **ret_reply, size_t *ret_length, struct error *error)
{
	struct store_connection *connection = engine_take_reader(engine, error);
	const unsigned char *hash;
	bool ok;

	if (connection == NULL)
		return false;
	*ret_reply = NULL;
	ok = store_find_request(connection, actor, key, pool, &hash, ret_reply, ret_length, error);
	engine_return_reader(engine, connection);
	if (ok && *ret_reply == NULL) {
		error_set(error, ERROR_NOT_FOUND, "key", "请求 %s 没有写成", key);
		return error_hint(error, "可以照样再发一次");
	}
	return ok;
}

bool engine_post(
    struct engine *engine, enum engine_pool pool, void (*run)(void *argument), void *argument, struct error *error)
{
	return workers_post(pool == ENGINE_READERS ? engine->readers : engine->longs, run, argument, error);
}

bool engine_recompute(struct engine *engine, const char *kind, const char *from, const char *note,
    const struct caller *caller, bool dry_run, void (*progress)(void *argument, int64_t done, int64_t total),
    void *argument, struct pool *pool, struct recompute_report *ret_report, struct error *error)
{
	struct plugin_set *set = engine_hold_set(engine);
	struct engine_present present;
	struct recompute recompute = {.engine = engine,
	    .set = set,
	    .actor = caller->name,
	    .note = note,
	    .dry_run = dry_run,
	    .progress = progress,
	    .argument = argument};
	struct resolver resolver = {.schema = set->schema, .pool = pool};
	bool ok;

	engine_read_present(engine, &present);
	schema_release(present.schema);
	resolver.today = present.today;
	recompute.kind = resolve_kind(&resolver, kind, error);
	ok = recompute.kind != NULL && resolve_effective_day(&resolver, from, &recompute.from, error);
	if (ok && !recompute.kind->computes) {
		ok = error_set(error, ERROR_REFUSED, "kind", "%s没有计算出来的字段", recompute.kind->title);
		error_hint(error, "看它有哪些字段：luodi fields %s", recompute.kind->name);
	}
	ok = ok && recomputer_run(engine->recomputer, &recompute, error);
	if (ok) {
		*ret_report = recompute.report;
		ret_report->from = recompute.from;
		ret_report->kind = pool_copy_text(pool, recompute.kind->name);
	}
	plugin_set_release(set);
	return ok;
}

/* ---- status ---- */

static int64_t data_bytes(const struct engine *engine)
{
	static const char *const files[] = {"luodi.db", "luodi.db-wal"};
	int64_t total = 0;
	char path[4200];
	struct stat status;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", engine->data, files[i]);
		if (stat(path, &status) == 0)
			total += status.st_size;
	}
	return total;
}

void engine_status(struct engine *engine, struct pool *pool, struct engine_status *ret_status)
{
	struct plugin_set *set = engine_hold_set(engine);
	struct engine_status status = {
	    .started_us = engine->started_us, .uptime_us = clock_monotonic_us() - engine->started_monotonic_us};
	struct writer_status writing;
	struct statvfs space;
	struct error ignored = {0};
	struct store_connection *connection = engine_take_reader(engine, &ignored);
	struct head head = {0};

	if (connection != NULL) {
		if (!store_read_head(connection, &head, &ignored))
			log_warning("读不出记到第几条：%s", ignored.sentence);
		engine_return_reader(engine, connection);
	}
	writer_status(engine->writer, &writing);
	status.seq = head.seq;
	status.batch = head.batch;
	for (size_t i = 0; i < sizeof(head.hash); i++)
		snprintf(status.head_hash + 2 * i, 3, "%02x", head.hash[i]);
	status.read_only = writing.read_only;
	status.read_only_since_us = writing.read_only_since_us;
	memcpy(status.read_only_reason, writing.read_only_reason, sizeof(status.read_only_reason));
	memcpy(status.set_hash, set->schema->set_hash, sizeof(status.set_hash));
	status.today = engine_today(&head);
	status.recomputing = recomputer_left(engine->recomputer);
	status.queued_writes = writing.queued;
	status.groups = writing.groups;
	status.events_written = writing.events;
	status.host_restarts = hosts_restarts(engine->hosts);
	status.data_bytes = data_bytes(engine);
	if (statvfs(engine->data, &space) == 0)
		status.free_bytes = (int64_t)(space.f_bavail * space.f_frsize);
	hosts_plugin_status(engine->hosts, set, pool, &status.plugins, &status.plugin_count);
	plugin_set_release(set);
	*ret_status = status;
}
