#include "model/name.h"

#include "model/kind.h"

static bool is_lower(char letter)
{
	return letter >= 'a' && letter <= 'z';
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool rest_is_valid(const char *name)
{
	size_t length = 0;

	for (; name[length] != '\0'; length++)
		if (length >= NAME_LARGEST ||
		    !(is_lower(name[length]) || is_digit(name[length]) || name[length] == '_'))
			return false;
	return true;
}

bool name_is_valid(const char *name)
{
	return is_lower(name[0]) && rest_is_valid(name);
}

bool name_is_value(const char *name)
{
	return (is_lower(name[0]) || is_digit(name[0])) && rest_is_valid(name);
}

bool name_equal(const char *declared, const char *typed)
{
	for (; *declared != '\0'; declared++, typed++)
		if (*declared != *typed && !(*declared == '_' && *typed == '-'))
			return false;
	return *typed == '\0';
}

void name_normalise(char *name)
{
	for (; name != NULL && *name != '\0'; name++)
		if (*name == '-')
			*name = '_';
}
