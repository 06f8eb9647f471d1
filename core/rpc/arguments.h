/* arguments: what a request gives its method, checked against the method's rows and then read by name.
 *
 * Once arguments_check has passed, each reader below may trust the types of its parameter's row.
 */
#ifndef LUODI_RPC_ARGUMENTS_H
#define LUODI_RPC_ARGUMENTS_H

#include "rpc/call.h"

/* Every parameter is known and of its type, none is missing. ERROR_INVALID: field is the parameter. */
must_check bool arguments_check(const struct method *method, const json_t *params, struct error *error);

/* NULL: not given, or null. Texts are borrowed from the call. */
const char *argument_text(const struct call *call, const char *name);
/* The same, for what may be an array of names too: joined by ",", in the call's pool. */
const char *argument_names(struct call *call, const char *name);
/* Each name by itself, in the pool; *ret_count 0: not given. */
const char *const *argument_name_list(struct call *call, const char *name, size_t *ret_count);
int64_t argument_integer(const struct call *call, const char *name); /* 0: not given */
int64_t argument_known_seq(const struct call *call);		     /* -1: not given; 0 is before the first event */
bool argument_boolean(const struct call *call, const char *name);    /* false: not given */
const json_t *argument_json(const struct call *call, const char *name);

/* {"name": value, …} of a PARAM_FIELDS, copied into pool. "name+" adds to a set, "name-" takes from one. */
must_check bool argument_fields(const struct call *call, const char *name, struct pool *pool,
    const struct given **ret_fields, size_t *ret_count, struct error *error);
/* One value as people would type it; NULL for null. field names it in errors. */
must_check bool argument_typed(
    const json_t *value, const char *field, struct pool *pool, const char **ret_text, struct error *error);

#endif
