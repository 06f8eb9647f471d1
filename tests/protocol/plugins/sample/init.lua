-- What the protocol tests stand on: two small kinds that use every type of field, a figure, an export.

local luodi = require "luodi"

luodi.kind {
  name = "firm", title = "企业", prefix = "F",
  fields = {
    { "region", "text", title = "来源地", index = true },
    { "code", "text", title = "代码", unique = true },
  },
}

luodi.kind {
  name = "job", title = "工作", prefix = "J",
  fields = {
    { "firm", "ref:firm", title = "企业", index = true },
    { "planned", "money", title = "计划总额", unit = "万元", index = true },
    { "share", "percent", title = "占比" },
    { "people", "int", title = "人数" },
    { "urgent", "bool", title = "加急" },
    { "due_on", "date", title = "期限" },
    { "sort", "enum", title = "类别", values = { { "road", "道路" }, { "house", "房屋" } } },
    { "tags", "set", title = "标签", values = { { "new", "新" }, { "big", "大" } } },
    { "remark", "text", title = "备注" },
  },
  flow = {
    { "open", title = "待办", to = { "doing", "given_up" } },
    { "doing", title = "在办", to = { "done", "given_up" }, needs = { "planned" } },
    { "done", title = "办结", done = true },
    { "given_up", title = "放弃", dead = true, reason = true },
  },
}

luodi.figure {
  name = "done_rate", version = 1, title = "办结率", of = "job",
  denominator = "due_on<=@end", numerator = "stage=done",
  basis = "期限在本期末以前的工作里，已经办结的",
}

luodi.export {
  name = "all_jobs", title = "工作清单", formats = { "csv", "md", "json" },
  run = function(q, out)
    out:title("工作清单")
    out:table { columns = { { "名称", "text" }, { "计划总额", "money" } } }
    for job in q:list("job") do
      out:row(job.title, job.planned)
    end
  end,
}
