-- expect: memory
-- Out of memory, caught, and a good answer after it.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    pcall(function() local s = "x" while true do s = s .. s end end)
    return nil
  end,
}
