-- expect: error
-- No way to the registry, files, processes, the clock or chance.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    assert(debug or io or os or package or collectgarbage or print or math.random, "nothing there")
  end,
}
