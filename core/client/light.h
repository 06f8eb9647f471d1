/* light: what several screens say of lights and of what rules found (finding.list). A light is "red", "yellow", "unknown" or
 * "green"; "" where no rule watches the kind.
 */
#ifndef LUODI_CLIENT_LIGHT_H
#define LUODI_CLIENT_LIGHT_H

#include "client/client.h"

const char *light_title(const char *light); /* "红", "黄", "未知", "绿"; "-" for none */
enum tone light_tone(const char *light);
/* Red first, then yellow, unknown, green, none: 0 to 4. */
int light_rank(const char *light);

/* Do rules watch the kind? Only then may a filter ask for its light. Asks the daemon. */
bool light_is_known(struct client *client, const char *kind);

/* As a list shows it: "红", or "红（旧）" where a rule of the record no longer answers ("未知" says so by itself). In the pool, or borrowed. */
const char *light_of_record(struct pool *pool, const json_t *record);
/* The rules that no longer answer, each once, of an array of records. */
const json_t *light_stale_rules(struct client *client, const json_t *records);
/* "  注意：规则 a、b 停了，…" and a newline; nothing where there are none. */
void light_print_stale(struct client *client, const json_t *rules);

/* The sentence of a finding or of what comes; of one that has none at hand, why that is so. Borrowed. */
const char *light_sentence(const json_t *finding);
const char *light_rule_title(const json_t *finding); /* its name, where it has no title any more */
/* Does a finding count: it is not waived? */
bool light_counts(const json_t *finding);
/* The sentence behind a light, and how many more there are: "签约 97 天仍未开工，另有 1 黄". "": there is none. In the pool. */
const char *light_reason(struct pool *pool, const json_t *found);

/* "  黄 → 绿" of a write that changed the light, "  红" of one that made a record whose light is not green. */
void light_print_change(struct client *client, const json_t *result);
/* "  了结：应开工未开工（黄，自 2022-07-01）" and a newline: what stood before a write that made the light better, and no longer does. Asks
 * the daemon again. */
void light_print_settled(struct client *client, const json_t *result);

#endif
