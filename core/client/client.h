/* client: one run of the program: what was typed, where output goes, the connection, and what every verb needs.
 *
 * stdout carries data only, stderr words only. Whatever came from data is made safe before a terminal sees it: print through
 * client_print and its like. Results of calls are kept until the end, so a verb borrows them freely.
 *
 *   json_t *result = client_call(client, "record.get", params);
 *   if (result == NULL)
 *           return client->status; // the screen that says why is printed already
 */
#ifndef LUODI_CLIENT_CLIENT_H
#define LUODI_CLIENT_CLIENT_H

#include "base/pool.h"
#include "client/answer.h"
#include "client/arguments.h"
#include "client/connection.h"
#include "client/table.h"
#include "client/verb.h"

#define LUODI_VERSION "0.1.0"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_FOUND = 3,
	EXIT_NO_DAEMON = 4,
	EXIT_AGAIN = 75
};

struct client {
	struct pool *pool; /* lives as long as the run */
	const struct arguments *arguments;
	const struct verb *verb;
	struct connection *connection; /* NULL until the first call */
	json_t *answers;	       /* results and error objects, kept for the verb */
	struct buffer out;	       /* not yet written to stdout */
	bool output_failed;
	bool terminal, error_terminal; /* stdout, stderr */
	bool color, error_color;
	int width;		     /* of the terminal; 0: not one, or nothing is to be cut */
	const char *filter;	     /* the text that positions in errors count in; NULL: none was sent */
	int status;		     /* after a call that failed */
	int64_t progress_started_us; /* 0: nothing was heard of yet */
	bool progress_shown;
};

void client_init(struct client *client, const struct arguments *arguments, const struct verb *verb);
/* Writes what is left, closes stdout, and gives the exit status: that of the verb, or 1 if output got lost. */
int client_finish(struct client *client, int status);

/* ---- asking ---- */

/* Parameters from the options that the verb takes and were given. For a write: with a request key, made here unless given. */
json_t *client_params(struct client *client);
/* The words from index on, joined by spaces, as "filter", if there are any; remembered for the caret. */
void client_put_filter(struct client *client, json_t *params, size_t index);

/* params is taken. NULL: refused or lost, the screen is printed, client->status set. */
must_check json_t *client_call(struct client *client, const char *method, json_t *params);
must_check json_t *client_call_notified(
    struct client *client, const char *method, json_t *params, on_notification *notify, void *argument);
/* The same without a screen: NULL when it could not be had, for whatever reason. */
must_check json_t *client_try(struct client *client, const char *method, json_t *params);

/* The last result, if it is that one, is kept no longer. */
void client_forget(struct client *client, const json_t *result);

/* Will a question be put: a terminal to ask on, and neither --yes nor --dry-run? */
bool client_asks(const struct client *client);

/* Asks on the terminal. 'y', 'n', 'd' (if details are on offer); 0: there is no terminal, and the usage screen is printed. */
char client_ask(struct client *client, const char *question, bool details);

/* "no" was the answer: says that nothing was written; returns EXIT_REFUSED. */
int client_declined(struct client *client);

/* ---- showing ---- */

bool client_given(const struct client *client, enum option_name option);
void client_print(struct client *client, const char *format, ...) format_at(2); /* a newline only at its end */
void client_print_toned(struct client *client, const char *text, enum tone tone);
void client_print_table(struct client *client, const struct table *table, int indent);
void client_print_json(struct client *client, const json_t *document); /* one line */
/* With --json: prints the result, true. */
bool client_shown_as_json(struct client *client, const json_t *result);
/* The whole answer is this table: as CSV if that is asked for (true: nothing else is to be printed), else as a table. */
bool client_show_table(struct client *client, const struct table *table);
void client_flush(struct client *client);

/* "12,000 / 100,000" on stderr, over itself, when a call takes more than a second and stderr is a terminal. */
void client_progress(struct client *client, int64_t done, int64_t total);
void client_progress_end(struct client *client); /* wipes it; harmless when nothing was shown */

/* A line on stderr. */
void client_say(struct client *client, const char *format, ...) format_at(2);
/* The usage screen; returns EXIT_USAGE. hint NULL: none. */
int client_usage(struct client *client, const char *hint, const char *format, ...) format_at(3);

#endif
