/* json_reader: jansson, beside our own json_writer. Both have a json_integer() and a json_null(), which make values;
 * jansson only reads here, so its two get other names, and including it elsewhere than through this would not compile. */
#ifndef LUODI_RPC_JSON_READER_H
#define LUODI_RPC_JSON_READER_H

#define json_integer jansson_integer
#define json_null jansson_null
#include <jansson.h>
#undef json_integer
#undef json_null

#endif
