#include "engine/findings.h"

#include <string.h>

static const char *const light_names[] = {
    [LIGHT_GREEN] = "green", [LIGHT_UNKNOWN] = "unknown", [LIGHT_YELLOW] = "yellow", [LIGHT_RED] = "red"};

const char *light_name(enum light light)
{
	return light_names[light];
}

enum light light_of_name(const char *name)
{
	for (int i = LIGHT_GREEN; i <= LIGHT_RED; i++)
		if (strcmp(light_names[i], name) == 0)
			return (enum light)i;
	return LIGHT_UNKNOWN;
}

/* ---- reading ---- */

struct lines {
	const char *at;
	struct pool *pool;
};

/* The next line, cut at blanks into words; the last of them is the rest. 0: no line. */
static size_t take_line(struct lines *lines, char **words, size_t most)
{
	size_t length = strcspn(lines->at, "\n"), count = 0;
	char *line = pool_copy_bytes(lines->pool, lines->at, length);

	if (length == 0)
		return 0;
	lines->at += length + (lines->at[length] == '\n');
	while (count < most) {
		char *blank = count + 1 < most ? strchr(line, ' ') : NULL;

		words[count++] = line;
		if (blank == NULL)
			break;
		*blank = '\0';
		line = blank + 1;
	}
	return count;
}

static size_t count_lines(const char *text)
{
	size_t count = 1;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static bool read_day(const char *text, struct date *ret_day)
{
	struct error ignored;

	return date_parse(text, "", ret_day, &ignored);
}

size_t findings_read(const char *text, struct pool *pool, struct finding **ret_findings)
{
	struct lines lines = {.at = text != NULL ? text : "", .pool = pool};
	char *words[4];
	size_t count = 0, n;

	*ret_findings = pool_alloc_array(pool, count_lines(lines.at), sizeof(**ret_findings));
	while ((n = take_line(&lines, words, 4)) > 0) {
		struct finding *finding = &(*ret_findings)[count];

		if (n < 3 || !read_day(words[2], &finding->since))
			continue;
		finding->rule = words[0];
		finding->light = light_of_name(words[1]);
		finding->stale = n > 3;
		count++;
	}
	return count;
}

size_t waivers_read(const char *text, struct pool *pool, struct waiver **ret_waivers)
{
	struct lines lines = {.at = text != NULL ? text : "", .pool = pool};
	char *words[4];
	size_t count = 0, n;

	*ret_waivers = pool_alloc_array(pool, count_lines(lines.at), sizeof(**ret_waivers));
	while ((n = take_line(&lines, words, 4)) > 0) {
		struct waiver *waiver = &(*ret_waivers)[count];

		if (n < 4 || !read_day(words[1], &waiver->until))
			continue;
		waiver->rule = words[0];
		waiver->who = words[2];
		waiver->why = words[3];
		count++;
	}
	return count;
}

const char *const *findings_stale(const char *text, struct pool *pool, size_t *ret_count)
{
	struct finding *findings;
	size_t count = findings_read(text, pool, &findings);
	const char **rules = pool_alloc_array(pool, count + 1, sizeof(*rules));

	*ret_count = 0;
	for (size_t i = 0; i < count; i++)
		if (findings[i].stale)
			rules[(*ret_count)++] = findings[i].rule;
	return rules;
}

/* ---- writing ---- */

const char *findings_write(const struct finding *findings, size_t count, struct pool *pool)
{
	const char *text = NULL;
	char day[DATE_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		if (findings[i].light != LIGHT_GREEN)
			text = pool_format(pool, "%s%s%s %s %s%s", text != NULL ? text : "", text != NULL ? "\n" : "",
			    findings[i].rule, light_name(findings[i].light), date_format(findings[i].since, day),
			    findings[i].stale ? " stale" : "");
	return text;
}

/* A blank in a name, a line break in a reason: they would be read as something else. */
static const char *in_one_line(const char *text, const char *signs, struct pool *pool)
{
	char *copy = pool_copy_text(pool, text);

	for (char *at = copy; *at != '\0'; at++)
		if (strchr(signs, *at) != NULL)
			*at = signs[0] == ' ' ? '_' : ' ';
	return copy;
}

const char *waivers_write(const struct waiver *waivers, size_t count, struct pool *pool)
{
	const char *text = NULL;
	char day[DATE_TEXT_SIZE];

	for (size_t i = 0; i < count; i++)
		text = pool_format(pool, "%s%s%s %s %s %s", text != NULL ? text : "", text != NULL ? "\n" : "",
		    waivers[i].rule, date_format(waivers[i].until, day), in_one_line(waivers[i].who, " \n\r", pool),
		    in_one_line(waivers[i].why, "\n\r", pool));
	return text;
}

/* ---- the light ---- */

const struct waiver *waiver_of(const struct waiver *waivers, size_t count, const char *rule, struct date day)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(waivers[i].rule, rule) == 0 && day.day <= waivers[i].until.day)
			return &waivers[i];
	return NULL;
}

enum light findings_light(
    const struct finding *findings, size_t count, const struct waiver *waivers, size_t waiver_count, struct date day)
{
	enum light light = LIGHT_GREEN;

	for (size_t i = 0; i < count; i++)
		if (findings[i].light > light && waiver_of(waivers, waiver_count, findings[i].rule, day) == NULL)
			light = findings[i].light;
	return light;
}
