/* config: what luodid.lua says, read as data: paths, the zone, and who may do what.
 *
 *   return { user = "luodi", zone = "Asia/Shanghai",
 *     roles = { { user = "tongxue", role = "editor", name = "佟雪", person = "佟雪" }, { group = "zhaoshang", role = "viewer" } } }
 *
 * Made once, then never changed; a reload makes another.
 */
#ifndef LUODI_DAEMON_CONFIG_H
#define LUODI_DAEMON_CONFIG_H

#include "base/pool.h"
#include "net/net.h"

struct config_role {
	bool is_group;
	uid_t uid; /* or gid, of a group */
	enum role role;
	const char *name, *person; /* or NULL */
};

struct config {
	struct pool *pool;
	const char *data, *socket, *user; /* or NULL */
	const char *const *plugin_folders;
	size_t plugin_folder_count;
	int32_t zone_minutes;	     /* east of UTC */
	mode_t socket_mode;	     /* 0: the default */
	size_t peers, peers_of_user; /* 0: the defaults */
	const struct config_role *roles;
	size_t role_count;
};

/* path NULL: the configuration that there is without a file. NULL: error names the key, or the file and the line. */
must_check struct config *config_read(const char *host_program, const char *path, struct error *error);
void config_free(struct config *config); /* NULL is allowed */

/* Who is this? Listed users first, then listed groups (the highest role of them), then root and whoever runs luodid, who are
 * admins. False: nobody. name has room for the name of one who is listed without. */
enum { CALLER_NAME_SIZE = 128 };
must_check bool config_admit(const struct config *config, const struct net_credentials *credentials,
    char name[CALLER_NAME_SIZE], struct caller *ret_caller, struct error *error);

#endif
