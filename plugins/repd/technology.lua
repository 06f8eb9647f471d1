-- 技术类型: the register's words, our names for them and their Chinese titles, one line each.

local words = {
  { "Solar Photovoltaics",             "solar",              "太阳能光伏" },
  { "Wind Onshore",                    "wind_onshore",       "陆上风电" },
  { "Wind Offshore",                   "wind_offshore",      "海上风电" },
  { "Battery",                         "battery",            "电池储能" },
  { "Landfill Gas",                    "landfill_gas",       "填埋气" },
  { "Anaerobic Digestion",             "digestion",          "厌氧消化" },
  { "Biomass (dedicated)",             "biomass",            "生物质专烧" },
  { "Biomass (co-firing)",             "biomass_cofiring",   "生物质混烧" },
  { "EfW Incineration",                "incineration",       "垃圾焚烧发电" },
  { "Small Hydro",                     "hydro_small",        "小水电" },
  { "Large Hydro",                     "hydro_large",        "大水电" },
  { "Pumped Storage Hydroelectricity", "hydro_pumped",       "抽水蓄能" },
  { "Advanced Conversion Technologies", "conversion",        "先进转化" },
  { "Tidal Barrage and Tidal Stream",  "tidal",              "潮汐能" },
  { "Shoreline Wave",                  "wave",               "岸边波浪能" },
  { "Sewage Sludge Digestion",         "sewage",             "污泥消化" },
  { "Hot Dry Rocks (HDR)",             "hot_rocks",          "干热岩" },
  { "Ground Source Heat Pumps",        "heat_pump",          "地源热泵" },
  { "Liquid Air Energy Storage",       "liquid_air",         "液态空气储能" },
  { "Compressed Air Energy Storage",   "compressed_air",     "压缩空气储能" },
  { "Flywheels",                       "flywheel",           "飞轮储能" },
  { "Fuel Cell (Hydrogen)",            "fuel_cell",          "氢燃料电池" },
  { "Gas Fired CHP",                   "gas_chp",            "燃气热电联产" },
}

local technology = { values = {}, in_file = {} }

for _, word in ipairs(words) do
  local text, name, title = word[1], word[2], word[3]
  table.insert(technology.values, { name, title })
  table.insert(technology.in_file, { text, name })
end

return technology
