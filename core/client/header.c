#include "client/header.h"

#include "text/normal.h"
#include <string.h>

/* A heading as it is compared: "计划总投资（万元）" is "计划总投资". */
static const char *heading_key(struct pool *pool, const char *text)
{
	char *key = text_key(pool, text);
	char *bracket = strrchr(key, '('); /* NFKC has made the full-width one plain */

	if (bracket != NULL && bracket != key && key[strlen(key) - 1] == ')')
		*bracket = '\0';
	return key;
}

static size_t filled_cells(const struct row *row)
{
	size_t filled = 0;

	for (size_t i = 0; i < row->count; i++)
		filled += row->cells[i][strspn(row->cells[i], " \t\r\n")] != '\0';
	return filled;
}

static bool is_known(const char *key, const char *whole, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i], key) == 0 || strcmp(keys[i], whole) == 0)
			return true;
	return false;
}

static size_t known_cells(struct pool *pool, const struct row *row, const char *const *keys, size_t count)
{
	size_t known = 0;

	for (size_t i = 0; i < row->count; i++)
		if (*row->cells[i] != '\0' &&
		    is_known(heading_key(pool, row->cells[i]), text_key(pool, row->cells[i]), keys, count))
			known++;
	return known;
}

static bool all_different(struct pool *pool, const struct row *row)
{
	for (size_t i = 0; i < row->count; i++)
		for (size_t k = 0; k < i; k++)
			if (*row->cells[i] != '\0' &&
			    strcmp(text_key(pool, row->cells[i]), text_key(pool, row->cells[k])) == 0)
				return false;
	return true;
}

/* With no heading known: the first of the rows with the most filled cells, if another row follows it. */
static size_t widest_row(struct pool *pool, const struct row *rows, size_t count)
{
	size_t best = count, most = 1;

	for (size_t i = 0; i + 1 < count && i < HEADER_SEARCHED; i++)
		if (filled_cells(&rows[i]) > most && all_different(pool, &rows[i])) {
			most = filled_cells(&rows[i]);
			best = i;
		}
	return best;
}

size_t header_find(
    struct pool *pool, const struct row *rows, size_t count, const char *const *known, size_t known_count)
{
	const char **keys = pool_alloc_array(pool, known_count + 1, sizeof *keys);
	size_t best = count, most = 0;

	for (size_t i = 0; i < known_count; i++)
		keys[i] = text_key(pool, known[i]);
	for (size_t i = 0; i < count && i < HEADER_SEARCHED; i++) {
		size_t named = known_cells(pool, &rows[i], keys, known_count);

		if (named > most && (named >= 2 || 2 * named >= filled_cells(&rows[i]))) {
			most = named;
			best = i;
		}
	}
	return best < count ? best : widest_row(pool, rows, count);
}

const char *header_unit(struct pool *pool, const struct row *rows, size_t count)
{
	static const char *const UNITS[] = {"亿元", "万元", "元"};

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < rows[i].count; k++) {
			const char *key = text_key(pool, rows[i].cells[k]), *place = strstr(key, "单位:");

			for (size_t u = 0; place != NULL && u < sizeof UNITS / sizeof *UNITS; u++)
				if (strncmp(place + strlen("单位:"), UNITS[u], strlen(UNITS[u])) == 0)
					return UNITS[u];
		}
	return NULL;
}

const char *header_split_unit(struct pool *pool, const char *heading, const char **ret_heading)
{
	static const char *const ENDS[][2] = {{"（亿元）", "亿元"}, {"(亿元)", "亿元"}, {"（万元）", "万元"},
	    {"(万元)", "万元"}, {"（元）", "元"}, {"(元)", "元"}};
	size_t length = strlen(heading);

	for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
		size_t end = strlen(ENDS[i][0]);

		if (length <= end || strcmp(heading + length - end, ENDS[i][0]) != 0)
			continue;
		*ret_heading = pool_copy_bytes(pool, heading, length - end);
		return ENDS[i][1];
	}
	return NULL;
}

bool header_is_known(struct pool *pool, const char *heading, const char *const *known, size_t known_count)
{
	const char *key = text_key(pool, heading);

	for (size_t i = 0; i < known_count; i++)
		if (strcmp(text_key(pool, known[i]), key) == 0)
			return true;
	return false;
}

bool row_is_total(struct pool *pool, const struct row *row, bool *ret_grand)
{
	static const char *const GRAND[] = {"合计", "总计", "共计", "总合计", "合计:", "总计:", "total"};
	static const char *const PART[] = {"小计", "小计:", "本页小计", "subtotal"};
	size_t seen = 0;

	for (size_t i = 0; i < row->count && seen < 3; i++) {
		const char *key = text_key(pool, row->cells[i]);

		seen += *key != '\0';
		for (size_t k = 0; k < sizeof GRAND / sizeof *GRAND; k++)
			if (strcmp(key, GRAND[k]) == 0) {
				*ret_grand = true;
				return true;
			}
		for (size_t k = 0; k < sizeof PART / sizeof *PART; k++)
			if (strcmp(key, PART[k]) == 0) {
				*ret_grand = false;
				return true;
			}
	}
	return false;
}

bool row_is_note(const struct row *row)
{
	static const char *const STARTS[] = {
	    "注：", "注:", "备注：", "备注:", "说明：", "说明:", "填表", "制表", "审核", "填报", "单位负责人"};

	if (row->count < 3 || filled_cells(row) == 0)
		return false;
	for (size_t i = 0; i < row->count; i++) {
		const char *cell = row->cells[i] + strspn(row->cells[i], " \t\r\n");

		if (*cell == '\0')
			continue;
		for (size_t k = 0; k < sizeof STARTS / sizeof *STARTS; k++)
			if (strncmp(cell, STARTS[k], strlen(STARTS[k])) == 0 && filled_cells(row) <= 3)
				return true;
		return false;
	}
	return false;
}
