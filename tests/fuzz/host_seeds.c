/* What a plugin host says when it is well, as files of a folder: what fuzz_host begins with. */
#include "model/host_protocol.h"
#include "model_example.h"

static const struct guard_declaration guards[] = {{.place = {"alpha/init.lua", 90},
    .name = "within_law",
    .title = "承诺",
    .on = "project",
    .before = "signed",
    .when = "planned>=1亿",
    .warn = true,
    .check = 2}};
static const struct rule_declaration rules[] = {{.place = {"alpha/init.lua", 95},
    .name = "signed_too_long",
    .title = "签约后迟迟不开工",
    .on = "project",
    .when = "stage=signed",
    .check = 5}};
static const struct figure_declaration figures[] = {{.place = {"alpha/init.lua", 91},
    .name = "on_time",
    .title = "按时率",
    .of = "project",
    .period = "signed_on",
    .numerator = {"stage=landed", "planned", "invested"},
    .denominator = {"stage=signed", NULL, NULL},
    .has_denominator = true,
    .against = "year",
    .basis = "按项目计",
    .version = 3}};
static const struct named column_values[] = {{"市本级", "city"}};
static const struct mapping_column columns[] = {{"总投资(万元)", "planned", "万元", NULL, 0},
    {"签约时间", "reached(signed)", NULL, column_values, 1}, {"序号", NULL, NULL, NULL, 0}};
static const struct mapping_declaration mappings[] = {{.place = {"alpha/init.lua", 92},
    .name = "ledger",
    .kind = "project",
    .encoding = "gb18030",
    .dates = "day_first",
    .unit = "万元",
    .key = "title",
    .on = "2022-06-30",
    .header = 3,
    .columns = columns,
    .column_count = 3}};
static const char *const formats[] = {"md", "csv"};
static const struct argument_declaration arguments[] = {{"until", "截至", "date", "today", true}};
static const struct export_declaration exports[] = {{.place = {"alpha/init.lua", 93},
    .name = "weekly",
    .title = "周调度",
    .formats = formats,
    .format_count = 2,
    .args = arguments,
    .arg_count = 1,
    .run = 4}};
static const int years[] = {2022, 2023};
static const struct calendar_day days[] = {{{19093}, false}, {{19084}, true}};
static const struct calendar_declaration calendars[] = {{.place = {"alpha/init.lua", 94},
    .name = "holidays",
    .title = "节假日",
    .source = "通知",
    .years = years,
    .year_count = 2,
    .days = days,
    .day_count = 2}};

static void write_seed(const char *folder, const char *name, char which, struct buffer *bytes)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	if (file == NULL || fputc(which, file) == EOF ||
	    fwrite(bytes->bytes, 1, bytes->length, file) != bytes->length || fclose(file) != 0)
		exit(2);
	buffer_reset(bytes);
}

static void write_declarations(const char *folder, struct buffer *bytes)
{
	struct declarations kinds = example_alpha, others = {.plugin = "alpha"};

	declarations_put(bytes, &kinds);
	write_seed(folder, "kinds", 0, bytes);
	others.guards = guards;
	others.rules = rules;
	others.figures = figures;
	others.mappings = mappings;
	others.exports = exports;
	others.calendars = calendars;
	others.guard_count = others.rule_count = others.figure_count = others.mapping_count = others.export_count =
	    others.calendar_count = 1;
	declarations_put(bytes, &others);
	write_seed(folder, "others", 0, bytes);
}

static void write_states(const char *folder, const struct schema *schema, struct buffer *bytes)
{
	struct pool *pool = pool_new();
	struct state *state = state_new(pool, &schema->kinds[0], record_key(1, 7));

	state_put(bytes, state);
	write_seed(folder, "nothing", 1, bytes);
	state->exists = true;
	state->title = "题目";
	state->stage = SIGNED;
	state->stage_since = state->reached[SIGNED] = (struct date){19100};
	state->values[0] = value_of_text("沈阳");
	state->values[1] = value_of_number(VALUE_REF, record_key(2, 3));
	state->values[2] = value_of_number(VALUE_MONEY, 12000000000);
	state->values[4] = (struct value){.type = VALUE_ENUM, .text = "service"};
	state->values[10] = value_of_number(VALUE_DATE, 19000);
	state->values[11] = value_of_number(VALUE_BOOL, 1);
	state_put(bytes, state);
	write_seed(folder, "state", 1, bytes);
	pool_free(pool);
}

static void write_plain(const char *folder, struct buffer *bytes)
{
	static const struct plain scalars[] = {{.type = PLAIN_ABSENT}, {.type = PLAIN_BOOLEAN, .integer = 1},
	    {.type = PLAIN_INTEGER, .integer = -3}, {.type = PLAIN_TEXT, .text = "字"}};
	static const char *const names[] = {"none", "yes", "number", "text"};
	const struct plain inner[] = {{.type = PLAIN_LIST, .items = scalars, .count = 4},
	    {.type = PLAIN_TABLE, .items = scalars, .names = names, .count = 4}};
	const struct plain outer = {.type = PLAIN_LIST, .items = inner, .count = 2};

	plain_put(bytes, &outer);
	write_seed(folder, "plain", 2, bytes);
}

int main(int argument_count, char **texts)
{
	struct schema *schema = example_schema();
	struct buffer bytes;

	if (argument_count != 2)
		return 2;
	buffer_init(&bytes, 1 << 20);
	write_declarations(texts[1], &bytes);
	write_states(texts[1], schema, &bytes);
	write_plain(texts[1], &bytes);
	schema_put(&bytes, schema);
	write_seed(texts[1], "schema", 3, &bytes);
	buffer_clear(&bytes);
	schema_release(schema);
	return 0;
}
