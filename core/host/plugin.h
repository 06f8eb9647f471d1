/* plugin: one plugin's Lua state, with its own memory, deadline and fault.
 *
 * Lua is only ever entered through plugin_call. Over budget or out of memory is final ("doomed"): whoever catches the
 * error inside gets it again, and once the call has ended the state is closed. Later calls of that plugin answer the
 * same fault, until luodid starts another host.
 */
#ifndef LUODI_HOST_PLUGIN_H
#define LUODI_HOST_PLUGIN_H

#include "model/host_protocol.h"
#include <lauxlib.h>
#include <lua.h>

struct host;
struct declaration_list;

enum {
	PLUGIN_MEMORY_LARGEST = 64 << 20, /* bytes of one Lua state */
	PLUGIN_COUNT_HOOK = 10000,	  /* instructions between two looks at the clock */
	PLUGIN_NAME_LARGEST = 32,
	MODULE_LARGEST = 1 << 20,  /* bytes of one source file */
	MODULES_LARGEST = 4 << 20, /* of all of a plugin's */
	MODULE_COUNT_LARGEST = 256,
	FAULT_MESSAGE_LARGEST = 1024,
	FAULT_TRACE_LARGEST = 4096
};

/* Inside, five times what luodid allows a guard: luodid's SIGKILL is the rule, this gives the line at fault. */
enum { BUDGET_SHORT_MS = 100, BUDGET_LOAD_MS = 1000, BUDGET_LONG_MS = 60000 };

struct module {
	const char *name;  /* "report" */
	const char *chunk; /* "=approval/report.lua" */
	const char *source;
	size_t length;
};

struct fault {
	enum host_fault type;
	char file[128]; /* "": not known */
	int line;
	char message[FAULT_MESSAGE_LARGEST + 1];
	char trace[FAULT_TRACE_LARGEST + 1];
};

struct plugin {
	struct host *host;
	int index;
	char name[PLUGIN_NAME_LARGEST + 1];
	struct pool *pool; /* sources and declarations */
	const struct module *modules;
	size_t module_count;
	struct declaration_list *declared;
	struct place *functions; /* where each declared function begins; its number is the position + 1 */
	size_t function_count, function_room;
	int64_t running; /* the function that is being called; 0: none of these */
	bool loading;	 /* declarations are taken only now */
	bool loaded;

	lua_State *lua; /* NULL: not loaded, or thrown away */
	size_t memory;	/* bytes it has now */
	struct {	/* the growth that was refused last; Lua collects garbage, then asks once more */
		const void *block;
		size_t size; /* 0: none open */
	} refused;
	enum host_fault doom;  /* 0, HOST_FAULT_BUDGET or HOST_FAULT_MEMORY */
	bool answered_wrongly; /* the running call's answer is of a form that is not allowed: HOST_FAULT_ANSWER */
	int64_t deadline_us;   /* 0: the next look at the clock sets it */
	int64_t budget_ms;
	size_t emitted;	    /* bytes of output of the running export */
	struct fault fault; /* of the last call that failed */
};

must_check struct plugin *plugin_new(struct host *host, int index, const char *name);
void plugin_free(struct plugin *plugin);  /* NULL is allowed */
void plugin_close(struct plugin *plugin); /* throws the Lua state away */

/* Makes the state with nothing in it; false: no memory. */
must_check bool plugin_open(struct plugin *plugin);

/* Runs body(argument as light userdata) under budget and memory limit. False: plugin->fault tells; a doomed state is closed. */
must_check bool plugin_call(struct plugin *plugin, lua_CFunction body, void *argument, int64_t budget_ms);

struct plugin *plugin_of(lua_State *lua); /* of any thread of its state */
struct host *host_of(lua_State *lua);

/* Raises if the call is over budget, or was. For each place where Lua code could go on without the count hook. */
void plugin_check_budget(lua_State *lua);
/* The next record, or day, of a long call begins: it has the whole budget, from the next look at the clock on. */
void plugin_renew_budget(struct plugin *plugin);

/* Raises, as a value that may not be sent: HOST_FAULT_ANSWER. sentence must be on the top of the stack. */
_Noreturn void plugin_refuse_answer(lua_State *lua);

#endif
