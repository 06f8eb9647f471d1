/* list_columns: which columns of a listing a person sees. */
#ifndef LUODI_CLIENT_LIST_COLUMNS_H
#define LUODI_CLIENT_LIST_COLUMNS_H

#include "client/client.h"

/* Those that were chosen with --columns, behind the number (and, unless the number was among them, the title). Otherwise number,
 * title, stage, days, and of the fields those that filter, sort or sum name, then some amounts and days, a handful in all;
 * with --csv or --columns all, all of them. A new array, kept with the answers. */
const json_t *list_columns(struct client *client, const json_t *result);

/* --columns all. */
bool list_wants_all(const struct client *client);

#endif
