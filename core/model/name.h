/* name: the form that names of kinds, fields, stages and declarations have. Pure, any thread.
 *
 * A name is [a-z][a-z0-9_]*, at most NAME_LARGEST characters; "-" is read as "_" wherever one is typed or declared.
 */
#ifndef LUODI_MODEL_NAME_H
#define LUODI_MODEL_NAME_H

#include <stdbool.h>

bool name_is_valid(const char *name);
bool name_is_value(const char *name); /* of an enum or set: digits may begin */
/* declared is a name, typed what someone wrote for it: equal when "-" of typed is read as "_". */
bool name_equal(const char *declared, const char *typed);
void name_normalise(char *name); /* "-" becomes "_", in place; NULL is allowed */

#endif
