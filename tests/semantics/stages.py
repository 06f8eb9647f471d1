#!/usr/bin/env python3
"""Rules 11 to 13: suspension, the day a stage was first reached, and what is computed."""
import os
import shutil

from semantics import PLUGINS, Case, main


class Suspension(Case):
    def building(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        self.move(work, "signed", on="2022-02-01")
        self.move(work, "building", on="2022-03-01")
        return work

    def test_11_it_returns_to_the_stage_before(self):
        work = self.building()
        self.move(work, "suspended", on="2022-04-01", note="检修")
        answer = self.move(work, "resume", on="2022-05-01")
        self.assertEqual(answer["changes"]["stage"], ["suspended", "building"])
        self.assertEqual(self.get(work)["stage"], "building")
        self.assertEqual(self.events(work)[-1]["action"], "move")

    def test_11_the_chinese_word_does_it_too(self):
        work = self.building()
        self.move(work, "停工", on="2022-04-01", note="检修")
        self.move(work, "复工", on="2022-05-01")
        self.assertEqual(self.get(work)["stage"], "building")

    def test_11_the_stage_to_return_to_follows_from_the_fold(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.move(work, "resume", on="2022-05-01")
        self.assertEqual(self.get(work)["stage"], "clue")
        self.move(work, "signed", on="2022-02-01")  # learnt later: it was signed before it stopped
        self.assertEqual(self.get(work)["stage"], "signed")
        self.assertEqual(self.get(work, as_of="2022-04-15")["stage"], "suspended")

    def test_11_resume_without_suspension_is_refused(self):
        work = self.building()
        self.refused("record.move", id=work, to="resume")
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.refused("record.move", id=work, to="suspended", note="再停")

    def test_11_from_suspension_only_back_or_where_the_flow_says(self):
        work = self.building()
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.refused("record.move", id=work, to="finished")
        self.move(work, "abandoned", on="2022-05-01", note="不建了")
        self.assertEqual(self.get(work)["stage"], "abandoned")

    def test_11_the_reason_is_asked_for(self):
        work = self.building()
        error = self.refused("record.move", id=work, to="suspended")
        self.assertEqual(error["data"]["field"], "note")

    def test_11_days_begin_again(self):
        work = self.building()
        self.assertEqual(self.get(work, as_of="2022-03-31")["days_in_stage"], 30)
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.assertEqual(self.get(work, as_of="2022-04-11")["days_in_stage"], 10)
        self.move(work, "resume", on="2022-05-01")
        self.assertEqual(self.get(work)["stage_since"], "2022-05-01")
        self.assertEqual(self.get(work, as_of="2022-05-11")["days_in_stage"], 10)
        self.assertEqual(self.listed("days_in_stage=10", as_of="2022-05-11"), [work])
        self.assertEqual(self.listed("stage_since=2022-05-01"), [work])

    def test_11_no_resume_with_needs_that_are_gone(self):
        work = self.building()
        self.move(work, "suspended", on="2022-04-01", note="检修")
        self.assertEqual(self.get(work)["reached"]["building"], "2022-03-01")
        self.move(work, "resume", on="2022-05-01")
        self.assertEqual(self.get(work)["reached"]["building"], "2022-03-01")  # first reached, not again


class Reached(Case):
    def test_12_the_least_day_of_a_live_entry(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        first = self.move(work, "signed", on="2022-02-01")
        self.move(work, "clue", on="2022-03-01")
        self.move(work, "signed", on="2022-04-01")
        self.assertEqual(self.listed("signed_on=2022-02-01"), [work])
        self.assertEqual(self.listed("signed_on in 2022-04"), [])
        self.assertEqual(self.listed("reached(signed) in 2022-04"), [work])  # any entry
        self.assertEqual(self.listed("reached(signed) in 2022-03"), [])
        self.call("event.correct", seq=first["first_seq"], on="2022-02-10")
        self.assertEqual(self.listed("signed_on=2022-02-10"), [work])
        self.assertEqual(self.listed("signed_on=2022-02-01", known_seq=first["seq"] + 2), [work])

    def test_12_not_after_the_day_asked_about(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        self.move(work, "signed", on="2022-03-01")
        self.assertEqual(self.listed("signed_on?", as_of="2022-02-28"), [])
        self.assertEqual(self.listed("reached(signed)", as_of="2022-02-28"), [])
        self.assertEqual(self.listed("signed_on?", as_of="2022-03-01"), [work])
        self.assertNotIn("signed", self.get(work, as_of="2022-02-28")["reached"])

    def test_12_a_skipped_stage_is_not_reached_and_is_named(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        answer = self.move(work, "landed", on="2022-02-01")
        self.assertEqual(answer["skipped"], ["signed"])
        self.assertEqual(self.listed("reached(signed)"), [])
        self.assertEqual(self.listed("signed_on?"), [])
        self.assertEqual((self.events(work)[-1]["skipped"], self.events(work)[-1]["skipped_titles"]), (["signed"], ["签约"]))
        out, _ = self.luodi("move", self.create("work", "乙", planned="1亿"), "landed")
        self.assertIn("签约", out)

    def test_12_stages_compare_in_declared_order(self):
        a = self.create("work", "甲", on="2022-01-05", planned="1亿", permit="证1")
        b = self.create("work", "乙", on="2022-01-05", planned="1亿", permit="证1")
        self.move(a, "signed", on="2022-02-01")
        self.move(b, "landed", on="2022-02-01")
        self.assertEqual(self.listed("stage>=landed"), [b])
        self.assertEqual(self.listed("stage<landed"), [a])
        self.assertEqual(self.listed("阶段>=签约"), [a, b])
        self.move(b, "suspended", on="2022-03-01", note="检修")
        self.assertEqual(self.listed("stage>=landed"), [b])  # counts as its return stage
        self.assertEqual(self.listed("stage<=signed"), [a])
        self.assertEqual(self.listed("stage=landed"), [])
        self.assertEqual(self.listed("stage=suspended"), [b])

    def test_12_a_resumption_reaches_its_stage_and_is_asked_for_by_its_name(self):
        stopped, resumed = (self.create("work", title, on="2022-01-05", planned="1亿", permit="证1") for title in ("甲", "乙"))
        for work in (stopped, resumed):
            self.move(work, "signed", on="2022-02-01")
            self.move(work, "building", on="2022-03-01")
            self.move(work, "suspended", on="2022-04-01", note="检修")
        seq = self.move(resumed, "resume", on="2022-05-10")["seq"]
        self.assertEqual(self.listed("reached(building) in 2022-05"), [resumed])
        self.assertEqual(self.listed("reached(resume) in 2022-05"), [resumed])
        self.assertEqual(self.listed("reached(复工) in 2022-04"), [])
        self.assertEqual(self.listed("到过(复工)"), [resumed])
        self.assertEqual(self.listed("reached(resume)!"), [stopped])
        self.assertEqual(self.listed("not reached(resume) in 2022-05"), [stopped])
        self.assertEqual(self.listed("reached(resume)", as_of="2022-05-09"), [])
        self.assertEqual(self.listed("reached(resume)", as_of="2022-05-10"), [resumed])
        self.assertEqual(self.listed("reached(resume)", known_seq=seq - 1), [])
        self.refused("record.list", code="invalid", kind="firm", filter="reached(resume)")

    def test_12_the_day_is_never_typed(self):
        work = self.create("work", "甲", on="2022-01-05", planned="1亿")
        with self.assertRaises(Exception):
            self.update(work, signed_on="2022-02-01")
        with self.assertRaises(Exception):
            self.create("work", "乙", signed_on="2022-02-01")
        self.assertIsNone(self.get(work)["reached"].get("signed"))

    def test_12_entered_half_way(self):
        work = self.create("work", "甲", planned="1亿", entered=[("clue", "2022-01-05"), ("signed", "2022-02-01"),
                                                                ("landed", "2022-03-01")])
        self.assertEqual(self.get(work)["stage"], "landed")
        self.assertEqual(self.get(work)["reached"], {"clue": "2022-01-05", "signed": "2022-02-01", "landed": "2022-03-01"})
        self.assertEqual(self.get(work, as_of="2022-02-10")["stage"], "signed")
        other = self.create("work", "乙", stage="signed", on="2022-03-01", planned="1亿")
        self.assertEqual(self.get(other)["reached"], {"signed": "2022-03-01"})
        self.refused("record.create", kind="work", title="丙", stage="signed")  # needs are asked there too
        out = self.luodi_json("add", "work", "title=丁", "planned=1亿", "stage=clue@2022-01-05", "signed@2022-02-01")
        self.assertEqual(self.get(out["id"])["reached"], {"clue": "2022-01-05", "signed": "2022-02-01"})
        self.assertEqual(out["changes"]["stage"], [None, "signed"])


class Computed(Case):
    def setUp(self):
        super().setUp()
        self.work = self.create("work", "甲", on="2022-01-05", planned="100万", paid="40万")

    def reload_with(self, old, new):
        """Another plugin set from now on: the same, with old replaced by new."""
        folder = os.path.join(self.daemon.folder, "plugins")
        if self.daemon.plugins != [folder]:
            shutil.copytree(PLUGINS, folder)
        path = os.path.join(folder, "works", "init.lua")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        self.daemon.plugins = [folder]
        self.restart()

    def test_13_values_are_there_for_each_state(self):
        self.update(self.work, on="2022-03-01", paid="60万")
        self.update(self.work, on="2022-02-01", planned="200万")
        unpaid = [self.get(self.work, as_of=day)["fields"]["unpaid"] for day in ("2022-01-31", "2022-02-01", "2022-03-01")]
        self.assertEqual(unpaid, [60000000, 160000000, 140000000])
        self.assertEqual(self.listed("unpaid=160万", as_of="2022-02-15"), [self.work])
        self.assertEqual(self.listed("unpaid=160万"), [])
        self.assertEqual(self.call("record.count", kind="work", sum="unpaid")["sum"], {"unpaid": 140000000})

    def test_13_void_and_undo_compute_again(self):
        update = self.update(self.work, on="2022-02-01", planned="200万")
        self.update(self.work, on="2022-03-01", paid="60万")
        undo = self.call("batch.undo", batch=update["batch"])
        self.assertEqual(self.get(self.work)["fields"]["unpaid"], 40000000)
        self.assertEqual(self.get(self.work, as_of="2022-02-15")["fields"]["unpaid"], 60000000)
        self.assertEqual(self.get(self.work, as_of="2022-02-15", known_seq=update["seq"])["fields"]["unpaid"], 160000000)
        self.call("batch.undo", batch=undo["batch"])
        self.assertEqual(self.get(self.work)["fields"]["unpaid"], 140000000)

    def test_13_it_is_never_typed(self):
        with self.assertRaises(Exception):
            self.update(self.work, unpaid="1万")

    def test_13_it_may_use_the_days_of_stages(self):
        self.update(self.work, on="2022-01-10", due_on="2022-06-30")
        self.move(self.work, "signed", on="2022-06-20")
        self.assertEqual(self.get(self.work)["fields"]["wait"], 10)
        self.assertIsNone(self.get(self.work, as_of="2022-06-19")["fields"]["wait"])

    def test_13_verify_and_the_past_need_no_function(self):
        before = self.get(self.work, as_of="2022-03-01", known_seq=self.seq())
        self.reload_with("w.planned - w.paid", "w.planned + w.paid")
        after = self.get(self.work, as_of="2022-03-01", known_seq=before["seq"])
        self.assertEqual(before["fields"], after["fields"])
        self.call("journal.verify")


if __name__ == "__main__":
    main()
