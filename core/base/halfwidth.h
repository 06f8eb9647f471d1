/* halfwidth: what an input method left full-width, made plain, for the parsers of this layer: digits, signs, letters,
 * the ideographic space, ￥ (as ¥) and the minus sign (as -). Everything else stays. */
#ifndef LUODI_BASE_HALFWIDTH_H
#define LUODI_BASE_HALFWIDTH_H

#include "base/attributes.h"
#include <stdbool.h>
#include <stddef.h>

/* text made plain, without the spaces around it, into place; false: it does not fit. It is never longer than text. */
must_check bool halfwidth_copy(const char *text, char *place, size_t size);

/* The ASCII digits at text, at most most of them, as a number (below 10^9 for up to 9). Moves *text behind them;
 * returns how many there were. */
int halfwidth_digits(const char **text, int most, int *ret_number);

/* Is prefix next at *text? Then moves *text behind it. */
bool halfwidth_skip(const char **text, const char *prefix);

#endif
