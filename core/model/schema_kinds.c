/* The kinds: declared, extended by other plugins, completed by what the store remembers. */
#include "model/build.h"
#include <string.h>

static bool prefix_is_valid(const char *prefix)
{
	size_t length = strlen(prefix);

	return length >= 1 && length <= 6 && prefix[0] >= 'A' && prefix[0] <= 'Z' &&
	    strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
}

static void check_prefix_kept(struct build *build, struct place place, const struct kind *kind)
{
	for (size_t i = 0; i < build->catalog->kind_count; i++) {
		const struct remembered_kind *remembered = &build->catalog->kinds[i];
		bool same_kind = strcmp(remembered->name, kind->name) == 0;
		bool same_prefix = strcmp(remembered->prefix, kind->prefix) == 0;

		if (same_kind && !same_prefix)
			build_fault(build, place, kind->name,
			    "“%s”的编号前缀已是 %s，不能改成 %s：发出去的编号会找不到", kind->title, remembered->prefix,
			    kind->prefix);
		else if (!same_kind && same_prefix)
			build_fault(build, place, kind->name,
			    "“%s”的编号前缀 %s 已归“%s”（%s），即使它不再声明；换一个", kind->title, kind->prefix,
			    remembered->title, remembered->name);
	}
}

static void check_prefix(struct build *build, struct place place, const struct kind *kind)
{
	if (!prefix_is_valid(kind->prefix)) {
		build_fault(build, place, kind->name,
		    "“%s”的编号前缀“%s”不行：写 1 到 6 个大写字母或数字，字母开头，如 P", kind->title, kind->prefix);
		return;
	}
	for (size_t i = 0; i < build->draft_count; i++) {
		const struct kind_draft *other = &build->drafts[i];

		if (strcmp(other->kind.prefix, kind->prefix) == 0)
			build_fault(build, place, kind->name, "“%s”和“%s”（%s:%d）的编号前缀都是 %s，换一个",
			    kind->title, other->kind.title, other->place.file, other->place.line, kind->prefix);
	}
	check_prefix_kept(build, place, kind);
}

static void check_kind_titles(struct build *build, struct place place, const struct kind *kind)
{
	for (size_t i = 0; i < build->draft_count; i++) {
		const struct kind_draft *other = &build->drafts[i];

		if (strcmp(other->kind.title, kind->title) == 0 || strcmp(other->kind.title, kind->name) == 0 ||
		    strcmp(other->kind.name, kind->title) == 0)
			build_fault(build, place, kind->name, "类别 %s 和 %s（%s:%d）的叫法“%s”相同，分不清，改一个",
			    kind->name, other->kind.name, other->place.file, other->place.line, kind->title);
	}
}

static int32_t remembered_number(const struct build *build, const char *name)
{
	for (size_t i = 0; i < build->catalog->kind_count; i++)
		if (strcmp(build->catalog->kinds[i].name, name) == 0)
			return build->catalog->kinds[i].number;
	return 0;
}

static void add_contents(
    struct build *build, struct kind_draft *draft, int plugin, const struct kind_declaration *declaration)
{
	for (size_t i = 0; i < declaration->field_count; i++)
		build_add_field(build, draft, plugin, declaration->place, &declaration->fields[i]);
	for (size_t i = 0; i < declaration->stage_count; i++)
		build_add_stage(build, draft, declaration->place, &declaration->stages[i]);
}

static void add_kind(struct build *build, int plugin, const struct kind_declaration *declaration, size_t all_stages)
{
	struct kind_draft *draft = &build->drafts[build->draft_count];
	struct kind kind = {.name = declaration->name,
	    .prefix = declaration->prefix != NULL ? declaration->prefix : "",
	    .plugin = plugin,
	    .file = declaration->place.file,
	    .line = declaration->place.line};
	int same;

	if (!build_check_name(build, declaration->place, "类别", kind.name))
		return;
	same = build_find_draft(build, kind.name);
	if (same >= 0) {
		build_fault(build, declaration->place, kind.name,
		    "类别“%s”已在 %s:%d 声明；要加字段或阶段用 luodi.extend", kind.name, build->drafts[same].place.file,
		    build->drafts[same].place.line);
		build->drafts[same].twice = true;
		return;
	}
	kind.title = build_title(build, declaration->place, kind.name, declaration->title);
	kind.number = remembered_number(build, kind.name);
	check_prefix(build, declaration->place, &kind);
	check_kind_titles(build, declaration->place, &kind);
	*draft = (struct kind_draft){.kind = kind, .place = declaration->place};
	draft->fields = pool_alloc_array(build->pool, KIND_MAX_FIELDS, sizeof *draft->fields);
	draft->stages = pool_alloc_array(build->pool, FLOW_MAX_STAGES, sizeof *draft->stages);
	draft->sources = pool_alloc_array(build->pool, all_stages + 1, sizeof *draft->sources);
	build->draft_count++;
	add_contents(build, draft, plugin, declaration);
}

static void extend_kind(struct build *build, int plugin, const struct kind_declaration *declaration)
{
	int draft = build_find_draft(build, declaration->name);

	if (draft < 0) {
		build_fault(build, declaration->place, declaration->name, "要扩展的类别 %s 没有声明%s",
		    declaration->name, build_nearest_kind(build, declaration->name));
		return;
	}
	if (!build->drafts[draft].twice)
		add_contents(build, &build->drafts[draft], plugin, declaration);
}

static void for_each_kind(struct build *build, bool extend, size_t all_stages)
{
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->kind_count; j++) {
			const struct kind_declaration *declaration = &build->sets[i]->kinds[j];

			if (declaration->extend != extend)
				continue;
			if (extend)
				extend_kind(build, (int)i, declaration);
			else
				add_kind(build, (int)i, declaration, all_stages);
		}
}

static struct kind finish_kind(struct build *build, struct kind_draft *draft)
{
	struct field *fields;

	build_check_fields(build, draft);
	fields = pool_alloc_array(build->pool, draft->field_count + 1, sizeof *fields);
	for (size_t i = 0; i < draft->field_count; i++)
		fields[i] = draft->fields[i].field;
	build_flow(build, draft);
	draft->kind.fields = fields;
	draft->kind.field_count = draft->field_count;
	build_place_builtins(&draft->kind);
	return draft->kind;
}

void build_kinds(struct build *build)
{
	struct schema_holder *holder = (struct schema_holder *)build->schema;
	size_t kinds = 0, stages = 0;

	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->kind_count; j++) {
			kinds++;
			stages += build->sets[i]->kinds[j].stage_count;
		}
	build->drafts = pool_alloc_array(build->pool, kinds + 1, sizeof *build->drafts);
	for_each_kind(build, false, stages);
	for_each_kind(build, true, stages);
	build_add_builtins(build);
	holder->kinds = pool_alloc_array(build->pool, build->draft_count + 1, sizeof *holder->kinds);
	for (size_t i = 0; i < build->draft_count; i++)
		holder->kinds[i] = finish_kind(build, &build->drafts[i]);
	build->schema->kinds = holder->kinds;
	build->schema->kind_count = build->draft_count;
}
