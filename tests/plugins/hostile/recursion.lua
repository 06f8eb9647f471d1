-- expect: fault
-- Calls itself until the stack ends.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() return 1 + f() end
    return f()
  end,
}
