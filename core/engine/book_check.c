#include "engine/book_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 1 << 16, LOCAL_HEADER = 30, END_RECORD = 22, HEAD_LARGEST = 1 << 16, TAIL = 64, NAME_LARGEST = 256 };

struct part {			      /* of the file: one XML document, while it is unpacked */
	const struct book_rows *rows; /* NULL: it is no sheet */
	char head[HEAD_LARGEST];      /* up to where the rows begin, or the first bytes */
	size_t head_length;
	int64_t rows_left;
	unsigned long crc;
	bool in_rows, behind_rows;
	char tail[TAIL + 1]; /* the last bytes */
	size_t tail_length;
};

struct checking {
	int file;
	const struct book_rows *sheets;
	size_t count, found;
	struct part *part;
	unsigned char in[PIECE], out[PIECE];
};

static bool fail(struct error *error, const char *what)
{
	error_set(error, ERROR_READ_ONLY, "", "写好的 xlsx 读回来不对：%s", what);
	return error_hint(error, "多半是数据盘满了：腾出地方再导出，或者导出 csv");
}

bool book_check_measure(int file, struct book_rows *ret_rows, struct error *error)
{
	unsigned char *bytes = malloc(PIECE);
	struct book_rows rows = {.crc = crc32(0, NULL, 0)};
	ssize_t n = -1;

	while (bytes != NULL && (n = pread(file, bytes, PIECE, rows.length)) > 0) {
		rows.crc = crc32(rows.crc, bytes, (uInt)n);
		rows.length += n;
	}
	free(bytes);
	if (n < 0)
		return fail(error, "暂存的行读不出来");
	*ret_rows = rows;
	return true;
}

/* ---- a part ---- */

static void keep_tail(struct part *part, const unsigned char *bytes, size_t length)
{
	size_t keep = length < TAIL ? length : TAIL;
	size_t stay = part->tail_length < TAIL - keep ? part->tail_length : TAIL - keep;

	memmove(part->tail, part->tail + part->tail_length - stay, stay);
	memcpy(part->tail + stay, bytes + length - keep, keep);
	part->tail_length = stay + keep;
	part->tail[part->tail_length] = '\0';
}

/* Collects the first bytes; of a sheet exactly those before its rows. Returns how many it took. */
static size_t take_head(struct part *part, const unsigned char *bytes, size_t length)
{
	static const char begin[] = "<sheetData>";
	size_t room = sizeof(part->head) - 1 - part->head_length, take = length < room ? length : room;
	size_t before = part->head_length;
	const char *at;

	memcpy(part->head + before, bytes, take);
	part->head_length += take;
	part->head[part->head_length] = '\0';
	if (part->rows == NULL)
		return length;
	at = strstr(part->head, begin);
	if (at == NULL)
		return length;
	part->in_rows = true;
	part->rows_left = part->rows->length;
	part->head_length = (size_t)(at - part->head) + strlen(begin);
	return part->head_length - before;
}

static void take_bytes(struct part *part, const unsigned char *bytes, size_t length)
{
	size_t taken = 0;

	if (!part->in_rows)
		taken = take_head(part, bytes, length);
	if (part->in_rows && part->rows_left > 0) {
		size_t rows = (int64_t)(length - taken) < part->rows_left ? length - taken : (size_t)part->rows_left;

		part->crc = crc32(part->crc, bytes + taken, (uInt)rows);
		part->rows_left -= (int64_t)rows;
	}
	keep_tail(part, bytes, length);
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* It begins with a declaration and an element, and ends with that element's end. */
static bool is_document(const struct part *part)
{
	char end[NAME_LARGEST];
	size_t tail = part->tail_length;
	const char *root = starts_with(part->head, "<?xml ") ? strstr(part->head, "?>") : NULL;
	size_t length;

	root = root != NULL ? strchr(root, '<') : NULL;
	if (root == NULL)
		return false;
	length = strcspn(root + 1, " >");
	if (length + 4 > TAIL)
		return false;
	snprintf(end, sizeof(end), "</%.*s>", (int)length, root + 1);
	length = strlen(end);
	while (tail > 0 && part->tail[tail - 1] == '\n')
		tail--;
	return tail >= length && memcmp(part->tail + tail - length, end, length) == 0;
}

static bool check_part(const struct part *part, const char *name, struct error *error)
{
	if (!is_document(part))
		return fail(error, name);
	if (part->rows != NULL && (!part->in_rows || part->rows_left > 0 || part->crc != part->rows->crc))
		return fail(error, name);
	return true;
}

/* ---- the file ---- */

static bool unpack(struct checking *checking, int64_t offset, int64_t length)
{
	z_stream stream = {0};
	int status = Z_OK;

	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return false;
	while (status == Z_OK && length > 0) {
		ssize_t n =
		    pread(checking->file, checking->in, length < PIECE ? (size_t)length : (size_t)PIECE, offset);

		if (n <= 0)
			break;
		offset += n;
		length -= n;
		stream.next_in = checking->in;
		stream.avail_in = (uInt)n;
		do {
			stream.next_out = checking->out;
			stream.avail_out = PIECE;
			status = inflate(&stream, Z_NO_FLUSH);
			take_bytes(checking->part, checking->out, PIECE - stream.avail_out);
		} while (status == Z_OK && stream.avail_out == 0);
		if (status == Z_BUF_ERROR)
			status = Z_OK; /* it wants the next bytes */
	}
	inflateEnd(&stream);
	return status == Z_STREAM_END && length == 0;
}

static const struct book_rows *rows_of(struct checking *checking, const char *name)
{
	static const char folder[] = "xl/worksheets/sheet";
	unsigned long number = starts_with(name, folder) ? strtoul(name + strlen(folder), NULL, 10) : 0;

	if (number < 1 || number > checking->count)
		return NULL;
	checking->found++;
	return &checking->sheets[number - 1];
}

static uint32_t little(const unsigned char *bytes, int count)
{
	uint32_t number = 0;

	while (count-- > 0)
		number = number << 8 | bytes[count];
	return number;
}

/* The part at *offset, which then stands behind it. *ret_more false: no part is there. */
static bool check_next(struct checking *checking, int64_t *offset, bool *ret_more, struct error *error)
{
	unsigned char header[LOCAL_HEADER];
	char name[NAME_LARGEST] = "";
	struct part *part = checking->part;
	size_t name_length;
	int64_t packed;

	*ret_more = pread(checking->file, header, sizeof(header), *offset) == (ssize_t)sizeof(header) &&
	    memcmp(header, "PK\3\4", 4) == 0;
	if (!*ret_more)
		return true;
	name_length = little(header + 26, 2);
	packed = little(header + 18, 4);
	if (name_length >= sizeof(name) ||
	    pread(checking->file, name, name_length, *offset + LOCAL_HEADER) != (ssize_t)name_length)
		return fail(error, "目录");
	*offset += LOCAL_HEADER + (int64_t)name_length + little(header + 28, 2);
	memset(part, 0, sizeof(*part));
	part->crc = crc32(0, NULL, 0);
	part->rows = rows_of(checking, name);
	if (!unpack(checking, *offset, packed))
		return fail(error, name);
	*offset += packed;
	return check_part(part, name, error);
}

static bool has_end(const struct checking *checking)
{
	unsigned char record[END_RECORD];
	off_t size = lseek(checking->file, 0, SEEK_END);

	return size >= END_RECORD &&
	    pread(checking->file, record, sizeof(record), size - END_RECORD) == (ssize_t)sizeof(record) &&
	    memcmp(record, "PK\5\6", 4) == 0;
}

bool book_check_file(int file, const struct book_rows *sheets, size_t count, struct error *error)
{
	struct checking *checking = calloc(1, sizeof(*checking));
	struct part *part = calloc(1, sizeof(*part));
	int64_t offset = 0;
	bool more = true, ok = checking != NULL && part != NULL;

	if (!ok)
		error_set(error, ERROR_INTERNAL, "", "没有内存");
	else {
		checking->file = file;
		checking->sheets = sheets;
		checking->count = count;
		checking->part = part;
	}
	while (ok && more)
		ok = check_next(checking, &offset, &more, error);
	if (ok && (checking->found != count || !has_end(checking)))
		ok = fail(error, "不全");
	free(part);
	free(checking);
	return ok;
}
