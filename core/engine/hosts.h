/* hosts: the two plugin host processes, interactive (guards, computes) and background (exports, tests, recomputes), each under a lock, each replaced when
 * it dies or overruns. Counts the faults of each plugin; after three in ten minutes a plugin is set aside until a reload.
 *
 * Any thread but the loop's: calls wait for the host.
 */
#ifndef LUODI_ENGINE_HOSTS_H
#define LUODI_ENGINE_HOSTS_H

#include "engine/engine.h"
#include "engine/plugin_set.h"

struct hosts;

enum host_place { HOST_INTERACTIVE, HOST_BACKGROUND, HOST_PLACES };

must_check struct hosts *hosts_new(const char *program, struct error *error);
void hosts_free(struct hosts *hosts);
/* From now on calls run on this set; hosts are loaded when first needed, the one given (may be NULL) is taken as interactive. */
void hosts_set(struct hosts *hosts, struct plugin_set *set, struct host_client **loaded);

/* One call on the set in force, or on "set" where it is still current; ERROR_CONFLICT when the set has been replaced meanwhile. A host that was
 * found dead is replaced and the call made again, three times at most. result: see host_client_call; copied to the pool. */
must_check bool hosts_call(struct hosts *hosts, enum host_place place, const struct plugin_set *set,
    enum host_call call, int plugin, int64_t function, struct date today, const struct buffer *arguments,
    const struct host_asker *asker, struct pool *pool, struct wire *ret_result, struct error *error);

int64_t hosts_restarts(struct hosts *hosts);
void hosts_plugin_status(struct hosts *hosts, const struct plugin_set *set, struct pool *pool,
    const struct plugin_status **ret_plugins, size_t *ret_count);

#endif
