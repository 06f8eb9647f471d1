#include "model_example.h"

static const struct change example_changes[] = {
    {"title", CHANGE_SET, {VALUE_TEXT, 0, "易发式智能变压器"}},
    {"planned", CHANGE_SET, {VALUE_MONEY, 138000000000, NULL}},
    {"tags", CHANGE_ADD, {VALUE_SET, 0, "energy,grain"}},
    {"region", CHANGE_SET, {VALUE_EMPTY, 0, NULL}},
};
static const struct change example_values[] = {{"rate", CHANGE_SET, {VALUE_PERCENT, 750000, NULL}}};
static const struct computed example_computed[] = {{{19000}, example_values, 1}, {{19100}, example_values, 1}};
static const int64_t example_targets[] = {3, 5, 5, 900};

static struct event example_event(void)
{
	return (struct event){.seq = 4688,
	    .recorded_at_us = 1657000000000000,
	    .effective_on = {19178},
	    .place = 4688,
	    .batch = 88,
	    .record = record_key(1, 14),
	    .action = EVENT_MOVE,
	    .actor = "haojing",
	    .stage = "construction",
	    .changes = example_changes,
	    .change_count = COUNT_OF(example_changes),
	    .computed = example_computed,
	    .computed_count = COUNT_OF(example_computed),
	    .targets = example_targets,
	    .target_count = COUNT_OF(example_targets),
	    .note = "现场照片已到"};
}

static void assert_changes_equal(const struct change *a, size_t a_count, const struct change *b, size_t b_count)
{
	assert_int_equal(a_count, b_count);
	for (size_t i = 0; i < a_count; i++) {
		assert_string_equal(a[i].field, b[i].field);
		assert_int_equal(a[i].mode, b[i].mode);
		assert_true(value_equal(a[i].value, b[i].value));
	}
}

static void a_body_survives_the_journal(void **state)
{
	struct event event = example_event(), read = {.seq = 7};
	struct pool *pool = pool_new();
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 100000);
	event_body_put(&bytes, &event);
	assert_true(event_body_get(&read, bytes.bytes, bytes.length, pool));
	assert_int_equal(read.seq, 7); /* what is not the body's is untouched */
	assert_string_equal(read.stage, event.stage);
	assert_changes_equal(read.changes, read.change_count, event.changes, event.change_count);
	assert_int_equal(read.computed_count, 2);
	assert_int_equal(read.computed[1].on.day, 19100);
	assert_changes_equal(read.computed[1].values, read.computed[1].count, example_values, 1);
	assert_int_equal(read.target_count, 4);
	assert_memory_equal(read.targets, example_targets, sizeof example_targets);
	buffer_clear(&bytes);
	pool_free(pool);
}

static void an_empty_body_survives_too(void **state)
{
	struct event event = {.action = EVENT_NOTE}, read = example_event();
	struct pool *pool = pool_new();
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 100000);
	event_body_put(&bytes, &event);
	assert_true(event_body_get(&read, bytes.bytes, bytes.length, pool));
	assert_null(read.stage);
	assert_int_equal(read.change_count + read.computed_count + read.target_count, 0);
	assert_false(event_body_get(&read, "", 0, pool));
	assert_false(event_body_get(&read, NULL, 0, pool));
	buffer_clear(&bytes);
	pool_free(pool);
}

static void a_body_cut_short_or_with_more_behind_is_damaged(void **state)
{
	struct event event = example_event(), read = {.seq = 7};
	struct pool *pool = pool_new();
	struct buffer bytes;

	(void)state;
	buffer_init(&bytes, 100000);
	event_body_put(&bytes, &event);
	for (size_t length = 0; length < bytes.length; length++) {
		char *copy = malloc(length + 1); /* exactly as long, so that a read behind it is seen */

		memcpy(copy, bytes.bytes, length);
		copy = realloc(copy, length > 0 ? length : 1);
		assert_false(event_body_get(&read, copy, length, pool));
		assert_null(read.stage);
		free(copy);
	}
	buffer_append_byte(&bytes, 0);
	assert_false(event_body_get(&read, bytes.bytes, bytes.length, pool));
	buffer_clear(&bytes);
	pool_free(pool);
}

/* Whatever is read of a flipped body has one form: written again it is the same bytes. */
static void a_flipped_bit_is_damage_or_another_body_but_never_a_crash(void **state)
{
	struct event event = example_event();
	struct pool *pool = pool_new();
	struct buffer bytes, again;

	(void)state;
	buffer_init(&bytes, 100000);
	buffer_init(&again, 100000);
	event_body_put(&bytes, &event);
	for (size_t bit = 0; bit < bytes.length * 8; bit++) {
		struct event read = {.seq = 7};

		bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
		if (event_body_get(&read, bytes.bytes, bytes.length, pool)) {
			buffer_reset(&again);
			event_body_put(&again, &read);
			assert_int_equal(again.length, bytes.length);
			assert_memory_equal(again.bytes, bytes.bytes, bytes.length);
		}
		bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
		pool_reset(pool);
	}
	buffer_clear(&bytes);
	buffer_clear(&again);
	pool_free(pool);
}

static void change_event(struct event *event, int which)
{
	static const struct change other_field[] = {{"titel", CHANGE_SET, {VALUE_TEXT, 0, "易发式智能变压器"}}};
	static const struct change other_mode[] = {{"title", CHANGE_ADD, {VALUE_TEXT, 0, "易发式智能变压器"}}};
	static const struct change other_value[] = {{"title", CHANGE_SET, {VALUE_TEXT, 0, "易发"}}};
	static const struct change other_type[] = {{"title", CHANGE_SET, {VALUE_ENUM, 0, "易发式智能变压器"}}};
	static const struct change *const others[] = {other_field, other_mode, other_value, other_type};

	switch (which) {
	case 0:
		event->seq++;
		break;
	case 1:
		event->recorded_at_us++;
		break;
	case 2:
		event->effective_on.day++;
		break;
	case 3:
		event->place--;
		break;
	case 4:
		event->batch++;
		break;
	case 5:
		event->record++;
		break;
	case 6:
		event->action = EVENT_UPDATE;
		break;
	case 7:
		event->actor = "haojin";
		break;
	case 8:
		event->stage = NULL;
		break;
	case 9:
		event->note = "";
		break;
	case 10:
		event->note = NULL;
		break;
	case 11:
		event->change_count--;
		break;
	case 12:
		event->computed_count--;
		break;
	case 13:
		event->target_count--;
		break;
	default:
		event->changes = others[which - 14];
		event->change_count = 1;
	}
}

static void the_chained_bytes_change_with_any_one_field(void **state)
{
	enum { CHANGES = 18 };
	struct buffer forms[CHANGES + 2];
	unsigned char previous[32] = {1};

	(void)state;
	for (int i = 0; i < CHANGES + 2; i++) {
		struct event event = example_event();

		if (i < CHANGES)
			change_event(&event, i);
		if (i == CHANGES)
			previous[31] = 1;
		buffer_init(&forms[i], 100000);
		event_canonical_put(&forms[i], &event, previous);
		previous[31] = 0;
		for (int other = 0; other < i; other++)
			assert_true(forms[i].length != forms[other].length ||
			    memcmp(forms[i].bytes, forms[other].bytes, forms[i].length) != 0);
	}
	for (int i = 0; i < CHANGES + 2; i++)
		buffer_clear(&forms[i]);
}

static void the_chained_bytes_leave_out_what_is_not_stored(void **state)
{
	struct event event = example_event();
	unsigned char previous[32] = {1};
	struct buffer one, other;

	(void)state;
	buffer_init(&one, 100000);
	buffer_init(&other, 100000);
	event_canonical_put(&one, &event, previous);
	event.live = true;
	memset(event.hash, 7, sizeof event.hash);
	event_canonical_put(&other, &event, previous);
	assert_int_equal(one.length, other.length);
	assert_memory_equal(one.bytes, other.bytes, one.length);
	buffer_clear(&one);
	buffer_clear(&other);
}

static void actions_have_names(void **state)
{
	(void)state;
	assert_string_equal(event_action_name(EVENT_CREATE), "create");
	assert_string_equal(event_action_name(EVENT_RECORD), "record");
	assert_string_equal(event_action_name((enum event_action)0), "");
	assert_string_equal(event_action_name((enum event_action)99), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_body_survives_the_journal),
	    cmocka_unit_test(an_empty_body_survives_too),
	    cmocka_unit_test(a_body_cut_short_or_with_more_behind_is_damaged),
	    cmocka_unit_test(a_flipped_bit_is_damage_or_another_body_but_never_a_crash),
	    cmocka_unit_test(the_chained_bytes_change_with_any_one_field),
	    cmocka_unit_test(the_chained_bytes_leave_out_what_is_not_stored),
	    cmocka_unit_test(actions_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
