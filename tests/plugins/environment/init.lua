-- Walks everything that can be reached from the globals, metatables too, and compares it with "stored", which stands
-- before this text when it is loaded: one path a line.

local seen, found = {}, {}

local function walk(path, value)
  local kind = type(value)
  found[#found + 1] = path .. " " .. kind
  if seen[value] or kind ~= "table" then return end
  seen[value] = true
  for name, member in pairs(value) do
    walk(path == "" and tostring(name) or path .. "." .. tostring(name), member)
  end
  local meta = getmetatable(value)
  if meta ~= nil then walk(path .. "<meta>", meta) end
end

walk("", _ENV)
walk("<text>", getmetatable(""))
walk("<luodi>", require "luodi")
table.sort(found)

local wanted = {}
for line in stored:gmatch("[^\n]+") do wanted[#wanted + 1] = line end
table.sort(wanted)
local both = {}
for _, line in ipairs(found) do both[line] = "new: " .. line end
for _, line in ipairs(wanted) do both[line] = not both[line] and "gone: " .. line or nil end
local differences = {}
for _, line in pairs(both) do differences[#differences + 1] = line end
table.sort(differences)
assert(#differences == 0, table.concat(differences, "|"))
