/* finding.list, finding.waive: lights and their reasons. */
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"

static void put_finding(struct json_writer *json, const struct found_by_rule *finding)
{
	json_object_begin(json);
	json_member_text(json, "rule", finding->rule);
	json_member_text(json, "title", finding->title);
	json_member_text(json, "plugin", finding->plugin);
	json_member_text(json, "level", finding->light);
	json_member_text(json, "text", finding->text);
	json_key(json, "since");
	put_date(json, finding->since);
	json_key(json, "waived_until");
	put_date(json, finding->waived_until);
	json_member_text(json, "waived_by", finding->waived_by);
	json_member_text(json, "waived_why", finding->waived_why);
	json_member_boolean(json, "stale", finding->stale);
	json_object_end(json);
}

static void put_coming(struct json_writer *json, const struct coming_by_rule *coming)
{
	json_object_begin(json);
	json_key(json, "on");
	put_date(json, coming->on);
	json_member_text(json, "level", coming->light);
	json_member_text(json, "rule", coming->rule);
	json_member_text(json, "title", coming->title);
	json_member_text(json, "text", coming->text);
	json_object_end(json);
}

bool run_finding_list(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	struct why why;

	if (view == NULL)
		return false;
	if (!view_why(view, argument_text(call, "id"), call_pool(call), &why, &call->candidates, &call->candidate_count,
		error)) {
		view_close(view);
		return false;
	}
	json_member_text(json, "id", why.id);
	json_member_text(json, "kind", why.kind->name);
	json_member_text(json, "title", why.title);
	json_member_text(json, "light", why.light);
	json_key(json, "findings");
	json_array_begin(json);
	for (size_t i = 0; i < why.finding_count; i++)
		put_finding(json, &why.findings[i]);
	json_array_end(json);
	json_key(json, "coming");
	json_array_begin(json);
	for (size_t i = 0; i < why.coming_count; i++)
		put_coming(json, &why.coming[i]);
	json_array_end(json);
	answer_put_view(json, call, view);
	view_close(view);
	return true;
}

bool fill_finding_waive(struct call *call, struct wish *wish, struct error *error)
{
	(void)error;
	wish->id = pool_copy_text(wish->pool, argument_text(call, "id"));
	wish->rule = pool_copy_text(wish->pool, argument_text(call, "rule"));
	wish->until = pool_copy_text(wish->pool, argument_text(call, "until"));
	return true;
}
