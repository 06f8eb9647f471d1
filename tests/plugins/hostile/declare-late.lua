-- expect: error
-- Declares in a function.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    luodi.kind { name = "late", title = "L", prefix = "L" }
  end,
}
