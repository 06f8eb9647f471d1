-- 项目: an investment project from the first name that somebody drops to its first day of business,
-- the enterprises that invest and the people who answer for it.
-- A stage's day is never a field: it comes from the move, as signed_on and its like.

local luodi = require "luodi"
local region = require "region"

luodi.kind {
  name = "enterprise", title = "企业", prefix = "E",
  fields = {
    { "province", "text", title = "省份", index = true },
    { "city",     "text", title = "城市" },
    { "region",   "enum", title = "来源地", index = true, values = region.values,
      compute = function(e) return region.of(e.province, e.city) end },
    { "contact",  "text", title = "联系人" },
    { "note",     "text", title = "备注" },
  },
}

luodi.kind {
  name = "person", title = "人员", prefix = "H",
  fields = {
    { "name", "text", title = "姓名", unique = true, compute = function(person) return person.title end },
    { "unit", "text", title = "单位", index = true },
    { "duty", "text", title = "职责" },
    { "note", "text", title = "备注" },
  },
}

luodi.kind {
  name = "project", title = "项目", prefix = "P",
  fields = {
    { "investor", "ref:enterprise", title = "投资方", index = true },
    { "sector",   "enum", title = "行业", index = true,
      values = {
        { "industry",       "工业" },
        { "service",        "服务业" },
        { "agriculture",    "农业" },
        { "infrastructure", "基础设施" },
        { "acquisition",    "征收" },
        { "renewal",        "城市更新" },
        { "public",         "民生" },
      } },
    { "code", "text", title = "项目代码", unique = true },

    -- money: bare numbers are yuan; ledgers say in their mapping that theirs are 万元
    { "planned",         "money", title = "计划总投资", index = true },
    { "planned_year",    "money", title = "年度计划投资" },
    { "contract",        "money", title = "合同额" },
    { "arrived",         "money", title = "到位资金" },       -- cumulative, the investor's own
    { "invested",        "money", title = "累计完成投资" },
    { "invested_before", "money", title = "上年底累计" },     -- what of it was done before this year

    -- signing
    { "signed_mode", "enum", title = "签约方式", index = true,
      values = { { "onsite", "现场" }, { "cloud", "云签约" } } },
    { "ceremony",    "text", title = "签约活动" },            -- empty: signed on its own

    -- who answers for it
    { "steward",        "ref:person", title = "项目管家", index = true },
    { "leader",         "ref:person", title = "领导包保", index = true },
    { "unit_in_charge", "text",       title = "责任单位", index = true },

    -- plans lie ahead, so they are fields
    { "due_on",        "date", title = "应开工", index = true },
    { "finish_due_on", "date", title = "应竣工" },

    -- the papers that stages ask for
    { "site",       "text", title = "项目地点" },
    { "company",    "text", title = "项目公司" },
    { "filing",     "text", title = "备案文号" },             -- or 核准
    { "permit",     "text", title = "施工许可证" },
    { "photo",      "text", title = "现场照片" },
    { "acceptance", "text", title = "竣工验收" },

    { "acquired", "percent", title = "征收进度" },            -- signed area of the area to be acquired
    { "progress", "text",    title = "形象进度" },
    { "problem",  "text",    title = "存在问题" },
    { "policies", "set",     title = "政策方向",
      values = {
        { "defence",  "国防安全" }, { "grain",  "粮食安全" }, { "ecology", "生态安全" },
        { "energy",   "能源安全" }, { "supply", "产业安全" },
        { "old_name", "改造升级老字号" }, { "raw", "深度开发原字号" }, { "new_name", "培育壮大新字号" },
      } },
    { "source", "text", title = "信息来源" },
    { "note",   "text", title = "备注" },
  },

  -- Any later stage may be next: what lies between is skipped, and the move names it. One step back is allowed where it happens: a filing
  -- withdrawn, a plot that must be looked for again.
  flow = {
    { "clue",         title = "线索", needs = { "source" },
      to = { "reserve", "negotiating", "signed", "abandoned" } },
    { "reserve",      title = "储备", needs = { "planned", "steward" },
      to = { "negotiating", "signed", "landed", "preparing", "construction", "abandoned" } },
    { "negotiating",  title = "洽谈",
      to = { "reserve", "signed", "landed", "preparing", "construction", "abandoned" } },
    { "signed",       title = "签约", needs = { "contract", "signed_mode" },
      to = { "negotiating", "landed", "preparing", "construction", "operating", "abandoned" } },
    { "landed",       title = "落地",
      to = { "signed", "preparing", "construction", "completed", "operating", "abandoned" } },
    { "preparing",    title = "前期", needs = { "site" },
      to = { "landed", "construction", "completed", "operating", "abandoned" } },
    { "construction", title = "开工在建",
      to = { "preparing", "completed", "operating", "suspended", "abandoned" } },
    { "completed",    title = "竣工", needs = { "acceptance" },
      to = { "construction", "operating", "suspended", "abandoned" } },
    { "operating",    title = "运营", done = true,
      to = { "suspended", "abandoned" } },
    { "suspended",    title = "停工", suspends = true, reason = true,
      to = { "abandoned" } },
    { "abandoned",    title = "终止", dead = true, reason = true },
  },
}

require "guards"
require "figures"
require "mappings"
