#!/usr/bin/env python3
"""Rules 16 to 19, 23 and 24: questions about a day, as known then; references, empties, text, what is over."""
import json

from semantics import Case, main


class Moments(Case):
    def test_16_every_answer_says_what_it_knows(self):
        self.create("work", "甲", on="2022-01-05")
        for method, params in (("record.list", {"kind": "work"}), ("record.count", {"kind": "work"}),
                               ("record.get", {"id": "W-0001"}), ("record.history", {"id": "W-0001"}),
                               ("record.find", {"word": "甲"}), ("figure.get", {}), ("server.status", {}),
                               ("record.diff", {"kind": "work", "from": "2022-01-01", "to": "2022-02-01"}),
                               ("batch.list", {}), ("schema.kinds", {}), ("schema.fields", {"kind": "work"}),
                               ("record.update", {"id": "W-0001", "fields": {"people": 1}}),
                               ("figure.explain", {"name": "start_rate", "period": "2022H1"})):
            answer = self.call(method, **params)
            for name in ("seq", "as_of", "known", "plugins"):
                self.assertIn(name, answer, method)
            self.assertIsInstance(answer["seq"], int)
            self.assertIsInstance(answer["plugins"], str)

    def test_16_known_alone_asks_about_that_day(self):
        work = self.create("work", "甲", on="2022-01-05", people=1)
        self.restart(today="2022-07-20")
        self.update(work, on="2022-07-19", people=2)
        self.restart(today="2022-07-25")
        self.update(work, on="2022-07-01", people=3)
        answer = self.get(work, known="2022-07-20")
        self.assertEqual((answer["as_of"], answer["known"], answer["fields"]["people"]), ("2022-07-20", "2022-07-20", 2))
        self.assertEqual(self.get(work, known="2022-07-18")["fields"]["people"], 1)
        self.assertEqual(self.get(work, known="2022-07-20", as_of="2022-07-18")["fields"]["people"], 1)
        self.assertEqual(self.get(work, as_of="2022-07-18")["fields"]["people"], 3)

    def test_16_known_seq_alone_asks_about_the_day_it_was_recorded(self):
        work = self.create("work", "甲", on="2022-01-05", people=1)
        self.restart(today="2022-07-20")
        seq = self.update(work, on="2022-07-19", people=2)["seq"]
        self.restart(today="2022-07-25")
        answer = self.get(work, known_seq=seq)
        self.assertEqual((answer["as_of"], answer["fields"]["people"]), ("2022-07-20", 2))
        self.assertEqual(self.get(work, known_seq=1)["as_of"], "2022-07-18")

    def test_16_known_seq_0_is_before_the_first_event(self):
        empty = {"known_seq": 0, "as_of": "2022-07-18"}
        asked = [("record.list", dict(empty, kind="work")), ("record.count", dict(empty, kind="work")),
                 ("record.find", dict(empty, word="甲")), ("figure.get", dict(empty, period="2022H1"))]
        before = [self.call(method, **params) for method, params in asked]
        self.create("work", "甲", on="2022-01-05", planned="1.2亿")
        self.assertEqual([self.call(method, **params) for method, params in asked], before)
        self.assertEqual((before[0]["total"], before[0]["seq"], before[0]["known_seq"]), (0, 0, 0))
        self.assertEqual(self.call("record.count", kind="work")["count"], 1)

    def test_16_known_seq_answers_byte_for_byte_the_same(self):
        firm = self.create("firm", "甲公司", on="2022-01-05", region="沈阳")
        work = self.create("work", "甲", firm=firm, planned="1.2亿", due_on="2022-06-01", paid="30万",
                           entered=[("clue", "2022-01-05"), ("signed", "2022-03-01")])
        self.call("figure.state", name="start_rate", value="75%", period="2022H1", note="讲话稿")
        seq = self.seq()
        questions = []
        for times in ({"known_seq": seq}, {"known_seq": seq, "as_of": "2022-06-30"}, {"known_seq": seq - 1, "as_of": "2022-02-01"}):
            questions += [("record.get", dict(times, id=work)), ("record.get", dict(times, id=firm)),
                          ("record.list", dict(times, kind="work", filter="planned>=1亿", sum="planned",
                                               columns="title,firm,firm.region,planned,stage,signed_on,days_in_stage")),
                          ("record.count", dict(times, kind="work", by="stage,firm", sum="planned")),
                          ("record.history", dict(times, id=work)), ("record.find", dict(times, word="甲")),
                          ("figure.get", dict(times, period="2022H1")), ("figure.get", dict(times)), ("figure.get", dict(times, period="本月")),
                          ("figure.get", {"known_seq": seq, "as_of": "2022-07-25", "period": "2022"}),
                          ("record.list", {"known_seq": seq, "as_of": "2022-07-25", "kind": "work"}),
                          ("figure.explain", dict(times, name="start_rate", period="2022H1")),
                          ("record.diff", {"kind": "work", "from": "2022-01-10", "to": "2022-06-30", "known_seq": seq}),
                          ("record.get", dict(times, id="W-0002")), ("record.get", dict(times, id="甲公司")),
                          ("record.list", dict(times, kind="work", filter="firm=甲公司", columns="title,firm")),
                          ("record.count", dict(times, kind="work", filter="firm=乙公司")),
                          ("record.count", dict(times, kind="work", filter="firm=甲"))]

        def ask():
            lines = []
            for number, (method, params) in enumerate(questions):
                request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                self.connection.socket.sendall(json.dumps(request).encode() + b"\n")
                lines.append(self.connection.line())
            return lines

        first = ask()
        self.update(work, on="2022-02-01", planned="5亿", title="改名")
        self.move(work, "landed", on="2022-04-01")
        self.update(firm, on="2022-01-06", region="大连", title="乙公司")
        self.call("event.correct", seq=self.events(work)[0]["seq"], fields={"paid": "1万"})
        other = self.create("work", "甲二", on="2022-01-01", planned="3亿", due_on="2022-05-01")
        self.call("figure.state", name="start_rate", value="80%", period="2022H1", note="更正")
        self.assertEqual(other, "W-0002")
        second = ask()
        self.restart(today="2022-07-28")
        self.call("record.drop", id=other)
        third = ask()
        for question, one, two, three in zip(questions, first, second, third):
            self.assertEqual(one, two, question)
            self.assertEqual(one, three, question)

    def test_16_relative_words_count_from_the_day_asked_about(self):
        work = self.create("work", "甲", on="2022-01-05", due_on="2022-03-05")
        self.assertEqual(self.listed("due_on=+4d", as_of="2022-03-01"), [work])
        self.assertEqual(self.listed("due_on=+4d"), [])
        self.assertEqual(self.listed("due_on in 本月", as_of="2022-03-20"), [work])
        self.assertEqual(self.listed("due_on in 上月", as_of="2022-04-20"), [work])
        self.assertEqual(self.figure("start_rate", period="本月", as_of="2022-03-20")["period"], ["2022-03-01", "2022-03-31"])
        self.assertEqual(self.listed("due_on<今天", as_of="2022-03-05"), [])
        self.assertEqual(self.listed("due_on<今天", as_of="2022-03-06"), [work])
        self.assertEqual(self.listed("stage_since<-60d"), [work])

    def test_16_a_known_day_that_is_not_over_says_so(self):
        self.create("work", "甲", on="2022-01-05")
        self.assertIs(self.call("record.count", kind="work", known="2022-07-18")["day_not_over"], True)
        self.restart(today="2022-07-19")
        self.assertNotIn("day_not_over", self.call("record.count", kind="work", known="2022-07-18"))

    def test_16_wrong_moments_are_refused(self):
        self.create("work", "甲", on="2022-01-05")
        for params in ({"known_seq": 99}, {"known_seq": -1}, {"as_of": "2022-02-30"}, {"as_of": "哪天"}):
            with self.assertRaises(Exception, msg=str(params)):
                self.call("record.list", kind="work", **params)

    def test_16_min_seq_waits_for_nothing_that_is_there(self):
        self.create("work", "甲", on="2022-01-05")
        self.assertEqual(self.call("record.count", kind="work", min_seq=self.seq())["count"], 1)
        self.refused("record.count", code="busy", kind="work", min_seq=self.seq() + 1)

    def test_17_a_reference_uses_the_version_of_the_day(self):
        firm = self.create("firm", "甲公司", on="2022-01-05", region="沈阳")
        work = self.create("work", "甲", on="2022-01-05", firm=firm)
        self.update(firm, on="2022-05-01", region="大连")
        self.assertEqual(self.listed("firm.region=沈阳", as_of="2022-04-30"), [work])
        self.assertEqual(self.listed("firm.region=大连", as_of="2022-05-01"), [work])

    def test_17_entered_today_is_seen_in_earlier_figures(self):
        work = self.create("work", "甲", on="2022-01-05")
        firm = self.create("firm", "甲公司", region="沈阳")  # today
        self.update(work, on="2022-01-05", firm=firm)
        self.assertEqual(self.listed("firm.region=沈阳", as_of="2022-02-01"), [work])
        self.assertEqual(self.figure("by_north", as_of="2022-02-01")["numerator"], 1)
        self.assertEqual(self.figure("by_north", period="2022-03")["numerator"], 1)
        listed = self.call("record.list", kind="work", columns="firm.region", as_of="2022-02-01")
        self.assertEqual(listed["records"][0]["fields"]["firm.region"], "沈阳")
        groups = self.call("record.count", kind="work", by="firm.region", as_of="2022-02-01")["groups"]
        self.assertEqual([(group["by"], group["count"]) for group in groups], [({"firm.region": "沈阳"}, 1)])
        self.assertEqual(self.listed("", kind="firm", as_of="2022-02-01"), [])  # lists of its own kind do not show it
        self.assertEqual(self.get(work, as_of="2022-02-01")["refs"][0]["title"], "甲公司")

    def test_17_a_record_goes_by_the_name_of_the_day(self):
        firm = self.create("firm", "甲公司", on="2022-01-05")
        work = self.create("work", "甲", on="2022-01-05", firm=firm)
        self.update(firm, on="2022-05-01", title="乙公司")
        self.assertEqual(self.listed("firm=甲公司", as_of="2022-04-30"), [work])
        self.assertEqual(self.listed("firm=乙公司", as_of="2022-04-30"), [work])  # by its latest name too
        self.assertEqual(self.listed("firm=乙公司"), [work])
        self.assertEqual(self.get("甲公司", as_of="2022-04-30")["id"], firm)
        self.create("firm", "甲公司", on="2022-06-01")
        self.assertEqual(self.listed("firm=甲公司", as_of="2022-04-30"), [work])
        self.assertEqual(self.listed("firm=甲公司"), [])

    def test_17_what_was_not_known_is_not_seen(self):
        work = self.create("work", "甲", on="2022-01-05")
        firm = self.create("firm", "甲公司", region="沈阳")
        seq = self.update(work, on="2022-01-05", firm=firm)["seq"]
        self.update(firm, region="大连")
        self.assertEqual(self.listed("firm.region=沈阳", as_of="2022-02-01", known_seq=seq), [work])
        self.assertEqual(self.listed("firm.region=沈阳", as_of="2022-02-01", known_seq=1), [])


class Unique(Case):
    def test_18_compared_without_width_or_spaces(self):
        work = self.create("work", "甲", on="2022-01-05", code="A 01")
        for code in ("A01", "Ａ０１", " A  0 1 ", "A　01"):
            error = self.refused("record.create", kind="work", title="乙", fields={"code": code})
            self.assertEqual(error["data"]["field"], "code")
            self.assertIn(work, error["message"] + str(error["data"]))
        self.create("work", "乙", code="A02")
        self.refused("record.update", id="W-0002", fields={"code": "A01"})

    def test_18_among_present_records(self):
        work = self.create("work", "甲", on="2022-01-05", code="A01")
        self.call("record.drop", id=work)
        self.create("work", "乙", on="2022-01-05", code="A01")  # the past is not checked

    def test_18_empty_is_never_equal(self):
        for title in ("甲", "乙", "丙"):
            self.create("work", title)
        self.create("work", "丁", code=None)
        self.assertEqual(len(self.listed("code!")), 4)

    def test_18_past_days_are_not_checked(self):
        a = self.create("work", "甲", on="2022-01-05", code="A01")
        self.update(a, on="2022-03-01", code="A02")
        b = self.create("work", "乙", on="2022-01-05", code="A01")
        self.assertEqual(self.listed("code=A01", as_of="2022-02-01"), [a, b])


class Empty(Case):
    def setUp(self):
        super().setUp()
        self.a = self.create("work", "甲", on="2022-01-05", planned="1亿", people=3, sort="road", urgent=True, tags=["new"],
                             due_on="2022-03-01", share="0.5", remark="有字")
        self.b = self.create("work", "乙", on="2022-01-05")

    def test_19_a_comparison_with_empty_is_false_and_its_not_is_true(self):
        for condition in ("planned=1亿", "planned>1元", "people<9", "sort=road", "due_on<2022-12-31", "share>=0.1",
                          "remark=有字", "remark~有", "urgent=是", "tags=new", "people in (3,4)", "firm.region=沈阳",
                          "planned=0.5亿..2亿", "due_on in 2022"):
            if not condition.startswith("firm"):
                self.assertEqual(self.listed(condition), [self.a], condition)
            self.assertIn(self.b, self.listed(f"not {condition}"), condition)
            self.assertNotIn(self.b, self.listed(f"not not {condition}"), condition)
        for condition in ("planned!=1亿", "people!=7", "sort!=house", "remark!~无", "people not in (7)", "tags!=big",
                          "planned<paid", "due_on!=2022-01-01"):
            self.assertNotIn(self.b, self.listed(condition), condition)
            self.assertIn(self.b, self.listed(f"not ({condition})"), condition)

    def test_19_filled_in_and_not(self):
        self.assertEqual(self.listed("planned?"), [self.a])
        self.assertEqual(self.listed("planned!"), [self.b])
        self.assertEqual(self.listed("tags!"), [self.b])
        self.assertEqual(self.listed("not planned!"), [self.a])

    def test_19_empty_sorts_last_either_way(self):
        c = self.create("work", "丙", planned="2亿")
        for sort, wanted in (("planned", [self.a, c, self.b]), ("-planned", [c, self.a, self.b])):
            answer = self.call("record.list", kind="work", sort=sort)
            self.assertEqual([record["id"] for record in answer["records"]], wanted)

    def test_19_explain_gives_the_empty_ones_a_line(self):
        self.create("work", "丙", on="2022-01-05", planned="2亿")
        answer = self.call("figure.explain", name="start_rate", period="2022H1")
        empty = [line for line in answer["left_out"] if line["empty"]]
        self.assertEqual(sorted(sum((line["ids"] for line in empty), [])), [self.b, "W-0003"])
        self.assertEqual(answer["numerator_count"] + len(answer["denominator"]) +
                         sum(line["count"] for line in answer["left_out"]), answer["all"])


class Text(Case):
    def ids(self, word, **params):
        return sorted(record["id"] for record in self.call("record.find", word=word, **params)["records"])

    def test_23_a_title_renamed_later_is_found_in_the_past(self):
        work = self.create("work", "易发式电气", on="2022-01-05", remark="变压器")
        self.update(work, on="2022-05-01", title="鸿宇晶体", remark="车间")
        for word in ("易发式", "yifashi", "yfs", "变压器"):
            self.assertEqual(self.listed(word, as_of="2022-04-30"), [work], word)
            self.assertEqual(self.listed(word), [], word)
        for word in ("鸿宇", "hongyu", "hyjt", "车间"):
            self.assertEqual(self.listed(word), [work], word)
            self.assertEqual(self.listed(word, as_of="2022-04-30"), [], word)
        self.assertEqual(self.listed("易发式", known_seq=1), [work])

    def test_23_find_goes_over_all_kinds(self):
        firm = self.create("firm", "易发式公司", on="2022-01-05")
        work = self.create("work", "易发式变压器", on="2022-01-05")
        self.create("work", "别的")
        self.assertEqual(self.ids("易发式"), sorted([firm, work]))
        self.assertEqual(self.ids("yfs"), sorted([firm, work]))
        self.assertEqual(self.ids("没有的词"), [])
        self.assertEqual(self.ids(work), [work])

    def test_23_the_answer_says_how_it_was_found(self):
        self.create("work", "易发式变压器")
        words = self.call("record.list", kind="work", filter="yfs")["words"]
        self.assertEqual([(word["word"], word["by"]) for word in words], [("yfs", "initials")])
        words = self.call("record.list", kind="work", filter="yifashi")["words"]
        self.assertEqual([word["by"] for word in words], ["pinyin"])

    def test_23_one_sign_and_width(self):
        work = self.create("work", "ＡＢＣ １２３号楼", on="2022-01-05")
        for word in ("abc", "ABC", "123", "楼", "号楼"):
            self.assertEqual(self.listed(word), [work], word)

    def test_24_the_dead_and_the_done_are_in_lists_unless_left_out(self):
        a = self.create("work", "甲", on="2022-01-05", planned="1亿")
        b = self.create("work", "乙", on="2022-01-05", planned="1亿", permit="证")
        c = self.create("work", "丙", on="2022-01-05", planned="1亿")
        self.move(b, "signed", on="2022-02-01")
        self.move(b, "building", on="2022-03-01")
        self.move(b, "finished", on="2022-04-01")
        self.move(c, "abandoned", on="2022-02-01", note="不建了")
        self.assertEqual(self.listed(""), [a, b, c])
        self.assertEqual(self.listed("open"), [a])
        self.assertEqual(self.listed("done"), [b])
        self.assertEqual(self.listed("dead"), [c])
        self.assertEqual(self.listed("not dead"), [a, b])
        self.assertEqual(self.listed("open", as_of="2022-01-31"), [a, b, c])
        self.move(a, "suspended", on="2022-05-01", note="检修")
        self.assertEqual(self.listed("open"), [a])


class Exports(Case):
    def test_markdown_escapes_a_sign_only_where_it_means_something(self):
        titles = ["# 甲", "乙 #4", "C#", "丙 ##", "1. 丁", "- 戊", "-5", "a*b|c"]
        for title in titles:
            self.create("work", title, on="2022-01-05")
        lines = self.luodi("export", "titles")[0].split("\n")
        self.assertEqual([line for line in lines if line.startswith("- ")],
                         ["- \\# 甲", "- 乙 #4", "- C#", "- 丙 ##", "- 1\\. 丁", "- \\- 戊", "- -5", "- a\\*b\\|c"])
        self.assertEqual([line for line in lines if line.startswith("## ")],
                         ["## # 甲", "## 乙 #4", "## C#", "## 丙 \\##", "## 1. 丁", "## - 戊", "## -5", "## a\\*b\\|c"])
        self.assertIn("#8 ", lines[-2])


if __name__ == "__main__":
    main()
