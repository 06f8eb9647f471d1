#include "rpc/arguments.h"

#include "base/number.h"
#include "model/nearest.h"
#include <inttypes.h>
#include <string.h>

enum { KNOWN_LARGEST = 64 }; /* parameters of one method */

const char *param_type_name(enum param_type type)
{
	static const char *const names[] = {
	    [PARAM_TEXT] = "一段文字",
	    [PARAM_DATE] = "写成文字的日期，如 \"2022-04-12\"",
	    [PARAM_PERIOD] = "写成文字的统计期，如 \"2022H1\"",
	    [PARAM_FILTER] = "写成文字的条件，如 \"stage=signed\"",
	    [PARAM_NAMES] = "用逗号隔开的名字，或由名字组成的数组",
	    [PARAM_INTEGER] = "不小于 0 的整数",
	    [PARAM_VERSION] = "版本号，从 1 起的整数",
	    [PARAM_BOOLEAN] = "true 或 false",
	    [PARAM_FIELDS] = "一个对象：字段对应值",
	    [PARAM_OBJECT] = "一个对象",
	    [PARAM_ARRAY] = "一个数组",
	    [PARAM_VALUE] = "文字、整数、true 或 false",
	};
	return names[type];
}

static bool is_array_of_texts(const json_t *value)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return true;
}

static bool has_type(const json_t *value, enum param_type type)
{
	switch (type) {
	case PARAM_TEXT:
	case PARAM_DATE:
	case PARAM_PERIOD:
	case PARAM_FILTER:
		return json_is_string(value);
	case PARAM_NAMES:
		return json_is_string(value) || is_array_of_texts(value);
	case PARAM_INTEGER:
		return json_is_integer(value) && json_integer_value(value) >= 0 &&
		    json_integer_value(value) <= MONEY_LARGEST;
	case PARAM_VERSION:
		return json_integer_value(value) > 0 && json_integer_value(value) <= MONEY_LARGEST;
	case PARAM_BOOLEAN:
		return json_is_boolean(value);
	case PARAM_FIELDS:
	case PARAM_OBJECT:
		return json_is_object(value);
	case PARAM_ARRAY:
		return json_is_array(value);
	case PARAM_VALUE:
		return json_is_string(value) || json_is_integer(value) || json_is_boolean(value);
	}
	return false;
}

static size_t add_names(const struct param *params, const char **names, size_t count)
{
	for (; params != NULL && params->name != NULL && count < KNOWN_LARGEST; params++)
		names[count++] = params->name;
	return count;
}

static bool refuse_unknown(const struct method *method, const char *name, struct error *error)
{
	const char *known[KNOWN_LARGEST], *nearest;
	size_t count = add_names(method->params, known, 0);

	if (method->kind == METHOD_WRITE)
		count = add_names(write_params, known, count);
	else if (method->view)
		count = add_names(read_params, known, count);
	nearest = name_nearest(name, known, count);
	error_set(error, ERROR_INVALID, name, "%s 没有参数 %s", method->name, name);
	if (nearest != NULL)
		return error_hint(error, "最接近的是 %s", nearest);
	return error_hint(error, "全部参数见 rpc.discover");
}

static bool check_missing(const struct method *method, const json_t *params, struct error *error)
{
	for (const struct param *param = method->params; param != NULL && param->name != NULL; param++) {
		const json_t *value = json_object_get(params, param->name);

		if (!param->required || (value != NULL && !json_is_null(value)))
			continue;
		error_set(error, ERROR_INVALID, param->name, "%s 缺参数 %s", method->name, param->name);
		return error_hint(error, "%s：%s", param->name, param_type_name(param->type));
	}
	return true;
}

bool arguments_check(const struct method *method, const json_t *params, struct error *error)
{
	const char *name;
	json_t *value;

	/* The macro wants an object it may change; it changes nothing. */
	json_object_foreach((json_t *)params, name, value)
	{
		const struct param *param = method_param(method, name);

		if (param == NULL)
			return refuse_unknown(method, name, error);
		if (json_is_null(value) || has_type(value, param->type))
			continue;
		return error_set(error, ERROR_INVALID, name, "参数 %s 应是%s", name, param_type_name(param->type));
	}
	return check_missing(method, params, error);
}

const json_t *argument_json(const struct call *call, const char *name)
{
	const json_t *value = json_object_get(call->params, name);

	return value == NULL || json_is_null(value) ? NULL : value;
}

const char *argument_text(const struct call *call, const char *name)
{
	return json_string_value(argument_json(call, name));
}

const char *const *argument_name_list(struct call *call, const char *name, size_t *ret_count)
{
	const json_t *value = argument_json(call, name);
	struct pool *pool = call_pool(call);
	const char **names;
	size_t count = 0;

	*ret_count = 0;
	if (value == NULL)
		return NULL;
	if (json_is_array(value)) {
		names = pool_alloc_array(pool, json_array_size(value) + 1, sizeof *names);
		for (size_t i = 0; i < json_array_size(value); i++)
			names[count++] = json_string_value(json_array_get(value, i));
	} else {
		char *text = pool_copy_text(pool, json_string_value(value)), *rest = NULL;

		names = pool_alloc_array(pool, strlen(text) + 1, sizeof *names);
		for (char *piece = strtok_r(text, ",", &rest); piece != NULL; piece = strtok_r(NULL, ",", &rest))
			names[count++] = piece;
	}
	*ret_count = count;
	return names;
}

const char *argument_names(struct call *call, const char *name)
{
	const json_t *value = argument_json(call, name);
	struct buffer joined;
	char *text;

	if (value == NULL || json_is_string(value))
		return json_string_value(value);
	buffer_init(&joined, RPC_LINE_LARGEST);
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i > 0)
			buffer_append_byte(&joined, ',');
		buffer_append_text(&joined, json_string_value(json_array_get(value, i)));
	}
	text = pool_copy_text(call_pool(call), buffer_text(&joined));
	buffer_clear(&joined);
	return text;
}

int64_t argument_integer(const struct call *call, const char *name)
{
	return json_integer_value(argument_json(call, name));
}

int64_t argument_known_seq(const struct call *call)
{
	const json_t *value = argument_json(call, "known_seq");

	return value != NULL ? json_integer_value(value) : -1;
}

bool argument_boolean(const struct call *call, const char *name)
{
	return json_is_true(argument_json(call, name));
}

/* ["a","b"] as people type a set: a,b. */
static bool join_set(
    const json_t *array, const char *field, struct pool *pool, const char **ret_text, struct error *error)
{
	size_t size = 1, length = 0;
	char *text;

	if (!is_array_of_texts(array))
		return error_set(error, ERROR_INVALID, field, "%s：数组里只能是文字", field);
	for (size_t i = 0; i < json_array_size(array); i++)
		size += json_string_length(json_array_get(array, i)) + 1;
	text = pool_alloc(pool, size);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);

		if (i > 0)
			text[length++] = ',';
		memcpy(text + length, json_string_value(item), json_string_length(item));
		length += json_string_length(item);
	}
	*ret_text = text;
	return true;
}

static bool put_given(const char *key, const json_t *value, struct pool *pool, struct given *given, struct error *error)
{
	size_t length = strlen(key);

	if (length > 1 && (key[length - 1] == '+' || key[length - 1] == '-')) {
		given->mode = key[length - 1] == '+' ? CHANGE_ADD : CHANGE_REMOVE;
		length--;
	}
	given->name = pool_copy_bytes(pool, key, length);
	switch (json_typeof(value)) {
	case JSON_STRING:
		given->form = GIVEN_TEXT;
		given->text = pool_copy_bytes(pool, json_string_value(value), json_string_length(value));
		return true;
	case JSON_INTEGER:
		given->form = GIVEN_INTEGER;
		given->integer = json_integer_value(value);
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		given->form = GIVEN_BOOLEAN;
		given->integer = json_is_true(value);
		return true;
	case JSON_NULL:
		given->form = GIVEN_EMPTY;
		return true;
	case JSON_ARRAY:
		given->form = json_array_size(value) > 0 ? GIVEN_TEXT : GIVEN_EMPTY;
		return join_set(value, given->name, pool, &given->text, error);
	case JSON_REAL:
		error_set(error, ERROR_INVALID, given->name, "%s：带小数的数要写成文字，才不会走样", given->name);
		return error_hint(error, "如 \"0.75\"、\"13.8亿\"；金额也可以写整数，单位是分");
	case JSON_OBJECT:
		break;
	}
	return error_set(error, ERROR_INVALID, given->name, "%s：值不能是对象", given->name);
}

bool argument_fields(const struct call *call, const char *name, struct pool *pool, const struct given **ret_fields,
    size_t *ret_count, struct error *error)
{
	const json_t *object = argument_json(call, name);
	struct given *fields;
	const char *key;
	json_t *value;
	size_t count = 0;

	if (object == NULL)
		return true;
	fields = pool_alloc_array(pool, json_object_size(object) + 1, sizeof *fields);
	json_object_foreach(
	    (json_t *)object, key, value) if (!put_given(key, value, pool, &fields[count++], error)) return false;
	*ret_fields = fields;
	*ret_count = count;
	return true;
}

bool argument_typed(
    const json_t *value, const char *field, struct pool *pool, const char **ret_text, struct error *error)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		*ret_text = json_string_value(value);
		return true;
	case JSON_INTEGER:
		*ret_text = pool_format(pool, "%" PRId64, (int64_t)json_integer_value(value));
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		*ret_text = json_is_true(value) ? "true" : "false";
		return true;
	case JSON_NULL:
		*ret_text = NULL;
		return true;
	case JSON_REAL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return error_set(error, ERROR_INVALID, field, "%s 应是%s", field, param_type_name(PARAM_VALUE));
}
