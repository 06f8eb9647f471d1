#include "client/complain.h"

#include "client/screen.h"
#include "client/value.h"
#include "text/width.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *complain_first_word(int status, const char *code)
{
	static const char *const FAULTS[] = {"plugin_fault", "budget", "internal", "damaged", "in_use"};

	switch (status) {
	case EXIT_USAGE:
		return "用法";
	case EXIT_NOT_FOUND:
		return "没找到";
	case EXIT_NO_DAEMON:
		return "连不上";
	case 5:
		return "不许";
	case 6:
		return "冲突";
	case EXIT_AGAIN:
		return "稍后再试";
	default:
		break;
	}
	for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++)
		if (strcmp(FAULTS[i], code) == 0)
			return "出错";
	return "拒绝";
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

void complain_append_caret(struct buffer *out, const char *text, int position, int length)
{
	buffer_append_text(out, "  ");
	text_append_safe(out, text, true);
	buffer_append_text(out, "\n  ");
	for (int i = 0; i < position; i++)
		buffer_append_byte(out, ' ');
	for (int i = 0; i < (length > 0 ? length : 1); i++)
		buffer_append_byte(out, '^');
	buffer_append_byte(out, '\n');
}

static void say_caret(struct client *client, const json_t *data)
{
	const char *text = answer_text(data, "text");
	int64_t position = answer_integer(data, "position", -1), length = answer_integer(data, "length", 1);
	struct buffer caret;
	char *newline, *second;

	if (*text == '\0')
		text = client->filter != NULL ? client->filter : "";
	if (*text == '\0' || position < 0 || position > text_width(text) || length > text_width(text))
		return;
	buffer_init(&caret, 1 << 20);
	complain_append_caret(&caret, text, (int)position, (int)length);
	newline = caret.bytes != NULL ? strchr(caret.bytes, '\n') : NULL;
	if (newline != NULL) {
		*newline = '\0';
		second = newline + 1;
		second[strcspn(second, "\n")] = '\0';
		client_say(client, "%s", caret.bytes);
		client_say(client, "%s", second);
	}
	buffer_clear(&caret);
}

/* The table on standard error, its lines two columns in. */
static void say_table(struct client *client, struct table *table)
{
	struct table_layout layout = {.indent = 2, .no_header = true};
	struct buffer lines;

	if (table_rows(table) == 0)
		return;
	buffer_init(&lines, 1 << 22);
	table_print(table, &layout, &lines);
	if (lines.length > 0)
		lines.bytes[lines.length - 1] = '\0';
	for (char *line = lines.bytes, *next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		client_say(client, "%s", line);
	}
	buffer_clear(&lines);
}

/* Records that the name may mean, each with the line to type instead. */
static void say_candidates(struct client *client, const json_t *candidates)
{
	struct table *table = table_new(client->pool);
	bool names_the_record = client->verb != NULL && client->verb->words[0] == WORD_RECORD;

	for (int i = 0; i < 4; i++)
		table_add_column(table, "", ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(candidates); i++) {
		const json_t *candidate = json_array_get(candidates, i);
		const char *id = answer_text(candidate, "id");

		table_add_row(table);
		table_put(table, id, NULL, TONE_NONE);
		table_put(table, answer_text(candidate, "title"), NULL, TONE_NONE);
		table_put(table, answer_text(candidate, "stage_title"), NULL, TONE_NONE);
		table_put(table,
		    names_the_record ? arguments_command(client->arguments, client->pool, 0, id, NULL) : "", NULL,
		    TONE_NONE);
	}
	say_table(client, table);
}

/* What was to be written into the field: the value behind its name or title on the command line, or "". */
static const char *wished_value(const struct client *client, const char *name, const char *title)
{
	for (size_t i = 0; i < client->arguments->word_count; i++) {
		const char *word = client->arguments->words[i], *equals = strchr(word, '=');
		size_t length = equals != NULL ? (size_t)(equals - word) : 0;

		if (length > 0 &&
		    ((strlen(name) == length && strncmp(word, name, length) == 0) ||
			(strlen(title) == length && strncmp(word, title, length) == 0)))
			return equals + 1;
	}
	return "";
}

/* The command line again, with the version that is now. */
static const char *command_with_version(struct client *client, int64_t version)
{
	struct pool *pool = client->pool;
	const char *line = "luodi";

	for (int place = 1; place < client->arguments->argc; place++) {
		const char *text = client->arguments->argv[place];

		if (strcmp(text, "--if-version") == 0)
			place++;
		else if (strncmp(text, "--if-version=", 13) != 0)
			line = pool_format(pool, "%s %s", line, arguments_quote(pool, text));
	}
	return pool_format(pool, "%s --if-version %" PRId64, line, version);
}

/* Is the field of change "index" named again in theirs, in the direction of step (1 or -1)? */
static bool comes_again(const json_t *theirs, size_t index, size_t step)
{
	const char *name = answer_text(json_array_get(theirs, index), "field");

	for (size_t i = index + step; i < json_array_size(theirs); i += step) /* below 0 it is large */
		if (strcmp(answer_text(json_array_get(theirs, i), "field"), name) == 0)
			return true;
	return false;
}

/* As it was typed where it names no unit: only the daemon knows the field's. */
static const char *retell_wished(struct pool *pool, const char *type, const char *wished)
{
	bool has_unit = strstr(wished, "元") != NULL || strstr(wished, "万") != NULL || strstr(wished, "亿") != NULL;

	return has_unit ? value_retell(pool, type, wished) : wished;
}

static void put_cells(struct table *table, const char *const cells[5])
{
	table_add_row(table);
	for (size_t i = 0; i < 5; i++)
		table_put(table, cells[i], NULL, TONE_NONE);
}

/* One change of theirs, with what was seen before the first and what was not written after the last of its field. */
static void put_theirs(struct client *client, struct table *table, const json_t *theirs, size_t index)
{
	struct pool *pool = client->pool;
	const json_t *change = json_array_get(theirs, index);
	const char *title = answer_text(change, "field_title"), *name = answer_text(change, "field");
	const char *type = answer_text(change, "type"), *shown = *title != '\0' ? title : name;
	const char *wished = wished_value(client, name, title), *note = answer_text(change, "note");
	int64_t version = answer_integer(change, "version", 0), seen = client->arguments->integers[OPTION_IF_VERSION];
	const char *who = pool_format(
	    pool, "%s %s", answer_text(change, "actor"), value_moment(pool, answer_text(change, "recorded_at"), false));

	if (*wished != '\0' && *answer_text(change, "from") != '\0' && !comes_again(theirs, index, SIZE_MAX))
		put_cells(table,
		    (const char *const[]){pool_format(pool, "第 %" PRId64 " 版", seen > 0 ? seen : version - 1),
			"您看的", shown, value_retell(pool, type, answer_text(change, "from")), ""});
	put_cells(table,
	    (const char *const[]){pool_format(pool, "第 %" PRId64 " 版", version), who, shown,
		value_retell(pool, type, answer_text(change, "to")),
		pool_format(pool, "%s%s#%" PRId64 "  批次 %" PRId64, note, *note != '\0' ? "  " : "",
		    answer_integer(change, "seq", 0), answer_integer(change, "batch", 0))});
	if (*wished != '\0' && !comes_again(theirs, index, 1))
		put_cells(table,
		    (const char *const[]){"没有写", "您要写的", shown, retell_wished(pool, type, wished),
			pool_format(pool, "请先和 %s 商量", answer_text(change, "actor"))});
}

/* Both changes side by side: what was seen, what someone else wrote since, what was not written. */
static void say_theirs(struct client *client, const json_t *theirs, int64_t now)
{
	struct table *table = table_new(client->pool);

	for (int i = 0; i < 5; i++)
		table_add_column(table, "", i == 3 ? ALIGN_RIGHT : ALIGN_LEFT);
	for (size_t i = 0; i < json_array_size(theirs); i++)
		put_theirs(client, table, theirs, i);
	say_table(client, table);
	if (json_array_size(theirs) > 0 && now > 0)
		client_say(client, "  商量后仍要改：%s", command_with_version(client, now));
}

static void say_hint(struct client *client, const char *hint)
{
	while (*hint != '\0') {
		size_t length = strcspn(hint, "\n");

		client_say(client, "  %.*s", (int)length, hint);
		hint += length + (hint[length] == '\n' ? 1 : 0);
	}
}

static bool is_of_guard(const char *hint)
{
	return strncmp(hint, "守卫", strlen("守卫")) == 0;
}

/* What would make a refused move pass: the field that it asks for, then the same line again; and what it would skip. */
static void say_move_again(struct client *client, const json_t *data)
{
	const char *title = answer_text(data, "field_title"), *hint = answer_text(data, "hint");
	const json_t *skipped = answer_member(data, "skipped_titles");
	struct pool *pool = client->pool;

	if (client->verb != &verb_move)
		return;
	if (*title != '\0' && is_of_guard(hint))
		client_say(client, "  补一样再移：luodi set %s %s=…，然后 %s",
		    arguments_quote(pool, client->arguments->words[0]), arguments_quote(pool, title),
		    arguments_command(client->arguments, pool, -1, NULL, NULL));
	if (json_array_size(skipped) > 0)
		client_say(client, "  届时跳过 %zu 个阶段：%s，会记在经过里", json_array_size(skipped),
		    screen_join(pool, skipped, "、"));
}

/* "（permit 施工许可证）", the field that a guard's sentence is about; "" for others, whose hint names it. */
static const char *field_in_brackets(struct client *client, const json_t *data)
{
	const char *title = answer_text(data, "field_title");

	if (*title == '\0' || !is_of_guard(answer_text(data, "hint")))
		return "";
	return pool_format(client->pool, "（%s %s）", answer_text(data, "field"), title);
}

/* The daemon's own errors carry a code; those of the protocol are ours to word. */
static const char *code_of(const json_t *error)
{
	const char *code = answer_text(answer_member(error, "data"), "code");

	if (*code != '\0')
		return code;
	switch (answer_integer(error, "code", 0)) {
	case -32600:
	case -32601:
	case -32602:
		return "invalid";
	default:
		return "internal";
	}
}

/* Of plugins that were not put in force. The sentence is the first of them. */
static void say_faults(struct client *client, const json_t *faults, const char *sentence)
{
	for (size_t i = 0; i < json_array_size(faults); i++)
		if (strcmp(answer_text_at(faults, i), sentence) != 0)
			client_say(client, "  %s", answer_text_at(faults, i));
	if (json_array_size(faults) > 0)
		client_say(client, "  一个也没有换，正在用的不受影响");
}

int complain_refused(struct client *client, const json_t *error)
{
	const json_t *data = answer_member(error, "data"), *faults = answer_member(data, "faults");
	const char *code = code_of(error), *sentence = answer_text(error, "message");
	int status = error_exit_status(code);
	bool writes = client->verb != NULL && client->verb->writes && !ends_with(sentence, "没有写");

	client_flush(client);
	if (answer_integer(error, "code", 0) == -32601 && client->verb != &verb_rpc)
		sentence = "这个 luodid 没有这样的方法，两边的版本对不上";
	while (ends_with(sentence, "。"))
		sentence = pool_format(client->pool, "%.*s", (int)strlen(sentence) - 3, sentence);
	client_say(client, "%s：%s%s%s", complain_first_word(status, code), sentence, field_in_brackets(client, data),
	    writes ? "。什么都没有写" : "");
	say_caret(client, data);
	if (status == 6)
		say_theirs(client, answer_member(data, "theirs"), answer_integer(data, "version", 0));
	say_candidates(client, answer_member(data, "candidates"));
	say_faults(client, faults, sentence);
	if (json_array_size(answer_member(data, "theirs")) == 0) /* else its screen has said it */
		say_hint(client, answer_text(data, "hint"));
	say_move_again(client, data);
	return status;
}

/* The command line again, for another socket. */
static const char *command_elsewhere(struct client *client)
{
	struct pool *pool = client->pool;
	const char *line = "luodi -S 套接字";

	for (int place = 1; place < client->arguments->argc; place++) {
		const char *text = client->arguments->argv[place];

		if (strcmp(text, "-S") == 0 || strcmp(text, "--socket") == 0)
			place++;
		else if (strncmp(text, "-S", 2) != 0 && strncmp(text, "--socket=", 9) != 0)
			line = pool_format(pool, "%s %s", line, arguments_quote(pool, text));
	}
	return line;
}

int complain_unreachable(struct client *client, const struct error *error)
{
	client_flush(client);
	client_say(client, "连不上 luodid：%s。什么都没有查，也没有写", error->sentence);
	client_say(client, "  看看它：systemctl status luodid    在别处：%s", command_elsewhere(client));
	return EXIT_NO_DAEMON;
}

int complain_error(struct client *client, const struct error *error)
{
	int status = error_exit_status(error_code_name(error->code));
	bool writes = client->verb != NULL && client->verb->writes;

	client_flush(client);
	client_say(client, "%s：%s%s", complain_first_word(status, error_code_name(error->code)), error->sentence,
	    writes ? "。什么都没有写" : "");
	say_hint(client, error->hint);
	return status;
}

int complain_lost(struct client *client, const char *fault, bool unknown, const char *key)
{
	client_flush(client);
	if (unknown && key == NULL) {
		client_say(client, "稍后再试：%s，写了没有还不知道", *fault != '\0' ? fault : "说到一半断了");
		client_say(client, "  看最近的几批里有没有：luodi batches --limit 5；没有就再来一次");
		return EXIT_AGAIN;
	}
	if (!unknown) {
		client_say(client, "连不上 luodid：%s。没有写什么", *fault != '\0' ? fault : "说到一半断了");
		client_say(client, "  看看它：systemctl status luodid    再来一次：%s",
		    arguments_command(client->arguments, client->pool, -1, NULL, NULL));
		return EXIT_NO_DAEMON;
	}
	client_say(
	    client, "稍后再试：%s，写了没有还不知道。这一次的键是 %s", *fault != '\0' ? fault : "说到一半断了", key);
	client_say(client, "  问结果：luodi outcome %s", key);
	if (!client_given(client, OPTION_REQUEST_KEY))
		client_say(client, "  再发也不会写两遍：%s",
		    arguments_command(
			client->arguments, client->pool, -1, NULL, pool_format(client->pool, "--request-key %s", key)));
	return EXIT_AGAIN;
}
