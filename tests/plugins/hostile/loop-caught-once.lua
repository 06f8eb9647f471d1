-- expect: budget
-- Goes on as if nothing had happened after the first error of the hook.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    pcall(function() while true do end end)
    return nil
  end,
}
