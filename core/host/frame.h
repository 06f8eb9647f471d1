/* frame: the socket to luodid, as whole messages. Only read, write and poll are used: nothing else is allowed here.
 *
 *   struct buffer *out = link_begin(&link, HOST_RESULT); wire_put_integer(out, call); …
 *   if (!link_end(&link)) … // longer than luodid takes: nothing of it was kept
 */
#ifndef LUODI_HOST_FRAME_H
#define LUODI_HOST_FRAME_H

#include "base/wire.h"

struct link {
	int socket;
	struct buffer in, out;
	size_t open; /* where the message being written starts in out; LINK_NONE: none is */
	bool closed; /* luodid is gone, or the socket failed */
	bool bad;    /* luodid sent what no luodid sends */
};
#define LINK_NONE SIZE_MAX

void link_init(struct link *link, int socket);
void link_clear(struct link *link);

/* Waits for one message; flushes before. Its items are in *ret_items until the next. False: link says closed or bad. */
must_check bool link_read(struct link *link, int *ret_type, struct wire *ret_items);

struct buffer *link_begin(struct link *link, int type);
must_check bool link_end(struct link *link); /* false: too large, dropped */
void link_abandon(struct link *link);	     /* drops a message that was begun and never ended */
bool link_flush(struct link *link);	     /* waits until all is written; false: closed */

#endif
