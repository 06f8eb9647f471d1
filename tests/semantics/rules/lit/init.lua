-- What the tests of findings stand on: works with one rule of every sort. One looks at the record and the day, one through a reference, one at
-- who refers, one has the day in its "when", and one can be made to fail. The sentences say their numbers, so that a test sees what was asked.

local luodi = require "luodi"

luodi.kind {
  name = "firm", title = "企业", prefix = "F",
  fields = { { "rating", "text", title = "信用" } },
}

luodi.kind {
  name = "work", title = "工程", prefix = "W",
  fields = {
    { "firm", "ref:firm", title = "投资方", index = true },
    { "due_on", "date", title = "应开工" },
    { "trouble", "int", title = "麻烦" },
    { "remark", "text", title = "备注" },
  },
  flow = {
    { "clue", title = "线索", to = { "signed", "building", "abandoned" } },
    { "signed", title = "签约", to = { "clue", "building", "abandoned" } },
    { "building", title = "在建", to = { "finished", "abandoned" } },
    { "finished", title = "竣工", done = true },
    { "abandoned", title = "终止", dead = true },
  },
}

luodi.kind {
  name = "visit", title = "走访", prefix = "V",
  fields = { { "work", "ref:work", title = "工程", index = true } },
}

luodi.rule {
  name = "signed_too_long", title = "签约太久", on = "work", when = "stage=signed",
  check = function(w, today)
    local days = today - w.stage_since
    if days > 90 then return "red", "签约 %d 天仍未开工", days end
    if days > 60 then return "yellow", "签约已 %d 天", days end
  end,
}

luodi.rule {
  name = "start_overdue", title = "应开工未开工", on = "work", when = "stage in (clue,signed) and due_on?",
  check = function(w, today)
    if today > w.due_on then return "yellow", "应于 %s 开工，未开工", w.due_on end
  end,
}

luodi.rule {
  name = "bad_firm", title = "投资方失信", on = "work", when = "firm?",
  check = function(w)
    if w.firm.rating == "失信" then return "red", "%s失信", w.firm.title end
  end,
}

luodi.rule {
  name = "not_visited", title = "没有走访", on = "work", when = "stage=building and stage_since<-60d",
  check = function(w)
    if #w:referring("visit") == 0 then return "yellow", "开工 60 天没有走访" end
  end,
}

luodi.rule {
  name = "fragile", title = "易碎", on = "work", when = "trouble?",
  check = function(w)
    if w.trouble > 1 then return w.nothing end
    if w.trouble > 0 then return "yellow", "有麻烦" end
  end,
}
