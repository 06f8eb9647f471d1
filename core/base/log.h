/* log: one event a line on stderr, with level, for journald or a terminal. Any thread.
 *
 * Newlines and control characters in values are escaped. Never blocks for long: a line that can't be written is
 * dropped and counted, and the count is logged once writing works again.
 */
#ifndef LUODI_BASE_LOG_H
#define LUODI_BASE_LOG_H

#include "base/attributes.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level); /* default LOG_LEVEL_INFO */
void log_error(const char *format, ...) format_at(1);
void log_warning(const char *format, ...) format_at(1);
void log_info(const char *format, ...) format_at(1);
void log_debug(const char *format, ...) format_at(1);

#endif
