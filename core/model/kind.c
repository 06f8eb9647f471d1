#include "model/kind.h"

#include "model/name.h"
#include <stdio.h>
#include <string.h>

int kind_find_field(const struct kind *kind, const char *name)
{
	const struct field *fields = kind->fields;

	for (size_t i = 0; i < kind->field_count; i++)
		if (!fields[i].hidden && name_equal(fields[i].name, name))
			return (int)i;
	for (size_t i = 0; i < kind->field_count; i++)
		if (!fields[i].hidden && fields[i].was != NULL && name_equal(fields[i].was, name))
			return (int)i;
	for (size_t i = 0; i < kind->field_count; i++)
		if (!fields[i].hidden && strcmp(fields[i].title, name) == 0)
			return (int)i;
	return -1;
}

int kind_find_stored_field(const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (strcmp(kind->fields[i].name, name) == 0)
			return (int)i;
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].was != NULL && strcmp(kind->fields[i].was, name) == 0)
			return (int)i;
	return -1;
}

char *kind_format_id(const struct kind *kind, int64_t record, char text[RECORD_ID_SIZE])
{
	snprintf(text, RECORD_ID_SIZE, "%s-%04d", kind->prefix, (int)record_number(record));
	return text;
}

const struct named *field_find_value(const struct field *field, const char *text)
{
	for (size_t i = 0; i < field->value_count; i++)
		if (name_equal(field->values[i].name, text))
			return &field->values[i];
	for (size_t i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i].title, text) == 0)
			return &field->values[i];
	return NULL;
}

const char *field_value_title(const struct field *field, const char *name)
{
	for (size_t i = 0; i < field->value_count; i++)
		if (strcmp(field->values[i].name, name) == 0)
			return field->values[i].title;
	return name;
}
