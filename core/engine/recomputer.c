#include "engine/recomputer.h"

#include "base/log.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRY_AGAIN_SECONDS = 60, FORM_SIZE = 65, MARK_NAME_SIZE = 32 };

struct recomputer {
	struct engine *engine;
	pthread_t thread;
	pthread_mutex_t one; /* one kind at a time; taken before "lock" */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool look;    /* under lock */
	int64_t left; /* kinds; under lock */
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

/* A full disk, a busy writer: that passes. A function that fails does not, until somebody mends it. */
static bool is_worth_another_try(const struct error *error)
{
	return error->code != ERROR_PLUGIN_FAULT && error->code != ERROR_CONFLICT;
}

static void wait_for_work(struct recomputer *recomputer, bool try_again)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TRY_AGAIN_SECONDS;
	while (!recomputer->look && !recomputer->stopped)
		if (!try_again)
			pthread_cond_wait(&recomputer->wake, &recomputer->lock);
		else if (pthread_cond_timedwait(&recomputer->wake, &recomputer->lock, &until) == ETIMEDOUT)
			break;
}

static void *work_on(void *argument)
{
	struct recomputer *recomputer = argument;
	bool try_again = false;

	pthread_mutex_lock(&recomputer->lock);
	for (;;) {
		struct error error = {0};
		struct plugin_set *set;
		bool ok;

		wait_for_work(recomputer, try_again);
		if (recomputer->stopped)
			break;
		recomputer->look = false;
		pthread_mutex_unlock(&recomputer->lock);
		set = engine_hold_set(recomputer->engine);
		ok = run_kinds(recomputer, set, &error);
		plugin_set_release(set);
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

void recomputer_free(struct recomputer *recomputer)
{
	if (recomputer == NULL)
		return;
	recomputer_stop(recomputer);
	pthread_join(recomputer->thread, NULL);
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
