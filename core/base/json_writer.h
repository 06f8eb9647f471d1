/* json_writer: JSON as it is made, straight into a buffer; no tree. Commas and quoting are its business.
 *
 *   json_object_begin(&json); json_key(&json, "id"); json_text(&json, "P-0014"); json_object_end(&json);
 *
 * Text must be UTF-8; bytes that are not are written as U+FFFD. One value may be pasted raw, when it was made
 * by another json_writer. Depth at most 64 (assert).
 */
#ifndef LUODI_BASE_JSON_WRITER_H
#define LUODI_BASE_JSON_WRITER_H

#include "base/buffer.h"
#include <stdint.h>

struct json_writer {
	struct buffer *buffer;
	unsigned depth;
	bool filled[65]; /* has a member already, by depth */
	bool after_key;
};

void json_init(struct json_writer *json, struct buffer *buffer);
void json_object_begin(struct json_writer *json);
void json_object_end(struct json_writer *json);
void json_array_begin(struct json_writer *json);
void json_array_end(struct json_writer *json);
void json_key(struct json_writer *json, const char *key);
void json_text(struct json_writer *json, const char *text); /* NULL writes null */
void json_text_length(struct json_writer *json, const char *text, size_t length);
void json_integer(struct json_writer *json, int64_t integer);
void json_boolean(struct json_writer *json, bool boolean);
void json_null(struct json_writer *json);
/* A value; or, inside an object and without a key before it, whole members: "a":1,"b":2. */
void json_raw(struct json_writer *json, const char *value, size_t length);

/* A key and its value in one call. */
void json_member_text(struct json_writer *json, const char *key, const char *text);
void json_member_integer(struct json_writer *json, const char *key, int64_t integer);
void json_member_boolean(struct json_writer *json, const char *key, bool boolean);

#endif
