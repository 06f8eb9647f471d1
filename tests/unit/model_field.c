#include "model_example.h"

struct fixture {
	struct schema *schema;
	const struct kind *kind;
	struct pool *pool;
	struct value_context context;
};

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	fixture->schema = example_schema();
	fixture->kind = &fixture->schema->kinds[0];
	fixture->pool = pool_new();
	fixture->context.today = example_day("2022-04-12");
	*state = fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	schema_release(fixture->schema);
	pool_free(fixture->pool);
	free(fixture);
	return 0;
}

static const struct field *field_of(const struct fixture *fixture, const char *name)
{
	int field = kind_find_field(fixture->kind, name);

	assert_true(field >= 0);
	return &fixture->kind->fields[field];
}

static void fields_are_found_by_name_former_name_or_title(void **state)
{
	const struct fixture *fixture = *state;

	assert_string_equal(field_of(fixture, "filed_on")->name, "filed_on");
	assert_string_equal(field_of(fixture, "filed-on")->name, "filed_on");
	assert_string_equal(field_of(fixture, "备案日期")->name, "filed_on");
	assert_string_equal(field_of(fixture, "licence")->name, "permit");
	assert_int_equal(kind_find_field(fixture->kind, "nothing"), -1);
	assert_int_equal(kind_find_stored_field(fixture->kind, "licence"), kind_find_field(fixture->kind, "permit"));
	assert_int_equal(kind_find_stored_field(fixture->kind, "备案日期"), -1);
}

static void what_people_type_is_read_and_written_back(void **state)
{
	static const struct {
		const char *field, *text, *shown;
	} cases[] = {
	    {"region", "  京津冀　", "京津冀"},
	    {"planned", "13.8亿", "13.8亿"},
	    {"planned", "1400", "1400万"}, /* the field's unit */
	    {"invested", "300000000", "3亿"},
	    {"invested", "-20万", "-20万"},
	    {"sector", "工业", "工业"},
	    {"sector", "service", "服务业"},
	    {"tags", "粮食、能源", "能源、粮食"},
	    {"tags", "grain，defence,grain", "国防、粮食"},
	    {"tags", "、能源、", "能源"},
	    {"people", "张三, 李四", "张三、李四"},
	    {"share", "75%", "75%"},
	    {"share", "0.755", "75.5%"},
	    {"area", "12.5亩", "12.5"},
	    {"area", "12.5", "12.5"},
	    {"floors", "1,234 层", "1234"},
	    {"floors", "-3", "-3"},
	    {"filed_on", "2022年4月1日", "2022-04-01"},
	    {"filed_on", "昨天", "2022-04-11"},
	    {"urgent", "是", "是"},
	    {"urgent", "TRUE", "是"},
	    {"urgent", "0", "否"},
	    {"urgent", "否", "否"},
	};
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct field *field = field_of(fixture, cases[i].field);
		struct error error;
		struct value value, again;

		if (!field_parse(field, cases[i].text, &fixture->context, fixture->pool, &value, &error))
			fail_msg("%s: %s", cases[i].text, error.sentence);
		assert_int_equal(value.type, field->type);
		assert_string_equal(field_format(field, value, fixture->pool), cases[i].shown);
		assert_true(field_parse(field, field_format(field, value, fixture->pool), &fixture->context,
		    fixture->pool, &again, &error));
		assert_true(value_equal(value, again));
	}
}

static void blank_text_is_empty_for_every_type(void **state)
{
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < fixture->kind->field_count; i++) {
		struct error error;
		struct value value = value_of_text("x");

		assert_true(
		    field_parse(&fixture->kind->fields[i], " 　\t", &fixture->context, fixture->pool, &value, &error));
		assert_int_equal(value.type, VALUE_EMPTY);
		assert_string_equal(field_format(&fixture->kind->fields[i], value, fixture->pool), "");
	}
}

static void what_cannot_be_read_is_refused_with_the_field_and_a_way_on(void **state)
{
	static const struct {
		const char *field, *text, *told; /* a piece of the sentence or hint */
	} cases[] = {
	    {"planned", "约3亿", "约3亿"},
	    {"sector", "工页", "最接近的是“工业”"},
	    {"sector", "渔", "工业（industry）、服务业（service）"},
	    {"tags", "能源、煤", "“煤”"},
	    {"floors", "三", "三"},
	    {"floors", "1.5", "1.5"},
	    {"share", "很高", "很高"},
	    {"filed_on", "22-04-01", "22-04-01"},
	    {"filed_on", "+3wd", "工作日历"},
	    {"urgent", "也许", "写 是 或 否"},
	};
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct error error;
		struct value value = value_of_text("untouched");

		assert_false(field_parse(field_of(fixture, cases[i].field), cases[i].text, &fixture->context,
		    fixture->pool, &value, &error));
		assert_int_equal(error.code, ERROR_INVALID);
		assert_string_equal(error.field, cases[i].field);
		if (strstr(error.sentence, cases[i].told) == NULL && strstr(error.hint, cases[i].told) == NULL)
			fail_msg("%s: %s; %s", cases[i].text, error.sentence, error.hint);
		assert_string_equal(value.text, "untouched");
	}
}

static void a_text_has_a_largest_size(void **state)
{
	const struct fixture *fixture = *state;
	char *text = malloc(VALUE_TEXT_LARGEST + 2);
	struct value value;
	struct error error;

	memset(text, 'a', VALUE_TEXT_LARGEST + 1);
	text[VALUE_TEXT_LARGEST] = '\0';
	assert_true(field_parse(field_of(fixture, "region"), text, &fixture->context, fixture->pool, &value, &error));
	text[VALUE_TEXT_LARGEST] = 'a';
	text[VALUE_TEXT_LARGEST + 1] = '\0';
	assert_false(field_parse(field_of(fixture, "region"), text, &fixture->context, fixture->pool, &value, &error));
	assert_int_equal(error.code, ERROR_TOO_LARGE);
	assert_false(
	    field_parse(field_of(fixture, "region"), "\xe8\x90", &fixture->context, fixture->pool, &value, &error));
	free(text);
}

static void semantics_25_a_bare_number_is_in_the_unit_of_its_field(void **state)
{
	const struct fixture *fixture = *state;
	struct value value;
	struct error error;

	assert_true(
	    field_parse(field_of(fixture, "planned"), "138000", &fixture->context, fixture->pool, &value, &error));
	assert_int_equal(value.number, INT64_C(138000000000)); /* fen */
	assert_true(
	    field_parse(field_of(fixture, "invested"), "138000", &fixture->context, fixture->pool, &value, &error));
	assert_int_equal(value.number, 13800000);
	assert_false(
	    field_parse(field_of(fixture, "planned"), "100000000亿", &fixture->context, fixture->pool, &value, &error));
	assert_true(
	    field_parse(field_of(fixture, "share"), "74.4186%", &fixture->context, fixture->pool, &value, &error));
	assert_int_equal(value.number, 744186);
}

static void semantics_26_ids_carry_the_prefix_of_their_kind(void **state)
{
	static const struct {
		const char *text;
		int64_t kind, number; /* 0: not an id */
	} cases[] = {
	    {"P-0014", 1, 14},
	    {"p-14", 1, 14},
	    {"E-0001", 2, 1},
	    {"P-123456", 1, 123456},
	    {"P-2147483647", 1, 2147483647},
	    {"P-2147483648", 0, 0},
	    {"P-99999999999999999999", 0, 0},
	    {"P-0", 0, 0},
	    {"P-", 0, 0},
	    {"P-12x", 0, 0},
	    {"P--1", 0, 0},
	    {"X-0001", 0, 0},
	    {"P0014", 0, 0},
	    {"-0014", 0, 0},
	    {"", 0, 0},
	};
	const struct fixture *fixture = *state;
	char text[RECORD_ID_SIZE];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t record = -1;

		assert_int_equal(schema_parse_id(fixture->schema, cases[i].text, &record), cases[i].kind != 0);
		assert_int_equal(
		    record, cases[i].kind == 0 ? -1 : record_key((int32_t)cases[i].kind, (int32_t)cases[i].number));
	}
	assert_string_equal(schema_format_id(fixture->schema, record_key(1, 14), text), "P-0014");
	assert_string_equal(schema_format_id(fixture->schema, record_key(2, 2147483647), text), "E-2147483647");
	assert_string_equal(schema_format_id(fixture->schema, record_key(9, 14), text), "#9-0014");
	assert_ptr_equal(schema_kind_of(fixture->schema, record_key(2, 5)), &fixture->schema->kinds[1]);
	assert_null(schema_kind_of(fixture->schema, record_key(3, 5)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_found_by_name_former_name_or_title),
	    cmocka_unit_test(what_people_type_is_read_and_written_back),
	    cmocka_unit_test(blank_text_is_empty_for_every_type),
	    cmocka_unit_test(what_cannot_be_read_is_refused_with_the_field_and_a_way_on),
	    cmocka_unit_test(a_text_has_a_largest_size),
	    cmocka_unit_test(semantics_25_a_bare_number_is_in_the_unit_of_its_field),
	    cmocka_unit_test(semantics_26_ids_carry_the_prefix_of_their_kind),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
