/* module: the source files of a plugin, and require. */
#ifndef LUODI_HOST_MODULE_H
#define LUODI_HOST_MODULE_H

#include "host/plugin.h"

/* require in plugins: "luodi", "luodi.test" (only while tests run), or a file of the plugin's own folder; run once. */
int module_require(lua_State *lua);

/* The modules of the loaded state, by name: pushes the table. */
void module_push_loaded(lua_State *lua);

/* From now on, reading a name that the module on the top of the stack lacks raises, and names the nearest. */
void module_guard_names(lua_State *lua, const char *module);

/* Lua source, never bytecode; pushes the function. Raises what the parser says. */
void module_load_source(lua_State *lua, const char *source, size_t length, const char *chunk);

bool module_name_is_valid(const char *name); /* [a-z0-9_]+ with single dots between */
const char *module_chunk_name(struct pool *pool, const char *plugin, const char *module); /* "=approval/a/b.lua" */

#endif
