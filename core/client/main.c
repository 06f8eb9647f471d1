/* luodi: the client. Takes the command line apart, finds the verb, runs it, and sees that all output got out. */
#include "client/client.h"
#include "client/complain.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* '>' without quotes sent our output to a file called "=1亿…": the filter lost its end, and the file is no wish of anybody. */
static bool output_is_a_mistake(struct client *client)
{
	struct stat status;
	char target[512];
	ssize_t length = readlink("/proc/self/fd/1", target, sizeof target - 1);
	const char *name;

	if (length <= 0 || fstat(STDOUT_FILENO, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	target[length] = '\0';
	name = strrchr(target, '/');
	if (name == NULL || name[1] != '=')
		return false;
	client_usage(client, "条件里有 > < ( ) 时整段加单引号：luodi list 种类 '列>=1亿'；多出来的那个文件可以删掉",
	    "输出被 > 写进了名叫“%s”的文件，条件没有传全。什么都没有做", name + 1);
	return true;
}

static int refuse_verb(struct client *client, const char *name)
{
	const char *nearest = verb_nearest(name);

	if (verb_comes_later(name))
		return client_usage(client, "现在有的：luodi help", "还没有这个命令：以后的版本会有（%s）", name);
	if (nearest != NULL)
		return client_usage(client, "全部命令：luodi help", "没有命令“%s”；最接近的是 %s", name, nearest);
	return client_usage(client, "全部命令：luodi help", "没有命令“%s”", name);
}

static int run(struct client *client)
{
	const struct verb *verb = client->verb;
	size_t words = client->arguments->word_count;
	struct error error;

	if (output_is_a_mistake(client))
		return EXIT_USAGE;
	if (verb == NULL)
		return refuse_verb(client, client->arguments->verb);
	if (!arguments_check(client->arguments, OPTIONS_GENERAL | verb->options, &error))
		return complain_error(client, &error);
	if (words < verb->least)
		return client_usage(client, pool_format(client->pool, "怎样用：luodi help %s", verb->name),
		    "luodi %s %s：少写了", verb->name, verb->usage);
	if (words > verb->most)
		return client_usage(client, pool_format(client->pool, "怎样用：luodi help %s", verb->name),
		    "luodi %s %s：多写了“%s”", verb->name, verb->usage, client->arguments->words[verb->most]);
	return verb->run(client);
}

int main(int argc, char **argv)
{
	struct pool *pool = pool_new();
	struct arguments arguments = {.argc = argc, .argv = argv};
	struct client client;
	struct error error;
	bool parsed;
	int status;

	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error to report, not a way to die */
	parsed = arguments_parse(argc, argv, pool, &arguments, &error);
	client_init(&client, &arguments,
	    !parsed			 ? NULL
		: arguments.verb == NULL ? &verb_home
					 : verb_named(arguments.verb));
	status = parsed ? run(&client) : complain_error(&client, &error);
	status = client_finish(&client, status);
	pool_free(pool);
	return status;
}
