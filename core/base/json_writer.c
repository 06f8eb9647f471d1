#include "base/json_writer.h"

#include "base/utf8.h"
#include <assert.h>
#include <string.h>

enum { DEEPEST = 64 };

void json_init(struct json_writer *json, struct buffer *buffer)
{
	*json = (struct json_writer){.buffer = buffer};
}

/* Too deep is our own bug; where asserts are off it may cost a comma, but never memory of others. */
static bool *filled_here(struct json_writer *json)
{
	assert(json->depth <= DEEPEST);
	return &json->filled[json->depth <= DEEPEST ? json->depth : DEEPEST];
}

/* The comma that belongs before what comes now. */
static void begin_value(struct json_writer *json)
{
	bool *filled = filled_here(json);

	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (*filled && json->depth > 0)
		buffer_append_byte(json->buffer, ',');
	*filled = true;
}

static void go_in(struct json_writer *json, char bracket)
{
	begin_value(json);
	buffer_append_byte(json->buffer, bracket);
	json->depth++;
	*filled_here(json) = false;
}

static void go_out(struct json_writer *json, char bracket)
{
	assert(json->depth > 0 && !json->after_key);
	json->depth--;
	buffer_append_byte(json->buffer, bracket);
}

void json_object_begin(struct json_writer *json)
{
	go_in(json, '{');
}

void json_object_end(struct json_writer *json)
{
	go_out(json, '}');
}

void json_array_begin(struct json_writer *json)
{
	go_in(json, '[');
}

void json_array_end(struct json_writer *json)
{
	go_out(json, ']');
}

/* 0: the byte stands for itself; the letter of its short escape; 'u': a long one; '8': look closer. */
static char escape_of(unsigned char byte)
{
	static const char controls[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

	if (byte < 0x20)
		return controls[byte];
	if (byte >= 0x80)
		return '8';
	return byte == '"' || byte == '\\' ? (char)byte : 0;
}

static void append_escape(struct buffer *buffer, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = {'\\', escape_of(byte), '0', '0', digits[byte >> 4], digits[byte & 15]};

	buffer_append(buffer, text, escape_of(byte) == 'u' ? 6 : 2);
}

static void append_quoted(struct buffer *buffer, const char *text, size_t length)
{
	size_t run = 0, at = 0; /* [run, at) is good as it is, not yet appended */

	buffer_append_byte(buffer, '"');
	while (at < length) {
		char escape = escape_of((unsigned char)text[at]);
		size_t step;

		if (escape == 0) {
			at++;
			continue;
		}
		step = escape == '8' ? utf8_sequence(text + at, length - at) : 0;
		if (step > 0) {
			at += step;
			continue;
		}
		buffer_append(buffer, text + run, at - run);
		if (escape == '8')
			buffer_append(buffer, "\xEF\xBF\xBD", 3); /* U+FFFD */
		else
			append_escape(buffer, (unsigned char)text[at]);
		run = ++at;
	}
	buffer_append(buffer, text + run, at - run);
	buffer_append_byte(buffer, '"');
}

void json_key(struct json_writer *json, const char *key)
{
	assert(!json->after_key);
	begin_value(json);
	append_quoted(json->buffer, key, strlen(key));
	buffer_append_byte(json->buffer, ':');
	json->after_key = true;
}

void json_text(struct json_writer *json, const char *text)
{
	if (text == NULL)
		json_null(json);
	else
		json_text_length(json, text, strlen(text));
}

void json_text_length(struct json_writer *json, const char *text, size_t length)
{
	begin_value(json);
	append_quoted(json->buffer, text, length);
}

void json_integer(struct json_writer *json, int64_t integer)
{
	char digits[20]; /* of 2^63 there are 19, and a sign */
	size_t at = sizeof digits;
	uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;

	do
		digits[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (integer < 0)
		digits[--at] = '-';
	begin_value(json);
	buffer_append(json->buffer, digits + at, sizeof digits - at);
}

void json_boolean(struct json_writer *json, bool boolean)
{
	begin_value(json);
	buffer_append_text(json->buffer, boolean ? "true" : "false");
}

void json_null(struct json_writer *json)
{
	begin_value(json);
	buffer_append(json->buffer, "null", 4);
}

void json_raw(struct json_writer *json, const char *value, size_t length)
{
	begin_value(json);
	buffer_append(json->buffer, value, length);
}

void json_member_text(struct json_writer *json, const char *key, const char *text)
{
	json_key(json, key);
	json_text(json, text);
}

void json_member_integer(struct json_writer *json, const char *key, int64_t integer)
{
	json_key(json, key);
	json_integer(json, integer);
}

void json_member_boolean(struct json_writer *json, const char *key, bool boolean)
{
	json_key(json, key);
	json_boolean(json, boolean);
}
