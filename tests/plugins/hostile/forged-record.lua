-- expect: error
-- Methods of records called on other things.

local luodi = require "luodi"

luodi.guard {
  name = "hostile", on = "a",
  check = function(new)
    getmetatable(new).__index(luodi.date "2022-01-01", "title")
  end,
}
