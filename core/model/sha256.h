/* sha256: FIPS 180-4, for the identity of a plugin set. Pure, any thread; not for secrets. */
#ifndef LUODI_MODEL_SHA256_H
#define LUODI_MODEL_SHA256_H

#include <stddef.h>

enum { SHA256_BYTES = 32, SHA256_HEX_SIZE = 65 };

void sha256_of(const void *bytes, size_t length, unsigned char ret_hash[SHA256_BYTES]);
char *sha256_hex(const unsigned char hash[SHA256_BYTES], char text[SHA256_HEX_SIZE]); /* returns text */

#endif
