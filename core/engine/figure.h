/* figure: one declared figure, counted at a moment. Within the engine. */
#ifndef LUODI_ENGINE_FIGURE_H
#define LUODI_ENGINE_FIGURE_H

#include "engine/viewing.h"

struct figure_sides { /* what its declaration comes to at a view's moment and period */
	const struct kind *kind;
	const struct filter *denominator; /* NULL: all; where there is none: the period alone */
	const struct filter *numerator;	  /* inside the denominator */
	const struct filter
	    *terms;	/* what decides who counts: the denominator's terms, or the numerator's where there is none */
	bool by_period; /* the declaration's period field limits it */
};

must_check bool figure_sides(struct view *view, const struct figure_declaration *declaration, struct pool *pool,
    struct figure_sides *ret_sides, struct error *error);
must_check bool figure_count(struct view *view, const struct figure_declaration *declaration, struct pool *pool,
    struct figured *ret_figured, struct error *error);

/* Do its filters speak of the period? */
bool figure_needs_period(const struct figure_declaration *declaration);

#endif
