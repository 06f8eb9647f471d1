#include "base/error.h"

#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int exit_status;
} codes[ERROR_CODES] = {
    [ERROR_NONE] = {"none", 0},
    [ERROR_REFUSED] = {"refused", 1},
    [ERROR_PLUGIN_FAULT] = {"plugin_fault", 1},
    [ERROR_BUDGET] = {"budget", 1},
    [ERROR_AMBIGUOUS] = {"ambiguous", 1},
    [ERROR_TOO_LARGE] = {"too_large", 1},
    [ERROR_INVALID] = {"invalid", 2},
    [ERROR_NOT_FOUND] = {"not_found", 3},
    [ERROR_FORBIDDEN] = {"forbidden", 5},
    [ERROR_CONFLICT] = {"conflict", 6},
    [ERROR_BUSY] = {"busy", 75},
    [ERROR_READ_ONLY] = {"read_only", 75},
    [ERROR_OUTCOME_UNKNOWN] = {"outcome_unknown", 75},
    [ERROR_DAMAGED] = {"damaged", 1},
    [ERROR_IN_USE] = {"in_use", 75},
    [ERROR_INTERNAL] = {"internal", 1},
};

static void copy_cut(char *place, size_t size, const char *text)
{
	size_t length = strlen(text);

	length = utf8_cut(text, length, size - 1);
	memmove(place, text, length); /* text may be what the place holds already */
	place[length] = '\0';
}

/* By way of a place of its own, since the arguments may be this very error's texts, wrapped once more. */
__attribute__((format(printf, 3, 0))) static void format_cut(
    char *place, size_t size, const char *format, va_list arguments)
{
	char text[sizeof(((struct error *)NULL)->sentence) + 4]; /* a character more, so that the cut sees it whole */

	if (vsnprintf(text, sizeof text, format, arguments) < 0)
		text[0] = '\0';
	copy_cut(place, size, text);
}

bool error_set(struct error *error, enum error_code code, const char *field, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_cut(error->sentence, sizeof error->sentence, format, arguments);
	va_end(arguments);
	copy_cut(error->field, sizeof error->field, field != NULL ? field : "");
	error->code = code;
	error->hint[0] = '\0';
	error->position = -1;
	error->position_length = 0;
	return false;
}

bool error_hint(struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_cut(error->hint, sizeof error->hint, format, arguments);
	va_end(arguments);
	return false;
}

bool error_at(struct error *error, int position, int length)
{
	error->position = position;
	error->position_length = length;
	return false;
}

const char *error_code_name(enum error_code code)
{
	return (unsigned)code < ERROR_CODES ? codes[code].name : "internal";
}

int error_exit_status(const char *code_name)
{
	for (size_t i = 0; i < ERROR_CODES; i++)
		if (strcmp(codes[i].name, code_name) == 0)
			return codes[i].exit_status;
	return 1;
}
