-- 界限: every number that turns a light, in one table. Change it here, then
--     luodi plugin test plugins/lights && luodi reload
-- A changed number acts from the day of the reload on: the lights of days that are over stay as they were said.

return {
  -- 应开工未开工: yellow from the day after it was due, red when so many whole months have gone by since
  start = { red_months = 3 },

  -- 签约后迟迟不开工: days since it was signed; more than these
  signed = { yellow_days = 60, red_days = 90 },

  -- 资金到位慢: so many days after it was signed, this share of the contract should have arrived
  funds = { red_days = 120, percent = 30 },

  -- 落后序时进度: what is done of the year's plan against the months that are over. Two ways to measure, one is in force:
  --   points   yellow and red are percentage points behind time
  --   share    yellow and red are the share of time's progress that was reached, in per cent
  -- A month counts from this day of the next one on: until then its ledger is not in.
  progress = {
    measure = "points",
    points = { yellow = 10, red = 30 },
    share = { yellow = 80, red = 60 },
    ledger_day = 10,
  },
}
