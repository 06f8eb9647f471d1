/* listing: "甲、乙、丙…" for a hint, as far as it fits; never cuts a character. */
#ifndef LUODI_MODEL_LISTING_H
#define LUODI_MODEL_LISTING_H

#include "base/attributes.h"
#include <stdbool.h>
#include <stddef.h>

struct listing {	/* all zero to begin */
	char text[400]; /* leaves room in a hint for what stands before */
	size_t length;
	bool full;
};

void listing_add(struct listing *listing, const char *format, ...) format_at(2);

#endif
