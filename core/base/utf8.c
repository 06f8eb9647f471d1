#include "base/utf8.h"

#include <string.h>

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/* What the first byte allows: how many bytes in all, and the range of the second, which is where overlong forms,
 * surrogates and code points past U+10FFFF show themselves (Unicode, table 3-7). */
static size_t sequence_shape(unsigned char lead, unsigned char *ret_low, unsigned char *ret_high)
{
	*ret_low = 0x80;
	*ret_high = 0xBF;
	if (lead < 0x80)
		return 1;
	if (lead < 0xC2)
		return 0;
	if (lead < 0xE0)
		return 2;
	if (lead < 0xF0) {
		if (lead == 0xE0)
			*ret_low = 0xA0;
		if (lead == 0xED)
			*ret_high = 0x9F;
		return 3;
	}
	if (lead == 0xF0)
		*ret_low = 0x90;
	if (lead == 0xF4)
		*ret_high = 0x8F;
	return lead <= 0xF4 ? 4 : 0;
}

size_t utf8_sequence(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	unsigned char low, high;
	size_t wanted;

	if (length == 0)
		return 0;
	wanted = sequence_shape(at[0], &low, &high);
	if (wanted < 2)
		return wanted;
	if (length < 2 || at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < wanted; i++)
		if (i >= length || !is_continuation(at[i]))
			return 0;
	return wanted;
}

bool utf8_is_valid(const char *bytes, size_t length, size_t *ret_bad)
{
	size_t at = 0;

	while (at < length) {
		size_t step;

		if ((unsigned char)bytes[at] < 0x80) { /* most of it, often */
			at++;
			continue;
		}
		step = utf8_sequence(bytes + at, length - at);
		if (step == 0) {
			if (ret_bad != NULL)
				*ret_bad = at;
			return false;
		}
		at += step;
	}
	return true;
}

/* Text that is not UTF-8 breaks the promise of the caller; it still may not run us past the NUL, so a bad byte is
 * a character of its own, U+FFFD. */
uint32_t utf8_next(const char *text, size_t *ret_length)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length;

	if (at[0] < 0x80) {
		*ret_length = at[0] != 0;
		return at[0];
	}
	/* Chinese, which is most of what there is, by the short way. A NUL is no continuation, so none is passed. */
	if (at[0] > 0xE0 && at[0] < 0xED && is_continuation(at[1]) && is_continuation(at[2])) {
		*ret_length = 3;
		return (uint32_t)(at[0] & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (uint32_t)(at[2] & 0x3F);
	}
	length = utf8_sequence(text, strnlen(text, 4));
	*ret_length = length == 0 ? 1 : length;
	switch (length) {
	case 2:
		return (uint32_t)(at[0] & 0x1F) << 6 | (uint32_t)(at[1] & 0x3F);
	case 3:
		return (uint32_t)(at[0] & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (uint32_t)(at[2] & 0x3F);
	case 4:
		return (uint32_t)(at[0] & 0x07) << 18 | (uint32_t)(at[1] & 0x3F) << 12 | (uint32_t)(at[2] & 0x3F) << 6 |
		    (uint32_t)(at[3] & 0x3F);
	default:
		return 0xFFFD;
	}
}

size_t utf8_put(uint32_t code_point, char bytes[4])
{
	if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
		code_point = 0xFFFD;
	if (code_point < 0x80) {
		bytes[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		bytes[0] = (char)(0xC0 | code_point >> 6);
		bytes[1] = (char)(0x80 | (code_point & 0x3F));
		return 2;
	}
	if (code_point < 0x10000) {
		bytes[0] = (char)(0xE0 | code_point >> 12);
		bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (code_point & 0x3F));
		return 3;
	}
	bytes[0] = (char)(0xF0 | code_point >> 18);
	bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
	bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
	bytes[3] = (char)(0x80 | (code_point & 0x3F));
	return 4;
}

size_t utf8_cut(const char *text, size_t length, size_t limit)
{
	if (limit >= length)
		return length;
	/* No character has more than three bytes behind its first; more of them are no UTF-8, and any cut will do. */
	for (size_t back = 0; back < 4 && back <= limit; back++)
		if (!is_continuation((unsigned char)text[limit - back]))
			return limit - back;
	return limit;
}

size_t utf8_count(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += !is_continuation((unsigned char)*text);
	return count;
}
