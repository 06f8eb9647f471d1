#include "engine/refigure.h"

#include "base/clock.h"
#include "engine/figure.h"
#include <stdlib.h>
#include <string.h>

/* Writers wait meanwhile, so each of the two countings has little time. */
enum {
#ifdef LUODI_SANITIZED
	COUNTING_US = 3000000, /* checks make all slower, and what a test reads must not hang on that */
#else
	COUNTING_US = 1000000,
#endif
	ASKED_LARGEST = 400,
	TOLD_LARGEST = 20
};

struct asked {
	const struct figure_declaration *declaration;
	struct period period;
	struct date as_of;
	bool by_period, counted;
	struct figured before;
};

struct refigure {
	struct engine *engine;
	struct plugin_set *set;
	struct head head;
	struct caller caller;
	struct pool *pool;
	struct asked asked[ASKED_LARGEST];
	size_t count;
	bool more;
};

static void add_period(struct refigure *refigure, const struct figure_declaration *declaration, int year, int month,
    int months, bool by_period, struct date from, struct date today)
{
	struct period period;
	struct date as_of;

	if (!date_from_civil(year, month, 1, &period.start) ||
	    !date_from_civil(month + months > 12 ? year + 1 : year,
		month + months > 12 ? month + months - 12 : month + months, 1, &period.end))
		return;
	period.end.day--;
	as_of = period.end.day < today.day ? period.end : today;
	if (period.end.day < from.day || period.start.day > today.day)
		return;
	if (refigure->count == ASKED_LARGEST) {
		refigure->more = true;
		return;
	}
	refigure->asked[refigure->count++] =
	    (struct asked){.declaration = declaration, .period = period, .as_of = as_of, .by_period = by_period};
}

/* Half-years first: those are what was reported. A figure that knows no period is asked at the ends of months. */
static void add_periods(
    struct refigure *refigure, const struct figure_declaration *declaration, struct date from, struct date today)
{
	static const int lengths[] = {6, 12, 1};
	bool by_period = declaration->period != NULL || figure_needs_period(declaration);
	int first, last, month, day;

	date_to_civil(from, &first, &month, &day);
	date_to_civil(today, &last, &month, &day);
	for (size_t i = by_period ? 0 : 2; i < sizeof(lengths) / sizeof(lengths[0]);
	     i++) /* others differ only by the day */
		for (int year = first; year <= last; year++)
			for (int start = 1; start <= 12; start += lengths[i])
				add_period(refigure, declaration, year, start, lengths[i], by_period, from, today);
}

static bool count_one(
    struct refigure *refigure, const struct asked *asked, int64_t deadline_us, struct figured *ret_figured)
{
	struct moment moment = {.as_of = asked->as_of, .known_seq = SEQ_FOR_EVER};
	struct store_connection *connection = store_writer(refigure->engine->store);
	struct view *view =
	    view_borrow(refigure->engine, refigure->set, connection, &refigure->head, &moment, &refigure->caller);
	struct error ignored = {0};
	bool ok;

	view->facts.has_period = asked->by_period;
	view->facts.period = asked->period;
	store_set_deadline(connection, deadline_us);
	ok = figure_count(view, asked->declaration, refigure->pool, ret_figured, &ignored);
	store_set_deadline(connection, 0);
	view_close(view);
	return ok;
}

struct refigure *refigure_begin(struct engine *engine, struct plugin_set *set, const struct head *head,
    const struct kind *kind, struct date from, const struct caller *caller)
{
	struct date today = engine_today(head);
	int64_t deadline = clock_monotonic_us() + COUNTING_US;
	struct pool *pool = pool_new();
	struct refigure *refigure = pool_alloc(pool, sizeof(*refigure));

	refigure->engine = engine;
	refigure->set = set;
	refigure->head = *head;
	refigure->caller = *caller;
	refigure->pool = pool;
	for (size_t i = 0; i < set->schema->figure_count; i++)
		if (kind == NULL || schema_find_kind(set->schema, set->schema->figures[i]->of) == kind)
			add_periods(refigure, set->schema->figures[i], from, today);
	if (refigure->count == 0) {
		pool_free(pool);
		return NULL;
	}
	for (size_t i = 0; i < refigure->count; i++) {
		struct asked *asked = &refigure->asked[i];

		if (clock_monotonic_us() < deadline)
			asked->counted = count_one(refigure, asked, deadline, &asked->before);
		refigure->more = refigure->more || !asked->counted;
	}
	return refigure;
}

void refigure_end(struct refigure *refigure, struct outcome *outcome)
{
	int64_t deadline = clock_monotonic_us() + COUNTING_US;
	struct refigured *told;
	char period[PERIOD_TEXT_SIZE];

	if (refigure == NULL)
		return;
	told = pool_alloc_array(outcome->pool, TOLD_LARGEST, sizeof(*told));
	for (size_t i = 0; i < refigure->count; i++) {
		const struct asked *asked = &refigure->asked[i];
		struct figured after;

		if (!asked->counted)
			continue;
		if (clock_monotonic_us() >= deadline || !count_one(refigure, asked, deadline, &after)) {
			refigure->more = true;
			continue;
		}
		if (strcmp(after.text, asked->before.text) == 0)
			continue;
		if (outcome->figure_count == TOLD_LARGEST) {
			refigure->more = true;
			break;
		}
		told[outcome->figure_count++] =
		    (struct refigured){.name = pool_copy_text(outcome->pool, asked->declaration->name),
			.title = pool_copy_text(outcome->pool, asked->declaration->title),
			.period = pool_copy_text(outcome->pool, period_format(asked->period, period)),
			.as_of = asked->as_of,
			.from = pool_copy_text(outcome->pool, asked->before.text),
			.to = pool_copy_text(outcome->pool, after.text)};
	}
	outcome->figures = told;
	outcome->more_figures = refigure->more;
	refigure_free(refigure);
}

void refigure_free(struct refigure *refigure)
{
	if (refigure != NULL)
		pool_free(refigure->pool);
}
