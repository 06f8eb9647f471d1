#include "host_driver.h"

/* Two kinds, and functions numbered as they come: 1 double, 2 deadline, 3 the guard, 4 the export, 5 small. */
static const char plugin[] =
    "local luodi = require 'luodi'\n"
    "luodi.kind { name = 'person', title = '人', prefix = 'H', fields = { { 'age', 'int' } } }\n"
    "luodi.kind { name = 'tree', title = '树', prefix = 'T',\n"
    "  fields = { { 'owner', 'ref:person' }, { 'height', 'int' }, { 'price', 'money' }, { 'marks', 'set' },\n"
    "    { 'sort', 'enum', values = { { 'oak', '橡' } } },\n"
    "    { 'double', 'int', compute = function(t) return t.height and t.height * 2 end },\n"
    "    { 'deadline', 'date', compute = function(t) return t.stage_since + 30 end } },\n"
    "  flow = { { 'seed', title = '种', to = { 'grown' } }, { 'grown', title = '成', done = true } } }\n"
    "luodi.guard { name = 'g', on = 'tree', check = function(new, old)\n"
    "  if old and old.height > new.height then\n"
    "    return luodi.refuse('height', '%s从 %d 米变矮了，主人 %d 岁', new.title, old.height, new.owner.age)\n"
    "  end\n"
    "  if new.height == 7 then return 'no' end\n"
    "  if new.height == 8 then return new.hieght end\n"
    "  if new.height == 9 then return new.owner:referring('tree', 'height>1')[1].height > 5 and\n"
    "    luodi.refuse(nil, '%s', new.owner) or nil end\n"
    "end }\n"
    "luodi.export { name = 'e', title = 'E', args = { { 'period', 'period' }, { 'top', 'int', default = 3 } },\n"
    "  run = function(q, out, args)\n"
    "  out:title('报告') out:heading('一', 2)\n"
    "  out:paragraph('%s 到 %s，前 %d', args.period.start, args.period.end_, args.top)\n"
    "  out:table { title = '表', columns = { { '名', 'text' }, { '高', 'int' }, { '价', 'money', unit = '万元', total "
    "= true } } }\n"
    "  for t in q:list('tree', 'height>0', { sort = 'height', limit = 600 }) do out:row(t, t.height, t.price) end\n"
    "  local c = q:count('tree', nil, { by = { 'stage' }, sum = { 'price' } })\n"
    "  out:item('%d %s %s %d', c.count, c.sum.price, c.groups[1].by.stage, q:count('tree'))\n"
    "  local f = q:figure('share', args.period)\n"
    "  out:paragraph('%s %s %s %s', f.text, f.value, f.period.text, f.stated[1].source)\n"
    "  out:paragraph('100%')\n"
    "  assert(q.known == nil and q.seq == 77 and tostring(q.as_of) == '2022-01-08')\n"
    "end }\n"
    "luodi.kind { name = 'small', title = '小', prefix = 'S', fields = { { 'x', 'int', compute = function(s)\n"
    "  local v = s.id\n"
    "  if v == 'S-0001' then return nil end\n"
    "  if v == 'S-0002' then return 2.0 end\n"
    "  if v == 'S-0003' then return 2.5 end\n"
    "  if v == 'S-0004' then return {} end\n"
    "  if v == 'S-0005' then kept = s return 'text' end\n"
    "  if v == 'S-0006' then return kept.title end\n"
    "  if v == 'S-0007' then return s end\n"
    "  if v == 'S-0008' then return '\\255' end\n"
    "  if v == 'S-0009' then return 0/0 end\n"
    "  if v == 'S-0010' then return luodi.decimal '0.5' end\n"
    "end } } }\n";

enum { PERSON = 1, TREE = 2, SMALL = 3, DOUBLE = 1, DEADLINE = 2, GUARD = 3, EXPORT = 4, SMALL_X = 5 };
enum { OWNER, HEIGHT, PRICE, MARKS, SORT };

static struct driver *started(void)
{
	struct driver *driver = driver_start();

	driver_send_schema(driver, driver_load_well(driver, plugin));
	return driver;
}

static struct state *tree(struct driver *driver, int number, int64_t height)
{
	struct state *state = state_new(driver->pool, &driver->schema->kinds[TREE - 1], record_key(TREE, number));

	state->exists = true;
	state->title = "老橡树";
	state->stage = 1;
	state->stage_since.day = TODAY - 10;
	state->reached[1].day = TODAY - 10;
	state->values[OWNER] = value_of_number(VALUE_REF, record_key(PERSON, 1));
	state->values[HEIGHT] = value_of_number(VALUE_INT, height);
	state->values[PRICE] = value_of_number(VALUE_MONEY, 100000000);
	return state;
}

static struct state *person(struct driver *driver)
{
	struct state *state = state_new(driver->pool, &driver->schema->kinds[PERSON - 1], record_key(PERSON, 1));

	state->exists = true;
	state->title = "张三";
	state->values[0] = value_of_number(VALUE_INT, 61);
	return state;
}

/* Takes an ASK of the kind that is expected; its items follow in *in. */
static void expect_ask(struct driver *driver, enum host_ask ask, struct wire *in)
{
	driver_expect(driver, HOST_ASK, in);
	assert_int_equal(wire_get_integer(in, 1, 100), ask);
}

static void begin_answer(struct driver *driver)
{
	wire_put_integer(&driver->out, driver->call);
	wire_put_boolean(&driver->out, true);
}

static void answer_person(struct driver *driver)
{
	struct wire in;

	expect_ask(driver, HOST_ASK_RECORD, &in);
	assert_int_equal(wire_get_integer(&in, 1, INT64_MAX), record_key(PERSON, 1));
	assert_true(wire_end(&in));
	begin_answer(driver);
	wire_put_boolean(&driver->out, true);
	state_put(&driver->out, person(driver));
	wire_put_text(&driver->out, "H-0001");
	driver_send(driver, HOST_ANSWER);
}

static void computed_values_come_back_in_order(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	driver_begin_call(driver, HOST_CALL_COMPUTE, DOUBLE);
	wire_put_count(&driver->out, 3);
	for (int i = 1; i <= 3; i++)
		state_put(&driver->out, tree(driver, i, i));
	driver_send(driver, HOST_CALL);
	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 3), 3);
	for (int i = 1; i <= 3; i++)
		assert_int_equal(value_get(&in, driver->pool).number, i * 2);
	assert_true(wire_end(&in));
	driver_begin_call(driver, HOST_CALL_COMPUTE, DEADLINE);
	wire_put_count(&driver->out, 1);
	state_put(&driver->out, tree(driver, 1, 1));
	driver_send(driver, HOST_CALL);
	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_count(&in, 3), 1);
	assert_true(value_equal(value_get(&in, driver->pool), value_of_number(VALUE_DATE, TODAY + 20)));
	driver_stop_well(driver);
}

static const struct {
	int number;
	enum value_type type;
	int64_t value;
	const char *fault; /* or NULL */
	enum host_fault kind;
} smalls[] = {
    {1, VALUE_EMPTY, 0, NULL, 0},
    {2, VALUE_INT, 2, NULL, 0},
    {3, 0, 0, "luodi.decimal", HOST_FAULT_ANSWER},
    {4, 0, 0, "不是一个字段可以有的值", HOST_FAULT_ANSWER},
    {5, VALUE_TEXT, 0, NULL, 0},
    {6, 0, 0, "上一次调用留下的", HOST_FAULT_ERROR},
    {8, 0, 0, "UTF-8", HOST_FAULT_ERROR},
    {9, 0, 0, "luodi.decimal", HOST_FAULT_ANSWER},
    {10, VALUE_DECIMAL, 500000, NULL, 0},
};

static void only_values_of_fields_may_be_answered(void **state)
{
	struct driver *driver = started();

	(void)state;
	for (size_t i = 0; i < sizeof smalls / sizeof *smalls; i++) {
		struct wire in;

		driver_begin_call(driver, HOST_CALL_COMPUTE, SMALL_X);
		wire_put_count(&driver->out, 1);
		state_put(&driver->out,
		    state_new(driver->pool, &driver->schema->kinds[SMALL - 1], record_key(SMALL, smalls[i].number)));
		driver_send(driver, HOST_CALL);
		if (smalls[i].fault != NULL) {
			struct seen_fault fault = driver_expect_fault(driver);

			expect_within(fault.message, smalls[i].fault);
			assert_int_equal(fault.type, smalls[i].kind);
			assert_string_equal(fault.file, "demo/init.lua");
			assert_true(fault.line > 0);
		} else {
			struct value value;

			driver_expect(driver, HOST_RESULT, &in);
			assert_int_equal(wire_get_count(&in, 1), 1);
			value = value_get(&in, driver->pool);
			assert_int_equal(value.type, smalls[i].type);
			assert_int_equal(value.number, smalls[i].value);
		}
	}
	driver_stop_well(driver);
}

static void call_guard(struct driver *driver, int64_t now, int64_t old)
{
	driver_begin_call(driver, HOST_CALL_GUARD, GUARD);
	state_put(&driver->out, tree(driver, 1, now));
	wire_put_boolean(&driver->out, old >= 0);
	if (old >= 0)
		state_put(&driver->out, tree(driver, 1, old));
	driver_send(driver, HOST_CALL);
}

static void expect_verdict(struct driver *driver, bool refused, const char *field, const char *sentence)
{
	struct wire in;
	const char *got;

	driver_expect(driver, HOST_RESULT, &in);
	assert_int_equal(wire_get_boolean(&in), refused);
	if (refused) {
		got = wire_get_text(&in, driver->pool, 64);
		if (field == NULL)
			assert_null(got);
		else
			assert_string_equal(got, field);
		assert_string_equal(wire_get_name(&in, driver->pool, 2048), sentence);
	}
	assert_true(wire_end(&in));
}

static void guards_refuse_with_a_field_and_a_sentence(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	call_guard(driver, 3, -1);
	expect_verdict(driver, false, NULL, NULL);
	call_guard(driver, 3, 2);
	expect_verdict(driver, false, NULL, NULL);
	call_guard(driver, 2, 3);
	answer_person(driver);
	expect_verdict(driver, true, "height", "老橡树从 3 米变矮了，主人 61 岁");
	call_guard(driver, 9, -1);
	expect_ask(driver, HOST_ASK_REFERRING, &in);
	assert_int_equal(wire_get_integer(&in, 1, INT64_MAX), record_key(PERSON, 1));
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "tree");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "height>1");
	begin_answer(driver);
	wire_put_integer(&driver->out, 1);
	wire_put_count(&driver->out, 1);
	state_put(&driver->out, tree(driver, 4, 6));
	wire_put_text(&driver->out, "T-0004");
	driver_send(driver, HOST_ANSWER);
	answer_person(driver);
	expect_verdict(driver, true, NULL, "张三");
	driver_stop_well(driver);
}

static void a_guard_that_answers_nonsense_is_at_fault(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;

	(void)state;
	call_guard(driver, 7, -1);
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_ANSWER);
	expect_within(fault.message, "luodi.refuse");
	call_guard(driver, 8, -1);
	fault = driver_expect_fault(driver);
	assert_int_equal(fault.type, HOST_FAULT_ERROR);
	assert_int_equal(fault.line, 14);
	expect_within(fault.message, "“树”没有字段 hieght，最接近的是 height");
	driver_stop_well(driver);
}

static void a_refused_question_is_an_error_in_lua(void **state)
{
	struct driver *driver = started();
	struct seen_fault fault;
	struct wire in;

	(void)state;
	call_guard(driver, 2, 3);
	expect_ask(driver, HOST_ASK_RECORD, &in);
	wire_put_integer(&driver->out, driver->call);
	wire_put_boolean(&driver->out, false);
	wire_put_text(&driver->out, "busy");
	wire_put_text(&driver->out, "现在太忙");
	wire_put_text(&driver->out, "过一会儿再试");
	driver_send(driver, HOST_ANSWER);
	fault = driver_expect_fault(driver);
	expect_within(fault.message, "现在太忙（过一会儿再试）");
	call_guard(driver, 2, 3);
	expect_ask(driver, HOST_ASK_RECORD, &in);
	begin_answer(driver);
	wire_put_boolean(&driver->out, false);
	driver_send(driver, HOST_ANSWER);
	fault = driver_expect_fault(driver);
	expect_within(fault.message, "不存在");
	driver_stop_well(driver);
}

static void an_answer_to_another_call_ends_the_host(void **state)
{
	struct driver *driver = started();
	struct wire in;
	int status;

	(void)state;
	call_guard(driver, 2, 3);
	expect_ask(driver, HOST_ASK_RECORD, &in);
	wire_put_integer(&driver->out, driver->call + 1);
	wire_put_boolean(&driver->out, true);
	wire_put_boolean(&driver->out, false);
	driver_send(driver, HOST_ANSWER);
	assert_int_equal(driver_read(driver, &in), 0);
	status = driver_stop(driver);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

static void answer_facts(struct driver *driver)
{
	struct wire in;

	expect_ask(driver, HOST_ASK_FACTS, &in);
	assert_true(wire_end(&in));
	begin_answer(driver);
	wire_put_integer(&driver->out, TODAY);
	wire_put_integer(&driver->out, DATE_NONE.day);
	wire_put_integer(&driver->out, 77);
	wire_put_text(&driver->out, "abc");
	wire_put_integer(&driver->out, TODAY);
	wire_put_integer(&driver->out, DATE_NONE.day);
	wire_put_integer(&driver->out, DATE_NONE.day);
	driver_send(driver, HOST_ANSWER);
}

static void expect_text_block(struct driver *driver, enum host_block block, const char *text)
{
	struct wire in;

	driver_expect(driver, HOST_EMIT, &in);
	assert_int_equal(wire_get_integer(&in, 1, 10), block);
	if (block == HOST_BLOCK_HEADING)
		assert_int_equal(wire_get_integer(&in, 1, 4), 2);
	assert_string_equal(wire_get_name(&in, driver->pool, 65536), text);
	assert_true(wire_end(&in));
}

static void expect_table(struct driver *driver)
{
	static const char *const columns[][3] = {{"名", "text", NULL}, {"高", "int", NULL}, {"价", "money", "万元"}};
	struct wire in;

	driver_expect(driver, HOST_EMIT, &in);
	assert_int_equal(wire_get_integer(&in, 1, 10), HOST_BLOCK_TABLE);
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "表");
	assert_int_equal(wire_get_count(&in, 64), 3);
	for (int i = 0; i < 3; i++) {
		const char *unit;

		assert_string_equal(wire_get_name(&in, driver->pool, 64), columns[i][0]);
		assert_string_equal(wire_get_name(&in, driver->pool, 64), columns[i][1]);
		unit = wire_get_text(&in, driver->pool, 64);
		assert_true((unit == NULL) == (columns[i][2] == NULL));
		assert_int_equal(wire_get_integer(&in, 0, 1), i == 2);
	}
	assert_true(wire_end(&in));
}

static void expect_row(struct driver *driver, int64_t height)
{
	struct wire in;

	driver_expect(driver, HOST_EMIT, &in);
	assert_int_equal(wire_get_integer(&in, 1, 10), HOST_BLOCK_ROW);
	assert_int_equal(wire_get_count(&in, 64), 3);
	assert_string_equal(value_get(&in, driver->pool).text, "老橡树");
	assert_int_equal(value_get(&in, driver->pool).number, height);
	assert_true(value_equal(value_get(&in, driver->pool), value_of_number(VALUE_MONEY, 100000000)));
	assert_true(wire_end(&in));
}

/* 500 of 503 trees, then the 3 that are left. */
static void answer_list(struct driver *driver, int64_t limit, int64_t offset, int count)
{
	struct wire in;

	expect_ask(driver, HOST_ASK_LIST, &in);
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "tree");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "height>0");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "height");
	assert_int_equal(wire_get_integer(&in, 0, 1000), limit);
	assert_int_equal(wire_get_integer(&in, 0, 1000), offset);
	assert_true(wire_end(&in));
	begin_answer(driver);
	wire_put_integer(&driver->out, 503);
	wire_put_count(&driver->out, (size_t)count);
	for (int i = 0; i < count; i++) {
		state_put(&driver->out, tree(driver, (int)offset + i + 1, offset + i));
		wire_put_text(&driver->out, "T-0001");
	}
	driver_send(driver, HOST_ANSWER);
}

static void answer_counts(struct driver *driver)
{
	struct wire in;

	expect_ask(driver, HOST_ASK_COUNT, &in);
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "tree");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "stage");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "price");
	begin_answer(driver);
	wire_put_integer(&driver->out, 503);
	value_put(&driver->out, value_of_number(VALUE_MONEY, 10000000000));
	wire_put_count(&driver->out, 1);
	value_put(&driver->out, value_of_text("grown"));
	wire_put_integer(&driver->out, 503);
	value_put(&driver->out, value_of_number(VALUE_MONEY, 10000000000));
	driver_send(driver, HOST_ANSWER);
	expect_ask(driver, HOST_ASK_COUNT, &in);
	begin_answer(driver);
	wire_put_integer(&driver->out, 9);
	wire_put_count(&driver->out, 0);
	driver_send(driver, HOST_ANSWER);
}

static void answer_figure(struct driver *driver)
{
	struct date start, end;
	struct wire in;

	expect_ask(driver, HOST_ASK_FIGURE, &in);
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "share");
	assert_string_equal(wire_get_name(&in, driver->pool, 64), "2022Q1");
	assert_true(date_from_civil(2022, 1, 1, &start) && date_from_civil(2022, 3, 31, &end));
	begin_answer(driver);
	wire_put_text(&driver->out, "share");
	wire_put_text(&driver->out, "占比");
	wire_put_text(&driver->out, "percent");
	wire_put_integer(&driver->out, 3);
	wire_put_integer(&driver->out, 4);
	wire_put_boolean(&driver->out, true);
	wire_put_text(&driver->out, "3/4 = 75%");
	wire_put_text(&driver->out, "按棵");
	wire_put_integer(&driver->out, 1);
	wire_put_integer(&driver->out, start.day);
	wire_put_integer(&driver->out, end.day);
	wire_put_count(&driver->out, 1);
	wire_put_text(&driver->out, "80%");
	wire_put_text(&driver->out, "年报");
	driver_send(driver, HOST_ANSWER);
}

static void an_export_asks_and_emits_in_order(void **state)
{
	struct driver *driver = started();
	struct wire in;

	(void)state;
	driver_begin_call(driver, HOST_CALL_EXPORT, EXPORT);
	wire_put_text(&driver->out, "md");
	wire_put_count(&driver->out, 1);
	wire_put_text(&driver->out, "period");
	wire_put_text(&driver->out, "2022Q1");
	driver_send(driver, HOST_CALL);
	answer_facts(driver);
	expect_text_block(driver, HOST_BLOCK_TITLE, "报告");
	expect_text_block(driver, HOST_BLOCK_HEADING, "一");
	expect_text_block(driver, HOST_BLOCK_PARAGRAPH, "2022-01-01 到 2022-03-31，前 3");
	expect_table(driver);
	answer_list(driver, 500, 0, 500);
	for (int i = 0; i < 500; i++)
		expect_row(driver, i);
	answer_list(driver, 100, 500, 3);
	for (int i = 500; i < 503; i++)
		expect_row(driver, i);
	answer_counts(driver);
	expect_text_block(driver, HOST_BLOCK_ITEM, "503 1亿 grown 9");
	answer_figure(driver);
	expect_text_block(driver, HOST_BLOCK_PARAGRAPH, "3/4 = 75% 0.75 2022Q1 年报");
	expect_text_block(driver, HOST_BLOCK_PARAGRAPH, "100%");
	driver_expect(driver, HOST_RESULT, &in);
	assert_true(wire_end(&in));
	driver_stop_well(driver);
}

static void arguments_of_an_export_are_checked(void **state)
{
	static const struct {
		const char *name, *text, *fault;
	} rows[] = {
	    {"perod", "2022Q1", "没有参数 perod"}, {"period", "明天吧", "参数 period："}, {"top", "x", "参数 top："}};
	struct driver *driver = started();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		driver_begin_call(driver, HOST_CALL_EXPORT, EXPORT);
		wire_put_text(&driver->out, "md");
		wire_put_count(&driver->out, 1);
		wire_put_text(&driver->out, rows[i].name);
		wire_put_text(&driver->out, rows[i].text);
		driver_send(driver, HOST_CALL);
		answer_facts(driver);
		expect_within(driver_expect_fault(driver).message, rows[i].fault);
	}
	driver_stop_well(driver);
}

static void calls_of_what_is_not_there_are_faults(void **state)
{
	struct driver *driver = driver_start();

	(void)state;
	driver_begin_call(driver, HOST_CALL_COMPUTE, 1);
	wire_put_count(&driver->out, 0);
	driver_send(driver, HOST_CALL);
	expect_within(driver_expect_fault(driver).message, "没有载入");
	driver_send_schema(driver, driver_load_well(driver, plugin));
	call_guard(driver, 3, -1);
	expect_verdict(driver, false, NULL, NULL);
	driver_begin_call(driver, HOST_CALL_EXPORT, 99);
	wire_put_text(&driver->out, "md");
	wire_put_count(&driver->out, 0);
	driver_send(driver, HOST_CALL);
	expect_within(driver_expect_fault(driver).message, "没有编号为 99");
	driver_stop_well(driver);
}

static void call_config(struct driver *driver, const char *text)
{
	driver_begin_call(driver, HOST_CALL_CONFIG, 0);
	wire_put_bytes(&driver->out, text, strlen(text));
	wire_put_text(&driver->out, "luodid.lua");
	driver_send(driver, HOST_CALL);
}

static void a_configuration_is_a_table_and_nothing_else(void **state)
{
	static const char *const bad[] = {"return 5", "return { a = 0.5 }", "print 'x'",
	    "return { f = function() end }", "while true do end", "return { [1.5] = 1 }", "return { [{}] = 1 }",
	    "local t = {} t.t = t return t", "return { x = '\\255' }", "return {"};
	struct driver *driver = driver_start();
	struct plain plain;
	struct wire in;

	(void)state;
	call_config(driver,
	    "local a = 2 return { tcp = false, users = { 'li', 'wang' }, n = a * 3, deep = { x = 'y' }, e = {} }");
	driver_expect(driver, HOST_RESULT, &in);
	plain = plain_get(&in, driver->pool);
	assert_true(wire_end(&in));
	assert_int_equal(plain.type, PLAIN_TABLE);
	assert_int_equal(plain_find(&plain, "tcp")->type, PLAIN_BOOLEAN);
	assert_int_equal(plain_find(&plain, "users")->type, PLAIN_LIST);
	assert_string_equal(plain_find(&plain, "users")->items[1].text, "wang");
	assert_int_equal(plain_find(&plain, "n")->integer, 6);
	assert_string_equal(plain_find(plain_find(&plain, "deep"), "x")->text, "y");
	assert_int_equal(plain_find(&plain, "e")->type, PLAIN_TABLE);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		call_config(driver, bad[i]);
		assert_true(driver_expect_fault(driver).message[0] != '\0');
	}
	driver_stop_well(driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(computed_values_come_back_in_order),
	    cmocka_unit_test(only_values_of_fields_may_be_answered),
	    cmocka_unit_test(guards_refuse_with_a_field_and_a_sentence),
	    cmocka_unit_test(a_guard_that_answers_nonsense_is_at_fault),
	    cmocka_unit_test(a_refused_question_is_an_error_in_lua),
	    cmocka_unit_test(an_answer_to_another_call_ends_the_host),
	    cmocka_unit_test(an_export_asks_and_emits_in_order),
	    cmocka_unit_test(arguments_of_an_export_are_checked),
	    cmocka_unit_test(calls_of_what_is_not_there_are_faults),
	    cmocka_unit_test(a_configuration_is_a_table_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
