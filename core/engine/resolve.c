#include "engine/resolve.h"

#include "base/number.h"
#include "engine/plugin_set.h"
#include "text/normal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CANDIDATES_LARGEST = 20 };

const struct kind *resolve_kind(struct resolver *resolver, const char *name, struct error *error)
{
	const struct kind *kind = schema_find_kind(resolver->schema, name != NULL ? name : "");
	const char *const *names;
	const char *nearest;
	size_t count;

	if (kind != NULL)
		return kind;
	names = schema_kind_names(resolver->schema, resolver->pool, &count);
	nearest = text_nearest(name != NULL ? name : "", names, count);
	if (nearest != NULL)
		error_set(error, ERROR_INVALID, "kind", "没有种类“%s”；最接近的是 %s", name, nearest);
	else
		error_set(error, ERROR_INVALID, "kind", "没有种类“%s”", name != NULL ? name : "");
	error_hint(error, "全部种类：luodi kinds");
	return NULL;
}

const struct figure_declaration *resolve_figure(struct resolver *resolver, const char *name, struct error *error)
{
	const struct schema *schema = resolver->schema;
	const struct figure_declaration *figure = schema_find_figure(schema, name != NULL ? name : "");
	const char **names = pool_alloc_array(resolver->pool, schema->figure_count * 2, sizeof(*names));
	const char *nearest;

	if (figure != NULL)
		return figure;
	for (size_t i = 0; i < schema->figure_count; i++) {
		names[2 * i] = schema->figures[i]->name;
		names[2 * i + 1] = schema->figures[i]->title;
	}
	nearest = text_nearest(name != NULL ? name : "", names, schema->figure_count * 2);
	if (nearest != NULL)
		error_set(error, ERROR_INVALID, "name", "没有指标“%s”；最接近的是 %s", name, nearest);
	else
		error_set(error, ERROR_INVALID, "name", "没有指标“%s”", name != NULL ? name : "");
	error_hint(error, "全部指标：luodi figure");
	return NULL;
}

const char *resolve_id(struct resolver *resolver, int64_t record)
{
	char id[RECORD_ID_SIZE];

	return pool_copy_text(resolver->pool, schema_format_id(resolver->schema, record, id));
}

const char *resolve_title(struct resolver *resolver, int64_t record)
{
	const struct kind *kind = schema_kind_of(resolver->schema, record);
	struct moment present = {.present = true, .as_of = resolver->today, .known_seq = SEQ_FOR_EVER};
	struct error ignored = {0};
	const char *title = NULL;

	if (kind == NULL ||
	    !store_title(resolver->connection, kind, record, &present, resolver->pool, &title, &ignored) ||
	    title == NULL)
		return "";
	return title;
}

static bool refuse_ambiguous(struct resolver *resolver, const struct kind *kind, const char *text, const char *field,
    const int64_t *records, size_t count, size_t total, struct error *error)
{
	struct candidate *candidates = pool_alloc_array(resolver->pool, count, sizeof(*candidates));

	for (size_t i = 0; i < count; i++) {
		const struct kind *of = schema_kind_of(resolver->schema, records[i]);
		struct error ignored = {0};
		struct state *state = resolver->moment != NULL
		    ? store_load_referred(
			  resolver->connection, of, records[i], resolver->moment, resolver->pool, &ignored)
		    : store_load_current(resolver->connection, of, records[i], resolver->pool, &ignored);

		candidates[i].id = resolve_id(resolver, records[i]);
		candidates[i].title = state != NULL && state->title != NULL ? state->title : "";
		candidates[i].stage_title =
		    state != NULL && state->stage >= 0 ? of->flow->stages[state->stage].title : "";
	}
	resolver->candidates = candidates;
	resolver->candidate_count = count;
	error_set(error, ERROR_AMBIGUOUS, field, "“%s”可以是 %s%zu 个%s，没有替您选", text,
	    total > count ? "至少 " : "", count, kind != NULL ? kind->title : "记录");
	return error_hint(error, "写编号，或把名称写全");
}

static bool search_kind(struct resolver *resolver, const struct kind *kind, const char *text, bool part,
    const struct moment *moment, int64_t *records, size_t limit, size_t *count, struct error *error)
{
	if (moment != NULL)
		return store_find_title_then(
		    resolver->connection, kind, text, part, moment, records, limit, count, error);
	if (part)
		return store_find_title_part(resolver->connection, kind, text, records, limit, count, error);
	return store_find_key(
	    resolver->connection, kind, NULL, text_key(resolver->pool, text), records, limit, count, error);
}

static bool search_kinds(struct resolver *resolver, const struct kind *kind, const char *text, bool part,
    const struct moment *moment, int64_t *records, size_t limit, size_t *count, struct error *error)
{
	const struct schema *schema = resolver->schema;

	*count = 0;
	for (size_t i = 0; i < schema->kind_count && *count < limit; i++) {
		const struct kind *one = kind != NULL ? kind : &schema->kinds[i];
		size_t found = 0;

		if (kind == NULL && strcmp(one->name, STATED_KIND) == 0) /* nobody means those by a name */
			continue;
		if (!search_kind(resolver, one, text, part, moment, records + *count, limit - *count, &found, error))
			return false;
		*count += found;
		if (kind != NULL)
			break;
	}
	return true;
}

/* Exact titles, or parts of titles. In the past a record goes by the name that it had on the day, else by its latest as known then: so a
 * question about an event that was known is understood the same for ever. */
static bool search_titles(struct resolver *resolver, const struct kind *kind, const char *text, bool part,
    int64_t *records, size_t limit, size_t *count, struct error *error)
{
	bool past = resolver->moment != NULL && !resolver->moment->present;
	struct moment latest = past ? *resolver->moment : (struct moment){0};

	if (!search_kinds(resolver, kind, text, part, past ? resolver->moment : NULL, records, limit, count, error))
		return false;
	if (!past || *count > 0)
		return true;
	latest.as_of = DATE_LAST;
	return search_kinds(resolver, kind, text, part, &latest, records, limit, count, error);
}

static bool refuse_unfound(
    struct resolver *resolver, const struct kind *kind, const char *text, const char *field, struct error *error)
{
	(void)resolver;
	error_set(error, ERROR_NOT_FOUND, field, "没有%s“%s”", kind != NULL ? kind->title : "记录", text);
	if (kind != NULL)
		return error_hint(error, "找找看：luodi list %s %s；要新建：luodi add %s 名称=%s", kind->name, text,
		    kind->name, text);
	return error_hint(error, "找找看：luodi find %s", text);
}

/* What was given out later than one asks about was not there. */
static bool was_known(struct resolver *resolver, const struct kind *kind, int64_t record, struct error *error)
{
	return resolver->moment == NULL || resolver->moment->known_seq == SEQ_FOR_EVER ||
	    store_load_referred(resolver->connection, kind, record, resolver->moment, resolver->pool, error) != NULL;
}

/* An id of the right kind that was ever given out. *ret_record 0: text is no id. */
static bool find_by_id(struct resolver *resolver, const struct kind *kind, const char *text, const char *field,
    int64_t *ret_record, struct error *error)
{
	const struct kind *of;
	struct error found = {0};
	bool has = false;

	*ret_record = 0;
	if (!schema_parse_id(resolver->schema, text, ret_record))
		return true;
	of = schema_kind_of(resolver->schema, *ret_record);
	if (kind != NULL && of != kind)
		return error_set(error, ERROR_INVALID, field, "%s 是%s，这里要一个%s", text, of->title, kind->title);
	if (!store_has_record(resolver->connection, of, *ret_record, &has, error))
		return false;
	if (has && was_known(resolver, of, *ret_record, &found))
		return true;
	if (found.code != ERROR_NONE && found.code != ERROR_NOT_FOUND) {
		*error = found;
		return false;
	}
	error_set(error, ERROR_NOT_FOUND, field, "没有 %s", text);
	return error_hint(error, "全部%s：luodi list %s", of->title, of->name);
}

bool resolve_records(struct resolver *resolver, const struct kind *kind, const char *text, int64_t *ret_records,
    size_t limit, size_t *ret_count, struct error *error)
{
	size_t most = limit < CANDIDATES_LARGEST ? limit : CANDIDATES_LARGEST;

	if (!find_by_id(resolver, kind, text, "filter", ret_records, error))
		return false;
	*ret_count = 1;
	if (ret_records[0] != 0)
		return true;
	if (!search_titles(resolver, kind, text, false, ret_records, limit, ret_count, error))
		return false;
	if (*ret_count > 0)
		return true;
	if (!search_titles(resolver, kind, text, true, ret_records, most, ret_count, error))
		return false;
	if (*ret_count == 1)
		return true;
	if (*ret_count == 0)
		return refuse_unfound(resolver, kind, text, "filter", error);
	return refuse_ambiguous(
	    resolver, kind, text, "filter", ret_records, *ret_count, *ret_count == most ? most + 1 : *ret_count, error);
}

bool resolve_record(struct resolver *resolver, const struct kind *kind, const char *text, const char *field,
    int64_t *ret_record, struct error *error)
{
	int64_t records[CANDIDATES_LARGEST];
	size_t count = 0;

	if (text == NULL || text[0] == '\0')
		return error_set(error, ERROR_INVALID, field, "要一个编号或名称");
	if (strcmp(text, "@me") == 0) {
		*ret_record = resolve_me(resolver);
		if (*ret_record != 0)
			return true;
		error_set(error, ERROR_NOT_FOUND, field, "不知道 @me 是谁");
		return error_hint(error, "请管理员在配置里给您写上 person=姓名");
	}
	if (!find_by_id(resolver, kind, text, field, ret_record, error))
		return false;
	if (*ret_record != 0)
		return true;
	if (!search_titles(resolver, kind, text, false, records, CANDIDATES_LARGEST, &count, error) ||
	    (count == 0 && !search_titles(resolver, kind, text, true, records, CANDIDATES_LARGEST, &count, error)))
		return false;
	if (count == 0)
		return refuse_unfound(resolver, kind, text, field, error);
	if (count > 1)
		return refuse_ambiguous(resolver, kind, text, field, records, count,
		    count == CANDIDATES_LARGEST ? count + 1 : count, error);
	*ret_record = records[0];
	return true;
}

int64_t resolve_me(struct resolver *resolver)
{
	struct error ignored = {0};
	int64_t records[2];
	size_t count = 0;

	if (resolver->person == NULL ||
	    !search_titles(resolver, NULL, resolver->person, false, records, 2, &count, &ignored))
		return 0;
	return count == 1 ? records[0] : 0;
}

bool resolve_effective_day(struct resolver *resolver, const char *text, struct date *ret_date, struct error *error)
{
	char day[DATE_TEXT_SIZE], today[DATE_TEXT_SIZE];

	*ret_date = resolver->today;
	if (text == NULL || text[0] == '\0')
		return true;
	if (!date_parse_relative(text, "on", resolver->today, resolver->schema->calendar, ret_date, error))
		return false;
	if (ret_date->day > resolver->today.day) {
		error_set(error, ERROR_REFUSED, "on", "%s 还没到（今天 %s）：记的是发生过的事",
		    date_format(*ret_date, day), date_format(resolver->today, today));
		return error_hint(error, "计划写在日期字段里，到那天再记");
	}
	return true;
}

static bool refuse_unknown_field(
    struct resolver *resolver, const struct kind *kind, const char *name, struct error *error)
{
	const char **names = pool_alloc_array(resolver->pool, kind->field_count * 2 + 2, sizeof(*names));
	const char *nearest;
	size_t count = 0;

	names[count++] = "title";
	names[count++] = "名称";
	for (size_t i = 0; i < kind->field_count; i++)
		if (field_is_shown(&kind->fields[i])) {
			names[count++] = kind->fields[i].name;
			names[count++] = kind->fields[i].title;
		}
	nearest = text_nearest(name, names, count);
	if (nearest != NULL)
		error_set(error, ERROR_INVALID, name, "%s没有字段“%s”；最接近的是 %s", kind->title, name, nearest);
	else
		error_set(error, ERROR_INVALID, name, "%s没有字段“%s”", kind->title, name);
	return error_hint(error, "全部字段：luodi fields %s", kind->name);
}

static bool value_of_integer(
    struct resolver *resolver, const struct field *field, int64_t integer, struct value *ret_value, struct error *error)
{
	char text[32];

	switch (field->type) {
	case VALUE_MONEY:
		if (integer > MONEY_LARGEST || integer < -MONEY_LARGEST)
			return error_set(error, ERROR_INVALID, field->name, "%s的金额太大", field->title);
		*ret_value = value_of_number(VALUE_MONEY, integer);
		return true;
	case VALUE_INT:
		*ret_value = value_of_number(VALUE_INT, integer);
		return true;
	default:
		snprintf(text, sizeof(text), "%" PRId64, integer);
		struct value_context context = {.today = resolver->today, .calendar = resolver->schema->calendar};

		return field_parse(field, text, &context, resolver->pool, ret_value, error);
	}
}

static bool value_given(struct resolver *resolver, const struct field *field, const struct given *given,
    struct value *ret_value, struct error *error)
{
	struct value_context context = {.today = resolver->today, .calendar = resolver->schema->calendar};
	int64_t record;

	switch (given->form) {
	case GIVEN_EMPTY:
		*ret_value = value_empty();
		return true;
	case GIVEN_BOOLEAN:
		if (field->type != VALUE_BOOL)
			return error_set(error, ERROR_INVALID, field->name, "%s不是是非题", field->title);
		*ret_value = value_of_number(VALUE_BOOL, given->integer != 0);
		return true;
	case GIVEN_INTEGER:
		return value_of_integer(resolver, field, given->integer, ret_value, error);
	case GIVEN_TEXT:
		break;
	}
	if (given->text[0] == '\0') {
		*ret_value = value_empty();
		return true;
	}
	if (strlen(given->text) > VALUE_TEXT_LARGEST)
		return error_set(
		    error, ERROR_TOO_LARGE, field->name, "%s太长，最多 %d 个字节", field->title, VALUE_TEXT_LARGEST);
	if (field->type != VALUE_REF)
		return field_parse(field, given->text, &context, resolver->pool, ret_value, error);
	if (!resolve_record(
		resolver, schema_find_kind(resolver->schema, field->ref), given->text, field->name, &record, error))
		return false;
	*ret_value = value_of_number(VALUE_REF, record);
	return true;
}

/* A reference must lead to a record that is there. */
static bool check_reference(
    struct resolver *resolver, const struct field *field, struct value value, struct error *error)
{
	struct state *state;

	if (field->type != VALUE_REF || value.type != VALUE_REF)
		return true;
	state = store_load_current(
	    resolver->connection, schema_kind_of(resolver->schema, value.number), value.number, resolver->pool, error);
	if (state == NULL)
		return false;
	if (!state->exists)
		return error_set(error, ERROR_REFUSED, field->name, "%s 已经删去，%s不能再指向它",
		    resolve_id(resolver, value.number), field->title);
	return true;
}

bool resolve_change(struct resolver *resolver, const struct kind *kind, const struct given *given,
    struct change *ret_change, struct error *error)
{
	const struct field *field;
	int position;

	if (strcmp(given->name, "title") == 0 || strcmp(given->name, "名称") == 0 ||
	    (kind_find_field(kind, given->name) < 0 &&
		strcmp(given->name, pool_format(resolver->pool, "%s名称", kind->title)) == 0)) {
		if (given->mode != CHANGE_SET || given->form == GIVEN_EMPTY || given->text == NULL ||
		    given->text[0] == '\0')
			return error_set(error, ERROR_INVALID, "title", "名称不能空");
		*ret_change = (struct change){
		    .field = "title", .value = value_of_text(pool_copy_text(resolver->pool, given->text))};
		return true;
	}
	position = kind_find_field(kind, given->name);
	if (position < 0)
		return refuse_unknown_field(resolver, kind, given->name, error);
	field = &kind->fields[position];
	if (field->builtin)
		return error_set(error, ERROR_INVALID, field->name, "%s由规则来定，不能直接改", field->title);
	if (field->compute != 0)
		return error_set(error, ERROR_INVALID, field->name, "%s是算出来的，不能直接改", field->title);
	if (given->mode != CHANGE_SET && field->type != VALUE_SET)
		return error_set(error, ERROR_INVALID, field->name, "只有集合字段能用 += 和 -=；%s不是", field->title);
	ret_change->field = field->name;
	ret_change->mode = given->mode;
	return value_given(resolver, field, given, &ret_change->value, error) &&
	    check_reference(resolver, field, ret_change->value, error);
}
