/* store: the chain's bytes, against vectors that a second implementation made (store_hash_vectors.py). */
#include "store_example.h"

static const char *const vectors[] = {
    "43a0f2ca6412e9fa6f208ad469c9a9888a147fa5ab7d902e61b536efb712f548",
    "5699278f1387f35ad7ce6c08beb7403100348ed1ba9d0d38a354ff0276d7f9e2",
    "cc3eb4a49a481ee3474f848a0803b32fad470c1d2800cc47a25af1ede97a6f5d",
};

static char *hex(const unsigned char hash[32], char text[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", hash[i]);
	return text;
}

static void chain(struct event *event, const unsigned char previous[32])
{
	struct buffer canonical;

	buffer_init(&canonical, 1 << 20);
	event_canonical_put(&canonical, event, previous);
	store_hash(canonical.bytes, canonical.length, event->hash);
	buffer_clear(&canonical);
}

/* The same three events as in store_hash_vectors.py. */
static const struct change created[] = {{.field = "title", .value = {.type = VALUE_TEXT, .text = "易发式"}},
    {.field = "planned", .value = {.type = VALUE_MONEY, .number = -140000000}},
    {.field = "tags", .mode = CHANGE_ADD, .value = {.type = VALUE_SET, .text = "energy"}}};
static const int64_t targets[] = {1};
static const struct change worked_out[] = {
    {.field = "rate", .value = {.type = VALUE_INT, .number = 7}}, {.field = "lot"}};
static const struct computed computed = {.on = {19081}, .values = worked_out, .count = 2};
static const struct event events[] = {
    {.seq = 1,
	.recorded_at_us = 1647907200000001,
	.effective_on = {19073},
	.place = 1,
	.batch = 1,
	.record = 4294967297,
	.action = EVENT_CREATE,
	.actor = "李明",
	.stage = "clue",
	.changes = created,
	.change_count = 3},
    {.seq = 2,
	.recorded_at_us = 1647907200000002,
	.effective_on = {-3},
	.place = 2,
	.batch = 2,
	.action = EVENT_VOID,
	.actor = "",
	.targets = targets,
	.target_count = 1,
	.note = "作废"},
    {.seq = 3,
	.recorded_at_us = 1647907200000009,
	.effective_on = {19080},
	.place = 1,
	.batch = 3,
	.record = 4294967297,
	.action = EVENT_RECOMPUTE,
	.actor = "system",
	.computed = &computed,
	.computed_count = 1,
	.note = ""},
};

static void a_second_implementation_gives_the_same_hashes(void **state)
{
	unsigned char previous[32] = {0};
	char text[65];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		struct event event = events[i];

		chain(&event, previous);
		assert_string_equal(hex(event.hash, text), vectors[i]);
		memcpy(previous, event.hash, sizeof(previous));
	}
}

static void any_one_field_changes_the_hash(void **state)
{
	struct event variants[12];
	unsigned char previous[32] = {0}, other[32] = {1};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(variants); i++)
		variants[i] = events[0];
	variants[1].seq++;
	variants[2].recorded_at_us++;
	variants[3].effective_on.day++;
	variants[4].place++;
	variants[5].batch++;
	variants[6].record++;
	variants[7].action = EVENT_UPDATE;
	variants[8].actor = "李";
	variants[9].stage = NULL;
	variants[10].change_count--;
	variants[11].note = "";
	for (size_t i = 0; i < COUNT_OF(variants); i++)
		chain(&variants[i], previous);
	for (size_t i = 0; i < COUNT_OF(variants); i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(variants[i].hash, variants[j].hash, 32);
	variants[1].seq--;
	chain(&variants[1], other); /* nor is what came before forgotten */
	assert_memory_not_equal(variants[0].hash, variants[1].hash, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_second_implementation_gives_the_same_hashes),
	    cmocka_unit_test(any_one_field_changes_the_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
