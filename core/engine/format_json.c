#include "engine/format.h"

#include "base/json_writer.h"
#include "base/number.h"

/* JSON: one document; values as in the protocol (money whole fen, decimals as text). Written piece by piece, so the outer braces and commas
 * are put by hand and each piece by the writer. */

static void put_value(struct json_writer *json, struct value value)
{
	char text[NUMBER_TEXT_SIZE], day[DATE_TEXT_SIZE];

	switch (value.type) {
	case VALUE_EMPTY:
		json_null(json);
		break;
	case VALUE_DATE:
		json_text(json, date_format((struct date){(int32_t)value.number}, day));
		break;
	case VALUE_DECIMAL:
	case VALUE_PERCENT:
		json_text(json, decimal_format(value.number, text));
		break;
	case VALUE_BOOL:
		json_boolean(json, value.number != 0);
		break;
	case VALUE_INT:
	case VALUE_MONEY:
		json_integer(json, value.number);
		break;
	default:
		json_text(json, value.text);
	}
}

static void begin(struct format_state *state)
{
	struct json_writer json;
	char day[DATE_TEXT_SIZE];

	buffer_append_byte(state->out, '{');
	for (int i = 0; i < 7; i++) {
		static const char *const keys[] = {"name", "title", "as_of", "known", "seq", "head", "plugins"};

		buffer_format(state->out, "%s\"%s\":", i > 0 ? "," : "", keys[i]);
		json_init(&json, state->out);
		switch (i) {
		case 0:
			json_text(&json, state->name);
			break;
		case 1:
			json_text(&json, state->title);
			break;
		case 2:
			json_text(&json, date_format(state->facts.as_of, day));
			break;
		case 3:
			json_text(
			    &json, date_is_none(state->facts.known) ? NULL : date_format(state->facts.known, day));
			break;
		case 4:
			json_integer(&json, state->facts.seq);
			break;
		case 5:
			json_text(&json, state->facts.head_hash);
			break;
		default:
			json_text(&json, state->facts.plugins);
		}
	}
	buffer_append_text(state->out, ",\"blocks\":[");
}

static void next_block(struct format_state *state)
{
	buffer_append_text(state->out, state->blocks ? ",\n" : "\n");
	state->blocks = true;
}

static void put_text(struct format_state *state, enum host_block block, int level, const char *text)
{
	static const char *const types[] = {[HOST_BLOCK_TITLE] = "title",
	    [HOST_BLOCK_HEADING] = "heading",
	    [HOST_BLOCK_PARAGRAPH] = "paragraph",
	    [HOST_BLOCK_ITEM] = "item"};
	struct json_writer json;

	next_block(state);
	json_init(&json, state->out);
	json_object_begin(&json);
	json_member_text(&json, "type", types[block]);
	if (block == HOST_BLOCK_HEADING)
		json_member_integer(&json, "level", level);
	json_member_text(&json, "text", text);
	json_object_end(&json);
}

static void begin_table(struct format_state *state, const char *caption)
{
	struct json_writer json;

	next_block(state);
	buffer_append_text(state->out, "{\"type\":\"table\",\"caption\":");
	json_init(&json, state->out);
	json_text(&json, caption);
	buffer_append_text(state->out, ",\"columns\":");
	json_init(&json, state->out);
	json_array_begin(&json);
	for (size_t i = 0; i < state->column_count; i++) {
		json_object_begin(&json);
		json_member_text(&json, "title", state->columns[i].title);
		json_member_text(&json, "type", value_type_name(state->columns[i].type));
		json_member_text(&json, "unit", state->columns[i].unit);
		if (state->columns[i].total)
			json_member_boolean(&json, "total", true);
		json_object_end(&json);
	}
	json_array_end(&json);
	buffer_append_text(state->out, ",\"rows\":[");
	state->rows_in_table = false;
}

static void put_values(struct format_state *state, const struct value *values)
{
	struct json_writer json;

	json_init(&json, state->out);
	json_array_begin(&json);
	for (size_t i = 0; i < state->column_count; i++)
		put_value(&json, values[i]);
	json_array_end(&json);
}

static void put_row(struct format_state *state, const struct value *values)
{
	buffer_append_text(state->out, state->rows_in_table ? ",\n" : "\n");
	state->rows_in_table = true;
	put_values(state, values);
}

static void end_table(struct format_state *state, const struct value *totals)
{
	buffer_append_byte(state->out, ']');
	if (totals != NULL) {
		buffer_append_text(state->out, ",\"totals\":");
		put_values(state, totals);
	}
	buffer_append_byte(state->out, '}');
}

static void end(struct format_state *state)
{
	buffer_append_text(state->out, "\n]}\n");
}

const struct format format_json = {.name = "json",
    .begin = begin,
    .text = put_text,
    .table = begin_table,
    .row = put_row,
    .table_end = end_table,
    .end = end};
