#include "base/halfwidth.h"

#include "base/utf8.h"
#include <string.h>

static uint32_t plain(uint32_t code_point)
{
	if (code_point >= 0xFF01 && code_point <= 0xFF5E)
		return code_point - 0xFF01 + '!';
	switch (code_point) {
	case 0x3000: /* ideographic space */
	case 0x00A0: /* the one that spreadsheets put between groups and units */
	case '\t':
		return ' ';
	case 0x2212: /* minus sign */
		return '-';
	case 0xFFE5:
		return 0xA5; /* ¥ */
	default:
		return code_point;
	}
}

bool halfwidth_copy(const char *text, char *place, size_t size)
{
	size_t length = 0, step;
	uint32_t code_point;

	for (; (code_point = utf8_next(text, &step)) != 0; text += step) {
		char bytes[4];
		size_t put = utf8_put(plain(code_point), bytes);

		if (length == 0 && bytes[0] == ' ')
			continue;
		if (put >= size - length)
			return false;
		memcpy(place + length, bytes, put);
		length += put;
	}
	while (length > 0 && place[length - 1] == ' ')
		length--;
	place[length] = '\0';
	return true;
}

int halfwidth_digits(const char **text, int most, int *ret_number)
{
	int count = 0, number = 0;

	while (count < most && **text >= '0' && **text <= '9') {
		number = number * 10 + (**text - '0');
		(*text)++;
		count++;
	}
	*ret_number = number;
	return count;
}

bool halfwidth_skip(const char **text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(*text, prefix, length) != 0)
		return false;
	*text += length;
	return true;
}
