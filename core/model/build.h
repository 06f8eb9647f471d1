/* build: a schema while it is being made; shared by the schema_*.c files only.
 *
 * Every check notes its fault and goes on, so that an admin sees all of them at once; what is faulty is kept where that
 * does no harm, to spare faults that only follow from it. */
#ifndef LUODI_MODEL_BUILD_H
#define LUODI_MODEL_BUILD_H

#include "model/event.h"
#include "model/schema.h"
#include <stdatomic.h>

struct schema_holder { /* schema comes first: a pointer to it is a pointer to its holder */
	struct schema schema;
	struct pool *pool;
	struct kind *kinds;
	atomic_int references;
};

/* An empty schema with one reference, and the pool that it lives in. */
struct schema *schema_begin(struct pool **ret_pool);

struct field_draft {
	struct field field;
	struct place place;
};

struct stage_source { /* where a stage, or more of it, was declared */
	size_t stage;
	const struct stage_declaration *declaration;
	struct place place;
};

struct kind_draft {
	struct kind kind;
	struct place place;
	struct field_draft *fields; /* room for KIND_MAX_FIELDS */
	size_t field_count;
	struct stage *stages; /* room for FLOW_MAX_STAGES */
	size_t stage_count;
	struct stage_source *sources; /* room for all stage declarations of all plugins */
	size_t source_count;
	bool twice; /* declared twice: that is told, and what would follow from it is not */
};

struct build {
	struct pool *pool;
	const struct declarations *const *sets; /* our own copies */
	const struct plugin_info *plugins;
	size_t plugin_count;
	const struct catalog *catalog; /* never NULL here */
	struct kind_draft *drafts;
	size_t draft_count;
	struct schema *schema;
	struct buffer *faults; /* or NULL */
	size_t fault_count;
	struct error *error; /* the first fault */
};

/* One fault, "file:line: sentence". field: the name at fault, or "". */
void build_fault(struct build *build, struct place place, const char *field, const char *format, ...) format_at(4);
/* "，最接近的是“…”" to append to a sentence, or "". In the pool. */
const char *build_nearest(struct build *build, const char *word, const char *const *names, size_t count);
/* Whether name has the form of one and is no longer than allowed; else notes the fault. what: "字段", "阶段", … */
bool build_check_name(struct build *build, struct place place, const char *what, const char *name);
/* title, or name where there is none; a fault where it is too long. */
const char *build_title(struct build *build, struct place place, const char *name, const char *title);

/* Where light, findings and waivers stand among the fields of kind; -1 for each that it has not. */
void build_place_builtins(struct kind *kind); /* schema_rules.c */
bool build_is_builtin(const char *name);      /* schema_rules.c: a name of one of them */

int build_find_draft(const struct build *build, const char *name); /* index; -1: none */
bool build_is_twice(const struct build *build, const char *kind);  /* what speaks of it is not checked any further */
int build_find_field(const struct kind_draft *draft, const char *name); /* declared ones by name; -1: none */
const char *build_nearest_kind(struct build *build, const char *name);

/* The phases, in this order. */
void build_kinds(struct build *build); /* schema_kinds.c: kinds, their fields and extensions, what is remembered */
void build_add_field(struct build *build, struct kind_draft *draft, int plugin, struct place place,
    const struct field_declaration *declaration); /* schema_fields.c */
void build_check_fields(
    struct build *build, struct kind_draft *draft); /* schema_fields.c: against each other, the catalog */
void build_add_builtins(
    struct build *build); /* schema_rules.c: the fields of kinds with rules; before fields are final */
void build_add_stage(struct build *build, struct kind_draft *draft, struct place place,
    const struct stage_declaration *declaration);		/* schema_flow.c */
void build_flow(struct build *build, struct kind_draft *draft); /* schema_flow.c: moves and needs; needs final fields */
void build_guards(struct build *build);				/* schema_guards.c, of finished kinds */
void build_rules(struct build *build);				/* schema_rules.c, of finished kinds */
void build_figures(struct build *build);
void build_mappings(struct build *build); /* schema_mappings.c */
void build_exports(struct build *build);  /* schema_exports.c */
void build_calendar(struct build *build);

#endif
