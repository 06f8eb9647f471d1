#include "query/tables.h"

#include <stdio.h>

int64_t state_rank(struct date day, int64_t seq)
{
	return day.day * (SEQ_FOR_EVER + 1) + seq;
}

static char *name_with(char name[IDENTIFIER_SIZE], const char *prefix, const char *rest)
{
	snprintf(name, IDENTIFIER_SIZE, "%s%s", prefix, rest);
	return name;
}

char *table_current(const struct kind *kind, char name[IDENTIFIER_SIZE])
{
	return name_with(name, "c_", kind->name);
}

char *table_states(const struct kind *kind, char name[IDENTIFIER_SIZE])
{
	return name_with(name, "s_", kind->name);
}

char *column_of_field(const struct field *field, char name[IDENTIFIER_SIZE])
{
	return name_with(name, "f_", field->name);
}

char *column_of_field_key(const struct field *field, char name[IDENTIFIER_SIZE])
{
	return name_with(name, "k_", field->name);
}

char *column_of_reached(const struct stage *stage, char name[IDENTIFIER_SIZE])
{
	return name_with(name, "r_", stage->name);
}

bool field_has_key_column(const struct field *field)
{
	return field->type == VALUE_TEXT && (field->unique || field->indexed);
}
