/* resolve: names as people type them, made into kinds, records and values. On any connection. */
#ifndef LUODI_ENGINE_RESOLVE_H
#define LUODI_ENGINE_RESOLVE_H

#include "engine/wish.h"
#include "store/store.h"

struct resolver {
	struct store_connection *connection;
	const struct schema *schema;
	struct date today;
	const char *person;	     /* @me; or NULL */
	const struct moment *moment; /* the past in which names are looked up; NULL: the present */
	struct pool *pool;
	const struct candidate *candidates; /* after ERROR_AMBIGUOUS: what the name could be */
	size_t candidate_count;
};

must_check const struct kind *resolve_kind(struct resolver *resolver, const char *name, struct error *error);

must_check const struct figure_declaration *resolve_figure(
    struct resolver *resolver, const char *name, struct error *error);

/* By id, title, or an unambiguous part of a title, among the records of kind (NULL: of all) as of the moment. field: the parameter or field at fault. */
must_check bool resolve_record(struct resolver *resolver, const struct kind *kind, const char *text, const char *field,
    int64_t *ret_record, struct error *error);

/* As resolve_record, but several records of exactly that title are all given: what a filter means. */
must_check bool resolve_records(struct resolver *resolver, const struct kind *kind, const char *text,
    int64_t *ret_records, size_t limit, size_t *ret_count, struct error *error);

/* The record of @me; 0: unset, or no such record. */
int64_t resolve_me(struct resolver *resolver);

/* What was given for a field, as a change of it. Title too. */
must_check bool resolve_change(struct resolver *resolver, const struct kind *kind, const struct given *given,
    struct change *ret_change, struct error *error);

/* "2022-04-12", "-3d", … as an effective day: not after today. NULL: today. */
must_check bool resolve_effective_day(
    struct resolver *resolver, const char *text, struct date *ret_date, struct error *error);

/* The id of a record, in the pool. */
const char *resolve_id(struct resolver *resolver, int64_t record);
/* The title of a record as a reference shows it today; "" where there is none. */
const char *resolve_title(struct resolver *resolver, int64_t record);

#endif
