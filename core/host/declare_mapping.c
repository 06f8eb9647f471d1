/* luodi.mapping: how a ledger's columns become fields. */
#include "host/declare.h"
#include "host/typed.h"

#include <string.h>

/* { "列名", "字段", unit=, values= }; with false or nothing in the second place the column is known and left out. */
static struct mapping_column read_column(const struct reader *column)
{
	static const char *const keys[] = {"unit", "values", NULL};
	struct mapping_column result = {0};
	lua_State *lua = column->lua;

	reader_check_keys(column, keys, 2);
	result.header = reader_text_at(column, 1, DECLARE_TITLE, "列名");
	if (result.header == NULL || *result.header == '\0')
		reader_fail(column, "要有列名");
	if (lua_rawgeti(lua, column->table, 2) != LUA_TBOOLEAN)
		result.target = reader_text_at(column, 2, DECLARE_NAME, "字段");
	else if (lua_toboolean(lua, -1))
		reader_fail(column, "（%.60s）的字段要是名字；不要这一列就写 false", result.header);
	lua_pop(lua, 1);
	result.unit = reader_text(column, "unit", DECLARE_TITLE);
	result.values = reader_values(column, &result.value_count);
	if (result.target == NULL && (result.unit != NULL || result.value_count > 0))
		reader_fail(column, "（%.60s）不进任何字段，却写了 unit 或 values", result.header);
	return result;
}

int declare_mapping(lua_State *lua)
{
	static const char *const keys[] = {
	    "name", "title", "kind", "header", "columns", "encoding", "dates", "unit", "key", "on", NULL};
	struct mapping_declaration mapping = {0}, *mappings;
	struct reader reader = declare_begin(lua, "luodi.mapping", &mapping.place), list;
	struct declaration_list *declared = declare_list(lua);
	struct mapping_column *columns;

	reader_check_keys(&reader, keys, 0);
	mapping.name = reader_need_name(&reader, "name");
	reader.what = pool_format(reader.pool, "luodi.mapping（%s）", mapping.name);
	mapping.title = reader_text(&reader, "title", DECLARE_TITLE);
	mapping.kind = reader_need_name(&reader, "kind");
	mapping.encoding = reader_text(&reader, "encoding", DECLARE_NAME);
	mapping.dates = reader_text(&reader, "dates", DECLARE_NAME);
	if (mapping.dates != NULL && strcmp(mapping.dates, "day_first") != 0)
		reader_fail(&reader, "的 dates 只能是 \"day_first\"，或不写");
	mapping.unit = reader_text(&reader, "unit", DECLARE_TITLE);
	mapping.key = reader_text(&reader, "key", DECLARE_NAME);
	mapping.on = reader_text(&reader, "on", DECLARE_NAME);
	mapping.header = reader_integer(&reader, "header", 1, 1000, 0);
	mapping.column_count = reader_open_list(&reader, "columns", DECLARE_LIST, &list);
	if (mapping.column_count == 0)
		reader_fail(&reader, "要有 columns，如 { {\"项目名称\", \"title\"}, … }");
	mapping.columns = columns = pool_alloc_array(reader.pool, mapping.column_count, sizeof *columns);
	for (size_t i = 0; i < mapping.column_count; i++) {
		struct reader item = reader_item(&list, i + 1);

		columns[i] = read_column(&item);
		reader_close(&item);
	}
	reader_close(&list);
	mappings = declare_grow(
	    reader.pool, declared->all.mappings, declared->all.mapping_count, &declared->mappings, sizeof *mappings);
	mappings[declared->all.mapping_count++] = mapping;
	declared->all.mappings = mappings;
	return 0;
}
