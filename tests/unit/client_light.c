#include "client/light.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void lights_have_words_and_stand_by_weight(void **state)
{
	static const char *const by_weight[][2] = {
	    {"red", "红"}, {"yellow", "黄"}, {"unknown", "未知"}, {"green", "绿"}, {"", "-"}};

	(void)state;
	for (size_t i = 0; i < sizeof by_weight / sizeof *by_weight; i++) {
		assert_string_equal(light_title(by_weight[i][0]), by_weight[i][1]);
		assert_int_equal(light_rank(by_weight[i][0]), i);
	}
	assert_string_equal(light_title("purple"), "purple");
}

static void a_light_whose_rule_stopped_is_marked(void **state)
{
	static const struct {
		const char *record, *shown;
	} cases[] = {
	    {"{\"light\":\"red\",\"stale\":[]}", "红"},
	    {"{\"light\":\"red\",\"stale\":[\"a\"]}", "红（旧）"},
	    {"{\"light\":\"unknown\",\"stale\":[\"a\"]}", "未知"},
	    {"{\"light\":null}", "-"},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *record = json_loads(cases[i].record, 0, NULL);

		assert_non_null(record);
		assert_string_equal(light_of_record(pool, record), cases[i].shown);
		json_decref(record);
	}
	pool_free(pool);
}

static void the_reason_is_the_first_that_counts_and_the_others_are_counted(void **state)
{
	static const struct {
		const char *findings, *reason;
	} cases[] = {
	    {"", ""},
	    {"{\"level\":\"red\",\"text\":\"一\"}", "一"},
	    {"{\"level\":\"red\",\"text\":\"一\"},{\"level\":\"red\",\"text\":\"二\"},{\"level\":\"yellow\",\"text\":"
	     "\"三\"}",
		"一，另有 1 红 1 黄"},
	    {"{\"level\":\"red\",\"text\":\"一\",\"waived_until\":\"2022-08-01\"},{\"level\":\"yellow\",\"text\":"
	     "\"二\"}",
		"二"},
	    {"{\"level\":\"red\",\"text\":\"一\"},{\"level\":\"yellow\",\"waived_until\":\"2022-08-01\"}", "一"},
	    {"{\"level\":\"yellow\",\"text\":null,\"title\":\"久未走访\"}", "久未走访"},
	    {"{\"level\":\"unknown\",\"text\":null,\"title\":\"久未走访\"}", "规则还没有答过"},
	    {"{\"level\":\"yellow\",\"text\":null,\"title\":null}", "这条规则已不在插件里"},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *found = json_loads(pool_format(pool, "{\"findings\":[%s]}", cases[i].findings), 0, NULL);

		assert_non_null(found);
		assert_string_equal(light_reason(pool, found), cases[i].reason);
		json_decref(found);
	}
	assert_string_equal(light_reason(pool, NULL), "");
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lights_have_words_and_stand_by_weight),
	    cmocka_unit_test(a_light_whose_rule_stopped_is_marked),
	    cmocka_unit_test(the_reason_is_the_first_that_counts_and_the_others_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
