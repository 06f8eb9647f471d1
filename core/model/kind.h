/* kind: a type of record: its fields and its flow. Made by schema_new, then never changed: any thread may read it. */
#ifndef LUODI_MODEL_KIND_H
#define LUODI_MODEL_KIND_H

#include "model/flow.h"
#include "model/value.h"

enum { KIND_MAX_FIELDS = 200, NAME_LARGEST = 41, TITLE_LARGEST = 120 };

struct named { /* an enum's or a set's value */
	const char *name, *title;
};

struct field {
	const char *name, *title;
	const char *was; /* former name, or NULL */
	enum value_type type;
	const char *ref;	    /* VALUE_REF: the name of the kind it refers to */
	const char *unit;	    /* "万元", "工作日"; "" for none */
	int64_t unit_fen;	    /* VALUE_MONEY: what a bare number is in; 100 is yuan */
	const struct named *values; /* of enums, and of sets that list theirs */
	size_t value_count;
	bool required, unique, indexed;
	bool hidden;	 /* no longer declared: its values are kept, nothing shows or sets it */
	bool builtin;	 /* the core's own: nobody may set it, no list shows it unasked */
	int plugin;	 /* index in the schema of the plugin that declared it */
	int64_t compute; /* the host's number of its compute function; 0: typed, not computed; FIELD_BY_RULES */
};

/* A kind that rules watch has three more fields, the core's own, so that they can be asked for as of any day and as known at any
 * event like others: light is the worst of the findings that are not waived; findings and waivers are lines of text
 * (engine/findings.h). */
#define LIGHT_FIELD "light"
#define FINDINGS_FIELD "findings"
#define WAIVERS_FIELD "waivers"
enum { FIELD_BY_RULES = -1 }; /* as compute: of light and findings, which rules are asked for */

struct kind {
	const char *name, *title, *prefix;
	int32_t number; /* the store's, for ever; 0 until the store knows it */
	const struct field *fields;
	size_t field_count;
	const struct flow *flow; /* NULL: no stages */
	int plugin;
	bool computes;		      /* has a computed field, or rules */
	int light, findings, waivers; /* fields of a kind with rules (LIGHT_FIELD …); -1: it has none */
	const char *file;	      /* where it was declared */
	int line;
};

bool field_is_shown(const struct field *field); /* neither hidden nor the core's own */
/* By name, former name, then title; "-" is read as "_"; hidden ones are not found. -1: none. */
int kind_find_field(const struct kind *kind, const char *name);
/* By name or former name, hidden ones too: what journalled changes mean today. -1: none. */
int kind_find_stored_field(const struct kind *kind, const char *name);

/* "P-0014"; at least four digits. */
char *kind_format_id(const struct kind *kind, int64_t record, char text[RECORD_ID_SIZE]);

/* An enum's or set's value by name or title; NULL: none. */
const struct named *field_find_value(const struct field *field, const char *text);
/* The title to show for a name; the name itself where it has none. */
const char *field_value_title(const struct field *field, const char *name);

/* Text as people type it, for any type but VALUE_REF (the engine resolves those). "" gives VALUE_EMPTY. Enums by name or
 * title; sets by names or titles separated by , ， or 、. ERROR_INVALID says what was expected and the nearest. */
struct value_context {
	struct date today;
	const struct calendar *calendar;
};
must_check bool field_parse(const struct field *field, const char *text, const struct value_context *context,
    struct pool *pool, struct value *ret_value, struct error *error);

/* As people write it, exact: 13.8亿, 2022-04-12, 75%, 是/否, titles of enums and sets. Refs give "" (the caller knows titles). */
char *field_format(const struct field *field, struct value value, struct pool *pool);

#endif
