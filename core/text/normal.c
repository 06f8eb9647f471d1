#include "text/normal.h"

#include "base/utf8.h"
#include "text/letters.h"
#include "text/pinyin.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* What utf8proc makes of text, in the pool; text that is not UTF-8 comes back as it is. */
static char *map(struct pool *pool, const char *text, unsigned options)
{
	utf8proc_option_t flags =
	    (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | options);
	size_t length = strlen(text);
	utf8proc_ssize_t room = (utf8proc_ssize_t)length + 16, count;
	utf8proc_int32_t *points;

	for (;;) {
		/* reencode() turns the code points into bytes in their own place, and a NUL. */
		points = pool_alloc_array(pool, (size_t)room + 1, sizeof *points);
		count =
		    utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, points, room, flags);
		if (count <= room)
			break;
		room = count;
	}
	if (count < 0 || utf8proc_reencode(points, count, flags) < 0)
		return pool_copy_text(pool, text);
	return (char *)points;
}

static bool is_plain_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static void lower_ascii(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 32);
}

char *text_fold(struct pool *pool, const char *text)
{
	char *copy;

	if (!is_plain_ascii(text))
		return map(pool, text, UTF8PROC_IGNORE);
	copy = pool_copy_text(pool, text);
	lower_ascii(copy);
	return copy;
}

static bool is_space(uint32_t code_point)
{
	return code_point == ' ' || (code_point >= '\t' && code_point <= '\r') || code_point == 0x85 ||
	    code_point == 0x1680 || code_point == 0x2028 || code_point == 0x2029;
}

char *text_key(struct pool *pool, const char *text)
{
	char *key = text_fold(pool, text), *end = key;
	const char *at = key;
	size_t step;
	uint32_t code_point;

	for (; (code_point = utf8_next(at, &step)) != 0; at += step) {
		if (is_space(code_point))
			continue;
		memmove(end, at, step);
		end += step;
	}
	*end = '\0';
	return key;
}

/* KEY_FORM rises when text_key() gives another key for any text. */
#define KEY_FORM "1"

static char key_rules[80];

static void write_key_rules(void)
{
	snprintf(key_rules, sizeof key_rules, "%s, utf8proc %s, Unicode %s", KEY_FORM, utf8proc_version(),
	    utf8proc_unicode_version());
}

const char *text_key_rules(void)
{
	static pthread_once_t written = PTHREAD_ONCE_INIT;

	pthread_once(&written, write_key_rules);
	return key_rules;
}

enum { LONGEST_SYLLABLE = 8 };

/* Each letter as write says; it may write up to LONGEST_SYLLABLE bytes and returns how many. */
static char *spell(struct pool *pool, const char *text, size_t (*write)(uint32_t code_point, char *place))
{
	const char *at = text_fold(pool, text);
	char *spelt = pool_alloc_array(pool, utf8_count(at) + 1, LONGEST_SYLLABLE), *end = spelt;
	size_t step;
	uint32_t code_point;

	for (; (code_point = utf8_next(at, &step)) != 0; at += step)
		end += write(code_point, end);
	*end = '\0';
	return spelt;
}

/* ü is v inside, where it has to stay apart; written out it is u, as on signs and in addresses. */
static size_t write_pinyin(uint32_t code_point, char *place)
{
	const char *readings[PINYIN_READINGS];
	size_t length;

	if (pinyin_readings(code_point, readings) == 0)
		return utf8_put(code_point, place);
	length = strnlen(readings[0], LONGEST_SYLLABLE);
	for (size_t i = 0; i < length; i++)
		place[i] = readings[0][i] == 'v' ? 'u' : readings[0][i];
	return length;
}

static size_t write_initial(uint32_t code_point, char *place)
{
	const char *readings[PINYIN_READINGS];
	utf8proc_category_t category;

	if (pinyin_readings(code_point, readings) > 0) {
		*place = readings[0][0];
		return 1;
	}
	category = utf8proc_category((utf8proc_int32_t)code_point);
	if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_NO)
		return 0; /* neither letter, nor its mark, nor digit */
	return utf8_put(code_point, place);
}

char *text_pinyin(struct pool *pool, const char *text)
{
	return spell(pool, text, write_pinyin);
}

char *text_initials(struct pool *pool, const char *text)
{
	return spell(pool, text, write_initial);
}
