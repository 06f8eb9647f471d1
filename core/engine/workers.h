/* workers: a few threads and a bounded queue of work for them. */
#ifndef LUODI_ENGINE_WORKERS_H
#define LUODI_ENGINE_WORKERS_H

#include "base/error.h"

struct workers;

enum { WORKERS_QUEUE_LARGEST = 1000 };

must_check struct workers *workers_new(size_t threads, struct error *error);
/* Finishes what is queued, then ends the threads; posting is refused from then on. NULL is allowed. */
void workers_stop(struct workers *workers);
void workers_free(struct workers *workers); /* stops first */
/* Any thread. ERROR_BUSY: the queue is full. */
must_check bool workers_post(struct workers *workers, void (*run)(void *argument), void *argument, struct error *error);

#endif
