/* What the tests of store share: a folder of their own, a small schema that can be varied, and short ways to write. */
#ifndef LUODI_TESTS_STORE_EXAMPLE_H
#define LUODI_TESTS_STORE_EXAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* after those above, which it needs */
#include <cmocka.h>

#include "store/store.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

struct example {
	char folder[256], path[300];
	struct store *store;
	struct schema *schema;
	const struct kind *project, *enterprise;
	struct pool *pool;
};

static inline void fail_error(const char *what, const struct error *error)
{
	fail_msg("%s: %s %s %s", what, error_code_name(error->code), error->field, error->sentence);
}

/* A statement that must work. */
#define must(call)                                                                                                     \
	do {                                                                                                           \
		struct error error = {0};                                                                              \
		if (!(call))                                                                                           \
			fail_error(#call, &error);                                                                     \
	} while (0)

/* One that must not, and how. */
#define must_fail(call, expected)                                                                                      \
	do {                                                                                                           \
		struct error error = {0};                                                                              \
		if (call)                                                                                              \
			fail_msg("%s did not fail", #call);                                                            \
		if (error.code != (expected))                                                                          \
			fail_error(#call, &error);                                                                     \
	} while (0)

static const char *const example_clue_to[] = {"signed"};
static const char *const example_signed_to[] = {"landed"};
static const struct stage_declaration example_stages[] = {
    {.name = "clue", .title = "线索", .to = example_clue_to, .to_count = 1},
    {.name = "signed", .title = "签约", .to = example_signed_to, .to_count = 1},
    {.name = "landed", .title = "落地", .done = true},
};
static const struct field_declaration example_fields[] = {
    {.name = "investor", .title = "投资方", .type = "ref:enterprise"},
    {.name = "planned", .title = "计划总投资", .type = "money", .index = true},
    {.name = "permit", .title = "许可证", .type = "text", .unique = true},
    {.name = "remark", .title = "备注", .type = "text"},
    {.name = "lot", .title = "地块号", .type = "int", .unique = true},
};
static const struct field_declaration example_enterprise_fields[] = {
    {.name = "code", .title = "信用代码", .type = "text", .index = true},
};

enum { INVESTOR, PLANNED, PERMIT, REMARK, LOT };
enum { CLUE, SIGNED, LANDED };

/* The example with these fields and stages of a project; catalog may be NULL. */
static inline struct schema *example_schema(const struct field_declaration *fields, size_t field_count,
    const struct stage_declaration *stages, size_t stage_count, const struct catalog *catalog)
{
	const struct kind_declaration kinds[] = {
	    {.place = {"a/init.lua", 1},
		.name = "project",
		.title = "项目",
		.prefix = "P",
		.fields = fields,
		.field_count = field_count,
		.stages = stages,
		.stage_count = stage_count},
	    {.place = {"a/init.lua", 9},
		.name = "enterprise",
		.title = "企业",
		.prefix = "E",
		.fields = example_enterprise_fields,
		.field_count = 1},
	};
	const struct declarations declarations = {.plugin = "a", .kinds = kinds, .kind_count = 2};
	const struct declarations *sets[] = {&declarations};
	const struct plugin_info plugin = {.name = "a"};
	struct error error;
	struct schema *schema = schema_new(&plugin, sets, 1, catalog, NULL, &error);

	if (schema == NULL)
		fail_error("schema_new", &error);
	return schema;
}

static inline void example_use_schema(struct example *example, struct schema *schema)
{
	if (example->schema != NULL)
		schema_release(example->schema);
	example->schema = schema;
	example->project = schema_find_kind(schema, "project");
	example->enterprise = schema_find_kind(schema, "enterprise");
}

static inline void example_apply(struct example *example, struct schema *schema)
{
	must(store_apply_schema(example->store, schema, &error));
	example_use_schema(example, schema);
}

static inline void example_open(struct example *example)
{
	must((example->store = store_open(example->folder, false, &error)) != NULL);
}

static inline void example_make_folder(struct example *example)
{
	const char *parent = getenv("TMPDIR");

	*example = (struct example){.pool = pool_new()};
	snprintf(example->folder, sizeof(example->folder), "%s/luodi-store-XXXXXX", parent != NULL ? parent : P_tmpdir);
	assert_non_null(mkdtemp(example->folder));
	snprintf(example->path, sizeof(example->path), "%s/luodi.db", example->folder);
}

static inline int example_set_up(void **state)
{
	struct example *example = calloc(1, sizeof(*example));

	example_make_folder(example);
	example_open(example);
	example_apply(example,
	    example_schema(example_fields, COUNT_OF(example_fields), example_stages, COUNT_OF(example_stages), NULL));
	*state = example;
	return 0;
}

static inline void remove_folder(const char *folder)
{
	DIR *list = opendir(folder);
	char path[600];

	for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (list != NULL)
		closedir(list);
	rmdir(folder);
}

static inline int example_tear_down(void **state)
{
	struct example *example = *state;

	store_close(example->store);
	schema_release(example->schema);
	pool_free(example->pool);
	remove_folder(example->folder);
	free(example);
	return 0;
}

static inline struct date day(int32_t number)
{
	return (struct date){18000 + number};
}

static inline struct state *example_state(struct example *example, int32_t number, const char *title)
{
	struct state *state = state_new(example->pool, example->project, record_key(example->project->number, number));

	state->exists = true;
	state->title = title;
	state->on = day(0);
	state->stage = CLUE;
	state->stage_since = day(0);
	state->reached[CLUE] = day(0);
	state->version = 1;
	return state;
}

static inline struct event example_event(int64_t record, const char *note)
{
	return (struct event){
	    .effective_on = day(0), .record = record, .action = EVENT_NOTE, .actor = "李明", .note = note};
}

/* With the current row that leads to it, where it is about a record. */
static inline int64_t append(struct example *example, struct event event)
{
	struct state *state = example_state(example, 0, "题目");

	state->record = event.record;
	must(store_append_event(example->store, event.record != 0 ? example->project : NULL, &event, &error));
	if (event.record != 0)
		must(store_put_current(example->store, state, &error));
	return event.seq;
}

/* Puts state as of its day and as the current row; returns the event's seq. */
static inline int64_t put(struct example *example, const struct state *state)
{
	struct event event = example_event(state->record, NULL);
	int64_t seq;

	event.effective_on = state->on;
	must(store_append_event(example->store, state->kind, &event, &error));
	seq = event.seq;
	must(store_append_state(example->store, state, seq, &error));
	must(store_put_current(example->store, state, &error));
	return seq;
}

#endif
