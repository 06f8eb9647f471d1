/* complain: the screens that say no, on stderr. The first word tells the exit status; then what happened, where, what to do
 * next, and, for a write, that nothing was written. */
#ifndef LUODI_CLIENT_COMPLAIN_H
#define LUODI_CLIENT_COMPLAIN_H

#include "client/client.h"

/* The screen for an error object of JSON-RPC; returns the exit status. */
int complain_refused(struct client *client, const json_t *error);
/* Nobody listens. Returns EXIT_NO_DAEMON. */
int complain_unreachable(struct client *client, const struct error *error);
/* For an error of our own; returns its exit status. */
int complain_error(struct client *client, const struct error *error);
/* The connection was lost. unknown: it may have written; key: of that write, or NULL where it has none. Returns 75 then, else 4. */
int complain_lost(struct client *client, const char *fault, bool unknown, const char *key);

/* "  阶段=签月" and a line of carets under display columns [position, position + length) of it, both indented by two. */
void complain_append_caret(struct buffer *out, const char *text, int position, int length);
const char *complain_first_word(int status, const char *code);

#endif
