-- expect: fault
-- Nested protected calls until the C stack ends.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local function f() local well, e = pcall(f) if not well then error(e, 0) end end
    f()
    error("went through")
  end,
}
