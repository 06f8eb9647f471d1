#include "client/base64.h"

#include <stdint.h>
#include <string.h>

static int value_of(char letter)
{
	static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *place = letter != '\0' ? strchr(LETTERS, letter) : NULL;

	return place != NULL ? (int)(place - LETTERS) : -1;
}

bool base64_decode(const char *text, struct buffer *out)
{
	size_t length = strlen(text);

	if (length % 4 != 0)
		return false;
	for (size_t i = 0; i < length; i += 4) {
		uint32_t group = 0;
		size_t padding = i + 4 < length ? 0 : text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
		char bytes[3];

		for (size_t k = 0; k < 4; k++) {
			int value = k >= 4 - padding ? 0 : value_of(text[i + k]);

			if (value < 0)
				return false;
			group = group << 6 | (uint32_t)value;
		}
		bytes[0] = (char)(group >> 16 & 0xff);
		bytes[1] = (char)(group >> 8 & 0xff);
		bytes[2] = (char)(group & 0xff);
		if (!buffer_append(out, bytes, 3 - padding))
			return false;
	}
	return true;
}
