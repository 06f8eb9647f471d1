-- expect: error at load
-- A declaration that contains itself.

local luodi = require "luodi"
local kind = { name = "k", title = "K", prefix = "K" }
kind.fields = kind
luodi.kind(kind)
