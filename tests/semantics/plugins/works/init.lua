-- What the tests of the rules stand on: works with a flow that has every sort of stage, the firms and people they refer
-- to, figures of every form, and one year of a calendar.

local luodi = require "luodi"

luodi.kind {
  name = "firm", title = "企业", prefix = "F",
  fields = {
    { "region", "text", title = "来源地", index = true },
    { "code", "text", title = "代码", unique = true },
  },
}

luodi.kind {
  name = "person", title = "人员", prefix = "U",
  fields = {
    { "staff_no", "text", title = "工号", required = true, unique = true },
  },
}

luodi.kind {
  name = "work", title = "工程", prefix = "W",
  fields = {
    { "code", "text", title = "编码", unique = true, index = true },
    { "firm", "ref:firm", title = "投资方", index = true },
    { "steward", "ref:person", title = "管家" },
    { "planned", "money", title = "计划总投资", unit = "万元", index = true },
    { "paid", "money", title = "到位资金", unit = "万元" },
    { "cost", "money", title = "成本" },
    { "share", "percent", title = "占比" },
    { "ratio", "decimal", title = "系数" },
    { "people", "int", title = "人数" },
    { "urgent", "bool", title = "加急" },
    { "due_on", "date", title = "应开工" },
    { "sort", "enum", title = "类别", values = { { "road", "道路" }, { "house", "房屋" } } },
    { "tags", "set", title = "标签", values = { { "new", "新" }, { "big", "大" }, { "green", "绿色" } } },
    { "permit", "text", title = "许可证" },
    { "remark", "text", title = "备注" },
    { "unpaid", "money", title = "未到位",
      compute = function(w) return w.planned and w.paid and w.planned - w.paid end },
    { "wait", "int", title = "签约等待",
      compute = function(w)
        local signed = w:reached "signed"
        return signed and w.due_on and w.due_on - signed
      end },
  },
  flow = {
    { "clue", title = "线索", to = { "signed", "landed", "suspended", "abandoned" } },
    { "signed", title = "签约", needs = { "planned" }, to = { "clue", "landed", "building", "suspended", "abandoned" } },
    { "landed", title = "落地", to = { "signed", "building", "suspended", "abandoned" } },
    { "building", title = "在建", needs = { "permit" }, to = { "finished", "suspended", "abandoned" } },
    { "finished", title = "竣工", done = true },
    { "suspended", title = "停工", suspends = true, reason = true, to = { "abandoned" } },
    { "abandoned", title = "终止", dead = true, reason = true },
  },
}

luodi.guard {
  name = "paid_within_planned", on = "work",
  check = function(new)
    if new.paid and new.planned and new.paid > new.planned then
      return luodi.refuse("paid", "到位资金 %s 超过计划总投资 %s", new.paid, new.planned)
    end
  end,
}

luodi.guard {
  name = "urgent_finish", on = "work", before = "finished", warn = true,
  check = function(new)
    if new.urgent then return luodi.refuse("urgent", "加急的工程竣工要写明情况") end
  end,
}

luodi.figure {
  name = "start_rate", title = "开工率", version = 2, of = "work",
  denominator = "planned>=1亿 and due_on<=@end", numerator = "stage in (building,finished)",
  basis = "本期应开工的亿元以上工程中，已开工的",
}

luodi.figure {
  name = "signed_works", title = "新签约", version = 1, of = "work", period = "signed_on", unit = "项", against = "year",
  numerator = "", basis = "本期首次签约的",
}

luodi.figure {
  name = "paid_rate", title = "到位率", version = 1, of = "work",
  denominator = { where = "stage>=signed", sum = "planned" }, numerator = { where = "paid?", sum = "paid" },
  basis = "已签约的，到位资金除以计划总投资",
}

luodi.figure {
  name = "unpaid_total", title = "未到位合计", version = 1, of = "work", unit = "money",
  numerator = { where = "paid?", sum = "planned", minus = "paid" }, basis = "计划总投资减到位资金",
}

luodi.figure {
  name = "by_north", title = "沈阳企业的", version = 1, of = "work", unit = "项",
  numerator = "firm.region=沈阳", basis = "投资方来自沈阳的",
}

luodi.export {
  name = "all_works", title = "工程清单", formats = { "csv", "md", "json", "xlsx", "html" },
  run = function(q, out)
    out:title("工程清单")
    out:table { columns = { { "名称", "text" }, { "计划总投资", "money" } } }
    for work in q:list("work") do out:row(work.title, work.planned) end
  end,
}

luodi.export {
  name = "titles", title = "名单", formats = { "md" },
  run = function(q, out)
    for work in q:list("work") do
      out:heading(work.title)
      out:item(work.title)
    end
  end,
}

luodi.export {
  name = "ledger_book", title = "工程台账", args = { { "note", "text" } },
  run = function(q, out, args)
    out:title("工程台账")
    out:paragraph("截至 %s，共 %d 项。", q.as_of, q:count("work"))
    out:heading("一、在册")
    out:item("口径：在册的都算")
    out:table {
      title = "在册工程",
      columns = {
        { "名称" }, { "计划总投资", "money", unit = "万元", total = true }, { "到位", "money", unit = "万元", total = true },
        { "人数", "int", total = true }, { "系数", "decimal" }, { "占比", "percent" }, { "应开工", "date" },
        { "加急", "bool" }, { "备注" },
      },
    }
    for w in q:list("work") do
      out:row(w.title, w.planned, w.paid, w.people, w.ratio, w.share, w.due_on, w.urgent, w.remark)
    end
    out:paragraph("注：%s", args.note or "无")
    out:heading("二、编码 [未填]")
    out:table { columns = { { "名称" }, { "成本", "money" } } }
    for w in q:list("work", "not code?") do out:row(w.title, w.cost) end
    out:heading("三、下一步")
    out:item("=HYPERLINK(\"x\")")
  end,
}

-- Two lists of many pages, a record of each in turn.
luodi.export {
  name = "in_turn", title = "轮流", formats = { "csv" },
  run = function(q, out)
    out:table { columns = { { "甲" }, { "乙" } } }
    local second = q:list("work", "people>=100", { sort = "-people" })
    for first in q:list("work") do
      local other = second()
      out:row(first.title, other and other.title)
    end
  end,
}

luodi.export { name = "nothing_at_all", title = "空白", run = function() end }

luodi.mapping {
  name = "ledger", title = "台账", kind = "work", key = "code",
  columns = {
    { "项目编码", "code" },
    { "工程名称", "title" },
    { "总投资", "planned", unit = "亿元" },
    { "到位", "paid" },
    { "签约日期", "reached(signed)" },
    { "落地日期", "reached(landed)" },
    { "类型", "sort", values = { { "公路", "road" }, { "住宅", "house" } } },
    { "投资人", "firm" },
    { "许可", "permit" },
    { "填报日", "due_on" },
    { "说明", "remark" },
    { "序号", false },
  },
}

luodi.calendar {
  name = "year_2022", title = "2022 年", source = "测试用", years = { 2022 },
  holidays = { "2022-05-02..2022-05-04", "2022-10-03..2022-10-07" },
  workdays = { "2022-05-07" },
}
