/* The daemon, its plugins and its store; and who is asking. */
#include "base/clock.h"
#include "rpc/answer.h"
#include "rpc/arguments.h"
#include "rpc/methods.h"
#include "rpc/values.h"

static void put_status_store(struct json_writer *json, const struct engine_status *status)
{
	json_member_integer(json, "batch", status->batch);
	json_member_text(json, "head", status->head_hash);
	json_member_boolean(json, "read_only", status->read_only);
	json_member_text(json, "read_only_reason", status->read_only ? status->read_only_reason : NULL);
	json_key(json, "read_only_since");
	put_moment(json, status->read_only ? status->read_only_since_us : 0);
	json_member_integer(json, "queue", status->queued_writes);
	json_member_integer(json, "writes", status->events_written);
	json_member_integer(json, "recomputing", status->recomputing);
	json_member_integer(json, "groups", status->groups);
	json_member_integer(json, "host_restarts", status->host_restarts);
	json_member_integer(json, "data_bytes", status->data_bytes);
	json_member_integer(json, "free_bytes", status->free_bytes);
}

bool run_server_status(struct call *call, struct json_writer *json, struct error *error)
{
	struct rpc *rpc = call->conversation->rpc;
	struct engine_status status = {0};

	(void)error;
	engine_status(rpc->engine, call_pool(call), &status);
	json_member_text(json, "version", LUODI_VERSION);
	put_status_store(json, &status);
	json_key(json, "today");
	put_date(json, status.today);
	json_key(json, "started_at");
	put_moment(json, status.started_us);
	json_member_integer(json, "uptime", status.uptime_us / 1000000); /* seconds */
	json_member_integer(json, "peers", (int64_t)atomic_load(&rpc->conversation_count));
	answer_put_present(json, status.seq, status.today, status.set_hash);
	return true;
}

bool run_plugin_list(struct call *call, struct json_writer *json, struct error *error)
{
	struct engine_status status = {0};

	(void)error;
	engine_status(call->conversation->rpc->engine, call_pool(call), &status);
	json_key(json, "plugins"); /* here the list; elsewhere this name tells the set, here "set" does */
	json_array_begin(json);
	for (size_t i = 0; i < status.plugin_count; i++) {
		const struct plugin_status *plugin = &status.plugins[i];

		json_object_begin(json);
		json_member_text(json, "name", plugin->name);
		json_member_text(json, "state", plugin->set_aside ? "set_aside" : "active");
		json_member_integer(json, "declarations", plugin->declarations);
		json_member_integer(json, "faults", plugin->faults);
		json_member_text(json, "last_fault", plugin->last_fault);
		json_key(json, "last_fault_at");
		put_moment(json, plugin->last_fault_us);
		json_object_end(json);
	}
	json_array_end(json);
	json_key(json, "set");
	put_set_hash(json, status.set_hash);
	json_member_integer(json, "seq", status.seq);
	json_key(json, "as_of");
	put_date(json, status.today);
	json_key(json, "known");
	json_null(json);
	return true;
}

bool run_plugin_reload(struct call *call, struct json_writer *json, struct error *error)
{
	struct rpc *rpc = call->conversation->rpc;
	struct buffer summary, faults;
	struct schema *schema;
	bool ok;

	buffer_init(&summary, 1 << 20);
	buffer_init(&faults, 1 << 20);
	ok = engine_reload(rpc->engine, &summary, &faults, error);
	if (ok) {
		json_key(json, "summary");
		put_lines(json, buffer_text(&summary));
		schema = engine_schema(rpc->engine);
		json_key(json, "set");
		put_set_hash(json, schema->set_hash);
		schema_release(schema);
		answer_put_now(json, call);
	} else {
		call->faults = pool_copy_text(call_pool(call), buffer_text(&faults));
	}
	buffer_clear(&summary);
	buffer_clear(&faults);
	return ok;
}

bool run_plugin_recompute(struct call *call, struct json_writer *json, struct error *error)
{
	struct recompute_report report = {0};
	bool dry_run = argument_boolean(call, "dry_run");

	if (!engine_recompute(call->conversation->rpc->engine, argument_text(call, "kind"), argument_text(call, "from"),
		argument_text(call, "note"), &call->caller, dry_run, call_progress, call, call_pool(call), &report,
		error))
		return false;
	json_member_text(json, "kind", report.kind);
	json_key(json, "from");
	put_date(json, report.from);
	json_key(json, "batch");
	if (report.batch > 0)
		json_integer(json, report.batch);
	else
		json_null(json);
	json_member_integer(json, "records", report.records);
	json_member_integer(json, "changed", report.changed);
	json_member_integer(json, "faults", report.faults);
	if (dry_run)
		json_member_boolean(json, "dry_run", true);
	answer_put_now(json, call);
	return true;
}

bool run_journal_verify(struct call *call, struct json_writer *json, struct error *error)
{
	struct verify_report report = {0};

	if (!engine_verify(call->conversation->rpc->engine, call_progress, call, &report, error))
		return false;
	json_member_integer(json, "events", report.events);
	json_member_integer(json, "records", report.records);
	json_member_integer(json, "states", report.states);
	json_key(json, "first_recorded_at");
	put_moment(json, report.first_recorded_us);
	json_key(json, "last_recorded_at");
	put_moment(json, report.last_recorded_us);
	json_member_text(json, "head", report.head_hash);
	answer_put_now(json, call);
	return true;
}

bool run_store_backup(struct call *call, struct json_writer *json, struct error *error)
{
	const char *path = argument_text(call, "path");
	int64_t bytes = 0;

	if (path[0] != '/') {
		error_set(error, ERROR_INVALID, "path", "备份要写在 luodid 那台机器上，路径要从 / 写起");
		return error_hint(error, "如 /var/backups/luodi-20220718.db");
	}
	if (!engine_backup(call->conversation->rpc->engine, path, &bytes, error))
		return false;
	json_member_text(json, "path", path);
	json_member_integer(json, "bytes", bytes);
	answer_put_now(json, call);
	return true;
}

/* A kind with stages that refers to the caller's own record; then how many of its records are the caller's. */
static bool find_mine(struct call *call, struct view *view, int64_t me, const struct kind **ret_kind,
    const struct field **ret_field, int64_t *ret_total, struct error *error)
{
	const struct schema *schema = view_schema(view);
	const struct kind *own = schema_kind_of(schema, me);

	for (size_t i = 0; own != NULL && i < schema->kind_count; i++) {
		const struct kind *kind = &schema->kinds[i];

		for (size_t j = 0; kind->flow != NULL && j < kind->field_count; j++) {
			const struct field *field = &kind->fields[j];
			struct count_request request = {.kind = kind->name};
			struct count count = {0};

			if (field->hidden || field->type != VALUE_REF || schema_find_kind(schema, field->ref) != own)
				continue;
			request.filter = pool_format(call_pool(call), "%s=@me", field->name);
			if (!view_count(view, &request, call_pool(call), &count, error))
				return false;
			*ret_kind = kind;
			*ret_field = field;
			*ret_total = count.all.count;
			return true;
		}
	}
	return true;
}

static bool put_mine(struct call *call, struct view *view, struct json_writer *json, struct error *error)
{
	const struct candidate *candidates;
	const struct kind *kind = NULL;
	const struct field *field = NULL;
	struct error ignored; /* the configuration names somebody who is not on record: then nothing is his */
	int64_t me, total = 0;
	size_t count;

	json_key(json, "mine");
	if (call->caller.person != NULL &&
	    view_find_record(view, NULL, call->caller.person, call_pool(call), &me, &candidates, &count, &ignored) &&
	    !find_mine(call, view, me, &kind, &field, &total, error))
		return false;
	if (kind == NULL) {
		json_null(json);
		return true;
	}
	json_object_begin(json);
	json_member_text(json, "kind", kind->name);
	json_member_text(json, "kind_title", kind->title);
	json_member_text(json, "field", field->name);
	json_member_text(json, "field_title", field->title);
	json_member_integer(json, "total", total);
	json_object_end(json);
	return true;
}

bool run_session_home(struct call *call, struct json_writer *json, struct error *error)
{
	struct view *view = call_view(call, error);
	struct date today;
	bool ok;

	if (view == NULL)
		return false;
	today = view_facts(view).today;
	json_member_text(json, "user", call->caller.name);
	json_member_text(json, "role", role_name(call->caller.role));
	json_member_text(json, "role_title", role_title(call->caller.role));
	json_member_text(json, "person", call->caller.person);
	json_key(json, "today");
	put_date(json, today);
	json_member_integer(json, "weekday", date_weekday(today));
	ok = put_mine(call, view, json, error);
	if (ok)
		answer_put_view(json, call, view);
	view_close(view);
	return ok;
}
