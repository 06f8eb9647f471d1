-- expect: budget
-- Errors of the hook end a coroutine, and resume hides them.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() while true do end end
    while true do coroutine.resume(coroutine.create(f)) end
  end,
}
