#include "rpc/kept.h"

#include <stdlib.h>
#include <string.h>

struct answer {
	int64_t record; /* 0: none */
	int64_t seq;	/* as of */
	char *members;
	size_t length;
};

struct kept_kind {
	int64_t changed_seq; /* its last event that we heard of */
	bool *related;	     /* by position: the answers of this kind tell of that kind too */
};

struct kept {
	struct engine *engine;
	struct engine_present present; /* as of which all that is kept is true */
	int64_t seen_seq;	       /* the latest that an answer was given as of: none later is given as of before */
	struct kept_kind *kinds;       /* of the schema */
	bool *related;
	size_t bytes;
	struct answer answers[KEPT_ANSWERS];
};

/* Records of one kind are numbered from 1: neighbours never meet. */
static struct answer *slot_of(struct kept *kept, int64_t record)
{
	uint64_t key = (uint64_t)record;

	return &kept->answers[(key ^ (key >> 32) * 7919) % KEPT_ANSWERS];
}

static void drop(struct kept *kept, struct answer *answer)
{
	if (answer->record == 0)
		return;
	kept->bytes -= answer->length;
	free(answer->members);
	*answer = (struct answer){0};
}

static void drop_all(struct kept *kept)
{
	for (size_t i = 0; kept->bytes > 0 && i < KEPT_ANSWERS; i++)
		drop(kept, &kept->answers[i]);
}

static void note_references(struct kept *kept, const struct schema *schema, size_t from)
{
	const struct kind *kind = &schema->kinds[from];

	for (size_t i = 0; i < kind->field_count; i++) {
		const struct kind *to =
		    kind->fields[i].type == VALUE_REF ? schema_find_kind(schema, kind->fields[i].ref) : NULL;

		if (to != NULL)
			kept->kinds[from].related[to - schema->kinds] = kept->kinds[to - schema->kinds].related[from] =
			    true;
	}
}

/* Nothing is kept where there is no memory for it: the answers are given without. */
static void take_schema(struct kept *kept, struct schema *schema)
{
	size_t count = schema->kind_count;

	drop_all(kept);
	free(kept->kinds);
	free(kept->related);
	if (kept->present.schema != NULL)
		schema_release(kept->present.schema);
	kept->present.schema = schema_hold(schema);
	kept->kinds = calloc(count + 1, sizeof *kept->kinds);
	kept->related = calloc(count * count + 1, sizeof *kept->related);
	if (kept->kinds == NULL || kept->related == NULL) {
		free(kept->kinds);
		kept->kinds = NULL;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		kept->kinds[i].related = kept->related + i * count;
		kept->kinds[i].changed_seq = kept->present.seq;
	}
	for (size_t i = 0; i < count; i++)
		note_references(kept, schema, i);
}

static void on_news(void *argument, int64_t record, int64_t seq)
{
	struct kept *kept = argument;
	const struct schema *schema = kept->present.schema;
	const struct kind *kind = record != 0 ? schema_kind_of(schema, record) : NULL;

	if (record == 0) {
		drop_all(kept);
		return;
	}
	if (slot_of(kept, record)->record == record)
		drop(kept, slot_of(kept, record));
	if (kind != NULL)
		kept->kinds[kind - schema->kinds].changed_seq = seq;
}

static bool catch_up(struct kept *kept)
{
	struct engine_present now;

	engine_read_present(kept->engine, &now);
	if (now.schema != kept->present.schema)
		take_schema(kept, now.schema);
	schema_release(now.schema);
	if (kept->kinds == NULL)
		return false;
	if (now.today.day != kept->present.today.day ||
	    !engine_read_news(kept->engine, kept->present.seq, now.seq, on_news, kept))
		drop_all(kept);
	kept->present.seq = now.seq;
	kept->present.today = now.today;
	return now.seq >= kept->seen_seq;
}

static bool is_true_still(const struct kept *kept, const struct answer *answer)
{
	const struct schema *schema = kept->present.schema;
	const struct kind *kind = schema_kind_of(schema, answer->record);

	if (kind == NULL)
		return false;
	for (size_t i = 0; i < schema->kind_count; i++)
		if (kept->kinds[kind - schema->kinds].related[i] && kept->kinds[i].changed_seq > answer->seq)
			return false;
	return true;
}

struct kept *kept_new(struct engine *engine)
{
	struct kept *kept = calloc(1, sizeof *kept);

	if (kept != NULL)
		kept->engine = engine;
	return kept;
}

void kept_free(struct kept *kept)
{
	if (kept == NULL)
		return;
	drop_all(kept);
	if (kept->present.schema != NULL)
		schema_release(kept->present.schema);
	free(kept->kinds);
	free(kept->related);
	free(kept);
}

bool kept_find(
    struct kept *kept, const char *id, const char **ret_members, size_t *ret_length, struct engine_present *ret_present)
{
	struct answer *answer;
	int64_t record;

	if (!catch_up(kept) || !schema_parse_id(kept->present.schema, id, &record))
		return false;
	answer = slot_of(kept, record);
	if (answer->record != record)
		return false;
	if (!is_true_still(kept, answer)) {
		drop(kept, answer);
		return false;
	}
	*ret_members = answer->members;
	*ret_length = answer->length;
	*ret_present = kept->present;
	return true;
}

void kept_put(struct kept *kept, int64_t record, int64_t seq, const char *members, size_t length)
{
	struct answer *answer = slot_of(kept, record);
	char *copy;

	if (seq > kept->seen_seq)
		kept->seen_seq = seq;
	if (record == 0 || !catch_up(kept) ||
	    kept->present.seq != seq) /* a commit came between: it may be about this record */
		return;
	if (kept->bytes + length > KEPT_BYTES_LARGEST)
		drop_all(kept);
	drop(kept, answer);
	if (length > KEPT_BYTES_LARGEST / 64 || (copy = malloc(length)) == NULL)
		return;
	memcpy(copy, members, length);
	*answer = (struct answer){.record = record, .seq = seq, .members = copy, .length = length};
	kept->bytes += length;
}
