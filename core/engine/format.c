#include "engine/format.h"

#include "base/number.h"
#include <inttypes.h>
#include <string.h>

static const struct format *const formats[] = {&format_markdown, &format_csv, &format_json};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const char *format_names(void)
{
	return "md csv json";
}

bool format_plain(struct buffer *out, struct value value)
{
	char number[NUMBER_TEXT_SIZE], day[DATE_TEXT_SIZE];

	switch (value.type) {
	case VALUE_DATE:
		return buffer_append_text(out, date_format((struct date){(int32_t)value.number}, day)), true;
	case VALUE_DECIMAL:
		return buffer_append_text(out, decimal_format(value.number, number)), true;
	case VALUE_PERCENT:
		return buffer_append_text(out, percent_format(value.number, number)), true;
	case VALUE_BOOL:
		return buffer_append_text(out, value.number != 0 ? "是" : "否"), true;
	case VALUE_INT:
		return buffer_format(out, "%" PRId64, value.number), true;
	default:
		return false;
	}
}

void format_footer(const struct format_state *state, struct buffer *out)
{
	char day[DATE_TEXT_SIZE];

	buffer_format(out, "截至 %s", date_format(state->facts.as_of, day));
	if (!date_is_none(state->facts.known))
		buffer_format(out, "  当时所知 %s", date_format(state->facts.known, day));
	if (state->facts.forecast)
		buffer_append_text(out, "  预测");
	buffer_format(out, "  #%" PRId64 "  账头 %.12s  插件集 %s", state->facts.seq, state->facts.head_hash,
	    state->facts.plugins);
}
