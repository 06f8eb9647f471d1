#include "engine/references.h"

enum { SHOWN = 20 };

bool references_check_none(struct resolver *resolver, int64_t record, struct error *error)
{
	struct referrer referrers[SHOWN];
	struct candidate *candidates;
	size_t total = 0, shown;

	if (!store_find_referrers(resolver->connection, resolver->schema, record, referrers, SHOWN, &total, error))
		return false;
	if (total == 0)
		return true;
	shown = total < SHOWN ? total : SHOWN;
	candidates = pool_alloc_array(resolver->pool, shown, sizeof(*candidates));
	for (size_t i = 0; i < shown; i++)
		candidates[i] = (struct candidate){.id = resolve_id(resolver, referrers[i].record),
		    .title = resolve_title(resolver, referrers[i].record),
		    .stage_title = referrers[i].field->title};
	resolver->candidates = candidates;
	resolver->candidate_count = shown;
	error_set(error, ERROR_REFUSED, "id", "还有 %zu 条记录指向 %s（%s 的%s 等）", total,
	    resolve_id(resolver, record), candidates[0].id, candidates[0].stage_title);
	return error_hint(error, "先改那些记录");
}

bool references_check(struct resolver *resolver, const struct kind *kind, int64_t record, struct error *error)
{
	struct state *state = store_load_current(resolver->connection, kind, record, resolver->pool, error);

	if (state == NULL)
		return false;
	if (!state->exists)
		return references_check_none(resolver, record, error);
	for (size_t i = 0; i < kind->field_count; i++) {
		const struct kind *of;
		struct state *referred;

		if (kind->fields[i].hidden || state->values[i].type != VALUE_REF)
			continue;
		of = schema_kind_of(resolver->schema, state->values[i].number);
		referred = of != NULL
		    ? store_load_current(resolver->connection, of, state->values[i].number, resolver->pool, error)
		    : NULL;
		if (referred == NULL && error->code != ERROR_NONE)
			return false;
		if (referred == NULL || referred->exists)
			continue;
		error_set(error, ERROR_REFUSED, kind->fields[i].name, "%s 的%s会指向已经不在的 %s",
		    resolve_id(resolver, record), kind->fields[i].title, resolve_id(resolver, state->values[i].number));
		return error_hint(error, "先让 %s 回来", resolve_id(resolver, state->values[i].number));
	}
	return true;
}
