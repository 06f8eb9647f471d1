/* Figures: their values, the records behind them, those that were stated. */
#include "base/number.h"
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"
#include <inttypes.h>
#include <stdio.h>

static const char *unit_of(const struct figure_declaration *declaration)
{
	if (declaration->unit != NULL && declaration->unit[0] != '\0')
		return declaration->unit;
	return declaration->has_denominator ? "percent" : "count";
}

static bool figure_is_share(const struct figured *figure)
{
	return figure->has_denominator || figure->type == VALUE_DECIMAL || figure->type == VALUE_PERCENT;
}

/* "0.744186"; for counts the number; for sums of money fen, as "fen" too. */
static void put_figure_value(struct json_writer *json, const struct figured *figure)
{
	char text[NUMBER_TEXT_SIZE];

	json_key(json, "value");
	if (!figure->has_value) {
		json_null(json);
	} else if (figure_is_share(figure)) {
		json_text(
		    json, decimal_format(figure->has_denominator ? figure->value_millionths : figure->numerator, text));
	} else {
		snprintf(text, sizeof text, "%" PRId64, figure->numerator);
		json_text(json, text);
	}
	if (figure->has_value && !figure->has_denominator && figure->type == VALUE_MONEY)
		json_member_integer(json, "fen", figure->numerator);
}

/* What was stated of a share, "75%", is told as shares are: "0.75". */
static void put_stated(struct json_writer *json, const struct figured *figure)
{
	bool is_share = figure_is_share(figure);
	char text[NUMBER_TEXT_SIZE];

	json_key(json, "stated");
	json_array_begin(json);
	for (size_t i = 0; i < figure->stated_count; i++) {
		json_object_begin(json);
		json_member_text(json, "value",
		    is_share && figure->stated[i].is_number ? decimal_format(figure->stated[i].millionths, text)
							    : figure->stated[i].value);
		json_member_text(json, "source", figure->stated[i].source);
		json_member_text(json, "id", figure->stated[i].id);
		json_key(json, "on");
		put_date(json, figure->stated[i].on);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_figure_period(struct json_writer *json, const struct figured *figure)
{
	char text[PERIOD_TEXT_SIZE];

	json_key(json, "period");
	if (figure->has_period) {
		json_array_begin(json);
		put_date(json, figure->period.start);
		put_date(json, figure->period.end);
		json_array_end(json);
	} else {
		json_null(json);
	}
	json_member_text(json, "period_text", figure->has_period ? period_format(figure->period, text) : NULL);
	json_key(json, "as_of");
	put_date(json, figure->as_of);
	json_member_boolean(json, "until_today", figure->until_today);
}

/* On the same period of the year before: "0.5" is half as much again. */
static void put_growth(struct json_writer *json, const struct figured *figure)
{
	int64_t grown, millionths;
	char text[NUMBER_TEXT_SIZE];

	if (figure->growth == NULL || !number_subtract(figure->numerator, figure->base_numerator, &grown) ||
	    !fraction_to_millionths(grown, figure->base_numerator, &millionths))
		return;
	json_member_text(json, "growth", decimal_format(millionths, text));
	json_member_text(json, "growth_text", figure->growth);
}

static void put_figure(struct json_writer *json, const struct figured *figure)
{
	const struct figure_declaration *declaration = figure->declaration;

	json_object_begin(json);
	json_member_text(json, "name", declaration->name);
	json_member_text(json, "title", declaration->title);
	json_member_text(json, "unit", unit_of(declaration));
	json_member_text(json, "text", figure->text);
	put_figure_value(json, figure);
	json_member_integer(json, "numerator", figure->numerator);
	json_key(json, "denominator");
	if (figure->has_denominator)
		json_integer(json, figure->denominator);
	else
		json_null(json);
	json_member_text(json, "type", value_type_name(figure->type));
	json_member_text(json, "basis", declaration->basis);
	json_member_integer(json, "version", declaration->version);
	put_figure_period(json, figure);
	put_stated(json, figure);
	put_growth(json, figure);
	if (figure->has_base) {
		json_member_integer(json, "base_numerator", figure->base_numerator);
		json_member_integer(json, "base_denominator", figure->base_denominator);
	}
	json_object_end(json);
}

bool run_figure_get(struct call *call, struct json_writer *json, struct error *error)
{
	size_t name_count, count = 0;
	const char *const *names = argument_name_list(call, "names", &name_count);
	struct view *view = call_view(call, error);
	struct figured *figures;

	if (view == NULL)
		return false;
	if (!view_figures(view, names, name_count, call_pool(call), &figures, &count, error)) {
		view_close(view);
		return false;
	}
	json_key(json, "figures");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++)
		put_figure(json, &figures[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

static void put_counted(
    struct json_writer *json, const struct schema *schema, const struct counted *records, size_t count)
{
	json_array_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_object_begin(json);
		json_member_text(json, "id", records[i].id);
		json_member_text(json, "title", records[i].title);
		json_member_text(json, "stage_title", records[i].stage_title);
		if (records[i].value.type != VALUE_EMPTY) {
			json_key(json, "value");
			put_value(json, schema, records[i].value);
		}
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_left_out(struct json_writer *json, const struct explained *explained)
{
	json_key(json, "left_out");
	json_array_begin(json);
	for (size_t i = 0; i < explained->left_out_count; i++) {
		const struct left_out *out = &explained->left_out[i];

		json_object_begin(json);
		json_member_text(json, "reason", out->reason);
		json_member_text(json, "filter", out->filter);
		json_member_boolean(json, "empty", out->empty);
		json_member_integer(json, "count", out->count);
		json_key(json, "ids");
		put_texts(json, out->ids, out->id_count);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_explained_kind(struct json_writer *json, const struct schema *schema, const char *name)
{
	const struct kind *kind = schema_find_kind(schema, name);

	json_member_text(json, "kind", name);
	json_member_text(json, "kind_title", kind != NULL ? kind->title : name);
}

bool run_figure_explain(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	struct explained explained = {0};

	if (view == NULL)
		return false;
	if (!view_explain(view, argument_text(call, "name"), call_pool(call), &explained, error)) {
		view_close(view);
		return false;
	}
	put_explained_kind(json, view_schema(view), explained.figure.declaration->of);
	json_key(json, "figure");
	put_figure(json, &explained.figure);
	json_key(json, "numerator");
	put_counted(json, view_schema(view), explained.numerator, explained.numerator_count);
	json_key(json, "denominator");
	put_counted(json, view_schema(view), explained.denominator, explained.denominator_count);
	put_left_out(json, &explained);
	json_member_integer(json, "all", explained.all);
	json_member_integer(json, "numerator_count", (int64_t)explained.numerator_count);
	json_member_integer(json, "denominator_count", (int64_t)explained.denominator_count);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

bool run_figure_list(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	const struct schema *schema;

	if (view == NULL)
		return false;
	schema = view_schema(view);
	json_key(json, "figures");
	json_array_begin(json);
	for (size_t i = 0; i < schema->figure_count; i++) {
		const struct figure_declaration *figure = schema->figures[i];

		json_object_begin(json);
		json_member_text(json, "name", figure->name);
		json_member_text(json, "title", figure->title);
		json_member_text(json, "of", figure->of);
		json_member_text(json, "unit", unit_of(figure));
		json_member_text(json, "basis", figure->basis);
		json_member_integer(json, "version", figure->version);
		json_member_boolean(json, "has_period", figure->period != NULL);
		json_object_end(json);
	}
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}
