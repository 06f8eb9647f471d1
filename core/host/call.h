/* call: what luodid asks for: load a plugin, run one of its functions, read a configuration, run tests. Each ends in one
 * answer, RESULT, LOADED or FAULT. */
#ifndef LUODI_HOST_CALL_H
#define LUODI_HOST_CALL_H

#include "host/host.h"

/* The items of HOST_LOAD and HOST_CALL. False: they are not of the form agreed on, and the host ends. */
must_check bool call_load(struct host *host, struct wire *in);
must_check bool call_run(struct host *host, struct wire *in);

/* A HOST_CALL on its way into Lua. */
struct call {
	struct host *host;
	struct plugin *plugin;
	struct wire *in; /* after the function's number and the day */
	int64_t function;
	lua_CFunction body;
	struct pool *pool; /* of this call */
};

/* The bodies, within plugin_call, by file. They read in to its end, and write the RESULT. */
int call_compute(lua_State *lua);
int call_guard(lua_State *lua);
int call_rule(lua_State *lua);
int call_export(lua_State *lua);
int call_config(lua_State *lua);
int call_tests(lua_State *lua);

struct call *call_of(lua_State *lua);			/* the body's argument */
void call_end_input(lua_State *lua, struct call *call); /* all read, and well; raises otherwise, and the host ends */
struct buffer *call_begin_result(struct call *call);
void call_end_result(lua_State *lua, struct call *call); /* raises when it is too large */

/* Sends HOST_FAULT; call for a load is -1 - the plugin's index. */
void call_send_fault(struct host *host, int64_t call, const struct fault *fault);

#endif
