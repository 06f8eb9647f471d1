/* serve: what the program luodi-host does once it is inside its walls. Knows of no Lua, so that main.c need not. */
#ifndef LUODI_HOST_SERVE_H
#define LUODI_HOST_SERVE_H

#include "model/host_protocol.h"

/* Serves socket until luodid closes it or sends nonsense. */
enum host_end host_serve(int socket);

#endif
