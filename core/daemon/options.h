/* options: what the command line asks of luodid. */
#ifndef LUODI_DAEMON_OPTIONS_H
#define LUODI_DAEMON_OPTIONS_H

#include "base/date.h"

enum daemon_task { TASK_SERVE, TASK_CHECK_CONFIG, TASK_CHECK_PLUGIN, TASK_TEST_PLUGIN, TASK_HELP, TASK_VERSION };
enum { PLUGIN_FOLDERS_LARGEST = 64 };
enum exit_status {
	EXIT_STATUS_DONE = 0,
	EXIT_STATUS_BROKEN = 1,
	EXIT_STATUS_USAGE = 2,
	EXIT_STATUS_DISK = 74, /* the disk said no to a sync: start again, and what is there is found */
	EXIT_STATUS_IN_USE = 75
};

struct daemon_options { /* texts are those of argv */
	enum daemon_task task;
	const char *data, *socket, *config;
	const char *plugin_folders[PLUGIN_FOLDERS_LARGEST];
	size_t plugin_folder_count;
	const char *plugin; /* TASK_CHECK_PLUGIN, TASK_TEST_PLUGIN */
	struct date today;  /* DATE_NONE: the clock's */
	bool allow_root;
};

must_check bool options_read(int argc, char **argv, struct daemon_options *ret_options, struct error *error);
extern const char options_help[];

#endif
