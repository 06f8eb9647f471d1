-- 红黄绿灯: what a project's light is, and why. One rule for each worry of those who answer for it; the light is that of the worst.
-- The numbers are in thresholds.lua. A rule says nothing where all is well; what it says is read by a person who will ask: since when, how much?

local luodi = require "luodi"
local behind_time = require "progress"
local limit = require "thresholds"

luodi.rule {
  name = "start_overdue", title = "应开工未开工", on = "project", when = "due_on? stage<construction",
  check = function(p, today)
    local months = (today.year - p.due_on.year) * 12 + today.month - p.due_on.month
    if months > limit.start.red_months then return "red", "应开工未开工连续 %d 个月", months - 1 end
    if today > p.due_on then return "yellow", "应于 %s 开工，未开工", p.due_on end
  end,
}

luodi.rule {
  name = "signed_too_long", title = "签约后迟迟不开工", on = "project", when = "stage=signed",
  check = function(p, today)
    local days = today - p.stage_since
    if days > limit.signed.red_days then return "red", "签约 %d 天仍未开工", days end
    if days > limit.signed.yellow_days then return "yellow", "签约已 %d 天", days end
  end,
}

luodi.rule {
  name = "funds_late", title = "资金到位慢", on = "project", when = "signed_on? contract>0 stage>=signed open",
  check = function(p, today)
    local share = p.arrived and p.arrived / p.contract or luodi.decimal "0"
    if today - p.signed_on >= limit.funds.red_days and share * 100 < limit.funds.percent then
      return "red", "签约满 %d 天，资金到位率 %s，应到 %d%%", limit.funds.red_days, share:percent(1), limit.funds.percent
    end
  end,
}

luodi.rule {
  name = "behind_time", title = "投资落后序时进度", on = "project", when = "stage=construction planned_year>0 invested?",
  check = function(p, today)
    local before = p.invested_before or luodi.money "0"
    return behind_time(p.planned_year, p.invested - before, today)
  end,
}
