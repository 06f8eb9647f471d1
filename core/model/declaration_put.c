/* The writing half of the declarations' wire form; the reading half, declaration_get.c, follows the same order. */
#include "model/declaration.h"

static void put_texts(struct buffer *out, const char *const *texts, size_t count)
{
	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++)
		wire_put_text(out, texts[i]);
}

static void put_named(struct buffer *out, const struct named *named, size_t count)
{
	wire_put_count(out, count);
	for (size_t i = 0; i < count; i++) {
		wire_put_text(out, named[i].name);
		wire_put_text(out, named[i].title);
	}
}

static void put_place(struct buffer *out, struct place place)
{
	wire_put_text(out, place.file);
	wire_put_integer(out, place.line);
}

static void put_field(struct buffer *out, const struct field_declaration *field)
{
	wire_put_text(out, field->name);
	wire_put_text(out, field->title);
	wire_put_text(out, field->was);
	wire_put_text(out, field->unit);
	wire_put_text(out, field->type);
	put_named(out, field->values, field->value_count);
	wire_put_boolean(out, field->required);
	wire_put_boolean(out, field->unique);
	wire_put_boolean(out, field->index);
	wire_put_integer(out, field->compute);
}

static void put_stage(struct buffer *out, const struct stage_declaration *stage)
{
	wire_put_text(out, stage->name);
	wire_put_text(out, stage->title);
	wire_put_text(out, stage->was);
	put_texts(out, stage->to, stage->to_count);
	put_texts(out, stage->needs, stage->need_count);
	wire_put_boolean(out, stage->done);
	wire_put_boolean(out, stage->dead);
	wire_put_boolean(out, stage->suspends);
	wire_put_boolean(out, stage->reason);
}

static void put_kind(struct buffer *out, const struct kind_declaration *kind)
{
	put_place(out, kind->place);
	wire_put_text(out, kind->name);
	wire_put_text(out, kind->title);
	wire_put_text(out, kind->prefix);
	wire_put_boolean(out, kind->extend);
	wire_put_count(out, kind->field_count);
	for (size_t i = 0; i < kind->field_count; i++)
		put_field(out, &kind->fields[i]);
	wire_put_count(out, kind->stage_count);
	for (size_t i = 0; i < kind->stage_count; i++)
		put_stage(out, &kind->stages[i]);
}

static void put_guard(struct buffer *out, const struct guard_declaration *guard)
{
	put_place(out, guard->place);
	wire_put_text(out, guard->name);
	wire_put_text(out, guard->title);
	wire_put_text(out, guard->on);
	wire_put_text(out, guard->before);
	wire_put_text(out, guard->when);
	wire_put_boolean(out, guard->warn);
	wire_put_integer(out, guard->check);
}

static void put_rule(struct buffer *out, const struct rule_declaration *rule)
{
	put_place(out, rule->place);
	wire_put_text(out, rule->name);
	wire_put_text(out, rule->title);
	wire_put_text(out, rule->on);
	wire_put_text(out, rule->when);
	wire_put_integer(out, rule->check);
}

static void put_side(struct buffer *out, const struct figure_side *side)
{
	wire_put_text(out, side->where);
	wire_put_text(out, side->sum);
	wire_put_text(out, side->minus);
}

static void put_figure(struct buffer *out, const struct figure_declaration *figure)
{
	put_place(out, figure->place);
	wire_put_text(out, figure->name);
	wire_put_text(out, figure->title);
	wire_put_text(out, figure->of);
	wire_put_text(out, figure->unit);
	wire_put_text(out, figure->period);
	put_side(out, &figure->numerator);
	put_side(out, &figure->denominator);
	wire_put_boolean(out, figure->has_denominator);
	wire_put_text(out, figure->against);
	wire_put_text(out, figure->basis);
	wire_put_integer(out, figure->version);
}

static void put_mapping(struct buffer *out, const struct mapping_declaration *mapping)
{
	put_place(out, mapping->place);
	wire_put_text(out, mapping->name);
	wire_put_text(out, mapping->title);
	wire_put_text(out, mapping->kind);
	wire_put_text(out, mapping->encoding);
	wire_put_text(out, mapping->dates);
	wire_put_text(out, mapping->unit);
	wire_put_text(out, mapping->key);
	wire_put_text(out, mapping->on);
	wire_put_integer(out, mapping->header);
	wire_put_count(out, mapping->column_count);
	for (size_t i = 0; i < mapping->column_count; i++) {
		const struct mapping_column *column = &mapping->columns[i];

		wire_put_text(out, column->header);
		wire_put_text(out, column->target);
		wire_put_text(out, column->unit);
		put_named(out, column->values, column->value_count);
	}
}

static void put_export(struct buffer *out, const struct export_declaration *export)
{
	put_place(out, export->place);
	wire_put_text(out, export->name);
	wire_put_text(out, export->title);
	put_texts(out, export->formats, export->format_count);
	wire_put_count(out, export->arg_count);
	for (size_t i = 0; i < export->arg_count; i++) {
		const struct argument_declaration *argument = &export->args[i];

		wire_put_text(out, argument->name);
		wire_put_text(out, argument->title);
		wire_put_text(out, argument->type);
		wire_put_text(out, argument->fallback);
		wire_put_boolean(out, argument->required);
	}
	wire_put_integer(out, export->run);
}

static void put_calendar(struct buffer *out, const struct calendar_declaration *calendar)
{
	put_place(out, calendar->place);
	wire_put_text(out, calendar->name);
	wire_put_text(out, calendar->title);
	wire_put_text(out, calendar->source);
	wire_put_count(out, calendar->year_count);
	for (size_t i = 0; i < calendar->year_count; i++)
		wire_put_integer(out, calendar->years[i]);
	wire_put_count(out, calendar->day_count);
	for (size_t i = 0; i < calendar->day_count; i++) {
		wire_put_integer(out, calendar->days[i].date.day);
		wire_put_boolean(out, calendar->days[i].working);
	}
}

void declarations_put(struct buffer *out, const struct declarations *declarations)
{
	wire_put_text(out, declarations->plugin);
	wire_put_count(out, declarations->kind_count);
	for (size_t i = 0; i < declarations->kind_count; i++)
		put_kind(out, &declarations->kinds[i]);
	wire_put_count(out, declarations->guard_count);
	for (size_t i = 0; i < declarations->guard_count; i++)
		put_guard(out, &declarations->guards[i]);
	wire_put_count(out, declarations->rule_count);
	for (size_t i = 0; i < declarations->rule_count; i++)
		put_rule(out, &declarations->rules[i]);
	wire_put_count(out, declarations->figure_count);
	for (size_t i = 0; i < declarations->figure_count; i++)
		put_figure(out, &declarations->figures[i]);
	wire_put_count(out, declarations->mapping_count);
	for (size_t i = 0; i < declarations->mapping_count; i++)
		put_mapping(out, &declarations->mappings[i]);
	wire_put_count(out, declarations->export_count);
	for (size_t i = 0; i < declarations->export_count; i++)
		put_export(out, &declarations->exports[i]);
	wire_put_count(out, declarations->calendar_count);
	for (size_t i = 0; i < declarations->calendar_count; i++)
		put_calendar(out, &declarations->calendars[i]);
}
