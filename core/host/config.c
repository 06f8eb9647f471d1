/* HOST_CALL_CONFIG: a chunk in an empty environment gives a table. */
#include "host/call.h"
#include "host/module.h"
#include "host/plain_lua.h"

int call_config(lua_State *lua)
{
	struct call *call = call_of(lua);
	size_t length;
	const char *source = wire_get_bytes(call->in, HOST_FRAME_TO_HOST_LARGEST, &length), *name;
	struct buffer *out;
	struct plain plain;

	name = wire_get_name(call->in, call->pool, 256);
	call_end_input(lua, call);
	module_load_source(lua, source, length, pool_format(call->pool, "=%s", name));
	lua_newtable(lua);
	if (lua_setupvalue(lua, -2, 1) == NULL) /* a chunk has one upvalue: its environment */
		lua_pop(lua, 1);
	lua_call(lua, 0, 1);
	if (!lua_istable(lua, -1))
		return luaL_error(lua, "%s 要用 return { … } 给出一个表", name);
	plain = plain_of_lua(lua, -1, call->pool, name);
	out = call_begin_result(call);
	plain_put(out, &plain);
	call_end_result(lua, call);
	return 0;
}
