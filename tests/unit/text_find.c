#include "text/normal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void words_are_found_as_people_look_for_them(void **state)
{
	static const struct {
		const char *text, *word;
		enum text_match match;
		const char *piece;
	} cases[] = {
	    {"易发式电气多功能变压器", "变压", TEXT_SUBSTRING, "变压"},
	    {"易发式电气多功能变压器", "yfs", TEXT_INITIALS, "易发式"},
	    {"易发式电气多功能变压器", "YFS", TEXT_INITIALS, "易发式"},
	    {"易发式电气多功能变压器", "ｙｆｓ", TEXT_INITIALS, "易发式"},
	    {"易发式电气多功能变压器", "byq", TEXT_INITIALS, "变压器"},
	    {"易发式电气多功能变压器", "yifashi", TEXT_PINYIN, "易发式"},
	    {"易发式电气多功能变压器", "yifas", TEXT_PINYIN, "易发式"}, /* the last may be cut */
	    {"易发式电气多功能变压器", "yifsh", TEXT_NO_MATCH, NULL},	/* one before it may not */
	    {"易发式电气多功能变压器", "fashi", TEXT_PINYIN, "发式"},
	    {"易发式电气多功能变压器", "ashi", TEXT_NO_MATCH, NULL}, /* from a character's first letter */
	    {"易发式电气多功能变压器", "ifa", TEXT_NO_MATCH, NULL},
	    {"易发式", "yfsx", TEXT_NO_MATCH, NULL},
	    {"易发式", "易fs", TEXT_NO_MATCH, NULL}, /* not all ASCII: a substring or nothing */
	    {"前行五八科创园", "qianxing", TEXT_PINYIN, "前行"},
	    {"58科创园", "58ke", TEXT_PINYIN, "58科"},
	    {"58科创园", "58kc", TEXT_INITIALS, "58科创"},
	    {"58科创园", "58", TEXT_SUBSTRING, "58"},
	    {"五八科创园", "58", TEXT_NO_MATCH, NULL}, /* digits alone spell nothing */
	    {"ABC公司", "bcgs", TEXT_INITIALS, "BC公司"},
	    {"ABC公司", "cgongsi", TEXT_PINYIN, "C公司"},
	    {"中国银行", "yinhang", TEXT_PINYIN, "银行"}, /* in any of its readings */
	    {"行业", "xingye", TEXT_PINYIN, "行业"},
	    {"重庆", "chongqing", TEXT_PINYIN, "重庆"},
	    {"重庆", "cq", TEXT_INITIALS, "重庆"},
	    {"厦门", "xm", TEXT_INITIALS, "厦门"},
	    {"绿地", "lvdi", TEXT_PINYIN, "绿地"}, /* ü as v, and as u */
	    {"绿地", "ludi", TEXT_PINYIN, "绿地"},
	    {"西安", "xian", TEXT_PINYIN, "西安"},
	    {"先进", "xian", TEXT_PINYIN, "先"},
	    {"Cafe\xCC\x81 项目", "CAFÉ", TEXT_SUBSTRING, "Cafe\xCC\x81"}, /* the piece is as it was typed */
	    {"一期\xE2\x80\x8B工程", "期工", TEXT_SUBSTRING, "期\xE2\x80\x8B工"},
	    {"㎡指标", "m2", TEXT_SUBSTRING, "㎡"},
	    {"Siemens 能源", "siem", TEXT_SUBSTRING, "Siem"},
	    {"", "x", TEXT_NO_MATCH, NULL},
	    {"x", "", TEXT_NO_MATCH, NULL},
	    {"", "", TEXT_NO_MATCH, NULL},
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *piece = NULL;

		assert_int_equal(text_find_word(pool, cases[i].text, cases[i].word, &piece), cases[i].match);
		assert_int_equal(text_find_word(pool, cases[i].text, cases[i].word, NULL), cases[i].match);
		assert_int_equal(piece == NULL, cases[i].piece == NULL);
		if (piece != NULL)
			assert_string_equal(piece, cases[i].piece);
	}
	pool_free(pool);
}

static void long_texts_are_searched_to_their_end(void **state)
{
	struct pool *pool = pool_new();
	size_t count = 20000;
	char *text = malloc(count * 3 + 16), *word = malloc(1001), *piece;

	(void)state;
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * 3, "路", 3);
	strcpy(text + count * 3, "易发式");
	assert_int_equal(text_find_word(pool, text, "lyfs", &piece), TEXT_INITIALS);
	assert_string_equal(piece, "路易发式");
	assert_int_equal(text_find_word(pool, text, "luyifa", NULL), TEXT_PINYIN);
	assert_int_equal(text_find_word(pool, text, "nothing", NULL), TEXT_NO_MATCH);
	memset(word, 'l', 1000); /* a word can't make the search dig without end */
	word[1000] = '\0';
	assert_int_equal(text_find_word(pool, text, word, NULL), TEXT_NO_MATCH);
	free(word);
	free(text);
	pool_free(pool);
}

static void a_search_leaves_nothing_in_the_pool(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	for (int i = 0; i < 1000; i++)
		(void)text_find_word(pool, "易发式电气多功能变压器", "byq", NULL);
	assert_int_equal(pool_used(pool), 0);
	pool_free(pool);
}

static void the_nearest_name_is_near(void **state)
{
	static const char *const names[] = {
	    "计划总投资", "年度计划投资", "签约", "落地", "planned", "stage", "steward", "阶段", "id"};
	static const struct {
		const char *word, *nearest;
	} cases[] = {
	    {"计划总投自", "计划总投资"},
	    {"签月", "签约"},
	    {"落第", "落地"},
	    {"planed", "planned"},
	    {"Planned", "planned"},
	    {"stgae", "stage"}, /* a swap is one fault */
	    {"stewrad", "steward"},
	    {"年计划投资", "年度计划投资"},
	    {"计划投资", "计划总投资"},
	    {"xyz", NULL},
	    {"竣工", NULL},
	    {"约", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *nearest = text_nearest(cases[i].word, names, sizeof names / sizeof *names);

		if (cases[i].nearest == NULL)
			assert_null(nearest);
		else
			assert_string_equal(nearest, cases[i].nearest);
	}
	assert_null(text_nearest("x", NULL, 0));
}

static int order_of(const char *a, const char *b)
{
	int order = text_compare(a, strlen(a), b, strlen(b));

	return (order > 0) - (order < 0);
}

static void the_order_is_that_of_a_dictionary(void **state)
{
	static const char *const sorted[] = {
	    "", "1号", "2号", "安", "北京", "李明", "上海", "沈阳", "佟雪", "郑州", "中", "abc", "abd"};
	size_t count = sizeof sorted / sizeof *sorted;

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			assert_int_equal(order_of(sorted[i], sorted[j]), (i > j) - (i < j));
	assert_int_not_equal(
	    order_of("é", "e\xCC\x81"), 0); /* the same to a reader: bytes decide, always the same way */
	assert_int_equal(order_of("é", "e\xCC\x81"), -order_of("e\xCC\x81", "é"));
	assert_int_equal(text_compare("安x", 3, "安y", 3), 0); /* no more than the length */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_found_as_people_look_for_them),
	    cmocka_unit_test(long_texts_are_searched_to_their_end),
	    cmocka_unit_test(a_search_leaves_nothing_in_the_pool),
	    cmocka_unit_test(the_nearest_name_is_near),
	    cmocka_unit_test(the_order_is_that_of_a_dictionary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
