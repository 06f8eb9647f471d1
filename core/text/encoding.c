#include "text/encoding.h"

#include "base/utf8.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>

enum { UNITS = 4096 }; /* UTF-16, a step */

struct encoding_reader {
	UConverter *converter;
	uint64_t offset; /* of the piece that comes next */
	UChar lead;	 /* the first half of a surrogate pair whose second is still to come, or 0 */
	bool begun;	 /* the first character was seen: a BOM is no BOM any more */
	bool has_holes;	 /* windows-1252: five bytes mean nothing, which ICU takes for controls */
	char name[32];	 /* as the user calls it */
	bool failed;	 /* what follows an error has no meaning */
	struct error error;
};

/* What people call them, and what ICU does. GB18030 has all of GBK, which has all of GB2312. */
static const char *icu_name(const char *name)
{
	static const struct {
		const char *name, *icu;
	} names[] = {
	    {"utf8", "UTF-8"},
	    {"utf-8", "UTF-8"},
	    {"gb18030", "gb18030"},
	    {"gbk", "gb18030"},
	    {"gb2312", "gb18030"},
	    {"cp936", "gb18030"},
	    {"cp1252", "ibm-5348_P100-1997"},
	    {"windows-1252", "ibm-5348_P100-1997"},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].icu;
	return name;
}

struct encoding_reader *encoding_reader_new(const char *name, struct error *error)
{
	UErrorCode status = U_ZERO_ERROR;
	struct encoding_reader *reader = calloc(1, sizeof *reader);

	if (reader == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不够，没有读这个文件");
		return NULL;
	}
	if (name != NULL && name[0] != '\0') /* ICU would take its own default for either */
		reader->converter = ucnv_open(icu_name(name), &status);
	if (reader->converter != NULL)
		ucnv_setToUCallBack(reader->converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
	if (reader->converter == NULL || U_FAILURE(status)) {
		encoding_reader_free(reader);
		error_set(error, ERROR_INVALID, "encoding", "不认识“%.40s”这种编码", name != NULL ? name : "");
		error_hint(error, "可以写 utf-8、gb18030、cp1252");
		return NULL;
	}
	reader->has_holes = strcmp(icu_name(name), "ibm-5348_P100-1997") == 0;
	strncpy(reader->name, name, sizeof reader->name - 1);
	return reader;
}

void encoding_reader_free(struct encoding_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->converter != NULL)
		ucnv_close(reader->converter);
	free(reader);
}

static bool fail(struct encoding_reader *reader, struct error *error)
{
	reader->failed = true;
	reader->error = *error;
	return false;
}

static bool fail_at(struct encoding_reader *reader, uint64_t offset, struct error *error)
{
	error_set(error, ERROR_INVALID, "encoding", "文件从第 %llu 字节起（从 0 数）不是 %s 编码，没有读下去",
	    (unsigned long long)offset, reader->name);
	error_hint(error, "换一种编码再试，如 --encoding gb18030 或 --encoding utf-8");
	return fail(reader, error);
}

/* UTF-16 onto out as UTF-8, a pair that is cut in two kept for later, the BOM left out. */
static bool append_units(
    struct encoding_reader *reader, const UChar *units, int32_t count, struct buffer *out, struct error *error)
{
	for (int32_t i = 0; i < count; i++) {
		uint32_t code_point = units[i];
		char bytes[4];

		if (U16_IS_LEAD(units[i])) {
			reader->lead = units[i];
			continue;
		}
		if (reader->lead != 0 && U16_IS_TRAIL(units[i]))
			code_point = (uint32_t)U16_GET_SUPPLEMENTARY(reader->lead, units[i]);
		reader->lead = 0;
		if (!reader->begun && code_point == 0xFEFF) {
			reader->begun = true;
			continue;
		}
		reader->begun = true;
		if (!buffer_append(out, bytes, utf8_put(code_point, bytes))) {
			error_set(error, ERROR_TOO_LARGE, "", "文件太大，读到一半就满了");
			error_hint(error, "请把文件分成几个再来");
			return fail(reader, error);
		}
	}
	return true;
}

/* The first byte of the piece that windows-1252 gives no character to; length where there is none. */
static size_t find_hole(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (memchr("\x81\x8D\x8F\x90\x9D", bytes[i], 5) != NULL)
			return i;
	return length;
}

/* Where the bytes begin that ICU stopped behind; some may have come with an earlier piece, and some that it has
 * looked at already are good, and only wait to be read again. */
static uint64_t offset_of_fault(const struct encoding_reader *reader, uint64_t behind)
{
	UErrorCode status = U_ZERO_ERROR;
	char invalid[32];
	int8_t length = sizeof invalid;
	int32_t waiting = ucnv_toUCountPending(reader->converter, &status);
	uint64_t back;

	ucnv_getInvalidChars(reader->converter, invalid, &length, &status);
	back = U_FAILURE(status) ? 0 : (uint64_t)length + (uint64_t)(waiting > 0 ? waiting : 0);
	behind -= back > behind ? behind : back;
	/* UTF-16 may have half a unit of the next character in hand, and says nothing of it. */
	return behind - behind % (uint64_t)ucnv_getMinCharSize(reader->converter);
}

static bool decode(struct encoding_reader *reader, const char *bytes, size_t length, bool last, struct buffer *out,
    struct error *error)
{
	const char *at = bytes;
	UErrorCode status;

	do {
		UChar units[UNITS], *end = units;

		status = U_ZERO_ERROR;
		ucnv_toUnicode(reader->converter, &end, units + UNITS, &at, bytes + length, NULL, last, &status);
		if (!append_units(reader, units, (int32_t)(end - units), out, error))
			return false;
	} while (status == U_BUFFER_OVERFLOW_ERROR);
	if (U_FAILURE(status))
		return fail_at(reader, offset_of_fault(reader, reader->offset + (uint64_t)(at - bytes)), error);
	reader->offset += length;
	return true;
}

bool encoding_reader_feed(struct encoding_reader *reader, const char *bytes, size_t length, bool last,
    struct buffer *out, struct error *error)
{
	size_t hole = reader->has_holes ? find_hole(bytes, length) : length;

	if (reader->failed) {
		*error = reader->error;
		return false;
	}
	if (!decode(reader, bytes, hole, last && hole == length, out, error))
		return false;
	return hole == length || fail_at(reader, reader->offset, error);
}

/* May more bytes make a character of these few? */
static bool is_beginning(const char *bytes, size_t length)
{
	static const char seconds[] = {'\x80', '\x90', '\xA0'};

	for (size_t i = 0; i < sizeof seconds; i++) {
		char whole[4] = {'\x80', seconds[i], '\x80', '\x80'};

		memcpy(whole, bytes, length);
		if (utf8_sequence(whole, sizeof whole) > length)
			return true;
	}
	return false;
}

const char *encoding_detect(const char *bytes, size_t length, bool whole, size_t *ret_skip)
{
	size_t bad;

	*ret_skip = 0;
	if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
		*ret_skip = 3;
		return "utf-8";
	}
	if (length >= 4 && memcmp(bytes, "\xFF\xFE\0\0", 4) == 0)
		return NULL; /* UTF-32 */
	if (length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
		*ret_skip = 2;
		return bytes[0] == '\xFF' ? "utf-16le" : "utf-16be";
	}
	if (length > 0 && memchr(bytes, '\0', length) != NULL)
		return NULL; /* a NUL is UTF-8, but no text has one: UTF-16 without a BOM, or no text */
	if (utf8_is_valid(bytes, length, &bad))
		return "utf-8";
	return !whole && length - bad < 4 && is_beginning(bytes + bad, length - bad) ? "utf-8" : NULL;
}
