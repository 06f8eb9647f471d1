local t = require "luodi.test" -- run by: luodi plugin test plugins/district

local function project(fields) -- signed in the ceremony of April, unless fields say otherwise
  local record = { title = "样本项目", sector = "service", planned = "6200万", contract = "5000万", signed_mode = "onsite",
                   ceremony = "四月集中签约", permit = "样本第1号", acceptance = "样本验收1号",
                   stage = "signed", on = "2022-04-12" }
  for name, value in pairs(fields or {}) do record[name] = value end
  return t.record("project", record)
end

t.test("a ceremony counts each project once, on site and by cloud", function()
  project()
  project { title = "云上的", signed_mode = "cloud", planned = "1.6亿" }
  project { title = "自己签的", ceremony = "" }
  project { title = "上年的", on = "2021-11-02" }
  t.expect_figure("ceremony_signed", "2022H1", { numerator = 2 })
  t.expect_figure("ceremony_onsite", "2022H1", { numerator = 1 })
  t.expect_figure("ceremony_cloud", "2022H1", { numerator = 1 })
  t.expect_figure("ceremony_planned", "2022H1", { text = "2.22亿" })
end)

t.test("a resumption counts once it has happened, a first start never", function()
  local resumed = project { sector = "industry", on = "2021-03-01" }
  t.move(resumed, "construction", { on = "2021-08-02" })
  t.move(resumed, "suspended", { on = "2021-12-06", note = "等设备" })
  t.move(project { title = "新开工", sector = "industry" }, "construction", { on = "2022-05-10" })
  t.expect_figure("industry_resumed", "2022H1", { numerator = 0 })
  t.move(resumed, "resume", { on = "2022-04-18" })
  t.expect_figure("industry_resumed", "2022H1", { numerator = 1 })
  t.expect_figure("industry_resumed", "2022H2", { numerator = 0 })
end)

t.test("an acquisition is closing from ninety per cent until it is complete", function()
  local plot = project { title = "样本地块", sector = "acquisition", on = "2021-09-26", stage = "construction", acquired = "89%" }
  t.expect_figure("acquisition_closing", "2022H1", { numerator = 0 })
  t.set(plot, { acquired = "96%", on = "2022-05-20" })
  t.expect_figure("acquisition_closing", "2022H1", { numerator = 1 })
end)

t.test("the review gives each figure, its basis and its projects", function()
  t.at("2022-06-30")
  local opened = project { title = "样本科创园", planned = "1.2亿", due_on = "2022-05-31", on = "2021-06-22" }
  t.move(opened, "construction", { on = "2021-10-08" })
  t.move(opened, "operating", { on = "2022-05-03" })
  project { title = "样本仓储楼", planned = "1.5亿", due_on = "2022-06-30" }
  t.expect_export("half_year", {}, { "2022H1 半年回顾", "统计期 2022-01-01 到 2022-06-30，截至 2022-06-30" })
  t.expect_export("half_year", { period = "2022H2" }, { "2022H2 半年回顾", "集中签约项目：0" })
  t.expect_export("half_year", { period = "2022H1" }, {
    "2022H1 半年回顾",
    "集中签约项目：1", "集中签约总额：1.5亿", "样本仓储楼",
    "开业运营服务业项目：1", "样本科创园",
    "亿元以上重点项目：2", "开复工率：1/2 = 50.0%",
    "还没有台账的",
  })
end)
