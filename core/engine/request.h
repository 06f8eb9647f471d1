/* request: one wish on its way: asked of plugins where they have a say, then written in a group, then answered. */
#ifndef LUODI_ENGINE_REQUEST_H
#define LUODI_ENGINE_REQUEST_H

#include "engine/opinion.h"
#include "engine/undo.h"

struct request {
	struct engine *engine;
	struct wish *wish; /* its pool becomes the outcome's */
	void (*done)(void *argument, struct outcome *outcome);
	void *argument;
	struct plugin_set *set; /* that opinion is of; held */
	struct opinion opinion;
	struct undo_opinions undo_opinions;
	bool has_opinion;
	int attempts;
	struct outcome *outcome;
	struct request *next;
};

must_check struct request *request_new(
    struct engine *engine, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument);
/* Calls done, with an error where error is not NULL, and frees the request. */
void request_finish(struct request *request, const struct error *error);

/* Is it allowed at all? Before it is queued. */
must_check bool request_check(const struct request *request, struct error *error);
/* Could plugins have a say? Then request_ask() comes before it is queued. */
bool request_may_need_opinion(struct request *request);
/* A reader's thread: asks the plugins on a snapshot. */
must_check bool request_ask(struct request *request, struct error *error);

enum request_result { REQUEST_DONE, REQUEST_REFUSED, REQUEST_ASK_AGAIN };
/* Writer thread, in a savepoint: everything. REQUEST_DONE: the outcome is ready, to be told once the group is on disk (or at once, where it
 * wrote nothing: *ret_wrote). */
must_check enum request_result request_write(
    struct request *request, struct plugin_set *set, bool *ret_wrote, struct error *error);

#endif
