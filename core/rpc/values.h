/* values: records, columns, changes and events as JSON, the same in every method. Any thread. */
#ifndef LUODI_RPC_VALUES_H
#define LUODI_RPC_VALUES_H

#include "base/json_writer.h"
#include "engine/view.h"

enum { SET_HASH_DIGITS = 12 };

void put_value(struct json_writer *json, const struct schema *schema, struct value value);
void put_date(struct json_writer *json, struct date date);  /* none: null */
void put_moment(struct json_writer *json, int64_t wall_us); /* 0: null */
void put_hex(struct json_writer *json, const unsigned char *bytes, size_t length);
void put_texts(struct json_writer *json, const char *const *texts, size_t count); /* an array */
void put_lines(struct json_writer *json, const char *lines);			  /* likewise, of lines */
void put_set_hash(struct json_writer *json, const char *hash);			  /* its first 12 digits */

void put_kind(struct json_writer *json, const struct kind *kind); /* {"name","title"} */
/* The members, without braces, so that callers may add. */
void put_field_column(struct json_writer *json, const struct field *field);
void put_columns(struct json_writer *json, const struct path *paths, size_t count); /* an array */

/* id … version of a record; not "fields". stage -1: none. */
struct record_head {
	const struct kind *kind;
	const char *id, *title;
	int stage;
	struct date stage_since;
	int64_t days_in_stage, version;
	const char *light;
	const char *const *stale;
	size_t stale_count;
};
void put_record_head(struct json_writer *json, const struct record_head *head);
/* A record of a list, as members: its head, "fields", "ref_titles". */
void put_listed(struct json_writer *json, const struct schema *schema, const struct kind *kind,
    const struct listed *record, const struct path *columns, size_t column_count);

/* "changes":{…},"texts":[…] */
void put_changes(struct json_writer *json, const struct schema *schema, const struct changed *changes, size_t count);
/* An event of a history, as members. */
enum value_type type_of_change(const struct changed *change); /* the field's, or what its values are */
void put_event(struct json_writer *json, const struct schema *schema, const struct told *told);
void put_candidates(struct json_writer *json, const struct candidate *candidates, size_t count);

#endif
