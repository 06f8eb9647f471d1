-- What lights.transcript stands on: a short kind with three rules, one of which can be made to fail, and a kind that no rule watches.

local luodi = require "luodi"

luodi.kind {
  name = "person", title = "人员", prefix = "H",
  fields = { { "unit", "text", title = "单位" } },
}

luodi.kind {
  name = "project", title = "项目", prefix = "P",
  fields = {
    { "planned", "money", title = "计划总投资" },
    { "due_on",  "date",  title = "应开工" },
    { "visited", "date",  title = "最近走访" },
    { "steward", "ref:person", title = "项目管家" },
  },
  flow = {
    { "signed", title = "签约", to = { "construction" } },
    { "construction", title = "开工在建" },
  },
}

luodi.rule {
  name = "signed_too_long", title = "签约后迟迟不开工", on = "project", when = "stage=signed",
  check = function(p, today)
    local days = today - p.stage_since
    if days > 90 then return "red", "签约 %d 天仍未开工", days end
    if days > 60 then return "yellow", "签约已 %d 天", days end
  end,
}

luodi.rule {
  name = "start_overdue", title = "应开工未开工", on = "project", when = "due_on? stage=signed",
  check = function(p, today)
    if today > p.due_on + 92 then return "red", "应开工未开工连续 3 个月" end
    if today > p.due_on then return "yellow", "应于 %s 开工，未开工", p.due_on end
  end,
}

luodi.rule {
  name = "long_unvisited", title = "久未走访", on = "project", when = "visited?",
  check = function(p, today)
    if p.visited.year > 2029 then error("年份写错了") end
    if today - p.visited > 30 then return "yellow", "%d 天没有走访", today - p.visited end
  end,
}
