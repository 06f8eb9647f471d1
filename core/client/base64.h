/* base64: the bytes of an export, as they come in JSON. */
#ifndef LUODI_CLIENT_BASE64_H
#define LUODI_CLIENT_BASE64_H

#include "base/buffer.h"

/* Appends the decoded bytes (RFC 4648, padded). false: it is no base64, or out is full. */
must_check bool base64_decode(const char *text, struct buffer *out);

#endif
