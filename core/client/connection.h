/* connection: one stream to luodid, a JSON document a line each way. Single-threaded, blocking with a limit.
 *
 * Before a byte is sent the listener's user is checked: it must be ourselves, root, or the user luodi. What comes back is
 * bounded: a line of more than CONNECTION_LINE_MAX, nonsense, or silence for CONNECTION_SILENCE_S ends the connection.
 */
#ifndef LUODI_CLIENT_CONNECTION_H
#define LUODI_CLIENT_CONNECTION_H

#include "base/error.h"
#include <jansson.h>
#include <signal.h>

enum { CONNECTION_LINE_MAX = 64 * 1024 * 1024, CONNECTION_SILENCE_S = 300 };

struct connection;

enum call_result {
	CALL_ANSWERED, /* *ret is the result */
	CALL_REFUSED,  /* *ret is the error object: code, message, data */
	CALL_LOST,     /* the connection is gone; connection_fault() says how; a request may have been done or not */
	CALL_STOPPED   /* on_notification said so, or *stop was set */
};

/* A notification came. params are borrowed. false: stop the call. */
typedef bool on_notification(void *argument, const char *method, const json_t *params);

/* The socket's path: option (-S, may be NULL), else $LUODI_SOCKET, else $XDG_RUNTIME_DIR/luodi.sock where there is one, else
 * /run/luodi/luodi.sock. Borrowed, or from a static place. */
const char *connection_path(const char *option);

/* NULL: error says who is not listening. The caller owns the result: connection_free(). */
must_check struct connection *connection_open(const char *path, struct error *error);
void connection_free(struct connection *connection); /* NULL is allowed */

/* Calls the method and waits for its reply. params (NULL: none) is taken. notify may be NULL. *ret is the caller's, for
 * CALL_ANSWERED and CALL_REFUSED only. */
must_check enum call_result connection_call(struct connection *connection, const char *method, json_t *params,
    on_notification *notify, void *argument, json_t **ret);

/* Hands over notifications, without a limit of time, until notify says stop, *stop is set by a signal, or the connection ends. */
must_check enum call_result connection_listen(
    struct connection *connection, on_notification *notify, void *argument, const volatile sig_atomic_t *stop);

const char *connection_fault(const struct connection *connection); /* a sentence; "" while all is well */

#endif
