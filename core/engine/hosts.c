#include "engine/hosts.h"

#include "base/clock.h"
#include "base/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	FAULTS_TO_SET_ASIDE = 3,
	DEATHS_TO_BE_A_FAULT = 4,
	PLUGINS_LARGEST = 256,
};
#define FAULT_WINDOW_US (INT64_C(600) * 1000000)

/* Wall time, from outside: the host itself counts processor time, a tenth of a second a call. */
#ifdef LUODI_SANITIZED
enum { PATIENCE_US = 2500000 }; /* checks make all slower but the clock */
#else
enum { PATIENCE_US = 250000 };
#endif
static const int64_t budget_us[] = {
    [HOST_CALL_COMPUTE] = PATIENCE_US,
    [HOST_CALL_GUARD] = PATIENCE_US,
    [HOST_CALL_EXPORT] = 60000000,
    [HOST_CALL_CONFIG] = 1000000,
    [HOST_CALL_TEST] = 60000000,
    [HOST_CALL_RULE] = 4 * PATIENCE_US, /* many days in one call, each with a budget of its own inside */
};

struct seat {
	pthread_mutex_t lock;
	struct host_client *host;
	struct plugin_set *loaded; /* what host was loaded with */
};

struct record_of_faults {
	int64_t times_us[FAULTS_TO_SET_ASIDE]; /* the last ones */
	int64_t faults, last_us;
	bool set_aside;
	char last[600];
};

struct hosts {
	char *program;
	struct seat seats[HOST_PLACES];
	pthread_mutex_t lock; /* of what follows */
	struct plugin_set *set;
	struct record_of_faults plugins[PLUGINS_LARGEST];
	int64_t restarts;
};

struct hosts *hosts_new(const char *program, struct error *error)
{
	struct hosts *hosts = calloc(1, sizeof(*hosts));

	if (hosts == NULL || (hosts->program = strdup(program)) == NULL) {
		free(hosts);
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		return NULL;
	}
	pthread_mutex_init(&hosts->lock, NULL);
	for (int i = 0; i < HOST_PLACES; i++)
		pthread_mutex_init(&hosts->seats[i].lock, NULL);
	return hosts;
}

static void empty_seat(struct seat *seat)
{
	host_client_stop(seat->host);
	seat->host = NULL;
	plugin_set_release(seat->loaded);
	seat->loaded = NULL;
}

void hosts_free(struct hosts *hosts)
{
	if (hosts == NULL)
		return;
	for (int i = 0; i < HOST_PLACES; i++) {
		empty_seat(&hosts->seats[i]);
		pthread_mutex_destroy(&hosts->seats[i].lock);
	}
	plugin_set_release(hosts->set);
	pthread_mutex_destroy(&hosts->lock);
	free(hosts->program);
	free(hosts);
}

void hosts_set(struct hosts *hosts, struct plugin_set *set, struct host_client **loaded)
{
	struct plugin_set *before;

	pthread_mutex_lock(&hosts->lock);
	before = hosts->set;
	hosts->set = plugin_set_hold(set);
	memset(hosts->plugins, 0, sizeof(hosts->plugins));
	pthread_mutex_unlock(&hosts->lock);
	plugin_set_release(before);
	if (loaded != NULL && *loaded != NULL) {
		struct seat *seat = &hosts->seats[HOST_INTERACTIVE];

		pthread_mutex_lock(&seat->lock); /* a running call ends on the old host first */
		empty_seat(seat);
		seat->host = *loaded;
		seat->loaded = plugin_set_hold(set);
		pthread_mutex_unlock(&seat->lock);
		*loaded = NULL;
	}
}

/* Under the seat's lock: a host with this set in it. */
static bool fill_seat(struct hosts *hosts, struct seat *seat, const struct plugin_set *set, struct error *error)
{
	struct pool *pool;
	bool ok = true;

	if (host_client_is_alive(seat->host) && seat->loaded == set)
		return true;
	if (seat->host != NULL) {
		pthread_mutex_lock(&hosts->lock);
		hosts->restarts++;
		pthread_mutex_unlock(&hosts->lock);
	}
	empty_seat(seat);
	seat->host = host_client_start(hosts->program, error);
	if (seat->host == NULL)
		return false;
	pool = pool_new();
	for (size_t i = 0; i < set->plugin_count && ok; i++)
		ok = host_client_load(seat->host, (int)i, &set->plugins[i], pool, error) != NULL;
	pool_free(pool);
	if (!ok || !host_client_schema(seat->host, set->schema, error)) {
		empty_seat(seat);
		return false;
	}
	seat->loaded = plugin_set_hold((struct plugin_set *)set);
	return true;
}

static void note_fault(struct hosts *hosts, const struct plugin_set *set, int plugin, const struct error *error)
{
	int64_t now = clock_monotonic_us();

	pthread_mutex_lock(&hosts->lock);
	if (hosts->set == set && plugin >= 0 && plugin < PLUGINS_LARGEST) {
		struct record_of_faults *record = &hosts->plugins[plugin];
		int64_t *oldest = &record->times_us[record->faults % FAULTS_TO_SET_ASIDE];

		record->faults++;
		*oldest = now;
		record->last_us = clock_now_us();
		memcpy(record->last, error->sentence, sizeof(error->sentence));
		if (record->faults >= FAULTS_TO_SET_ASIDE && !record->set_aside) {
			int64_t first = record->times_us[record->faults % FAULTS_TO_SET_ASIDE];

			record->set_aside = now - first < FAULT_WINDOW_US;
			if (record->set_aside)
				log_warning("插件 %s 连出 %d 次错，先停用：%s；改好以后 luodi reload",
				    set->plugins[plugin].name, FAULTS_TO_SET_ASIDE, error->sentence);
		}
	}
	pthread_mutex_unlock(&hosts->lock);
}

static bool is_set_aside(struct hosts *hosts, int plugin)
{
	bool aside;

	pthread_mutex_lock(&hosts->lock);
	aside = plugin >= 0 && plugin < PLUGINS_LARGEST && hosts->plugins[plugin].set_aside;
	pthread_mutex_unlock(&hosts->lock);
	return aside;
}

bool hosts_call(struct hosts *hosts, enum host_place place, const struct plugin_set *set, enum host_call call,
    int plugin, int64_t function, struct date today, const struct buffer *arguments, const struct host_asker *asker,
    struct pool *pool, struct wire *ret_result, struct error *error)
{
	struct seat *seat = &hosts->seats[place];
	struct host_budget budget = {.call_us = budget_us[call]};
	/* what has put out half of its answer can't begin anew */
	int attempts = call == HOST_CALL_EXPORT || call == HOST_CALL_TEST ? 1 : DEATHS_TO_BE_A_FAULT;
	bool ok = false;

	if (is_set_aside(hosts, plugin)) {
		error_set(error, ERROR_PLUGIN_FAULT, "", "插件 %s 连续出错，已经停用", set->plugins[plugin].name);
		return error_hint(error, "请管理员改好它，再 luodi reload");
	}
	pthread_mutex_lock(&seat->lock);
	for (int attempt = 0; attempt < attempts; attempt++) {
		struct error tried = {0};

		if (!fill_seat(hosts, seat, set, &tried)) {
			*error = tried;
			continue;
		}
		ok = host_client_call(
		    seat->host, call, plugin, function, today, arguments, budget, asker, pool, ret_result, &tried);
		if (ok) {
			size_t left =
			    ret_result->length - ret_result->offset; /* the host's buffer is reused by the next call */

			wire_read(
			    ret_result, pool_copy_bytes(pool, ret_result->bytes + ret_result->offset, left), left);
			break;
		}
		*error = tried;
		/* a host that just went away may have been killed by anybody; one that dies of this call dies again */
		if (host_client_is_alive(seat->host) || tried.code == ERROR_BUDGET)
			break;
	}
	pthread_mutex_unlock(&seat->lock);
	/* a function that fails on records of long ago, looked at in the background, is no reason to stop people's work */
	if (place == HOST_BACKGROUND && call == HOST_CALL_COMPUTE)
		return ok;
	if (!ok && (error->code == ERROR_PLUGIN_FAULT || error->code == ERROR_BUDGET))
		note_fault(hosts, set, plugin, error);
	return ok;
}

int64_t hosts_restarts(struct hosts *hosts)
{
	int64_t restarts;

	pthread_mutex_lock(&hosts->lock);
	restarts = hosts->restarts;
	pthread_mutex_unlock(&hosts->lock);
	return restarts;
}

static int64_t count_declarations(const struct declarations *declared)
{
	return (int64_t)(declared->kind_count + declared->guard_count + declared->rule_count + declared->figure_count +
	    declared->mapping_count + declared->export_count + declared->calendar_count);
}

void hosts_plugin_status(struct hosts *hosts, const struct plugin_set *set, struct pool *pool,
    const struct plugin_status **ret_plugins, size_t *ret_count)
{
	struct plugin_status *plugins = pool_alloc_array(pool, set->plugin_count, sizeof(*plugins));

	pthread_mutex_lock(&hosts->lock);
	for (size_t i = 0; i < set->plugin_count; i++) {
		const struct record_of_faults *record =
		    i < PLUGINS_LARGEST && hosts->set == set ? &hosts->plugins[i] : NULL;

		plugins[i] = (struct plugin_status){.name = pool_copy_text(pool, set->plugins[i].name),
		    .declarations = count_declarations(set->declarations[i])};
		if (record == NULL)
			continue;
		plugins[i].set_aside = record->set_aside;
		plugins[i].faults = record->faults;
		plugins[i].last_fault = record->faults > 0 ? pool_copy_text(pool, record->last) : NULL;
		plugins[i].last_fault_us = record->last_us;
	}
	pthread_mutex_unlock(&hosts->lock);
	*ret_plugins = plugins;
	*ret_count = set->plugin_count;
}
