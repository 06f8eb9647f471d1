/* engine: a host that lies. Programs that say what a test wrote down stand in for luodi-host; whatever they say, luodid keeps its head:
 * it takes what is well formed, else it ends the process and says so. */
#include "model_example.h"

#include "engine/host_client.h"
#include <sys/stat.h>
#include <unistd.h>

struct liar {
	char folder[256], program[300], words[300];
	struct buffer said; /* what the host will say */
	struct pool *pool;
	struct host_client *host;
};

static int set_up(void **state)
{
	struct liar *liar = calloc(1, sizeof(*liar));
	const char *parent = getenv("TMPDIR");

	snprintf(liar->folder, sizeof(liar->folder), "%s/luodi-liar-XXXXXX", parent != NULL ? parent : P_tmpdir);
	assert_non_null(mkdtemp(liar->folder));
	snprintf(liar->program, sizeof(liar->program), "%s/host", liar->folder);
	snprintf(liar->words, sizeof(liar->words), "%s/words", liar->folder);
	buffer_init(&liar->said, 1 << 20);
	liar->pool = pool_new();
	*state = liar;
	return 0;
}

static int tear_down(void **state)
{
	struct liar *liar = *state;

	host_client_stop(liar->host);
	unlink(liar->program);
	unlink(liar->words);
	rmdir(liar->folder);
	buffer_clear(&liar->said);
	pool_free(liar->pool);
	free(liar);
	return 0;
}

static void write_file(const char *path, const char *bytes, size_t length, mode_t mode)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* A host that waits until it is spoken to, says what is in said, and then stays, or is gone. */
static void start(struct liar *liar, bool stays)
{
	char script[1000];
	struct error error = {0};

	snprintf(script, sizeof(script), "#!/bin/sh\n/bin/dd bs=1 count=1 <&%d >/dev/null 2>&1\n/bin/cat '%s' >&%d\n%s",
	    HOST_SOCKET, liar->words, HOST_SOCKET, stays ? "exec /bin/sleep 60\n" : "");
	write_file(liar->words, buffer_text(&liar->said), liar->said.length, 0600);
	host_client_stop(liar->host);
	unlink(liar->program);
	write_file(liar->program, script, strlen(script), 0700);
	liar->host = host_client_start(liar->program, &error);
	if (liar->host == NULL)
		fail_msg("%s", error.sentence);
}

/* ---- what it says ---- */

static size_t begin_frame(struct liar *liar, enum host_message type)
{
	buffer_append(&liar->said, "\0\0\0\0", 4);
	buffer_append_byte(&liar->said, (char)type);
	return liar->said.length - 5;
}

static void end_frame(struct liar *liar, size_t begin)
{
	size_t length = liar->said.length - begin - 4;

	for (size_t i = 0; i < 4; i++)
		liar->said.bytes[begin + i] = (char)(length >> (24 - 8 * i));
}

static void say_loaded(struct liar *liar, int64_t index)
{
	size_t begin = begin_frame(liar, HOST_LOADED);

	wire_put_integer(&liar->said, index);
	declarations_put(&liar->said, &example_alpha);
	end_frame(liar, begin);
}

static void say_fault(struct liar *liar, int64_t of, int64_t what, const char *file, int64_t line)
{
	size_t begin = begin_frame(liar, HOST_FAULT);

	wire_put_integer(&liar->said, of);
	wire_put_integer(&liar->said, what);
	wire_put_text(&liar->said, file);
	wire_put_integer(&liar->said, line);
	wire_put_text(&liar->said, "少了一个括号");
	wire_put_text(&liar->said, NULL);
	end_frame(liar, begin);
}

static void say_integers(struct liar *liar, enum host_message type, int64_t first, int64_t second)
{
	size_t begin = begin_frame(liar, type);

	wire_put_integer(&liar->said, first);
	wire_put_integer(&liar->said, second);
	end_frame(liar, begin);
}

/* ---- what becomes of it ---- */

static const struct declarations *load(struct liar *liar, struct error *error)
{
	static const struct plugin_module module = {.name = "init", .source = "return", .length = 6};
	static const struct plugin_source plugin = {.name = "alpha", .modules = &module, .module_count = 1};

	*error = (struct error){0};
	return host_client_load(liar->host, 0, &plugin, liar->pool, error);
}

static bool call(struct liar *liar, int64_t call_us, struct error *error)
{
	const struct host_budget budget = {.call_us = call_us};
	struct buffer arguments;
	struct wire result;
	bool ok;

	*error = (struct error){0};
	buffer_init(&arguments, 100);
	wire_put_count(&arguments, 0);
	ok = host_client_call(liar->host, HOST_CALL_COMPUTE, 0, 1, (struct date){19191}, &arguments, budget, NULL,
	    liar->pool, &result, error);
	buffer_clear(&arguments);
	return ok && wire_get_integer(&result, 0, 100) == 42 && wire_end(&result);
}

static void expect_ended(struct liar *liar, const struct error *error, enum error_code code)
{
	assert_int_equal(error->code, code);
	assert_true(error->sentence[0] != '\0');
	assert_false(host_client_is_alive(liar->host));
	assert_int_equal(host_client_pid(liar->host), -1);
}

static void what_is_well_formed_is_taken(void **state)
{
	struct liar *liar = *state;
	const struct declarations *declarations;
	struct error error;

	say_loaded(liar, 0);
	start(liar, true);
	declarations = load(liar, &error);
	assert_non_null(declarations);
	assert_string_equal(declarations->plugin, "alpha");
	assert_string_equal(declarations->kinds[0].title, "项目");
	assert_true(host_client_is_alive(liar->host));
}

static void what_is_no_frame_ends_it(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
	    {"", 0},			    /* gone without a word */
	    {"\0\0\0", 3},		    /* half a length */
	    {"\0\0\0\0\5", 5},		    /* of nothing */
	    {"\0\100\0\1\5", 5},	    /* longer than any */
	    {"\377\377\377\377\5", 5},	    /* … by far */
	    {"\0\0\0\12\5\1\0\0\0", 9},	    /* cut */
	    {"\0\0\0\1\143", 5},	    /* of no type */
	    {"\0\0\0\1\3", 5},		    /* what only luodid says */
	    {"\0\0\0\1\5", 5},		    /* without items */
	    {"\0\0\0\1\6", 5},		    /* an answer to what was not asked */
	    {"\0\0\0\1\7", 5},		    /* a fault of nothing */
	    {"GET / HTTP/1.1\r\n\r\n", 18}, /* another language */
	};
	struct liar *liar = *state;
	struct error error;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buffer_reset(&liar->said);
		buffer_append(&liar->said, cases[i].bytes, cases[i].length);
		start(liar, false);
		assert_null(load(liar, &error));
		expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
	}
}

static void an_answer_for_another_is_not_taken(void **state)
{
	struct liar *liar = *state;
	struct error error;

	say_loaded(liar, 1);
	start(liar, true);
	assert_null(load(liar, &error));
	expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
	buffer_reset(&liar->said);
	say_fault(liar, -2, HOST_FAULT_ERROR, "beta/init.lua", 3);
	start(liar, true);
	assert_null(load(liar, &error));
	expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
}

static void nothing_may_be_left_over(void **state)
{
	struct liar *liar = *state;
	struct error error;
	size_t begin = begin_frame(liar, HOST_LOADED);

	wire_put_integer(&liar->said, 0);
	declarations_put(&liar->said, &example_alpha);
	wire_put_integer(&liar->said, 7);
	end_frame(liar, begin);
	start(liar, true);
	assert_null(load(liar, &error));
	expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
}

static void a_fault_is_told_with_file_and_line(void **state)
{
	struct liar *liar = *state;
	struct error error;

	say_fault(liar, -1, HOST_FAULT_ERROR, "alpha/init.lua", 12);
	start(liar, true);
	assert_null(load(liar, &error));
	assert_int_equal(error.code, ERROR_PLUGIN_FAULT);
	assert_string_equal(error.sentence, "alpha/init.lua:12: 少了一个括号");
	assert_true(host_client_is_alive(liar->host)); /* it told the truth */
	buffer_reset(&liar->said);
	say_fault(liar, -1, HOST_FAULT_BUDGET, "alpha/init.lua", 12);
	start(liar, true);
	assert_null(load(liar, &error));
	expect_ended(liar, &error, ERROR_BUDGET);
	buffer_reset(&liar->said);
	say_fault(liar, -1, 9, "alpha/init.lua", 12); /* no such fault */
	start(liar, true);
	assert_null(load(liar, &error));
	expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
}

/* A bit turned at places all over a good answer: it is taken for what it now says, or it is refused and the host ended. */
static void a_bit_turned_anywhere_does_no_harm(void **state)
{
	struct liar *liar = *state;
	size_t refused = 0;

	say_loaded(liar, 0);
	for (size_t at = 0; at < liar->said.length; at += at < 40 ? 1 : 17) {
		char bit = (char)(1 << (at % 8));
		struct error error;

		liar->said.bytes[at] = (char)(liar->said.bytes[at] ^ bit);
		start(liar, false);
		if (load(liar, &error) == NULL) {
			expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
			refused++;
		}
		liar->said.bytes[at] = (char)(liar->said.bytes[at] ^ bit);
	}
	assert_true(refused > 40);
}

static void a_calls_answer_is_taken_or_ends_it(void **state)
{
	static const struct {
		enum host_message type;
		int64_t first, second;
	} lies[] = {
	    {HOST_RESULT, 2, 42},  /* of another call */
	    {HOST_RESULT, -1, 42}, /* of none */
	    {HOST_EMIT, 1, HOST_BLOCK_TITLE},
	    {HOST_ASK, 1, 99}, /* no such question */
	    {HOST_ASK, 7, HOST_ASK_FACTS},
	    {HOST_LOADED, 0, 0},
	    {HOST_CALL, 1, 1},
	};
	struct liar *liar = *state;
	struct error error;

	say_integers(liar, HOST_RESULT, 1, 42);
	start(liar, true);
	assert_true(call(liar, 10000000, &error));
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		buffer_reset(&liar->said);
		say_integers(liar, lies[i].type, lies[i].first, lies[i].second);
		start(liar, true);
		assert_false(call(liar, 10000000, &error));
		expect_ended(liar, &error, ERROR_PLUGIN_FAULT);
	}
}

/* Where nobody may be asked it is told so, and goes on. */
static void a_question_out_of_place_is_answered_with_a_refusal(void **state)
{
	struct liar *liar = *state;
	struct error error;

	say_integers(liar, HOST_ASK, 1, HOST_ASK_FACTS);
	say_integers(liar, HOST_RESULT, 1, 42);
	start(liar, true);
	assert_true(call(liar, 10000000, &error));
	assert_true(host_client_is_alive(liar->host));
}

static void silence_ends_with_the_budget(void **state)
{
	struct liar *liar = *state;
	struct error error;

	start(liar, true);
	assert_false(call(liar, 20000, &error));
	expect_ended(liar, &error, ERROR_BUDGET);
}

#define test_of(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test_of(what_is_well_formed_is_taken),
	    test_of(what_is_no_frame_ends_it),
	    test_of(an_answer_for_another_is_not_taken),
	    test_of(nothing_may_be_left_over),
	    test_of(a_fault_is_told_with_file_and_line),
	    test_of(a_bit_turned_anywhere_does_no_harm),
	    test_of(a_calls_answer_is_taken_or_ends_it),
	    test_of(a_question_out_of_place_is_answered_with_a_refusal),
	    test_of(silence_ends_with_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
