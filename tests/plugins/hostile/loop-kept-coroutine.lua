-- expect: budget
-- A coroutine made while loading, before any call.

local luodi = require "luodi"

kept = coroutine.wrap(function() while true do end end)

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    kept()
  end,
}
