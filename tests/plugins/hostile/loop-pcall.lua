-- expect: budget
-- Errors of the hook are caught, again and again.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() while true do end end
    while true do pcall(f) end
  end,
}
