#include "base/log.h"

#include "base/utf8.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* A pipe takes up to PIPE_BUF (4096) bytes whole or not at all, so a line stays below that. */
enum { LONGEST_LINE = 4000, PATIENCE_MS = 5 };

static _Atomic int level_shown = LOG_LEVEL_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows, and of the order of lines */
static uint64_t dropped;
static pthread_once_t journal_once = PTHREAD_ONCE_INIT;
static bool to_journal;

/* systemd names the stream it reads: a service that was told to write elsewhere has the name, but another stream. */
static void look_for_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return;
	to_journal = fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

static const char *prefix_of(enum log_level level)
{
	static const char *const for_journal[] = {"<3>", "<4>", "<6>", "<7>"};
	static const char *const for_people[] = {"error: ", "warning: ", "info: ", "debug: "};

	pthread_once(&journal_once, look_for_journal);
	return to_journal ? for_journal[level] : for_people[level];
}

/* Whether a line has to spell it out: controls would forge lines or move the cursor, the others turn text around or
 * hide in it. */
static bool is_unsafe(uint32_t code_point)
{
	if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0))
		return true;
	return (code_point >= 0x200B && code_point <= 0x200F) || (code_point >= 0x2028 && code_point <= 0x202E) ||
	    (code_point >= 0x2060 && code_point <= 0x206F) || code_point == 0xFEFF || code_point == 0x061C;
}

static size_t put_escape(char *place, size_t size, uint32_t code_point, bool valid)
{
	int length;

	if (valid && code_point == '\n')
		length = snprintf(place, size, "\\n");
	else if (valid && code_point == '\t')
		length = snprintf(place, size, "\\t");
	else if (valid && code_point > 0x7F)
		length = snprintf(place, size, "<U+%04X>", (unsigned)code_point);
	else
		length = snprintf(place, size, "\\x%02x", (unsigned)code_point);
	return length < 0 ? 0 : (size_t)length;
}

/* text, safe to show, as far as size takes it; cut at a whole character, with "…" where it was cut. */
static size_t escape_line(char *place, size_t size, const char *text)
{
	enum { LONGEST_PIECE = 12, ELLIPSIS = 3 };
	size_t length = 0, left = strlen(text);

	while (left > 0) {
		size_t step = utf8_sequence(text, left);
		size_t ignored;
		uint32_t code_point = step > 0 ? utf8_next(text, &ignored) : (unsigned char)*text;

		if (length + LONGEST_PIECE + ELLIPSIS > size) {
			memcpy(place + length, "…", ELLIPSIS);
			return length + ELLIPSIS;
		}
		if (step == 0 || is_unsafe(code_point)) {
			length += put_escape(place + length, LONGEST_PIECE, code_point, step > 0);
			step = step > 0 ? step : 1;
		} else {
			memcpy(place + length, text, step);
			length += step;
		}
		text += step;
		left -= step;
	}
	return length;
}

/* One write, and only where it will not block: stderr is shared with others, so it can't be made non-blocking. A
 * reader that is merely slow gets a moment, one that did not take the last line gets none. */
static bool write_line(const char *prefix, const char *line, size_t length)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	struct iovec pieces[3] = {
	    {.iov_base = (char *)(uintptr_t)prefix, .iov_len = strlen(prefix)},
	    {.iov_base = (char *)(uintptr_t)line, .iov_len = length},
	    {.iov_base = (char[]){'\n'}, .iov_len = 1},
	};
	ssize_t written;

	if (poll(&ready, 1, dropped == 0 ? PATIENCE_MS : 0) <= 0 || (ready.revents & POLLOUT) == 0)
		return false;
	do
		written = writev(STDERR_FILENO, pieces, 3);
	while (written < 0 && errno == EINTR);
	return written > 0;
}

static void write_count_of_dropped(void)
{
	char line[96];
	int length = snprintf(line, sizeof line, "有 %llu 行日志写不出去，丢了", (unsigned long long)dropped);

	if (length > 0 && write_line(prefix_of(LOG_LEVEL_WARNING), line, (size_t)length))
		dropped = 0;
}

__attribute__((format(printf, 2, 0))) static void log_line(enum log_level level, const char *format, va_list arguments)
{
	char text[LONGEST_LINE + 1], line[LONGEST_LINE];
	int saved = errno; /* a caller may log between a failure and looking at it */
	size_t length;

	if ((int)level > atomic_load_explicit(&level_shown, memory_order_relaxed))
		return;
	if (vsnprintf(text, sizeof text, format, arguments) < 0)
		return;
	text[utf8_cut(text, strlen(text), LONGEST_LINE - 1)] = '\0';
	length = escape_line(line, sizeof line, text);
	pthread_mutex_lock(&lock);
	if (dropped > 0)
		write_count_of_dropped();
	if (dropped > 0 || !write_line(prefix_of(level), line, length))
		dropped++;
	pthread_mutex_unlock(&lock);
	errno = saved;
}

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&level_shown, (int)level, memory_order_relaxed);
}

void log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_ERROR, format, arguments);
	va_end(arguments);
}

void log_warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_WARNING, format, arguments);
	va_end(arguments);
}

void log_info(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_INFO, format, arguments);
	va_end(arguments);
}

void log_debug(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(LOG_LEVEL_DEBUG, format, arguments);
	va_end(arguments);
}
