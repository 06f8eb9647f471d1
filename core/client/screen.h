/* screen: the pieces that several verbs' screens share. */
#ifndef LUODI_CLIENT_SCREEN_H
#define LUODI_CLIENT_SCREEN_H

#include "client/client.h"

/* "截至 2022-07-18  当时所知 …  #4711" and a newline: the end of every last line. */
void screen_print_tail(struct client *client, const json_t *result);
/* "“yfs”按首字母：易发式  " for the bare words that were not found as they stand. */
void screen_print_words(struct client *client, const json_t *result);

/* The names in an array joined by separator; in the pool. */
const char *screen_join(struct pool *pool, const json_t *array, const char *separator);

/* What an event did, in a line: "储备 → 签约，跳过 洽谈：note". In the pool. */
const char *screen_event_text(struct client *client, const json_t *event);

/* What a write did: "前期 → 开工在建，自 2022-07-18"; of a corrected day "开工在建：自 2022-07-05 改为自 2022-06-28". In the pool. */
const char *screen_write_text(struct client *client, const json_t *result);
/* The result of a write, in the manner of: P-0058  title  前期 → 开工在建，自 2022-07-18  第 5 版  #4712  批次 88. With --json
 * the document, with --quiet nothing. */
void screen_print_write(struct client *client, const json_t *result);
/* The same, but what was done said by text. */
void screen_print_write_as(struct client *client, const json_t *result, const char *text);
/* The table of past figures that read differently now, at most limit of them. Nothing when there are none. */
void screen_print_figures(struct client *client, const json_t *result, size_t limit);

/* The title of a kind, from a result's "kind" object. */
const char *screen_kind_title(const json_t *result);

#endif
