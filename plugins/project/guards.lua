-- 守卫: what must be on paper before a project may be called landed or started.
-- What a single field can tell stands in the flow, as needs; here is what takes a choice between fields.

local luodi = require "luodi"

luodi.guard {
  name = "talks-need-investor", title = "洽谈要有投资方", on = "project", before = "negotiating",
  when = "sector in (industry,service,agriculture)",
  check = function(new)
    if not new.investor then
      return luodi.refuse("investor", "洽谈要有投资方，%s 还没有填", new.id)
    end
  end,
}

luodi.guard {
  name = "landing-needs-proof", title = "落地要有依据", on = "project", before = "landed",
  check = function(new)
    if not new.company and not new.filing then
      return luodi.refuse("filing", "落地要有项目公司或备案文号，%s 两样都没有", new.id)
    end
  end,
}

luodi.guard {
  name = "start-needs-proof", title = "开工要有依据", on = "project", before = "construction",
  check = function(new)
    if not new.permit and not new.photo then
      return luodi.refuse("permit", "开工要有施工许可证或现场照片，%s 两样都没有", new.id)
    end
  end,
}
