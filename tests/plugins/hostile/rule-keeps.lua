-- expect: memory
-- Keeps something of every day, so that days that are each cheap fill the memory together.

local luodi = require "luodi"
local kept = {}

luodi.rule {
  name = "hostile", on = "a",
  check = function(record, today)
    kept[#kept + 1] = ("x"):rep(1000000) .. #kept
    return #kept % 2 == 0 and "red" or "yellow", "第 %d 天", #kept
  end,
}
