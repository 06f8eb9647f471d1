/* book_check: whether an .xlsx on the disk is what was meant to be there.
 *
 * libxlsxwriter does not look whether its temporary files took what it wrote: on a full disk it would make a whole file of half the rows.
 * So the file is read back, all of it, before anybody gets it. */
#ifndef LUODI_ENGINE_BOOK_CHECK_H
#define LUODI_ENGINE_BOOK_CHECK_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

struct book_rows { /* the XML of a sheet's rows, as it was written */
	int64_t length;
	unsigned long crc;
};

/* Length and CRC of all that file holds. */
must_check bool book_check_measure(int file, struct book_rows *ret_rows, struct error *error);
/* Every part is whole XML, and those of the sheets hold these rows. ERROR_READ_ONLY: what is not. */
must_check bool book_check_file(int file, const struct book_rows *sheets, size_t count, struct error *error);

#endif
