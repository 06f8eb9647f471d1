#include "text/pinyin.h"

#include "base/utf8.h"
#include <pthread.h>
#include <string.h>

enum { FIRST = 0x3400, LAST = 0x9FFF, ZERO = 0x3007 /* 〇 */, SYLLABLES_AT_MOST = 1024 };

/* Characters with further readings that names of places, people and firms use: 银行, 重庆, 长春, 厦门, 会计 … */
/* clang-format off */
static const struct pinyin_syllable other_readings[] = {
    {"a", "阿"}, {"ba", "扒"}, {"bao", "堡"}, {"bei", "背"}, {"bian", "便"}, {"bo", "薄"}, {"bu", "埔"},
    {"can", "参"}, {"cang", "藏"}, {"ceng", "曾"}, {"cha", "差查"}, {"chai", "差"}, {"chang", "长"},
    {"chao", "朝"}, {"che", "车"}, {"cheng", "盛乘"}, {"chong", "重种"}, {"chu", "畜"}, {"chuan", "传"},
    {"da", "大"}, {"dai", "大"}, {"dan", "单石弹"}, {"dao", "倒"}, {"de", "地得"}, {"dei", "得"},
    {"di", "的地"}, {"diao", "调"}, {"dou", "都"}, {"du", "都度"}, {"duo", "度"}, {"e", "阿"}, {"fan", "番"},
    {"fou", "否"}, {"gan", "干"}, {"ge", "合"}, {"gei", "给"}, {"geng", "更"}, {"guan", "莞"}, {"gui", "龟"},
    {"hai", "还"}, {"hang", "行"}, {"he", "和核"}, {"hu", "核和"}, {"huan", "还"}, {"hui", "会"}, {"huo", "和"},
    {"ji", "系给"}, {"jia", "家贾"}, {"jiang", "降强"}, {"jiao", "觉校角"}, {"jie", "解"}, {"ju", "车"},
    {"jue", "觉角"}, {"ka", "卡"}, {"kuai", "会"}, {"la", "落"}, {"le", "乐了"}, {"liang", "量"},
    {"liao", "了"}, {"long", "弄"}, {"lou", "露"}, {"lu", "露六绿"}, {"luo", "落"}, {"lv", "率"}, {"mei", "没"},
    {"mi", "秘泌"}, {"mo", "没模"}, {"mu", "模"}, {"na", "娜"}, {"nong", "弄"}, {"nuo", "娜"}, {"ou", "区"},
    {"pan", "番"}, {"pian", "便"}, {"pu", "堡铺"}, {"qi", "奇其"}, {"qia", "卡"}, {"qiang", "强"},
    {"qiao", "壳"}, {"qu", "区"}, {"quan", "圈"}, {"que", "雀"}, {"sai", "塞"}, {"se", "色塞"}, {"sha", "沙"},
    {"shan", "单"}, {"she", "折"}, {"shen", "参什"}, {"sheng", "盛"}, {"shi", "什识"}, {"shuai", "率"},
    {"shui", "说"}, {"shuo", "说"}, {"su", "宿"}, {"tan", "弹"}, {"ti", "体提"}, {"tiao", "调"}, {"tong", "同"},
    {"wan", "莞"}, {"wei", "尾"}, {"xi", "系"}, {"xia", "厦"}, {"xiang", "降"}, {"xiao", "校"}, {"xie", "血叶"},
    {"xin", "莘"}, {"xing", "行"}, {"xiu", "宿"}, {"xu", "畜"}, {"xue", "血"}, {"yao", "约"}, {"ye", "叶"},
    {"yi", "尾"}, {"yin", "殷"}, {"yue", "乐约"}, {"yun", "员"}, {"zai", "仔"}, {"zang", "藏"}, {"zeng", "曾"},
    {"zha", "查"}, {"zhan", "占"}, {"zhang", "长"}, {"zhao", "朝着"}, {"zhe", "着折"}, {"zhong", "重种"},
    {"zhu", "属"}, {"zhuan", "传转"}, {"zhuo", "着"}, {"zi", "仔"},
};
/* clang-format on */

enum { OTHERS_AT_MOST = 256 };

/* By code point: the number of its syllable + 1, and HAS_OTHERS; 0: none. */
static uint16_t first_readings[LAST - FIRST + 2]; /* the last place is that of 〇 */
enum { HAS_OTHERS = 0x8000 };
static uint32_t first_letters[LAST - FIRST + 2];
static struct other {
	uint32_t code_point;
	const char *letters;
} others[OTHERS_AT_MOST];
static size_t other_count;
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static uint16_t *place_of(uint32_t code_point)
{
	if (code_point >= FIRST && code_point <= LAST)
		return &first_readings[code_point - FIRST];
	return code_point == ZERO ? &first_readings[LAST - FIRST + 1] : NULL;
}

static void note_letter(const uint16_t *place, const char *letters)
{
	first_letters[place - first_readings] |= 1U << (letters[0] - 'a');
}

static void add_other(uint32_t code_point, const char *letters)
{
	uint16_t *place = place_of(code_point);
	size_t first = place != NULL ? *place & ~(unsigned)HAS_OTHERS : 0;

	if (first == 0 || other_count == OTHERS_AT_MOST || strcmp(pinyin_syllables[first - 1].letters, letters) == 0)
		return; /* the list names all readings, whichever of them the data takes for the first */
	*place |= HAS_OTHERS;
	note_letter(place, letters);
	others[other_count++] = (struct other){code_point, letters};
}

static void fill(void)
{
	size_t length;

	for (size_t i = 0; i < pinyin_syllable_count && i < SYLLABLES_AT_MOST; i++)
		for (const char *at = pinyin_syllables[i].characters; *at != '\0'; at += length) {
			uint16_t *place = place_of(utf8_next(at, &length));

			if (place == NULL)
				continue;
			*place = (uint16_t)(i + 1);
			note_letter(place, pinyin_syllables[i].letters);
		}
	for (size_t i = 0; i < sizeof other_readings / sizeof *other_readings; i++)
		for (const char *at = other_readings[i].characters; *at != '\0'; at += length)
			add_other(utf8_next(at, &length), other_readings[i].letters);
}

size_t pinyin_readings(uint32_t code_point, const char *ret_readings[PINYIN_READINGS])
{
	const uint16_t *place = place_of(code_point);
	size_t count = 0;

	if (place == NULL)
		return 0;
	pthread_once(&filled, fill);
	if (*place == 0)
		return 0;
	ret_readings[count++] = pinyin_syllables[(*place & ~(unsigned)HAS_OTHERS) - 1].letters;
	if ((*place & HAS_OTHERS) == 0)
		return count;
	for (size_t i = 0; i < other_count && count < PINYIN_READINGS; i++)
		if (others[i].code_point == code_point)
			ret_readings[count++] = others[i].letters;
	return count;
}

uint32_t pinyin_first_letters(uint32_t code_point)
{
	const uint16_t *place = place_of(code_point);

	if (place == NULL)
		return 0;
	pthread_once(&filled, fill);
	return first_letters[place - first_readings];
}

bool pinyin_sounds_same(uint32_t a, uint32_t b)
{
	const char *of_a[PINYIN_READINGS], *of_b[PINYIN_READINGS];
	size_t count_a = pinyin_readings(a, of_a), count_b = pinyin_readings(b, of_b);

	for (size_t i = 0; i < count_a; i++)
		for (size_t j = 0; j < count_b; j++)
			if (strcmp(of_a[i], of_b[j]) == 0)
				return true;
	return false;
}
