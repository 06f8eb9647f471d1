/* Exports, and the one calendar that all calendar declarations together make. */
#include "model/build.h"
#include <stdlib.h>
#include <string.h>

struct export_of { /* an export and its plugin, while both are sorted */
	const struct export_declaration *export;
	int plugin;
};

static void check_arguments(struct build *build, const struct export_declaration *export)
{
	static const char *const types[] = {"text", "int", "date", "period", "money", "bool"};

	for (size_t i = 0; i < export->arg_count; i++) {
		const struct argument_declaration *argument = &export->args[i];
		bool known = argument->type == NULL;

		build_check_name(build, export->place, "参数", argument->name);
		for (size_t j = 0; j < sizeof types / sizeof types[0] && !known; j++)
			known = strcmp(types[j], argument->type) == 0;
		if (!known)
			build_fault(build, export->place, export->name,
			    "导出“%s”的参数 %s 没有 %s 这种类型；可用：text int date period money bool", export->name,
			    argument->name, argument->type);
		for (size_t j = 0; j < i; j++)
			if (strcmp(export->args[j].name, argument->name) == 0)
				build_fault(build, export->place, export->name, "导出“%s”的参数 %s 写了两次",
				    export->name, argument->name);
	}
}

static void add_export(
    struct build *build, struct export_of *exports, int plugin, const struct export_declaration *declaration)
{
	struct export_declaration *export = pool_alloc(build->pool, sizeof *export);

	*export = *declaration;
	if (!build_check_name(build, export->place, "导出", export->name))
		return;
	for (size_t i = 0; i < build->schema->export_count; i++)
		if (strcmp(exports[i].export->name, export->name) == 0)
			build_fault(build, export->place, export->name, "导出“%s”已在 %s:%d 声明，换一个名字",
			    export->name, exports[i].export->place.file, exports[i].export->place.line);
	export->title = build_title(build, export->place, export->name, export->title);
	check_arguments(build, export);
	exports[build->schema->export_count++] = (struct export_of){export, plugin};
}

static int compare_exports(const void *a, const void *b)
{
	const struct export_of *first = a, *second = b;

	return strcmp(first->export->name, second->export->name);
}

void build_exports(struct build *build)
{
	const struct export_declaration **declarations;
	struct export_of *exports;
	size_t count = 0;
	int *plugins;

	for (size_t i = 0; i < build->plugin_count; i++)
		count += build->sets[i]->export_count;
	exports = pool_alloc_array(build->pool, count + 1, sizeof *exports);
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->export_count; j++)
			add_export(build, exports, (int)i, &build->sets[i]->exports[j]);
	qsort(exports, build->schema->export_count, sizeof *exports, compare_exports);
	declarations = pool_alloc_array(build->pool, count + 1, sizeof(const struct export_declaration *));
	plugins = pool_alloc_array(build->pool, count + 1, sizeof *plugins);
	for (size_t i = 0; i < build->schema->export_count; i++) {
		declarations[i] = exports[i].export;
		plugins[i] = exports[i].plugin;
	}
	build->schema->exports = declarations;
	build->schema->export_plugins = plugins;
}

/* calendar */

struct calendars { /* all declared years and days, with where each year was declared */
	int *years;
	const struct calendar_declaration **of;
	size_t year_count;
	struct calendar_day *days;
	size_t day_count;
};

static void add_years(struct build *build, struct calendars *all, const struct calendar_declaration *calendar)
{
	for (size_t i = 0; i < calendar->year_count; i++) {
		for (size_t j = 0; j < all->year_count; j++)
			if (all->years[j] == calendar->years[i])
				build_fault(build, calendar->place, calendar->name,
				    "%d 年的工作日历已由“%s”（%s:%d）声明，只留一个", calendar->years[i],
				    all->of[j]->name, all->of[j]->place.file, all->of[j]->place.line);
		all->years[all->year_count] = calendar->years[i];
		all->of[all->year_count++] = calendar;
	}
}

static bool has_year(const struct calendar_declaration *calendar, int year)
{
	for (size_t i = 0; i < calendar->year_count; i++)
		if (calendar->years[i] == year)
			return true;
	return false;
}

static void add_days(struct build *build, struct calendars *all, const struct calendar_declaration *calendar)
{
	for (size_t i = 0; i < calendar->day_count; i++) {
		const struct calendar_day *day = &calendar->days[i];
		char text[DATE_TEXT_SIZE];
		int year, month, day_of_month;

		date_to_civil(day->date, &year, &month, &day_of_month);
		if (!has_year(calendar, year))
			build_fault(build, calendar->place, calendar->name, "日历“%s”里的 %s 不在它声明的年份里",
			    calendar->name, date_format(day->date, text));
		all->days[all->day_count++] = *day;
	}
}

static int compare_days(const void *a, const void *b)
{
	const struct calendar_day *first = a, *second = b;

	return (first->date.day > second->date.day) - (first->date.day < second->date.day);
}

static void check_days(struct build *build, struct calendars *all, const struct calendar_declaration *calendar)
{
	char text[DATE_TEXT_SIZE];

	qsort(all->days, all->day_count, sizeof *all->days, compare_days);
	for (size_t i = 1; i < all->day_count; i++)
		if (all->days[i].date.day == all->days[i - 1].date.day)
			build_fault(build, calendar->place, calendar->name, "日历里 %s 写了两次，只留一次",
			    date_format(all->days[i].date, text));
}

void build_calendar(struct build *build)
{
	const struct calendar_declaration *last = NULL;
	struct calendars all = {0};
	size_t years = 0, days = 0;

	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->calendar_count; j++) {
			last = &build->sets[i]->calendars[j];
			years += last->year_count;
			days += last->day_count;
		}
	if (last == NULL)
		return;
	all.years = pool_alloc_array(build->pool, years + 1, sizeof *all.years);
	all.of = pool_alloc_array(build->pool, years + 1, sizeof(const struct calendar_declaration *));
	all.days = pool_alloc_array(build->pool, days + 1, sizeof *all.days);
	for (size_t i = 0; i < build->plugin_count; i++)
		for (size_t j = 0; j < build->sets[i]->calendar_count; j++) {
			const struct calendar_declaration *calendar = &build->sets[i]->calendars[j];

			build_check_name(build, calendar->place, "日历", calendar->name);
			add_years(build, &all, calendar);
			add_days(build, &all, calendar);
		}
	check_days(build, &all, last);
	if (build->fault_count > 0)
		return;
	build->schema->calendar = calendar_new(all.years, all.year_count, all.days, all.day_count);
	if (build->schema->calendar == NULL) /* a schema without it would be taken for one where none is declared */
		build_fault(build, last->place, last->name, "内存不够，工作日历没有做成");
}
