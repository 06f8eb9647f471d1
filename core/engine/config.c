#include "engine/config.h"

#include "engine/host_client.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_LARGEST = 1 << 20 };

static bool read_file(const char *path, struct buffer *out, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char piece[16384];
	ssize_t n = 0;

	if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
		error_set(error, ERROR_INVALID, "config", "%s: 打不开，或不是普通文件", path);
		if (file >= 0)
			close(file);
		return false;
	}
	while ((n = read(file, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buffer_append(out, piece, (size_t)n);
	close(file);
	if (n < 0 || out->full)
		return error_set(error, ERROR_INVALID, "config", "%s: 读不了，或超过 1 MiB", path);
	return true;
}

bool engine_read_config(
    const char *host_program, const char *path, struct pool *pool, struct plain *ret_plain, struct error *error)
{
	struct host_client *host = NULL;
	struct buffer source, arguments;
	const char *name = strrchr(path, '/');
	struct wire result;
	bool ok;

	buffer_init(&source, CONFIG_LARGEST);
	buffer_init(&arguments, CONFIG_LARGEST + 4096);
	ok = read_file(path, &source, error);
	if (ok) {
		host = host_client_start(host_program, error);
		ok = host != NULL;
	}
	if (ok) {
		wire_put_bytes(&arguments, buffer_text(&source), source.length);
		wire_put_text(&arguments, name != NULL ? name + 1 : path);
		ok = host_client_call(host, HOST_CALL_CONFIG, 0, 0, DATE_FIRST, &arguments,
		    (struct host_budget){.call_us = 1000000}, NULL, pool, &result, error);
		if (!ok)
			error->code = ERROR_INVALID;
	}
	if (ok) {
		*ret_plain = plain_get(&result, pool);
		if (!wire_end(&result) || ret_plain->type != PLAIN_TABLE)
			ok = error_set(error, ERROR_INVALID, "config", "%s: 要 return 一张表", path);
	}
	host_client_stop(host);
	buffer_clear(&source);
	buffer_clear(&arguments);
	return ok;
}
