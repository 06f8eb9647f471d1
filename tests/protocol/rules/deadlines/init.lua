-- Rules on the jobs of the sample plugin, for the transcripts that ask for lights.

local luodi = require "luodi"

luodi.rule {
  name = "past_due", title = "过期未办", on = "job", when = "due_on? stage=open",
  check = function(job, today)
    if today > job.due_on + 30 then return "red", "应于 %s 办结，已过 %d 天", job.due_on, today - job.due_on end
    if today > job.due_on then return "yellow", "应于 %s 办结", job.due_on end
  end,
}
