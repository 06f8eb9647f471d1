/* luodi.guard, rule, figure and export. */
#include "host/declare.h"
#include "host/typed.h"

#include <stdio.h>
#include <string.h>

int declare_guard(lua_State *lua)
{
	static const char *const keys[] = {"name", "title", "on", "before", "when", "warn", "check", NULL};
	struct guard_declaration guard = {0}, *guards;
	struct reader reader = declare_begin(lua, "luodi.guard", &guard.place);
	struct declaration_list *list = declare_list(lua);

	reader_check_keys(&reader, keys, 0);
	guard.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.guard（%s）", guard.name);
	guard.title = reader_text(&reader, "title", DECLARE_TITLE);
	guard.on = reader_need_name(&reader, "on");
	guard.before = reader_name(&reader, "before");
	guard.when = reader_text(&reader, "when", DECLARE_TEXT);
	guard.warn = reader_boolean(&reader, "warn");
	guard.check = reader_function(&reader, "check", true);
	guards = declare_grow(reader.pool, list->all.guards, list->all.guard_count, &list->guards, sizeof *guards);
	guards[list->all.guard_count++] = guard;
	list->all.guards = guards;
	return 0;
}

int declare_rule(lua_State *lua)
{
	static const char *const keys[] = {"name", "title", "on", "when", "check", NULL};
	struct rule_declaration rule = {0}, *rules;
	struct reader reader = declare_begin(lua, "luodi.rule", &rule.place);
	struct declaration_list *list = declare_list(lua);

	reader_check_keys(&reader, keys, 0);
	rule.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.rule（%s）", rule.name);
	rule.title = reader_text(&reader, "title", DECLARE_TITLE);
	rule.on = reader_need_name(&reader, "on");
	rule.when = reader_text(&reader, "when", DECLARE_TEXT);
	rule.check = reader_function(&reader, "check", true);
	rules = declare_grow(reader.pool, list->all.rules, list->all.rule_count, &list->rules, sizeof *rules);
	rules[list->all.rule_count++] = rule;
	list->all.rules = rules;
	return 0;
}

/* A filter, or {where=, sum=, minus=}. False: not given. */
static bool read_side(const struct reader *figure, const char *key, struct figure_side *ret_side)
{
	static const char *const keys[] = {"where", "sum", "minus", NULL};
	lua_State *lua = figure->lua;
	struct reader side = *figure;

	lua_pushstring(lua, key);
	switch (lua_rawget(lua, figure->table)) {
	case LUA_TNIL:
		lua_pop(lua, 1);
		return false;
	case LUA_TSTRING:
		lua_pop(lua, 1);
		ret_side->where = reader_text(figure, key, DECLARE_TEXT);
		return true;
	case LUA_TTABLE:
		break;
	default:
		reader_fail(
		    figure, "的 %s 要是筛选条件，或 {where=, sum=, minus=}，给的是%s", key, typed_word(lua, -1));
	}
	side.table = lua_gettop(lua);
	side.what = pool_format(figure->pool, "%s 的 %s", figure->what, key);
	reader_check_keys(&side, keys, 0);
	ret_side->where = reader_text(&side, "where", DECLARE_TEXT);
	ret_side->sum = reader_text(&side, "sum", DECLARE_NAME);
	ret_side->minus = reader_text(&side, "minus", DECLARE_NAME);
	if (ret_side->minus != NULL && ret_side->sum == NULL)
		reader_fail(&side, "有 minus 就要有 sum");
	lua_pop(lua, 1);
	return true;
}

int declare_figure(lua_State *lua)
{
	static const char *const keys[] = {
	    "name", "title", "of", "unit", "period", "numerator", "denominator", "against", "basis", "version", NULL};
	struct figure_declaration figure = {0}, *figures;
	struct reader reader = declare_begin(lua, "luodi.figure", &figure.place);
	struct declaration_list *list = declare_list(lua);

	reader_check_keys(&reader, keys, 0);
	figure.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.figure（%s）", figure.name);
	figure.title = reader_need_text(&reader, "title", DECLARE_TITLE);
	figure.of = reader_need_name(&reader, "of");
	figure.unit = reader_text(&reader, "unit", DECLARE_TITLE);
	figure.period = reader_text(&reader, "period", DECLARE_NAME);
	if (!read_side(&reader, "numerator", &figure.numerator))
		reader_fail(&reader, "要有 numerator：一个筛选条件，或 {where=, sum=}");
	figure.has_denominator = read_side(&reader, "denominator", &figure.denominator);
	figure.against = reader_text(&reader, "against", DECLARE_NAME);
	figure.basis = reader_text(&reader, "basis", DECLARE_TEXT);
	figure.version = reader_integer(&reader, "version", 1, 1000000, 1);
	figures = declare_grow(reader.pool, list->all.figures, list->all.figure_count, &list->figures, sizeof *figures);
	figures[list->all.figure_count++] = figure;
	list->all.figures = figures;
	return 0;
}

/* A default may be written as text, whole number or yes/no; luodid gives it back as text. */
static const char *read_fallback(const struct reader *argument)
{
	lua_State *lua = argument->lua;
	const char *text = NULL;

	lua_pushliteral(lua, "default");
	switch (lua_rawget(lua, argument->table)) {
	case LUA_TNIL:
		break;
	case LUA_TBOOLEAN:
		text = lua_toboolean(lua, -1) ? "true" : "false";
		break;
	case LUA_TNUMBER:
		if (!lua_isinteger(lua, -1))
			reader_fail(argument, "的 default 要是文字或整数");
		text = pool_format(argument->pool, "%lld", (long long)lua_tointeger(lua, -1));
		break;
	default:
		lua_pop(lua, 1);
		return reader_text(argument, "default", DECLARE_TITLE);
	}
	lua_pop(lua, 1);
	return text;
}

static struct argument_declaration read_argument(const struct reader *argument)
{
	static const char *const keys[] = {"title", "default", "required", NULL};
	static const char *const types[] = {"text", "int", "date", "period", "money", "bool"};
	struct argument_declaration result = {0};
	struct error error = {0};
	bool known = false;

	reader_check_keys(argument, keys, 2);
	result.name = reader_need_name_at(argument, 1, "参数名");
	result.type = reader_text_at(argument, 2, DECLARE_NAME, "类型");
	if (result.type == NULL)
		result.type = "text";
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		known = known || strcmp(types[i], result.type) == 0;
	if (!known)
		reader_fail(argument, "（%s）的类型 %.40s 没有；可用 text int date period money bool", result.name,
		    result.type);
	result.title = reader_text(argument, "title", DECLARE_TITLE);
	result.required = reader_boolean(argument, "required");
	result.fallback = read_fallback(argument);
	if (result.fallback != NULL && !export_check_default(argument->lua, &result, &error))
		reader_fail(argument, "（%s）的 default 不对：%s%s%s", result.name, error.sentence,
		    error.hint[0] != '\0' ? "；" : "", error.hint);
	return result;
}

int declare_export(lua_State *lua)
{
	static const char *const keys[] = {"name", "title", "formats", "args", "run", NULL};
	struct export_declaration result = {0}, *exports;
	struct reader reader = declare_begin(lua, "luodi.export", &result.place), args;
	struct declaration_list *list = declare_list(lua);
	struct argument_declaration *arguments;

	reader_check_keys(&reader, keys, 0);
	result.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.export（%s）", result.name);
	result.title = reader_text(&reader, "title", DECLARE_TITLE);
	result.formats = reader_texts(&reader, "formats", DECLARE_NAME, &result.format_count);
	result.arg_count = reader_open_list(&reader, "args", 32, &args);
	result.args = arguments = pool_alloc_array(reader.pool, result.arg_count, sizeof *arguments);
	for (size_t i = 0; i < result.arg_count; i++) {
		struct reader item = reader_item(&args, i + 1);

		arguments[i] = read_argument(&item);
		reader_close(&item);
	}
	reader_close(&args);
	result.run = reader_function(&reader, "run", true);
	exports = declare_grow(reader.pool, list->all.exports, list->all.export_count, &list->exports, sizeof *exports);
	exports[list->all.export_count++] = result;
	list->all.exports = exports;
	return 0;
}
