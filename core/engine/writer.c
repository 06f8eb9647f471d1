#include "engine/writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/recomputer.h"
#include "engine/request.h"
#include <inttypes.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	KIND_NUMBERS = 65536,
	ASK_AGAIN_LARGEST = 3,
	END_SECONDS = 5,
	LINGER_US = 150,
	LINGER_GROUP_LARGEST = 2,
	UNFINISHED_LARGEST = 16
};

struct errand { /* writer_run: lives on the waiting caller's stack */
	enum writer_manner manner;
	bool (*work)(struct engine *engine, void *argument, struct error *error);
	void *argument;
	bool ok, finished;
	struct error error;
	struct errand *next;
};

struct writer {
	struct engine *engine;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, errand_finished;
	struct request *first, *last; /* queued requests */
	struct errand *errands;	      /* queued, in order */
	atomic_size_t queued;	      /* requests */
	bool ending, broken;
	int64_t end_by_us;
	struct writer_status status;
	int64_t unfinished[UNFINISHED_LARGEST]; /* batches that could not be taken back yet */
	size_t unfinished_count;
	int64_t *kind_seq; /* writer thread only */
};

int64_t writer_kind_seq(const struct writer *writer, int32_t kind_number)
{
	return writer->kind_seq[kind_number % KIND_NUMBERS];
}

void writer_note_kind(struct writer *writer, int32_t kind_number, int64_t seq)
{
	writer->kind_seq[kind_number % KIND_NUMBERS] = seq;
}

/* ---- read-only times ---- */

static void enter_read_only(struct writer *writer, const struct error *error)
{
	pthread_mutex_lock(&writer->lock);
	if (!writer->status.read_only) {
		writer->status.read_only_since_us = clock_now_us();
		/* the first reason: later ones are our own refusals, which quote it */
		memcpy(writer->status.read_only_reason, error->sentence, sizeof(writer->status.read_only_reason) - 1);
		log_error("现在只能查，不能改：%s；好了就自己恢复，不用重启", error->sentence);
	}
	writer->status.read_only = true;
	pthread_mutex_unlock(&writer->lock);
}

static void leave_read_only(struct writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	if (writer->status.read_only)
		log_info("又能写了");
	writer->status.read_only = false;
	pthread_mutex_unlock(&writer->lock);
}

static void take_back_unfinished(struct writer *writer);

/* While the disk is full each group looks again, so that room is noticed by itself. */
static bool may_write(struct writer *writer, struct error *error)
{
	if (!writer->status.read_only)
		return true;
	if (store_has_room(writer->engine->store)) {
		leave_read_only(writer);
		take_back_unfinished(writer);
		return true;
	}
	error_set(error, ERROR_READ_ONLY, "", "现在只能查，不能改。%s。这一条没有写", writer->status.read_only_reason);
	return error_hint(error, "腾出地方就自己恢复，不用重启；同一条命令可以照样再发");
}

/* ---- a group ---- */

struct group {
	struct request *requests[WRITER_GROUP_LARGEST];
	struct error errors[WRITER_GROUP_LARGEST]; /* ERROR_NONE: it stands, if the commit does */
	size_t count;
	struct errand *errands[16];
	size_t errand_count;
};

static void post_ask(void *argument)
{
	struct request *request = argument;
	struct error error = {0};
	struct writer *writer = request->engine->writer;

	if (!request_ask(request, &error)) {
		request_finish(request, &error);
		return;
	}
	pthread_mutex_lock(&writer->lock);
	request->next = NULL;
	if (writer->last != NULL)
		writer->last->next = request;
	else
		writer->first = request;
	writer->last = request;
	writer->queued++;
	pthread_cond_signal(&writer->wake);
	pthread_mutex_unlock(&writer->lock);
}

/* Back to the plugins: what they were asked about has changed meanwhile. */
static void ask_again(struct request *request)
{
	struct error error = {0};

	if (++request->attempts > ASK_AGAIN_LARGEST) {
		/* who named the version that he saw asked to be told; to the others nothing of theirs was stale */
		error_set(&error, request->wish->if_version != 0 ? ERROR_CONFLICT : ERROR_BUSY, "",
		    "别人正在不停地改守卫要看的记录，试了 %d 次，没有写", ASK_AGAIN_LARGEST + 1);
		error_hint(&error, "请过一会儿再试");
		request_finish(request, &error);
	} else if (!workers_post(request->engine->readers, post_ask, request, &error))
		request_finish(request, &error);
}

static bool write_request(
    struct writer *writer, struct group *group, size_t index, struct plugin_set *set, struct error *broken)
{
	struct store *store = writer->engine->store;
	struct error error = {0};
	enum request_result result;
	bool wrote = false;

	if (!store_savepoint(store, broken))
		return false;
	result = request_write(group->requests[index], set, &wrote, &error);
	if (result == REQUEST_DONE && wrote) {
		if (!store_release(store, broken))
			return false;
		return true;
	}
	store_rollback_savepoint(store);
	if (result == REQUEST_ASK_AGAIN) {
		ask_again(group->requests[index]);
		group->requests[index] = NULL;
	} else if (result == REQUEST_REFUSED) {
		group->errors[index] = error;
		/* a full disk shows itself at any statement, and is everybody's */
		if (error.code == ERROR_READ_ONLY || error.code == ERROR_OUTCOME_UNKNOWN) {
			*broken = error;
			return false;
		}
	}
	return true;
}

static bool run_errand(struct writer *writer, struct errand *errand, struct error *broken)
{
	struct store *store = writer->engine->store;

	if (!store_savepoint(store, broken))
		return false;
	errand->ok = errand->work(writer->engine, errand->argument, &errand->error);
	if (errand->ok)
		return store_release(store, broken);
	store_rollback_savepoint(store);
	if (errand->error.code == ERROR_READ_ONLY || errand->error.code == ERROR_OUTCOME_UNKNOWN) {
		*broken = errand->error;
		return false;
	}
	return true;
}

static void finish_errand(struct writer *writer, struct errand *errand, const struct error *broken)
{
	pthread_mutex_lock(&writer->lock);
	if (broken != NULL) {
		errand->ok = false;
		errand->error = *broken;
	}
	errand->finished = true;
	pthread_cond_broadcast(&writer->errand_finished);
	pthread_mutex_unlock(&writer->lock);
}

static bool takes_back(const struct group *group)
{
	return group->count == 1 && group->errand_count == 0 && group->requests[0]->wish->never_ended;
}

static bool write_group(struct writer *writer, struct group *group, struct error *broken)
{
	struct plugin_set *set = engine_hold_set(writer->engine);
	/* what takes back a half may use the room in reserve, which was given away for that */
	bool ok = (takes_back(group) || may_write(writer, broken)) && store_begin(writer->engine->store, broken);

	if (ok) {
		for (size_t i = 0; ok && i < group->count; i++)
			ok = write_request(writer, group, i, set, broken);
		for (size_t i = 0; ok && i < group->errand_count; i++)
			ok = run_errand(writer, group->errands[i], broken);
		if (ok)
			ok = store_commit(writer->engine->store, broken);
		else
			store_rollback(writer->engine->store);
	}
	plugin_set_release(set);
	return ok;
}

/* Replies, watchers: only now, when it is on disk. */
static void tell_group(
    struct writer *writer, struct group *group, bool ok, const struct error *broken, int64_t seq_before)
{
	struct engine *engine = writer->engine;
	int64_t seq = store_head(engine->store).seq;

	if (!ok && broken->code == ERROR_READ_ONLY)
		enter_read_only(writer, broken); /* before anybody is told, who would ask for the status */
	if (ok && seq > seq_before) {
		engine->last_seq = seq;
		pthread_mutex_lock(&writer->lock);
		writer->status.groups++;
		writer->status.events += seq - seq_before;
		pthread_mutex_unlock(&writer->lock);
	}
	for (size_t i = 0; i < group->count; i++)
		if (group->requests[i] != NULL)
			request_finish(group->requests[i],
			    !ok					      ? broken
				: group->errors[i].code != ERROR_NONE ? &group->errors[i]
								      : NULL);
	for (size_t i = 0; i < group->errand_count; i++)
		finish_errand(writer, group->errands[i], ok ? NULL : broken);
	if (ok && seq > seq_before && engine->committed != NULL)
		engine->committed(engine->committed_argument, seq_before + 1, seq);
	if (ok && seq > seq_before && atomic_load(&engine->has_rules))
		recomputer_note(engine->recomputer);
}

static void run_group(struct writer *writer, struct group *group)
{
	int64_t seq_before = store_head(writer->engine->store).seq;
	struct error broken = {0};
	bool ok = write_group(writer, group, &broken);

	tell_group(writer, group, ok, &broken, seq_before);
	store_checkpoint_if_due(writer->engine->store);
}

static void run_alone(struct writer *writer, struct errand *errand)
{
	int64_t seq_before = store_head(writer->engine->store).seq;
	int64_t seq;

	errand->ok = errand->work(writer->engine, errand->argument, &errand->error);
	seq = store_head(writer->engine->store).seq;
	if (seq > seq_before)
		writer->engine->last_seq = seq;
	finish_errand(writer, errand, NULL);
	if (seq > seq_before && writer->engine->committed != NULL)
		writer->engine->committed(writer->engine->committed_argument, seq_before + 1, seq);
}

/* ---- the thread ---- */

/* After each piece of work: a sync may have failed in a commit, in an errand, or when the log was worked in, where nobody waits. */
static void break_down(struct writer *writer)
{
	log_error("写盘没能确认，luodid 就要停下：磁盘上有没有，重新启动时才看得清；先看磁盘，再启动它");
	pthread_mutex_lock(&writer->lock);
	writer->broken = true;
	pthread_mutex_unlock(&writer->lock);
	if (writer->engine->broken != NULL)
		writer->engine->broken(writer->engine->broken_argument);
}

/* Under the lock: what is ready. An errand that wants to be alone comes alone. */
static struct errand *take_work(struct writer *writer, struct group *group)
{
	group->count = group->errand_count = 0;
	if (writer->errands != NULL && writer->errands->manner == WRITER_ALONE) {
		struct errand *alone = writer->errands;

		writer->errands = alone->next;
		return alone;
	}
	while (writer->first != NULL && group->count < WRITER_GROUP_LARGEST) {
		struct request *request = writer->first;

		if (request->wish->never_ended && group->count > 0)
			break;
		writer->first = request->next;
		if (writer->first == NULL)
			writer->last = NULL;
		writer->queued--;
		group->errors[group->count] = (struct error){0};
		group->requests[group->count++] = request;
		if (request->wish->never_ended) /* alone: see takes_back */
			return NULL;
	}
	while (writer->errands != NULL && writer->errands->manner == WRITER_IN_GROUP && group->errand_count < 16) {
		group->errands[group->errand_count++] = writer->errands;
		writer->errands = writer->errands->next;
	}
	return NULL;
}

static bool has_work(const struct writer *writer)
{
	return writer->first != NULL || writer->errands != NULL;
}

static void refuse_rest(struct writer *writer)
{
	struct error error = {0};

	if (writer->broken)
		error_set(&error, ERROR_OUTCOME_UNKNOWN, "", "写盘失败，luodid 要重启；这一条写没写成还不知道");
	else
		error_set(&error, ERROR_BUSY, "", "luodid 正在停下，这一条没有写");
	while (writer->first != NULL) {
		struct request *request = writer->first;

		writer->first = request->next;
		pthread_mutex_unlock(&writer->lock);
		request_finish(request, &error);
		pthread_mutex_lock(&writer->lock);
	}
	writer->last = NULL;
	while (writer->errands != NULL) {
		struct errand *errand = writer->errands;

		writer->errands = errand->next;
		errand->ok = false;
		errand->error = error;
		errand->finished = true;
	}
	pthread_cond_broadcast(&writer->errand_finished);
}

/* Under the lock, given up meanwhile. Whoever writes alone sends the next request as soon as the last is answered: to be
 * awake then spares it the waking of a thread, a tenth of its whole time. Not after many, and never when nobody writes. */
static void linger(struct writer *writer, const struct group *group)
{
	int64_t until_us = clock_monotonic_us() + LINGER_US;

	if (group == NULL || group->count == 0 || group->count > LINGER_GROUP_LARGEST || has_work(writer))
		return;
	pthread_mutex_unlock(&writer->lock);
	while (atomic_load(&writer->queued) == 0 && clock_monotonic_us() < until_us)
		sched_yield();
	pthread_mutex_lock(&writer->lock);
}

static void *write_on(void *argument)
{
	struct writer *writer = argument;
	struct group *group = calloc(1, sizeof(*group));

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		struct errand *alone;

		linger(writer, group);
		while (!has_work(writer) && !writer->ending)
			pthread_cond_wait(&writer->wake, &writer->lock);
		if (group == NULL || writer->broken ||
		    (writer->ending && (!has_work(writer) || clock_monotonic_us() > writer->end_by_us)))
			break;
		alone = take_work(writer, group);
		pthread_mutex_unlock(&writer->lock);
		if (alone != NULL)
			run_alone(writer, alone);
		else
			run_group(writer, group);
		if (store_is_broken(writer->engine->store))
			break_down(writer);
		pthread_mutex_lock(&writer->lock);
	}
	writer->ending = true;
	refuse_rest(writer);
	pthread_mutex_unlock(&writer->lock);
	free(group);
	return NULL;
}

struct writer *writer_new(struct engine *engine, struct error *error)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL || (writer->kind_seq = calloc(KIND_NUMBERS, sizeof(*writer->kind_seq))) == NULL) {
		free(writer);
		error_set(error, ERROR_INTERNAL, "", "没有内存");
		return NULL;
	}
	writer->engine = engine;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->wake, NULL);
	pthread_cond_init(&writer->errand_finished, NULL);
	if (pthread_create(&writer->thread, NULL, write_on, writer) != 0) {
		error_set(error, ERROR_INTERNAL, "", "起不了写线程");
		free(writer->kind_seq);
		free(writer);
		return NULL;
	}
	return writer;
}

void writer_free(struct writer *writer)
{
	if (writer == NULL)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->ending = true;
	writer->end_by_us = clock_monotonic_us() + END_SECONDS * INT64_C(1000000);
	pthread_cond_signal(&writer->wake);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	pthread_mutex_destroy(&writer->lock);
	pthread_cond_destroy(&writer->wake);
	pthread_cond_destroy(&writer->errand_finished);
	free(writer->kind_seq);
	free(writer);
}

/* False: full, or ending. */
static bool enqueue(struct writer *writer, struct request *request, struct error *error)
{
	bool queued = false;

	pthread_mutex_lock(&writer->lock);
	if (writer->broken)
		error_set(error, ERROR_BUSY, "", "写盘失败，luodid 要重启；这一条没有写，请过一会儿再试");
	else if (writer->ending)
		error_set(error, ERROR_BUSY, "", "luodid 正在停下，这一条没有写");
	else if (writer->queued >= WRITER_QUEUE_LARGEST)
		error_set(error, ERROR_BUSY, "", "排队要写的太多，这一条没有写，请过一会儿再试");
	else {
		request->next = NULL;
		if (writer->last != NULL)
			writer->last->next = request;
		else
			writer->first = request;
		writer->last = request;
		if (writer->queued++ == 0)
			pthread_cond_signal(&writer->wake);
		queued = true;
	}
	pthread_mutex_unlock(&writer->lock);
	return queued;
}

void writer_submit(
    struct writer *writer, struct wish **wish, void (*done)(void *argument, struct outcome *outcome), void *argument)
{
	struct request *request = request_new(writer->engine, wish, done, argument);
	struct error error = {0};
	bool ok = request_check(request, &error);

	if (ok && request_may_need_opinion(request))
		ok = workers_post(writer->engine->readers, post_ask, request, &error);
	else if (ok)
		ok = enqueue(writer, request, &error);
	if (!ok)
		request_finish(request, &error);
}

/* ---- batches that were stopped half-way ---- */

static void keep_unfinished(struct writer *writer, int64_t batch)
{
	pthread_mutex_lock(&writer->lock);
	if (writer->unfinished_count < UNFINISHED_LARGEST) /* else at the next start */
		writer->unfinished[writer->unfinished_count++] = batch;
	pthread_mutex_unlock(&writer->lock);
}

/* False: it is to be tried again. */
static bool is_settled(struct writer *writer, int64_t batch, const struct outcome *outcome)
{
	if (outcome->ok)
		return true;
	log_warning("批次 %" PRId64 " 没有做完，还没能作废：%s", batch, outcome->error.sentence);
	if (outcome->error.code == ERROR_READ_ONLY || outcome->error.code == ERROR_BUSY)
		keep_unfinished(writer, batch);
	return false;
}

static struct wish *wish_take_back(int64_t batch, const char *name, const char *note)
{
	struct wish *wish = wish_new(WISH_UNDO);

	wish->caller = (struct caller){.name = pool_copy_text(wish->pool, name), .role = ROLE_ADMIN};
	wish->batch = batch;
	wish->never_ended = true;
	wish->confirm = true;
	wish->note = pool_copy_text(wish->pool, note);
	return wish;
}

struct taking_back {
	struct writer *writer;
	int64_t batch;
};

static void on_taken_back(void *argument, struct outcome *outcome)
{
	struct taking_back *taking = argument;

	if (is_settled(taking->writer, taking->batch, outcome))
		log_info("批次 %" PRId64 " 没有做完，现在作废了", taking->batch);
	outcome_free(outcome);
	free(taking);
}

/* There is room again. Writer thread: they come after the group that found it. */
static void take_back_unfinished(struct writer *writer)
{
	while (writer->unfinished_count > 0) {
		struct taking_back *taking = malloc(sizeof(*taking));
		struct wish *wish;

		if (taking == NULL)
			return;
		pthread_mutex_lock(&writer->lock);
		*taking =
		    (struct taking_back){.writer = writer, .batch = writer->unfinished[--writer->unfinished_count]};
		pthread_mutex_unlock(&writer->lock);
		wish = wish_take_back(taking->batch, "system", "没有做完，整批作废");
		writer_submit(writer, &wish, on_taken_back, taking);
	}
}

bool writer_take_back(struct writer *writer, int64_t batch, const struct caller *caller, const char *note)
{
	struct wish *wish = wish_take_back(batch, caller->name, note);
	struct outcome *outcome = engine_write(writer->engine, &wish);
	bool settled = is_settled(writer, batch, outcome);

	outcome_free(outcome);
	return settled;
}

bool writer_run(struct writer *writer, enum writer_manner manner,
    bool (*work)(struct engine *engine, void *argument, struct error *error), void *argument, struct error *error)
{
	struct errand errand = {.manner = manner, .work = work, .argument = argument};
	struct errand **end = &writer->errands;

	pthread_mutex_lock(&writer->lock);
	if (writer->ending) {
		pthread_mutex_unlock(&writer->lock);
		return error_set(error, ERROR_BUSY, "", "luodid 正在停下");
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = &errand;
	pthread_cond_signal(&writer->wake);
	while (!errand.finished)
		pthread_cond_wait(&writer->errand_finished, &writer->lock);
	pthread_mutex_unlock(&writer->lock);
	if (!errand.ok)
		*error = errand.error;
	return errand.ok;
}

void writer_status(struct writer *writer, struct writer_status *ret_status)
{
	pthread_mutex_lock(&writer->lock);
	*ret_status = writer->status;
	ret_status->queued = (int64_t)writer->queued;
	pthread_mutex_unlock(&writer->lock);
}
