#include "model/build.h"

#include "model/name.h"
#include "model/nearest.h"
#include <stdio.h>
#include <string.h>

void build_fault(struct build *build, struct place place, const char *field, const char *format, ...)
{
	char sentence[400];
	struct error fault;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	error_set(&fault, ERROR_INVALID, field, "%s:%d: %s", place.file, place.line, sentence);
	error_hint(&fault, "改好声明，再用 luodi plugin check 查一遍");
	if (build->fault_count++ == 0)
		*build->error = fault;
	if (build->faults != NULL) {
		buffer_append_text(build->faults, fault.sentence);
		buffer_append_byte(build->faults, '\n');
	}
}

const char *build_nearest(struct build *build, const char *word, const char *const *names, size_t count)
{
	const char *nearest = name_nearest(word, names, count);

	return nearest != NULL ? pool_format(build->pool, "，最接近的是“%s”", nearest) : "";
}

bool build_check_name(struct build *build, struct place place, const char *what, const char *name)
{
	if (name_is_valid(name))
		return true;
	build_fault(build, place, name, "%s的名字“%s”不行：要小写字母开头，只用小写字母、数字和下划线，至多 %d 个",
	    what, name, NAME_LARGEST);
	return false;
}

const char *build_title(struct build *build, struct place place, const char *name, const char *title)
{
	if (title == NULL || title[0] == '\0')
		return name;
	if (strlen(title) > TITLE_LARGEST)
		build_fault(build, place, name, "“%s”的标题太长：至多 %d 字节（约 %d 个汉字）", name, TITLE_LARGEST,
		    TITLE_LARGEST / 3);
	return title;
}

int build_find_draft(const struct build *build, const char *name)
{
	for (size_t i = 0; i < build->draft_count; i++)
		if (strcmp(build->drafts[i].kind.name, name) == 0)
			return (int)i;
	return -1;
}

bool build_is_twice(const struct build *build, const char *kind)
{
	int draft = build_find_draft(build, kind);

	return draft >= 0 && build->drafts[draft].twice;
}

int build_find_field(const struct kind_draft *draft, const char *name)
{
	for (size_t i = 0; i < draft->field_count; i++)
		if (!draft->fields[i].field.hidden && !draft->fields[i].field.builtin &&
		    strcmp(draft->fields[i].field.name, name) == 0)
			return (int)i;
	return -1;
}

const char *build_nearest_kind(struct build *build, const char *name)
{
	const char **names = pool_alloc_array(build->pool, build->draft_count + 1, sizeof *names);

	for (size_t i = 0; i < build->draft_count; i++)
		names[i] = build->drafts[i].kind.name;
	return build_nearest(build, name, names, build->draft_count);
}
