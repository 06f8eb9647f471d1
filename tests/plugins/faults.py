#!/usr/bin/env python3
"""Plugins that are wrong, each with the place and the sentence that its author reads.

    tests/plugins/faults.py --luodid build/debug/luodid

What luodi sees in a declaration alone is tested with the host. Here is what shows beside the plugins in the box, and in calls.
"""
import argparse
import sys

from plugin_folder import put

VISIT = 'luodi.kind { name = "visit", title = "走访", prefix = "V", %s }'

# A declaration on line 2, and what is said of it.
DECLARATIONS = [
    (VISIT % 'fields = { { "a", "txt" } }', "字段“a”没有 txt 这种类型，最接近的是“text”"),
    (VISIT % 'fields = { { "a", "enum" } }', "字段“a”是 enum，要用 values 列出它的值"),
    (VISIT % 'fields = { { "a", "enum", values = { "x", "x" } } }', "字段“a”的值 x 写了两次"),
    (VISIT % 'fields = { { "a", "ref:projct" } }', "projct 没有声明，最接近的是“project”"),
    (VISIT % 'fields = { { "a", "text" }, { "a", "int" } }', "“走访”已有字段“a”（odd/init.lua:2），换一个名字"),
    (VISIT % 'fields = { { "a", "text", title = "甲" }, { "b", "text", title = "甲" } }', "标题都是“甲”，分不清，改一个"),
    (VISIT % 'fields = { { "stage", "text" } }', "字段不能叫“stage”：这个名字另有所用"),
    (VISIT % 'fields = { { "open_on", "date" } }, flow = { { "open", title = "待办" } }', "阶段“待办”的日子已叫这个名字"),
    (VISIT % 'flow = { { "open", to = { "closd" } }, { "closed" } }', "要转到的 closd 没有声明，最接近的是“closed”"),
    (VISIT % 'flow = { { "open", needs = { "b" } } }', "needs 写了 b，没有这个字段"),
    (VISIT % 'flow = { { "open" }, { "resume" } }', "resume 和 复工 是停工后回到原阶段的说法"),
    ('luodi.kind { name = "visit", title = "走访", prefix = "P" }', "编号前缀都是 P，换一个"),
    ('luodi.extend { kind = "projct", fields = { { "b", "text" } } }', "projct 没有声明，最接近的是“project”"),
    ('luodi.extend { kind = "project", fields = { { "planned", "int" } } }', "“项目”已有字段“planned”"),
    ('luodi.guard { name = "g", on = "projct", check = function() end }', "没有这个类别，最接近的是“project”"),
    ('luodi.guard { name = "g", on = "project", before = "singed", check = function() end }', "最接近的是“signed”"),
    ('luodi.guard { name = "g", on = "project", when = "plannd>=1亿", check = function() end }',
     "第 1 个字起，项目没有字段“plannd”；最接近的是 计划总投资（planned）"),
    ('luodi.guard { name = "g", on = "project", when = "planned>=", check = function() end }', "第 10 个字起，这里缺一个值"),
    ('luodi.rule { name = "r", on = "projct", check = function() end }', "规则“r”的 on 写了 projct，没有这个类别，最接近的是“project”"),
    (VISIT % 'fields = { { "light", "text" } }', "字段不能叫“light”：这个名字另有所用"),
    ('luodi.figure { name = "f", title = "数", of = "project", numerator = "stage=signd" }', "最接近的是 签约（signed）"),
    ('luodi.figure { name = "f", title = "数", of = "project", numerator = { sum = "sector" } }', "是 enum，加不起来"),
    ('luodi.figure { name = "f", title = "数", of = "project", numerator = "", period = "sector" }', "它不是日期"),
    ('luodi.mapping { name = "m", kind = "project", columns = { { "金额", "plannd" } } }', "最接近的是“planned”"),
    ('luodi.mapping { name = "m", kind = "project", columns = { { "签", "reached(signd)" } } }', "最接近的是“signed”"),
    ('luodi.mapping { name = "m", kind = "project", encoding = "gb1803", columns = { { "金额", "planned" } } }',
     "对照“m”的 encoding 写了 gb1803，没有这种编码，最接近的是“gb18030”"),
    ('luodi.export { name = "e", formats = { "csv", "mdd" }, run = function() end }',
     "导出“e”的 formats 写了 mdd，没有这种格式，最接近的是“md”；可用：md csv"),
    ('luodi.export { name = "e", args = { { "p", "period", default = "2022H7" } }, run = function() end }',
     "default 不对：要一个期间，写的是“2022H7”；可以写 2022、2022H1"),
    ('luodi.kidn { name = "visit" }', "没有 luodi.kidn，最接近的是 luodi.kind"),
    ('luodi.calendar { name = "c", title = "又一个", years = { 2022 }, holidays = {} }', "2022 年的工作日历已由“calendar_cn”"),
]

# A guard's body, on line 4, and why the write is refused then.
GUARDS = [
    ('return luodi.refuse("count", "不行")', "不行"),
    ("return true", "守卫要么什么都不返回，要么返回 luodi.refuse(…)，给的是是否"),
    ("return luodi.refuse()", "luodi.refuse 要写成 luodi.refuse(\"字段\", \"理由\", …)"),
    ('return luodi.refuse("count", "%d", "甲")', "格式的第 1 个参数是文字，%d 要一个整数"),
    ("new.count = 3", "记录只能读，不能在插件里改"),
    ("return new.titel", "“走访”没有字段 titel，最接近的是 title"),
    ('return new.count > luodi.money "1亿"', "金额只能和金额相比或加减，给的是整数"),
    ("return old.count", "odd/init.lua:4: attempt to index a nil value (local 'old')"),
    ("while true do end", "odd/init.lua:4: 运行超过了 100 毫秒"),
]

# What a computed whole number may not be.
COMPUTED = [
    ("1.5", "带小数的浮点数，要用 luodi.decimal"),
    ('"甲"', "不是 int"),
    ("r.cuont", "“走访”没有字段 cuont，最接近的是 count"),
]

HEAD = 'local luodi = require "luodi"\n'
WRITE = 'local t = require "luodi.test"\nt.test("a visit", function() t.record("visit", { count = 1 }) end)\n'


def guarded(body):
    return HEAD + VISIT % 'fields = { { "count", "int" } }' + (
        '\nluodi.guard { name = "g", on = "visit", check = function(new, old)\n' + body + "\nend }\n")


def computed(value):
    return HEAD + VISIT % f'fields = {{ {{ "count", "int" }}, {{ "b", "int", compute = function(r) return {value} end }} }}'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--luodid", required=True)
    luodid = parser.parse_args().luodid
    cases = [("--check-plugin", {"init.lua": HEAD + text}, "odd/init.lua:2", words) for text, words in DECLARATIONS]
    cases += [("--test-plugin", {"init.lua": guarded(body), "test.lua": WRITE}, "没有通过：a visit", words) for body, words in GUARDS]
    cases += [("--test-plugin", {"init.lua": computed(value), "test.lua": WRITE}, "没有通过：a visit", words)
              for value, words in COMPUTED]
    wrong = 0
    for option, files, place, words in cases:
        status, said = put(luodid, option, "odd", files)
        if status != 1 or place not in said or words not in said:
            wrong += 1
            print(f"{files['init.lua']}\n  expected  {place} … {words}\n  exit {status}    {said.strip()}\n")
    print(f"{len(cases)} plugins, {wrong} not told as they should be")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
