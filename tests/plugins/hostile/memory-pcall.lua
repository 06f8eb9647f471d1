-- expect: memory
-- Out of memory, caught each time.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f()
      local t = {}
      while true do t[#t + 1] = ("x"):rep(100000) .. #t end
    end
    while true do pcall(f) end
  end,
}
