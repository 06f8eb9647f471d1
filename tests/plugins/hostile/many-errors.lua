-- expect: error
-- An error value that can't be shown.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    error(setmetatable({}, { __index = function() while true do end end, __tostring = function() while true do end end }))
  end,
}
