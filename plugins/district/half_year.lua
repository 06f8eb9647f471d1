-- 半年回顾: what a half-year's review says, each number with its basis, what was stated of it, and the projects behind it.
--   luodi export half_year --as-of 2022-06-30

local luodi = require "luodi"
local lines = require "lines"

-- The columns that every table begins with, then those of its own.
local function with(...)
  return { { "编号", "text" }, { "项目名称", "text" }, { "阶段", "text" }, { "计划总投资", "money", unit = "万元", total = true }, ... }
end

local under_way = { construction = true, completed = true, operating = true }

local function title_of(record) -- of a reference that may be empty
  return record and record.title
end

-- The half-year that a day lies in.
local function half_of(day)
  local half, from, to = 1, "-01-01", "-06-30"
  if day.month > 6 then half, from, to = 2, "-07-01", "-12-31" end
  return { text = luodi.format("%dH%d", day.year, half), start = luodi.date(day.year .. from), end_ = luodi.date(day.year .. to) }
end

-- One figure: what luodi counts, what was said of it elsewhere, and on what basis.
local function tell(q, out, name, period)
  local figure = q:figure(name, period)
  out:item("%s：%s", figure.title, figure.text)
  for _, stated in ipairs(figure.stated) do
    out:item("对外表述：%s（%s）", stated.text, stated.source or "没有写明出处")
  end
  out:item("口径（第 %d 版）：%s", figure.version, figure.basis)
end

-- The projects that a line counts; more(project) gives what stands behind the first four columns.
local function list(q, out, line, period, columns, more)
  out:table { title = line.title, columns = columns }
  for p in q:list("project", lines.within(line, period)) do
    out:row(p.id, p.title, p.stage_title, p.planned, more(p))
  end
end

local function ceremony(q, out, period)
  out:heading("一、集中签约")
  for _, name in ipairs { "ceremony_signed", "ceremony_onsite", "ceremony_cloud", "ceremony_planned" } do
    tell(q, out, name, period)
  end
  list(q, out, lines.ceremony, period, with({ "签约方式", "text" }, { "投资方", "text" }), function(p)
    return p:title_of "signed_mode", title_of(p.investor)
  end)
end

local function resumed(q, out, period)
  out:heading("二、复工复产")
  tell(q, out, "industry_resumed", period)
  list(q, out, lines.resumed, period, with { "复工", "date" }, function(p)
    return p.stage_since
  end)
end

local function opened(q, out, period)
  out:heading("三、开业运营")
  tell(q, out, "service_opened", period)
  list(q, out, lines.opened, period, with { "开业", "date" }, function(p)
    return p.operating_on
  end)
end

local function closing(q, out, period)
  out:heading("四、征收收尾")
  tell(q, out, "acquisition_closing", period)
  list(q, out, lines.closing, period, with { "征收进度", "percent" }, function(p)
    return p.acquired
  end)
end

local function key(q, out, period)
  out:heading("五、重点项目")
  tell(q, out, "key_reserve", period)
  tell(q, out, "start_rate", period)
  list(q, out, lines.key, period, with({ "应开工", "date" }, { "已开（复）工", "text" }), function(p)
    return p.due_on, under_way[p.stage] and "是" or "否"
  end)
end

local function not_kept(out)
  out:heading("六、还没有台账的")
  out:paragraph("下面这些在回顾里也要说，luodi 还没有记，数字请另行提供：")
  for _, what in ipairs(lines.not_kept) do out:item(what) end
end

luodi.export {
  name = "half_year", title = "半年回顾", formats = { "md", "csv", "json", "xlsx", "html" },
  args = { { "period", "period", title = "统计期，不写就是截止日所在的半年" } },
  run = function(q, out, args)
    local period = args.period or q.period or half_of(q.as_of)
    out:title(luodi.format("%s 半年回顾", period.text))
    out:paragraph("统计期 %s 到 %s，截至 %s，记到 #%d。每个数都写明口径，后面是算进去的项目。",
      period.start, period.end_, q.as_of, q.seq)
    ceremony(q, out, period)
    resumed(q, out, period)
    opened(q, out, period)
    closing(q, out, period)
    key(q, out, period)
    not_kept(out)
  end,
}
