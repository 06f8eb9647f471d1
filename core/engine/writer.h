/* writer: the one thread that writes. Whatever is ready shares one transaction and one fsync; each request has a savepoint of its own, so a bad
 * one never harms its neighbours. Nothing waits inside the transaction: plugins are asked before, by the readers' threads.
 */
#ifndef LUODI_ENGINE_WRITER_H
#define LUODI_ENGINE_WRITER_H

#include "engine/parts.h"

enum { WRITER_QUEUE_LARGEST = 1000, WRITER_GROUP_LARGEST = 256 };

must_check struct writer *writer_new(struct engine *engine, struct error *error);
/* Finishes what is queued within 5 s, refuses the rest, ends the thread. */
void writer_free(struct writer *writer);

/* Any thread. The wish is the writer's then. */
void writer_submit(
    struct writer *writer, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument);

/* Any thread but the writer's and the loop's: runs work on the writer thread and waits for it. WRITER_IN_GROUP: inside a group's transaction,
 * in a savepoint, on disk when this returns true. WRITER_ALONE: outside any transaction. */
enum writer_manner { WRITER_IN_GROUP, WRITER_ALONE };
must_check bool writer_run(struct writer *writer, enum writer_manner manner,
    bool (*work)(struct engine *engine, void *argument, struct error *error), void *argument, struct error *error);

/* Takes back a batch that was stopped half-way: closes and voids it in one step. On a full disk it is tried with the room held in reserve, and
 * else when there is room again. Any thread but the writer's and the loop's; waits for the first try. False: it is still there. */
bool writer_take_back(struct writer *writer, int64_t batch, const struct caller *caller, const char *note);

struct writer_status {
	int64_t queued, groups, events;
	bool read_only;
	int64_t read_only_since_us;
	char read_only_reason[256];
};
void writer_status(struct writer *writer, struct writer_status *ret_status);

/* The last event of a kind, as far as the writer has seen since start; writer thread only. */
int64_t writer_kind_seq(const struct writer *writer, int32_t kind_number);
void writer_note_kind(struct writer *writer, int32_t kind_number, int64_t seq);

#endif
