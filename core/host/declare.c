#include "host/declare.h"

#include "base/utf8.h"
#include "host/functions.h"
#include "host/host.h"
#include "host/typed.h"
#include "host/words.h"
#include "model/name.h"
#include "model/nearest.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reader_fail(const struct reader *reader, const char *format, ...)
{
	char sentence[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	luaL_where(reader->lua, 1);
	lua_pushfstring(reader->lua, "%s%s", reader->what, sentence);
	lua_concat(reader->lua, 2);
	lua_error(reader->lua);
	abort(); /* not reached */
}

struct declaration_list *declare_list(lua_State *lua)
{
	return plugin_of(lua)->declared;
}

static struct place place_of_call(lua_State *lua, struct pool *pool)
{
	lua_Debug activation;
	struct place place = {.file = "?"};

	if (lua_getstack(lua, 1, &activation) && lua_getinfo(lua, "Sl", &activation)) {
		if (activation.source[0] == '=')
			place.file = pool_copy_text(pool, activation.source + 1);
		place.line = activation.currentline > 0 ? activation.currentline : 0;
	}
	return place;
}

struct reader declare_begin(lua_State *lua, const char *what, struct place *ret_place)
{
	struct plugin *plugin = plugin_of(lua);
	struct reader reader = {.lua = lua, .pool = plugin->pool, .table = 1, .what = what};

	if (!plugin->loading)
		reader_fail(&reader, " 只能在载入插件时用，不能在函数里");
	if (pool_used(plugin->pool) > DECLARE_MEMORY)
		reader_fail(&reader, " 声明得太多，一个插件最多 16 MiB");
	if (lua_gettop(lua) != 1 || !lua_istable(lua, 1))
		reader_fail(&reader, " 要一个表：%s { name = …, … }", what);
	*ret_place = place_of_call(lua, plugin->pool);
	return reader;
}

void *declare_grow(struct pool *pool, const void *items, size_t count, size_t *room, size_t size)
{
	char *grown = (char *)(uintptr_t)items; /* ours: only the declaration's readers see it as const */

	if (count == *room) {
		*room = *room == 0 ? 8 : *room * 2;
		grown = pool_alloc_array(pool, *room, size);
		if (count > 0)
			memcpy(grown, items, count * size);
	}
	return grown;
}

void reader_check_keys(const struct reader *reader, const char *const *names, lua_Integer positions)
{
	lua_State *lua = reader->lua;
	size_t count = 0;

	while (names[count] != NULL)
		count++;
	luaL_checkstack(lua, 8, NULL);
	lua_pushnil(lua);
	while (lua_next(lua, reader->table)) {
		bool known = false;

		lua_pop(lua, 1);
		if (lua_isinteger(lua, -1) && lua_tointeger(lua, -1) >= 1 && lua_tointeger(lua, -1) <= positions)
			continue;
		if (lua_isinteger(lua, -1))
			reader_fail(reader, "不该有第 %lld 项", (long long)lua_tointeger(lua, -1));
		if (lua_type(lua, -1) != LUA_TSTRING)
			reader_fail(reader, "的键要是名字，不能是%s", typed_word(lua, -1));
		for (size_t i = 0; i < count && !known; i++)
			known = strcmp(lua_tostring(lua, -1), names[i]) == 0;
		if (!known) {
			const char *key = typed_check_text(lua, -1, "表的键"),
				   *nearest = name_nearest(key, names, count);

			if (nearest != NULL)
				reader_fail(reader, "没有 %.60s 这一项，是不是 %s", key, nearest);
			reader_fail(reader, "没有 %.60s 这一项", key);
		}
	}
}

/* The text on the top of the stack, which stays there. */
static const char *copy_text(const struct reader *reader, const char *key, size_t largest)
{
	lua_State *lua = reader->lua;
	size_t length;
	const char *text;

	if (lua_type(lua, -1) != LUA_TSTRING)
		reader_fail(reader, "的 %s 要是文字，给的是%s", key, typed_word(lua, -1));
	text = lua_tolstring(lua, -1, &length);
	if (length > largest)
		reader_fail(reader, "的 %s 太长，最多 %zu 字节", key, largest);
	if (memchr(text, '\0', length) != NULL || !utf8_is_valid(text, length, NULL))
		reader_fail(reader, "的 %s 不是有效的 UTF-8 文字", key);
	return pool_copy_bytes(reader->pool, text, length);
}

static int get(const struct reader *reader, const char *key)
{
	luaL_checkstack(reader->lua, 8, NULL);
	lua_pushstring(reader->lua, key);
	return lua_rawget(reader->lua, reader->table);
}

const char *reader_text(const struct reader *reader, const char *key, size_t largest)
{
	const char *text = get(reader, key) == LUA_TNIL ? NULL : copy_text(reader, key, largest);

	lua_pop(reader->lua, 1);
	return text;
}

const char *reader_need_text(const struct reader *reader, const char *key, size_t largest)
{
	const char *text = reader_text(reader, key, largest);

	if (text == NULL || *text == '\0')
		reader_fail(reader, "要有 %s", key);
	return text;
}

static const char *check_name(const struct reader *reader, const char *key, const char *name)
{
	char *normal = pool_copy_text(reader->pool, name);

	name_normalise(normal);
	if (normal != NULL && !name_is_valid(normal))
		reader_fail(
		    reader, "的 %s 是“%.60s”；名字要以小写字母开头，只用小写字母、数字和下划线，最多 41 个", key, name);
	return normal;
}

const char *reader_name(const struct reader *reader, const char *key)
{
	return check_name(reader, key, reader_text(reader, key, DECLARE_NAME));
}

const char *reader_need_name(const struct reader *reader, const char *key)
{
	return check_name(reader, key, reader_need_text(reader, key, DECLARE_NAME));
}

const char *reader_text_at(const struct reader *reader, lua_Integer position, size_t largest, const char *meaning)
{
	const char *text;

	luaL_checkstack(reader->lua, 8, NULL);
	text =
	    lua_rawgeti(reader->lua, reader->table, position) == LUA_TNIL ? NULL : copy_text(reader, meaning, largest);
	lua_pop(reader->lua, 1);
	return text;
}

const char *reader_need_name_at(const struct reader *reader, lua_Integer position, const char *meaning)
{
	const char *text = reader_text_at(reader, position, DECLARE_NAME, meaning);

	if (text == NULL || *text == '\0')
		reader_fail(reader, "要有%s（表里的第 %d 项）", meaning, (int)position);
	return check_name(reader, meaning, text);
}

bool reader_boolean(const struct reader *reader, const char *key)
{
	int type = get(reader, key);
	bool value = lua_toboolean(reader->lua, -1);

	if (type != LUA_TNIL && type != LUA_TBOOLEAN)
		reader_fail(reader, "的 %s 要是 true 或 false，给的是%s", key, typed_word(reader->lua, -1));
	lua_pop(reader->lua, 1);
	return value;
}

int64_t reader_integer(const struct reader *reader, const char *key, int64_t smallest, int64_t largest, int64_t absent)
{
	int type = get(reader, key), whole;
	lua_Integer value = lua_tointegerx(reader->lua, -1, &whole);

	if (type == LUA_TNIL) {
		value = absent;
	} else if (type != LUA_TNUMBER || !whole || value < smallest || value > largest) {
		reader_fail(reader, "的 %s 要是 %lld 到 %lld 的整数", key, (long long)smallest, (long long)largest);
	}
	lua_pop(reader->lua, 1);
	return value;
}

int64_t reader_function(const struct reader *reader, const char *key, bool needed)
{
	int type = get(reader, key);

	if (type == LUA_TNIL && !needed) {
		lua_pop(reader->lua, 1);
		return 0;
	}
	if (type != LUA_TFUNCTION)
		reader_fail(reader, "的 %s 要是函数，给的是%s", key, typed_word(reader->lua, -1));
	return functions_add(reader->lua);
}

size_t reader_open_list(const struct reader *reader, const char *key, size_t largest, struct reader *ret_list)
{
	int type = get(reader, key);
	lua_State *lua = reader->lua;
	size_t count;

	*ret_list = *reader;
	ret_list->table = lua_gettop(lua);
	ret_list->what = pool_format(reader->pool, "%s 的 %s ", reader->what, key);
	if (type == LUA_TNIL)
		return 0;
	if (type != LUA_TTABLE)
		reader_fail(reader, "的 %s 要是一个表，给的是%s", key, typed_word(lua, -1));
	count = (size_t)lua_rawlen(lua, -1);
	if (count > largest)
		reader_fail(reader, "的 %s 有 %zu 项，最多 %zu 项", key, count, largest);
	reader_check_keys(ret_list, (const char *const[]){NULL}, (lua_Integer)count);
	return count;
}

struct reader reader_item(const struct reader *list, size_t position)
{
	struct reader item = *list;

	luaL_checkstack(list->lua, 8, NULL);
	item.what = pool_format(list->pool, "%s第 %zu 项", list->what, position);
	lua_rawgeti(list->lua, list->table, (lua_Integer)position);
	item.table = lua_gettop(list->lua);
	if (!lua_istable(list->lua, -1))
		reader_fail(&item, "要是一个表，给的是%s", typed_word(list->lua, -1));
	return item;
}

void reader_close(const struct reader *reader)
{
	lua_settop(reader->lua, reader->table - 1);
}

const char *const *reader_texts(const struct reader *reader, const char *key, size_t largest, size_t *ret_count)
{
	struct reader list;
	size_t count = reader_open_list(reader, key, DECLARE_LIST, &list);
	const char **texts = pool_alloc_array(reader->pool, count, sizeof *texts);

	for (size_t i = 0; i < count; i++) {
		texts[i] = reader_text_at(&list, (lua_Integer)i + 1, largest, "项");
		if (texts[i] == NULL || *texts[i] == '\0')
			reader_fail(&list, "第 %zu 项是空的", i + 1);
	}
	reader_close(&list);
	*ret_count = count;
	return texts;
}

const struct named *reader_values(const struct reader *reader, size_t *ret_count)
{
	struct reader list;
	size_t count = reader_open_list(reader, "values", DECLARE_LIST, &list);
	struct named *values = pool_alloc_array(reader->pool, count, sizeof *values);

	for (size_t i = 0; i < count; i++) {
		if (lua_rawgeti(reader->lua, list.table, (lua_Integer)i + 1) == LUA_TSTRING) {
			values[i].name = copy_text(&list, "名字", DECLARE_TITLE);
			lua_pop(reader->lua, 1);
		} else {
			struct reader item;

			lua_pop(reader->lua, 1);
			item = reader_item(&list, i + 1);
			reader_check_keys(&item, (const char *const[]){NULL}, 2);
			values[i].name = reader_text_at(&item, 1, DECLARE_TITLE, "名字");
			values[i].title = reader_text_at(&item, 2, DECLARE_TITLE, "标题");
			reader_close(&item);
		}
		if (values[i].name == NULL || *values[i].name == '\0')
			reader_fail(&list, "第 %zu 项要有名字，如 {\"industry\", \"工业\"}", i + 1);
		if (values[i].title == NULL)
			values[i].title = values[i].name;
	}
	reader_close(&list);
	*ret_count = count;
	return values;
}

/* What is planned but not there yet says so, at its line. Upvalue: the name. */
static int declare_later(lua_State *lua)
{
	return luaL_error(lua, "还不支持 luodi.%s", lua_tostring(lua, lua_upvalueindex(1)));
}

void declare_open(lua_State *lua)
{
	static const luaL_Reg functions[] = {{"kind", declare_kind}, {"extend", declare_extend},
	    {"guard", declare_guard}, {"rule", declare_rule}, {"figure", declare_figure}, {"mapping", declare_mapping},
	    {"export", declare_export}, {"calendar", declare_calendar}, {0}};
	static const char *const later[] = {"alert", "channel", "job", "verb", "view"};

	luaL_setfuncs(lua, functions, 0);
	for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
		lua_pushstring(lua, later[i]);
		lua_pushcclosure(lua, declare_later, 1);
		lua_setfield(lua, -2, later[i]);
	}
}
