-- 指标: the numbers that every report asks for, each with the basis on which it counts.
-- A changed basis is a new version; what was reported under the old one stays as it was.
-- Asked without a period, those of a period count all that ever were: signed_on? keeps the rest out then.

local luodi = require "luodi"

-- shares

luodi.figure {
  name = "start_rate", title = "开复工率", version = 1, of = "project",
  denominator = "planned>=1亿 and due_on<=@end", numerator = "stage in (construction,completed,operating)",
  basis = "本期应开（复）工的亿元以上项目中，已开工或复工且未停工的",
}

luodi.figure {
  name = "landing_rate", title = "落地率", version = 1, of = "project", period = "signed_on",
  denominator = "signed_on?", numerator = "stage>=landed and not dead",
  basis = "本期首次签约的项目中，到截止日已落地或更进一步、没有终止的；停工的按停工前的阶段算",
}

luodi.figure {
  name = "performance_rate", title = "履约率", version = 1, of = "project", period = "signed_on",
  denominator = "signed_on?", numerator = "stage>=construction and not dead",
  basis = "本期首次签约的项目中，到截止日已开工或更进一步、没有终止的；停工的按停工前的阶段算",
}

luodi.figure {
  name = "arrival_rate", title = "资金到位率", version = 1, of = "project",
  denominator = { where = "contract? and stage>=signed and not dead", sum = "contract" },
  numerator = { where = "arrived?", sum = "arrived" },
  basis = "已签约、填了合同额、没有终止的项目，到位资金合计除以合同额合计；都是累计数",
}

luodi.figure {
  name = "completion_rate", title = "投资完成率", version = 1, of = "project",
  denominator = { where = "planned_year? and not dead", sum = "planned_year" },
  numerator = { where = "invested?", sum = "invested", minus = "invested_before" },
  basis = "填了年度计划投资、没有终止的项目，本年完成投资（累计减上年底累计）合计除以年度计划投资合计",
}

luodi.figure {
  name = "operation_rate", title = "投产率", version = 1, of = "project",
  denominator = "not dead and (stage in (completed,operating) or finish_due_on<=@end)", numerator = "stage=operating",
  basis = "已竣工或到期应竣工、没有终止的项目中，已投产、开业或运营的；停工的不算",
}

-- counts and amounts

luodi.figure {
  name = "new_signed", title = "新签约项目", version = 1, of = "project", period = "signed_on", unit = "项",
  numerator = "signed_on?",
  basis = "本期首次签约的项目，同一项目只算一次；后来终止的也算",
}

luodi.figure {
  name = "new_signed_planned", title = "新签约计划总投资", version = 1, of = "project", period = "signed_on", unit = "money",
  numerator = { where = "signed_on?", sum = "planned" },
  basis = "本期首次签约的项目，计划总投资合计；没填的不计",
}

luodi.figure {
  name = "new_landed", title = "新落地项目", version = 1, of = "project", period = "landed_on", unit = "项",
  numerator = "landed_on?",
  basis = "本期首次落地的项目",
}

luodi.figure {
  name = "new_started", title = "新开工项目", version = 1, of = "project", period = "construction_on", unit = "项",
  numerator = "construction_on?",
  basis = "本期首次开工的项目；复工不算",
}

luodi.figure {
  name = "hundred_million_started", title = "亿元以上新开工", version = 1, of = "project", period = "construction_on", unit = "项",
  numerator = "construction_on? and planned>=1亿",
  basis = "本期首次开工、计划总投资一亿元以上（含）的项目；复工不算",
}

luodi.figure {
  name = "hundred_million", title = "亿元以上项目", version = 1, of = "project", unit = "项",
  numerator = "planned>=1亿 and not dead",
  basis = "计划总投资一亿元以上（含）、没有终止的项目",
}

luodi.figure {
  name = "arrived_total", title = "到位资金", version = 1, of = "project", unit = "money",
  numerator = { where = "not dead", sum = "arrived" },
  basis = "没有终止的项目，投资方累计到位资金合计",
}
