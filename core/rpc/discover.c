/* rpc.discover: the method table as an OpenRPC 1.2.6 document. */
#include "rpc/methods.h"

static const char *const kind_names[] = {
    [METHOD_INLINE] = "inline", [METHOD_READ] = "read", [METHOD_LONG] = "long", [METHOD_WRITE] = "write"};

static void put_types(struct json_writer *json, enum param_type type)
{
	static const char *const types[] = {
	    [PARAM_TEXT] = "string",
	    [PARAM_DATE] = "string",
	    [PARAM_PERIOD] = "string",
	    [PARAM_FILTER] = "string",
	    [PARAM_INTEGER] = "integer",
	    [PARAM_VERSION] = "integer",
	    [PARAM_BOOLEAN] = "boolean",
	    [PARAM_FIELDS] = "object",
	    [PARAM_OBJECT] = "object",
	    [PARAM_ARRAY] = "array",
	};
	static const char *const several[][4] = {
	    [PARAM_NAMES] = {"string", "array"},
	    [PARAM_VALUE] = {"string", "integer", "boolean"},
	};

	json_key(json, "type");
	if (type != PARAM_NAMES && type != PARAM_VALUE) {
		json_text(json, types[type]);
		return;
	}
	json_array_begin(json);
	for (size_t i = 0; several[type][i] != NULL; i++)
		json_text(json, several[type][i]);
	json_array_end(json);
}

static void put_params(struct json_writer *json, const struct param *params)
{
	for (; params != NULL && params->name != NULL; params++) {
		json_object_begin(json);
		json_member_text(json, "name", params->name);
		json_member_text(json, "summary", params->summary);
		json_member_boolean(json, "required", params->required);
		json_key(json, "schema");
		json_object_begin(json);
		put_types(json, params->type);
		if (params->type == PARAM_INTEGER || params->type == PARAM_VERSION)
			json_member_integer(json, "minimum", params->type == PARAM_VERSION);
		json_object_end(json);
		json_object_end(json);
	}
}

static void put_method(struct json_writer *json, const struct method *method)
{
	json_object_begin(json);
	json_member_text(json, "name", method->name);
	json_member_text(json, "summary", method->summary);
	json_member_text(json, "paramStructure", "by-name");
	json_key(json, "params");
	json_array_begin(json);
	put_params(json, method->params);
	if (method->kind == METHOD_WRITE)
		put_params(json, write_params);
	else if (method->view)
		put_params(json, read_params);
	json_array_end(json);
	json_key(json, "result");
	json_object_begin(json);
	json_member_text(json, "name", "result");
	json_member_text(json, "description", method->result);
	json_key(json, "schema");
	json_object_begin(json);
	json_member_text(json, "type", "object");
	json_object_end(json);
	json_object_end(json);
	json_member_text(json, "x-role", role_name(method->role));
	json_member_text(json, "x-kind", kind_names[method->kind]);
	json_member_boolean(json, "x-writes", method->kind == METHOD_WRITE || method->acts);
	json_object_end(json);
}

bool run_rpc_discover(struct call *call, struct json_writer *json, struct error *error)
{
	(void)call;
	(void)error;
	json_member_text(json, "openrpc", "1.2.6");
	json_key(json, "info");
	json_object_begin(json);
	json_member_text(json, "title", "luodi");
	json_member_text(json, "version", LUODI_VERSION);
	json_object_end(json);
	json_key(json, "methods");
	json_array_begin(json);
	for (size_t i = 0; i < method_count; i++)
		put_method(json, &method_table[i]);
	json_array_end(json);
	return true;
}
