/* number: exact amounts. Money is whole fen, decimal and percent are whole millionths (75% is 750000); no
 * floating point anywhere. Sums and products are checked. */
#ifndef LUODI_BASE_NUMBER_H
#define LUODI_BASE_NUMBER_H

#include "base/error.h"
#include <stdint.h>

enum { NUMBER_TEXT_SIZE = 48 };
#define MONEY_LARGEST INT64_C(9007199254740992) /* 2^53 fen: what JSON carries exactly; a larger amount is refused */

/* false: overflow, *ret untouched */
must_check bool number_add(int64_t a, int64_t b, int64_t *ret);
must_check bool number_subtract(int64_t a, int64_t b, int64_t *ret);
must_check bool number_multiply(int64_t a, int64_t b, int64_t *ret);

/* 13.8亿 1400万元 300000000 3,000.50 1.4千万 -20万 ¥300 300元, full-width digits and signs too; a bare number is in the
 * field's unit, given in fen ("万元" is 1000000; yuan is 100). No exponent, no "约", at most whole fen.
 * ERROR_INVALID names what was expected. */
must_check bool money_parse(
    const char *text, int64_t unit_fen, const char *field, int64_t *ret_fen, struct error *error);

/* The unit named: "元" 100, "万元" "万" 1000000, "亿元" "亿" 10000000000, "" 100. 0: no such unit. */
int64_t money_unit(const char *name);

/* As people write it, exact: 13.8亿 1400万 3,000.50元 0元. What money_parse reads back to the same fen. */
char *money_format(int64_t fen, char text[NUMBER_TEXT_SIZE]);

/* As a column shows it: 亿 with two decimals from 1亿 up, 万 with none from 1万 up, else yuan: 1.60亿 7,800万 950元.
 * Rounded half up; exactness is money_format's. */
char *money_format_column(int64_t fen, char text[NUMBER_TEXT_SIZE]);

/* 0.75, 12, -3.5, 1,234.5; millionths; more than 6 decimals are refused. */
must_check bool decimal_parse(const char *text, const char *field, int64_t *ret_millionths, struct error *error);
/* 75% 75.5％ 0.75: all 750000-like. */
must_check bool percent_parse(const char *text, const char *field, int64_t *ret_millionths, struct error *error);
char *decimal_format(int64_t millionths, char text[NUMBER_TEXT_SIZE]); /* "0.75", shortest exact */
char *percent_format(int64_t millionths, char text[NUMBER_TEXT_SIZE]); /* "75%", "75.5%", exact */
/* Whole numbers: 1,234 １２; also with 个 户 人-like units left out by the caller. */
must_check bool integer_parse(const char *text, const char *field, int64_t *ret_integer, struct error *error);

/* numerator / denominator rounded half up to "places" decimals of a percentage: 32/43, 1 gives "74.4%".
 * denominator must not be 0. */
char *fraction_format_percent(int64_t numerator, int64_t denominator, int places, char text[NUMBER_TEXT_SIZE]);
/* numerator / denominator as millionths, rounded half up; false: overflow or denominator 0. */
must_check bool fraction_to_millionths(int64_t numerator, int64_t denominator, int64_t *ret_millionths);

#endif
