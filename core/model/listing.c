#include "model/listing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char separator[] = "、", more[] = "…";

void listing_add(struct listing *listing, const char *format, ...)
{
	char item[sizeof listing->text];
	size_t before = listing->length > 0 ? sizeof separator - 1 : 0;
	va_list arguments;
	int length;

	if (listing->full)
		return;
	va_start(arguments, format);
	length = vsnprintf(item, sizeof item, format, arguments);
	va_end(arguments);
	if (length < 0 || listing->length + before + (size_t)length + sizeof more > sizeof listing->text) {
		listing->full = true;
		memcpy(listing->text + listing->length, more, sizeof more);
		return;
	}
	memcpy(listing->text + listing->length, separator, before);
	memcpy(listing->text + listing->length + before, item, (size_t)length + 1);
	listing->length += before + (size_t)length;
}
