#include "base/log.h"
#include "base/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* stderr is a pipe while it is looked at; what cmocka has to say goes to the real one. */
static int reading, real_stderr;

static int begin(void **state)
{
	int ends[2];

	(void)state;
	if (pipe(ends) != 0 || (real_stderr = dup(STDERR_FILENO)) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		return -1;
	close(ends[1]);
	reading = ends[0];
	return fcntl(reading, F_SETFL, O_NONBLOCK);
}

static int end(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(reading);
	return 0;
}

static const char *logged(void)
{
	static char text[1 << 17];
	size_t length = 0;
	ssize_t got;

	while ((got = read(reading, text + length, sizeof text - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	return text;
}

static void an_event_is_a_line_with_its_level(void **state)
{
	(void)state;
	log_error("没有 %s", "盘");
	assert_string_equal(logged(), "error: 没有 盘\n");
	log_warning("慢");
	log_info("好");
	assert_string_equal(logged(), "warning: 慢\ninfo: 好\n");
	log_debug("细");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("细");
	assert_string_equal(logged(), "debug: 细\n");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("慢");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_INFO);
}

static void no_value_can_forge_a_line_or_move_the_cursor(void **state)
{
	(void)state;
	log_info("%s", "a\nerror: b\r\t\x1b]52;c\x07\x7f\xC2\x9B\xFF\xE2\x80\xAE z");
	assert_string_equal(logged(), "info: a\\nerror: b\\x0d\\t\\x1b]52;c\\x07\\x7f<U+009B>\\xff<U+202E> z\n");
}

static void a_long_line_is_cut_at_a_whole_character(void **state)
{
	char text[6001] = "";
	const char *line;

	(void)state;
	for (int i = 0; i < 2000; i++)
		strcat(text, "长");
	log_info("%s", text);
	line = logged();
	assert_in_range(strlen(line), 3900, 4096); /* a pipe takes it whole */
	assert_true(utf8_is_valid(line, strlen(line), NULL));
	assert_int_equal(line[strlen(line) - 1], '\n');
}

static void errno_is_left_alone(void **state)
{
	(void)state;
	errno = ENOSPC;
	log_info("x");
	assert_int_equal(errno, ENOSPC);
	logged();
}

/* The pipe is filled to the brim; nobody reads. The next lines must come back at once, and be owned up to later. */
static void lines_that_nobody_reads_are_dropped_and_counted(void **state)
{
	int flags = fcntl(STDERR_FILENO, F_GETFL);
	char block[4096];

	(void)state;
	memset(block, '.', sizeof block);
	fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
	while (write(STDERR_FILENO, block, sizeof block) > 0)
		;
	fcntl(STDERR_FILENO, F_SETFL, flags);
	log_info("一");
	log_info("二");
	assert_int_equal(*logged(), '.');
	log_info("三");
	assert_string_equal(logged(), "warning: 有 2 行日志写不出去，丢了\ninfo: 三\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_is_a_line_with_its_level),
	    cmocka_unit_test(no_value_can_forge_a_line_or_move_the_cursor),
	    cmocka_unit_test(a_long_line_is_cut_at_a_whole_character),
	    cmocka_unit_test(errno_is_left_alone),
	    cmocka_unit_test(lines_that_nobody_reads_are_dropped_and_counted),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, begin, end);
}
