#include "client/arguments.h"

#include "base/buffer.h"
#include "base/number.h"
#include "base/utf8.h"
#include "text/normal.h"
#include <string.h>

static const struct option_row OPTIONS[OPTION_COUNT] = {
    [OPTION_SOCKET] = {"socket", 'S', OPTION_TEXT, "套接字", "luodid 听在哪里；不写看 $LUODI_SOCKET"},
    [OPTION_JSON] = {"json", 0, OPTION_FLAG, NULL, "方法的结果，一份 JSON 文档"},
    [OPTION_CSV] = {"csv", 0, OPTION_FLAG, NULL, "表格写成 CSV，Excel 直接打开"},
    [OPTION_PLAIN] = {"plain", 0, OPTION_FLAG, NULL, "列与列之间一个制表符，没有颜色，不截断"},
    [OPTION_COLOR] = {"color", 0, OPTION_TEXT, "auto|always|never", "颜色；auto 只在终端上用"},
    [OPTION_QUIET] = {"quiet", 0, OPTION_FLAG, NULL, "做成了就不说话"},
    [OPTION_YES] = {"yes", 'y', OPTION_FLAG, NULL, "不问，直接做"},
    [OPTION_AS_OF] = {"as-of", 0, OPTION_TEXT, "日期", "截至那一天终了"},
    [OPTION_KNOWN] = {"known", 0, OPTION_TEXT, "日期", "按那一天已经记下的来算"},
    [OPTION_KNOWN_SEQ] = {"known-seq", 0, OPTION_INTEGER, "序号", "按记到第几条来算；同样的屏幕永远看得到"},
    [OPTION_MIN_SEQ] = {"min-seq", 0, OPTION_INTEGER, "序号", "至少要看得到第几条"},
    [OPTION_ON] = {"on", 0, OPTION_TEXT, "日期", "事情发生在哪一天；不写就是今天"},
    [OPTION_NOTE] = {"note", 0, OPTION_TEXT, "说明", "为什么；记在经过里"},
    [OPTION_DRY_RUN] = {"dry-run", 'n', OPTION_FLAG, NULL, "只试，什么都不写"},
    [OPTION_IF_VERSION] = {"if-version", 0, OPTION_INTEGER, "版", "别人没有改过才写：您看的是第几版"},
    [OPTION_REQUEST_KEY] = {"request-key", 0, OPTION_TEXT, "键", "同一个键再发一次，只答上次的结果，不再写"},
    [OPTION_CONFIRM] = {"confirm", 0, OPTION_FLAG, NULL, "后来有人改过同样的字段，也照做"},
    [OPTION_OVERRIDE_GUARD] = {"override-guard", 0, OPTION_TEXT, "理由",
	"管理员：守卫出错答不上来也写，理由记在经过里"},
    [OPTION_COLUMNS] = {"columns", 0, OPTION_TEXT, "列,列", "要看的列；all 是全部"},
    [OPTION_SORT] = {"sort", 0, OPTION_TEXT, "列,-列", "按列排；-列 是从大到小"},
    [OPTION_LIMIT] = {"limit", 0, OPTION_INTEGER, "条数", "最多几条"},
    [OPTION_OFFSET] = {"offset", 0, OPTION_INTEGER, "条数", "跳过前几条"},
    [OPTION_BY] = {"by", 0, OPTION_TEXT, "列,列", "按列分组"},
    [OPTION_SUM] = {"sum", 0, OPTION_TEXT, "列,列", "合计这几列"},
    [OPTION_FROM] = {"from", 0, OPTION_TEXT, "日期", "从那一天"},
    [OPTION_TO] = {"to", 0, OPTION_TEXT, "日期", "到那一天"},
    [OPTION_KNOWN_TO] = {"known-to", 0, OPTION_TEXT, "日期", "与 --known 比：那一天记下的"},
    [OPTION_PERIOD] = {"period", 0, OPTION_TEXT, "期间", "2022上半年 2022Q2 2022-04 本月 A..B"},
    [OPTION_KEY] = {"key", 0, OPTION_TEXT, "字段", "按哪个字段认出同一条"},
    [OPTION_MAP] = {"map", 0, OPTION_TEXT, "对照", "列怎样对到字段；见 luodi fields"},
    [OPTION_SHEET] = {"sheet", 0, OPTION_TEXT, "表名", "记下是哪张表"},
    [OPTION_ENCODING] = {"encoding", 0, OPTION_TEXT, "编码", "utf-8 gb18030 cp1252 …"},
    [OPTION_UNIT] = {"unit", 0, OPTION_TEXT, "单位", "金额的单位：元、万元、亿元"},
    [OPTION_STRICT] = {"strict", 0, OPTION_FLAG, NULL, "有一行拒收就都不写"},
    [OPTION_CLEAR_EMPTY] = {"clear-empty", 0, OPTION_FLAG, NULL, "空格子清掉原来的值"},
    [OPTION_REJECTS] = {"rejects", 0, OPTION_TEXT, "文件", "拒收的行另写一个 CSV"},
    [OPTION_FORMAT] = {"format", 0, OPTION_TEXT, "格式", "md csv json xlsx html"},
    [OPTION_OUTPUT] = {"output", 'o', OPTION_TEXT, "文件", "写到文件；{as_of} 换成日期"},
    [OPTION_SINCE] = {"since", 0, OPTION_INTEGER, "序号", "从第几条之后接着看"},
    [OPTION_VOID] = {"void", 0, OPTION_FLAG, NULL, "只作废，不重记"},
    [OPTION_ALL] = {"all", 0, OPTION_FLAG, NULL, "连同这条记录的其余事件"},
    [OPTION_CONFIG] = {"config", 0, OPTION_TEXT, "文件", "luodid 的配置文件"},
    [OPTION_UNTIL] = {"until", 0, OPTION_TEXT, "日期", "到哪一天为止，那一天也算"},
    [OPTION_PLUGINS] = {"plugins", 0, OPTION_TEXT, "文件夹", "它所依靠的插件在哪里"},
};

const struct option_row *option_row(enum option_name option)
{
	return &OPTIONS[option];
}

enum option_name option_find(const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(OPTIONS[i].name, name) == 0)
			return (enum option_name)i;
	return OPTION_COUNT;
}

static enum option_name find_letter(char letter)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (OPTIONS[i].letter != 0 && OPTIONS[i].letter == letter)
			return (enum option_name)i;
	return OPTION_COUNT;
}

/* Options that the contract names and this version does not have. */
static bool comes_later(const char *name)
{
	static const char *const LATER[] = {"where", "missing", "checkpoint", "history"};

	for (size_t i = 0; i < sizeof LATER / sizeof *LATER; i++)
		if (strcmp(LATER[i], name) == 0)
			return true;
	return false;
}

static bool refuse_unknown(const char *typed, const char *name, struct error *error)
{
	const char *names[OPTION_COUNT], *nearest;

	if (comes_later(name)) {
		error_set(error, ERROR_INVALID, "", "还没有选项 %s：以后的版本会有", typed);
		return error_hint(error, "现在有的：luodi help 命令");
	}
	for (size_t i = 0; i < OPTION_COUNT; i++)
		names[i] = OPTIONS[i].name;
	nearest = text_nearest(name, names, OPTION_COUNT);
	if (nearest != NULL)
		error_set(error, ERROR_INVALID, "", "没有选项 %s；最接近的是 --%s", typed, nearest);
	else
		error_set(error, ERROR_INVALID, "", "没有选项 %s", typed);
	return error_hint(error, "有哪些：luodi help 命令；本来就以 - 开头的词，前面加一个 --");
}

static bool take_value(struct arguments *arguments, enum option_name option, const char *value, struct error *error)
{
	const struct option_row *row = &OPTIONS[option];

	if (row->type == OPTION_INTEGER) {
		const char *digits = *value == '#' ? value + 1 : value; /* as our own screens write a sequence number */

		if (!integer_parse(digits, row->name, &arguments->integers[option], error) ||
		    arguments->integers[option] < 0)
			return error_set(
			    error, ERROR_INVALID, row->name, "--%s 要一个数，写的是“%s”", row->name, value);
	}
	if (option == OPTION_COLOR && strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 &&
	    strcmp(value, "never") != 0)
		return error_set(
		    error, ERROR_INVALID, row->name, "--color 要 auto、always 或 never，写的是“%s”", value);
	arguments->values[option] = value;
	return true;
}

/* A terminal set to GBK sends other bytes, which no request can carry: left out, a filter would be no filter at all. */
static bool check_utf8(int argc, char *const *argv, struct error *error)
{
	for (int place = 1; place < argc; place++)
		if (!utf8_is_valid(argv[place], strlen(argv[place]), NULL)) {
			error_set(error, ERROR_INVALID, "", "命令行上第 %d 个词不是 UTF-8。什么都没有做", place);
			return error_hint(
			    error, "把终端的编码设成 UTF-8 再来；文件名不是 UTF-8 的，先改名，或从标准输入读（-）");
		}
	return true;
}

/* The option at argv[*place]; its value may be the next one, which *place then moves on to. */
static bool take_option(struct arguments *arguments, int *place, struct pool *pool, struct error *error)
{
	const char *typed = arguments->argv[*place], *value = NULL;
	enum option_name option;

	if (typed[1] == '-') {
		const char *equals = strchr(typed, '=');
		const char *name =
		    pool_copy_bytes(pool, typed + 2, equals != NULL ? (size_t)(equals - typed) - 2 : strlen(typed + 2));

		option = option_find(name);
		if (option == OPTION_COUNT)
			return refuse_unknown(typed, name, error);
		value = equals != NULL ? equals + 1 : NULL;
	} else {
		option = find_letter(typed[1]);
		if (option == OPTION_COUNT)
			return refuse_unknown(typed, typed + 1, error);
		value = typed[2] != '\0' ? typed + 2 : NULL;
	}
	if (OPTIONS[option].type == OPTION_FLAG) {
		if (value != NULL)
			return error_set(error, ERROR_INVALID, OPTIONS[option].name, "选项 --%s 不要值，写的是“%s”",
			    OPTIONS[option].name, typed);
		arguments->values[option] = "";
		return true;
	}
	if (value == NULL && *place + 1 >= arguments->argc)
		return error_set(
		    error, ERROR_INVALID, OPTIONS[option].name, "选项 %s 后面要写 %s", typed, OPTIONS[option].value);
	if (value == NULL)
		value = arguments->argv[++*place];
	return take_value(arguments, option, value, error);
}

bool arguments_parse(
    int argc, char *const *argv, struct pool *pool, struct arguments *ret_arguments, struct error *error)
{
	struct arguments arguments = {.argc = argc, .argv = argv};
	bool options_end = false, dashes_seen = false;

	if (!check_utf8(argc, argv, error))
		return false;
	arguments.words = pool_alloc_array(pool, (size_t)argc + 1, sizeof *arguments.words);
	arguments.places = pool_alloc_array(pool, (size_t)argc + 1, sizeof *arguments.places);
	for (int place = 1; place < argc; place++) {
		const char *typed = argv[place];

		if (strcmp(typed, "--") == 0 && !dashes_seen) {
			dashes_seen = true;
			options_end = true;
		} else if (!options_end && (strcmp(typed, "--help") == 0 || strcmp(typed, "-h") == 0)) {
			if (arguments.verb != NULL) { /* luodi list --help is luodi help list */
				arguments.words[0] = arguments.verb;
				arguments.word_count = 1;
			}
			arguments.verb = "help";
			break;
		} else if (!options_end && strcmp(typed, "--version") == 0) {
			arguments.verb = "version";
			break;
		} else if (!options_end && typed[0] == '-' && typed[1] != '\0') {
			if (!take_option(&arguments, &place, pool, error))
				return false;
		} else if (arguments.verb == NULL) {
			arguments.verb = typed;
			if (strcmp(typed, "complete") == 0) /* all that follows is a command line half typed */
				options_end = true;
		} else {
			arguments.places[arguments.word_count] = place;
			arguments.words[arguments.word_count++] = typed;
		}
	}
	*ret_arguments = arguments;
	return true;
}

bool arguments_check(const struct arguments *arguments, uint64_t taken, struct error *error)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (arguments->values[i] == NULL || (taken & OPTION_BIT(i)) != 0)
			continue;
		error_set(
		    error, ERROR_INVALID, OPTIONS[i].name, "命令 %s 没有选项 --%s", arguments->verb, OPTIONS[i].name);
		if (i == OPTION_AS_OF && (taken & OPTION_BIT(OPTION_ON)) != 0)
			return error_hint(error, "事情发生在哪一天，写 --on %s", arguments->values[i]);
		if (i == OPTION_ON && (taken & OPTION_BIT(OPTION_AS_OF)) != 0)
			return error_hint(error, "看那一天的样子，写 --as-of %s", arguments->values[i]);
		return error_hint(error, "它有哪些：luodi help %s", arguments->verb);
	}
	return true;
}

bool arguments_given(const struct arguments *arguments, enum option_name option)
{
	return arguments->values[option] != NULL;
}

const char *arguments_quote(struct pool *pool, const char *text)
{
	struct buffer quoted;
	const char *result;

	if (*text != '\0' && strpbrk(text, " \t\n\"'\\$`!*?[]{}()<>|&;#~") == NULL)
		return text;
	buffer_init(&quoted, 4 * strlen(text) + 16);
	buffer_append_byte(&quoted, '\'');
	for (const char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			buffer_append_text(&quoted, "'\\''");
		else
			buffer_append_byte(&quoted, *c);
	buffer_append_byte(&quoted, '\'');
	result = pool_copy_text(pool, buffer_text(&quoted));
	buffer_clear(&quoted);
	return result;
}

const char *arguments_command(
    const struct arguments *arguments, struct pool *pool, int word, const char *replacement, const char *more)
{
	const char *line = "luodi";
	int replaced = word >= 0 && (size_t)word < arguments->word_count ? arguments->places[word] : -1;

	for (int place = 1; place < arguments->argc; place++) {
		const char *text = place == replaced ? replacement : arguments->argv[place];

		line = pool_format(pool, "%s %s", line, arguments_quote(pool, text));
	}
	return more != NULL ? pool_format(pool, "%s %s", line, more) : line;
}
