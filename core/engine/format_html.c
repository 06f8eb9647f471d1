#include "engine/format.h"

#include "base/number.h"
#include <string.h>

/* HTML: one file that needs no other and runs nothing, to be read in a browser or printed; text is data, so every sign of the language in
 * it is escaped. */

static const char style[] =
    "body{font-family:\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"Microsoft YaHei\",\"PingFang "
    "SC\",SimSun,sans-serif;"
    "line-height:1.6;margin:2em auto;max-width:72em;padding:0 1em;color:#222}\n"
    "h1{text-align:center}\n"
    "table{border-collapse:collapse;width:100%;margin:1em 0}\n"
    "caption{font-weight:bold;padding:.3em 0}\n"
    "caption small{float:right;font-weight:normal}\n"
    "th,td{border:1px solid #999;padding:.25em .5em;vertical-align:top;text-align:left}\n"
    "th{background:#eef2f7}\n"
    ".n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    ".d{white-space:nowrap}\n"
    "tfoot td{font-weight:bold}\n"
    "footer{border-top:1px solid #999;margin-top:2em;padding-top:.5em;color:#555;font-size:.85em}\n"
    "@page{size:A4 landscape;margin:15mm}\n"
    "@media print{body{margin:0;max-width:none;padding:0;font-size:10pt}thead{display:table-header-group}"
    "tr{break-inside:avoid}h2,h3,h4,h5{break-after:avoid}}\n";

static const char *entity_of(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
		return "<br>";
	case '\t':
		return " ";
	default:
		return (unsigned char)byte < 0x20 || byte == 0x7f ? "\xEF\xBF\xBD" : NULL;
	}
}

static void put_escaped(struct buffer *out, const char *text)
{
	const char *from = text;

	for (; *text != '\0'; text++) {
		const char *entity = *text == '\r' && text[1] == '\n' ? "" : entity_of(*text);

		if (entity == NULL)
			continue;
		buffer_append(out, from, (size_t)(text - from));
		buffer_append_text(out, entity);
		from = text + 1;
	}
	buffer_append(out, from, (size_t)(text - from));
}

static void begin(struct format_state *state)
{
	buffer_append_text(state->out,
	    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	put_escaped(state->out, state->title);
	buffer_append_text(state->out, "</title>\n<style>\n");
	buffer_append_text(state->out, style);
	buffer_append_text(state->out, "</style>\n</head>\n<body>\n");
}

static void end_items(struct format_state *state)
{
	if (state->item_before)
		buffer_append_text(state->out, "</ul>\n");
	state->item_before = false;
}

static void put_text(struct format_state *state, enum host_block block, int level, const char *text)
{
	static const char *const headings[] = {"h2", "h3", "h4", "h5"};
	const char *tag = "p";

	if (block == HOST_BLOCK_ITEM && !state->item_before)
		buffer_append_text(state->out, "<ul>\n");
	else if (block != HOST_BLOCK_ITEM)
		end_items(state);
	state->item_before = block == HOST_BLOCK_ITEM;
	if (block == HOST_BLOCK_TITLE)
		tag = "h1";
	else if (block == HOST_BLOCK_HEADING)
		tag = headings[level - 1];
	else if (block == HOST_BLOCK_ITEM)
		tag = "li";
	buffer_format(state->out, "<%s>", tag);
	put_escaped(state->out, text);
	buffer_format(state->out, "</%s>\n", tag);
}

static const char *class_of(enum value_type type)
{
	return format_is_number(type) ? " class=\"n\"" : type == VALUE_DATE ? " class=\"d\"" : "";
}

static void begin_table(struct format_state *state, const char *caption)
{
	const char *shared = format_shared_unit(state);

	end_items(state);
	buffer_append_text(state->out, "<table>\n");
	if (caption != NULL || shared != NULL) {
		buffer_append_text(state->out, "<caption>");
		put_escaped(state->out, caption != NULL ? caption : "");
		if (shared != NULL)
			buffer_format(state->out, "<small>单位：%s</small>", shared);
		buffer_append_text(state->out, "</caption>\n");
	}
	buffer_append_text(state->out, "<thead>\n<tr>");
	for (size_t i = 0; i < state->column_count; i++) {
		struct buffer title;

		buffer_init(&title, 4096);
		format_column_title(&title, &state->columns[i], shared);
		buffer_format(state->out, "<th scope=\"col\"%s>", class_of(state->columns[i].type));
		put_escaped(state->out, buffer_text(&title));
		buffer_append_text(state->out, "</th>");
		buffer_clear(&title);
	}
	buffer_append_text(state->out, "</tr>\n</thead>\n<tbody>\n");
}

static void put_row(struct format_state *state, const struct value *values)
{
	buffer_append_text(state->out, "<tr>");
	for (size_t i = 0; i < state->column_count; i++) {
		buffer_format(state->out, "<td%s>", class_of(state->columns[i].type));
		if (values[i].type == VALUE_MONEY)
			format_money(state->out, &state->columns[i], values[i].number, true);
		else if (value_is_text(values[i].type))
			put_escaped(state->out, values[i].text);
		else
			format_plain(state->out, values[i]);
		buffer_append_text(state->out, "</td>");
	}
	buffer_append_text(state->out, "</tr>\n");
}

static void end_table(struct format_state *state, const struct value *totals)
{
	buffer_append_text(state->out, "</tbody>\n");
	if (totals != NULL) {
		buffer_append_text(state->out, "<tfoot>\n");
		put_row(state, totals);
		buffer_append_text(state->out, "</tfoot>\n");
	}
	buffer_append_text(state->out, "</table>\n");
}

static void end(struct format_state *state)
{
	struct buffer footer;

	end_items(state);
	buffer_init(&footer, 1024);
	format_footer(state, &footer);
	buffer_append_text(state->out, "<footer>");
	put_escaped(state->out, buffer_text(&footer));
	buffer_append_text(state->out, "</footer>\n</body>\n</html>\n");
	buffer_clear(&footer);
}

const struct format format_html = {.name = "html",
    .begin = begin,
    .text = put_text,
    .table = begin_table,
    .row = put_row,
    .table_end = end_table,
    .end = end};
