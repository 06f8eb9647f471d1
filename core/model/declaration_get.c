/* The reading half of the declarations' wire form: what comes from a plugin host is bounded again here, and "-" in
 * names becomes "_". The order is that of declaration_put.c. */
#include "model/declaration.h"
#include "model/items.h"
#include "model/name.h"

enum { /* bytes of a text, and how many of each; beyond them a declaration is a mistake, not a need */
	NAME_BYTES = 128, /* what is longer than a name is told by schema_new, with its place */
	TITLE_BYTES = 1024,
	TEXT_BYTES = 16384,
	LIST_LARGEST = 1000,
	VALUES_LARGEST = 10000,
	DAYS_LARGEST = 100000
};

static char *get_name(struct wire *in, struct pool *pool) /* NULL: absent */
{
	char *name = wire_get_text(in, pool, NAME_BYTES);

	name_normalise(name);
	return name;
}

static char *need_name(struct wire *in, struct pool *pool)
{
	char *name = wire_get_name(in, pool, NAME_BYTES);

	name_normalise(name);
	return name;
}

static void get_name_item(struct wire *in, struct pool *pool, void *item)
{
	*(const char **)item = need_name(in, pool);
}

static void get_text_item(struct wire *in, struct pool *pool, void *item)
{
	*(const char **)item = wire_get_name(in, pool, TITLE_BYTES);
}

static void get_named_item(struct wire *in, struct pool *pool, void *item)
{
	struct named *named = item;

	named->name = wire_get_name(in, pool, TITLE_BYTES);
	named->title = wire_get_text(in, pool, TITLE_BYTES);
	if (named->title == NULL)
		named->title = named->name;
}

static struct place get_place(struct wire *in, struct pool *pool)
{
	struct place place;

	place.file = wire_get_name(in, pool, TITLE_BYTES);
	place.line = (int)wire_get_integer(in, 0, INT32_MAX);
	return place;
}

static void get_field(struct wire *in, struct pool *pool, void *item)
{
	struct field_declaration *field = item;

	field->name = need_name(in, pool);
	field->title = wire_get_text(in, pool, TITLE_BYTES);
	field->was = get_name(in, pool);
	field->unit = wire_get_text(in, pool, TITLE_BYTES);
	field->type = need_name(in, pool);
	field->values = items_get(in, pool, VALUES_LARGEST, sizeof(struct named), get_named_item, &field->value_count);
	field->required = wire_get_boolean(in);
	field->unique = wire_get_boolean(in);
	field->index = wire_get_boolean(in);
	field->compute = wire_get_integer(in, 0, INT32_MAX);
}

static void get_stage(struct wire *in, struct pool *pool, void *item)
{
	struct stage_declaration *stage = item;

	stage->name = need_name(in, pool);
	stage->title = wire_get_text(in, pool, TITLE_BYTES);
	stage->was = get_name(in, pool);
	stage->to = items_get(in, pool, LIST_LARGEST, sizeof(const char *), get_name_item, &stage->to_count);
	stage->needs = items_get(in, pool, LIST_LARGEST, sizeof(const char *), get_name_item, &stage->need_count);
	stage->done = wire_get_boolean(in);
	stage->dead = wire_get_boolean(in);
	stage->suspends = wire_get_boolean(in);
	stage->reason = wire_get_boolean(in);
}

static void get_kind(struct wire *in, struct pool *pool, void *item)
{
	struct kind_declaration *kind = item;

	kind->place = get_place(in, pool);
	kind->name = need_name(in, pool);
	kind->title = wire_get_text(in, pool, TITLE_BYTES);
	kind->prefix = wire_get_text(in, pool, NAME_BYTES);
	kind->extend = wire_get_boolean(in);
	kind->fields =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct field_declaration), get_field, &kind->field_count);
	kind->stages =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct stage_declaration), get_stage, &kind->stage_count);
}

static void get_guard(struct wire *in, struct pool *pool, void *item)
{
	struct guard_declaration *guard = item;

	guard->place = get_place(in, pool);
	guard->name = need_name(in, pool);
	guard->title = wire_get_text(in, pool, TITLE_BYTES);
	guard->on = need_name(in, pool);
	guard->before = get_name(in, pool);
	guard->when = wire_get_text(in, pool, TEXT_BYTES);
	guard->warn = wire_get_boolean(in);
	guard->check = wire_get_integer(in, 1, INT32_MAX);
}

static void get_rule(struct wire *in, struct pool *pool, void *item)
{
	struct rule_declaration *rule = item;

	rule->place = get_place(in, pool);
	rule->name = need_name(in, pool);
	rule->title = wire_get_text(in, pool, TITLE_BYTES);
	rule->on = need_name(in, pool);
	rule->when = wire_get_text(in, pool, TEXT_BYTES);
	rule->check = wire_get_integer(in, 1, INT32_MAX);
}

static void get_side(struct wire *in, struct pool *pool, struct figure_side *side)
{
	side->where = wire_get_text(in, pool, TEXT_BYTES);
	side->sum = get_name(in, pool);
	side->minus = get_name(in, pool);
}

static void get_figure(struct wire *in, struct pool *pool, void *item)
{
	struct figure_declaration *figure = item;

	figure->place = get_place(in, pool);
	figure->name = need_name(in, pool);
	figure->title = wire_get_text(in, pool, TITLE_BYTES);
	figure->of = need_name(in, pool);
	figure->unit = wire_get_text(in, pool, TITLE_BYTES);
	figure->period = get_name(in, pool);
	get_side(in, pool, &figure->numerator);
	get_side(in, pool, &figure->denominator);
	figure->has_denominator = wire_get_boolean(in);
	figure->against = wire_get_text(in, pool, NAME_BYTES);
	figure->basis = wire_get_text(in, pool, TEXT_BYTES);
	figure->version = wire_get_integer(in, 0, INT32_MAX);
}

static void get_column(struct wire *in, struct pool *pool, void *item)
{
	struct mapping_column *column = item;

	column->header = wire_get_name(in, pool, TITLE_BYTES);
	column->target = get_name(in, pool);
	column->unit = wire_get_text(in, pool, TITLE_BYTES);
	column->values =
	    items_get(in, pool, VALUES_LARGEST, sizeof(struct named), get_named_item, &column->value_count);
}

static void get_mapping(struct wire *in, struct pool *pool, void *item)
{
	struct mapping_declaration *mapping = item;
	char *on;

	mapping->place = get_place(in, pool);
	mapping->name = need_name(in, pool);
	mapping->title = wire_get_text(in, pool, TITLE_BYTES);
	mapping->kind = need_name(in, pool);
	mapping->encoding = wire_get_text(in, pool, NAME_BYTES);
	mapping->dates = wire_get_text(in, pool, NAME_BYTES);
	mapping->unit = wire_get_text(in, pool, TITLE_BYTES);
	mapping->key = get_name(in, pool);
	on = wire_get_text(in, pool, NAME_BYTES);
	if (on != NULL && on[0] >= 'a' && on[0] <= 'z') /* a field; a date keeps its hyphens */
		name_normalise(on);
	mapping->on = on;
	mapping->header = wire_get_integer(in, 0, INT32_MAX);
	mapping->columns =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct mapping_column), get_column, &mapping->column_count);
}

static void get_argument(struct wire *in, struct pool *pool, void *item)
{
	struct argument_declaration *argument = item;

	argument->name = need_name(in, pool);
	argument->title = wire_get_text(in, pool, TITLE_BYTES);
	argument->type = wire_get_text(in, pool, NAME_BYTES);
	argument->fallback = wire_get_text(in, pool, TEXT_BYTES);
	argument->required = wire_get_boolean(in);
}

static void get_export(struct wire *in, struct pool *pool, void *item)
{
	struct export_declaration *export = item;

	export->place = get_place(in, pool);
	export->name = need_name(in, pool);
	export->title = wire_get_text(in, pool, TITLE_BYTES);
	export->formats = items_get(in, pool, LIST_LARGEST, sizeof(const char *), get_text_item, &export->format_count);
	export->args =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct argument_declaration), get_argument, &export->arg_count);
	export->run = wire_get_integer(in, 1, INT32_MAX);
}

static void get_year(struct wire *in, struct pool *pool, void *item)
{
	(void)pool;
	*(int *)item = (int)wire_get_integer(in, 1900, 9999);
}

static void get_day(struct wire *in, struct pool *pool, void *item)
{
	struct calendar_day *day = item;

	(void)pool;
	day->date.day = (int32_t)wire_get_integer(in, DATE_FIRST.day, DATE_LAST.day);
	day->working = wire_get_boolean(in);
}

static void get_calendar(struct wire *in, struct pool *pool, void *item)
{
	struct calendar_declaration *calendar = item;

	calendar->place = get_place(in, pool);
	calendar->name = need_name(in, pool);
	calendar->title = wire_get_text(in, pool, TITLE_BYTES);
	calendar->source = wire_get_text(in, pool, TEXT_BYTES);
	calendar->years = items_get(in, pool, LIST_LARGEST, sizeof(int), get_year, &calendar->year_count);
	calendar->days = items_get(in, pool, DAYS_LARGEST, sizeof(struct calendar_day), get_day, &calendar->day_count);
}

struct declarations *declarations_get(struct wire *in, struct pool *pool)
{
	struct declarations *all = pool_alloc(pool, sizeof *all);

	all->plugin = wire_get_name(in, pool, NAME_BYTES);
	all->kinds = items_get(in, pool, LIST_LARGEST, sizeof(struct kind_declaration), get_kind, &all->kind_count);
	all->guards = items_get(in, pool, LIST_LARGEST, sizeof(struct guard_declaration), get_guard, &all->guard_count);
	all->rules = items_get(in, pool, LIST_LARGEST, sizeof(struct rule_declaration), get_rule, &all->rule_count);
	all->figures =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct figure_declaration), get_figure, &all->figure_count);
	all->mappings =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct mapping_declaration), get_mapping, &all->mapping_count);
	all->exports =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct export_declaration), get_export, &all->export_count);
	all->calendars =
	    items_get(in, pool, LIST_LARGEST, sizeof(struct calendar_declaration), get_calendar, &all->calendar_count);
	return wire_ok(in) ? all : NULL;
}
