-- expect: budget
-- The same with a handler that loops too.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() while true do end end
    while true do xpcall(f, f) end
  end,
}
