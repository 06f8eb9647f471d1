#include "client/totals.h"

#include "base/number.h"
#include "client/value.h"
#include <string.h>

struct column_total {
	const char *heading;
	int64_t sum, stated;
	bool lost; /* the sum went out of range */
	bool has_stated, has_amounts;
};

struct totals {
	struct column_total *columns;
	size_t count;
};

struct totals *totals_new(struct pool *pool, const struct row *header)
{
	struct totals *totals = pool_alloc(pool, sizeof *totals);

	totals->count = header->count;
	totals->columns = pool_alloc_array(pool, header->count + 1, sizeof *totals->columns);
	for (size_t i = 0; i < header->count; i++)
		totals->columns[i].heading = header->cells[i];
	return totals;
}

/* A bare number in hundredths, whatever it counts. */
static bool read_amount(const char *text, int64_t *ret_amount)
{
	struct error error;

	return *text != '\0' && money_parse(text, 100, "", ret_amount, &error);
}

void totals_add_row(struct totals *totals, const struct row *row)
{
	for (size_t i = 0; i < row->count && i < totals->count; i++) {
		struct column_total *column = &totals->columns[i];
		int64_t amount;

		if (!read_amount(row->cells[i], &amount))
			continue;
		column->has_amounts = true;
		if (!number_add(column->sum, amount, &column->sum))
			column->lost = true;
	}
}

void totals_take_total(struct totals *totals, const struct row *row)
{
	for (size_t i = 0; i < totals->count; i++)
		totals->columns[i].has_stated =
		    i < row->count && read_amount(row->cells[i], &totals->columns[i].stated);
}

static const char *amount_text(struct pool *pool, int64_t amount)
{
	const char *text = value_decimal(pool, amount, 100), *point = strchr(text, '.');

	return pool_format(pool, "%s%s", value_grouped(pool, amount / 100), point != NULL ? point : "");
}

const char *totals_compare(struct totals *totals, struct pool *pool, bool *ret_agrees)
{
	const char *agreeing = NULL, *differing = NULL;

	for (size_t i = 0; i < totals->count; i++) {
		const struct column_total *column = &totals->columns[i];

		if (!column->has_stated || column->lost || !column->has_amounts)
			continue;
		if (column->sum == column->stated)
			agreeing = pool_format(pool, "%s%s%s", agreeing != NULL ? agreeing : "",
			    agreeing != NULL ? "、" : "", amount_text(pool, column->stated));
		else
			differing = pool_format(pool, "%s%s“%s”合计行写 %s，逐行相加是 %s",
			    differing != NULL ? differing : "", differing != NULL ? "，" : "", column->heading,
			    amount_text(pool, column->stated), amount_text(pool, column->sum));
	}
	*ret_agrees = differing == NULL;
	if (differing != NULL)
		return differing;
	return agreeing != NULL ? pool_format(pool, "合计行 %s 与逐行相加一致", agreeing) : NULL;
}
