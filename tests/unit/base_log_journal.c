#include "base/log.h"
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

/* Apart from base_log.c, since where the journal is gets looked up once. */
static void the_journal_gets_levels_as_it_reads_them(void **state)
{
	struct stat status;
	char name[64], text[256];
	int ends[2], real_stderr = dup(STDERR_FILENO);
	ssize_t got;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", name, 1);
	log_error("一");
	log_warning("二");
	log_info("三");
	dup2(real_stderr, STDERR_FILENO);
	got = read(ends[0], text, sizeof text - 1);
	assert_true(got > 0);
	text[got] = '\0';
	assert_string_equal(text, "<3>一\n<4>二\n<6>三\n");
	close(ends[0]);
	close(ends[1]);
	close(real_stderr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_journal_gets_levels_as_it_reads_them)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
