-- 来源地: where an investor comes from, by the three regions that investment promotion looks at.
-- 珠三角 is nine cities of Guangdong, the others are whole provinces.

local region = {
  values = {
    { "jingjinji",    "京津冀" },
    { "changsanjiao", "长三角" },
    { "zhusanjiao",   "珠三角" },
    { "local",        "本市" },
    { "liaoning",     "省内" },
    { "elsewhere",    "其他地区" },
  },
}

local by_city = {
  ["辽阳"] = "local",
  ["广州"] = "zhusanjiao", ["深圳"] = "zhusanjiao", ["珠海"] = "zhusanjiao", ["佛山"] = "zhusanjiao", ["惠州"] = "zhusanjiao",
  ["东莞"] = "zhusanjiao", ["中山"] = "zhusanjiao", ["江门"] = "zhusanjiao", ["肇庆"] = "zhusanjiao",
}

local by_province = {
  ["北京"] = "jingjinji", ["天津"] = "jingjinji", ["河北"] = "jingjinji",
  ["上海"] = "changsanjiao", ["江苏"] = "changsanjiao", ["浙江"] = "changsanjiao", ["安徽"] = "changsanjiao",
  ["辽宁"] = "liaoning",
}

local function bare(name) -- 江苏省, 苏州市 → 江苏, 苏州
  return (name:gsub("省$", ""):gsub("市$", ""))
end

-- The region's name; nil where neither province nor city is known.
function region.of(province, city)
  if not province and not city then return nil end
  return by_city[bare(city or "")] or by_province[bare(province or "")] or "elsewhere"
end

return region
