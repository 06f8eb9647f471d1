local t = require "luodi.test" -- run by: luodi plugin test plugins/project

local function enterprise(province, city)
  return t.record("enterprise", { title = city .. "样本公司", province = province, city = city })
end

local function project(fields) -- a signed one, unless fields say otherwise
  local record = { title = "样本项目", sector = "infrastructure", planned = "1.6亿", contract = "1.4亿", signed_mode = "onsite",
                   stage = "signed", on = "2022-04-12" }
  for name, value in pairs(fields or {}) do record[name] = value end
  return t.record("project", record)
end

t.test("a project goes from clue to operation, and each stage has its day", function()
  local steward = t.record("person", { title = "样本管家" })
  local p = t.record("project", { title = "样本项目", source = "驻点招商", stage = "clue", on = "2021-09-01" })
  t.move(p, "reserve", { on = "2021-10-08", planned = "1.6亿", steward = steward })
  t.move(p, "signed", { on = "2022-02-21", contract = "1.4亿", signed_mode = "cloud" })
  t.move(p, "landed", { on = "2022-03-10", filing = "备〔2022〕1号" })
  t.move(p, "preparing", { on = "2022-04-01", site = "一号地块" })
  t.move(p, "construction", { on = "2022-06-28", permit = "样本第1号" })
  t.move(p, "completed", { on = "2023-05-18", acceptance = "验收第1号" })
  t.move(p, "operating", { on = "2023-07-01" })
  t.expect_equal(t.get(p).stage, "operating")
  t.expect_equal(t.get(p, "2022-06-30").stage, "construction")
  t.expect_figure("new_signed", "2022-02", { numerator = 1 })
end)

t.test("a start needs a permit or a photo", function()
  local p = project()
  t.expect_refused(p, { move = "construction", on = "2022-05-10" }, "permit",
    "开工要有施工许可证或现场照片，" .. t.get(p).id .. " 两样都没有")
  t.move(p, "construction", { on = "2022-05-10", photo = "开槽.jpg" })
  t.expect_equal(t.get(p).stage, "construction")
end)

t.test("landing needs a company or a filing number", function()
  local p = project()
  t.expect_refused(p, { move = "landed", on = "2022-05-10" }, "filing",
    "落地要有项目公司或备案文号，" .. t.get(p).id .. " 两样都没有")
  t.move(p, "landed", { on = "2022-05-10", company = "样本项目公司" })
end)

t.test("talks need an investor where the sector has one", function()
  local steward = t.record("person", { title = "样本管家" })
  local reserve = { steward = steward, stage = "reserve", on = "2022-01-10" }
  reserve.sector = "industry"
  local factory = project(reserve)
  t.expect_refused(factory, { move = "negotiating", on = "2022-02-10" }, "investor",
    "洽谈要有投资方，" .. t.get(factory).id .. " 还没有填")
  reserve.sector = "public"
  t.move(project(reserve), "negotiating", { on = "2022-02-10" })
end)

t.test("a suspended project resumes where it stood, and is not started again", function()
  local p = project { planned = "3.2亿", due_on = "2022-03-31" }
  t.move(p, "construction", { on = "2022-04-20", permit = "样本第1号" })
  t.move(p, "suspended", { on = "2022-05-10", note = "等设备" })
  t.expect_figure("start_rate", "2022H1", { numerator = 0, denominator = 1 })
  t.move(p, "resume", { on = "2022-06-15" })
  t.expect_equal(t.get(p).stage, "construction")
  t.expect_figure("start_rate", "2022H1", { numerator = 1, denominator = 1 })
  t.expect_figure("new_started", "2022-04", { numerator = 1 })
  t.expect_figure("new_started", "2022-06", { numerator = 0 })
end)

t.test("the start rate counts what is due by the end of the period and is at least a hundred million", function()
  project { due_on = "2022-06-30" }
  project { title = "不足一亿", planned = "9999万", due_on = "2022-06-30" }
  project { title = "还没到期", due_on = "2022-07-01" }
  project { title = "没有日子" }
  t.expect_figure("start_rate", "2022H1", { numerator = 0, denominator = 1 })
  t.expect_figure("start_rate", "2022", { numerator = 0, denominator = 2 })
end)

t.test("landing and performance are shares of what was signed in the period", function()
  local landed, started = project { title = "已落地", filing = "备1号" }, project { title = "已开工", permit = "样本第1号" }
  project { title = "只签约" }
  project { title = "上年签约", on = "2021-12-20" }
  t.move(landed, "landed", { on = "2022-05-10" })
  t.move(started, "construction", { on = "2022-06-10" })
  t.expect_figure("landing_rate", "2022H1", { numerator = 2, denominator = 3 })
  t.expect_figure("performance_rate", "2022H1", { numerator = 1, denominator = 3 })
end)

t.test("without a period, what was never signed or started still does not count", function()
  local talks = { stage = "negotiating", on = "2022-01-10" }
  project(talks)
  t.move(project { title = "已开工", permit = "样本第1号" }, "construction", { on = "2022-06-10" })
  t.expect_figure("new_signed", nil, { numerator = 1 })
  t.expect_figure("new_signed_planned", nil, { text = "1.6亿" })
  t.expect_figure("new_started", nil, { numerator = 1 })
  t.expect_figure("hundred_million_started", nil, { numerator = 1 })
  t.expect_figure("landing_rate", nil, { numerator = 1, denominator = 1 })
end)

t.test("an enterprise belongs to the region of its province or city", function()
  t.expect_equal(t.get(enterprise("河北省", "唐山市")).region, "京津冀")
  t.expect_equal(t.get(enterprise("安徽", "合肥")).region, "长三角")
  t.expect_equal(t.get(enterprise("广东", "佛山")).region, "珠三角")
  t.expect_equal(t.get(enterprise("广东", "潮州")).region, "其他地区")
  t.expect_equal(t.get(enterprise("辽宁", "辽阳")).region, "本市")
  t.expect_equal(t.get(enterprise("辽宁", "沈阳")).region, "省内")
end)
