/* luodi-host: started by luodid, never by people. Its socket is descriptor 3; arguments are not read. */
#include "host/sandbox.h"
#include "host/serve.h"
#include "model/host_protocol.h"

int main(void)
{
	if (!sandbox_enter(HOST_SOCKET))
		return HOST_END_NO_SANDBOX; /* luodid says in words what this means */
	return (int)host_serve(HOST_SOCKET);
}
