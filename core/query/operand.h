/* operand: the right side of a comparison, read by the type of its left side. Within this layer. */
#ifndef LUODI_QUERY_OPERAND_H
#define LUODI_QUERY_OPERAND_H

#include "query/reader.h"

struct values_form operand_form(const struct path *path);

/* Reads what stands behind the comparison of filter (path, comparison and name_text are set) and fills in the rest. name is the left side. */
must_check bool operand_read(struct parser *parser, struct filter *filter, const struct piece *name);

/* A date or a period, relative words and @start counted: its first and last day. */
must_check bool operand_read_period(
    struct parser *parser, const struct piece *piece, const char *text, struct period *ret_period);

#endif
