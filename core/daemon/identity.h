/* identity: as whom luodid runs, and what it gives up before it begins. */
#ifndef LUODI_DAEMON_IDENTITY_H
#define LUODI_DAEMON_IDENTITY_H

#include "base/error.h"

/* Started as root it becomes user; without one it refuses, unless allowed. data and the folder of socket are made for that user
 * where they are missing. Anyone else stays who he is. */
must_check bool identity_settle(
    const char *user, bool allow_root, const char *data, const char *socket, struct error *error);

/* No core dumps, no tracing by others of the same user; as many descriptors as are allowed. */
void identity_harden(void);

#endif
