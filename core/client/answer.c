#include "client/answer.h"

#include <string.h>

json_t *answer_member(const json_t *object, const char *key)
{
	return json_object_get(object, key);
}

bool answer_has(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);

	return member != NULL && !json_is_null(member);
}

const char *answer_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

int64_t answer_integer(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *member = json_object_get(object, key);

	return json_is_integer(member) ? (int64_t)json_integer_value(member) : otherwise;
}

bool answer_truth(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

size_t answer_count(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);

	return json_is_array(member) ? json_array_size(member) : json_object_size(member);
}

const char *answer_text_at(const json_t *array, size_t index)
{
	const char *text = json_string_value(json_array_get(array, index));

	return text != NULL ? text : "";
}

json_t *answer_new_integer(int64_t integer)
{
	return json_pack("I", (json_int_t)integer);
}

/* The length in bytes of the comma that text begins with, or 0. */
static size_t comma_length(const char *text)
{
	if (*text == ',')
		return 1;
	return strncmp(text, "，", 3) == 0 || strncmp(text, "、", 3) == 0 ? 3 : 0;
}

json_t *answer_new_list(const char *text)
{
	json_t *list = json_array();

	while (*text != '\0') {
		size_t length = 0, comma = 0;

		while (text[length] != '\0' && (comma = comma_length(text + length)) == 0)
			length++;
		if (length > 0)
			json_array_append_new(list, json_stringn(text, length));
		text += length + comma;
	}
	return list;
}
