#include "query/filter.h"

#include "base/utf8.h"
#include "query/condition.h"
#include "query/operand.h"
#include "query/reader.h"
#include <string.h>

static const char *const and_words[] = {"and", "且", "并且", NULL};
static const char *const or_words[] = {"or", "或", "或者", NULL};
static const char *const not_words[] = {"not", "非", NULL};

static const struct filter *parse_or(struct parser *parser);

static struct filter *new_filter(struct parser *parser, enum condition condition)
{
	struct filter *filter = pool_alloc(parser->pool, sizeof *filter);

	filter->condition = condition;
	filter->kind = parser->kind;
	filter->comparison = COMPARE_NONE;
	filter->text = "";
	return filter;
}

static const struct filter *with_text(struct parser *parser, struct filter *filter, size_t start)
{
	filter->text = reader_piece(parser, start, parser->at).text;
	return filter;
}

/* terms */

static const struct filter *fail_light(struct parser *parser, const struct piece *name)
{
	const char *refs, *last;

	path_split(name->text, parser->pool, &refs, &last);
	if (strcmp(last, "light_on") == 0 || strcmp(last, "light-on") == 0) {
		parser_fail(parser, name->offset, name->length, "还不能按往后的灯查");
		parser_hint(parser, "现在的灯：light=red；往后怎样，看一条：luodi why 编号");
		return NULL;
	}
	parser_fail(parser, name->offset, name->length, "没有规则看着%s，没有灯可查", parser->kind->title);
	parser_hint(parser, "先按阶段和停留的天数查，如 'days_in_stage>60'");
	return NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool is_light(const char *word)
{
	static const char *const words[] = {"light", "light_on", "light-on", "灯", NULL};

	return is_one_of(word, words);
}

static const struct filter *word_filter(struct parser *parser, const struct piece *piece, size_t start)
{
	static const struct {
		const char *word;
		enum phase phase;
	} phases[] = {{"open", PHASE_OPEN}, {"done", PHASE_DONE}, {"dead", PHASE_DEAD}};
	struct filter *filter = new_filter(parser, CONDITION_WORD);

	filter->word = piece->text;
	for (size_t i = 0; i < 3 && !piece->quoted; i++)
		if (strcmp(phases[i].word, piece->text) == 0) {
			filter->condition = CONDITION_PHASE;
			filter->phase = phases[i].phase;
		}
	return with_text(parser, filter, start);
}

static bool is_free_set(const struct path *path) /* its values are not declared, so they are but text */
{
	return path->type == VALUE_SET && path->field->value_count == 0;
}

static const struct filter *parse_comparison(
    struct parser *parser, const struct piece *name, size_t start, enum comparison comparison)
{
	struct filter *filter = new_filter(parser, CONDITION_COMPARE);
	struct path_fault fault;
	const char *refs, *last;

	if (!path_find(parser->kind, name->text, parser->context->schema, parser->pool, &filter->path, &fault)) {
		path_split(name->text, parser->pool, &refs, &last);
		if (!name->quoted && is_light(last))
			return fail_light(parser, name);
		if (name->quoted)
			fault = (struct path_fault){0, name->length, fault.sentence, fault.hint};
		parser_fail_path(parser, name->offset, &fault);
		return NULL;
	}
	filter->comparison = comparison;
	filter->name_text = pool_copy_bytes(parser->pool, parser->text + name->offset, name->length);
	if (comparison == COMPARE_FILLED || comparison == COMPARE_EMPTY) {
		filter->condition = comparison == COMPARE_FILLED ? CONDITION_FILLED : CONDITION_EMPTY;
		return with_text(parser, filter, start);
	}
	if ((comparison == COMPARE_CONTAINS || comparison == COMPARE_LACKS) &&
	    (filter->path.type == VALUE_TEXT || filter->path.type == VALUE_REF || is_free_set(&filter->path)))
		filter->condition = CONDITION_CONTAINS;
	if (!operand_read(parser, filter, name))
		return NULL;
	return with_text(parser, filter, start);
}

/* reached(S), reached(S) in P, project.reached(S) in P; parser->at is behind the opening parenthesis. */
static const struct filter *parse_reached(
    struct parser *parser, const struct piece *name, const char *refs, size_t start)
{
	struct filter *filter = new_filter(parser, CONDITION_REACHED);
	struct path_fault fault;
	struct piece stage_name;
	size_t end, length;
	int stage;

	if (!path_find_refs(parser->kind, refs, parser->context->schema, parser->pool, &filter->path, &fault)) {
		parser_fail_path(parser, name->offset, &fault);
		return NULL;
	}
	parser->at = reader_skip_blanks(parser, parser->at);
	end = reader_word_end(parser, parser->at);
	stage_name = reader_piece(parser, parser->at, end);
	if (filter->path.last_kind->flow != NULL && flow_is_resume(stage_name.text)) { /* no stage can be called so */
		stage = STAGE_RESUME;
	} else if (!path_find_stage(filter->path.last_kind, stage_name.text, parser->pool, &stage, &fault)) {
		parser_fail_path(parser, stage_name.offset, &fault);
		return NULL;
	}
	path_set_reached(&filter->path, stage, parser->pool);
	parser->at = reader_skip_blanks(parser, end);
	if (reader_sign(parser, parser->at, &length) != ')') {
		parser_fail(parser, start, parser->at - start, "括号没有收尾");
		parser_hint(parser, "写成 reached(阶段) in 2022H1");
		return NULL;
	}
	parser->at += length;
	filter->name_text = reader_piece(parser, start, parser->at).text;
	filter->comparison = reader_take_comparison(parser);
	if (filter->comparison == COMPARE_NONE || filter->comparison == COMPARE_FILLED) {
		filter->condition = CONDITION_FILLED;
		filter->comparison = COMPARE_FILLED;
	} else if (filter->comparison == COMPARE_EMPTY) {
		filter->condition = CONDITION_EMPTY;
	} else if (!operand_read(parser, filter, name)) {
		return NULL;
	}
	return with_text(parser, filter, start);
}

static const struct filter *fail_unknown_function(struct parser *parser, const struct piece *name)
{
	parser_fail(parser, name->offset, name->length, "没有 %s(…) 这种写法", path_shorten(parser->pool, name->text));
	parser_hint(parser, "有的是 reached(阶段) in 期间；只是要找这几个字，就加上引号");
	return NULL;
}

/* A word with parentheses that are a part of it, 易发式（沈阳）; or, with a comparison inside, a mistake. */
static const struct filter *parse_word_with_parentheses(struct parser *parser, const struct piece *name, size_t start)
{
	size_t length, depth = 0, at = parser->at;
	struct piece piece;
	uint32_t sign;

	for (; (sign = reader_sign(parser, at, &length)) != 0; at += length) {
		if (sign == ')' && depth == 0)
			break;
		if (depth == 0 && sign != '(' && reader_ends_word(sign))
			break;
		if (sign == '=' || sign == '<' || sign == '>')
			return fail_unknown_function(parser, name);
		depth += sign == '(';
		depth -= sign == ')';
	}
	if (depth > 0) {
		parser_fail(parser, name->offset, at - name->offset, "括号没有收尾");
		return NULL;
	}
	parser->at = at;
	piece = reader_piece(parser, start, at);
	if (reader_take_comparison(parser) != COMPARE_NONE)
		return fail_unknown_function(parser, name);
	return word_filter(parser, &piece, start);
}

static const struct filter *parse_function(struct parser *parser, const struct piece *name, size_t start)
{
	static const char *const reached_words[] = {"reached", "到过", "达到", NULL};
	const char *refs, *last;
	size_t length;

	path_split(name->text, parser->pool, &refs, &last);
	if (is_light(last))
		return fail_light(parser, name);
	if (!is_one_of(last, reached_words))
		return parse_word_with_parentheses(parser, name, start);
	reader_sign(parser, parser->at, &length);
	parser->at += length;
	return parse_reached(parser, name, refs, start);
}

static const struct filter *fail_no_term(struct parser *parser)
{
	size_t length;
	uint32_t sign = reader_sign(parser, parser->at, &length);

	if (sign == 0)
		parser_fail(parser, parser->at, 0, "这里还缺一个条件");
	else
		parser_fail(
		    parser, parser->at, length, "“%.*s”前面缺字段的名字", (int)length, parser->text + parser->at);
	parser_hint(parser, "条件写成 字段=值，如 '阶段=签约'；并排就是并且，或者写“或”");
	return NULL;
}

static const struct filter *fail_bare_name(struct parser *parser, const struct piece *name)
{
	parser_fail(parser, name->offset, name->length, "“%s”要写在比较的右边", path_shorten(parser->pool, name->text));
	parser_hint(parser, "如 项目管家=@me，signed_on in @start..@end");
	return NULL;
}

static const struct filter *parse_term(struct parser *parser)
{
	size_t length, start = parser->at;
	uint32_t sign = reader_sign(parser, start, &length);
	enum comparison comparison;
	struct piece name;

	if (parser->terms++ == FILTER_MAX_TERMS) {
		parser_fail(parser, start, 0, "条件太多，最多 %d 条", FILTER_MAX_TERMS);
		parser_hint(parser, "同一字段的几个值写成 字段 in (甲,乙)");
		return NULL;
	}
	if (reader_is_quote(sign)) {
		if (!reader_take_quoted(parser, &name))
			return NULL;
	} else {
		parser->at = reader_word_end(parser, start);
		name = reader_piece(parser, start, parser->at);
		if (name.length == 0)
			return fail_no_term(parser);
		if (reader_sign(parser, parser->at, &length) == '(')
			return parse_function(parser, &name, start);
	}
	comparison = reader_take_comparison(parser);
	if (comparison != COMPARE_NONE)
		return parse_comparison(parser, &name, start, comparison);
	if (!name.quoted && name.text[0] == '@')
		return fail_bare_name(parser, &name);
	return word_filter(parser, &name, start);
}

/* and, or, not */

static const struct filter *fail_depth(struct parser *parser, size_t start)
{
	parser_fail(parser, start, 0, "括号和“非”套得太深，最多 %d 层", FILTER_MAX_DEPTH);
	parser_hint(parser, "把条件展开来写");
	return NULL;
}

static const struct filter *parse_group(struct parser *parser, size_t start, size_t length)
{
	struct filter *group = pool_alloc(parser->pool, sizeof *group);
	const struct filter *inside;

	parser->at += length;
	inside = parse_or(parser);
	if (inside == NULL)
		return NULL;
	parser->at = reader_skip_blanks(parser, parser->at);
	if (reader_sign(parser, parser->at, &length) != ')') {
		parser_fail(parser, start, parser->at - start, "括号没有收尾");
		parser_hint(parser, "补上“)”，或去掉开头的“(”");
		return NULL;
	}
	parser->at += length;
	*group = *inside;
	return with_text(parser, group, start);
}

static const struct filter *fail_one_sided(struct parser *parser, size_t start)
{
	struct piece word = reader_piece(parser, start, reader_word_end(parser, start));

	parser_fail(parser, start, word.length, "“%s”的一边没有条件", word.text);
	parser_hint(parser, "两边各写一个条件；要找这个字本身就加引号");
	return NULL;
}

static const struct filter *parse_unary(struct parser *parser)
{
	size_t length, start = parser->at = reader_skip_blanks(parser, parser->at);
	uint32_t sign = reader_sign(parser, start, &length);
	const struct filter *inside;
	const struct filter **parts;
	struct filter *negated;
	bool negates = false;

	if (reader_at_keyword(parser, start, or_words) || reader_at_keyword(parser, start, and_words))
		return fail_one_sided(parser, start);
	if (sign == '!') {
		parser->at += length;
		negates = true;
	} else if (!reader_is_quote(sign)) {
		negates = reader_take_keyword(parser, not_words);
	}
	if (!negates && sign != '(')
		return parse_term(parser);
	if (parser->depth++ == FILTER_MAX_DEPTH)
		return fail_depth(parser, start);
	inside = negates ? parse_unary(parser) : parse_group(parser, start, length);
	parser->depth--;
	if (inside == NULL || !negates)
		return inside;
	parts = pool_alloc_array(parser->pool, 1, sizeof *parts);
	parts[0] = inside;
	negated = new_filter(parser, CONDITION_NOT);
	negated->parts = parts;
	negated->part_count = 1;
	negated->uses_me = inside->uses_me;
	return with_text(parser, negated, start);
}

static const struct filter *join(
    struct parser *parser, enum condition condition, const struct filter *const *parts, size_t count, size_t start)
{
	const struct filter **copy;
	struct filter *joined;

	if (count == 1)
		return parts[0];
	copy = pool_alloc_array(parser->pool, count, sizeof *copy);
	joined = new_filter(parser, condition);
	for (size_t i = 0; i < count; i++) {
		copy[i] = parts[i];
		joined->uses_me = joined->uses_me || parts[i]->uses_me;
	}
	joined->parts = copy;
	joined->part_count = count;
	return with_text(parser, joined, start);
}

/* Behind a term: does another one stand by its side? Takes "and" and a comma that say so. */
static bool goes_on(struct parser *parser)
{
	size_t length, behind = parser->at;
	uint32_t sign;

	parser->at = reader_skip_blanks(parser, parser->at);
	if (reader_take_keyword(parser, and_words))
		return true;
	sign = reader_sign(parser, parser->at, &length);
	if (sign == ',') {
		parser->at += length;
		return true;
	}
	if (sign != 0 && sign != ')' && !reader_at_keyword(parser, parser->at, or_words))
		return true;
	parser->at = behind;
	return false;
}

static const struct filter *parse_and(struct parser *parser)
{
	const struct filter *parts[FILTER_MAX_TERMS];
	size_t count = 0, start = reader_skip_blanks(parser, parser->at);

	do {
		const struct filter *part = parse_unary(parser);

		if (part == NULL)
			return NULL;
		parts[count++] = part; /* each has a term, so there are at most FILTER_MAX_TERMS */
	} while (goes_on(parser));
	return join(parser, CONDITION_AND, parts, count, start);
}

static const struct filter *parse_or(struct parser *parser)
{
	const struct filter *parts[FILTER_MAX_TERMS];
	size_t count = 0, behind, start = reader_skip_blanks(parser, parser->at);

	for (;;) {
		const struct filter *part = parse_and(parser);

		if (part == NULL)
			return NULL;
		parts[count++] = part;
		behind = parser->at;
		parser->at = reader_skip_blanks(parser, parser->at);
		if (!reader_take_keyword(parser, or_words))
			break;
	}
	parser->at = behind;
	return join(parser, CONDITION_OR, parts, count, start);
}

const struct filter *filter_parse(const struct kind *kind, const char *text, const struct filter_context *context,
    struct pool *pool, struct error *error)
{
	struct parser parser = {
	    .text = text != NULL ? text : "", .kind = kind, .context = context, .pool = pool, .error = error};
	size_t length = strlen(parser.text);
	const struct filter *filter;

	if (length > FILTER_LARGEST) {
		error_set(error, ERROR_INVALID, "filter", "条件太长：%zu 字节，最多 %d 字节", length, FILTER_LARGEST);
		error_hint(error, "同一字段的几个值写成 字段 in (甲,乙)，或分几次查");
		return NULL;
	}
	if (!utf8_is_valid(parser.text, length, NULL)) {
		error_set(error, ERROR_INVALID, "filter", "条件里有不是 UTF-8 的字节");
		error_hint(error, "在 UTF-8 的终端里再打一遍");
		return NULL;
	}
	if (reader_skip_blanks(&parser, 0) == length)
		return new_filter(&parser, CONDITION_ALL);
	filter = parse_or(&parser);
	if (filter == NULL)
		return NULL;
	parser.at = reader_skip_blanks(&parser, parser.at);
	if (parser.at == length)
		return filter;
	reader_sign(&parser, parser.at, &length);
	parser_fail(&parser, parser.at, length, "多了一个“)”");
	parser_hint(&parser, "括号要成对");
	return NULL;
}
