/* The statements of a kind, written from its declaration. Names in it have been checked, and are quoted all the same; values are
 * numbered parameters in the order of the columns: record, present, version, day, title, stage, return stage, since, the first
 * days of stages, the fields; then for current rows the last seq and the key forms, for states rank and seq. */
#include "store/internal.h"
#include <string.h>

void put_identifier(struct buffer *out, const char *name)
{
	buffer_append_byte(out, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"')
			buffer_append_byte(out, '"');
		buffer_append_byte(out, *name);
	}
	buffer_append_byte(out, '"');
}

bool field_is_watched(const struct field *field)
{
	return field->unique || field->indexed || field->type == VALUE_REF;
}

int column_of_first_value(const struct kind *kind)
{
	return COLUMN_REACHED + (kind->flow != NULL ? (int)kind->flow->count : 0);
}

int column_behind(const struct kind *kind)
{
	return column_of_first_value(kind) + (int)kind->field_count;
}

static uint64_t mix(uint64_t form, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < length; i++)
		form = (form ^ byte[i]) * UINT64_C(1099511628211); /* FNV-1a */
	return form;
}

static uint64_t mix_text(uint64_t form, const char *text)
{
	return mix(form, text, strlen(text) + 1);
}

/* All that the statements' texts depend on. */
uint64_t kind_form(const struct kind *kind)
{
	uint64_t form = mix_text(UINT64_C(14695981039346656037), kind->name);

	for (size_t i = 0; i < kind->field_count; i++) {
		const struct field *field = &kind->fields[i];
		unsigned char facts[3] = {(unsigned char)field->type, (unsigned char)field_is_watched(field),
		    (unsigned char)field_has_key_column(field)};

		form = mix(mix_text(form, field->name), facts, sizeof(facts));
	}
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++)
		form = mix_text(form, kind->flow->stages[i].name);
	return form;
}

/* ---- pieces ---- */

struct column_list {
	const struct kind *kind;
	bool states; /* of states, not of current rows */
	bool assign; /* name = ?n, for an UPDATE */
	bool only_unwatched;
	struct buffer *out;
	int position; /* of the parameter, from 1 */
	bool filled;
};

static void put_column(struct column_list *list, const char *name, bool watched)
{
	list->position++;
	if (list->only_unwatched && watched)
		return;
	if (list->filled)
		buffer_append_text(list->out, ", ");
	list->filled = true;
	put_identifier(list->out, name);
	if (list->assign)
		buffer_format(list->out, " = ?%d", list->position);
}

static void put_columns(struct column_list *list)
{
	const struct kind *kind = list->kind;
	char name[IDENTIFIER_SIZE];

	if (list->assign)
		list->position++; /* the record stays */
	else
		put_column(list, "record", false);
	put_column(list, "present", true);
	put_column(list, "version", false);
	put_column(list, list->states ? "effective_on" : "last_on", false);
	put_column(list, "title", true);
	put_column(list, "stage", false);
	put_column(list, "return_stage", false);
	put_column(list, "stage_since", false);
	for (size_t i = 0; kind->flow != NULL && i < kind->flow->count; i++)
		put_column(list, column_of_reached(&kind->flow->stages[i], name), false);
	for (size_t i = 0; i < kind->field_count; i++)
		put_column(list, column_of_field(&kind->fields[i], name), field_is_watched(&kind->fields[i]));
}

/* What current rows have and states have not. */
static void put_current_columns(struct column_list *list)
{
	char name[IDENTIFIER_SIZE];

	put_column(list, "last_seq", false);
	put_column(list, "k_title", true);
	for (size_t i = 0; i < list->kind->field_count; i++)
		if (field_has_key_column(&list->kind->fields[i]))
			put_column(list, column_of_field_key(&list->kind->fields[i], name), true);
}

static void put_parameters(struct buffer *out, int count)
{
	for (int i = 1; i <= count; i++)
		buffer_format(out, "%s?%d", i == 1 ? "" : ", ", i);
}

static void put_table(struct buffer *out, const struct kind *kind, bool states)
{
	char name[IDENTIFIER_SIZE];

	put_identifier(out, states ? table_states(kind, name) : table_current(kind, name));
}

/* ---- statements ---- */

static void put_select(struct buffer *out, const struct kind *kind, bool states)
{
	struct column_list list = {.kind = kind, .states = states, .out = out};

	buffer_append_text(out, "SELECT ");
	put_columns(&list);
	if (states)
		buffer_append_text(out, ", seq");
	buffer_append_text(out, " FROM ");
	put_table(out, kind, states);
	buffer_append_text(out, " WHERE record = ?1");
}

static void put_select_watched(struct buffer *out, const struct kind *kind)
{
	char name[IDENTIFIER_SIZE];

	buffer_append_text(out, "SELECT last_seq, present, title");
	for (size_t i = 0; i < kind->field_count; i++)
		if (field_is_watched(&kind->fields[i])) {
			buffer_append_text(out, ", ");
			put_identifier(out, column_of_field(&kind->fields[i], name));
		}
	buffer_append_text(out, " FROM ");
	put_table(out, kind, false);
	buffer_append_text(out, " WHERE record = ?1");
}

static void put_insert(struct buffer *out, const struct kind *kind, bool states)
{
	struct column_list list = {.kind = kind, .states = states, .out = out};

	buffer_append_text(out, "INSERT INTO ");
	put_table(out, kind, states);
	buffer_append_text(out, " (");
	put_columns(&list);
	if (states) {
		put_column(&list, "rank", false);
		put_column(&list, "seq", false);
	} else
		put_current_columns(&list);
	buffer_append_text(out, ") VALUES (");
	put_parameters(out, list.position);
	buffer_append_text(out, ")");
	if (states) /* one event may restate a day that it has stated already */
		buffer_append_text(out, " ON CONFLICT (record, rank) DO UPDATE SET ");
	if (states) {
		struct column_list update = {.kind = kind, .states = true, .assign = true, .out = out};

		put_columns(&update);
	}
}

static void put_update(struct buffer *out, const struct kind *kind, bool only_unwatched)
{
	struct column_list list = {.kind = kind, .assign = true, .only_unwatched = only_unwatched, .out = out};

	buffer_append_text(out, "UPDATE ");
	put_table(out, kind, false);
	buffer_append_text(out, " SET ");
	put_columns(&list);
	put_current_columns(&list);
	buffer_append_text(out, " WHERE record = ?1");
}

/* The end of the first day on which it was there, as known: a day's last row is what that day came to. */
static void put_first_state(struct buffer *out, const struct kind *kind)
{
	put_select(out, kind, true);
	buffer_append_text(out, " AND seq <= ?2 AND present = 1 AND NOT EXISTS (SELECT 1 FROM ");
	put_table(out, kind, true);
	buffer_append_text(out, " AS later WHERE later.record = ?1 AND later.rank > ");
	put_table(out, kind, true);
	buffer_append_text(out, ".rank AND later.rank < (");
	put_table(out, kind, true);
	buffer_format(
	    out, ".effective_on + 1) * %lld AND later.seq <= ?2) ORDER BY rank LIMIT 1", (long long)(SEQ_FOR_EVER + 1));
}

void kind_sql_put(struct buffer *out, const struct kind *kind, enum kind_statement number)
{
	switch (number) {
	case KIND_CURRENT:
		put_select(out, kind, false);
		break;
	case KIND_CURRENT_WATCHED:
		put_select_watched(out, kind);
		break;
	case KIND_CURRENT_INSERT:
		put_insert(out, kind, false);
		break;
	case KIND_CURRENT_UPDATE:
		put_update(out, kind, true);
		break;
	case KIND_CURRENT_UPDATE_ALL:
		put_update(out, kind, false);
		break;
	case KIND_STATE_INSERT:
		put_insert(out, kind, true);
		break;
	case KIND_STATE_AT:
		put_select(out, kind, true);
		buffer_append_text(out, " AND rank < ?2 AND seq <= ?3 ORDER BY rank DESC LIMIT 1");
		break;
	case KIND_STATE_FIRST:
		put_first_state(out, kind);
		break;
	case KIND_STATES:
		put_select(out, kind, true);
		buffer_append_text(out, " ORDER BY rank");
		break;
	case KIND_RECORDS:
		buffer_append_text(out, "SELECT record FROM ");
		put_table(out, kind, false);
		buffer_append_text(out, " WHERE record > ?1 ORDER BY record LIMIT ?2");
		break;
	case KIND_LAST_SEQ:
		buffer_append_text(out, "SELECT last_seq FROM ");
		put_table(out, kind, false);
		buffer_append_text(out, " WHERE record = ?1");
		break;
	case KIND_FIND_TITLE:
		buffer_append_text(out, "SELECT record FROM ");
		put_table(out, kind, false);
		buffer_append_text(out, " WHERE k_title = ?1 AND present = 1 ORDER BY record LIMIT ?2");
		break;
	default:
		break;
	}
}
