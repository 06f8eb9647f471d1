/* attributes: what we ask of the compiler, by name. */
#ifndef LUODI_BASE_ATTRIBUTES_H
#define LUODI_BASE_ATTRIBUTES_H

#define must_check __attribute__((warn_unused_result))
#define format_at(position) __attribute__((format(printf, position, (position) + 1)))

/* What the code counts on where it says int. */
_Static_assert(sizeof(int) >= 4, "an int has 32 bits or more");

#endif
