/* declare: luodi.kind{…}, luodi.guard{…} and the rest: tables of a plugin turned into declarations, checked for their
 * form. Whether names fit together is the schema's business, over all plugins at once.
 *
 * Tables are read raw: no metamethod of the plugin runs. A key that nobody knows is a fault and names the nearest: a
 * "requried" field must not pass as one that may be empty.
 */
#ifndef LUODI_HOST_DECLARE_H
#define LUODI_HOST_DECLARE_H

#include "host/plugin.h"

enum {
	DECLARE_NAME = 128,
	DECLARE_TITLE = 1024,
	DECLARE_TEXT = 16384,
	DECLARE_LIST = 1000,
	DECLARE_DAYS = 20000,
	DECLARE_MEMORY = 16 << 20
};

struct declaration_list { /* what a plugin has declared so far; grows in its pool */
	struct declarations all;
	size_t kinds, guards, rules, figures, mappings, exports, calendars; /* room */
};

/* A table being read. what names it in sentences: "luodi.kind 的 fields 第 3 项". */
struct reader {
	lua_State *lua;
	struct pool *pool;
	int table; /* its place on the stack */
	const char *what;
};

/* Whether the default of an export's argument reads as its type. Where it does not, error says why. */
must_check bool export_check_default(lua_State *lua, const struct argument_declaration *argument, struct error *error);

/* Adds kind, extend, guard, figure … to the luodi table on the top of the stack. */
void declare_open(lua_State *lua);

/* The declaring functions, by file. */
int declare_kind(lua_State *lua);
int declare_extend(lua_State *lua);
int declare_guard(lua_State *lua);
int declare_rule(lua_State *lua);
int declare_figure(lua_State *lua);
int declare_mapping(lua_State *lua);
int declare_export(lua_State *lua);
int declare_calendar(lua_State *lua);

/* The one argument of a declaring function: a table. Raises after loading. ret_place: where the function was called. */
struct reader declare_begin(lua_State *lua, const char *what, struct place *ret_place);
/* One more item in the array at *items of count; returns its place, zeroed. */
void *declare_grow(struct pool *pool, const void *items, size_t count, size_t *room, size_t size);
struct declaration_list *declare_list(lua_State *lua);

/* All faults raise, in words. Texts are copied to the pool; NULL: not given. */
_Noreturn void reader_fail(const struct reader *reader, const char *format, ...) format_at(2);
void reader_check_keys(
    const struct reader *reader, const char *const *names, lua_Integer positions); /* NULL ends names */
const char *reader_text(const struct reader *reader, const char *key, size_t largest);
const char *reader_need_text(const struct reader *reader, const char *key, size_t largest);
const char *reader_name(const struct reader *reader, const char *key); /* of the form of names */
const char *reader_need_name(const struct reader *reader, const char *key);
const char *reader_need_name_at(const struct reader *reader, lua_Integer position, const char *meaning);
const char *reader_text_at(const struct reader *reader, lua_Integer position, size_t largest, const char *meaning);
bool reader_boolean(const struct reader *reader, const char *key);
int64_t reader_integer(const struct reader *reader, const char *key, int64_t smallest, int64_t largest, int64_t absent);
int64_t reader_function(const struct reader *reader, const char *key, bool needed); /* its number; 0: not given */
const char *const *reader_texts(const struct reader *reader, const char *key, size_t largest, size_t *ret_count);

/* A list under key: how many items; pushes it (or nothing, for 0 when it is not given). Then each item with reader_item:
 * pushes it, and it must be a table. reader_close pops it again. */
size_t reader_open_list(const struct reader *reader, const char *key, size_t largest, struct reader *ret_list);
struct reader reader_item(const struct reader *list, size_t position);
void reader_close(const struct reader *reader);

/* values = { {"industry", "工业"}, … }; a plain text is a name without title. */
const struct named *reader_values(const struct reader *reader, size_t *ret_count);

#endif
