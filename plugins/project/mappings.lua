-- 台账对照: how the columns of the bureau's ledgers become fields and moves.
-- A column of a stage is the day on which the stage was reached: it becomes a move on that day.

local luodi = require "luodi"

luodi.mapping {
  name = "enterprises", title = "企业名单", kind = "enterprise", key = "title",
  columns = {
    { "企业名称", "title" },
    { "省份",     "province" },
    { "城市",     "city" },
    { "联系人",   "contact" },
    { "备注",     "note" },
  },
}

luodi.mapping {
  name = "people", title = "人员名单", kind = "person", key = "title",
  columns = {
    { "姓名", "title" },
    { "单位", "unit" },
    { "职责", "duty" },
    { "备注", "note" },
  },
}

luodi.mapping {
  name = "ledger", title = "项目台账", kind = "project", key = "code", unit = "万元",
  columns = {
    { "序号" }, -- known and left out
    { "项目名称",     "title" },
    { "项目代码",     "code" },
    { "行业",         "sector" },
    { "投资方",       "investor" },
    { "计划总投资",   "planned" },
    { "年度计划投资", "planned_year" },
    { "合同额",       "contract" },
    { "到位资金",     "arrived" },
    { "上年底累计",   "invested_before" },
    { "累计完成投资", "invested" },
    { "签约方式",     "signed_mode" },
    { "签约活动",     "ceremony" },
    { "项目管家",     "steward" },
    { "领导包保",     "leader" },
    { "责任单位",     "unit_in_charge" },
    { "应开工",       "due_on" },
    { "应竣工",       "finish_due_on" },
    { "线索日期",     "reached(clue)" },
    { "储备日期",     "reached(reserve)" },
    { "洽谈日期",     "reached(negotiating)" },
    { "签约日期",     "reached(signed)" },
    { "落地日期",     "reached(landed)" },
    { "前期日期",     "reached(preparing)" },
    { "开工日期",     "reached(construction)" },
    { "停工日期",     "reached(suspended)" },
    { "复工日期",     "reached(resume)" },
    { "竣工日期",     "reached(completed)" },
    { "运营日期",     "reached(operating)" },
    { "终止日期",     "reached(abandoned)" },
    { "项目地点",     "site" },
    { "项目公司",     "company" },
    { "备案文号",     "filing" },
    { "施工许可证",   "permit" },
    { "现场照片",     "photo" },
    { "竣工验收",     "acceptance" },
    { "征收进度",     "acquired" },
    { "形象进度",     "progress" },
    { "存在问题",     "problem" },
    { "政策方向",     "policies" },
    { "信息来源",     "source" },
    { "备注",         "note" },
  },
}

-- The official monthly layout: a title line, the reporting unit and 单位:万元, then the headings.
-- It has no day for each stage, only the one on which work began or is planned to. For a project that is new, the last two columns are put
-- beside the official ones: it begins on the day of the table.
luodi.mapping {
  name = "monthly", title = "月报台账（上级表式）", kind = "project", key = "code", unit = "万元",
  columns = {
    { "序号" },
    { "项目名称",             "title" },
    { "投资主体",             "investor" },
    { "建设起止年限" },
    { "总投资",               "planned" },
    { "年计划投资",           "planned_year" },
    { "年计划形象进度" },
    { "自开始累计完成投资",   "invested" },
    { "存在问题",             "problem" },
    { "开工/计划开工时间",    "due_on" },
    { "土地征收及前期手续" },
    { "资金来源" },
    { "包保领导",             "leader" },
    { "项目管家",             "steward" },
    { "责任单位",             "unit_in_charge" },
    { "项目代码",             "code" },
    { "来源地" }, -- told from the investor
    { "行业",                 "sector" },
    { "备注",                 "note" },
    { "阶段",                 "stage" },
    { "信息来源",             "source" },
  },
}
