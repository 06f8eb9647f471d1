#include "base/wire.h"

#include "base/utf8.h"
#include <string.h>

enum item {
	ITEM_ABSENT = 'n',
	ITEM_BOOLEAN = 'b',
	ITEM_BYTES = 'x',
	ITEM_COUNT = 'c',
	ITEM_INTEGER = 'i',
	ITEM_TEXT = 't',
};

static void put_big_endian(unsigned char *place, uint64_t number, size_t size)
{
	for (size_t i = size; i-- > 0; number >>= 8)
		place[i] = (unsigned char)(number & 0xFF);
}

static uint64_t get_big_endian(const unsigned char *place, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | place[i];
	return number;
}

static void put_number(struct buffer *out, enum item item, uint64_t number)
{
	unsigned char bytes[9];

	bytes[0] = (unsigned char)item;
	put_big_endian(bytes + 1, number, 8);
	buffer_append(out, bytes, sizeof bytes);
}

static void put_block(struct buffer *out, enum item item, const void *bytes, size_t length)
{
	unsigned char head[5];

	if (length > UINT32_MAX) { /* has no form: as with any buffer that did not take all, full says so */
		out->full = true;
		return;
	}
	head[0] = (unsigned char)item;
	put_big_endian(head + 1, length, 4);
	buffer_append(out, head, sizeof head);
	buffer_append(out, bytes, length);
}

void wire_put_integer(struct buffer *out, int64_t integer)
{
	put_number(out, ITEM_INTEGER, (uint64_t)integer);
}

void wire_put_boolean(struct buffer *out, bool boolean)
{
	const char bytes[2] = {ITEM_BOOLEAN, boolean ? 1 : 0};

	buffer_append(out, bytes, sizeof bytes);
}

void wire_put_text(struct buffer *out, const char *text)
{
	if (text == NULL)
		buffer_append_byte(out, ITEM_ABSENT);
	else
		put_block(out, ITEM_TEXT, text, strlen(text));
}

void wire_put_bytes(struct buffer *out, const void *bytes, size_t length)
{
	put_block(out, ITEM_BYTES, bytes, length);
}

void wire_put_count(struct buffer *out, size_t count)
{
	put_number(out, ITEM_COUNT, count);
}

void wire_read(struct wire *in, const void *bytes, size_t length)
{
	*in = (struct wire){.bytes = bytes, .length = length};
}

bool wire_fail(struct wire *in, const char *fault)
{
	if (!in->bad) {
		in->bad = true;
		in->fault = fault;
	}
	return false;
}

bool wire_ok(const struct wire *in)
{
	return !in->bad;
}

bool wire_end(const struct wire *in)
{
	return !in->bad && in->offset == in->length;
}

/* The next size bytes; NULL: that many are not there. */
static const unsigned char *take_bytes(struct wire *in, size_t size)
{
	const unsigned char *place;

	if (in->bad)
		return NULL;
	if (size > in->length - in->offset) {
		wire_fail(in, "cut short");
		return NULL;
	}
	place = in->bytes + in->offset;
	in->offset += size;
	return place;
}

static bool take_item(struct wire *in, enum item item, const char *fault)
{
	const unsigned char *type = take_bytes(in, 1);

	if (type == NULL)
		return false;
	return *type == (unsigned char)item || wire_fail(in, fault);
}

/* Behind the type: the length, checked, then that many bytes. */
static const unsigned char *take_block(struct wire *in, size_t largest, size_t *ret_length)
{
	const unsigned char *head = take_bytes(in, 4);
	size_t length;

	if (head == NULL)
		return NULL;
	length = (size_t)get_big_endian(head, 4);
	if (length > largest) {
		wire_fail(in, "longer than allowed");
		return NULL;
	}
	*ret_length = length;
	return take_bytes(in, length);
}

int64_t wire_get_integer(struct wire *in, int64_t smallest, int64_t largest)
{
	const unsigned char *bytes;
	int64_t integer;

	if (!take_item(in, ITEM_INTEGER, "not an integer"))
		return 0;
	bytes = take_bytes(in, 8);
	if (bytes == NULL)
		return 0;
	integer = (int64_t)get_big_endian(bytes, 8);
	if (integer < smallest || integer > largest) {
		wire_fail(in, "integer out of range");
		return 0;
	}
	return integer;
}

bool wire_get_boolean(struct wire *in)
{
	const unsigned char *byte;

	if (!take_item(in, ITEM_BOOLEAN, "not a boolean"))
		return false;
	byte = take_bytes(in, 1);
	if (byte == NULL)
		return false;
	if (*byte > 1)
		return wire_fail(in, "a boolean neither 0 nor 1");
	return *byte == 1;
}

static char *take_text(struct wire *in, struct pool *pool, size_t largest)
{
	const unsigned char *bytes;
	size_t length;

	if (!take_item(in, ITEM_TEXT, "not a text"))
		return NULL;
	bytes = take_block(in, largest, &length);
	if (bytes == NULL)
		return NULL;
	if (length > 0 && memchr(bytes, '\0', length) != NULL) {
		wire_fail(in, "a text with a NUL");
		return NULL;
	}
	if (!utf8_is_valid((const char *)bytes, length, NULL)) {
		wire_fail(in, "a text that is not UTF-8");
		return NULL;
	}
	return pool_copy_bytes(pool, bytes, length);
}

char *wire_get_text(struct wire *in, struct pool *pool, size_t largest)
{
	if (!in->bad && in->offset < in->length && in->bytes[in->offset] == ITEM_ABSENT) {
		in->offset++;
		return NULL;
	}
	return take_text(in, pool, largest);
}

char *wire_get_name(struct wire *in, struct pool *pool, size_t largest)
{
	char *text = take_text(in, pool, largest);

	return text != NULL ? text : pool_copy_text(pool, "");
}

const void *wire_get_bytes(struct wire *in, size_t largest, size_t *ret_length)
{
	const unsigned char *bytes = NULL;
	size_t length = 0;

	if (take_item(in, ITEM_BYTES, "not bytes"))
		bytes = take_block(in, largest, &length);
	*ret_length = bytes != NULL ? length : 0;
	return bytes;
}

/* Each item that is counted takes a byte at least: a count of more than is left would only make the reader ask for
 * memory that the sender never had to pay for. */
size_t wire_get_count(struct wire *in, size_t largest)
{
	const unsigned char *bytes;
	uint64_t count;

	if (!take_item(in, ITEM_COUNT, "not a count"))
		return 0;
	bytes = take_bytes(in, 8);
	if (bytes == NULL)
		return 0;
	count = get_big_endian(bytes, 8);
	if (count > largest || count > in->length - in->offset) {
		wire_fail(in, "a count too large");
		return 0;
	}
	return (size_t)count;
}
