-- A kind for the random histories of tests/property: every sort of field, a flow with all that a flow can have.

local luodi = require "luodi"

luodi.kind {
  name = "sample", title = "样品", prefix = "S",
  fields = {
    { "code",   "text",  title = "编码", required = true, unique = true, index = true },
    { "label",  "text",  title = "标签" },
    { "amount", "money", title = "金额", index = true },
    { "count",  "int",   title = "个数" },
    { "share",  "percent", title = "占比" },
    { "due",    "date",  title = "期限" },
    { "urgent", "bool",  title = "急" },
    { "grade",  "enum",  title = "等级", values = { { "low", "低" }, { "middle", "中" }, { "high", "高" } } },
    { "tags",   "set",   title = "标记", values = { { "red", "红色" }, { "round", "圆形" }, { "heavy", "重" } } },
    { "twice",  "int",   title = "两倍", compute = function(s) return s.count and s.count * 2 end },
  },
  flow = {
    { "idea",  title = "想法", to = { "plan", "build", "halt", "dead" } },
    { "plan",  title = "计划", to = { "idea", "build", "done", "halt", "dead" } },
    { "build", title = "施工", needs = { "label" }, to = { "plan", "done", "halt", "dead" } },
    { "done",  title = "完成", needs = { "amount" }, done = true, to = { "build", "halt" } },
    { "halt",  title = "暂停", suspends = true, reason = true, to = { "dead", "plan" } },
    { "dead",  title = "作废", dead = true, reason = true },
  },
}
