/* Requests, their checks, and the way of their answers. */
#include "rpc_listener.h"

#include "rpc/method.h"
#include <stdio.h>

#define REQUEST(id, method, params)                                                                                    \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":" params "}"
#define NOTE(id) REQUEST(id, "record.note", "{\"id\":\"T-0001\",\"text\":\"x\"}")

static void requests_that_are_wrong_say_what(void **state)
{
	static const struct {
		const char *line, *code, *piece;
	} cases[] = {
	    {"[]", "-32600", "1 到 100"},
	    {"{\"id\":1,\"method\":\"rpc.discover\"}", "-32600", "jsonrpc"},
	    {"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"rpc.discover\"}", "-32600", "jsonrpc"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1}", "-32600", "method"},
	    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "-32600", "method"},
	    {REQUEST("1", "record.lst", "{}"), "-32601", "record.list"},
	    {REQUEST("1", "record.get", "[\"T-0001\"]"), "-32602", "params"},
	    {REQUEST("1", "record.get", "{}"), "-32602", "\"field\":\"id\""},
	    {REQUEST("1", "record.get", "{\"id\":null}"), "-32602", "\"field\":\"id\""},
	    {REQUEST("1", "record.get", "{\"id\":7}"), "-32602", "\"field\":\"id\""},
	    {REQUEST("1", "record.get", "{\"id\":\"T-0001\",\"asof\":\"2022-01-01\"}"), "-32602", "最接近的是 as_of"},
	    {REQUEST("1", "record.list", "{\"kind\":\"thing\",\"limit\":-1}"), "-32602", "\"field\":\"limit\""},
	    {REQUEST("1", "record.list", "{\"kind\":\"thing\",\"limit\":1.0}"), "-32602", "\"field\":\"limit\""},
	    {REQUEST("1", "record.list", "{\"kind\":\"thing\",\"columns\":[1]}"), "-32602", "\"field\":\"columns\""},
	    {REQUEST("1", "record.note", "{\"id\":\"T-0001\",\"text\":\"x\",\"actor\":\"root\"}"), "-32602",
		"\"field\":\"actor\""},
	    {REQUEST("1", "record.note", "{\"id\":\"T-0001\",\"text\":\"x\",\"if_version\":9007199254740993}"),
		"-32602", "if_version"},
	    {REQUEST("1", "record.update", "{\"id\":\"T-0001\",\"fields\":{\"share\":0.75}}"), "-32602",
		"\"field\":\"share\""},
	    {REQUEST("1", "record.update", "{\"id\":\"T-0001\",\"fields\":{\"share\":{}}}"), "-32602",
		"\"field\":\"share\""},
	    {REQUEST("1", "record.create", "{\"kind\":\"thing\",\"entered\":[{\"on\":\"x\"}]}"), "-32602", "entered"},
	    {REQUEST("1", "record.create", "{\"kind\":\"thing\",\"entered\":[{\"stage\":\"a\",\"at\":\"x\"}]}"),
		"-32602", "entered"},
	    {REQUEST("1", "event.correct", "{\"seq\":1,\"all\":true}"), "-32602", "\"field\":\"all\""},
	    {REQUEST("1", "watch.start", "{\"filter\":\"open\"}"), "-32602", "\"field\":\"kind\""},
	    {REQUEST("1", "import.rows", "{\"import\":5,\"rows\":[]}"), "-32000", "not_found"},
	};
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_ADMIN);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		forget(&listener);
		say(&listener, cases[i].line);
		expect_heard(&listener, cases[i].code);
		expect_heard(&listener, cases[i].piece);
		assert_int_equal(lines_heard(&listener), 1);
	}
	assert_int_equal(listener.engine.wishes_seen, 0);
	listener_close(&listener);
}

static void errors_tell_programs_what_they_are_about(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_ADMIN);
	say(&listener, REQUEST("1", "record.count", "{\"kind\":\"thing\",\"filter\":\"阶段=签月\"}"));
	say(&listener, REQUEST("2", "record.get", "{\"id\":\"事\"}"));
	say(&listener, REQUEST("3", "plugin.reload", "{}"));
	say(&listener, REQUEST("4", "journal.verify", "{}"));
	settle(&listener);
	expect_heard(&listener, "\"position\":2,\"length\":4,\"text\":\"阶段=签月\"");
	expect_heard(&listener, "\"candidates\":[{\"id\":\"T-0001\",\"title\":\"一件事\",\"stage_title\":\"待办\"}");
	expect_heard(&listener, "\"faults\":[\"a/init.lua:1: 错\",\"b/init.lua:2: 也错\"]");
	expect_heard(&listener, "\"code\":\"internal\"");
	assert_false(heard(&listener, "SELECT")); /* what is inside stays inside */
	assert_false(heard(&listener, "/var/"));
	listener_close(&listener);
}

static void a_write_without_an_id_is_refused_and_other_notifications_are_not_run(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_ADMIN);
	say(&listener,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"record.note\",\"params\":{\"id\":\"T-0001\",\"text\":\"x\"}}");
	expect_heard(&listener, "\"id\":null,\"error\":{\"code\":-32600");
	say(&listener, "{\"jsonrpc\":\"2.0\",\"method\":\"plugin.reload\"}");
	assert_int_equal(lines_heard(&listener), 2);
	say(&listener, "{\"jsonrpc\":\"2.0\",\"method\":\"record.get\",\"params\":{\"id\":\"T-0001\"}}");
	say(&listener, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}");
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 2);
	assert_int_equal(listener.engine.wishes_seen, 0);
	listener_close(&listener);
}

static void each_method_checks_the_role(void **state)
{
	(void)state;
	for (enum role role = ROLE_NONE; role <= ROLE_ADMIN; role++) {
		struct listener listener;
		char line[200];

		listener_open(&listener, "佟雪", role);
		for (size_t i = 0; i < method_count; i++) {
			bool may = role >= method_table[i].role;

			forget(&listener);
			/* An unknown parameter: whoever may call it gets that far, and no further. */
			snprintf(line, sizeof line, REQUEST("1", "%s", "{\"no_such\":1}"), method_table[i].name);
			say(&listener, line);
			expect_heard(&listener, may ? "-32602" : "\"code\":\"forbidden\"");
		}
		listener_close(&listener);
	}
}

static void writes_are_in_the_name_of_the_connection(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	say(&listener, NOTE("1"));
	assert_string_equal(listener.engine.actor, "佟雪");
	assert_int_equal(lines_heard(&listener), 0); /* nothing is said before it is on disk */
	settle(&listener);
	expect_heard(&listener,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"id\":\"T-0001\",\"kind\":\"thing\",\"title\":\"一件事\","
	    "\"version\":2,\"batch\":3");
	listener_close(&listener);
}

static void an_editor_undoes_only_his_own_batches(void **state)
{
	static const struct {
		const char *name;
		enum role role;
		bool may;
	} cases[] = {{"佟雪", ROLE_EDITOR, true}, {"宋远", ROLE_EDITOR, false}, {"宋远", ROLE_LEADER, false},
	    {"宋远", ROLE_ADMIN, true}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct listener listener;

		listener_open(&listener, cases[i].name, cases[i].role);
		say(&listener, REQUEST("1", "batch.undo", "{\"batch\":3}"));
		assert_int_equal(listener.engine.wishes_seen, cases[i].may);
		if (!cases[i].may)
			expect_heard(&listener, "\"code\":\"forbidden\"");
		listener_close(&listener);
	}
}

static void a_batch_is_answered_as_one_line(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	say(&listener,
	    "[" NOTE("1") ",7," REQUEST("2", "record.get", "{\"id\":\"T-0001\"}") "," NOTE(
		"3") ",{\"jsonrpc\":\"2.0\",\"method\":\"record.get\",\"params\":{\"id\":\"T-0001\"}}]");
	assert_int_equal(lines_heard(&listener), 0);
	fake_finish_write(&listener.engine, 1, false);
	rpc_drain(listener.rpc);
	assert_int_equal(lines_heard(&listener), 0);
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 1);
	assert_int_equal(buffer_text(&listener.heard)[0], '[');
	expect_heard(&listener, "}]\n");
	expect_heard(&listener, "\"id\":null,\"error\":{\"code\":-32600");
	expect_heard(&listener, "\"id\":3,\"error\":{\"code\":-32000,\"message\":\"不行\"");
	expect_heard(&listener, "\"id\":1,\"result\"");
	expect_heard(&listener, "\"id\":2,\"result\"");
	listener_close(&listener);
}

static void a_batch_of_notifications_is_not_answered(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	say(&listener, "[{\"jsonrpc\":\"2.0\",\"method\":\"record.get\",\"params\":{\"id\":\"T-0001\"}}]");
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 0);
	listener_close(&listener);
}

static void a_batch_has_a_largest_size(void **state)
{
	struct listener listener;
	struct buffer line;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	buffer_init(&line, 1 << 20);
	for (int count = 100; count <= 101; count++) {
		buffer_reset(&line);
		forget(&listener);
		for (int i = 0; i < count; i++)
			buffer_append_text(&line, i == 0 ? "[" NOTE("1") : "," NOTE("1"));
		buffer_append_text(&line, "]");
		say(&listener, line.bytes);
		settle(&listener);
		assert_int_equal(lines_heard(&listener), 1);
		assert_int_equal(heard(&listener, "\"code\":\"too_large\""), count > 100);
	}
	assert_int_equal(listener.engine.wishes_seen, 100);
	buffer_clear(&line);
	listener_close(&listener);
}

static void too_many_unfinished_calls_are_refused_as_busy(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (int i = 0; i < RPC_UNFINISHED_LARGEST; i++)
		say(&listener, NOTE("1"));
	assert_int_equal(lines_heard(&listener), 0);
	say(&listener, NOTE("2"));
	expect_heard(&listener, "\"id\":2,\"error\":{\"code\":-32000");
	expect_heard(&listener, "\"code\":\"busy\"");
	expect_heard(&listener, "\"retry_after\":");
	fake_finish_write(&listener.engine, 0, true);
	rpc_drain(listener.rpc);
	forget(&listener);
	say(&listener, NOTE("3"));
	assert_int_equal(lines_heard(&listener), 0);
	assert_int_equal(conversation_unfinished(listener.conversation), RPC_UNFINISHED_LARGEST);
	settle(&listener);
	assert_int_equal(conversation_unfinished(listener.conversation), 0);
	assert_int_equal(rpc_unfinished(listener.rpc), 0);
	listener_close(&listener);
}

static void a_full_queue_is_said_and_nothing_is_lost(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	listener.engine.post_is_full = true;
	say(&listener, REQUEST("1", "server.status", "{}"));
	expect_heard(&listener, "\"code\":\"busy\"");
	assert_int_equal(conversation_unfinished(listener.conversation), 0);
	listener_close(&listener);
}

static void a_peer_that_left_is_told_nothing_more(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	say(&listener, NOTE("1"));
	say(&listener, REQUEST("2", "server.status", "{}"));
	say(&listener, "[" NOTE("3") "," REQUEST("4", "server.status", "{}") "]");
	conversation_close(&listener.conversation);
	assert_int_equal(rpc_unfinished(listener.rpc), 0);
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 0);
	assert_int_equal(listener.engine.wishes_seen, 2); /* what it asked to be written is written */
	listener_close(&listener);
}

static void wakes_are_as_few_as_can_be(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (int i = 0; i < 10; i++)
		say(&listener, NOTE("1"));
	while (listener.engine.write_count > 0)
		fake_finish_write(&listener.engine, 0, true);
	assert_int_equal(listener.wakes, 1);
	rpc_drain(listener.rpc);
	assert_int_equal(lines_heard(&listener), 10);
	listener_close(&listener);
}

static void an_export_is_chunks_and_then_what_they_were(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_VIEWER);
	say(&listener, REQUEST("\"e\"", "export.run", "{\"name\":\"weekly\",\"args\":{\"n\":7}}"));
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 3);
	assert_true(
	    strncmp(buffer_text(&listener.heard),
		"{\"jsonrpc\":\"2.0\",\"method\":\"export.chunk\",\"params\":{\"id\":\"e\",\"data\":\"YWI=\"}}\n"
		"{\"jsonrpc\":\"2.0\",\"method\":\"export.chunk\",\"params\":{\"id\":\"e\",\"data\":\"Yw==\"}}\n",
		2 * 72) == 0);
	expect_heard(&listener,
	    "\"id\":\"e\",\"result\":{\"name\":\"weekly\",\"title\":\"报\",\"format\":\"md\",\"bytes\":3,\"rows\":1");
	listener_close(&listener);
}

static void an_import_takes_its_calls_one_at_a_time(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	say(&listener, REQUEST("1", "import.begin", "{\"kind\":\"thing\",\"header\":[\"名称\",null]}"));
	settle(&listener);
	expect_heard(&listener, "\"result\":{\"import\":1");
	say(&listener, REQUEST("2", "import.rows", "{\"import\":1,\"rows\":[[\"甲\"],[\"乙\",null]]}"));
	say(&listener, REQUEST("3", "import.rows", "{\"import\":1,\"rows\":[[\"丙\",\"x\"]],\"numbers\":[9]}"));
	say(&listener, REQUEST("4", "import.rows", "{\"import\":1,\"rows\":[[\"丙\",\"x\",\"y\"]]}"));
	say(&listener, REQUEST("5", "import.preview", "{\"import\":1}"));
	say(&listener, REQUEST("6", "import.commit", "{\"import\":1,\"seq\":5}"));
	assert_int_equal(listener.engine.work_count, 1);
	forget(&listener);
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 5);
	expect_heard(&listener, "\"id\":2,\"result\":{\"rows\":2");
	expect_heard(&listener, "\"id\":3,\"result\":{\"rows\":3");
	expect_heard(&listener, "\"id\":4,\"error\"");
	expect_heard(&listener, "\"preview_seq\":5");
	expect_heard(&listener, "\"batch\":9");
	say(&listener, REQUEST("7", "import.preview", "{\"import\":1}")); /* it ended with the commit */
	expect_heard(&listener, "\"id\":7,\"error\"");
	listener_close(&listener);
}

static void an_import_ends_with_its_peer(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (int i = 0; i < RPC_IMPORTS_LARGEST; i++)
		say(&listener, REQUEST("1", "import.begin", "{\"kind\":\"thing\",\"header\":[\"名称\"]}"));
	say(&listener, REQUEST("2", "import.begin", "{\"kind\":\"thing\",\"header\":[\"名称\"]}"));
	expect_heard(&listener, "\"id\":2,\"error\"");
	settle(&listener);
	say(&listener, REQUEST("3", "import.rows", "{\"import\":1,\"rows\":[[\"甲\"]]}"));
	say(&listener, REQUEST("4", "import.rows", "{\"import\":1,\"rows\":[[\"乙\"]]}"));
	conversation_close(&listener.conversation); /* one call has the turn, one waits, three imports are idle */
	listener_close(&listener);
}

static void a_watch_tells_every_event_once_and_in_order(void **state)
{
	struct listener listener;
	int64_t expected = 4;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_VIEWER);
	listener.engine.head = 5;
	say(&listener, REQUEST("1", "watch.start", "{\"kind\":\"thing\",\"since\":3}"));
	settle(&listener);
	for (int64_t last = 6; last < 2000; last += 7) {
		fake_commit(&listener.engine, last);
		if (last % 3 == 0)
			settle(&listener);
	}
	settle(&listener);
	expect_heard(&listener, "\"id\":1,\"result\":{\"watch\":1,\"seq\":5");
	for (const char *at = buffer_text(&listener.heard); (at = strstr(at, "\"event\":{\"seq\":")) != NULL; at++)
		assert_int_equal(strtoll(at + strlen("\"event\":{\"seq\":"), NULL, 10), expected++);
	assert_int_equal(expected, listener.engine.head + 1);
	listener_close(&listener);
}

static void a_watcher_that_does_not_read_is_told_later(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_VIEWER);
	say(&listener, REQUEST("1", "watch.start", "{}"));
	settle(&listener);
	forget(&listener);
	conversation_set_pending(listener.conversation, RPC_PENDING_LARGEST);
	fake_commit(&listener.engine, 3);
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 0);
	conversation_set_pending(listener.conversation, 0);
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 3);
	listener_close(&listener);
}

static void a_full_queue_only_delays_a_watch(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_VIEWER);
	say(&listener, REQUEST("1", "watch.start", "{}"));
	settle(&listener);
	forget(&listener);
	listener.engine.post_is_full = true;
	fake_commit(&listener.engine, 2);
	rpc_drain(listener.rpc);
	assert_int_equal(lines_heard(&listener), 0);
	listener.engine.post_is_full = false;
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 2);
	listener_close(&listener);
}

static void a_watch_ends_when_asked_and_with_its_peer(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_VIEWER);
	say(&listener, REQUEST("1", "watch.start", "{}"));
	say(&listener, REQUEST("2", "watch.start", "{\"kind\":\"none\"}"));
	settle(&listener);
	expect_heard(&listener, "\"id\":2,\"error\"");
	fake_commit(&listener.engine, 1);
	rpc_drain(listener.rpc);
	say(&listener, REQUEST("3", "watch.stop", "{\"watch\":1}")); /* while a sweep is on its way */
	expect_heard(&listener, "\"id\":3,\"result\":{\"watch\":1");
	forget(&listener);
	settle(&listener);
	assert_int_equal(lines_heard(&listener), 0);
	say(&listener, REQUEST("4", "watch.start", "{}"));
	settle(&listener);
	fake_commit(&listener.engine, 2);
	rpc_drain(listener.rpc);
	listener_close(&listener);
}

static void discover_tells_of_every_method(void **state)
{
	struct listener listener;
	char piece[100];

	(void)state;
	listener_open(&listener, "佟雪", ROLE_VIEWER);
	say(&listener, REQUEST("1", "rpc.discover", "{}"));
	expect_heard(&listener, "\"openrpc\":\"1.2.6\"");
	for (size_t i = 0; i < method_count; i++) {
		snprintf(piece, sizeof piece, "{\"name\":\"%s\",\"summary\":", method_table[i].name);
		expect_heard(&listener, piece);
	}
	listener_close(&listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_that_are_wrong_say_what),
	    cmocka_unit_test(errors_tell_programs_what_they_are_about),
	    cmocka_unit_test(a_write_without_an_id_is_refused_and_other_notifications_are_not_run),
	    cmocka_unit_test(each_method_checks_the_role),
	    cmocka_unit_test(writes_are_in_the_name_of_the_connection),
	    cmocka_unit_test(an_editor_undoes_only_his_own_batches),
	    cmocka_unit_test(a_batch_is_answered_as_one_line),
	    cmocka_unit_test(a_batch_of_notifications_is_not_answered),
	    cmocka_unit_test(a_batch_has_a_largest_size),
	    cmocka_unit_test(too_many_unfinished_calls_are_refused_as_busy),
	    cmocka_unit_test(a_full_queue_is_said_and_nothing_is_lost),
	    cmocka_unit_test(a_peer_that_left_is_told_nothing_more),
	    cmocka_unit_test(wakes_are_as_few_as_can_be),
	    cmocka_unit_test(an_export_is_chunks_and_then_what_they_were),
	    cmocka_unit_test(an_import_takes_its_calls_one_at_a_time),
	    cmocka_unit_test(an_import_ends_with_its_peer),
	    cmocka_unit_test(a_watch_tells_every_event_once_and_in_order),
	    cmocka_unit_test(a_watcher_that_does_not_read_is_told_later),
	    cmocka_unit_test(a_full_queue_only_delays_a_watch),
	    cmocka_unit_test(a_watch_ends_when_asked_and_with_its_peer),
	    cmocka_unit_test(discover_tells_of_every_method),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
