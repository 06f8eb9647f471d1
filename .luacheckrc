-- Plugins see Lua 5.4's pure part and luodi; names that the sandbox does not hand out are faults here already.
std = "lua54"
max_line_length = false -- sentences in Chinese are twice as long in bytes as on the screen
files["tests/plugins/environment"] = { ignore = { "1.*" } } -- it looks for what must not be there
exclude_files = {
  "build*", "tests/plugins/hostile", -- which are meant to be wrong
  "etc/*.example.lua",
}
