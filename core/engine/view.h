/* view: questions, all answered from one snapshot of the store, as of one day and as known at one sequence.
 *
 * A view belongs to the thread that opened it and is closed within seconds; it holds a reader connection and the schema. Results live in
 * the caller's pool; texts too. Names of kinds, fields and records are as people type them.
 */
#ifndef LUODI_ENGINE_VIEW_H
#define LUODI_ENGINE_VIEW_H

#include "engine/engine.h"
#include "query/query.h"

struct view;

struct view_request {
	const char *as_of, *known, *period; /* as typed, or NULL */
	int64_t known_seq;		    /* 0: not asked */
	bool known_nothing;		    /* known_seq 0 was asked: before the first event */
	int64_t min_seq;		    /* 0: not asked; else ERROR_BUSY when the head is before it */
	struct caller caller;
};

struct view_facts {			 /* what every answer carries */
	int64_t seq;			 /* the head: known_seq where asked */
	struct date as_of, today, known; /* known: DATE_NONE unless asked */
	bool present;			 /* neither as_of nor known was asked */
	bool forecast;			 /* as_of lies after today */
	bool day_not_over;		 /* known is today */
	bool has_period;
	struct period period;
	const char *plugins;	 /* the set's hash, 12 hex digits */
	char head_hash[65];	 /* of event seq */
	const char *warnings[2]; /* what to know of an answer that says less than it seems */
	size_t warning_count;
};

must_check struct view *view_open(struct engine *engine, const struct view_request *request, struct error *error);
void view_close(struct view *view);
struct view_facts view_facts(const struct view *view);
const struct schema *view_schema(const struct view *view);
/* A kind by name or title; ERROR_INVALID with the nearest. */
must_check const struct kind *view_kind(struct view *view, const char *name, struct error *error);
/* A record by id, title or an unambiguous part of one (kind NULL: of any kind). ERROR_NOT_FOUND, ERROR_AMBIGUOUS with candidates (may be NULL). */
must_check bool view_find_record(struct view *view, const struct kind *kind, const char *text, struct pool *pool,
    int64_t *ret_record, const struct candidate **ret_candidates, size_t *ret_count, struct error *error);

/* ---- lists and counts ---- */

struct list_request {
	const char *kind, *filter, *columns, *sort, *sum; /* NULL: none; columns NULL: all visible fields */
	int64_t limit, offset;				  /* limit 0: 100; at most 1,000 */
};
struct listed {
	int64_t record;
	const char *id, *title;
	int stage; /* -1: no flow */
	struct date stage_since;
	int64_t days_in_stage;
	int64_t version;
	const char *light;	  /* "red"; NULL: no rule watches its kind, or none has been asked yet */
	const char *const *stale; /* rules that no longer answer */
	size_t stale_count;
	const struct value *values;    /* one per column */
	const char *const *ref_titles; /* one per column; NULL where it is no reference or empty */
};
struct word_match {
	const char *word, *match; /* match: the piece of the first record that answers */
	const char *by;		  /* "text", "pinyin", "initials" */
};
struct list {
	const struct kind *kind;
	const struct path *columns;
	size_t column_count;
	const struct listed *records;
	size_t count;
	int64_t total, next; /* next: the offset to go on with, or -1 */
	const struct path *sums;
	const struct value *sum_values; /* over all total records; VALUE_EMPTY: all empty */
	size_t sum_count;
	const struct word_match *words;
	size_t word_count;
};
must_check bool view_list(struct view *view, const struct list_request *request, struct pool *pool,
    struct list *ret_list, struct error *error);

struct count_request {
	const char *kind, *filter, *by, *sum;
};
struct group {
	const struct value *by;
	const char *const *by_titles; /* as shown: titles of enums, stages, references, dates, money …; "" for empty */
	int64_t count;
	const struct value *sums;
};
struct count {
	const struct kind *kind;
	const struct path *by, *sums;
	size_t by_count, sum_count;
	const struct group *groups;
	size_t group_count;
	struct group all;
};
must_check bool view_count(struct view *view, const struct count_request *request, struct pool *pool,
    struct count *ret_count, struct error *error);

struct found {
	const struct kind *kind;
	struct listed record;
	const char *match, *by;
};
must_check bool view_find(struct view *view, const char *word, int64_t limit, struct pool *pool,
    struct found **ret_found, size_t *ret_count, int64_t *ret_total, struct error *error);

/* ---- one record ---- */

struct reference {
	const struct field *field; /* of this record, or of the one that refers to it */
	int64_t record;
	const struct kind *kind;
	const char *id, *title, *stage_title; /* stage_title "" without a flow */
};
struct got {
	const struct state *state;
	const char *id;
	int64_t days_in_stage;
	const char *light; /* as in a list */
	const char *const *stale;
	size_t stale_count;
	const struct reference *refs, *referred_by; /* referred_by: at most 100 */
	size_t ref_count, referred_count;
	int64_t referred_total;
};
/* ERROR_NOT_FOUND also where it does not exist as of the day (the hint says since when, or until when). */
must_check bool view_get(struct view *view, const char *id, struct pool *pool, struct got *ret_got,
    const struct candidate **ret_candidates, size_t *ret_count, struct error *error);

struct told { /* an event with its effect */
	const struct event *event;
	const struct changed *changes;
	size_t change_count;
	const char *stage_from, *stage_to; /* titles, or NULL */
	const char *const *skipped;	   /* titles of stages; names beside them */
	const char *const *skipped_names;
	size_t skipped_count;
	int64_t voided_by;	    /* seq of the event that voids it as known; 0: live */
	const struct kind *kind;    /* of its record; NULL where it has none */
	const char *id, *title;	    /* of its record */
	const char *const *targets; /* of a void: ids of records touched, at most 20 */
	size_t target_count;
};
must_check bool view_history(struct view *view, const char *id, struct pool *pool, struct told **ret_events,
    size_t *ret_count, struct error *error);
/* Events after seq "after" of kind (NULL: any) whose record passes filter (NULL: all) now: for watch. *ret_last: the seq reached. */
must_check bool view_events(struct view *view, int64_t after, const char *kind, const char *filter, size_t limit,
    struct pool *pool, struct told **ret_events, size_t *ret_count, int64_t *ret_last, struct error *error);

/* ---- findings (SEMANTICS 14) ---- */

struct found_by_rule {
	const char *rule, *title, *plugin; /* title and plugin NULL: no longer declared */
	const char *light;		   /* "yellow", "red"; "unknown": it has not answered yet */
	const char *text;		   /* the sentence of the day asked about; NULL: it does not answer */
	struct date since, waived_until;   /* DATE_NONE: not waived */
	const char *waived_by, *waived_why;
	bool stale;
};
struct coming_by_rule {
	struct date on;
	const char *rule, *title, *light, *text; /* light "green": it will be over */
};
struct why {
	const struct kind *kind;
	const char *id, *title, *light;	      /* light NULL: no rule watches it */
	const struct found_by_rule *findings; /* red first */
	size_t finding_count;
	const struct coming_by_rule *coming; /* by day, at most 90 days ahead */
	size_t coming_count;
};
/* Asks the rules as they are now for their sentences: waits for a host. */
must_check bool view_why(struct view *view, const char *id, struct pool *pool, struct why *ret_why,
    const struct candidate **ret_candidates, size_t *ret_count, struct error *error);

/* ---- diff (SEMANTICS 22) ---- */

struct diff_request {
	const char *kind, *filter;
	const char *from, *to;	      /* days; or NULL both: then known and known_to */
	const char *known, *known_to; /* days or "#seq" */
};
enum diff_class {
	DIFF_NEW,
	DIFF_PROGRESSED,
	DIFF_REGRESSED,
	DIFF_SUSPENDED,
	DIFF_RESUMED,
	DIFF_FINISHED,
	DIFF_GIVEN_UP,
	DIFF_REMOVED,
	DIFF_CHANGED,
	DIFF_UNCHANGED,
	DIFF_CLASSES
};
const char *diff_class_name(enum diff_class class); /* "new", "progressed", … */
struct diff_item {
	enum diff_class class;
	int64_t record;
	const char *id, *title;
	struct date on;	       /* when it came about */
	const char *from, *to; /* stage names, NULL where it was not there */
	const char *from_title, *to_title;
	const char *reason; /* the event's note, or NULL */
};
struct diff_value { /* a field that differs, of any record that is in both */
	int64_t record;
	bool moved; /* its record is in another class than DIFF_CHANGED */
	const char *id, *title;
	struct changed change;
};
struct diff {
	const struct kind *kind;
	struct date from, to;
	int64_t counts[DIFF_CLASSES], total;
	const struct diff_item *items; /* all but changed and unchanged, by class then id */
	size_t item_count;
	const struct diff_value *values;
	size_t value_count; /* at most 10,000; more_values says that there are others */
	bool more_values;
};
must_check bool view_diff(struct view *view, const struct diff_request *request, struct pool *pool,
    struct diff *ret_diff, struct error *error);

/* ---- figures (SEMANTICS 20, 21) ---- */

struct stated {
	const char *value, *source, *id; /* as stated */
	struct date on;			 /* the day that it was said */
	bool is_number;			 /* value as millionths, for comparing */
	int64_t millionths;
};
struct figured {
	const struct figure_declaration *declaration;
	struct period period;
	bool has_period;
	struct date as_of;
	bool until_today;		 /* as_of is today because the period is not over */
	int64_t numerator, denominator;	 /* counts, or sums in the unit of the field */
	bool has_denominator, has_value; /* has_value false: denominator 0, or nothing summed */
	enum value_type type;	  /* of numerator and denominator: VALUE_INT for counts, VALUE_MONEY … for sums */
	int64_t value_millionths; /* numerator / denominator, or the number itself for counts; money: unset */
	const char *text;	  /* "32/43 = 74.4%", "21", "13.8亿" */
	const struct stated *stated;
	size_t stated_count;
	bool has_base; /* against = "year" */
	int64_t base_numerator, base_denominator;
	const char *growth; /* "142.8%", or NULL */
};
/* names NULL or count 0: all. */
must_check bool view_figures(struct view *view, const char *const *names, size_t count, struct pool *pool,
    struct figured **ret_figures, size_t *ret_count, struct error *error);

struct left_out {
	const char *reason; /* "计划总投资不足 1亿", "没填应开工" */
	const char *filter; /* to see them by luodi list */
	bool empty;	    /* filled in, they might count */
	int64_t count;
	const char *const *ids; /* at most 1,000 */
	size_t id_count;
};
struct counted {
	const char *id, *title, *stage_title;
	struct value value; /* what it adds, for sums */
};
struct explained {
	struct figured figure;
	const struct counted *numerator, *denominator; /* denominator: those not in the numerator */
	size_t numerator_count, denominator_count;     /* at most 10,000 each */
	const struct left_out *
	    left_out; /* records of its kind that are not in the denominator (or numerator, where there is no denominator) */
	size_t left_out_count;
	int64_t all; /* records of its kind as of the day */
};
must_check bool view_explain(
    struct view *view, const char *name, struct pool *pool, struct explained *ret_explained, struct error *error);

/* ---- batches ---- */
struct batch_told {
	int64_t number, events, first_seq, last_seq, undone_by, recorded_us;
	const char *actor, *what;
};
must_check bool view_batches(struct view *view, int64_t before, int64_t limit, struct pool *pool,
    struct batch_told **ret_batches, size_t *ret_count, struct error *error);

#endif
