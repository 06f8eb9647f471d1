#include "query/path.h"

#include "base/utf8.h"
#include "text/normal.h"
#include <stdio.h>
#include <string.h>

enum { SHOWN_CHARACTERS = 40 };

struct builtin {
	enum path_builtin builtin;
	enum value_type type;
	bool of_flow; /* only where the kind has stages */
	const char *name, *title, *other_title;
};

static const struct builtin builtins[] = {
    {PATH_ID, VALUE_REF, false, "id", "编号", NULL},
    {PATH_TITLE, VALUE_TEXT, false, "title", "名称", "标题"},
    {PATH_STAGE, VALUE_ENUM, true, "stage", "阶段", NULL},
    {PATH_STAGE_SINCE, VALUE_DATE, true, "stage_since", "阶段起", "进入阶段日期"},
    {PATH_DAYS_IN_STAGE, VALUE_INT, true, "days_in_stage", "天数", "停留天数"},
    {PATH_WORKDAYS_IN_STAGE, VALUE_INT, true, "workdays_in_stage", "工作日数", "停留工作日"},
    {PATH_VERSION, VALUE_INT, false, "version", "版本", "版"},
};
enum { BUILTINS = sizeof builtins / sizeof builtins[0] };

const char *path_shorten(struct pool *pool, const char *text)
{
	size_t at = 0, length;

	for (size_t i = 0; i < SHOWN_CHARACTERS; i++) {
		if (utf8_next(text + at, &length) == 0)
			return text;
		at += length;
	}
	if (text[at] == '\0')
		return text;
	return pool_format(pool, "%.*s…", (int)at, text);
}

bool path_is_number(const struct path *path)
{
	return path->type == VALUE_INT || path->type == VALUE_DECIMAL || path->type == VALUE_MONEY ||
	    path->type == VALUE_PERCENT;
}

bool path_equal(const struct path *a, const struct path *b)
{
	if (a->kind != b->kind || a->ref_count != b->ref_count || a->builtin != b->builtin || a->field != b->field ||
	    a->stage != b->stage)
		return false;
	for (size_t i = 0; i < a->ref_count; i++)
		if (a->refs[i] != b->refs[i])
			return false;
	return true;
}

/* faults */

struct candidates { /* names that might have been meant, each with what to show for it */
	const char **names, **shown;
	size_t count;
};

static void add_candidate(struct candidates *candidates, struct pool *pool, const char *name, const char *title)
{
	const char *shown = pool_format(pool, "%s（%s）", title, name);

	candidates->names[candidates->count] = name;
	candidates->shown[candidates->count++] = shown;
	candidates->names[candidates->count] = title;
	candidates->shown[candidates->count++] = shown;
}

static const char *nearest_of(const struct candidates *candidates, const char *word)
{
	const char *nearest = text_nearest(word, candidates->names, candidates->count);

	for (size_t i = 0; nearest != NULL && i < candidates->count; i++)
		if (candidates->names[i] == nearest)
			return candidates->shown[i];
	return NULL;
}

static struct candidates new_candidates(struct pool *pool, size_t most)
{
	return (struct candidates){.names = pool_alloc_array(pool, most * 2 + 1, sizeof(char *)),
	    .shown = pool_alloc_array(pool, most * 2 + 1, sizeof(char *))};
}

static const char *nearest_step(const struct kind *kind, const char *word, struct pool *pool)
{
	size_t stages = kind->flow != NULL ? kind->flow->count : 0;
	struct candidates candidates = new_candidates(pool, kind->field_count + stages + BUILTINS);

	for (size_t i = 0; i < kind->field_count; i++)
		if (field_is_shown(&kind->fields[i]))
			add_candidate(&candidates, pool, kind->fields[i].name, kind->fields[i].title);
	for (size_t i = 0; i < BUILTINS; i++)
		if (!builtins[i].of_flow || kind->flow != NULL)
			add_candidate(&candidates, pool, builtins[i].name, builtins[i].title);
	for (size_t i = 0; i < stages; i++)
		if (!kind->flow->stages[i].hidden)
			add_candidate(&candidates, pool, pool_format(pool, "%s_on", kind->flow->stages[i].name),
			    pool_format(pool, "%s日期", kind->flow->stages[i].title));
	return nearest_of(&candidates, word);
}

static bool fail_unknown(const struct kind *kind, const char *word, struct pool *pool, struct path_fault *fault)
{
	const char *nearest;

	if (fault == NULL)
		return false;
	nearest = nearest_step(kind, word, pool);
	fault->sentence = pool_format(pool, "%s没有字段“%s”%s%s", kind->title, path_shorten(pool, word),
	    nearest != NULL ? "；最接近的是 " : "", nearest != NULL ? nearest : "");
	fault->hint = pool_format(pool, "全部字段：luodi fields %s", kind->name);
	return false;
}

static bool fail_no_flow(const struct kind *kind, struct pool *pool, struct path_fault *fault)
{
	if (fault == NULL)
		return false;
	fault->sentence = pool_format(pool, "%s不分阶段", kind->title);
	fault->hint = pool_format(pool, "可以按字段查：luodi fields %s", kind->name);
	return false;
}

/* steps */

static void set_builtin(struct path *path, const struct builtin *builtin, struct pool *pool)
{
	path->builtin = builtin->builtin;
	path->type = builtin->type;
	path->name = builtin->name;
	path->title = builtin->title;
	if (builtin->builtin == PATH_TITLE)
		path->title = pool_format(pool, "%s名称", path->last_kind->title);
}

static bool is_name_of(const char *declared, const char *typed) /* "-" for "_", as for fields */
{
	for (; *declared != '\0' && (*declared == *typed || (*declared == '_' && *typed == '-')); declared++)
		typed++;
	return *declared == *typed;
}

static const struct builtin *find_builtin(const struct kind *kind, const char *word, bool by_title)
{
	for (size_t i = 0; i < BUILTINS; i++) {
		const struct builtin *builtin = &builtins[i];
		size_t length = strlen(kind->title);

		if (!by_title && is_name_of(builtin->name, word))
			return builtin;
		if (!by_title)
			continue;
		if (strcmp(builtin->title, word) == 0 ||
		    (builtin->other_title != NULL && strcmp(builtin->other_title, word) == 0))
			return builtin;
		if (builtin->builtin == PATH_TITLE && strncmp(word, kind->title, length) == 0 &&
		    strcmp(word + length, builtin->title) == 0)
			return builtin;
	}
	return NULL;
}

void path_set_reached(struct path *path, int stage, struct pool *pool)
{
	const struct flow *flow = path->last_kind->flow;

	path->builtin = PATH_REACHED_ON;
	path->stage = stage;
	path->type = VALUE_DATE;
	path->name =
	    stage == STAGE_RESUME ? "reached(" FLOW_RESUME ")" : pool_format(pool, "%s_on", flow->stages[stage].name);
	path->title =
	    pool_format(pool, "%s日期", stage == STAGE_RESUME ? FLOW_RESUME_TITLE : flow->stages[stage].title);
	for (size_t i = path->ref_count; i-- > 0;)
		path->name = pool_format(pool, "%s.%s", path->refs[i]->name, path->name);
}

/* The stage that "signed_on", "签约日期" or "签约日" is about; -1: none. */
static int find_reached(const struct kind *kind, const char *word, struct pool *pool)
{
	static const char *const endings[] = {"_on", "-on", "日期", "日", "于"};
	size_t length = strlen(word);

	if (kind->flow == NULL)
		return -1;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t ending = strlen(endings[i]);
		int stage;

		if (length <= ending || strcmp(word + length - ending, endings[i]) != 0)
			continue;
		stage = flow_find(kind->flow, pool_copy_bytes(pool, word, length - ending));
		if (stage >= 0)
			return stage;
	}
	return -1;
}

static void set_field(struct path *path, const struct field *field)
{
	path->builtin = PATH_FIELD;
	path->field = field;
	path->type = field->type;
	path->name = field->name;
	path->title = field->title;
}

static bool set_last_step(struct path *path, const char *word, struct pool *pool, struct path_fault *fault)
{
	const struct kind *kind = path->last_kind;
	const struct builtin *builtin = find_builtin(kind, word, false);
	int found;

	if (builtin == NULL && (found = kind_find_field(kind, word)) >= 0) {
		set_field(path, &kind->fields[found]);
	} else if (builtin == NULL && (found = find_reached(kind, word, pool)) >= 0) {
		path_set_reached(path, found, pool);
		return true;
	} else {
		if (builtin == NULL)
			builtin = find_builtin(kind, word, true);
		if (builtin == NULL)
			return fail_unknown(kind, word, pool, fault);
		if (builtin->of_flow && kind->flow == NULL)
			return fail_no_flow(kind, pool, fault);
		set_builtin(path, builtin, pool);
	}
	for (size_t i = path->ref_count; i-- > 0;)
		path->name = pool_format(pool, "%s.%s", path->refs[i]->name, path->name);
	return true;
}

static bool add_ref(struct path *path, const struct field **refs, const char *word, const struct schema *schema,
    struct pool *pool, struct path_fault *fault)
{
	int found = kind_find_field(path->last_kind, word);
	const struct field *field;
	const struct kind *next;

	if (found < 0)
		return fail_unknown(path->last_kind, word, pool, fault);
	field = &path->last_kind->fields[found];
	next = field->type == VALUE_REF ? schema_find_kind(schema, field->ref) : NULL;
	if (next != NULL && path->ref_count < PATH_MAX_REFS) {
		refs[path->ref_count++] = field;
		path->last_kind = next;
		return true;
	}
	if (fault == NULL)
		return false;
	fault->sentence = next != NULL
	    ? pool_format(pool, "引用最多跟 %d 层", PATH_MAX_REFS)
	    : pool_format(pool, "“%s”（%s）不是引用，后面不能再跟“.”", field->title, field->name);
	fault->hint = pool_format(pool, "全部字段：luodi fields %s", path->last_kind->name);
	return false;
}

static size_t dot_length(const char *text)
{
	if (text[0] == '.')
		return 1;
	return strncmp(text, "．", strlen("．")) == 0 ? strlen("．") : 0;
}

static size_t step_length(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0' && dot_length(text + length) == 0)
		length++;
	return length;
}

void path_split(const char *text, struct pool *pool, const char **ret_refs, const char **ret_last)
{
	size_t last = 0, before = 0;

	for (size_t at = step_length(text); text[at] != '\0'; at += step_length(text + at)) {
		before = at;
		at += dot_length(text + at);
		last = at;
	}
	*ret_refs = pool_copy_bytes(pool, text, before);
	*ret_last = text + last;
}

static void begin_path(struct path *path, const struct kind *kind, const struct field **refs)
{
	*path = (struct path){.kind = kind, .last_kind = kind, .refs = refs, .stage = -1, .name = "", .title = ""};
}

/* Takes the steps of text; with_last: the last one may be anything, else all are references. */
static bool walk(const char *text, bool with_last, const struct schema *schema, struct pool *pool, struct path *path,
    const struct field **refs, struct path_fault *fault)
{
	size_t at = 0;

	for (;;) {
		size_t length = step_length(text + at);
		const char *word = pool_copy_bytes(pool, text + at, length);
		bool is_last = text[at + length] == '\0';
		bool found = is_last && with_last ? set_last_step(path, word, pool, fault)
						  : add_ref(path, refs, word, schema, pool, fault);

		if (!found && fault != NULL) {
			fault->offset = at;
			fault->length = length;
		}
		if (!found || is_last)
			return found;
		at += length;
		at += dot_length(text + at);
	}
}

bool path_find(const struct kind *kind, const char *text, const struct schema *schema, struct pool *pool,
    struct path *ret_path, struct path_fault *fault)
{
	const struct field **refs = pool_alloc_array(pool, PATH_MAX_REFS, sizeof *refs);
	struct path path;

	begin_path(&path, kind, refs);
	if (!walk(text, true, schema, pool, &path, refs, fault))
		return false;
	*ret_path = path;
	return true;
}

bool path_find_refs(const struct kind *kind, const char *text, const struct schema *schema, struct pool *pool,
    struct path *ret_path, struct path_fault *fault)
{
	const struct field **refs = pool_alloc_array(pool, PATH_MAX_REFS, sizeof *refs);
	struct path path;

	begin_path(&path, kind, refs);
	if (text[0] != '\0' && !walk(text, false, schema, pool, &path, refs, fault))
		return false;
	*ret_path = path;
	return true;
}

bool path_find_stage(
    const struct kind *kind, const char *text, struct pool *pool, int *ret_stage, struct path_fault *fault)
{
	struct candidates candidates;
	const char *nearest;
	int stage;

	*fault = (struct path_fault){.offset = 0, .length = strlen(text)};
	if (kind->flow == NULL)
		return fail_no_flow(kind, pool, fault);
	stage = flow_find(kind->flow, text);
	if (stage >= 0) {
		*ret_stage = stage;
		return true;
	}
	candidates = new_candidates(pool, kind->flow->count);
	for (size_t i = 0; i < kind->flow->count; i++)
		if (!kind->flow->stages[i].hidden)
			add_candidate(&candidates, pool, kind->flow->stages[i].name, kind->flow->stages[i].title);
	nearest = nearest_of(&candidates, text);
	fault->sentence = pool_format(pool, "“%s”不是%s的阶段%s%s", path_shorten(pool, text), kind->title,
	    nearest != NULL ? "；最接近的是 " : "", nearest != NULL ? nearest : "");
	fault->hint = pool_format(pool, "全部阶段：luodi flow %s", kind->name);
	return false;
}
