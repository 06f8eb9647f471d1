/* answer: reading the daemon's replies, which are never trusted: whatever is missing or of another type reads as
 * "" or as the value given for it, so that a screen can be short of a word but a reply can't crash the client.
 *
 * All results are borrowed from the JSON value. json_integer() and json_null() of jansson are not used in this
 * layer: base has functions of the same name; answer_new_integer() makes numbers.
 */
#ifndef LUODI_CLIENT_ANSWER_H
#define LUODI_CLIENT_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

const char *answer_text(const json_t *object, const char *key); /* "" when there is no such text */
int64_t answer_integer(const json_t *object, const char *key, int64_t otherwise);
bool answer_truth(const json_t *object, const char *key);
bool answer_has(const json_t *object, const char *key);	      /* there, and not null */
json_t *answer_member(const json_t *object, const char *key); /* NULL: not there */
size_t answer_count(const json_t *object, const char *key);   /* items of an array or object */

/* The text at index of an array; "" when it is none. */
const char *answer_text_at(const json_t *array, size_t index);

json_t *answer_new_integer(int64_t integer);

/* ["a","b"] from "a,b" as people type it (，、 too); empty pieces are left out. Owned by the caller. */
json_t *answer_new_list(const char *text);

#endif
