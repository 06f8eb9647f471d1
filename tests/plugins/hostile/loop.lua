-- expect: budget
-- A loop without end.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    while true do end
  end,
}
