-- expect: memory
-- Each replacement is larger than the text.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    local s = ("x"):rep(1000000)
    return s:gsub("x", ("y"):rep(1000000))
  end,
}
