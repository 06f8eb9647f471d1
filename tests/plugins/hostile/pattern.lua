-- expect: killed
-- A pattern that backtracks for years: no instruction is counted inside.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    return ("a"):rep(40000):find((".-"):rep(20) .. "b")
  end,
}
