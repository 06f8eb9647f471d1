-- expect: fault
-- A callback of gsub that calls gsub.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() return (("x"):gsub("x", f)) end
    return f()
  end,
}
