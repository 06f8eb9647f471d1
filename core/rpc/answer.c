#include "rpc/answer.h"

#include "base/clock.h"
#include "base/log.h"
#include "rpc/arguments.h"
#include "rpc/values.h"

void answer_begin(struct json_writer *json, struct buffer *out, const char *id, size_t id_length)
{
	json_init(json, out);
	json_object_begin(json);
	json_member_text(json, "jsonrpc", "2.0");
	json_key(json, "id");
	json_raw(json, id, id_length);
	json_key(json, "result");
	json_object_begin(json);
}

void answer_end(struct json_writer *json)
{
	json_object_end(json);
	json_object_end(json);
}

static void put_theirs(struct json_writer *json, const struct outcome *outcome)
{
	json_key(json, "theirs");
	json_array_begin(json);
	for (size_t i = 0; i < outcome->theirs_count; i++) {
		const struct theirs *theirs = &outcome->theirs[i];

		json_object_begin(json);
		json_member_integer(json, "version", theirs->version);
		json_member_integer(json, "seq", theirs->seq);
		json_key(json, "recorded_at");
		put_moment(json, theirs->recorded_at_us);
		json_member_text(json, "actor", theirs->actor);
		json_member_text(json, "field", theirs->field);
		json_member_text(json, "field_title", theirs->field_title);
		json_member_text(json, "type", value_type_name(theirs->type));
		json_member_text(json, "from", theirs->from);
		json_member_text(json, "to", theirs->to);
		json_member_text(json, "note", theirs->note);
		json_member_integer(json, "batch", theirs->batch);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_refused_write(struct json_writer *json, const struct outcome *outcome)
{
	if (outcome->field_title != NULL)
		json_member_text(json, "field_title", outcome->field_title);
	if (outcome->skipped_count > 0) {
		json_key(json, "skipped");
		put_texts(json, outcome->skipped_names, outcome->skipped_count);
		json_key(json, "skipped_titles");
		put_texts(json, outcome->skipped, outcome->skipped_count);
	}
	if (outcome->version_now > 0)
		json_member_integer(json, "version", outcome->version_now);
	if (outcome->theirs_count > 0)
		put_theirs(json, outcome);
}

static void put_extras(struct json_writer *json, const struct call *call)
{
	if (call->candidate_count > 0) {
		json_key(json, "candidates");
		put_candidates(json, call->candidates, call->candidate_count);
	}
	if (call->outcome != NULL && !call->outcome->ok)
		put_refused_write(json, call->outcome);
	if (call->faults != NULL) {
		json_key(json, "faults");
		put_lines(json, call->faults);
	}
}

/* What the error is about, for programs. */
static void put_error_data(struct json_writer *json, const struct error *error, const struct call *call)
{
	json_object_begin(json);
	json_member_text(json, "code", error_code_name(error->code));
	if (error->field[0] != '\0')
		json_member_text(json, "field", error->field);
	if (error->hint[0] != '\0')
		json_member_text(json, "hint", error->hint);
	if (error->position >= 0) {
		json_member_integer(json, "position", error->position);
		if (error->position_length > 0)
			json_member_integer(json, "length", error->position_length);
		if (call != NULL && call->text != NULL)
			json_member_text(json, "text", call->text);
	}
	if (error->code == ERROR_BUSY || error->code == ERROR_READ_ONLY)
		json_member_integer(json, "retry_after", 1);
	if (call != NULL)
		put_extras(json, call);
	json_object_end(json);
}

void answer_put_error(
    struct buffer *out, const char *id, size_t id_length, int code, const struct error *error, const struct call *call)
{
	/* What went wrong inside may name files or statements: that is for the log, not for a peer. */
	bool inside = error->code == ERROR_INTERNAL;
	struct error shown = *error;
	struct json_writer json;

	if (inside) {
		log_error("%s：%s %s", call != NULL && call->method != NULL ? call->method->name : "rpc",
		    error->sentence, error->hint);
		error_set(&shown, ERROR_INTERNAL, "", "luodi 内部出错，已经记进日志");
		error_hint(&shown, "请管理员看 luodid 的日志；可以再试一次");
	}
	json_init(&json, out);
	json_object_begin(&json);
	json_member_text(&json, "jsonrpc", "2.0");
	json_key(&json, "id");
	json_raw(&json, id, id_length);
	json_key(&json, "error");
	json_object_begin(&json);
	json_member_integer(&json, "code", code);
	json_member_text(&json, "message", shown.sentence);
	json_key(&json, "data");
	put_error_data(&json, &shown, call);
	json_object_end(&json);
	json_object_end(&json);
}

void answer_put_facts(struct json_writer *json, const struct view_facts *facts, int64_t known_seq)
{
	json_member_integer(json, "seq", facts->seq);
	json_key(json, "as_of");
	put_date(json, facts->as_of);
	json_key(json, "known");
	put_date(json, facts->known);
	json_key(json, "plugins");
	put_set_hash(json, facts->plugins);
	if (facts->forecast)
		json_member_boolean(json, "forecast", true);
	if (facts->day_not_over)
		json_member_boolean(json, "day_not_over", true);
	if (known_seq >= 0)
		json_member_integer(json, "known_seq", known_seq);
	if (facts->warning_count == 0)
		return;
	json_key(json, "warnings");
	put_texts(json, facts->warnings, facts->warning_count);
}

void answer_put_view(struct json_writer *json, const struct call *call, const struct view *view)
{
	struct view_facts facts = view_facts(view);

	answer_put_facts(json, &facts, argument_known_seq(call));
}

void answer_put_present(struct json_writer *json, int64_t seq, struct date today, const char *set_hash)
{
	struct view_facts facts = {.seq = seq, .as_of = today, .known = DATE_NONE, .plugins = set_hash};

	answer_put_facts(json, &facts, -1);
}

void answer_put_now(struct json_writer *json, const struct call *call)
{
	struct view_request request = {.caller = call->caller};
	struct error error;
	struct view *view = view_open(call->conversation->rpc->engine, &request, &error);

	if (view == NULL) { /* what the answer tells has happened all the same */
		answer_put_present(json, 0, clock_today(), "");
		return;
	}
	answer_put_view(json, call, view);
	view_close(view);
}

static void put_refigured(struct json_writer *json, const struct outcome *outcome)
{
	json_key(json, "figures");
	json_array_begin(json);
	for (size_t i = 0; i < outcome->figure_count; i++) {
		const struct refigured *figure = &outcome->figures[i];

		json_object_begin(json);
		json_member_text(json, "name", figure->name);
		json_member_text(json, "title", figure->title);
		json_member_text(json, "period", figure->period);
		json_key(json, "as_of");
		put_date(json, figure->as_of);
		json_member_text(json, "from", figure->from);
		json_member_text(json, "to", figure->to);
		json_object_end(json);
	}
	json_array_end(json);
	json_member_boolean(json, "more", outcome->more_figures);
}

/* A dry run, and an undo, give no batch or no record: null says so. */
static void put_number(struct json_writer *json, const char *key, int64_t number)
{
	json_key(json, key);
	if (number > 0)
		json_integer(json, number);
	else
		json_null(json);
}

/* From what to what, as a stage has; null: no rule watches it. */
static void put_lights(struct json_writer *json, const struct outcome *outcome)
{
	if (outcome->light_after == NULL) {
		json_null(json);
		return;
	}
	json_array_begin(json);
	json_text(json, outcome->light_before);
	json_text(json, outcome->light_after);
	json_array_end(json);
}

static void put_consequences(struct json_writer *json, const struct outcome *outcome)
{
	json_key(json, "skipped");
	put_texts(json, outcome->skipped_names, outcome->skipped_names != NULL ? outcome->skipped_count : 0);
	json_key(json, "skipped_titles");
	put_texts(json, outcome->skipped, outcome->skipped_count);
	json_key(json, "warnings");
	put_texts(json, outcome->warnings, outcome->warning_count);
	json_key(json, "lights");
	put_lights(json, outcome);
	put_refigured(json, outcome);
	if (outcome->voided > 0)
		json_member_integer(json, "voided", outcome->voided);
	if (outcome->affected > 0)
		json_member_integer(json, "affected", outcome->affected);
	if (outcome->candidate_count > 0) {
		json_key(json, "candidates");
		put_candidates(json, outcome->candidates, outcome->candidate_count);
	}
}

void answer_put_outcome(struct json_writer *json, const struct outcome *outcome)
{
	json_member_text(json, "id", outcome->id);
	json_member_text(json, "kind", outcome->kind != NULL ? outcome->kind->name : NULL);
	json_member_text(json, "title", outcome->title);
	put_number(json, "version", outcome->version);
	put_number(json, "batch", outcome->batch);
	put_number(json, "first_seq", outcome->first_seq);
	json_key(json, "effective_on");
	put_date(json, outcome->effective_on);
	if (outcome->dry_run)
		json_member_boolean(json, "dry_run", true);
	put_changes(json, outcome->schema, outcome->changes, outcome->change_count);
	put_consequences(json, outcome);
	answer_put_present(json, outcome->seq, clock_today(), outcome->schema != NULL ? outcome->schema->set_hash : "");
}

void answer_render_outcome(const struct outcome *outcome, struct buffer *out)
{
	struct json_writer json;

	json_init(&json, out);
	json_object_begin(&json);
	answer_put_outcome(&json, outcome);
	json_object_end(&json);
}

void rpc_put_farewell(struct buffer *out, const struct error *error)
{
	answer_put_error(out, "null", 4, RPC_OWN_ERROR, error, NULL);
	buffer_append_byte(out, '\n');
}
