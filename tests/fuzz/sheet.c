/* Any bytes as a file that somebody imports: its rows are numbered as a spreadsheet does, every cell is text, a fault has a sentence, and
 * a second reading gives the same. The first byte says which encoding was given. */
#include "base/utf8.h"
#include "client/row_source.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct reading {
	int64_t rows, cells, last_number;
	uint64_t hash; /* of all cells */
	enum error_code end;
};

static void note_cell(struct reading *reading, const char *cell)
{
	size_t bad;

	if (!utf8_is_valid(cell, strlen(cell), &bad))
		abort();
	for (; *cell != '\0'; cell++)
		reading->hash = (reading->hash ^ (unsigned char)*cell) * UINT64_C(1099511628211);
	reading->hash = (reading->hash ^ 256) * UINT64_C(1099511628211);
	reading->cells++;
}

static struct reading read_all(struct row_source *source)
{
	struct reading reading = {.last_number = -1};
	struct error error = {0};
	struct row row;

	while (row_source_next(source, &row, &error)) {
		if (row.number <= reading.last_number)
			abort();
		reading.last_number = row.number;
		reading.rows++;
		for (size_t i = 0; i < row.count; i++)
			note_cell(&reading, row.cells[i]);
	}
	if (error.code != ERROR_NONE && error.sentence[0] == '\0')
		abort();
	reading.end = error.code;
	return reading;
}

static void read_twice(const char *path, const char *encoding)
{
	struct error error = {0};
	struct row_source *source = row_source_open(path, encoding, &error);
	struct reading first, second;

	if (source == NULL) {
		if (error.code == ERROR_NONE || error.sentence[0] == '\0')
			abort();
		return;
	}
	first = read_all(source);
	if (!row_source_rewind(source, &error))
		abort();
	second = read_all(source);
	if (first.rows != second.rows || first.cells != second.cells || first.last_number != second.last_number ||
	    first.hash != second.hash || first.end != second.end)
		abort();
	row_source_free(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char *const encodings[] = {NULL, "utf-8", "gb18030", "cp1252", "utf-16"};
	char path[64];
	int file;

	if (length == 0)
		return 0;
	file = memfd_create("sheet", MFD_CLOEXEC);
	if (file < 0 || write(file, bytes + 1, length - 1) != (ssize_t)(length - 1))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	read_twice(path, encodings[bytes[0] % (sizeof(encodings) / sizeof(encodings[0]))]);
	close(file);
	return 0;
}
