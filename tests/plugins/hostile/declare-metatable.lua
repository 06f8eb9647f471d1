-- expect: error at load
-- A declaration whose fields are made up on the way.

local luodi = require "luodi"
luodi.kind(setmetatable({}, { __index = function() while true do end end, __len = function() return 1 << 60 end }))
