/* Any bytes as a filter: parsed, turned round, compiled for the present and for a past moment; never a crash. What was
 * taken and can be turned round in text must be taken again. */
#include "query/query.h"
#include "query/tables.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const char *const to_any[] = {"signed", "landed"};
static const struct named values[] = {
    {"industry", "工业"}, {"service", "服务业"}, {"energy", "能源"}, {"grain", "粮食"}};
static const struct field_declaration fields[] = {
    {.name = "investor", .title = "投资方", .type = "ref:thing"},
    {.name = "region", .title = "来源地", .type = "text"},
    {.name = "funds", .title = "到位资金", .type = "money", .unit = "万元"},
    {.name = "accepted_on", .title = "受理日期", .type = "date"},
    {.name = "promised_on", .title = "应办结日期", .type = "date"},
    {.name = "note", .title = "说明", .type = "text"},
    {.name = "planned", .title = "计划总投资", .type = "money", .unit = "万元", .index = true},
    {.name = "sector", .title = "行业", .type = "enum", .values = values, .value_count = 4},
    {.name = "tags", .title = "标签", .type = "set", .values = values, .value_count = 4},
    {.name = "people", .title = "联系人", .type = "set"},
    {.name = "share", .title = "占比", .type = "percent"},
    {.name = "area", .title = "面积", .type = "decimal"},
    {.name = "floors", .title = "层数", .type = "int"},
    {.name = "due_on", .title = "应开工", .type = "date"},
    {.name = "urgent", .title = "加急", .type = "bool"},
    {.name = "permit", .title = "许可证", .type = "text", .unique = true},
    {.name = "remark", .title = "备注", .type = "text"},
};
static const struct stage_declaration stages[] = {
    {.name = "clue", .title = "线索", .to = to_any, .to_count = 2},
    {.name = "signed", .title = "签约", .suspends = true},
    {.name = "landed", .title = "落地"},
    {.name = "construction", .title = "开工在建", .done = true},
};
static const struct kind_declaration kind = {.place = {"a/init.lua", 1},
    .name = "thing",
    .title = "东西",
    .prefix = "T",
    .fields = fields,
    .field_count = sizeof fields / sizeof fields[0],
    .stages = stages,
    .stage_count = 4};

static const struct schema *fixed_schema(void)
{
	static struct schema *schema;
	const struct declarations declarations = {.plugin = "a", .kinds = &kind, .kind_count = 1};
	const struct declarations *sets[] = {&declarations};
	const struct plugin_info plugin = {.name = "a"};
	struct error error;

	if (schema == NULL) {
		schema = schema_new(&plugin, sets, 1, NULL, NULL, &error);
		if (schema == NULL)
			abort();
		schema_set_kind_number(schema, 0, 1);
	}
	return schema;
}

static void compile(const struct filter *filter, bool present, const struct schema *schema, struct pool *pool)
{
	const struct query query = {.kind = &schema->kinds[0],
	    .filter = filter,
	    .flag = filter,
	    .moment = {.present = present, .as_of = {19191}, .known_seq = present ? SEQ_FOR_EVER : 7},
	    .limit = -1};
	struct compiled_query compiled;
	struct error error;

	if (!query_compile_list(&query, schema, pool, &compiled, &error) && error.sentence[0] == '\0')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct schema *schema = fixed_schema();
	const struct filter_context context = {
	    .schema = schema, .as_of = {19191}, .has_period = true, .period = {{18993}, {19173}}, .me = 3};
	struct pool *pool = pool_new();
	const char *text = pool_copy_bytes(pool, bytes, length);
	struct error error = {.sentence = ""};
	const struct filter *filter = filter_parse(&schema->kinds[0], text, &context, pool, &error);
	const struct filter *const *terms;
	size_t count;

	if (filter == NULL && (error.sentence[0] == '\0' || error.code == ERROR_NONE))
		abort();
	if (filter != NULL) {
		compile(filter, true, schema, pool);
		compile(filter_not(pool, filter), false, schema, pool);
		count = filter_terms(filter, pool, &terms);
		for (size_t i = 0; i < count; i++) {
			const char *opposite = filter_opposite_text(terms[i], pool);

			if (filter_opposite_title(terms[i], pool) == NULL)
				abort();
			if (strlen(text) < 200 && count < 40 &&
			    filter_parse(&schema->kinds[0], opposite, &context, pool, &error) == NULL &&
			    strstr(error.sentence, "最多") == NULL) /* a "not" more may be one too many */
				abort();
			filter_is_empty(pool, terms[i]);
		}
	}
	pool_free(pool);
	return 0;
}
