-- A plugin that never comes back: what luodi must survive. Not for use.

local luodi = require "luodi"

luodi.kind {
  name = "loop", title = "死循环", prefix = "LP",
  fields = { { "note", "text", title = "备注" } },
}

luodi.guard {
  name = "loop_for_ever", title = "永不返回", on = "loop",
  check = function()
    while true do end -- luacheck: ignore 542
  end,
}
