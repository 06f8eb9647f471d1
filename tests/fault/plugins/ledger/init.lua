-- What the fault tests write: small records with a guard, so that each write asks the plugin host too.

local luodi = require "luodi"

luodi.kind {
  name = "entry", title = "条目", prefix = "N",
  fields = {
    { "code",  "text",  title = "编码", required = true, unique = true },
    { "count", "int",   title = "个数", index = true },
    { "sum",   "money", title = "金额" },
    { "text",  "text",  title = "正文" },
  },
  flow = {
    { "open",   title = "未结", to = { "closed" } },
    { "closed", title = "已结", done = true, to = { "open" } },
  },
}

luodi.guard {
  name = "count_is_small", title = "个数不过百万", on = "entry",
  check = function(new)
    if new.count and new.count > 1000000 then return luodi.refuse("count", "个数 %d 太大", new.count) end
  end,
}
