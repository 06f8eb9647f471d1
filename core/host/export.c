/* HOST_CALL_EXPORT: run(q, out, args). */
#include "base/number.h"
#include "host/call.h"
#include "host/declare.h"
#include "host/functions.h"
#include "host/output.h"
#include "host/query.h"
#include "host/typed.h"

#include <string.h>

enum { ARGUMENT_LARGEST = 4096, ARGUMENTS_LARGEST = 32 };

static const struct export_declaration *find_export(const struct plugin *plugin, int64_t run)
{
	const struct declarations *all = &plugin->declared->all;

	for (size_t i = 0; i < all->export_count; i++)
		if (all->exports[i].run == run)
			return &all->exports[i];
	return NULL;
}

static bool push_boolean(lua_State *lua, const char *text)
{
	static const char *const yes[] = {"true", "yes", "1", "是"}, *const no[] = {"false", "no", "0", "否"};

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			lua_pushboolean(lua, strcmp(text, yes[i]) == 0);
			return true;
		}
	return false;
}

/* Text as typed by a person or given as default, by the argument's type. False: error. */
static bool push_argument(lua_State *lua, struct date today, const struct calendar *calendar,
    const struct argument_declaration *argument, const char *text, struct error *error)
{
	struct period period;
	struct date date;
	int64_t number;

	if (strcmp(argument->type, "text") == 0) {
		lua_pushstring(lua, text);
	} else if (strcmp(argument->type, "int") == 0) {
		if (!integer_parse(text, argument->name, &number, error))
			return false;
		lua_pushinteger(lua, number);
	} else if (strcmp(argument->type, "money") == 0) {
		if (!money_parse(text, 100, argument->name, &number, error))
			return false;
		typed_push_money(lua, number);
	} else if (strcmp(argument->type, "date") == 0) {
		if (!date_parse_relative(text, argument->name, today, calendar, &date, error))
			return false;
		typed_push_date(lua, date);
	} else if (strcmp(argument->type, "period") == 0) {
		if (!period_parse(text, today, &period, error))
			return false;
		query_push_period(lua, period, text);
	} else if (!push_boolean(lua, text)) {
		return error_set(error, ERROR_INVALID, argument->name, "要写“是”或“否”，写的是“%s”", text);
	}
	return true;
}

/* No day is today yet, and no calendar is there: any day and years without a holiday tell the form as well. */
bool export_check_default(lua_State *lua, const struct argument_declaration *argument, struct error *error)
{
	static const int years[] = {2019, 2020, 2021, 2022, 2023};
	struct calendar *calendar = calendar_new(years, sizeof years / sizeof *years, NULL, 0);
	struct date day = {18809}; /* 2021-07-01 */
	bool ok = push_argument(lua, day, calendar, argument, argument->fallback, error);

	calendar_free(calendar);
	if (ok)
		lua_pop(lua, 1);
	return ok;
}

static const struct argument_declaration *find_argument(const struct export_declaration *export, const char *name)
{
	for (size_t i = 0; i < export->arg_count; i++)
		if (strcmp(export->args[i].name, name) == 0)
			return &export->args[i];
	return NULL;
}

struct given { /* an argument as it came */
	const char *name, *text;
};

static const char *text_of(const struct given *given, size_t count, const struct argument_declaration *argument)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(given[i].name, argument->name) == 0 && given[i].text != NULL)
			return given[i].text;
	return argument->fallback;
}

static void push_arguments(
    lua_State *lua, struct host *host, const struct export_declaration *export, const struct given *given, size_t count)
{
	struct error error;

	for (size_t i = 0; i < count; i++)
		if (find_argument(export, given[i].name) == NULL)
			luaL_error(lua, "导出 %s 没有参数 %s", export->name, given[i].name);
	lua_createtable(lua, 0, (int)export->arg_count);
	for (size_t i = 0; i < export->arg_count; i++) {
		const struct argument_declaration *argument = &export->args[i];
		const char *text = text_of(given, count, argument);

		if (text == NULL && argument->required)
			luaL_error(lua, "导出 %s 要给参数 %s", export->name, argument->name);
		if (text == NULL)
			continue;
		if (!push_argument(lua, host->today, host->calendar, argument, text, &error))
			luaL_error(lua, "参数 %s：%s", argument->name, error.sentence);
		lua_setfield(lua, -2, argument->name);
	}
}

int call_export(lua_State *lua)
{
	struct call *call = call_of(lua);
	const struct export_declaration *export = find_export(call->plugin, call->function);
	const char *format = wire_get_text(call->in, call->pool, NAME_LARGEST);
	size_t count = wire_get_count(call->in, ARGUMENTS_LARGEST);
	struct given given[ARGUMENTS_LARGEST] = {{0}};

	(void)format; /* how it is laid out is luodid's business; a report is the same in all formats */
	for (size_t i = 0; i < count; i++) {
		given[i].name = wire_get_name(call->in, call->pool, DECLARE_NAME);
		given[i].text = wire_get_text(call->in, call->pool, ARGUMENT_LARGEST);
	}
	call_end_input(lua, call);
	if (export == NULL)
		return luaL_error(lua, "没有编号为 %d 的导出", (int)call->function);
	functions_push(lua, call->function);
	query_push(lua);
	output_push(lua);
	push_arguments(lua, call->host, export, given, count);
	lua_call(lua, 3, 0);
	call_begin_result(call);
	call_end_result(lua, call);
	return 0;
}
