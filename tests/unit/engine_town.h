/* What the tests of engine share: an engine with its host and a plugin that can be varied, and people who write at random. */
#ifndef LUODI_TESTS_ENGINE_TOWN_H
#define LUODI_TESTS_ENGINE_TOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/image.h"
#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TODAY = 19191, DAYS = 400, SMALL_KINDS = IMAGE_KINDS + 2, NUMBERS = IMAGE_COLUMNS + 4 };

/* What the plugin declares, but for the lines that a test puts in: values of the enum, stages of the flow. */
static const char *const plugin_text =
    "local luodi = require 'luodi'\n"
    "local fields = {\n"
    "  { 'sector', 'enum', title = '行业', values = { %s } },\n"
    "  { 'planned', 'money', title = '计划', unit = '万元' },\n"
    "  { 'floors', 'int', title = '层数' },\n"
    "  { 'area', 'decimal', title = '面积' },\n"
    "  { 'share', 'percent', title = '占比' },\n"
    "  { 'urgent', 'bool', title = '加急' },\n"
    "  { 'due', 'date', title = '期限' },\n"
    "  { 'owner', 'ref:thing', title = '所属' },\n"
    "  { 'remark', 'text', title = '备注' },\n"
    "  { 'twice', 'int', title = '两倍', compute = function(t) return t.floors and t.floors * 2 end },\n"
    "}\n"
    "for i = 1, %d do fields[#fields + 1] = { 'number' .. i, 'int', title = '数' .. i } end\n"
    "luodi.kind { name = 'thing', title = '东西', prefix = 'T', fields = fields, flow = {\n"
    "  %s"
    "  { 'landed', title = '落地', done = true, to = { 'clue' } },\n"
    "  { 'halted', title = '停了', suspends = true, to = { 'gone' } },\n"
    "  { 'gone', title = '没了', dead = true },\n"
    "} }\n"
    "for i = 1, %d do\n"
    "  luodi.kind { name = 'small' .. i, title = '小' .. i, prefix = 'S' .. i, fields = { { 'size', 'int', title = "
    "'大小' } } }\n"
    "end\n"
    "luodi.kind { name = 'visit', title = '走访', prefix = 'V', fields = { { 'place', 'ref:small1', title = '地点' } } "
    "}\n";
static const char *const all_values = "{ 'road', '道路' }, { 'house', '房屋' }, { 'field', '田地' }";
static const char *const all_stages = "{ 'clue', title = '线索', to = { 'signed', 'halted', 'gone' } },\n"
				      "  { 'signed', title = '签约', to = { 'clue', 'landed', 'halted', 'gone' } },\n";
static const char *const without_signed = "{ 'clue', title = '线索', to = { 'landed', 'halted', 'gone' } },\n";

struct town {
	char folder[256], data[300], plugin[300], script[320], host[PATH_MAX];
	struct engine *engine;
	uint64_t random;
	int64_t batch;	   /* the last */
	struct pool *pool; /* of one comparison */
	size_t answered;   /* questions that an image answered */
};

static inline unsigned roll(struct town *town, unsigned sides)
{
	town->random = town->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(town->random >> 33) % sides;
}

/* ---- the engine ---- */

static inline void write_plugin(const struct town *town, const char *values, const char *stages)
{
	FILE *file = fopen(town->script, "w");

	assert_non_null(file);
	fprintf(file, plugin_text, values, NUMBERS, stages, SMALL_KINDS);
	assert_int_equal(fclose(file), 0);
}

static inline void find_host(struct town *town)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(length > 0);
	self[length] = '\0';
	snprintf(town->host, sizeof(town->host), "%.4000s/../luodi-host", dirname(self));
}

static inline int set_up(void **state)
{
	struct town *town = calloc(1, sizeof(*town));
	const char *parent = getenv("TMPDIR");
	const char *const folders[] = {town->folder};
	struct engine_options options = {
	    .data = town->data, .plugin_folders = folders, .plugin_folder_count = 1, .host_program = town->host};
	struct error error = {0};
	struct buffer faults;

	snprintf(town->folder, sizeof(town->folder), "%s/luodi-image-XXXXXX", parent != NULL ? parent : P_tmpdir);
	assert_non_null(mkdtemp(town->folder));
	snprintf(town->data, sizeof(town->data), "%s/data", town->folder);
	snprintf(town->plugin, sizeof(town->plugin), "%s/things", town->folder);
	snprintf(town->script, sizeof(town->script), "%s/init.lua", town->plugin);
	assert_int_equal(mkdir(town->plugin, 0700), 0);
	find_host(town);
	write_plugin(town, all_values, all_stages);
	options.fixed_today = true;
	buffer_init(&faults, 1 << 16);
	town->engine = engine_open(&options, &faults, &error);
	if (town->engine == NULL)
		fail_msg("%s\n%s", error.sentence, buffer_text(&faults));
	buffer_clear(&faults);
	town->random = 20220718;
	town->pool = pool_new();
	*state = town;
	return 0;
}

static inline void remove_files(const char *folder)
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

static inline int tear_down(void **state)
{
	struct town *town = *state;

	engine_close(town->engine);
	remove_files(town->data);
	remove_files(town->plugin);
	remove_files(town->folder);
	pool_free(town->pool);
	free(town);
	return 0;
}

static inline void declare(struct town *town, const char *values, const char *stages)
{
	struct buffer summary, faults;
	struct error error = {0};

	write_plugin(town, values, stages);
	buffer_init(&summary, 1 << 16);
	buffer_init(&faults, 1 << 16);
	if (!engine_reload(town->engine, &summary, &faults, &error))
		fail_msg("%s\n%s", error.sentence, buffer_text(&faults));
	buffer_clear(&summary);
	buffer_clear(&faults);
}

/* ---- histories ---- */

static inline int64_t head_of(const struct town *town)
{
	int64_t seq, recorded;

	store_read_committed(town->engine->store, &seq, &recorded);
	return seq;
}

static const char *some_day(struct town *town, struct pool *pool)
{
	char text[DATE_TEXT_SIZE];

	return pool_copy_text(pool, date_format((struct date){TODAY - (int32_t)roll(town, DAYS)}, text));
}

static const char *some_id(struct town *town, struct pool *pool)
{
	return pool_format(pool, "T-%04u", 1 + roll(town, 40));
}

static inline void give(
    struct wish *wish, struct given *fields, const char *name, enum given_form form, const char *text)
{
	fields[wish->field_count++] = (struct given){.name = name, .form = form, .text = text};
}

static inline void give_some(struct town *town, struct wish *wish)
{
	static const char *const sectors[] = {"road", "house", "field"};
	struct given *fields = pool_alloc_array(wish->pool, 10, sizeof(*fields));
	enum given_form form = roll(town, 6) == 0 ? GIVEN_EMPTY : GIVEN_TEXT;

	wish->fields = fields;
	if (roll(town, 2) == 0)
		give(wish, fields, "sector", form, sectors[roll(town, 3)]);
	if (roll(town, 2) == 0)
		give(wish, fields, "planned", form,
		    pool_format(wish->pool, "%u.%02u万元", roll(town, 900), roll(town, 100)));
	if (roll(town, 2) == 0)
		give(wish, fields, "floors", form, pool_format(wish->pool, "%d", (int)roll(town, 9) - 4));
	if (roll(town, 3) == 0)
		give(wish, fields, "area", form,
		    pool_format(wish->pool, "%u.%06u", roll(town, 99), roll(town, 1000000)));
	if (roll(town, 3) == 0)
		give(wish, fields, "share", form, pool_format(wish->pool, "%u%%", roll(town, 101)));
	if (roll(town, 3) == 0)
		give(wish, fields, "urgent", form, roll(town, 2) == 0 ? "是" : "否");
	if (roll(town, 3) == 0)
		give(wish, fields, "due", form, pool_format(wish->pool, "2022-0%u-01", 1 + roll(town, 9)));
	if (roll(town, 5) == 0)
		give(wish, fields, "number3", form, pool_format(wish->pool, "%u", roll(town, 50)));
}

static inline struct wish *some_wish(struct town *town)
{
	static const enum wish_action actions[] = {WISH_CREATE, WISH_CREATE, WISH_UPDATE, WISH_UPDATE, WISH_UPDATE,
	    WISH_MOVE, WISH_MOVE, WISH_MOVE, WISH_NOTE, WISH_DROP, WISH_CORRECT, WISH_CORRECT, WISH_UNDO};
	static const char *const stages[] = {"clue", "signed", "landed", "halted", "gone", "resume"};
	struct wish *wish = wish_new(actions[roll(town, sizeof(actions) / sizeof(actions[0]))]);

	wish->caller = (struct caller){.name = "test", .role = ROLE_ADMIN};
	wish->on = some_day(town, wish->pool);
	wish->confirm = true;
	switch (wish->action) {
	case WISH_CREATE:
		wish->kind = "thing";
		wish->title = "东西";
		break;
	case WISH_CORRECT:
		wish->seq = 1 + roll(town, (unsigned)head_of(town) + 1);
		wish->only_void = roll(town, 3) == 0;
		if (roll(town, 2) == 0 || wish->only_void)
			wish->on = NULL;
		break;
	case WISH_UNDO:
		wish->batch = 1 + roll(town, (unsigned)town->batch + 1);
		wish->on = NULL;
		break;
	default:
		wish->id = some_id(town, wish->pool);
		wish->to = wish->action == WISH_MOVE ? stages[roll(town, 6)] : NULL;
		wish->text = wish->action == WISH_NOTE ? "看过" : NULL;
	}
	if (wish->action == WISH_CREATE || wish->action == WISH_UPDATE ||
	    (wish->action == WISH_CORRECT && !wish->only_void && wish->on == NULL))
		give_some(town, wish);
	return wish;
}

/* Many of them are refused, as they should be. Returns how many were written. */
static inline size_t live(struct town *town, size_t wishes)
{
	size_t written = 0;

	for (size_t i = 0; i < wishes; i++) {
		struct wish *wish = some_wish(town);
		struct outcome *outcome = engine_write(town->engine, &wish);

		if (outcome->batch > town->batch)
			town->batch = outcome->batch;
		written += outcome->ok;
		outcome_free(outcome);
	}
	return written;
}

static inline void write_one(struct town *town, enum wish_action action, const char *kind, const char *id,
    const char *on, const char *field, const char *value)
{
	struct wish *wish = wish_new(action);
	struct given *given = pool_alloc(wish->pool, sizeof(*given));
	struct outcome *outcome;

	wish->caller = (struct caller){.name = "test", .role = ROLE_ADMIN};
	wish->kind = kind;
	wish->title = action == WISH_CREATE ? "一件" : NULL;
	wish->id = id;
	wish->on = on;
	if (action == WISH_MOVE)
		wish->to = value;
	else if (field != NULL) {
		*given = (struct given){.name = field, .form = GIVEN_TEXT, .text = value};
		wish->fields = given;
		wish->field_count = 1;
	}
	outcome = engine_write(town->engine, &wish);
	if (!outcome->ok)
		fail_msg("%s %s", outcome->error.field, outcome->error.sentence);
	outcome_free(outcome);
}

/* Any thread: a write that failed is one that is never counted, and the test would wait for it for ever. */
static inline void on_written(void *argument, struct outcome *outcome)
{
	if (!outcome->ok) {
		fprintf(stderr, "%s\n", outcome->error.sentence);
		abort();
	}
	outcome_free(outcome);
	atomic_fetch_add((atomic_int *)argument, 1);
}

/* Some hundreds at a time: that much the writer takes. */
static inline void write_notes(struct town *town, int count)
{
	static atomic_int written;

	atomic_store(&written, 0);
	for (int i = 0; i < count; i++) {
		struct wish *wish = wish_new(WISH_NOTE);

		wish->caller = (struct caller){.name = "test", .role = ROLE_ADMIN};
		wish->id = "S1-0001";
		wish->text = "看过";
		while (i - atomic_load(&written) > 300)
			usleep(100);
		engine_submit(town->engine, &wish, on_written, &written);
	}
	while (atomic_load(&written) < count)
		usleep(100);
}

#endif
