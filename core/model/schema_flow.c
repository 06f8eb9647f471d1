/* The flow of a kind: stages as they are declared and extended, then the moves between them and what entering needs. */
#include "model/build.h"
#include "model/name.h"
#include <string.h>

static int find_stage(const struct kind_draft *draft, const char *name)
{
	for (size_t i = 0; i < draft->stage_count; i++)
		if (strcmp(draft->stages[i].name, name) == 0)
			return (int)i;
	return -1;
}

static void check_stage_titles(
    struct build *build, struct kind_draft *draft, struct place place, const struct stage *stage)
{
	if (flow_is_resume(stage->name) || flow_is_resume(stage->title))
		build_fault(
		    build, place, stage->name, "阶段不能叫“%s”：resume 和 复工 是停工后回到原阶段的说法", stage->title);
	for (size_t i = 0; i < draft->stage_count; i++) {
		const struct stage *other = &draft->stages[i];

		if (strcmp(stage->title, other->title) == 0 || strcmp(stage->title, other->name) == 0 ||
		    strcmp(stage->name, other->title) == 0)
			build_fault(build, place, stage->name, "“%s”的阶段 %s 和 %s 的叫法“%s”相同，分不清，改一个",
			    draft->kind.title, other->name, stage->name, stage->title);
	}
}

/* -1: not added. */
static int add_new_stage(
    struct build *build, struct kind_draft *draft, struct place place, const struct stage_declaration *declaration)
{
	struct stage stage = {.name = declaration->name,
	    .was = declaration->was,
	    .done = declaration->done,
	    .dead = declaration->dead,
	    .suspends = declaration->suspends,
	    .reason = declaration->reason};

	if (!build_check_name(build, place, "阶段", stage.name))
		return -1;
	if (draft->stage_count == FLOW_MAX_STAGES) {
		build_fault(build, place, stage.name, "“%s”的阶段太多：至多 %d 个", draft->kind.title, FLOW_MAX_STAGES);
		return -1;
	}
	if (stage.was != NULL && !build_check_name(build, place, "旧阶段", stage.was))
		stage.was = NULL;
	if (stage.suspends && (stage.dead || stage.done))
		build_fault(
		    build, place, stage.name, "阶段“%s”不能既是停工（suspends）又是终点（done、dead）", stage.name);
	stage.title = build_title(build, place, stage.name, declaration->title);
	check_stage_titles(build, draft, place, &stage);
	draft->stages[draft->stage_count] = stage;
	return (int)draft->stage_count++;
}

void build_add_stage(
    struct build *build, struct kind_draft *draft, struct place place, const struct stage_declaration *declaration)
{
	int stage = find_stage(draft, declaration->name);

	for (size_t i = 0; stage >= 0 && i < draft->source_count; i++)
		if (draft->sources[i].stage == (size_t)stage && draft->sources[i].place.file == place.file &&
		    draft->sources[i].place.line == place.line) {
			build_fault(build, place, declaration->name, "“%s”的阶段“%s”写了两次", draft->kind.title,
			    declaration->name);
			return;
		}
	if (stage < 0)
		stage = add_new_stage(build, draft, place, declaration);
	if (stage >= 0)
		draft->sources[draft->source_count++] = (struct stage_source){(size_t)stage, declaration, place};
}

static void add_moves(struct build *build, struct kind_draft *draft, const struct stage_source *source)
{
	struct stage *stage = &draft->stages[source->stage];

	for (size_t i = 0; i < source->declaration->to_count; i++) {
		const char *name = source->declaration->to[i];
		int to = find_stage(draft, name);

		if (flow_is_resume(name))
			continue; /* a suspending stage allows it anyway */
		if (to < 0) {
			const char *names[FLOW_MAX_STAGES];

			for (size_t j = 0; j < draft->stage_count; j++)
				names[j] = draft->stages[j].name;
			build_fault(build, source->place, name, "“%s”的阶段“%s”要转到的 %s 没有声明%s",
			    draft->kind.title, stage->name, name,
			    build_nearest(build, name, names, draft->stage_count));
		} else if ((size_t)to == source->stage) {
			build_fault(
			    build, source->place, name, "“%s”的阶段“%s”不能转到它自己", draft->kind.title, stage->name);
		} else {
			stage->to |= UINT64_C(1) << to;
		}
	}
}

static bool has_need(const uint16_t *needs, size_t count, int field)
{
	for (size_t i = 0; i < count; i++)
		if (needs[i] == field)
			return true;
	return false;
}

static void fault_need(
    struct build *build, const struct kind_draft *draft, const struct stage_source *source, const char *name, int field)
{
	const char *names[KIND_MAX_FIELDS];

	if (field >= 0) {
		build_fault(build, source->place, name, "“%s”的阶段“%s”的 needs 不能用计算字段 %s：写它所依据的字段",
		    draft->kind.title, source->declaration->name, name);
		return;
	}
	for (size_t i = 0; i < draft->field_count; i++)
		names[i] = draft->fields[i].field.hidden || draft->fields[i].field.builtin
		    ? NULL
		    : draft->fields[i].field.name;
	build_fault(build, source->place, name, "“%s”的阶段“%s”的 needs 写了 %s，没有这个字段%s", draft->kind.title,
	    source->declaration->name, name, build_nearest(build, name, names, draft->field_count));
}

/* needs has room for KIND_MAX_FIELDS. */
static size_t add_needs(struct build *build, const struct kind_draft *draft, const struct stage_source *source,
    uint16_t *needs, size_t count)
{
	for (size_t i = 0; i < source->declaration->need_count; i++) {
		const char *name = source->declaration->needs[i];
		int field = build_find_field(draft, name);

		if (strcmp(name, "title") == 0)
			continue; /* every record has one */
		if (field < 0 || draft->fields[field].field.compute != 0)
			fault_need(build, draft, source, name, field);
		else if (!has_need(needs, count, field))
			needs[count++] = (uint16_t)field;
	}
	return count;
}

static bool is_declared(const struct kind_draft *draft, const char *name)
{
	for (size_t i = 0; i < draft->stage_count; i++)
		if (strcmp(draft->stages[i].name, name) == 0 ||
		    (draft->stages[i].was != NULL && strcmp(draft->stages[i].was, name) == 0))
			return true;
	return false;
}

/* Stages that are no longer declared stay for the past; a record that still stands in one may go to any other. */
static void keep_undeclared(struct build *build, struct kind_draft *draft)
{
	uint64_t declared = (UINT64_C(1) << draft->stage_count) - 1;

	for (size_t i = 0; i < build->catalog->stage_count; i++) {
		const struct remembered_stage *remembered = &build->catalog->stages[i];
		struct stage stage = {.to = declared, .hidden = true};

		if (strcmp(remembered->kind, draft->kind.name) != 0 || is_declared(draft, remembered->name))
			continue;
		if (draft->stage_count == FLOW_MAX_STAGES) {
			build_fault(build, draft->place, remembered->name, "“%s”的阶段太多，连同不再声明的至多 %d 个",
			    draft->kind.title, FLOW_MAX_STAGES);
			return;
		}
		stage.name = pool_copy_text(build->pool, remembered->name);
		stage.title =
		    pool_copy_text(build->pool, remembered->title != NULL ? remembered->title : remembered->name);
		draft->stages[draft->stage_count++] = stage;
	}
}

static void resolve_stage(struct build *build, struct kind_draft *draft, size_t at)
{
	uint16_t needs[KIND_MAX_FIELDS], *kept;
	size_t count = 0;

	for (size_t i = 0; i < draft->source_count; i++)
		if (draft->sources[i].stage == at) {
			add_moves(build, draft, &draft->sources[i]);
			count = add_needs(build, draft, &draft->sources[i], needs, count);
		}
	kept = pool_alloc_array(build->pool, count + 1, sizeof *kept);
	memcpy(kept, needs, count * sizeof *kept);
	draft->stages[at].needs = kept;
	draft->stages[at].need_count = count;
}

void build_flow(struct build *build, struct kind_draft *draft)
{
	struct flow *flow;

	if (draft->stage_count == 0)
		return;
	for (size_t i = 0; i < draft->stage_count; i++)
		resolve_stage(build, draft, i);
	keep_undeclared(build, draft);
	flow = pool_alloc(build->pool, sizeof *flow);
	*flow = (struct flow){draft->kind.title, draft->stages, draft->stage_count};
	draft->kind.flow = flow;
}
