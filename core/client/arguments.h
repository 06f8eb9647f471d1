/* arguments: the command line, taken apart. Options may stand anywhere among the words; "--" ends them.
 *
 * Every option of every verb is a row of one table, which parsing, help and completion read. Which options a verb
 * takes is a set in its entry (client/verb.h). Words and values are borrowed from argv.
 */
#ifndef LUODI_CLIENT_ARGUMENTS_H
#define LUODI_CLIENT_ARGUMENTS_H

#include "base/error.h"
#include "base/pool.h"
#include <stdint.h>

enum option_name {
	OPTION_SOCKET,
	OPTION_JSON,
	OPTION_CSV,
	OPTION_PLAIN,
	OPTION_COLOR,
	OPTION_QUIET,
	OPTION_YES,
	OPTION_AS_OF,
	OPTION_KNOWN,
	OPTION_KNOWN_SEQ,
	OPTION_MIN_SEQ,
	OPTION_ON,
	OPTION_NOTE,
	OPTION_DRY_RUN,
	OPTION_IF_VERSION,
	OPTION_REQUEST_KEY,
	OPTION_CONFIRM,
	OPTION_OVERRIDE_GUARD,
	OPTION_COLUMNS,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_OFFSET,
	OPTION_BY,
	OPTION_SUM,
	OPTION_FROM,
	OPTION_TO,
	OPTION_KNOWN_TO,
	OPTION_PERIOD,
	OPTION_KEY,
	OPTION_MAP,
	OPTION_SHEET,
	OPTION_ENCODING,
	OPTION_UNIT,
	OPTION_STRICT,
	OPTION_CLEAR_EMPTY,
	OPTION_REJECTS,
	OPTION_FORMAT,
	OPTION_OUTPUT,
	OPTION_SINCE,
	OPTION_VOID,
	OPTION_ALL,
	OPTION_CONFIG,
	OPTION_PLUGINS,
	OPTION_UNTIL,
	OPTION_COUNT
};

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_INTEGER };

struct option_row {
	const char *name; /* without its dashes; the method's parameter is the same with _ for - */
	char letter;	  /* -S; 0: none */
	enum option_type type;
	const char *value; /* what stands for its value in help; NULL for a flag */
	const char *summary;
};

#define OPTION_BIT(option) (UINT64_C(1) << (option))
/* What every verb takes, every read, every write. */
#define OPTIONS_GENERAL                                                                                                \
	(OPTION_BIT(OPTION_SOCKET) | OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_CSV) | OPTION_BIT(OPTION_PLAIN) |     \
	    OPTION_BIT(OPTION_COLOR) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_YES))
#define OPTIONS_READ                                                                                                   \
	(OPTION_BIT(OPTION_AS_OF) | OPTION_BIT(OPTION_KNOWN) | OPTION_BIT(OPTION_KNOWN_SEQ) |                          \
	    OPTION_BIT(OPTION_MIN_SEQ))
#define OPTIONS_WRITE                                                                                                  \
	(OPTION_BIT(OPTION_ON) | OPTION_BIT(OPTION_NOTE) | OPTION_BIT(OPTION_DRY_RUN) |                                \
	    OPTION_BIT(OPTION_IF_VERSION) | OPTION_BIT(OPTION_REQUEST_KEY) | OPTION_BIT(OPTION_CONFIRM) |              \
	    OPTION_BIT(OPTION_OVERRIDE_GUARD))

struct arguments {
	int argc;
	char *const *argv;  /* all of it, the program's name first */
	const char *verb;   /* NULL: luodi alone */
	const char **words; /* behind the verb */
	size_t word_count;
	int *places;			  /* words[i] is argv[places[i]] */
	const char *values[OPTION_COUNT]; /* NULL: not given; "" for a flag */
	int64_t integers[OPTION_COUNT];	  /* of those of OPTION_INTEGER */
};

const struct option_row *option_row(enum option_name option);
/* OPTION_COUNT: no option is called so. */
enum option_name option_find(const char *name);

/* ERROR_INVALID: a word that is not UTF-8, an unknown option (the nearest is named), a value missing or not a number. What ret_arguments points to
 * lives in the pool. */
must_check bool arguments_parse(
    int argc, char *const *argv, struct pool *pool, struct arguments *ret_arguments, struct error *error);

/* ERROR_INVALID when an option was given that is not in the set "taken". */
must_check bool arguments_check(const struct arguments *arguments, uint64_t taken, struct error *error);

bool arguments_given(const struct arguments *arguments, enum option_name option);

/* The command line as typed, quoted for a shell, with word "word" (an index; -1: none) put as "replacement", and further
 * words "more" (may be NULL) behind it. In the pool. */
const char *arguments_command(
    const struct arguments *arguments, struct pool *pool, int word, const char *replacement, const char *more);

/* text as one word for a shell: as it is, or in single quotes. In the pool. */
const char *arguments_quote(struct pool *pool, const char *text);

#endif
