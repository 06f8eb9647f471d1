#include "base/buffer.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CAPACITY = 64 };

void buffer_init(struct buffer *buffer, size_t largest)
{
	/* One byte is for the NUL behind the last. */
	*buffer = (struct buffer){.largest = largest < SIZE_MAX / 2 ? largest : SIZE_MAX / 2};
}

void buffer_clear(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){.largest = buffer->largest};
}

void buffer_reset(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->full = false;
	if (buffer->bytes != NULL)
		buffer->bytes[0] = '\0';
}

/* Room for length more bytes and a NUL. No memory is as good as full: what was asked for is not in there. */
static bool make_room(struct buffer *buffer, size_t length)
{
	size_t wanted, capacity;
	char *bytes;

	if (buffer->full)
		return false;
	if (length > buffer->largest - buffer->length) {
		buffer->full = true;
		return false;
	}
	wanted = buffer->length + length + 1;
	if (wanted <= buffer->capacity)
		return true;
	capacity = buffer->capacity < SMALLEST_CAPACITY ? SMALLEST_CAPACITY : buffer->capacity * 2;
	if (capacity < wanted)
		capacity = wanted;
	if (capacity > buffer->largest + 1)
		capacity = buffer->largest + 1;
	bytes = realloc(buffer->bytes, capacity);
	if (bytes == NULL) {
		buffer->full = true;
		return false;
	}
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return true;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
	if (!make_room(buffer, length))
		return false;
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
	return true;
}

bool buffer_append_text(struct buffer *buffer, const char *text)
{
	return buffer_append(buffer, text, strlen(text));
}

bool buffer_append_byte(struct buffer *buffer, char byte)
{
	if (!make_room(buffer, 1))
		return false;
	buffer->bytes[buffer->length++] = byte;
	buffer->bytes[buffer->length] = '\0';
	return true;
}

bool buffer_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0) {
		buffer->full = true;
		return false;
	}
	if (!make_room(buffer, (size_t)length))
		return false;
	va_start(arguments, format);
	vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	buffer->length += (size_t)length;
	return true;
}

void buffer_consume(struct buffer *buffer, size_t length)
{
	assert(length <= buffer->length);
	if (length == 0)
		return;
	if (length > buffer->length)
		length = buffer->length;
	memmove(buffer->bytes, buffer->bytes + length, buffer->length - length + 1);
	buffer->length -= length;
}

char *buffer_take(struct buffer *buffer, size_t *ret_length)
{
	char *bytes = buffer->bytes != NULL ? buffer->bytes : calloc(1, 1);

	if (ret_length != NULL)
		*ret_length = buffer->length;
	*buffer = (struct buffer){.largest = buffer->largest};
	return bytes;
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->bytes != NULL ? buffer->bytes : "";
}
