/* condition: the tree that a filter text becomes. Within this layer.
 *
 * Empty is false in every comparison, and so is what SQL calls NULL: AND and OR agree with that, NOT is compiled so that
 * it does (SEMANTICS 19).
 */
#ifndef LUODI_QUERY_CONDITION_H
#define LUODI_QUERY_CONDITION_H

#include "query/filter.h"

enum condition {
	CONDITION_ALL,	    /* holds for every record */
	CONDITION_AND,	    /* all parts */
	CONDITION_OR,	    /* one of the parts */
	CONDITION_NOT,	    /* not the one part */
	CONDITION_COMPARE,  /* path lies in one of ranges; UNEQUAL: has a value that lies in none */
	CONDITION_FIELDS,   /* path compared with the path other */
	CONDITION_CONTAINS, /* the text at path (of a reference: its title) holds one of the words in ranges */
	CONDITION_FILLED,   /* path has a value */
	CONDITION_EMPTY,    /* path has none */
	CONDITION_REACHED,  /* an entry into the stage of path lies in one of ranges */
	CONDITION_WORD,	    /* word is found in the title or a text */
	CONDITION_PHASE	    /* open, done or dead */
};

enum comparison {
	COMPARE_EQUAL,
	COMPARE_UNEQUAL,
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_GREATER,
	COMPARE_GREATER_EQUAL,
	COMPARE_CONTAINS,
	COMPARE_LACKS,
	COMPARE_FILLED, /* note? */
	COMPARE_EMPTY,	/* note! */
	COMPARE_NONE
};

enum phase { PHASE_OPEN, PHASE_DONE, PHASE_DEAD };

struct range {			/* low = high: a single value, the only form of what has no order */
	struct value low, high; /* VALUE_EMPTY: no bound on that side */
	bool above, below;	/* the bound itself is outside */
};

struct filter {
	enum condition condition;
	const struct kind *kind;
	const char *text; /* as typed */
	const struct filter *const *parts;
	size_t part_count;
	struct path path, other;
	enum comparison comparison;
	bool by_return_stage; /* stages in declared order: a suspended record counts as where it returns to */
	const struct range *ranges;
	size_t range_count;
	const char *word;
	enum phase phase;
	bool uses_me;
	const char *name_text, *value_text; /* both sides, to be typed again: @end as its date */
	const char *value_title;	    /* the right side in words */
};

bool comparison_is_order(enum comparison comparison); /* < <= > >= */
bool range_is_point(const struct range *range);

#endif
