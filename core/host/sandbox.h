/* sandbox: gives up, for good, all that running a plugin does not need. Called once, before the first byte from outside
 * is read; afterwards this process can read and write its socket, take memory, see the time, and end. */
#ifndef LUODI_HOST_SANDBOX_H
#define LUODI_HOST_SANDBOX_H

#include "base/attributes.h"
#include <stdbool.h>

/* False: this machine does not let us; then no plugin may run. */
must_check bool sandbox_enter(int socket);

#endif
