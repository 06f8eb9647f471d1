#include "client/client.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "client/complain.h"
#include "text/width.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

enum { OUT_MARK = 64 * 1024, OUT_LARGEST = 512 * 1024 * 1024, LINE_LARGEST = 4 * 1024 * 1024 };

static int terminal_width(void)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");

	if (columns != NULL && atoi(columns) > 0)
		return atoi(columns);
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static bool wants_color(const struct arguments *arguments, bool terminal)
{
	const char *wish = arguments->values[OPTION_COLOR], *no_color = getenv("NO_COLOR");

	if (arguments->values[OPTION_PLAIN] != NULL)
		return false;
	if (wish != NULL && strcmp(wish, "auto") != 0)
		return strcmp(wish, "always") == 0;
	return terminal && (no_color == NULL || *no_color == '\0');
}

void client_init(struct client *client, const struct arguments *arguments, const struct verb *verb)
{
	*client = (struct client){.pool = pool_new(), .arguments = arguments, .verb = verb, .answers = json_array()};
	buffer_init(&client->out, OUT_LARGEST);
	client->terminal = isatty(STDOUT_FILENO) == 1;
	client->error_terminal = isatty(STDERR_FILENO) == 1;
	client->color = wants_color(arguments, client->terminal);
	client->error_color = wants_color(arguments, client->error_terminal);
	client->width = client->terminal ? terminal_width() : 0;
}

void client_flush(struct client *client)
{
	size_t written = 0;

	while (written < client->out.length && !client->output_failed) {
		ssize_t part = write(STDOUT_FILENO, client->out.bytes + written, client->out.length - written);

		if (part >= 0) {
			written += (size_t)part;
		} else if (errno != EINTR) {
			client->output_failed = true;
			client_say(client, "出错：写不出去：%s", strerror(errno));
		}
	}
	if (client->out.full && !client->output_failed) {
		client->output_failed = true;
		client_say(client, "出错：要写的太多，没有写全");
	}
	buffer_reset(&client->out);
}

int client_finish(struct client *client, int status)
{
	client_flush(client);
	if (close(STDOUT_FILENO) != 0 && errno != EBADF && !client->output_failed) {
		client->output_failed = true;
		client_say(client, "出错：写不出去：%s", strerror(errno));
	}
	if (client->output_failed && status == EXIT_DONE)
		status = EXIT_REFUSED;
	connection_free(client->connection);
	json_decref(client->answers);
	buffer_clear(&client->out);
	pool_free(client->pool);
	return status;
}

/* ---- asking ---- */

/* Options that go into the parameters under their own name. */
static const uint64_t SENT = OPTIONS_READ | OPTIONS_WRITE | OPTION_BIT(OPTION_COLUMNS) | OPTION_BIT(OPTION_SORT) |
    OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_OFFSET) | OPTION_BIT(OPTION_BY) | OPTION_BIT(OPTION_SUM) |
    OPTION_BIT(OPTION_FROM) | OPTION_BIT(OPTION_TO) | OPTION_BIT(OPTION_KNOWN_TO) | OPTION_BIT(OPTION_PERIOD) |
    OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_MAP) | OPTION_BIT(OPTION_SHEET) | OPTION_BIT(OPTION_UNIT) |
    OPTION_BIT(OPTION_STRICT) | OPTION_BIT(OPTION_CLEAR_EMPTY) | OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_SINCE) |
    OPTION_BIT(OPTION_VOID) | OPTION_BIT(OPTION_ALL) | OPTION_BIT(OPTION_UNTIL);

static const char *make_request_key(struct pool *pool)
{
	unsigned char random[8];

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return pool_format(pool, "cli-%ld-%p", (long)getpid(), (void *)pool);
	return pool_format(pool, "cli-%02x%02x%02x%02x%02x%02x%02x%02x", random[0], random[1], random[2], random[3],
	    random[4], random[5], random[6], random[7]);
}

static const char *parameter_name(struct pool *pool, enum option_name option)
{
	char *name = pool_copy_text(pool, option_row(option)->name);

	for (char *c = name; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

json_t *client_params(struct client *client)
{
	const struct arguments *arguments = client->arguments;
	json_t *params = json_object();

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *name;

		if (arguments->values[i] == NULL || (SENT & client->verb->options & OPTION_BIT(i)) == 0)
			continue;
		name = parameter_name(client->pool, (enum option_name)i);
		if (option_row((enum option_name)i)->type == OPTION_FLAG)
			json_object_set_new(params, name, json_true());
		else if (option_row((enum option_name)i)->type == OPTION_INTEGER)
			json_object_set_new(params, name, answer_new_integer(arguments->integers[i]));
		else
			json_object_set_new(params, name, json_string(arguments->values[i]));
	}
	if (client->verb->writes && !client_given(client, OPTION_REQUEST_KEY) && !client_given(client, OPTION_DRY_RUN))
		json_object_set_new(params, "request_key", json_string(make_request_key(client->pool)));
	return params;
}

void client_put_filter(struct client *client, json_t *params, size_t index)
{
	const char *filter = NULL;

	for (size_t i = index; i < client->arguments->word_count; i++)
		filter = filter == NULL ? client->arguments->words[i]
					: pool_format(client->pool, "%s %s", filter, client->arguments->words[i]);
	if (filter == NULL)
		return;
	client->filter = filter;
	json_object_set_new(params, "filter", json_string(filter));
}

static bool connect_now(struct client *client, struct error *error)
{
	if (client->connection == NULL)
		client->connection = connection_open(connection_path(client->arguments->values[OPTION_SOCKET]), error);
	return client->connection != NULL;
}

/* What became of the write with that key? Asks on new connections for a few seconds, as the daemon may be starting again.
 * The reply, kept in answers; NULL: not known. */
static json_t *find_outcome(struct client *client, const char *key)
{
	for (int attempt = 0; attempt < 10; attempt++) {
		struct error error;
		json_t *reply = NULL;
		enum call_result called;

		if (attempt > 0)
			usleep(300 * 1000);
		connection_free(client->connection);
		client->connection = NULL;
		if (!connect_now(client, &error))
			continue;
		called = connection_call(
		    client->connection, "outcome.get", json_pack("{s:s}", "key", key), NULL, NULL, &reply);
		if (called != CALL_ANSWERED && called != CALL_REFUSED)
			continue;
		json_array_append_new(client->answers, reply);
		if (called == CALL_ANSWERED)
			return reply;
	}
	return NULL;
}

json_t *client_call_notified(
    struct client *client, const char *method, json_t *params, on_notification *notify, void *argument)
{
	const char *key = pool_copy_text(client->pool, json_string_value(json_object_get(params, "request_key")));
	bool may_have_written =
	    (key != NULL || strcmp(method, "import.commit") == 0) && !answer_truth(params, "dry_run");
	struct error error;
	json_t *reply = NULL;

	if (!connect_now(client, &error)) {
		json_decref(params);
		client->status = complain_unreachable(client, &error);
		return NULL;
	}
	switch (connection_call(client->connection, method, params, notify, argument, &reply)) {
	case CALL_ANSWERED:
		json_array_append_new(client->answers, reply);
		return reply;
	case CALL_REFUSED:
		json_array_append_new(client->answers, reply);
		client->status = complain_refused(client, reply);
		return NULL;
	case CALL_STOPPED:
		client->status = EXIT_REFUSED; /* notify has said why */
		return NULL;
	case CALL_LOST:
		break;
	}
	{
		const char *fault = pool_copy_text(client->pool, connection_fault(client->connection));

		reply = may_have_written && key != NULL ? find_outcome(client, key) : NULL;
		if (reply == NULL)
			client->status = complain_lost(client, fault, may_have_written, key);
	}
	return reply;
}

json_t *client_call(struct client *client, const char *method, json_t *params)
{
	return client_call_notified(client, method, params, NULL, NULL);
}

json_t *client_try(struct client *client, const char *method, json_t *params)
{
	struct error error;
	json_t *reply = NULL;
	enum call_result called;

	if (!connect_now(client, &error)) {
		json_decref(params);
		return NULL;
	}
	called = connection_call(client->connection, method, params, NULL, NULL, &reply);
	if (called == CALL_ANSWERED || called == CALL_REFUSED)
		json_array_append_new(client->answers, reply);
	return called == CALL_ANSWERED ? reply : NULL;
}

void client_forget(struct client *client, const json_t *result)
{
	size_t count = json_array_size(client->answers);

	if (count > 0 && json_array_get(client->answers, count - 1) == result)
		json_array_remove(client->answers, count - 1);
}

bool client_asks(const struct client *client)
{
	return !client_given(client, OPTION_YES) && !client_given(client, OPTION_DRY_RUN) &&
	    isatty(STDIN_FILENO) == 1 && client->error_terminal;
}

char client_ask(struct client *client, const char *question, bool details)
{
	char line[64];

	client_flush(client);
	if (isatty(STDIN_FILENO) != 1 || !client->error_terminal) {
		client_usage(client,
		    pool_format(client->pool, "看过没有问题，就直接做：%s",
			arguments_command(client->arguments, client->pool, -1, NULL, "--yes")),
		    "这里没有终端，问不了您，什么都没有写");
		return 0;
	}
	for (;;) {
		fprintf(stderr, "%s%s ", question, details ? "[y/N/d]" : "[y/N]");
		fflush(stderr);
		if (fgets(line, sizeof line, stdin) == NULL) {
			fputc('\n', stderr);
			return 'n';
		}
		if (line[0] == 'y' || line[0] == 'Y' || strncmp(line, "是", 3) == 0)
			return 'y';
		if (details && (line[0] == 'd' || line[0] == 'D'))
			return 'd';
		if (line[0] == '\n' || line[0] == 'n' || line[0] == 'N' || strncmp(line, "否", 3) == 0)
			return 'n';
	}
}

int client_declined(struct client *client)
{
	client_say(client, "没有写");
	return EXIT_REFUSED;
}

/* ---- showing ---- */

bool client_given(const struct client *client, enum option_name option)
{
	return arguments_given(client->arguments, option);
}

/* The formatted text made safe; newlines at its end stay. */
__attribute__((format(printf, 2, 0))) static void append_formatted(
    struct buffer *out, const char *format, va_list arguments)
{
	char *text = NULL;
	int length = vasprintf(&text, format, arguments);
	int newlines = 0;

	if (length < 0)
		return;
	while (newlines < length && text[length - 1 - newlines] == '\n')
		newlines++;
	text[length - newlines] = '\0';
	text_append_safe(out, text, true);
	for (int i = 0; i < newlines; i++)
		buffer_append_byte(out, '\n');
	free(text);
}

void client_print(struct client *client, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	append_formatted(&client->out, format, arguments);
	va_end(arguments);
	if (client->out.length > OUT_MARK)
		client_flush(client);
}

void client_print_toned(struct client *client, const char *text, enum tone tone)
{
	tone_append(&client->out, text, tone, client->color);
}

void client_print_table(struct client *client, const struct table *table, int indent)
{
	struct table_layout layout = {.width = client->width,
	    .indent = indent,
	    .color = client->color,
	    .plain = client_given(client, OPTION_PLAIN)};

	table_print(table, &layout, &client->out);
	if (client->out.length > OUT_MARK)
		client_flush(client);
}

/* Is this character better written as \uXXXX? Valid JSON may hold it; a terminal should not get it. */
static bool moves_a_terminal(uint32_t code_point)
{
	return (code_point >= 0x7f && code_point <= 0x9f) || (code_point >= 0x200b && code_point <= 0x200f) ||
	    (code_point >= 0x2028 && code_point <= 0x202e) || (code_point >= 0x2060 && code_point <= 0x206f) ||
	    code_point == 0xfeff;
}

void client_print_json(struct client *client, const json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT | JSON_ENCODE_ANY);
	size_t length;

	if (text == NULL)
		return;
	for (const char *c = text; *c != '\0'; c += length) {
		uint32_t code_point = utf8_next(c, &length);

		if (moves_a_terminal(code_point))
			buffer_format(&client->out, "\\u%04x", (unsigned)code_point);
		else
			buffer_append(&client->out, c, length);
	}
	free(text);
	buffer_append_byte(&client->out, '\n');
	client_flush(client);
}

bool client_shown_as_json(struct client *client, const json_t *result)
{
	if (!client_given(client, OPTION_JSON))
		return false;
	client_print_json(client, result);
	return true;
}

bool client_show_table(struct client *client, const struct table *table)
{
	if (!client_given(client, OPTION_CSV)) {
		client_print_table(client, table, 0);
		return false;
	}
	table_write_csv(table, !client->terminal, &client->out);
	client_flush(client);
	return true;
}

void client_progress(struct client *client, int64_t done, int64_t total)
{
	int64_t now = clock_monotonic_us();

	if (!client->error_terminal || client_given(client, OPTION_QUIET))
		return;
	if (client->progress_started_us == 0)
		client->progress_started_us = now;
	if (now - client->progress_started_us < 1000000)
		return;
	client->progress_shown = true;
	if (total > 0)
		fprintf(stderr, "\r\033[K%" PRId64 " / %" PRId64, done, total);
	else
		fprintf(stderr, "\r\033[K%" PRId64, done);
	fflush(stderr);
}

void client_progress_end(struct client *client)
{
	if (client->progress_shown)
		fputs("\r\033[K", stderr);
	client->progress_shown = false;
}

static void write_error(struct buffer *line)
{
	size_t written = 0;

	buffer_append_byte(line, '\n');
	while (written < line->length) { /* nobody is left to tell when this fails */
		ssize_t part = write(STDERR_FILENO, line->bytes + written, line->length - written);

		if (part < 0 && errno != EINTR)
			break;
		written += part > 0 ? (size_t)part : 0;
	}
	buffer_clear(line);
}

void client_say(struct client *client, const char *format, ...)
{
	struct buffer line;
	va_list arguments;

	(void)client;
	buffer_init(&line, LINE_LARGEST);
	va_start(arguments, format);
	append_formatted(&line, format, arguments);
	va_end(arguments);
	write_error(&line);
}

int client_usage(struct client *client, const char *hint, const char *format, ...)
{
	struct buffer line;
	va_list arguments;

	buffer_init(&line, LINE_LARGEST);
	buffer_append_text(&line, "用法：");
	va_start(arguments, format);
	append_formatted(&line, format, arguments);
	va_end(arguments);
	write_error(&line);
	if (hint != NULL)
		client_say(client, "  %s", hint);
	return EXIT_USAGE;
}
