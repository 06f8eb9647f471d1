/* value: one typed value of a field, and its two outside forms: text as people type it, wire for processes.
 *
 * text is NUL-terminated UTF-8, borrowed from a pool or a literal; a value is copied with = as long as that lives,
 * else with value_copy.
 */
#ifndef LUODI_MODEL_VALUE_H
#define LUODI_MODEL_VALUE_H

#include "base/calendar.h"
#include "base/date.h"
#include "base/pool.h"
#include "base/wire.h"

enum value_type { /* stored in files: never renumber */
	VALUE_EMPTY = 0,
	VALUE_TEXT = 1,	    /* text */
	VALUE_INT = 2,	    /* number */
	VALUE_DECIMAL = 3,  /* number: millionths */
	VALUE_MONEY = 4,    /* number: fen */
	VALUE_DATE = 5,	    /* number: days since 1970-01-01 */
	VALUE_BOOL = 6,	    /* number: 0 or 1 */
	VALUE_ENUM = 7,	    /* text: the value's name, never its title */
	VALUE_SET = 8,	    /* text: names, sorted by bytes, joined by ","; never empty (that is VALUE_EMPTY) */
	VALUE_REF = 9,	    /* number: a record key */
	VALUE_PERCENT = 10, /* number: millionths, 75% is 750000 */
	VALUE_TYPES
};

struct value {
	enum value_type type;
	int64_t number;
	const char *text;
};

enum { VALUE_TEXT_LARGEST = 65536 }; /* bytes of one text */

/* A record's key: its kind's number and its own number; "P-0014" is the same with the kind's prefix. */
int64_t record_key(int32_t kind_number, int32_t number);
int32_t record_kind_number(int64_t key);
int32_t record_number(int64_t key);
enum { RECORD_ID_SIZE = 32 };

bool value_is_text(enum value_type type);	   /* keeps its content in text, not number */
const char *value_type_name(enum value_type type); /* "money", … as declared; "" for VALUE_EMPTY */
bool value_equal(struct value a, struct value b);
struct value value_copy(struct pool *pool, struct value value);
struct value value_empty(void);
struct value value_of_text(const char *text); /* borrowed */
struct value value_of_number(enum value_type type, int64_t number);

/* Sets: names are checked by the caller. */
bool set_contains(const char *set, const char *name);
struct value set_with(struct pool *pool, struct value set, const char *name);
struct value set_without(struct pool *pool, struct value set, const char *name);

void value_put(struct buffer *out, struct value value);
struct value value_get(struct wire *in, struct pool *pool); /* checks type, range and form */

/* today, 今天, 昨天, 明天, -30d, +10wd, or any form of date_parse. calendar may be NULL: then wd is refused. */
must_check bool date_parse_relative(const char *text, const char *field, struct date today,
    const struct calendar *calendar, struct date *ret_date, struct error *error);

#endif
