#include "client/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct output_file {
	int folder, fd;
	char temporary[48];
	bool finished;
};

const char *output_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool refuse(struct error *error, const char *what, const char *path)
{
	error_set(error, ERROR_REFUSED, "", "%s %s：%s", path, what, strerror(errno));
	return error_hint(error, "原来的文件没有动");
}

static int open_folder(const char *path, struct error *error)
{
	const char *name = output_file_name(path);
	struct stat status;
	char *folder_path =
	    name == path ? strdup(".") : strndup(path, name == path + 1 ? 1 : (size_t)(name - path) - 1);
	int folder = folder_path != NULL ? open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (folder < 0 || fstat(folder, &status) != 0) {
		refuse(error, "的文件夹打不开", path);
	} else if ((status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0) {
		error_set(error, ERROR_REFUSED, "", "%s 的文件夹谁都能写，别人可以换掉它", path);
		error_hint(error, "换一个文件夹，或者 chmod o-w");
	} else {
		free(folder_path);
		return folder;
	}
	if (folder >= 0)
		close(folder);
	free(folder_path);
	return -1;
}

struct output_file *output_file_new(const char *path, struct error *error)
{
	struct output_file *file;
	unsigned char random[8];

	if (*output_file_name(path) == '\0') {
		error_set(error, ERROR_INVALID, "", "要一个文件名，写的是“%s”", path);
		return NULL;
	}
	file = calloc(1, sizeof *file);
	if (file == NULL) {
		refuse(error, "写不了", path);
		return NULL;
	}
	file->fd = -1;
	file->folder = open_folder(path, error);
	if (file->folder < 0) {
		free(file);
		return NULL;
	}
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		memset(random, 0, sizeof random); /* O_EXCL still keeps it ours alone */
	snprintf(file->temporary, sizeof file->temporary, ".luodi-%02x%02x%02x%02x%02x%02x%02x%02x.part", random[0],
	    random[1], random[2], random[3], random[4], random[5], random[6], random[7]);
	file->fd = openat(file->folder, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (file->fd < 0) {
		refuse(error, "的文件夹里建不了文件", path);
		output_file_free(file);
		return NULL;
	}
	return file;
}

bool output_file_write(struct output_file *file, const char *bytes, size_t length, struct error *error)
{
	while (length > 0) {
		ssize_t written = write(file->fd, bytes, length);

		if (written < 0 && errno != EINTR)
			return refuse(error, "写不下去", "文件");
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
	}
	return true;
}

bool output_file_finish(struct output_file *file, const char *name, struct error *error)
{
	int fd = file->fd;

	if (fsync(fd) != 0)
		return refuse(error, "没有写到盘上", name);
	file->fd = -1;
	if (close(fd) != 0)
		return refuse(error, "没有写完", name);
	if (renameat(file->folder, file->temporary, file->folder, name) != 0)
		return refuse(error, "换不成新的", name);
	file->finished = true;
	if (fsync(file->folder) != 0)
		return error_set(
		    error, ERROR_REFUSED, "", "%s 已经换成新的，但文件夹没有写到盘上：%s", name, strerror(errno));
	return true;
}

void output_file_free(struct output_file *file)
{
	if (file == NULL)
		return;
	if (file->fd >= 0)
		close(file->fd);
	if (!file->finished)
		unlinkat(file->folder, file->temporary, 0);
	close(file->folder);
	free(file);
}
