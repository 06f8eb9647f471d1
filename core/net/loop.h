/* loop: libevent. Its struct event is our struct loop_event: an event is a change of a record everywhere in luodi. */
#ifndef LUODI_NET_LOOP_H
#define LUODI_NET_LOOP_H

#define event loop_event
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#undef event

#endif
