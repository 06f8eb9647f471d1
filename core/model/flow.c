#include "model/flow.h"

#include "model/listing.h"
#include "model/name.h"
#include "model/nearest.h"
#include <string.h>

bool flow_is_resume(const char *name)
{
	return strcmp(name, FLOW_RESUME) == 0 || strcmp(name, FLOW_RESUME_TITLE) == 0;
}

int flow_find(const struct flow *flow, const char *name)
{
	for (size_t i = 0; i < flow->count; i++)
		if (name_equal(flow->stages[i].name, name))
			return (int)i;
	for (size_t i = 0; i < flow->count; i++)
		if (flow->stages[i].was != NULL && name_equal(flow->stages[i].was, name))
			return (int)i;
	for (size_t i = 0; i < flow->count; i++)
		if (strcmp(flow->stages[i].title, name) == 0)
			return (int)i;
	return -1;
}

/* Where a record at "from" may go by name, as bits. One that began suspended has nowhere to resume to, so it may go
 * anywhere: a record must never be stuck. */
static uint64_t stages_allowed(const struct flow *flow, int from, int return_stage)
{
	uint64_t allowed = 0;

	if (from >= 0 && !(flow->stages[from].suspends && return_stage < 0))
		allowed = flow->stages[from].to;
	else
		for (size_t i = 0; i < flow->count; i++)
			if ((int)i != from)
				allowed |= UINT64_C(1) << i;
	for (size_t i = 0; i < flow->count; i++)
		if (flow->stages[i].hidden)
			allowed &= ~(UINT64_C(1) << i);
	return allowed;
}

static void hint_where(const struct flow *flow, int from, int return_stage, struct error *error)
{
	uint64_t allowed = stages_allowed(flow, from, return_stage);
	struct listing where = {0};

	if (from >= 0 && flow->stages[from].suspends && return_stage >= 0)
		listing_add(&where, "%s（%s）", FLOW_RESUME_TITLE, FLOW_RESUME);
	for (size_t i = 0; i < flow->count; i++)
		if ((allowed >> i & 1) != 0)
			listing_add(&where, "%s（%s）", flow->stages[i].title, flow->stages[i].name);
	if (from < 0)
		error_hint(error, "可以是：%s", where.text);
	else
		error_hint(error, "可转为：%s", where.text[0] != '\0' ? where.text : "无，已是终点");
}

static const char *nearest_stage(const struct flow *flow, const char *name)
{
	const char *names[2 * FLOW_MAX_STAGES];
	size_t count = 0;

	for (size_t i = 0; i < flow->count && i < FLOW_MAX_STAGES; i++)
		if (!flow->stages[i].hidden) {
			names[count++] = flow->stages[i].name;
			names[count++] = flow->stages[i].title;
		}
	return name_nearest(name, names, count);
}

static bool refuse_unknown(const struct flow *flow, int from, int return_stage, const char *to, struct error *error)
{
	const char *nearest = nearest_stage(flow, to);

	if (nearest != NULL)
		error_set(error, ERROR_INVALID, "stage", "“%s”没有名为“%s”的阶段，最接近的是“%s”", flow->kind_title, to,
		    nearest);
	else
		error_set(error, ERROR_INVALID, "stage", "“%s”没有名为“%s”的阶段", flow->kind_title, to);
	hint_where(flow, from, return_stage, error);
	return false;
}

static bool check_resume(const struct flow *flow, int from, int return_stage, int *ret_to, struct error *error)
{
	if (from >= 0 && flow->stages[from].suspends && return_stage >= 0) {
		*ret_to = return_stage;
		return true;
	}
	if (from < 0)
		error_set(error, ERROR_REFUSED, "stage", "登记时不能就是%s，要写一个阶段", FLOW_RESUME_TITLE);
	else if (flow->stages[from].suspends)
		error_set(
		    error, ERROR_REFUSED, "stage", "一登记就是“%s”，没有可以回到的阶段", flow->stages[from].title);
	else
		error_set(error, ERROR_REFUSED, "stage", "现在是“%s”，没有停着，不能%s", flow->stages[from].title,
		    FLOW_RESUME_TITLE);
	hint_where(flow, from, return_stage, error);
	return false;
}

bool flow_check_move(
    const struct flow *flow, int from, int return_stage, const char *to, int *ret_to, struct error *error)
{
	int stage;

	if (flow_is_resume(to))
		return check_resume(flow, from, return_stage, ret_to, error);
	stage = flow_find(flow, to);
	if (stage < 0)
		return refuse_unknown(flow, from, return_stage, to, error);
	if ((stages_allowed(flow, from, return_stage) >> stage & 1) != 0) {
		*ret_to = stage;
		return true;
	}
	if (stage == from)
		error_set(error, ERROR_REFUSED, "stage", "已经是“%s”了", flow->stages[stage].title);
	else if (flow->stages[stage].hidden)
		error_set(error, ERROR_REFUSED, "stage", "阶段“%s”已不再使用", flow->stages[stage].title);
	else
		error_set(error, ERROR_REFUSED, "stage", "“%s”不能从“%s”转为“%s”", flow->kind_title,
		    flow->stages[from].title, flow->stages[stage].title);
	hint_where(flow, from, return_stage, error);
	return false;
}

static bool stands_aside(const struct stage *stage) /* of the way from the first stage to the last */
{
	return stage->dead || stage->suspends || stage->hidden;
}

uint64_t flow_skipped(const struct flow *flow, int from, int to)
{
	uint64_t skipped = 0;

	if (from < 0 || to < 0 || stands_aside(&flow->stages[from]) || stands_aside(&flow->stages[to]))
		return 0;
	for (int i = from + 1; i < to; i++)
		if (!stands_aside(&flow->stages[i]))
			skipped |= UINT64_C(1) << i;
	return skipped;
}
