-- expect: budget
-- An order that never ends.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local t = {}
    for i = 1, 1000 do t[i] = i end
    while true do pcall(table.sort, t, function() return true end) end
  end,
}
