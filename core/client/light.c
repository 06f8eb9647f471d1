#include "client/light.h"

#include "client/screen.h"
#include <string.h>

static const struct light_row {
	const char *name, *title;
	enum tone tone;
} LIGHTS[] = {{"red", "红", TONE_RED}, {"yellow", "黄", TONE_YELLOW}, {"unknown", "未知", TONE_NONE},
    {"green", "绿", TONE_GREEN}};

enum { LIGHT_ROWS = sizeof LIGHTS / sizeof *LIGHTS };

int light_rank(const char *light)
{
	int row = 0;

	while (row < LIGHT_ROWS && strcmp(LIGHTS[row].name, light) != 0)
		row++;
	return row;
}

const char *light_title(const char *light)
{
	int row = light_rank(light);

	return row < LIGHT_ROWS ? LIGHTS[row].title : *light != '\0' ? light : "-";
}

enum tone light_tone(const char *light)
{
	int row = light_rank(light);

	return row < LIGHT_ROWS ? LIGHTS[row].tone : TONE_NONE;
}

bool light_is_known(struct client *client, const char *kind)
{
	return client_try(client, "record.count", json_pack("{s:s, s:s}", "kind", kind, "filter", "light=red")) != NULL;
}

/* ---- old lights ---- */

const char *light_of_record(struct pool *pool, const json_t *record)
{
	const char *title = light_title(answer_text(record, "light"));

	/* "未知" says by itself that there is no answer */
	return answer_count(record, "stale") > 0 && strcmp(answer_text(record, "light"), "unknown") != 0
	    ? pool_format(pool, "%s（旧）", title)
	    : title;
}

/* Adds the names that are not there yet. */
static void add_names(json_t *names, const json_t *stale)
{
	for (size_t i = 0; i < json_array_size(stale); i++) {
		const char *name = answer_text_at(stale, i);
		size_t at = 0;

		while (at < json_array_size(names) && strcmp(answer_text_at(names, at), name) != 0)
			at++;
		if (at == json_array_size(names))
			json_array_append_new(names, json_string(name));
	}
}

const json_t *light_stale_rules(struct client *client, const json_t *records)
{
	json_t *names = json_array();

	json_array_append_new(client->answers, names);
	for (size_t i = 0; i < json_array_size(records); i++)
		add_names(names, answer_member(json_array_get(records, i), "stale"));
	return names;
}

void light_print_stale(struct client *client, const json_t *rules)
{
	if (json_array_size(rules) > 0)
		client_print(client, "  注意：规则 %s 停了，标“旧”的灯可能是旧的；哪里出的错：luodi plugins\n",
		    screen_join(client->pool, rules, "、"));
}

/* ---- reasons ---- */

const char *light_sentence(const json_t *finding)
{
	if (*answer_text(finding, "text") != '\0')
		return answer_text(finding, "text");
	if (strcmp(answer_text(finding, "level"), "unknown") == 0)
		return "规则还没有答过";
	if (strcmp(answer_text(finding, "level"), "green") == 0)
		return "到那天这一条就过去了";
	return *answer_text(finding, "title") != '\0' ? answer_text(finding, "title") : "这条规则已不在插件里";
}

const char *light_rule_title(const json_t *finding)
{
	return *answer_text(finding, "title") != '\0' ? answer_text(finding, "title") : answer_text(finding, "rule");
}

bool light_counts(const json_t *finding)
{
	return !answer_has(finding, "waived_until");
}

const char *light_reason(struct pool *pool, const json_t *found)
{
	const json_t *findings = answer_member(found, "findings");
	const char *reason = "", *others = "";
	size_t counts[LIGHT_ROWS + 1] = {0};

	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);

		if (!light_counts(finding))
			continue;
		if (*reason == '\0')
			reason = light_sentence(finding);
		else
			counts[light_rank(answer_text(finding, "level"))]++;
	}
	for (int i = 0; i < LIGHT_ROWS; i++)
		if (counts[i] > 0)
			others = pool_format(pool, "%s %zu %s", others, counts[i], LIGHTS[i].title);
	return *others != '\0' ? pool_format(pool, "%s，另有%s", reason, others) : reason;
}

/* ---- what a write did to it ---- */

void light_print_change(struct client *client, const json_t *result)
{
	const json_t *lights = answer_member(result, "lights");
	const char *before = answer_text_at(lights, 0), *after = answer_text_at(lights, 1);

	if (*after == '\0' || strcmp(before, after) == 0 || (*before == '\0' && strcmp(after, "green") == 0))
		return;
	client_print(client, "  ");
	if (*before != '\0') {
		client_print_toned(client, light_title(before), light_tone(before));
		client_print(client, " → ");
	}
	client_print_toned(client, light_title(after), light_tone(after));
}

/* The findings as known at seq, or now (0). NULL: they could not be had. */
static const json_t *find_at(struct client *client, const char *id, int64_t seq)
{
	json_t *params = json_pack("{s:s}", "id", id);

	if (seq > 0)
		json_object_set_new(params, "known_seq", answer_new_integer(seq));
	return client_try(client, "finding.list", params);
}

static bool has_rule(const json_t *found, const char *rule)
{
	const json_t *findings = answer_member(found, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++)
		if (strcmp(answer_text(json_array_get(findings, i), "rule"), rule) == 0)
			return true;
	return false;
}

void light_print_settled(struct client *client, const json_t *result)
{
	const json_t *lights = answer_member(result, "lights"), *before, *after, *findings;
	const char *id = answer_text(result, "id"), *line = "", *light = answer_text_at(lights, 0);
	int64_t first = answer_integer(result, "first_seq", 0);

	if (first < 2 || *id == '\0' || *light == '\0' || light_rank(light) >= light_rank(answer_text_at(lights, 1)))
		return;
	before = find_at(client, id, first - 1);
	after = find_at(client, id, 0);
	findings = answer_member(before, "findings");
	for (size_t i = 0; after != NULL && i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);

		if (light_counts(finding) && !has_rule(after, answer_text(finding, "rule")))
			line = pool_format(client->pool, "%s%s%s（%s，自 %s）", line, *line != '\0' ? "、" : "",
			    light_rule_title(finding), light_title(answer_text(finding, "level")),
			    answer_text(finding, "since"));
	}
	if (*line != '\0')
		client_print(client, "  了结：%s\n", line);
}
