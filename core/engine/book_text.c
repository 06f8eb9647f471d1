#include "engine/book_text.h"

#include "base/utf8.h"
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static size_t units_of(uint32_t code_point)
{
	return code_point > 0xffff ? 2 : 1;
}

/* "_x0041_": what a spreadsheet reads as the character of that number. */
static bool is_escape(const char *text)
{
	return strncmp(text, "_x", 2) == 0 && strspn(text + 2, "0123456789abcdefABCDEF") >= 4 && text[6] == '_';
}

static bool is_clean(const char *text, size_t units)
{
	const char *start = text;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0xEF || (byte == '_' && text[1] == 'x'))
			return false;
	}
	return (size_t)(text - start) <= units; /* no more units than bytes */
}

static bool is_xml(uint32_t code_point)
{
	return code_point >= 0x20 ? code_point != 0xfffe && code_point != 0xffff
				  : code_point == '\n' || code_point == '\t' || code_point == '\r';
}

const char *book_text_clean(const char *text, size_t units, struct buffer *out, bool *ret_cut)
{
	size_t length, used = 0;
	uint32_t code_point;

	*ret_cut = false;
	if (is_clean(text, units))
		return text;
	buffer_reset(out);
	for (; (code_point = utf8_next(text, &length)) != 0; text += length) {
		size_t more = is_escape(text) ? 7 : units_of(code_point);

		if (code_point == '\r' && text[1] == '\n')
			continue;
		if (used + more > units) {
			*ret_cut = true;
			break;
		}
		used += more;
		if (is_escape(text))
			buffer_append_text(out, "_x005F_");
		else if (code_point == '\r')
			buffer_append_byte(out, '\n');
		else if (!is_xml(code_point))
			buffer_append_text(out, "\xEF\xBF\xBD");
		else
			buffer_append(out, text, length);
	}
	return buffer_text(out);
}

/* What stands for a sign that no name may have. */
static const char *sign_for_name(char byte)
{
	static const char forbidden[] = "[]:*?/\\";
	static const char *const wide[] = {"［", "］", "：", "＊", "？", "／", "＼"};
	const char *at = strchr(forbidden, byte);

	return at != NULL ? wide[at - forbidden] : NULL;
}

static void put_character(struct buffer *out, const char *text, size_t length, uint32_t code_point)
{
	const char *sign = length == 1 ? sign_for_name(*text) : NULL;

	if (sign != NULL)
		buffer_append_text(out, sign);
	else if (code_point < 0x20 || code_point == 0x7f || !is_xml(code_point))
		buffer_append_byte(out, ' ');
	else if (code_point == '\'')
		buffer_append_text(out, "’");
	else
		buffer_append(out, text, length);
}

void book_text_name(const char *name, int number, struct buffer *out)
{
	enum { LARGEST = 31, BEHIND = 6 /* " (200)" */ };
	size_t length, used = 0;
	uint32_t code_point;

	buffer_reset(out);
	for (name += strspn(name, " "); (code_point = utf8_next(name, &length)) != 0; name += length) {
		used += units_of(code_point);
		if (used > (number > 1 ? LARGEST - BEHIND : LARGEST))
			break;
		put_character(out, name, length, code_point);
	}
	if (out->length == 0)
		buffer_append_text(out, "表");
	if (strcasecmp(buffer_text(out), "history") == 0 || strcmp(buffer_text(out), "历史记录") == 0)
		buffer_append_byte(out, '_'); /* names that a spreadsheet keeps for itself */
	if (number > 1)
		buffer_format(out, " (%d)", number);
}
