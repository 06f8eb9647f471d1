#include "engine/plugin_set.h"

#include "query/filter.h"
#include "store/store.h"
#include <stdlib.h>
#include <string.h>

/* The kind that luodi itself keeps: what people stated a figure to be. Its plugin is called "luodi" and has no code. */
static const struct field_declaration stated_fields[] = {
    {.name = "figure", .title = "指标", .type = "text", .required = true, .index = true},
    {.name = "period", .title = "期间", .type = "text"},
    {.name = "starts_on", .title = "期初", .type = "date"},
    {.name = "ends_on", .title = "期末", .type = "date", .index = true},
    {.name = "value", .title = "表述", .type = "text", .required = true},
    {.name = "source", .title = "出处", .type = "text"},
};
static const struct kind_declaration own_kinds[] = {
    {.place = {.file = "luodi", .line = 1},
	.name = STATED_KIND,
	.title = "对外表述",
	.prefix = "ST",
	.fields = stated_fields,
	.field_count = sizeof(stated_fields) / sizeof(stated_fields[0])},
};
static const struct declarations own_declarations = {.plugin = "luodi", .kinds = own_kinds, .kind_count = 1};

static bool load_all(struct plugin_set *set, struct host_client *host, const struct declarations **declarations,
    struct buffer *faults, struct error *error)
{
	bool ok = true;

	for (size_t i = 0; i < set->plugin_count; i++) {
		struct error one = {0};

		declarations[i] = host_client_load(host, (int)i, &set->plugins[i], set->pool, &one);
		if (declarations[i] != NULL)
			continue;
		buffer_format(faults, "%s\n", one.sentence);
		if (ok)
			*error = one;
		ok = false;
		if (!host_client_is_alive(host)) /* the others are told once this one is mended */
			break;
	}
	return ok;
}

static void name_set(struct schema *schema)
{
	unsigned char hash[32];
	struct buffer all;

	buffer_init(&all, 1 << 20);
	for (size_t i = 0; i < schema->plugin_count; i++) {
		wire_put_text(&all, schema->plugins[i].name);
		wire_put_bytes(&all, schema->plugins[i].hash, sizeof(schema->plugins[i].hash));
	}
	store_hash(buffer_text(&all), all.length, hash);
	buffer_clear(&all);
	schema_set_hash(schema, hash);
}

struct plugin_set *plugin_set_load(const char *const *folders, size_t folder_count, const char *extra,
    struct host_client *host, const struct catalog *catalog, struct buffer *ret_faults, struct error *error)
{
	struct pool *pool = pool_new();
	struct plugin_set *set = pool_alloc(pool, sizeof(*set));
	const struct declarations **declarations;
	struct plugin_info *infos;

	set->pool = pool;
	set->references = 1;
	if (!plugin_sources_read(
		folders, folder_count, extra, pool, &set->plugins, &set->plugin_count, ret_faults, error)) {
		pool_free(pool);
		return NULL;
	}
	declarations = pool_alloc_array(pool, set->plugin_count + 1, sizeof(*declarations));
	infos = pool_alloc_array(pool, set->plugin_count + 1, sizeof(*infos));
	for (size_t i = 0; i < set->plugin_count; i++) {
		infos[i].name = set->plugins[i].name;
		memcpy(infos[i].hash, set->plugins[i].hash, sizeof(infos[i].hash));
	}
	/* luodi's own comes last, so that a plugin's index is the same in the set, the schema and the host */
	declarations[set->plugin_count] = &own_declarations;
	infos[set->plugin_count].name = own_declarations.plugin;
	if (load_all(set, host, declarations, ret_faults, error))
		set->schema = schema_new(infos, declarations, set->plugin_count + 1, catalog, ret_faults, error);
	set->declarations = declarations;
	if (set->schema != NULL)
		name_set(set->schema);
	if (set->schema != NULL) {
		bool good = plugin_set_check_filters(set, ret_faults, error);

		if (plugin_set_check_names(set, ret_faults, error) && good)
			return set;
	}
	plugin_set_release(set);
	return NULL;
}

struct plugin_set *plugin_set_hold(struct plugin_set *set)
{
	set->references++;
	return set;
}

void plugin_set_release(struct plugin_set *set)
{
	if (set == NULL || --set->references > 0)
		return;
	schema_release(set->schema);
	pool_free(set->pool);
}

/* References by title can only be looked up where there are records: here any name will do. */
static bool resolve_any(void *argument, const struct kind *kind, const char *text, int64_t *ret_records, size_t limit,
    size_t *ret_count, struct error *error)
{
	(void)argument;
	(void)kind;
	(void)text;
	(void)limit;
	(void)error;
	ret_records[0] = 1;
	*ret_count = 1;
	return true;
}

static bool check_filter(const struct plugin_set *set, const struct place *place, const char *what,
    const struct kind *kind, const char *filter, struct pool *pool, struct buffer *faults, struct error *error)
{
	struct filter_context context = {.schema = set->schema,
	    .as_of = {18628},
	    .has_period = true,
	    .period = {{18628}, {18992}},
	    .me = 1,
	    .resolve = resolve_any};
	struct error one = {0};

	if (filter == NULL || filter_parse(kind, filter, &context, pool, &one) != NULL)
		return true;
	buffer_format(faults, "%s:%d: %s 的条件“%s”：%s\n", place->file, place->line, what, filter, one.sentence);
	if (error->code == ERROR_NONE)
		error_set(error, ERROR_INVALID, "plugins", "%s:%d: %s 的条件“%s”：%s", place->file, place->line, what,
		    filter, one.sentence);
	return false;
}

bool plugin_set_check_filters(const struct plugin_set *set, struct buffer *ret_faults, struct error *error)
{
	const struct schema *schema = set->schema;
	struct pool *pool = pool_new();
	bool ok = true;

	for (size_t i = 0; i < schema->figure_count; i++) {
		const struct figure_declaration *figure = schema->figures[i];
		const struct kind *kind = schema_find_kind(schema, figure->of);

		ok = check_filter(
			 set, &figure->place, figure->name, kind, figure->numerator.where, pool, ret_faults, error) &&
		    ok;
		ok = check_filter(
			 set, &figure->place, figure->name, kind, figure->denominator.where, pool, ret_faults, error) &&
		    ok;
	}
	for (size_t i = 0; i < schema->guard_count; i++) {
		const struct guard_declaration *guard = schema->guards[i].declaration;

		ok = check_filter(set, &guard->place, guard->name, &schema->kinds[schema->guards[i].kind], guard->when,
			 pool, ret_faults, error) &&
		    ok;
	}
	for (size_t i = 0; i < schema->rule_count; i++) {
		const struct rule_declaration *rule = schema->rules[i].declaration;

		ok = check_filter(set, &rule->place, rule->name, &schema->kinds[schema->rules[i].kind], rule->when,
			 pool, ret_faults, error) &&
		    ok;
	}
	pool_free(pool);
	return ok;
}
