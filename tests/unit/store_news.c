/* store: what other threads hear of the journal without asking SQLite. */
#include "store_example.h"
#include <pthread.h>
#include <stdatomic.h>

/* Each event is about a record that its seq tells. */
static int64_t record_of(int64_t seq)
{
	return record_key(1, (int32_t)(seq % 97 + 1));
}

static void write_events(struct example *example, int count)
{
	must(store_begin(example->store, &error));
	for (int i = 0; i < count; i++)
		append(example, example_event(record_of(store_head(example->store).seq + 1), NULL));
	must(store_commit(example->store, &error));
}

static int64_t committed(const struct example *example)
{
	int64_t seq, recorded_at_us;

	store_read_committed(example->store, &seq, &recorded_at_us);
	return seq;
}

struct heard {
	int64_t next; /* the seq that must come */
	int64_t records[STORE_NEWS_KEPT];
	size_t count, wrong; /* wrong: not that seq, or not its record */
};

static void on_news(void *argument, int64_t record, int64_t seq)
{
	struct heard *heard = argument;

	heard->wrong += seq != heard->next || record != record_of(seq);
	heard->next = seq + 1;
	heard->records[heard->count++ % STORE_NEWS_KEPT] = record;
}

static void each_event_tells_its_record_once_and_in_order(void **state)
{
	struct example *example = *state;
	struct heard heard = {.next = 3};

	write_events(example, 2);
	write_events(example, 5);
	assert_int_equal(committed(example), 7);
	assert_true(store_read_news(example->store, 2, 7, on_news, &heard));
	assert_int_equal(heard.count, 5);
	assert_int_equal(heard.wrong, 0);
	assert_true(store_read_news(example->store, 7, 7, on_news, &heard)); /* nothing new */
	assert_int_equal(heard.count, 5);
}

static void what_is_not_committed_is_not_there(void **state)
{
	struct example *example = *state;

	write_events(example, 2);
	must(store_begin(example->store, &error));
	append(example, example_event(record_of(3), NULL));
	assert_int_equal(committed(example), 2);
	must(store_commit(example->store, &error));
	assert_int_equal(committed(example), 3);
}

/* Numbers of what was rolled back are given again, to events about other records. */
static void what_was_rolled_back_is_forgotten(void **state)
{
	struct example *example = *state;
	struct heard heard = {.next = 3};

	write_events(example, 2);
	must(store_begin(example->store, &error));
	for (int i = 0; i < 3; i++)
		append(example, example_event(record_key(1, 5000), NULL));
	store_rollback(example->store);
	assert_int_equal(committed(example), 2);
	write_events(example, 2);
	assert_int_equal(committed(example), 4);
	assert_true(store_read_news(example->store, 2, 4, on_news, &heard));
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.wrong, 0);
}

/* It took places in the ring all the same. */
static void what_was_rolled_back_counts_as_told(void **state)
{
	struct example *example = *state;
	struct heard *heard = calloc(1, sizeof(*heard));

	write_events(example, STORE_NEWS_KEPT);
	must(store_begin(example->store, &error));
	for (int i = 0; i < 10; i++)
		append(example, example_event(record_key(1, 5000), NULL));
	store_rollback(example->store);
	write_events(example, 1);
	assert_false(store_read_news(example->store, 1, STORE_NEWS_KEPT + 1, on_news, heard));
	heard->next = 11;
	heard->wrong = 0;
	assert_true(store_read_news(example->store, 10, STORE_NEWS_KEPT + 1, on_news, heard));
	assert_int_equal(heard->wrong, 0);
	free(heard);
}

static void too_long_ago_is_said(void **state)
{
	struct example *example = *state;
	struct heard *heard = calloc(1, sizeof(*heard));

	write_events(example, STORE_NEWS_KEPT);
	heard->next = 1;
	assert_true(store_read_news(example->store, 0, STORE_NEWS_KEPT, on_news, heard));
	assert_int_equal(heard->wrong, 0);
	write_events(example, 1);
	assert_false(store_read_news(example->store, 0, STORE_NEWS_KEPT + 1, on_news, heard));
	assert_false(store_read_news(example->store, 0, 10, on_news, heard)); /* their places are taken */
	heard->next = 2;
	heard->wrong = 0;
	assert_true(store_read_news(example->store, 1, STORE_NEWS_KEPT + 1, on_news, heard));
	assert_int_equal(heard->wrong, 0);
	free(heard);
}

/* After a start nothing is known of what was before: it may have been about any. */
static void what_was_before_the_start_may_bear_on_any(void **state)
{
	struct example *example = *state;
	struct heard heard = {.next = 1};

	write_events(example, 3);
	store_close(example->store);
	example_open(example);
	assert_int_equal(committed(example), 3);
	assert_true(store_read_news(example->store, 0, 3, on_news, &heard));
	assert_int_equal(heard.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(heard.records[i], 0);
}

/* ---- while it is written ---- */

struct listening {
	struct example *example;
	atomic_bool stop;
	int64_t heard, missed, wrong;
};

static void *listen(void *argument)
{
	struct listening *listening = argument;
	struct heard *heard = calloc(1, sizeof(*heard));
	int64_t at = 0;

	do {
		int64_t now = committed(listening->example);

		heard->next = at + 1;
		heard->wrong = heard->count = 0;
		if (!store_read_news(listening->example->store, at, now, on_news, heard))
			listening->missed++; /* then what was told may be about later ones: it is not used */
		else
			listening->wrong += (int64_t)heard->wrong + (heard->next != now + 1);
		listening->heard += now - at;
		at = now;
	} while (!atomic_load(&listening->stop));
	free(heard);
	return NULL;
}

static void what_is_told_while_it_is_written_is_true(void **state)
{
	struct example *example = *state;
	struct listening listening = {.example = example};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, listen, &listening), 0);
	for (int i = 0; i < 40; i++) {
		write_events(example, i % 4 == 0 ? STORE_NEWS_KEPT / 4 : 7); /* the ring goes round */
		if (i % 5 == 0) {
			must(store_begin(example->store, &error));
			append(example, example_event(record_key(1, 5000), NULL));
			store_rollback(example->store);
		}
	}
	atomic_store(&listening.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(listening.wrong, 0);
	assert_true(listening.heard > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_event_tells_its_record_once_and_in_order),
	    TEST(what_is_not_committed_is_not_there),
	    TEST(what_was_rolled_back_is_forgotten),
	    TEST(what_was_rolled_back_counts_as_told),
	    TEST(too_long_ago_is_said),
	    TEST(what_was_before_the_start_may_bear_on_any),
	    TEST(what_is_told_while_it_is_written_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
