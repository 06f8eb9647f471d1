#include "query/operand.h"

#include "base/halfwidth.h"
#include "text/normal.h"
#include <stdio.h>
#include <string.h>

struct operands { /* what the values of one comparison add up to */
	struct range *ranges;
	size_t count, capacity;
	const char *text, *title; /* the values again: to be typed, in words */
};

struct values_form operand_form(const struct path *path)
{
	return (struct values_form){.pause = path->type != VALUE_TEXT && path->type != VALUE_REF,
	    .thousands = path_is_number(path),
	    .units = path->type == VALUE_MONEY};
}

static void add_range(struct parser *parser, struct operands *operands, struct range range)
{
	if (operands->count == operands->capacity) {
		size_t capacity = operands->capacity == 0 ? 4 : operands->capacity * 2;
		struct range *ranges = pool_alloc_array(parser->pool, capacity, sizeof *ranges);

		if (operands->count > 0)
			memcpy(ranges, operands->ranges, operands->count * sizeof *ranges);
		operands->ranges = ranges;
		operands->capacity = capacity;
	}
	operands->ranges[operands->count++] = range;
}

static void add_point(struct parser *parser, struct operands *operands, struct value value)
{
	add_range(parser, operands, (struct range){.low = value, .high = value});
}

static void add_words(struct parser *parser, struct operands *operands, const char *text, const char *title)
{
	operands->text = operands->text == NULL ? text : pool_format(parser->pool, "%s,%s", operands->text, text);
	operands->title = operands->title == NULL ? title : pool_format(parser->pool, "%s、%s", operands->title, title);
}

static const char *source(const struct parser *parser, const struct piece *piece)
{
	return pool_copy_bytes(parser->pool, parser->text + piece->offset, piece->length);
}

/* What lies in the comparison with first..last: one day, a period, or the same number twice. */
static struct range compared(enum comparison comparison, struct value first, struct value last)
{
	switch (comparison) {
	case COMPARE_LESS:
		return (struct range){.high = first, .below = true};
	case COMPARE_LESS_EQUAL:
		return (struct range){.high = last};
	case COMPARE_GREATER:
		return (struct range){.low = last, .above = true};
	case COMPARE_GREATER_EQUAL:
		return (struct range){.low = first};
	default:
		return (struct range){.low = first, .high = last};
	}
}

/* "A..B": both sides, without blanks; NULL for a side that is left open. False: it is no range. */
static bool split_range(struct parser *parser, const struct piece *piece, const char **ret_low, const char **ret_high)
{
	const char *dots = piece->quoted ? NULL : strstr(piece->text, ".."), *high;
	size_t length = 2;

	if (dots == NULL)
		return false;
	if (dots[2] == '.') /* "..." is meant as ".." */
		length = 3;
	high = dots + length;
	high += strspn(high, " ");
	length = (size_t)(dots - piece->text);
	while (length > 0 && piece->text[length - 1] == ' ')
		length--;
	*ret_low = length > 0 ? pool_copy_bytes(parser->pool, piece->text, length) : NULL;
	*ret_high = high[0] != '\0' ? high : NULL;
	return true;
}

static bool check_range(
    struct parser *parser, enum comparison comparison, const struct piece *piece, const char *low, const char *high)
{
	if (comparison_is_order(comparison)) {
		parser_fail(parser, piece->offset, piece->length, "比大小只能和一个值比，不能和一段比");
		return parser_hint(parser, "要一段就写 =甲..乙");
	}
	if (low == NULL && high == NULL) {
		parser_fail(parser, piece->offset, piece->length, "“..”两边至少写一边");
		return parser_hint(parser, "如 1亿..3亿，1亿..，..2022-06-30");
	}
	return true;
}

static bool check_rising(struct parser *parser, const struct piece *piece, struct range range)
{
	if (range.low.type == VALUE_EMPTY || range.high.type == VALUE_EMPTY || range.low.number <= range.high.number)
		return true;
	parser_fail(parser, piece->offset, piece->length, "这一段的起点在终点后面");
	return parser_hint(parser, "小的、早的写在前面");
}

/* dates */

static bool read_named_day(
    struct parser *parser, const struct piece *piece, const char *text, struct period *ret_period)
{
	static const char *const names[] = {"@start", "@end", "@as_of", "@period"};
	const struct filter_context *context = parser->context;
	size_t length = strcspn(text, "+-"), name = 0;
	struct error error;

	while (name < 4 && (strlen(names[name]) != length || strncmp(names[name], text, length) != 0))
		name++;
	if (name == 4 || (name == 3 && text[length] != '\0')) {
		parser_fail(
		    parser, piece->offset, piece->length, "“%s”不是能用的日子", path_shorten(parser->pool, text));
		return parser_hint(parser, "能用的有 @start @end @as_of 和 @period");
	}
	if (name != 2 && !context->has_period) {
		parser_fail(parser, piece->offset, piece->length, "这里没有统计期，%s 用不上", names[name]);
		return parser_hint(parser, "加上期间，如 --period 2022H1，或直接写日子");
	}
	*ret_period = name == 2 ? (struct period){context->as_of, context->as_of} : context->period;
	if (name == 0)
		ret_period->end = ret_period->start;
	if (name == 1)
		ret_period->start = ret_period->end;
	if (text[length] == '\0')
		return true;
	if (!date_parse_relative(
		text + length, "", ret_period->start, context->schema->calendar, &ret_period->start, &error))
		return parser_fail_value(parser, piece, &error);
	ret_period->end = ret_period->start;
	return true;
}

bool operand_read_period(struct parser *parser, const struct piece *piece, const char *text, struct period *ret_period)
{
	const struct filter_context *context = parser->context;
	size_t size = strlen(text) + 1;
	char *plain = pool_alloc(parser->pool, size);
	struct error error;
	struct date date;

	if (!halfwidth_copy(text, plain, size))
		plain = pool_copy_text(parser->pool, text);
	if (plain[0] == '@')
		return read_named_day(parser, piece, plain, ret_period);
	if (date_parse_relative(plain, "", context->as_of, context->schema->calendar, &date, &error)) {
		*ret_period = (struct period){date, date};
		return true;
	}
	if (plain[0] == '+' || plain[0] == '-')
		return parser_fail_value(parser, piece, &error);
	if (period_parse(plain, context->as_of, ret_period, &error))
		return true;
	parser_fail(parser, piece->offset, piece->length, "“%s”不是日子，也不是期间", path_shorten(parser->pool, text));
	return parser_hint(parser, "写成 2022-04-12、2022-04、2022H1、本月、今天、-30d 或 A..B");
}

/* What stays right when it is typed tomorrow: dates as they are, words that count from a day as the day. */
static const char *lasting(struct parser *parser, const char *text, struct period period)
{
	char formatted[PERIOD_TEXT_SIZE];

	if (text[0] >= '0' && text[0] <= '9')
		return text;
	return pool_copy_text(parser->pool, period_format(period, formatted));
}

static struct value day_value(struct date date)
{
	return value_of_number(VALUE_DATE, date.day);
}

static bool read_dates(
    struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	struct period low = {DATE_FIRST, DATE_FIRST}, high = {DATE_LAST, DATE_LAST};
	const char *low_text, *high_text, *shown;
	struct range range = {.above = false};

	if (!split_range(parser, piece, &low_text, &high_text)) {
		if (!operand_read_period(parser, piece, piece->text, &low))
			return false;
		range = compared(filter->comparison, day_value(low.start), day_value(low.end));
		shown = lasting(parser, piece->text, low);
	} else {
		if (!check_range(parser, filter->comparison, piece, low_text, high_text) ||
		    (low_text != NULL && !operand_read_period(parser, piece, low_text, &low)) ||
		    (high_text != NULL && !operand_read_period(parser, piece, high_text, &high)))
			return false;
		if (low_text != NULL)
			range.low = day_value(low.start);
		if (high_text != NULL)
			range.high = day_value(high.end);
		shown = pool_format(parser->pool, "%s..%s", low_text != NULL ? lasting(parser, low_text, low) : "",
		    high_text != NULL ? lasting(parser, high_text, high) : "");
	}
	if (!check_rising(parser, piece, range))
		return false;
	add_range(parser, operands, range);
	add_words(parser, operands, shown, shown);
	return true;
}

/* numbers */

static bool read_number(struct parser *parser, const struct path *path, const struct piece *piece, const char *text,
    struct value *ret_value)
{
	struct field builtin = {.name = path->name,
	    .title = path->title,
	    .type = path->type,
	    .unit = path->builtin == PATH_WORKDAYS_IN_STAGE ? "工作日"
		: path->builtin == PATH_VERSION		    ? "版"
							    : "天",
	    .unit_fen = 100};
	const struct field *field = path->field != NULL ? path->field : &builtin;
	struct value_context context = {.today = parser->context->as_of, .calendar = parser->context->schema->calendar};
	struct error error;

	if (!field_parse(field, text, &context, parser->pool, ret_value, &error))
		return parser_fail_value(parser, piece, &error);
	if (ret_value->type != VALUE_EMPTY)
		return true;
	return parser_fail(parser, piece->offset, piece->length, "这里缺一个值");
}

static bool read_numbers(
    struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	struct value low = value_empty(), high = value_empty();
	const char *low_text, *high_text;
	struct range range;

	if (!split_range(parser, piece, &low_text, &high_text)) {
		if (!read_number(parser, &filter->path, piece, piece->text, &low))
			return false;
		range = compared(filter->comparison, low, low);
	} else {
		if (!check_range(parser, filter->comparison, piece, low_text, high_text) ||
		    (low_text != NULL && !read_number(parser, &filter->path, piece, low_text, &low)) ||
		    (high_text != NULL && !read_number(parser, &filter->path, piece, high_text, &high)))
			return false;
		range = (struct range){.low = low, .high = high};
	}
	if (!check_rising(parser, piece, range))
		return false;
	add_range(parser, operands, range);
	add_words(parser, operands, piece->text, piece->text);
	return true;
}

/* stages, enums and sets */

static bool find_stage(
    struct parser *parser, const struct kind *kind, const struct piece *piece, const char *text, int *ret_stage)
{
	struct path_fault fault;

	if (path_find_stage(kind, text, parser->pool, ret_stage, &fault))
		return true;
	fault.offset = 0;
	fault.length = piece->length;
	return parser_fail_path(parser, piece->offset, &fault);
}

/* Every stage from low to high in declared order. */
static void add_stages(struct parser *parser, const struct flow *flow, int low, int high, struct operands *operands)
{
	for (int i = low < 0 ? 0 : low; i <= high && i < (int)flow->count; i++)
		add_point(parser, operands, (struct value){.type = VALUE_ENUM, .text = flow->stages[i].name});
}

static bool read_stages(
    struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	const struct kind *kind = filter->path.last_kind;
	int last = (int)kind->flow->count - 1, low = 0, high = last;
	const char *low_text, *high_text;

	if (split_range(parser, piece, &low_text, &high_text)) {
		if (!check_range(parser, filter->comparison, piece, low_text, high_text) ||
		    (low_text != NULL && !find_stage(parser, kind, piece, low_text, &low)) ||
		    (high_text != NULL && !find_stage(parser, kind, piece, high_text, &high)))
			return false;
		filter->by_return_stage = true;
		add_words(parser, operands, piece->text, piece->text);
		add_stages(parser, kind->flow, low, high, operands);
		return true;
	}
	if (!find_stage(parser, kind, piece, piece->text, &low))
		return false;
	add_words(parser, operands, source(parser, piece), kind->flow->stages[low].title);
	filter->by_return_stage = filter->by_return_stage || comparison_is_order(filter->comparison);
	if (filter->comparison == COMPARE_LESS || filter->comparison == COMPARE_LESS_EQUAL)
		add_stages(parser, kind->flow, 0, filter->comparison == COMPARE_LESS ? low - 1 : low, operands);
	else if (filter->comparison == COMPARE_GREATER || filter->comparison == COMPARE_GREATER_EQUAL)
		add_stages(parser, kind->flow, filter->comparison == COMPARE_GREATER ? low + 1 : low, last, operands);
	else
		add_stages(parser, kind->flow, low, low, operands);
	return true;
}

static bool fail_named(struct parser *parser, const struct field *field, const struct piece *piece)
{
	const char **names = pool_alloc_array(parser->pool, field->value_count * 2 + 1, sizeof *names);
	const char *nearest, *shown = "", *all = "";

	for (size_t i = 0; i < field->value_count; i++) {
		const struct named *named = &field->values[i];

		names[i * 2] = named->name;
		names[i * 2 + 1] = named->title;
		all = pool_format(parser->pool, "%s%s%s（%s）", all, i > 0 ? "、" : "", named->title, named->name);
	}
	nearest = text_nearest(piece->text, names, field->value_count * 2);
	for (size_t i = 0; nearest != NULL && i < field->value_count; i++)
		if (nearest == names[i * 2] || nearest == names[i * 2 + 1])
			shown = pool_format(parser->pool, "；最接近的是 %s（%s）", names[i * 2 + 1], names[i * 2]);
	parser_fail(parser, piece->offset, piece->length, "“%s”没有“%s”这一项%s", field->title,
	    path_shorten(parser->pool, piece->text), shown);
	return parser_hint(parser, pool_format(parser->pool, "可以是：%s", all));
}

static bool read_named(
    struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	const struct field *field = filter->path.field;
	const struct named *named = field_find_value(field, piece->text);
	const char *name = piece->text;

	if (named == NULL && (field->type == VALUE_ENUM || field->value_count > 0))
		return fail_named(parser, field, piece);
	if (named != NULL)
		name = named->name;
	add_words(parser, operands, source(parser, piece), named != NULL ? named->title : name);
	add_point(parser, operands, (struct value){.type = VALUE_ENUM, .text = name});
	return true;
}

static bool read_bool(
    struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	struct value value;

	if (!read_number(parser, &filter->path, piece, piece->text, &value))
		return false;
	add_words(parser, operands, source(parser, piece), value.number != 0 ? "是" : "否");
	add_point(parser, operands, value);
	return true;
}

/* references and texts */

static bool resolve(
    struct parser *parser, const struct kind *kind, const struct piece *piece, struct operands *operands)
{
	enum { MOST_ALIKE = 16 };
	const struct filter_context *context = parser->context;
	int64_t records[MOST_ALIKE];
	size_t count = 0;
	struct error error = {.code = ERROR_NONE};

	if (context->resolve == NULL) {
		if (!schema_parse_id(context->schema, piece->text, &records[0]) ||
		    schema_kind_of(context->schema, records[0]) != kind) {
			parser_fail(parser, piece->offset, piece->length, "“%s”不是%s的编号",
			    path_shorten(parser->pool, piece->text), kind->title);
			return parser_hint(parser, pool_format(parser->pool, "这里只认编号，如 %s-0001", kind->prefix));
		}
		count = 1;
	} else if (!context->resolve(context->argument, kind, piece->text, records, MOST_ALIKE, &count, &error)) {
		return parser_fail_value(parser, piece, &error);
	}
	for (size_t i = 0; i < count && i < MOST_ALIKE; i++)
		add_point(parser, operands, value_of_number(VALUE_REF, records[i]));
	return true;
}

static bool read_ref(struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	const struct path *path = &filter->path;
	const struct kind *kind = path->last_kind;

	if (path->builtin == PATH_FIELD)
		kind = schema_find_kind(parser->context->schema, path->field->ref);
	add_words(parser, operands, source(parser, piece), piece->text);
	if (!piece->quoted && strcmp(piece->text, "@me") == 0) {
		filter->uses_me = true;
		add_point(parser, operands, value_of_number(VALUE_REF, parser->context->me));
		return true;
	}
	return resolve(parser, kind, piece, operands);
}

static bool read_text(struct parser *parser, const struct piece *piece, struct operands *operands)
{
	add_words(parser, operands, source(parser, piece), piece->text);
	add_point(parser, operands, (struct value){.type = VALUE_TEXT, .text = piece->text});
	return true;
}

/* Values whose titles hold the words, of what is stored by name: so "contains" becomes "is one of". */
static bool add_holding(
    struct parser *parser, const struct path *path, const struct piece *piece, struct operands *operands)
{
	const struct flow *flow = path->builtin == PATH_STAGE ? path->last_kind->flow : NULL;
	const char *word = text_fold(parser->pool, piece->text);
	size_t count = flow != NULL ? flow->count : path->field->value_count;

	for (size_t i = 0; i < count; i++) {
		const char *name = flow != NULL ? flow->stages[i].name : path->field->values[i].name;
		const char *title = flow != NULL ? flow->stages[i].title : path->field->values[i].title;

		if (strstr(text_fold(parser->pool, title), word) != NULL)
			add_point(parser, operands, (struct value){.type = VALUE_ENUM, .text = name});
	}
	add_words(parser, operands, source(parser, piece), piece->text);
	return true;
}

/* all */

static bool read_one(struct parser *parser, struct filter *filter, const struct piece *piece, struct operands *operands)
{
	const struct path *path = &filter->path;
	bool contains = filter->comparison == COMPARE_CONTAINS || filter->comparison == COMPARE_LACKS;

	switch (path->type) {
	case VALUE_DATE:
		return read_dates(parser, filter, piece, operands);
	case VALUE_BOOL:
		return read_bool(parser, filter, piece, operands);
	case VALUE_ENUM:
		if (contains)
			return add_holding(parser, path, piece, operands);
		if (path->builtin == PATH_STAGE)
			return read_stages(parser, filter, piece, operands);
		return read_named(parser, filter, piece, operands);
	case VALUE_SET:
		if (filter->condition == CONDITION_CONTAINS)
			return read_text(parser, piece, operands);
		if (contains)
			return add_holding(parser, path, piece, operands);
		return read_named(parser, filter, piece, operands);
	case VALUE_REF:
		return contains ? read_text(parser, piece, operands) : read_ref(parser, filter, piece, operands);
	case VALUE_TEXT:
		return read_text(parser, piece, operands);
	default:
		return read_numbers(parser, filter, piece, operands);
	}
}

/* Whether the type of path can be compared so; refuses with what can. */
static bool check_comparison(struct parser *parser, const struct filter *filter, const struct piece *name)
{
	const struct path *path = &filter->path;
	bool ordered = path_is_number(path) || path->type == VALUE_DATE || path->builtin == PATH_STAGE;
	bool holds = path->type == VALUE_TEXT || path->type == VALUE_ENUM || path->type == VALUE_SET ||
	    (path->type == VALUE_REF && path->builtin == PATH_FIELD);

	if (comparison_is_order(filter->comparison) && !ordered) {
		parser_fail(parser, name->offset, name->length, "“%s”不能比大小", path->title);
		return parser_hint(parser, holds ? "用 = != in 或 ~（包含）" : "用 = 或 !=");
	}
	if ((filter->comparison == COMPARE_CONTAINS || filter->comparison == COMPARE_LACKS) && !holds) {
		parser_fail(parser, name->offset, name->length, "“%s”不是文字，不能用 ~（包含）", path->title);
		return parser_hint(parser, ordered ? "用 = > < >= <= 或 A..B" : "用 = 或 !=");
	}
	if (path->builtin == PATH_WORKDAYS_IN_STAGE &&
	    !calendar_covers(parser->context->schema->calendar, parser->context->as_of)) {
		parser_fail(parser, name->offset, name->length, "“%s”要数工作日，但那一年没有工作日历", path->title);
		return parser_hint(parser, "请管理员声明当年的工作日历，或改用 days_in_stage（天数）");
	}
	return true;
}

/* accepted_on<=due_on: the right side is a field of the same type. Values of enums come first. */
static bool is_other_field(struct parser *parser, struct filter *filter, const struct piece *piece)
{
	const struct path *path = &filter->path;
	struct path other;

	if (piece->quoted || path->builtin == PATH_STAGE || filter->comparison >= COMPARE_CONTAINS ||
	    filter->condition == CONDITION_REACHED)
		return false;
	if (path->type == VALUE_ENUM && field_find_value(path->field, piece->text) != NULL)
		return false;
	if (path->type == VALUE_BOOL || path->type == VALUE_SET || path->builtin == PATH_ID)
		return false;
	if (!path_find(filter->kind, piece->text, parser->context->schema, parser->pool, &other, NULL))
		return false;
	if (other.type != path->type || other.builtin == PATH_STAGE || other.builtin == PATH_ID)
		return false;
	if (path->type == VALUE_REF && strcmp(path->field->ref, other.field->ref) != 0)
		return false;
	filter->condition = CONDITION_FIELDS;
	filter->other = other;
	return true;
}

static bool check_count(struct parser *parser, const struct filter *filter, const struct piece *second, size_t count)
{
	if (count < 2 || !comparison_is_order(filter->comparison))
		return true;
	parser_fail(parser, second->offset, second->length, "比大小只能和一个值比");
	return parser_hint(parser, "几个值之一写 =甲,乙 或 in (甲,乙)");
}

static void finish(struct parser *parser, struct filter *filter, const struct operands *operands, bool parentheses)
{
	filter->ranges = operands->ranges;
	filter->range_count = operands->count;
	filter->value_text = parentheses ? pool_format(parser->pool, "(%s)", operands->text) : operands->text;
	filter->value_title = operands->title;
}

bool operand_read(struct parser *parser, struct filter *filter, const struct piece *name)
{
	struct piece *pieces = pool_alloc_array(parser->pool, FILTER_MAX_VALUES, sizeof *pieces);
	struct operands operands = {.count = 0};
	size_t count;
	bool parentheses;

	if (!check_comparison(parser, filter, name) ||
	    !reader_take_values(parser, operand_form(&filter->path), pieces, FILTER_MAX_VALUES, &count, &parentheses) ||
	    !check_count(parser, filter, &pieces[count > 1 ? 1 : 0], count))
		return false;
	if (count == 1 && is_other_field(parser, filter, &pieces[0])) {
		filter->value_text = source(parser, &pieces[0]);
		filter->value_title = filter->other.title;
		return true;
	}
	for (size_t i = 0; i < count; i++)
		if (!read_one(parser, filter, &pieces[i], &operands))
			return false;
	finish(parser, filter, &operands, parentheses);
	return true;
}
