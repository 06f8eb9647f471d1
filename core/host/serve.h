/* serve: what the program luodi-host does once it is inside its walls. Knows of no Lua, so that main.c need not. */
#ifndef LUODI_HOST_SERVE_H
#define LUODI_HOST_SERVE_H

enum host_end { HOST_END_CLOSED = 0, HOST_END_BAD_FRAME = 2, HOST_END_NO_SANDBOX = 3 }; /* exit statuses */

/* Serves socket until luodid closes it or sends nonsense. */
enum host_end host_serve(int socket);

#endif
