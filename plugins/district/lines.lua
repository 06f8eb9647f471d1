-- Which projects each line of the review counts: one filter a line, read by the figure and by the table under it, so that the two can't differ.
-- @period, @start and @end are the period that is asked for.

local lines = {
  ceremony = { title = "集中签约", filter = "ceremony? signed_on in @period" },
  resumed  = { title = "复工复产", filter = "sector=industry suspended_on? stage=construction reached(construction) in @period" },
  opened   = { title = "开业运营", filter = "sector=service stage=operating operating_on in @period" },
  closing  = { title = "征收收尾", filter = "sector=acquisition acquired>=90% open" },
  key      = { title = "重点项目", filter = "planned>=1亿 due_on<=@end" },
}

-- A line's filter for one period, as anybody could type it.
function lines.within(line, period)
  local days = { ["@period"] = period.start .. ".." .. period.end_, ["@start"] = period.start .. "", ["@end"] = period.end_ .. "" }
  return (line.filter:gsub("@%a+", days))
end

-- What the review of 2022 also tells, and luodi has no ledger for yet.
lines.not_kept = {
  "孵化器入驻企业、电商平台",
  "惠企纾困措施、减负金额、退减税户数、政府采购份额",
  "审批时限、环节、跑动次数的压缩",
  "社区服务站、个转企、新增市场主体",
  "投产企业的产值、外债登记、订单",
  "意见建议的征集与采纳",
  "网格、终端办件、联席会议、吹哨报到",
  "党建清单项目、“10+5+5”专项行动",
  "“前行杯”创新创业大赛",
  "促消费活动",
  "“五约”共建",
  "志愿服务、街道赋权、后备干部",
  "驻区单位共建",
}

return lines
