-- expect: fault
-- Coroutines that are all kept.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local t = {}
    while true do t[#t + 1] = coroutine.create(next) end
  end,
}
