#include "host/escape.h"

#include "base/utf8.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Those that steer a terminal or turn the reading direction around. */
static bool is_control(const char *bytes, size_t length)
{
	unsigned char first = (unsigned char)bytes[0], second = length > 1 ? (unsigned char)bytes[1] : 0;
	unsigned char third = length > 2 ? (unsigned char)bytes[2] : 0;

	if (length == 1)
		return first < 0x20 || first == 0x7f;
	if (length == 2)
		return first == 0xc2 && second < 0xa0;
	if (length != 3 || first != 0xe2)
		return false;
	return (second == 0x80 && third >= 0xa8 && third <= 0xae) || (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

void escape_text(const char *bytes, size_t length, char *target, size_t size, bool lines)
{
	size_t used = 0;

	if (length == SIZE_MAX)
		length = strlen(bytes);
	for (size_t i = 0; i < length;) {
		size_t sequence = utf8_sequence(bytes + i, length - i);
		bool kept = sequence > 0 && !is_control(bytes + i, sequence);
		char piece[8] = "";

		if (lines && sequence == 1 && (bytes[i] == '\n' || bytes[i] == '\t'))
			kept = true;
		if (sequence == 0)
			sequence = 1;
		if (!kept && bytes[i] == '\n')
			snprintf(piece, sizeof piece, "\\n");
		else if (!kept)
			snprintf(piece, sizeof piece, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
		if (!kept)
			sequence = 1;
		if (used + (kept ? sequence : strlen(piece)) >= size)
			break;
		memcpy(target + used, kept ? bytes + i : piece, kept ? sequence : strlen(piece));
		used += kept ? sequence : strlen(piece);
		i += sequence;
	}
	target[used] = '\0';
}
