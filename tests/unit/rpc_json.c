/* What is JSON, and what is not: RFC 8259 and I-JSON, case by case. */
#include "rpc_listener.h"

#include <stdio.h>

struct text {
	const char *bytes;
	size_t length; /* 0: up to the NUL */
};

static const struct text good[] = {
    {"{}", 0},
    {"[{}]", 0},
    {"[1]", 0},
    {"0", 0},
    {"-0", 0},
    {"\"\"", 0},
    {"null", 0},
    {"true", 0},
    {"false", 0},
    {"{\"a\":[]}", 0},
    {"{\"\":0}", 0},
    {" [1 , 2] ", 0},
    {"\t{\"a\":1}\r", 0},
    {"[9223372036854775807]", 0},
    {"[-9223372036854775808]", 0},
    {"[1.5e-7]", 0},
    {"[1E+2]", 0},
    {"[\"\\u00e9\"]", 0},
    {"[\"\\ud83d\\ude00\"]", 0},
    {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", 0},
    {"[\"\xE8\x90\xBD\xE5\x9C\xB0\"]", 0},
    {"[\"\xF0\x9F\x98\x80\"]", 0},
    {"[\"\x7F\"]", 0},
    {"[\"\xE2\x80\xA8\"]", 0},
    {"{\"a\":{\"b\":{\"c\":[null]}}}", 0},
    {"[\"[[[[{{{{\"]", 0},
    {"[\"\\\"[\"]", 0},
};

static const struct text bad[] = {
    {"", 0},
    {" ", 0},
    {"{", 0},
    {"}", 0},
    {"[", 0},
    {"]", 0},
    {"[1,]", 0},
    {"[,1]", 0},
    {"[1 2]", 0},
    {"{\"a\"}", 0},
    {"{\"a\":}", 0},
    {"{a:1}", 0},
    {"{'a':1}", 0},
    {"{\"a\":1,}", 0},
    {"{\"a\" 1}", 0},
    {"{1:1}", 0},
    {"[1]x", 0},
    {"{}{}", 0},
    {"{} []", 0},
    {"nul", 0},
    {"True", 0},
    {"NaN", 0},
    {"[Infinity]", 0},
    {"[-Infinity]", 0},
    {"[+1]", 0},
    {"[01]", 0},
    {"[-01]", 0},
    {"[.5]", 0},
    {"[5.]", 0},
    {"[1e]", 0},
    {"[1e+]", 0},
    {"[0x1]", 0},
    {"[-]", 0},
    {"[--1]", 0},
    {"[9223372036854775808]", 0},
    {"[-9223372036854775809]", 0},
    {"[1e400]", 0},
    {"[\"", 0},
    {"[\"a]", 0},
    {"[\"\\x\"]", 0},
    {"[\"\\u12\"]", 0},
    {"[\"\\u\"]", 0},
    {"[\"\\ud800\"]", 0},
    {"[\"\\udc00\"]", 0},
    {"[\"\\ud800x\"]", 0},
    {"[\"\\ud800\\ud800\"]", 0},
    {"[\"\\u0000\"]", 0},
    {"{\"\\u0000\":1}", 0},
    {"[\"\t\"]", 0},
    {"[\"\x01\"]", 0},
    {"[\"\xFF\"]", 0},
    {"[\"\xC0\x80\"]", 0},
    {"[\"\xED\xA0\x80\"]", 0},
    {"[\"\xF4\x90\x80\x80\"]", 0},
    {"[\"\xE8\x90\"]", 0},
    {"\xEF\xBB\xBF{}", 0},
    {"{\"a\":1,\"a\":1}", 0},
    {"{\"a\":1,\"\\u0061\":2}", 0},
    {"{\"b\":{\"a\":1,\"a\":2}}", 0},
    {"[1]/*c*/", 0},
    {"//c", 0},
    {"['a']", 0},
    {"[\"a\0b\"]", 7},
    {"[1\0]", 4},
    {"GET / HTTP/1.1", 0},
    {"<html>", 0},
};

static void good_json_is_read(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		forget(&listener);
		say(&listener, good[i].bytes);
		if (heard(&listener, "-32700"))
			fail_msg("refused as JSON: %s", good[i].bytes);
		expect_heard(&listener, "-32600"); /* though it is no request */
	}
	listener_close(&listener);
}

static void bad_json_is_refused_with_its_position(void **state)
{
	struct listener listener;

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		forget(&listener);
		say_bytes(&listener, bad[i].bytes, bad[i].length > 0 ? bad[i].length : strlen(bad[i].bytes));
		if (!heard(&listener, "\"id\":null,\"error\":{\"code\":-32700") || !heard(&listener, "\"position\":"))
			fail_msg("case %zu, %s: %s", i, bad[i].bytes, buffer_text(&listener.heard));
	}
	listener_close(&listener);
}

static void depth_has_a_limit(void **state)
{
	struct listener listener;
	char line[300];

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	memset(line, '[', 64);
	memset(line + 64, ']', 64);
	say_bytes(&listener, line, 128);
	expect_heard(&listener, "-32600");
	forget(&listener);
	memset(line, '[', 65);
	memset(line + 65, ']', 65);
	say_bytes(&listener, line, 130);
	expect_heard(&listener, "-32700");
	expect_heard(&listener, "\"position\":64");
	listener_close(&listener);
}

static void ids_come_back_as_they_were(void **state)
{
	static const char *const ids[] = {
	    "1", "-7", "0", "9223372036854775807", "\"a\"", "\"\"", "\"落地\"", "\"\\\"\"", "null"};
	struct listener listener;
	char line[200], expected[100];

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		forget(&listener);
		snprintf(line, sizeof line,
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"record.get\",\"params\":{\"id\":\"T-0001\"}}", ids[i]);
		snprintf(
		    expected, sizeof expected, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"id\":\"T-0001\"", ids[i]);
		say(&listener, line);
		expect_heard(&listener, expected);
	}
	listener_close(&listener);
}

static void ids_of_other_types_are_refused(void **state)
{
	static const char *const ids[] = {"1.0", "1.5", "true", "[]", "{}"};
	struct listener listener;
	char line[200];

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		forget(&listener);
		snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"rpc.discover\"}", ids[i]);
		say(&listener, line);
		expect_heard(&listener, "\"id\":null,\"error\":{\"code\":-32600");
	}
	listener_close(&listener);
}

static void an_id_has_a_largest_size(void **state)
{
	struct listener listener;
	char line[3000] = "{\"jsonrpc\":\"2.0\",\"method\":\"server.status\",\"id\":\"";
	size_t length = strlen(line);

	(void)state;
	listener_open(&listener, "佟雪", ROLE_EDITOR);
	memset(line + length, 'a', 1022);
	strcpy(line + length + 1022, "\"}");
	say(&listener, line);
	settle(&listener);
	expect_heard(&listener, "\"result\"");
	forget(&listener);
	memset(line + length, 'a', 1023);
	strcpy(line + length + 1023, "\"}");
	say(&listener, line);
	expect_heard(&listener, "\"id\":null,\"error\":{\"code\":-32600");
	listener_close(&listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_json_is_read),
	    cmocka_unit_test(bad_json_is_refused_with_its_position),
	    cmocka_unit_test(depth_has_a_limit),
	    cmocka_unit_test(ids_come_back_as_they_were),
	    cmocka_unit_test(ids_of_other_types_are_refused),
	    cmocka_unit_test(an_id_has_a_largest_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
