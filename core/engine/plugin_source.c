#include "engine/plugin_set.h"

#include "store/store.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reading the plugins' files: nothing but regular files of trusted owners below a plugin's own folder. */

enum { PLUGINS_LARGEST = 200, MODULES_LARGEST = 64, SOURCE_LARGEST = 1 << 20, PLUGIN_LARGEST = 4 << 20 };

struct reading {
	struct pool *pool;
	struct buffer *faults;
	struct plugin_source plugins[PLUGINS_LARGEST];
	size_t count;
	bool failed;
};

static void reading_fault(struct reading *reading, const char *plugin, const char *file, const char *sentence)
{
	buffer_format(reading->faults, "%s/%s: %s\n", plugin, file, sentence);
	reading->failed = true;
}

static bool name_is_good(const char *name, size_t length, bool module)
{
	if (length == 0 || length > 31 || name[0] < 'a' || name[0] > 'z')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '_' ||
			(!module && name[i] == '-')))
			return false;
	return true;
}

/* The file's text in the pool; NULL: a fault was told. */
static char *read_source(struct reading *reading, int folder, const char *plugin, const char *name, size_t *ret_length)
{
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	char *text = NULL;

	if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
		reading_fault(reading, plugin, name, "打不开，或不是普通文件（不跟随链接）");
	else if ((status.st_mode & 022) != 0 || (status.st_uid != 0 && status.st_uid != geteuid()))
		reading_fault(reading, plugin, name,
		    "别人能改这个文件：属主要是 root 或运行 luodid 的用户，并去掉组和其他人的写权限");
	else if (status.st_size > SOURCE_LARGEST)
		reading_fault(reading, plugin, name, "文件超过 1 MiB");
	else {
		size_t size = (size_t)status.st_size, have = 0;

		text = pool_alloc(reading->pool, size + 1);
		while (have < size) {
			ssize_t n = read(file, text + have, size - have);

			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				break;
			have += (size_t)n;
		}
		*ret_length = have;
	}
	if (file >= 0)
		close(file);
	return text;
}

static int by_module_name(const void *a, const void *b)
{
	return strcmp(((const struct plugin_module *)a)->name, ((const struct plugin_module *)b)->name);
}

static void hash_plugin(struct plugin_source *plugin)
{
	struct buffer all;

	buffer_init(&all, 2 * PLUGIN_LARGEST + 65536);
	for (size_t i = 0; i < plugin->module_count; i++) {
		wire_put_text(&all, plugin->modules[i].name);
		wire_put_bytes(&all, plugin->modules[i].source, plugin->modules[i].length);
	}
	store_hash(buffer_text(&all), all.length, plugin->hash);
	buffer_clear(&all);
}

static void read_plugin(struct reading *reading, int parent, const char *name, const char *entry)
{
	struct plugin_module *modules = pool_alloc_array(reading->pool, MODULES_LARGEST, sizeof(*modules));
	struct plugin_source plugin = {.name = pool_copy_text(reading->pool, name), .modules = modules};
	int folder = openat(parent, entry, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = folder >= 0 ? fdopendir(dup(folder)) : NULL;
	const struct dirent *file;
	size_t total = 0;

	while (directory != NULL && (file = readdir(directory)) != NULL) {
		size_t length = strlen(file->d_name);
		size_t source_length = 0;
		char *source;

		if (length < 5 || strcmp(file->d_name + length - 4, ".lua") != 0 || file->d_name[0] == '.')
			continue;
		if (!name_is_good(file->d_name, length - 4, true)) {
			reading_fault(reading, name, file->d_name, "模块名只用小写字母、数字和下划线");
			continue;
		}
		source = read_source(reading, folder, name, file->d_name, &source_length);
		if (source == NULL)
			continue;
		total += source_length;
		if (strcmp(file->d_name, "test.lua") == 0) {
			plugin.test = source;
			plugin.test_length = source_length;
		} else if (plugin.module_count == MODULES_LARGEST || total > PLUGIN_LARGEST)
			reading_fault(reading, name, file->d_name, "一个插件最多 64 个文件、4 MiB");
		else
			modules[plugin.module_count++] =
			    (struct plugin_module){.name = pool_copy_bytes(reading->pool, file->d_name, length - 4),
				.source = source,
				.length = source_length};
	}
	if (directory != NULL)
		closedir(directory);
	if (folder >= 0)
		close(folder);
	qsort(modules, plugin.module_count, sizeof(*modules), by_module_name);
	hash_plugin(&plugin);
	for (size_t i = 0; i < reading->count; i++)
		if (strcmp(reading->plugins[i].name, plugin.name) == 0) {
			reading_fault(reading, name, "init.lua", "两个文件夹里有同名的插件");
			return;
		}
	if (reading->count == PLUGINS_LARGEST)
		reading_fault(reading, name, "init.lua", "插件太多，最多 200 个");
	else
		reading->plugins[reading->count++] = plugin;
}

static bool has_init(int parent, const char *name)
{
	char path[300];
	struct stat status;

	if (strlen(name) > 250)
		return false;
	strcpy(path, name);
	strcat(path, "/init.lua");
	return fstatat(parent, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Every folder in it that has an init.lua, but for the one of the name "but". */
static void read_folder(struct reading *reading, const char *path, const char *but)
{
	int parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = parent >= 0 ? fdopendir(dup(parent)) : NULL;
	const struct dirent *entry;

	if (directory == NULL)
		reading_fault(reading, path, "", "打不开这个插件文件夹");
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.' || !has_init(parent, entry->d_name) ||
		    (but != NULL && strcmp(entry->d_name, but) == 0))
			continue;
		if (!name_is_good(entry->d_name, strlen(entry->d_name), false))
			reading_fault(
			    reading, entry->d_name, "init.lua", "插件名只用小写字母、数字、下划线和连字号，最多 31 个");
		else
			read_plugin(reading, parent, entry->d_name, entry->d_name);
	}
	if (directory != NULL)
		closedir(directory);
	if (parent >= 0)
		close(parent);
}

static int by_plugin_name(const void *a, const void *b)
{
	return strcmp(((const struct plugin_source *)a)->name, ((const struct plugin_source *)b)->name);
}

bool plugin_sources_read(const char *const *folders, size_t folder_count, const char *extra, struct pool *pool,
    const struct plugin_source **ret_plugins, size_t *ret_count, struct buffer *ret_faults, struct error *error)
{
	struct reading *reading = pool_alloc(pool, sizeof(*reading));
	char *real = extra != NULL ? realpath(extra, NULL) : NULL;
	const char *name = real != NULL ? strrchr(real, '/') + 1 : NULL;

	reading->pool = pool;
	reading->faults = ret_faults;
	for (size_t i = 0; i < folder_count; i++)
		read_folder(reading, folders[i], name);
	if (extra != NULL && (real == NULL || !has_init(AT_FDCWD, real)))
		reading_fault(reading, extra, "init.lua", "没有这个文件");
	else if (extra != NULL)
		read_plugin(reading, AT_FDCWD, name, real);
	free(real);
	if (reading->failed)
		return error_set(error, ERROR_INVALID, "plugins", "插件读不进来：%.*s",
		    (int)strcspn(buffer_text(ret_faults), "\n"), buffer_text(ret_faults));
	qsort(reading->plugins, reading->count, sizeof(reading->plugins[0]), by_plugin_name);
	*ret_plugins = reading->plugins;
	*ret_count = reading->count;
	return true;
}
