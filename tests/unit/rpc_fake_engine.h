/* An engine for the tests of rpc and net: it keeps what it is given until the test says what becomes of it, so that a test
 * decides the order in which things happen. One record is known, T-0001; events are numbers up to "head". */
#ifndef LUODI_TESTS_RPC_FAKE_ENGINE_H
#define LUODI_TESTS_RPC_FAKE_ENGINE_H

#include "engine/engine.h"
#include "engine/export.h"
#include "engine/import.h"
#include "engine/view.h"
#include <stdlib.h>
#include <string.h>

enum { FAKE_QUEUE = 256 };

struct fake_work {
	void (*run)(void *argument);
	void *argument;
};

struct fake_write {
	struct wish *wish;
	void (*done)(void *argument, struct outcome *outcome);
	void *argument;
};

struct engine {
	bool at_once; /* posted work is run where it is posted, and writes succeed */
	bool post_is_full;
	struct fake_work work[FAKE_QUEUE];
	size_t work_count;
	struct fake_write writes[FAKE_QUEUE];
	size_t write_count;
	size_t wishes_seen;
	char actor[64]; /* of the last wish */
	void (*committed)(void *argument, int64_t first, int64_t last);
	void *committed_argument;
	int64_t head;
	size_t answer_bytes; /* of a title that is so long */
};

struct view {
	struct engine *engine;
};

struct import {
	struct engine *engine;
};

static const struct stage fake_stages[] = {
    {.name = "open", .title = "待办"}, {.name = "done", .title = "办结", .done = true}};
static const struct flow fake_flow = {"事", fake_stages, 2};
static const struct kind fake_kind = {.name = "thing", .title = "事", .prefix = "T", .number = 1, .flow = &fake_flow};
static const struct plugin_info fake_plugins[] = {{.name = "fake"}};
static struct schema fake_schema = {
    .plugins = fake_plugins, .plugin_count = 1, .set_hash = "0123456789abcdef", .kinds = &fake_kind, .kind_count = 1};

/* What is kept of answers wants a schema that can be held: one made as luodid makes it, with the same kind. */
static struct schema *hold_present_schema(void)
{
	static const struct stage_declaration stages[] = {
	    {.name = "open", .title = "待办"}, {.name = "done", .title = "办结", .done = true}};
	static const struct kind_declaration kind = {.place = {"fake/init.lua", 1},
	    .name = "thing",
	    .title = "事",
	    .prefix = "T",
	    .stages = stages,
	    .stage_count = 2};
	static const struct declarations declared = {.plugin = "fake", .kinds = &kind, .kind_count = 1};
	static const struct declarations *const sets[] = {&declared};
	static const struct plugin_info infos[] = {{.name = "fake"}};
	static struct schema *present;
	struct buffer faults;
	struct error error = {0};

	if (present == NULL) {
		buffer_init(&faults, 1 << 16);
		present = schema_new(infos, sets, 1, NULL, &faults, &error);
		buffer_clear(&faults);
		assert_non_null(present);
		schema_set_kind_number(present, 0, 1);
		memcpy(present->set_hash, fake_schema.set_hash, strlen(fake_schema.set_hash));
	}
	return schema_hold(present);
}

void engine_read_present(struct engine *engine, struct engine_present *ret_present)
{
	*ret_present = (struct engine_present){.seq = engine->head, .today = {19000}, .schema = hold_present_schema()};
}

/* Each event was about T-0001. */
bool engine_read_news(struct engine *engine, int64_t after, int64_t last,
    void (*tell)(void *argument, int64_t record, int64_t seq), void *argument)
{
	(void)engine;
	for (int64_t seq = after + 1; seq <= last; seq++)
		tell(argument, record_key(1, 1), seq);
	return true;
}

static struct outcome *fake_outcome(bool ok)
{
	struct outcome *outcome = calloc(1, sizeof *outcome);

	outcome->ok = ok;
	outcome->pool = pool_new();
	outcome->schema = &fake_schema;
	outcome->kind = &fake_kind;
	outcome->id = "T-0001";
	outcome->title = "一件事";
	outcome->version = 2;
	outcome->seq = 7;
	outcome->first_seq = 7;
	outcome->batch = 3;
	outcome->error.position = -1;
	if (!ok)
		error_set(&outcome->error, ERROR_REFUSED, "stage", "不行");
	return outcome;
}

static inline void fake_finish_write(struct engine *engine, size_t index, bool ok)
{
	struct fake_write write = engine->writes[index];

	memmove(&engine->writes[index], &engine->writes[index + 1], (engine->write_count - index - 1) * sizeof write);
	engine->write_count--;
	wish_free(write.wish);
	write.done(write.argument, fake_outcome(ok));
}

/* Runs what was posted, and what that posts, until nothing is left. */
static inline void fake_run(struct engine *engine)
{
	for (size_t i = 0; i < engine->work_count; i++)
		engine->work[i].run(engine->work[i].argument);
	engine->work_count = 0;
}

static inline void fake_commit(struct engine *engine, int64_t last)
{
	int64_t first = engine->head + 1;

	engine->head = last;
	engine->committed(engine->committed_argument, first, last);
}

static bool fake_refuse(struct error *error)
{
	return error_set(error, ERROR_NOT_FOUND, "", "没有");
}

void engine_submit(
    struct engine *engine, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument)
{
	engine->wishes_seen++;
	strncpy(engine->actor, (*wish)->caller.name, sizeof engine->actor - 1);
	engine->writes[engine->write_count++] = (struct fake_write){*wish, done, argument};
	*wish = NULL;
	if (engine->at_once)
		fake_finish_write(engine, 0, true);
}

bool engine_post(
    struct engine *engine, enum engine_pool pool, void (*run)(void *argument), void *argument, struct error *error)
{
	(void)pool;
	if (engine->post_is_full || engine->work_count == FAKE_QUEUE)
		return error_set(error, ERROR_BUSY, "", "排满了");
	if (engine->at_once)
		run(argument);
	else
		engine->work[engine->work_count++] = (struct fake_work){run, argument};
	return true;
}

void engine_on_committed(
    struct engine *engine, void (*committed)(void *argument, int64_t first, int64_t last), void *argument)
{
	engine->committed = committed;
	engine->committed_argument = argument;
}

void outcome_free(struct outcome *outcome)
{
	if (outcome == NULL)
		return;
	pool_free(outcome->pool);
	free(outcome);
}

struct wish *wish_new(enum wish_action action)
{
	struct wish *wish = calloc(1, sizeof *wish);

	wish->pool = pool_new();
	wish->action = action;
	return wish;
}

void wish_free(struct wish *wish)
{
	if (wish == NULL)
		return;
	pool_free(wish->pool);
	free(wish);
}

void engine_hash(const void *bytes, size_t length, unsigned char ret_hash[32])
{
	(void)bytes, (void)length;
	memset(ret_hash, 0, 32);
}

bool engine_find_outcome(struct engine *engine, const char *actor, const char *key, struct pool *pool,
    const char **ret_reply, size_t *ret_length, struct error *error)
{
	(void)engine, (void)actor, (void)key, (void)pool, (void)ret_reply, (void)ret_length;
	return fake_refuse(error);
}

bool engine_reload(struct engine *engine, struct buffer *ret_summary, struct buffer *ret_faults, struct error *error)
{
	(void)engine, (void)ret_summary;
	buffer_append_text(ret_faults, "a/init.lua:1: 错\nb/init.lua:2: 也错\n");
	return error_set(error, ERROR_INVALID, "", "a/init.lua:1: 错");
}

/* One of its own each time: whoever asked releases it. */
struct schema *engine_schema(struct engine *engine)
{
	struct buffer faults;
	struct error error;
	struct schema *schema;

	(void)engine;
	buffer_init(&faults, 1 << 16);
	schema = schema_new(NULL, NULL, 0, NULL, &faults, &error);
	buffer_clear(&faults);
	return schema;
}

void engine_status(struct engine *engine, struct pool *pool, struct engine_status *ret_status)
{
	(void)pool;
	*ret_status = (struct engine_status){.seq = engine->head, .today = {19191}};
	memcpy(ret_status->set_hash, fake_schema.set_hash, sizeof ret_status->set_hash);
}

bool engine_verify(struct engine *engine, void (*progress)(void *argument, int64_t done, int64_t total), void *argument,
    struct verify_report *ret_report, struct error *error)
{
	(void)engine, (void)progress, (void)argument, (void)ret_report;
	/* As a bug, or a full memory, would say it: not for a peer. */
	return error_set(error, ERROR_INTERNAL, "", "SELECT * FROM journal in /var/lib/luodi/luodi.db failed");
}

bool engine_recompute(struct engine *engine, const char *kind, const char *from, const char *note,
    const struct caller *caller, bool dry_run, void (*progress)(void *argument, int64_t done, int64_t total),
    void *argument, struct pool *pool, struct recompute_report *ret_report, struct error *error)
{
	(void)engine, (void)kind, (void)from, (void)note, (void)caller, (void)dry_run;
	(void)progress, (void)argument, (void)pool, (void)ret_report;
	return fake_refuse(error);
}

bool engine_backup(struct engine *engine, const char *path, int64_t *ret_bytes, struct error *error)
{
	(void)engine, (void)path, (void)ret_bytes;
	return fake_refuse(error);
}

const char *const *export_formats(size_t *ret_count)
{
	static const char *const formats[] = {"md", "xlsx"};

	*ret_count = 2;
	return formats;
}

bool export_run(struct engine *engine, const struct export_request *request,
    bool (*write)(void *argument, const char *bytes, size_t length), void *argument, struct pool *pool,
    struct export_report *ret_report, struct error *error)
{
	(void)engine, (void)pool;
	if (!write(argument, "ab", 2) || !write(argument, "c", 1))
		return fake_refuse(error);
	*ret_report =
	    (struct export_report){.name = request->name, .title = "报", .format = "md", .bytes = 3, .rows = 1};
	ret_report->facts.plugins = "0123456789ab";
	return true;
}

struct import *import_begin(struct engine *engine, const struct import_request *request, struct error *error)
{
	struct import *import = calloc(1, sizeof *import);

	(void)request, (void)error;
	import->engine = engine;
	return import;
}

bool import_rows(
    struct import *import, const char *const *const *rows, const int64_t *numbers, size_t count, struct error *error)
{
	(void)import, (void)rows, (void)numbers, (void)count, (void)error;
	return true;
}

bool import_preview(struct import *import, import_progress *progress, void *argument, struct pool *pool,
    struct import_report *ret_report, struct error *error)
{
	(void)import, (void)progress, (void)argument, (void)pool, (void)error;
	*ret_report = (struct import_report){.rows = 2, .seq = 5};
	return true;
}

bool import_commit(struct import *import, int64_t seq, bool dry_run, import_progress *progress, void *argument,
    struct pool *pool, struct import_report *ret_report, struct error *error)
{
	(void)import, (void)seq, (void)dry_run, (void)progress, (void)argument, (void)pool, (void)error;
	*ret_report = (struct import_report){.batch = 9, .rows = 2};
	return true;
}

void import_free(struct import *import)
{
	free(import);
}

struct view *view_open(struct engine *engine, const struct view_request *request, struct error *error)
{
	struct view *view = calloc(1, sizeof *view);

	(void)request, (void)error;
	view->engine = engine;
	return view;
}

void view_close(struct view *view)
{
	free(view);
}

struct view_facts view_facts(const struct view *view)
{
	return (struct view_facts){.seq = view->engine->head,
	    .as_of = {19191},
	    .today = {19191},
	    .known = DATE_NONE,
	    .present = true,
	    .plugins = "0123456789ab"};
}

const struct schema *view_schema(const struct view *view)
{
	(void)view;
	return &fake_schema;
}

const struct kind *view_kind(struct view *view, const char *name, struct error *error)
{
	(void)view, (void)name;
	fake_refuse(error);
	return NULL;
}

bool view_why(struct view *view, const char *id, struct pool *pool, struct why *ret_why,
    const struct candidate **ret_candidates, size_t *ret_count, struct error *error)
{
	(void)view;
	(void)id;
	(void)pool;
	(void)ret_candidates;
	(void)ret_count;
	*ret_why = (struct why){0};
	return error_set(error, ERROR_NOT_FOUND, "id", "这里没有规则");
}

bool view_find_record(struct view *view, const struct kind *kind, const char *text, struct pool *pool,
    int64_t *ret_record, const struct candidate **ret_candidates, size_t *ret_count, struct error *error)
{
	(void)view, (void)kind, (void)text, (void)pool, (void)ret_record, (void)ret_candidates, (void)ret_count;
	return fake_refuse(error);
}

bool view_get(struct view *view, const char *id, struct pool *pool, struct got *ret_got,
    const struct candidate **ret_candidates, size_t *ret_count, struct error *error)
{
	static const struct candidate candidates[] = {{"T-0001", "一件事", "待办"}, {"T-0002", "另一件事", "办结"}};
	struct state *state = pool_alloc(pool, sizeof *state);
	char *title = pool_alloc(pool, view->engine->answer_bytes + 1);

	if (strcmp(id, "事") == 0) {
		*ret_candidates = candidates;
		*ret_count = 2;
		return error_set(error, ERROR_AMBIGUOUS, "id", "“事”可以是 2 件");
	}
	if (strcmp(id, "T-0001") != 0)
		return fake_refuse(error);
	memset(title, 'x', view->engine->answer_bytes);
	*state = (struct state){.kind = &fake_kind, .version = 1, .title = title, .stage_since = {19000}};
	state->reached = pool_alloc_array(pool, 2, sizeof *state->reached);
	state->reached[1] = DATE_NONE;
	*ret_got = (struct got){.state = state, .id = "T-0001", .days_in_stage = 191};
	return true;
}

bool view_list(struct view *view, const struct list_request *request, struct pool *pool, struct list *ret_list,
    struct error *error)
{
	(void)view, (void)request, (void)pool;
	*ret_list = (struct list){.kind = &fake_kind, .next = -1};
	(void)error;
	return true;
}

bool view_count(struct view *view, const struct count_request *request, struct pool *pool, struct count *ret_count,
    struct error *error)
{
	(void)view, (void)pool;
	if (request->filter != NULL) {
		error_set(error, ERROR_INVALID, "filter", "看不懂");
		return error_at(error, 2, 4);
	}
	*ret_count = (struct count){.kind = &fake_kind};
	return true;
}

bool view_find(struct view *view, const char *word, int64_t limit, struct pool *pool, struct found **ret_found,
    size_t *ret_count, int64_t *ret_total, struct error *error)
{
	(void)view, (void)word, (void)limit, (void)pool, (void)ret_found, (void)ret_count, (void)ret_total;
	return fake_refuse(error);
}

bool view_history(struct view *view, const char *id, struct pool *pool, struct told **ret_events, size_t *ret_count,
    struct error *error)
{
	(void)view, (void)id, (void)pool, (void)ret_events, (void)ret_count;
	return fake_refuse(error);
}

bool view_events(struct view *view, int64_t after, const char *kind, const char *filter, size_t limit,
    struct pool *pool, struct told **ret_events, size_t *ret_count, int64_t *ret_last, struct error *error)
{
	size_t count = 0;

	(void)filter;
	if (kind != NULL && strcmp(kind, "thing") != 0)
		return fake_refuse(error);
	*ret_events = pool_alloc_array(pool, limit, sizeof **ret_events);
	for (*ret_last = after; *ret_last < view->engine->head && count < limit; count++) {
		struct event *event = pool_alloc(pool, sizeof *event);

		*event = (struct event){.seq = ++*ret_last, .recorded_at_us = 1, .action = EVENT_NOTE, .actor = "佟雪"};
		(*ret_events)[count] =
		    (struct told){.event = event, .kind = &fake_kind, .id = "T-0001", .title = "一件事"};
	}
	*ret_count = count;
	return true;
}

bool view_diff(struct view *view, const struct diff_request *request, struct pool *pool, struct diff *ret_diff,
    struct error *error)
{
	(void)view, (void)request, (void)pool, (void)ret_diff;
	return fake_refuse(error);
}

const char *diff_class_name(enum diff_class class)
{
	(void)class;
	return "new";
}

bool view_figures(struct view *view, const char *const *names, size_t count, struct pool *pool,
    struct figured **ret_figures, size_t *ret_count, struct error *error)
{
	(void)view, (void)names, (void)count, (void)pool, (void)ret_figures, (void)ret_count;
	return fake_refuse(error);
}

bool view_explain(
    struct view *view, const char *name, struct pool *pool, struct explained *ret_explained, struct error *error)
{
	(void)view, (void)name, (void)pool, (void)ret_explained;
	return fake_refuse(error);
}

/* Batch 3 is 佟雪's; there are no others. */
bool view_batches(struct view *view, int64_t before, int64_t limit, struct pool *pool, struct batch_told **ret_batches,
    size_t *ret_count, struct error *error)
{
	(void)view, (void)limit, (void)error;
	*ret_batches = pool_alloc(pool, sizeof **ret_batches);
	(*ret_batches)[0] = (struct batch_told){.number = 3, .actor = "佟雪", .what = "note"};
	*ret_count = before == 0 || before > 3;
	return true;
}

#endif
