/* The fields of a kind: each declaration alone, then against its neighbours and what the store remembers. */
#include "base/number.h"
#include "model/build.h"
#include "model/name.h"
#include <string.h>

/* Words of the filter language and names that every record has already; columns of the store among them. */
static const char *const reserved_names[] = {"id", "kind", "title", "stage", "stage_since", "days_in_stage",
    "workdays_in_stage", "version", "light", "light_on", "findings", "waivers", "exists", "record", "on", "open",
    "done", "dead", "and", "or", "not", "in", "reached", "contains", "today", "me", "as_of", "seq", "effective_on",
    "return_stage", "rowid", "oid"};

static bool is_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof reserved_names / sizeof reserved_names[0]; i++)
		if (strcmp(reserved_names[i], name) == 0)
			return true;
	return false;
}

static void fault_type(struct build *build, struct place place, const struct field_declaration *declaration)
{
	const char *names[VALUE_TYPES];
	size_t count = 0;

	if (strcmp(declaration->type, "file") == 0) {
		build_fault(build, place, declaration->name, "字段“%s”：还不支持 file 类型，先用 text 记下文件名",
		    declaration->name);
		return;
	}
	for (int type = VALUE_TEXT; type < VALUE_TYPES; type++)
		names[count++] = value_type_name((enum value_type)type);
	build_fault(build, place, declaration->name,
	    "字段“%s”没有 %s 这种类型%s；可用：text int decimal money date bool enum set percent ref:类别",
	    declaration->name, declaration->type, build_nearest(build, declaration->type, names, count));
}

static void read_type(
    struct build *build, struct place place, const struct field_declaration *declaration, struct field *field)
{
	field->type = VALUE_TEXT; /* so that what follows can go on after a fault */
	if (strncmp(declaration->type, "ref:", 4) == 0) {
		field->type = VALUE_REF;
		field->ref = declaration->type + 4;
		return;
	}
	for (int type = VALUE_TEXT; type < VALUE_TYPES; type++)
		if (type != VALUE_REF && strcmp(value_type_name((enum value_type)type), declaration->type) == 0) {
			field->type = (enum value_type)type;
			return;
		}
	fault_type(build, place, declaration);
}

static void check_value_titles(
    struct build *build, struct place place, const struct field_declaration *declaration, size_t at)
{
	const struct named *value = &declaration->values[at];

	for (size_t i = 0; i < at; i++) {
		const struct named *other = &declaration->values[i];

		if (strcmp(value->name, other->name) == 0)
			build_fault(build, place, declaration->name, "字段“%s”的值 %s 写了两次", declaration->name,
			    value->name);
		else if (strcmp(value->title, other->title) == 0 || strcmp(value->title, other->name) == 0 ||
		    strcmp(value->name, other->title) == 0)
			build_fault(build, place, declaration->name, "字段“%s”的值 %s 和 %s 的叫法“%s”相同，分不清",
			    declaration->name, other->name, value->name, value->title);
	}
}

/* What people put between the values of a set. */
static bool holds_separator(const char *title)
{
	return strchr(title, ',') != NULL || strstr(title, "，") != NULL || strstr(title, "、") != NULL;
}

static void read_values(
    struct build *build, struct place place, const struct field_declaration *declaration, struct field *field)
{
	field->values = declaration->values;
	field->value_count = declaration->value_count;
	if (field->type == VALUE_ENUM && field->value_count == 0)
		build_fault(build, place, field->name, "字段“%s”是 enum，要用 values 列出它的值", field->name);
	if (field->value_count > 0 && field->type != VALUE_ENUM && field->type != VALUE_SET)
		build_fault(build, place, field->name, "字段“%s”是 %s，不能有 values；要列出值就用 enum 或 set",
		    field->name, declaration->type);
	for (size_t i = 0; i < field->value_count; i++) {
		if (!name_is_value(field->values[i].name))
			build_fault(build, place, field->name,
			    "字段“%s”的值“%s”不行：只用小写字母、数字和下划线，标题另写", field->name,
			    field->values[i].name);
		if (field->type == VALUE_SET && holds_separator(field->values[i].title))
			build_fault(build, place, field->name, "字段“%s”的值 %s 的标题里不能有逗号或顿号", field->name,
			    field->values[i].name);
		check_value_titles(build, place, declaration, i);
	}
}

static void read_unit(
    struct build *build, struct place place, const struct field_declaration *declaration, struct field *field)
{
	field->unit = declaration->unit != NULL ? declaration->unit : "";
	if (field->type != VALUE_MONEY)
		return;
	field->unit_fen = money_unit(field->unit);
	if (field->unit_fen == 0) {
		build_fault(build, place, field->name, "字段“%s”的单位“%s”不是金额单位；可用：元、万元、亿元",
		    field->name, field->unit);
		field->unit_fen = 100;
	}
}

void build_add_field(struct build *build, struct kind_draft *draft, int plugin, struct place place,
    const struct field_declaration *declaration)
{
	struct field field = {.name = declaration->name,
	    .was = declaration->was,
	    .required = declaration->required,
	    .unique = declaration->unique,
	    .indexed = declaration->index,
	    .plugin = plugin,
	    .compute = declaration->compute};
	int same;

	if (!build_check_name(build, place, "字段", field.name))
		return;
	if (is_reserved(field.name))
		build_fault(
		    build, place, field.name, "字段不能叫“%s”：这个名字另有所用，换一个，标题可以不变", field.name);
	same = build_find_field(draft, field.name);
	if (same >= 0) {
		build_fault(build, place, field.name, "“%s”已有字段“%s”（%s:%d），换一个名字", draft->kind.title,
		    field.name, draft->fields[same].place.file, draft->fields[same].place.line);
		return;
	}
	if (draft->field_count == KIND_MAX_FIELDS) {
		build_fault(build, place, field.name, "“%s”的字段太多：至多 %d 个", draft->kind.title, KIND_MAX_FIELDS);
		return;
	}
	if (field.was != NULL && !build_check_name(build, place, "旧字段", field.was))
		field.was = NULL;
	if (field.was != NULL && build_is_builtin(field.was)) /* what rules once said is nobody's typed value */
		build_fault(build, place, field.name, "字段“%s”的 was 不能写 %s：那是灯的记录，不是填的值，去掉 was",
		    field.name, field.was);
	field.title = build_title(build, place, field.name, declaration->title);
	read_type(build, place, declaration, &field);
	read_unit(build, place, declaration, &field);
	read_values(build, place, declaration, &field);
	draft->kind.computes = draft->kind.computes || field.compute != 0;
	draft->fields[draft->field_count++] = (struct field_draft){field, place};
}

/* against its neighbours */

static void check_against(struct build *build, struct kind_draft *draft, size_t at, size_t other)
{
	const struct field *field = &draft->fields[at].field, *before = &draft->fields[other].field;
	struct place place =
	    draft->fields[field->builtin ? other : at].place; /* where something can be done about it */

	if (strcmp(field->title, before->title) == 0)
		build_fault(build, place, field->name, "“%s”的字段 %s 和 %s 标题都是“%s”，分不清，改一个",
		    draft->kind.title, before->name, field->name, field->title);
	else if (strcmp(field->title, before->name) == 0 || strcmp(field->name, before->title) == 0)
		build_fault(build, place, field->name, "“%s”的字段 %s 和 %s：一个的标题是另一个的名字，分不清，改一个",
		    draft->kind.title, before->name, field->name);
	if ((field->was != NULL && strcmp(field->was, before->name) == 0) ||
	    (before->was != NULL && strcmp(before->was, field->name) == 0))
		build_fault(build, place, field->name, "“%s”的字段 %s 和 %s：was 写的旧名字还在用", draft->kind.title,
		    before->name, field->name);
	if (field->was != NULL && before->was != NULL && strcmp(field->was, before->was) == 0)
		build_fault(build, place, field->name, "“%s”的字段 %s 和 %s：was 都写了 %s，旧值只能归一个",
		    draft->kind.title, before->name, field->name, field->was);
}

static void check_day_of_stage(struct build *build, struct kind_draft *draft, const struct field_draft *field)
{
	size_t length = strlen(field->field.name);

	for (size_t i = 0; i < draft->stage_count; i++) {
		const char *stage = draft->stages[i].name;
		size_t stage_length = strlen(stage);

		if (length == stage_length + 3 && memcmp(field->field.name, stage, stage_length) == 0 &&
		    strcmp(field->field.name + stage_length, "_on") == 0)
			build_fault(build, field->place, field->field.name,
			    "字段不能叫“%s”：阶段“%s”的日子已叫这个名字，由流程自动得出", field->field.name,
			    draft->stages[i].title);
	}
}

/* against what the store remembers */

static const struct remembered_field *find_remembered(const struct build *build, const char *kind, const char *name)
{
	for (size_t i = 0; name != NULL && i < build->catalog->field_count; i++) {
		const struct remembered_field *remembered = &build->catalog->fields[i];

		if (strcmp(remembered->kind, kind) == 0 && strcmp(remembered->name, name) == 0)
			return remembered;
	}
	return NULL;
}

static const char *type_text(struct build *build, enum value_type type, const char *ref)
{
	if (type == VALUE_REF)
		return pool_format(build->pool, "ref:%s", ref != NULL ? ref : "");
	return value_type_name(type);
}

static void check_type_kept(struct build *build, struct kind_draft *draft, const struct field_draft *field)
{
	const struct field *now = &field->field;
	const struct remembered_field *before = find_remembered(build, draft->kind.name, now->name);

	if (before == NULL)
		before = find_remembered(build, draft->kind.name, now->was);
	if (before == NULL ||
	    (before->type == now->type &&
		(now->type != VALUE_REF || before->ref == NULL || strcmp(before->ref, now->ref) == 0)))
		return;
	build_fault(build, field->place, now->name,
	    "字段“%s”已按 %s 存了值，不能改成 %s：用另一个名字声明新字段，把旧值抄过去，旧字段留着", now->name,
	    type_text(build, before->type, before->ref), type_text(build, now->type, now->ref));
}

static bool is_declared(const struct kind_draft *draft, const char *name)
{
	for (size_t i = 0; i < draft->field_count; i++) {
		const struct field *field = &draft->fields[i].field;

		if (strcmp(field->name, name) == 0 || (field->was != NULL && strcmp(field->was, name) == 0))
			return true;
	}
	return false;
}

static void keep_undeclared(struct build *build, struct kind_draft *draft)
{
	for (size_t i = 0; i < build->catalog->field_count; i++) {
		const struct remembered_field *remembered = &build->catalog->fields[i];
		struct field field = {.type = remembered->type, .unit = "", .unit_fen = 100, .hidden = true};

		if (strcmp(remembered->kind, draft->kind.name) != 0 || is_declared(draft, remembered->name))
			continue;
		if (draft->field_count == KIND_MAX_FIELDS) {
			build_fault(build, draft->place, remembered->name, "“%s”的字段太多，连同不再声明的至多 %d 个",
			    draft->kind.title, KIND_MAX_FIELDS);
			return;
		}
		field.name = pool_copy_text(build->pool, remembered->name);
		field.title = field.name;
		field.ref = pool_copy_text(build->pool, remembered->ref);
		field.plugin = draft->kind.plugin;
		draft->fields[draft->field_count++] = (struct field_draft){field, draft->place};
	}
}

void build_check_fields(struct build *build, struct kind_draft *draft)
{
	for (size_t i = 0; i < draft->field_count; i++) {
		const struct field *field = &draft->fields[i].field;

		for (size_t other = 0; other < i; other++)
			check_against(build, draft, i, other);
		check_type_kept(build, draft, &draft->fields[i]);
		if (field->type == VALUE_REF && build_find_draft(build, field->ref) < 0)
			build_fault(build, draft->fields[i].place, field->name, "字段“%s”指向的类别 %s 没有声明%s",
			    field->name, field->ref, build_nearest_kind(build, field->ref));
	}
	keep_undeclared(build, draft);
	for (size_t i = 0; i < draft->field_count; i++)
		check_day_of_stage(build, draft, &draft->fields[i]);
}
