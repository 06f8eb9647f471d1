-- 序时进度: how far the year's plan should be by a day, and how far a project is. Two measures, to choose from in thresholds.lua.

local luodi = require "luodi"
local progress = require("thresholds").progress

local measures = {}

function measures.points(due, done)
  local behind, limit = (due - done) * 100, progress.points
  if behind > limit.red then return "red", "投资落后序时进度 %.0f 个百分点", behind end
  if behind >= limit.yellow then return "yellow", "投资落后序时进度 %.0f 个百分点", behind end
end

function measures.share(due, done)
  local reached, limit = done / due * 100, progress.share
  if reached < limit.red then return "red", "投资只到序时进度的 %.0f%%", reached end
  if reached < limit.yellow then return "yellow", "投资只到序时进度的 %.0f%%", reached end
end

-- The months of this year that are over and whose ledger is in.
local function months_over(today)
  local months = today.month - 1
  if today.day < progress.ledger_day then months = months - 1 end
  return months
end

-- What a rule answers: planned and done are of this year.
return function(planned, done, today)
  local months = months_over(today)
  if months < 1 then return end
  return measures[progress.measure](luodi.decimal(months) / 12, done / planned)
end
