/* viewing: what a view is inside the engine. */
#ifndef LUODI_ENGINE_VIEWING_H
#define LUODI_ENGINE_VIEWING_H

#include "engine/parts.h"
#include "engine/resolve.h"
#include "engine/view.h"

/* The records of a list that a function asks for page by page, found once: it would take the time of all pages for each of them. */
struct walk {
	struct pool *pool; /* NULL: none was kept yet */
	const struct kind *kind;
	const char *filter, *sort; /* as asked; or NULL */
	const int64_t *records;
	size_t count;
};

struct view {
	struct engine *engine;
	struct plugin_set *set; /* held, unless borrowed */
	struct store_connection *connection;
	bool borrowed; /* connection and snapshot are somebody else's (the writer's, a plan's) */
	struct moment moment;
	struct view_facts facts;
	struct caller caller;
	struct pool *pool; /* for what lives as long as the view */
	char plugins[16];
	struct resolver resolver; /* what names mean */
	int64_t me;
	bool me_known;
	struct walk walk; /* of a view whose moment is pinned */
	/* What was read, for guards; NULL: nobody wants to know. */
	void (*on_read)(void *argument, const struct kind *kind, int64_t record,
	    int64_t version); /* record 0: the kind was listed or counted */
	void *on_read_argument;
};

/* A view on a connection whose snapshot or transaction is already open. head: of that connection. view_close() gives nothing back. */
must_check struct view *view_borrow(struct engine *engine, struct plugin_set *set, struct store_connection *connection,
    const struct head *head, const struct moment *moment, const struct caller *caller);

/* The view's filter context, with its period. */
struct filter_context view_filter_context(struct view *view);
must_check bool view_parse_filter(struct view *view, const struct kind *kind, const char *text, struct pool *pool,
    const struct filter **ret_filter, struct error *error);
/* What the answer should say of itself; each once. */
void view_warn(struct view *view, const char *warning);
void view_note_listed(struct view *view, const struct kind *kind);

/* A value as a person reads it; references by title. */
const char *view_show(
    struct view *view, const struct path *path, struct value value, const char *ref_title, struct pool *pool);
const char *view_show_field(struct view *view, const struct field *field, struct value value, struct pool *pool);
/* What differs between two states of one kind: title, stage, exists and fields that are shown. */
const struct changed *view_changes(
    struct view *view, const struct state *from, const struct state *to, struct pool *pool, size_t *ret_count);
/* Runs a compiled query that gives one row of one or more numbers. */
must_check bool view_run_one(
    struct view *view, const struct compiled_query *query, struct value *ret_values, size_t count, struct error *error);

#endif
