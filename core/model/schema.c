#include "model/schema.h"

#include "model/build.h"
#include "model/name.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SET_BYTES_LARGEST = 64 << 20 };

/* life */

static struct schema_holder *holder_new(void)
{
	struct pool *pool = pool_new();
	struct schema_holder *holder = pool_alloc(pool, sizeof *holder);

	holder->pool = pool;
	atomic_init(&holder->references, 1);
	return holder;
}

struct schema *schema_begin(struct pool **ret_pool)
{
	struct schema_holder *holder = holder_new();

	*ret_pool = holder->pool;
	return &holder->schema;
}

struct schema *schema_hold(struct schema *schema)
{
	struct schema_holder *holder = (struct schema_holder *)schema;

	atomic_fetch_add(&holder->references, 1);
	return schema;
}

void schema_release(struct schema *schema)
{
	struct schema_holder *holder = (struct schema_holder *)schema;

	if (holder == NULL || atomic_fetch_sub(&holder->references, 1) > 1)
		return;
	calendar_free((struct calendar *)(uintptr_t)holder->schema.calendar);
	pool_free(holder->pool);
}

/* making */

/* Encoding and decoding copies all of it to our pool, bounds it, and writes names in one way. */
static const struct declarations *copy_set(struct build *build, size_t plugin, const struct declarations *set)
{
	const struct place place = {build->plugins[plugin].name, 0};
	struct declarations *copy = NULL;
	struct buffer bytes;
	struct wire in;

	buffer_init(&bytes, SET_BYTES_LARGEST);
	declarations_put(&bytes, set);
	if (bytes.full) {
		build_fault(build, place, "", "插件 %s 声明得太多，放不下", build->plugins[plugin].name);
	} else {
		wire_read(&in, bytes.bytes, bytes.length);
		copy = declarations_get(&in, build->pool);
		if (copy == NULL)
			build_fault(build, place, "", "插件 %s 的声明读不出来（%s）：有文字太长、缺少或不是 UTF-8",
			    build->plugins[plugin].name, in.fault);
	}
	buffer_clear(&bytes);
	return copy != NULL ? copy : pool_alloc(build->pool, sizeof *copy);
}

static void copy_sets(struct build *build, const struct declarations *const *sets)
{
	const struct declarations **copies =
	    pool_alloc_array(build->pool, build->plugin_count + 1, sizeof(const struct declarations *));

	for (size_t i = 0; i < build->plugin_count; i++)
		copies[i] = copy_set(build, i, sets[i]);
	build->sets = copies;
}

void schema_set_hash(struct schema *schema, const unsigned char hash[32])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		schema->set_hash[2 * i] = digits[hash[i] >> 4];
		schema->set_hash[2 * i + 1] = digits[hash[i] & 15];
	}
	schema->set_hash[64] = '\0';
}

static void set_plugins(struct schema *schema, struct pool *pool, const struct plugin_info *plugins, size_t count)
{
	struct plugin_info *copies = pool_alloc_array(pool, count + 1, sizeof *copies);

	for (size_t i = 0; i < count; i++) {
		copies[i] = plugins[i];
		copies[i].name = pool_copy_text(pool, plugins[i].name);
	}
	schema_set_hash(schema, (const unsigned char[32]){0});
	schema->plugins = copies;
	schema->plugin_count = count;
}

struct schema *schema_new(const struct plugin_info *plugins, const struct declarations *const *sets,
    size_t plugin_count, const struct catalog *catalog, struct buffer *ret_faults, struct error *error)
{
	static const struct catalog nothing_remembered;
	struct build build = {.catalog = catalog != NULL ? catalog : &nothing_remembered,
	    .faults = ret_faults,
	    .error = error,
	    .plugin_count = plugin_count};

	build.schema = schema_begin(&build.pool);
	set_plugins(build.schema, build.pool, plugins, plugin_count);
	build.plugins = build.schema->plugins;
	copy_sets(&build, sets);
	build_kinds(&build);
	build_guards(&build);
	build_rules(&build);
	build_figures(&build);
	build_mappings(&build);
	build_exports(&build);
	build_calendar(&build);
	if (build.fault_count == 0)
		return build.schema;
	schema_release(build.schema);
	return NULL;
}

void schema_set_kind_number(struct schema *schema, size_t kind, int32_t number)
{
	((struct schema_holder *)schema)->kinds[kind].number = number;
}

/* looking up */

const struct kind *schema_find_kind(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->kind_count; i++)
		if (name_equal(schema->kinds[i].name, name))
			return &schema->kinds[i];
	for (size_t i = 0; i < schema->kind_count; i++)
		if (strcmp(schema->kinds[i].title, name) == 0)
			return &schema->kinds[i];
	return NULL;
}

const struct kind *schema_kind_of(const struct schema *schema, int64_t record)
{
	int32_t number = record_kind_number(record);

	for (size_t i = 0; i < schema->kind_count; i++)
		if (schema->kinds[i].number == number && number != 0)
			return &schema->kinds[i];
	return NULL;
}

bool schema_parse_id(const struct schema *schema, const char *text, int64_t *ret_record)
{
	const char *dash = strchr(text, '-');
	size_t digits;
	int64_t number;

	if (dash == NULL)
		return false;
	digits = strspn(dash + 1, "0123456789");
	if (digits == 0 || digits > 10 || dash[1 + digits] != '\0')
		return false;
	number = strtoll(dash + 1, NULL, 10);
	if (number < 1 || number > INT32_MAX)
		return false;
	for (size_t i = 0; i < schema->kind_count; i++) {
		const struct kind *kind = &schema->kinds[i];

		if (kind->number == 0 || strlen(kind->prefix) != (size_t)(dash - text) ||
		    strncasecmp(kind->prefix, text, (size_t)(dash - text)) != 0)
			continue;
		*ret_record = record_key(kind->number, (int32_t)number);
		return true;
	}
	return false;
}

char *schema_format_id(const struct schema *schema, int64_t record, char text[RECORD_ID_SIZE])
{
	const struct kind *kind = schema_kind_of(schema, record);

	if (kind != NULL)
		return kind_format_id(kind, record, text);
	snprintf(text, RECORD_ID_SIZE, "#%" PRId32 "-%04" PRId32, record_kind_number(record), record_number(record));
	return text;
}

const struct figure_declaration *schema_find_figure(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->figure_count; i++)
		if (name_equal(schema->figures[i]->name, name))
			return schema->figures[i];
	for (size_t i = 0; i < schema->figure_count; i++)
		if (strcmp(schema->figures[i]->title, name) == 0)
			return schema->figures[i];
	return NULL;
}

const struct mapping_declaration *schema_find_mapping(const struct schema *schema, const char *name, const char *kind)
{
	for (size_t i = 0; i < schema->mapping_count; i++) {
		const struct mapping_declaration *mapping = schema->mappings[i];

		if ((name_equal(mapping->name, name) || strcmp(mapping->title, name) == 0) &&
		    (kind == NULL || strcmp(mapping->kind, kind) == 0))
			return mapping;
	}
	return NULL;
}

int schema_find_export(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->export_count; i++)
		if (name_equal(schema->exports[i]->name, name))
			return (int)i;
	for (size_t i = 0; i < schema->export_count; i++)
		if (strcmp(schema->exports[i]->title, name) == 0)
			return (int)i;
	return -1;
}

const char *const *schema_kind_names(const struct schema *schema, struct pool *pool, size_t *ret_count)
{
	const char **names = pool_alloc_array(pool, schema->kind_count * 2 + 1, sizeof *names);

	for (size_t i = 0; i < schema->kind_count; i++) {
		names[i * 2] = schema->kinds[i].name;
		names[i * 2 + 1] = schema->kinds[i].title;
	}
	*ret_count = schema->kind_count * 2;
	return names;
}
