#include "daemon/options.h"

#include <getopt.h>
#include <string.h>

enum {
	OPTION_DATA = 256,
	OPTION_SOCKET,
	OPTION_PLUGINS,
	OPTION_CONFIG,
	OPTION_TODAY,
	OPTION_ALLOW_ROOT,
	OPTION_CHECK_CONFIG,
	OPTION_CHECK_PLUGIN,
	OPTION_TEST_PLUGIN,
	OPTION_VERSION
};

const char options_help[] =
    "luodid：落地的守护进程。它管着数据，luodi 和别的程序通过 socket 向它问、请它写。\n"
    "\n"
    "运行\n"
    "  luodid --data 文件夹 --socket 路径 --plugins 文件夹 [--plugins 文件夹 …]\n"
    "      在前台运行；就绪时在标准错误上写一行。一个数据文件夹同时只能有一个 luodid。\n"
    "  --config 文件     谁能做什么、时区等，见 etc/luodid.lua；没有时只有自己和 root 进得来\n"
    "  --today 日期      把今天固定成这一天：演示、测试、看年底会怎么说；只能用在为此新建的数据上\n"
    "  --allow-root      就用 root 运行（演示、测试）；平时在配置里写 user=\"luodi\"\n"
    "\n"
    "检查\n"
    "  luodid --config 文件 --check-config\n"
    "  luodid --check-plugin 文件夹 [--plugins 文件夹 …]   装得上吗；有错逐条说明文件和行\n"
    "  luodid --test-plugin 文件夹 [--plugins 文件夹 …]    跑它的 test.lua；--plugins 是它要用到的别的插件\n"
    "\n"
    "信号：SIGTERM 答完手上的请求再退出；SIGHUP 重新读配置和插件，读不好就照旧\n"
    "退出：0 正常  1 配置、插件或数据有问题  2 用法不对  74 写盘没能确认，要重新启动  75 数据文件夹有人在用\n"
    "例\n"
    "  luodid --data /tmp/luodi --socket /tmp/luodi/luodi.sock --plugins plugins --allow-root --today 2022-07-18\n"
    "  luodi -S /tmp/luodi/luodi.sock\n";

static const struct option long_options[] = {
    {"data", required_argument, NULL, OPTION_DATA},
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"plugins", required_argument, NULL, OPTION_PLUGINS},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"today", required_argument, NULL, OPTION_TODAY},
    {"allow-root", no_argument, NULL, OPTION_ALLOW_ROOT},
    {"check-config", no_argument, NULL, OPTION_CHECK_CONFIG},
    {"check-plugin", required_argument, NULL, OPTION_CHECK_PLUGIN},
    {"test-plugin", required_argument, NULL, OPTION_TEST_PLUGIN},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool add_folder(struct daemon_options *options, const char *folder, struct error *error)
{
	if (options->plugin_folder_count == PLUGIN_FOLDERS_LARGEST)
		return error_set(error, ERROR_INVALID, "plugins", "--plugins 最多写 %d 次", PLUGIN_FOLDERS_LARGEST);
	options->plugin_folders[options->plugin_folder_count++] = folder;
	return true;
}

static bool take_task(struct daemon_options *options, enum daemon_task task, const char *plugin)
{
	options->task = task;
	options->plugin = plugin;
	return true;
}

static bool take_option(
    struct daemon_options *options, int option, const char *argument, const char *word, struct error *error)
{
	switch (option) {
	case OPTION_DATA:
		options->data = argument;
		return true;
	case OPTION_SOCKET:
		options->socket = argument;
		return true;
	case OPTION_PLUGINS:
		return add_folder(options, argument, error);
	case OPTION_CONFIG:
		options->config = argument;
		return true;
	case OPTION_TODAY:
		return date_parse(argument, "today", &options->today, error);
	case OPTION_ALLOW_ROOT:
		options->allow_root = true;
		return true;
	case OPTION_CHECK_CONFIG:
		return take_task(options, TASK_CHECK_CONFIG, NULL);
	case OPTION_CHECK_PLUGIN:
		return take_task(options, TASK_CHECK_PLUGIN, argument);
	case OPTION_TEST_PLUGIN:
		return take_task(options, TASK_TEST_PLUGIN, argument);
	case OPTION_VERSION:
		return take_task(options, TASK_VERSION, NULL);
	case 'h':
		return take_task(options, TASK_HELP, NULL);
	case ':':
		error_set(error, ERROR_INVALID, "", "%s 后面少了一个值", word);
		return error_hint(error, "用法：luodid --help");
	default:
		error_set(error, ERROR_INVALID, "", "不认识选项 %s", word);
		return error_hint(error, "全部选项：luodid --help");
	}
}

bool options_read(int argc, char **argv, struct daemon_options *ret_options, struct error *error)
{
	struct daemon_options options = {.task = TASK_SERVE, .today = DATE_NONE};
	int option;

	opterr = 0;
	optind = 0; /* from the beginning, also where it was used before */
	while ((option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";

		if (!take_option(&options, option, optarg, word, error))
			return false;
	}
	if (optind < argc) {
		error_set(error, ERROR_INVALID, "", "多出来一个“%s”", argv[optind]);
		return error_hint(error, "用法：luodid --help");
	}
	*ret_options = options;
	return true;
}
