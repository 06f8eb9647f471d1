/* Where there is no libFuzzer: runs a target over every file of the corpora, then over a fixed number of inputs made from them, the
 * same ones each time. Takes libFuzzer's own options, so that the same line drives either:
 *
 *   fuzz_filter -runs=20000 -seed=1 -max_len=4096 [-artifact_prefix=PLACE/] FOLDER …
 *
 * After a crash PLACE/last-input is what it was given. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { LARGEST = 1 << 16, MUTATIONS = 8 };

struct input {
	uint8_t *bytes;
	size_t length;
};

struct fuzzing {
	struct input *corpus;
	size_t count, room;
	uint64_t random;
	size_t max_length;
	const char *prefix;
	char path[4096];
	uint8_t *last; /* what runs now, with its length before it: a file in memory, which outlives a crash */
	uint8_t made[LARGEST];
};

static size_t roll(struct fuzzing *fuzzing, size_t sides)
{
	fuzzing->random = fuzzing->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return sides == 0 ? 0 : (size_t)(fuzzing->random >> 33) % sides;
}

/* ---- the corpus ---- */

static void fail(const char *what, const char *path)
{
	fprintf(stderr, "fuzz: %s: %s\n", path, what);
	exit(2);
}

static void add_file(struct fuzzing *fuzzing, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct input input = {.bytes = malloc(LARGEST)};

	if (file == NULL || input.bytes == NULL)
		fail("can't be read", path);
	input.length = fread(input.bytes, 1, fuzzing->max_length, file);
	fclose(file);
	if (fuzzing->count == fuzzing->room) {
		fuzzing->room = fuzzing->room * 2 + 64;
		fuzzing->corpus = realloc(fuzzing->corpus, fuzzing->room * sizeof(*fuzzing->corpus));
		if (fuzzing->corpus == NULL)
			fail("no memory", path);
	}
	fuzzing->corpus[fuzzing->count++] = input;
}

static void add_folder(struct fuzzing *fuzzing, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	char path[4096];

	if (count < 0)
		fail("no such folder", folder);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			add_file(fuzzing, path);
		}
		free(entries[i]);
	}
	free(entries);
}

/* ---- inputs made from it ---- */

static void replace(
    struct fuzzing *fuzzing, size_t *length, size_t at, size_t removed, const uint8_t *bytes, size_t count)
{
	if (*length - removed + count > fuzzing->max_length)
		return;
	memmove(fuzzing->made + at + count, fuzzing->made + at + removed, *length - at - removed);
	memcpy(fuzzing->made + at, bytes, count);
	*length += count - removed;
}

static void put_piece(struct fuzzing *fuzzing, size_t *length, const struct input *from, size_t removed)
{
	uint8_t piece[256];
	size_t begin = roll(fuzzing, from->length + 1), count = roll(fuzzing, sizeof(piece));

	if (count > from->length - begin)
		count = from->length - begin;
	if (count > 0)
		memcpy(piece, from->bytes + begin, count);
	replace(fuzzing, length, roll(fuzzing, *length - removed + 1), removed, piece, count);
}

static void mutate(struct fuzzing *fuzzing, size_t *length)
{
	static const uint8_t telling[] = "\0\xff\x7f\x80\n\r\t \"'\\,;()[]{}<>=!?~.-+0129%@:/";
	uint8_t byte =
	    roll(fuzzing, 2) == 0 ? (uint8_t)roll(fuzzing, 256) : telling[roll(fuzzing, sizeof(telling) - 1)];
	size_t removed = roll(fuzzing, 16);
	const struct input self = {.bytes = fuzzing->made, .length = *length};

	if (removed > *length)
		removed = *length;
	switch (roll(fuzzing, 6)) {
	case 0:
		if (*length > 0)
			fuzzing->made[roll(fuzzing, *length)] ^= (uint8_t)(1u << roll(fuzzing, 8));
		break;
	case 1:
		if (*length > 0)
			fuzzing->made[roll(fuzzing, *length)] = byte;
		break;
	case 2:
		replace(fuzzing, length, roll(fuzzing, *length + 1), 0, &byte, 1);
		break;
	case 3:
		replace(fuzzing, length, roll(fuzzing, *length - removed + 1), removed, &byte, 0);
		break;
	case 4:
		put_piece(fuzzing, length, &fuzzing->corpus[roll(fuzzing, fuzzing->count)], removed);
		break;
	default:
		put_piece(fuzzing, length, &self, 0); /* what is there, once more */
	}
}

static void run(struct fuzzing *fuzzing, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length + 1); /* of its own, so that a read behind its end is found */

	if (copy == NULL)
		fail("no memory", "input");
	memcpy(copy, bytes, length);
	if (fuzzing->last != NULL) {
		memcpy(fuzzing->last, &length, sizeof(length));
		memcpy(fuzzing->last + sizeof(length), bytes, length);
	}
	copy = realloc(copy, length > 0 ? length : 1);
	LLVMFuzzerTestOneInput(copy, length);
	free(copy);
}

static void run_all(struct fuzzing *fuzzing, size_t runs)
{
	const struct input empty = {.bytes = fuzzing->made};

	for (size_t i = 0; i < fuzzing->count; i++)
		run(fuzzing, fuzzing->corpus[i].bytes, fuzzing->corpus[i].length);
	for (size_t i = fuzzing->count; i < runs; i++) {
		const struct input *from =
		    fuzzing->count > 0 ? &fuzzing->corpus[roll(fuzzing, fuzzing->count)] : &empty;
		size_t length = from->length;

		if (length > 0)
			memcpy(fuzzing->made, from->bytes, length);
		for (size_t left = 1 + roll(fuzzing, MUTATIONS); left > 0 && fuzzing->count > 0; left--)
			mutate(fuzzing, &length);
		run(fuzzing, fuzzing->made, length);
	}
}

static void remember_last(struct fuzzing *fuzzing)
{
	int file;

	snprintf(fuzzing->path, sizeof(fuzzing->path), "%slast-input", fuzzing->prefix);
	file = open(fuzzing->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || ftruncate(file, LARGEST + sizeof(size_t)) != 0)
		fail("can't be written", fuzzing->path);
	fuzzing->last = mmap(NULL, LARGEST + sizeof(size_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (fuzzing->last == MAP_FAILED)
		fail("can't be mapped", fuzzing->path);
	close(file);
}

int main(int argument_count, char **arguments)
{
	struct fuzzing *fuzzing = calloc(1, sizeof(*fuzzing));
	unsigned long runs = 20000, seed = 1, max_length = 4096;
	char prefix[4000] = "";

	if (fuzzing == NULL)
		fail("no memory", "start");
	fuzzing->prefix = prefix;
	for (int i = 1; i < argument_count; i++)
		if (arguments[i][0] == '-' && sscanf(arguments[i], "-runs=%lu", &runs) != 1 &&
		    sscanf(arguments[i], "-seed=%lu", &seed) != 1 &&
		    sscanf(arguments[i], "-max_len=%lu", &max_length) != 1 &&
		    sscanf(arguments[i], "-artifact_prefix=%3999s", prefix) != 1)
			fail("not understood", arguments[i]);
	fuzzing->random = seed;
	fuzzing->max_length = max_length < LARGEST ? max_length : LARGEST;
	for (int i = 1; i < argument_count; i++)
		if (arguments[i][0] != '-')
			add_folder(fuzzing, arguments[i]);
	remember_last(fuzzing);
	run_all(fuzzing, runs);
	unlink(fuzzing->path);
	printf("Done %lu runs over %zu inputs\n", runs, fuzzing->count);
	for (size_t i = 0; i < fuzzing->count; i++)
		free(fuzzing->corpus[i].bytes);
	free(fuzzing->corpus);
	munmap(fuzzing->last, LARGEST + sizeof(size_t));
	free(fuzzing);
	return 0;
}
