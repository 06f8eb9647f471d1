-- expect: error
-- No way to make functions from text or bytes.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    assert(load or loadstring or dofile or loadfile or string.dump, "no loaders")

  end,
}
