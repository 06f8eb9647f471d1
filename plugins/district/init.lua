-- 区里的半年账: the figures of a half-year's review, and the review itself.
-- A district has its own counting rules, so they stand here and not with the projects.

local luodi = require "luodi"
local lines = require "lines"

-- Each line of the review that comes from records is a figure of its own: it can be asked for, explained and stated like any other.
luodi.figure {
  name = "ceremony_signed", title = "集中签约项目", version = 1, of = "project", unit = "项",
  numerator = lines.ceremony.filter,
  basis = "本期首次签约、填了签约活动的项目；后来终止的也算",
}

luodi.figure {
  name = "ceremony_onsite", title = "现场签约项目", version = 1, of = "project", unit = "项",
  numerator = lines.ceremony.filter .. " signed_mode=onsite",
  basis = "集中签约项目中签约方式为现场的",
}

luodi.figure {
  name = "ceremony_cloud", title = "云签约项目", version = 1, of = "project", unit = "项",
  numerator = lines.ceremony.filter .. " signed_mode=cloud",
  basis = "集中签约项目中签约方式为云签约的",
}

luodi.figure {
  name = "ceremony_planned", title = "集中签约总额", version = 1, of = "project", unit = "money",
  numerator = { where = lines.ceremony.filter, sum = "planned" },
  basis = "集中签约项目的计划总投资合计；没填的不计",
}

luodi.figure {
  name = "industry_resumed", title = "复工复产工业项目", version = 1, of = "project", unit = "项",
  numerator = lines.resumed.filter,
  basis = "停过工、本期复工的工业项目，截止日在建的；复工后又停的不算，首次开工的不算",
}

luodi.figure {
  name = "service_opened", title = "开业运营服务业项目", version = 1, of = "project", unit = "项",
  numerator = lines.opened.filter,
  basis = "本期首次运营、截止日仍在运营的服务业项目",
}

luodi.figure {
  name = "acquisition_closing", title = "收尾征收项目", version = 1, of = "project", unit = "项",
  numerator = lines.closing.filter,
  basis = "征收进度达到 90%、截止日还没有完成也没有终止的征收项目",
}

luodi.figure {
  name = "key_reserve", title = "亿元以上重点项目", version = 1, of = "project", unit = "项",
  numerator = lines.key.filter,
  basis = "计划总投资一亿元以上（含）、应开工日期不晚于期末的项目，与开复工率的分母相同",
}

require "half_year"
