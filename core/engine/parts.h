/* parts: what the engine's own files share. Not for other layers.
 *
 * Locks, never two at once: schema_lock guards "set"; each host its own; the writer's queue its own; readers_lock the idle connections.
 */
#ifndef LUODI_ENGINE_PARTS_H
#define LUODI_ENGINE_PARTS_H

#include "engine/engine.h"
#include "engine/hosts.h"
#include "engine/plugin_set.h"
#include "engine/workers.h"
#include "store/store.h"
#include <pthread.h>
#include <stdatomic.h>

struct images;
struct recomputer;
struct writer;

enum { READERS_IDLE = 16 };

struct engine {
	char *data;
	char **plugin_folders;
	size_t plugin_folder_count;
	const char *extra; /* one more plugin's folder, borrowed; or NULL */
	char *host_program;
	struct store *store;
	struct writer *writer;
	struct images *images; /* its lock is taken alone, or not at all */
	struct workers *readers, *longs;
	struct recomputer *recomputer;

	pthread_mutex_t schema_lock;
	struct plugin_set *set; /* in force; held by reference wherever it is used */
	struct hosts *hosts;

	pthread_mutex_t readers_lock;
	struct store_connection *idle[READERS_IDLE];
	size_t idle_count;

	pthread_mutex_t reload_lock; /* one reload at a time */
	int64_t started_us, started_monotonic_us;
	_Atomic int64_t last_seq; /* committed */
	atomic_bool has_rules;	  /* of the set in force: somebody wants to know of each commit */

	void (*broken)(void *argument);
	void *broken_argument;
	void (*committed)(void *argument, int64_t first, int64_t last);
	void *committed_argument;
};

/* A reader connection to have for a while. NULL: error. */
must_check struct store_connection *engine_take_reader(struct engine *engine, struct error *error);
void engine_return_reader(struct engine *engine, struct store_connection *connection);

/* The plugin set in force, held: plugin_set_release(). */
struct plugin_set *engine_hold_set(struct engine *engine);

/* max(clock, last recorded) as a day: never before what has been recorded (SEMANTICS 6). */
struct date engine_today(const struct head *head);

#endif
