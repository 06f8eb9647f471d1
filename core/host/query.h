/* query: "q" of an export: asks luodid for lists, counts and figures as of the export's day. */
#ifndef LUODI_HOST_QUERY_H
#define LUODI_HOST_QUERY_H

#include "base/date.h"
#include <lua.h>

enum { QUERY_PAGE = 500 };

void query_push(lua_State *lua);						/* asks for the facts at once */
void query_push_period(lua_State *lua, struct period period, const char *text); /* {start=, end_=, ["end"]=, text=} */

#endif
