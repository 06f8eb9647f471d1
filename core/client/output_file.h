/* output_file: a file that appears whole, or not at all.
 *
 * What is written goes to a new file of a random name in the same folder; only output_file_finish() gives it its name, after
 * it has reached the disk. Until then, and on any failure, an older file of that name stays as it is. A symbolic link in its
 * place is replaced, not followed. Mode 0640 less the umask.
 */
#ifndef LUODI_CLIENT_OUTPUT_FILE_H
#define LUODI_CLIENT_OUTPUT_FILE_H

#include "base/error.h"
#include <stddef.h>

struct output_file;

/* ERROR_REFUSED: there is no such folder, or anyone could put another file in its place there. */
must_check struct output_file *output_file_new(const char *path, struct error *error);
must_check bool output_file_write(struct output_file *file, const char *bytes, size_t length, struct error *error);
/* Flushes it to the disk and names it: name is the last part of the path (what was given to output_file_new, or with its
 * {as_of} filled in). */
must_check bool output_file_finish(struct output_file *file, const char *name, struct error *error);
void output_file_free(struct output_file *file); /* unfinished: nothing is left of it. NULL is allowed */

/* The last part of the path, borrowed. */
const char *output_file_name(const char *path);

#endif
