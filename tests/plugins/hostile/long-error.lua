-- expect: error
-- A message of a mebibyte with control characters.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    error(("\27[31m"):rep(200000))
  end,
}
