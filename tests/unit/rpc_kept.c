/* rpc: answers that are kept. On a real engine: an answer is never given after the change that made it stale was acknowledged. */
#include "engine_town.h"

#include "rpc/kept.h"

static struct kept *keep(struct town *town)
{
	struct kept *kept = kept_new(town->engine);

	assert_non_null(kept);
	return kept;
}

static void create_one(struct town *town, const char *kind)
{
	write_one(town, WISH_CREATE, kind, NULL, "2022-01-05", NULL, NULL);
}

static void size_one(struct town *town, const char *id, const char *size)
{
	write_one(town, WISH_UPDATE, NULL, id, "2022-01-06", "size", size);
}

/* As a thing is rendered from a look at the store as of now. */
static void put_text(struct town *town, struct kept *kept, const char *id, const char *text)
{
	struct engine_present present;
	int64_t record;

	engine_read_present(town->engine, &present);
	assert_true(schema_parse_id(present.schema, id, &record));
	schema_release(present.schema);
	kept_put(kept, record, present.seq, text, strlen(text));
}

static bool is_kept(struct kept *kept, const char *id, const char *text)
{
	struct engine_present present;
	const char *members;
	size_t length;

	if (!kept_find(kept, id, &members, &length, &present))
		return false;
	assert_int_equal(length, strlen(text));
	assert_memory_equal(members, text, length);
	return true;
}

static void an_answer_is_kept_until_its_record_changes(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);

	create_one(town, "small1");
	create_one(town, "small1");
	assert_false(is_kept(kept, "S1-0001", ""));
	put_text(town, kept, "S1-0001", "一");
	put_text(town, kept, "S1-0002", "二");
	assert_true(is_kept(kept, "S1-0001", "一"));
	assert_true(is_kept(kept, "s1-1", "一")); /* by any form of its id */
	assert_false(is_kept(kept, "一件", "一"));
	size_one(town, "S1-0001", "3");
	assert_false(is_kept(kept, "S1-0001", "一"));
	assert_true(is_kept(kept, "S1-0002", "二"));
	put_text(town, kept, "S1-0001", "三");
	put_text(town, kept, "S1-0001", "四"); /* the later one */
	assert_true(is_kept(kept, "S1-0001", "四"));
	kept_free(kept);
}

/* A visit shows the title of its place, a place shows its visits; a thing may belong to a thing. */
static void it_ends_with_a_change_of_what_it_tells_of(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);

	create_one(town, "small1");
	create_one(town, "small2");
	create_one(town, "visit");
	create_one(town, "thing");
	create_one(town, "thing");
	put_text(town, kept, "S1-0001", "地点");
	put_text(town, kept, "S2-0001", "无关");
	put_text(town, kept, "V-0001", "走访");
	put_text(town, kept, "T-0001", "东西");
	write_one(town, WISH_UPDATE, NULL, "V-0001", "2022-01-06", "place", "S1-0001");
	assert_false(is_kept(kept, "S1-0001", "地点"));
	put_text(town, kept, "S1-0001", "地点");
	put_text(town, kept, "V-0001", "走访");
	size_one(town, "S1-0001", "3");
	assert_false(is_kept(kept, "V-0001", "走访"));
	assert_true(is_kept(kept, "S2-0001", "无关"));
	assert_true(is_kept(kept, "T-0001", "东西"));
	write_one(town, WISH_UPDATE, NULL, "T-0002", "2022-01-06", "owner", "T-0001");
	assert_false(is_kept(kept, "T-0001", "东西"));
	assert_true(is_kept(kept, "S2-0001", "无关"));
	kept_free(kept);
}

static void an_undo_ends_all(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);
	struct wish *wish = wish_new(WISH_UNDO);
	struct outcome *outcome;

	create_one(town, "small1");
	create_one(town, "small2");
	put_text(town, kept, "S1-0001", "一");
	put_text(town, kept, "S2-0001", "二");
	wish->caller = (struct caller){.name = "test", .role = ROLE_ADMIN};
	wish->batch = 1;
	wish->confirm = true;
	outcome = engine_write(town->engine, &wish);
	assert_true(outcome->ok);
	outcome_free(outcome);
	assert_false(is_kept(kept, "S1-0001", "一"));
	kept_free(kept);
}

static void other_plugins_end_all(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);

	create_one(town, "small1");
	put_text(town, kept, "S1-0001", "一");
	declare(town, all_values, without_signed);
	assert_false(is_kept(kept, "S1-0001", "一"));
	put_text(town, kept, "S1-0001", "又");
	assert_true(is_kept(kept, "S1-0001", "又"));
	size_one(town, "S1-0001", "4");
	assert_false(is_kept(kept, "S1-0001", "又"));
	kept_free(kept);
}

static void a_new_day_ends_all(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);

	create_one(town, "small1");
	put_text(town, kept, "S1-0001", "今天");
	clock_fix_today((struct date){TODAY + 1});
	assert_false(is_kept(kept, "S1-0001", "今天"));
	clock_fix_today((struct date){TODAY});
	kept_free(kept);
}

/* A look that is older than the last commit may have missed what that changed; one that is newer than what we heard of has seen more
 * than all that is kept, and a peer that heard it must not hear the older. */
static void only_a_look_as_of_now_is_kept(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);
	int64_t before;

	create_one(town, "small1");
	create_one(town, "small2");
	before = head_of(town);
	size_one(town, "S1-0001", "3");
	kept_put(kept, record_key(2, 1), before, "旧", 3);
	assert_false(is_kept(kept, "S1-0001", "旧"));
	assert_false(is_kept(kept, "S2-0001", "旧"));
	put_text(town, kept, "S2-0001", "二");
	assert_true(is_kept(kept, "S2-0001", "二"));
	kept_put(kept, record_key(2, 1), head_of(town) + 1, "新", 3);
	assert_false(is_kept(kept, "S2-0001", "二")); /* as of before what was just seen */
	size_one(town, "S1-0001", "4");
	assert_true(is_kept(kept, "S2-0001", "二")); /* we have heard of it: it was about another */
	kept_free(kept);
}

static void too_much_at_once_ends_all(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);

	create_one(town, "small1");
	create_one(town, "small2");
	put_text(town, kept, "S2-0001", "二");
	write_notes(town, STORE_NEWS_KEPT + 1);
	assert_false(is_kept(kept, "S2-0001", "二"));
	put_text(town, kept, "S2-0001", "三");
	assert_true(is_kept(kept, "S2-0001", "三"));
	kept_free(kept);
}

/* ---- bounds ---- */

static size_t count_kept(struct kept *kept, size_t count, char first, size_t length)
{
	struct engine_present present;
	const char *members;
	char id[32];
	size_t found = 0, got;

	for (size_t i = 1; i <= count; i++) {
		snprintf(id, sizeof(id), "S1-%04zu", i);
		if (!kept_find(kept, id, &members, &got, &present))
			continue;
		assert_int_equal(got, length);
		assert_int_equal(members[0], first);
		found++;
	}
	return found;
}

static void what_is_kept_stays_within_its_bytes(void **state)
{
	enum { LENGTH = KEPT_BYTES_LARGEST / 64, MOST = 64 };
	struct town *town = *state;
	struct kept *kept = keep(town);
	char *answer = malloc(LENGTH + 1), id[32];

	create_one(town, "small1");
	memset(answer, 'x', LENGTH);
	answer[LENGTH] = '\0';
	for (int i = 1; i <= MOST; i++) {
		snprintf(id, sizeof(id), "S1-%04d", i);
		put_text(town, kept, id, answer);
	}
	assert_int_equal(count_kept(kept, MOST, 'x', LENGTH), MOST);
	put_text(town, kept, "S1-0065", answer);
	assert_true(count_kept(kept, MOST + 1, 'x', LENGTH) <= MOST);
	assert_true(is_kept(kept, "S1-0065", answer));
	answer = realloc(answer, LENGTH + 2);
	memset(answer, 'y', LENGTH + 1);
	answer[LENGTH + 1] = '\0';
	put_text(town, kept, "S1-0065", answer); /* one alone may not have that much, and the old one is not it */
	assert_false(is_kept(kept, "S1-0065", answer));
	free(answer);
	kept_free(kept);
}

static void two_in_one_place_are_never_mixed_up(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);
	char second[32];

	create_one(town, "small1");
	snprintf(second, sizeof(second), "S1-%d", KEPT_ANSWERS + 1);
	put_text(town, kept, "S1-0001", "一");
	put_text(town, kept, second, "二");
	assert_false(is_kept(kept, "S1-0001", "一"));
	assert_true(is_kept(kept, second, "二"));
	kept_free(kept);
}

/* ---- at once ---- */

enum { WRITERS = 2, WRITES = 120 };

struct hand { /* writes to a record of its own, again and again */
	struct town *town;
	pthread_t thread;
	char id[16];
	atomic_int acknowledged; /* the size that is on disk for certain */
	atomic_bool done;
};

static void *write_on(void *argument)
{
	struct hand *hand = argument;

	for (int size = 1; size <= WRITES; size++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", size);
		size_one(hand->town, hand->id, text);
		atomic_store(&hand->acknowledged, size);
	}
	atomic_store(&hand->done, true);
	return NULL;
}

/* What the record says now, as it would be rendered; and kept. */
static int render(struct town *town, struct kept *kept, const char *id)
{
	const struct view_request now = {.caller = {.name = "test", .role = ROLE_ADMIN}};
	struct error error = {0};
	struct view *view = view_open(town->engine, &now, &error);
	struct pool *pool = pool_new();
	const struct candidate *candidates;
	size_t count;
	struct got got;
	char text[16];
	int size;

	assert_non_null(view);
	assert_true(view_get(view, id, pool, &got, &candidates, &count, &error));
	size = got.state->values[0].type == VALUE_EMPTY ? 0 : (int)got.state->values[0].number;
	snprintf(text, sizeof(text), "%d", size);
	kept_put(kept, got.state->record, view_facts(view).seq, text, strlen(text));
	pool_free(pool);
	view_close(view);
	return size;
}

static int answer(struct town *town, struct kept *kept, const char *id, size_t *from_kept)
{
	struct engine_present present;
	const char *members;
	char text[16] = "";
	size_t length;

	if (!kept_find(kept, id, &members, &length, &present))
		return render(town, kept, id);
	++*from_kept;
	memcpy(text, members, length < sizeof(text) ? length : sizeof(text) - 1);
	return atoi(text);
}

static void no_answer_is_older_than_what_was_acknowledged(void **state)
{
	struct town *town = *state;
	struct kept *kept = keep(town);
	struct hand hands[WRITERS];
	size_t from_kept = 0, stale = 0;
	bool done = false;

	for (int i = 0; i < WRITERS; i++) {
		create_one(town, "small1");
		hands[i] = (struct hand){.town = town};
		snprintf(hands[i].id, sizeof(hands[i].id), "S1-%04d", i + 1);
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&hands[i].thread, NULL, write_on, &hands[i]), 0);
	while (!done) {
		done = true;
		for (int i = 0; i < WRITERS; i++) {
			done = done && atomic_load(&hands[i].done);
			for (int again = 0; again < 3; again++) {
				int least = atomic_load(&hands[i].acknowledged);

				stale += answer(town, kept, hands[i].id, &from_kept) < least;
			}
		}
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(hands[i].thread, NULL);
	assert_int_equal(stale, 0);
	assert_true(from_kept > 0);
	kept_free(kept);
}

#define test_of(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test_of(an_answer_is_kept_until_its_record_changes),
	    test_of(it_ends_with_a_change_of_what_it_tells_of),
	    test_of(an_undo_ends_all),
	    test_of(other_plugins_end_all),
	    test_of(a_new_day_ends_all),
	    test_of(only_a_look_as_of_now_is_kept),
	    test_of(too_much_at_once_ends_all),
	    test_of(what_is_kept_stays_within_its_bytes),
	    test_of(two_in_one_place_are_never_mixed_up),
	    test_of(no_answer_is_older_than_what_was_acknowledged),
	};

	clock_fix_today((struct date){TODAY});
	return cmocka_run_group_tests(tests, NULL, NULL);
}
