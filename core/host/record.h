/* record: records as plugins see them. record.planned is a field's value, record.investor.region reads through a
 * reference: the other record is asked for when its first value is read, and kept for the rest of the call.
 *
 * A record is a userdata, its state another one that it holds: both are Lua's memory, counted as the plugin's. A record
 * kept from an earlier call is refused (the kinds may have changed meanwhile).
 */
#ifndef LUODI_HOST_RECORD_H
#define LUODI_HOST_RECORD_H

#include "base/wire.h"
#include "model/fold.h"
#include <lua.h>

#define RECORD_CLASS "luodi.record"

struct host;

enum record_scope {
	RECORD_PURE,  /* of a compute: other records may not be read */
	RECORD_ASKING /* of guards, rules, exports and tests */
};

void record_open(lua_State *lua);
void record_begin_call(lua_State *lua); /* forgets the records of earlier calls */

/* A record whose state came from luodid; id NULL: made from its kind's prefix. state is copied. */
void record_push(lua_State *lua, const struct state *state, const char *id, enum record_scope scope);
void record_push_reference(lua_State *lua, int64_t key, enum record_scope scope);
bool record_to_key(lua_State *lua, int index, int64_t *ret_key); /* false: is no record */
void record_push_title(lua_State *lua, int index);		 /* of a record */

/* Takes {state, id} from an answer. Raises if it is not of the form agreed on. */
void record_take(lua_State *lua, struct host *host, struct wire *answer);

/* Takes the answer of HOST_ASK_LIST: pushes a list of records and returns their total. */
int64_t record_take_list(lua_State *lua, struct host *host, struct wire *answer);

/* A value of any type, references too. */
void record_push_value(lua_State *lua, struct value value, enum record_scope scope);

#endif
