#include "text/normal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void keys_compare_without_width_case_and_spaces(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
	    {"", ""}, {"ABC", "abc"},
	    {"Ａ B\xC2\xA0\xE2\x80\x8B　ｃ①", "abc1"}, /* NBSP, U+200B, an ideographic space */
	    {" 易 发\t式\n", "易发式"}, {"（易发）", "(易发)"},
	    {"\xEF\xBB\xBFx\xC2\xAD\xE2\x80\x8D\xE2\x81\xA0y", "xy"}, /* BOM, soft hyphen, joiner, word joiner */
	    {"Straße", "strasse"}, {"e\xCC\x81", "é"}, {"㎡ Ⅷ", "m2viii"}, {"\xE2\x80\xA8 x", "x"},
	    {"\xEF\xA4\x80", "豈"}, /* a compatibility character is the real one */
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *key = text_key(pool, cases[i].text);

		assert_string_equal(key, cases[i].key);
		assert_string_equal(text_key(pool, key), key);
	}
	pool_free(pool);
}

static void the_fold_keeps_spaces(void **state)
{
	struct pool *pool = pool_new();
	char ligatures[301] = "", *folded;

	(void)state;
	assert_string_equal(text_fold(pool, "Ａ b　Ｃ"), "a b c");
	assert_string_equal(text_fold(pool, "Hello World"), "hello world");
	assert_string_equal(text_fold(pool, "ГОСТ"), "гост");
	assert_string_equal(text_fold(pool,
				"\xFF"
				"A"),
	    "\xFF"
	    "A"); /* no UTF-8: as it was */
	for (int i = 0; i < 100; i++)
		strcat(ligatures, "\xEF\xB7\xBA"); /* U+FDFA is 18 characters */
	folded = text_fold(pool, ligatures);
	assert_int_equal(strlen(folded), 3300);
	pool_free(pool);
}

static void pinyin_has_no_tones_and_keeps_the_rest(void **state)
{
	static const struct {
		const char *text, *pinyin, *initials;
	} cases[] = {
	    {"易发式", "yifashi", "yfs"}, {"前行五八科创园", "qianxingwubakechuangyuan", "qxwbkcy"},
	    {"ABC公司 2号", "abcgongsi 2hao", "abcgs2h"}, {"（城南）13号地", "(chengnan)13haode", "cn13hd"},
	    {"绿", "lu", "l"}, {"〇", "ling", "l"}, {"", "", ""},
	    {"é𠀀", "é𠀀", "é𠀀"}, /* of a rare character we know no reading */
	};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(text_pinyin(pool, cases[i].text), cases[i].pinyin);
		assert_string_equal(text_initials(pool, cases[i].text), cases[i].initials);
	}
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_compare_without_width_case_and_spaces),
	    cmocka_unit_test(the_fold_keeps_spaces),
	    cmocka_unit_test(pinyin_has_no_tones_and_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
