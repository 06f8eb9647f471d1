-- 压测: a kind of 20 fields to measure with; bench/run and bench/seed.c know it. No guards, no computes: what is measured is luodi itself.

local luodi = require "luodi"

luodi.kind {
  name = "bench", title = "压测", prefix = "B",
  fields = {
    { "unit",     "text",  title = "单位" },
    { "region",   "text",  title = "区域" },
    { "sector",   "text",  title = "行业" },
    { "contact",  "text",  title = "联系人" },
    { "phone",    "text",  title = "电话" },
    { "address",  "text",  title = "地址" },
    { "source",   "text",  title = "来源" },
    { "remark",   "text",  title = "备注" },
    { "level",    "int",   title = "级别", index = true },
    { "workers",  "int",   title = "用工" },
    { "area",     "int",   title = "面积" },
    { "floors",   "int",   title = "层数" },
    { "score",    "int",   title = "评分" },
    { "amount",   "money", title = "总额" },
    { "paid",     "money", title = "已付" },
    { "tax",      "money", title = "税收" },
    { "rent",     "money", title = "租金" },
    { "begin_on", "date",  title = "开始" },
    { "check_on", "date",  title = "检查" },
    { "close_on", "date",  title = "结束" },
  },
  flow = {
    { "first",  title = "一", to = { "second", "third", "fourth", "fifth", "sixth" } },
    { "second", title = "二", to = { "first", "third", "fourth", "fifth", "sixth" } },
    { "third",  title = "三", to = { "first", "second", "fourth", "fifth", "sixth" } },
    { "fourth", title = "四", to = { "first", "second", "third", "fifth", "sixth" } },
    { "fifth",  title = "五", to = { "first", "second", "third", "fourth", "sixth" } },
    { "sixth",  title = "六", to = { "first", "second", "third", "fourth", "fifth" } },
  },
}

luodi.export {
  name = "sheet", title = "压测清单",
  run = function(q, out)
    out:table { columns = {
      { "单位" }, { "区域" }, { "行业" }, { "联系人" }, { "电话" }, { "地址" }, { "来源" }, { "备注" },
      { "级别", "int" }, { "用工", "int" }, { "面积", "int" }, { "层数", "int" }, { "评分", "int" },
      { "总额", "money" }, { "已付", "money" }, { "税收", "money" }, { "租金", "money" },
      { "开始", "date" }, { "检查", "date" }, { "结束", "date" },
    } }
    for b in q:list("bench") do
      out:row(b.unit, b.region, b.sector, b.contact, b.phone, b.address, b.source, b.remark, b.level, b.workers, b.area,
        b.floors, b.score, b.amount, b.paid, b.tax, b.rent, b.begin_on, b.check_on, b.close_on)
    end
  end,
}
