#include "query_example.h"

/* What a filter becomes, on the present rows: the condition behind "t.present = 1 AND (". */
static const char *condition(struct example *example, const char *text)
{
	const struct query query = {.kind = example->project,
	    .filter = example_filter(example, text),
	    .moment = {.present = true, .as_of = example->context.as_of, .known_seq = SEQ_FOR_EVER},
	    .limit = -1};
	static const char before[] = "WHERE t.present = 1 AND (", behind[] = ") ORDER BY t.record";
	struct compiled_query compiled;
	struct error error;
	const char *sql, *start;
	size_t length;

	if (!query_compile_list(&query, example->schema, example->pool, &compiled, &error))
		fail_msg("%s: %s", text, error.sentence);
	sql = example_written(example->pool, &compiled);
	start = strstr(sql, before);
	if (start == NULL)
		fail_msg("%s: %s", text, sql);
	start += sizeof before - 1;
	length = strlen(start) - (sizeof behind - 1);
	assert_string_equal(start + length, behind);
	return pool_copy_bytes(example->pool, start, length);
}

struct form {
	const char *text, *sql;
};

static void expect_forms(struct example *example, const struct form *forms, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *sql = condition(example, forms[i].text);

		if (strcmp(sql, forms[i].sql) != 0)
			fail_msg("%s\n is: %s\nnot: %s", forms[i].text, sql, forms[i].sql);
	}
}

static void numbers_compare_in_the_unit_of_their_field(void **state)
{
	static const struct form forms[] = {
	    {"planned>=1亿", "t.\"f_planned\" >= 10000000000"},
	    {"计划总投资＞＝1亿", "t.\"f_planned\" >= 10000000000"},
	    {"计划总投资≥1 亿", "t.\"f_planned\" >= 10000000000"},
	    {"planned > 1400万元", "t.\"f_planned\" > 1400000000"},
	    {"planned=3,000.50", "t.\"f_planned\" = 300050"},
	    {"planned=100,200", "t.\"f_planned\" = 10020000"},
	    {"planned in (100,200)", "t.\"f_planned\" IN (10000, 20000)"},
	    {"planned=100，20", "t.\"f_planned\" IN (10000, 2000)"},
	    {"planned!=100", "(t.\"f_planned\" IS NOT NULL AND NOT (t.\"f_planned\" = 10000))"},
	    {"funds<300", "t.\"f_funds\" < 300000000"},
	    {"planned=1亿..", "t.\"f_planned\" >= 10000000000"},
	    {"planned=..1亿", "t.\"f_planned\" <= 10000000000"},
	    {"planned in 1亿..3亿", "(t.\"f_planned\" >= 10000000000 AND t.\"f_planned\" <= 30000000000)"},
	    {"planned=(1..2,5)", "(t.\"f_planned\" = 500 OR (t.\"f_planned\" >= 100 AND t.\"f_planned\" <= 200))"},
	    {"progress>=75%", "t.\"f_progress\" >= 750000"},
	    {"area<0.75", "t.\"f_area\" < 750000"},
	    {"workers>=20人", "t.\"f_workers\" >= 20"},
	    {"workers=-5..3", "(t.\"f_workers\" >= -5 AND t.\"f_workers\" <= 3)"},
	    {"version>3", "t.\"version\" > 3"},
	    {"days_in_stage>60", "(19191 - t.\"stage_since\") > 60"},
	    {"停留天数>=60天", "(19191 - t.\"stage_since\") >= 60"},
	    {"workdays_in_stage>20", "luodi_workdays(t.\"stage_since\", 19191) > 20"},
	    {"funds<=planned", "t.\"f_funds\" <= t.\"f_planned\""},
	    {"funds<=投资方.注册资本", "t.\"f_funds\" <= r1.\"f_scale\""},
	};

	expect_forms(*state, forms, COUNT_OF(forms));
}

static void dates_compare_with_days_and_with_periods(void **state)
{
	static const struct form forms[] = {
	    {"due_on=2022-04-12", "t.\"f_due_on\" = 2022-04-12"},
	    {"应开工=2022年4月12日", "t.\"f_due_on\" = 2022-04-12"},
	    {"due_on in 2022H1", "(t.\"f_due_on\" >= 2022-01-01 AND t.\"f_due_on\" <= 2022-06-30)"},
	    {"due_on=2022-04", "(t.\"f_due_on\" >= 2022-04-01 AND t.\"f_due_on\" <= 2022-04-30)"},
	    {"due_on=本月", "(t.\"f_due_on\" >= 2022-07-01 AND t.\"f_due_on\" <= 2022-07-31)"},
	    {"due_on>=2022H1", "t.\"f_due_on\" >= 2022-01-01"},
	    {"due_on<=2022H1", "t.\"f_due_on\" <= 2022-06-30"},
	    {"due_on>2022H1", "t.\"f_due_on\" > 2022-06-30"},
	    {"due_on<2022H1", "t.\"f_due_on\" < 2022-01-01"},
	    {"due_on in 2022-04..2022-06", "(t.\"f_due_on\" >= 2022-04-01 AND t.\"f_due_on\" <= 2022-06-30)"},
	    {"due_on=2022-04..", "t.\"f_due_on\" >= 2022-04-01"},
	    {"due_on in ..2022-04", "t.\"f_due_on\" <= 2022-04-30"},
	    {"due_on<=@end", "t.\"f_due_on\" <= 2022-06-30"},
	    {"due_on in @start..@end", "(t.\"f_due_on\" >= 2022-01-01 AND t.\"f_due_on\" <= 2022-06-30)"},
	    {"due_on in @period", "(t.\"f_due_on\" >= 2022-01-01 AND t.\"f_due_on\" <= 2022-06-30)"},
	    {"due_on<@end-30d", "t.\"f_due_on\" < 2022-05-31"},
	    {"due_on<@as_of", "t.\"f_due_on\" < 2022-07-18"},
	    {"due_on<today", "t.\"f_due_on\" < 2022-07-18"},
	    {"due_on<今天", "t.\"f_due_on\" < 2022-07-18"},
	    {"stage_since < -60d", "t.\"stage_since\" < 2022-05-19"},
	    {"stage_since<-20wd", "t.\"stage_since\" < 2022-06-20"},
	    {"due_on=-7d..+7d", "(t.\"f_due_on\" >= 2022-07-11 AND t.\"f_due_on\" <= 2022-07-25)"},
	    {"signed_on in 2022", "(t.\"r_signed\" >= 2022-01-01 AND t.\"r_signed\" <= 2022-12-31)"},
	    {"签约日期>2022-05-01", "t.\"r_signed\" > 2022-05-01"},
	    {"accepted_on<=due_on", "t.\"f_accepted_on\" <= t.\"f_due_on\""},
	    {"signed_on>投资方.成立日期", "t.\"r_signed\" > r1.\"f_founded_on\""},
	    {"due_on in (2022Q1,2022-07-18)",
		"(t.\"f_due_on\" = 2022-07-18 OR (t.\"f_due_on\" >= 2022-01-01 AND t.\"f_due_on\" <= 2022-03-31))"},
	    {"due_on not in 2022",
		"(t.\"f_due_on\" IS NOT NULL AND NOT ((t.\"f_due_on\" >= 2022-01-01 AND t.\"f_due_on\" <= "
		"2022-12-31)))"},
	};

	expect_forms(*state, forms, COUNT_OF(forms));
}

static void stages_compare_by_name_and_in_declared_order(void **state)
{
#define IN_ORDER "coalesce(t.\"return_stage\", t.\"stage\")"
	static const struct form forms[] = {
	    {"stage=signed", "t.\"stage\" = 'signed'"},
	    {"阶段=签约", "t.\"stage\" = 'signed'"},
	    {"阶段＝签约，落地", "t.\"stage\" IN ('signed', 'landed')"},
	    {"stage not in (签约、落地)", "(t.\"stage\" IS NOT NULL AND NOT (t.\"stage\" IN ('signed', 'landed')))"},
	    {"stage<landed", IN_ORDER " IN ('clue', 'signed')"},
	    {"stage>=operating", IN_ORDER " IN ('operating', 'suspended', 'abandoned')"},
	    {"stage=signed..construction", IN_ORDER " IN ('signed', 'landed', 'construction')"},
	    {"stage<clue", "0"},
	    {"stage~工", "t.\"stage\" IN ('construction', 'suspended')"},
	    {"open", "t.\"stage\" IN ('clue', 'signed', 'landed', 'construction', 'suspended')"},
	    {"done", "t.\"stage\" IN ('operating')"},
	    {"dead", "t.\"stage\" IN ('abandoned')"},
	    {"reached(construction)", "t.\"r_construction\" IS NOT NULL"},
	    {"reached(签约)!", "t.\"r_signed\" IS NULL"},
	    {"reached(construction) in 2022-04..2022-06",
		"EXISTS (SELECT 1 FROM entry AS e WHERE e.record = t.record AND e.stage = 'construction' AND "
		"e.entered_on <= 19191"
		" AND e.to_seq = 1099511627775 AND (e.entered_on >= 2022-04-01 AND e.entered_on <= 2022-06-30))"},
	    {"reached(resume) in 2022-04..2022-06",
		"EXISTS (SELECT 1 FROM entry AS e WHERE e.record = t.record AND e.stage = 'resume' AND e.entered_on <= "
		"19191"
		" AND e.to_seq = 1099511627775 AND (e.entered_on >= 2022-04-01 AND e.entered_on <= 2022-06-30))"},
	    {"到过（复工）",
		"(SELECT min(e.entered_on) FROM entry AS e WHERE e.record = t.record AND e.stage = 'resume' AND "
		"e.entered_on <= 19191"
		" AND e.to_seq = 1099511627775) IS NOT NULL"},
	    {"上级项目.reached(签约) in 2022-04-12",
		"EXISTS (SELECT 1 FROM entry AS e WHERE e.record = t.\"f_parent\" AND e.stage = 'signed' AND "
		"e.entered_on <= 19191"
		" AND e.to_seq = 1099511627775 AND e.entered_on = 2022-04-12)"},
	};
#undef IN_ORDER

	expect_forms(*state, forms, COUNT_OF(forms));
}

static void names_texts_and_references_compare_by_what_they_mean(void **state)
{
	static const struct form forms[] = {
	    {"行业=工业", "t.\"f_sector\" = 'industry'"},
	    {"sector in (工业, service)", "t.\"f_sector\" IN ('industry', 'service')"},
	    {"investor.region in (京津冀,长三角)", "r1.\"f_region\" IN ('jjj', 'csj')"},
	    {"investor.region=京津冀、长三角", "r1.\"f_region\" IN ('jjj', 'csj')"},
	    {"投资方．来源地=京津冀", "r1.\"f_region\" = 'jjj'"},
	    {"上级项目.投资方.来源地=本地", "r2.\"f_region\" = 'local'"},
	    {"tags=能源", "instr(',' || t.\"f_tags\" || ',', ',' || 'energy' || ',') > 0"},
	    {"tags in (能源,grain)",
		"(instr(',' || t.\"f_tags\" || ',', ',' || 'energy' || ',') > 0 OR "
		"instr(',' || t.\"f_tags\" || ',', ',' || 'grain' || ',') > 0)"},
	    {"people=李明", "instr(',' || t.\"f_people\" || ',', ',' || '李明' || ',') > 0"},
	    {"people~李", "luodi_contains(t.\"f_people\", '李')"},
	    {"加急=是", "t.\"f_urgent\" = 1"},
	    {"urgent=false", "t.\"f_urgent\" = 0"},
	    {"投资方=澜川", "t.\"f_investor\" = 2:19"},
	    {"投资方=澜川（沈阳）公司", "t.\"f_investor\" = 2:19"},
	    {"(投资方=澜川) open",
		"(t.\"f_investor\" = 2:19 AND t.\"stage\" IN ('clue', 'signed', 'landed', 'construction', "
		"'suspended'))"},
	    {"investor=同名", "t.\"f_investor\" IN (2:1, 2:2)"},
	    {"investor=@me", "t.\"f_investor\" = 2:7"},
	    {"investor.id=E-0003", "t.\"f_investor\" = 2:3"},
	    {"id in (P-0001,P-0002)", "t.record IN (1:1, 1:2)"},
	    {"投资方~澜", "luodi_contains(r1.\"title\", '澜')"},
	    {"备注=\"要 紧\"", "luodi_key(t.\"f_remark\") = '要紧'"},
	    {"备注=“计划总投资”", "luodi_key(t.\"f_remark\") = '计划总投资'"},
	    {"施工许可证=地字第２号", "t.\"k_permit\" = '地字第2号'"},
	    {"title=易发式", "t.\"k_title\" = '易发式'"},
	    {"项目名称 contains 变压器", "luodi_contains(t.\"title\", '变压器')"},
	    {"title~变压器", "luodi_contains(t.\"title\", '变压器')"},
	    {"title!~变压器", "(t.\"title\" IS NOT NULL AND NOT (luodi_contains(t.\"title\", '变压器')))"},
	    {"remark?", "t.\"f_remark\" IS NOT NULL"},
	    {"施工许可证！", "t.\"f_permit\" IS NULL"},
	    {"permit=remark", "t.\"k_permit\" = luodi_key(t.\"f_remark\")"},
	};

	expect_forms(*state, forms, COUNT_OF(forms));
}

static void terms_join_as_they_are_read(void **state)
{
	static const struct form forms[] = {
	    {"urgent=是 permit?", "(t.\"f_urgent\" = 1 AND t.\"f_permit\" IS NOT NULL)"},
	    {"urgent=是 and permit?", "(t.\"f_urgent\" = 1 AND t.\"f_permit\" IS NOT NULL)"},
	    {"加急=是，permit?", "(t.\"f_urgent\" = 1 AND t.\"f_permit\" IS NOT NULL)"},
	    {"阶段=签约，计划总投资>=1", "(t.\"stage\" = 'signed' AND t.\"f_planned\" >= 100)"},
	    {"urgent=是 或 permit?", "(t.\"f_urgent\" = 1 OR t.\"f_permit\" IS NOT NULL)"},
	    {"urgent=是 permit? or remark!",
		"((t.\"f_urgent\" = 1 AND t.\"f_permit\" IS NOT NULL) OR t.\"f_remark\" IS NULL)"},
	    {"urgent=是 （permit? OR remark!）",
		"(t.\"f_urgent\" = 1 AND (t.\"f_permit\" IS NOT NULL OR t.\"f_remark\" IS NULL))"},
	    {"not permit?", "(t.\"f_permit\" IS NOT NULL) IS NOT TRUE"},
	    {"非 （permit?）", "(t.\"f_permit\" IS NOT NULL) IS NOT TRUE"},
	    {"!(planned>=1)", "(t.\"f_planned\" >= 100) IS NOT TRUE"},
	    {"not not permit?", "((t.\"f_permit\" IS NOT NULL) IS NOT TRUE) IS NOT TRUE"},
	    {"易发式",
		"(luodi_word(t.\"title\", '易发式') > 0 OR (luodi_word(t.\"f_permit\", '易发式') > 0 OR "
		"luodi_word(t.\"f_remark\", '易发式') > 0))"},
	    {"P-0014",
		"((luodi_word(t.\"title\", 'P-0014') > 0 OR luodi_word(t.\"f_permit\", 'P-0014') > 0) OR "
		"(luodi_word(t.\"f_remark\", 'P-0014') > 0 OR t.record = 4294967310))"},
	};

	expect_forms(*state, forms, COUNT_OF(forms));
}

struct mistake {
	const char *text, *sentence, *hint;
	int position, length;
};

static void mistakes_are_pointed_at(void **state)
{
	static const struct mistake mistakes[] = {
	    {"阶段=签约 计划总投自>=1亿", "第 7 个字起，项目没有字段“计划总投自”；最接近的是 计划总投资（planned）",
		"全部字段：luodi fields project", 10, 10},
	    {"阶段=签月", "第 4 个字起，“签月”不是项目的阶段；最接近的是 签约（signed）",
		"全部阶段：luodi flow project", 5, 4},
	    {"investor.regoin=本地", "第 10 个字起，企业没有字段“regoin”；最接近的是 来源地（region）",
		"全部字段：luodi fields enterprise", 9, 6},
	    {"行业=公业", "第 4 个字起，“行业”没有“公业”这一项；最接近的是 工业（industry）",
		"可以是：工业（industry）、服务业（service）、农业（farming）", 5, 4},
	    {"planned.region=a", "第 1 个字起，“计划总投资”（planned）不是引用，后面不能再跟“.”", NULL, 0, 7},
	    {"light=red", "第 1 个字起，没有规则看着项目，没有灯可查", NULL, 0, 5},
	    {"light_on(+30d)=red", "第 1 个字起，还不能按往后的灯查", NULL, 0, 8},
	    {"planned>=", "第 10 个字起，这里缺一个值", NULL, 9, 0},
	    {"=3", "第 1 个字起，“=”前面缺字段的名字", NULL, 0, 1},
	    {"(permit?", "第 1 个字起，括号没有收尾", NULL, 0, 8},
	    {"permit?）", "第 8 个字起，多了一个“)”", NULL, 7, 2},
	    {"remark=“甲", "第 8 个字起，引号没有收尾", NULL, 7, 3},
	    {"or permit?", "第 1 个字起，“or”的一边没有条件", NULL, 0, 2},
	    {"permit? and", "第 12 个字起，这里还缺一个条件", NULL, 11, 0},
	    {"remark>甲", "第 1 个字起，“备注”不能比大小", "用 = != in 或 ~（包含）", 0, 6},
	    {"planned~1", "第 1 个字起，“计划总投资”不是文字，不能用 ~（包含）", NULL, 0, 7},
	    {"planned>1..2", "第 9 个字起，比大小只能和一个值比，不能和一段比", NULL, 8, 4},
	    {"planned>1,2", "第 11 个字起，比大小只能和一个值比", NULL, 10, 1},
	    {"planned=3..1", "第 9 个字起，这一段的起点在终点后面", NULL, 8, 4},
	    {"due_on=二季度", "第 8 个字起，“二季度”不是日子，也不是期间", NULL, 7, 6},
	    {"due_on<@me", "第 8 个字起，“@me”不是能用的日子", NULL, 7, 3},
	    {"foo(planned>=1)", "第 1 个字起，没有 foo(…) 这种写法", NULL, 0, 3},
	    {"@me", "第 1 个字起，“@me”要写在比较的右边", NULL, 0, 3},
	    {"reached(开公在建) in 2022", "第 9 个字起，“开公在建”不是项目的阶段；最接近的是 开工在建（construction）",
		NULL, 8, 8},
	};
	struct example *example = *state;

	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		const struct mistake *mistake = &mistakes[i];
		struct error error = {.sentence = ""};

		if (filter_parse(example->project, mistake->text, &example->context, example->pool, &error) != NULL)
			fail_msg("%s is taken", mistake->text);
		if (strcmp(error.sentence, mistake->sentence) != 0 || error.position != mistake->position ||
		    error.position_length != mistake->length ||
		    (mistake->hint != NULL && strcmp(error.hint, mistake->hint) != 0))
			fail_msg("%s: %s [%d, %d] %s", mistake->text, error.sentence, error.position,
			    error.position_length, error.hint);
		assert_int_equal(error.code, ERROR_INVALID);
		assert_string_equal(error.field, "filter");
	}
}

static void a_reference_that_is_not_one_record_keeps_its_own_code(void **state)
{
	struct example *example = *state;
	struct error error;

	assert_null(filter_parse(example->project, "open 投资方=易发式", &example->context, example->pool, &error));
	assert_int_equal(error.code, ERROR_AMBIGUOUS);
	assert_string_equal(error.sentence, "“易发式”可以是 2 个企业");
	assert_int_equal(error.position, 12);
	assert_null(filter_parse(example->project, "投资方=某某", &example->context, example->pool, &error));
	assert_int_equal(error.code, ERROR_NOT_FOUND);
	example->context.resolve = NULL; /* without a store only ids are understood */
	assert_non_null(filter_parse(example->project, "投资方=E-0003", &example->context, example->pool, &error));
	assert_null(filter_parse(example->project, "投资方=澜川", &example->context, example->pool, &error));
	assert_int_equal(error.code, ERROR_INVALID);
}

static void what_the_question_lacks_is_refused(void **state)
{
	struct example bare;
	struct error error;

	(void)state;
	example_start(&bare, false);
	bare.context.has_period = false;
	assert_null(filter_parse(bare.project, "workdays_in_stage>3", &bare.context, bare.pool, &error));
	assert_null(filter_parse(bare.project, "stage_since<-20wd", &bare.context, bare.pool, &error));
	assert_null(filter_parse(bare.project, "due_on<=@end", &bare.context, bare.pool, &error));
	assert_non_null(strstr(error.sentence, "@end"));
	assert_null(filter_parse(bare.enterprise, "stage=signed", &bare.context, bare.pool, &error));
	assert_non_null(strstr(error.sentence, "不分阶段"));
	assert_non_null(filter_parse(bare.enterprise, "open", &bare.context, bare.pool, &error));
	schema_release(bare.schema);
	pool_free(bare.pool);
}

static void limits_are_told(void **state)
{
	struct example *example = *state;
	const char *many = "", *deep = "";
	struct error error;

	for (int i = 0; i < 90; i++)
		many = pool_format(example->pool, "%s甲 ", many);
	for (int i = 0; i < 16; i++)
		deep = pool_format(example->pool, "%s(", deep);
	assert_non_null(filter_parse(example->project, many, &example->context, example->pool, &error));
	many = pool_format(example->pool, "%s乙", many);
	assert_null(filter_parse(example->project, many, &example->context, example->pool, &error));
	assert_non_null(strstr(error.sentence, "最多 90 条"));
	deep = pool_format(example->pool, "%s甲%.*s", deep, 16, "))))))))))))))))");
	assert_non_null(filter_parse(example->project, deep, &example->context, example->pool, &error));
	deep = pool_format(example->pool, "(%s)", deep);
	assert_null(filter_parse(example->project, deep, &example->context, example->pool, &error));
	assert_non_null(strstr(error.sentence, "最多 16 层"));
	many = pool_format(example->pool, "%8200s", "x");
	assert_null(filter_parse(example->project, many, &example->context, example->pool, &error));
	assert_null(filter_parse(example->project, "\xff", &example->context, example->pool, &error));
}

struct opposite {
	const char *text, *opposite, *title, *empty;
};

static void a_term_turns_round_in_text_and_in_words(void **state)
{
	static const struct opposite opposites[] = {
	    {"planned>=1亿", "planned<1亿", "计划总投资不足 1亿", "planned!"},
	    {"计划总投资<1亿", "计划总投资>=1亿", "计划总投资不少于 1亿", "计划总投资!"},
	    {"应开工<=@end", "应开工>2022-06-30", "应开工在 2022-06-30 以后", "应开工!"},
	    {"应开工 in @start..@end", "应开工!=2022-01-01..2022-06-30", "应开工不在 2022-01-01..2022-06-30",
		"应开工!"},
	    {"阶段=签约", "阶段!=签约", "阶段不是 签约", NULL},
	    {"stage in (signed,landed)", "stage!=(signed,landed)", "阶段不是 签约、落地", NULL},
	    {"stage>=landed", "stage<landed", "阶段还没到 落地", NULL},
	    {"行业!=工业", "行业=工业", "行业是 工业", "行业!"},
	    {"investor.region=京津冀", "investor.region!=京津冀", "来源地不是 京津冀", "investor.region!"},
	    {"permit?", "permit!", "没填施工许可证", NULL},
	    {"permit!", "permit?", "填了施工许可证", NULL},
	    {"remark~好", "remark!~好", "备注里没有“好”", "remark!"},
	    {"reached(签约) in 2022H1", "reached(签约)!=2022H1", "签约不在 2022H1", "signed_on!"},
	    {"reached(复工) in 2022H1", "reached(复工)!=2022H1", "复工不在 2022H1", "reached(resume)!"},
	    {"open", "not open", "已完成或已终止", NULL},
	    {"(planned<1 or planned>5)", "not (planned<1 or planned>5)", "不满足 (planned<1 or planned>5)", "planned!"},
	    {"(planned<1 or permit?)", "not (planned<1 or permit?)", "不满足 (planned<1 or permit?)", NULL},
	    {"funds<=planned", "funds>planned", "到位资金超过 计划总投资", NULL},
	    {"易发式", "not 易发式", "里面没有“易发式”", NULL},
	    {"not permit?", "permit?", "permit?", NULL},
	};
	struct example *example = *state;

	for (size_t i = 0; i < COUNT_OF(opposites); i++) {
		const struct filter *filter = example_filter(example, opposites[i].text);
		const struct filter *empty = filter_is_empty(example->pool, filter);

		assert_string_equal(filter_text(filter), opposites[i].text);
		assert_string_equal(filter_opposite_text(filter, example->pool), opposites[i].opposite);
		assert_string_equal(filter_opposite_title(filter, example->pool), opposites[i].title);
		example_filter(example, opposites[i].opposite); /* can be typed */
		if (opposites[i].empty == NULL)
			assert_null(empty);
		else
			assert_string_equal(filter_text(empty), opposites[i].empty);
	}
}

static void terms_and_words_are_told_apart(void **state)
{
	struct example *example = *state;
	const struct filter *a = example_filter(example, "planned>=1亿 and (stage=signed or 易发式) yfs");
	const struct filter *const *terms;
	const char *const *words;

	assert_int_equal(filter_terms(a, example->pool, &terms), 3);
	assert_string_equal(filter_text(terms[0]), "planned>=1亿");
	assert_string_equal(filter_text(terms[1]), "(stage=signed or 易发式)");
	assert_string_equal(filter_text(terms[2]), "yfs");
	assert_int_equal(filter_words(a, example->pool, &words), 2);
	assert_string_equal(words[0], "易发式");
	assert_string_equal(words[1], "yfs");
	assert_int_equal(filter_words(example_filter(example, "not yfs"), example->pool, &words), 0);
	assert_int_equal(filter_terms(NULL, example->pool, &terms), 0);
	assert_int_equal(filter_terms(example_filter(example, "  "), example->pool, &terms), 0);
	assert_true(filter_uses_me(example_filter(example, "open (investor=@me or done)")));
	assert_false(filter_uses_me(a));
}

static void filters_are_put_together(void **state)
{
	struct example *example = *state;
	const struct filter *a = example_filter(example, "open or done"), *b = example_filter(example, "permit?");
	const struct filter *both = filter_and(example->pool, a, b), *all = example_filter(example, "");

	assert_string_equal(filter_text(both), "(open or done) permit?");
	assert_ptr_equal(filter_and(example->pool, NULL, b), b);
	assert_ptr_equal(filter_and(example->pool, all, b), b);
	assert_ptr_equal(filter_and(example->pool, b, all), b);
	assert_string_equal(filter_text(filter_not(example->pool, a)), "not (open or done)");
	assert_string_equal(condition(example, filter_text(filter_not(example->pool, all))),
	    condition(example, "not (open or not open)"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, example_set_up, example_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(numbers_compare_in_the_unit_of_their_field),
	    TEST(dates_compare_with_days_and_with_periods),
	    TEST(stages_compare_by_name_and_in_declared_order),
	    TEST(names_texts_and_references_compare_by_what_they_mean),
	    TEST(terms_join_as_they_are_read),
	    TEST(mistakes_are_pointed_at),
	    TEST(a_reference_that_is_not_one_record_keeps_its_own_code),
	    TEST(what_the_question_lacks_is_refused),
	    TEST(limits_are_told),
	    TEST(a_term_turns_round_in_text_and_in_words),
	    TEST(terms_and_words_are_told_apart),
	    TEST(filters_are_put_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
