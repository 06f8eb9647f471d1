/* export: a plugin's named report, made in the background host and formatted here, piece by piece. Long. */
#ifndef LUODI_ENGINE_EXPORT_H
#define LUODI_ENGINE_EXPORT_H

#include "engine/view.h"

struct export_argument {
	const char *name, *value;
};
struct export_request {
	const char *name, *format; /* format NULL: the first declared; else one of export_formats */
	const struct export_argument *args;
	size_t arg_count;
	struct view_request view;
};
struct export_report {
	const char *name, *title, *format; /* in the pool */
	int64_t bytes, rows;
	unsigned char sha256[32];
	struct view_facts facts;
};
/* write gets the bytes in order, at most 64 KiB a call; false from it ends the export. ERROR_PLUGIN_FAULT names file, line and the record at hand. */
must_check bool export_run(struct engine *engine, const struct export_request *request,
    bool (*write)(void *argument, const char *bytes, size_t length), void *argument, struct pool *pool,
    struct export_report *ret_report, struct error *error);

/* Names of the formats that there are: "md", "xlsx", … */
const char *const *export_formats(size_t *ret_count);

#endif
