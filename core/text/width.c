#include "text/width.h"

#include "base/utf8.h"
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

static int width_of(uint32_t code_point)
{
	if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0))
		return 0;
	if (code_point < 0x300)
		return code_point != 0xAD; /* a soft hyphen shows nothing */
	return utf8proc_charwidth((utf8proc_int32_t)code_point);
}

size_t text_fit(const char *text, int columns, int *ret_width)
{
	int width = 0;
	size_t at = 0, step;
	uint32_t code_point;

	for (; (code_point = utf8_next(text + at, &step)) != 0; at += step) {
		int wide = width_of(code_point);

		if (wide > columns - width)
			break;
		width += wide;
	}
	if (ret_width != NULL)
		*ret_width = width;
	return at;
}

int text_width(const char *text)
{
	int width;

	text_fit(text, INT32_MAX, &width);
	return width;
}

/* Characters that turn the text around or hide in it (Trojan Source), and the separators that some take for a newline. */
static bool is_hidden(uint32_t code_point)
{
	static const uint32_t ranges[][2] = {
	    {0x00AD, 0x00AD},
	    {0x034F, 0x034F},
	    {0x061C, 0x061C},
	    {0x115F, 0x1160},
	    {0x17B4, 0x17B5},
	    {0x180B, 0x180F},
	    {0x200B, 0x200F},
	    {0x2028, 0x202E},
	    {0x2060, 0x206F},
	    {0x3164, 0x3164},
	    {0xFEFF, 0xFEFF},
	    {0xFFA0, 0xFFA0},
	    {0xFFF0, 0xFFFB},
	    {0xE0000, 0xE0FFF},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges && code_point >= ranges[i][0]; i++)
		if (code_point <= ranges[i][1])
			return true;
	return false;
}

/* Newlines and tabs; a CR only as part of a CRLF, since alone it goes back over what the line says. */
static size_t append_break(struct buffer *out, const char *text, bool one_line)
{
	size_t length = text[0] == '\r' ? 2 : 1;

	buffer_append_byte(out, one_line ? ' ' : text[length - 1]);
	return length;
}

static bool is_break(const char *text)
{
	return text[0] == '\n' || text[0] == '\t' || (text[0] == '\r' && text[1] == '\n');
}

void text_append_safe(struct buffer *out, const char *text, bool one_line)
{
	size_t left = strlen(text), step, ignored;

	for (; left > 0; text += step, left -= step) {
		unsigned char byte = (unsigned char)*text;
		uint32_t code_point;

		if (is_break(text)) {
			step = append_break(out, text, one_line);
			continue;
		}
		step = utf8_sequence(text, left);
		if (step ==
		    0) { /* no UTF-8: the byte, since a terminal in another encoding may take it for a control */
			buffer_format(out, "\\x%02x", byte);
			step = 1;
			continue;
		}
		code_point = utf8_next(text, &ignored);
		if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0))
			buffer_format(out, "\\x%02x", (unsigned)code_point);
		else if (is_hidden(code_point))
			buffer_format(out, "<U+%04X>", (unsigned)code_point);
		else
			buffer_append(out, text, step);
	}
}
