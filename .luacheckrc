-- Plugins see Lua 5.4's pure part and luodi; names that the sandbox does not hand out are faults here already.
-- The list is that of core/host/environment.c.
stds.luodi = {
  read_globals = {
    "_VERSION", "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen",
    "rawset", "require", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall",
    string = { fields = { "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse",
      "sub", "upper" } },
    table = { fields = { "concat", "insert", "move", "pack", "remove", "sort", "unpack" } },
    math = { fields = { "abs", "ceil", "floor", "fmod", "max", "maxinteger", "min", "mininteger", "modf", "sqrt",
      "tointeger", "type", "ult" } },
    utf8 = { fields = { "char", "charpattern", "codepoint", "codes", "len", "offset" } },
    coroutine = { fields = { "create", "isyieldable", "resume", "running", "status", "wrap", "yield" } },
  },
}
std = "luodi"
max_line_length = false -- sentences in Chinese are twice as long in bytes as on the screen
files["tests/plugins/environment"] = { ignore = { "1.*" } } -- it looks for what must not be there
exclude_files = {
  "build*", "tests/plugins/hostile", -- which are meant to be wrong
  "etc/*.example.lua",
}
