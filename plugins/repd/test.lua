local t = require "luodi.test" -- run by: luodi plugin test plugins/repd

local function site(fields)
  local record = { title = "Sample Hill", technology = "wind_onshore", capacity = "12.5", stage = "submitted", on = "2018-05-01" }
  for name, value in pairs(fields or {}) do record[name] = value end
  return t.record("repd", record)
end

t.test("a site goes from application to operation", function()
  local r = site()
  t.move(r, "granted", { on = "2019-02-01" })
  t.move(r, "under_construction", { on = "2019-10-01" })
  t.move(r, "operational", { on = "2020-11-15" })
  t.expect_equal(t.get(r).stage, "operational")
  t.expect_equal(t.get(r, "2020-01-01").stage, "under_construction")
end)

t.test("what was refused may be granted on appeal", function()
  local r = site()
  t.move(r, "refused", { on = "2018-11-01" })
  t.move(r, "appealed", { on = "2019-01-15" })
  t.move(r, "granted", { on = "2019-06-20" })
  t.expect_figure("repd_consent_rate", "2018", { numerator = 1, denominator = 1, as_of = "2019-12-31" })
  t.expect_figure("repd_consent_rate", "2018", { numerator = 0, denominator = 1 }) -- as it stood at the end of the year
end)

t.test("who says that a site was built without a permission says why", function()
  local r = site()
  t.move(r, "refused", { on = "2018-11-01" })
  t.expect_refused(r, { move = "under_construction", on = "2019-03-01" }, nil, "Sample Hill 申请过，没有批准的日子，却已是建设中")
  t.move(r, "under_construction", { on = "2019-03-01", note = "登记册没有上诉批准的日子" })
  t.expect_equal(t.get(r).stage, "under_construction")
end)

t.test("a site without any day of planning needs no permission", function()
  local r = site { stage = "under_construction", on = "2015-03-06" }
  t.move(r, "operational", { on = "2016-01-01" })
  t.expect_equal(t.get(r).stage, "operational")
end)

t.test("an application is put in again after it was withdrawn", function()
  local r = site()
  t.move(r, "withdrawn", { on = "2018-06-17" })
  t.move(r, "submitted", { on = "2020-05-01" })
  t.move(r, "granted", { on = "2021-02-26" })
  t.expect_figure("repd_consent_rate", "2018", { numerator = 1, denominator = 1, as_of = "2021-03-31" })
end)

t.test("nothing runs before it is built, nor is it applied for after it ran", function()
  local r = site()
  t.move(r, "granted", { on = "2019-02-01" })
  t.move(r, "operational", { on = "2020-03-01" })
  t.expect_refused(r, { move = "under_construction", on = "2020-05-01" })
  t.expect_refused(r, { move = "submitted", on = "2020-05-01" })
end)

t.test("only what runs counts as operational capacity", function()
  local first, second = site { technology = "solar", capacity = "5" }, site { capacity = "20.25" }
  site { capacity = "100" }
  for _, r in ipairs { first, second } do
    t.move(r, "granted", { on = "2019-02-01" })
    t.move(r, "operational", { on = "2020-03-01" })
  end
  t.expect_figure("repd_operational_capacity", "2020", { text = "25.25 MW" })
  t.move(first, "decommissioned", { on = "2021-02-01" })
  t.expect_figure("repd_operational_capacity", "2021Q1", { text = "20.25 MW" })
end)
