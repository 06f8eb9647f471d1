#include "engine/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct job {
	void (*run)(void *argument);
	void *argument;
};

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct job queue[WORKERS_QUEUE_LARGEST]; /* a ring */
	size_t first, count;
	bool ending;
	pthread_t *threads;
	size_t thread_count;
};

static void *work(void *argument)
{
	struct workers *workers = argument;

	pthread_mutex_lock(&workers->lock);
	for (;;) {
		struct job job;

		while (workers->count == 0 && !workers->ending)
			pthread_cond_wait(&workers->wake, &workers->lock);
		if (workers->count == 0)
			break;
		job = workers->queue[workers->first];
		workers->first = (workers->first + 1) % WORKERS_QUEUE_LARGEST;
		workers->count--;
		pthread_mutex_unlock(&workers->lock);
		job.run(job.argument);
		pthread_mutex_lock(&workers->lock);
	}
	pthread_mutex_unlock(&workers->lock);
	return NULL;
}

struct workers *workers_new(size_t threads, struct error *error)
{
	struct workers *workers = calloc(1, sizeof(*workers));

	if (workers == NULL || (workers->threads = calloc(threads, sizeof(*workers->threads))) == NULL) {
		free(workers);
		error_set(error, ERROR_INTERNAL, "", "没有内存起线程");
		return NULL;
	}
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->wake, NULL);
	for (; workers->thread_count < threads; workers->thread_count++)
		if (pthread_create(&workers->threads[workers->thread_count], NULL, work, workers) != 0) {
			error_set(error, ERROR_INTERNAL, "", "起不了线程");
			workers_free(workers);
			return NULL;
		}
	return workers;
}

void workers_stop(struct workers *workers)
{
	if (workers == NULL)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->ending = true;
	pthread_cond_broadcast(&workers->wake);
	pthread_mutex_unlock(&workers->lock);
	for (size_t i = 0; i < workers->thread_count; i++)
		pthread_join(workers->threads[i], NULL);
	workers->thread_count = 0;
}

void workers_free(struct workers *workers)
{
	if (workers == NULL)
		return;
	workers_stop(workers);
	pthread_mutex_destroy(&workers->lock);
	pthread_cond_destroy(&workers->wake);
	free(workers->threads);
	free(workers);
}

bool workers_post(struct workers *workers, void (*run)(void *argument), void *argument, struct error *error)
{
	bool posted = false;

	pthread_mutex_lock(&workers->lock);
	if (!workers->ending && workers->count < WORKERS_QUEUE_LARGEST) {
		workers->queue[(workers->first + workers->count) % WORKERS_QUEUE_LARGEST] =
		    (struct job){.run = run, .argument = argument};
		workers->count++;
		posted = true;
		pthread_cond_signal(&workers->wake);
	}
	pthread_mutex_unlock(&workers->lock);
	if (!posted)
		return error_set(error, ERROR_BUSY, "", "排队的事太多，请过一会儿再试");
	return true;
}
