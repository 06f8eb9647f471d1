-- expect: fault
-- A metamethod that calls itself through C.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local t = setmetatable({}, { __tostring = tostring })
    return tostring(t)
  end,
}
