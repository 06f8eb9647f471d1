-- expect: budget
-- A handler that runs when the budget is spent, and loops.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local _ <close> = setmetatable({}, { __close = function() while true do end end })
    while true do end
  end,
}
