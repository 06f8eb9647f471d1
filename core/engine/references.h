/* references: after a past that was rewritten, no present record may point at one that is not there. */
#ifndef LUODI_ENGINE_REFERENCES_H
#define LUODI_ENGINE_REFERENCES_H

#include "engine/resolve.h"

/* On what is stored now (in the writer: what the open transaction has written): does all that refers to record, and all that it refers to,
 * exist? ERROR_REFUSED names what stands in the way, and resolver->candidates lists it. */
must_check bool references_check(
    struct resolver *resolver, const struct kind *kind, int64_t record, struct error *error);
/* Nothing present refers to record: it may go. */
must_check bool references_check_none(struct resolver *resolver, int64_t record, struct error *error);

#endif
