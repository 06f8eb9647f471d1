#include "host/plain_lua.h"

#include "host/record.h"
#include "host/test_api.h"
#include "host/typed.h"
#include "host/words.h"
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = NAME_LARGEST * 4 };

struct converting {
	lua_State *lua;
	struct pool *pool;
	const char *what;
	size_t items; /* so far, in all */
};

static struct plain convert(struct converting *converting, int index, int depth);

static size_t count_keys(lua_State *lua, int table, bool *ret_list)
{
	size_t count = 0;
	bool list = true;

	lua_pushnil(lua);
	while (lua_next(lua, table)) {
		lua_pop(lua, 1);
		count++;
		list = list && lua_isinteger(lua, -1);
	}
	*ret_list = list && count > 0 && lua_rawlen(lua, table) == count;
	return count;
}

struct member {
	const char *name;
	struct plain value;
};

static int compare_members(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

/* By name, so that the order of a Lua table, which is chance, does not show. */
static struct plain convert_table(struct converting *converting, int table, size_t count, int depth)
{
	lua_State *lua = converting->lua;
	struct member *members = pool_alloc_array(converting->pool, count, sizeof *members);
	struct plain *items = pool_alloc_array(converting->pool, count, sizeof *items);
	const char **names = pool_alloc_array(converting->pool, count, sizeof *names);
	size_t i = 0;

	lua_pushnil(lua);
	while (lua_next(lua, table)) {
		if (lua_type(lua, -2) != LUA_TSTRING)
			luaL_error(lua, "%s里的表，键要么是 1、2、3…，要么全是名字", converting->what);
		if (lua_rawlen(lua, -2) > NAME_BYTES)
			luaL_error(lua, "%s里有太长的名字", converting->what);
		members[i].name = pool_copy_text(converting->pool, typed_check_text(lua, -2, "表的键"));
		members[i++].value = convert(converting, lua_gettop(lua), depth + 1);
		lua_pop(lua, 1);
	}
	if (count > 0)
		qsort(members, count, sizeof *members, compare_members);
	for (i = 0; i < count; i++) {
		names[i] = members[i].name;
		items[i] = members[i].value;
	}
	return (struct plain){.type = PLAIN_TABLE, .items = items, .names = names, .count = count};
}

static struct plain convert_list(struct converting *converting, int table, size_t count, int depth)
{
	struct plain *items = pool_alloc_array(converting->pool, count, sizeof *items);

	for (size_t i = 0; i < count; i++) {
		lua_rawgeti(converting->lua, table, (lua_Integer)i + 1);
		items[i] = convert(converting, lua_gettop(converting->lua), depth + 1);
		lua_pop(converting->lua, 1);
	}
	return (struct plain){.type = PLAIN_LIST, .items = items, .count = count};
}

static struct plain plain_text(struct converting *converting, int index)
{
	return (struct plain){.type = PLAIN_TEXT,
	    .text = pool_copy_text(converting->pool, typed_check_text(converting->lua, index, converting->what))};
}

static struct plain convert_userdata(struct converting *converting, int index)
{
	lua_State *lua = converting->lua;
	struct plain plain;

	if (luaL_testudata(lua, index, RECORD_CLASS) != NULL)
		lua_getfield(lua, index, "id"); /* ours: runs no code of the plugin */
	else if (!test_push_handle_id(lua, index))
		words_push(lua, index, converting->what);
	plain = plain_text(converting, -1);
	lua_pop(lua, 1);
	return plain;
}

static struct plain convert(struct converting *converting, int index, int depth)
{
	lua_State *lua = converting->lua;
	lua_Integer integer;
	size_t count;
	bool list;
	int whole;

	luaL_checkstack(lua, 10, NULL);
	if (depth > PLAIN_DEPTH)
		luaL_error(lua, "%s里的表套得太深，最多 %d 层", converting->what, PLAIN_DEPTH);
	if (++converting->items > PLAIN_LARGEST)
		luaL_error(lua, "%s太大，最多 %d 项", converting->what, PLAIN_LARGEST);
	switch (lua_type(lua, index)) {
	case LUA_TNIL:
		return (struct plain){.type = PLAIN_ABSENT};
	case LUA_TBOOLEAN:
		return (struct plain){.type = PLAIN_BOOLEAN, .integer = lua_toboolean(lua, index)};
	case LUA_TNUMBER:
		integer = lua_tointegerx(lua, index, &whole);
		if (!whole)
			luaL_error(lua, "%s里有带小数的数；写成文字，如 \"0.75\"", converting->what);
		return (struct plain){.type = PLAIN_INTEGER, .integer = integer};
	case LUA_TSTRING:
		return plain_text(converting, index);
	case LUA_TTABLE:
		count = count_keys(lua, index, &list);
		if (count > PLAIN_LARGEST)
			luaL_error(lua, "%s太大，最多 %d 项", converting->what, PLAIN_LARGEST);
		return list ? convert_list(converting, index, count, depth)
			    : convert_table(converting, index, count, depth);
	case LUA_TUSERDATA:
		return convert_userdata(converting, index);
	default:
		luaL_error(lua, "%s里不能有%s", converting->what, typed_word(lua, index));
		return (struct plain){.type = PLAIN_ABSENT};
	}
}

struct plain plain_of_lua(lua_State *lua, int index, struct pool *pool, const char *what)
{
	struct converting converting = {.lua = lua, .pool = pool, .what = what};

	return convert(&converting, lua_absindex(lua, index), 0);
}

void plain_push(lua_State *lua, const struct plain *plain)
{
	luaL_checkstack(lua, 6, NULL);
	switch (plain->type) {
	case PLAIN_ABSENT:
		lua_pushnil(lua);
		return;
	case PLAIN_BOOLEAN:
		lua_pushboolean(lua, plain->integer != 0);
		return;
	case PLAIN_INTEGER:
		lua_pushinteger(lua, plain->integer);
		return;
	case PLAIN_TEXT:
		lua_pushstring(lua, plain->text);
		return;
	case PLAIN_LIST:
	case PLAIN_TABLE:
		break;
	}
	lua_newtable(lua);
	for (size_t i = 0; i < plain->count; i++) {
		plain_push(lua, &plain->items[i]);
		if (plain->type == PLAIN_LIST)
			lua_rawseti(lua, -2, (lua_Integer)i + 1);
		else
			lua_setfield(lua, -2, plain->names[i]);
	}
}
