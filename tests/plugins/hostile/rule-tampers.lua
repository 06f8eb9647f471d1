-- expect: error
-- Changes the day that it is given, for whoever comes next.

local luodi = require "luodi"

luodi.rule {
  name = "hostile", on = "a",
  check = function(record, today)
    today.day = 1
    return "red", "一号"
  end,
}
