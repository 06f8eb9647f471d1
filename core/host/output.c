#include "host/output.h"

#include "host/host.h"
#include "host/typed.h"
#include "host/words.h"
#include <string.h>

#define OUTPUT_CLASS "luodi.out"

struct output { /* titles of the columns are in its user value */
	unsigned serial;
	size_t column_count; /* of the table begun last; 0: none */
	enum value_type columns[OUTPUT_COLUMNS_LARGEST];
	bool totals[OUTPUT_COLUMNS_LARGEST];
};

static struct output *check_output(lua_State *lua)
{
	struct output *output = luaL_testudata(lua, 1, OUTPUT_CLASS);

	if (output == NULL)
		luaL_error(lua, "out 的方法用冒号调用，如 out:title(\"…\")");
	if (output->serial != host_of(lua)->serial)
		luaL_error(lua, "这个 out 是上一次导出的，不能再用");
	return output;
}

static struct buffer *begin(struct host *host, enum host_block block)
{
	struct buffer *out = link_begin(&host->link, HOST_EMIT);

	wire_put_integer(out, host->call);
	wire_put_integer(out, block);
	return out;
}

static int end(lua_State *lua, struct host *host)
{
	size_t size = host->link.out.length - host->link.open;
	struct plugin *plugin = plugin_of(lua);

	if (size > OUTPUT_LARGEST - plugin->emitted) {
		link_abandon(&host->link);
		return luaL_error(lua, "导出的内容超过 %d MiB", OUTPUT_LARGEST >> 20);
	}
	plugin->emitted += size;
	if (!link_end(&host->link))
		return luaL_error(lua, "导出的这一块太大，超过 4 MiB");
	return 0;
}

/* The text at the top, as a block of its own. */
static int emit_text(lua_State *lua, enum host_block block)
{
	struct host *host = host_of(lua);
	const char *text = typed_check_text(lua, -1, "输出的文字");

	wire_put_text(begin(host, block), text);
	return end(lua, host);
}

static int output_title(lua_State *lua)
{
	check_output(lua)->column_count = 0;
	words_push(lua, 2, "out:title 的参数");
	return emit_text(lua, HOST_BLOCK_TITLE);
}

static int output_heading(lua_State *lua)
{
	struct host *host = host_of(lua);
	lua_Integer level = luaL_optinteger(lua, 3, 1);
	struct buffer *out;
	const char *text;

	check_output(lua)->column_count = 0;
	if (level < 1 || level > 4)
		return luaL_error(lua, "out:heading 的级别要在 1 到 4 之间");
	words_push(lua, 2, "out:heading 的参数");
	text = typed_check_text(lua, -1, "out:heading 的文字");
	out = begin(host, HOST_BLOCK_HEADING);
	wire_put_integer(out, level);
	wire_put_text(out, text);
	return end(lua, host);
}

/* One argument is a text, and its % are what they are; with more it is a format. */
static int emit_sentence(lua_State *lua, enum host_block block)
{
	check_output(lua)->column_count = 0;
	if (lua_gettop(lua) > 2)
		words_push_format(lua, 2);
	else
		words_push(lua, 2, "输出的文字");
	return emit_text(lua, block);
}

static int output_paragraph(lua_State *lua)
{
	return emit_sentence(lua, HOST_BLOCK_PARAGRAPH);
}

static int output_item(lua_State *lua)
{
	return emit_sentence(lua, HOST_BLOCK_ITEM);
}

static int refuse_cell(lua_State *lua, size_t column, int index, const char *type)
{
	lua_getiuservalue(lua, 1, 1);
	lua_rawgeti(lua, -1, (lua_Integer)column + 1);
	return luaL_error(
	    lua, "第 %d 列“%s”是 %s，给的是%s", (int)column + 1, lua_tostring(lua, -1), type, typed_word(lua, index));
}

/* The value at index for a column of type; a text stays alive at index of the stack. */
static struct value cell(lua_State *lua, size_t column, int index, enum value_type type)
{
	struct value value = {.type = type};
	bool fits = false;
	struct date date;
	int whole;

	if (lua_isnil(lua, index))
		return value_empty();
	switch (type) {
	case VALUE_INT:
		value.number = lua_tointegerx(lua, index, &whole);
		fits = whole && lua_type(lua, index) == LUA_TNUMBER;
		break;
	case VALUE_MONEY:
		fits = typed_to_money(lua, index, &value.number);
		break;
	case VALUE_DECIMAL:
	case VALUE_PERCENT:
		fits = typed_to_millionths(lua, index, &value.number);
		break;
	case VALUE_DATE:
		fits = typed_to_date(lua, index, &date);
		value.number = fits ? date.day : 0;
		break;
	case VALUE_BOOL:
		fits = lua_isboolean(lua, index);
		value.number = lua_toboolean(lua, index);
		break;
	default:
		words_push(lua, index, "单元格");
		lua_replace(lua, index);
		value.text = typed_check_text(lua, index, "单元格");
		return *value.text == '\0' ? value_empty() : value;
	}
	if (!fits)
		refuse_cell(lua, column, index, value_type_name(type));
	return value;
}

/* count cells are at first and after it. All are made before the message begins: a record's title may be asked for. */
static int emit_row(lua_State *lua, const struct output *output, int first, size_t count)
{
	struct value values[OUTPUT_COLUMNS_LARGEST];
	struct host *host = host_of(lua);
	struct buffer *out;

	if (output->column_count == 0)
		return luaL_error(lua, "out:row 之前要先用 out:table 说明有哪些列");
	if (count > output->column_count)
		return luaL_error(lua, "表有 %d 列，这一行给了 %d 个值", (int)output->column_count, (int)count);
	for (size_t i = 0; i < count; i++)
		values[i] = cell(lua, i, first + (int)i, output->columns[i]);
	for (size_t i = count; i < output->column_count; i++)
		values[i] = value_empty();
	out = begin(host, HOST_BLOCK_ROW);
	wire_put_count(out, output->column_count);
	for (size_t i = 0; i < output->column_count; i++)
		value_put(out, values[i]);
	return end(lua, host);
}

static int output_row(lua_State *lua)
{
	struct output *output = check_output(lua);

	luaL_checkstack(lua, 10, NULL);
	return emit_row(lua, output, 2, (size_t)lua_gettop(lua) - 1);
}

static enum value_type column_type(lua_State *lua, const char *name)
{
	for (int type = VALUE_TEXT; type < VALUE_TYPES; type++)
		if (strcmp(name, value_type_name((enum value_type)type)) == 0)
			return type == VALUE_ENUM || type == VALUE_SET || type == VALUE_REF ? VALUE_TEXT
											    : (enum value_type)type;
	luaL_error(lua, "列的类型没有 %s；可用 text int decimal percent money date bool", name);
	return VALUE_TEXT;
}

/* {"计划总投资", "money", unit="万元", total=true} at the top: its title, type and unit stay on the stack in its place. */
static bool read_column(lua_State *lua, size_t position)
{
	bool total;

	if (!lua_istable(lua, -1))
		luaL_error(lua, "columns 第 %d 项要写成 {\"列名\", \"类型\"}", (int)position + 1);
	lua_rawgeti(lua, -1, 1);
	typed_check_text(lua, -1, "列名");
	if (lua_rawgeti(lua, -2, 2) == LUA_TNIL) {
		lua_pop(lua, 1);
		lua_pushliteral(lua, "text");
	}
	typed_check_text(lua, -1, "列的类型");
	lua_pushliteral(lua, "unit");
	if (lua_rawget(lua, -4) != LUA_TNIL)
		typed_check_text(lua, -1, "列的单位");
	lua_pushliteral(lua, "total");
	if (lua_rawget(lua, -5) != LUA_TNIL && !lua_isboolean(lua, -1))
		luaL_error(lua, "列的 total 要是 true 或 false");
	total = lua_toboolean(lua, -1);
	lua_pop(lua, 1);
	lua_remove(lua, -4);
	return total;
}

static bool has_total(enum value_type type)
{
	return type == VALUE_INT || type == VALUE_DECIMAL || type == VALUE_MONEY;
}

/* The texts of all columns lie on the stack from "texts" on, three each. */
static void begin_table(lua_State *lua, struct output *output, int columns)
{
	size_t count = (size_t)lua_rawlen(lua, columns);
	int texts = lua_gettop(lua) + 2;

	if (count < 1 || count > OUTPUT_COLUMNS_LARGEST)
		luaL_error(lua, "out:table 要有 1 到 %d 列", OUTPUT_COLUMNS_LARGEST);
	luaL_checkstack(lua, (int)count * 3 + 10, NULL);
	lua_createtable(lua, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		lua_rawgeti(lua, columns, (lua_Integer)i + 1);
		output->totals[i] = read_column(lua, i);
		lua_pushvalue(lua, texts + (int)i * 3);
		lua_rawseti(lua, texts - 1, (lua_Integer)i + 1);
		output->columns[i] = column_type(lua, lua_tostring(lua, texts + (int)i * 3 + 1));
		if (output->totals[i] && !has_total(output->columns[i]))
			luaL_error(lua, "columns 第 %d 项“%s”是 %s，没有合计；有合计的是 int decimal money", (int)i + 1,
			    lua_tostring(lua, texts + (int)i * 3), value_type_name(output->columns[i]));
	}
	lua_pushvalue(lua, texts - 1);
	lua_setiuservalue(lua, 1, 1);
	output->column_count = count;
}

static void emit_table(lua_State *lua, const struct output *output, const char *caption, int texts)
{
	struct host *host = host_of(lua);
	struct buffer *out = begin(host, HOST_BLOCK_TABLE);

	wire_put_text(out, caption);
	wire_put_count(out, output->column_count);
	for (size_t i = 0; i < output->column_count; i++) {
		int text = texts + (int)i * 3;

		wire_put_text(out, lua_tostring(lua, text));
		wire_put_text(out, value_type_name(output->columns[i]));
		wire_put_text(out, lua_tostring(lua, text + 2));
		wire_put_integer(out, output->totals[i]);
	}
	end(lua, host);
}

/* rows = { {…}, … } at the top. */
static void emit_rows(lua_State *lua, const struct output *output)
{
	int rows = lua_gettop(lua);

	if (!lua_istable(lua, rows))
		luaL_error(lua, "out:table 的 rows 要是一个表");
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(lua, rows); i++) {
		lua_rawgeti(lua, rows, i);
		if (!lua_istable(lua, -1))
			luaL_error(lua, "rows 第 %d 项要是一个表", (int)i);
		if (lua_rawlen(lua, -1) > output->column_count)
			luaL_error(lua, "表有 %d 列，rows 第 %d 项给了更多的值", (int)output->column_count, (int)i);
		for (size_t column = 0; column < output->column_count; column++) /* nil in between is an empty cell */
			lua_rawgeti(lua, rows + 1, (lua_Integer)column + 1);
		emit_row(lua, output, rows + 2, output->column_count);
		lua_settop(lua, rows);
	}
}

static void check_keys(lua_State *lua)
{
	static const char *const known[] = {"title", "columns", "rows"};

	lua_pushnil(lua);
	while (lua_next(lua, 2)) {
		bool found = false;

		lua_pop(lua, 1);
		for (size_t i = 0; i < sizeof known / sizeof *known && lua_type(lua, -1) == LUA_TSTRING; i++)
			found = found || strcmp(lua_tostring(lua, -1), known[i]) == 0;
		if (!found)
			luaL_error(lua, "out:table 只有 title、columns 和 rows");
	}
}

/* out:table{title=, columns={{…}, …}, rows={{…}, …}} */
static int output_table(lua_State *lua)
{
	struct output *output = check_output(lua);
	const char *caption = NULL;

	if (!lua_istable(lua, 2))
		return luaL_error(lua, "out:table 要一个表：out:table{ columns = { {\"列名\", \"类型\"}, … } }");
	lua_settop(lua, 2);
	check_keys(lua);
	output->column_count = 0;
	lua_pushliteral(lua, "title");
	if (lua_rawget(lua, 2) != LUA_TNIL)
		caption = typed_check_text(lua, -1, "out:table 的 title");
	lua_pushliteral(lua, "columns");
	if (lua_rawget(lua, 2) != LUA_TTABLE)
		return luaL_error(lua, "out:table 要有 columns");
	begin_table(lua, output, 4);
	emit_table(lua, output, caption, 6);
	lua_settop(lua, 2);
	lua_pushliteral(lua, "rows");
	if (lua_rawget(lua, 2) != LUA_TNIL) {
		luaL_checkstack(lua, OUTPUT_COLUMNS_LARGEST + 20, NULL);
		emit_rows(lua, output);
	}
	return 0;
}

void output_push(lua_State *lua)
{
	static const luaL_Reg methods[] = {{"title", output_title}, {"heading", output_heading},
	    {"paragraph", output_paragraph}, {"item", output_item}, {"table", output_table}, {"row", output_row}, {0}};
	static const luaL_Reg none[] = {{0}};
	struct output *output = lua_newuserdatauv(lua, sizeof *output, 1);

	*output = (struct output){.serial = host_of(lua)->serial};
	typed_new_class(lua, OUTPUT_CLASS, none, methods);
	lua_setmetatable(lua, -2);
}
