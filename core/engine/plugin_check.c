/* What plugins name that only this layer knows: formats of exports, encodings of mappings. */
#include "engine/format.h"
#include "engine/plugin_set.h"

#include "text/encoding.h"
#include "text/normal.h"
#include <string.h>

enum { NAMES_LARGEST = 32 };

struct checking {
	struct pool *pool;
	struct buffer *faults;
	struct error *error; /* the first fault */
	bool ok;
};

/* "weekly/init.lua:3: 导出“weekly”的 formats 写了 mdd，没有这种格式，最接近的是“md”；可用：md csv json" */
static void note_fault(struct checking *checking, const struct place *place, const char *what, const char *word,
    const char *lacks, const char *all)
{
	const char *names[NAMES_LARGEST], *nearest, *sentence;
	char *copy = pool_copy_text(checking->pool, all), *rest = NULL;
	size_t count = 0;

	for (char *name = strtok_r(copy, " ", &rest); name != NULL && count < NAMES_LARGEST;
	     name = strtok_r(NULL, " ", &rest))
		names[count++] = name;
	nearest = text_nearest(word, names, count);
	sentence = pool_format(checking->pool, "%s:%d: %s写了 %s，没有这种%s%s%s%s；可用：%s", place->file, place->line,
	    what, word, lacks, nearest != NULL ? "，最接近的是“" : "", nearest != NULL ? nearest : "",
	    nearest != NULL ? "”" : "", all);
	buffer_format(checking->faults, "%s\n", sentence);
	if (checking->error->code == ERROR_NONE)
		error_set(checking->error, ERROR_INVALID, "plugins", "%s", sentence);
	checking->ok = false;
}

static void check_export(struct checking *checking, const struct export_declaration *export)
{
	for (size_t i = 0; i < export->format_count; i++)
		if (format_find(export->formats[i]) == NULL)
			note_fault(checking, &export->place,
			    pool_format(checking->pool, "导出“%s”的 formats ", export->name), export->formats[i],
			    "格式", format_names());
}

static void check_mapping(struct checking *checking, const struct mapping_declaration *mapping)
{
	struct encoding_reader *reader;
	struct error ignored = {0};

	if (mapping->encoding == NULL)
		return;
	reader = encoding_reader_new(mapping->encoding, &ignored);
	if (reader == NULL)
		note_fault(checking, &mapping->place,
		    pool_format(checking->pool, "对照“%s”的 encoding ", mapping->name), mapping->encoding, "编码",
		    "utf-8 gb18030 gbk gb2312 cp1252 utf-16le utf-16be");
	encoding_reader_free(reader);
}

bool plugin_set_check_names(const struct plugin_set *set, struct buffer *ret_faults, struct error *error)
{
	struct checking checking = {.pool = pool_new(), .faults = ret_faults, .error = error, .ok = true};

	for (size_t i = 0; i < set->schema->export_count; i++)
		check_export(&checking, set->schema->exports[i]);
	for (size_t i = 0; i < set->schema->mapping_count; i++)
		check_mapping(&checking, set->schema->mappings[i]);
	pool_free(checking.pool);
	return checking.ok;
}
