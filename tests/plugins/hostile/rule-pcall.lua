-- expect: budget
-- A rule that loops on one of its days, catches the error, and answers all the same.

local luodi = require "luodi"

luodi.rule {
  name = "hostile", on = "a",
  check = function(record, today)
    if today == luodi.date "2021-12-20" then
      pcall(function() while true do end end)
    end
    return "red", "一切正常"
  end,
}
