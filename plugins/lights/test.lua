local t = require "luodi.test" -- run by: luodi plugin test plugins/lights

local function project(fields) -- signed on 12 April 2022, unless fields say otherwise
  local record = { title = "样本项目", sector = "infrastructure", planned = "1.6亿", contract = "1亿", signed_mode = "cloud",
                   stage = "signed", on = "2022-04-12" }
  for name, value in pairs(fields or {}) do record[name] = value end
  return t.record("project", record)
end

local function building(fields) -- since February, with half of the amounts of the contract in place
  local p = project { on = "2022-01-10", arrived = "5000万" }
  t.move(p, "construction", { on = "2022-02-21", permit = "样本第1号" })
  for name, value in pairs(fields) do t.set(p, { [name] = value, on = "2022-02-21" }) end
  return p
end

t.test("a start is overdue from the day after it was due, and red after three whole months", function()
  local p = project { due_on = "2022-06-30", arrived = "1亿" }
  t.expect_light(p, "2022-06-30", "green", "start_overdue")
  t.expect_light(p, "2022-07-01", "yellow", "应于 2022-06-30 开工，未开工")
  t.expect_light(p, "2022-09-30", "yellow", "start_overdue")
  t.expect_light(p, "2022-10-01", "red", "应开工未开工连续 3 个月")
  t.expect_light(p, "2023-01-01", "red", "应开工未开工连续 6 个月")
end)

t.test("what has begun is not overdue, however late it began", function()
  local p = project { due_on = "2022-05-31", arrived = "1亿" }
  t.move(p, "construction", { on = "2022-06-20", photo = "开槽.jpg" })
  t.expect_light(p, "2022-06-19", "yellow", "start_overdue")
  t.expect_light(p, "2022-06-20", "green")
  t.move(p, "suspended", { on = "2022-06-25", note = "等设备" })
  t.expect_light(p, "2022-06-26", "green", "start_overdue")
end)

t.test("a project may stay signed for sixty days", function()
  local p = project()
  t.expect_light(p, "2022-06-11", "green")
  t.expect_light(p, "2022-06-12", "yellow", "签约已 61 天")
  t.expect_light(p, "2022-07-11", "yellow", "signed_too_long")
  t.expect_light(p, "2022-07-12", "red", "签约 91 天仍未开工")
  t.expect_light(p, "2022-07-18", "red", "签约 97 天仍未开工")
  t.move(p, "landed", { on = "2022-07-12", filing = "备〔2022〕1号" })
  t.expect_light(p, "2022-07-12", "green")
end)

t.test("thirty per cent of the contract are there after a hundred and twenty days", function()
  local p = project { arrived = "1430万" }
  t.expect_light(p, "2022-08-09", "green", "funds_late")
  t.expect_light(p, "2022-08-10", "red", "签约满 120 天，资金到位率 14.3%，应到 30%")
  t.set(p, { arrived = "3000万", on = "2022-08-15" })
  t.expect_light(p, "2022-08-14", "red", "funds_late")
  t.expect_light(p, "2022-08-15", "green", "funds_late")
  local nothing = project { title = "样本二" }
  t.expect_light(nothing, "2022-08-10", "red", "签约满 120 天，资金到位率 0.0%，应到 30%")
end)

t.test("the year's plan keeps pace with the months whose ledgers are in", function()
  local p = building { planned_year = "1200万", invested_before = "3000万", invested = "3480万" } -- 480 of 1,200 are 40 per cent
  t.expect_light(p, "2022-06-10", "green") -- five months: 41.7
  t.expect_light(p, "2022-07-09", "green") -- the ledger of June is not in yet
  t.expect_light(p, "2022-07-10", "yellow", "投资落后序时进度 10 个百分点")
  t.expect_light(p, "2022-09-09", "yellow", "behind_time")
  t.expect_light(p, "2022-09-10", "yellow", "投资落后序时进度 27 个百分点")
  t.expect_light(p, "2022-10-10", "red", "投资落后序时进度 35 个百分点")
  t.set(p, { invested = "4080万", on = "2022-10-12" })
  t.expect_light(p, "2022-10-12", "green")
end)

t.test("a new year begins without a debt", function()
  local p = building { planned_year = "1200万", invested = "0" }
  t.expect_light(p, "2022-12-31", "red", "behind_time")
  t.expect_light(p, "2023-01-15", "green", "behind_time")
end)

t.test("the light is that of the worst finding", function()
  local p = project { due_on = "2022-06-30" }
  t.expect_light(p, "2022-07-05", "yellow")
  t.expect_light(p, "2022-07-18", "red")
  t.expect_light(p, "2022-07-18", "yellow", "start_overdue")
end)

t.test("nobody asks about what is done or given up", function()
  local p = project { due_on = "2022-05-31" }
  t.expect_light(p, "2022-07-18", "red")
  t.move(p, "abandoned", { on = "2022-07-18", note = "投资方转投外地" })
  t.expect_light(p, "2023-07-18", "green")
end)
