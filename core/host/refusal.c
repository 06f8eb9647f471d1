#include "host/refusal.h"

#include "host/typed.h"
#include "host/words.h"
#include "model/kind.h"

#define REFUSAL_CLASS "luodi.refusal"
enum { REFUSAL_LARGEST = 2048 };

/* A userdata without bytes; its user values are the field and the sentence. */
int refusal_new(lua_State *lua)
{
	if (lua_isnoneornil(lua, 1)) {
		if (lua_isnone(lua, 1))
			return luaL_error(
			    lua, "luodi.refuse 要写成 luodi.refuse(\"字段\", \"理由\", …)，没有字段写 nil");
	} else if (typed_check_text(lua, 1, "luodi.refuse 的字段")[0] == '\0' || lua_rawlen(lua, 1) > NAME_LARGEST) {
		return luaL_error(lua, "luodi.refuse 的字段不是一个字段名");
	}
	if (lua_isnoneornil(lua, 2))
		return luaL_error(lua, "luodi.refuse 要有理由，写给看的人");
	words_push_format(lua, 2);
	if (lua_rawlen(lua, -1) == 0 || lua_rawlen(lua, -1) > REFUSAL_LARGEST)
		return luaL_error(lua, "luodi.refuse 的理由要在 2 KB 以内，也不能是空的");
	lua_newuserdatauv(lua, 0, 2);
	luaL_setmetatable(lua, REFUSAL_CLASS);
	lua_pushvalue(lua, 1);
	lua_setiuservalue(lua, -2, 1);
	lua_pushvalue(lua, -2);
	lua_setiuservalue(lua, -2, 2);
	return 1;
}

bool refusal_read(lua_State *lua, int index, const char **ret_field, const char **ret_sentence)
{
	index = lua_absindex(lua, index);
	if (luaL_testudata(lua, index, REFUSAL_CLASS) == NULL)
		return false;
	lua_getiuservalue(lua, index, 1);
	*ret_field = lua_tostring(lua, -1);
	lua_getiuservalue(lua, index, 2);
	*ret_sentence = lua_tostring(lua, -1);
	lua_pop(lua, 2);
	return true;
}

void refusal_open(lua_State *lua)
{
	static const luaL_Reg none[] = {{0}};

	typed_new_class(lua, REFUSAL_CLASS, none, NULL);
	lua_pop(lua, 1);
}
