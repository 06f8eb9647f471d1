/* schema: all that is declared, checked and merged: the kinds with their extensions, guards, rules, figures, mappings,
 * exports and the calendar. Made once from a whole set of plugins, then never changed; a reload makes a new one. Any thread may
 * read it; whoever keeps it holds a reference.
 */
#ifndef LUODI_MODEL_SCHEMA_H
#define LUODI_MODEL_SCHEMA_H

#include "model/declaration.h"

struct plugin_info {
	const char *name;
	unsigned char hash[32]; /* over its source files */
};

/* What the store remembers of earlier schemas, so that nothing is lost when a declaration goes away. */
struct remembered_field {
	const char *kind, *name;
	enum value_type type;
	const char *ref; /* VALUE_REF: kind */
};
struct remembered_stage {
	const char *kind, *name, *title;
};
struct remembered_kind {
	const char *name, *prefix, *title;
	int32_t number;
};
struct catalog {
	const struct remembered_kind *kinds;
	size_t kind_count;
	const struct remembered_field *fields;
	size_t field_count;
	const struct remembered_stage *stages; /* in their order */
	size_t stage_count;
};

struct guard {
	const struct guard_declaration *declaration;
	int plugin;
	int kind;	  /* index in kinds */
	int stage;	  /* -1: any */
	unsigned actions; /* bits of 1 << enum event_action that it is asked for */
};

struct rule {
	const struct rule_declaration *declaration; /* its title is never NULL here */
	int plugin;
	int kind; /* index in kinds */
};

struct schema {
	const struct plugin_info *plugins;
	size_t plugin_count;
	char set_hash[65];	  /* hex; the plugin set, in every answer as "plugins" (its first 12 digits) */
	const struct kind *kinds; /* declared order of plugins by name, then of declaration */
	size_t kind_count;
	const struct guard *guards; /* by name */
	size_t guard_count;
	const struct rule *rules; /* by name, which is theirs alone over all plugins */
	size_t rule_count;
	const struct figure_declaration *const *figures; /* by name */
	size_t figure_count;
	const struct mapping_declaration *const *mappings;
	size_t mapping_count;
	const struct export_declaration *const *exports;
	const int *export_plugins; /* plugin of each export */
	size_t export_count;
	const struct calendar *calendar; /* NULL: none declared */
};

/* sets: what each of plugins declared, in the same order; they are copied. catalog may be NULL (a check without a store).
 * Refuses: bad or clashing names (core words and SQL columns too: id kind title stage stage_since version light *_on of a
 * stage …), unknown types, kinds, fields and stages (naming the nearest), two prefixes alike, a changed type (with what to
 * do), more fields or stages than fit, calendars that overlap. Each fault is one line "file:line: sentence" in *ret_faults
 * (all of them, not only the first). NULL: not usable, and error is the first. */
must_check struct schema *schema_new(const struct plugin_info *plugins, const struct declarations *const *sets,
    size_t plugin_count, const struct catalog *catalog, struct buffer *ret_faults, struct error *error);

struct schema *schema_hold(struct schema *schema); /* another reference; any thread */
void schema_release(struct schema *schema);	   /* the last one frees it; NULL is allowed */

/* What the set is called from now on: a hash over its plugins' names and hashes, made above, where hashing is. Zeros until then; before the
 * schema is shared. */
void schema_set_hash(struct schema *schema, const unsigned char hash[32]);

/* The store gives numbers to new kinds, before the schema is shared. */
void schema_set_kind_number(struct schema *schema, size_t kind, int32_t number);

const struct kind *schema_find_kind(const struct schema *schema, const char *name); /* by name or title; NULL: none */
const struct kind *schema_kind_of(const struct schema *schema, int64_t record);	    /* of a record key; NULL: none */
/* "P-0014", "p-14" to its key; false: not of that form, or no such prefix. */
bool schema_parse_id(const struct schema *schema, const char *text, int64_t *ret_record);
char *schema_format_id(const struct schema *schema, int64_t record, char text[RECORD_ID_SIZE]);
const struct figure_declaration *schema_find_figure(
    const struct schema *schema, const char *name); /* by name or title */
const struct mapping_declaration *schema_find_mapping(const struct schema *schema, const char *name, const char *kind);
int schema_find_export(const struct schema *schema, const char *name); /* index; -1: none */

/* Wire form of the kinds (names, titles, types, stages), for plugin hosts: they make typed records from it. */
void schema_put(struct buffer *out, const struct schema *schema);
must_check struct schema *schema_get(struct wire *in); /* kinds, set_hash and plugin names only. NULL: in->fault */

/* Lists of names for "the nearest is": in the pool. */
const char *const *schema_kind_names(const struct schema *schema, struct pool *pool, size_t *ret_count);

#endif
