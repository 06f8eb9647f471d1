-- expect: budget
-- A new coroutine every few hundred instructions: none reaches the count of the hook.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() for _ = 1, 100 do end end
    while true do coroutine.wrap(f)() end
  end,
}
