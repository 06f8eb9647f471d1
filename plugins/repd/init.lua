-- 可再生能源项目: the Renewable Energy Planning Database of the United Kingdom, as a register that others keep.
-- It shows luodi on records that nobody here wrote: two snapshots of one register, matched by key, with a history made from their date columns.

local luodi = require "luodi"
local technology = require "technology"

luodi.kind {
  name = "repd", title = "可再生能源项目", prefix = "R",
  fields = {
    { "ref",         "text", title = "登记号", unique = true },     -- "Ref ID"
    { "operator",    "text", title = "业主" },
    { "technology",  "enum", title = "技术类型", index = true, values = technology.values },
    { "capacity",    "decimal", title = "装机容量", unit = "MW", index = true },
    { "turbines",    "int",  title = "风机台数" },
    { "storage",     "text", title = "储能方式" },
    { "status",      "text", title = "登记状态", index = true },    -- the register's own word, kept as written
    { "county",      "text", title = "郡" },
    { "region",      "text", title = "地区", index = true },
    { "country",     "text", title = "国家", index = true },
    { "post_code",   "text", title = "邮编" },
    { "authority",   "text", title = "审批机关" },
    { "application", "text", title = "申请编号" },
    { "expires_on",  "date", title = "许可到期" },                  -- a plan: most lie ahead, or were overtaken by a start
    { "updated_on",  "date", title = "登记更新" },
  },

  -- Ways that happen: an application is put in again after a refusal or a withdrawal, a court sends a lost appeal back, a site that was given up
  -- is built after all. What can only be a slip of the pen is not here, so that such rows are refused and shown: running before it was built,
  -- applied for after it ran, refused after it was granted.
  flow = {
    { "submitted",          title = "已申请",
      to = { "refused", "appealed", "called_in", "appeal_refused", "appeal_withdrawn", "minister_refused", "granted",
             "under_construction", "operational", "withdrawn", "abandoned" } },
    { "refused",            title = "已驳回",
      to = { "submitted", "appealed", "called_in", "appeal_refused", "appeal_withdrawn", "minister_refused", "granted",
             "under_construction", "operational", "abandoned" } },
    { "appealed",           title = "上诉中",
      to = { "refused", "called_in", "appeal_refused", "appeal_withdrawn", "minister_refused", "granted", "abandoned" } },
    { "called_in",          title = "大臣提审",
      to = { "refused", "appeal_refused", "minister_refused", "granted", "under_construction", "abandoned" } },
    { "appeal_refused",     title = "上诉驳回", dead = true, to = { "refused", "called_in", "minister_refused", "granted" } },
    { "appeal_withdrawn",   title = "上诉撤回", dead = true },
    { "minister_refused",   title = "大臣驳回", dead = true },
    { "granted",            title = "已批准",
      to = { "called_in", "under_construction", "operational", "expired", "abandoned" } },
    { "under_construction", title = "建设中", to = { "operational", "abandoned" } },
    { "operational",        title = "已投运", done = true, to = { "decommissioned", "abandoned" } },
    { "decommissioned",     title = "已退役", dead = true },
    { "withdrawn",          title = "申请撤回", dead = true, to = { "submitted", "granted", "abandoned" } },
    { "expired",            title = "许可过期", dead = true },
    { "abandoned",          title = "已放弃", dead = true, to = { "under_construction" } },
  },
}

-- Some forty sites were applied for and built, and the register has no day of their permission: an old one lost, or one by appeal. Whoever
-- takes them in says why; a site that needed no application is not asked.
local function permitted(new)
  if new.submitted_on and not new.granted_on then
    return luodi.refuse(nil, "%s 申请过，没有批准的日子，却已是%s", new.title, new.stage_title)
  end
end

luodi.guard {
  name = "build_with_permission", title = "建设要有批准", on = "repd", before = "under_construction", warn = true, check = permitted,
}

luodi.guard {
  name = "run_with_permission", title = "投运要有批准", on = "repd", before = "operational", warn = true, check = permitted,
}

luodi.figure {
  name = "repd_operational_capacity", title = "投运装机容量", version = 1, of = "repd", unit = "MW",
  numerator = { where = "stage=operational", sum = "capacity" },
  basis = "截止日处于已投运的项目，装机容量合计；没填容量的不计",
}

luodi.figure {
  name = "repd_consent_rate", title = "批准率", version = 1, of = "repd", period = "submitted_on",
  denominator = "reached(granted) or reached(refused) or reached(appeal_refused) or reached(minister_refused) or reached(withdrawn)",
  numerator = "reached(granted)",
  basis = "本期申请、已有结果的项目中，到截止日得到过批准的；先驳回后经上诉批准的算批准",
}

luodi.figure {
  name = "repd_build_rate", title = "建成率", version = 1, of = "repd", period = "granted_on",
  denominator = "granted_on?", numerator = "reached(operational)",
  basis = "本期首次得到批准的项目中，到截止日已经投运过的",
}

require "mapping"
