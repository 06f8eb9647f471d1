#!/usr/bin/env python3
"""Rules 20 to 22: figures, what was stated, and what differs between two days or two states of knowledge."""
from semantics import Case, Refused, main


class Figures(Case):
    def works(self):
        """Three due in the half-year, two of them building; one due later; one without a day, one without an amount."""
        for number in range(3):
            work = self.create("work", f"应开{number}", on="2022-01-05", planned="1.5亿", due_on="2022-05-01", permit="证")
            self.move(work, "signed", on="2022-02-01")
            if number < 2:
                self.move(work, "building", on="2022-03-01")
        self.create("work", "晚开", on="2022-01-05", planned="1.5亿", due_on="2022-07-01")
        self.create("work", "没定", on="2022-01-05", planned="1.5亿")
        self.create("work", "没数", on="2022-01-05", due_on="2022-05-01")
        self.create("work", "太小", on="2022-01-05", planned="0.5亿", due_on="2022-05-01")

    def test_20_a_period_sets_start_end_and_the_day(self):
        self.works()
        figure = self.figure("start_rate", period="2022H1")
        self.assertEqual((figure["numerator"], figure["denominator"]), (2, 3))
        self.assertEqual((figure["period"], figure["as_of"], figure["until_today"]),
                         (["2022-01-01", "2022-06-30"], "2022-06-30", False))
        figure = self.figure("start_rate", period="2022")  # not over
        self.assertEqual((figure["numerator"], figure["denominator"], figure["as_of"], figure["until_today"]),
                         (2, 4, "2022-07-18", True))
        figure = self.figure("start_rate", period="2022H1", as_of="2022-02-15")
        self.assertEqual((figure["numerator"], figure["denominator"], figure["as_of"]), (0, 3, "2022-02-15"))
        self.assertEqual(self.call("figure.get", names="start_rate", period="2022上半年")["figures"][0]["numerator"], 2)
        out, _ = self.luodi("figure", "start_rate", "--period", "2022")
        self.assertIn("2022-07-18（今天）", out)
        out, _ = self.luodi("figure", "开工率", "--period", "2022H1")
        self.assertIn("2/3 = 66.7%", out)
        self.assertIn("2022-06-30", out)

    def test_20_the_numerator_is_counted_inside_the_denominator(self):
        work = self.create("work", "小的", on="2022-01-05", planned="0.5亿", due_on="2022-05-01", permit="证")
        self.move(work, "signed", on="2022-02-01")
        self.move(work, "building", on="2022-03-01")
        figure = self.figure("start_rate", period="2022H1")
        self.assertEqual((figure["numerator"], figure["denominator"], figure["value"]), (0, 0, None))

    def test_20_fractions_stay_exact(self):
        self.works()
        figure = self.figure("start_rate", period="2022H1")
        self.assertEqual((figure["value"], figure["numerator"], figure["denominator"]), ("0.666667", 2, 3))
        paid = self.create("work", "甲", on="2022-01-05", planned="3.00元", paid="0.01元")
        self.move(paid, "signed", on="2022-02-01")
        figure = self.figure("paid_rate", period="2022H1")
        self.assertEqual((figure["numerator"], figure["denominator"]), (1, 3 * 15000000000 + 300))

    def test_20_sums_and_what_is_taken_off(self):
        for title, planned, paid in (("甲", "100万", "40万"), ("乙", "50万", "50万"), ("丙", "70万", None)):
            work = self.create("work", title, on="2022-01-05", planned=planned, paid=paid)
            self.move(work, "signed", on="2022-02-01")
        figure = self.figure("unpaid_total", period="2022H1")
        self.assertEqual((figure["numerator"], figure["denominator"], figure["value"], figure["fen"]),
                         (60000000, None, "60000000", 60000000))
        figure = self.figure("paid_rate", period="2022H1")
        self.assertEqual((figure["numerator"], figure["denominator"], figure["value"]), (90000000, 220000000, "0.409091"))

    def test_20_growth_on_the_same_period(self):
        for title, day in (("甲", "2021-03-01"), ("乙", "2021-04-01"), ("丙", "2022-02-01"), ("丁", "2022-03-01"), ("戊", "2022-06-30")):
            self.create("work", title, planned="1亿", entered=[("signed", day)])
        figure = self.figure("signed_works", period="2022H1")
        self.assertEqual(figure["numerator"], 3)
        self.assertEqual((figure["growth"], figure["base_numerator"]), ("0.5", 2))
        self.assertNotIn("growth", {name for name, value in self.figure("signed_works", period="2021H1").items() if value})

    def test_20_growth_is_as_known_on_both_sides(self):
        self.create("work", "甲", planned="1亿", entered=[("signed", "2021-03-01")])
        self.create("work", "乙", planned="1亿", entered=[("signed", "2022-03-01")])
        seq = self.seq()
        self.assertEqual(self.figure("signed_works", period="2022H1")["growth"], "0")
        self.create("work", "补记的", planned="1亿", entered=[("signed", "2021-04-01")])
        self.assertEqual(self.figure("signed_works", period="2022H1")["growth"], "-0.5")
        self.assertEqual(self.figure("signed_works", period="2022H1", known_seq=seq)["growth"], "0")

    def test_20_stated_growth_without_its_base_stands_as_stated(self):
        for title, day in (("甲", "2022-02-01"), ("乙", "2022-03-01")):
            self.create("work", title, planned="1亿", entered=[("signed", day)])
        self.call("figure.state", name="signed_works", value="增长142.8%", period="2022H1", note="讲话稿")
        figure = self.figure("signed_works", period="2022H1")
        self.assertNotIn("growth", figure)  # nothing was signed the year before: none is counted
        self.assertEqual(figure["numerator"], 2)
        self.assertEqual([(stated["value"], stated["source"]) for stated in figure["stated"]], [("增长142.8%", "讲话稿")])
        out, _ = self.luodi("figure", "signed_works", "--period", "2022H1")
        self.assertNotIn("同比", out)
        self.assertIn("对外表述", out)
        self.assertIn("增长142.8%", out)
        for title in ("丙", "丁"):  # when the base becomes known, the counted growth stands beside it
            self.create("work", title, planned="1亿", entered=[("signed", "2021-03-01")])
        figure = self.figure("signed_works", period="2022H1")
        self.assertEqual((figure["growth"], len(figure["stated"])), ("0", 1))

    def test_20_explain_adds_up_and_says_why(self):
        self.works()
        answer = self.call("figure.explain", name="start_rate", period="2022H1")
        self.assertEqual([record["id"] for record in answer["numerator"]], ["W-0001", "W-0002"])
        self.assertEqual([record["id"] for record in answer["denominator"]], ["W-0003"])
        left = {}
        for line in answer["left_out"]:
            self.assertEqual(line["count"], len(line["ids"]), line)
            self.assertTrue(line["reason"])
            for record in line["ids"]:
                left[record] = line["empty"]
        self.assertEqual(left, {"W-0004": False, "W-0005": True, "W-0006": True, "W-0007": False})
        self.assertEqual(answer["all"], 7)
        self.assertEqual(answer["figure"]["basis"], "本期应开工的亿元以上工程中，已开工的")
        self.assertEqual(answer["figure"]["version"], 2)

    def test_20_what_is_late_or_unknown_is_refused(self):
        self.refused("figure.get", code="invalid", names=["start_rat"])
        error = self.refused("figure.explain", code="invalid", name="start_rat")
        self.assertIn("start_rate", error["message"] + error["data"].get("hint", ""))
        with self.assertRaises(Refused):
            self.call("figure.get", names=["start_rate"], period="2022H3")

    def test_20_known_brings_the_reported_figure_back(self):
        self.works()
        seq = self.seq()
        self.assertEqual(self.figure("start_rate", period="2022H1")["numerator"], 2)
        answer = self.move("W-0003", "building", on="2022-06-28")
        told = [figure for figure in answer["figures"] if figure["name"] == "start_rate" and figure["period"] == "2022H1"]
        self.assertEqual([(figure["from"], figure["to"]) for figure in told], [("2/3 = 66.7%", "3/3 = 100.0%")])
        self.assertEqual(self.figure("start_rate", period="2022H1")["numerator"], 3)
        self.assertEqual(self.figure("start_rate", period="2022H1", known_seq=seq)["numerator"], 2)

    def test_21_stated_beside_counted(self):
        self.works()
        self.call("figure.state", name="start_rate", value="75%", period="2022H1", note="讲话稿")
        self.call("figure.state", name="start_rate", value="0.7", period="2022H1", note="简报")
        self.call("figure.state", name="start_rate", value="80%", period="2021H1", note="去年")
        figure = self.figure("start_rate", period="2022H1")
        self.assertEqual(figure["numerator"], 2)
        self.assertEqual(sorted((stated["value"], stated["source"]) for stated in figure["stated"]),
                         [("0.7", "简报"), ("0.75", "讲话稿")])
        self.assertEqual(self.figure("start_rate", period="2022Q1")["stated"], [])
        out, _ = self.luodi("figure", "start_rate", "--period", "2022H1")
        self.assertIn("75%", out)
        self.luodi("state", "start_rate", "76%", "--period", "2022H1", "--note", "又一次")
        self.assertEqual(len(self.figure("start_rate", period="2022H1")["stated"]), 3)

    def test_21_the_day_that_it_was_stated_on(self):
        said = self.call("figure.state", name="start_rate", value="75%", period="2022H1", note="讲话稿", on="2022-07-06")
        self.call("figure.state", name="start_rate", value="74%", period="2022H1", note="今天说的")
        self.assertEqual([stated["on"] for stated in self.figure("start_rate", period="2022H1")["stated"]],
                         ["2022-07-06", "2022-07-18"])
        self.call("event.correct", seq=said["seq"], on="2022-07-05")
        self.assertEqual(self.figure("start_rate", period="2022H1")["stated"][0]["on"], "2022-07-05")
        self.assertEqual(self.figure("start_rate", period="2022H1", known_seq=said["seq"])["stated"][0]["on"], "2022-07-06")
        out, _ = self.luodi("explain", "start_rate", "--period", "2022H1")
        self.assertIn("对外表述 75%（2022-07-05 讲话稿）", out)

    def test_21_a_statement_is_a_record_that_can_be_undone(self):
        answer = self.call("figure.state", name="start_rate", value="75%", period="2022H1", note="讲话稿")
        seq = answer["seq"]
        self.call("batch.undo", batch=answer["batch"])
        self.assertEqual(self.figure("start_rate", period="2022H1")["stated"], [])
        self.assertEqual(len(self.figure("start_rate", period="2022H1", known_seq=seq)["stated"]), 1)


class Differences(Case):
    CLASSES = ("new", "progressed", "regressed", "suspended", "resumed", "finished", "given_up", "removed", "changed")

    def diff(self, **params):
        answer = self.call("record.diff", kind="work", **params)
        counts = answer["counts"]
        ids = {}
        for name in self.CLASSES:
            for item in answer[name]:
                ids.setdefault(name, set()).add(item["id"])
            self.assertEqual(counts[name], len(ids.get(name, ())), name)
        self.assertEqual(sum(counts.values()), answer["total"])
        seen = sum((sorted(group) for group in ids.values()), [])
        self.assertEqual(len(seen), len(set(seen)))  # disjoint
        return answer, {name: sorted(group) for name, group in ids.items()}

    def test_22_the_classes(self):
        def work(title, *moves, on="2022-01-05"):
            record = self.create("work", title, on=on, planned="1亿", permit="证")
            for stage, day in moves:
                self.move(record, stage, on=day, note="原因")
            return record

        new = work("新", on="2022-05-01")
        progressed = work("进", ("signed", "2022-02-01"), ("landed", "2022-05-01"))
        regressed = work("退", ("signed", "2022-02-01"), ("landed", "2022-03-01"), ("signed", "2022-05-01"))
        suspended = work("停", ("signed", "2022-02-01"), ("suspended", "2022-05-01"))
        resumed = work("复", ("signed", "2022-02-01"), ("suspended", "2022-03-01"), ("resume", "2022-05-01"))
        finished = work("完", ("signed", "2022-02-01"), ("building", "2022-03-01"), ("finished", "2022-05-01"))
        given_up = work("终", ("signed", "2022-02-01"), ("abandoned", "2022-05-01"))
        removed = work("删")
        self.call("record.drop", id=removed, on="2022-05-01")
        changed = work("改")
        self.update(changed, on="2022-05-01", planned="2亿")
        same = work("同", ("signed", "2022-02-01"))
        back = work("来回", ("signed", "2022-05-01"), ("clue", "2022-05-02"))
        answer, ids = self.diff(**{"from": "2022-04-01", "to": "2022-06-30"})
        self.assertEqual(ids, {"new": [new], "progressed": [progressed], "regressed": [regressed], "suspended": [suspended],
                               "resumed": [resumed], "finished": [finished], "given_up": [given_up], "removed": [removed],
                               "changed": [changed]})
        self.assertEqual(answer["counts"]["unchanged"], 2, (same, back))
        self.assertEqual(answer["total"], 11)
        item = answer["given_up"][0]
        self.assertEqual((item["on"], item["from"], item["to"], item["reason"]), ("2022-05-01", "signed", "abandoned", "原因"))
        self.assertEqual([(item["field"], item["from"], item["to"]) for item in answer["changed"]],
                         [("planned", 10000000000, 20000000000)])

    def test_22_removed_by_void_too(self):
        work = self.create("work", "甲", on="2022-01-05")
        seq = self.seq()
        self.call("event.correct", seq=1, void=True)
        _, ids = self.diff(as_of="2022-06-30", known=f"#{seq}", known_to=f"#{self.seq()}")
        self.assertEqual(ids, {"removed": [work]})

    def test_22_a_filter_and_an_empty_diff(self):
        a = self.create("work", "甲", on="2022-05-01", planned="2亿")
        self.create("work", "乙", on="2022-05-01", planned="1元")
        _, ids = self.diff(filter="planned>=1亿", **{"from": "2022-04-01", "to": "2022-06-30"})
        self.assertEqual(ids, {"new": [a]})
        answer, ids = self.diff(**{"from": "2022-06-01", "to": "2022-06-30"})
        self.assertEqual((ids, answer["total"], answer["counts"]["unchanged"]), ({}, 2, 2))

    def test_22_two_states_of_knowledge(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证")
        self.move(work, "signed", on="2022-02-01")
        self.restart(today="2022-07-20")
        self.move(work, "building", on="2022-06-28")
        self.update("W-0001", on="2022-06-01", people=3)
        self.restart(today="2022-07-25")
        answer, ids = self.diff(as_of="2022-06-30", known="2022-07-19", known_to="2022-07-20")
        self.assertEqual(ids, {"progressed": [work]})
        self.assertEqual(answer["progressed"][0]["on"], "2022-06-28")
        self.assertEqual([(item["id"], item["field"]) for item in answer["also_changed"]], [(work, "people")])
        out = self.luodi_json("diff", "work", "--as-of", "2022-06-30", "--known", "2022-07-19", "--known-to", "2022-07-20")
        self.assertEqual([item["id"] for item in out["progressed"]], [work])

    def test_22_both_ends_are_asked_for(self):
        self.refused("record.diff", code="invalid", kind="work", **{"from": "2022-01-01"})
        self.luodi("diff", "work", "--from", "2022-01-01", status=2)


if __name__ == "__main__":
    main()
