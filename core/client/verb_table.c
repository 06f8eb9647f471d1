#include "client/verb.h"

#include "text/normal.h"
#include <string.h>

const struct verb *const VERBS[] = {&verb_list, &verb_find, &verb_count, &verb_show, &verb_why, &verb_history,
    &verb_diff, &verb_figure, &verb_explain, &verb_add, &verb_set, &verb_move, &verb_note, &verb_waive, &verb_correct,
    &verb_drop, &verb_state, &verb_import, &verb_batches, &verb_undo, &verb_outcome, &verb_export, &verb_kinds,
    &verb_fields, &verb_flow, &verb_watch, &verb_status, &verb_doctor, &verb_verify, &verb_backup, &verb_plugins,
    &verb_plugin, &verb_reload, &verb_rpc, &verb_help, &verb_version, &verb_home, &verb_complete, NULL};

const struct verb *verb_named(const char *name)
{
	for (size_t i = 0; VERBS[i] != NULL; i++)
		if (strcmp(VERBS[i]->name, name) == 0)
			return VERBS[i];
	return NULL;
}

bool verb_comes_later(const char *name)
{
	static const char *const LATER[] = {"alerts", "ack", "snooze", "jobs", "run", "todo", "edit", "merge", "report",
	    "shell", "attach", "files", "fetch"};

	for (size_t i = 0; i < sizeof LATER / sizeof *LATER; i++)
		if (strcmp(LATER[i], name) == 0)
			return true;
	return false;
}

const char *verb_nearest(const char *name)
{
	const char *names[sizeof VERBS / sizeof *VERBS];
	size_t count = 0;

	for (size_t i = 0; VERBS[i] != NULL; i++)
		if (!VERBS[i]->hidden)
			names[count++] = VERBS[i]->name;
	return text_nearest(name, names, count);
}
