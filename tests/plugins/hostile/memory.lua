-- expect: memory
-- One text that doubles.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local s = "x"
    while true do s = s .. s end
  end,
}
