/* complete: what the last word of a half-typed command line may become, a line each. For the shell's completion. */
#include "client/client.h"
#include "client/light.h"
#include "client/screen.h"

#include <string.h>

/* Prints candidate (and what is to follow it) when it begins with typed. */
static void offer(struct client *client, const char *typed, const char *candidate, const char *after)
{
	if (candidate != NULL && *candidate != '\0' && strncmp(candidate, typed, strlen(typed)) == 0)
		client_print(client, "%s%s\n", candidate, after);
}

static void offer_members(
    struct client *client, const char *typed, const json_t *array, const char *member, const char *after)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		offer(client, typed, answer_text(json_array_get(array, i), member), after);
}

static void offer_options(struct client *client, const char *typed, const struct verb *verb)
{
	uint64_t options = OPTIONS_GENERAL | (verb != NULL ? verb->options : 0);

	for (size_t i = 0; i < OPTION_COUNT; i++)
		if ((options & OPTION_BIT(i)) != 0)
			offer(client, typed, pool_format(client->pool, "--%s", option_row((enum option_name)i)->name),
			    "");
}

static void offer_stages(struct client *client, const char *typed, const char *kind)
{
	json_t *result = client_try(client, "schema.flow", json_pack("{s:s}", "kind", kind));
	const json_t *stages = answer_member(result, "stages");

	offer_members(client, typed, stages, "name", "");
	offer_members(client, typed, stages, "title", "");
}

static void offer_fields(struct client *client, const char *typed, const char *kind, const char *after)
{
	json_t *result = client_try(client, "schema.fields", json_pack("{s:s}", "kind", kind));
	const json_t *fields = answer_member(result, "fields");

	offer_members(client, typed, fields, "name", after);
	offer_members(client, typed, fields, "title", after);
}

/* The kind of a record by its id's letters; "" when that is not known. */
static const char *kind_of_record(struct client *client, const char *id)
{
	json_t *result = client_try(client, "schema.kinds", json_object());
	const json_t *kinds = answer_member(result, "kinds");

	for (size_t i = 0; i < json_array_size(kinds); i++) {
		const char *prefix = answer_text(json_array_get(kinds, i), "prefix");

		if (*prefix != '\0' && strncmp(id, prefix, strlen(prefix)) == 0 && id[strlen(prefix)] == '-')
			return answer_text(json_array_get(kinds, i), "name");
	}
	return "";
}

static const char *kind_in_question(struct client *client, const struct verb *verb, const struct arguments *arguments)
{
	if (arguments->word_count == 0)
		return "";
	return verb->words[0] == WORD_KIND ? arguments->words[0] : kind_of_record(client, arguments->words[0]);
}

/* The values of an enum or a set, by name and by title. */
static void offer_values(struct client *client, const char *field, size_t length, const char *typed, const char *kind)
{
	json_t *result = client_try(client, "schema.fields", json_pack("{s:s}", "kind", kind));
	const json_t *fields = answer_member(result, "fields");

	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *column = json_array_get(fields, i);
		const char *name = answer_text(column, "name"), *title = answer_text(column, "title");
		json_t *values = answer_member(column, "values");

		if ((strlen(name) != length || strncmp(name, field, length) != 0) &&
		    (strlen(title) != length || strncmp(title, field, length) != 0))
			continue;
		for (void *at = json_object_iter(values); at != NULL; at = json_object_iter_next(values, at)) {
			offer(client, typed, json_object_iter_key(at), "");
			offer(client, typed, json_string_value(json_object_iter_value(at)), "");
		}
	}
}

static void offer_lights(struct client *client, const char *typed)
{
	static const char *const LIGHTS[] = {"red", "yellow", "green", "unknown", "红", "黄", "绿", "未知"};

	for (size_t i = 0; i < sizeof LIGHTS / sizeof *LIGHTS; i++)
		offer(client, typed, LIGHTS[i], "");
}

/* Behind "stage=" stand stages, behind another field its values, else fields. What is printed is what stands behind the "=",
 * since the shell splits words there. */
static void offer_filter(struct client *client, const char *typed, const char *kind)
{
	const char *equals = strchr(typed, '=');
	size_t length = equals != NULL ? (size_t)(equals - typed) : 0;

	if (equals == NULL) {
		offer(client, typed, "stage=", "");
		offer(client, typed, "阶段=", "");
		if (light_is_known(client, kind)) {
			offer(client, typed, "light=", "");
			offer(client, typed, "灯=", "");
		}
		offer_fields(client, typed, kind, "=");
	} else if (strncmp(typed, "stage=", 6) == 0 || strncmp(typed, "阶段=", strlen("阶段=")) == 0) {
		offer_stages(client, equals + 1, kind);
	} else if (strncmp(typed, "light=", 6) == 0 || strncmp(typed, "灯=", strlen("灯=")) == 0) {
		offer_lights(client, equals + 1);
	} else {
		offer_values(client, typed, length, equals + 1, kind);
	}
}

/* What is found in a record: there is nothing else to waive. */
static void offer_rules(struct client *client, const char *typed, const char *id)
{
	json_t *result = client_try(client, "finding.list", json_pack("{s:s}", "id", id));
	const json_t *findings = answer_member(result, "findings");

	offer_members(client, typed, findings, "rule", "");
	offer_members(client, typed, findings, "title", "");
}

static void offer_word(
    struct client *client, const char *typed, const struct verb *verb, const struct arguments *arguments)
{
	size_t place = arguments->word_count < 4 ? arguments->word_count : 3;
	enum verb_word word = verb->words[place];
	json_t *result;

	while (word == WORD_NONE && place > 0)
		word = verb->words[--place];
	switch (word) {
	case WORD_KIND:
		result = client_try(client, "schema.kinds", json_object());
		offer_members(client, typed, answer_member(result, "kinds"), "name", "");
		break;
	case WORD_FILTER:
	case WORD_CHANGE:
		offer_filter(client, typed, kind_in_question(client, verb, arguments));
		break;
	case WORD_STAGE:
		offer_stages(client, typed, kind_in_question(client, verb, arguments));
		offer(client, typed, "resume", "");
		break;
	case WORD_FIGURE:
		result = client_try(client, "figure.list", json_object());
		offer_members(client, typed, answer_member(result, "figures"), "name", "");
		break;
	case WORD_EXPORT:
		result = client_try(client, "export.list", json_object());
		offer_members(client, typed, answer_member(result, "exports"), "name", "");
		break;
	case WORD_RULE:
		offer_rules(client, typed, arguments->words[0]);
		break;
	case WORD_VERB:
		for (size_t i = 0; VERBS[i] != NULL; i++)
			if (!VERBS[i]->hidden)
				offer(client, typed, VERBS[i]->name, "");
		break;
	default:
		break; /* records, files, texts: the shell's own business */
	}
}

/* The value of an option: columns of the kind, mostly. */
static void offer_value(struct client *client, const char *typed, enum option_name option, const struct verb *verb,
    const struct arguments *arguments)
{
	json_t *result;

	if (option == OPTION_COLUMNS || option == OPTION_SORT || option == OPTION_BY || option == OPTION_SUM ||
	    option == OPTION_KEY)
		offer_fields(client, typed, kind_in_question(client, verb, arguments), "");
	if ((option == OPTION_SORT || option == OPTION_BY) &&
	    light_is_known(client, kind_in_question(client, verb, arguments)))
		offer(client, typed, "light", "");
	if (option == OPTION_COLOR) {
		offer(client, typed, "auto", "");
		offer(client, typed, "always", "");
		offer(client, typed, "never", "");
	}
	if (option == OPTION_MAP) {
		result = client_try(client, "schema.mappings", json_object());
		offer_members(client, typed, answer_member(result, "mappings"), "name", "");
	}
}

static enum option_name option_awaiting_value(const char *word)
{
	enum option_name option = strncmp(word, "--", 2) == 0 ? option_find(word + 2) : OPTION_COUNT;

	return option != OPTION_COUNT && option_row(option)->type != OPTION_FLAG ? option : OPTION_COUNT;
}

static int run_complete(struct client *client)
{
	size_t count = client->arguments->word_count;
	const char *typed = count > 0 ? client->arguments->words[count - 1] : "";
	const char **line = pool_alloc_array(client->pool, count + 1, sizeof *line);
	struct arguments before = {0};
	struct error error;
	enum option_name option = count > 1 ? option_awaiting_value(client->arguments->words[count - 2]) : OPTION_COUNT;
	const struct verb *verb;
	size_t known = count > 0 ? count - 1 : 0;

	if (option != OPTION_COUNT)
		known--;
	line[0] = "luodi";
	for (size_t i = 0; i < known; i++)
		line[i + 1] = client->arguments->words[i];
	if (!arguments_parse((int)known + 1, (char *const *)(uintptr_t)line, client->pool, &before, &error))
		return EXIT_DONE;
	verb = before.verb != NULL ? verb_named(before.verb) : NULL;
	if (before.verb == NULL && *typed != '-')
		verb = &verb_help; /* its word is a verb, too */
	else if (*typed == '-' && option == OPTION_COUNT)
		return offer_options(client, typed, verb), EXIT_DONE;
	if (verb != NULL && option != OPTION_COUNT)
		offer_value(client, typed, option, verb, &before);
	else if (verb != NULL)
		offer_word(client, typed, verb, &before);
	return EXIT_DONE;
}

const struct verb verb_complete = {
    .name = "complete",
    .usage = "词 …",
    .summary = "为命令行补全",
    .hidden = true,
    .most = VERBS_MANY,
    .run = run_complete,
    .local = true,
};
