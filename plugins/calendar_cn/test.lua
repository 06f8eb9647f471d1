local luodi = require "luodi"
local t = require "luodi.test" -- run by: luodi plugin test plugins/calendar_cn

local function workdays(from, to) -- after from, up to and with to
  return luodi.date(from):workdays_to(luodi.date(to))
end

local function is_working(day)
  return workdays(tostring(luodi.date(day) - 1), day) == 1
end

t.test("a year has as many working days as its notice leaves", function()
  local expected = {
    [2018] = 250, [2019] = 250, [2020] = 249, [2021] = 250, [2022] = 249, [2023] = 249, [2024] = 251, [2025] = 248, [2026] = 248,
  }
  for year = 2018, 2026 do -- 1 January is always off, so it may be the day that is left out
    t.expect_equal(workdays(year .. "-01-01", year .. "-12-31"), expected[year])
  end
end)

t.test("days off in the week", function()
  for _, day in ipairs { "2018-12-31", "2019-05-02", "2020-01-31", "2022-01-31", "2022-05-04", "2023-10-06", "2024-02-16",
                         "2025-01-28", "2026-02-23" } do
    t.expect(not is_working(day), day .. " 应当休息")
  end
end)

t.test("weekends on which offices are open", function()
  for _, day in ipairs { "2018-09-30", "2018-12-29", "2019-05-05", "2022-04-02", "2022-04-24", "2022-05-07", "2023-06-25",
                         "2025-10-11", "2026-02-14", "2026-02-28" } do
    t.expect(is_working(day), day .. " 应当上班")
  end
end)

t.test("the first of February 2020 was to be worked, then the Spring Festival was extended", function()
  t.expect(not is_working "2020-02-01", "2020-02-01 应当休息")
  t.expect(is_working "2020-02-03", "2020-02-03 应当上班")
end)

t.test("a deadline counts over a holiday", function()
  t.expect_equal(workdays("2022-01-28", "2022-02-07"), 3) -- two make-up days, then the Monday after
  t.expect_equal(tostring(luodi.date("2022-04-29"):plus_workdays(1)), "2022-05-05")
end)
