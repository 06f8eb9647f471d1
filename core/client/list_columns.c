#include "client/list_columns.h"

#include "text/width.h"
#include <string.h>

enum { FIELDS_SHOWN = 4, LONGEST_KIND = 8 /* display columns of a kind's title that still reads well before 名称 */ };

static bool has_column(const json_t *columns, const char *name)
{
	for (size_t i = 0; i < json_array_size(columns); i++)
		if (strcmp(answer_text(json_array_get(columns, i), "name"), name) == 0)
			return true;
	return false;
}

static void add_column(json_t *shown, const json_t *columns, const char *name, const char *title, const char *type)
{
	for (size_t i = 0; i < json_array_size(columns); i++)
		if (strcmp(answer_text(json_array_get(columns, i), "name"), name) == 0) {
			json_array_append(shown, json_array_get(columns, i));
			return;
		}
	json_array_append_new(shown, json_pack("{s:s, s:s, s:s}", "name", name, "title", title, "type", type));
}

static const char *title_heading(struct client *client, const json_t *result)
{
	const char *kind = answer_text(answer_member(result, "kind"), "title");

	return *kind != '\0' && text_width(kind) <= LONGEST_KIND ? pool_format(client->pool, "%s名称", kind) : "名称";
}

/* Does any record have a stage? */
static bool has_stages(const json_t *result)
{
	const json_t *records = answer_member(result, "records");

	for (size_t i = 0; i < json_array_size(records); i++)
		if (*answer_text(json_array_get(records, i), "stage_title") != '\0')
			return true;
	return false;
}

/* Is the column named in what was typed: the filter, --sort, --sum? */
static bool is_mentioned(const struct client *client, const json_t *column)
{
	const char *const typed[] = {
	    client->filter, client->arguments->values[OPTION_SORT], client->arguments->values[OPTION_SUM]};
	const char *names[] = {answer_text(column, "name"), answer_text(column, "title")};

	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (typed[i] != NULL && *names[k] != '\0' && strstr(typed[i], names[k]) != NULL)
				return true;
	return false;
}

static void add_fields(json_t *shown, const json_t *columns, const char *type, size_t limit)
{
	for (size_t i = 0; i < json_array_size(columns) && limit > 0; i++) {
		json_t *column = json_array_get(columns, i);

		if ((*type != '\0' && strcmp(answer_text(column, "type"), type) != 0) ||
		    has_column(shown, answer_text(column, "name")))
			continue;
		json_array_append(shown, column);
		limit--;
	}
}

/* What is worth a glance of a kind with more fields than a screen has room for. */
static void add_telling_fields(struct client *client, json_t *shown, const json_t *columns)
{
	size_t before = json_array_size(shown), room;

	for (size_t i = 0; i < json_array_size(columns); i++)
		if (is_mentioned(client, json_array_get(columns, i)) &&
		    !has_column(shown, answer_text(json_array_get(columns, i), "name")))
			json_array_append(shown, json_array_get(columns, i));
	add_fields(shown, columns, "money", 2);
	room = json_array_size(shown) - before < FIELDS_SHOWN ? FIELDS_SHOWN - (json_array_size(shown) - before) : 0;
	add_fields(shown, columns, "date", room < 1 ? room : 1);
	room = json_array_size(shown) - before < FIELDS_SHOWN ? FIELDS_SHOWN - (json_array_size(shown) - before) : 0;
	if (json_array_size(shown) == before || room == FIELDS_SHOWN - 1)
		add_fields(shown, columns, "", room);
}

bool list_wants_all(const struct client *client)
{
	return client_given(client, OPTION_COLUMNS) && strcmp(client->arguments->values[OPTION_COLUMNS], "all") == 0;
}

const json_t *list_columns(struct client *client, const json_t *result)
{
	const json_t *columns = answer_member(result, "columns");
	bool chosen = client_given(client, OPTION_COLUMNS) && !list_wants_all(client),
	     numbered = has_column(columns, "id");
	json_t *shown = json_array();

	json_array_append_new(client->answers, shown);
	if (!chosen || !numbered)
		add_column(shown, columns, "id", "编号", "text");
	if (!chosen || (!numbered && !has_column(columns, "title")))
		add_column(shown, columns, "title", title_heading(client, result), "text");
	if (!chosen && has_stages(result)) {
		add_column(shown, columns, "stage", "阶段", "text");
		add_column(shown, columns, "days_in_stage", "天数", "int");
	}
	if (!chosen && !list_wants_all(client) && !client_given(client, OPTION_CSV)) {
		add_telling_fields(client, shown, columns);
		return shown;
	}
	for (size_t i = 0; i < json_array_size(columns); i++) {
		json_t *column = json_array_get(columns, i);

		if (strcmp(answer_text(column, "name"), "light") != 0 &&
		    !has_column(shown, answer_text(column, "name")))
			json_array_append(shown, column);
	}
	return shown;
}
