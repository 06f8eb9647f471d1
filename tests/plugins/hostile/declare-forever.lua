-- expect: error at load
-- Declares without end.

local luodi = require "luodi"
local fields = {}
for i = 1, 1000 do fields[i] = { "f" .. i, "text", title = ("x"):rep(1000) } end
for i = 1, 1000000 do
  luodi.kind { name = "k" .. i, title = "K", prefix = "K", fields = fields }
end
