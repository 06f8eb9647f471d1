/* engine: counts and sums about the past, from memory and from SQL, on the same store: they must not differ. A real engine with its
 * host writes the histories; SQL answers while the test holds the lock of the images, as it does when two ask at once. */
#include "engine_town.h"

/* ---- the same, twice ---- */

static struct view *open_view(struct town *town, const char *as_of, int64_t known_seq)
{
	const struct view_request request = {
	    .as_of = as_of, .known_seq = known_seq, .caller = {.name = "test", .role = ROLE_ADMIN}};
	struct error error = {0};
	struct view *view = view_open(town->engine, &request, &error);

	if (view == NULL)
		fail_msg("%s", error.sentence);
	return view;
}

/* False: the images leave it to SQL. */
static bool ask_image(
    struct town *town, struct view *view, const struct count_request *request, struct count *ret_count)
{
	struct error error = {0};
	struct query query = {.moment = view->moment, .limit = -1};

	*ret_count = (struct count){0};
	query.kind = ret_count->kind = view_kind(view, request->kind, &error);
	assert_non_null(query.kind);
	assert_true(request->by == NULL ||
	    query_parse_paths(
		query.kind, request->by, "by", view_schema(view), town->pool, &query.by, &query.by_count, &error));
	assert_true(request->sum == NULL ||
	    query_parse_paths(
		query.kind, request->sum, "sum", view_schema(view), town->pool, &query.sum, &query.sum_count, &error));
	ret_count->by_count = query.by_count;
	ret_count->sum_count = query.sum_count;
	return images_count(town->engine->images, view, &query, town->pool, ret_count);
}

static void ask_sql(struct town *town, struct view *view, const struct count_request *request, struct count *ret_count)
{
	struct error error = {0};

	pthread_mutex_lock(&town->engine->images->lock);
	if (!view_count(view, request, town->pool, ret_count, &error))
		fail_msg("by %s sum %s: %s", request->by, request->sum, error.sentence);
	pthread_mutex_unlock(&town->engine->images->lock);
}

static bool is_same_group(const struct count *count, const struct group *image, const struct group *sql, bool has_by)
{
	if (image->count != sql->count)
		return false;
	for (size_t i = 0; has_by && i < count->by_count; i++)
		if (!value_equal(image->by[i], sql->by[i]) || strcmp(image->by_titles[i], sql->by_titles[i]) != 0)
			return false;
	for (size_t i = 0; i < count->sum_count; i++)
		if (!value_equal(image->sums[i], sql->sums[i]))
			return false;
	return true;
}

static bool is_same_count(const struct count *image, const struct count *sql)
{
	if (image->group_count != sql->group_count)
		return false;
	for (size_t i = 0; i < sql->group_count; i++)
		if (!is_same_group(sql, &image->groups[i], &sql->groups[i], true))
			return false;
	return is_same_group(sql, &image->all, &sql->all, false);
}

/* Both answers through one view; false: SQL alone answers. */
static bool compare_in(struct town *town, struct view *view, const struct count_request *request)
{
	struct count image, sql;
	bool answered = ask_image(town, view, request, &image);

	ask_sql(town, view, request, &sql);
	if (answered && !is_same_count(&image, &sql))
		fail_msg("by %s sum %s, #%d: the image counts %d in %zu groups, SQL %d in %zu", request->by,
		    request->sum, (int)view_facts(view).seq, (int)image.all.count, image.group_count,
		    (int)sql.all.count, sql.group_count);
	town->answered += answered;
	pool_reset(town->pool);
	return answered;
}

static bool compare(struct town *town, const char *as_of, int64_t known_seq, const char *by, const char *sum)
{
	const struct count_request request = {.kind = "thing", .by = by, .sum = sum};
	struct view *view = open_view(town, as_of, known_seq);
	bool answered = compare_in(town, view, &request);

	view_close(view);
	return answered;
}

static const char *const by_choices[] = {
    NULL, "stage", "sector", "urgent", "due", "floors", "sector,stage", "stage,urgent,sector", "twice", "planned"};
static const char *const sum_choices[] = {
    NULL, "planned", "planned,floors", "area,share,twice", "number3,planned,area"};

static void compare_at_random(struct town *town, int64_t head)
{
	struct pool *pool = pool_new();
	const char *as_of = some_day(town, pool), *by = by_choices[roll(town, 10)], *sum = sum_choices[roll(town, 5)];
	int64_t known = roll(town, 2) == 0 ? 0 : 1 + roll(town, (unsigned)head);

	if (roll(town, 10) == 0)
		as_of = "2023-01-01"; /* ahead */
	compare(town, as_of, known, by, sum);
	pool_free(pool);
}

static const struct image *image_of(const struct town *town, const char *kind)
{
	for (size_t i = 0; i < IMAGE_KINDS; i++) {
		const struct image *image = &town->engine->images->images[i];

		if (image->schema != NULL && strcmp(image->kind->name, kind) == 0)
			return image;
	}
	return NULL;
}

/* ---- what is promised ---- */

static void counts_agree_with_sql_on_any_history(void **state)
{
	struct town *town = *state;
	size_t written = 0;

	for (int round = 0; round < 30; round++) {
		written += live(town, 20);
		for (int i = 0; i < 12; i++)
			compare_at_random(town, head_of(town));
	}
	assert_true(written > 150);
	assert_true(town->answered > 300); /* it is the images that were compared */
}

static void an_image_catches_up_with_what_was_written(void **state)
{
	struct town *town = *state;

	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "planned", "10万元");
	assert_true(compare(town, "2022-02-01", 0, "stage", "planned"));
	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-06", "planned", "20万元");
	write_one(town, WISH_UPDATE, NULL, "T-0001", "2022-01-20", "planned", "15万元");
	write_one(town, WISH_MOVE, NULL, "T-0001", "2022-01-15", NULL, "signed");
	assert_true(compare(town, "2022-02-01", 0, "stage", "planned"));
	assert_int_equal(image_of(town, "thing")->seq, head_of(town));
	assert_int_equal(image_of(town, "thing")->slice_count, 2);
	write_one(town, WISH_DROP, NULL, "T-0002", "2022-01-25", NULL, NULL);
	assert_true(compare(town, "2022-02-01", 0, "stage", "planned"));
	assert_true(compare(town, "2022-01-24", 0, "stage", "planned"));
}

/* Rows read again leave dead ones behind: they do not pile up. */
static void it_is_made_anew_before_most_of_it_is_dead(void **state)
{
	struct town *town = *state;
	char value[16];

	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", NULL, NULL);
	for (int i = 0; i < 30; i++) {
		const struct image *image;

		snprintf(value, sizeof(value), "%d", i);
		write_one(town, WISH_UPDATE, NULL, "T-0001", "2022-01-20", "floors", value);
		assert_true(compare(town, "2022-02-01", 0, NULL, "floors"));
		image = image_of(town, "thing");
		assert_int_equal(image->slice_count, 1);
		assert_true(image->row_count <= 2 * image->slices[0].count);
	}
}

static void too_far_behind_it_is_made_anew(void **state)
{
	struct town *town = *state;

	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "floors", "3");
	assert_true(compare(town, "2022-02-01", 0, NULL, "floors"));
	write_one(town, WISH_UPDATE, NULL, "T-0001", "2022-01-06", "floors", "4");
	write_one(town, WISH_CREATE, "small1", NULL, "2022-01-05", "size", "3");
	write_notes(town, IMAGE_READ_LARGEST);
	assert_true(compare(town, "2022-02-01", 0, NULL, "floors"));
	assert_int_equal(image_of(town, "thing")->dead, 0);
	assert_int_equal(image_of(town, "thing")->seq, head_of(town));
}

/* A view that was opened before the image was made sees none of what came later. */
static void an_older_snapshot_is_answered_as_of_then(void **state)
{
	const struct count_request request = {.kind = "thing", .by = "stage", .sum = "floors"},
				   other = {.kind = "thing", .by = "urgent", .sum = "planned"};
	struct town *town = *state;
	struct view *old;

	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "floors", "3");
	old = open_view(town, "2022-02-01", 0);
	write_one(town, WISH_UPDATE, NULL, "T-0001", "2022-01-05", "floors", "5");
	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "floors", "7");
	assert_true(compare(town, "2022-02-01", 0, "stage", "floors"));
	assert_true(compare_in(town, old, &request));
	assert_true(
	    compare_in(town, old, &other)); /* more columns: made from the older snapshot, and right for later ones */
	view_close(old);
	assert_true(compare(town, "2022-02-01", 0, "stage", "floors"));
	assert_true(compare(town, "2022-02-01", 0, "urgent", "planned"));
}

static void more_columns_than_there_is_room_for_are_read_when_asked(void **state)
{
	struct town *town = *state;
	char sum[200], number[16];

	for (int i = 1; i <= NUMBERS; i++) {
		snprintf(number, sizeof(number), "number%d", i);
		snprintf(sum, sizeof(sum), "%d", i * i);
		write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", number, sum);
	}
	for (int i = 1; i <= NUMBERS; i++) {
		snprintf(number, sizeof(number), "number%d", i);
		assert_true(compare(town, "2022-02-01", 0, "sector", number));
		assert_true(image_of(town, "thing")->field_count <= IMAGE_COLUMNS);
	}
	/* one by one up to what is allowed, then a question that needs all of them */
	sum[0] = '\0';
	for (int i = 1; i <= IMAGE_COLUMNS - 3; i++) {
		snprintf(number, sizeof(number), "%snumber%d", i > 1 ? "," : "", i + 3);
		strcat(sum, number);
		assert_true(compare(town, "2022-02-01", 0, "sector,urgent,due", sum));
	}
	strcat(sum, ",number1"); /* one too many for an image: SQL */
	assert_false(compare(town, "2022-02-01", 0, "sector,urgent,due", sum));
}

static void more_kinds_than_there_is_room_for_take_turns(void **state)
{
	struct town *town = *state;
	char kind[16], size[16];

	for (int i = 1; i <= SMALL_KINDS; i++) {
		snprintf(kind, sizeof(kind), "small%d", i);
		snprintf(size, sizeof(size), "%d", i * 100);
		write_one(town, WISH_CREATE, kind, NULL, "2022-01-05", "size", size);
	}
	for (int i = 0; i < 3 * SMALL_KINDS; i++) {
		const struct count_request request = {.kind = kind, .sum = "size"};
		struct view *view = open_view(town, "2022-02-01", 0);

		snprintf(kind, sizeof(kind), "small%d", 1 + i % SMALL_KINDS);
		assert_true(compare_in(town, view, &request));
		view_close(view);
	}
}

static void other_plugins_other_images(void **state)
{
	const struct count_request request = {.kind = "thing", .by = "sector", .sum = "floors"};
	struct town *town = *state;
	struct view *old;

	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "sector", "house");
	assert_true(compare(town, "2022-02-01", 0, "sector", "floors"));
	old = open_view(town, "2022-02-01", 0);
	/* the same values, in another order */
	declare(town, "{ 'field', '田地' }, { 'road', '道路' }, { 'house', '屋' }", all_stages);
	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "sector", "field");
	assert_true(compare(town, "2022-02-01", 0, "sector", "floors"));
	assert_true(compare_in(town, old, &request)); /* by the words that were in force when it was opened */
	view_close(old);
	assert_true(compare(town, "2022-02-01", 0, "sector", "floors"));
	for (size_t i = 0; i < IMAGE_KINDS; i++) /* of the plugins that are gone nothing is left */
		assert_true(town->engine->images->images[i].schema == NULL ||
		    town->engine->images->images[i].schema == town->engine->set->schema);
}

static void a_value_no_longer_declared_is_left_to_sql(void **state)
{
	struct town *town = *state;

	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "sector", "field");
	write_one(town, WISH_CREATE, "thing", NULL, "2022-01-07", "sector", "road");
	write_one(town, WISH_MOVE, NULL, "T-0001", "2022-01-10", NULL, "signed");
	declare(town, "{ 'road', '道路' }, { 'house', '房屋' }", without_signed);
	assert_false(compare(town, "2022-02-01", 0, "sector", "floors"));
	assert_true(
	    compare(town, "2022-02-01", 0, "stage", "floors")); /* of stages the schema remembers those it had */
	assert_non_null(image_of(town, "thing"));
	assert_true(image_of(town, "thing")->made); /* it is not read again and again for that */
	assert_true(compare(town, "2022-02-01", 0, "urgent", "floors"));
	assert_true(compare(town, "2022-01-04", 0, "sector", "floors")); /* before it was there */
}

static void too_large_is_tried_once(void **state)
{
	struct town *town = *state;
	int64_t used;

	town->engine->images->bytes_largest = 35000; /* 1024 rows of two columns, of three not */
	for (int i = 0; i < 3; i++)
		write_one(town, WISH_CREATE, "thing", NULL, "2022-01-05", "floors", "2");
	assert_true(compare(town, "2022-02-01", 0, NULL, "floors,twice"));
	assert_false(compare(town, "2022-02-01", 0, NULL, "floors,twice,planned"));
	assert_non_null(image_of(town, "thing"));
	used = image_of(town, "thing")->used_us;
	assert_false(compare(town, "2022-02-01", 0, NULL, "floors,twice,area"));
	assert_int_equal(image_of(town, "thing")->used_us, used);
	assert_true(compare(town, "2022-02-01", 0, NULL, "floors,twice"));
	assert_false(compare(town, "2022-02-01", 0, NULL, "floors,twice,area")); /* and what is there stays */
	assert_true(image_of(town, "thing")->made);
	assert_true(compare(town, "2022-02-01", 0, NULL, "planned,area"));
	town->engine->images->bytes_largest = 10000; /* not even its stages */
	declare(town, all_values, all_stages);
	assert_false(compare(town, "2022-02-01", 0, "stage", NULL));
	used = image_of(town, "thing")->used_us;
	assert_false(compare(town, "2022-02-01", 0, "stage", NULL));
	assert_int_equal(image_of(town, "thing")->used_us, used);
}

static size_t bytes_of_all(const struct town *town)
{
	size_t bytes = 0;

	for (size_t i = 0; i < IMAGE_KINDS; i++) {
		const struct image *image = &town->engine->images->images[i];

		bytes += image->row_room * (10 + 8 * image->field_count) + image->slice_room * sizeof(*image->slices);
	}
	return bytes;
}

static void all_together_stay_within_the_bytes(void **state)
{
	struct town *town = *state;
	char kind[16];

	town->engine->images->bytes_largest = 80000;
	for (int i = 1; i <= 8; i++) {
		const struct count_request request = {.kind = kind, .sum = "size"};
		struct view *view;

		snprintf(kind, sizeof(kind), "small%d", i);
		write_one(town, WISH_CREATE, kind, NULL, "2022-01-05", "size", "7");
		view = open_view(town, "2022-02-01", 0);
		assert_true(compare_in(town, view, &request));
		view_close(view);
		assert_true(bytes_of_all(town) <= 80000);
	}
}

/* ---- at once ---- */

struct asking {
	struct engine *engine;
	atomic_bool *stop;
	pthread_t thread;
	int asked, differed;
};

/* With a filter, if only one that all pass, SQL answers. */
static bool ask_both(struct view *view, struct pool *pool)
{
	const struct count_request plain = {.kind = "thing", .by = "stage,sector", .sum = "floors"},
				   filtered = {
				       .kind = "thing", .filter = "version>0", .by = "stage,sector", .sum = "floors"};
	struct error error = {0};
	struct count count, sql;

	return view_count(view, &plain, pool, &count, &error) && view_count(view, &filtered, pool, &sql, &error) &&
	    is_same_count(&count, &sql);
}

static void *ask_again_and_again(void *argument)
{
	struct asking *asking = argument;

	while (!atomic_load(asking->stop) || asking->asked < 20) {
		const struct view_request when = {.as_of = asking->asked % 2 == 0 ? "2022-02-01" : "2022-06-01",
		    .caller = {.name = "test", .role = ROLE_ADMIN}};
		struct error error = {0};
		struct view *view = view_open(asking->engine, &when, &error);
		struct pool *pool = pool_new();

		asking->asked++;
		asking->differed += view == NULL || !ask_both(view, pool);
		pool_free(pool);
		view_close(view);
	}
	return NULL;
}

static void readers_at_once_agree_while_it_is_written(void **state)
{
	struct town *town = *state;
	atomic_bool stop = false;
	struct asking asking[3];

	live(town, 40);
	for (size_t i = 0; i < 3; i++) {
		asking[i] = (struct asking){.engine = town->engine, .stop = &stop};
		assert_int_equal(pthread_create(&asking[i].thread, NULL, ask_again_and_again, &asking[i]), 0);
	}
	live(town, 120);
	declare(town, "{ 'field', '田地' }, { 'road', '道路' }, { 'house', '屋' }", all_stages);
	live(town, 60);
	atomic_store(&stop, true);
	for (size_t i = 0; i < 3; i++) {
		pthread_join(asking[i].thread, NULL);
		assert_int_equal(asking[i].differed, 0);
	}
}

#define test_of(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test_of(counts_agree_with_sql_on_any_history),
	    test_of(an_image_catches_up_with_what_was_written),
	    test_of(it_is_made_anew_before_most_of_it_is_dead),
	    test_of(too_far_behind_it_is_made_anew),
	    test_of(an_older_snapshot_is_answered_as_of_then),
	    test_of(more_columns_than_there_is_room_for_are_read_when_asked),
	    test_of(more_kinds_than_there_is_room_for_take_turns),
	    test_of(other_plugins_other_images),
	    test_of(a_value_no_longer_declared_is_left_to_sql),
	    test_of(too_large_is_tried_once),
	    test_of(all_together_stay_within_the_bytes),
	    test_of(readers_at_once_agree_while_it_is_written),
	};

	clock_fix_today((struct date){TODAY});
	return cmocka_run_group_tests(tests, NULL, NULL);
}
