-- expect: error
-- Changes a record.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    new.x = 5
  end,
}
