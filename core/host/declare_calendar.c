/* luodi.calendar: years, and the days in them that are not as their weekday says. */
#include "host/declare.h"
#include "host/typed.h"

#include <string.h>

struct days { /* grows in the pool */
	struct calendar_day *items;
	size_t count, room;
};

static void add_day(const struct reader *list, struct days *days, struct date date, bool working)
{
	if (days->count == DECLARE_DAYS)
		reader_fail(list, "里的日子太多，最多 %d 天", DECLARE_DAYS);
	days->items = declare_grow(list->pool, days->items, days->count, &days->room, sizeof *days->items);
	days->items[days->count++] = (struct calendar_day){.date = date, .working = working};
}

static struct date parse_day(const struct reader *list, size_t position, const char *text)
{
	struct error error;
	struct date date = DATE_NONE;

	if (!date_parse(text, "", &date, &error))
		reader_fail(list, "第 %zu 项：%s", position, error.sentence);
	return date;
}

/* "2022-01-01", or "2022-01-31..2022-02-06": both ends inside. */
static void add_range(const struct reader *list, struct days *days, size_t position, const char *text, bool working)
{
	const char *dots = strstr(text, "..");
	struct date from, to;

	if (dots == NULL) {
		add_day(list, days, parse_day(list, position, text), working);
		return;
	}
	from = parse_day(list, position, pool_copy_bytes(list->pool, text, (size_t)(dots - text)));
	to = parse_day(list, position, dots + 2);
	if (to.day < from.day || to.day - from.day > 366)
		reader_fail(list, "第 %zu 项“%.40s”的止日要在起日之后一年以内", position, text);
	for (; from.day <= to.day; from.day++)
		add_day(list, days, from, working);
}

static void read_ranges(const struct reader *calendar, const char *key, struct days *days, bool working)
{
	struct reader list;
	size_t count = reader_open_list(calendar, key, DECLARE_LIST, &list);

	for (size_t i = 1; i <= count; i++) {
		const char *text = reader_text_at(&list, (lua_Integer)i, DECLARE_NAME, "日期");

		if (text == NULL)
			reader_fail(&list, "第 %zu 项是空的", i);
		add_range(&list, days, i, text, working);
	}
	reader_close(&list);
}

/* days = { {"2022-01-01", false}, … } */
static void read_pairs(const struct reader *calendar, struct days *days)
{
	struct reader list;
	size_t count = reader_open_list(calendar, "days", DECLARE_DAYS, &list);

	for (size_t i = 1; i <= count; i++) {
		struct reader item = reader_item(&list, i);
		const char *text;

		reader_check_keys(&item, (const char *const[]){NULL}, 2);
		text = reader_text_at(&item, 1, DECLARE_NAME, "日期");
		if (text == NULL || lua_rawgeti(item.lua, item.table, 2) != LUA_TBOOLEAN)
			reader_fail(&item, "要写成 {\"2022-01-29\", true}：上班是 true，休息是 false");
		add_range(&list, days, i, text, lua_toboolean(item.lua, -1));
		reader_close(&item);
	}
	reader_close(&list);
}

static const int *read_years(const struct reader *calendar, size_t *ret_count)
{
	struct reader list;
	size_t count = reader_open_list(calendar, "years", 200, &list);
	int *years = pool_alloc_array(calendar->pool, count, sizeof *years);

	if (count == 0)
		reader_fail(calendar, "要有 years，如 {2022, 2023}");
	for (size_t i = 0; i < count; i++) {
		int whole;
		lua_Integer year;

		lua_rawgeti(list.lua, list.table, (lua_Integer)i + 1);
		year = lua_tointegerx(list.lua, -1, &whole);
		if (lua_type(list.lua, -1) != LUA_TNUMBER || !whole || year < 1900 || year > 9999)
			reader_fail(&list, "第 %zu 项要是一个年份", i + 1);
		years[i] = (int)year;
		lua_pop(list.lua, 1);
	}
	reader_close(&list);
	*ret_count = count;
	return years;
}

static void check_years(const struct reader *reader, const struct calendar_declaration *calendar)
{
	for (size_t i = 0; i < calendar->day_count; i++) {
		int year, month, day;
		bool covered = false;

		date_to_civil(calendar->days[i].date, &year, &month, &day);
		for (size_t y = 0; y < calendar->year_count; y++)
			covered = covered || calendar->years[y] == year;
		if (!covered)
			reader_fail(reader, "里有 %d 年的日子，years 却没有 %d", year, year);
	}
}

int declare_calendar(lua_State *lua)
{
	static const char *const keys[] = {"name", "title", "source", "years", "days", "holidays", "workdays", NULL};
	struct calendar_declaration calendar = {0}, *calendars;
	struct reader reader = declare_begin(lua, "luodi.calendar", &calendar.place);
	struct declaration_list *list = declare_list(lua);
	struct days days = {0};

	reader_check_keys(&reader, keys, 0);
	calendar.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.calendar（%s）", calendar.name);
	calendar.title = reader_text(&reader, "title", DECLARE_TITLE);
	calendar.source = reader_text(&reader, "source", DECLARE_TITLE);
	calendar.years = read_years(&reader, &calendar.year_count);
	read_ranges(&reader, "holidays", &days, false);
	read_ranges(&reader, "workdays", &days, true);
	read_pairs(&reader, &days);
	calendar.days = days.items;
	calendar.day_count = days.count;
	check_years(&reader, &calendar);
	calendars = declare_grow(
	    reader.pool, list->all.calendars, list->all.calendar_count, &list->calendars, sizeof *calendars);
	calendars[list->all.calendar_count++] = calendar;
	list->all.calendars = calendars;
	return 0;
}
