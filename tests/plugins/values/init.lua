-- What values do in a plugin, said in Lua: loading this file is the test.

local luodi = require "luodi"
local d, m, n = luodi.date, luodi.money, luodi.decimal

local function fails(f, ...)
  local well, message = pcall(f, ...)
  assert(not well, "should have failed")
  return message
end

-- dates
assert(d"2022-04-12" - d"2022-04-01" == 11)
assert(tostring(d"2022年4月12日" + 20) == "2022-05-02")
assert(20 + d"2022-04-12" == d"2022-05-02")
assert(d"2022-05-02" - 20 == d"2022-04-12")
assert(d"2022-04-12" < d"2022-04-13" and d"2022-04-12" <= d"2022-04-12" and d"2022-04-13" > d"2022-04-12")
assert(d"2022-04-12" ~= d"2022-04-13")
assert(d"2022-04-12".year == 2022 and d"2022-04-12".month == 4 and d"2022-04-12".day == 12)
assert(d"2022-04-12".weekday == 2)
assert(d"2022-02-12":month_start() == d"2022-02-01" and d"2022-02-12":month_end() == d"2022-02-28")
assert(d"2022-09-30":workdays_to(d"2022-10-04") == 1, "the third is a holiday")
assert(d"2022-09-30":plus_workdays(1) == d"2022-10-04")
assert("到 " .. d"2022-04-12" == "到 2022-04-12")
fails(function() return d"2023-01-01":plus_workdays(3) end) -- no calendar for that year
fails(function() return d"9999-12-31" + 1 end)
fails(function() return d"2022-01-01" + 0.5 end)
fails(function() return d"2022-01-01" - math.mininteger end)
fails(function() return d"2022-01-01".hour end)
fails(function() return d"2022-02-30" end)

-- money
assert(tostring(m"13.8亿") == "13.8亿" and m"1亿":fen() == 10000000000)
assert(m"1亿" + m"2亿" == m"3亿" and m"1亿" - m"2亿" == -m"1亿")
assert(m"1亿" * 3 == m"3亿" and 3 * m"1亿" == m"3亿" and m"1亿" * n"0.5" == m"5000万" and n"0.5" * m"1亿" == m"5000万")
assert(tostring(m"1亿" / m"4亿") == "0.25" and (m"100元" / 3):fen() == 3333 and (m"0.05元" / 2):fen() == 3)
assert(m"1亿" < m"2亿" and m"2亿" >= m"2亿")
assert(tostring(m"1400万":as"亿元") == "0.14")
fails(function() return m"1亿" / 0 end)
fails(function() return m"1亿" / m"0元" end)
fails(function() return m"1亿" + 1 end)
fails(function() return m"1亿" * m"1亿" end)
fails(function() return m"1亿" * 1.5 end)
fails(function() return m"9000000亿" * 1000 end)
fails(function() return m"1亿":as"斤" end)
fails(function() return m(1 / 0) end)

-- decimals
assert(n"0.5" + n"0.25" == n"0.75" and n"0.5" + 1 == n"1.5" and 1 - n"0.25" == n"0.75")
assert(n"1" / 3 == n"0.333333" and n"2" / 3 == n"0.666667" and n"0.5" * n"0.5" == n"0.25" and -n"1" == n"-1")
assert(n"0.75" > 0.5 and n"0.75" < 1 and 1 >= n"1" and tostring(n"0.750") == "0.75")
assert(n"0.744186":percent(1) == "74.4%" and n"0.75":percent(0) == "75%" and n(3) == n"3")
fails(function() return n"1" / 0 end)
fails(function() return n"1" + "1" end)
fails(function() return n"1" < m"1亿" end)
fails(function() return n"9000000000000" * n"9000000000000" end)
fails(function() return n(0.5) end)
fails(function() return n(math.maxinteger) end)

-- sentences
assert(luodi.format("%s 签约 %d 天，%.1f%%", "甲", 90, n"74.46") == "甲 签约 90 天，74.5%")
assert(luodi.format("%s %s %s", m"1亿", d"2022-04-12", true) == "1亿 2022-04-12 是")
assert(luodi.format("%05d|%5s|%-5s|%.0f|%.3f", -42, "ab", "ab", 2.5, n"-0.0005") == "-0042|   ab|ab   |3|-0.001")
assert(luodi.format("%s", nil) == "" and luodi.format("%s") == "" and luodi.format("100%%") == "100%")
fails(luodi.format, "%d", 1.5)
fails(luodi.format, "%d", nil)
fails(luodi.format, "%d")
fails(luodi.format, "%d", "5")
fails(luodi.format, "%p", {})
fails(luodi.format, "%x", 5)
fails(luodi.format, "%s", {})
fails(luodi.format, "%s", pcall)
fails(luodi.format, "%100000s", "")
fails(luodi.format, "%")
fails(luodi.format, "%s\0", 1)

-- what Lua's own functions may not do here
assert(getmetatable("") == false and getmetatable(d"2022-01-01") == false)
assert(tostring({}) == "table" and tostring(fails) == "function" and string.format("%s", {}) == "table")
assert(tostring(setmetatable({}, { __name = "x" })) == "table")
assert(tostring(setmetatable({}, { __tostring = function() return "mine" end })) == "mine")
assert(tostring(coroutine.create(fails)) == "thread" and ("x"):rep(3, "-") == "x-x-x")
assert((""):rep(1000000000) == "" and ("x"):rep(-1) == "" and table.concat({ 1, 2, 3 }, ",", 2) == "2,3")
assert(string.format("%5.1f|%q|%i", 2.25, "a\nb", 3) == "  2.2|\"a\\\nb\"|3")
fails(string.format, "%p", {})
fails(string.format, "%-20p", {})
fails(string.rep, "x", 1 << 30)
fails(string.rep, "x", math.maxinteger)
fails(string.rep, "", 1 << 20, "xx")
fails(string.format, ("%s"):rep(3), ("x"):rep(500000), ("x"):rep(500000), ("x"):rep(500000))
fails(string.gsub, ("x"):rep(1000), "x", ("y"):rep(10000))
fails(table.concat, setmetatable({}, { __len = function() return 1 << 40 end }))
fails(table.concat, { "x", {} })
fails(table.move, {}, 1, 1 << 40, 2)
fails(table.insert, setmetatable({}, { __len = function() return 1 << 40 end }), 1, 1)
fails(setmetatable, {}, { __gc = function() end })
fails(setmetatable, {}, { __gc = false })
fails(setmetatable, {}, { __mode = "k" })
fails(setmetatable, setmetatable({}, { __metatable = 1 }), {})
assert(getmetatable(setmetatable({}, { __metatable = 1 })) == 1)

-- errors and coroutines go on as usual
local well, first, second = pcall(function(...) return ... end, 1, 2)
assert(well and first == 1 and second == 2)
assert(select(2, xpcall(error, function(e) return e .. "!" end, "x")) == "x!")
local made = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end)
assert(made(1) == 2 and made(5) == 10)
local inside = coroutine.wrap(function() return pcall(function() return coroutine.yield(1) + 1 end) end)
assert(inside() == 1)
local kept, sum = inside(41)
assert(kept and sum == 42)
do
  local closed
  do
    local _ <close> = setmetatable({}, { __close = function() closed = true end })
  end
  assert(closed)
end
