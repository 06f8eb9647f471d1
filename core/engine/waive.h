/* waive: a rule's finding that does not count until a day, as an event on the record (SEMANTICS 14). */
#ifndef LUODI_ENGINE_WAIVE_H
#define LUODI_ENGINE_WAIVE_H

#include "engine/proposal.h"

/* Fills event from the proposal's wish: the waivers that the record has from its day on. An older one for the same rule goes, and what is over. */
must_check bool waive_fill(struct proposal *proposal, struct event *event, struct error *error);

#endif
