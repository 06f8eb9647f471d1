-- expect: error
-- Returns as many values as fit, with a sentence that wants them all.

local luodi = require "luodi"

luodi.rule {
  name = "hostile", on = "a",
  check = function(record, today)
    local values = {}
    for i = 1, 10000 do values[i] = i end
    return "red", ("%d"):rep(20001), table.unpack(values)
  end,
}
