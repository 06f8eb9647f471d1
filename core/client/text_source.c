#include "client/text_source.h"

#include "text/encoding.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

struct text_source {
	int fd;
	struct encoding_reader *reader;
	char encoding[32];
	char piece[PIECE]; /* the first one, read to see what it is */
	size_t first_length, skip;
	off_t start; /* of the file: standard input may have been read from already */
	bool first_pending, ended;
	char first;
};

static bool read_piece(struct text_source *source, char *bytes, size_t *ret_length, struct error *error)
{
	size_t length = 0;

	while (length < PIECE) {
		ssize_t part = read(source->fd, bytes + length, PIECE - length);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_set(error, ERROR_REFUSED, "", "文件读不下去：%s", strerror(errno));
		if (part == 0)
			break;
		length += (size_t)part;
	}
	*ret_length = length;
	return true;
}

/* What can't be read twice goes to a file without a name first. */
static bool make_seekable(struct text_source *source, struct error *error)
{
	char bytes[PIECE];
	size_t length = PIECE;
	FILE *spool;
	bool good = true;

	source->start = lseek(source->fd, 0, SEEK_CUR);
	if (source->start >= 0)
		return true;
	spool = tmpfile();
	if (spool == NULL)
		return error_set(error, ERROR_REFUSED, "", "临时文件建不了：%s", strerror(errno));
	while (good && length == PIECE) {
		if (!read_piece(source, bytes, &length, error)) {
			fclose(spool);
			return false;
		}
		good = fwrite(bytes, 1, length, spool) == length;
	}
	good = good && fflush(spool) == 0 && lseek(fileno(spool), 0, SEEK_SET) == 0;
	source->start = 0;
	close(source->fd);
	source->fd = good ? dup(fileno(spool)) : -1;
	if (source->fd < 0)
		error_set(error, ERROR_REFUSED, "", "临时文件写不下：%s", strerror(errno));
	fclose(spool);
	return source->fd >= 0;
}

static bool refuse_workbook(const struct text_source *source, struct error *error)
{
	bool xlsx = source->first_length > 4 && memcmp(source->piece, "PK\x03\x04", 4) == 0;
	bool xls = source->first_length > 4 && memcmp(source->piece, "\xd0\xcf\x11\xe0", 4) == 0;

	if (!xlsx && !xls)
		return true;
	error_set(error, ERROR_INVALID, "", "%s 工作簿还不支持", xlsx ? "xlsx" : "xls");
	return error_hint(error, "在表格软件里另存为 CSV（UTF-8），再导入那个文件");
}

static bool choose_encoding(struct text_source *source, const char *wished, struct error *error)
{
	const char *found =
	    encoding_detect(source->piece, source->first_length, source->first_length < PIECE, &source->skip);
	const char *name = wished != NULL ? wished : found;

	if (wished != NULL && (found == NULL || strcmp(found, wished) != 0))
		source->skip = 0;
	if (name == NULL) {
		error_set(error, ERROR_INVALID, "encoding", "文件不是 UTF-8，不猜它是什么编码");
		return error_hint(error, "中文的表格多半是：--encoding gb18030；预览里看得出对不对");
	}
	snprintf(source->encoding, sizeof source->encoding, "%s", name);
	source->reader = encoding_reader_new(name, error);
	return source->reader != NULL;
}

/* The first letter of the text: good enough to tell { from a heading, in any encoding that keeps ASCII. */
static char first_letter(const struct text_source *source)
{
	for (size_t i = source->skip; i < source->first_length; i++)
		if (source->piece[i] != '\0' && strchr(" \t\r\n", source->piece[i]) == NULL)
			return source->piece[i];
	return 0;
}

struct text_source *text_source_open(const char *path, const char *encoding, struct error *error)
{
	struct text_source *source = calloc(1, sizeof *source);
	struct stat status;

	if (source == NULL) {
		error_set(error, ERROR_INTERNAL, "", "内存不够");
		return NULL;
	}
	source->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (source->fd < 0) {
		error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_REFUSED, "", "%s 打不开：%s", path,
		    strerror(errno));
	} else if (fstat(source->fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		error_set(error, ERROR_INVALID, "", "%s 是文件夹，要一个文件", path);
	} else if (make_seekable(source, error) && read_piece(source, source->piece, &source->first_length, error) &&
	    refuse_workbook(source, error) && choose_encoding(source, encoding, error)) {
		source->first_pending = true;
		source->first = first_letter(source);
		return source;
	}
	text_source_free(source);
	return NULL;
}

void text_source_free(struct text_source *source)
{
	if (source == NULL)
		return;
	if (source->fd >= 0)
		close(source->fd);
	encoding_reader_free(source->reader);
	free(source);
}

bool text_source_read(struct text_source *source, struct buffer *out, bool *ret_end, struct error *error)
{
	char more[PIECE];
	const char *bytes = more;
	size_t length;

	if (source->first_pending) {
		bytes = source->piece + source->skip;
		length = source->first_length - source->skip;
		source->ended = source->first_length < PIECE;
		source->first_pending = false;
	} else {
		if (!read_piece(source, more, &length, error))
			return false;
		source->ended = length < PIECE;
	}
	*ret_end = source->ended;
	if (encoding_reader_feed(source->reader, bytes, length, source->ended, out, error))
		return true;
	if (strcmp(source->encoding, "utf-8") == 0)
		return error_hint(error, "前面是 UTF-8，后面不是；整个文件多半是：--encoding gb18030");
	return error_hint(error, "换一个编码：--encoding 编码");
}

const char *text_source_encoding(const struct text_source *source)
{
	return source->encoding;
}

char text_source_first(const struct text_source *source)
{
	return source->first;
}

bool text_source_rewind(struct text_source *source, struct error *error)
{
	if (lseek(source->fd, source->start + (off_t)source->first_length, SEEK_SET) < 0)
		return error_set(error, ERROR_REFUSED, "", "文件回不到开头：%s", strerror(errno));
	encoding_reader_free(source->reader);
	source->reader = encoding_reader_new(source->encoding, error);
	source->first_pending = true;
	source->ended = false;
	return source->reader != NULL;
}
