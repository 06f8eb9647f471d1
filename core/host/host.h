/* host: the process that runs plugins. It holds one socket to luodid and nothing else, does one call at a time, and
 * keeps a Lua state per plugin.
 *
 * What a plugin's Lua code may raise leaves by longjmp, so whatever must survive that belongs to struct host or to Lua:
 * the buffers of link, and the two pools here.
 */
#ifndef LUODI_HOST_HOST_H
#define LUODI_HOST_HOST_H

#include "host/frame.h"
#include "host/plugin.h"
#include "model/host_protocol.h"

enum { HOST_PLUGINS_LARGEST = 256 };

struct host {
	struct link link;
	struct schema *schema;	   /* NULL until luodid sent one */
	struct calendar *calendar; /* NULL: none declared */
	struct plugin *plugins[HOST_PLUGINS_LARGEST];
	struct pool *answer;  /* what the last answer was decoded into */
	struct pool *scratch; /* of one operation that asks nothing */
	struct buffer text;   /* a sentence being made */
	unsigned serial;      /* of the call: records of an earlier one are refused */
	int64_t call;	      /* its id, as luodid gave it */
	struct date today;    /* the call's; of a rule, the day that it is asked for */
	bool without_lights;  /* the function that is called may not read lights: they follow from what it answers */
};

/* Inside a call: send what was begun with host_ask_begin() and wait. The items of the answer are in *ret_answer until the
 * next ask; a refusal of luodid's, or its end, is raised as a Lua error. The time it takes is not the plugin's. */
struct buffer *host_ask_begin(struct host *host, enum host_ask ask);
void host_ask_end(lua_State *lua, struct host *host, struct wire *ret_answer);

/* All items of an answer must have been taken, and well; raises otherwise, and the process ends after the call. */
void host_answer_end(lua_State *lua, struct host *host, const struct wire *answer);

#endif
