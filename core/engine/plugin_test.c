#include "engine/plugin_test.h"

#include "base/clock.h"
#include "engine/export.h"
#include "engine/lights.h"
#include "engine/viewing.h"
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEST_BUDGET_US = 60000000, ARGUMENTS_LARGEST = 200 };

struct testing {
	const struct engine_options *options;
	const char *extra;
	char folder[64];       /* of the scratch store */
	struct engine *engine; /* NULL until the first "begin" */
	struct date today;     /* the run's own */
	struct pool *pool;     /* of one question */
};

static const struct caller tester = {.name = "test", .role = ROLE_ADMIN};

/* ---- the scratch store ---- */

static void remove_folder(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory != NULL)
		closedir(directory);
	rmdir(path);
}

static void close_scratch(struct testing *testing)
{
	engine_close(testing->engine);
	testing->engine = NULL;
	if (testing->folder[0] != '\0')
		remove_folder(testing->folder);
	testing->folder[0] = '\0';
}

static bool open_scratch(struct testing *testing, struct error *error)
{
	struct engine_options options = *testing->options;
	struct buffer faults;

	close_scratch(testing);
	strcpy(testing->folder, "/tmp/luodi-test-XXXXXX");
	if (mkdtemp(testing->folder) == NULL) {
		testing->folder[0] = '\0';
		return error_set(error, ERROR_INTERNAL, "", "建不了测试用的文件夹");
	}
	options.data = testing->folder;
	options.fixed_today = true;
	options.readers = 1;
	clock_fix_today(testing->today);
	buffer_init(&faults, 1 << 20);
	testing->engine = engine_open_with(&options, testing->extra, &faults, error);
	buffer_clear(&faults);
	return testing->engine != NULL;
}

/* ---- answers ---- */

struct table { /* a plain table that grows */
	struct pool *pool;
	struct plain *items;
	const char **names;
	size_t count;
};

static struct table new_table(struct pool *pool)
{
	return (struct table){.pool = pool,
	    .items = pool_alloc_array(pool, ARGUMENTS_LARGEST + 8, sizeof(struct plain)),
	    .names = pool_alloc_array(pool, ARGUMENTS_LARGEST + 8, sizeof(char *))};
}

static void add_text(struct table *table, const char *name, const char *text)
{
	if (text == NULL || table->count == ARGUMENTS_LARGEST)
		return;
	table->names[table->count] = name;
	table->items[table->count++] = (struct plain){.type = PLAIN_TEXT, .text = pool_copy_text(table->pool, text)};
}

static void add_integer(struct table *table, const char *name, int64_t integer, enum plain_type type)
{
	table->names[table->count] = name;
	table->items[table->count++] = (struct plain){.type = type, .integer = integer};
}

static void put_table(struct buffer *out, const struct table *table)
{
	struct plain plain = {.type = PLAIN_TABLE, .items = table->items, .names = table->names, .count = table->count};

	plain_put(out, &plain);
}

static const char *text_of(const struct plain *arguments, const char *name)
{
	const struct plain *found = plain_find(arguments, name);

	return found != NULL && found->type == PLAIN_TEXT ? found->text : NULL;
}

/* ---- changes ---- */

static void give_fields(struct wish *wish, const struct plain *fields)
{
	struct given *given;

	if (fields == NULL || fields->type != PLAIN_TABLE)
		return;
	given = pool_alloc_array(wish->pool, fields->count, sizeof(*given));
	for (size_t i = 0; i < fields->count; i++) {
		const struct plain *value = &fields->items[i];
		struct given *one = &given[wish->field_count++];

		one->name = pool_copy_text(wish->pool, fields->names[i]);
		switch (value->type) {
		case PLAIN_INTEGER: /* as somebody would type it: a bare amount is in the field's unit */
			one->form = GIVEN_TEXT;
			one->text = pool_format(wish->pool, "%" PRId64, value->integer);
			break;
		case PLAIN_BOOLEAN:
			one->form = GIVEN_BOOLEAN;
			one->integer = value->integer;
			break;
		case PLAIN_TEXT:
			one->form = GIVEN_TEXT;
			one->text = pool_copy_text(wish->pool, value->text);
			break;
		case PLAIN_LIST: {
			struct buffer joined;

			buffer_init(&joined, VALUE_TEXT_LARGEST);
			for (size_t j = 0; j < value->count; j++)
				buffer_format(&joined, "%s%s", j > 0 ? "," : "",
				    value->items[j].text != NULL ? value->items[j].text : "");
			one->form = GIVEN_TEXT;
			one->text = pool_copy_text(wish->pool, buffer_text(&joined));
			buffer_clear(&joined);
			break;
		}
		default:
			one->form = GIVEN_EMPTY;
		}
	}
	wish->fields = given;
}

static bool wish_of(const char *does, const struct plain *arguments, struct wish **ret_wish, struct error *error)
{
	static const struct {
		const char *name;
		enum wish_action action;
	} actions[] = {{"record", WISH_CREATE}, {"set", WISH_UPDATE}, {"move", WISH_MOVE}, {"drop", WISH_DROP}};
	struct wish *wish = NULL;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]) && does != NULL; i++)
		if (strcmp(actions[i].name, does) == 0)
			wish = wish_new(actions[i].action);
	if (wish == NULL)
		return error_set(error, ERROR_INVALID, "", "测试里没有“%s”这一问", does != NULL ? does : "");
	wish->caller = tester;
	wish->kind = pool_copy_text(wish->pool, text_of(arguments, "kind"));
	wish->title = pool_copy_text(wish->pool, text_of(arguments, "title"));
	wish->id = pool_copy_text(wish->pool, text_of(arguments, "id"));
	wish->to = pool_copy_text(wish->pool, text_of(arguments, "to"));
	wish->on = pool_copy_text(wish->pool, text_of(arguments, "on"));
	wish->note = pool_copy_text(wish->pool, text_of(arguments, "note"));
	if (text_of(arguments, "stage") != NULL) {
		struct entered *entered = pool_alloc(wish->pool, sizeof(*entered));

		entered->stage = pool_copy_text(wish->pool, text_of(arguments, "stage"));
		wish->entered = entered;
		wish->entered_count = 1;
	}
	give_fields(wish, plain_find(arguments, "fields"));
	*ret_wish = wish;
	return true;
}

/* dry: only asks. What a rule refuses is an answer; what is asked wrongly is an error. */
static bool answer_change(struct testing *testing, const char *does, bool dry, const struct plain *arguments,
    struct buffer *out, struct error *error)
{
	struct table table = new_table(testing->pool);
	struct outcome *outcome;
	struct wish *wish;
	bool refused;

	if (!wish_of(does, arguments, &wish, error))
		return false;
	wish->dry_run = dry;
	outcome = engine_write(testing->engine, &wish);
	refused = !outcome->ok && outcome->error.code == ERROR_REFUSED;
	if (!outcome->ok && !refused)
		*error = outcome->error;
	else if (refused || dry)
		add_integer(&table, "refused", refused, PLAIN_BOOLEAN);
	if (refused) {
		add_text(&table, "field", outcome->error.field[0] != '\0' ? outcome->error.field : NULL);
		add_text(&table, "sentence", outcome->error.sentence);
	} else if (outcome->ok && outcome->record != 0)
		add_text(&table, "id", outcome->id);
	outcome_free(outcome);
	if (error->code != ERROR_NONE)
		return false;
	put_table(out, &table);
	return true;
}

/* ---- questions ---- */

static bool answer_get(struct testing *testing, const struct plain *arguments, struct buffer *out, struct error *error)
{
	struct view_request request = {.as_of = text_of(arguments, "as_of"), .caller = tester};
	struct view *view = view_open(testing->engine, &request, error);
	struct table table = new_table(testing->pool);
	char day[DATE_TEXT_SIZE];
	struct got got;
	bool ok;

	if (view == NULL)
		return false;
	ok = view_get(view, text_of(arguments, "id"), testing->pool, &got, NULL, NULL, error);
	if (ok) {
		const struct state *state = got.state;

		add_text(&table, "id", got.id);
		add_text(&table, "title", state->title);
		if (state->stage >= 0) {
			add_text(&table, "stage", state->kind->flow->stages[state->stage].name);
			add_text(&table, "stage_title", state->kind->flow->stages[state->stage].title);
			add_text(&table, "stage_since", date_format(state->stage_since, day));
		}
		for (size_t i = 0; i < state->kind->field_count; i++)
			if (field_is_shown(&state->kind->fields[i]) && state->values[i].type != VALUE_EMPTY)
				add_text(&table, state->kind->fields[i].name,
				    view_show_field(view, &state->kind->fields[i], state->values[i], testing->pool));
		put_table(out, &table);
	}
	view_close(view);
	return ok;
}

static bool answer_figure(
    struct testing *testing, const struct plain *arguments, struct buffer *out, struct error *error)
{
	struct view_request request = {
	    .as_of = text_of(arguments, "as_of"), .period = text_of(arguments, "period"), .caller = tester};
	const char *name = text_of(arguments, "name") != NULL ? text_of(arguments, "name") : "";
	struct view *view = view_open(testing->engine, &request, error);
	struct table table = new_table(testing->pool);
	struct figured *figures;
	size_t count;
	bool ok;

	if (view == NULL)
		return false;
	ok = view_figures(view, &name, 1, testing->pool, &figures, &count, error);
	if (ok) {
		add_integer(&table, "numerator", figures[0].numerator, PLAIN_INTEGER);
		if (figures[0].has_denominator)
			add_integer(&table, "denominator", figures[0].denominator, PLAIN_INTEGER);
		add_text(&table, "text", figures[0].text);
		put_table(out, &table);
	}
	view_close(view);
	return ok;
}

static const char *word_of_light(enum light light)
{
	return light == LIGHT_RED ? "红" : light == LIGHT_YELLOW ? "黄" : light == LIGHT_GREEN ? "绿" : "没有答上来";
}

/* What the rules say of the day, and of what is asked about: a rule's name, a sentence, or NULL: the record's light. */
static enum light light_asked_for(struct view *view, const struct kind *kind, const struct lights *lights,
    const char *wanted, struct pool *pool, const char **ret_told)
{
	const struct schema *schema = view->set->schema;
	const struct lit *day = &lights->days[lights->day_count - 1];
	enum light found = wanted == NULL ? day->light : LIGHT_GREEN;
	struct finding *findings;
	size_t count = findings_read(day->findings, pool, &findings), rule = 0;

	*ret_told = "";
	for (size_t i = 0; i < schema->rule_count; i++) {
		const char *name = schema->rules[i].declaration->name, *sentence;

		if (&schema->kinds[schema->rules[i].kind] != kind)
			continue;
		sentence = lights->sentences[rule++];
		for (size_t j = 0; j < count; j++) {
			if (strcmp(findings[j].rule, name) != 0)
				continue;
			*ret_told = pool_format(pool, "%s%s%s：%s，%s", *ret_told, **ret_told != '\0' ? "；" : "", name,
			    word_of_light(findings[j].light), sentence != NULL ? sentence : "-");
			if (wanted != NULL &&
			    (strcmp(wanted, name) == 0 || (sentence != NULL && strcmp(wanted, sentence) == 0)))
				found = findings[j].light;
		}
	}
	if (**ret_told == '\0')
		*ret_told = "没有一条规则有话说";
	return found;
}

/* The rules are asked for that very day, which may lie ahead: what the background has written so far does not matter. */
static bool answer_light(
    struct testing *testing, const struct plain *arguments, struct buffer *out, struct error *error)
{
	struct view_request request = {.as_of = text_of(arguments, "on"), .caller = tester};
	struct view *view = view_open(testing->engine, &request, error);
	struct table table = new_table(testing->pool);
	struct lights lights;
	struct state *state;
	struct got got;
	bool ok;

	if (view == NULL)
		return false;
	ok = view_get(view, text_of(arguments, "id"), testing->pool, &got, NULL, NULL, error);
	if (ok && got.state->kind->light < 0)
		ok = error_set(error, ERROR_INVALID, "", "没有规则看着%s，它没有灯", got.state->kind->title);
	if (ok) {
		state = state_copy(testing->pool, got.state);
		state->on = view->moment.as_of;
		ok = lights_ask(
		    view, HOST_INTERACTIVE, state->kind, state->on, &state, 1, NULL, testing->pool, &lights, error);
	}
	if (ok) {
		const char *told;
		enum light light =
		    light_asked_for(view, state->kind, &lights, text_of(arguments, "of"), testing->pool, &told);

		add_text(&table, "level", light_name(light));
		add_text(&table, "told", told);
		put_table(out, &table);
	}
	view_close(view);
	return ok;
}

static bool keep_bytes(void *argument, const char *bytes, size_t length)
{
	return buffer_append(argument, bytes, length);
}

static bool answer_export(
    struct testing *testing, const struct plain *arguments, struct buffer *out, struct error *error)
{
	struct export_request request = {
	    .name = text_of(arguments, "name"), .format = text_of(arguments, "format"), .view = {.caller = tester}};
	const struct plain *given = plain_find(arguments, "args");
	struct table table = new_table(testing->pool);
	struct export_argument *args = pool_alloc_array(testing->pool, given != NULL ? given->count : 0, sizeof(*args));
	struct export_report report;
	struct buffer text;
	bool ok;

	for (size_t i = 0; given != NULL && given->type == PLAIN_TABLE && i < given->count; i++) {
		const char *value = given->items[i].type == PLAIN_TEXT ? given->items[i].text : NULL;

		if (strcmp(given->names[i], "as_of") == 0)
			request.view.as_of = value;
		else
			args[request.arg_count++] = (struct export_argument){.name = given->names[i], .value = value};
	}
	request.args = args;
	buffer_init(&text, 60000);
	ok = export_run(testing->engine, &request, keep_bytes, &text, testing->pool, &report, error);
	if (ok) {
		add_text(&table, "text", buffer_text(&text));
		put_table(out, &table);
	}
	buffer_clear(&text);
	return ok;
}

static bool answer_at(struct testing *testing, const struct plain *arguments, struct buffer *out, struct error *error)
{
	struct table table = new_table(testing->pool);
	struct date day;

	if (!date_parse(text_of(arguments, "date") != NULL ? text_of(arguments, "date") : "", "date", &day, error))
		return false;
	clock_fix_today(day);
	put_table(out, &table);
	return true;
}

static bool answer_test(
    void *argument, enum host_ask ask, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	struct testing *testing = argument;
	const char *what;
	struct plain arguments;
	struct table nothing;

	(void)pool;
	if (ask != HOST_ASK_TEST)
		return error_set(error, ERROR_REFUSED, "", "测试里只能用 luodi.test");
	pool_reset(testing->pool);
	what = wire_get_name(items, testing->pool, 64);
	arguments = plain_get(items, testing->pool);
	if (!wire_end(items))
		return false;
	if (strcmp(what, "begin") == 0) {
		nothing = new_table(testing->pool);
		put_table(out, &nothing);
		return open_scratch(testing, error);
	}
	if (testing->engine == NULL)
		return error_set(error, ERROR_INVALID, "", "先 t.test(...)，在里面问");
	if (strcmp(what, "at") == 0)
		return answer_at(testing, &arguments, out, error);
	if (strcmp(what, "get") == 0)
		return answer_get(testing, &arguments, out, error);
	if (strcmp(what, "figure") == 0)
		return answer_figure(testing, &arguments, out, error);
	if (strcmp(what, "light") == 0)
		return answer_light(testing, &arguments, out, error);
	if (strcmp(what, "export") == 0)
		return answer_export(testing, &arguments, out, error);
	if (strcmp(what, "refused") == 0)
		return answer_change(testing, text_of(&arguments, "does"), true, &arguments, out, error);
	return answer_change(testing, what, false, &arguments, out, error);
}

/* ---- runs ---- */

static void tell_results(
    const char *plugin, struct wire *result, struct pool *pool, struct buffer *out, bool *ret_passed)
{
	size_t count = wire_get_count(result, 10000), failed = 0;

	for (size_t i = 0; i < count && wire_ok(result); i++) {
		const char *name = wire_get_name(result, pool, 4096);
		bool passed = wire_get_boolean(result);
		const char *message = wire_get_text(result, pool, 8192);
		int64_t line = wire_get_integer(result, 0, INT32_MAX);

		if (passed)
			continue;
		failed++;
		buffer_format(out, "%s/test.lua:%" PRId64 ": 没有通过：%s\n    %s\n", plugin, line, name,
		    message != NULL ? message : "");
	}
	*ret_passed = wire_end(result) && failed == 0 && count > 0;
	if (!wire_end(result))
		buffer_append_text(out, "测试的结果不成样子\n");
	else if (count == 0)
		buffer_format(out, "%s: test.lua 里没有一项测试\n", plugin);
	else
		buffer_format(
		    out, "%s: %zu 项测试，%zu 项通过，%zu 项没有通过\n", plugin, count, count - failed, failed);
}

static const char *name_of(const char *folder, struct pool *pool)
{
	char *real = realpath(folder, NULL);
	const char *name = real != NULL ? pool_copy_text(pool, strrchr(real, '/') + 1) : folder;

	free(real);
	return name;
}

/* A host with the whole set in it; plugin: the index of the one asked about. */
static struct host_client *load(const char *folder, const struct engine_options *options, struct pool *pool,
    struct plugin_set **ret_set, int *ret_plugin, struct buffer *out)
{
	struct error error = {0};
	struct host_client *host = host_client_start(options->host_program, &error);
	struct plugin_set *set = NULL;

	if (host != NULL)
		set = plugin_set_load(
		    options->plugin_folders, options->plugin_folder_count, folder, host, NULL, out, &error);
	if (set == NULL) {
		if (out->length == 0)
			buffer_format(out, "%s\n", error.sentence);
		host_client_stop(host);
		return NULL;
	}
	*ret_plugin = -1;
	for (size_t i = 0; i < set->plugin_count; i++)
		if (strcmp(set->plugins[i].name, name_of(folder, pool)) == 0)
			*ret_plugin = (int)i;
	*ret_set = set;
	return host;
}

bool engine_check_plugin(const char *folder, const struct engine_options *options, struct buffer *out)
{
	struct pool *pool = pool_new();
	struct plugin_set *set = NULL;
	int plugin = -1;
	struct host_client *host = load(folder, options, pool, &set, &plugin, out);

	if (host != NULL && plugin >= 0) {
		const struct declarations *declared = set->declarations[plugin];

		buffer_format(out,
		    "%s: %zu 个种类或扩展，%zu 个守卫，%zu 条规则，%zu 个指标，%zu 个对照，%zu 个导出，没有错\n",
		    declared->plugin, declared->kind_count, declared->guard_count, declared->rule_count,
		    declared->figure_count, declared->mapping_count, declared->export_count);
	}
	host_client_stop(host);
	plugin_set_release(set);
	pool_free(pool);
	return host != NULL;
}

static bool run_tests(
    struct host_client *host, const struct plugin_set *set, int plugin, struct testing *testing, struct buffer *out)
{
	const struct plugin_source *source = &set->plugins[plugin];
	struct host_asker asker = {.answer = answer_test, .argument = testing, .schema = set->schema};
	struct pool *pool = pool_new();
	struct error error = {0};
	struct buffer arguments;
	struct wire result;
	bool passed = false;

	buffer_init(&arguments, 2 << 20);
	wire_put_bytes(&arguments, source->test, source->test_length);
	wire_put_text(&arguments, pool_format(pool, "%s/test.lua", source->name));
	if (host_client_call(host, HOST_CALL_TEST, plugin, 0, testing->today, &arguments,
		(struct host_budget){.call_us = TEST_BUDGET_US}, &asker, pool, &result, &error))
		tell_results(source->name, &result, pool, out, &passed);
	else
		buffer_format(out, "%s\n", error.sentence);
	buffer_clear(&arguments);
	pool_free(pool);
	return passed;
}

bool engine_test_plugin(const char *folder, const struct engine_options *options, struct buffer *out)
{
	struct testing testing = {.options = options, .extra = folder, .today = clock_today(), .pool = pool_new()};
	struct pool *pool = pool_new();
	struct plugin_set *set = NULL;
	int plugin = -1;
	bool passed = false;
	struct host_client *host = load(folder, options, pool, &set, &plugin, out);

	if (host != NULL && plugin >= 0 && set->plugins[plugin].test == NULL)
		buffer_format(out, "%s: 没有 test.lua\n", set->plugins[plugin].name);
	else if (host != NULL && plugin >= 0) {
		int32_t number = 1;
		struct error error = {0};

		for (size_t i = 0; i < set->schema->kind_count; i++)
			schema_set_kind_number(set->schema, i, number++);
		if (host_client_schema(host, set->schema, &error))
			passed = run_tests(host, set, plugin, &testing, out);
		else
			buffer_format(out, "%s\n", error.sentence);
	}
	close_scratch(&testing);
	host_client_stop(host);
	plugin_set_release(set);
	pool_free(testing.pool);
	pool_free(pool);
	return passed;
}
