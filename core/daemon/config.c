#include "daemon/config.h"

#include "engine/config.h"
#include "model/nearest.h"
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ZONE_DEFAULT = 8 * 60, ZONE_LARGEST = 14 * 60, UID_NOBODY = 65534, ENTRY_LARGEST = 1 << 16 };

static const char *const keys[] = {
    "data", "socket", "plugins", "user", "zone", "socket_mode", "peers", "peers_of_user", "roles"};
static const char *const role_keys[] = {"user", "group", "role", "name", "person"};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* A misspelt key would be a setting that silently is not there. */
static bool check_keys(
    const struct plain *table, const char *const *known, size_t count, const char *where, struct error *error)
{
	for (size_t i = 0; i < table->count; i++) {
		const char *name = table->names[i], *nearest;

		if (is_one_of(name, known, count))
			continue;
		error_set(error, ERROR_INVALID, name, "配置%s里没有 %s 这一项", where, name);
		nearest = name_nearest(name, known, count);
		return nearest != NULL ? error_hint(error, "最接近的是 %s", nearest)
				       : error_hint(error, "全部的项见 etc/luodid.lua");
	}
	return true;
}

static bool get_text(
    const struct plain *table, const char *key, struct pool *pool, const char **ret_text, struct error *error)
{
	const struct plain *value = plain_find(table, key);

	if (value == NULL || value->type == PLAIN_ABSENT)
		return true;
	if (value->type != PLAIN_TEXT || value->text[0] == '\0') {
		error_set(error, ERROR_INVALID, key, "配置的 %s 要是一段文字", key);
		return error_hint(error, "写成 %s = \"…\"", key);
	}
	*ret_text = pool_copy_text(pool, value->text);
	return true;
}

static bool get_count(
    const struct plain *table, const char *key, int64_t largest, size_t *ret_count, struct error *error)
{
	const struct plain *value = plain_find(table, key);

	if (value == NULL || value->type == PLAIN_ABSENT)
		return true;
	if (value->type != PLAIN_INTEGER || value->integer < 1 || value->integer > largest)
		return error_set(error, ERROR_INVALID, key, "配置的 %s 要是 1 到 %lld 的整数", key, (long long)largest);
	*ret_count = (size_t)value->integer;
	return true;
}

static bool get_zone(const struct plain *table, int32_t *ret_minutes, struct error *error)
{
	const struct plain *value = plain_find(table, "zone");

	*ret_minutes = ZONE_DEFAULT;
	if (value == NULL || value->type == PLAIN_ABSENT ||
	    (value->type == PLAIN_TEXT && strcmp(value->text, "Asia/Shanghai") == 0))
		return true;
	if (value->type != PLAIN_INTEGER || value->integer < -ZONE_LARGEST || value->integer > ZONE_LARGEST) {
		error_set(error, ERROR_INVALID, "zone", "配置的 zone 要是 \"Asia/Shanghai\"，或比 UTC 早多少分钟");
		return error_hint(error, "北京时间是 480");
	}
	*ret_minutes = (int32_t)value->integer;
	return true;
}

/* As ls and chmod write it: "0660". Nobody outside the group, ever. */
static bool get_mode(const struct plain *table, mode_t *ret_mode, struct error *error)
{
	const struct plain *value = plain_find(table, "socket_mode");
	char *end;
	unsigned long mode;

	if (value == NULL || value->type == PLAIN_ABSENT)
		return true;
	if (value->type == PLAIN_TEXT) {
		mode = strtoul(value->text, &end, 8);
		if (value->text[0] == '0' && *end == '\0' && (mode & ~0660ul) == 0 && (mode & 0600) == 0600) {
			*ret_mode = (mode_t)mode;
			return true;
		}
	}
	error_set(error, ERROR_INVALID, "socket_mode", "配置的 socket_mode 要是 \"0600\" 到 \"0660\"");
	return error_hint(error, "要让谁进来，把他加进 luodid 所属的组");
}

static bool get_folders(const struct plain *table, struct config *config, struct error *error)
{
	const struct plain *value = plain_find(table, "plugins");
	const char **folders;

	if (value == NULL || value->type == PLAIN_ABSENT)
		return true;
	folders = pool_alloc_array(config->pool, value->count + 1, sizeof *folders);
	for (size_t i = 0; value->type == PLAIN_LIST && i < value->count; i++) {
		if (value->items[i].type != PLAIN_TEXT)
			return error_set(
			    error, ERROR_INVALID, "plugins", "配置的 plugins 第 %zu 项要是一个文件夹", i + 1);
		folders[i] = pool_copy_text(config->pool, value->items[i].text);
	}
	if (value->type == PLAIN_TEXT)
		folders[0] = pool_copy_text(config->pool, value->text);
	else if (value->type != PLAIN_LIST)
		return error_set(error, ERROR_INVALID, "plugins", "配置的 plugins 要是 { \"文件夹\", … }");
	config->plugin_folders = folders;
	config->plugin_folder_count = value->type == PLAIN_TEXT ? 1 : value->count;
	return true;
}

static bool find_role(const struct plain *entry, size_t number, enum role *ret_role, struct error *error)
{
	static const char *const names[] = {[ROLE_NONE] = "none",
	    [ROLE_VIEWER] = "viewer",
	    [ROLE_EDITOR] = "editor",
	    [ROLE_LEADER] = "leader",
	    [ROLE_ADMIN] = "admin"};
	const struct plain *value = plain_find(entry, "role");

	for (size_t i = ROLE_VIEWER; value != NULL && value->type == PLAIN_TEXT && i <= ROLE_ADMIN; i++)
		if (strcmp(names[i], value->text) == 0) {
			*ret_role = (enum role)i;
			return true;
		}
	error_set(
	    error, ERROR_INVALID, "roles", "配置的 roles 第 %zu 项：role 要是 viewer、editor、leader 或 admin", number);
	return error_hint(error, "viewer 只看，editor 能写，leader 同 editor，admin 还能重载、备份");
}

/* A name that this machine does not know is a mistake to be told, not somebody who never comes. */
static bool find_user(const char *name, size_t number, uid_t *ret_uid, struct error *error)
{
	const struct passwd *user = getpwnam(name);

	if (user == NULL) {
		error_set(error, ERROR_INVALID, "roles", "配置的 roles 第 %zu 项：这台机器上没有用户 %s", number, name);
		return error_hint(error, "看看拼写：getent passwd %s", name);
	}
	*ret_uid = user->pw_uid;
	return true;
}

static bool find_group(const char *name, size_t number, uid_t *ret_gid, struct error *error)
{
	const struct group *group = getgrnam(name);

	if (group == NULL) {
		error_set(error, ERROR_INVALID, "roles", "配置的 roles 第 %zu 项：这台机器上没有组 %s", number, name);
		return error_hint(error, "看看拼写：getent group %s", name);
	}
	*ret_gid = group->gr_gid;
	return true;
}

static bool read_role(
    const struct plain *entry, size_t number, struct pool *pool, struct config_role *role, struct error *error)
{
	const char *user = NULL, *group = NULL;

	if (entry->type != PLAIN_TABLE)
		return error_set(
		    error, ERROR_INVALID, "roles", "配置的 roles 第 %zu 项要是 { user = …, role = … }", number);
	if (!check_keys(entry, role_keys, sizeof role_keys / sizeof role_keys[0], "的 roles ", error) ||
	    !get_text(entry, "user", pool, &user, error) || !get_text(entry, "group", pool, &group, error) ||
	    !get_text(entry, "name", pool, &role->name, error) ||
	    !get_text(entry, "person", pool, &role->person, error) || !find_role(entry, number, &role->role, error))
		return false;
	if ((user == NULL) == (group == NULL))
		return error_set(
		    error, ERROR_INVALID, "roles", "配置的 roles 第 %zu 项：user 和 group 要写一个，只写一个", number);
	role->is_group = group != NULL;
	if (role->name != NULL && strlen(role->name) >= CALLER_NAME_SIZE)
		return error_set(error, ERROR_INVALID, "roles", "配置的 roles 第 %zu 项：name 太长", number);
	return role->is_group ? find_group(group, number, &role->uid, error)
			      : find_user(user, number, &role->uid, error);
}

static bool get_roles(const struct plain *table, struct config *config, struct error *error)
{
	const struct plain *value = plain_find(table, "roles");
	struct config_role *roles;

	if (value == NULL || value->type == PLAIN_ABSENT)
		return true;
	if (value->type != PLAIN_LIST && value->count > 0)
		return error_set(error, ERROR_INVALID, "roles", "配置的 roles 要是 { { user = …, role = … }, … }");
	roles = pool_alloc_array(config->pool, value->count + 1, sizeof *roles);
	for (size_t i = 0; i < value->count; i++)
		if (!read_role(&value->items[i], i + 1, config->pool, &roles[i], error))
			return false;
	config->roles = roles;
	config->role_count = value->count;
	return true;
}

static bool read_table(const struct plain *table, struct config *config, struct error *error)
{
	if (table->type != PLAIN_TABLE && table->count > 0) {
		error_set(error, ERROR_INVALID, "", "配置要用 return { … } 交出一张表");
		return error_hint(error, "照着 etc/luodid.lua 写");
	}
	return check_keys(table, keys, sizeof keys / sizeof keys[0], "", error) &&
	    get_text(table, "data", config->pool, &config->data, error) &&
	    get_text(table, "socket", config->pool, &config->socket, error) &&
	    get_text(table, "user", config->pool, &config->user, error) && get_folders(table, config, error) &&
	    get_zone(table, &config->zone_minutes, error) && get_mode(table, &config->socket_mode, error) &&
	    get_count(table, "peers", 1000000, &config->peers, error) &&
	    get_count(table, "peers_of_user", 1000000, &config->peers_of_user, error) &&
	    get_roles(table, config, error);
}

struct config *config_read(const char *host_program, const char *path, struct error *error)
{
	struct config *config = calloc(1, sizeof *config);
	struct plain table;

	if (config == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不够");
		return NULL;
	}
	config->pool = pool_new();
	config->zone_minutes = ZONE_DEFAULT;
	if (path == NULL)
		return config;
	if (engine_read_config(host_program, path, config->pool, &table, error) && read_table(&table, config, error))
		return config;
	config_free(config);
	return NULL;
}

void config_free(struct config *config)
{
	if (config == NULL)
		return;
	pool_free(config->pool);
	free(config);
}

/* The user's name of this machine. False: the machine knows no such user. */
static bool name_of_user(uid_t uid, char name[CALLER_NAME_SIZE])
{
	static char space[ENTRY_LARGEST]; /* loop thread */
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, space, sizeof space, &found) != 0 || found == NULL)
		return false;
	snprintf(name, CALLER_NAME_SIZE, "%s", entry.pw_name);
	return true;
}

static const struct config_role *find_listed_user(const struct config *config, uid_t uid)
{
	for (size_t i = 0; i < config->role_count; i++)
		if (!config->roles[i].is_group && config->roles[i].uid == uid)
			return &config->roles[i];
	return NULL;
}

static bool is_member(const struct net_credentials *credentials, gid_t gid)
{
	if (credentials->gid == gid)
		return true;
	for (size_t i = 0; i < credentials->group_count; i++)
		if (credentials->groups[i] == gid)
			return true;
	return false;
}

static const struct config_role *find_listed_group(
    const struct config *config, const struct net_credentials *credentials)
{
	const struct config_role *best = NULL;

	for (size_t i = 0; i < config->role_count; i++) {
		const struct config_role *role = &config->roles[i];

		if (role->is_group && is_member(credentials, role->uid) && (best == NULL || role->role > best->role))
			best = role;
	}
	return best;
}

bool config_admit(const struct config *config, const struct net_credentials *credentials, char name[CALLER_NAME_SIZE],
    struct caller *ret_caller, struct error *error)
{
	bool is_ours = credentials->uid == 0 || credentials->uid == geteuid();
	bool is_known = name_of_user(credentials->uid, name);
	const struct config_role *role = NULL;

	if (credentials->uid != UID_NOBODY && (is_known || is_ours)) {
		role = find_listed_user(config, credentials->uid);
		if (role == NULL && !is_ours)
			role = find_listed_group(config, credentials);
	}
	if (role == NULL && (!is_ours || credentials->uid == UID_NOBODY)) {
		error_set(error, ERROR_FORBIDDEN, "", "“%s”没有使用 luodi 的权限", is_known ? name : "这个用户");
		return error_hint(error, "请管理员把您写进 luodid 的配置：roles");
	}
	if (!is_known)
		snprintf(name, CALLER_NAME_SIZE, "uid %ld", (long)credentials->uid);
	if (role != NULL && role->name != NULL)
		snprintf(name, CALLER_NAME_SIZE, "%s", role->name);
	*ret_caller = (struct caller){
	    .name = name, .role = role != NULL ? role->role : ROLE_ADMIN, .person = role != NULL ? role->person : NULL};
	return true;
}
