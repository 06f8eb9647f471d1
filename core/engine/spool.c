#include "engine/importing.h"

#include "engine/temporary.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROW_LARGEST = 8 << 20 };

struct spooled { /* where a row lies: 24 bytes, so that a million of them fit */
	int64_t offset;
	int32_t day;
	uint32_t length;
	int64_t number;
};

struct spool {
	int file;
	int64_t size;
	struct spooled *rows;
	size_t count, room;
	struct buffer row;
};

struct spool *spool_new(const char *folder, struct error *error)
{
	struct spool *spool = calloc(1, sizeof(*spool));

	if (spool == NULL) {
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		return NULL;
	}
	spool->file = temporary_open(folder, error);
	if (spool->file < 0) {
		free(spool);
		return NULL;
	}
	buffer_init(&spool->row, ROW_LARGEST);
	return spool;
}

void spool_free(struct spool *spool)
{
	if (spool == NULL)
		return;
	close(spool->file);
	buffer_clear(&spool->row);
	free(spool->rows);
	free(spool);
}

static bool write_all(int file, const char *bytes, size_t length, int64_t offset)
{
	while (length > 0) {
		ssize_t n = pwrite(file, bytes, length, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		offset += n;
		length -= (size_t)n;
	}
	return true;
}

bool spool_append(
    struct spool *spool, int64_t number, struct date day, const char *const *cells, size_t count, struct error *error)
{
	if (spool->count == spool->room) {
		size_t room = spool->room > 0 ? spool->room * 2 : 1024;
		struct spooled *more = realloc(spool->rows, room * sizeof(*more));

		if (more == NULL)
			return error_set(error, ERROR_TOO_LARGE, "rows", "行数太多，内存不够");
		spool->rows = more;
		spool->room = room;
	}
	buffer_reset(&spool->row);
	for (size_t i = 0; i < count; i++)
		wire_put_text(&spool->row, cells[i]);
	if (spool->row.full)
		return error_set(error, ERROR_TOO_LARGE, "rows", "第 %lld 行太长", (long long)number);
	if (!write_all(spool->file, buffer_text(&spool->row), spool->row.length, spool->size))
		return error_set(error, ERROR_READ_ONLY, "", "暂存不下这些行，数据盘可能满了");
	spool->rows[spool->count++] = (struct spooled){
	    .offset = spool->size, .day = day.day, .length = (uint32_t)spool->row.length, .number = number};
	spool->size += (int64_t)spool->row.length;
	return true;
}

size_t spool_count(const struct spool *spool)
{
	return spool->count;
}

static int by_day_and_place(const void *a, const void *b)
{
	const struct spooled *left = a, *right = b;

	if (left->day != right->day)
		return left->day < right->day ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

void spool_sort(struct spool *spool)
{
	if (spool->count > 1)
		qsort(spool->rows, spool->count, sizeof(*spool->rows), by_day_and_place);
}

bool spool_read(struct spool *spool, size_t n, size_t count, struct pool *pool, int64_t *ret_number,
    const char ***ret_cells, struct error *error)
{
	const struct spooled *row = &spool->rows[n];
	char *bytes = pool_alloc(pool, row->length + 1);
	const char **cells = pool_alloc_array(pool, count, sizeof(*cells));
	struct wire in;

	if (pread(spool->file, bytes, row->length, row->offset) != (ssize_t)row->length)
		return error_set(error, ERROR_INTERNAL, "", "暂存的行读不回来");
	wire_read(&in, bytes, row->length);
	for (size_t i = 0; i < count; i++)
		cells[i] = wire_get_text(&in, pool, IMPORT_CELL_LARGEST);
	if (!wire_end(&in))
		return error_set(error, ERROR_INTERNAL, "", "暂存的行坏了");
	*ret_number = row->number;
	*ret_cells = cells;
	return true;
}
