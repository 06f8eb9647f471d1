/* plugin_set: the plugins in force: their sources, what they declare, and the schema made of it. Made whole, then never changed;
 * held by reference. */
#ifndef LUODI_ENGINE_PLUGIN_SET_H
#define LUODI_ENGINE_PLUGIN_SET_H

#include "engine/host_client.h"

struct plugin_set {
	struct pool *pool;
	const struct plugin_source *plugins; /* by name */
	size_t plugin_count;
	const struct declarations *const *declarations; /* of each */
	struct schema *schema;
	_Atomic int references;
};

/* Reads every plugin folder in folders (init.lua and further modules, no links, not writable by others); extra may name one more plugin
 * folder, which wins over one of the same name. Faults are lines in ret_faults. */
must_check bool plugin_sources_read(const char *const *folders, size_t folder_count, const char *extra,
    struct pool *pool, const struct plugin_source **ret_plugins, size_t *ret_count, struct buffer *ret_faults,
    struct error *error);

/* Loads them into host, collects the declarations, adds luodi's own kinds, makes the schema. The host still has to be
 * told the schema, once its kinds have their numbers (host_client_schema). All faults are lines in ret_faults. NULL: error is the first. */
must_check struct plugin_set *plugin_set_load(const char *const *folders, size_t folder_count, const char *extra,
    struct host_client *host, const struct catalog *catalog, struct buffer *ret_faults, struct error *error);

/* Checks the filters in figures and guards against the schema. */
must_check bool plugin_set_check_filters(const struct plugin_set *set, struct buffer *ret_faults, struct error *error);

/* Checks what else only this layer can: the formats of exports, the encodings of mappings. */
must_check bool plugin_set_check_names(const struct plugin_set *set, struct buffer *ret_faults, struct error *error);

struct plugin_set *plugin_set_hold(struct plugin_set *set);
void plugin_set_release(struct plugin_set *set);

/* luodi's own kind: figures as stated by people (SEMANTICS 21). */
#define STATED_KIND "stated"

#endif
