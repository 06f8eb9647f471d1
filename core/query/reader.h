/* reader: signs, words and pieces of a filter text, full-width or not. Within this layer.
 *
 * Offsets are bytes of the text as typed, so that every fault can be pointed at.
 */
#ifndef LUODI_QUERY_READER_H
#define LUODI_QUERY_READER_H

#include "query/condition.h"
#include "query/path.h"
#include <stdint.h>

enum { FILTER_LARGEST = 8192, FILTER_MAX_TERMS = 90, FILTER_MAX_DEPTH = 16, FILTER_MAX_VALUES = 256 };

struct piece {		       /* of the text: what stands between signs */
	const char *text;      /* without its quotes */
	size_t offset, length; /* with them */
	bool quoted;
};

struct parser {
	const char *text;
	size_t at;
	const struct kind *kind;
	const struct filter_context *context;
	struct pool *pool;
	struct error *error;
	unsigned terms, depth;
};

/* The sign or character at a byte, as half-width: ＞ is '>', all blanks are ' ', ，is ','. 0 at the end. */
uint32_t reader_sign(const struct parser *parser, size_t at, size_t *ret_length);
size_t reader_skip_blanks(const struct parser *parser, size_t at);
bool reader_ends_word(uint32_t sign); /* blanks, ( ) , and the signs of comparisons; the end too */
size_t reader_word_end(const struct parser *parser, size_t at);
bool reader_is_quote(uint32_t sign);

/* The word at parser->at is one of words (letters of either case); then moves behind it. */
bool reader_take_keyword(struct parser *parser, const char *const *words);
bool reader_at_keyword(const struct parser *parser, size_t at, const char *const *words);

/* A quoted text, at its opening quote. */
must_check bool reader_take_quoted(struct parser *parser, struct piece *ret_piece);
struct piece reader_piece(const struct parser *parser, size_t offset, size_t end);

/* A comparison behind a name: moves behind it. COMPARE_NONE: there is none. */
enum comparison reader_take_comparison(struct parser *parser);
/* Whether what begins at a byte is a term of its own ("planned>=1"), not one more value of a list. */
bool reader_begins_term(const struct parser *parser, size_t at);

struct values_form {	/* how values of a type are written */
	bool pause;	/* 、 parts them too */
	bool thousands; /* 3,000 is one number */
	bool units;	/* "1 亿" is one amount */
};
/* Values behind a comparison: one, a,b or (a,b). */
must_check bool reader_take_values(struct parser *parser, struct values_form form, struct piece *pieces, size_t most,
    size_t *ret_count, bool *ret_parentheses);

/* Errors, at bytes [offset, offset + length) of the text. All return false. */
bool parser_fail(struct parser *parser, size_t offset, size_t length, const char *format, ...) format_at(4);
bool parser_hint(struct parser *parser, const char *hint);
bool parser_fail_path(struct parser *parser, size_t offset, const struct path_fault *fault);
/* Another layer's error about a value: says where, keeps its code. */
bool parser_fail_value(struct parser *parser, const struct piece *piece, const struct error *error);

#endif
