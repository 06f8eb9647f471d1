#include "query/reader.h"

#include "base/utf8.h"
#include "text/width.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const not_words[] = {"not", "非", NULL};
static const char *const join_words[] = {"and", "or", "且", "并且", "或", "或者", "not", "非", NULL};
static const char *const in_words[] = {"in", "属于", NULL};
static const char *const not_in_words[] = {"不属于", NULL};
static const char *const contains_words[] = {"contains", "包含", NULL};
static const char *const lacks_words[] = {"不包含", NULL};

static uint32_t half_width(uint32_t sign)
{
	if (sign >= 0xFF01 && sign <= 0xFF5E)
		return sign - 0xFEE0;
	switch (sign) {
	case '\t':
	case '\n':
	case '\r':
	case 0xA0:
	case 0x3000:
		return ' ';
	case 0x2267: /* ≧ */
	case 0x2A7E: /* ⩾ */
		return 0x2265;
	case 0x2266: /* ≦ */
	case 0x2A7D: /* ⩽ */
		return 0x2264;
	case 0x301C: /* 〜 */
	case 0x223C: /* ∼ */
		return '~';
	default:
		return sign;
	}
}

uint32_t reader_sign(const struct parser *parser, size_t at, size_t *ret_length)
{
	return half_width(utf8_next(parser->text + at, ret_length));
}

size_t reader_skip_blanks(const struct parser *parser, size_t at)
{
	size_t length;

	while (reader_sign(parser, at, &length) == ' ')
		at += length;
	return at;
}

bool reader_ends_word(uint32_t sign)
{
	switch (sign) {
	case 0:
	case ' ':
	case '(':
	case ')':
	case ',':
	case '=':
	case '<':
	case '>':
	case '!':
	case '?':
	case '~':
	case 0x2260: /* ≠ */
	case 0x2264: /* ≤ */
	case 0x2265: /* ≥ */
		return true;
	default:
		return false;
	}
}

bool reader_is_quote(uint32_t sign)
{
	return sign == '"' || sign == '\'' || sign == 0x201C || sign == 0x201D || sign == 0x2018 || sign == 0x2019 ||
	    sign == 0x300C || sign == 0x300E;
}

static bool closes_quote(uint32_t opening, uint32_t sign)
{
	switch (opening) {
	case 0x201C: /* “…”, and “…“ as input methods have it */
	case 0x201D:
		return sign == 0x201C || sign == 0x201D;
	case 0x2018:
	case 0x2019:
		return sign == 0x2018 || sign == 0x2019;
	case 0x300C: /* 「…」 『…』 */
	case 0x300E:
		return sign == opening + 1;
	default:
		return sign == opening;
	}
}

size_t reader_word_end(const struct parser *parser, size_t at)
{
	size_t length;

	while (!reader_ends_word(reader_sign(parser, at, &length)))
		at += length;
	return at;
}

bool reader_at_keyword(const struct parser *parser, size_t at, const char *const *words)
{
	size_t length = reader_word_end(parser, at) - at;

	for (; *words != NULL; words++)
		if (strlen(*words) == length && strncasecmp(*words, parser->text + at, length) == 0)
			return true;
	return false;
}

bool reader_take_keyword(struct parser *parser, const char *const *words)
{
	if (!reader_at_keyword(parser, parser->at, words))
		return false;
	parser->at = reader_word_end(parser, parser->at);
	return true;
}

struct piece reader_piece(const struct parser *parser, size_t offset, size_t end)
{
	return (struct piece){.text = pool_copy_bytes(parser->pool, parser->text + offset, end - offset),
	    .offset = offset,
	    .length = end - offset};
}

bool reader_take_quoted(struct parser *parser, struct piece *ret_piece)
{
	size_t length, start = parser->at, at;
	uint32_t opening = reader_sign(parser, start, &length), sign;
	size_t inside = start + length;

	for (at = inside; (sign = reader_sign(parser, at, &length)) != 0; at += length) {
		if (!closes_quote(opening, sign))
			continue;
		*ret_piece = reader_piece(parser, inside, at);
		ret_piece->offset = start;
		ret_piece->length = at + length - start;
		ret_piece->quoted = true;
		parser->at = at + length;
		return true;
	}
	parser_fail(parser, start, at - start, "引号没有收尾");
	return parser_hint(parser, "补上收尾的引号，或去掉开头的");
}

/* comparisons */

static enum comparison sign_comparison(const struct parser *parser, size_t at, bool adjacent, size_t *ret_end)
{
	size_t length, next_length;
	uint32_t sign = reader_sign(parser, at, &length);
	uint32_t next = sign != 0 ? reader_sign(parser, at + length, &next_length) : 0;
	size_t two = at + length + (next != 0 ? next_length : 0);

	*ret_end = at + length;
	switch (sign) {
	case '~':
		return COMPARE_CONTAINS;
	case 0x2260:
		return COMPARE_UNEQUAL;
	case 0x2264:
		return COMPARE_LESS_EQUAL;
	case 0x2265:
		return COMPARE_GREATER_EQUAL;
	case '?':
		return adjacent ? COMPARE_FILLED : COMPARE_NONE;
	case '=':
	case '<':
	case '>':
	case '!':
		break;
	default:
		return COMPARE_NONE;
	}
	if (sign == '!' && next != '=' && next != '~')
		return adjacent ? COMPARE_EMPTY : COMPARE_NONE;
	if (next == '=' || (sign == '!' && next == '~') || (sign != '>' && sign != '!' && next == '>') ||
	    (sign == '=' && next == '<'))
		*ret_end = two;
	switch (sign) {
	case '!':
		return next == '=' ? COMPARE_UNEQUAL : COMPARE_LACKS;
	case '=':
		return next == '>' ? COMPARE_GREATER_EQUAL : next == '<' ? COMPARE_LESS_EQUAL : COMPARE_EQUAL;
	case '<':
		return next == '>' ? COMPARE_UNEQUAL : next == '=' ? COMPARE_LESS_EQUAL : COMPARE_LESS;
	default:
		return next == '=' ? COMPARE_GREATER_EQUAL : COMPARE_GREATER;
	}
}

/* A word that compares; only behind a blank, else it is a part of the name. */
static enum comparison word_comparison(const struct parser *parser, size_t at, size_t *ret_end)
{
	static const struct {
		const char *const *words;
		enum comparison comparison;
	} table[] = {{in_words, COMPARE_EQUAL}, {not_in_words, COMPARE_UNEQUAL}, {contains_words, COMPARE_CONTAINS},
	    {lacks_words, COMPARE_LACKS}};
	size_t behind;

	*ret_end = reader_word_end(parser, at);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (reader_at_keyword(parser, at, table[i].words))
			return table[i].comparison;
	if (!reader_at_keyword(parser, at, not_words))
		return COMPARE_NONE;
	behind = reader_skip_blanks(parser, *ret_end);
	if (reader_at_keyword(parser, behind, in_words) || reader_at_keyword(parser, behind, contains_words)) {
		*ret_end = reader_word_end(parser, behind);
		return reader_at_keyword(parser, behind, in_words) ? COMPARE_UNEQUAL : COMPARE_LACKS;
	}
	return COMPARE_NONE;
}

static enum comparison comparison_at(const struct parser *parser, size_t at, size_t *ret_end)
{
	size_t sign_at = reader_skip_blanks(parser, at);
	enum comparison comparison = sign_comparison(parser, sign_at, sign_at == at, ret_end);

	if (comparison == COMPARE_NONE && sign_at > at)
		comparison = word_comparison(parser, sign_at, ret_end);
	return comparison;
}

enum comparison reader_take_comparison(struct parser *parser)
{
	size_t end;
	enum comparison comparison = comparison_at(parser, parser->at, &end);

	if (comparison != COMPARE_NONE)
		parser->at = end;
	return comparison;
}

bool reader_begins_term(const struct parser *parser, size_t at)
{
	size_t length, end;
	uint32_t sign;

	at = reader_skip_blanks(parser, at);
	sign = reader_sign(parser, at, &length);
	if (sign == 0 || sign == '(' || sign == ')' || sign == '!' || reader_at_keyword(parser, at, join_words))
		return true;
	if (reader_is_quote(sign))
		return false;
	end = reader_word_end(parser, at);
	return end == at || comparison_at(parser, end, &end) != COMPARE_NONE;
}

/* values */

static bool is_digit(uint32_t sign)
{
	return sign >= '0' && sign <= '9';
}

/* The comma at a byte stands in a number: three digits follow, and no fourth. */
static bool parts_thousands(const struct parser *parser, size_t at)
{
	size_t length, digits = 0;

	reader_sign(parser, at, &length);
	at += length;
	while (is_digit(reader_sign(parser, at, &length))) {
		digits++;
		at += length;
	}
	return digits == 3;
}

/* Where the value at a byte ends. Parentheses inside belong to it: 易发式（沈阳）公司. */
static size_t value_end(const struct parser *parser, size_t at, struct values_form form, bool blanks_inside)
{
	size_t start = at, length, depth = 0;
	uint32_t sign, before = 0;

	for (; (sign = reader_sign(parser, at, &length)) != 0; at += length, before = sign) {
		if (sign == '(' && at > start)
			depth++;
		else if (sign == '(' || (sign == ')' && depth == 0))
			break;
		else if (sign == ')')
			depth--;
		else if (depth > 0)
			continue;
		else if ((sign == ' ' && !blanks_inside) || sign == '=' || sign == '<' || sign == '>')
			break;
		else if (sign == ',' && !(form.thousands && is_digit(before) && parts_thousands(parser, at)))
			break;
		else if (sign == 0x3001 && form.pause) /* 、 */
			break;
	}
	return at;
}

static bool is_unit_word(const struct parser *parser, size_t at, size_t end)
{
	static const char units[] = "亿万千百元";
	size_t length;

	if (at == end)
		return false;
	for (; at < end; at += length) {
		char unit[5] = "";

		if (utf8_next(parser->text + at, &length) < 0x80)
			return false;
		memcpy(unit, parser->text + at, length);
		if (strstr(units, unit) == NULL)
			return false;
	}
	return true;
}

/* One value; blanks at its end are not a part of it. */
static bool take_value(struct parser *parser, struct values_form form, bool blanks_inside, struct piece *ret_piece)
{
	size_t length, end, unit, start = parser->at;

	if (reader_is_quote(reader_sign(parser, start, &length)))
		return reader_take_quoted(parser, ret_piece);
	end = value_end(parser, start, form, blanks_inside);
	parser->at = end;
	while (end > start && (parser->text[end - 1] == ' ' || parser->text[end - 1] == '\t'))
		end--;
	if (end == start) {
		parser_fail(parser, start, end - start, "这里缺一个值");
		return parser_hint(parser, "查没有填的写 字段!，查填了的写 字段?");
	}
	*ret_piece = reader_piece(parser, start, end);
	if (!form.units || blanks_inside)
		return true;
	unit = reader_skip_blanks(parser, end);
	if (unit > end && is_unit_word(parser, unit, reader_word_end(parser, unit))) {
		parser->at = reader_word_end(parser, unit);
		ret_piece->length = parser->at - start;
		ret_piece->text =
		    pool_format(parser->pool, "%s%.*s", ret_piece->text, (int)(parser->at - unit), parser->text + unit);
	}
	return true;
}

static bool take_comma(struct parser *parser, struct values_form form)
{
	size_t length, at = reader_skip_blanks(parser, parser->at);
	uint32_t sign = reader_sign(parser, at, &length);

	if (sign != ',' && !(sign == 0x3001 && form.pause))
		return false;
	parser->at = at + length;
	return true;
}

static bool take_in_parentheses(struct parser *parser, size_t opening, struct values_form form, struct piece *pieces,
    size_t most, size_t *ret_count)
{
	size_t length, count = 0;

	form.thousands = false; /* (1,200) is two */
	form.pause = true;
	do {
		if (count == most)
			return parser_fail(parser, opening, parser->at - opening, "括号里最多写 %zu 个值", most);
		parser->at = reader_skip_blanks(parser, parser->at);
		if (!take_value(parser, form, true, &pieces[count++]))
			return false;
	} while (take_comma(parser, form));
	parser->at = reader_skip_blanks(parser, parser->at);
	if (reader_sign(parser, parser->at, &length) != ')') {
		parser_fail(parser, opening, parser->at - opening, "括号没有收尾");
		return parser_hint(parser, "几个值写成 (甲,乙)");
	}
	parser->at += length;
	*ret_count = count;
	return true;
}

bool reader_take_values(struct parser *parser, struct values_form form, struct piece *pieces, size_t most,
    size_t *ret_count, bool *ret_parentheses)
{
	size_t length, count = 0, before;

	parser->at = reader_skip_blanks(parser, parser->at);
	*ret_parentheses = reader_sign(parser, parser->at, &length) == '(';
	if (*ret_parentheses) {
		size_t opening = parser->at;

		parser->at += length;
		return take_in_parentheses(parser, opening, form, pieces, most, ret_count);
	}
	do {
		if (count == most)
			return parser_fail(parser, parser->at, 0, "一个条件里最多写 %zu 个值", most);
		parser->at = reader_skip_blanks(parser, parser->at);
		if (!take_value(parser, form, false, &pieces[count++]))
			return false;
		before = parser->at;
		if (!take_comma(parser, form))
			break;
		if (!reader_begins_term(parser, parser->at))
			continue;
		parser->at = before; /* the comma parts two terms: 阶段=签约，计划总投资>=1亿 */
		break;
	} while (true);
	*ret_count = count;
	return true;
}

/* errors */

bool parser_fail(struct parser *parser, size_t offset, size_t length, const char *format, ...)
{
	const char *before = pool_copy_bytes(parser->pool, parser->text, offset);
	const char *at_fault = pool_copy_bytes(parser->pool, parser->text + offset, length);
	char sentence[sizeof parser->error->sentence];
	va_list arguments;
	size_t end;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	end = strlen(sentence);
	utf8_is_valid(sentence, end, &end); /* what did not fit was cut anywhere */
	error_set(
	    parser->error, ERROR_INVALID, "filter", "第 %zu 个字起，%.*s", utf8_count(before) + 1, (int)end, sentence);
	return error_at(parser->error, text_width(before), text_width(at_fault));
}

bool parser_hint(struct parser *parser, const char *hint)
{
	return hint != NULL ? error_hint(parser->error, "%s", hint) : false;
}

bool parser_fail_path(struct parser *parser, size_t offset, const struct path_fault *fault)
{
	parser_fail(parser, offset + fault->offset, fault->length, "%s", fault->sentence);
	return parser_hint(parser, fault->hint);
}

bool parser_fail_value(struct parser *parser, const struct piece *piece, const struct error *error)
{
	struct error cause = *error; /* it may be parser->error itself */

	parser_fail(parser, piece->offset, piece->length, "%s", cause.sentence);
	parser->error->code = cause.code;
	if (cause.code != ERROR_INVALID)
		error_set(parser->error, cause.code, "filter", "%s", cause.sentence);
	error_at(parser->error, text_width(pool_copy_bytes(parser->pool, parser->text, piece->offset)),
	    text_width(pool_copy_bytes(parser->pool, parser->text + piece->offset, piece->length)));
	return parser_hint(parser, cause.hint[0] != '\0' ? cause.hint : NULL);
}
