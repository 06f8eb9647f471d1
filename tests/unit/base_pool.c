#include "base/pool.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed_and_aligned_and_its_own(void **state)
{
	struct pool *pool = pool_new();
	static const size_t sizes[] = {0, 1, 3, 16, 100, 5000, 9000, 70000, 1, 300000, 7};
	unsigned char *places[11 * 20];

	(void)state;
	for (size_t i = 0; i < 220; i++) {
		size_t size = sizes[i % 11];

		places[i] = pool_alloc(pool, size);
		assert_int_equal((uintptr_t)places[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < size; j++)
			assert_int_equal(places[i][j], 0);
		memset(places[i], (int)i & 0xFF, size);
	}
	for (size_t i = 0; i < 220; i++)
		for (size_t j = 0; j < sizes[i % 11]; j++)
			assert_int_equal(places[i][j], i & 0xFF);
	pool_free(pool);
	pool_free(NULL);
}

static void a_reset_forgets_all(void **state)
{
	struct pool *pool = pool_new();
	char *first = pool_alloc(pool, 100), *again;

	(void)state;
	memset(first, 'x', 100);
	pool_alloc(pool, 1000000);
	assert_int_equal(pool_used(pool), 1000100);
	pool_reset(pool);
	assert_int_equal(pool_used(pool), 0);
	again = pool_alloc(pool, 100);
	assert_ptr_equal(again, first); /* the block was kept */
	assert_int_equal(again[0], 0);
	pool_free(pool);
}

static void copies_end_in_a_nul(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_null(pool_copy_text(pool, NULL));
	assert_string_equal(pool_copy_text(pool, "易发式"), "易发式");
	assert_memory_equal(pool_copy_bytes(pool, "a\0b", 3), "a\0b", 4);
	assert_string_equal(pool_copy_bytes(pool, NULL, 0), "");
	assert_string_equal(pool_format(pool, "%s-%04d", "P", 14), "P-0014");
	assert_int_equal(((int *)pool_alloc_array(pool, 100, sizeof(int)))[99], 0);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_is_zeroed_and_aligned_and_its_own),
	    cmocka_unit_test(a_reset_forgets_all),
	    cmocka_unit_test(copies_end_in_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
