#include "host/record_pack.h"

#include <string.h>

struct packing { /* a block that is filled from the front */
	char *free;
};

static size_t size_of_text(const char *text)
{
	return text == NULL ? 0 : strlen(text) + 1;
}

static char *pack_text(struct packing *packing, const char *text)
{
	size_t size = size_of_text(text);
	char *copy = packing->free;

	if (text == NULL)
		return NULL;
	memcpy(copy, text, size);
	packing->free += size;
	return copy;
}

static size_t stage_count(const struct state *state)
{
	return state->kind->flow != NULL ? state->kind->flow->count : 0;
}

/* Structs first, in falling order of alignment, then the texts. */
const struct state *record_pack(lua_State *lua, const struct state *state, const char *id, const char **ret_id)
{
	size_t stages = stage_count(state), fields = state->kind->field_count;
	size_t size = sizeof *state + fields * sizeof(struct value) + stages * sizeof(struct date);
	struct packing packing;
	struct state *packed;

	for (size_t i = 0; i < fields; i++)
		if (value_is_text(state->values[i].type))
			size += size_of_text(state->values[i].text);
	size += size_of_text(state->title) + size_of_text(id);
	packed = lua_newuserdatauv(lua, size, 0);
	*packed = *state;
	packed->values = (struct value *)(packed + 1);
	packed->reached = (struct date *)(packed->values + fields);
	packing.free = (char *)(packed->reached + stages);
	if (stages > 0)
		memcpy(packed->reached, state->reached, stages * sizeof(struct date));
	for (size_t i = 0; i < fields; i++) {
		packed->values[i] = state->values[i];
		if (value_is_text(state->values[i].type))
			packed->values[i].text = pack_text(&packing, state->values[i].text);
	}
	packed->title = pack_text(&packing, state->title);
	*ret_id = pack_text(&packing, id);
	return packed;
}
