#include "engine/export.h"

#include "base/clock.h"
#include "base/number.h"
#include "engine/asks.h"
#include "engine/format.h"
#include "text/normal.h"
#include <sodium.h>
#include <string.h>

enum { PIECE_LARGEST = 1 << 16, BLOCK_LARGEST = 8 << 20, COLUMNS_LARGEST = 200, TEXT_LARGEST = 1 << 20 };
#define SNAPSHOT_US INT64_C(2000000)

struct exporting {
	struct view *view;
	const struct format *format;
	struct format_state state;
	struct buffer out;
	struct pool *pool, *table_pool; /* of the report; of the open table */
	bool (*write)(void *argument, const char *bytes, size_t length);
	void *argument;
	crypto_hash_sha256_state digest;
	int64_t bytes, snapshot_since_us;
	struct value *totals; /* of the open table: one per column, in table_pool; NULL: no column has one */
	bool too_large;	      /* a total that no number holds */
};

/* ---- bytes ---- */

static bool flush(struct exporting *exporting, size_t keep, struct error *error)
{
	size_t sent = 0;

	if (exporting->out.full)
		return error_set(error, ERROR_TOO_LARGE, "", "导出的一段太长");
	while (exporting->out.length - sent > keep) {
		size_t piece =
		    exporting->out.length - sent < PIECE_LARGEST ? exporting->out.length - sent : PIECE_LARGEST;

		if (!exporting->write(exporting->argument, exporting->out.bytes + sent, piece))
			return error_set(error, ERROR_REFUSED, "", "导出没有人接收了");
		crypto_hash_sha256_update(
		    &exporting->digest, (const unsigned char *)exporting->out.bytes + sent, piece);
		exporting->bytes += (int64_t)piece;
		sent += piece;
	}
	buffer_consume(&exporting->out, sent);
	return true;
}

/* ---- what the plugin puts out ---- */

/* "合计" stands in the first column that has no total itself. */
static void close_table(struct exporting *exporting)
{
	struct value *totals = exporting->totals;
	struct error error;

	if (exporting->state.columns == NULL)
		return;
	for (size_t i = 0; totals != NULL && i < exporting->state.column_count; i++)
		if (!exporting->state.columns[i].total) {
			totals[i] = value_of_text("合计");
			break;
		}
	if (exporting->too_large) {
		error_set(&error, ERROR_TOO_LARGE, "", "合计太大，写不下");
		format_fail(&exporting->state, &error);
	}
	exporting->format->table_end(&exporting->state, totals);
	exporting->state.columns = NULL;
	exporting->totals = NULL;
}

static void add_to_totals(struct exporting *exporting, const struct value *values)
{
	for (size_t i = 0; exporting->totals != NULL && i < exporting->state.column_count; i++) {
		struct value *total = &exporting->totals[i];

		if (!exporting->state.columns[i].total || values[i].type == VALUE_EMPTY)
			continue;
		total->type = values[i].type;
		if (!number_add(total->number, values[i].number, &total->number))
			exporting->too_large = true;
	}
}

static enum value_type type_named(const char *name)
{
	for (int type = VALUE_TEXT; type < VALUE_TYPES; type++)
		if (strcmp(value_type_name((enum value_type)type), name) == 0)
			return (enum value_type)type;
	return VALUE_TEXT;
}

static bool open_table(struct exporting *exporting, struct wire *items, struct error *error)
{
	struct table_column *columns;
	const char *caption;
	size_t count;

	close_table(exporting);
	pool_reset(exporting->table_pool);
	caption = wire_get_text(items, exporting->table_pool, TEXT_LARGEST);
	count = wire_get_count(items, COLUMNS_LARGEST);
	columns = pool_alloc_array(exporting->table_pool, count + 1, sizeof(*columns));
	for (size_t i = 0; i < count; i++) {
		columns[i].title = wire_get_name(items, exporting->table_pool, 1024);
		columns[i].type = type_named(wire_get_name(items, exporting->table_pool, 64));
		columns[i].unit = wire_get_text(items, exporting->table_pool, 64);
		columns[i].total = wire_get_integer(items, 0, 1) != 0 && format_is_number(columns[i].type);
		if (columns[i].total && exporting->totals == NULL)
			exporting->totals = pool_alloc_array(exporting->table_pool, count, sizeof(*exporting->totals));
	}
	if (!wire_end(items))
		return error_set(error, ERROR_PLUGIN_FAULT, "", "表头不成样子");
	exporting->state.columns = columns;
	exporting->state.column_count = count;
	exporting->format->table(&exporting->state, caption);
	return true;
}

static bool put_row(struct exporting *exporting, struct wire *items, struct pool *pool, struct error *error)
{
	size_t count = wire_get_count(items, COLUMNS_LARGEST);
	struct value *values = pool_alloc_array(pool, count + 1, sizeof(*values));

	for (size_t i = 0; i < count; i++)
		values[i] = value_get(items, pool);
	if (!wire_end(items))
		return error_set(error, ERROR_PLUGIN_FAULT, "", "一行不成样子");
	if (exporting->state.columns == NULL || count != exporting->state.column_count)
		return error_set(error, ERROR_PLUGIN_FAULT, "", "一行有 %zu 格，表有 %zu 列", count,
		    exporting->state.columns != NULL ? exporting->state.column_count : 0);
	add_to_totals(exporting, values);
	exporting->format->row(&exporting->state, values);
	exporting->state.rows++;
	return true;
}

static bool put_text(
    struct exporting *exporting, enum host_block block, struct wire *items, struct pool *pool, struct error *error)
{
	int level = block == HOST_BLOCK_HEADING ? (int)wire_get_integer(items, 1, 4) : 0;
	const char *text = wire_get_name(items, pool, TEXT_LARGEST);

	if (!wire_end(items))
		return error_set(error, ERROR_PLUGIN_FAULT, "", "一段文字不成样子");
	close_table(exporting);
	exporting->format->text(&exporting->state, block, level, text);
	return true;
}

static bool check_format(const struct exporting *exporting, struct error *error)
{
	if (exporting->state.failed)
		*error = exporting->state.error;
	return !exporting->state.failed;
}

static bool emit(void *argument, enum host_block block, struct wire *items, struct pool *pool, struct error *error)
{
	struct exporting *exporting = argument;
	struct pool *each = pool_new();
	bool ok;

	(void)pool; /* lives as long as the call: a million rows must not stay in it */
	if (block == HOST_BLOCK_TABLE)
		ok = open_table(exporting, items, error);
	else if (block == HOST_BLOCK_ROW)
		ok = put_row(exporting, items, each, error);
	else
		ok = put_text(exporting, block, items, each, error);
	pool_free(each);
	return ok && check_format(exporting, error) && flush(exporting, PIECE_LARGEST, error);
}

/* A snapshot is not held for the minute that an export may take: what is asked is pinned to a sequence, so the next one tells the same. */
static bool answer(
    void *argument, enum host_ask ask, struct wire *items, struct pool *pool, struct buffer *out, struct error *error)
{
	struct exporting *exporting = argument;
	int64_t now = clock_monotonic_us();
	struct pool *each;
	bool ok;

	(void)pool;
	if (now - exporting->snapshot_since_us > SNAPSHOT_US) {
		store_snapshot_end(exporting->view->connection);
		if (!store_snapshot_begin(exporting->view->connection, error))
			return false;
		exporting->snapshot_since_us = now;
	}
	store_set_deadline(exporting->view->connection, now + 60 * INT64_C(1000000));
	each = pool_new();
	ok = asks_answer(exporting->view, ask, items, each, out, error);
	pool_free(each);
	return ok;
}

/* ---- arguments ---- */

static const char *given_argument(const struct export_request *request, const char *name)
{
	for (size_t i = 0; i < request->arg_count; i++)
		if (strcmp(request->args[i].name, name) == 0)
			return request->args[i].value;
	return NULL;
}

static bool check_arguments(const struct export_request *request, const struct export_declaration *declaration,
    struct pool *pool, struct error *error)
{
	const char **names = pool_alloc_array(pool, declaration->arg_count + 1, sizeof(*names));

	for (size_t i = 0; i < declaration->arg_count; i++) {
		names[i] = declaration->args[i].name;
		if (declaration->args[i].required && declaration->args[i].fallback == NULL &&
		    given_argument(request, names[i]) == NULL)
			return error_set(
			    error, ERROR_INVALID, names[i], "导出 %s 要给 %s=…", declaration->name, names[i]);
	}
	for (size_t i = 0; i < request->arg_count; i++) {
		bool known = false;
		const char *nearest;

		for (size_t j = 0; j < declaration->arg_count; j++)
			known = known || strcmp(names[j], request->args[i].name) == 0;
		if (known)
			continue;
		nearest = text_nearest(request->args[i].name, names, declaration->arg_count);
		error_set(error, ERROR_INVALID, request->args[i].name, "导出 %s 没有参数“%s”", declaration->name,
		    request->args[i].name);
		return nearest != NULL ? error_hint(error, "最接近的是 %s", nearest) : false;
	}
	return true;
}

static void put_arguments(const struct export_request *request, const struct export_declaration *declaration,
    const char *format, struct buffer *out)
{
	wire_put_text(out, format);
	wire_put_count(out, declaration->arg_count);
	for (size_t i = 0; i < declaration->arg_count; i++) {
		const char *value = given_argument(request, declaration->args[i].name);

		wire_put_text(out, declaration->args[i].name);
		wire_put_text(out, value != NULL ? value : declaration->args[i].fallback);
	}
}

/* An argument of type period is also the period that figures are asked for. */
static const char *period_argument(const struct export_request *request, const struct export_declaration *declaration)
{
	for (size_t i = 0; request->view.period == NULL && i < declaration->arg_count; i++)
		if (strcmp(declaration->args[i].type, "period") == 0) {
			const char *value = given_argument(request, declaration->args[i].name);

			return value != NULL ? value : declaration->args[i].fallback;
		}
	return request->view.period;
}

static const struct format *choose_format(
    const struct export_request *request, const struct export_declaration *declaration, struct error *error)
{
	const char *name = request->format != NULL ? request->format
	    : declaration->format_count > 0	   ? declaration->formats[0]
						   : "md";
	const struct format *format = format_find(name);
	bool declared = declaration->format_count == 0;

	for (size_t i = 0; i < declaration->format_count; i++)
		declared = declared || strcmp(declaration->formats[i], name) == 0;
	if (format == NULL || !declared) {
		error_set(error, ERROR_INVALID, "format", "导出 %s 没有格式“%s”", declaration->name, name);
		error_hint(error, "可用：%s", format_names());
		return NULL;
	}
	return format;
}

static bool refuse_unknown(const struct schema *schema, const char *name, struct pool *pool, struct error *error)
{
	const char **names = pool_alloc_array(pool, schema->export_count + 1, sizeof(*names));
	const char *nearest;

	for (size_t i = 0; i < schema->export_count; i++)
		names[i] = schema->exports[i]->name;
	nearest = text_nearest(name != NULL ? name : "", names, schema->export_count);
	error_set(error, ERROR_INVALID, "name", "没有导出“%s”%s%s", name != NULL ? name : "",
	    nearest != NULL ? "；最接近的是 " : "", nearest != NULL ? nearest : "");
	return error_hint(error, "全部导出：luodi export");
}

/* ---- all of it ---- */

/* What a format kept back. Nothing more is asked, so however slow the taker is, no snapshot is held for it. */
static bool drain(struct exporting *exporting, struct error *error)
{
	if (!check_format(exporting, error))
		return false;
	if (exporting->format->drain == NULL)
		return true;
	store_snapshot_end(exporting->view->connection);
	while (exporting->format->drain(&exporting->state))
		if (!flush(exporting, 0, error))
			return false;
	return check_format(exporting, error);
}

static bool run(struct exporting *exporting, struct engine *engine, const struct export_request *request,
    const struct export_declaration *declaration, int plugin, struct error *error)
{
	struct host_asker asker = {
	    .answer = answer, .emit = emit, .argument = exporting, .schema = exporting->view->set->schema};
	struct buffer arguments;
	struct wire result;
	bool ok;

	buffer_init(&arguments, TEXT_LARGEST);
	put_arguments(request, declaration, exporting->format->name, &arguments);
	exporting->format->begin(&exporting->state);
	if (!check_format(exporting, error)) {
		buffer_clear(&arguments);
		return false;
	}
	ok = hosts_call(engine->hosts, HOST_BACKGROUND, exporting->view->set, HOST_CALL_EXPORT, plugin,
	    declaration->run, exporting->view->facts.today, &arguments, &asker, exporting->pool, &result, error);
	buffer_clear(&arguments);
	if (!ok)
		return false;
	close_table(exporting);
	exporting->format->end(&exporting->state);
	return drain(exporting, error) && flush(exporting, 0, error);
}

/* Where in the journal it stands, as a moment: the same question gives the same bytes. */
static bool read_recorded_at(struct exporting *exporting, struct error *error)
{
	const struct view_facts *facts = &exporting->view->facts;

	return facts->seq == 0 ||
	    store_recorded_at(exporting->view->connection, facts->seq, &exporting->state.recorded_us, error);
}

static bool run_on_view(struct engine *engine, struct view *view, const struct export_request *request,
    struct exporting *exporting, struct export_report *report, struct error *error)
{
	const struct schema *schema = view->set->schema;
	int index = schema_find_export(schema, request->name != NULL ? request->name : "");
	const struct export_declaration *declaration = index >= 0 ? schema->exports[index] : NULL;

	if (declaration == NULL)
		return refuse_unknown(schema, request->name, exporting->pool, error);
	exporting->view = view;
	exporting->snapshot_since_us = clock_monotonic_us();
	exporting->format = choose_format(request, declaration, error);
	if (exporting->format == NULL || !check_arguments(request, declaration, exporting->pool, error))
		return false;
	view->moment.present = false; /* pinned: as_of and sequence */
	view->moment.known_seq = view->facts.seq;
	exporting->state = (struct format_state){.out = &exporting->out,
	    .name = declaration->name,
	    .title = declaration->title,
	    .folder = engine->data,
	    .facts = view->facts};
	crypto_hash_sha256_init(&exporting->digest);
	if (!read_recorded_at(exporting, error))
		return false;
	if (!run(exporting, engine, request, declaration, schema->export_plugins[index], error))
		return false;
	*report = (struct export_report){.name = pool_copy_text(exporting->pool, declaration->name),
	    .title = pool_copy_text(exporting->pool, declaration->title),
	    .format = exporting->format->name,
	    .bytes = exporting->bytes,
	    .rows = exporting->state.rows,
	    .facts = view->facts};
	report->facts.plugins = pool_copy_text(exporting->pool, view->facts.plugins);
	crypto_hash_sha256_final(&exporting->digest, report->sha256);
	return true;
}

const char *const *export_formats(size_t *ret_count)
{
	return format_all(ret_count);
}

bool export_run(struct engine *engine, const struct export_request *request,
    bool (*write)(void *argument, const char *bytes, size_t length), void *argument, struct pool *pool,
    struct export_report *ret_report, struct error *error)
{
	struct exporting exporting = {.pool = pool, .write = write, .argument = argument};
	struct view_request asked = request->view;
	struct schema *schema = engine_schema(engine);
	int index = schema_find_export(schema, request->name != NULL ? request->name : "");
	struct view *view;
	bool ok = false;

	if (index >= 0)
		asked.period = pool_copy_text(pool, period_argument(request, schema->exports[index]));
	schema_release(schema);
	view = view_open(engine, &asked, error);
	if (view == NULL)
		return false;
	buffer_init(&exporting.out, BLOCK_LARGEST);
	exporting.table_pool = pool_new();
	ok = run_on_view(engine, view, request, &exporting, ret_report, error);
	if (exporting.state.out != NULL && exporting.format->drop != NULL)
		exporting.format->drop(&exporting.state);
	pool_free(exporting.table_pool);
	buffer_clear(&exporting.out);
	view_close(view);
	return ok;
}
