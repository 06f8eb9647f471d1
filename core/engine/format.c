#include "engine/format.h"

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
